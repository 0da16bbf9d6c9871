package patch

import (
	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"

	"scimforce/scim/resource"
)

// Apply returns the resource that the operations make of r, in their order. r
// is a canonical resource and is left as it is; on an error nothing is
// returned, so that a PATCH is done whole or not at all (RFC 7644 section
// 3.5.2). Operations come from Parse.
//
// Where clients need something else than the RFC says, they get it:
//
//   - add and replace with a filter that selects nothing make the element, from
//     the filter's `eq` terms: Entra writes `emails[type eq "work"].value` to
//     users without an e-mail address. Not so if the filter is about `value`,
//     or if the element would not satisfy it: 400 noTarget;
//   - a removal with a list of values removes those only;
//   - removing what is not there succeeds.
//
// An added value that is there already changes nothing. An element that gets
// primary true takes it from the others; of several in one operation the first
// has it.
//
// Errors are scimerrors.ScimError with status 400: mutability for readOnly
// attributes, for immutable ones that have a value, and for a required one that
// is removed; noTarget; invalidValue when the operations want more looking
// through long lists than MaxSteps.
func Apply(r map[string]any, operations []Operation, t resource.Type) (map[string]any, error) {
	out := resource.Clone(r)
	if out == nil {
		out = map[string]any{}
	}
	w := work{resource: out, lists: map[string]*list{}}
	for _, o := range operations {
		if err := w.apply(o, t); err != nil {
			return nil, err
		}
	}
	w.finish()
	if err := checkRequired(r, out, t); err != nil {
		return nil, err
	}
	if _, ok := out["schemas"]; ok && len(operations) > 0 {
		out["schemas"] = t.Schemas(out)
	}
	return out, nil
}

// work is one Apply. Multi-valued attributes are taken out of the resource when
// an operation first touches them and put back at the end.
type work struct {
	resource map[string]any
	lists    map[string]*list
	meter    meter
}

func (w *work) apply(o Operation, t resource.Type) error {
	a, ok := resolve(*o.Target, t)
	if !ok || a.Definition.Name() == "schemas" {
		return nil
	}
	if a.ReadOnly() {
		return invalid(scimerrors.ScimTypeMutability, "%s is readOnly", a)
	}
	if a.Definition.MultiValued() {
		return w.list(a).apply(o, a.Sub)
	}
	return applySingle(w.resource, o, a)
}

// list is a multi-valued attribute to be worked on.
func (w *work) list(a resource.Attribute) *list {
	a.Sub = nil
	l, ok := w.lists[a.String()]
	if !ok {
		elements, _ := resource.Value(w.resource, a).([]any)
		l = &list{of: a, elements: elements, meter: &w.meter}
		w.lists[a.String()] = l
	}
	return l
}

// finish puts the lists back.
func (w *work) finish() {
	for _, l := range w.lists {
		var value any
		if len(l.elements) > 0 {
			value = l.elements
		}
		resource.Set(w.resource, l.of, value)
	}
}

// applySingle changes an attribute with a single value. Complex ones are merged
// (RFC 7644 section 3.5.2.3: sub-attributes that are not named stay).
func applySingle(r map[string]any, o Operation, a resource.Attribute) error {
	whole := a
	whole.Sub = nil
	given, isObject := o.Value.(map[string]any)
	switch {
	case a.Sub == nil:
	case emptiesValue(o, a):
		a, o = whole, Operation{Op: "remove"}
	case o.Op != "remove":
		a, given, isObject = whole, map[string]any{a.Sub.Name(): o.Value}, true
	}
	current := resource.Value(r, a)
	after := o.Value
	if isObject {
		after = given
	}
	if err := checkImmutable(a.String(), a.Leaf(), current, after); err != nil {
		return err
	}
	before, wasObject := current.(map[string]any)
	if o.Op == "remove" || !isObject || !wasObject {
		resource.Set(r, a, resource.Clone(after))
		return nil
	}
	if err := checkSubs(a, before, given); err != nil {
		return err
	}
	merge(before, given, a.Definition)
	resource.Set(r, a, before)
	return nil
}

// emptiesValue says whether an operation takes away the `value` of a complex
// attribute or of an element, without which the rest of it means nothing.
// Microsoft's validator empties `emails[type eq "work"].value` with "" and
// wants the address gone.
func emptiesValue(o Operation, a resource.Attribute) bool {
	return a.Sub != nil && a.Sub.Name() == "value" && (o.Op == "remove" || o.Value == "")
}

// merge writes the given sub-attributes over those of a complex value. If it
// had another `value`, what described that one goes: $ref, display and what the
// server had filled in, such as a manager's displayName.
func merge(into, given map[string]any, d *schema.CoreAttribute) {
	old := into["value"]
	if v, ok := given["value"]; ok && !resource.Empty(old) && !resource.Equal(v, old) {
		for _, sub := range d.SubAttributes() {
			if name := sub.Name(); name == "$ref" || name == "display" || sub.Mutability() == "readOnly" {
				delete(into, name)
			}
		}
	}
	for name, v := range given {
		into[name] = resource.Clone(v)
	}
}

// checkSubs looks for immutable sub-attributes that would change.
func checkSubs(a resource.Attribute, before, given map[string]any) error {
	for name, v := range given {
		if d, ok := resource.Lookup(a.Definition.SubAttributes(), name); ok {
			if err := checkImmutable(a.String()+"."+name, d, before[name], v); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkImmutable: an immutable attribute takes its first value and keeps it
// (RFC 7643 section 7). Writing the value that it has is no change.
func checkImmutable(name string, d *schema.CoreAttribute, before, after any) error {
	if d.Mutability() != "immutable" || resource.Empty(before) || resource.Equal(before, after) {
		return nil
	}
	return invalid(scimerrors.ScimTypeMutability, "%s is immutable and has a value already", name)
}

// checkRequired: a required attribute cannot be removed (RFC 7644 section
// 3.5.2.2). Looked at when all is done, as one operation may remove what the
// next one adds.
func checkRequired(before, after map[string]any, t resource.Type) error {
	check := func(urn string, attributes schema.Attributes) error {
		for _, d := range attributes {
			a, ok := t.Find(urn, d.Name(), "")
			if ok && d.Required() && !a.ReadOnly() && !resource.Empty(resource.Value(before, a)) && resource.Empty(resource.Value(after, a)) {
				return invalid(scimerrors.ScimTypeMutability, "%s is required and cannot be removed", a)
			}
		}
		return nil
	}
	if err := check(t.Core.ID, t.Core.Attributes); err != nil {
		return err
	}
	for _, e := range t.Extensions {
		if err := check(e.ID, e.Attributes); err != nil {
			return err
		}
	}
	return nil
}
