package forgive

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// cleanUser generates bodies as RFC 7643 wants them, readOnly attributes and
// nulls included.
func cleanUser() *rapid.Generator[map[string]any] {
	text := rapid.SampledFrom([]string{"", "x", "True", "false", `{"value":"1"`, "ü"})
	return rapid.Custom(func(t *rapid.T) map[string]any {
		maybe := func(in map[string]any, name string, value func() any) {
			switch rapid.IntRange(0, 3).Draw(t, name) {
			case 0, 1:
				in[name] = value()
			case 2:
				in[name] = nil
			}
		}
		word := func() any { return text.Draw(t, "text") }
		yesNo := func() any { return rapid.Bool().Draw(t, "bool") }
		several := func() any {
			list := []any{}
			for range rapid.IntRange(0, 3).Draw(t, "values") {
				e := map[string]any{}
				maybe(e, "value", word)
				maybe(e, "type", word)
				maybe(e, "display", word)
				maybe(e, "primary", yesNo)
				list = append(list, e)
			}
			return list
		}
		body := map[string]any{"schemas": []any{userType().Core.ID}, "userName": word()}
		for _, name := range []string{"title", "externalId", "id", "displayName", "password"} {
			maybe(body, name, word)
		}
		for _, name := range []string{"emails", "roles", "entitlements", "groups"} {
			maybe(body, name, several)
		}
		maybe(body, "active", yesNo)
		maybe(body, "shoeSize", word)
		maybe(body, "name", func() any { return map[string]any{"givenName": word()} })
		maybe(body, "meta", func() any { return map[string]any{"resourceType": "User", "created": "2020-05-01T10:00:00Z"} })
		maybe(body, enterpriseURN, func() any {
			extension := map[string]any{"department": word()}
			maybe(extension, "manager", func() any { return map[string]any{"value": "005", "$ref": "../Users/005"} })
			return extension
		})
		return body
	})
}

// cleanPatch generates PATCH bodies as RFC 7644 wants them.
func cleanPatch() *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		list := []any{}
		for range rapid.IntRange(0, 4).Draw(t, "operations") {
			list = append(list, rapid.SampledFrom([]any{
				map[string]any{"op": "add", "path": "title", "value": "True"},
				map[string]any{"op": "replace", "path": "active", "value": false},
				map[string]any{"op": "replace", "path": "nickName", "value": ""},
				map[string]any{"op": "add", "path": "emails", "value": []any{map[string]any{"value": "x", "primary": true}}},
				map[string]any{"op": "replace", "path": `emails[type eq "work"].value`, "value": "x"},
				map[string]any{"op": "replace", "path": `emails[type eq "work"]`, "value": map[string]any{"value": "x"}},
				map[string]any{"op": "remove", "path": "roles", "value": []any{map[string]any{"value": "x"}}},
				map[string]any{"op": "remove", "path": "emails"},
				map[string]any{"op": "replace", "value": map[string]any{"active": true, "title": nil, enterpriseURN: map[string]any{"department": "d", "manager": map[string]any{"value": "5"}}}},
				map[string]any{"op": "add", "path": enterpriseURN + ":manager", "value": map[string]any{"value": "5"}},
				map[string]any{"op": "add", "path": enterpriseURN, "value": map[string]any{"manager": map[string]any{"value": "5"}}},
			}).Draw(t, "operation"))
		}
		return map[string]any{"schemas": []any{patchURN}, "Operations": list}
	})
}

func TestACleanBodyPassesAsItIs(t *testing.T) {
	typ := userType()
	check := func(t *rapid.T, method string, body map[string]any) {
		before, _ := json.Marshal(body)
		got, rules := repaired(typ, method, body)
		after, _ := json.Marshal(got)
		if string(before) != string(after) || rules != nil {
			t.Fatalf("%v\n%s\n%s", rules, before, after)
		}
	}
	t.Run("POST and PUT", rapid.MakeCheck(func(t *rapid.T) {
		check(t, rapid.SampledFrom([]string{http.MethodPost, http.MethodPut}).Draw(t, "method"), cleanUser().Draw(t, "body"))
	}))
	t.Run("PATCH", rapid.MakeCheck(func(t *rapid.T) {
		check(t, http.MethodPatch, cleanPatch().Draw(t, "body"))
	}))
}

// anything generates bodies in the vocabulary of the rules, sense or none.
func anything(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := []string{"null", "bool", "string"}
		if depth > 0 {
			kinds = append(kinds, "array", "object", "object")
		}
		switch rapid.SampledFrom(kinds).Draw(t, "kind") {
		case "bool":
			return rapid.Bool().Draw(t, "bool")
		case "string":
			return rapid.SampledFrom([]string{"", "x", "True", "Add", "replace", "members", "active", "emails[type eq \"work\"]", `{"value":"25","displayName":"R"}`, userType().Core.ID, "urn:scim:schemas:core:2.0", adscimPrefix + "2.0/User", enterpriseURN}).Draw(t, "string")
		case "array":
			return rapid.SliceOfN(anything(depth-1), 0, 3).Draw(t, "array")
		case "object":
			key := rapid.SampledFrom([]string{
				"schemas", "Schemas", "Operations", "operations", "op", "Op", "path", "PATH", "value", "VALUE", "active", "Active", "emails", "EMAILS", "roles", "name", "manager", "Manager", "displayName", "display", "$ref", "primary", "Primary", "type", "department", "x",
				userType().Core.ID, "URN:ietf:params:scim:schemas:core:2.0:user", "urn:scim:schemas:core:1.0", enterpriseURN, "urn:ietf:params:scim:schemas:extension:enterprise:2.0User", "urn:scim:schemas:extension:enterprise:1.0", enterpriseURN + ":department", enterpriseURN + ":manager.value",
			})
			return rapid.MapOfN(key, anything(depth-1), 0, 5).Draw(t, "object")
		}
		return nil
	})
}

func TestForgivingTwiceIsForgivingOnce(t *testing.T) {
	typ := userType()
	rapid.Check(t, func(t *rapid.T) {
		body, ok := anything(5).Draw(t, "body").(map[string]any)
		if !ok {
			return
		}
		method := rapid.SampledFrom([]string{http.MethodPost, http.MethodPatch}).Draw(t, "method")
		once, _ := repaired(typ, method, body)
		twice, rules := repaired(typ, method, once)
		if diff := cmp.Diff(once, twice); diff != "" || rules != nil {
			t.Fatalf("%v %s", rules, diff)
		}
	})
}

func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"schemas":["urn:scim:schemas:core:2.0"],"active":"True","emails":"x"}`,
		`{"operations":[{"Op":"Add","path":"members","value":{"members":["x"]}}]}`,
		`{"Operations":[{"op":"replace","path":"roles","value":[{"value":"{\"value\":\"25\"}","$ref":null}]}]}`,
	} {
		f.Add(seed)
	}
	user, group := userType(), groupType()
	f.Fuzz(func(t *testing.T, text string) {
		var body map[string]any
		if json.Unmarshal([]byte(text), &body) != nil {
			return
		}
		for _, method := range []string{http.MethodPost, http.MethodPatch} {
			repaired(user, method, body)
			Body(group, method, body)
		}
	})
}
