package filter

import (
	"fmt"
	"net/http"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"

	"scimforce/scim/resource"
)

// Match decides whether a canonical resource of type t satisfies the filter.
//
// A condition on a multi-valued attribute holds when it holds for one of its
// values; a complex attribute means its `value`. Strings are compared without
// regard to case unless the attribute is caseExact. An absent attribute is
// unequal to every value, and compares in no other way. A boolean may be
// written as a string ("True"), as Entra does.
//
// The error is an scimerrors.ScimError (400 invalidFilter): an attribute that t
// does not have, or an operator or value that does not fit the attribute's
// type. It depends on the filter and the type alone, see Check.
func Match(e Expression, t resource.Type, r map[string]any) (bool, error) {
	return match(e, scope{typ: &t, values: r})
}

// Check finds what Match would refuse, without a resource.
func Check(e Expression, t resource.Type) error {
	_, err := Match(e, t, nil)
	return err
}

// MatchElement decides whether one element of a multi-valued attribute
// satisfies the filter between the brackets of a path.
func MatchElement(e Expression, of resource.Attribute, element any) (bool, error) {
	return match(e, elementScope(of.Definition, element))
}

// scope is what names in a filter refer to: a resource or, between brackets,
// one element of a multi-valued attribute.
type scope struct {
	typ     *resource.Type
	element schema.CoreAttribute
	values  map[string]any
}

// elementScope takes an element that is no object as its own `value`.
func elementScope(d schema.CoreAttribute, element any) scope {
	m, ok := element.(map[string]any)
	if !ok && element != nil {
		m = map[string]any{"value": element}
	}
	return scope{element: d, values: m}
}

// match evaluates both sides of every operator, so that a mistake in a filter
// is reported whatever the resource is.
func match(e Expression, s scope) (bool, error) {
	switch e := e.(type) {
	case And:
		left, right, err := both(e.Left, e.Right, s)
		return left && right, err
	case Or:
		left, right, err := both(e.Left, e.Right, s)
		return left || right, err
	case Not:
		x, err := match(e.X, s)
		return !x && err == nil, err
	case Present:
		_, v, err := s.lookup(e.Path)
		return !resource.Empty(v), err
	case Compare:
		return s.compare(e)
	case ValuePath:
		return s.valuePath(e)
	}
	return false, invalid("the filter is empty")
}

func both(left, right Expression, s scope) (l, r bool, err error) {
	if l, err = match(left, s); err != nil {
		return false, false, err
	}
	r, err = match(right, s)
	return l, r, err
}

// lookup finds the definition of a name and its value.
func (s scope) lookup(p Path) (schema.CoreAttribute, any, error) {
	if s.typ != nil {
		a, ok := s.typ.Find(p.URN, p.Attribute, p.Sub)
		if !ok {
			return schema.CoreAttribute{}, nil, invalid("character %d: %s has no attribute %q", p.Position, s.typ.Name, p)
		}
		return a.Leaf(), resource.Value(s.values, a), nil
	}
	if d, ok := s.element.SubAttributes().ContainsAttribute(p.Attribute); ok && p.URN == "" && p.Sub == "" {
		return d, s.values[d.Name()], nil
	}
	if s.simple() && strings.EqualFold(p.String(), "value") {
		return s.element, s.values["value"], nil
	}
	return schema.CoreAttribute{}, nil, invalid("character %d: %s has no sub-attribute %q", p.Position, s.element.Name(), p)
}

func (s scope) simple() bool { return s.element.AttributeType() != "complex" }

func (s scope) compare(e Compare) (bool, error) {
	d, v, err := s.lookup(e.Path)
	if err != nil {
		return false, err
	}
	if d.AttributeType() == "complex" {
		sub, ok := d.SubAttributes().ContainsAttribute("value")
		if !ok {
			return false, invalid("character %d: %q is complex, compare one of its sub-attributes", e.Path.Position, e.Path)
		}
		d, v = sub, values(v)
	}
	test, err := comparison(e, d)
	if err != nil {
		return false, err
	}
	elements, ok := v.([]any)
	if !ok {
		elements = []any{v}
	}
	if len(elements) == 0 {
		elements = []any{nil}
	}
	for _, element := range elements {
		if element == nil {
			if e.Operator == Ne {
				return true, nil
			}
			continue
		}
		if test(element) {
			return true, nil
		}
	}
	return false, nil
}

// values takes the `value` of a complex attribute, or of each of its elements.
func values(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return v["value"]
	case []any:
		all := make([]any, len(v))
		for i, e := range v {
			all[i] = values(e)
		}
		return all
	}
	return nil
}

func (s scope) valuePath(e ValuePath) (bool, error) {
	d, v, err := s.lookup(e.Path)
	if err != nil {
		return false, err
	}
	if d.AttributeType() != "complex" && !d.MultiValued() {
		return false, invalid("character %d: %q has no sub-attributes to select by", e.Path.Position, e.Path)
	}
	if _, err := match(e.Filter, elementScope(d, nil)); err != nil {
		return false, err
	}
	elements, ok := v.([]any)
	if !ok && v != nil {
		elements = []any{v}
	}
	for _, element := range elements {
		if ok, err := match(e.Filter, elementScope(d, element)); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func invalid(format string, args ...any) error {
	return scimerrors.ScimError{ScimType: scimerrors.ScimTypeInvalidFilter, Status: http.StatusBadRequest, Detail: "filter: " + fmt.Sprintf(format, args...)}
}
