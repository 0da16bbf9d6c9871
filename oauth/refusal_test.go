package oauth

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator"
)

func TestUnavailableLoginHostIsAskedAgainAfterACoolDown(t *testing.T) {
	answers := map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"503 with HTML": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte("<html>Service Unavailable</html>"))
			return true
		},
		"200 with HTML": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>maintenance</html>"))
			return true
		},
		"500 with an OAuth error": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`{"error":"invalid_grant","error_description":"x"}`))
			return true
		},
		"half an answer": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Length", "500")
			_, _ = w.Write([]byte(`{"access_token":"00D`))
			return true
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.RawQuery == "elsewhere" {
				return false // would be answered with a token
			}
			http.Redirect(w, r, r.URL.Path+"?elsewhere", http.StatusTemporaryRedirect)
			return true
		},
		"too many logins": func(w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, "rate_limit_exceeded", "number of login attempts exceeded")
			return true
		},
		"too many refreshes": func(w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, "invalid_grant", "login rate exceeded")
			return true
		},
		"an instance URL without TLS": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"access_token":"a","instance_url":"http://acme.my.salesforce.com"}`))
			return true
		},
		"no instance URL": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"access_token":"a"}`))
			return true
		},
		"a cut connection": func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			host, now := newLoginHost(t, "seed"), newClock()
			host.intercept(answer)
			a := newAuthorizer(t, host, newDatabase(t), func(c *settings) { c.Now = now.Now })
			for range 3 {
				_, err := a.Token(t.Context())
				if !IsUnavailable(err) || IsGrantLost(err) {
					t.Fatalf("error %v, want unavailable", err)
				}
			}
			if n := host.refreshes(); n != 1 {
				t.Errorf("%d requests within the cool-down, want 1", n)
			}
			if s := a.Status(); s.State != "unknown" || s.LastError == "" {
				t.Errorf("status %+v", s)
			}
			host.intercept(nil)
			now.advance(coolDownFirst)
			mustToken(t, a)
			if s := a.Status(); s.State != "connected" || s.LastError != "" || !s.LastRefresh.Equal(now.Now()) {
				t.Errorf("status %+v", s)
			}
		})
	}
}

func TestLostGrantIsRememberedWithoutAStorm(t *testing.T) {
	host, now := newLoginHost(t, "another"), newClock()
	db := newDatabase(t)
	a := newAuthorizer(t, host, db, func(c *settings) { c.Now = now.Now })
	for range 20 {
		_, err := a.Token(t.Context())
		if !IsGrantLost(err) || IsUnavailable(err) || !strings.Contains(err.Error(), "authorize the bridge again") {
			t.Fatalf("error %v, want a lost grant and its remedy", err)
		}
		now.advance(time.Hour)
	}
	restarted := newAuthorizer(t, host, db, nil)
	if _, err := restarted.Token(t.Context()); !IsGrantLost(err) {
		t.Errorf("after a restart: %v", err)
	}
	if s := restarted.Status(); s.State != "lost" || s.LastError == "" {
		t.Errorf("status %+v", s)
	}
	if n := host.refreshes(); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
	reseeded := newAuthorizer(t, host, db, func(c *settings) { c.RefreshToken = "another" })
	mustToken(t, reseeded)
}

// A sandbox has the consumer key of the org it was copied from, and that org
// says of the sandbox's token that it is expired.
func TestGrantLostAtTheWrongLoginHostIsGoodAtTheRightOne(t *testing.T) {
	production, sandbox := newLoginHost(t, "of another org"), newLoginHost(t, "seed")
	db := newDatabase(t)
	_, err := newAuthorizer(t, production, db, nil).Token(t.Context())
	if !IsGrantLost(err) || !strings.Contains(err.Error(), "https://test.salesforce.com") {
		t.Fatalf("error %v, want a lost grant that names the login URL as a cause", err)
	}
	mustToken(t, newAuthorizer(t, sandbox, db, nil)) // the login URL was corrected, the seed is the same
	if n := production.refreshes(); n != 1 {
		t.Errorf("%d refreshes at the wrong host, want 1", n)
	}
}

