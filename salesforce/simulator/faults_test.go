package simulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scimforce/salesforce/simulator/org"
)

func TestFaultsSpoilTheCallsTheyName(t *testing.T) {
	const groups = "/services/data/v66.0/sobjects/Group"
	create := func(f *fixture) (reply, error) { return f.try("POST", groups, `{"Name":"Night Shift"}`) }
	tests := []struct {
		name     string
		fault    Fault
		status   int    // 0: the connection broke
		body     string // a part of it
		executed bool
	}{
		{"an unavailable API", ServerUnavailable(), 503, `"errorCode":"SERVER_UNAVAILABLE"`, false},
		{"a used up allocation", LimitExceeded(), 403, `"errorCode":"REQUEST_LIMIT_EXCEEDED"`, false},
		{"a locked row", RowLocked("00G000000000001AAA"), 400, `records: 00G000000000001AAA"`, false},
		{"an HTML page", Maintenance(), 503, "We are down for maintenance.", false},
		{"a page after the write", Fault{After: true, Status: 500, Body: "oops", ContentType: "text/plain"}, 500, "oops", true},
		{"a connection closed before the write", Fault{Drop: true}, 0, "", false},
		{"a connection closed after the write", Fault{Drop: true, After: true}, 0, "", true},
		{"half an answer after the write", Fault{Truncate: true, After: true}, 0, "", true},
		{"half an error page", Fault{Truncate: true, Status: 503, Body: "<html></html>"}, 0, "", false},
		{"a delay alone", Fault{Delay: time.Nanosecond}, 201, `"success":true`, true},
		{"a fault of another method", Fault{Method: "GET", Status: 500}, 201, `"success":true`, true},
		{"a fault of another resource", Fault{Resource: "/sobjects/User", Status: 500}, 201, `"success":true`, true},
		{"a fault of this resource", Fault{Method: "POST", Resource: "/sobjects/Group", Status: 500, Body: "no"}, 500, "no", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := start(t)
			f.FailNext(test.fault)
			r, err := create(f)
			switch {
			case test.status == 0 && err == nil:
				t.Errorf("an answer came: %d %s", r.status, r.body)
			case test.status != 0 && (err != nil || r.status != test.status || !strings.Contains(r.body, test.body)):
				t.Errorf("%d %q, %v", r.status, r.body, err)
			}
			f.faults.take("GET", "") // one that is left must not hit the next call
			if _, found := f.groupNamed("Night Shift"); found != test.executed {
				t.Errorf("group created: %t, want %t", found, test.executed)
			}
		})
	}
}

func TestAFaultLastsForItsTimes(t *testing.T) {
	f := start(t)
	twice := ServerUnavailable()
	twice.Times = 2
	f.FailNext(twice, Maintenance())
	var got []int
	for range 4 {
		got = append(got, f.call("GET", "/services/data/v66.0/limits", "").status)
	}
	if got[0] != 503 || got[1] != 503 || got[2] != 503 || got[3] != 200 {
		t.Errorf("statuses %v", got)
	}
}

