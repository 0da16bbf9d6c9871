package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"scimforce/salesforce/simulator"
)

func TestFiftyCallersShareOneRefresh(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	first, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var callers sync.WaitGroup
	tokens := make([]*oauth2.Token, 50)
	for i := range tokens {
		callers.Go(func() {
			token, err := a.Renew(t.Context(), first)
			if err != nil {
				t.Errorf("Renew: %v", err)
			}
			tokens[i] = token
		})
	}
	callers.Wait()
	if n := host.refreshes(); n != 2 {
		t.Errorf("%d refreshes, want 2: the first token's and one for all fifty", n)
	}
	for _, token := range tokens {
		if token == nil || token.AccessToken != tokens[0].AccessToken || token.AccessToken == first.AccessToken {
			t.Fatalf("token %v, want one new token for all", token)
		}
	}
	if first.Extra("instance_url") != host.URL || !strings.HasSuffix(first.Extra("id").(string), "/"+host.Org.AdminID()) {
		t.Errorf("instance_url %v, id %v", first.Extra("instance_url"), first.Extra("id"))
	}
	if first.RefreshToken != "" || first.Extra("refresh_token") != nil {
		t.Error("the refresh token was handed out")
	}
}

func TestRenewOfATokenThatWasRenewedAlreadyAsksNobody(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	old, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := a.Renew(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.Renew(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	if again.AccessToken != renewed.AccessToken || host.refreshes() != 2 {
		t.Errorf("token %q after %d refreshes, want %q after 2", again.AccessToken, host.refreshes(), renewed.AccessToken)
	}
}

func TestRequestIsAsSalesforceWantsIt(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	mustToken(t, a)
	got := host.requests[0]
	for key, want := range map[string]string{"grant_type": "refresh_token", "client_id": "key", "client_secret": "secret", "refresh_token": "seed", "scope": ""} {
		if got.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, got.Get(key), want)
		}
	}
}

func TestCallerThatHangsUpDoesNotEndTheRefresh(t *testing.T) {
	host := newLoginHost(t, "seed")
	arrived, release := make(chan struct{}), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(release) })
	defer letGo() // also when the test fails before
	host.intercept(func(http.ResponseWriter, *http.Request) bool {
		close(arrived)
		<-release
		return false
	})
	a := newAuthorizer(t, host, newDatabase(t), nil)
	ctx, hangUp := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() {
		_, err := a.Token(ctx)
		gaveUp <- err
	}()
	<-arrived
	hangUp()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller that hung up got %v", err)
	}
	host.intercept(nil)
	letGo()
	mustToken(t, a)
	if n := host.refreshes(); n != 1 {
		t.Errorf("%d refreshes, want the one that the first caller began", n)
	}
}

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

func TestWithoutAnyGrantNothingIsAsked(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), func(c *settings) { c.RefreshToken = "" })
	if _, err := a.Token(t.Context()); !IsGrantLost(err) || !strings.Contains(err.Error(), "never authorized") {
		t.Errorf("error %v", err)
	}
	if s := a.Status(); s.State != "missing" || host.refreshes() != 0 {
		t.Errorf("status %+v, %d refreshes", s, host.refreshes())
	}
}

func TestClosedAuthorizerRefuses(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Token(t.Context()); !IsUnavailable(err) {
		t.Errorf("error %v", err)
	}
}

func TestBadConfigurationIsRefused(t *testing.T) {
	store := openStore(t, newDatabase(t), nil)
	good := Connection{Name: "default", LoginURL: "https://login.salesforce.com", ConsumerKey: "key"}
	if err := store.Configure(t.Context(), good, Secrets{}); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	cases := map[string]func(*Connection){
		"no login URL":              func(c *Connection) { c.LoginURL = "" },
		"a login URL without TLS":   func(c *Connection) { c.LoginURL = "http://login.salesforce.com" },
		"a login URL with a path":   func(c *Connection) { c.LoginURL = "https://login.salesforce.com/services" },
		"a login URL with a user":   func(c *Connection) { c.LoginURL = "https://a:b@login.salesforce.com" },
		"a login host alone":        func(c *Connection) { c.LoginURL = "login.salesforce.com" },
		"no consumer key":           func(c *Connection) { c.ConsumerKey = "" },
		"a consumer key of a novel": func(c *Connection) { c.ConsumerKey = strings.Repeat("k", 513) },
		"two words for a key":       func(c *Connection) { c.ConsumerKey = "consumer key" },
		"no name":                   func(c *Connection) { c.Name = "" },
		"a name in capitals":        func(c *Connection) { c.Name = "Production" },
		"a name with a path":        func(c *Connection) { c.Name = "../production" },
		"a name of 33 letters":      func(c *Connection) { c.Name = strings.Repeat("a", 33) },
		"a flow that is none":       func(c *Connection) { c.Flow = "password" },
		"a JWT without a user":      func(c *Connection) { c.Flow = JWTBearerFlow },
		"a suffix with an @":        func(c *Connection) { c.UsernameSuffix = "@acme.com" },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			c := good
			change(&c)
			var input *InputError
			if err := store.Configure(t.Context(), c, Secrets{}); !errors.As(err, &input) {
				t.Errorf("error %v", err)
			}
		})
	}
	if _, err := New(t.Context(), Config{Connection: "default"}); err == nil {
		t.Error("an Authorizer without a store")
	}
	if _, err := New(t.Context(), Config{Connection: "nobody", Store: store}); err == nil {
		t.Error("an Authorizer without a connection")
	}
}
