package authority

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
)

func keysOf(r reply, t *testing.T) []string {
	t.Helper()
	r.json(t)
	var names []string
	decoder := json.NewDecoder(strings.NewReader(r.body))
	_, _ = decoder.Token()
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := name.(string)
		names = append(names, text)
		var value any
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func TestClientCredentialsRunAsTheUserOfTheApp(t *testing.T) {
	k := start(t)
	k.with(func(a *App) { a.ClientCredentials, a.RunAs = true, admin })
	for name, r := range map[string]reply{
		"body":  k.token(form("grant_type", "client_credentials", "client_id", key, "client_secret", secret)),
		"Basic": k.token(form("grant_type", "client_credentials"), "Authorization: Basic dGVzdC1jb25zdW1lci1rZXk6dGVzdC1jb25zdW1lci1zZWNyZXQ="),
	} {
		want := []string{"access_token", "signature", "scope", "instance_url", "id", "token_type", "issued_at"}
		if diff := cmp.Diff(want, keysOf(r, t)); diff != "" {
			t.Errorf("%s: keys (-want +got):\n%s", name, diff)
		}
		answer := r.json(t)
		if answer["scope"] != "api id" {
			t.Errorf("%s: scope %v", name, answer["scope"])
		}
		if s, ok := k.Use(answer["access_token"].(string), k.org); !ok || s.UserID != k.org.AdminID() {
			t.Errorf("%s: session of %q, live %t", name, s.UserID, ok)
		}
	}
}

// assertion signs claims; a change may spoil them.
func assertion(t *testing.T, k *kit, private *rsa.PrivateKey, change map[string]any) string {
	t.Helper()
	claims := map[string]any{
		"iss": key, "sub": admin, "aud": "https://login.salesforce.com", "exp": k.clock().Add(3 * time.Minute).Unix(),
	}
	for name, value := range change {
		claims[name] = value
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: private}, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestJWTBearer(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	send := func(k *kit, text string, more ...string) reply {
		return k.token(form(append([]string{"grant_type", jwtBearer, "assertion", text}, more...)...))
	}
	prepared := func(t *testing.T) *kit {
		k := start(t)
		k.with(func(a *App) { a.SigningKey, a.ApprovedFor = &private.PublicKey, []string{"system administrator"} })
		return k
	}
	at := func(d time.Duration) int64 {
		return time.Date(2026, 11, 23, 9, 30, 15, 0, time.UTC).Add(d).Unix()
	}
	accepted := map[string]map[string]any{
		"as it should be":            nil,
		"audience with a slash":      {"aud": "https://login.salesforce.com/"},
		"audience in a list":         {"aud": []string{"https://login.salesforce.com"}},
		"exp in quotes":              {"exp": "1795426335"},
		"exp with a fraction":        {"exp": float64(at(time.Minute)) + 0.5},
		"exp in milliseconds":        {"exp": at(0)*1000 + 300}, // as @salesforce/core sends it
		"a little late":              {"exp": at(-time.Minute)},
		"an hour ago issued, no iat": {"nbf": at(-time.Hour)},
		"prn in place of sub":        {"sub": "", "prn": admin},
		"username in other case":     {"sub": strings.ToUpper(admin)},
	}
	for name, change := range accepted {
		t.Run(name, func(t *testing.T) {
			k := prepared(t)
			text := assertion(t, k, private, change)
			first, again := send(k, text).json(t), send(k, text).json(t)
			if first["access_token"] == again["access_token"] || first["refresh_token"] != nil {
				t.Errorf("answers %v and %v", first, again)
			}
		})
	}
	t.Run("audience of this host", func(t *testing.T) {
		k := prepared(t)
		send(k, assertion(t, k, private, map[string]any{"aud": k.server.URL + "/"})).json(t)
	})

	refusals := []struct {
		name   string
		wrong  func(*App)
		text   func(k *kit) string
		answer string
	}{
		{"wrong key", nil, func(k *kit) string { return assertion(t, k, other, nil) }, refusedLine("invalid_grant", "invalid assertion")},
		{"no certificate", func(a *App) { a.SigningKey = nil }, func(k *kit) string { return assertion(t, k, private, nil) }, refusedLine("invalid_grant", "invalid assertion")},
		{"not a JWT", nil, func(*kit) string { return "x.y.z" }, refusedLine("invalid_grant", "invalid assertion")},
		{"no assertion", nil, func(*kit) string { return "" }, refusedLine("invalid_grant", "invalid assertion")},
		{"unsigned", nil, func(*kit) string { return "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ0ZXN0LWNvbnN1bWVyLWtleSJ9." }, refusedLine("invalid_grant", "invalid assertion")},
		{"unknown app", nil, func(k *kit) string { return assertion(t, k, private, map[string]any{"iss": "x"}) }, refusedLine("invalid_client_id", "client identifier invalid")},
		{"other audience", nil, func(k *kit) string {
			return assertion(t, k, private, map[string]any{"aud": "https://test.salesforce.com"})
		}, refusedLine("invalid_grant", "Audience validation failed")},
		{"expired", nil, func(k *kit) string { return assertion(t, k, private, map[string]any{"exp": at(-3 * time.Minute)}) }, refusedLine("invalid_grant", "expired authorization code")},
		{"lives too long", nil, func(k *kit) string { return assertion(t, k, private, map[string]any{"exp": at(6 * time.Minute)}) }, refusedLine("invalid_grant", "invalid assertion")},
		{"lives too long, in milliseconds", nil, func(k *kit) string { return assertion(t, k, private, map[string]any{"exp": at(6*time.Minute) * 1000}) }, refusedLine("invalid_grant", "invalid assertion")},
		{"exp is no time", nil, func(k *kit) string { return assertion(t, k, private, map[string]any{"exp": "soon"}) }, refusedLine("invalid_grant", "invalid assertion")},
		{"unknown user", nil, func(k *kit) string { return assertion(t, k, private, map[string]any{"sub": "x@x.example"}) }, refusedLine("invalid_grant", "user hasn't approved this consumer")},
		{"user who never approved", func(a *App) { a.ApprovedFor = nil }, func(k *kit) string { return assertion(t, k, private, nil) }, refusedLine("invalid_grant", "user hasn't approved this consumer")},
		{"user of another profile", func(a *App) { a.ApprovedFor = []string{"Nobody"} }, func(k *kit) string { return assertion(t, k, private, nil) }, refusedLine("invalid_app_access", "user is not admin approved to access this app")},
		{"app not installed", func(a *App) { a.NotInstalled = true }, func(k *kit) string { return assertion(t, k, private, nil) }, refusedLine("app_not_found", "External client app is not installed in this org")},
	}
	for _, test := range refusals {
		t.Run(test.name, func(t *testing.T) {
			k := prepared(t)
			if test.wrong != nil {
				k.with(test.wrong)
			}
			if got := send(k, test.text(k)).line(); got != test.answer {
				t.Errorf("got  %s\nwant %s", got, test.answer)
			}
		})
	}
	t.Run("a scope is refused", func(t *testing.T) {
		k := prepared(t)
		if got, want := send(k, assertion(t, k, private, nil), "scope", "api").line(), refusedLine("invalid_request", "scope parameter not supported"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	t.Run("one approval by page is enough", func(t *testing.T) {
		k := prepared(t)
		k.with(func(a *App) { a.ApprovedFor = nil })
		k.token(codeForm(k.code()))
		send(k, assertion(t, k, private, nil)).json(t)
	})
}

func TestUsernameAndPassword(t *testing.T) {
	k := start(t)
	k.with(func(a *App) { a.PasswordFlow = true })
	k.policy(LoginPolicy{PasswordFlow: true, SecurityTokens: map[string]string{admin: "tok"}})
	send := func(password string) reply {
		return k.token(form("grant_type", "password", "client_id", key, "client_secret", secret, "username", admin, "password", password))
	}
	if answer := send(password + "tok").json(t); answer["refresh_token"] != nil || answer["access_token"] == nil {
		t.Errorf("answer %v", answer)
	}
	if got, want := send("xtok").line(), refusedLine("invalid_grant", "authentication failure"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheUserAgentFlowAnswersInTheFragment(t *testing.T) {
	k := start(t)
	k.with(func(a *App) { a.UserAgentFlow = true })
	b := k.browser()
	page := b.submit(b.login("response_type", "token", "state", "a&b=c#d"), "decision", "allow")
	if page.location == nil || page.location.RawQuery != "" {
		t.Fatalf("sent to %v", page.location)
	}
	values, err := url.ParseQuery(page.location.EscapedFragment())
	if err != nil || values.Get("state") != "a&b=c#d" || !k.lives(values.Get("access_token")) {
		t.Errorf("fragment %v: %v", values, err)
	}
}

func TestImmediateServesWhoIsLoggedInAndApprovedBefore(t *testing.T) {
	k := start(t)
	b := k.browser()
	b.submit(b.login(), "decision", "allow")
	if page := b.open(authorizePath("immediate", "true"), nil); page.location == nil || page.location.Query().Get("error") != "immediate_unsuccessful" {
		t.Errorf("a code that nobody redeemed counts as an approval: %v", page.location)
	}
	k.refreshToken()
	if page := b.open(authorizePath("immediate", "true"), nil); page.location == nil || page.location.Query().Get("code") == "" {
		t.Errorf("sent to %v", page.location)
	}
}

func TestPreApprovedUsersAreNotAsked(t *testing.T) {
	k := start(t)
	k.with(func(a *App) { a.ApprovedFor = []string{"System Administrator"} })
	if page := k.browser().login(); page.location == nil || page.location.Query().Get("code") == "" {
		t.Errorf("%d, sent to %v", page.status, page.location)
	}
	if page := k.browser().login("prompt", "login consent"); !strings.Contains(page.body, "Allow Access?") {
		t.Errorf("prompt=consent shows %s", page.body)
	}
}

func TestTheFormatOfATokenAnswerIsChosen(t *testing.T) {
	k := start(t)
	token := k.refreshToken()
	bad := func(more ...string) url.Values { return refreshForm("x", more...) }
	tests := []struct{ name, accept, format, kind, body string }{
		{"json by default", "", "", "application/json", `{"error":"invalid_grant","error_description":"expired access/refresh token"}`},
		{"json for anything", "*/*", "", "application/json", `{"error":"invalid_grant","error_description":"expired access/refresh token"}`},
		{"xml by parameter", "application/json", "xml", "application/xml;charset=UTF-8", `<?xml version="1.0" encoding="UTF-8"?><OAuth><error>invalid_grant</error><error_description>expired access/refresh token</error_description></OAuth>`},
		{"xml by header", "application/xml", "", "application/xml;charset=UTF-8", `<?xml version="1.0" encoding="UTF-8"?><OAuth><error>invalid_grant</error><error_description>expired access/refresh token</error_description></OAuth>`},
		{"form by parameter", "", "urlencoded", "application/x-www-form-urlencoded;charset=UTF-8", `error=invalid_grant&error_description=expired+access%2Frefresh+token`},
		{"form by header", "application/x-www-form-urlencoded", "", "application/x-www-form-urlencoded;charset=UTF-8", `error=invalid_grant&error_description=expired+access%2Frefresh+token`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := k.token(bad("format", test.format), "Accept: "+test.accept)
			if r.status != 400 || r.body != test.body || r.header.Get("Content-Type") != test.kind {
				t.Errorf("%s", r.line())
			}
		})
	}
	r := k.token(refreshForm(token, "format", "urlencoded"))
	if values, err := url.ParseQuery(r.body); err != nil || !k.lives(values.Get("access_token")) {
		t.Errorf("%s: %v", r.line(), err)
	}
}

func TestMalformedTokenRequests(t *testing.T) {
	k := start(t)
	tests := []struct {
		name, method, body, kind, want string
	}{
		{"GET", "GET", "", "", refusedLine("invalid_request", "must use HTTP POST")},
		{"JSON", "POST", `{"grant_type":"refresh_token"}`, "application/json", refusedLine("unsupported_grant_type", "grant type not supported")},
		{"no body", "POST", "", "application/x-www-form-urlencoded", refusedLine("unsupported_grant_type", "grant type not supported")},
		{"bad escape", "POST", "grant_type=%zz", "application/x-www-form-urlencoded", refusedLine("invalid_request", "malformed request body")},
		{"too long", "POST", "grant_type=" + strings.Repeat("x", maxForm), "application/x-www-form-urlencoded", refusedLine("invalid_request", "malformed request body")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if r := k.raw(test.method, "/services/oauth2/token", test.body, test.kind); r.line() != test.want {
				t.Errorf("got  %s\nwant %s", r.line(), test.want)
			}
		})
	}
}

func TestAnIDTokenIsSignedByThePublishedKey(t *testing.T) {
	k := start(t)
	k.with(func(a *App) { a.Scopes = []string{"api", "openid"} })
	answer := k.token(codeForm(k.code("nonce", "n1"))).json(t)
	text, _ := answer["id_token"].(string)
	var set jose.JSONWebKeySet
	config := k.call("GET", "/.well-known/openid-configuration", nil).json(t)
	keys := k.call("GET", strings.TrimPrefix(config["jwks_uri"].(string), k.server.URL), nil)
	if err := json.Unmarshal([]byte(keys.body), &set); err != nil || len(set.Keys) != 1 || !set.Keys[0].IsPublic() {
		t.Fatalf("keys %s: %v", keys.body, err)
	}
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	payload, err := signed.Verify(set.Keys[0])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if claims["nonce"] != "n1" || claims["aud"] != key || claims["sub"] != answer["id"] || claims["iss"] != config["issuer"] {
		t.Errorf("claims %v", claims)
	}
}
