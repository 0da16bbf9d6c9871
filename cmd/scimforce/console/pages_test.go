package console

import (
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"scimforce/cmd/scimforce/doctor"
	"scimforce/oauth"
	"scimforce/oauth/idp"
)

// sample is a page with something in each of its places.
type sample struct {
	name, template, section string
	page                    any
	stranger                bool // nobody is signed in
	notice                  *notice
}

func samples(now time.Time) []sample {
	connection := oauth.Connection{
		Name: "production", LoginURL: "https://acme.my.salesforce.com", ConsumerKey: "3MVG9lKcPoNINVBIPJjdw1J9LLM82HnFVVX19KY1uA5mu0QqEWhqKpoW3svG3XHrXDiCQjK1mdgAvhCscA9GE",
		OrgID: "00D5i00000CIhxbEAD", InstanceURL: "https://acme.my.salesforce.com", UserID: "0055i000007pIKjAAM",
		ConnectedAt: now.Add(-50 * 24 * time.Hour), RefreshTokenSince: now.Add(-3 * time.Hour), LastUsedAt: now.Add(-2 * time.Minute),
	}
	sandbox := oauth.Connection{
		Name: "uat", LoginURL: "https://test.salesforce.com", ConsumerKey: "key", UsernameSuffix: ".uat", OrgID: "00D5i00000CIhxcEAD", UserID: "0055i000007pIKjAAM",
		ConnectedAt: now.Add(-time.Hour), LastError: "the refresh token is expired, revoked or was replaced: authorize the bridge again",
	}
	configured := oauth.Connection{Name: "default", LoginURL: "https://login.salesforce.com", Configured: true}
	facts := orgFacts{
		Asked: true, APIVersion: "66.0", Name: "Acme Robotics", Edition: "Enterprise Edition", Instance: "EU42", User: "bridge@acme.example", UserName: "SCIM Bridge",
		Used: 33, Limit: 15000, Licences: []licence{{"Salesforce", 98, 100, 2}, {"Salesforce Platform", 1200, 1500, 300}},
	}
	tokens := []idp.Token{
		{ID: "1", Name: "Okta", Connection: "production", Scope: idp.ScopeAll, Hint: "x7Qp", CreatedAt: now.Add(-time.Hour * 700), LastUsedAt: now, LastAddress: "192.0.2.7"},
		{ID: "2", Name: "Entra", Connection: "uat", Scope: idp.ScopeUsers, Hint: "9aZz", CreatedAt: now, ExpiresAt: now.Add(5 * 24 * time.Hour)},
		{ID: "3", Name: "Old", Connection: "uat", Scope: idp.ScopeRead, Hint: "0000", CreatedAt: now, RevokedAt: now.Add(-time.Hour), ReplacedBy: "1"},
	}
	c := &Console{now: func() time.Time { return now }}
	rows := make([]tokenRow, len(tokens))
	for i := range tokens {
		rows[i] = c.tokenRow(tokens[i])
	}
	report := &doctor.Report{Connection: "production", At: now.Add(-time.Minute), Calls: 6, Checks: []doctor.Check{
		{ID: "token", Title: "The refresh token is good", State: doctor.OK, Detail: "Salesforce gave an access token."},
		{ID: "seats", Title: "The default profile's licence has seats", State: doctor.Warning, Detail: "2 of 100 Salesforce licences are left.", Remedy: "Free licences, or buy some."},
		{ID: "manage-users", Title: "Permission: Manage Users", State: doctor.Failed, Detail: "The integration user lacks it.", Remedy: "Assign the permission set scimforce."},
		{ID: "picklists", Title: "State and country picklists", State: doctor.Unknown, Detail: "It could not be asked."},
	}}
	problems := map[string]string{}
	for _, field := range []string{"form", "my-domain", "consumer-key", "consumer-secret", "name", "username-suffix", "token-name", "token-connection", "token-scope", "token-expires"} {
		problems[field] = "This is what is wrong with it, in a sentence."
	}
	connections := []oauth.Connection{connection, sandbox}
	base := "https://bridge.acme.example"
	return []sample{
		{name: "sign-in", template: "sign-in", page: signInPage{}, stranger: true},
		{name: "sign-in first", template: "sign-in", page: signInPage{First: true}, stranger: true},
		{name: "sign-in refused", template: "sign-in", page: signInPage{Notice: "You are signed out.", Problem: "That is not the administrator password.", Provider: "Acme Login"}, stranger: true},
		{name: "account", template: "account", section: "account", page: accountPage{Who: administrator, CurrentProblem: "Wrong.", NewProblem: "Short."}, notice: &notice{"good", "The password is changed."}},
		{name: "account configured", template: "account", section: "account", page: accountPage{Who: administrator, Configured: true}},
		{name: "activity", template: "activity", section: "activity"},
		{name: "connect first", template: "connect", section: "connections", page: connectPage{CallbackURL: base + callbackPath, First: true, Form: connectForm{LoginHost: hostProduction, Name: "default"}}},
		{name: "connect refused", template: "connect", section: "connections", page: connectPage{
			CallbackURL: "http://bridge.acme.example" + callbackPath, OpenHTTP: true, Again: "uat", WaitingHost: "test.salesforce.com", HostWarning: "The host answers as no login host does.", HostToAccept: "https://acme.example",
			Form: connectForm{LoginHost: hostMyDomain, MyDomain: "acme.example", Name: "uat", ConsumerKey: "3MVG9", UsernameSuffix: ".uat"}, Problems: problems,
		}},
		{name: "continue", template: "continue", section: "connections", page: continuePage{"https://login.salesforce.com/services/oauth2/authorize?x=1", "login.salesforce.com", "Log in there.", "/connect"}},
		{name: "review", template: "review", section: "connections", page: reviewPage{Replaces: true, Authorization: oauth.Authorization{
			Connection: sandbox, Warnings: []string{"This connection was to another org before (00D5i00000CIhxbEAD)."},
			Identity: oauth.Identity{Username: "bridge@acme.example.uat", DisplayName: "SCIM Bridge", Email: "it@acme.example", OrgID: "00D5i00000CIhxcEAD", InstanceURL: "https://acme--uat.sandbox.my.salesforce.com", Scopes: []string{"api", "refresh_token"}},
		}}},
		{name: "connections", template: "connections", section: "connections", page: []connectionRow{rowOf(connection), rowOf(sandbox), rowOf(configured)}},
		{name: "connection", template: "connection", section: "connections", page: connectionPage{rowOf(connection), facts}, notice: &notice{"good", "The connection is saved and in use."}},
		{name: "connection broken", template: "connection", section: "connections", page: connectionPage{rowOf(sandbox), orgFacts{Problem: "Salesforce did not answer in time."}}},
		{name: "connection configured", template: "connection", section: "connections", page: connectionPage{rowOf(configured), orgFacts{}}},
		{name: "disconnect", template: "disconnect", section: "connections", page: disconnectPage{rowOf(connection), []string{"Okta", "Entra"}}},
		{name: "disconnect configured", template: "disconnect", section: "connections", page: disconnectPage{rowOf(configured), nil}},
		{name: "identity-provider", template: "identity-provider", section: "identity-provider", page: providerPage{
			BaseURL: base + scimPath, TokenURL: base + tokenPath, New: &newToken{"1", "Okta", "scimforce_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"}, Tokens: rows, Connections: connections, Form: tokenForm{Scope: "all"}, Problems: problems, Mark: "mark",
		}},
		{name: "identity-provider empty", template: "identity-provider", section: "identity-provider", page: providerPage{BaseURL: base + scimPath, TokenURL: base + tokenPath}},
		{name: "token", template: "token", section: "identity-provider", page: tokenPage{tokenRow: rows[0], Open: true, Mark: "mark"}},
		{name: "token revoked", template: "token", section: "identity-provider", page: tokenPage{tokenRow: rows[2]}},
		{name: "doctor", template: "doctor", section: "doctor", page: doctorPage{Connections: []connectionRow{rowOf(connection), rowOf(sandbox)}, Report: report, Path: "/connections/production"}},
		{name: "doctor empty", template: "doctor", section: "doctor", page: doctorPage{}},
		{name: "error", template: "error", section: "connections", page: &failure{
			Title: "The callback URL is not the one in the app", Cause: "Salesforce compares them letter for letter.", Remedy: "Paste this one into the app.", Code: "redirect_uri_mismatch",
			Copies: []copyable{{"callback-url", "Callback URL for the app", base + callbackPath}}, Next: &link{"/connect", "Begin again"}, Request: "ABCDEFGHIJ",
		}},
	}
}

