package mapping

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/elimity-com/scim/schema"

	"scimforce/scim/resource"
)

// The schemas are written as JSON: elimity's constructors refuse "$ref", its
// decoder does not.
//
//go:embed schemas/*.json
var schemas embed.FS

// User is the resource type of users. Its schemas advertise the attributes of
// the rows and nothing else.
func (m *Mapping) User() resource.Type { return m.user }

// Group is the resource type of groups.
func (m *Mapping) Group() resource.Type { return m.group }

// change is what an org makes of the attributes of a schema, in the form that the
// schema has them in JSON; prefix stands before their names in Row.Attribute.
type change func(prefix string, attributes []any) []any

func resourceTypes(rows []row, strict bool, org change) (user, group resource.Type, err error) {
	types := map[string]schema.Schema{}
	for _, name := range []string{"user", "enterprise", "salesforce", "group"} {
		s, err := readSchema(name, rows, strict, org)
		if err != nil {
			return user, group, err
		}
		types[name] = s
	}
	user = resource.Type{Name: "User", Endpoint: "/Users", Description: "People who use Salesforce", Core: types["user"]}
	for _, name := range []string{"enterprise", "salesforce"} {
		if len(types[name].Attributes) > 0 {
			user.Extensions = append(user.Extensions, types[name])
		}
	}
	group = resource.Type{Name: "Group", Endpoint: "/Groups", Description: "Access to Salesforce that people can be given", Core: types["group"]}
	return user, group, nil
}

// readSchema reads one schema and leaves out what has no row.
func readSchema(name string, rows []row, strict bool, org change) (schema.Schema, error) {
	var out schema.Schema
	text, err := schemas.ReadFile("schemas/" + name + ".json")
	if err != nil {
		return out, fmt.Errorf("reading the schema %q: %w", name, err)
	}
	var raw map[string]any
	if err := json.Unmarshal(text, &raw); err != nil {
		return out, fmt.Errorf("reading the schema %q: %w", name, err)
	}
	if name != "group" {
		prefix := prefixOf(raw)
		raw["attributes"] = org(prefix, mapped(prefix, raw, rows, strict))
	}
	if text, err = json.Marshal(raw); err != nil {
		return out, fmt.Errorf("reading the schema %q: %w", name, err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return out, fmt.Errorf("reading the schema %q: %w", name, err)
	}
	return out, nil
}

// prefixOf is what stands in Row.Attribute before the names of a schema's
// attributes.
func prefixOf(raw map[string]any) string {
	if raw["id"] == UserURN {
		return ""
	}
	urn, _ := raw["id"].(string)
	return urn + ":"
}

// mapped is a schema's attributes without those that have no row. A strict
// mapping has no values of types that Salesforce has no field for, so it does not
// advertise them either.
func mapped(prefix string, raw map[string]any, rows []row, strict bool) []any {
	kept := []any{}
	all, _ := elements(raw["attributes"])
	for _, attribute := range all {
		name := prefix + sub(attribute, "name")
		subs, _ := elements(attribute["subAttributes"])
		if strict {
			restrict(name, subs)
		}
		if r, ok := find(rows, name); ok {
			kept = append(kept, r.characterized(attribute))
			continue
		}
		// "name" has no row of its own: each of its parts has
		subs = slices.DeleteFunc(subs, func(s map[string]any) bool {
			_, ok := find(rows, name+"."+sub(s, "name"))
			return !ok
		})
		for i, s := range subs {
			r, _ := find(rows, name+"."+sub(s, "name"))
			subs[i] = r.characterized(s)
		}
		if len(subs) > 0 {
			kept = append(kept, with(attribute, "subAttributes", list(subs)))
		}
	}
	return kept
}

func find(rows []row, attribute string) (row, bool) {
	i := slices.IndexFunc(rows, func(r row) bool { return r.Attribute == attribute })
	if i < 0 {
		return row{}, false
	}
	return rows[i], true
}

// characterized is the definition of an attribute as the configuration makes it
// (RFC 7643 section 7). One that is written of a new user only takes other values
// later, which are not written: identity providers send all they know each time,
// and refusing that ("immutable") would refuse the rest with it.
func (r row) characterized(attribute map[string]any) map[string]any {
	var with map[string]any
	switch {
	case !r.configured:
		return attribute
	case r.hidden:
		with = map[string]any{"mutability": "writeOnly", "returned": "never"}
	case r.ReadOnly:
		with = map[string]any{"mutability": "readOnly", "required": false}
	default:
		return attribute
	}
	out := maps.Clone(attribute)
	maps.Copy(out, with)
	if subs, ok := elements(attribute["subAttributes"]); ok && len(subs) > 0 {
		for i, s := range subs {
			subs[i] = r.characterized(s)
		}
		out["subAttributes"] = list(subs)
	}
	return out
}

// restrict narrows the canonical values of type to what Salesforce has.
func restrict(attribute string, subs []map[string]any) {
	for _, s := range subs {
		if !strings.EqualFold(sub(s, "name"), "type") {
			continue
		}
		switch attribute {
		case "phoneNumbers":
			s["canonicalValues"] = []any{"work", "mobile", "fax"}
		case "addresses":
			s["canonicalValues"] = []any{"work"}
		}
	}
}
