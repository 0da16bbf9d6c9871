package forgive

import (
	"fmt"
	"net/http"
	"testing"
)

func BenchmarkBody(b *testing.B) {
	user := map[string]any{
		"schemas": []any{userType().Core.ID}, "userName": "test.user@okta.local", "displayName": "Test User", "active": true,
		"name":   map[string]any{"givenName": "Test", "familyName": "User"},
		"emails": []any{map[string]any{"primary": true, "value": "test.user@okta.local", "type": "work"}},
	}
	var members []any
	for i := range 10_000 {
		members = append(members, map[string]any{"value": fmt.Sprint(i), "$ref": nil})
	}
	group := map[string]any{"schemas": []any{groupType().Core.ID}, "displayName": "g", "members": members}
	userType, groupType := userType(), groupType()
	b.Run("a user", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Body(userType, http.MethodPost, user)
		}
	})
	b.Run("a group of 10000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Body(groupType, http.MethodPut, group)
		}
	})
}
