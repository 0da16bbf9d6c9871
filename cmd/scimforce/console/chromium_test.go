package console

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"scimforce/cmd/scimforce/console/browsertest"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/authority"
)

// One Chromium for all that is seen in one.
func TestTheConsoleInChromium(t *testing.T) {
	browser := browsertest.New(t)
	t.Run("an administrator connects an org, and ends it", func(t *testing.T) { connectsInChromium(t, browser) })
	t.Run("the same without scripts", func(t *testing.T) { connectsWithoutScripts(t, browser) })
	t.Run("what goes wrong is explained", func(t *testing.T) { explainsInChromium(t, browser) })
	t.Run("callbacks that are not as they should be", func(t *testing.T) { callbacksInChromium(t, browser) })
}

func connectsInChromium(t *testing.T, browser *browsertest.Browser) {
	k := newKit(t)
	h := newLoginHost(k, "", nil)
	page := browser.Page(t)
	p := &person{page, k}
	p.Open(k.server.URL + "/")
	p.looks("sign-in")
	p.illustrates("sign-in", "body", 440)
	p.Fill("password", "wrong")
	p.Press("sign-in")
	if said := p.Text("#password-problem"); !strings.Contains(said, "not the administrator password") {
		t.Errorf("a wrong password is answered %q", said)
	}
	p.looks("sign-in-wrong")
	p.Fill("password", adminPassword)
	p.Press("sign-in")
	if p.Text("h1") != "Connect to Salesforce" {
		t.Fatalf("after the first sign-in the page is %q", p.Text("h1"))
	}
	if p.Value("callback-url") != k.server.URL+callbackPath {
		t.Errorf("callback URL %q", p.Value("callback-url"))
	}
	p.WaitFor("#external-client-app + div li")
	p.illustrates("connect-app", "#step-app", 400)
	p.Click("connected-app")
	p.WaitFor("#connected-app + div li")
	p.looks("connect")
	p.Click("copy-callback-url")
	p.WaitFor("#copy-callback-url[data-said=Copied]")

	p.fillIn(h.address)
	p.illustrates("connect-authenticate", "#step-authenticate", 640)
	p.PressUntil("authenticate", "#username")
	p.illustrates("simulated-login", "body", 420)
	p.logsIn()
	p.illustrates("simulated-allow", "body", 400)
	p.Press("oaapprove")
	p.illustrates("review", "body", 620)
	if p.Text("#review-org") != h.Org.ID() || strings.Contains(p.Address(), "code=") {
		t.Errorf("review of %q at %s", p.Text("#review-org"), p.Address())
	}
	p.looks("review")
	p.Press("save")
	if state := p.Text("#connection-state"); state != "Connected" {
		t.Errorf("after Save the connection is %q", state)
	}
	p.looks("connection")
	p.illustrates("connection", "body", 600)
	p.Press("test")
	if p.Text("#report-verdict") == "" {
		t.Error("the doctor has no verdict")
	}
	p.looks("doctor")
	p.illustrates("doctor", "body", 600)
	for _, path := range []string{"/", "/activity", "/account", "/identity-provider"} {
		p.Open(k.server.URL + path)
		p.looks("connections" + strings.TrimSuffix(strings.ReplaceAll(path, "/", "-"), "-"))
	}
	p.Fill("token-name", "Okta")
	p.Press("create-token")
	secret := p.Value("new-token")
	p.looks("token-made")
	p.illustrates("token", "body", 560)
	p.Open(k.server.URL + "/identity-provider")
	if secret == "" || strings.Contains(p.Source(), secret) {
		t.Error("the token is shown not once")
	}

	p.Open(k.server.URL + "/connections/default")
	p.PressUntil("reauthenticate", "#username, #save")
	if p.Has("#username") {
		p.logsIn()
	}
	if p.Has("#oaapprove") {
		p.Press("oaapprove")
	}
	if !strings.Contains(p.Source(), "Save replaces it") {
		t.Errorf("the page is %s", p.Source())
	}
	p.looks("review-again")
	p.Press("save")

	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<form method="post" action="` + k.server.URL + `/connections/default/disconnect"><button id="win">Win</button></form>`))
	}))
	defer stranger.Close()
	p.Open(stranger.URL)
	p.Press("win")
	if title := p.Text("#error-title"); title != "Another site sent this" {
		t.Errorf("another origin's POST is answered %q", title)
	}
	p.Open(k.server.URL + "/connections/default")
	p.Press("disconnect")
	p.looks("disconnect")
	p.Press("confirm-disconnect")
	if p.Text("h1") != "Connect to Salesforce" {
		t.Errorf("after the disconnection the page is %q", p.Text("h1"))
	}
}

func connectsWithoutScripts(t *testing.T, browser *browsertest.Browser) {
	k := newKit(t)
	h := newLoginHost(k, "", nil)
	p := &person{browser.Page(t), k}
	p.WithoutScript()
	p.Open(k.server.URL + "/")
	p.Fill("password", adminPassword)
	p.Press("sign-in")
	p.fillIn(h.address)
	p.PressUntil("authenticate", "#username")
	p.logsIn()
	p.Press("oaapprove")
	p.Press("save")
	if state := p.Text("#connection-state"); state != "Connected" {
		t.Errorf("after Save the connection is %q", state)
	}
}

// Each org is so misconfigured; what the page says is in title and remedy.
func explainsInChromium(t *testing.T, browser *browsertest.Browser) {
	k := newKit(t)
	p := k.sits(t, browser)
	elsewhere := simulator.LoginPolicy{IPRanges: map[string][]netip.Prefix{"": {netip.MustParsePrefix("192.0.2.0/24")}}}
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	for _, test := range []struct {
		name          string
		app           func(*simulator.App)
		edition       string
		late          func(*testing.T, *loginHost)
		fields        []string
		decision      string // at the org's page; "": Allow
		title, remedy string
	}{
		{name: "Deny", decision: "oadeny", title: "Access was denied", remedy: "allow it"},
		{name: "a wrong consumer key", fields: []string{"consumer-key", "wrong"}, title: "does not know the consumer key", remedy: "ten minutes"},
		{name: "a wrong consumer secret", fields: []string{"consumer-secret", "wrong"}, title: "consumer secret is wrong", remedy: "check both"},
		{
			name: "another callback URL", app: func(a *simulator.App) { a.CallbackURLs = []string{"https://a.example/oauth/callback"} },
			title: "callback URL is not the app's", remedy: k.server.URL + callbackPath,
		},
		{
			name: "an app younger than ten minutes", app: func(a *simulator.App) { a.KnownFrom = time.Now().Add(9 * time.Minute) },
			title: "does not know the consumer key", remedy: "ten minutes",
		},
		{name: "a code that was revoked", late: func(_ *testing.T, h *loginHost) { h.RevokeAll() }, title: "code is expired or was used", remedy: "again"},
		{name: "no scope for a refresh token", app: func(a *simulator.App) { a.Scopes = []string{"api"} }, title: "lacks scopes", remedy: "refresh_token"},
		{
			name: "no refresh token by policy", app: func(a *simulator.App) { a.RefreshPolicy = authority.ExpireImmediately },
			title: "no refresh token", remedy: "valid until revoked",
		},
		{name: "an IP address that is not let in", late: func(t *testing.T, h *loginHost) { h.settles(t, elsewhere) }, title: "IP address", remedy: "login IP ranges"},
		{name: "an inactive user", late: func(_ *testing.T, h *loginHost) { h.freezes() }, title: "inactive or frozen", remedy: "unfreeze"},
		{
			name: "an app that an administrator has to approve", app: func(a *simulator.App) { a.ApprovedFor = []string{"Standard User"} },
			title: "administrator's approval", remedy: "access to the app",
		},
		{
			name: "an org that is closed", late: func(t *testing.T, h *loginHost) { h.settles(t, simulator.LoginPolicy{Closed: true}) },
			title: "org is closed", remedy: "ask Salesforce",
		},
		{name: "an edition without API", edition: "Essentials", title: "no API", remedy: "another edition"},
		{name: "nobody at the login host", fields: []string{"my-domain", "http://127.0.0.1:1"}, title: "cannot be reached", remedy: "login URL"},
		{name: "a login host that is not Salesforce's", fields: []string{"my-domain", other.URL}, title: "does not look like Salesforce", remedy: "login URL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newLoginHost(k, test.edition, test.app)
			if test.late != nil {
				h.late = func() { test.late(t, h) }
			}
			p.fillIn(h.address, test.fields...)
			p.PressUntil("authenticate", "#username, #error-title, #form-problem, #my-domain-problem, #host-warning")
			if p.Has("#username") {
				p.logsIn()
			}
			if p.Has("#oaapprove") {
				decision := test.decision
				if decision == "" {
					decision = "oaapprove"
				}
				p.Press(decision)
			}
			said := p.Text("main")
			if !strings.Contains(said, test.title) || !strings.Contains(strings.ToLower(said), strings.ToLower(test.remedy)) && !strings.Contains(p.Source(), test.remedy) {
				t.Errorf("at %s the page says %s", p.Address(), said)
			}
			p.looks("refused-" + strings.NewReplacer(" ", "-", "'", "").Replace(strings.ToLower(test.name)))
		})
	}
}

func callbacksInChromium(t *testing.T, browser *browsertest.Browser) {
	k := newKit(t)
	h := newLoginHost(k, "", nil)
	p, stranger := k.sits(t, browser), k.sits(t, browser)
	begin := func() {
		p.fillIn(h.address)
		p.PressUntil("authenticate", "#username, #save")
	}
	said := func(p *person, want string) {
		t.Helper()
		if title := p.Text("#error-title"); !strings.Contains(title, want) {
			t.Errorf("the page is %q, want %q", title, want)
		}
	}
	begin()
	u, err := url.Parse(h.lastAuthorize())
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Del("code_challenge")
	query.Del("code_challenge_method")
	u.RawQuery = query.Encode()
	p.Open(u.String())
	if p.Has("#username") {
		p.logsIn()
	}
	said(p, "requires PKCE")

	begin()
	stranger.Open(h.lastAuthorize())
	stranger.logsIn()
	stranger.Press("oaapprove")
	said(stranger, "another browser session")
	stranger.looks("refused-another-session")
	p.Open(strings.Replace(h.lastCallback(), "state=", "state=x", 1))
	said(p, "not known")
	p.looks("refused-state")

	begin()
	if p.Has("#username") {
		p.logsIn()
	}
	if p.Has("#oaapprove") {
		p.Press("oaapprove")
	}
	p.WaitFor("#save")
	p.Open(h.lastCallback())
	said(p, "opened twice")
	p.looks("refused-twice")
	p.Press("error-next")
	p.WaitFor("#save")
}

// settles changes the org's login policy.
func (h *loginHost) settles(t *testing.T, policy simulator.LoginPolicy) {
	t.Helper()
	if err := h.SetLoginPolicy(h.Org, policy); err != nil {
		t.Error(err)
	}
}

// freezes the administrator, as Setup does.
func (h *loginHost) freezes() {
	for _, login := range h.IDs("UserLogin", "UserId", h.Org.AdminID()) {
		h.MustUpdate("UserLogin", login, map[string]any{"IsFrozen": true})
	}
}