func TestRefusalThatCanBeMendedIsTriedAgainSlowly(t *testing.T) {
	app := func(change func(*simulator.App)) func(*testing.T, *loginHost) {
		return func(t *testing.T, h *loginHost) { h.sets(t, change) }
	}
	login := func(policy simulator.LoginPolicy) func(*testing.T, *loginHost) {
		return func(t *testing.T, h *loginHost) {
			if err := h.SetLoginPolicy(h.Org, policy); err != nil {
				t.Fatal(err)
			}
		}
	}
	// says is for what no org of a test can be brought to.
	says := func(code, description string) func(*testing.T, *loginHost) {
		return func(_ *testing.T, h *loginHost) {
			h.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
				refuse(w, code, description)
				return true
			})
		}
	}
	elsewhere := map[string][]netip.Prefix{"": {netip.MustParsePrefix("192.0.2.0/24")}}
	cases := []struct {
		description, remedy string
		amiss               func(*testing.T, *loginHost)
	}{
		{"ip restricted", "IP", login(simulator.LoginPolicy{IPRanges: elsewhere})},
		{"organization is locked, closed, or suspended", "ask Salesforce", login(simulator.LoginPolicy{Closed: true})},
		{"invalid client credentials", "consumer secret", app(func(a *simulator.App) { a.ConsumerSecret = "another" })},
		{"client identifier invalid", "ten minutes", app(func(a *simulator.App) { a.KnownFrom = time.Now().Add(time.Hour) })},
		{"user is not admin approved to access this app", "permission set", app(func(a *simulator.App) { a.ApprovedFor = []string{"Read Only"} })},
		{"user is inactive", "activate or unfreeze", says("inactive_user", "user is inactive")},
		{"request not supported on this domain", "My Domain", says("invalid_grant", "request not supported on this domain")},
		{"no valid scopes defined", "allow the scopes", says("invalid_grant", "no valid scopes defined")},
		{"what is this", "login history", says("never_heard_of", "what is this")},
	}
	for _, c := range cases {
		t.Run(c.description, func(t *testing.T) {
			host, now := newLoginHost(t, "seed"), newClock()
			c.amiss(t, host)
			a := newAuthorizer(t, host, newDatabase(t), func(config *settings) { config.Now = now.Now })
			for range 5 {
				_, err := a.Token(t.Context())
				if !IsGrantLost(err) || !strings.Contains(err.Error(), c.remedy) || !strings.Contains(err.Error(), c.description) {
					t.Fatalf("error %v, want %q in it", err, c.remedy)
				}
			}
			if n := host.refreshes(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			if s := a.Status(); s.State != "lost" {
				t.Errorf("status %+v", s)
			}
			host.intercept(nil) // somebody mends it
			app(func(*simulator.App) {})(t, host)
			login(simulator.LoginPolicy{})(t, host)
			now.advance(refusedFirst)
			mustToken(t, a)
		})
	}
}

func TestCoolDownGrowsToItsMost(t *testing.T) {
	host, now := newLoginHost(t, "seed"), newClock()
	host.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	a := newAuthorizer(t, host, newDatabase(t), func(c *settings) { c.Now = now.Now })
	for range 10 * 60 { // ten minutes of a caller a second
		_, _ = a.Token(t.Context())
		now.advance(time.Second)
	}
	if n := host.refreshes(); n < 20 || n > 30 {
		t.Errorf("%d requests in ten minutes, want about one each half minute", n)
	}
}

func TestAccessTokensRefusedOneAfterAnotherEndTheRefreshing(t *testing.T) {
	host, now := newLoginHost(t, "seed"), newClock()
	a := newAuthorizer(t, host, newDatabase(t), func(c *settings) { c.Now = now.Now })
	token, err := a.Token(t.Context())
	for err == nil {
		token, err = a.Renew(t.Context(), token)
		if host.refreshes() > 2*shortLives {
			t.Fatal("no end of refreshing")
		}
	}
	if !IsUnavailable(err) {
		t.Errorf("error %v, want unavailable", err)
	}
	now.advance(coolDownMost)
	mustToken(t, a)
}

func TestRefreshThatExchangedNothingLeavesNothingToWaitFor(t *testing.T) {
	cases := map[string]func(t *testing.T, c *settings, host *loginHost){
		"nobody listened": func(_ *testing.T, c *settings, _ *loginHost) {
			nobody := httptest.NewServer(http.NotFoundHandler())
			nobody.Close()
			c.LoginURL = nobody.URL
		},
		"nobody was trusted": func(t *testing.T, c *settings, _ *loginHost) {
			c.LoginURL = overTLS(t, http.NotFound).URL
		},
		"there were too many logins": func(_ *testing.T, _ *settings, host *loginHost) {
			host.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
				refuse(w, "rate_limit_exceeded", "number of login attempts exceeded")
				return true
			})
		},
	}
	for name, amiss := range cases {
		t.Run(name, func(t *testing.T) {
			host, db := newLoginHost(t, "seed"), newDatabase(t)
			_, err := newAuthorizer(t, host, db, func(c *settings) { amiss(t, c, host) }).Token(t.Context())
			if !IsUnavailable(err) {
				t.Fatalf("error %v, want unavailable", err)
			}
			var attempted sql.NullInt64
			if err := db.QueryRow(`SELECT attempted_at FROM oauth_grants`).Scan(&attempted); err != nil || attempted.Valid {
				t.Errorf("the note of the attempt stays: %v, %v", attempted, err)
			}
		})
	}
}
