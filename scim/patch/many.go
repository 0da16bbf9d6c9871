package patch

import (
	"slices"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// list is the values of a multi-valued attribute while operations change them.
type list struct {
	of       resource.Attribute
	elements []any
	// known finds elements by their key; nil when it has to be made anew.
	known map[string][]int
	meter *meter
}

// apply does one operation on the list: on the whole of it, on selected
// elements, or on a sub-attribute of those.
func (l *list) apply(o Operation, sub *schema.CoreAttribute) error {
	written, err := l.change(o, sub)
	if err != nil {
		return err
	}
	return l.onePrimary(written)
}

// change does an operation and says which elements it has written.
func (l *list) change(o Operation, sub *schema.CoreAttribute) (written []int, err error) {
	given, _ := o.Value.([]any)
	if o.Value != nil && given == nil {
		given = []any{o.Value}
	}
	whole := l.of
	whole.Sub = sub
	switch {
	case o.Target.Filter != nil || sub != nil:
		if o.Op == "remove" || emptiesValue(o, whole) {
			return nil, l.removeSelected(o.Target.Filter, sub)
		}
		return l.writeSelected(o, sub)
	case o.Op == "remove" && o.Value != nil:
		return nil, l.removeListed(given)
	case o.Op == "remove":
		l.set(nil)
		return nil, nil
	case o.Op == "replace":
		l.set(nil)
	}
	return l.add(given)
}

// set replaces the elements.
func (l *list) set(elements []any) {
	l.elements, l.known = elements, nil
}

// add appends what is not there yet. Two elements are the same if their value
// is and their types do not differ; without a value, if they are wholly equal.
// What a new element says beyond one that is there is taken over.
func (l *list) add(given []any) (written []int, err error) {
	if err := l.index(); err != nil {
		return nil, err
	}
	for _, e := range given {
		k := l.key(e)
		alike := l.known[k]
		if err := l.meter.take(1 + len(alike)); err != nil {
			return nil, err
		}
		at := slices.IndexFunc(alike, func(i int) bool { return sameType(l.elements[i], e) })
		if at < 0 {
			l.known[k] = append(alike, len(l.elements))
			written = append(written, len(l.elements))
			l.elements = append(l.elements, resource.Clone(e))
			continue
		}
		if l.complete(alike[at], e) {
			written = append(written, alike[at])
		}
	}
	return written, nil
}

// complete takes over into an element what another one says that is the same.
func (l *list) complete(i int, e any) bool {
	into, ok := l.elements[i].(map[string]any)
	more, isObject := e.(map[string]any)
	if !ok || !isObject {
		return false
	}
	for name, v := range more {
		d, ok := resource.Lookup(l.of.Definition.SubAttributes(), name)
		if !ok || d.Mutability() != "immutable" || resource.Empty(into[name]) {
			into[name] = resource.Clone(v)
		}
	}
	return true
}

// removeListed removes the elements that are the same as a listed one.
func (l *list) removeListed(listed []any) error {
	index := make(map[string][]any, len(listed))
	for _, e := range listed {
		k := l.key(e)
		index[k] = append(index[k], e)
	}
	var kept []any
	for _, e := range l.elements {
		alike := index[l.key(e)]
		if err := l.meter.take(1 + len(alike)); err != nil {
			return err
		}
		if !slices.ContainsFunc(alike, func(given any) bool { return sameType(e, given) }) {
			kept = append(kept, e)
		}
	}
	l.set(kept)
	return nil
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
		if err := checkImmutable(l.of.String()+"."+sub.Name(), sub, m[sub.Name()], nil); err != nil {
			return err
		}
		delete(m, sub.Name())
		gone[i] = len(m) == 0 || sub.Name() == "value"
	}
	if len(selected) == 0 {
		return nil
	}
	var kept []any
	for i, e := range l.elements {
		if !gone[i] {
			kept = append(kept, e)
		}
	}
	l.set(kept)
	return nil
}

// writeSelected adds to or replaces the selected elements, or a sub-attribute
// of them; it makes the element if none is selected.
func (l *list) writeSelected(o Operation, sub *schema.CoreAttribute) (written []int, err error) {
	given, _ := o.Value.(map[string]any)
	if sub != nil {
		given = map[string]any{sub.Name(): o.Value}
	}
	written, err = l.selected(o.Target.Filter)
	if err != nil {
		return nil, err
	}
	if len(written) == 0 {
		return []int{len(l.elements)}, l.create(o.Target, given)
	}
	if err := l.meter.take(4 * len(written)); err != nil {
		return nil, err
	}
	l.known = nil
	for _, i := range written {
		before, ok := l.elements[i].(map[string]any)
		if !ok {
			l.elements[i] = resource.Clone(o.Value)
			continue
		}
		if err := checkSubs(l.of, before, given); err != nil {
			return nil, err
		}
		if o.Op == "replace" && sub == nil {
			l.elements[i] = l.replaced(o.Target.Filter, before, given)
		} else {
			merge(before, given, l.of.Definition)
		}
	}
	return written, nil
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
// grant a membership; one by what is readOnly looks for what the server made.
func (l *list) create(target *filter.Target, given map[string]any) error {
	element := map[string]any{}
	if target.Filter != nil {
		terms, ok := eqTerms(target.Filter, l.of)
		if _, byValue := terms["value"]; !ok || byValue {
			return noTarget(target)
		}
		for name := range terms {
			if d, ok := resource.Lookup(l.of.Definition.SubAttributes(), name); ok && d.Mutability() == "readOnly" {
				return noTarget(target)
			}
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
	l.set(append(l.elements, element))
	return nil
}

func noTarget(target *filter.Target) error {
	return invalid(scimerrors.ScimTypeNoTarget, "path %s selects nothing", shorten(target.String()))
}

// selected lists the indexes of the elements that satisfy a filter; all of
// them without one.
func (l *list) selected(selection filter.Expression) ([]int, error) {
	if err := l.meter.take(len(l.elements) * weight(selection)); err != nil {
		return nil, err
	}
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

// onePrimary leaves primary true with one element, the first of those that an
// operation has written (RFC 7644 section 3.5.2, RFC 7643 section 2.4).
func (l *list) onePrimary(written []int) error {
	at := slices.IndexFunc(written, func(i int) bool { return isPrimary(l.elements[i]) })
	if at < 0 {
		return nil
	}
	if err := l.meter.take(len(l.elements)); err != nil {
		return err
	}
	for i, e := range l.elements {
		if i != written[at] && isPrimary(e) {
			e.(map[string]any)["primary"] = false
		}
	}
	return nil
}

func isPrimary(e any) bool {
	m, ok := e.(map[string]any)
	return ok && m["primary"] == true
}
