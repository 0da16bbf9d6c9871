package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"scimforce/oauth"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

// org is a simulated org whose app knows the kit's callback, and its setting.
func (k *kit) org(change ...func(*simulator.App)) *simulatortest.Server {
	k.t.Helper()
	return simulatortest.New(k.t, func(c *simulatortest.Config) {
		c.Simulator.App.CallbackURLs = []string{k.server.URL + callbackPath}
		c.Simulator.App.RequirePKCE, c.Simulator.App.RequireSecretForWebServer, c.Simulator.App.RequireSecretForRefresh = true, true, true
		for _, f := range change {
			f(&c.Simulator.App)
		}
	})
}

// connectTo fills in and sends the Connect form; more fields may change it.
func (k *kit) connectTo(login string, more ...string) seen {
	k.t.Helper()
	fields := []string{
		"login-host", hostMyDomain, "my-domain", login, "name", "default",
		"consumer-key", "  " + simulatortest.ConsumerKey + " ", "consumer-secret", simulatortest.ConsumerSecret + "\n",
	}
	return k.post("/connect", append(fields, more...)...)
}

// leaves is where the continue page leads the browser.
func (k *kit) leaves(s seen) string {
	k.t.Helper()
	s.leadsTo(k.t, "/connect/continue")
	page := k.get("/connect/continue").is(k.t, http.StatusOK)
	_, address, _ := strings.Cut(page.Header.Get("Refresh"), "url=")
	if link := page.find("continue"); address == "" || link == nil || attribute(link, "href") != address {
		k.t.Fatalf("the page leads to %q: %s", address, page.body)
	}
	return address
}

// allows has the org's administrator press Allow, and comes back.
func (k *kit) allows(s *simulatortest.Server, authorize string) seen {
	k.t.Helper()
	back := s.MustAllow(authorize, simulatortest.Admin)
	return k.get(back.RequestURI())
}

// connected is a kit with the connection "default" saved.
func connected(t *testing.T, change ...func(*Config)) (*kit, *simulatortest.Server) {
	t.Helper()
	k := newKit(t, change...).signIn()
	s := k.org()
	k.allows(s, k.leaves(k.connectTo(s.URL))).leadsTo(t, "/connect/review")
	k.post("/connect/save").leadsTo(t, "/connections/default")
	return k, s
}

func TestAnAdministratorConnectsAnOrg(t *testing.T) {
	k := newKit(t).signIn()
	s := k.org()
	k.get("/").leadsTo(t, "/connect")
	callback := k.get("/connect").is(t, http.StatusOK).find("callback-url")
	if callback == nil || attribute(callback, "value") != k.server.URL+callbackPath {
		t.Fatalf("the page shows the callback URL %v", callback)
	}
	authorize := k.leaves(k.connectTo(s.URL))
	k.get("/connect").says(t, "Back from Salesforce without an answer?")
	k.allows(s, authorize).leadsTo(t, "/connect/review")
	review := k.get("/connect/review").is(t, http.StatusOK)
	review.says(t, "Nothing is stored yet").says(t, simulatortest.Admin)
	if words(review.find("review-org")) != s.Org.ID() {
		t.Errorf("org %q, want %q", words(review.find("review-org")), s.Org.ID())
	}
	if list, err := k.console.config.Store.Connections(t.Context()); err != nil || len(list) != 0 {
		t.Fatalf("stored before Save: %v, %v", list, err)
	}
	k.post("/connect/save").leadsTo(t, "/connections/default")
	if k.bridge.reloads != 1 {
		t.Errorf("%d reloads of the bridge", k.bridge.reloads)
	}
	page := k.get("/connections/default").is(t, http.StatusOK).says(t, "The connection is saved and in use").says(t, "Connected")
	for id, want := range map[string]string{"org-name": "", "org-id": s.Org.ID(), "org-user": simulatortest.Admin, "org-calls": " left", "org-edition": ""} {
		if got := words(page.find(id)); !strings.Contains(got, want) || strings.Contains(got, "not told") {
			t.Errorf("%s is %q", id, got)
		}
	}
	k.post("/connect/save").leadsTo(t, "/connections/default") // a second click
	k.get("/connect/review").is(t, http.StatusNotFound).says(t, "No authorization waits")
	k.get("/").is(t, http.StatusOK).says(t, "default")
}

