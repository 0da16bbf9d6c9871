package simulator

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

// frontPage is the text of the page at a path.
func (f *fixture) frontPage(path string) string {
	f.t.Helper()
	r := f.call("GET", path, "", "Authorization:")
	if r.status != http.StatusOK {
		f.t.Fatalf("%s: %d", path, r.status)
	}
	root, err := html.Parse(strings.NewReader(r.body))
	if err != nil {
		f.t.Fatal(err)
	}
	var words []string
	for node := range root.Descendants() {
		if node.Type == html.TextNode && node.Parent.Data != "style" {
			words = append(words, strings.Fields(node.Data)...)
		}
	}
	return strings.Join(words, " ")
}

func TestTheFrontShowsCallsWithTheirUserAndNoSecret(t *testing.T) {
	f := start(t)
	f.call("GET", "/services/data/v66.0/query?q=SELECT+COUNT()+FROM+User", "")
	f.call("GET", "/services/data/v66.0/sobjects/Nope?access_token="+f.token, "", "Authorization: Bearer nope")
	page := f.frontPage("/_org/" + f.org.ID() + "/calls")
	for _, want := range []string{
		"GET /v66.0/query?q=SELECT+COUNT()+FROM+User 200", testAdmin, "GET /v66.0/sobjects/Nope?access_token=%2A%2A%2A 401", "GET /query 1", "1 of 15,000 API calls",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in %s", want, page)
		}
	}
	if strings.Contains(page, f.token) || strings.Contains(f.frontPage("/"), f.token) {
		t.Error("a page shows an access token")
	}
}

func TestTheFrontShowsWhatIsSetToGoWrong(t *testing.T) {
	f := start(t)
	if err := f.Weather(weather.Rule{Kind: weather.RowLock, Rate: 0.125, Method: "PATCH", Resource: "/sobjects/User*"}, weather.Rule{Kind: weather.Maintenance, Next: 1}); err != nil {
		t.Fatal(err)
	}
	f.FailNext(Fault{Status: 500, Times: 3}, Fault{Drop: true, Method: "GET"})
	page := f.frontPage("/")
	f.call("GET", "/services/data/v66.0/limits", "")
	if calls := f.frontPage("/_org/" + f.org.ID() + "/calls"); !regexp.MustCompile(`GET /v66\.0/limits 500 \S+ ms fault`).MatchString(calls) {
		t.Error(calls)
	}
	for _, want := range []string{
		"row-lock for 12.5% of calls, PATCH /sobjects/User* only", "maintenance for the next call", "status 500 for the next 3 calls",
		"a fault of the test's own for the next call, GET only",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in %s", want, page)
		}
	}
}

// Every command on the front page works, and the manual shows the same ones.
func TestTheControlCommandsWorkAsTheyAreShown(t *testing.T) {
	f := start(t)
	manual, err := os.ReadFile("../../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	if errs := f.org.Update(org.Actor{}, "User", f.org.AdminID(), map[string]any{"Email": "new@acme.example"}); len(errs) > 0 {
		t.Fatal(errs)
	}
	page := f.frontPage("/")
	for _, command := range controlCommands() {
		t.Run(command.What, func(t *testing.T) {
			if shown := strings.Replace(command.Line, "ADDRESS", f.server.URL, 1); !strings.Contains(page, command.What+" "+shown) {
				t.Errorf("the page does not show %s", shown)
			}
			if shown := strings.Replace(command.Line, "ADDRESS", "localhost:8081", 1); !strings.Contains(string(manual), "\n"+shown) || !strings.Contains(string(manual), "# "+command.What+"\n") {
				t.Errorf("docs/simulator.md does not show %s", shown)
			}
			method, body, path := curl(t, strings.Replace(command.Line, "005000000000001AAA", f.org.AdminID(), 1))
			if r := f.call(method, path, body, "Authorization:"); r.status >= 300 {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
}

// curl reads a command line as curl does, as far as the commands go.
func curl(t *testing.T, line string) (method, body, path string) {
	t.Helper()
	method = http.MethodGet
	if m := regexp.MustCompile(`-d '([^']*)'`).FindStringSubmatch(line); m != nil {
		method, body = http.MethodPost, m[1]
	}
	if m := regexp.MustCompile(`-X (\w+)`).FindStringSubmatch(line); m != nil {
		method = m[1]
	}
	m := regexp.MustCompile(`ADDRESS([^' ]*)`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("no address in %q", line)
	}
	return method, body, m[1]
}

func TestTheFrontKeepsQuietAboutAControlThatIsElsewhere(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) { c.ControlElsewhere = true })
	if page := f.frontPage("/"); strings.Contains(page, controlPath) {
		t.Error(page)
	}
}
