package simulator

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator/org"
)

// TestTokenRefusals compares the refusals of the token endpoint with files.
func TestTokenRefusals(t *testing.T) {
	change := func(values url.Values, name string, value ...string) url.Values {
		values[name] = value
		if len(value) == 0 {
			delete(values, name)
		}
		return values
	}
	strict := func(c *Config, _ *org.Config) {
		c.App.RequireSecretForRefresh, c.App.RequireSecretForWebServer = true, true
	}
	tests := []struct {
		name   string
		values func(code, refresh string) url.Values
	}{
		{"other-grant-type", func(_, r string) url.Values { return change(refreshWith(r), "grant_type", "x") }},
		{"unknown-client", func(_, r string) url.Values { return change(refreshWith(r), "client_id", "x") }},
		{"wrong-secret", func(_, r string) url.Values { return change(refreshWith(r), "client_secret", "x") }},
		{"missing-secret", func(_, r string) url.Values { return change(refreshWith(r), "client_secret") }},
		{"scope-in-refresh", func(_, r string) url.Values { return change(refreshWith(r), "scope", "api") }},
		{"unknown-refresh-token", func(string, string) url.Values { return refreshWith("x") }},
		{"unknown-code", func(string, string) url.Values { return redeem("x") }},
		{"other-redirect-uri", func(c, _ string) url.Values { return change(redeem(c), "redirect_uri", "https://x.example") }},
		{"missing-verifier", func(c, _ string) url.Values { return change(redeem(c), "code_verifier") }},
		{"wrong-verifier", func(c, _ string) url.Values { return change(redeem(c), "code_verifier", "x") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := start(t, strict)
			refresh, err := f.Grant(testAdmin)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "oauth/"+test.name+".txt", f.tokenRequest(test.values(f.code(), refresh)).transcript())
		})
	}
}

// TestOtherTokenAnswers compares answers that no page leads to with files.
func TestOtherTokenAnswers(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) {
		c.App.ClientCredentials, c.App.RunAs = true, testAdmin
		c.App.Scopes = []string{"api", "full", "openid", "refresh_token"}
	})
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string // golden file
		form url.Values
	}{
		{"token-client-credentials", clientCredentials()}, // recorded: the keys and their order
		{"refresh-xml", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"seed"}, "client_id": {testKey}, "format": {"xml"}}}, // unverified
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			golden(t, "oauth/"+test.name+".txt", withoutTokens(f.tokenRequest(test.form).transcript()))
		})
	}
	t.Run("openid-configuration", func(t *testing.T) { // unverified
		answer := f.call("GET", "/.well-known/openid-configuration", "").transcript()
		golden(t, "oauth/openid-configuration.txt", strings.ReplaceAll(answer, f.server.URL, testBase))
	})
}