func TestACallbackThatTheAppDoesNotHaveIsShownBesideTheOneOfTheBrowser(t *testing.T) {
	k := newKit(t, func(c *Config) { c.PublicURL = "http://bridge.example" }).signIn()
	s := k.org() // whose app has the address of the browser
	k.connectTo(s.URL).is(t, http.StatusUnprocessableEntity).
		says(t, "The bridge sends http://bridge.example/oauth/callback, and the app seems to have "+k.server.URL+"/oauth/callback: the host differs").
		says(t, "Enter this callback URL in the app, exactly as it is: http://bridge.example/oauth/callback")
}

func TestAnAuthorizationCanBeDiscarded(t *testing.T) {
	k := newKit(t).signIn()
	s := k.org()
	k.allows(s, k.leaves(k.connectTo(s.URL))).leadsTo(t, "/connect/review")
	k.post("/connect/discard").leadsTo(t, "/")
	if list, err := k.console.config.Store.Connections(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("stored: %v, %v", list, err)
	}
	k.post("/connect/save").is(t, http.StatusBadRequest).says(t, "Nothing waits to be saved")
}

func TestCallbacksThatCannotBeCompletedAreExplained(t *testing.T) {
	k := newKit(t).signIn()
	s := k.org()
	authorize := k.leaves(k.connectTo(s.URL))
	back := s.MustAllow(authorize, simulatortest.Admin)
	mine := k.browser

	stranger := *back
	k.browser = newBrowser(t)
	k.get(stranger.RequestURI()).is(t, http.StatusUnauthorized).says(t, "not signed in")
	k.signIn()
	k.get(stranger.RequestURI()).is(t, http.StatusBadRequest).says(t, "another browser session")

	k.browser = mine
	query := back.Query()
	query.Set("state", query.Get("state")+"x")
	tampered := url.URL{Path: callbackPath, RawQuery: query.Encode()}
	k.get(tampered.RequestURI()).is(t, http.StatusBadRequest).says(t, "not known")
	k.get(callbackPath).is(t, http.StatusBadRequest)

	k.get(back.RequestURI()).leadsTo(t, "/connect/review")
	again := k.get(back.RequestURI()).is(t, http.StatusBadRequest).says(t, "opened twice")
	if next := again.find("error-next"); next == nil || attribute(next, "href") != "/connect/review" {
		t.Error("the page does not lead to the authorization that waits")
	}
	k.post("/connect/save").leadsTo(t, "/connections/default")
}

func TestDenyIsExplained(t *testing.T) {
	k := newKit(t).signIn()
	s := k.org()
	authorize, err := url.Parse(k.leaves(k.connectTo(s.URL)))
	if err != nil {
		t.Fatal(err)
	}
	denied := url.Values{"error": {"access_denied"}, "error_description": {"end-user denied authorization"}, "state": {authorize.Query().Get("state")}}
	page := k.get(callbackPath+"?"+denied.Encode()).is(t, http.StatusBadRequest)
	if page.find("error-title") == nil || page.find("error-remedy") == nil || words(page.find("error-code")) != "access_denied" {
		t.Errorf("page %s", page.body)
	}
	page.says(t, "Begin again")
}

func TestWhatIsWrongWithTheConnectFormIsSaidBesideItsField(t *testing.T) {
	k := newKit(t).signIn()
	s := k.org()
	gone := k.org()
	gone.Close()
	for name, test := range map[string]struct {
		fields []string
		field  string // whose problem it is
		says   string
	}{
		"no My Domain":                     {[]string{"my-domain", ""}, "my-domain", "My Domain"},
		"no choice":                        {[]string{"login-host", "mars"}, "my-domain", "choose where"},
		"an address of Salesforce's pages": {[]string{"my-domain", "https://acme.lightning.force.com/lightning/setup"}, "my-domain", "press Authenticate again"},
		"nobody answers":                   {[]string{"my-domain", gone.URL}, "my-domain", "cannot be reached"},
		"a name with spaces":               {[]string{"name", "my org"}, "name", "small letters"},
		"no key":                           {[]string{"consumer-key", " "}, "consumer-key", "consumer key"},
		"no secret":                        {[]string{"consumer-secret", ""}, "consumer-secret", "consumer secret"},
		"a novel for a key":                {[]string{"consumer-key", strings.Repeat("x", maxTyped+1)}, "consumer-key", "longer"},
		"a wrong key":                      {[]string{"consumer-key", "3MVG9wrong"}, "form", "consumer key"},
		"a suffix with an @":               {[]string{"username-suffix", "@uat"}, "form", "suffix"},
	} {
		t.Run(name, func(t *testing.T) {
			page := k.connectTo(s.URL, test.fields...).is(t, http.StatusUnprocessableEntity)
			problem := page.find(test.field + "-problem")
			if problem == nil || !strings.Contains(strings.ToLower(words(problem)), strings.ToLower(test.says)) {
				t.Fatalf("problem %v: %s", problem, words(page.page))
			}
			if secret := page.find("consumer-secret"); attribute(secret, "value") != "" || strings.Contains(page.body, simulatortest.ConsumerSecret) {
				t.Error("the page shows the secret again")
			}
			if len(test.fields[1]) < 100 && test.fields[0] != "consumer-key" && attribute(page.find("consumer-key"), "value") != simulatortest.ConsumerKey {
				t.Error("the page forgot the consumer key")
			}
		})
	}
}

