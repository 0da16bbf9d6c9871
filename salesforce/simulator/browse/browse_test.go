package browse

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"scimforce/salesforce/simulator/org"
)

// site is the pages over an org, on a server.
type site struct {
	t      *testing.T
	org    *org.Org
	server *httptest.Server
}

func start(t *testing.T, cfg org.Config, change ...func(*Config)) *site {
	t.Helper()
	cfg.Seed, cfg.AdminUsername = 1, "admin@acme.example"
	o, err := org.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	shown := Config{Orgs: []Org{{Org: o}}}
	for _, c := range change {
		c(&shown)
	}
	handler, err := New(shown)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &site{t, o, server}
}

// document is a page that was read.
type document struct {
	status int
	header http.Header
	source string
	text   string   // what a person reads, blanks folded
	links  []string // of anchors and of forms
}

func (s *site) open(path string) document {
	s.t.Helper()
	answer, err := s.server.Client().Get(s.server.URL + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	source, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(source)))
	if err != nil {
		s.t.Fatal(err)
	}
	d := document{status: answer.StatusCode, header: answer.Header, source: string(source)}
	var words strings.Builder
	for node := range root.Descendants() {
		switch {
		case node.Type == html.TextNode && node.Parent.Data != "style" && node.Parent.Data != "title":
			words.WriteString(node.Data + " ")
		case node.Type == html.ElementNode:
			for _, a := range node.Attr {
				if a.Key == "href" && node.Data == "a" || a.Key == "action" {
					d.links = append(d.links, a.Val)
				}
			}
		}
	}
	d.text = strings.Join(strings.Fields(words.String()), " ")
	return d
}

// tab is the address of one of the org's pages.
func (s *site) tab(rest string) string { return Prefix + "/" + s.org.ID() + rest }

// hire makes a person with the fields given and returns the id.
func (s *site) hire(fields map[string]any) string {
	s.t.Helper()
	all := map[string]any{
		"Alias": "x", "TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US",
		"ProfileId": s.find("Profile", "Name", "Standard User"),
	}
	for name, value := range fields {
		all[name] = value
	}
	id, errs := s.org.Insert(org.Actor{}, "User", all)
	if len(errs) > 0 {
		s.t.Fatal(errs)
	}
	return id
}

func (s *site) find(object, field string, value any) (id string) {
	s.t.Helper()
	_ = s.org.View(func(v *org.View) error { // the function returns no error
		obj, _ := v.Object(object)
		for r := range v.Scan(obj, org.Bound{}) {
			if r.Get(field) == value {
				id = r.ID()
			}
		}
		return nil
	})
	if id == "" {
		s.t.Fatalf("no %s with %s %v", object, field, value)
	}
	return id
}

func TestEveryLinkLeadsToAPage(t *testing.T) {
	s := start(t, org.Config{Users: 120})
	seen, queue := map[string]bool{}, []string{"/"}
	for len(queue) > 0 {
		path, _, _ := strings.Cut(queue[0], "#")
		queue = queue[1:]
		if seen[path] || path == "/services/data" || len(seen) > 200 {
			continue
		}
		seen[path] = true
		d := s.open(path)
		if d.status != http.StatusOK {
			t.Errorf("%s: %d", path, d.status)
		}
		queue = append(queue, d.links...)
	}
	for _, path := range []string{s.tab("/people"), s.tab("/access"), s.tab("/calls"), s.tab("/people/" + s.org.AdminID())} {
		if !seen[path] {
			t.Errorf("nothing leads to %s", path)
		}
	}
	if len(seen) < 120 {
		t.Errorf("only %d pages", len(seen))
	}
}

