package salesforce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	userPath  = "/sobjects/User/" + ada
	usersPath = "/sobjects/User"
	html503   = "<html>\n<body>\n<center>We are down for maintenance.</center>\n</body>\n</html>"
)

var dialFailure = &url.Error{Op: "Get", URL: "https://acme.my.salesforce.com/secret?q=secret", Err: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}}

// What may be repeated is, and nothing else: each case is a read (Get) and a
// write (Create) that meet the same answer first and a good one after it.
func TestFailuresAreRepeatedWhereItDoesNoHarm(t *testing.T) {
	tests := []struct {
		name        string
		answer      responder
		reads       bool // the read is made again
		writes      bool // the write is made again
		unknown     bool // else: the outcome of the write is unknown
		unavailable bool
		errorLabel  string
	}{
		{name: "a locked row", answer: refused(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"), reads: true, writes: true, errorLabel: "UNABLE_TO_LOCK_ROW"},
		{name: "a locked row with status 500", answer: refused(500, "UNABLE_TO_LOCK_ROW", "unable"), reads: true, writes: true, errorLabel: "UNABLE_TO_LOCK_ROW"},
		{name: "locked memberships", answer: refused(400, "UNKNOWN_EXCEPTION", "group membership operation already in progress"), reads: true, writes: true, errorLabel: "UNKNOWN_EXCEPTION"},
		{name: "no connection", answer: failing(dialFailure), reads: true, writes: true, errorLabel: "no_answer"},
		{name: "unavailable", answer: refused(503, "SERVER_UNAVAILABLE", "Server Unavailable"), reads: true, unavailable: true, errorLabel: "SERVER_UNAVAILABLE"},
		{name: "a crash", answer: refused(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."), reads: true, unavailable: true, errorLabel: "UNKNOWN_EXCEPTION"},
		{name: "maintenance", answer: answered(503, html503), reads: true, unavailable: true, unknown: true, errorLabel: "http_503"},
		{name: "a page of HTML with status 200", answer: answered(200, html503), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "another host", answer: answered(302, "<html>moved</html>", "Location", "https://elsewhere.example/"), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "an empty answer", answer: answered(200, ""), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "half an answer", answer: cut(200, `{"id":"005RM0`), reads: true, unavailable: true, unknown: true, errorLabel: "no_answer"},
		{name: "half an answer that ends well", answer: answered(200, `{"id":"005RM0`), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "half a refusal", answer: cut(400, `[{"message":"Dup`), reads: true, unavailable: true, errorLabel: "http_400"},
		{name: "a list for an object", answer: answered(200, `["x"]`), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "null", answer: answered(200, `null`), reads: true, unavailable: true, unknown: true, errorLabel: "garbled"},
		{name: "a reset connection", answer: failing(&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}), reads: true, unavailable: true, unknown: true, errorLabel: "no_answer"},
		{name: "silence", answer: silent, reads: true, unavailable: true, unknown: true, errorLabel: "no_answer"},
		{name: "a gateway that gave up", answer: answered(504, "upstream request timeout"), reads: true, unavailable: true, unknown: true, errorLabel: "http_504"},
		{name: "a gateway that gave up in one word", answer: answered(504, "timeout"), reads: true, unavailable: true, unknown: true, errorLabel: "http_504"},
		{name: "a gateway that gave up in JSON", answer: answered(502, `{"error":"bad_gateway","code":"9F3A21"}`), reads: true, unavailable: true, unknown: true, errorLabel: "http_502"},
		{name: "no connection to the proxy", answer: failing(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("connection refused")}), reads: true, writes: true, errorLabel: "no_answer"},
		{name: "an ended session", answer: refused(401, "INVALID_SESSION_ID", "Session expired or invalid"), reads: true, writes: true, errorLabel: "INVALID_SESSION_ID"},
		{name: "a token refused without words", answer: answered(401, ""), reads: true, writes: true, errorLabel: "http_401"},
		{name: "a taken name", answer: refused(400, "DUPLICATE_USERNAME", "Duplicate Username."), errorLabel: "DUPLICATE_USERNAME"},
		{name: "a used-up allocation", answer: refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), errorLabel: "REQUEST_LIMIT_EXCEEDED"},
		{name: "too many requests", answer: answered(429, ""), errorLabel: "http_429"},
		{name: "too long a pause", answer: refused(503, "SERVER_UNAVAILABLE", "", "Retry-After", "31"), unavailable: true, errorLabel: "SERVER_UNAVAILABLE"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRegistry(t)
				c := newTestClient(t, r)
				var calls Recorder
				ctx := WithRecorder(t.Context(), &calls)

				r.on("GET", userPath, test.answer)
				if test.reads {
					r.on("GET", userPath, answered(200, `{"Id":"`+ada+`"}`))
				}
				record, err := c.Get(ctx, "User", ada)
				if test.reads != (err == nil) {
					t.Errorf("read: %v, %v", record, err)
				}
				if got := calls.Calls()[0].ErrorCode; got != test.errorLabel {
					t.Errorf("the call is told with code %q, want %q", got, test.errorLabel)
				}

				r.on("POST", usersPath, test.answer)
				if test.writes {
					r.on("POST", usersPath, answered(201, `{"id":"`+ada+`","success":true,"errors":[]}`))
				}
				id, err := c.Create(ctx, "User", Record{"LastName": "Lovelace"})
				if test.writes != (err == nil) || test.writes != (id != "") {
					t.Errorf("write: %q, %v", id, err)
				}
				if err != nil && (OutcomeUnknown(err) != test.unknown || IsUnavailable(err) != test.unavailable) {
					t.Errorf("write: outcome unknown %v, unavailable %v: %v", OutcomeUnknown(err), IsUnavailable(err), err)
				}
			})
		})
	}
}

func TestAttemptsEndAndPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		var calls Recorder
		var at []time.Duration
		start := time.Now()
		for range 4 {
			r.on("GET", userPath, func(request *http.Request) (*http.Response, error) {
				at = append(at, time.Since(start))
				return refused(503, "SERVER_UNAVAILABLE", "Server Unavailable")(request)
			})
		}
		_, err := c.Get(WithRecorder(t.Context(), &calls), "User", ada)
		if !IsUnavailable(err) || !HasCode(err, "SERVER_UNAVAILABLE") {
			t.Errorf("error: %v", err)
		}
		for i, around := range []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second} {
			if pause := at[i+1] - at[i]; pause < around/2 || pause > around*3/2 {
				t.Errorf("pause %d of %v, want about %v", i, pause, around)
			}
		}
		for i, call := range calls.Calls() {
			if call.Attempt != i+1 || call.Status != 503 || call.ErrorCode != "SERVER_UNAVAILABLE" {
				t.Errorf("call %d: %+v", i, call)
			}
		}
	})
}

func TestRetryAfterIsKeptAndCallersDoNotReturnTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		lengths := map[time.Duration]bool{}
		for range 3 {
			r.on("GET", userPath, answered(503, "", "Retry-After", "17"))
			r.on("GET", userPath, answered(200, `{"Id":"x"}`))
			start := time.Now()
			if _, err := c.Get(t.Context(), "User", ada); err != nil {
				t.Fatal(err)
			}
			waited := time.Since(start)
			if waited < 17*time.Second || waited > 18*time.Second {
				t.Errorf("waited %v, want 17s and some", waited)
			}
			lengths[waited] = true
		}
		if len(lengths) < 2 {
			t.Errorf("all waited alike: %v", lengths)
		}
		r.on("GET", userPath, answered(503, "", "Retry-After", "3600"))
		_, err := c.Get(t.Context(), "User", ada)
		var e *Error
		if !errors.As(err, &e) || e.RetryAfter != time.Hour {
			t.Errorf("the caller is not told to come in an hour: %v", err)
		}
	})
}

func TestNoPauseOutlastsTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		r.on("GET", userPath, answered(503, "", "Retry-After", "17"))
		if _, err := c.Get(ctx, "User", ada); !IsUnavailable(err) {
			t.Errorf("error: %v", err)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %v for an attempt that cannot be made", waited)
		}

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		r.on("GET", userPath, answered(503, "", "Retry-After", "17"))
		if _, err := c.Get(ctx, "User", ada); !HasCode(err) && !IsUnavailable(err) {
			t.Errorf("error: %v", err)
		}
		if waited := time.Since(start); waited != 3*time.Second {
			t.Errorf("waited %v, the caller left after 3s", waited)
		}
		_, err := c.Create(ctx, "User", Record{})
		if !errors.Is(err, context.Canceled) || OutcomeUnknown(err) {
			t.Errorf("a caller who is gone before anything is sent: %v", err)
		}
	})
}

func TestAnAttemptIsBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r, func(config *Config) { config.AttemptTimeout = 5 * time.Second })
		r.on("POST", usersPath, silent)
		start := time.Now()
		_, err := c.Create(t.Context(), "User", Record{})
		if !OutcomeUnknown(err) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error: %v", err)
		}
		if !strings.Contains(err.Error(), "no answer within 5s") {
			t.Errorf("the error does not tell of the timeout: %v", err)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestASilentSalesforceIsAskedForAsLongAsTheCallerStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		for _, test := range []struct {
			method, path string
			attempts     int
			want         time.Duration
			ask          func(context.Context) error
		}{
			{"GET", userPath, 2, 55 * time.Second, func(ctx context.Context) error { _, err := c.Get(ctx, "User", ada); return err }},
			{"POST", usersPath, 1, 30 * time.Second, func(ctx context.Context) error { _, err := c.Create(ctx, "User", Record{}); return err }},
		} {
			for range test.attempts {
				r.on(test.method, test.path, silent)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 55*time.Second)
			start := time.Now()
			err := test.ask(ctx)
			cancel()
			if took := time.Since(start); took != test.want || !IsUnavailable(err) || OutcomeUnknown(err) != (test.method == "POST") {
				t.Errorf("%s took %v, want %v: %v", test.method, took, test.want, err)
			}
		}
	})
}

func TestASessionIsRenewedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		keys := newKeyring()
		c := newTestClient(t, r, func(config *Config) { config.Authorizer = keys; config.MaxAttempts = 1 })
		for range 2 {
			r.on("POST", usersPath, refused(401, "INVALID_SESSION_ID", "Session expired or invalid"))
		}
		_, err := c.Create(t.Context(), "User", Record{})
		if !HasCode(err, "INVALID_SESSION_ID") {
			t.Errorf("error: %v", err)
		}
		if keys.renewed != 1 {
			t.Errorf("renewed %d times, want once", keys.renewed)
		}
		var sent []string
		for _, s := range r.seen {
			sent = append(sent, s.request.Header.Get("Authorization"))
		}
		if diff := cmp.Diff([]string{"Bearer secret-1", "Bearer secret-2"}, sent); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAnAuthorizersErrorIsPassedOn(t *testing.T) {
	lost := errors.New("grant lost")
	keys := newKeyring()
	keys.failure = lost
	c := newTestClient(t, newRegistry(t), func(config *Config) { config.Authorizer = keys })
	if _, err := c.Get(t.Context(), "User", ada); !errors.Is(err, lost) || IsUnavailable(err) {
		t.Errorf("error: %v", err)
	}
	r := newRegistry(t)
	keys = newKeyring()
	c = newTestClient(t, r, func(config *Config) { config.Authorizer = keys })
	r.on("GET", userPath, func(request *http.Request) (*http.Response, error) {
		keys.failure = lost
		return refused(401, "INVALID_SESSION_ID", "")(request)
	})
	if _, err := c.Get(t.Context(), "User", ada); !errors.Is(err, lost) {
		t.Errorf("error: %v", err)
	}
}

func TestNothingSecretIsToldOrLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var told []string
		r := newRegistry(t)
		c := newTestClient(t, r, func(config *Config) {
			config.MaxAttempts = 2
			config.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			config.Observe = func(_ context.Context, call Call) { told = append(told, fmt.Sprintf("%+v", call)) }
		})
		statement := "SELECT Id FROM User WHERE Username = 'ada@acme.example'"
		shown := answered(502, "bad request: Authorization: Bearer secret-1 was refused")
		lost := failing(&url.Error{Op: "Get", URL: "https://x/?q=ada@acme.example", Err: io.ErrUnexpectedEOF})
		for _, answer := range []responder{shown, lost, lost, shown, refused(400, "X", "secret-1")} {
			r.on("GET", "/query", answer)
		}
		for range 3 {
			_, err := c.Query(t.Context(), statement)
			if err == nil {
				t.Fatal("no error")
			}
			told = append(told, err.Error())
		}
		for _, text := range append(told, log.String()) {
			for _, secret := range []string{"ada@", "ada%40", "secret-1", "q="} {
				if strings.Contains(text, secret) {
					t.Errorf("%q is in %s", secret, text)
				}
			}
		}
		if !strings.Contains(log.String(), "resource=/query") {
			t.Errorf("log: %s", log.String())
		}
	})
}

