package resource

import (
	"maps"
	"reflect"
	"slices"
)

// Value reads an attribute of a canonical resource; nil when it is absent. For
// a sub-attribute of a multi-valued attribute it is a []any with the value of
// each element that has it.
func Value(r map[string]any, a Attribute) any {
	if a.Extension {
		r, _ = r[a.URN].(map[string]any)
	}
	v := r[a.Definition.Name()]
	if a.Sub == nil {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		return v[a.Sub.Name()]
	case []any:
		var all []any
		for _, e := range v {
			if m, ok := e.(map[string]any); ok && m[a.Sub.Name()] != nil {
				all = append(all, m[a.Sub.Name()])
			}
		}
		if all != nil {
			return all
		}
	}
	return nil
}

// Set writes an attribute of a canonical resource in place; nil, and a list or
// object in which nothing is, take it away. Extension and complex attributes that it needs
// are made, those it leaves empty are taken away. A sub-attribute of a
// multi-valued attribute is set in each element there is; none is made.
func Set(r map[string]any, a Attribute, value any) {
	if !a.Extension {
		set(r, a, value)
		return
	}
	inner, ok := r[a.URN].(map[string]any)
	if !ok {
		inner = map[string]any{}
	}
	set(inner, a, value)
	put(r, a.URN, inner)
}

func set(r map[string]any, a Attribute, value any) {
	name := a.Definition.Name()
	if a.Sub == nil {
		put(r, name, value)
		return
	}
	if !a.Definition.MultiValued() {
		inner, ok := r[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
		}
		put(inner, a.Sub.Name(), value)
		put(r, name, inner)
		return
	}
	elements, _ := r[name].([]any)
	for _, e := range elements {
		if m, ok := e.(map[string]any); ok {
			put(m, a.Sub.Name(), value)
		}
	}
}

// put stores a value, or takes the key away. The empty string is a value.
func put(m map[string]any, key string, value any) {
	if unassigned(value) {
		delete(m, key)
		return
	}
	m[key] = value
}

// unassigned is Empty, but that the empty string is a value: what a client has
// emptied is not to take away what else is empty beside it.
func unassigned(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !unassigned(e) })
	case map[string]any:
		for _, e := range v {
			if !unassigned(e) {
				return false
			}
		}
		return true
	}
	return false
}

// Empty says whether a value counts as having none: nil, "", an array or
// object in which nothing has a value. It is what the operator pr denies (RFC
// 7644 table 3); false and 0 are values.
func Empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !Empty(e) })
	case map[string]any:
		for _, e := range v {
			if !Empty(e) {
				return false
			}
		}
		return true
	}
	return false
}

// Equal compares two decoded JSON values. Order counts in arrays.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, Equal)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, Equal)
	case nil, string, bool, float64:
		return a == b
	}
	return reflect.DeepEqual(a, b)
}

// Clone copies a decoded JSON value with everything in it.
func Clone[V any](v V) V {
	c, _ := clone(v).(V)
	return c
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if v == nil {
			return v
		}
		c := make(map[string]any, len(v))
		for k, e := range v {
			c[k] = clone(e)
		}
		return c
	case []any:
		if v == nil {
			return v
		}
		c := make([]any, len(v))
		for i, e := range v {
			c[i] = clone(e)
		}
		return c
	}
	return v
}
