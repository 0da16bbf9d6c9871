package scim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
	"scimforce/scim/scimtest"
)

const maintenance = "<html>\n<body>\n<center>We are down for maintenance.</center>\n</body>\n</html>"

// api reports whether r is a call of the REST API rather than of OAuth.
func api(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/services/data") }

// unavailable checks a SCIM error that says to come back later.
func unavailable(t *testing.T, w *httptest.ResponseRecorder, status int) string {
	t.Helper()
	var e struct {
		Schemas        []string
		Status, Detail string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatalf("status %d, no JSON: %v: %s", w.Code, err, w.Body)
	}
	if w.Code != status || e.Status != strconv.Itoa(status) || e.Detail == "" || w.Header().Get("Content-Type") != "application/scim+json" {
		t.Errorf("status %d, want %d, %q: %s", w.Code, status, w.Header().Get("Content-Type"), w.Body)
	}
	if seconds, err := strconv.Atoi(w.Header().Get("Retry-After")); err != nil || seconds < 1 {
		t.Errorf("Retry-After is %q", w.Header().Get("Retry-After"))
	}
	if strings.Contains(e.Detail, "<html>") || strings.Contains(e.Detail, "127.0.0.1") {
		t.Errorf("the detail is %q", e.Detail)
	}
	return e.Detail
}

func TestBadWeatherAtSalesforceIsAnsweredWith503Or429(t *testing.T) {
	const isJSON, isHTML = "application/json;charset=UTF-8", "text/html; charset=UTF-8"
	plain := func(status int, contentType, body string) simulator.Fault {
		return simulator.Fault{Status: status, ContentType: contentType, Body: body}
	}
	tests := []struct {
		name   string
		fault  simulator.Fault // of every API call
		status int
		login  bool // the login host is no better
	}{
		{name: "HTML with 503", fault: simulator.Maintenance(), status: 503},
		{name: "HTML with 200", fault: plain(200, isHTML, maintenance), status: 503},
		{name: "HTML with 404, a host that is gone", fault: plain(404, isHTML, "<html>URL No Longer Exists</html>"), status: 503},
		{name: "nothing with 200", fault: plain(200, isJSON, ""), status: 503},
		{name: "half a body", fault: simulator.Fault{After: true, Truncate: true}, status: 503},
		{name: "a connection that is cut", fault: simulator.Fault{Drop: true}, status: 503},
		{name: "a server that restarts", fault: simulator.ServerUnavailable(), status: 503},
		{name: "a crash", fault: plain(500, isJSON, `[{"message":"An unexpected error occurred.","errorCode":"UNKNOWN_EXCEPTION"}]`), status: 503},
		{name: "a spent allocation", fault: simulator.LimitExceeded(), status: 429},
		{name: "the API switched off", fault: plain(403, isJSON, `[{"message":"The REST API is not enabled for this Organization.","errorCode":"API_DISABLED_FOR_ORG"}]`), status: 503},
		{name: "a session refused again and again", fault: simulator.SessionExpired(), status: 503},
		{name: "a right that the bridge lacks", fault: plain(403, isJSON, `[{"message":"no","errorCode":"INSUFFICIENT_ACCESS"}]`), status: 503},
		{name: "HTML from the login host too", fault: plain(502, isHTML, maintenance), status: 503, login: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			test.fault.Times = 1000
			s.Simulator.FailNext(test.fault)
			if test.login { // faults are of the API alone
				s.Weather = func(w http.ResponseWriter, r *http.Request) bool {
					if api(r) {
						return false
					}
					w.Header().Set("Content-Type", isHTML)
					w.WriteHeader(http.StatusBadGateway)
					_, _ = io.WriteString(w, maintenance)
					return true
				}
			}
			unavailable(t, s.ask(t, "GET", "/Users?filter=userName+eq+%22admin%40acme.example%22", nil), test.status)
			unavailable(t, s.ask(t, "POST", "/Users", person("ada@acme.example", nil)), test.status)
			unavailable(t, s.ask(t, "GET", "/Groups", nil), test.status)
			unavailable(t, s.ask(t, "PATCH", "/Users/005000000000001AAA", operations(map[string]any{"op": "replace", "path": "active", "value": false})), test.status)
			s.want(t, 200, "GET", "/ServiceProviderConfig", nil)
		})
	}
}