func TestTheInstanceIsChecked(t *testing.T) {
	tests := []struct {
		name, instance string
		plain, ok      bool
	}{
		{name: "https", instance: "https://acme.my.salesforce.com", ok: true},
		{name: "with a slash", instance: "https://acme.my.salesforce.com/", ok: true},
		{name: "http on this machine", instance: "http://127.0.0.1:8081", ok: true},
		{name: "http on this machine by version 6", instance: "http://[::1]:8081", ok: true},
		{name: "http on localhost", instance: "http://localhost:8081", ok: true},
		{name: "http elsewhere", instance: "http://acme.my.salesforce.com"},
		{name: "http elsewhere where that is wanted", instance: "http://simulator:8081", plain: true, ok: true},
		{name: "another scheme", instance: "ftp://acme.my.salesforce.com", plain: true},
		{name: "nothing", instance: ""},
		{name: "a host alone", instance: "acme.my.salesforce.com"},
		{name: "a path", instance: "https://acme.my.salesforce.com/services"},
		{name: "a user", instance: "https://a:b@acme.my.salesforce.com"},
		{name: "a query", instance: "https://acme.my.salesforce.com?x=y"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRegistry(t)
			keys := newKeyring()
			keys.instance = test.instance
			c := newTestClient(t, r, func(config *Config) { config.Authorizer, config.PlainHTTP, config.MaxAttempts = keys, test.plain, 1 })
			if test.ok {
				r.on("GET", userPath, answered(200, `{"Id":"x"}`))
			}
			if _, err := c.Get(t.Context(), "User", ada); test.ok != (err == nil) {
				t.Errorf("error: %v", err)
			}
		})
	}
}

func TestConfigIsCheckedWhole(t *testing.T) {
	_, err := New(Config{APIVersion: "v66", MaxAttempts: -1})
	for _, part := range []string{"Authorizer", `"v66"`, "negative"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not tell of %s: %v", part, err)
		}
	}
}

func TestObserverAndRecorderHearTheSame(t *testing.T) {
	r := newRegistry(t)
	var observed []Call
	c := newTestClient(t, r, func(config *Config) {
		config.Observe = func(_ context.Context, call Call) { observed = append(observed, call) }
	})
	r.on("GET", "/query", answered(200, `{"totalSize":0,"done":true,"records":[]}`))
	r.on("DELETE", "/sobjects/GroupMember/"+ada, answered(204, ""))
	var recorder Recorder
	ctx := WithRecorder(t.Context(), &recorder)
	if _, err := c.Query(ctx, "SELECT Id FROM User"); err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(ctx, "GroupMember", ada); err != nil {
		t.Fatal(err)
	}
	for i := range observed {
		observed[i].Duration = 0
	}
	want := []Call{
		{Method: "GET", Resource: "/query", Parts: []string{"User"}, Status: 200, Attempt: 1},
		{Method: "DELETE", Resource: "/sobjects/GroupMember/{id}", Status: 204, Attempt: 1},
	}
	if diff := cmp.Diff(want, observed); diff != "" {
		t.Error(diff)
	}
	recorded := recorder.Calls()
	for i := range recorded {
		recorded[i].Duration = 0
	}
	if diff := cmp.Diff(observed, recorded); diff != "" {
		t.Error(diff)
	}
}

func TestAChangeThatIsRefusedWithStatus200IsNotDone(t *testing.T) {
	for _, test := range []struct {
		body          string
		done, unknown bool
	}{
		{body: `[{"message":"entity is deleted","errorCode":"ENTITY_IS_DELETED"}]`},
		{body: `{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"too long","fields":["Title"]}]}`},
		{body: `{"message":"Endpoint request timed out"}`, unknown: true},
		{body: `{"id":"` + ada + `","success":true,"errors":[]}`, done: true},
	} {
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on("PATCH", userPath, answered(200, test.body))
		r.on("DELETE", userPath, answered(200, test.body))
		for what, err := range map[string]error{"update": c.Update(t.Context(), "User", ada, Record{"Title": "Countess"}), "delete": c.Delete(t.Context(), "User", ada)} {
			if (err == nil) != test.done || OutcomeUnknown(err) != test.unknown {
				t.Errorf("%s answered with %s: %v", what, test.body, err)
			}
		}
	}
}
