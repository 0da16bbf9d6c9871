package salesforce

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/simulatortest"
)

const (
	ada      = "005RM000002FZAlYAO" // a user of another org
	instance = simulatortest.InMemoryURL
)

// site is a simulated org in memory, so that time may stand still, with what
// the client needs to reach it.
type site struct {
	*simulatortest.Server
	keys *keyring

	mu     sync.Mutex
	header http.Header // what is added to each answer, as something before the org may
	seen   []seen      // requests as they were sent
}

// seen is a request, kept for transcripts.
type seen struct {
	request *http.Request
	body    []byte
}

// newSite starts one; change may alter its configuration.
func newSite(t testing.TB, change ...func(*simulatortest.Config)) *site {
	t.Helper()
	s := &site{}
	s.Server = simulatortest.New(t, append([]func(*simulatortest.Config){func(c *simulatortest.Config) {
		c.InMemory = true
		c.Simulator.LockPatience = time.Second
		c.Simulator.Middleware = s.beforeTheOrg
	}}, change...)...)
	s.keys = &keyring{server: s.Server, instance: s.URL, identity: s.URL + "/id/" + s.Org.ID() + "/" + s.Org.AdminID()}
	return s
}

func (s *site) beforeTheOrg(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		maps.Copy(w.Header(), s.header)
		s.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// adds makes each answer from now on carry a header; "" for a name takes all away.
func (s *site) adds(name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.header = http.Header{}
	if name != "" {
		s.header.Set(name, value)
	}
}

// client returns a client of the org; change may alter its configuration.
func (s *site) client(t testing.TB, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{Authorizer: s.keys, HTTPClient: &http.Client{Transport: witness{s, s.Transport()}}}
	for _, f := range change {
		f(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// witness keeps what is sent.
type witness struct {
	site *site
	next http.RoundTripper
}

func (w witness) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.site.mu.Lock()
	w.site.seen = append(w.site.seen, seen{r, body})
	w.site.mu.Unlock()
	return w.next.RoundTrip(r)
}

// sent are the requests since the last time it was asked.
func (s *site) sent() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.seen
	s.seen = nil
	return all
}

// wantSent fails unless so many requests were sent since the last time.
func (s *site) wantSent(t testing.TB, what string, want int) {
	t.Helper()
	if got := len(s.sent()); got != want {
		t.Errorf("%s: %d requests, want %d", what, got, want)
	}
}

// newcomer is a user as the API wants him, with a name of his own.
func (s *site) newcomer(name string) Record {
	return Record{
		"Username": name + "@acme.example", "LastName": name, "Email": name + "@acme.example", "Alias": name[:min(len(name), 8)],
		"TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "de_DE", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
		"ProfileId": s.IDs("Profile", "Name", "Standard User")[0],
	}
}

// user makes one in the org and returns his id.
func (s *site) user(name string) string { return s.MustInsert("User", s.newcomer(name)) }

// group makes a public group and returns its id.
func (s *site) group(name string) string { return s.MustInsert("Group", publicGroup(name)) }

func publicGroup(name string) Record {
	return Record{"Name": name, "DeveloperName": "G" + name, "Type": "Regular"}
}

// everybody are the ids of all users, in the order of a query.
func (s *site) everybody() (ids []string) {
	_ = s.Org.View(func(v *org.View) error { // fn never fails
		users, _ := v.Object("User")
		for r := range v.Scan(users, org.Bound{}) {
			id, _ := r.Get("Id").(string)
			ids = append(ids, id)
		}
		return nil
	})
	return ids
}

func idsOf(records []Record) (ids []string) {
	for _, r := range records {
		ids = append(ids, r.ID())
	}
	return ids
}

// holds locks records as another client's writes do until release is called.
func (s *site) holds(t testing.TB, object string, ids ...string) (release func()) {
	t.Helper()
	var writes []org.Intent
	for _, id := range ids {
		writes = append(writes, org.Intent{Object: object, ID: id, Values: map[string]any{}})
	}
	release, errs := s.Org.Lock(t.Context(), time.Second, writes...)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return release
}

// answers is a fault that puts a body in the place of the org's own answer, for
// what no org can be brought to say.
func answers(status int, body string) simulator.Fault {
	return simulator.Fault{Status: status, Body: body}
}

// keyring is an Authorizer that logs the administrator in anew when asked to.
type keyring struct {
	server             *simulatortest.Server
	instance, identity string // what the token says
	mu                 sync.Mutex
	token              string
	failure            error
	renewed            int
}

func (k *keyring) Token(context.Context) (*oauth2.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failure != nil {
		return nil, k.failure
	}
	if k.token == "" {
		k.token = k.server.MustAccessToken(simulatortest.Admin)
	}
	return (&oauth2.Token{AccessToken: k.token}).WithExtra(map[string]any{"instance_url": k.instance, "id": k.identity}), nil
}

func (k *keyring) Renew(ctx context.Context, refused *oauth2.Token) (*oauth2.Token, error) {
	k.mu.Lock()
	if refused.AccessToken == k.token {
		k.token = ""
		k.renewed++
	}
	k.mu.Unlock()
	return k.Token(ctx)
}
