package salesforce

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/weather"
)

// A trouble is what stands between the client and the org for one call.
type trouble struct {
	fault   simulator.Fault // of the org
	expired bool            // else all sessions are
	refused bool            // else nobody listens
	proxied bool            // and that at a proxy
	header  string          // added to the answer: a name and a value
	writes  func(*site)     // else what a write meets, a read the fault
}

// meet brings the trouble about.
func (tr trouble) meet(s *site, write bool) {
	name, value, _ := strings.Cut(tr.header, ": ")
	s.adds(name, value)
	switch {
	case tr.expired:
		s.ExpireSessions()
	case tr.refused:
		s.RefuseConnections(1)
	case write && tr.writes != nil:
		tr.writes(s)
	default:
		s.FailNext(tr.fault)
	}
}

func meets(status int, contentType, body string) trouble {
	return trouble{fault: simulator.Fault{Status: status, ContentType: contentType, Body: body}}
}

func refuses(status int, code, message string) trouble {
	return meets(status, "", fmt.Sprintf(`[{"message":%q,"errorCode":%q}]`, message, code))
}

// weatherOfOneWrite is what the next write of a user meets inside the org.
func weatherOfOneWrite(kind weather.Kind) func(*site) {
	return func(s *site) {
		_ = s.Weather(weather.Rule{Kind: kind, Next: 1, Method: "POST", Resource: "/sobjects/User"}) // a good rule
	}
}

