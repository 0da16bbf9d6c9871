package simulator

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAWriteWaitsForAnotherOnTheSameRecordAndThenFails lets one call hold a
// record for ten seconds while others come.
func TestAWriteWaitsForAnotherOnTheSameRecordAndThenFails(t *testing.T) {
	const busy = "unable to obtain exclusive access to this record or 1 records: "
	tests := []struct {
		name, method, path, body string
		says                     string // of the second writer; {b} is a user whom nobody holds
		after                    time.Duration
	}{
		{"one record", "PATCH", "/sobjects/User/{a}", `{"Title":"2"}`, `400 [{"message":"` + busy + `{a}","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]`, 3 * time.Second},
		{"another record", "PATCH", "/sobjects/User/{b}", `{"Title":"2"}`, `204 `, 10 * time.Second},
		{"by its key", "PATCH", "/sobjects/User/Username/" + testAdmin, `{"Title":"2"}`, `400 [{"message":"` + busy, 3 * time.Second},
		{"reading", "GET", "/sobjects/User/{a}?fields=Id", "", `200 {`, 0},
		{
			"a collection, whose other records are written", "PATCH", "/composite/sobjects",
			`{"records":[{"attributes":{"type":"User"},"id":"{a}","Title":"2"},{"attributes":{"type":"User"},"id":"{b}","Title":"2"}]}`,
			`200 [{"id":"{a}","success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"` + busy + `{a}","fields":[]}]},{"id":"{b}","success":true,"errors":[]}]`, 13 * time.Second,
		},
		{
			"a collection as a whole", "PATCH", "/composite/sobjects",
			`{"allOrNone":true,"records":[{"attributes":{"type":"User"},"id":"{a}","Title":"2"},{"attributes":{"type":"User"},"id":"{b}","Title":"2"}]}`,
			`200 [{"id":"{a}","success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"` + busy + `{a}","fields":[]}]},{"id":"{b}","success":false,"errors":[{"statusCode":"ALL_OR_NONE_OPERATION_ROLLED_BACK"`, 3 * time.Second,
		},
		{
			"a composite as a whole", "POST", "/composite",
			`{"allOrNone":true,"compositeRequest":[{"method":"PATCH","url":"/services/data/v66.0/sobjects/User/{b}","referenceId":"b","body":{"Title":"2"}},{"method":"PATCH","url":"/services/data/v66.0/sobjects/User/{a}","referenceId":"a","body":{"Title":"2"}}]}`,
			`200 {"compositeResponse":[{"body":[{"message":"` + busy + `{a}","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}],"httpHeaders":{},"httpStatusCode":400,"referenceId":"b"},{"body":[{"errorCode":"PROCESSING_HALTED"`, 3 * time.Second,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, call := inBubble(t, func(c *Config) { c.LatencyPerRecord, c.LockPatience = 10*time.Second, 3*time.Second })
				a := s.cfg.Org.AdminID()
				b := another(t, s)
				fill := strings.NewReplacer("{a}", a, "{b}", b)
				first := make(chan *httptest.ResponseRecorder)
				go func() { first <- call(t.Context(), "PATCH", "/sobjects/User/"+a, `{"Title":"1"}`) }()
				synctest.Wait() // the first has the record
				begin := time.Now()
				w := call(t.Context(), test.method, fill.Replace(test.path), fill.Replace(test.body))
				took := time.Since(begin)
				if got := statusAnd(reply{status: w.Code, body: w.Body.String()}); !strings.HasPrefix(got, fill.Replace(test.says)) {
					t.Errorf("got  %s\nwant %s", got, fill.Replace(test.says))
				}
				if took != test.after {
					t.Errorf("answered after %s, want %s", took, test.after)
				}
				if w := <-first; w.Code != 204 {
					t.Errorf("the first: %d %s", w.Code, w.Body)
				}
				if w := call(t.Context(), "PATCH", "/sobjects/User/"+a, `{"Title":"3"}`); w.Code != 204 {
					t.Errorf("afterwards: %d %s", w.Code, w.Body)
				}
			})
		})
	}
}

// another is the id of a user besides the administrator.
func another(t *testing.T, s *Simulator) (id string) {
	t.Helper()
	token, err := s.AccessToken(testAdmin)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/services/data/v66.0/query?q=SELECT+Id+FROM+User+WHERE+UserType+%3D+%27Standard%27+AND+Username+!%3D+%27"+testAdmin+"%27+LIMIT+1", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	_, rest, found := strings.Cut(w.Body.String(), `"Id":"`)
	if !found {
		t.Fatal(w.Body)
	}
	return rest[:18]
}

// TestGroupMembersAreWrittenOneAfterTheOther shows the lock that all changes of
// membership take.
func TestGroupMembersAreWrittenOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, call := inBubble(t, func(c *Config) { c.LatencyPerRecord, c.LockPatience = 2*time.Second, 3*time.Second })
		begin := time.Now()
		done := make(chan string)
		for range 3 {
			go func() {
				w := call(t.Context(), "POST", "/sobjects/Group", `{"Name":"G"}`)
				done <- time.Since(begin).String() + " " + statusAnd(reply{status: w.Code, body: w.Body.String()})
			}()
		}
		for _, want := range []string{"2s 201 ", "3s 400 [{\"message\":\"group membership operation already in progress\",\"errorCode\":\"UNKNOWN_EXCEPTION\"", "4s 201 "} {
			if got := <-done; !strings.HasPrefix(got, want) {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
}
