package mapping

import (
	"embed"
	"encoding/json"
	"fmt"
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
	has := func(attribute string) bool {
		return slices.ContainsFunc(rows, func(r row) bool { return r.Attribute == attribute })
	}
	kept := []any{}
	all, _ := elements(raw["attributes"])
	for _, attribute := range all {
		name := prefix + sub(attribute, "name")
		subs, _ := elements(attribute["subAttributes"])
		if strict {
			restrict(name, subs)
		}
		if has(name) {
			kept = append(kept, attribute)
			continue
		}
		// "name" has no row of its own: each of its parts has
		subs = slices.DeleteFunc(subs, func(s map[string]any) bool { return !has(name + "." + sub(s, "name")) })
		if len(subs) > 0 {
			kept = append(kept, with(attribute, "subAttributes", list(subs)))
		}
	}
	return kept
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
