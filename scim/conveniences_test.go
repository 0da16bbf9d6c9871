package scim_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"scimforce/scim/mapping"
)

// own is a body's part for the Salesforce extension: name, value and so on.
func own(pairs ...any) map[string]any {
	attributes := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		attributes[pairs[i].(string)] = pairs[i+1]
	}
	return map[string]any{mapping.SalesforceURN: attributes}
}

// shows is an attribute of the Salesforce extension in an answer.
func shows(r map[string]any, name string) any {
	extension, _ := r[mapping.SalesforceURN].(map[string]any)
	return extension[name]
}

// replaces is a PATCH of one attribute of the Salesforce extension; nil removes.
func replaces(name string, value any) map[string]any {
	o := map[string]any{"op": "replace", "path": mapping.SalesforceURN + ":" + name, "value": value}
	if value == nil {
		o["op"] = "remove"
	}
	return operations(o)
}

// refused asks for what cannot be and returns why.
func (s *stack) refused(t *testing.T, scimType, method, path string, body any) string {
	t.Helper()
	answer := s.want(t, 400, method, path, body)
	if answer["scimType"] != scimType {
		t.Errorf("%s %s: scimType %v, want %s: %v", method, path, answer["scimType"], scimType, answer["detail"])
	}
	return fmt.Sprint(answer["detail"])
}

func (s *stack) record(t *testing.T, id string) map[string]any {
	t.Helper()
	row, ok := s.Org.Find("User", id)
	if !ok {
		t.Fatalf("there is no user %s", id)
	}
	return row
}

func TestAnIdPThatSendsNoListsSaysProfileAndRoleByName(t *testing.T) {
	s := newStack(t)
	ids := s.samples(t)
	idOf := func(attribute string, n int) any {
		return ids[attribute][n].([]any)[0].(map[string]any)["value"]
	}
	readOnly, standard := idOf("entitlements", 0), idOf("entitlements", 1)
	ceo, cfo := idOf("roles", 0), idOf("roles", 1)
	ada := s.made(t, "ada@acme.example", own("profile", "read only", "role", "CFO"))
	path := "/Users/" + ada

	r := s.want(t, 200, "GET", path, nil)
	if shows(r, "profile") != "read only" || shows(r, "role") != "CFO" {
		t.Errorf("reads %v and %v, want them as sent", shows(r, "profile"), shows(r, "role"))
	}
	if row := s.record(t, ada); row["ProfileId"] != readOnly || row["UserRoleId"] != cfo {
		t.Errorf("the org has profile %v and role %v, want %v and %v", row["ProfileId"], row["UserRoleId"], readOnly, cfo)
	}
	if role := r["roles"].([]any)[0].(map[string]any); role["value"] != cfo || role["display"] != "CFO" {
		t.Errorf("roles is %v", r["roles"])
	}
	for _, filter := range []string{`profile eq "read only"`, `role eq "cfo"`} {
		found := s.want(t, 200, "GET", "/Users?filter="+url.QueryEscape(mapping.SalesforceURN+":"+filter), nil)["Resources"].([]any)
		if !slices.ContainsFunc(found, func(r any) bool { return r.(map[string]any)["id"] == ada }) {
			t.Errorf("%s does not find her", filter)
		}
	}

	for _, step := range []struct {
		name          string
		method        string
		body          any
		profile, role any
	}{
		{"another role by its name", "PATCH", replaces("role", "CEO"), readOnly, ceo},
		{"the list moves her as well", "PATCH", operations(map[string]any{"op": "replace", "path": "roles", "value": []any{map[string]any{"value": "CFO"}}}), readOnly, cfo},
		{"a role by its id", "PATCH", replaces("role", ceo), readOnly, ceo},
		{"no role", "PATCH", replaces("role", nil), readOnly, nil},
		{"a profile that is taken away stays", "PATCH", replaces("profile", nil), readOnly, nil},
		{"another profile", "PATCH", replaces("profile", "Standard User"), standard, nil},
		{"names in a PUT without lists", "PUT", person("ada@acme.example", own("profile", "Read Only", "role", "CEO")), readOnly, ceo},
		{"a role that a PUT leaves out after it was sent goes", "PUT", person("ada@acme.example", own("profile", "Read Only")), readOnly, nil},
		{"a PUT that says it by the list alone", "PUT", person("ada@acme.example", map[string]any{"roles": []any{map[string]any{"value": "CFO"}}}), readOnly, cfo},
		{"a PUT that says both alike", "PUT", person("ada@acme.example", map[string]any{
			"roles": []any{map[string]any{"value": ceo}}, mapping.SalesforceURN: map[string]any{"role": "CEO"},
		}), readOnly, ceo},
	} {
		answer := s.want(t, 200, step.method, path, step.body)
		if row := s.record(t, ada); row["ProfileId"] != step.profile || row["UserRoleId"] != step.role {
			t.Errorf("%s: profile %v and role %v, want %v and %v", step.name, row["ProfileId"], row["UserRoleId"], step.profile, step.role)
		}
		if hasRole := shows(answer, "role") != nil; hasRole != (step.role != nil) || (answer["roles"] != nil) != hasRole {
			t.Errorf("%s: answered with role %v and roles %v", step.name, shows(answer, "role"), answer["roles"])
		}
	}

	for name, refused := range map[string]struct {
		more map[string]any
		says string
	}{
		"a profile that the org does not have": {own("profile", "Nobody's"), `no profile "Nobody's"`},
		"a role that the org does not have":    {own("role", "Jester"), `no role "Jester"`},
		"two roles":                            {map[string]any{"roles": []any{map[string]any{"value": "CEO"}}, mapping.SalesforceURN: map[string]any{"role": "CFO"}}, "not the same"},
		"two profiles": {map[string]any{
			"entitlements": []any{map[string]any{"value": "Standard User", "type": "Profile"}}, mapping.SalesforceURN: map[string]any{"profile": "Read Only"},
		}, "not the same"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range [][2]string{{"POST", "/Users"}, {"PUT", path}} {
				if r[0] == "PUT" && name == "two profiles" {
					continue // of which she has one: see the mapping
				}
				if why := s.refused(t, "invalidValue", r[0], r[1], person("new@acme.example", refused.more)); !strings.Contains(why, refused.says) {
					t.Errorf("%s: %s", r[0], why)
				}
			}
		})
	}
}