func TestTheFirstPageShowsTheOrg(t *testing.T) {
	s := start(t, org.Config{Users: 20, LicenseSeats: map[string]int{"Salesforce": 21}}, func(c *Config) {
		c.Orgs[0].Usage = func() (int, int) { return 1234, 15000 }
		c.Orgs[0].Faults = func() []string { return []string{"UNABLE_TO_LOCK_ROW for 3 calls"} }
		c.Orgs[0].Address = "https://acme.my.salesforce.example"
		c.Control = []Command{{"Expire all sessions", "curl -X POST ADDRESS/_simulator/x"}}
	})
	d := s.open("/")
	for _, want := range []string{
		"Acme", "https://acme.my.salesforce.example", s.org.ID(), "23 people", "1,234 of 15,000", "UNABLE_TO_LOCK_ROW for 3 calls", "Salesforce SFDC",
		"none free", "Expire all sessions", "curl -X POST http://127.0.0.1:", "not Salesforce",
	} {
		if !strings.Contains(d.text, want) {
			t.Errorf("%q is missing in %s", want, d.text)
		}
	}
}

func TestPeopleAreListedInPagesOfFifty(t *testing.T) {
	s := start(t, org.Config{Users: 120})
	path, seen, pages := s.tab("/people"), map[string]bool{}, 0
	for path != "" {
		d := s.open(path)
		path = ""
		if pages++; pages == 1 && strings.Count(d.source, "<tr>") != 1+peopleAPage {
			t.Errorf("%d rows on the first page", strings.Count(d.source, "<tr>")-1)
		}
		for _, link := range d.links {
			if strings.Contains(link, "/people/005") {
				if seen[link] {
					t.Errorf("%s stands on two pages", link)
				}
				seen[link] = true
			}
			if strings.Contains(link, "after=") {
				path = link
			}
		}
	}
	if len(seen) != 123 || pages != 3 {
		t.Errorf("%d people on %d pages", len(seen), pages)
	}
}

func TestAPersonIsFound(t *testing.T) {
	s := start(t, org.Config{Users: 60})
	id := s.hire(map[string]any{
		"Username": "wanda.wanted@acme.example", "FirstName": "Wanda", "LastName": "Wanted", "Email": "w@elsewhere.example", "FederationIdentifier": "f-1",
	})
	for name, test := range map[string]struct {
		query string
		by    string
	}{
		"by Username, in any case":     {"Wanda.Wanted@ACME.example", "Found by its index"},
		"by Federation ID":             {"f-1", "Found by its index"},
		"by record id":                 {id, "Found by its index"},
		"by record id of 15":           {id[:15], "Found by its index"},
		"by a part of the name":        {"nda Want", "Looked through 64 of 64 people"},
		"by a part of the e-mail":      {"@elsewhere", "Looked through 64 of 64 people"},
		"by a part of it, with blanks": {"  WANTED ", "Looked through 64 of 64 people"},
	} {
		t.Run(name, func(t *testing.T) {
			d := s.open(s.tab("/people?q=" + url.QueryEscape(test.query)))
			if !strings.Contains(d.text, "Wanda Wanted") || strings.Contains(d.text, "Next page") || !strings.Contains(d.text, test.by) {
				t.Error(d.text)
			}
		})
	}
	d := s.open(s.tab("/people?q=" + url.QueryEscape(`<b>"nobody`)))
	if !strings.Contains(d.text, `Nobody here is called “<b>"nobody”.`) {
		t.Error(d.text)
	}
}

func TestASearchLooksThroughABoundedStretchAtATime(t *testing.T) {
	s := start(t, org.Config{Users: maxLooked})
	s.hire(map[string]any{"Username": "last@acme.example", "LastName": "Zebedee", "Email": "last@acme.example"})
	d := s.open(s.tab("/people?q=zebed"))
	if !strings.Contains(d.text, "Nobody so far.") || !strings.Contains(d.text, "Looked through 20,000 of 20,004 people") {
		t.Fatal(d.text)
	}
	for _, link := range d.links {
		if strings.Contains(link, "after=") {
			d = s.open(link)
		}
	}
	if !strings.Contains(d.text, "Zebedee") || !strings.Contains(d.text, "Looked through 4 of 20,004 people since the last page") {
		t.Error(d.text)
	}
}

