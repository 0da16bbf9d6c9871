package simulator

import (
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// The files under testdata/recorded are written by hand from what real orgs
// were seen to answer; no flag rewrites them. Each is a conversation:
//
//	source: where the answer was recorded, documented or relied upon
//	config: words that setUp knows                      (optional)
//
//	GET /services/data/v66.0/query?q=SELECT Id FROM User   (escaped by the test)
//	Header: value
//
//	body
//	--- 200
//	Header: value that the answer must have; "Header: -" must not be there
//
//	body, to the letter
//	===
//	the next exchange
//
// In requests {admin}, {profile NAME}, {set NAME}, {group NAME}, {role NAME},
// {licence NAME}, {user USERNAME}, {seat NAME} of a permission set licence,
// {setgroup NAME}, {package NAMESPACE} stand for ids, {15 ...} for their short form. In answers
// {=name} is an id of 18 characters that is {name} from then on, {any} any text
// within a JSON string, {number} digits, {datetime} a time as records show it,
// {...} anything at all.
func TestTheOrgAnswersAsRealOrgsWereSeenToAnswer(t *testing.T) {
	err := filepath.WalkDir("testdata/recorded", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel("testdata/recorded", path)
		t.Run(strings.ReplaceAll(strings.TrimSuffix(name, ".txt"), "-", " "), func(t *testing.T) { converse(t, path) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func converse(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), "\n\n")
	if !ok || !regexp.MustCompile(`^source: \[(recorded|doc|client code)\] \S`).MatchString(head) {
		t.Fatalf("%s does not begin with its source", path)
	}
	var config []string
	for line := range strings.SplitSeq(head, "\n") {
		if words, ok := strings.CutPrefix(line, "config: "); ok {
			config = strings.Fields(words)
		}
	}
	c := conversation{fixture: start(t, setUp(t, config)), names: map[string]string{}}
	if _, ok := c.org.UserByUsername(runningUser); ok {
		token, err := c.AccessToken(runningUser)
		if err != nil {
			t.Fatal(err)
		}
		c.session = []string{"Authorization: Bearer " + token}
	}
	for i, exchange := range strings.Split(rest, "\n===\n") {
		request, answer, ok := strings.Cut(exchange, "\n--- ")
		if !ok {
			t.Fatalf("%s: exchange %d has no answer", path, i+1)
		}
		c.exchange(i+1, request, strings.TrimSuffix(answer, "\n"))
	}
}

// setUp turns the words of a config line into a configuration.
func setUp(t *testing.T, words []string) func(*Config, *org.Config) {
	return func(c *Config, o *org.Config) {
		for _, word := range words {
			name, value, _ := strings.Cut(word, "=")
			switch name {
			case "users":
				o.Users, _ = strconv.Atoi(value)
			case "statecountry":
				o.StateCountryPicklists = true
			case "rotate":
				c.App.RotateRefreshTokens = true
			case "clientcredentials":
				c.App.ClientCredentials = true
			case "pkce":
				c.App.RequirePKCE = true
			case "secret":
				c.App.RequireSecretForWebServer, c.App.RequireSecretForRefresh = true, true
			case "seats":
				n, _ := strconv.Atoi(value)
				o.LicenseSeats = map[string]int{"SFDC": n}
			case "org": // a file of testdata/orgs
				*o = readOrg(t, value, *o)
			case "elsewhere": // a Username that another org has
				o.Usernames = new(org.Usernames)
				if _, err := org.New(org.Config{AdminUsername: value, Usernames: o.Usernames}); err != nil {
					t.Fatal(err)
				}
			case "as": // permissions of the user who makes the calls, {running}
				o.Profiles = append(o.Profiles, org.Profile{Name: "Running", Permissions: strings.FieldsFunc(value, func(r rune) bool { return r == ',' })})
				o.People = append(o.People, org.Person{Fields: map[string]any{"Username": runningUser, "LastName": "Running"}, Profile: "Running"})
			default:
				t.Fatalf("unknown word %q in config", word)
			}
		}
	}
}

// runningUser makes the calls of a conversation with the word "as".
const runningUser = "running@acme.example"

// readOrg gives the org of a file, with the administrator, seed and clock of
// every test.
func readOrg(t *testing.T, name string, test org.Config) org.Config {
	file, err := os.Open(filepath.Join("testdata/orgs", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	cfg, err := org.ReadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	cfg.AdminUsername, cfg.Seed, cfg.Now = test.AdminUsername, test.Seed, test.Now
	return cfg
}

// conversation is a simulator and the ids that its answers gave names to.
type conversation struct {
	*fixture
	names   map[string]string
	session []string // header of the running user, if he is not the administrator
}

var placeholder = regexp.MustCompile(`\{(=?[^{}"=:,]*)\}`)

func (c *conversation) exchange(n int, request, answer string) {
	c.t.Helper()
	line, rest, _ := strings.Cut(request, "\n")
	method, path, _ := strings.Cut(c.fill(line), " ")
	head, body, _ := strings.Cut(rest, "\n\n")
	if strings.HasPrefix(rest, "\n") {
		head, body = "", rest[1:]
	}
	headers := slices.Clone(c.session)
	for h := range strings.SplitSeq(head, "\n") {
		if h != "" {
			headers = append(headers, c.fill(h))
		}
	}
	escaped := strings.NewReplacer(" ", "%20", "'", "%27", "<", "%3C", ">", "%3E", `"`, "%22", "^", "%5E", "\n", "%0A").Replace(path)
	got := c.call(method, escaped, c.fill(strings.TrimSuffix(body, "\n")), headers...)

	status, rest, _ := strings.Cut(answer, "\n")
	head, want, _ := strings.Cut(rest, "\n\n")
	if strings.HasPrefix(rest, "\n") {
		head, want = "", rest[1:]
	}
	if strconv.Itoa(got.status) != status {
		c.t.Errorf("exchange %d: status %d, recorded %s\n%s", n, got.status, status, got.body)
	}
	for h := range strings.SplitSeq(head, "\n") {
		name, value, ok := strings.Cut(h, ": ")
		if !ok {
			continue
		}
		have := strings.Join(got.header[http.CanonicalHeaderKey(name)], ", ")
		if value == "-" && have != "" || value != "-" && !c.matches(value, have) {
			c.t.Errorf("exchange %d: %s: %s, recorded %s", n, name, have, value)
		}
	}
	if !c.matches(want, got.body) {
		c.t.Errorf("exchange %d:\nrecorded %s\nanswered %s", n, want, got.body)
	}
}

// fill puts ids into a request.
func (c *conversation) fill(s string) string {
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		words := strings.TrimSpace(m[1 : len(m)-1])
		if words == "" { // an empty JSON object
			return m
		}
		short := strings.HasPrefix(words, "15 ")
		id := c.id(strings.TrimPrefix(words, "15 "))
		if id == "" {
			return m
		}
		if short {
			return id[:15]
		}
		return id
	})
}

func (c *conversation) id(words string) string {
	kind, name, _ := strings.Cut(words, " ")
	switch kind {
	case "admin":
		return c.org.AdminID()
	case "profile":
		return c.idOf("Profile", "Name", name)
	case "set":
		return c.idOf("PermissionSet", "Name", name)
	case "group":
		return c.idOf("Group", "DeveloperName", name)
	case "role":
		return c.idOf("UserRole", "DeveloperName", name)
	case "licence":
		return c.idOf("UserLicense", "Name", name)
	case "user":
		return c.userID(name)
	case "running":
		return c.userID(runningUser)
	case "seat":
		return c.idOf("PermissionSetLicense", "DeveloperName", name)
	case "setgroup":
		return c.idOf("PermissionSetGroup", "DeveloperName", name)
	case "package":
		return c.idOf("PackageLicense", "NamespacePrefix", name)
	}
	return c.names[kind]
}

// matches compares an answer with its template and learns the ids it names.
func (c *conversation) matches(template, have string) bool {
	pattern, learnt := "", []string{}
	last := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(template, -1) {
		words := strings.TrimSpace(template[m[2]:m[3]])
		piece := ""
		switch {
		case words == "any":
			piece = `(?:[^"\\]|\\.)*`
		case words == "number":
			piece = `\d+`
		case words == "datetime":
			piece = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000`
		case words == "...":
			piece = `(?s:.*)`
		case strings.HasPrefix(words, "="):
			piece = `([A-Za-z0-9]{18})`
			learnt = append(learnt, words[1:])
		case slices.Contains(learnt, words): // named earlier in the same answer
			piece = `([A-Za-z0-9]{18})`
			learnt = append(learnt, words)
		default:
			piece = regexp.QuoteMeta(c.fill(template[m[0]:m[1]]))
		}
		pattern += regexp.QuoteMeta(template[last:m[0]]) + piece
		last = m[1]
	}
	pattern += regexp.QuoteMeta(template[last:])
	found := regexp.MustCompile(`^` + pattern + `$`).FindStringSubmatch(have)
	if found == nil {
		return false
	}
	fresh := map[string]string{}
	for i, name := range learnt {
		if fresh[name] != "" && fresh[name] != found[i+1] {
			return false
		}
		fresh[name] = found[i+1]
	}
	maps.Copy(c.names, fresh)
	return true
}