// What may be repeated is, and nothing else: each case is a read (Get) and a
// write (Create) that meet the same trouble first and none after it.
func TestFailuresAreRepeatedWhereItDoesNoHarm(t *testing.T) {
	const isHTML, isText = "text/html;charset=UTF-8", "text/plain"
	locked := trouble{fault: simulator.RowLocked(ada), writes: weatherOfOneWrite(weather.RowLock)}
	lockedMemberships := refuses(400, "UNKNOWN_EXCEPTION", "group membership operation already in progress")
	lockedMemberships.writes = weatherOfOneWrite(weather.GroupMembership)
	taken := refuses(400, "DUPLICATE_USERNAME", "Duplicate Username.")
	taken.writes = func(s *site) { s.user("lovelace") }
	used := trouble{fault: simulator.LimitExceeded(), writes: func(s *site) { s.SetAPIUsage(1 << 30) }}
	late := refuses(503, "SERVER_UNAVAILABLE", "")
	late.header = "Retry-After: 31"
	elsewhere := meets(302, isHTML, "<html>moved</html>")
	elsewhere.header = "Location: https://elsewhere.example/"
	half := func(status int, body string) trouble {
		return trouble{fault: simulator.Fault{Status: status, Body: body, Truncate: true}}
	}
	tests := []struct {
		name        string
		trouble     trouble
		reads       bool // the read is made again
		writes      bool // the write is made again
		unknown     bool // else: the outcome of the write is unknown
		unavailable bool
		errorLabel  string
	}{
		{name: "a locked row", trouble: locked, reads: true, writes: true, errorLabel: "UNABLE_TO_LOCK_ROW"},
		{name: "a locked row with status 500", trouble: refuses(500, "UNABLE_TO_LOCK_ROW", "unable"), reads: true, writes: true, errorLabel: "UNABLE_TO_LOCK_ROW"},
		{name: "locked memberships", trouble: lockedMemberships, reads: true, writes: true, errorLabel: "UNKNOWN_EXCEPTION"},
		{name: "no connection", trouble: trouble{refused: true}, reads: true, writes: true, errorLabel: "no_answer"},
		{name: "unavailable", trouble: trouble{fault: simulator.ServerUnavailable()}, reads: true, unavailable: true, errorLabel: "SERVER_UNAVAILABLE"},
		{name: "a crash", trouble: refuses(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."), reads: true, unavailable: true, errorLabel: "UNKNOWN_EXCEPTION"},
		{name: "maintenance", trouble: trouble{fault: simulator.Maintenance()}, reads: true, unavailable: true, unknown: true, errorLabel: "http_503"},
		{name: "a page of HTML with status 200", trouble: meets(200, isHTML, html503), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "another host", trouble: elsewhere, reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "an empty answer", trouble: meets(200, "", ""), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "half an answer", trouble: half(200, `{"id":"005RM000002FZAlYAO","success":true}`), reads: true, unavailable: true, unknown: true, errorLabel: "no_answer"},
		{name: "half an answer that ends well", trouble: meets(200, "", `{"id":"005RM0`), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "half a refusal", trouble: half(400, `[{"message":"Duplicate Username.","errorCode":"DUPLICATE_USERNAME"}]`), reads: true, unavailable: true, errorLabel: "http_400"},
		{name: "a list for an object", trouble: meets(200, "", `["x"]`), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "null", trouble: meets(200, "", `null`), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "a reset connection", trouble: trouble{fault: simulator.Fault{Reset: true}}, reads: true, unavailable: true, unknown: true, errorLabel: "no_answer"},
		{name: "silence", trouble: trouble{fault: simulator.Fault{Delay: time.Hour}}, reads: true, unavailable: true, unknown: true, errorLabel: "no_answer"},
		{name: "a gateway that gave up", trouble: meets(504, isText, "upstream request timeout"), reads: true, unavailable: true, unknown: true, errorLabel: "http_504"},
		{name: "a gateway that gave up in one word", trouble: meets(504, isText, "timeout"), reads: true, unavailable: true, unknown: true, errorLabel: "http_504"},
		{name: "a gateway that gave up in JSON", trouble: meets(502, "", `{"error":"bad_gateway","code":"9F3A21"}`), reads: true, unavailable: true, unknown: true, errorLabel: "http_502"},
		{name: "no connection to the proxy", trouble: trouble{refused: true, proxied: true}, reads: true, writes: true, errorLabel: "no_answer"},
		{name: "an ended session", trouble: trouble{expired: true}, reads: true, writes: true, errorLabel: "INVALID_SESSION_ID"},
		{name: "a token refused without words", trouble: meets(401, "", ""), reads: true, writes: true, errorLabel: "http_401"},
		{name: "a taken name", trouble: taken, errorLabel: "DUPLICATE_USERNAME"},
		{name: "a used-up allocation", trouble: used, errorLabel: "REQUEST_LIMIT_EXCEEDED"},
		{name: "too many requests", trouble: meets(429, "", ""), errorLabel: "http_429"},
		{name: "too long a pause", trouble: late, unavailable: true, errorLabel: "SERVER_UNAVAILABLE"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				transport := s.Transport()
				if test.trouble.proxied {
					transport.Proxy = s.proxyOnce()
				}
				c := s.client(t, func(config *Config) { config.HTTPClient = &http.Client{Transport: witness{s, transport}} })
				if _, err := s.keys.Token(t.Context()); err != nil {
					t.Fatal(err)
				}
				attempts := map[bool]int{false: 1, true: 2}

				var calls Recorder
				test.trouble.meet(s, false)
				record, err := c.Get(WithRecorder(t.Context(), &calls), "User", s.Org.AdminID())
				if test.reads != (err == nil) {
					t.Errorf("read: %v, %v", record, err)
				}
				if got := calls.Calls()[0].ErrorCode; got != test.errorLabel {
					t.Errorf("the call is told with code %q, want %q", got, test.errorLabel)
				}
				s.wantSent(t, "the read", attempts[test.reads])

				if test.trouble.proxied {
					transport.Proxy = s.proxyOnce()
				}
				test.trouble.meet(s, true)
				before := len(s.IDs("User", "LastName", "lovelace"))
				id, err := c.Create(t.Context(), "User", s.newcomer("lovelace"))
				if test.writes != (err == nil) || test.writes != (id != "") {
					t.Errorf("write: %q, %v", id, err)
				}
				if err != nil && (OutcomeUnknown(err) != test.unknown || IsUnavailable(err) != test.unavailable) {
					t.Errorf("write: outcome unknown %v, unavailable %v: %v", OutcomeUnknown(err), IsUnavailable(err), err)
				}
				s.wantSent(t, "the write", attempts[test.writes])
				if made := len(s.IDs("User", "LastName", "lovelace")) - before; made != attempts[test.writes]-1 {
					t.Errorf("%d users were made", made)
				}
			})
		})
	}
}

// proxyOnce sends the next request by a proxy, and those after it directly.
func (s *site) proxyOnce() func(*http.Request) (*url.URL, error) {
	once := true
	return func(*http.Request) (*url.URL, error) {
		if !once {
			return nil, nil
		}
		once = false
		return &url.URL{Scheme: "http", Host: "proxy.acme.example:3128"}, nil
	}
}
