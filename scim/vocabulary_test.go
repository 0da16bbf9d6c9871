package scim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// Faults of github.com/elimity-com/scim, as it answers or reads when its Server
// and its resource handlers are used; of them the bridge takes the vocabulary
// alone. Each is named here, with a request that would show it.
func TestTheBridgeHasNoneOfTheFaultsOfTheVocabularysServer(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", map[string]any{"title": "Dr.", enterpriseURN: map[string]any{"department": "Engines"}})
	group := fmt.Sprint(s.want(t, 201, "POST", "/Groups", team("Elimity", id))["id"])
	user := "/Users/" + id
	filter := func(f string) string { return "/Users?filter=" + url.QueryEscape(f) }
	has := func(path ...string) func(map[string]any) bool {
		return func(o map[string]any) bool { return at(o, path...) != nil }
	}
	total := func(n float64) func(map[string]any) bool {
		return func(o map[string]any) bool { return o["totalResults"] == n }
	}
	patch := func(path string, value any) any {
		o := map[string]any{"op": "replace", "value": value}
		if path != "" {
			o["path"] = path
		}
		return operations(o)
	}
	for _, f := range []struct {
		fault, method, path string
		body                any
		status              int
		ok                  func(map[string]any) bool
	}{
		{"a wrong method is 404", "PATCH", "/Users", patch("title", "x"), 405, nil},
		{"any method reads the configuration", "POST", "/ServiceProviderConfig", map[string]any{}, 405, nil},
		{"/ServiceProviderConfigs is not there", "GET", "/ServiceProviderConfigs", nil, 200, has("patch")},
		{"the list with a slash at its end is a user without an id", "GET", "/Users/?filter=" + url.QueryEscape(`userName eq "ada@acme.example"`), nil, 200, total(1)},
		{"what is below a user is a user", "GET", user + "/roles", nil, 404, nil},
		{"ids are unescaped twice", "GET", "/Users/a%252Fb", nil, 404, func(o map[string]any) bool { return strings.Contains(fmt.Sprint(o["detail"]), "a%2Fb") }},
		{"the root without a handler is tooMany", "GET", "/", nil, 200, has("totalResults")},
		{"a filter of schemas filters", "GET", "/Schemas?filter=id%20pr", nil, 403, nil},
		{"attributes are not heeded", "GET", user + "?attributes=title", nil, 200, func(o map[string]any) bool { return o["title"] == "Dr." && o["userName"] == nil }},
		{"no Resources are null", "GET", filter(`userName eq "nobody@acme.example"`), nil, 200, func(o map[string]any) bool {
			list, ok := o["Resources"].([]any)
			return ok && len(list) == 0
		}},
		{"itemsPerPage is what was asked for", "GET", "/Users?count=500", nil, 200, func(o map[string]any) bool {
			return o["itemsPerPage"] == float64(len(o["Resources"].([]any)))
		}},
		{"a count that is no number has no scimType", "GET", "/Users?count=abc", nil, 400, func(o map[string]any) bool { return o["scimType"] == "invalidValue" }},
		{"schemas name what is not there", "GET", "/Groups/" + group, nil, 200, func(o map[string]any) bool { return len(o["schemas"].([]any)) == 1 }},
		{"an empty list comes back as null", "PUT", "/Groups/" + group, map[string]any{"schemas": []any{groupURN}, "displayName": "Elimity", "members": []any{}}, 200, func(o map[string]any) bool {
			list, ok := o["members"].([]any)
			return ok && len(list) == 0
		}},
		{"schemas are looked at in one spelling", "POST", "/Users", map[string]any{"Schemas": []any{strings.ToLower(userURN)}, "userName": "case@acme.example", "name": map[string]any{"familyName": "x"}}, 201, nil},
		{"of a name twice the last one counts", "POST", "/Users", `{"userName":"a@acme.example","userName":"b@acme.example"}`, 400, func(o map[string]any) bool { return o["scimType"] == "invalidSyntax" }},
		{"what comes behind the body is not looked at", "POST", "/Users", `{"userName":"a@acme.example"} x`, 400, nil},
		{"an object for a list is stored as it is", "POST", "/Users", person("object@acme.example", map[string]any{"emails": map[string]any{"value": "object@acme.example"}}), 201, func(o map[string]any) bool {
			_, ok := o["emails"].([]any)
			return ok
		}},
		{"a boolean as a text is refused", "POST", "/Users", person("text@acme.example", map[string]any{"active": "True"}), 201, func(o map[string]any) bool { return o["active"] == true }},
		{"the keys of extensions are taken in one spelling", "PUT", user, person("ada@acme.example", map[string]any{strings.ToUpper(enterpriseURN): map[string]any{"department": "Looms"}}), 200, has(enterpriseURN, "department")},
		{"a flat key of an extension is dropped", "PUT", user, person("ada@acme.example", map[string]any{enterpriseURN + ":department": "Mills"}), 200, func(o map[string]any) bool { return at(o, enterpriseURN, "department") == "Mills" }},
		{"the schemas of a PATCH are exact", "PATCH", user, map[string]any{"Operations": []any{map[string]any{"op": "replace", "path": "title", "value": "x"}}}, 200, nil},
		{"a PATCH of nothing is refused", "PATCH", user, map[string]any{"schemas": []any{patchURN}, "Operations": []any{}}, 200, nil},
		{"a value without a path has no schemas or id", "PATCH", user, patch("", map[string]any{"schemas": []any{userURN}, "id": id, "title": "y"}), 200, func(o map[string]any) bool { return o["title"] == "y" }},
		{"a value without a path has no extension", "PATCH", user, patch("", map[string]any{enterpriseURN: map[string]any{"department": "Docks"}}), 200, func(o map[string]any) bool { return at(o, enterpriseURN, "department") == "Docks" }},
		{"the path of an extension is none", "PATCH", user, patch(enterpriseURN, map[string]any{"department": "Ships"}), 200, func(o map[string]any) bool { return at(o, enterpriseURN, "department") == "Ships" }},
		{"null is refused", "PATCH", user, patch("title", nil), 200, func(o map[string]any) bool { return o["title"] == nil }},
		{"what is readOnly is written", "PATCH", user, patch("groups", []any{map[string]any{"value": group}}), 400, func(o map[string]any) bool { return o["scimType"] == "mutability" }},
		{"a required attribute is removed", "PATCH", user, operations(map[string]any{"op": "remove", "path": "userName"}), 400, nil},
		{"a manager as a text is refused", "PATCH", user, patch(enterpriseURN+":manager", s.Org.AdminID()), 200, has(enterpriseURN, "manager", "value")},
		{"a filter within a path has two terms", "PATCH", user, operations(map[string]any{"op": "remove", "path": `emails[type eq "x" and (value sw "y" or value sw "z")]`}), 200, nil},
		{"Entra's form of a value filter is refused", "GET", filter(`emails[type eq "work"].value eq "ada@acme.example"`), nil, 200, total(1)},
		{"a value path has two terms", "GET", filter(`emails[type eq "work" and (value eq "ada@acme.example" or value eq "x")]`), nil, 200, total(1)},
		{"core and extension do not mix", "GET", filter(`userName eq "ada@acme.example" and ` + enterpriseURN + `:department eq "Ships"`), nil, 200, total(1)},
		{"an extension never matches", "GET", filter(enterpriseURN + `:department eq "Ships"`), nil, 200, total(1)},
		{"escapes are not read", "GET", filter(`userName eq "ad\u0061@acme.example"`), nil, 200, total(1)},
		{"a complex attribute panics", "GET", filter(`emails eq "ada@acme.example"`), nil, 200, total(1)},
		{"a boolean as a text never matches", "GET", filter(`active eq "true" and userName eq "ada@acme.example"`), nil, 200, total(1)},
		{"a raw plus in a query is a blank", "GET", "/Users?filter=userName+eq+%22no+body@acme.example%22", nil, 200, total(0)},
		{"a user is created twice", "POST", "/Users", person("ada@acme.example", nil), 409, func(o map[string]any) bool { return o["scimType"] == "uniqueness" }},
	} {
		t.Run(f.fault, func(t *testing.T) {
			answer := s.want(t, f.status, f.method, f.path, f.body)
			if f.ok != nil && !f.ok(answer) {
				t.Errorf("%s %s is answered %v", f.method, f.path, answer)
			}
			if _, isError := answer["detail"]; f.status >= 400 && (!isError || answer["status"] != fmt.Sprint(f.status)) {
				t.Errorf("the error is none of SCIM's: %v", answer)
			}
		})
	}
}