func TestACallbackThatTheAppDoesNotHaveIsFoundOutBeforeSalesforcesOwnPage(t *testing.T) {
	k := newKit(t).signIn()
	s := k.org(func(a *simulator.App) { a.CallbackURLs = []string{"https://elsewhere.example/callback"} })
	page := k.connectTo(s.URL).is(t, http.StatusUnprocessableEntity)
	if problem := page.find("form-problem"); problem == nil || !strings.Contains(words(problem), k.server.URL+callbackPath) {
		t.Errorf("problem %s", words(page.page))
	}
}

func TestALoginHostThatIsNotSalesforceIsGoneOnWithOnlyKnowingly(t *testing.T) {
	k := newKit(t).signIn()
	other := newKit(t) // answers, and not as Salesforce does
	page := k.connectTo(other.server.URL).is(t, http.StatusUnprocessableEntity)
	box := page.find("accept-host")
	if page.find("host-warning") == nil || box == nil || attribute(box, "value") != other.server.URL {
		t.Fatalf("page %s", page.body)
	}
	k.connectTo(other.server.URL, "accept-host", "https://another.example").is(t, http.StatusUnprocessableEntity)
	k.connectTo(other.server.URL, "accept-host", other.server.URL).leadsTo(t, "/connect/continue")
}

func TestAConnectionIsAuthorizedAgainAndGoesOnWorkingMeanwhile(t *testing.T) {
	k, s := connected(t)
	s.RevokeAll()
	k.get("/connections/default").is(t, http.StatusOK)
	authorize := k.leaves(k.post("/connections/default/reauthenticate"))
	k.allows(s, authorize).leadsTo(t, "/connect/review")
	k.get("/connect/review").says(t, "Save replaces it")
	k.post("/connect/save").leadsTo(t, "/connections/default")
	if user := words(k.get("/connections/default").find("org-user")); !strings.Contains(user, simulatortest.Admin) {
		t.Errorf("acts as %q", user)
	}
	k.post("/connections/nobody/reauthenticate").is(t, http.StatusNotFound)
}

func TestAnotherAppForAConnectionKeepsTheRestOfIt(t *testing.T) {
	k, s := connected(t)
	page := k.get("/connect?connection=default").is(t, http.StatusOK)
	if attribute(page.find("consumer-key"), "value") != simulatortest.ConsumerKey || attribute(page.find("my-domain"), "value") != s.URL || !has(page.find("name"), "readonly") {
		t.Errorf("page %s", page.body)
	}
	k.leaves(k.connectTo(s.URL, "again", "default", "consumer-secret", "")) // the stored one
	k.get("/connect?connection=nobody").is(t, http.StatusNotFound)
}

func TestDisconnectAsksFirstAndRevokesAtSalesforce(t *testing.T) {
	k, _ := connected(t)
	k.post("/identity-provider/tokens", "token-name", "Okta", "token-connection", "default", "token-scope", "all").leadsTo(t, "/identity-provider")
	k.get("/connections/default/disconnect").is(t, http.StatusOK).says(t, "Requests with the token Okta are answered")
	if list, _ := k.console.config.Store.Connections(t.Context()); len(list) != 1 {
		t.Fatal("a GET removed it")
	}
	k.bridge.failing = &oauth.UnavailableError{Code: oauth.Unreachable, Reason: "no answer"}
	k.post("/connections/default/disconnect").is(t, http.StatusBadGateway).says(t, "cannot be reached")
	k.bridge.failing = nil
	k.post("/connections/default/disconnect").leadsTo(t, "/")
	k.get("/").leadsTo(t, "/connect")
	k.post("/connections/default/disconnect").is(t, http.StatusNotFound)
}

