package patch

import (
	"maps"
	"slices"
	"strings"
)

// said is one operation, which can be said to us as it is, and to scim-patch
// without some of the differences.
type said struct {
	op       string
	pathless bool
	capitals bool // in the names
	changes  []change
}

// change is what an operation does to one attribute; without a path it has
// several.
type change struct {
	op        string
	attribute string // which changes of one operation do not share
	path      string
	selection []term
	sub       string
	value     any
}

// term is a condition of a selection: sub eq "value".
type term struct{ sub, value string }

// touches says that two changes are of the same attribute.
func (c change) touches(other change) bool {
	inExtension := func(c change) bool {
		return slices.Contains([]string{"extension", "manager", "department"}, c.attribute)
	}
	return c.attribute == other.attribute || inExtension(c) && inExtension(other)
}

func (c change) target() string {
	out := c.path
	if c.selection != nil {
		var terms []string
		for _, t := range c.selection {
			terms = append(terms, t.sub+` eq "`+t.value+`"`)
		}
		out += "[" + strings.Join(terms, " and ") + "]"
	}
	if c.sub != "" {
		out += "." + c.sub
	}
	return out
}

func (s said) name(target string) string {
	if !s.capitals {
		return target
	}
	return strings.NewReplacer("title", "Title", "emails", "EMAILS", "name.", "Name.", "givenName", "GIVENNAME", "department", "Department", "manager", "MANAGER", "type eq", "Type eq", "].value", "].Value").Replace(target)
}

// ours is the operation as clients send it.
func (s said) ours() map[string]any {
	if s.pathless {
		value := map[string]any{}
		for _, c := range s.changes {
			value[s.name(c.target())] = c.value
		}
		return map[string]any{"op": s.op, "value": value}
	}
	return s.whole(s.changes[0])
}

func (s said) whole(c change) map[string]any {
	out := map[string]any{"op": c.op, "path": s.name(c.target()), "value": c.value}
	if _, isList := c.value.([]any); c.value == nil || c.op == "remove" && !isList {
		delete(out, "value")
	}
	return out
}

// theirs is the same without differences; some take several operations.
func (s said) theirs(before map[string]any, d without) []map[string]any {
	if s.pathless && !d["parts"] {
		return []map[string]any{s.ours()}
	}
	if d["letters"] {
		s.capitals = false
	}
	out := []map[string]any{}
	for _, c := range s.changes {
		for _, instead := range c.without(before, d, s.pathless) {
			o := s.whole(instead)
			if instead.op != "remove" {
				o["value"] = instead.value // null, too
			}
			out = append(out, o)
		}
	}
	return out
}

// refused is a change that scim-patch refuses.
var refused = change{op: "remove"}

// without is the change as scim-patch has to be told it.
func (c change) without(before map[string]any, d without, pathless bool) []change {
	extension, _ := before[enterprise].(map[string]any)
	switch c.attribute {
	case "extension":
		if !d["schema as path"] {
			return []change{c}
		}
		value := c.value.(map[string]any)
		department := change{op: c.op, path: enterprise + ":department", value: value["department"]}
		manager := change{op: c.op, attribute: "manager", path: enterprise + ":manager", value: value["manager"]}
		return append([]change{department}, manager.without(before, d, pathless)...)
	case "groups":
		switch {
		case d["mutability"] && pathless:
			return nil
		case d["mutability"]:
			return []change{refused}
		}
	case "badge", "userName":
		more, _ := before["urn:acme:More"].(map[string]any)
		isImmutable := c.attribute == "badge" && more != nil && (c.op == "remove" || more["badge"] != c.value)
		isRequired := c.attribute == "userName" && c.op == "remove"
		if d["mutability"] && (isImmutable || isRequired) {
			return []change{refused}
		}
	case "manager":
		manager, _ := extension["manager"].(map[string]any)
		isValue := strings.HasSuffix(c.path, ".value")
		value, _ := c.value.(map[string]any)
		switch {
		case c.op == "remove" && isValue && d["without value"]:
			return []change{{op: "remove", path: enterprise + ":manager"}}
		case c.op == "remove" || !d["described"] || manager["displayName"] == nil:
		case isValue && c.value != manager["value"] || !isValue && value["value"] != manager["value"]:
			return []change{{op: "remove", path: enterprise + ":manager.displayName"}, c}
		}
	case "emails":
		return c.emails(before, d)
	}
	if c.value == nil && c.op != "remove" && d["nothing"] {
		return c.nothing()
	}
	return []change{c}
}

// nothing is a change to no value.
func (c change) nothing() []change {
	if c.op == "add" && c.value == nil {
		return nil
	}
	c.op = "remove"
	return []change{c}
}

// emails is without for the one attribute with several values.
func (c change) emails(before map[string]any, d without) []change {
	list, _ := before["emails"].([]any)
	if (c.value == nil || c.value == "") && c.op != "remove" {
		if !d["nothing"] {
			return []change{c}
		}
		all := c.nothing()
		if len(all) == 0 {
			return nil
		}
		c = all[0]
	}
	given, isList := c.value.([]any)
	switch {
	case c.selection != nil:
		return c.selected(list, d)
	case c.sub != "" && c.op != "remove" && len(list) == 0 && d["made"]:
		return []change{{op: "add", path: c.path, value: []any{map[string]any{c.sub: c.value}}}}
	case c.op == "remove" && isList:
		return c.listed(list, given, d)
	case c.op == "add" && isList && d["same value"]:
		var all []change
		for _, e := range given {
			if m := same(list, e); m != nil {
				all = append(all, change{op: "add", path: exactly(m), value: e})
			} else {
				all = append(all, change{op: "add", path: "emails", value: []any{e}})
			}
		}
		return all
	}
	return []change{c}
}

