package directory

import (
	"fmt"
	"sync/atomic"
	"testing"

	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
)

// report adds the Salesforce API calls an operation took.
func (h *house) report(b *testing.B) {
	b.ReportMetric(float64(h.calls())/float64(b.N), "calls/op")
}

func BenchmarkFilterLookup(b *testing.B) {
	h := open(b, people(1000))
	h.create(user("jane@acme.example"))
	e, err := filter.Parse(`userName eq "jane@acme.example"`)
	if err != nil {
		b.Fatal(err)
	}
	h.warm()
	b.ReportAllocs()
	for b.Loop() {
		p, err := h.Users(b.Context(), Query{Filter: e, StartIndex: 1, Count: 100, Want: Want{Access: true}})
		if err != nil || p.Total != 1 {
			b.Fatal(p.Total, err)
		}
	}
	h.report(b)
}

// What a filter costs until it is a statement of SOQL.
func BenchmarkFilterToSOQL(b *testing.B) {
	h := open(b)
	h.warm()
	for name, text := range map[string]string{
		"userName eq": `userName eq "jane@acme.example"`,
		"long":        `(title co "chief" or userName sw "j") and emails[type eq "work" and value ew "acme.example"] and meta.lastModified gt "2026-01-01T00:00:00Z"`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e, err := filter.Parse(text)
				if err != nil {
					b.Fatal(err)
				}
				v, err := h.translate(b.Context(), e)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := (soql.Select{Fields: []string{"Id"}, From: "User", Where: v.where}).Build(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Lookups that come together travel together.
func BenchmarkFilterLookupConcurrent(b *testing.B) {
	h := open(b, people(1000))
	h.create(user("jane@acme.example"))
	e, err := filter.Parse(`userName eq "jane@acme.example"`)
	if err != nil {
		b.Fatal(err)
	}
	h.warm()
	b.ReportAllocs()
	b.SetParallelism(25)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if p, err := h.Users(b.Context(), Query{Filter: e, StartIndex: 1, Count: 100}); err != nil || p.Total != 1 {
				b.Error(p.Total, err)
			}
		}
	})
	h.report(b)
}

func BenchmarkCreate(b *testing.B) {
	h := open(b, seats(1_000_000))
	h.warm()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		if _, err := h.CreateUser(b.Context(), user(fmt.Sprintf("bench%d@acme.example", n))); err != nil {
			b.Fatal(err)
		}
	}
	h.report(b)
}

// Creates that come together travel together: without company each costs a call.
func BenchmarkCreateConcurrent(b *testing.B) {
	h := open(b, seats(1_000_000))
	h.warm()
	b.ReportAllocs()
	b.SetParallelism(50)
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := h.CreateUser(b.Context(), user(fmt.Sprintf("bench%d@acme.example", n.Add(1)))); err != nil {
				b.Error(err)
			}
		}
	})
	h.report(b)
}

// Changes that come together travel together: without company each costs two
// calls.
func BenchmarkPatchConcurrent(b *testing.B) {
	h := open(b)
	made := make([]string, 100)
	for i := range made {
		made[i] = id(h.create(numbered(i)))
	}
	h.warm()
	b.ReportAllocs()
	b.SetParallelism(50)
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			if _, err := h.PatchUser(b.Context(), made[i%100], nil, h.operations(false, replace("title", fmt.Sprint("Engineer ", i)))); err != nil {
				b.Error(err)
			}
		}
	})
	h.report(b)
}

func BenchmarkPatch(b *testing.B) {
	h := open(b, people(1000))
	jane := id(h.create(user("jane@acme.example")))
	h.warm()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		if _, err := h.patch(jane, replace("title", fmt.Sprint("Engineer ", n))); err != nil {
			b.Fatal(err)
		}
	}
	h.report(b)
}

func BenchmarkListPage(b *testing.B) {
	h := open(b, people(5000))
	h.warm()
	b.ReportAllocs()
	start := 1
	for b.Loop() {
		p, err := h.Users(b.Context(), Query{StartIndex: start, Count: 100})
		if err != nil {
			b.Fatal(err)
		}
		if start += 100; start > p.Total {
			start = 1
		}
	}
	h.report(b)
}

// One member comes and goes in a group of 10,000. The bridge has not seen the
// group before, which is the dearest case.
func BenchmarkPatchMemberOf10000(b *testing.B) {
	h := open(b, people(10_020))
	group, _, somebody := h.crowd(10_000)
	for _, c := range []struct {
		name string
		op   map[string]any
	}{
		{"add", op("add", "members", values(somebody))},
		{"remove", op("remove", `members[value eq "`+somebody+`"]`, nil)},
	} {
		b.Run(c.name, func(b *testing.B) {
			calls := 0
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				h.restart()
				if c.name == "remove" {
					if err := h.patchGroup(group, op("add", "members", values(somebody))); err != nil {
						b.Fatal(err)
					}
					h.restart()
				}
				h.warm()
				b.StartTimer()
				if err := h.patchGroup(group, c.op); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				calls += h.calls()
				b.StartTimer()
			}
			b.ReportMetric(float64(calls)/float64(b.N), "calls/op")
		})
	}
}
