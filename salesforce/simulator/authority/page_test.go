package authority

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const wrong = "Please check your username and password. If you still can&#39;t log in, contact your Salesforce administrator."

func TestThePageShowsAppAndScopesAndKeepsTheState(t *testing.T) {
	k := start(t)
	k.with(func(a *App) { a.Name, a.Scopes = `<b>Bridge</b> & Co`, []string{"api", "refresh_token", "web"} })
	b := k.browser()
	state := "a=b&c#d%20 é\"<"
	login := b.open(authorizePath("state", state, "login_hint", "ada@acme.example"), nil)
	if !strings.Contains(login.body, `value="ada@acme.example"`) {
		t.Errorf("login_hint is not filled in: %s", login.body)
	}
	page := b.submit(login, "username", admin, "password", password)
	for _, part := range []string{"&lt;b&gt;Bridge&lt;/b&gt; &amp; Co", "Manage user data via APIs", "Perform requests at any time", "Manage user data via Web browsers", admin} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page does not show %q: %s", part, page.body)
		}
	}
	done := b.submit(page, "decision", "allow")
	if done.location == nil || done.location.Query().Get("state") != state {
		t.Errorf("sent to %v", done.location)
	}
}

func TestACallbackWithAQueryKeepsIt(t *testing.T) {
	k := start(t)
	k.with(func(a *App) { a.CallbackURLs = []string{callback + "?org=1"} })
	b := k.browser()
	done := b.submit(b.login("redirect_uri", callback+"?org=1"), "decision", "deny")
	if want := callback + "?org=1&error=access_denied&error_description=end-user+denied+authorization&state=s"; done.location == nil || done.location.String() != want {
		t.Errorf("sent to %v, want %s", done.location, want)
	}
}

func TestTenWrongPasswordsLockTheUserOut(t *testing.T) {
	k := start(t)
	b := k.browser()
	try := func(word string) reply {
		return b.submit(b.open(authorizePath("prompt", "login"), nil), "username", admin, "password", word)
	}
	locked := func() bool {
		p, _ := k.find(nil, admin)
		return p.locked
	}
	for n := range defaultMaxFailures {
		if locked() {
			t.Fatalf("locked after %d", n)
		}
		if page := try("wrong"); !strings.Contains(page.body, wrong) {
			t.Fatalf("page says %s", page.body)
		}
	}
	if page := try(password); !strings.Contains(page.body, wrong) || !locked() {
		t.Fatalf("the right password lets in: %s", page.body)
	}
	k.pass(defaultLockFor)
	if page := try(password); !strings.Contains(page.body, "Allow Access?") || locked() {
		t.Fatalf("still locked: %s", page.body)
	}

	k.policy(LoginPolicy{MaxFailures: 1, LockFor: -1})
	try("wrong")
	k.pass(24 * time.Hour)
	if page := try(password); !strings.Contains(page.body, wrong) {
		t.Fatal("a lock without an end ended")
	}
	k.org.UnlockPassword(k.org.AdminID()) // as an administrator may
	if page := try(password); !strings.Contains(page.body, "Allow Access?") {
		t.Fatal("unlocked, but not let in")
	}
}

func TestPromptAndOtherParameters(t *testing.T) {
	k := start(t)
	b := k.browser()
	b.login()
	for prompt, want := range map[string]string{
		"": "Allow Access?", "consent": "Allow Access?", "login": `type="password"`, "login consent": `type="password"`, "select_account": `type="password"`,
	} {
		if page := b.open(authorizePath("prompt", prompt, "display", "touch"), nil); !strings.Contains(page.body, want) {
			t.Errorf("prompt %q shows %s", prompt, page.body)
		}
	}
}

func TestAllowCannotBePressedByAnotherPage(t *testing.T) {
	k := start(t)
	b := k.browser()
	page := b.login()
	_, after, _ := strings.Cut(page.body, `name="request" value="`)
	id, _, _ := strings.Cut(after, `"`)
	allow := url.Values{"request": {id}, "decision": {"allow"}}
	if r := b.open("/services/oauth2/authorize/approve", allow, "Origin: https://evil.example"); r.status != http.StatusForbidden {
		t.Errorf("a foreign origin: %d", r.status)
	}
	if r := b.open("/services/oauth2/authorize/approve", allow, "Sec-Fetch-Site: cross-site"); r.status != http.StatusForbidden {
		t.Errorf("a foreign site: %d", r.status)
	}
	// A request that was begun in the attacker's browser, approved in another
	// that is logged in.
	stranger := k.browser()
	other := stranger.open(authorizePath(), nil)
	_, after, _ = strings.Cut(other.body, `name="request" value="`)
	id, _, _ = strings.Cut(after, `"`)
	if r := b.open("/services/oauth2/authorize/approve", url.Values{"request": {id}, "decision": {"allow"}}); r.status != http.StatusBadRequest {
		t.Errorf("the request of another browser: %d", r.status)
	}
	if r := b.open("/services/oauth2/authorize/approve", allow); r.status != http.StatusFound {
		t.Errorf("the person himself: %d", r.status)
	}
	if r := b.open("/services/oauth2/authorize/approve", allow); r.status != http.StatusBadRequest {
		t.Errorf("a second time: %d", r.status)
	}
}

func TestTheBrowsersCookieIsKeptFromScriptsAndRenewedByTheLogin(t *testing.T) {
	k := start(t)
	b := k.browser()
	page := b.open(authorizePath(), nil)
	before := page.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/services/oauth2"} {
		if !strings.Contains(before, part) {
			t.Errorf("cookie %s is without %s", before, part)
		}
	}
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	after := b.submit(page, "username", admin, "password", password).header.Get("Set-Cookie")
	if after == "" || after == before {
		t.Errorf("cookie after the login: %q", after)
	}
	for name, want := range map[string]string{"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
		if got := page.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if !strings.Contains(page.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error("the page may be framed")
	}
}

func TestSettingsCountFromTheNextRequestOn(t *testing.T) {
	k := start(t)
	b := k.browser()
	page := b.login()
	k.RemoveApp(key)
	if r := b.submit(page, "decision", "allow"); r.status != http.StatusBadRequest || r.location != nil {
		t.Errorf("an app that is gone gets %d, %v", r.status, r.location)
	}
}
