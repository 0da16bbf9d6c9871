package salesforce

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/simulatortest"
)

// A page as the bridge reads it: users with a parent record.
func userPage(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"totalSize":%d,"done":true,"records":[`, n)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"attributes":{"type":"User","url":"/services/data/v66.0/sobjects/User/005RM%010dYAO"},"Id":"005RM%010dYAO",`+
			`"Username":"user%d@acme.example","FirstName":"Ada","LastName":"Lovelace","Email":"user%d@acme.example","Title":null,"IsActive":true,`+
			`"ProfileId":"00eRM000001VtbnYAC","Profile":{"attributes":{"type":"Profile","url":"/services/data/v66.0/sobjects/Profile/00eRM000001VtbnYAC"},"Name":"Standard User"},`+
			`"Department":"Analytical Engines","EmployeeNumber":"%d","CreatedDate":"2024-09-05T21:57:31.000+0000","SystemModstamp":"2024-09-05T21:57:31.000+0000"}`, i, i, i, i, i)
	}
	b.WriteString("]}")
	return b.String()
}

func BenchmarkQueryDecode(b *testing.B) {
	for _, n := range []int{1, 200, 2000} {
		b.Run(fmt.Sprintf("records=%d", n), func(b *testing.B) {
			a := answer{status: 200, body: []byte(userPage(n))}
			b.SetBytes(int64(len(a.body)))
			b.ReportAllocs()
			for b.Loop() {
				var p page
				if err := a.decode(&p); err != nil || len(p.Records) != n {
					b.Fatal(err)
				}
			}
		})
	}
}

// The whole way of a small read: the client, a kept connection, the org.
func BenchmarkGet(b *testing.B) {
	s := newSite(b, func(c *simulatortest.Config) { c.InMemory = false })
	client := &http.Client{Transport: &http.Transport{}}
	b.Cleanup(client.CloseIdleConnections)
	c := s.client(b, func(config *Config) { config.HTTPClient = client })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Get(b.Context(), "User", s.Org.AdminID(), "Id", "Name"); err != nil {
			b.Fatal(err)
		}
	}
}
