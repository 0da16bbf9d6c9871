package oauth

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/authority"
)

// allow plays the browser: it goes to the authorize URL, logs in, presses Allow
// and comes back with a code.
func (h *loginHost) allow(t *testing.T, authorizeURL string) (code string, asked url.Values) {
	t.Helper()
	u, err := url.Parse(authorizeURL)
	if err != nil {
		t.Fatal(err)
	}
	back := h.MustAllow(authorizeURL, administrator).Query()
	if back.Get("state") != u.Query().Get("state") || back.Get("code") == "" {
		t.Fatalf("came back with %v", back)
	}
	return back.Get("code"), u.Query()
}

func TestWebServerFlowAuthorizesTheBridge(t *testing.T) {
	host := newLoginHost(t, "")
	db := newDatabase(t)
	withoutSeed := func(c *settings) { c.RefreshToken = "" }
	a := newAuthorizer(t, host, db, withoutSeed)
	authorizeURL, state, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code, asked := host.allow(t, authorizeURL)
	for key, want := range map[string]string{
		"response_type": "code", "client_id": "key", "redirect_uri": "http://127.0.0.1/oauth/callback", "scope": "api refresh_token",
		"state": state, "code_challenge_method": "S256", "prompt": "login consent",
	} {
		if asked.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, asked.Get(key), want)
		}
	}
	if !strings.HasPrefix(authorizeURL, host.URL+"/services/oauth2/authorize?") || asked.Get("code_challenge") == "" {
		t.Errorf("authorize URL %s", authorizeURL)
	}
	if err := a.Complete(t.Context(), state, code); err != nil {
		t.Fatal(err)
	}
	mustToken(t, a)
	if s := a.Status(); s.State != "connected" {
		t.Errorf("status %+v", s)
	}
	mustToken(t, newAuthorizer(t, host, db, withoutSeed)) // after a restart
	if err := a.Complete(t.Context(), state, code); !errors.Is(err, ErrState) {
		t.Errorf("a state used twice: %v", err)
	}
}

func TestNewAuthorizationEndsALostGrantAlsoAfterARestartWithTheOldSeed(t *testing.T) {
	host := newLoginHost(t, "")
	db := newDatabase(t)
	a := newAuthorizer(t, host, db, nil)
	if _, err := a.Token(t.Context()); !IsGrantLost(err) {
		t.Fatal(err)
	}
	authorizeURL, state, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code, _ := host.allow(t, authorizeURL)
	if err := a.Complete(t.Context(), state, code); err != nil {
		t.Fatal(err)
	}
	mustToken(t, a)
	mustToken(t, newAuthorizer(t, host, db, nil))
}

func TestAuthorizationThatEndsWhileARefreshIsUnderWayWins(t *testing.T) {
	outcomes := map[string]func(w http.ResponseWriter) bool{
		"the old grant is refused": func(http.ResponseWriter) bool { return false },
		"the refresh fails": func(w http.ResponseWriter) bool {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		},
	}
	for name, outcome := range outcomes {
		t.Run(name, func(t *testing.T) { authorizeDuringARefresh(t, outcome) })
	}
}

func authorizeDuringARefresh(t *testing.T, outcome func(w http.ResponseWriter) bool) {
	host := newLoginHost(t, "")
	arrived, release := make(chan struct{}), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(release) })
	defer letGo() // also when the test fails before
	a := newAuthorizer(t, host, newDatabase(t), nil)
	host.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.PostForm.Get("grant_type") == "refresh_token" && r.PostForm.Get("refresh_token") == "seed" {
			close(arrived)
			<-release
			return outcome(w)
		}
		return false
	})
	got := make(chan error)
	go func() {
		_, err := a.Token(t.Context())
		got <- err
	}()
	<-arrived
	authorizeURL, state, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code, _ := host.allow(t, authorizeURL)
	if err := a.Complete(t.Context(), state, code); err != nil {
		t.Fatal(err)
	}
	letGo() // and now the old seed is refused
	if err := <-got; err != nil {
		t.Errorf("the caller that waited: %v", err)
	}
	mustToken(t, a)
	if s := a.Status(); s.State != "connected" {
		t.Errorf("status %+v", s)
	}
}

func TestStateIsGoodForTenMinutes(t *testing.T) {
	host, now := newLoginHost(t, "seed"), newClock()
	a := newAuthorizer(t, host, newDatabase(t), func(c *settings) { c.Now = now.Now })
	authorizeURL, state, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code, _ := host.allow(t, authorizeURL)
	now.advance(10 * time.Minute)
	if err := a.Complete(t.Context(), state, code); !errors.Is(err, ErrState) {
		t.Errorf("an expired state: %v", err)
	}
	if err := a.Complete(t.Context(), "never begun", code); !errors.Is(err, ErrState) {
		t.Errorf("an unknown state: %v", err)
	}
	if len(host.requests) != 0 {
		t.Error("a code was sent with a bad state")
	}
}

func TestAnswerWithoutARefreshTokenSaysWhatToChange(t *testing.T) {
	host := newLoginHost(t, "seed")
	host.sets(t, func(app *simulator.App) { app.RefreshPolicy = authority.ExpireImmediately })
	a := newAuthorizer(t, host, newDatabase(t), nil)
	authorizeURL, state, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code, _ := host.allow(t, authorizeURL)
	err = a.Complete(t.Context(), state, code)
	if err == nil || !strings.Contains(err.Error(), "refresh_token") || !strings.Contains(err.Error(), "policy") {
		t.Errorf("error %v, want scope and policy", err)
	}
	host.sets(t, func(*simulator.App) {})
	mustToken(t, a) // the earlier grant stays
}

func TestRefusedCodeKeepsTheEarlierGrant(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	_, state, err := a.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Complete(t.Context(), state, "no such code"); err == nil {
		t.Error("no error")
	}
	mustToken(t, a)
}

func TestRevokedGrantIsNotUsedAgain(t *testing.T) {
	host := newLoginHost(t, "seed")
	db := newDatabase(t)
	a := newAuthorizer(t, host, db, nil)
	mustToken(t, a)
	if err := a.Revoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := host.requests[len(host.requests)-1]
	if last.Get("token") != host.answered(0).Refresh {
		t.Errorf("revoked %q", last.Get("token"))
	}
	for _, a := range []*Authorizer{a, newAuthorizer(t, host, db, nil)} {
		if _, err := a.Token(t.Context()); !IsGrantLost(err) {
			t.Errorf("error %v", err)
		}
	}
	if host.refreshes() != 1 {
		t.Errorf("%d refreshes", host.refreshes())
	}
}
