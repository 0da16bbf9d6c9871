package patch

import (
	"maps"
	"slices"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// expand makes of an operation with a target operations on one known attribute
// each. isPath says that the target is a path, and no key of a value.
func (r *reader) expand(o Operation, isPath bool) error {
	urn, ok := schemaOf(*o.Target, r.typ)
	switch {
	case !ok:
		return r.one(o, isPath)
	case o.Op == "remove" || o.Op == "replace" && o.Value == nil:
		r.removeAll(urn)
		return nil
	case o.Value == nil:
		return nil
	}
	return r.object(o, urn)
}

// schemaOf says whether a path is the URN of one of the type's schemas. A URN
// without a version looks like an attribute of a shorter URN to the parser.
func schemaOf(target filter.Target, t resource.Type) (string, bool) {
	path := target.Path
	if path.URN == "" || target.Filter != nil || path.Sub != "" {
		return "", false
	}
	if t.IsCore(path.String()) {
		return t.Core.ID, true
	}
	e, ok := t.FindExtension(path.String())
	return e.ID, ok
}

// object makes an operation of each key of a value without a path. With a urn
// the keys are attributes of that schema.
func (r *reader) object(o Operation, urn string) error {
	object, ok := o.Value.(map[string]any)
	if !ok {
		return invalid(scimerrors.ScimTypeInvalidValue, "value: expected an object of attributes, as no single attribute is named by path")
	}
	parts, err := keyed(object, urn)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.target == nil {
			r.ignore(shorten(p.key), "is no attribute of "+r.typ.Name)
			continue
		}
		if _, ok := schemaOf(*p.target, r.typ); ok && urn != "" {
			continue // a schema inside of a schema
		}
		if err := r.expand(Operation{Op: o.Op, Target: p.target, Value: object[p.key]}, false); err != nil {
			return err
		}
	}
	return nil
}

// part is a key of a value without a path; its target is nil when no attribute
// can have such a name.
type part struct {
	key    string
	target *filter.Target
}

// keyed reads the keys of a value without a path, whole attributes before parts
// of them, so that the outcome does not depend on chance: JSON objects have no
// order.
func keyed(object map[string]any, urn string) ([]part, error) {
	parts := make([]part, 0, len(object))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if alongside(key) {
			continue
		}
		target, err := filter.ParseTarget(key)
		switch {
		case err != nil && strings.Contains(key, "["):
			return nil, invalidPath(err, "value: "+shorten(key))
		case err != nil:
			parts = append(parts, part{key: key})
			continue
		}
		if urn != "" && target.Path.URN == "" {
			target.Path.URN = urn
		}
		parts = append(parts, part{key, &target})
	}
	depth := func(p part) int {
		switch {
		case p.target == nil || p.target.Filter == nil && p.target.Path.Sub == "":
			return 0
		case p.target.Filter == nil:
			return 1
		default:
			return 2
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return depth(a) - depth(b) })
	return parts, nil
}

// alongside says whether clients put an attribute into every value without a
// path although they cannot mean to change it.
func alongside(key string) bool {
	return strings.EqualFold(key, "schemas") || strings.EqualFold(key, "id") || strings.EqualFold(key, "meta")
}

// removeAll removes each attribute of a schema that can be removed.
func (r *reader) removeAll(urn string) {
	attributes, path := r.typ.Core.Attributes, filter.Path{}
	if e, ok := r.typ.FindExtension(urn); ok {
		attributes, path.URN = e.Attributes, e.ID
	}
	for _, d := range attributes {
		if d.Mutability() != "readOnly" {
			path.Attribute = d.Name()
			r.operations = append(r.operations, Operation{Op: "remove", Target: &filter.Target{Path: path}})
		}
	}
}

func (r *reader) ignore(name, why string) {
	if len(r.ignored) < maxIgnored {
		r.ignored = append(r.ignored, name+" "+why)
	}
}
