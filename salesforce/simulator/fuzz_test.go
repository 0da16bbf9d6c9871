package simulator

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// FuzzAnyRequest sends whatever a client could to the door of the API, as the
// administrator: nothing may panic or be answered with a 5xx or broken JSON.
func FuzzAnyRequest(f *testing.F) {
	o, err := org.New(org.Config{Users: 3, Seed: 1, AdminUsername: testAdmin})
	if err != nil {
		f.Fatal(err)
	}
	for _, body := range []string{
		"", "null", " null ", "[]", `"x"`, "1", "{", "{}", `{"a" b}`, `{"records":null}`, `{"records":[null]}`, `{"records":[{"attributes":null}]}`,
		`{"records":[{"attributes":{"type":"User"},"id":"x","Username":"a@b.cc"}],"allOrNone":true}`, `{"ids":[null],"fields":[null]}`,
		`{"ids":["` + o.AdminID() + `"],"fields":["Id","Profile.Name"]}`, `{"compositeRequest":[null]}`,
		`{"compositeRequest":[{"method":"PATCH","url":"/services/data/v66.0/sobjects/User/Username/q@acme.example","referenceId":"a","body":null}]}`,
		`{"compositeRequest":[{"method":"GET","url":"/services/data/v66.0/query?q=@{a.b[0]}","referenceId":"b","body":"@{b}"}],"allOrNone":true}`,
		`{"Username":{"a":[1]},"IsActive":"maybe","Latitude":1e300,"ProfileId":5}`, `{"NewPassword":null}`,
		`{"batchRequests":[{"method":"GET","url":"v66.0/limits"},{"method":"PATCH","url":"/services/data/v66.0/sobjects/User/x","richInput":[]},null],"haltOnError":1}`,
		`{"records":[{"attributes":{"type":"Group","referenceId":"a"},"Name":"x","GroupMembers":{"records":[{"attributes":{"type":"GroupMember","referenceId":"b"}}]}}]}`,
		`{"graphs":[{"graphId":"1","compositeRequest":[{"method":"POST","url":"v66.0/sobjects/Group","referenceId":"a","body":{"Name":"x"}},{"method":"GET","url":"v66.0/sobjects/Group/@{a.id}","referenceId":"b"}]}]}`,
		`{"compositeRequest":[{"method":"POST","url":"/services/data/v66.0/composite/tree/Group","referenceId":"t","body":{"records":[]}},{"method":"POST","url":"v66.0/composite/batch","referenceId":"u","body":{"batchRequests":[{}]}}],"allOrNone":"true"}`,
		strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 20_000),
	} {
		for _, to := range []string{
			"POST /sobjects/User", "PATCH /sobjects/User/" + o.AdminID(), "PATCH /sobjects/User/Username/new@acme.example", "POST /composite",
			"POST /composite/batch", "POST /composite/tree/Group", "POST /composite/graph", "POST /composite/sobjects", "PATCH /composite/sobjects", "PATCH /composite/sobjects/User/Username", "POST /composite/sobjects/User",
			"POST /sobjects/User/" + o.AdminID() + "/password",
		} {
			method, path, _ := strings.Cut(to, " ")
			f.Add(method, path, body)
		}
	}
	for _, path := range []string{
		"/query?q=SELECT+FIELDS(ALL)+FROM+User+LIMIT+9", "/query/0r8-9223372036854775807", "/query/0r8--1", "/sobjects/%2F/x", "/sobjects/User/%00",
		"/sobjects/User/" + o.AdminID() + "?fields=,Id,,Manager.Manager.Name", "/composite/sobjects?ids=,,x", "/composite/sobjects/User?ids=&fields=", "/%zz", "/limits/recordCount?sObjects=,User", "/recent",
		"/sobjects/User/updated?start=2026-11-23T09:00:00+00:00&end=2026-11-23T10:00:00Z", "/sobjects/Group/deleted?start=&end=", "/composite", "/sobjects/User/describe",
	} {
		f.Add("GET", path, "")
		f.Add("DELETE", path, "")
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		target, err := url.Parse("/services/data/v66.0" + path)
		if err != nil || target.Path == "" {
			return
		}
		s, err := New(Config{Org: o, App: App{ConsumerKey: testKey, ConsumerSecret: testSecret}})
		if err != nil {
			t.Fatal(err)
		}
		token, err := s.AccessToken(testAdmin)
		if err != nil {
			return // the administrator has another name now
		}
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", strings.NewReader(body))
		r.Method, r.URL = method, target
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		if w.Header().Get("Content-Type") == jsonType && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s: no JSON: %s", method, path, w.Body)
		}
	})
}
