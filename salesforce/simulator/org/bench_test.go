package org

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// people is how many a large org has.
const people = 1_000_000

func BenchmarkSeed10000(b *testing.B) {
	for b.Loop() {
		newOrg(b, Config{Users: 10_000})
	}
}

// BenchmarkSeed1000000 makes an org of a million people: how long one takes,
// and how much he weighs once all is made.
func BenchmarkSeed1000000(b *testing.B) {
	for b.Loop() {
		before := heap()
		o := newOrg(b, Config{Users: people})
		b.ReportMetric(float64(heap()-before)/people, "bytes/person")
		runtime.KeepAlive(o)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/people, "ns/person")
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// sizes runs a benchmark in a small org and in a large one.
func sizes(b *testing.B, bench func(b *testing.B, o *Org)) {
	for _, n := range []int{1000, people} {
		o := newOrg(b, Config{Users: n, LicenseSeats: map[string]int{"SFDC": 1 << 30}})
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			bench(b, o)
		})
	}
}

func BenchmarkInsertUser(b *testing.B) {
	i := 0 // names are new in every run
	sizes(b, func(b *testing.B, o *Org) {
		body := newUser(b, o, nil)
		for b.Loop() {
			i++
			body["Username"] = fmt.Sprintf("mona.lisa.%d@acme.example", i)
			o.mustInsert(b, "User", body)
		}
	})
}

// BenchmarkMoveUser moves people between profiles, whose lists of users and of
// assignments are the longest there are.
func BenchmarkMoveUser(b *testing.B) {
	sizes(b, func(b *testing.B, o *Org) {
		profiles := []string{o.idOf(b, "Profile", "Name", "Read Only"), o.idOf(b, "Profile", "Name", "Standard User")}
		users, i := o.s.users(), 0
		for b.Loop() {
			i++
			id := Record{users, users.slots[100+i*7919%(len(users.slots)-100)]}.ID()
			o.mustUpdate(b, "User", id, map[string]any{"ProfileId": profiles[i%2]})
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	sizes(b, func(b *testing.B, o *Org) {
		users, _ := o.Object("User")
		field, _ := users.FieldIndex("Username")
		names := make([]string, 0, 1000)
		for i := range cap(names) {
			r := Record{users.table, users.table.slots[i*7919%len(users.table.slots)]}
			names = append(names, r.text("Username"))
		}
		i, found := 0, 0
		for b.Loop() {
			i++
			_ = o.View(func(v *View) error {
				for range v.Lookup(users, field, names[i%len(names)], Bound{}) {
					found++
				}
				return nil
			})
		}
		if found != i {
			b.Fatalf("%d found of %d", found, i)
		}
	})
}

// BenchmarkPage reads every field of 2,000 users from the middle of the org.
func BenchmarkPage(b *testing.B) {
	sizes(b, func(b *testing.B, o *Org) {
		users, _ := o.Object("User")
		after := Record{users.table, users.table.slots[len(users.table.slots)/2]}.ID()
		var some any
		for b.Loop() {
			_ = o.View(func(v *View) error {
				n := 0
				for r := range v.Scan(users, Bound{ID: after}) {
					for i := range users.Fields {
						if users.Fields[i].derive == nil {
							some = r.Value(i)
						}
					}
					if n++; n == 2000 {
						break
					}
				}
				return nil
			})
		}
		runtime.KeepAlive(some)
	})
}

func BenchmarkUpdated(b *testing.B) {
	sizes(b, func(b *testing.B, o *Org) {
		users, _ := o.Object("User")
		for b.Loop() {
			_ = o.View(func(v *View) error {
				v.Updated(users, noon.Add(-time.Hour), noon)
				return nil
			})
		}
	})
}

// BenchmarkDump writes an org out and reads it in again.
func BenchmarkDump(b *testing.B) {
	sizes(b, func(b *testing.B, o *Org) {
		var out bytes.Buffer
		b.Run("dump", func(b *testing.B) {
			for b.Loop() {
				out.Reset()
				if err := o.Dump(&out); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(out.Len()))
		})
		b.Run("load", func(b *testing.B) {
			b.SetBytes(int64(out.Len()))
			for b.Loop() {
				if err := o.Load(bytes.NewReader(out.Bytes())); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
