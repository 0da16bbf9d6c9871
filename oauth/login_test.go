package oauth

import (
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"scimforce/oauth/database"
	"scimforce/oauth/vault"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// administrator gave the grants of the tests.
const administrator = simulatortest.Admin

// loginHost is the login host of a simulated org that enforces refresh token
// rotation: a spent refresh token that comes again ends the grant. It keeps the
// token requests and their answers.
type loginHost struct {
	*simulatortest.Server
	org http.Handler // the simulator behind it
	app simulator.App

	mu       sync.Mutex
	refresh  int // refresh requests seen
	requests []url.Values
	answers  []tokens
	// before is asked first, as something between the bridge and the login host
	// may answer; true means that it has.
	before func(w http.ResponseWriter, r *http.Request) bool
}

// tokens are what a token request was answered with.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// newLoginHost starts one with a grant whose refresh token is the seed, without
// any if that is empty; change may alter how.
func newLoginHost(t *testing.T, seed string, change ...func(*simulatortest.Config)) *loginHost {
	t.Helper()
	h := &loginHost{}
	h.Server = simulatortest.New(t, func(c *simulatortest.Config) {
		c.Simulator.App.ConsumerKey, c.Simulator.App.ConsumerSecret = "key", "secret"
		c.Simulator.App.RotateRefreshTokens = true
		c.Simulator.Middleware = func(next http.Handler) http.Handler {
			h.org = next
			return http.HandlerFunc(h.serve)
		}
		for _, f := range change {
			f(c)
		}
		h.app = c.Simulator.App
	})
	if seed != "" {
		h.grants(t, seed)
	}
	return h
}

// grants makes a grant with a refresh token of the test's choice.
func (h *loginHost) grants(t *testing.T, refreshToken string) {
	t.Helper()
	if err := h.GrantToken(administrator, refreshToken); err != nil {
		t.Fatal(err)
	}
}

// sets changes the settings of the app.
func (h *loginHost) sets(t *testing.T, change func(*simulator.App)) {
	t.Helper()
	app := h.app
	change(&app)
	if err := h.SetApp(app); err != nil {
		t.Fatal(err)
	}
}

func (h *loginHost) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/services/oauth2/token" && r.URL.Path != "/services/oauth2/revoke" {
		h.org.ServeHTTP(w, r)
		return
	}
	_ = r.ParseForm() // what is no form the org refuses
	h.mu.Lock()
	h.requests = append(h.requests, r.PostForm)
	if r.PostForm.Get("grant_type") == "refresh_token" {
		h.refresh++
	}
	before := h.before
	h.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	h.pass(w, r)
}

// pass lets the org answer, and keeps what it says.
func (h *loginHost) pass(w http.ResponseWriter, r *http.Request) {
	kept := httptest.NewRecorder()
	h.org.ServeHTTP(kept, r)
	var got tokens
	if kept.Code == http.StatusOK && json.Unmarshal(kept.Body.Bytes(), &got) == nil {
		h.mu.Lock()
		h.answers = append(h.answers, got)
		h.mu.Unlock()
	}
	maps.Copy(w.Header(), kept.Header())
	w.WriteHeader(kept.Code)
	_, _ = w.Write(kept.Body.Bytes())
}

// answered are the tokens of the token request with that number.
func (h *loginHost) answered(i int) tokens {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.answers[i]
}

// refuse answers as the login host does when it is overloaded or in a state that
// a test does not bring a simulated org to.
func refuse(w http.ResponseWriter, code, description string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": description})
}

// refreshes is how many refresh requests came.
func (h *loginHost) refreshes() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refresh
}

func (h *loginHost) intercept(f func(w http.ResponseWriter, r *http.Request) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.before = f
}

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

// fastClock runs a hundred times as fast as others.
func fastClock() func() time.Time {
	begun := time.Now()
	return func() time.Time { return begun.Add(100 * time.Since(begun)) }
}

func openDatabase(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := database.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func newDatabase(t *testing.T) *sql.DB {
	t.Helper()
	return openDatabase(t, filepath.Join(t.TempDir(), "oauth.db"))
}

// masterKey is that of the vaults of all tests.
const masterKey = "scimforce-master-0m2E5J2OToesCNzrofi4iGf59GA_a0KgsVqMl-RQ7zG37yv1"

// openStore opens the room's store, with a vault of its own, over db.
func openStore(t *testing.T, db *sql.DB, now func() time.Time) *Store {
	t.Helper()
	v, err := vault.Open(t.Context(), vault.Config{DB: db, MasterKey: mustMasterKey(t), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenStore(t.Context(), StoreConfig{DB: db, Vault: v, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustMasterKey(t *testing.T) vault.MasterKey {
	t.Helper()
	key, err := vault.ParseMasterKey(masterKey)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// settings are what newAuthorizer makes a connection and its Authorizer of.
type settings struct {
	LoginURL, ConsumerKey, ConsumerSecret string
	RefreshToken                          string // the seed
	RedirectURL                           string
	HTTPClient                            *http.Client
	Logger                                *slog.Logger
	Now                                   func() time.Time
}

// newAuthorizer makes one for host over db, as the environment configures it;
// change may alter how.
func newAuthorizer(t *testing.T, host *loginHost, db *sql.DB, change func(*settings)) *Authorizer {
	t.Helper()
	ctx := t.Context()
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	c := settings{LoginURL: host.URL, ConsumerKey: "key", ConsumerSecret: "secret", RefreshToken: "seed", RedirectURL: simulatortest.CallbackURL, HTTPClient: client}
	if change != nil {
		change(&c)
	}
	store := openStore(t, db, c.Now)
	err := store.Configure(ctx, Connection{Name: DefaultConnection, LoginURL: c.LoginURL, ConsumerKey: c.ConsumerKey},
		Secrets{ConsumerSecret: c.ConsumerSecret, RefreshToken: c.RefreshToken})
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(ctx, Config{
		Connection: DefaultConnection, Store: store, HTTPClient: c.HTTPClient, Logger: c.Logger, Now: c.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

// stored is the refresh token of the one grant of the store.
func (s *Store) stored(t *testing.T) (refreshToken, seedHash string) {
	t.Helper()
	seedHash, err := s.latestSeed(t.Context(), DefaultConnection, "key")
	if err != nil {
		t.Fatal(err)
	}
	g, found, err := s.load(t.Context(), grantKey{DefaultConnection, "key", seedHash})
	if err != nil || !found {
		t.Fatalf("found %v, %v", found, err)
	}
	return g.refreshToken, seedHash
}

// mustToken is Token that must succeed.
func mustToken(t *testing.T, a *Authorizer) string {
	t.Helper()
	token, err := a.Token(t.Context())
	if err != nil {
		t.Fatalf("Token: %v", err)
	}
	return token.AccessToken
}
