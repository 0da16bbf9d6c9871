package mapping

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// record is a record of User as decoded from JSON.
type record map[string]any

// value finds a field, or one of a parent by a path as in "Manager.Name"; nil
// when it is absent or null.
func (r record) value(field string) any {
	if value, ok := r[field]; ok {
		return value
	}
	parent, name, isPath := strings.Cut(field, ".")
	if !isPath {
		return nil
	}
	inner, _ := r[parent].(map[string]any)
	return record(inner).value(name)
}

// text is a field's value as a string, "" when there is none. Fields of other
// types, which the configuration may choose, are spelled as JSON does.
func (r record) text(field string) string {
	switch v := r.value(field).(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// optional is text as a JSON value: nil instead of "".
func (r record) optional(field string) any {
	value := r.value(field)
	if s, ok := value.(string); ok && s != "" {
		return value // as it is, which costs no memory
	}
	return orNil(r.text(field))
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// present turns the ways of saying nothing (RFC 7643 section 2.5: null, an empty
// list; clients add "" and {}) into nil.
func present(value any) any {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
	case map[string]any:
		if len(v) == 0 {
			return nil
		}
	}
	return value
}

// equal compares two JSON values; an absent key and a null one are the same.
func equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && covers(x, y) && covers(y, x)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

func covers(x, y map[string]any) bool {
	for key, value := range x {
		if !equal(value, y[key]) {
			return false
		}
	}
	return true
}

// clone copies a JSON value, so that nobody who changes an answer changes what
// is remembered.
func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, inner := range v {
			out[key] = clone(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = clone(inner)
		}
		return out
	}
	return value
}

// elements are the values of a multi-valued complex attribute; false when the
// value is something else. Nothing has no elements.
func elements(value any) ([]map[string]any, bool) {
	if value == nil {
		return nil, true
	}
	list, ok := value.([]any)
	if !ok {
		return nil, false
	}
	out := make([]map[string]any, 0, len(list))
	for _, item := range list {
		element, ok := item.(map[string]any)
		if !ok {
			return nil, false
		}
		out = append(out, element)
	}
	return out, true
}

// list is the opposite of elements; nil for none.
func list(all []map[string]any) any {
	if len(all) == 0 {
		return nil
	}
	out := make([]any, len(all))
	for i, element := range all {
		out[i] = element
	}
	return out
}

// sub reads a string sub-attribute, "" when there is none.
func sub(element map[string]any, name string) string {
	s, _ := element[name].(string)
	return s
}

func isPrimary(element map[string]any) bool {
	b, _ := element["primary"].(bool)
	return b
}

func hasType(element map[string]any, kind string) bool {
	return strings.EqualFold(sub(element, "type"), kind)
}

// with is the element with one sub-attribute replaced.
func with(element map[string]any, name string, value any) map[string]any {
	out := maps.Clone(element)
	if out == nil {
		out = make(map[string]any)
	}
	out[name] = value
	return out
}

// path is where an attribute stands in a resource.
type path struct{ urn, attribute, sub string }

// pathOf reads a row's attribute: "name.familyName", or URN:attribute.
func pathOf(attribute string) path {
	var p path
	if i := strings.LastIndex(attribute, ":"); i >= 0 {
		p.urn, attribute = attribute[:i], attribute[i+1:]
	}
	p.attribute, p.sub, _ = strings.Cut(attribute, ".")
	return p
}

// get reads the attribute, nil when the resource does not have it.
func (p path) get(resource map[string]any) any {
	if p.urn != "" {
		resource, _ = resource[p.urn].(map[string]any)
	}
	if p.sub == "" {
		return present(resource[p.attribute])
	}
	inner, _ := resource[p.attribute].(map[string]any)
	return present(inner[p.sub])
}

// put sets the attribute, making what it stands in.
func (p path) put(resource map[string]any, value any) {
	if p.urn != "" {
		resource = within(resource, p.urn)
	}
	if p.sub == "" {
		resource[p.attribute] = value
		return
	}
	within(resource, p.attribute)[p.sub] = value
}

func within(resource map[string]any, key string) map[string]any {
	inner, ok := resource[key].(map[string]any)
	if !ok {
		inner = make(map[string]any)
		resource[key] = inner
	}
	return inner
}
