package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scimforce/cmd/scimforce/console/browsertest"
)

const (
	consumerSecret  = "the-consumer-secret-of-this-run"
	orgPassword     = "the-password-at-the-org"
	changedPassword = "a console password of my own"
)

// stay is an administrator's day at the real program: serve with nothing set but
// where it listens and its database, a simulated org, and a browser.
type stay struct {
	*browsertest.Page
	t        *testing.T
	browser  *browsertest.Browser
	bridge   *running
	org      *running
	between  *overheard
	secrets  *secrets
	database string

	password string // of the console
	token    string // of the identity provider
	tokenID  string
}

// One story, in the order in which it happens; each step needs those before.
func TestTheProgramInChromium(t *testing.T) {
	s := &stay{t: t, secrets: &secrets{}, database: filepath.Join(t.TempDir(), "scimforce.db")}
	s.bridge = start(t, []string{"SCIMFORCE_LISTEN=127.0.0.1:0", "SCIMFORCE_DATABASE_URL=sqlite:" + s.database, "SCIMFORCE_LOG_LEVEL=debug"}, "serve")
	s.org = start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "3", "--rotate-refresh-tokens", "--require-pkce", "--refresh-token=",
		"--consumer-secret", consumerSecret, "--password", orgPassword, "--callback-url", s.bridge.address+callbackPath)
	s.between = overhear(t, s.org, s.secrets)
	s.secrets.keep("consumer secret", consumerSecret, 0)
	s.secrets.keep("password at the org", orgPassword, 0)
	s.browser = browsertest.New(t)
	s.Page = s.browser.Page(t)

	s.signsIn()
	s.connects()
	s.makesToken()
	s.rotatesAndRevokes()
	s.examines()
	s.reauthenticates()
	s.denies()
	s.disconnects()
	s.changesPassword()
	s.findsNoSecret()
}

