package simulator

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// BenchmarkCalls measures the simulator alone, without a connection: what it
// adds to a benchmark of its clients.
func BenchmarkCalls(b *testing.B) {
	o, err := org.New(org.Config{Users: 1000, AdminUsername: testAdmin})
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Config{Org: o, App: App{ConsumerKey: testKey, ConsumerSecret: testSecret}})
	if err != nil {
		b.Fatal(err)
	}
	token, err := s.AccessToken(testAdmin)
	if err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct{ name, method, path, body string }{
		{"query", "GET", "/query?q=SELECT+Id,Username,Profile.Name+FROM+User+WHERE+Username+%3D+%27admin@acme.example%27", ""},
		{"get", "GET", "/sobjects/User/" + o.AdminID() + "?fields=Username", ""},
		{"update", "PATCH", "/sobjects/User/" + o.AdminID(), `{"Title":"Title %d"}`},
		{"create", "POST", "/sobjects/Group", `{"Name":"Group %d","DeveloperName":"Group_%[1]d"}`},
		{"describe", "GET", "/sobjects/User/describe", ""},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				body := bench.body
				if body != "" {
					body = fmt.Sprintf(body, n)
				}
				r := httptest.NewRequestWithContext(b.Context(), bench.method, "/services/data/v66.0"+bench.path, strings.NewReader(body))
				r.Header.Set("Authorization", "Bearer "+token)
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r)
				if w.Code >= 300 {
					b.Fatal(w.Code, w.Body.String())
				}
			}
		})
	}
}
