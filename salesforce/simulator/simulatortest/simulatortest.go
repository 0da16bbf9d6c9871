// Package simulatortest starts a simulated Salesforce org for a Go test and ends
// it with the test: a seeded org, its HTTP side on a connection, and a user who
// may do everything. What the org cannot be set to by Config is provoked by the
// levers of simulator.Simulator (FailNext, ExpireSessions, SetAPIUsage and so
// on) and of org.Org.
package simulatortest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// Who and what each Server knows, unless its Config says otherwise.
const (
	Admin          = "admin@acme.example" // the user with the profile System Administrator
	ConsumerKey    = "test-consumer-key"
	ConsumerSecret = "test-consumer-secret"
	CallbackURL    = "http://127.0.0.1/oauth/callback"
)

// InMemoryURL is where the org of a Server in memory answers, unless
// simulator.Config.BaseURL names another address. Nothing is looked up or dialed
// there.
const InMemoryURL = "https://acme.my.salesforce.com"

// Config is what a Server is made of. New fills in what is needed to log in and
// lets the test change the rest.
type Config struct {
	Org       org.Config
	Simulator simulator.Config // its Org is made of the above
	// InMemory connects Server.Client to the simulator by net.Pipe instead of
	// the loopback interface. HTTP is spoken on it as on any other connection,
	// and a testing/synctest bubble's time passes while both sides wait.
	InMemory bool
}

// Server is a simulated org that answers HTTP. It is safe for concurrent use.
type Server struct {
	*simulator.Simulator
	Org *org.Org
	URL string // of the org and of its login host, without a slash at the end

	t      testing.TB
	listen *listener
	http   *http.Server

	mu     sync.Mutex
	refuse int // dials to come that find nobody
}

// New starts a Server, which ends with the test: one administrator and three
// people, the same ids in each run.
func New(t testing.TB, change ...func(*Config)) *Server {
	t.Helper()
	c := Config{
		Org: org.Config{Name: "Acme", Users: 3, AdminUsername: Admin, Seed: 1},
		Simulator: simulator.Config{App: simulator.App{
			ConsumerKey: ConsumerKey, ConsumerSecret: ConsumerSecret, CallbackURLs: []string{CallbackURL},
			RequireSecretForRefresh: true, RequireSecretForWebServer: true,
		}},
	}
	for _, f := range change {
		f(&c)
	}
	if c.InMemory && c.Simulator.BaseURL == "" {
		c.Simulator.BaseURL = InMemoryURL
	}
	s := &Server{t: t}
	var err error
	if s.Org, err = org.New(c.Org); err != nil {
		t.Fatal(err)
	}
	c.Simulator.Org = s.Org
	if s.Simulator, err = simulator.New(c.Simulator); err != nil {
		t.Fatal(err)
	}
	if !c.InMemory {
		server := httptest.NewServer(s.Simulator)
		s.URL, s.http = server.URL, server.Config
		t.Cleanup(server.Close)
		return s
	}
	s.URL, s.listen, s.http = c.Simulator.BaseURL, newListener(), &http.Server{Handler: s.Simulator}
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.http.Serve(s.listen) }) // says only that it was closed
	t.Cleanup(func() {
		_ = s.http.Close()
		serving.Wait()
	})
	return s
}

// Close ends the server before the test does: connections break, and dials find
// nobody.
func (s *Server) Close() { _ = s.http.Close() }

// Transport returns a transport to the server whose requests have a connection
// each, so that a connection dropped by a Fault is always seen by the caller: on
// one that was used before, http.Transport repeats a GET by itself.
func (s *Server) Transport() *http.Transport {
	tr := &http.Transport{DisableKeepAlives: true, DialContext: s.dial}
	if s.listen != nil {
		tr.DialTLSContext = s.dial // the pipe needs no TLS
	}
	s.t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// Client returns an HTTP client with a Transport of its own.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s.Transport()} }

// RefuseConnections makes the next n dials of all Transports fail as if nobody
// listened.
func (s *Server) RefuseConnections(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = n
}

// MustAccessToken starts a session for the user and returns its access token.
func (s *Server) MustAccessToken(username string) string {
	s.t.Helper()
	token, err := s.AccessToken(username)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// MustGrant makes a grant of the app for the user, as if he had pressed Allow,
// and returns its refresh token.
func (s *Server) MustGrant(username string) string {
	s.t.Helper()
	token, err := s.Grant(username)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// MustInsert makes a record as the administrator would in Setup.
func (s *Server) MustInsert(object string, values map[string]any) (id string) {
	s.t.Helper()
	id, errs := s.Org.Insert(org.Actor{UserID: s.Org.AdminID()}, object, values)
	if len(errs) > 0 {
		s.t.Fatalf("insert %s: %v", object, errs)
	}
	return id
}

// MustUpdate changes a record as the administrator would in Setup.
func (s *Server) MustUpdate(object, id string, values map[string]any) {
	s.t.Helper()
	if errs := s.Org.Update(org.Actor{UserID: s.Org.AdminID()}, object, id, values); len(errs) > 0 {
		s.t.Fatalf("update %s %s: %v", object, id, errs)
	}
}

// MustFind is the record as the org holds it.
func (s *Server) MustFind(object, id string) org.Row {
	s.t.Helper()
	row, ok := s.Org.Find(object, id)
	if !ok {
		s.t.Fatalf("the org has no %s %s", object, id)
	}
	return row
}

// IDs lists the records whose field has the value, whatever the case of its
// letters, in the order of their making.
func (s *Server) IDs(object, field, value string) (ids []string) {
	s.t.Helper()
	err := s.Org.View(func(v *org.View) error {
		obj, ok := v.Object(object)
		if !ok {
			s.t.Fatalf("the org has no object %s", object)
		}
		for r := range v.Scan(obj, org.Bound{}) {
			if held, _ := r.Get(field).(string); strings.EqualFold(held, value) {
				id, _ := r.Get("Id").(string)
				ids = append(ids, id)
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return ids
}

// CallCount is how many API calls were made of the resource ("POST",
// "/sobjects/User") since the start or ResetCalls; "" means any.
func (s *Server) CallCount(method, resource string) (n int) {
	for _, c := range s.Calls() {
		if (method == "" || method == c.Method) && (resource == "" || resource == c.Resource) {
			n += c.Count
		}
	}
	return n
}

// refused says whether a dial is to find nobody, and uses that up.
func (s *Server) refused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse == 0 {
		return false
	}
	s.refuse--
	return true
}
