package simulator

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

var update = flag.Bool("update", false, "rewrite the golden files under testdata")

// The app and the administrator of every test org.
const (
	testKey      = "test-consumer-key"
	testSecret   = "test-consumer-secret"
	testCallback = "https://bridge.example/oauth/callback"
	testAdmin    = "admin@acme.example"
	testPassword = "open sesame"
	testBase     = "https://acme.my.salesforce.example"
)

// fixture is a simulator on a real connection, and the administrator's session.
type fixture struct {
	*Simulator
	t      *testing.T
	org    *org.Org
	server *httptest.Server
	token  string
	clock  *clock
}

// clock is a clock that tests move by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// start runs a simulator over a small org whose ids are the same in each run.
func start(t *testing.T, change ...func(*Config, *org.Config)) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock{now: time.Date(2026, 11, 23, 9, 30, 15, 0, time.UTC)}}
	orgConfig := org.Config{Edition: "Developer", Users: 3, Seed: 1, AdminUsername: testAdmin, Now: f.clock.Now}
	cfg := Config{
		App:     App{ConsumerKey: testKey, ConsumerSecret: testSecret, CallbackURLs: []string{testCallback}},
		Now:     f.clock.Now,
		BaseURL: testBase,
	}
	for _, c := range change {
		c(&cfg, &orgConfig)
	}
	var err error
	if f.org, err = org.New(orgConfig); err != nil {
		t.Fatal(err)
	}
	f.org.SetPassword(f.org.AdminID(), testPassword)
	cfg.Org = f.org
	if f.Simulator, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	f.server = httptest.NewServer(f.Simulator)
	t.Cleanup(f.server.Close)
	if f.token, err = f.AccessToken(testAdmin); err != nil {
		t.Fatal(err)
	}
	return f
}

// reply is an answer, its body unpacked.
type reply struct {
	status int
	header http.Header
	body   string
}

// call sends one API request as the administrator. Headers are given as
// "Name: value"; "Authorization:" alone sends none.
func (f *fixture) call(method, path, body string, headers ...string) reply {
	f.t.Helper()
	r, err := f.try(method, path, body, headers...)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

func (f *fixture) try(method, path, body string, headers ...string) (reply, error) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.server.URL+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+f.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		r.Header.Set(name, strings.TrimSpace(value))
		if name == "Authorization" && strings.TrimSpace(value) == "" {
			r.Header.Del(name)
		}
	}
	return f.do(r)
}

// do sends a request as it is.
func (f *fixture) do(r *http.Request) (reply, error) {
	answer, err := f.server.Client().Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	return reply{answer.StatusCode, answer.Header, string(data)}, err
}

// userID is the id of the user with that name.
func (f *fixture) userID(username string) string {
	f.t.Helper()
	row, ok := f.org.UserByUsername(username)
	if !ok {
		f.t.Fatalf("no user %q", username)
	}
	return text(row["Id"])
}

// anotherUser is the username of an active user who is not the administrator.
func (f *fixture) anotherUser() string {
	f.t.Helper()
	r := f.call("GET", "/services/data/v66.0/query?q="+queryEscape("SELECT Username FROM User WHERE IsActive = true AND UserType = 'Standard' AND Username != '"+testAdmin+"' LIMIT 1"), "")
	m := regexp.MustCompile(`"Username":"([^"]+)"`).FindStringSubmatch(r.body)
	if m == nil {
		f.t.Fatalf("no other user: %s", r.body)
	}
	return m[1]
}

// idOf finds a record by one field.
func (f *fixture) idOf(object, field, value string) string {
	f.t.Helper()
	r := f.call("GET", "/services/data/v66.0/query?q="+queryEscape("SELECT Id FROM "+object+" WHERE "+field+" = '"+value+"'"), "")
	m := regexp.MustCompile(`"Id":"(\w+)"`).FindStringSubmatch(r.body)
	if m == nil {
		f.t.Fatalf("no %s with %s %q: %s", object, field, value, r.body)
	}
	return m[1]
}

func queryEscape(s string) string {
	return strings.NewReplacer("%", "%25", " ", "+", "'", "%27", "=", "%3D", "&", "%26").Replace(s)
}

// newUser is the smallest body that makes a user.
func (f *fixture) newUser(name string) string {
	return fmt.Sprintf(`{"Username":"%[1]s@acme.example","LastName":"%[1]s","Email":"%[1]s@acme.example","Alias":"%[1]s","ProfileId":"%[2]s",`+
		`"TimeZoneSidKey":"Europe/Berlin","LocaleSidKey":"en_US","EmailEncodingKey":"UTF-8","LanguageLocaleKey":"en_US"}`,
		name, f.idOf("Profile", "Name", "Standard User"))
}

// transcript is a reply as a golden file holds it.
func (r reply) transcript() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d %s\n", r.status, http.StatusText(r.status))
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		if name == "Date" || name == "Content-Length" {
			continue
		}
		value := strings.Join(r.header[name], ", ")
		if name == "Set-Cookie" {
			value = regexp.MustCompile(`BrowserId=[\w.]{22};`).ReplaceAllString(value, "BrowserId=RANDOM;")
		}
		fmt.Fprintf(&b, "%s: %s\n", name, value)
	}
	fmt.Fprintf(&b, "\n%s\n", r.body)
	return numberIDs(b.String())
}

// numberIDs replaces record ids by their key prefix and a number, in the order
// of their appearance: which ids the seed hands out is not what is compared.
// Only ids of 18 characters count, and of an object that tests meet.
func numberIDs(s string) string {
	seen := map[string]string{}
	count := map[string]int{}
	return regexp.MustCompile(`\b(005|00G|00e|00D|011|0Pa)[A-Za-z0-9]{15}\b`).ReplaceAllStringFunc(s, func(id string) string {
		if seen[id] == "" {
			count[id[:3]]++
			seen[id] = fmt.Sprintf("<%s %d>", id[:3], count[id[:3]])
		}
		return seen[id]
	})
}

// golden compares got with testdata/name, or rewrites it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
