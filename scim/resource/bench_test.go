package resource

import "testing"

func BenchmarkCanonical(b *testing.B) {
	typ := userType()
	body := map[string]any{
		"userName": "test.user@okta.local", "displayName": "Test User", "locale": "en-US", "externalId": "00u", "active": true,
		"name":   map[string]any{"givenName": "Test", "familyName": "User"},
		"emails": []any{map[string]any{"primary": true, "value": "test.user@okta.local", "type": "work"}},
		"groups": []any{}, "password": "p",
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := typ.Canonical(body); err != nil {
			b.Fatal(err)
		}
	}
}
