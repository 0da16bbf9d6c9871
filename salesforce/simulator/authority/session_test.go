package authority

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"scimforce/salesforce/simulator/org"
)

func (k *kit) accessToken() string {
	k.t.Helper()
	token, err := k.AccessToken(admin, "")
	if err != nil {
		k.t.Fatal(err)
	}
	return token
}

func TestAccessTokensLookLikeRealOnes(t *testing.T) {
	k := start(t)
	if token := k.accessToken(); !regexp.MustCompile(`^`+k.org.ID()[:15]+`!AQ[\w.]{94}$`).MatchString(token) || len(token) != 112 {
		t.Errorf("%d characters: %s", len(token), token)
	}
	if token := k.refreshToken(); !regexp.MustCompile(`^5Aep861[\w.]{80}$`).MatchString(token) {
		t.Errorf("refresh token %s", token)
	}
	k.with(func(a *App) { a.JWTAccessTokens = true })
	token := k.accessToken()
	if !regexp.MustCompile(`^[\w-]+\.[\w-]+\.[\w-]+$`).MatchString(token) || !k.lives(token) {
		t.Errorf("JWT-based token %s", token)
	}
}

func TestASessionLivesAsLongAsItIsUsed(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(k *kit)
		ttl     time.Duration
	}{
		{"two hours by default", func(*kit) {}, 2 * time.Hour},
		{"of the app", func(k *kit) { k.with(func(a *App) { a.SessionTTL = time.Hour }) }, time.Hour},
		{"of the profile", func(k *kit) {
			k.policy(LoginPolicy{SessionTTL: map[string]time.Duration{"System Administrator": 15 * time.Minute}})
		}, 15 * time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := start(t)
			test.prepare(k)
			token := k.accessToken()
			for range 3 {
				k.pass(test.ttl - time.Second)
				if !k.lives(token) {
					t.Fatal("dead though it was used")
				}
			}
			k.pass(test.ttl)
			if k.lives(token) {
				t.Error("alive though it was not used")
			}
		})
	}
}

func TestIntrospectionDoesNotProlongASession(t *testing.T) {
	k := start(t)
	token := k.accessToken()
	introspect := func(consumerKey, consumerSecret string) map[string]any {
		return k.call("POST", "/services/oauth2/introspect", form("token", token, "client_id", consumerKey, "client_secret", consumerSecret)).json(t)
	}
	if got := introspect(key, secret); got["active"] != true || got["exp"] != float64(k.clock().Add(2*time.Hour).Unix()) {
		t.Errorf("introspection %v", got)
	}
	if err := k.SetApp(App{ConsumerKey: "other", ConsumerSecret: "s"}); err != nil {
		t.Fatal(err)
	}
	if got := introspect("other", "s"); len(got) != 1 || got["active"] != false {
		t.Errorf("another app learns %v", got)
	}
	if err := k.SetApp(App{ConsumerKey: "other", ConsumerSecret: "s", IntrospectAll: true}); err != nil {
		t.Fatal(err)
	}
	if got := introspect("other", "s"); got["client_id"] != key {
		t.Errorf("an app that may learns %v", got)
	}
	k.pass(2 * time.Hour)
	if got := introspect(key, secret); got["active"] != false {
		t.Errorf("introspection prolongs: %v", got)
	}
}

func TestARefreshMayAnswerTheSameAccessToken(t *testing.T) {
	k := start(t)
	k.with(func(a *App) { a.SameAccessToken = true })
	token := k.refreshToken()
	refresh := func() string {
		answer, _ := k.token(refreshForm(token)).json(t)["access_token"].(string)
		return answer
	}
	first := refresh()
	if refresh() != first {
		t.Error("another token while the first was alive")
	}
	k.ExpireSession(first)
	if refresh() == first {
		t.Error("the token of a dead session")
	}
}

func TestLeversForOneSessionAndOneApp(t *testing.T) {
	k := start(t)
	if err := k.SetApp(App{ConsumerKey: "other", ConsumerSecret: "s"}); err != nil {
		t.Fatal(err)
	}
	one, two := k.accessToken(), k.accessToken()
	other, err := k.AccessToken(admin, "other")
	if err != nil {
		t.Fatal(err)
	}
	if !k.ExpireSession(one) || k.ExpireSession(one) || k.lives(one) || !k.lives(two) {
		t.Error("ExpireSession ends not one session, or more")
	}
	k.RemoveApp("other")
	if k.lives(other) || !k.lives(two) {
		t.Error("RemoveApp ends not the sessions of one app")
	}
	if _, err := k.AccessToken(admin, "other"); err == nil {
		t.Error("a session with an app that is gone")
	}
	if err := k.SetApp(App{ConsumerKey: "x", ConsumerSecret: "y", RefreshPolicy: ExpireAfter}); err == nil {
		t.Error("a policy without its time is accepted")
	}
}

