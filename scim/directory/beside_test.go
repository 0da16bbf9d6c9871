package directory

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// semiJoinless is an org that refuses every query with a semi-join.
type semiJoinless struct{ next http.RoundTripper }

func (s semiJoinless) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil || !strings.HasSuffix(r.URL.Path, "/composite") {
		return s.next.RoundTrip(r)
	}
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	r.Header.Del("Accept-Encoding")
	answer, err := s.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var request struct {
		CompositeRequest []struct{ URL, ReferenceID string }
	}
	var response struct {
		CompositeResponse []map[string]any `json:"compositeResponse"`
	}
	if err := json.Unmarshal(sent, &request); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(answer.Body).Decode(&response); err != nil {
		return nil, err
	}
	for i, sub := range request.CompositeRequest {
		if statement, err := url.QueryUnescape(sub.URL); err == nil && strings.Contains(statement, " IN (SELECT ") {
			response.CompositeResponse[i]["httpStatusCode"] = http.StatusBadRequest
			response.CompositeResponse[i]["body"] = []any{map[string]any{"errorCode": "MALFORMED_QUERY", "message": "semi join sub-selects are not supported here"}}
		}
	}
	altered, err := json.Marshal(response)
	if err != nil {
		return nil, err
	}
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(altered)), int64(len(altered))
	return answer, nil
}

func TestAnOrgThatRefusesSemiJoinsCostsASecondCall(t *testing.T) {
	h := open(t, people(30))
	set := id(h.set("Field Service"))
	jane := id(h.create(user("jane@acme.example", map[string]any{"entitlements": []any{map[string]any{"value": set, "type": "Permission Set"}}})))
	h.login(jane)
	h.directly("UserLogin", h.query("SELECT Id FROM UserLogin WHERE UserId = '" + jane + "'")[0].ID(), map[string]any{"IsFrozen": true})
	wantLookup, wantList := h.find(`userName eq "jane@acme.example"`, 10), h.find("", 100)
	h.restart()
	h.warm()

	h.instead = semiJoinless{http.DefaultTransport}
	for range 2 { // the first finds out, and has read the user by then
		h.simulator.ResetCalls()
		got := h.find(`userName eq "jane@acme.example"`, 10)
		if got.Total != 1 || !sameJSON(t, got.Resources, wantLookup.Resources) {
			t.Errorf("lookup: %v, want %v", got, wantLookup)
		}
		h.wantCalls("a lookup", 2)
	}
	if got := h.find("", 100); got.Total != wantList.Total || !sameJSON(t, got.Resources, wantList.Resources) {
		t.Errorf("list of %d, want %d", got.Total, wantList.Total)
	}
}

func sameJSON(t *testing.T, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(x, y)
}