func TestACodeDiesAfter15Minutes(t *testing.T) {
	f := start(t)
	code := f.code()
	f.clock.add(15*time.Minute + time.Second)
	if r := f.tokenRequest(redeem(code)); !strings.Contains(r.body, `"expired authorization code"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestARefreshWithoutRotationKeepsTheToken(t *testing.T) {
	f := start(t)
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	r := f.tokenRequest(refreshWith("seed"))
	golden(t, "oauth/refresh.txt", withoutTokens(r.transcript()))
	first := tokenOf(t, r)
	second := tokenOf(t, f.tokenRequest(refreshWith("seed")))
	if first.RefreshToken != "" || first.AccessToken == second.AccessToken {
		t.Errorf("refresh token %q, same access token: %t", first.RefreshToken, first.AccessToken == second.AccessToken)
	}
}

func TestTheSecretMayTravelInABasicHeaderAndTheBodyInChunks(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.App.RequireSecretForRefresh = true })
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	body := struct{ *strings.Reader }{strings.NewReader("grant_type=refresh_token&refresh_token=seed")} // of unknown length
	r, err := http.NewRequestWithContext(t.Context(), "POST", f.server.URL+"/services/oauth2/token", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(testKey, testSecret)
	answer, err := f.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestReuseOfARotatedTokenRevokesEverything(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.App.RotateRefreshTokens = true })
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	r := f.tokenRequest(refreshWith("seed"))
	golden(t, "oauth/refresh-rotated.txt", withoutTokens(r.transcript()))
	first := tokenOf(t, r)
	second := tokenOf(t, f.tokenRequest(refreshWith(first.RefreshToken)))
	works := func(access string) bool {
		return f.call("GET", "/services/data/v66.0/limits", "", "Authorization: Bearer "+access).status == http.StatusOK
	}
	if !works(first.AccessToken) || !works(second.AccessToken) {
		t.Fatal("access tokens die with a rotation")
	}
	golden(t, "oauth/rotated-token-reused.txt", f.tokenRequest(refreshWith("seed")).transcript())
	if works(first.AccessToken) || works(second.AccessToken) {
		t.Error("access tokens survive the reuse of a rotated token")
	}
	if r := f.tokenRequest(refreshWith(second.RefreshToken)); r.status != http.StatusBadRequest {
		t.Errorf("the current token survives the reuse of a rotated one: %s", r.body)
	}
}

// heldToken tells that a token request holds its token, and lets it go on.
func heldToken(inside, leave chan struct{}) func(context.Context, string) {
	return func(context.Context, string) { inside <- struct{}{}; <-leave }
}

func TestConcurrentRefreshesAreRefused(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	f := start(t, func(c *Config, _ *org.Config) {
		c.App.RotateRefreshTokens = true
		c.OnToken = heldToken(inside, leave)
	})
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	done := make(chan reply)
	go func() {
		r, _ := f.try("POST", "/services/oauth2/token", refreshWith("seed").Encode(), "Content-Type: application/x-www-form-urlencoded")
		done <- r
	}()
	<-inside
	golden(t, "oauth/already-being-processed.txt", f.tokenRequest(refreshWith("seed")).transcript())
	close(leave)
	if r := <-done; r.status != http.StatusOK {
		t.Errorf("the first request: %d %s", r.status, r.body)
	}
}

func TestAGrantRevokedDuringARefreshIsLost(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	f := start(t, func(c *Config, _ *org.Config) {
		c.App.RotateRefreshTokens = true
		c.OnToken = heldToken(inside, leave)
	})
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	done := make(chan reply)
	go func() {
		r, _ := f.try("POST", "/services/oauth2/token", refreshWith("seed").Encode(), "Content-Type: application/x-www-form-urlencoded")
		done <- r
	}()
	<-inside
	f.RevokeAll()
	close(leave)
	if r := <-done; r.status != http.StatusBadRequest {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestASixthApprovalRevokesTheOldest(t *testing.T) {
	f := start(t) // its own session is a grant too: the first
	for _, token := range []string{"1", "2", "3", "4"} {
		if err := f.GrantToken(testAdmin, token); err != nil {
			t.Fatal(err)
		}
	}
	limits := func() int { return f.call("GET", "/services/data/v66.0/limits", "").status }
	if got := limits(); got != http.StatusOK {
		t.Fatalf("status %d with five grants", got)
	}
	if err := f.GrantToken(testAdmin, "5"); err != nil {
		t.Fatal(err)
	}
	if got := limits(); got != http.StatusUnauthorized {
		t.Errorf("status %d for the oldest of six grants", got)
	}
	if r := f.tokenRequest(refreshWith("1")); r.status != http.StatusOK {
		t.Errorf("the second oldest: %s", r.body)
	}
}

func TestRevocation(t *testing.T) {
	f := start(t)
	form := "Content-Type: application/x-www-form-urlencoded"
	works := func(access string) bool {
		return f.call("GET", "/services/data/v66.0/limits", "", "Authorization: Bearer "+access).status == http.StatusOK
	}
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	one, two := tokenOf(t, f.tokenRequest(refreshWith("seed"))).AccessToken, tokenOf(t, f.tokenRequest(refreshWith("seed"))).AccessToken
	if r := f.call("GET", "/services/oauth2/revoke?token="+url.QueryEscape(one), ""); r.status != http.StatusOK || r.body != "" {
		t.Errorf("revoke by GET: %d %q", r.status, r.body)
	}
	if works(one) || !works(two) {
		t.Errorf("after revoking one access token: one works %t, two works %t", works(one), works(two))
	}
	if r := f.call("POST", "/services/oauth2/revoke", "token=seed", form); r.status != http.StatusOK || r.body != "" {
		t.Errorf("revoke by POST: %d %q", r.status, r.body)
	}
	if works(two) {
		t.Error("an access token survives its refresh token")
	}
	golden(t, "oauth/revoke-unknown.txt", f.call("POST", "/services/oauth2/revoke", "token=seed", form).transcript())
}

func TestLeversEndSessionsAndGrants(t *testing.T) {
	f := start(t)
	if err := f.GrantToken(testAdmin, "seed"); err != nil {
		t.Fatal(err)
	}
	f.ExpireSessions()
	if r := f.call("GET", "/services/data/v66.0/limits", ""); r.status != http.StatusUnauthorized {
		t.Errorf("after ExpireSessions: %d", r.status)
	}
	if r := f.tokenRequest(refreshWith("seed")); r.status != http.StatusOK {
		t.Errorf("the grant does not survive ExpireSessions: %s", r.body)
	}
	f.RevokeAll()
	if r := f.tokenRequest(refreshWith("seed")); r.status != http.StatusBadRequest {
		t.Errorf("the grant survives RevokeAll: %s", r.body)
	}
}

// TestIdentity compares what the org says of a token and its user with files.
func TestIdentity(t *testing.T) {
	f := start(t)
	form := "Content-Type: application/x-www-form-urlencoded"
	identity := "/id/" + f.org.ID() + "/" + f.org.AdminID()
	tests := []struct {
		name, method, path, body string
		headers                  []string
	}{
		{name: "identity", method: "GET", path: identity},
		{name: "identity-by-parameter", method: "GET", path: identity + "?format=json&oauth_token=" + url.QueryEscape(f.token), headers: []string{"Authorization:"}},
		{name: "identity-xml", method: "GET", path: identity + "?format=xml"}, // doc, the root element; unverified, the rest
		{name: "identity-no-token", method: "GET", path: identity, headers: []string{"Authorization:"}},
		{name: "identity-bad-token", method: "GET", path: identity, headers: []string{"Authorization: Bearer x"}},
		{name: "identity-other-org", method: "GET", path: "/id/00D000000000001AAA/" + f.org.AdminID()},
		{name: "identity-other-user", method: "GET", path: "/id/" + f.org.ID() + "/005000000000001AAA"},
		{name: "userinfo", method: "GET", path: "/services/oauth2/userinfo"},
		{
			name: "introspect", method: "POST", path: "/services/oauth2/introspect", headers: []string{form},
			body: "token=" + url.QueryEscape(f.token) + "&client_id=" + testKey + "&client_secret=" + testSecret,
		},
		{
			name: "introspect-unknown", method: "POST", path: "/services/oauth2/introspect", headers: []string{form},
			body: "token=x&client_id=" + testKey + "&client_secret=" + testSecret,
		},
		{name: "introspect-no-secret", method: "POST", path: "/services/oauth2/introspect", headers: []string{form}, body: "token=x&client_id=" + testKey},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			golden(t, "oauth/"+test.name+".txt", f.call(test.method, test.path, test.body, test.headers...).transcript())
		})
	}
}