func TestAnExpiredSessionIsRenewedUnseen(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	s.Simulator.ExpireSessions()
	s.want(t, 200, "PATCH", "/Users/"+id, operations(map[string]any{"op": "replace", "path": "title", "value": "Engineer"}))
}

func TestALostGrantTellsTheAdministratorToReconnectAndMakesNoStorm(t *testing.T) {
	s := newStack(t)
	s.made(t, "ada@acme.example", nil)
	s.Simulator.RevokeAll()
	var logins atomic.Int32
	s.Weather = func(_ http.ResponseWriter, r *http.Request) bool {
		if !api(r) {
			logins.Add(1)
		}
		return false
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			detail := unavailable(t, s.ask(t, "GET", "/Users", nil), 503)
			if !strings.Contains(detail, "reconnect") {
				t.Errorf("the detail is %q", detail)
			}
		})
	}
	wg.Wait()
	if n := logins.Load(); n > 2 {
		t.Errorf("twenty requests asked the login host %d times", n)
	}
}

func TestNoLicenceLeftIsShownToTheAdministratorAndHoldsNobodyUp(t *testing.T) {
	s := newStack(t, func(c *org.Config) { c.LicenseSeats = map[string]int{"Salesforce": 6} })
	var w *httptest.ResponseRecorder
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		if w = s.ask(t, "POST", "/Users", person(name+"@acme.example", nil)); w.Code != 201 {
			break
		}
	}
	if w.Code != 400 || !strings.Contains(w.Body.String(), "LICENSE_LIMIT_EXCEEDED") || w.Header().Get("Retry-After") != "" {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	s.want(t, 201, "POST", "/Users", person("z@acme.example", map[string]any{"active": false}))
}

func TestADuplicateInAnotherOrgIsAConflictThatSaysSo(t *testing.T) {
	s := newStack(t)
	s.Org.HoldElsewhere("elsewhere@acme.example")
	w := s.ask(t, "POST", "/Users", person("elsewhere@acme.example", nil))
	if w.Code != 409 || !strings.Contains(w.Body.String(), `"uniqueness"`) || !strings.Contains(w.Body.String(), "other") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestASlowSalesforceIsAnsweredWith503WhenTheTimeIsUp(t *testing.T) {
	s := newStack(t)
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	s.Weather = func(_ http.ResponseWriter, r *http.Request) bool {
		if api(r) {
			<-over
		}
		return api(r)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, "GET", "/Users?filter=userName+eq+%22admin%40acme.example%22", nil)
	r.Header.Set("Authorization", "Bearer "+scimtest.Token)
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, r)
	unavailable(t, w, 503)
}

func TestAValueThatIsTooLongIsRefusedBeforeAnythingIsSent(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	long := strings.Repeat("x", 81)
	for name, refused := range map[string]map[string]any{
		"POST /Users":        person("bob@acme.example", map[string]any{"title": long}),
		"PUT /Users/" + id:   person("ada@acme.example", map[string]any{"title": long}),
		"PATCH /Users/" + id: operations(map[string]any{"op": "replace", "path": "title", "value": long}),
		"PATCH /Users/" + id + "?attributes=id": operations(
			map[string]any{"op": "replace", "path": "nickName", "value": "fine"},
			map[string]any{"op": "add", "value": map[string]any{"title": long}}),
	} {
		method, path, _ := strings.Cut(name, " ")
		answer := s.want(t, 400, method, path, refused)
		if detail := fmt.Sprint(answer["detail"]); answer["scimType"] != "invalidValue" || !strings.Contains(detail, "title") || !strings.Contains(detail, "Title") || !strings.Contains(detail, "80") {
			t.Errorf("%s: the answer is %v; it does not name attribute, field and limit", name, answer)
		}
		for _, call := range s.Audit.Last().Calls {
			for _, part := range append(call.Parts, call.Method+" "+call.Resource) {
				if strings.Contains(part, "/sobjects") && !strings.HasPrefix(part, "GET ") {
					t.Errorf("%s: Salesforce was sent %s", name, part)
				}
			}
		}
		if calls := len(s.Audit.Last().Calls); method == "POST" && calls > 0 {
			t.Errorf("%s cost %d calls", name, calls)
		}
	}
	if got := s.want(t, 200, "GET", "/Users/"+id+"?attributes=nickName,title", nil); got["nickName"] != "ada" || got["title"] != nil {
		t.Errorf("the user is %v now", got)
	}
}