// TestLatencyIsWaitedAndLeftWithTheClient runs in a bubble of its own time.
func TestLatencyIsWaitedAndLeftWithTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, err := org.New(org.Config{AdminUsername: testAdmin})
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(Config{Org: o, App: App{ConsumerKey: testKey, ConsumerSecret: testSecret}, Latency: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/services/data/v66.0/limits", nil))
		if took := time.Since(begin); took != time.Minute || w.Code != http.StatusUnauthorized {
			t.Errorf("status %d after %s", w.Code, took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin = time.Now()
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/services/data/v66.0/limits", nil))
		if took := time.Since(begin); took != time.Second {
			t.Errorf("a client that gave up after a second was served for %s", took)
		}
	})
}

func TestTheCallsPageTellsAndForgets(t *testing.T) {
	f := start(t)
	for _, call := range [][2]string{
		{"POST", "/services/data/v66.0/sobjects/group/"},
		{"GET", "/services/data/v66.0/sobjects/User/005000000000001AAA"},
		{"GET", "/services/data/v60.0/sobjects/User/005000000000002AAA"},
		{"GET", "/services/data/v66.0/sobjects/User/describe"},
		{"POST", "/services/data/v66.0/sobjects/User/005000000000001AAA?_HttpMethod=PATCH"},
		{"GET", "/services/data/v66.0/sobjects/Uzer"},
		{"GET", "/services/data/v66.0/query/0r8000000000000AAA-2000"},
		{"GET", "/services/data/v66.0/no/such/thing"},
		{"GET", "/services/data/v66.0"},
		{"GET", "/services/oauth2/userinfo"},
		{"GET", "/_simulator/calls"},
	} {
		f.call(call[0], call[1], "")
	}
	golden(t, "calls.json", f.call("GET", "/_simulator/calls", "").body+"\n")
	if r := f.call("DELETE", "/_simulator/calls", ""); r.status != http.StatusNoContent {
		t.Errorf("DELETE: %d", r.status)
	}
	if r := f.call("GET", "/_simulator/calls", ""); r.body != `{"total":0,"calls":[]}` {
		t.Errorf("after DELETE: %s", r.body)
	}
}

func TestMiddlewareWrapsEverything(t *testing.T) {
	f := start(t, func(c *Config, _ *org.Config) {
		c.Middleware = func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("X-Weather") != "" {
					http.Error(w, "rain", http.StatusBadGateway)
					return
				}
				next.ServeHTTP(w, r)
			})
		}
	})
	if r := f.call("GET", "/services/oauth2/userinfo", "", "X-Weather: bad"); r.status != http.StatusBadGateway {
		t.Errorf("status %d", r.status)
	}
	if r := f.call("GET", "/services/data/v66.0/limits", ""); r.status != http.StatusOK {
		t.Errorf("status %d", r.status)
	}
}

func TestNewNamesAllProblemsOfAConfig(t *testing.T) {
	_, err := New(Config{BaseURL: "acme", APIVersions: []string{"v66"}})
	for _, part := range []string{"no org", "consumer key", `"acme"`, `"v66"`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v does not mention %s", err, part)
		}
	}
}

func TestHalfOfAnEmptyAnswerIsAClosedConnection(t *testing.T) {
	f := start(t)
	f.FailNext(Fault{Truncate: true, After: true})
	if r, err := f.try("PATCH", "/services/data/v66.0/sobjects/User/"+f.org.AdminID(), `{"Title":"Boss"}`); err == nil {
		t.Errorf("an answer came: %d", r.status)
	}
	if row, _ := f.org.Find("User", f.org.AdminID()); row["Title"] != "Boss" {
		t.Errorf("Title %v: the write was not executed", row["Title"])
	}
}

func TestHalfABodyIsAnUnexpectedEnd(t *testing.T) {
	f := start(t)
	f.FailNext(Fault{Truncate: true, After: true})
	_, err := f.try("GET", "/services/data/v66.0/limits", "", "Accept-Encoding: identity")
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v", err)
	}
}

// TestADelayEndsWhenTheClientGivesUp looks at what became of a write whose
// client hung up while the org was silent.
func TestADelayEndsWhenTheClientGivesUp(t *testing.T) {
	for _, test := range []struct {
		name     string
		after    bool
		executed bool
	}{
		{"before the write, which is then not made", false, false},
		{"after the write, which stays", true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			ended := make(chan struct{}, 10)
			f := start(t, func(c *Config, _ *org.Config) {
				c.Middleware = func(next http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						defer func() { ended <- struct{}{} }()
						next.ServeHTTP(w, r)
					})
				}
			})
			f.FailNext(Fault{After: test.after, Delay: time.Hour})
			ctx, giveUp := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer giveUp()
			r, err := http.NewRequestWithContext(ctx, "POST", f.server.URL+"/services/data/v66.0/sobjects/Group", strings.NewReader(`{"Name":"Night Shift"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+f.token)
			if _, err := f.server.Client().Do(r); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("the call ended with %v", err)
			}
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Fatal("the org waits on for a client that has gone")
			}
			if _, found := f.groupNamed("Night Shift"); found != test.executed {
				t.Errorf("group created: %t, want %t", found, test.executed)
			}
		})
	}
}