func TestEveryPageIsWellFormedAndCanBeUsedWithoutEyesOrMouse(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	v, err := newViews(func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range samples(now) {
		seen[s.template] = true
		t.Run(s.name, func(t *testing.T) {
			data := framed{Title: "Title", Section: s.section, Who: administrator, Version: "test", Notice: s.notice, Page: s.page}
			if s.stranger {
				data.Who = ""
			}
			out, err := v.render(s.template, data)
			if err != nil {
				t.Fatal(err)
			}
			checkBalance(t, string(out))
			page, err := html.Parse(strings.NewReader(string(out)))
			if err != nil {
				t.Fatal(err)
			}
			checkPage(t, page)
			if strings.Contains(string(out), "ZgotmplZ") {
				t.Error("the template engine refused a value")
			}
		})
	}
	for name := range v.pages {
		if !seen[name] {
			t.Errorf("no sample of the page %s", name)
		}
	}
}

// checkBalance wants each element closed in its place, which the parser would
// mend in silence.
func checkBalance(t *testing.T, text string) {
	t.Helper()
	void := []string{"meta", "link", "input", "br", "hr", "img", "path"}
	var open []string
	tokens := html.NewTokenizer(strings.NewReader(text))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("not closed: %v", open)
			}
			return
		case html.StartTagToken:
			name, _ := tokens.TagName()
			if !slices.Contains(void, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

// checkPage holds a page against what people without eyes or a mouse, and the
// Content-Security-Policy, need.
func checkPage(t *testing.T, page *html.Node) {
	t.Helper()
	ids, labels := map[string]*html.Node{}, map[string]bool{}
	var elements []*html.Node
	for e := range page.Descendants() {
		if e.Type != html.ElementNode {
			continue
		}
		elements = append(elements, e)
		if id := attribute(e, "id"); id != "" {
			if ids[id] != nil {
				t.Errorf("the id %q is there twice", id)
			}
			ids[id] = e
		}
		if e.Data == "label" {
			labels[attribute(e, "for")] = true
		}
	}
	level, main, language := 0, 0, ""
	for _, e := range elements {
		switch e.Data {
		case "html":
			language = attribute(e, "lang")
		case "main":
			main++
		case "h1", "h2", "h3":
			next := int(e.Data[1] - '0')
			if next > level+1 || next == 1 && level != 0 {
				t.Errorf("heading %q of level %d follows level %d", words(e), next, level)
			}
			level = next
		case "input", "select":
			if attribute(e, "type") != "hidden" && (attribute(e, "id") == "" || !labels[attribute(e, "id")]) {
				t.Errorf("the field %q has no label", attribute(e, "name"))
			}
		case "button", "a", "summary":
			if words(e) == "" {
				t.Errorf("a %s says nothing", e.Data)
			}
			if e.Data == "button" && attribute(e, "type") != "button" && attribute(e, "id") == "" {
				t.Errorf("the button %q has no id", words(e))
			}
		case "form":
			if attribute(e, "method") != "post" || !strings.HasPrefix(attribute(e, "action"), "/") {
				t.Errorf("a form goes by %q to %q", attribute(e, "method"), attribute(e, "action"))
			}
		case "style":
			t.Error("the policy allows no style within a page")
		case "script":
			if words(e) != "" || !strings.HasPrefix(attribute(e, "src"), staticPath) {
				t.Error("the policy allows no script within a page")
			}
		}
		for _, a := range e.Attr {
			switch {
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("the policy does not allow the attribute %s", a.Key)
			case a.Key == "aria-describedby" || a.Key == "aria-labelledby":
				for id := range strings.FieldsSeq(a.Val) {
					if ids[id] == nil {
						t.Errorf("%s of %q names %q, which is not there", a.Key, attribute(e, "id"), id)
					}
				}
			case (a.Key == "src" || a.Key == "href") && e.Data != "a" && !strings.HasPrefix(a.Val, "/"):
				t.Errorf("%s loads %q", e.Data, a.Val)
			}
		}
	}
	if language != "en" || main != 1 || level == 0 {
		t.Errorf("language %q, %d main parts, last heading of level %d", language, main, level)
	}
}

// TestTextHasContrast computes the contrast (WCAG 2.2, 1.4.3 and 1.4.11) of each
// pair of colours that the style puts together, in both schemes.
func TestTextHasContrast(t *testing.T) {
	style, err := staticFiles.ReadFile("static/style.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, found := strings.Cut(string(style), "@media (prefers-color-scheme: dark)")
	if !found {
		t.Fatal("no dark scheme")
	}
	dark, _, _ := strings.Cut(rest, "\n}\n")
	for name, part := range map[string]string{"light": light, "dark": dark} {
		colors := map[string]float64{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(part, -1) {
			colors[m[1]] = luminance(t, m[2])
		}
		check := func(text, ground string, least float64) {
			t.Helper()
			a, okA := colors[text]
			b, okB := colors[ground]
			if !okA || !okB {
				t.Fatalf("%s: no colour %s or %s", name, text, ground)
			}
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < least {
				t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", name, text, ground, ratio, least)
			}
		}
		for _, ground := range []string{"ground", "surface", "sunken"} {
			for _, text := range []string{"ink", "soft", "accent", "accent-strong", "bad"} {
				check(text, ground, 4.5)
			}
			check("field", ground, 3)
			check("focus", ground, 3)
		}
		for _, kind := range []string{"good", "warn", "bad"} {
			check(kind, kind+"-ground", 4.5)
			check("ink", kind+"-ground", 4.5)
			check("accent", kind+"-ground", 4.5)
		}
		check("on-accent", "accent", 4.5)
		check("on-accent", "accent-strong", 4.5)
		check("on-bad", "bad", 4.5)
	}
}

func TestATokenOfTheEnvironmentIsSaidWithoutItsText(t *testing.T) {
	k := newKit(t, func(c *Config) {
		token, err := idp.NewConfigured("idp", "default", idp.ScopeAll, "token-of-the-environment")
		if err != nil {
			t.Fatal(err)
		}
		c.Tokens, err = idp.New(t.Context(), idp.Config{DB: c.DB, Configured: []idp.Configured{token}, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
	}).signIn()
	page := k.get("/identity-provider").is(t, http.StatusOK).says(t, "One comes from the environment ( SCIMFORCE_IDP_TOKEN ), for the connection default")
	if strings.Contains(page.body, "token-of-the-environment") || strings.Contains(page.body, "There are none yet") {
		t.Errorf("the page says %s", page.body)
	}
}
