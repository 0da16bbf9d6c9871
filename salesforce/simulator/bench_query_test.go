package simulator

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// BenchmarkPageOf2000FullUsers measures a whole page of /query with all fields
// of User, without a connection.
func BenchmarkPageOf2000FullUsers(b *testing.B) {
	o, err := org.New(org.Config{Users: 5000, AdminUsername: testAdmin})
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
	users, _ := o.Object("User")
	var fields []string
	for i := range users.Fields {
		fields = append(fields, users.Fields[i].Name)
	}
	path := "/services/data/v66.0/query?q=" + url.QueryEscape(fmt.Sprintf("SELECT %s FROM User", strings.Join(fields, ", ")))
	b.ReportAllocs()
	var body bytes.Buffer
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), "GET", path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		body.Reset()
		w := httptest.NewRecorder()
		w.Body = &body
		s.ServeHTTP(w, r)
		if w.Code >= 300 {
			b.Fatal(w.Code, body.String())
		}
		b.SetBytes(int64(body.Len()))
	}
}
