package scim

import (
	"fmt"
	"maps"
	"testing"
)

// fullUser is a user with a value in every attribute that people fill.
func fullUser(n int) map[string]any {
	u := maps.Clone(newFake().users[0])
	u["id"] = fmt.Sprintf("0055g00000%05dAAV", n)
	for _, name := range []string{"externalId", "displayName", "nickName", "title", "userType", "locale", "preferredLanguage", "timezone", "profileUrl"} {
		u[name] = name + " of somebody"
	}
	for _, name := range []string{"phoneNumbers", "addresses", "entitlements", "roles"} {
		u[name] = []any{
			map[string]any{"value": "first", "type": "work", "display": "First", "primary": true},
			map[string]any{"value": "second", "type": "other", "display": "Second"},
		}
	}
	u["meta"] = map[string]any{"resourceType": "User", "created": "2026-01-01T00:00:00.000Z", "lastModified": "2026-01-02T00:00:00.000Z", "version": `W/"x"`}
	return u
}

// A page of 100 full users, from what the directory gives to bytes.
func BenchmarkPageOf100(b *testing.B) {
	d := newFake()
	d.users = nil
	for n := range 100 {
		d.users = append(d.users, fullUser(n))
	}
	server := newServer(b, d)
	b.ReportAllocs()
	for b.Loop() {
		if w := serve(server, request("GET", "/Users?count=100", "")); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

// The bytes of the same page alone.
func BenchmarkEncodePageOf100(b *testing.B) {
	var users []map[string]any
	for n := range 100 {
		users = append(users, fullUser(n))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := encode(newList(100, 1, users)); err != nil {
			b.Fatal(err)
		}
	}
}