func TestAConnectionOfTheEnvironmentIsNotRemovedHere(t *testing.T) {
	k := newKit(t).signIn()
	s := k.org()
	err := k.console.config.Store.Configure(t.Context(), oauth.Connection{
		Name: "default", LoginURL: s.URL, ConsumerKey: simulatortest.ConsumerKey, Flow: oauth.WebServerFlow, Configured: true,
	}, oauth.Secrets{ConsumerSecret: simulatortest.ConsumerSecret})
	if err != nil {
		t.Fatal(err)
	}
	if page := k.get("/connections/default").is(t, http.StatusOK).says(t, "comes from the environment"); page.find("disconnect") != nil {
		t.Error("the page offers to disconnect it")
	}
	k.get("/connections/default/disconnect").says(t, "SCIMFORCE_CONSUMER_KEY")
	k.post("/connections/default/disconnect").is(t, http.StatusConflict).says(t, "comes from the environment")
	k.connectTo(s.URL, "consumer-key", "another").is(t, http.StatusUnprocessableEntity).says(t, "comes from the environment")
	k.allows(s, k.leaves(k.post("/connections/default/reauthenticate"))).leadsTo(t, "/connect/review")
}

func TestTheDoctorExaminesWhenAskedAndNotWhenThePageIsReloaded(t *testing.T) {
	k, s := connected(t)
	k.get("/doctor").is(t, http.StatusOK).says(t, "Examine default")
	k.post("/connections/default/test").leadsTo(t, "/doctor")
	before := s.CallCount("", "")
	page := k.get("/doctor").is(t, http.StatusOK)
	if page.find("report-verdict") == nil || page.find("check-token") == nil {
		t.Errorf("page %s", page.body)
	}
	if n := s.CallCount("", "") - before; n != 0 {
		t.Errorf("a reload took %d calls", n)
	}
	k.post("/connections/nobody/test").is(t, http.StatusNotFound)
}

