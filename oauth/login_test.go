package oauth

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	_ "modernc.org/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// loginHost is a login host that behaves as Salesforce does with refresh token
// rotation enforced: a spent refresh token that comes again ends the grant.
type loginHost struct {
	*httptest.Server
	mu       sync.Mutex
	current  string          // the refresh token that is good
	spent    map[string]bool // those that were
	issued   int
	refresh  int // refresh requests seen
	requests []url.Values
	rotate   bool
	codes    map[string]string // authorization code -> S256 challenge
	noGrant  bool              // the code exchange gives no refresh token
	// before is asked first; true means that it has answered.
	before func(w http.ResponseWriter, r *http.Request) bool
}

func newLoginHost(t *testing.T, seed string) *loginHost {
	t.Helper()
	h := &loginHost{current: seed, spent: map[string]bool{}, rotate: true, codes: map[string]string{}}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	return h
}

func (h *loginHost) serve(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
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
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case r.URL.Path == "/services/oauth2/revoke":
		h.current = ""
	case r.Header.Get("Accept") != "application/json":
		http.Error(w, "the Accept header is missing", http.StatusNotAcceptable)
	case r.PostForm.Get("grant_type") == "refresh_token":
		h.serveRefresh(w, r)
	case r.PostForm.Get("grant_type") == "authorization_code":
		h.serveCode(w, r)
	default:
		refuse(w, "unsupported_grant_type", "grant type not supported")
	}
}

func (h *loginHost) serveRefresh(w http.ResponseWriter, r *http.Request) {
	token := r.PostForm.Get("refresh_token")
	switch {
	case r.PostForm.Has("scope"):
		refuse(w, "invalid_request", "scope parameter not supported")
	case h.spent[token]:
		h.current = "" // reuse: everything is revoked
		refuse(w, "invalid_grant", "expired access/refresh token")
	case token != h.current || token == "":
		refuse(w, "invalid_grant", "expired access/refresh token")
	case h.rotate:
		h.spent[token] = true
		h.issued++
		h.current = fmt.Sprintf("rotated-%d", h.issued)
		h.answer(w, h.current)
	default:
		h.issued++
		h.answer(w, "")
	}
}

func (h *loginHost) serveCode(w http.ResponseWriter, r *http.Request) {
	challenge, known := h.codes[r.PostForm.Get("code")]
	delete(h.codes, r.PostForm.Get("code"))
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	switch {
	case !known:
		refuse(w, "invalid_grant", "expired authorization code")
	case base64.RawURLEncoding.EncodeToString(sum[:]) != challenge:
		refuse(w, "invalid_grant", "invalid code verifier")
	case h.noGrant:
		h.issued++
		h.answer(w, "")
	default:
		h.issued++
		h.current = fmt.Sprintf("granted-%d", h.issued)
		h.answer(w, h.current)
	}
}

func (h *loginHost) answer(w http.ResponseWriter, refreshToken string) {
	body := map[string]any{
		"access_token": fmt.Sprintf("00D000000000001!access-%d", h.issued), "token_type": "Bearer", "scope": "refresh_token api",
		"instance_url": h.URL, "id": h.URL + "/id/00D000000000001EAA/005000000000001AAA", "issued_at": "1708058728442", "signature": "x=",
	}
	if refreshToken != "" {
		body["refresh_token"] = refreshToken
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_ = json.NewEncoder(w).Encode(body)
}

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

func openDatabase(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_txlock=immediate")
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

// newAuthorizer makes one for host over db; change may alter its configuration.
func newAuthorizer(t *testing.T, host *loginHost, db *sql.DB, change func(*Config)) *Authorizer {
	t.Helper()
	ctx := t.Context()
	store, err := OpenStore(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	c := Config{
		LoginURL: host.URL, ConsumerKey: "key", ConsumerSecret: "secret", RefreshToken: "seed",
		RedirectURL: "http://127.0.0.1/oauth/callback", Store: store, HTTPClient: client,
	}
	if change != nil {
		change(&c)
	}
	a, err := New(ctx, c)
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

// mustToken is Token that must succeed.
func mustToken(t *testing.T, a *Authorizer) string {
	t.Helper()
	token, err := a.Token(t.Context())
	if err != nil {
		t.Fatalf("Token: %v", err)
	}
	return token.AccessToken
}