func TestARefreshTokenBelongsToItsApp(t *testing.T) {
	k := start(t)
	if err := k.SetApp(App{ConsumerKey: "other", ConsumerSecret: "s", RotateRefreshTokens: true}); err != nil {
		t.Fatal(err)
	}
	mine := k.refreshToken()
	theirs := form("grant_type", "refresh_token", "refresh_token", mine, "client_id", "other", "client_secret", "s")
	if got, want := k.token(theirs).line(), refusedLine("invalid_grant", "expired access/refresh token"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	k.token(refreshForm(mine)).json(t)
}

// TestOfManyRefreshesAtOnceOneSucceeds lets one request hold the token while 30
// others come.
func TestOfManyRefreshesAtOnceOneSucceeds(t *testing.T) {
	inside, leave := make(chan struct{}, 1), make(chan struct{})
	k := start(t, func(c *Config) {
		c.Apps[0].RotateRefreshTokens = true
		c.OnToken = func(context.Context, string) { inside <- struct{}{}; <-leave }
	})
	token := k.refreshToken()
	var answers sync.Map
	var wait sync.WaitGroup
	refresh := func() {
		r, err := k.send(k.server.Client(), "POST", "/services/oauth2/token", refreshForm(token))
		if err != nil {
			t.Error(err)
		}
		line := r.line()
		if r.status == http.StatusOK {
			line = "OK"
		}
		n, _ := answers.LoadOrStore(line, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
	}
	wait.Go(refresh)
	<-inside
	var others sync.WaitGroup
	for range 30 {
		others.Go(refresh)
	}
	others.Wait()
	close(leave)
	wait.Wait()
	count := func(line string) int64 {
		n, ok := answers.Load(line)
		if !ok {
			return 0
		}
		return n.(*atomic.Int64).Load()
	}
	if ok, refused := count("OK"), count(refusedLine("invalid_grant", "token request is already being processed")); ok != 1 || refused != 30 {
		t.Errorf("%d succeeded, %d were refused", ok, refused)
	}
}

// TestRotationUnderLoad has each client go on with its newest token while
// others do the same: nobody is logged out.
func TestRotationUnderLoad(t *testing.T) {
	k := start(t, func(c *Config) { c.Apps[0].RotateRefreshTokens = true })
	var wait sync.WaitGroup
	for range maxApprovals {
		token := k.refreshToken()
		wait.Go(func() {
			for range 20 {
				r, err := k.send(k.server.Client(), "POST", "/services/oauth2/token", refreshForm(token))
				if err != nil || r.status != http.StatusOK {
					t.Errorf("%s: %v", r.line(), err)
					return
				}
				token = regexp.MustCompile(`5Aep861[\w.]{80}`).FindString(r.body)
			}
		})
	}
	wait.Wait()
	if n := len(k.grants.retired); n != maxApprovals*20 {
		t.Errorf("%d retired tokens remembered", n)
	}
	k.RevokeAll()
	if len(k.grants.retired)+len(k.grants.current)+len(k.grants.of)+len(k.grants.byDelete)+len(k.sessions.byToken)+k.sessions.order.Len() != 0 {
		t.Error("something stays in memory after all was revoked")
	}
}

func TestTheDeadMakeRoom(t *testing.T) {
	k := start(t)
	p, app, err := k.userAndApp(admin, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		k.startSession(p, app, nil, app.Scopes, loginKind{})
	}
	k.pass(3 * time.Hour)
	live := k.startSession(p, app, nil, app.Scopes, loginKind{})
	if len(k.sessions.byToken) != 1 || !k.lives(live.token) {
		t.Errorf("%d sessions kept", len(k.sessions.byToken))
	}
}

func TestARefreshAboveTheLoginRateCostsNoToken(t *testing.T) {
	k := start(t)
	k.with(func(a *App) { a.RotateRefreshTokens = true })
	k.policy(LoginPolicy{LoginsPerHour: 1})
	first := k.token(refreshForm(k.refreshToken())).json(t)
	second, _ := first["refresh_token"].(string)
	if got, want := k.token(refreshForm(second)).line(), refusedLine("invalid_grant", "login rate exceeded"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	k.pass(time.Hour)
	k.token(refreshForm(second)).json(t)
}

func TestALoginBySOAPKeepsToTheRangesAndTheRate(t *testing.T) {
	k := start(t)
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/services/Soap/u/66.0", http.NoBody) // from 192.0.2.1
	login := func() error {
		_, err := soapDoor{k.Authority}.Login(r, admin, password)
		return err
	}
	k.policy(LoginPolicy{IPRanges: map[string][]netip.Prefix{"": {netip.MustParsePrefix("192.0.2.0/24")}}, LoginsPerHour: 1})
	if err := login(); err != nil {
		t.Error(err)
	}
	if login() == nil {
		t.Error("a second login within the hour")
	}
	k.policy(LoginPolicy{IPRanges: map[string][]netip.Prefix{"": {netip.MustParsePrefix("203.0.113.0/24")}}})
	if login() == nil {
		t.Error("a login from outside")
	}
}

func TestALoginHostThatIsAnOrgsAddressIsOne(t *testing.T) {
	k := start(t, func(c *Config) {
		c.LoginURL, c.Sites[0].BaseURL = "http://acme.example", "http://acme.example/"
		c.Apps[0].ClientCredentials, c.Apps[0].RunAs = true, admin
	})
	credentials := form("grant_type", "client_credentials", "client_id", key, "client_secret", secret)
	answer := k.token(credentials, "Host: acme.example").json(t)
	if want := "http://acme.example/id/" + k.org.ID() + "/" + k.org.AdminID(); answer["id"] != want {
		t.Errorf("id %v, want %s", answer["id"], want)
	}
}

func TestASessionInUseDoesNotKeepTheDeadBehindIt(t *testing.T) {
	k := start(t)
	used := k.accessToken()
	k.accessToken()
	k.pass(time.Hour)
	k.lives(used)
	k.pass(90 * time.Minute)
	k.accessToken()
	if n := len(k.sessions.byToken); n != 2 || !k.lives(used) {
		t.Errorf("%d sessions kept", n)
	}
}

func TestADeactivatedUserLosesHisSessions(t *testing.T) {
	k := start(t)
	row, _ := k.org.Find("User", k.org.AdminID())
	id, errs := k.org.Insert(org.Actor{}, "User", map[string]any{
		"Username": "leaver@acme.example", "LastName": "L", "Email": "l@acme.example", "Alias": "l", "ProfileId": row["ProfileId"],
		"TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US",
	})
	if errs != nil {
		t.Fatal(errs)
	}
	access, err := k.AccessToken("leaver@acme.example", "")
	if err != nil {
		t.Fatal(err)
	}
	if !k.lives(access) {
		t.Fatal("dead from the start")
	}
	if errs := k.org.Update(org.Actor{}, "User", id, map[string]any{"IsActive": false}); errs != nil {
		t.Fatal(errs)
	}
	if k.lives(access) {
		t.Error("alive after the deactivation")
	}
}

func BenchmarkUseAmongManySessions(b *testing.B) {
	k := start(b)
	p, app, err := k.userAndApp(admin, "")
	if err != nil {
		b.Fatal(err)
	}
	tokens := make([]string, 100_000)
	for i := range tokens {
		tokens[i] = k.startSession(p, app, nil, app.Scopes, loginKind{}).token
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, ok := k.Use(tokens[i%len(tokens)], k.org); !ok {
			b.Fatal("dead " + strconv.Itoa(i))
		}
	}
}

func TestNoSecretIsLogged(t *testing.T) {
	var log strings.Builder
	k := start(t, func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	token := k.refreshToken()
	access, _ := k.token(refreshForm(token)).json(t)["access_token"].(string)
	k.token(codeForm(k.code()))
	k.token(form("grant_type", secret, "client_id", key, "client_secret", secret))
	for _, hidden := range []string{secret, token, access, password, verifier} {
		if strings.Contains(log.String(), hidden) {
			t.Errorf("the log tells %q:\n%s", hidden, log.String())
		}
	}
	if !strings.Contains(log.String(), "grant_type=refresh_token") {
		t.Errorf("nothing is logged: %s", log.String())
	}
}