func TestAPersonsPageSaysWhatIsKnown(t *testing.T) {
	s := start(t, org.Config{Users: 3})
	id := s.hire(map[string]any{
		"Username": "ada@acme.example", "FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@acme.example", "ManagerId": s.org.AdminID(), "Title": "Countess",
	})
	if d := s.open(s.tab("/people/" + id)); !strings.Contains(d.text, "Nothing beside the profile.") || !strings.Contains(d.text, "No login is on record.") {
		t.Error(d.text)
	}
	set := s.find("PermissionSet", "IsOwnedByProfile", false)
	if _, errs := s.org.Insert(org.Actor{}, "PermissionSetAssignment", map[string]any{"AssigneeId": id, "PermissionSetId": set}); len(errs) > 0 {
		t.Fatal(errs)
	}
	row, _ := s.org.Find("PermissionSet", set)
	s.org.RecordLogin(id)
	login := s.find("UserLogin", "UserId", id)
	if errs := s.org.Update(org.Actor{}, "UserLogin", login, map[string]any{"IsFrozen": true}); len(errs) > 0 {
		t.Fatal(errs)
	}
	if errs := s.org.Update(org.Actor{}, "User", id, map[string]any{"Email": "new@acme.example"}); len(errs) > 0 {
		t.Fatal(errs)
	}
	s.org.SetPassword(id, "a secret that nobody shows")
	d := s.open(s.tab("/people/" + id))
	for _, want := range []string{
		"Ada Lovelace frozen", "ada@acme.example", "new@acme.example waits for its owner's confirmation", "Profile Standard User", "Licence Salesforce",
		"Manager Ada Admin", "Title Title Countess", "Permission set " + row["Label"].(string),
	} {
		if !strings.Contains(d.text, want) {
			t.Errorf("%q is missing in %s", want, d.text)
		}
	}
	if strings.Contains(d.source, "a secret") {
		t.Error("the page shows the password")
	}
	if d := s.open(s.tab("/people/" + id[:15])); d.status != http.StatusOK {
		t.Errorf("by the id of 15 characters: %d", d.status)
	}
}

func TestTheLastLoginsStandInFront(t *testing.T) {
	s := start(t, org.Config{})
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	for i := range 2*loginsShown + 5 {
		if _, ok := s.org.AddSystemRow("LoginHistory", map[string]any{
			"UserId": s.org.AdminID(), "LoginTime": at.Add(time.Duration(i) * time.Minute), "Status": "Success", "Application": "jsforce",
		}); !ok {
			t.Fatal("no LoginHistory")
		}
	}
	d := s.open(s.tab("/people/" + s.org.AdminID()))
	shown := regexp.MustCompile(`2026-11-25 09:\d\d:00 UTC Success jsforce`).FindAllString(d.text, -1)
	if len(shown) != loginsShown || !strings.Contains(shown[0], "09:44") || !strings.Contains(shown[loginsShown-1], "09:25") {
		t.Errorf("%d logins: %q", len(shown), shown)
	}
}

func TestAccessIsListedWithWhoHasIt(t *testing.T) {
	s := start(t, org.Config{Users: 10})
	d := s.open(s.tab("/access"))
	for _, want := range []string{"System Administrator Salesforce 1 API Enabled, Manage Users", "CEO", "Permission sets", "Queue", "User licences"} {
		if !strings.Contains(d.text, want) {
			t.Errorf("%q is missing in %s", want, d.text)
		}
	}
}

func TestTheLastHundredCallsAreShown(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 30, 15, 7_000_000, time.UTC)
	calls := []Call{
		{At: at, Username: "admin@acme.example", Method: "GET", Path: "/v66.0/query?q=x", Status: 200, Took: 1500 * time.Microsecond},
		{At: at, Method: "PATCH", Path: "/v66.0/sobjects/User/x", Took: time.Second, Fault: "reset-after"},
	}
	s := start(t, org.Config{}, func(c *Config) {
		c.Orgs[0].Calls = func() []Call { return calls }
		c.Orgs[0].Counts = func() []Count { return []Count{{"GET", "/query", 7}} }
	})
	d := s.open(s.tab("/calls"))
	for _, want := range []string{"09:30:15.007 GET /v66.0/query?q=x 200 1.5 ms admin@acme.example", "PATCH /v66.0/sobjects/User/x cut off 1000 ms reset-after", "GET /query 7"} {
		if !strings.Contains(d.text, want) {
			t.Errorf("%q is missing in %s", want, d.text)
		}
	}
	for range 200 {
		calls = append(calls, calls[0])
	}
	if n := strings.Count(s.open(s.tab("/calls")).text, "09:30:15.007"); n != callsShown {
		t.Errorf("%d calls shown", n)
	}
	calls = nil
	if d := s.open(s.tab("/calls")); !strings.Contains(d.text, "Nothing was called yet.") {
		t.Error(d.text)
	}
}

