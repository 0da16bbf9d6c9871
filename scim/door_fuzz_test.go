package scim

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Whatever is asked, the answer is SCIM's, and never a failure of the bridge.
func FuzzDoor(f *testing.F) {
	for _, seed := range [][4]string{
		{"GET", "/Users", "filter=userName eq \"a\"&count=1", ""},
		{"GET", "/", "cursor=&count=2&sortBy=userName", ""},
		{"POST", "/Users", "", `{"schemas":["` + userURN + `"],"userName":"a@b.example","name":{"familyName":"b"}}`},
		{"PATCH", "/Users/" + userID, "attributes=emails.value", `{"Operations":[{"op":"Add","path":"emails[type eq \"work\"].value","value":"x"}]}`},
		{"PUT", "/Groups/" + groupID, "", `{"displayName":"x","members":[{"value":"` + userID + `"}]}`},
		{"DELETE", "/Users/a%2Fb", "", ""},
		{"POST", "/Bulk", "", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"DELETE","path":"/Users/x"}]}`},
		{"POST", "/.search", "", `{"filter":"meta.resourceType eq \"User\"","startIndex":1000000}`},
		{"OPTIONS", "/Me/", "%zz", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		if method == "" || strings.ContainsFunc(method, func(c rune) bool { return c < 'A' || c > 'Z' }) {
			return // net/http refuses it
		}
		r.Method, r.URL = method, &url.URL{Path: "/" + strings.TrimPrefix(path, "/"), RawQuery: query}
		r.Header.Set("Authorization", "Bearer secret")
		r.Header.Set("If-Match", query)
		w := serve(newServer(t, newFake()), r)
		if w.Code >= 500 && w.Code != http.StatusNotImplemented {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if w.Body.Len() == 0 {
			if w.Code == http.StatusNoContent || w.Code == http.StatusNotModified || method == http.MethodHead || method == http.MethodOptions {
				return
			}
			t.Fatalf("status %d without a body", w.Code)
		}
		var answer struct{ Schemas []string }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Schemas) == 0 || w.Header().Get("Content-Type") != mediaType {
			t.Fatalf("status %d, %s: %v %s", w.Code, w.Header().Get("Content-Type"), err, w.Body)
		}
	})
}