func TestATokenIsShownOnceAndOpensTheBridge(t *testing.T) {
	k, _ := connected(t)
	form := []string{"token-name", "Okta", "token-connection", "default", "token-scope", "users", "token-expires", "90", "mark", "one"}
	k.post("/identity-provider/tokens", form...).leadsTo(t, "/identity-provider")
	k.post("/identity-provider/tokens", form...).leadsTo(t, "/identity-provider") // a second click
	page := k.get("/identity-provider").is(t, http.StatusOK)
	field := page.find("new-token")
	if field == nil || !strings.HasPrefix(attribute(field, "value"), "scimforce_") {
		t.Fatalf("page %s", page.body)
	}
	secret := attribute(field, "value")
	if again := k.get("/identity-provider"); strings.Contains(again.body, secret) || again.find("new-token") != nil {
		t.Error("the token is shown twice")
	}
	list, err := k.console.config.Tokens.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Scope != "users" || list[0].Connection != "default" || list[0].ExpiresAt.Before(time.Now().Add(89*24*time.Hour)) {
		t.Fatalf("tokens %+v, %v", list, err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/scim/v2/Users", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	if caller, err := k.console.config.Tokens.Authenticate(r); err != nil || caller.Connection != "default" {
		t.Errorf("caller %+v, %v", caller, err)
	}
	for field, bad := range map[string]string{"token-name": "", "token-connection": "nobody", "token-scope": "root", "token-expires": "tomorrow"} {
		k.post("/identity-provider/tokens", append(form, "mark", field, field, bad)...).is(t, http.StatusUnprocessableEntity)
	}
	k.post("/identity-provider/tokens", append(form, "mark", "two")...).is(t, http.StatusUnprocessableEntity).says(t, "in use")

	path := "/identity-provider/tokens/" + list[0].ID
	k.get(path).is(t, http.StatusOK).says(t, list[0].Hint)
	k.post(path+"/rotate", "overlap", "-5").is(t, http.StatusUnprocessableEntity)
	k.post(path+"/rotate", "overlap", "24", "mark", "three").leadsTo(t, "/identity-provider")
	successor := attribute(k.get("/identity-provider").find("new-token"), "value")
	if successor == "" || successor == secret {
		t.Fatalf("successor %q", successor)
	}
	k.get(path).says(t, "Being replaced")
	k.post(path+"/revoke").leadsTo(t, "/identity-provider")
	k.post(path+"/revoke").leadsTo(t, "/identity-provider")
	k.get(path).says(t, "Revoked")
	k.get("/identity-provider/tokens/nobody").is(t, http.StatusNotFound)
	k.post("/identity-provider/tokens/nobody/revoke").is(t, http.StatusNotFound)
}

func TestADoubleClickMakesOneToken(t *testing.T) {
	k, _ := connected(t)
	var clicks sync.WaitGroup
	for range 8 {
		clicks.Go(func() {
			k.post("/identity-provider/tokens", "token-name", "Okta", "token-connection", "default", "token-scope", "all", "mark", "one")
		})
	}
	clicks.Wait()
	if list, err := k.console.config.Tokens.List(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("%d tokens, %v", len(list), err)
	}
	if k.get("/identity-provider").find("new-token") == nil {
		t.Error("the token is shown nowhere")
	}
}

func TestSavingIsKeptWhenTheBridgeCannotTakeItUp(t *testing.T) {
	k := newKit(t).signIn()
	s := k.org()
	k.bridge.failing = errors.New("secret words of the bridge")
	k.allows(s, k.leaves(k.connectTo(s.URL))).leadsTo(t, "/connect/review")
	k.post("/connect/save").leadsTo(t, "/connections/default")
	if page := k.get("/connections/default").says(t, "could not take it up yet"); strings.Contains(page.body, "secret words") {
		t.Error("the page shows the error itself")
	}
}

// TestSecretsAreInNoPageHeaderOrLogLine walks through everything and looks for
// each secret that was there.
func TestSecretsAreInNoPageHeaderOrLogLine(t *testing.T) {
	k, s := connected(t)
	k.post("/identity-provider/tokens", "token-name", "Okta", "token-connection", "default", "token-scope", "all").leadsTo(t, "/identity-provider")
	token := attribute(k.get("/identity-provider").find("new-token"), "value")
	authorize, err := url.Parse(k.leaves(k.post("/connections/default/reauthenticate")))
	if err != nil {
		t.Fatal(err)
	}
	back := s.MustAllow(authorize.String(), simulatortest.Admin)
	seen := []seen{k.get(back.RequestURI())}
	k.post("/connections/default/test").leadsTo(t, "/doctor")
	list, err := k.console.config.Tokens.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pages := []string{
		"/", "/connect", "/connect?connection=default", "/connect/review", "/connections/default", "/connections/default/disconnect",
		"/identity-provider", "/identity-provider/tokens/" + list[0].ID, "/doctor", "/activity", "/account", "/sign-in",
	}
	for _, path := range pages {
		page := k.get(path)
		seen = append(seen, page)
		if page.StatusCode != http.StatusOK && path != "/sign-in" {
			t.Errorf("%s: status %d", path, page.StatusCode)
		}
		for header, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		} {
			if got := page.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q", path, header, got)
			}
		}
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "script-src 'self'"} {
			if !strings.Contains(page.Header.Get("Content-Security-Policy"), part) {
				t.Errorf("%s: the policy lacks %s", path, part)
			}
		}
	}
	seen = append(seen, k.connectTo(s.URL, "name", "BAD NAME"), k.post("/sign-in", "password", "wrong"))
	k.post("/connect/save").leadsTo(t, "/connections/default")
	k.post("/connections/default/disconnect").leadsTo(t, "/")

	cookies := k.browser.Jar.Cookies(k.get("/account").Request.URL)
	secrets := map[string]string{
		"the consumer secret": simulatortest.ConsumerSecret, "the password": adminPassword, "the token": token,
		"the code": back.Query().Get("code"), "the session": cookies[0].Value,
	}
	for i := range seen {
		headers, err := json.Marshal(seen[i].Header)
		if err != nil {
			t.Fatal(err)
		}
		for name, secret := range secrets {
			if name == "the session" && strings.Contains(string(headers), secret) {
				continue // its own cookie
			}
			if strings.Contains(seen[i].body, secret) || strings.Contains(string(headers), secret) {
				t.Errorf("%s is in %s", name, seen[i].Request.URL.Path)
			}
		}
		if access := regexp.MustCompile(`00D[0-9A-Za-z]{12}![\w.]+`).FindString(seen[i].body); access != "" {
			t.Errorf("an access token is in %s", seen[i].Request.URL.Path)
		}
	}
	for name, secret := range secrets {
		if strings.Contains(k.log.String(), secret) {
			t.Errorf("%s is in the log", name)
		}
	}
}
