package directory

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"scimforce/oauth/database/databasetest"
	"scimforce/salesforce"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/simulatortest"
	"scimforce/scim/audit"
	"scimforce/scim/mapping"
)

// house is a directory before a simulated org, over real HTTP, with a real
// database file.
type house struct {
	*Directory
	t         testing.TB
	org       *org.Org
	simulator *simulator.Simulator
	client    *salesforce.Client
	db        *sql.DB
	events    *events
	before    func(*http.Request) error // before each request, if set: an error is a broken connection
	config    Config
	suffix    string // of the usernames in the org
}

// events are what Config.Observe was told.
type events struct {
	mu  sync.Mutex
	all []string
}

func (e *events) observe(event string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
}

func (e *events) has(event string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Contains(e.all, event)
}

const admin = "admin@acme.example"

// option changes how a house is built.
type option func(*Config, *org.Config)

func people(n int) option { return func(_ *Config, o *org.Config) { o.Users = n } }

// onEach runs a test with its own tables on each engine.
func onEach(t *testing.T, test func(t *testing.T, on option)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, open func(*testing.T) *sql.DB) {
		test(t, func(c *Config, _ *org.Config) { c.DB = open(t) })
	})
}

func open(t testing.TB, options ...option) *house { return build(t, "", false, options...) }

// openSandbox opens a house whose org's usernames end in a suffix.
func openSandbox(t testing.TB, suffix string, options ...option) *house {
	t.Helper()
	return build(t, suffix, false, options...)
}

// openSlow opens a house in a bubble of testing/synctest. Each call of Salesforce
// takes a second, in which everybody else does what he can.
func openSlow(t testing.TB, options ...option) *house {
	t.Helper()
	h := build(t, "", true, options...)
	h.before = func(*http.Request) error {
		<-time.After(time.Second)
		return nil
	}
	return h
}

func build(t testing.TB, suffix string, inMemory bool, options ...option) *house {
	t.Helper()
	h := &house{t: t, events: &events{}, suffix: suffix}
	c := Config{
		Policy:   Policy{RemovePermissionSets: true, RemoveGroups: true, FreezeWhenRefused: true},
		Defaults: mapping.Defaults{Profile: "Standard User"},
		Observe:  h.events.observe,
		Logger:   slog.New(slog.DiscardHandler),
	}
	oc := org.Config{Name: "Acme", Users: 5, AdminUsername: admin, Seed: 7, LicenseSeats: map[string]int{"Salesforce": 20000}}
	for _, o := range options {
		o(&c, &oc)
	}
	server := simulatortest.New(t, func(c *simulatortest.Config) { c.Org, c.InMemory = oc, inMemory })
	h.org, h.simulator = server.Org, server.Simulator
	access := server.MustAccessToken(admin)
	transport := &http.Transport{} // keeps connections, as the bridge does
	if inMemory {
		transport = server.Transport()
	}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: hooked{h, transport}}
	var err error
	h.client, err = salesforce.New(salesforce.Config{
		Authorizer: fixed{(&oauth2.Token{AccessToken: access}).WithExtra(map[string]any{"instance_url": server.URL, "id": server.URL + "/id/" + h.org.ID() + "/" + h.org.AdminID()})},
		HTTPClient: client, Logger: slog.New(slog.DiscardHandler), MaxAttempts: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	if h.db = c.DB; h.db == nil {
		h.db = databasetest.SQLite(t)
	}
	if c.Mapping, err = mapping.New(mapping.Config{Defaults: c.Defaults, UsernameSuffix: h.suffix}); err != nil {
		t.Fatal(err)
	}
	c.Salesforce, c.DB, c.Connection = h.client, h.db, "default"
	h.config = c
	h.restart()
	return h
}

// fixed is an Authorizer with one session.
type fixed struct{ token *oauth2.Token }

func (f fixed) Token(context.Context) (*oauth2.Token, error) { return f.token, nil }

func (f fixed) Renew(context.Context, *oauth2.Token) (*oauth2.Token, error) { return f.token, nil }

// hooked asks house.before, then sends.
type hooked struct {
	h    *house
	next http.RoundTripper
}

func (k hooked) RoundTrip(r *http.Request) (*http.Response, error) {
	if k.h.before != nil {
		if err := k.h.before(r); err != nil {
			return nil, err
		}
	}
	return k.next.RoundTrip(r)
}

// restart makes a new Directory on the same database and org.
func (h *house) restart() {
	h.t.Helper()
	d, err := New(h.t.Context(), h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	h.Directory = d
}

// warm reads what is cached, so that counts show what a request costs.
func (h *house) warm() {
	h.t.Helper()
	if _, _, err := h.Directory.org.known(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.simulator.ResetCalls()
}

// calls is how many API calls were made since the last time it was asked.
func (h *house) calls() int {
	n := 0
	for _, c := range h.simulator.Calls() {
		n += c.Count
	}
	h.simulator.ResetCalls()
	return n
}

// wantCalls asserts how many calls were made since the last time.
func (h *house) wantCalls(what string, want int) {
	h.t.Helper()
	listed := h.simulator.Calls()
	if got := h.calls(); got != want {
		h.t.Errorf("%s cost %d API calls, want %d: %v", what, got, want, listed)
	}
}

// row is a record as the org holds it.
func (h *house) row(object, id string) org.Row {
	h.t.Helper()
	r, ok := h.org.Find(object, id)
	if !ok {
		h.t.Fatalf("the org has no %s %s", object, id)
	}
	return r
}

// directly changes the org as an administrator would in Setup.
func (h *house) directly(object, id string, values map[string]any) {
	h.t.Helper()
	if errs := h.org.Update(org.Actor{UserID: h.org.AdminID()}, object, id, values); len(errs) > 0 {
		h.t.Fatal(errs)
	}
}

// made inserts a record as an administrator would.
func (h *house) made(object string, values map[string]any) string {
	h.t.Helper()
	id, errs := h.org.Insert(org.Actor{UserID: h.org.AdminID()}, object, values)
	if len(errs) > 0 {
		h.t.Fatal(errs)
	}
	return id
}

// query asks the org, outside of the calls that are counted.
func (h *house) query(statement string) []salesforce.Record {
	h.t.Helper()
	r, err := h.client.Query(h.t.Context(), statement)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// noted runs fn and returns the audit notes it made.
func noted(ctx context.Context, fn func(context.Context)) string {
	ctx, notes := audit.With(ctx)
	fn(ctx)
	return strings.Join(notes.All(), "\n")
}

// set makes a permission set.
func (h *house) set(label string) map[string]any {
	h.t.Helper()
	name := strings.ReplaceAll(label, " ", "_")
	made := h.made("PermissionSet", map[string]any{"Name": name, "Label": label})
	return map[string]any{"id": made}
}

// setsOf lists the permission sets a user has, in id order.
func (h *house) setsOf(user string) string {
	h.t.Helper()
	var all []string
	for _, r := range h.query("SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '" + user + "' AND PermissionSet.IsOwnedByProfile = false ORDER BY PermissionSetId") {
		all = append(all, r.String("PermissionSetId"))
	}
	return strings.Join(all, " ")
}

// login lets somebody try to log in, which gives him a UserLogin record.
func (h *house) login(user string) {
	h.t.Helper()
	if _, ok := h.org.RecordLogin(user); !ok {
		h.t.Fatalf("no user %s", user)
	}
}

func seats(n int) option {
	return func(_ *Config, o *org.Config) { o.LicenseSeats = map[string]int{"Salesforce": n} }
}
