package patch

import (
	"encoding/json"
	"slices"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// applyMany changes a multi-valued attribute.
func applyMany(r map[string]any, o Operation, a resource.Attribute) error {
	whole := a
	whole.Sub = nil
	current, _ := resource.Value(r, whole).([]any)
	l := list{of: whole, elements: current, written: map[int]bool{}}
	var err error
	switch {
	case o.Target.Filter == nil && a.Sub == nil:
		l.change(o)
	case o.Op == "remove" || emptiesValue(o, a):
		err = l.removeSelected(o.Target.Filter, a.Sub)
	default:
		err = l.writeSelected(o, a.Sub)
	}
	if err != nil {
		return err
	}
	l.onePrimary()
	var value any
	if len(l.elements) > 0 {
		value = l.elements
	}
	resource.Set(r, whole, value)
	return nil
}

// list is the values of a multi-valued attribute while they change.
type list struct {
	of       resource.Attribute
	elements []any
	// written are the elements that the operation has written.
	written map[int]bool
}

// change does an operation on the list as a whole.
func (l *list) change(o Operation) {
	given, _ := o.Value.([]any)
	if o.Value != nil && given == nil {
		given = []any{o.Value}
	}
	switch {
	case o.Op == "remove" && o.Value == nil:
		l.elements = nil
	case o.Op == "remove":
		l.removeListed(given)
	case o.Op == "replace":
		l.elements = nil
		l.add(given)
	default:
		l.add(given)
	}
}

// add appends what is not there yet. Two elements are the same if their value
// is and their types do not differ; without a value, if they are wholly equal.
// What a new element says beyond one that is there is taken over.
func (l *list) add(given []any) {
	index := l.index()
	for _, e := range given {
		k := key(e)
		at := slices.IndexFunc(index[k], func(i int) bool { return sameType(l.elements[i], e) })
		if at < 0 {
			index[k] = append(index[k], len(l.elements))
			l.written[len(l.elements)] = true
			l.elements = append(l.elements, resource.Clone(e))
			continue
		}
		i := index[k][at]
		before, isObject := l.elements[i].(map[string]any)
		if more, ok := e.(map[string]any); ok && isObject {
			for name, v := range more {
				d, _ := l.of.Definition.SubAttributes().ContainsAttribute(name)
				if d.Mutability() != "immutable" || resource.Empty(before[name]) {
					before[name] = resource.Clone(v)
				}
			}
			l.written[i] = true
		}
	}
}

// index finds elements by key, so that long lists of members do not take the
// square of their length.
func (l *list) index() map[string][]int {
	index := make(map[string][]int, len(l.elements))
	for i, e := range l.elements {
		index[key(e)] = append(index[key(e)], i)
	}
	return index
}

func key(e any) string {
	if m, ok := e.(map[string]any); ok {
		if v := m["value"]; !resource.Empty(v) {
			return "value " + resource.Text(v)
		}
	}
	// Never fails on decoded JSON, and sorts the keys of objects.
	text, _ := json.Marshal(e)
	return string(text)
}

func sameType(a, b any) bool {
	x, y := kind(a), kind(b)
	return x == "" || y == "" || strings.EqualFold(x, y)
}

func kind(e any) string {
	m, _ := e.(map[string]any)
	s, _ := m["type"].(string)
	return s
}

// removeListed removes the elements that are the same as a listed one.
func (l *list) removeListed(listed []any) {
	index := make(map[string][]any, len(listed))
	for _, e := range listed {
		index[key(e)] = append(index[key(e)], e)
	}
	l.elements = slices.DeleteFunc(l.elements, func(e any) bool {
		return slices.ContainsFunc(index[key(e)], func(given any) bool { return sameType(e, given) })
	})
}

// removeSelected removes the selected elements, or a sub-attribute of them. An
// element that is left without its value, or without anything, goes too.
func (l *list) removeSelected(selection filter.Expression, sub *schema.CoreAttribute) error {
	selected, err := l.selected(selection)
	if err != nil {
		return err
	}
	gone := map[int]bool{}
	for _, i := range selected {
		m, ok := l.elements[i].(map[string]any)
		if sub == nil || !ok {
			gone[i] = true
			continue
		}
		if err := checkImmutable(l.of.String()+"."+sub.Name(), *sub, m[sub.Name()], nil); err != nil {
			return err
		}
		delete(m, sub.Name())
		gone[i] = len(m) == 0 || sub.Name() == "value"
	}
	var kept []any
	for i, e := range l.elements {
		if !gone[i] {
			kept = append(kept, e)
		}
	}
	l.elements = kept
	return nil
}

// writeSelected adds to or replaces the selected elements, or a sub-attribute
// of them; it makes the element if none is selected.
func (l *list) writeSelected(o Operation, sub *schema.CoreAttribute) error {
	given, _ := o.Value.(map[string]any)
	if sub != nil {
		given = map[string]any{sub.Name(): o.Value}
	}
	selected, err := l.selected(o.Target.Filter)
	if err != nil {
		return err
	}
	if len(selected) == 0 {
		return l.create(o.Target, given)
	}
	for _, i := range selected {
		before, ok := l.elements[i].(map[string]any)
		if !ok {
			l.elements[i] = resource.Clone(o.Value)
			continue
		}
		if err := checkSubs(l.of, before, given); err != nil {
			return err
		}
		if o.Op == "replace" && sub == nil {
			l.elements[i] = l.replaced(o.Target.Filter, before, given)
		} else {
			merge(before, given, l.of.Definition)
		}
		l.written[i] = true
	}
	return nil
}

// replaced is what stands in place of an element (RFC 7644 section 3.5.2.3
// replaces the whole record). What it was selected by stays unless the new
// value says otherwise, and so do immutable sub-attributes.
func (l *list) replaced(selection filter.Expression, before, given map[string]any) map[string]any {
	element, _ := eqTerms(selection, l.of)
	for _, d := range l.of.Definition.SubAttributes() {
		if v, ok := before[d.Name()]; ok && d.Mutability() == "immutable" {
			element[d.Name()] = v
		}
	}
	for name, v := range given {
		element[name] = resource.Clone(v)
	}
	return element
}

// create adds the element that a selection was looking for. A selection by
// `value` looks for one that must be there, and making it would for instance
// grant a membership.
func (l *list) create(target *filter.Target, given map[string]any) error {
	element := map[string]any{}
	if target.Filter != nil {
		terms, ok := eqTerms(target.Filter, l.of)
		if _, byValue := terms["value"]; !ok || byValue {
			return noTarget(target)
		}
		element = terms
	}
	for name, v := range given {
		element[name] = resource.Clone(v)
	}
	if target.Filter != nil {
		if ok, err := filter.MatchElement(target.Filter, l.of, element); err != nil || !ok {
			return noTarget(target)
		}
	}
	l.written[len(l.elements)] = true
	l.elements = append(l.elements, element)
	return nil
}

func noTarget(target *filter.Target) error {
	return invalid(scimerrors.ScimTypeNoTarget, "path %s selects nothing", target)
}

// selected lists the indexes of the elements that satisfy a filter; all of
// them without one.
func (l *list) selected(selection filter.Expression) ([]int, error) {
	var selected []int
	for i, e := range l.elements {
		if selection != nil {
			ok, err := filter.MatchElement(selection, l.of, e)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
		}
		selected = append(selected, i)
	}
	return selected, nil
}

// onePrimary leaves primary true with one element, the first that the operation
// has written (RFC 7644 section 3.5.2, RFC 7643 section 2.4).
func (l *list) onePrimary() {
	chosen := -1
	for i, e := range l.elements {
		if m, ok := e.(map[string]any); ok && m["primary"] == true && l.written[i] {
			chosen = i
			break
		}
	}
	if chosen < 0 {
		return
	}
	for i, e := range l.elements {
		if m, ok := e.(map[string]any); ok && i != chosen && m["primary"] == true {
			m["primary"] = false
		}
	}
}