// listed is a removal of the values in a list.
func (c change) listed(list, given []any, d without) []change {
	if len(list) == 0 && d["not there"] {
		return nil
	}
	if !d["listed"] {
		return []change{c}
	}
	var all []change
	for _, m := range list {
		if same(given, m) != nil {
			all = append(all, change{op: "remove", path: exactly(m)})
		}
	}
	return all
}

// selected is a change of selected values.
func (c change) selected(list []any, d without) []change {
	matches := slices.DeleteFunc(slices.Clone(list), func(e any) bool { return !c.selects(e) })
	whole, _ := c.value.(map[string]any)
	if c.sub != "" {
		whole = map[string]any{c.sub: c.value}
	}
	switch {
	case c.op == "remove" && len(matches) == 0 && d["not there"]:
		return nil
	case c.op == "remove":
		if c.sub == "value" && d["without value"] {
			c.sub = ""
		}
		return []change{c}
	case len(matches) == 0 && c.selection[0].sub == "value":
		if d["not made"] {
			return []change{refused}
		}
	case len(matches) == 0 && d["made"]:
		made := map[string]any{}
		for _, t := range c.selection {
			made[t.sub] = t.value
		}
		maps.Copy(made, whole)
		if !c.selects(made) {
			return []change{refused}
		}
		return []change{{op: "add", path: "emails", value: []any{made}}}
	case c.op == "replace" && c.sub == "" && d["whole element"]:
		value := map[string]any{"value": nil, "type": nil, "display": nil, "primary": nil}
		for _, t := range c.selection {
			value[t.sub] = t.value
		}
		maps.Copy(value, whole)
		c.value = value
	case whole["value"] != nil && (c.op == "add" || c.sub != "") && d["described"]:
		var all []change
		for _, e := range matches {
			value := maps.Clone(whole)
			old := e.(map[string]any)["value"]
			if old != nil && old != value["value"] && value["display"] == nil {
				value["display"] = nil
			}
			all = append(all, change{op: "add", path: exactly(e), value: value})
		}
		return all
	}
	return []change{c}
}

func (c change) selects(e any) bool {
	m, _ := e.(map[string]any)
	return !slices.ContainsFunc(c.selection, func(t term) bool { return m[t.sub] != t.value })
}

// same finds the value of a list that is the same as e.
func same(list []any, e any) any {
	value := func(e any, name string) any { return e.(map[string]any)[name] }
	for _, other := range list {
		x, y := value(e, "type"), value(other, "type")
		if value(e, "value") != nil && value(e, "value") == value(other, "value") && (x == nil || y == nil || x == y) {
			return other
		}
	}
	return nil
}

// exactly is a path that selects one value by all that it says.
func exactly(e any) string {
	var terms []string
	for _, name := range []string{"value", "type", "display"} {
		if v, ok := e.(map[string]any)[name].(string); ok {
			terms = append(terms, name+` eq "`+v+`"`)
		} else {
			terms = append(terms, "not ("+name+" pr)")
		}
	}
	return "emails[" + strings.Join(terms, " and ") + "]"
}

// read is what scim-patch has made, without differences.
func (s said) read(before, after map[string]any, d without) map[string]any {
	if d["primary"] {
		for _, c := range s.changes {
			c.onePrimary(before, after)
		}
	}
	if d["unassigned"] {
		after, _ = assigned(after).(map[string]any)
	}
	return after
}

// onePrimary takes primary from all but the first value that was written.
func (c change) onePrimary(before, after map[string]any) {
	list, _ := after["emails"].([]any)
	if c.attribute != "emails" || c.op == "remove" || c.value == nil || c.value == "" {
		return
	}
	var written []any
	given, isList := c.value.([]any)
	old, _ := before["emails"].([]any)
	switch {
	case isList && c.op == "add":
		for _, e := range given {
			written = append(written, same(list, e))
		}
	case c.selection == nil:
		written = list
	default:
		for i, e := range old {
			if c.selects(e) && i < len(list) {
				written = append(written, list[i])
			}
		}
		if written == nil && len(list) > len(old) {
			written = list[len(old):]
		}
	}
	isTrue := func(e any) bool { m, _ := e.(map[string]any); return m["primary"] == true }
	i := slices.IndexFunc(written, isTrue)
	if i < 0 {
		return
	}
	first := written[i].(map[string]any)
	delete(first, "primary")
	for _, e := range list {
		if isTrue(e) {
			e.(map[string]any)["primary"] = false
		}
	}
	first["primary"] = true
}

// assigned leaves out what is no value.
func assigned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			if value = assigned(value); value != nil {
				out[name] = value
			}
		}
		if len(out) > 0 {
			return out
		}
		return nil
	case []any:
		var out []any
		for _, e := range v {
			if e = assigned(e); e != nil {
				out = append(out, e)
			}
		}
		if out != nil {
			return out
		}
		return nil
	}
	return v
}