// Every scimType of RFC 7644 table 9 and of RFC 9865 section 2.1 is one that the
// bridge answers, where it belongs.
func TestEveryKindOfErrorIsAnsweredWhereItBelongs(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	user := "/Users/" + id
	big := strings.Repeat("x", 1<<19)
	for _, e := range []struct {
		name, method, path string
		body               any
		status             int
		scimType           string
	}{
		{"a filter that cannot be read", "GET", "/Users?filter=userName%20is%20x", nil, 400, "invalidFilter"},
		{"a filter that would read everybody", "GET", "/Users?filter=" + url.QueryEscape(`phoneNumbers.type eq "pager"`), nil, 400, "invalidFilter"},
		{"a userName that is taken", "POST", "/Users", person("ada@acme.example", nil), 409, "uniqueness"},
		{"what is readOnly", "PATCH", user, operations(map[string]any{"op": "replace", "path": "id", "value": "x"}), 400, "mutability"},
		{"a body that is no JSON", "POST", "/Users", `{`, 400, "invalidSyntax"},
		{"a path that is none", "PATCH", user, operations(map[string]any{"op": "replace", "path": "emails[type eq", "value": 42}), 400, "invalidPath"},
		{"a removal of nothing", "PATCH", user, operations(map[string]any{"op": "remove"}), 400, "noTarget"},
		{"a value of another type", "PATCH", user, operations(map[string]any{"op": "replace", "path": "active", "value": "perhaps"}), 400, "invalidValue"},
		{"a required value that is missing", "POST", "/Users", map[string]any{"schemas": []any{userURN}}, 400, "invalidValue"},
		{"a cursor of another's", "GET", "/Users?cursor=AAAA", nil, 400, "invalidCursor"},
		{"a count that is no number, with a cursor", "GET", "/Users?cursor=&count=x", nil, 400, "invalidCount"},
		// Bad input that has to be answered in bounded time.
		{"half a megabyte of one attribute", "POST", "/Users", person("big@acme.example", map[string]any{"title": big}), 400, "invalidValue"},
		{"a million parentheses", "POST", "/Users/.search", map[string]any{"filter": strings.Repeat("(", 1<<19)}, 400, "invalidFilter"},
		{"a name twice", "PATCH", user, `{"Operations":[],"Operations":[]}`, 400, "invalidSyntax"},
		{"no UTF-8", "POST", "/Users", "{\"userName\":\"\xff\"}", 400, "invalidSyntax"},
		{"NaN", "POST", "/Users", `{"userName":NaN}`, 400, "invalidSyntax"},
		{"deep nesting", "POST", "/Users", `{"name":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`, 400, "invalidSyntax"},
		{"an id with slashes", "GET", "/Users/..%2F..%2Fetc", nil, 404, ""},
		{"an id with a NUL", "GET", "/Users/%00", nil, 404, ""},
		{"a bulk of nothing", "POST", "/Bulk", map[string]any{"schemas": []any{bulkRequestURN}, "Operations": []any{}}, 400, "invalidValue"},
	} {
		t.Run(e.name, func(t *testing.T) {
			answer := s.want(t, e.status, e.method, e.path, e.body)
			if got, _ := answer["scimType"].(string); got != e.scimType {
				t.Errorf("scimType %q, want %q: %v", got, e.scimType, answer["detail"])
			}
			if detail := fmt.Sprint(answer["detail"]); len(detail) > 2000 || len(detail) < 10 {
				t.Errorf("the detail has %d characters", len(detail))
			}
		})
	}
	page := s.want(t, 200, "GET", "/Users?startIndex=1000000", nil)
	if list := page["Resources"].([]any); len(list) != 0 || page["totalResults"] == 0.0 {
		t.Errorf("from the millionth on there are %d of %v", len(list), page["totalResults"])
	}
}
