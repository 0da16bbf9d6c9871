package authority

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/salesforce/simulator/org"
)

// The app and the administrator of every test.
const (
	key      = "test-consumer-key"
	secret   = "test-consumer-secret"
	callback = "https://bridge.example/oauth/callback"
	admin    = "admin@acme.example"
	password = "open sesame"
	verifier = "a-verifier-of-at-least-43-characters-as-the-rfc-wants"
)

// kit is an authority over one small org, on a real connection.
type kit struct {
	*Authority
	t      testing.TB
	org    *org.Org
	server *httptest.Server

	mu  sync.Mutex
	now time.Time
}

func (k *kit) clock() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (k *kit) pass(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = k.now.Add(d)
}

func start(t testing.TB, change ...func(*Config)) *kit {
	t.Helper()
	k := &kit{t: t, now: time.Date(2026, 11, 23, 9, 30, 15, 0, time.UTC)}
	var err error
	if k.org, err = org.New(org.Config{Users: 3, Seed: 1, AdminUsername: admin, Now: k.clock}); err != nil {
		t.Fatal(err)
	}
	k.org.SetPassword(k.org.AdminID(), password)
	cfg := Config{
		Sites: []Site{{Org: k.org}}, Now: k.clock,
		Apps: []App{{Name: "Bridge", ConsumerKey: key, ConsumerSecret: secret, CallbackURLs: []string{callback}}},
	}
	for _, c := range change {
		c(&cfg)
	}
	if k.Authority, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	router := chi.NewRouter()
	k.Routes(router)
	k.server = httptest.NewServer(router)
	t.Cleanup(k.server.Close)
	return k
}

// with changes the settings of the first app.
func (k *kit) with(change func(*App)) {
	k.t.Helper()
	app, ok := k.App("")
	if !ok {
		k.t.Fatal("no app")
	}
	change(&app)
	if err := k.SetApp(app); err != nil {
		k.t.Fatal(err)
	}
}

// policy sets the org's login policy.
func (k *kit) policy(p LoginPolicy) {
	k.t.Helper()
	if err := k.SetLoginPolicy(k.org, p); err != nil {
		k.t.Fatal(err)
	}
}

// reply is an answer.
type reply struct {
	status   int
	header   http.Header
	body     string
	location *url.URL
}

// line is a reply on one line, as tables hold it.
func (r reply) line() string {
	return http.StatusText(r.status) + " | " + r.header.Get("Content-Type") + " | " + r.body
}

func (r reply) json(t *testing.T) map[string]any {
	t.Helper()
	var values map[string]any
	if err := json.Unmarshal([]byte(r.body), &values); err != nil || r.status != http.StatusOK {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return values
}

func (k *kit) send(client *http.Client, method, path string, form url.Values, headers ...string) (reply, error) {
	body := io.Reader(http.NoBody)
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(k.t.Context(), method, k.server.URL+path, body)
	if err != nil {
		return reply{}, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	answer, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	location, _ := answer.Location()
	return reply{answer.StatusCode, answer.Header, string(data), location}, err
}

func (k *kit) call(method, path string, form url.Values, headers ...string) reply {
	k.t.Helper()
	r, err := k.send(k.server.Client(), method, path, form, headers...)
	if err != nil {
		k.t.Fatal(err)
	}
	return r
}

// token sends a form to the token endpoint.
func (k *kit) token(form url.Values, headers ...string) reply {
	k.t.Helper()
	return k.call("POST", "/services/oauth2/token", form, headers...)
}

// form makes a form of pairs; an empty value leaves the name out.
func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	return values
}

func refreshForm(token string, more ...string) url.Values {
	return form(append([]string{"grant_type", "refresh_token", "refresh_token", token, "client_id", key, "client_secret", secret}, more...)...)
}

func codeForm(code string) url.Values {
	return form("grant_type", "authorization_code", "code", code, "redirect_uri", callback,
		"client_id", key, "client_secret", secret, "code_verifier", verifier)
}

// browser keeps cookies and follows redirects, but not to the app.
type browser struct {
	k      *kit
	client *http.Client
}

func (k *kit) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return &browser{k, &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

func (b *browser) open(path string, form url.Values, headers ...string) reply {
	b.k.t.Helper()
	method := "GET"
	if form != nil {
		method = "POST"
	}
	r, err := b.k.send(b.client, method, path, form, headers...)
	if err != nil {
		b.k.t.Fatal(err)
	}
	return r
}

// submit fills the page's form and presses a button.
func (b *browser) submit(page reply, pairs ...string) reply {
	b.k.t.Helper()
	action := regexp.MustCompile(`action="([^"]+)"`).FindStringSubmatch(page.body)
	hidden := regexp.MustCompile(`name="request" value="([^"]+)"`).FindStringSubmatch(page.body)
	if action == nil || hidden == nil {
		b.k.t.Fatalf("no form in the page: %d %s", page.status, page.body)
	}
	return b.open(action[1], form(append(pairs, "request", hidden[1])...))
}

func authorizePath(pairs ...string) string {
	sum := sha256.Sum256([]byte(verifier))
	values := form("client_id", key, "redirect_uri", callback, "response_type", "code", "state", "s",
		"code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method", "S256")
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return "/services/oauth2/authorize?" + values.Encode()
}

// login opens the authorize page and logs the administrator in.
func (b *browser) login(pairs ...string) reply {
	b.k.t.Helper()
	return b.submit(b.open(authorizePath(pairs...), nil), "username", admin, "password", password)
}

// code walks through login and Allow.
func (k *kit) code(pairs ...string) string {
	k.t.Helper()
	b := k.browser()
	page := b.submit(b.login(pairs...), "decision", "allow")
	if page.location == nil || page.location.Query().Get("code") == "" {
		k.t.Fatalf("no code: %d %v %s", page.status, page.location, page.body)
	}
	return page.location.Query().Get("code")
}

// grant gives the administrator's refresh token.
func (k *kit) refreshToken() string {
	k.t.Helper()
	token, err := k.Grant(admin, "", "")
	if err != nil {
		k.t.Fatal(err)
	}
	return token
}

// lives says whether the access token is of use.
func (k *kit) lives(accessToken string) bool {
	_, ok := k.Use(accessToken, k.org)
	return ok
}

// raw sends a body as it is.
func (k *kit) raw(method, path, body, kind string) reply {
	k.t.Helper()
	r, err := http.NewRequestWithContext(k.t.Context(), method, k.server.URL+path, strings.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	answer, err := k.server.Client().Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	return reply{status: answer.StatusCode, header: answer.Header, body: string(data)}
}
