package scim_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"scimforce/oauth"
	"scimforce/oauth/idp"
	"scimforce/salesforce"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
	"scimforce/scim"
	"scimforce/scim/audit"
	"scimforce/scim/directory"
	"scimforce/scim/mapping"
)

const (
	token = "corpus-token"
	base  = "https://bridge.example/scim/v2"

	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// stack is the whole bridge over a simulated org: everything real but the
// people. The org is reached over HTTP, the memory is a SQLite file.
type stack struct {
	simulator *simulator.Simulator
	org       *org.Org
	handler   http.Handler
	audit     *entries
	// weather, when set, answers instead of the org; it reports whether it did.
	weather func(http.ResponseWriter, *http.Request) bool
}

// newStack starts one; change may alter the org's configuration.
func newStack(t *testing.T, change ...func(*org.Config)) *stack {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	seed := org.Config{Users: 3, Seed: 7, EmailChangesAtOnce: true}
	for _, f := range change {
		f(&seed)
	}
	o, err := org.New(seed)
	must(t, err)
	s := &stack{org: o, audit: &entries{}}
	s.simulator, err = simulator.New(simulator.Config{
		Org: o,
		App: simulator.App{ConsumerKey: "key", ConsumerSecret: "secret", CallbackURLs: []string{"http://localhost/callback"}},
		Middleware: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if s.weather == nil || !s.weather(w, r) {
					next.ServeHTTP(w, r)
				}
			})
		},
	})
	must(t, err)
	salesforceServer := httptest.NewServer(s.simulator)
	t.Cleanup(salesforceServer.Close)
	refreshToken, err := s.simulator.Grant("admin@acme.example")
	must(t, err)

	file := "file:" + (&url.URL{Path: filepath.Join(t.TempDir(), "bridge.db")}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_txlock=immediate"
	db, err := sql.Open("sqlite", file)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })

	store, err := oauth.OpenStore(t.Context(), db)
	must(t, err)
	authorizer, err := oauth.New(t.Context(), oauth.Config{
		LoginURL: salesforceServer.URL, ConsumerKey: "key", ConsumerSecret: "secret",
		RefreshToken: refreshToken, Store: store, Logger: quiet,
	})
	must(t, err)
	client, err := salesforce.New(salesforce.Config{Authorizer: authorizer, Logger: quiet, MaxAttempts: 2, AttemptTimeout: 5 * time.Second})
	must(t, err)
	defaults := mapping.Defaults{Profile: "Standard User"}
	m, err := mapping.New(mapping.Config{Defaults: defaults})
	must(t, err)
	d, err := directory.New(t.Context(), directory.Config{
		Salesforce: client, Mapping: m, DB: db, Logger: quiet, Defaults: defaults,
		Policy: directory.Policy{FreezeWhenRefused: true},
	})
	must(t, err)
	configured, err := idp.NewConfigured("idp", "default", idp.ScopeAll, token)
	must(t, err)
	callers, err := idp.New(t.Context(), idp.Config{DB: db, Configured: []idp.Configured{configured}, Logger: quiet})
	must(t, err)
	s.handler, err = scim.New(scim.Config{Directory: d, Authenticate: callers.Authenticate, BaseURL: base, Logger: quiet, Audit: s.audit})
	must(t, err)
	return s
}

// entries is an audit sink that keeps what it is given.
type entries struct {
	mu  sync.Mutex
	all []audit.Entry
}

// Record implements audit.Sink.
func (e *entries) Record(_ context.Context, entry audit.Entry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, entry)
}

// last is the newest entry.
func (e *entries) last() audit.Entry {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all[len(e.all)-1]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends one request as an IdP would; body may be nil, a string as it is,
// or anything that encodes as JSON.
func (s *stack) ask(t *testing.T, method, path string, body any) *httptest.ResponseRecorder {
	t.Helper()
	var sent io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		must(t, err)
		sent = bytes.NewReader(encoded)
	}
	r := httptest.NewRequest(method, path, sent)
	r.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		r.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// want is ask, and the answer must have the status; its body is decoded.
func (s *stack) want(t *testing.T, status int, method, path string, body any) map[string]any {
	t.Helper()
	w := s.ask(t, method, path, body)
	if w.Code != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	if w.Body.Len() == 0 {
		return nil
	}
	var o map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
	}
	return o
}

// person is a body for POST and PUT of a user with the given userName.
func person(userName string, more map[string]any) map[string]any {
	p := map[string]any{
		"schemas": []any{userURN}, "userName": userName, "active": true,
		"name":   map[string]any{"givenName": "Ada", "familyName": "Lovelace"},
		"emails": []any{map[string]any{"value": userName, "type": "work", "primary": true}},
	}
	for k, v := range more {
		if v == nil {
			delete(p, k)
			continue
		}
		p[k] = v
	}
	return p
}

// made creates a user and returns his id.
func (s *stack) made(t *testing.T, userName string, more map[string]any) string {
	t.Helper()
	return fmt.Sprint(s.want(t, 201, "POST", "/Users", person(userName, more))["id"])
}

// operations is a PATCH body.
func operations(ops ...map[string]any) map[string]any {
	return map[string]any{"schemas": []any{patchURN}, "Operations": ops}
}
