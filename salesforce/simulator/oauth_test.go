package simulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator/org"
)

const testVerifier = "a-verifier-of-at-least-43-characters-as-the-rfc-wants"

// browser is a person with a cookie jar who does not follow redirects blindly.
type browser struct {
	f      *fixture
	client *http.Client
	host   string // "http://login.example" is asked for at the fixture's address; "" = that itself
}

func (f *fixture) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return &browser{f: f, client: &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), testCallback) {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

// shown is what the browser shows, or where it was sent.
type shown struct {
	status   int
	body     string
	location *url.URL
}

func (b *browser) open(path string, form url.Values) shown {
	b.f.t.Helper()
	method, body := "GET", io.Reader(http.NoBody)
	if form != nil {
		method, body = "POST", strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.f.t.Context(), method, b.f.server.URL+path, body)
	if err != nil {
		b.f.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.host != "" {
		r.Host = strings.TrimPrefix(b.host, "http://")
		r.Host = strings.TrimPrefix(r.Host, "https://")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.f.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, _ := io.ReadAll(answer.Body)
	location, _ := answer.Location()
	return shown{answer.StatusCode, string(data), location}
}

// submit fills the page's form and presses a button.
func (b *browser) submit(p shown, values url.Values) shown {
	b.f.t.Helper()
	action := regexp.MustCompile(`action="([^"]+)"`).FindStringSubmatch(p.body)
	hidden := regexp.MustCompile(`name="request" value="([^"]+)"`).FindStringSubmatch(p.body)
	if action == nil || hidden == nil {
		b.f.t.Fatalf("no form in the page: %s", p.body)
	}
	values.Set("request", hidden[1])
	return b.open(action[1], values)
}

func authorizePath(change url.Values) string {
	sum := sha256.Sum256([]byte(testVerifier))
	values := url.Values{
		"client_id": {testKey}, "redirect_uri": {testCallback}, "response_type": {"code"}, "state": {"s t&t"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for name, value := range change {
		values[name] = value
	}
	return "/services/oauth2/authorize?" + values.Encode()
}

func login(password string) url.Values {
	return url.Values{"username": {testAdmin}, "password": {password}}
}

// code walks through login and Allow.
func (f *fixture) code() string {
	f.t.Helper()
	b := f.browser()
	p := b.submit(b.submit(b.open(authorizePath(nil), nil), login(testPassword)), url.Values{"decision": {"allow"}})
	if p.location == nil {
		f.t.Fatalf("no redirect: %d %s", p.status, p.body)
	}
	return p.location.Query().Get("code")
}

// tokenRequest sends a form to the token endpoint, without the fixture's session.
func (f *fixture) tokenRequest(values url.Values) reply {
	f.t.Helper()
	return f.call("POST", "/services/oauth2/token", values.Encode(), "Content-Type: application/x-www-form-urlencoded", "Authorization:")
}

func redeem(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {testCallback},
		"client_id": {testKey}, "client_secret": {testSecret}, "code_verifier": {testVerifier},
	}
}

func refreshWith(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {testKey}, "client_secret": {testSecret}}
}

// tokenAnswer is a token answer as a client reads it.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	Signature    string `json:"signature"`
	Scope        string `json:"scope"`
	InstanceURL  string `json:"instance_url"`
	ID           string `json:"id"`
	IDToken      string `json:"id_token"`
	IssuedAt     string `json:"issued_at"`
}

func tokenOf(t *testing.T, r reply) tokenAnswer {
	t.Helper()
	var answer tokenAnswer
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil || r.status != http.StatusOK {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return answer
}

// withoutTokens blanks what is random in a body.
func withoutTokens(s string) string {
	for pattern, with := range map[string]string{
		`![\w.]{96}`:                "!ACCESS",
		`5Aep861[\w.]{80}`:          "REFRESH",
		`"signature":"[\w+/=]{44}`:  `"signature":"SIGNATURE`,
		`<signature>[\w+/=]{44}`:    `<signature>SIGNATURE`,
		`eyJ[\w-]+\.[\w-]+\.[\w-]+`: "ID_TOKEN",
	} {
		s = regexp.MustCompile(pattern).ReplaceAllString(s, with)
	}
	return s
}

func TestTheWebServerFlow(t *testing.T) {
	f := start(t)
	b := f.browser()
	p := b.open(authorizePath(nil), nil)
	if p.status != 200 || !strings.Contains(p.body, `type="password"`) {
		t.Fatalf("no login page: %d %s", p.status, p.body)
	}
	p = b.submit(p, login("wrong"))
	if !strings.Contains(p.body, "Please check your username and password.") {
		t.Fatalf("wrong password: %s", p.body)
	}
	p = b.submit(p, login(testPassword))
	if !strings.Contains(p.body, "Allow Access?") || !strings.Contains(p.body, testAdmin) {
		t.Fatalf("no approval page: %s", p.body)
	}
	p = b.submit(p, url.Values{"decision": {"allow"}})
	if p.status != http.StatusFound || p.location.Query().Get("state") != "s t&t" {
		t.Fatalf("after Allow: %d %v", p.status, p.location)
	}
	code := p.location.Query().Get("code")
	r := f.tokenRequest(redeem(code))
	golden(t, "oauth/token-web-server.txt", withoutTokens(r.transcript()))
	token := tokenOf(t, r)
	if !strings.HasPrefix(token.AccessToken, f.org.ID()[:15]+"!AQ") {
		t.Errorf("access token %.20s...", token.AccessToken)
	}
	if r := f.call("GET", "/services/data/v66.0/limits", "", "Authorization: Bearer "+token.AccessToken); r.status != 200 {
		t.Errorf("the access token is refused: %s", r.body)
	}
	again := f.tokenRequest(redeem(code))
	golden(t, "oauth/code-used-twice.txt", again.transcript())
}

func TestSignatureIsTheHMACOfIDAndTime(t *testing.T) {
	f := start(t)
	refresh, err := f.Grant(testAdmin)
	if err != nil {
		t.Fatal(err)
	}
	token := tokenOf(t, f.tokenRequest(refreshWith(refresh)))
	if want := "https://acme.my.salesforce.example/id/" + f.org.ID() + "/" + f.org.AdminID(); token.ID != want {
		t.Errorf("id %s, want %s", token.ID, want)
	}
	if token.IssuedAt != "1795426215000" {
		t.Errorf("issued_at %s", token.IssuedAt)
	}
	mac := hmac.New(sha256.New, []byte(testSecret))
	_, _ = io.WriteString(mac, token.ID+token.IssuedAt)
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); token.Signature != want {
		t.Errorf("signature %s, want %s", token.Signature, want)
	}
}

func TestDenyReturnsToTheApp(t *testing.T) {
	f := start(t)
	b := f.browser()
	p := b.submit(b.submit(b.open(authorizePath(nil), nil), login(testPassword)), url.Values{"decision": {"deny"}})
	want := testCallback + "?error=access_denied&error_description=end-user+denied+authorization&state=s+t%26t"
	if p.location == nil || p.location.String() != want {
		t.Errorf("sent to %v, want %s", p.location, want)
	}
}

func TestABrowserLogsInOnce(t *testing.T) {
	f := start(t)
	b := f.browser()
	b.submit(b.open(authorizePath(nil), nil), login(testPassword))
	if p := b.open(authorizePath(nil), nil); !strings.Contains(p.body, "Allow Access?") {
		t.Errorf("second authorization shows %s", p.body)
	}
	if p := b.open(authorizePath(url.Values{"prompt": {"login consent"}}), nil); !strings.Contains(p.body, `type="password"`) {
		t.Errorf("prompt=login shows %s", p.body)
	}
}

func TestAFrozenOrInactiveUserCannotLogIn(t *testing.T) {
	f := start(t)
	if r := f.call("POST", "/services/data/v66.0/sobjects/User", f.newUser("leaver")); r.status != http.StatusCreated {
		t.Fatal(r.body)
	}
	id := f.userID("leaver@acme.example")
	f.org.SetPassword(id, testPassword)
	refresh, err := f.Grant("leaver@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	enter := func() string {
		b := f.browser()
		values := login(testPassword)
		values.Set("username", "leaver@acme.example")
		return b.submit(b.open(authorizePath(nil), nil), values).body
	}
	if page := enter(); !strings.Contains(page, "Allow Access?") {
		t.Fatalf("an active user sees %s", page)
	}
	userLogin := f.idOf("UserLogin", "UserId", id)
	for _, change := range [][2]string{
		{"UserLogin/" + userLogin, `{"IsFrozen":true}`},
		{"UserLogin/" + userLogin, `{"IsFrozen":false}`},
		{"User/" + id, `{"IsActive":false}`},
	} {
		if r := f.call("PATCH", "/services/data/v66.0/sobjects/"+change[0], change[1]); r.status != http.StatusNoContent {
			t.Fatal(r.body)
		}
		barred := strings.Contains(enter(), "Please check your username and password.")
		if want := !strings.Contains(change[1], `"IsFrozen":false`); barred != want {
			t.Errorf("after %s barred: %t", change[1], barred)
		}
	}
	golden(t, "oauth/inactive-user.txt", f.tokenRequest(refreshWith(refresh)).transcript())
}

func TestABadAuthorizeRequest(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.App.RequirePKCE = true })
	tests := []struct {
		name   string
		change url.Values
		body   string // of a page without redirect
		query  string // of the redirect
	}{
		{name: "unknown client", change: url.Values{"client_id": {"x"}}, body: "error=invalid_client_id&error_description=client%20identifier%20invalid"},
		{name: "foreign callback", change: url.Values{"redirect_uri": {"https://evil.example"}}, body: "error=redirect_uri_mismatch&error_description=redirect_uri must match configuration"},
		{name: "implicit flow", change: url.Values{"response_type": {"token"}}, query: "error=unsupported_response_type&error_description=response+type+not+supported&state=s+t%26t"},
		{name: "scope not configured", change: url.Values{"scope": {"api full"}}, query: "error=invalid_scope&error_description=the+requested+scope+is+invalid&state=s+t%26t"},
		{name: "no challenge", change: url.Values{"code_challenge": {""}}, query: "error=invalid_request&error_description=missing+required+code+challenge&state=s+t%26t"},
		{name: "plain challenge", change: url.Values{"code_challenge_method": {"plain"}}, query: "error=invalid_request&error_description=code+challenge+method+not+supported&state=s+t%26t"},
		{name: "immediate", change: url.Values{"immediate": {"true"}, "state": {""}}, query: "error=immediate_unsuccessful"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := f.browser().open(authorizePath(test.change), nil)
			if test.body != "" && (p.status != http.StatusBadRequest || p.body != test.body || p.location != nil) {
				t.Errorf("%d %q, sent to %v", p.status, p.body, p.location)
			}
			if test.query != "" && (p.location == nil || p.location.RawQuery != test.query) {
				t.Errorf("sent to %v, want %s", p.location, test.query)
			}
		})
	}
}

func TestAStaleOrForeignFormIsRefused(t *testing.T) {
	f := start(t)
	b := f.browser()
	p := b.open(authorizePath(nil), nil)
	f.clock.add(16 * time.Minute)
	if p := b.submit(p, login(testPassword)); p.status != http.StatusBadRequest || !strings.Contains(p.body, "begin again") {
		t.Errorf("a login form of 16 minutes ago: %d %s", p.status, p.body)
	}
	p = b.submit(b.open(authorizePath(nil), nil), login(testPassword))
	stranger := f.browser()
	if p := stranger.submit(p, url.Values{"decision": {"allow"}}); p.status != http.StatusBadRequest {
		t.Errorf("Allow by a browser that did not log in: %d", p.status)
	}
	if p := b.open("/services/oauth2/authorize/approve", url.Values{"request": {"guess"}, "decision": {"allow"}}); p.status != http.StatusBadRequest {
		t.Errorf("Allow of an unknown request: %d", p.status)
	}
}
