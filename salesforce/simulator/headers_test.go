package simulator

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestOnlyAnErrorSaysItsLength looks at what net/http hides from the golden
// files: recorded successes came chunked, however small.
func TestOnlyAnErrorSaysItsLength(t *testing.T) {
	const v = "/services/data/v66.0"
	f := start(t)
	for _, test := range []struct {
		method, path, body string
		status             int
		chunked            bool
	}{
		{"GET", v + "/query?q=SELECT+COUNT()+FROM+User", "", 200, true},
		{"GET", v + "/sobjects/User/describe", "", 200, true},
		{"POST", v + "/sobjects/Group", `{"Name":"Night Shift"}`, 201, true},
		{"PATCH", v + "/sobjects/User/" + f.org.AdminID(), `{"Title":"Boss"}`, 204, false},
		{"GET", v + "/sobjects/Uzer", "", 404, false},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, f.server.URL+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+f.token)
		answer, err := f.server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		chunked := slices.Contains(answer.TransferEncoding, "chunked")
		if answer.StatusCode != test.status || chunked != test.chunked || chunked && answer.ContentLength != -1 {
			t.Errorf("%s %s: %d, chunked %t, length %d", test.method, test.path, answer.StatusCode, chunked, answer.ContentLength)
		}
	}
}

// TestALongErrorIsNotCompressed holds for clients that accept gzip.
func TestALongErrorIsNotCompressed(t *testing.T) {
	r := start(t).call("GET", "/services/data/v66.0/query?q=SELECT+Bacon__c+FROM+User", "", "Accept-Encoding: gzip")
	if r.status != http.StatusBadRequest || r.header.Get("Content-Encoding") != "" || r.header.Get("Vary") != "" || len(r.body) <= gzipFrom {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
}