// An IdP that once imported the role and sends that copy ever since, beside the
// name that it means, moves nobody to and fro.
func TestAnOldCopyOfTheListDoesNotOverruleTheNameThatIsSent(t *testing.T) {
	s := newStack(t)
	ada := s.made(t, "ada@acme.example", map[string]any{"roles": nil})
	cfo := s.samples(t)["roles"][1].([]any)[0].(map[string]any)["value"]
	s.directly(t, "User", ada, map[string]any{"UserRoleId": cfo})
	copied := s.want(t, 200, "GET", "/Users/"+ada, nil)["roles"]
	body := person("ada@acme.example", map[string]any{"roles": copied, mapping.SalesforceURN: map[string]any{"role": "CEO"}})
	for range 3 {
		if r := s.want(t, 200, "PUT", "/Users/"+ada, body); shows(r, "role") != "CEO" {
			t.Fatalf("role is %v", shows(r, "role"))
		}
	}
}

func TestFrozenIsWrittenAndRead(t *testing.T) {
	s := newStack(t)
	ada := s.made(t, "ada@acme.example", nil)
	path := "/Users/" + ada
	if why := s.refused(t, "invalidValue", "PATCH", path, replaces("frozen", true)); !strings.Contains(why, "never tried to log in") {
		t.Errorf("one without a UserLogin: %s", why)
	}
	if why := s.refused(t, "invalidValue", "POST", "/Users", person("new@acme.example", own("frozen", true))); !strings.Contains(why, "frozen") {
		t.Errorf("a new one: %s", why)
	}
	if why := s.refused(t, "mutability", "PATCH", "/Users/"+s.Org.AdminID(), replaces("frozen", true)); !strings.Contains(why, "freezing") {
		t.Errorf("the bridge's own user: %s", why)
	}
	login, ok := s.Org.RecordLogin(ada)
	if !ok {
		t.Fatal("she cannot log in")
	}
	activate := operations(map[string]any{"op": "replace", "path": "active", "value": true})
	body := func(active any, more map[string]any) map[string]any {
		p := person("ada@acme.example", more)
		p["active"] = active
		return p
	}
	for _, step := range []struct {
		name             string
		method           string
		body             func() any
		frozen, isActive bool
	}{
		{"frozen", "PATCH", func() any { return replaces("frozen", true) }, true, true},
		{"another attribute leaves her so", "PATCH", func() any {
			return operations(map[string]any{"op": "replace", "path": "title", "value": "Chief"})
		}, true, true},
		{"unfrozen", "PATCH", func() any { return replaces("frozen", false) }, false, true},
		{"frozen and active in one PUT", "PUT", func() any { return body(true, own("frozen", true)) }, true, true},
		{"another attribute after that", "PATCH", func() any {
			return operations(map[string]any{"op": "replace", "path": "title", "value": "Countess"})
		}, true, true},
		{"the same again", "PUT", func() any { return body(true, own("frozen", true)) }, true, true},
		{"both in one PATCH", "PATCH", func() any {
			return operations(map[string]any{"op": "replace", "value": map[string]any{"active": true, mapping.SalesforceURN + ":frozen": true}})
		}, true, true},
		{"active alone unfreezes", "PUT", func() any { return body(true, nil) }, false, true},
		{"frozen without a path", "PATCH", func() any {
			return operations(map[string]any{"op": "add", "value": own("frozen", "True")})
		}, true, true},
		{"active by itself unfreezes", "PATCH", func() any { return activate }, false, true},
		{"frozen by somebody else, what was read sent back as active unfreezes", "PUT", func() any {
			s.directly(t, "UserLogin", login, map[string]any{"IsFrozen": true})
			read := s.want(t, 200, "GET", path, nil)
			read["active"] = true
			return read
		}, false, true},
		{"frozen and inactive", "PATCH", func() any {
			return operations(map[string]any{"op": "replace", "value": map[string]any{"active": false, mapping.SalesforceURN + ":frozen": true}})
		}, true, false},
		{"activated", "PATCH", func() any { return activate }, false, true},
	} {
		s.want(t, 200, "GET", path, nil) // what was read is no wish when it comes back
		r := s.want(t, 200, step.method, path, step.body())
		if is := s.Org.IsFrozen(ada); is != step.frozen || shows(r, "frozen") != is {
			t.Errorf("%s: frozen is %v, shown as %v, want %v", step.name, is, shows(r, "frozen"), step.frozen)
		}
		if is := s.record(t, ada)["IsActive"]; is != step.isActive || r["active"] != (step.isActive && !step.frozen) {
			t.Errorf("%s: IsActive is %v, want %v; active is shown as %v", step.name, is, step.isActive, r["active"])
		}
	}
	finds := func(filter string) (her bool, all int) {
		found := s.want(t, 200, "GET", "/Users?count=1000&attributes=id&filter="+url.QueryEscape(mapping.SalesforceURN+":"+filter), nil)["Resources"].([]any)
		return slices.ContainsFunc(found, func(r any) bool { return r.(map[string]any)["id"] == ada }), len(found)
	}
	for _, test := range []struct {
		filter    string
		is, finds bool
		atLeast   int
	}{
		{"frozen eq true", false, false, 0},
		{"frozen eq false", false, true, 2},
		{"frozen eq true", true, true, 1},
		{"frozen eq false", true, false, 1},
		{"frozen ne true", true, false, 1},
		{"frozen pr", true, true, 2},
	} {
		s.want(t, 200, "PATCH", path, replaces("frozen", test.is))
		if her, all := finds(test.filter); her != test.finds || all < test.atLeast {
			t.Errorf("%s finds her: %v, and %d in all, when that is %v", test.filter, her, all, test.is)
		}
	}
}
