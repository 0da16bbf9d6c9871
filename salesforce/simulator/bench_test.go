package simulator

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// BenchmarkCalls measures the simulator alone, without a connection: what it
// adds to a benchmark of its clients.
func BenchmarkCalls(b *testing.B) {
	o, s, token := benchOrg(b)
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
				w := benchCall(b, s, token, bench.method, bench.path, body)
				if w.Code >= 300 {
					b.Fatal(w.Code, w.Body.String())
				}
			}
		})
	}
}

// BenchmarkSmallCalls is many clients at once: reads by id, queries for one
// user, and updates, one after the other. Its figure is calls a second.
func BenchmarkSmallCalls(b *testing.B) {
	o, s, token := benchOrg(b)
	var turn atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := turn.Add(1)
			method, path, body := "GET", "/sobjects/User/"+o.AdminID()+"?fields=Username,Email", ""
			switch n % 3 {
			case 1:
				path = "/query?q=SELECT+Id,Username,Profile.Name+FROM+User+WHERE+Username+%3D+%27admin@acme.example%27"
			case 2:
				method, path, body = "PATCH", "/sobjects/User/"+o.AdminID(), fmt.Sprintf(`{"Title":"Title %d"}`, n)
			}
			if w := benchCall(b, s, token, method, path, body); w.Code >= 300 {
				b.Error(w.Code, w.Body.String())
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkCollectionInsert makes 200 users in one call.
func BenchmarkCollectionInsert(b *testing.B) {
	o, s, token := benchOrg(b)
	var profile string
	_ = o.View(func(v *org.View) error { // fn never fails
		profiles, _ := v.Object("Profile")
		for r := range v.Scan(profiles, org.Bound{}) {
			if r.Get("Name") == "Standard User" {
				profile = r.ID()
			}
		}
		return nil
	})
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		b.StopTimer()
		records := make([]string, 200)
		for i := range records {
			n++
			records[i] = fmt.Sprintf(`{"attributes":{"type":"User"},"Username":"u%[1]d@acme.example","LastName":"U%[1]d","Email":"u%[1]d@acme.example",`+
				`"Alias":"u%[1]d","ProfileId":"%[2]s","TimeZoneSidKey":"Europe/Berlin","LocaleSidKey":"en_US","EmailEncodingKey":"UTF-8","LanguageLocaleKey":"en_US","Title":"T"}`, n, profile)
		}
		body := `{"allOrNone":false,"records":[` + strings.Join(records, ",") + `]}`
		b.StartTimer()
		if w := benchCall(b, s, token, "POST", "/composite/sobjects", body); strings.Contains(w.Body.String(), `"success":false`) {
			b.Fatal(w.Body.String())
		}
	}
}

func benchOrg(b *testing.B) (*org.Org, *Simulator, string) {
	b.Helper()
	o, err := org.New(org.Config{Users: 1000, AdminUsername: testAdmin, LicenseSeats: map[string]int{"Salesforce": 100_000_000}})
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Config{Org: o, App: App{ConsumerKey: testKey, ConsumerSecret: testSecret}, APIHardCap: -1})
	if err != nil {
		b.Fatal(err)
	}
	token, err := s.AccessToken(testAdmin)
	if err != nil {
		b.Fatal(err)
	}
	return o, s, token
}

func benchCall(b *testing.B, s *Simulator, token, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(b.Context(), method, "/services/data/v66.0"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}
