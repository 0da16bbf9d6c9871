package patch

import (
	"errors"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// resolve finds the attribute that a target names, with its sub-attribute
// wherever it is written; false when the type has none of that name.
func resolve(target filter.Target, t resource.Type) (resource.Attribute, bool) {
	sub := target.Path.Sub
	if target.Sub != "" {
		sub = target.Sub
	}
	return t.Find(target.Path.URN, target.Path.Attribute, sub)
}

// one checks an operation on a single attribute and keeps it if there is
// anything to do.
func (r *reader) one(o Operation, isPath bool) error {
	a, ok := resolve(*o.Target, r.typ)
	switch {
	case !ok:
		r.ignore(shorten(o.Target.String()), "is no attribute of "+r.typ.Name)
		return nil
	case a.Definition.Name() == "schemas":
		return nil
	case a.ReadOnly() && isPath:
		return invalid(scimerrors.ScimTypeMutability, "%s is readOnly", a)
	case a.ReadOnly():
		r.ignore(a.String(), "is readOnly")
		return nil
	}
	target, err := canonicalTarget(*o.Target, a)
	if err != nil {
		return err
	}
	value, err := canonicalValue(o, a)
	if err != nil {
		return err
	}
	switch {
	case value != nil:
		r.operations = append(r.operations, Operation{Op: o.Op, Target: &target, Value: value})
	case o.Op == "add":
	case selects(o, a) && o.Value != nil: // a list of values to remove that is empty
	default:
		r.operations = append(r.operations, Operation{Op: "remove", Target: &target})
	}
	return nil
}

// selects says whether the value of a removal lists what is to be removed, as
// Entra does for members: {"op":"Remove","path":"members","value":[{"value":…}]}.
func selects(o Operation, a resource.Attribute) bool {
	return o.Op == "remove" && a.Definition.MultiValued() && a.Sub == nil && o.Target.Filter == nil
}

func canonicalValue(o Operation, a resource.Attribute) (any, error) {
	switch {
	case o.Op == "remove" && !selects(o, a), o.Value == nil:
		return nil, nil
	case a.Sub != nil || !a.Definition.MultiValued():
		return a.Canonical(o.Value)
	case o.Target.Filter != nil:
		if list, ok := o.Value.([]any); ok && len(list) == 1 {
			return a.CanonicalElement(list[0])
		}
		return a.CanonicalElement(o.Value)
	}
	if _, ok := o.Value.([]any); !ok {
		return a.Canonical([]any{o.Value})
	}
	return a.Canonical(o.Value)
}

// canonicalTarget spells a target as the schemas do.
func canonicalTarget(target filter.Target, a resource.Attribute) (filter.Target, error) {
	out := filter.Target{Path: filter.Path{Attribute: a.Definition.Name(), Position: target.Path.Position}}
	if a.Extension {
		out.Path.URN = a.URN
	}
	switch {
	case a.Sub != nil && target.Sub != "":
		out.Sub = a.Sub.Name()
	case a.Sub != nil:
		out.Path.Sub = a.Sub.Name()
	}
	if target.Filter == nil {
		return out, nil
	}
	if !a.Definition.MultiValued() {
		return out, invalid(scimerrors.ScimTypeInvalidPath, "path: %s has a single value, there is nothing to select from", a.Definition.Name())
	}
	if _, err := filter.MatchElement(target.Filter, a, nil); err != nil {
		var scimError scimerrors.ScimError
		if errors.As(err, &scimError) {
			scimError.ScimType = scimerrors.ScimTypeInvalidPath
			scimError.Detail = "path: " + scimError.Detail
			return out, scimError
		}
		return out, err
	}
	out.Filter = canonicalFilter(target.Filter, a)
	return out, nil
}

func canonicalFilter(e filter.Expression, a resource.Attribute) filter.Expression {
	spell := func(p filter.Path) filter.Path {
		if d, ok := resource.Lookup(a.Definition.SubAttributes(), p.Attribute); ok {
			p.Attribute = d.Name()
		}
		return p
	}
	switch e := e.(type) {
	case filter.And:
		return filter.And{Left: canonicalFilter(e.Left, a), Right: canonicalFilter(e.Right, a)}
	case filter.Or:
		return filter.Or{Left: canonicalFilter(e.Left, a), Right: canonicalFilter(e.Right, a)}
	case filter.Not:
		return filter.Not{X: canonicalFilter(e.X, a)}
	case filter.Compare:
		e.Path = spell(e.Path)
		return e
	case filter.Present:
		e.Path = spell(e.Path)
		return e
	}
	return e
}
