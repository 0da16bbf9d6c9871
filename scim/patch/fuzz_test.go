package patch

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// FuzzPatch: no body makes Parse, Apply or ReadMembership panic, and none of them
// changes what it is given. What comes out is valid by the schemas, with one
// primary at most, and what is readOnly is as it was; said again as they were
// understood, the operations are the same.
func FuzzPatch(f *testing.F) {
	for _, seed := range []string{
		`[{"op":"add","path":"emails[type eq \"work\"].value","value":"x"}]`,
		`[{"op":"replace","value":{"name.givenName":"x","members":[{"value":"1"}],"emails":[null,{"primary":true}]}}]`,
		`[{"op":"remove","path":"members","value":[{"value":"1"}]},{"op":"remove","path":"members[value eq \"1\" or not (type pr)]"}]`,
		`[{"op":"add","path":"urn:acme:More:tags[value eq 1]","value":"x"},{"op":"replace","path":"urn:acme:More","value":null}]`,
		`[{"op":"add","path":"emails","value":[{"value":"H","primary":true},{"value":"n","primary":true}]},{"op":"replace","path":"emails.primary","value":true}]`,
		`[{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":{"manager":{"value":"","displayName":"x"}}}]`,
		`[{"op":"remove","path":"emails.value"},{"op":"add","path":"emails[primary eq \"True\" and type eq null].display","value":1e400}]`,
	} {
		f.Add(seed)
	}
	user, group := userType(), groupType()
	r := decode(f, short(`{"id":"1","schemas":["urn:ietf:params:scim:schemas:core:2.0:User","EXT","urn:acme:More"],"userName":"u","groups":[{"value":"g"}],"emails":[{"value":"w","type":"work","primary":true},{"value":"h"}],"EXT":{"manager":{"value":"m","displayName":"M"}},"urn:acme:More":{"tags":["a"]}}`))
	g := decode(f, `{"id":"2","schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"g","members":[{"value":"1"},{"value":"2","type":"User"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var operations []any
		if json.Unmarshal([]byte(text), &operations) != nil {
			return
		}
		for _, c := range []struct {
			typ    resource.Type
			before map[string]any
		}{{user, r}, {group, g}} {
			parsed, _, err := Parse(map[string]any{"Operations": operations}, c.typ)
			if err != nil {
				continue
			}
			given := resource.Clone(c.before)
			if after, err := Apply(given, parsed, c.typ); err == nil {
				checkValid(t, c.typ, c.before, after)
			}
			if !maps.EqualFunc(given, c.before, resource.Equal) {
				t.Fatal("the given resource was changed")
			}
			_, _ = ReadMembership(parsed, c.typ)
			checkSaidAgain(t, c.typ, parsed)
		}
	})
}

// checkValid holds a resource against its schemas, and against what it was.
func checkValid(t *testing.T, typ resource.Type, before, after map[string]any) {
	t.Helper()
	canonical, err := typ.Canonical(after)
	if err != nil {
		t.Fatalf("%v in %s", err, text(after))
	}
	if !resource.Equal(writable(typ, after), canonical) {
		t.Fatalf("%s is not in canonical form, which is %s", text(after), text(canonical))
	}
	for _, name := range []string{"id", "meta", "groups"} {
		if !resource.Equal(before[name], after[name]) {
			t.Fatalf("%s is readOnly and became %s", name, text(after[name]))
		}
	}
	for name, v := range after {
		primary := 0
		list, _ := v.([]any)
		for _, e := range list {
			if isPrimary(e) {
				primary++
			}
		}
		if primary > 1 {
			t.Fatalf("%s has %d primary values: %s", name, primary, text(list))
		}
	}
}

// writable is a resource without what is readOnly.
func writable(typ resource.Type, r map[string]any) map[string]any {
	out := map[string]any{"schemas": r["schemas"]}
	take := func(urn string, attributes schema.Attributes) {
		for _, d := range attributes {
			a, _ := typ.Find(urn, d.Name(), "")
			if v := resource.Value(r, a); v != nil && !a.ReadOnly() {
				resource.Set(out, a, partly(d, v))
			}
		}
	}
	take(typ.Core.ID, append(schema.CommonAttributes(), typ.Core.Attributes...))
	for _, e := range typ.Extensions {
		take(e.ID, e.Attributes)
	}
	return out
}

// partly is a value without the sub-attributes that are readOnly.
func partly(d schema.CoreAttribute, v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = partly(d, e)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, e := range v {
			if sub, ok := d.SubAttributes().ContainsAttribute(name); !ok || sub.Mutability() != "readOnly" {
				out[name] = e
			}
		}
		return out
	}
	return v
}

// checkSaidAgain says the operations in the words in which they were understood.
func checkSaidAgain(t *testing.T, typ resource.Type, operations []Operation) {
	t.Helper()
	if len(operations) > MaxOperations {
		return
	}
	list := make([]any, len(operations))
	for i, o := range operations {
		said := map[string]any{"op": o.Op, "path": o.Target.String()}
		if o.Value != nil {
			said["value"] = o.Value
		}
		list[i] = said
	}
	again, ignored, err := Parse(map[string]any{"Operations": list}, typ)
	if err != nil || len(ignored) > 0 || len(again) != len(operations) {
		t.Fatalf("%s became %d operations, %q, %v", text(list), len(again), ignored, err)
	}
	for i, o := range again {
		if o.Op != operations[i].Op || o.Target.String() != operations[i].Target.String() || !resource.Equal(o.Value, operations[i].Value) {
			t.Fatalf("%s became %s %s %s", text(list[i]), o.Op, o.Target, text(o.Value))
		}
	}
}

// FuzzPatchPath: any text is a path to an attribute that there is, or a broken
// one, or names what there is not; what it is written as means the same.
func FuzzPatchPath(f *testing.F) {
	for _, seed := range []string{
		"title", "NAME.givenname", `emails[type eq "work"].value`, `members[value eq "1" or not (type pr)]`, "manager", "id", "schemas",
		enterprise, enterprise + ":manager.value", enterprise + ".department", "urn:ietf:params:scim:schemas:core:2.0:User:emails[primary eq True]",
		"urn:acme:More", `urn:acme:More:tags[value sw "\u00fc"]`, "emails[", "emails[]", "a.b.c", ":", "urn:", "[", `emails[type eq "work"].`, " title ",
		`emails[type eq null and primary eq 1e999999999]`, "Ⅻ", "name[x]",
	} {
		f.Add(seed)
	}
	types := []resource.Type{userType(), groupType()}
	f.Fuzz(func(t *testing.T, path string) {
		target, err := filter.ParseTarget(path)
		if err == nil {
			again, err := filter.ParseTarget(target.String())
			if err != nil || again.String() != target.String() {
				t.Fatalf("%q is written as %q, which is %q, %v", path, target, again, err)
			}
		}
		for _, typ := range types {
			for _, op := range []string{"add", "replace", "remove"} {
				operations, ignored, parseErr := Parse(map[string]any{"Operations": []any{map[string]any{"op": op, "path": path, "value": "x"}}}, typ)
				if err != nil && path != "" && kindOf(parseErr) != scimerrors.ScimTypeInvalidPath {
					t.Fatalf("%q is broken (%v), and its operation is %v", path, err, parseErr)
				}
				if parseErr == nil && len(operations) == 0 && len(ignored) == 0 && op == "replace" && !strings.EqualFold(target.Path.Attribute, "schemas") {
					t.Fatalf("%q is left out without a word", path)
				}
				for _, o := range operations {
					if a, ok := resolve(*o.Target, typ); !ok || a.ReadOnly() {
						t.Fatalf("%q became %s, which cannot be written", path, o.Target)
					}
				}
				checkSaidAgain(t, typ, operations)
			}
		}
	})
}
