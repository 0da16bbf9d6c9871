package salesforce_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce"
	"scimforce/salesforce/simulator"
)

// What happens on real connections when the org misbehaves.

func TestAgainstTheSimulatorReadsOutliveWeather(t *testing.T) {
	html := simulator.Fault{Status: 503, ContentType: "text/html", Body: "<html><body>We are down for maintenance.</body></html>"}
	for name, fault := range map[string]simulator.Fault{
		"unavailable":          simulator.ServerUnavailable(),
		"maintenance":          html,
		"a dropped connection": {Drop: true},
		"half an answer":       {After: true, Truncate: true},
		"silence":              {Delay: 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 3, func(c *salesforce.Config) { c.AttemptTimeout = time.Second })
			if _, err := h.door.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			fault.Resource = "/query"
			h.simulator.FailNext(fault)
			var calls salesforce.Recorder
			records, err := h.client.Query(salesforce.WithRecorder(t.Context(), &calls), "SELECT Id FROM User")
			if err != nil || len(records) < 3 {
				t.Errorf("%d records, %v", len(records), err)
			}
			if n := len(calls.Calls()); n != 2 {
				t.Errorf("%d calls, want 2: %+v", n, calls.Calls())
			}
		})
	}
}

func TestAgainstTheSimulatorALostAnswerOfAWriteIsToldAndNotRepeated(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"a dropped connection": {After: true, Drop: true},
		"half an answer":       {After: true, Truncate: true},
		"HTML":                 {After: true, Status: 502, ContentType: "text/html", Body: "<html>Bad Gateway</html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 1)
			person := h.person(t, "lamarr")
			fault.Method = http.MethodPost
			h.simulator.FailNext(fault)
			var calls salesforce.Recorder
			_, err := h.client.Create(salesforce.WithRecorder(t.Context(), &calls), "User", person)
			if !salesforce.OutcomeUnknown(err) || salesforce.IsRetryable(err) {
				t.Errorf("error: %v", err)
			}
			if n := len(calls.Calls()); n != 1 {
				t.Errorf("%d calls, want 1", n)
			}
			if n, err := h.client.Count(t.Context(), "SELECT COUNT() FROM User WHERE Username = 'lamarr@acme.example'"); n != 1 || err != nil {
				t.Errorf("%d users were made, %v", n, err)
			}
		})
	}
}

func TestAgainstTheSimulatorLockedRowsAreTriedAgain(t *testing.T) {
	h := newHouse(t, 1)
	person := h.person(t, "noether")
	h.simulator.FailNext(simulator.Fault{
		Method: http.MethodPost, Status: 400, Times: 2,
		Body: `[{"message":"unable to obtain exclusive access to this record","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]`,
	})
	if _, err := h.client.Create(t.Context(), "User", person); err != nil {
		t.Error(err)
	}
}

func TestAgainstTheSimulatorTheAllocationsEndIsTold(t *testing.T) {
	h := newHouse(t, 1)
	h.simulator.FailNext(simulator.LimitExceeded())
	_, err := h.client.Query(t.Context(), "SELECT Id FROM User")
	if !salesforce.IsLimitExceeded(err) || salesforce.IsUnavailable(err) {
		t.Errorf("error: %v", err)
	}
}

func TestNobodyListens(t *testing.T) {
	h := newHouse(t, 1, func(c *salesforce.Config) { c.MaxAttempts = 2 })
	person := h.person(t, "noether")
	h.close()
	_, err := h.client.Create(t.Context(), "User", person)
	if !salesforce.IsUnavailable(err) || salesforce.OutcomeUnknown(err) {
		t.Errorf("error: %v", err)
	}
	if strings.Contains(err.Error(), "/services/") {
		t.Errorf("the error quotes the URL: %v", err)
	}
}

func TestAgainstTheSimulatorLongStatementsAreAnswered(t *testing.T) {
	h := newHouse(t, 3)
	users, err := h.client.Query(t.Context(), "SELECT Username FROM User WHERE IsActive = true")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, u := range users {
		names = append(names, u.String("Username"))
	}
	statement := "SELECT Id FROM User WHERE Username IN ('" + strings.Join(names, "', '") + strings.Repeat("', 'nobody@acme.example", 900) + "')"
	var calls salesforce.Recorder
	found, err := h.client.Query(salesforce.WithRecorder(t.Context(), &calls), statement)
	if err != nil || len(found) != len(users) {
		t.Errorf("%d of %d found, %v", len(found), len(users), err)
	}
	want := []string{"POST /composite [GET /query User]"}
	var got []string
	for _, c := range calls.Calls() {
		got = append(got, c.Method+" "+c.Resource+" ["+strings.Join(c.Parts, " ")+"]")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAgainstTheSimulatorManyMeetTheEndOfASessionTogether(t *testing.T) {
	h := newHouse(t, 3)
	if _, err := h.client.Query(t.Context(), "SELECT Id FROM User"); err != nil {
		t.Fatal(err)
	}
	h.simulator.ExpireSessions()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := h.client.Query(t.Context(), "SELECT Id FROM User"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if h.door.count != 2 {
		t.Errorf("%d refreshes, want 2", h.door.count)
	}
}

func TestAgainstTheSimulatorACallerMayLeave(t *testing.T) {
	h := newHouse(t, 1)
	if _, err := h.client.Query(t.Context(), "SELECT Id FROM User"); err != nil {
		t.Fatal(err)
	}
	h.simulator.FailNext(simulator.Fault{Delay: 2 * time.Second})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := h.client.Query(ctx, "SELECT Id FROM User")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}