// ask calls the bridge as an identity provider or a probe does.
func (s *stay) ask(method, path, token, body string) (status int, answer string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.bridge.address+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	request.Header.Set("Content-Type", "application/scim+json")
	got, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	content, err := io.ReadAll(got.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	s.secrets.hear(method+" "+path, fmt.Sprint(got.Header)+string(content))
	return got.StatusCode, string(content)
}

// wantSCIM checks how a request for people is answered.
func (s *stay) wantSCIM(when, token string, want int) {
	s.t.Helper()
	if status, body := s.ask(http.MethodGet, "/scim/v2/Users?count=1", token, ""); status != want {
		s.t.Errorf("SCIM %s: %d, want %d: %s\n%s", when, status, want, body, s.bridge.stderr)
	}
}

// wantState checks what probes are told, which must hold the words.
func (s *stay) wantState(when, path, words string) {
	s.t.Helper()
	if status, body := s.ask(http.MethodGet, path, "", ""); status != http.StatusOK || !strings.Contains(body, words) {
		s.t.Errorf("%s %s: %d without %q: %s", path, when, status, words, body)
	}
}

// wantPage checks the text of what the selector names.
func (s *stay) wantPage(when, selector, want string) {
	s.t.Helper()
	if said := s.Text(selector); !strings.Contains(said, want) {
		s.t.Fatalf("%s: %s is %q, not %q, at %s\n%s", when, selector, said, want, s.Address(), s.Text("main"))
	}
}

// looks checks the page and takes its picture.
func (s *stay) looks(p *browsertest.Page, name string) {
	s.t.Helper()
	p.CheckAccessible()
	p.Screenshot("serve-" + name)
}

// goes to a page of the console.
func (s *stay) goes(path string) {
	s.t.Helper()
	s.Open(s.bridge.address + path)
}

// notes keeps the name of the session and hears what is in the address bar.
func (s *stay) notes(p *browsertest.Page) {
	s.t.Helper()
	cookie := p.Cookies()["scimforce"]
	if cookie == "" {
		s.t.Errorf("no session at %s", p.Address())
	}
	s.secrets.keep("session cookie", cookie, 0)
	s.secrets.hear("address", p.Address())
}

// signsIn reads the first password off the log.
func (s *stay) signsIn() {
	_, after, _ := strings.Cut(s.bridge.stderr.String(), "console password: ")
	s.password, _, _ = strings.Cut(after, " ")
	if len(s.password) < 20 {
		s.t.Fatalf("no first password is printed:\n%s", s.bridge.stderr)
	}
	s.secrets.keep("first console password", s.password, 1)
	s.wantState("before anything is connected", "/readyz", `"ready"`)
	s.wantSCIM("before there is a token", "scimforce_made-up", http.StatusUnauthorized)
	s.goes("/")
	s.wantPage("the first page", "h1", "Sign in")
	s.signsInTo(s.Page)
	s.wantPage("after the first sign-in", "h1", "Connect to Salesforce")
}

func (s *stay) signsInTo(p *browsertest.Page) {
	s.t.Helper()
	p.Fill("password", s.password)
	p.Press("sign-in")
	s.notes(p)
}

// connects enters the app, logs in at the org and saves.
func (s *stay) connects() {
	s.Click("connect-login-host-mydomain")
	s.Fill("my-domain", s.between.address)
	s.Fill("consumer-key", "  demo-consumer-key ")
	s.Fill("consumer-secret", consumerSecret)
	s.PressUntil("authenticate", "#username")
	s.logsIn()
	s.Press("oaapprove")
	s.wantPage("back from the org", "#review-user", "admin@acme.example")
	s.notes(s.Page)
	s.wantState("before Save", "/readyz", `"ready"`)
	if _, body := s.ask(http.MethodGet, "/readyz", "", ""); strings.Contains(body, "connections") {
		s.t.Errorf("before Save there is a connection: %s", body)
	}
	s.Press("save")
	s.wantPage("after Save", "#connection-state", "Connected")
	s.looks(s.Page, "connection")
	s.wantState("after Save", "/readyz", `"default":{"ok":true`)
	s.wantState("after Save", "/metrics", `scimforce_connection_up{connection="default"} 1`)
}

// logsIn goes through the org's login page, up to that which asks for access.
func (s *stay) logsIn() {
	s.t.Helper()
	s.Fill("username", "admin@acme.example")
	s.Fill("password", orgPassword)
	s.Press("Login")
	s.secrets.hear("address", s.Address())
}

// readsToken is the new token, off the page that shows it once.
func (s *stay) readsToken() string {
	s.t.Helper()
	token := s.Value("new-token")
	if !strings.HasPrefix(token, "scimforce_") {
		s.t.Fatalf("the token is %q", token)
	}
	s.secrets.keep("identity provider's token", token, 1)
	s.tokenID = s.Value("new-client-id")
	s.notes(s.Page)
	s.goes("/identity-provider")
	if s.Has("#new-token") {
		s.t.Error("the token is shown again")
	}
	return token
}

func (s *stay) makesToken() {
	s.goes("/identity-provider")
	s.Fill("token-name", "Okta")
	s.Press("create-token")
	s.token = s.readsToken()
	s.wantSCIM("with the new token", s.token, http.StatusOK)
	s.wantSCIM("with another token", s.token[:len(s.token)-1], http.StatusUnauthorized)
	status, body := s.ask(http.MethodPost, "/scim/v2/Users", s.token, `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
		"userName": "ada@acme.example", "name": {"familyName": "Lovelace"}, "entitlements": [{"type": "Profile", "value": "Standard User"}]}`)
	if status != http.StatusCreated {
		s.t.Errorf("POST: %d %s", status, body)
	}
	if _, _, dump := get(s.t, s.org.address+"/_simulator/org", ""); !strings.Contains(dump, "ada@acme.example") {
		s.t.Error("the org does not hold who was created")
	}
	s.wantState("after requests", "/metrics", `scimforce_scim_requests_total`)
}

func (s *stay) rotatesAndRevokes() {
	old, page := s.token, "/identity-provider/tokens/"+s.tokenID
	s.goes(page)
	s.looks(s.Page, "token")
	s.Press("rotate-token")
	s.token = s.readsToken()
	s.wantSCIM("with the successor", s.token, http.StatusOK)
	s.wantSCIM("with the token that is being replaced", old, http.StatusOK)
	s.goes(page)
	s.looks(s.Page, "token-replaced")
	s.Press("revoke-token")
	s.wantPage("after the revocation", "#notice", "is revoked")
	s.looks(s.Page, "token-revoked")
	s.wantSCIM("with the revoked token", old, http.StatusUnauthorized)
	s.wantSCIM("with the successor, still", s.token, http.StatusOK)
}

// examines asks the doctor.
func (s *stay) examines() {
	s.goes("/connections/default")
	s.Press("test")
	s.wantPage("the doctor", "#report-verdict", "Nothing has failed")
	s.wantPage("the doctor", "#check-token", "OK")
	s.wantPage("the doctor", "#check-refresh-token-policy", "rotation")
	s.wantPage("the doctor", "#check-default-profile", "What to do")
}

// asksAgain begins an authorization of the connection that is in use.
func (s *stay) asksAgain() {
	s.t.Helper()
	s.goes("/connections/default")
	s.PressUntil("reauthenticate", "#username")
	s.logsIn()
}

func (s *stay) lastRefreshToken() string {
	tokens := s.secrets.values("refresh token")
	return tokens[len(tokens)-1]
}

func (s *stay) reauthenticates() {
	old := s.lastRefreshToken()
	s.asksAgain()
	s.Press("oaapprove")
	s.wantPage("back from the org", "main", "Save replaces it")
	if s.between.hasRevoked(old) {
		s.t.Error("the refresh token in use is revoked before Save")
	}
	s.wantSCIM("before Save", s.token, http.StatusOK)
	s.Press("save")
	s.wantPage("after Save", "#connection-state", "Connected")
	if !s.between.hasRevoked(old) {
		s.t.Error("the refresh token that was replaced is not revoked")
	}
	s.wantSCIM("after Save", s.token, http.StatusOK)
}

func (s *stay) denies() {
	s.asksAgain()
	s.Press("oadeny")
	s.wantPage("after Deny", "#error-title", "Access was denied")
	s.notes(s.Page)
	s.wantSCIM("after Deny", s.token, http.StatusOK)
	s.goes("/connections/default")
	s.wantPage("after Deny", "#connection-state", "Connected")
}

func (s *stay) disconnects() {
	if n := grantsAt(s.t, s.org); n != 1 {
		s.t.Errorf("the org holds %d grants while it is connected", n)
	}
	s.Press("disconnect")
	s.Press("confirm-disconnect")
	s.wantPage("after the disconnection", "h1", "Connect to Salesforce")
	if n := grantsAt(s.t, s.org); n != 0 {
		s.t.Errorf("the org holds %d grants after the disconnection", n)
	}
	s.wantSCIM("after the disconnection", s.token, http.StatusServiceUnavailable)
}

// changesPassword does so in one browser, and another is signed out by it.
func (s *stay) changesPassword() {
	other := s.browser.Page(s.t)
	other.Open(s.bridge.address + "/")
	s.signsInTo(other)
	s.goes("/account")
	s.Fill("current-password", s.password)
	s.Fill("new-password", changedPassword)
	s.Fill("repeat-password", changedPassword)
	s.secrets.keep("changed console password", changedPassword, 0)
	s.Press("change-password")
	s.wantPage("after the change", "#notice", "password is changed")
	s.looks(s.Page, "password-changed")
	s.notes(s.Page)
	other.Open(s.bridge.address + "/account")
	if other.Text("h1") != "Sign in" {
		s.t.Errorf("the session of the old password sees %q", other.Text("h1"))
	}
	s.guesses(other)
	for i, source := range other.Seen() {
		s.secrets.hear(fmt.Sprintf("page %d of the other browser", i), source)
	}
}

// guesses is wrong until it is slowed: after ten times, and one more for each half
// minute that a slow machine takes.
func (s *stay) guesses(p *browsertest.Page) {
	for n := 1; ; n++ {
		p.Fill("password", s.password) // the old one
		p.Press("sign-in")
		said := p.Text("#password-problem")
		if strings.Contains(said, "Too many wrong passwords. Wait ") {
			if n <= 10 {
				s.t.Errorf("slowed at try %d", n)
			}
			break
		}
		if said != "That is not the administrator password." || n > 20 {
			s.t.Fatalf("try %d is answered %q", n, said)
		}
	}
	s.looks(p, "sign-in-slowed")
	p.Fill("password", changedPassword)
	p.Press("sign-in")
	if said := p.Text("#password-problem"); !strings.Contains(said, "Too many") {
		s.t.Errorf("the right password, too early, is answered %q", said)
	}
	s.goes("/account")
	s.wantPage("who is signed in", "h1", "Account")
}

// findsNoSecret looks through all that was said.
func (s *stay) findsNoSecret() {
	s.ask(http.MethodGet, "/metrics", "", "")
	if code := s.bridge.stop(); code != exitOK {
		s.t.Errorf("exit code %d", code)
	}
	for i, source := range s.Seen() {
		s.secrets.hear(fmt.Sprintf("page %d", i), source)
	}
	for line := range strings.Lines(s.bridge.stderr.String()) {
		s.secrets.hear("log: "+line, line)
	}
	s.secrets.hear("standard output", s.bridge.stdout.String())
	key, err := os.ReadFile(filepath.Join(filepath.Dir(s.database), "master.key"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.secrets.keep("master key", strings.TrimSpace(string(key)), 0)
	files, err := filepath.Glob(s.database + "*")
	if err != nil || len(files) == 0 {
		s.t.Fatalf("database files %v, %v", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			s.t.Fatal(err)
		}
		s.secrets.hear(file, string(content))
	}
	for what, least := range map[string]int{
		"session cookie": 3, "identity provider's token": 2, "code": 2, "PKCE verifier": 2, "access token": 2, "refresh token": 2, "master key": 1,
	} {
		if n := len(s.secrets.values(what)); n < least {
			s.t.Errorf("%d values of %s were looked for, want at least %d", n, what, least)
		}
	}
	for _, leak := range s.secrets.leaks() {
		s.t.Error(leak)
	}
}
