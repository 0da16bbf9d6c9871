// Package scimtest gives tests the whole bridge over a simulated Salesforce
// org: everything is real but the people. The org is reached over HTTP, the
// memory is a SQLite file. Only tests import it.
package scimtest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"scimforce/oauth"
	"scimforce/oauth/database/databasetest"
	"scimforce/oauth/idp"
	"scimforce/oauth/vault"
	"scimforce/salesforce"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/simulatortest"
	"scimforce/scim"
	"scimforce/scim/audit"
	"scimforce/scim/directory"
	"scimforce/scim/mapping"
)

const (
	// Token is the credential that a Stack takes, as a bearer token.
	Token = "corpus-token"
	// Base is what locations begin with, unless Config.BaseURL says otherwise.
	Base = "https://bridge.example/scim/v2"

	administrator = "admin@acme.example"
)

// Config is what may differ between stacks; New fills it before a test changes it.
type Config struct {
	// Org is the simulated org: three users beside the administrator.
	Org org.Config
	// Policy of the directory.
	Policy directory.Policy
	// Mapping of attributes; its Defaults are the directory's, too.
	Mapping mapping.Config
	// Now is the bridge's clock; default time.Now.
	Now func() time.Time
	// Issuers whose JWTs are taken beside the Token.
	Issuers []idp.Issuer
	// BaseURL of the bridge; Serve sets it to its own address.
	BaseURL string
	// InMemory puts the org behind net.Pipe, for a bubble of testing/synctest.
	InMemory bool
	// Wrap, when set, stands between the client and the bridge.
	Wrap func(http.Handler) http.Handler
}

// Stack is one bridge and its org.
type Stack struct {
	Simulator *simulator.Simulator
	Org       *org.Org
	Handler   http.Handler
	Audit     *Entries
	// Weather, when set, answers instead of the org; it reports whether it did.
	Weather func(http.ResponseWriter, *http.Request) bool
}

// New starts a stack, which ends with the test.
func New(t testing.TB, change ...func(*Config)) *Stack {
	t.Helper()
	c := Config{
		Org:     org.Config{Users: 3, Seed: 7, EmailChangesAtOnce: true},
		Policy:  directory.Policy{FreezeWhenRefused: true},
		Mapping: mapping.Config{Defaults: mapping.Defaults{Profile: "Standard User"}},
		BaseURL: Base,
	}
	for _, f := range change {
		f(&c)
	}
	s := &Stack{Audit: &Entries{}}
	server := simulatortest.New(t, func(sc *simulatortest.Config) {
		sc.Org, sc.InMemory = c.Org, c.InMemory
		sc.Simulator.App = simulator.App{ConsumerKey: "key", ConsumerSecret: "secret", CallbackURLs: []string{"http://localhost/callback"}}
		sc.Simulator.Middleware = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if s.Weather == nil || !s.Weather(w, r) {
					next.ServeHTTP(w, r)
				}
			})
		}
	})
	s.Org, s.Simulator = server.Org, server.Simulator
	var toOrg *http.Client
	if c.InMemory {
		toOrg = server.Client()
	}
	s.Handler = bridge(t, c, s, server.URL, toOrg)
	if c.Wrap != nil {
		s.Handler = c.Wrap(s.Handler)
	}
	return s
}

// bridge is the SCIM handler over the org at an address, reached by a client of
// its own if there is one.
func bridge(t testing.TB, c Config, s *Stack, address string, toOrg *http.Client) http.Handler {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	db := databasetest.SQLite(t)
	key, err := vault.NewMasterKey()
	must(t, err)
	secrets, err := vault.Open(t.Context(), vault.Config{DB: db, MasterKey: key, Logger: quiet})
	must(t, err)
	store, err := oauth.OpenStore(t.Context(), oauth.StoreConfig{DB: db, Vault: secrets})
	must(t, err)
	refreshToken, err := s.Simulator.Grant(administrator)
	must(t, err)
	must(t, store.Configure(t.Context(), oauth.Connection{Name: oauth.DefaultConnection, LoginURL: address, ConsumerKey: "key"},
		oauth.Secrets{ConsumerSecret: "secret", RefreshToken: refreshToken}))
	authorizer, err := oauth.New(t.Context(), oauth.Config{Connection: oauth.DefaultConnection, Store: store, HTTPClient: toOrg, Logger: quiet})
	must(t, err)
	client, err := salesforce.New(salesforce.Config{Authorizer: authorizer, HTTPClient: toOrg, Logger: quiet, MaxAttempts: 2, AttemptTimeout: 5 * time.Second, Now: c.Now})
	must(t, err)
	m, err := mapping.New(c.Mapping)
	must(t, err)
	d, err := directory.New(t.Context(), directory.Config{
		Salesforce: client, Mapping: m, DB: db, Connection: oauth.DefaultConnection, Logger: quiet,
		Defaults: c.Mapping.Defaults, Policy: c.Policy, Now: c.Now,
	})
	must(t, err)
	configured, err := idp.NewConfigured("idp", oauth.DefaultConnection, idp.ScopeAll, Token)
	must(t, err)
	callers, err := idp.New(t.Context(), idp.Config{DB: db, Configured: []idp.Configured{configured}, Issuers: c.Issuers, Logger: quiet})
	must(t, err)
	handler, err := scim.New(scim.Config{
		Directory: d, Authenticate: callers.Authenticate, BaseURL: c.BaseURL, Logger: quiet, Audit: s.Audit,
	})
	must(t, err)
	return handler
}

// Serve starts a stack on a loopback port, below /scim/v2, and returns its base URL.
func Serve(t testing.TB, change ...func(*Config)) (s *Stack, base string) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	base = server.URL + "/scim/v2"
	s = New(t, append([]func(*Config){func(c *Config) { c.BaseURL = base }}, change...)...)
	mux.Handle("/scim/v2/", http.StripPrefix("/scim/v2", s.Handler))
	return s, base
}

// Entries is an audit sink that keeps what it is given.
type Entries struct {
	mu  sync.Mutex
	all []audit.Entry
}

// Record implements audit.Sink.
func (e *Entries) Record(_ context.Context, entry audit.Entry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, entry)
}

// All are the entries so far, the oldest first.
func (e *Entries) All() []audit.Entry {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.all)
}

// Last is the newest entry.
func (e *Entries) Last() audit.Entry {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all[len(e.all)-1]
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