func TestAHostileNameIsText(t *testing.T) {
	s := start(t, org.Config{})
	const hostile = `<script>alert("x")</script>`
	id := s.hire(map[string]any{"Username": "h@acme.example", "LastName": hostile, "Email": "h@acme.example", "Title": `" onmouseover="x`})
	for _, path := range []string{s.tab("/people"), s.tab("/people/" + id), s.tab("/people?q=" + url.QueryEscape("<script>")), s.tab("/people?q=" + url.QueryEscape(`"><script>`))} {
		d := s.open(path)
		if strings.Contains(d.source, "<script") || strings.Contains(d.source, `" onmouseover`) {
			t.Errorf("%s: %s", path, d.source)
		}
	}
	if d := s.open(s.tab("/people/" + id)); !strings.Contains(d.text, hostile) {
		t.Error(d.text)
	}
}

func TestTheStyleSheetIsTheOneThingThatThePolicyAllows(t *testing.T) {
	s := start(t, org.Config{})
	d := s.open("/")
	policy := d.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%q is missing in %q", want, policy)
		}
	}
	inside := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(d.source)
	want, err := files.ReadFile("templates/style.css")
	if err != nil || inside == nil || inside[1] != string(want) {
		t.Error("the style in the page is not the file, whose hash the policy holds")
	}
	if strings.Contains(d.source, " style=") || strings.Contains(d.source, "<script") || strings.Contains(policy, "unsafe") {
		t.Error("the page holds what its policy forbids")
	}
}

func TestSeveralOrgsStandBesideEachOther(t *testing.T) {
	other, err := org.New(org.Config{Name: "Globex", Seed: 2, AdminUsername: "admin@globex.example"})
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, org.Config{}, func(c *Config) { c.Orgs = append(c.Orgs, Org{Org: other}) })
	if d := s.open("/"); !strings.Contains(d.text, "Acme") || !strings.Contains(d.text, "Globex") {
		t.Error(d.text)
	}
	if d := s.open(Prefix + "/" + other.ID() + "/people"); !strings.Contains(d.text, "admin@globex.example") || strings.Contains(d.text, "admin@acme.example") {
		t.Error(d.text)
	}
	if d := s.open(Prefix + "/" + other.ID() + "/people/" + s.org.AdminID()); d.status != http.StatusNotFound {
		t.Errorf("a person of another org: %d", d.status)
	}
}

func TestWhatIsNotThereIsSaid(t *testing.T) {
	s := start(t, org.Config{})
	for _, path := range []string{
		Prefix + "/nope/people", Prefix + "/00D000000000000AAA/people", s.tab("/nope"), s.tab("/people/nope"), s.tab("/people/005000000000000AAA"), Prefix + "/",
	} {
		if d := s.open(path); d.status != http.StatusNotFound || !strings.Contains(d.text, "Back to the start") {
			t.Errorf("%s: %d %s", path, d.status, d.text)
		}
	}
	if d := s.open(s.tab("/people?after=nope&q=" + strings.Repeat("x", 5000))); d.status != http.StatusOK || strings.Contains(d.source, strings.Repeat("x", maxSearch+1)) {
		t.Errorf("an overlong search: %d", d.status)
	}
}

func TestNewRefusesToShowNothing(t *testing.T) {
	for _, cfg := range []Config{{}, {Orgs: []Org{{}}}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v is taken", cfg)
		}
	}
}

func TestNumbersHaveCommas(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1: "-1", -1000: "-1,000"} {
		if got := number(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

var sink int

func BenchmarkFirstPage(b *testing.B) {
	for _, people := range []int{100, 100_000} {
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			o, err := org.New(org.Config{Users: people})
			if err != nil {
				b.Fatal(err)
			}
			handler, err := New(Config{Orgs: []Org{{Org: o}}})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
				sink += w.Code
			}
		})
	}
}
