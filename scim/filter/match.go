package filter

import (
	"fmt"
	"net/http"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"

	"scimforce/scim/resource"
)

// Predicate decides whether a canonical resource satisfies a filter. It may be
// used by many goroutines.
type Predicate func(r map[string]any) bool

// Compile makes the predicate of a filter for resources of type t.
//
// A condition on a multi-valued attribute holds when it holds for one of its
// values; a complex attribute means its `value`. Strings are compared without
// regard to case unless the attribute is caseExact. An absent attribute is
// unequal to every value, and compares in no other way. A boolean may be
// written as a string ("True"), as Entra does.
//
// The error is an scimerrors.ScimError (400 invalidFilter): an attribute that t
// does not have, or an operator or value that does not fit the attribute's type.
func Compile(e Expression, t resource.Type) (Predicate, error) {
	return compile(e, ofType{t})
}

// Match decides whether one resource of type t satisfies the filter; see Compile.
func Match(e Expression, t resource.Type, r map[string]any) (bool, error) {
	holds, err := Compile(e, t)
	return err == nil && holds(r), err
}

// Check finds what Compile would refuse.
func Check(e Expression, t resource.Type) error {
	_, err := Compile(e, t)
	return err
}

// MatchElement decides whether one element of a multi-valued attribute
// satisfies the filter between the brackets of a path.
func MatchElement(e Expression, of resource.Attribute, element any) (bool, error) {
	holds, err := compile(e, ofElement{of.Definition})
	return err == nil && holds(asObject(element)), err
}

// scope is what names in a filter refer to: the attributes of a resource or,
// between brackets, the parts of one element of a multi-valued attribute.
type scope interface {
	// find returns the definition of a name and what reads its value.
	find(p Path) (*schema.CoreAttribute, func(map[string]any) any, error)
}

type ofType struct{ typ resource.Type }

func (s ofType) find(p Path) (*schema.CoreAttribute, func(map[string]any) any, error) {
	a, ok := s.typ.Find(p.URN, p.Attribute, p.Sub)
	if !ok {
		return nil, nil, invalid("character %d: %s has no attribute %q", p.Position, s.typ.Name, p)
	}
	return a.Leaf(), func(r map[string]any) any { return resource.Value(r, a) }, nil
}

type ofElement struct{ of *schema.CoreAttribute }

func (s ofElement) find(p Path) (*schema.CoreAttribute, func(map[string]any) any, error) {
	d, ok := resource.Lookup(s.of.SubAttributes(), p.Attribute)
	if !ok || p.URN != "" || p.Sub != "" {
		if s.of.AttributeType() == "complex" || !strings.EqualFold(p.String(), "value") {
			return d, nil, invalid("character %d: %s has no sub-attribute %q", p.Position, s.of.Name(), p)
		}
		return s.of, func(element map[string]any) any { return element["value"] }, nil
	}
	name := d.Name()
	return d, func(element map[string]any) any { return element[name] }, nil
}

// asObject takes an element that is no object as its own `value`.
func asObject(element any) map[string]any {
	m, ok := element.(map[string]any)
	if !ok && element != nil {
		m = map[string]any{"value": element}
	}
	return m
}

func compile(e Expression, s scope) (Predicate, error) {
	switch e := e.(type) {
	case And:
		left, right, err := both(e.Left, e.Right, s)
		return func(r map[string]any) bool { return left(r) && right(r) }, err
	case Or:
		left, right, err := both(e.Left, e.Right, s)
		return func(r map[string]any) bool { return left(r) || right(r) }, err
	case Not:
		x, err := compile(e.X, s)
		return func(r map[string]any) bool { return !x(r) }, err
	case Present:
		_, value, err := s.find(e.Path)
		return func(r map[string]any) bool { return !resource.Empty(value(r)) }, err
	case Compare:
		return compileCompare(e, s)
	case ValuePath:
		return compileValuePath(e, s)
	}
	return nil, invalid("the filter is empty")
}

func both(left, right Expression, s scope) (l, r Predicate, err error) {
	if l, err = compile(left, s); err != nil {
		return nil, nil, err
	}
	r, err = compile(right, s)
	return l, r, err
}

func compileCompare(e Compare, s scope) (Predicate, error) {
	d, value, err := s.find(e.Path)
	if err != nil {
		return nil, err
	}
	if d.AttributeType() == "complex" {
		sub, ok := resource.Lookup(d.SubAttributes(), "value")
		if !ok {
			return nil, invalid("character %d: %q is complex, compare one of its sub-attributes", e.Path.Position, e.Path)
		}
		whole := value
		d, value = sub, func(r map[string]any) any { return values(whole(r)) }
	}
	test, err := comparison(e, d)
	if err != nil {
		return nil, err
	}
	absent := e.Operator == Ne
	one := func(v any) bool {
		if v == nil {
			return absent
		}
		return test(v)
	}
	return func(r map[string]any) bool {
		v := value(r)
		all, ok := v.([]any)
		switch {
		case !ok:
			return one(v)
		case len(all) == 0:
			return absent
		}
		for _, element := range all {
			if one(element) {
				return true
			}
		}
		return false
	}, nil
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

func compileValuePath(e ValuePath, s scope) (Predicate, error) {
	d, value, err := s.find(e.Path)
	if err != nil {
		return nil, err
	}
	if d.AttributeType() != "complex" && !d.MultiValued() {
		return nil, invalid("character %d: %q has no sub-attributes to select by", e.Path.Position, e.Path)
	}
	holds, err := compile(e.Filter, ofElement{d})
	if err != nil {
		return nil, err
	}
	return func(r map[string]any) bool {
		v := value(r)
		all, ok := v.([]any)
		if !ok {
			return v != nil && holds(asObject(v))
		}
		for _, element := range all {
			if holds(asObject(element)) {
				return true
			}
		}
		return false
	}, nil
}

func invalid(format string, args ...any) error {
	return scimerrors.ScimError{ScimType: scimerrors.ScimTypeInvalidFilter, Status: http.StatusBadRequest, Detail: "filter: " + fmt.Sprintf(format, args...)}
}
