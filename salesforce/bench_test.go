package salesforce

import (
	"fmt"
	"strings"
	"testing"
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

func BenchmarkGet(b *testing.B) {
	r := &registry{t: b}
	c := newTestClient(b, r)
	b.ReportAllocs()
	for b.Loop() {
		r.stubs, r.seen = []*stub{{method: "GET", path: "/services/data/v66.0" + userPath, answer: answered(200, `{"Id":"x"}`)}}, nil
		if _, err := c.Get(b.Context(), "User", ada, "Id", "Name"); err != nil {
			b.Fatal(err)
		}
	}
}
