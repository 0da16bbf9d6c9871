package salesforce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/weather"
)

const html503 = "<html>\n<body>\n<center>We are down for maintenance.</center>\n</body>\n</html>"

func TestAttemptsEndAndPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		var at []time.Duration
		start := time.Now()
		c := s.client(t, func(config *Config) {
			config.Observe = func(context.Context, Call) { at = append(at, time.Since(start)) }
		})
		var calls Recorder
		down := simulator.ServerUnavailable()
		down.Times = 100
		s.FailNext(down)
		_, err := c.Get(WithRecorder(t.Context(), &calls), "User", s.Org.AdminID())
		if !IsUnavailable(err) || !HasCode(err, "SERVER_UNAVAILABLE") {
			t.Errorf("error: %v", err)
		}
		if len(at) != 4 {
			t.Fatalf("%d attempts, want 4", len(at))
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
		s := newSite(t)
		c := s.client(t)
		lengths := map[time.Duration]bool{}
		s.adds("Retry-After", "17")
		for range 3 {
			s.FailNext(answers(503, ""))
			start := time.Now()
			if _, err := c.Get(t.Context(), "User", s.Org.AdminID()); err != nil {
				t.Fatal(err)
			}
			waited := time.Since(start)
			if waited < 17*time.Second || waited > 18*time.Second {
				t.Errorf("waited %v, want 17s and some", waited)
			}
			s.wantSent(t, "a read", 2)
			lengths[waited] = true
		}
		if len(lengths) < 2 {
			t.Errorf("all waited alike: %v", lengths)
		}
		s.adds("Retry-After", "3600")
		s.FailNext(answers(503, ""))
		_, err := c.Get(t.Context(), "User", s.Org.AdminID())
		s.wantSent(t, "a read that is to be made in an hour", 1)
		var e *Error
		if !errors.As(err, &e) || e.RetryAfter != time.Hour {
			t.Errorf("the caller is not told to come in an hour: %v", err)
		}
	})
}

func TestNoPauseOutlastsTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.client(t)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s.adds("Retry-After", "17")
		s.FailNext(answers(503, ""))
		if _, err := c.Get(ctx, "User", ada); !IsUnavailable(err) {
			t.Errorf("error: %v", err)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %v for an attempt that cannot be made", waited)
		}

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		s.FailNext(answers(503, ""))
		if _, err := c.Get(ctx, "User", ada); !HasCode(err) && !IsUnavailable(err) {
			t.Errorf("error: %v", err)
		}
		if waited := time.Since(start); waited != 3*time.Second {
			t.Errorf("waited %v, the caller left after 3s", waited)
		}
		s.wantSent(t, "the reads", 2)
		_, err := c.Create(ctx, "User", Record{})
		if !errors.Is(err, context.Canceled) || OutcomeUnknown(err) {
			t.Errorf("a caller who is gone before anything is sent: %v", err)
		}
		if n := s.CallCount("POST", ""); n != 0 {
			t.Errorf("%d writes came to the org", n)
		}
	})
}

func TestAnAttemptIsBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.client(t, func(config *Config) { config.AttemptTimeout = 5 * time.Second })
		s.FailNext(simulator.Fault{Delay: time.Hour})
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
		s.wantSent(t, "a write", 1)
	})
}

func TestASilentSalesforceIsAskedForAsLongAsTheCallerStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.client(t)
		for _, test := range []struct {
			method   string
			attempts int
			want     time.Duration
			ask      func(context.Context) error
		}{
			{"GET", 2, 55 * time.Second, func(ctx context.Context) error { _, err := c.Get(ctx, "User", ada); return err }},
			{"POST", 1, 30 * time.Second, func(ctx context.Context) error { _, err := c.Create(ctx, "User", Record{}); return err }},
		} {
			s.FailNext(simulator.Fault{Delay: time.Hour, Times: test.attempts})
			ctx, cancel := context.WithTimeout(t.Context(), 55*time.Second)
			start := time.Now()
			err := test.ask(ctx)
			cancel()
			if took := time.Since(start); took != test.want || !IsUnavailable(err) || OutcomeUnknown(err) != (test.method == "POST") {
				t.Errorf("%s took %v, want %v: %v", test.method, took, test.want, err)
			}
			s.wantSent(t, test.method, test.attempts)
		}
	})
}

func TestASessionIsRenewedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.client(t, func(config *Config) { config.MaxAttempts = 1 })
		for range 2 { // each session is over as soon as it is used
			if err := s.Weather(weather.Rule{Kind: weather.ExpiredSession, Next: 1}); err != nil {
				t.Fatal(err)
			}
		}
		_, err := c.Create(t.Context(), "User", Record{})
		if !HasCode(err, "INVALID_SESSION_ID") {
			t.Errorf("error: %v", err)
		}
		if s.keys.renewed != 1 {
			t.Errorf("renewed %d times, want once", s.keys.renewed)
		}
		var sent []string
		for _, one := range s.sent() {
			sent = append(sent, one.request.Header.Get("Authorization"))
		}
		if len(sent) != 2 || sent[0] == sent[1] || sent[1] != "Bearer "+s.keys.token {
			t.Errorf("sent with %q, want first another token and then %q", sent, s.keys.token)
		}
	})
}

func TestAnAuthorizersErrorIsPassedOn(t *testing.T) {
	lost := errors.New("grant lost")
	s := newSite(t)
	c := s.client(t)
	s.keys.failure = lost
	if _, err := c.Get(t.Context(), "User", ada); !errors.Is(err, lost) || IsUnavailable(err) {
		t.Errorf("error: %v", err)
	}
	s.wantSent(t, "a read without a token", 0)
	s.keys.failure = nil
	s.FailNext(simulator.SessionExpired())
	c = s.client(t, func(config *Config) {
		config.Observe = func(context.Context, Call) { s.keys.failure = lost } // between the refusal and the renewal
	})
	if _, err := c.Get(t.Context(), "User", ada); !errors.Is(err, lost) {
		t.Errorf("error: %v", err)
	}
	s.wantSent(t, "a read whose token is refused", 1)
}

func TestNothingSecretIsToldOrLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var told []string
		s := newSite(t)
		if _, err := s.keys.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		c := s.client(t, func(config *Config) {
			config.MaxAttempts = 2
			config.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			config.Observe = func(_ context.Context, call Call) { told = append(told, fmt.Sprintf("%+v", call)) }
		})
		statement := "SELECT Id FROM User WHERE Username = 'ada@acme.example'"
		shown := simulator.Fault{Status: 502, ContentType: "text/plain", Body: "bad request: Authorization: Bearer " + s.keys.token + " was refused"}
		lost := simulator.Fault{Drop: true}
		s.FailNext(shown, lost, lost, shown, answers(400, fmt.Sprintf(`[{"message":%q,"errorCode":"X"}]`, s.keys.token)))
		for range 3 {
			_, err := c.Query(t.Context(), statement)
			if err == nil {
				t.Fatal("no error")
			}
			told = append(told, err.Error())
		}
		s.wantSent(t, "three queries", 5)
		for _, text := range append(told, log.String()) {
			for _, secret := range []string{"ada@", "ada%40", s.keys.token, "q="} {
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
			s := newSite(t)
			s.keys.instance = test.instance
			c := s.client(t, func(config *Config) { config.PlainHTTP, config.MaxAttempts = test.plain, 1 })
			if _, err := c.Get(t.Context(), "User", s.Org.AdminID()); test.ok != (err == nil) {
				t.Errorf("error: %v", err)
			}
			s.wantSent(t, "a read", map[bool]int{true: 1}[test.ok])
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
	s := newSite(t)
	member := s.MustInsert("GroupMember", map[string]any{"GroupId": s.group("A"), "UserOrGroupId": s.Org.AdminID()})
	var observed []Call
	c := s.client(t, func(config *Config) {
		config.Observe = func(_ context.Context, call Call) { observed = append(observed, call) }
	})
	var recorder Recorder
	ctx := WithRecorder(t.Context(), &recorder)
	if _, err := c.Query(ctx, "SELECT Id FROM User"); err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(ctx, "GroupMember", member); err != nil {
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
		s := newSite(t)
		c := s.client(t)
		s.FailNext(answers(200, test.body), answers(200, test.body))
		for what, err := range map[string]error{"update": c.Update(t.Context(), "User", ada, Record{"Title": "Countess"}), "delete": c.Delete(t.Context(), "User", ada)} {
			if (err == nil) != test.done || OutcomeUnknown(err) != test.unknown {
				t.Errorf("%s answered with %s: %v", what, test.body, err)
			}
		}
		s.wantSent(t, "an update and a delete", 2)
	}
}
