package scim

import (
	"strings"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// truth is what is known of a filter by the type of a resource alone.
type truth int

const (
	depends truth = iota
	always
	never
)

// filterFor is what a filter asks of the resources of one type: nil when all
// satisfy it, none true when none can. meta.resourceType is decided, and an
// attribute that the type does not have has no value (RFC 7644 3.4.2.1): it is
// unequal to everything, and compares in no other way.
func filterFor(e filter.Expression, t resource.Type) (of filter.Expression, none bool) {
	if e == nil {
		return nil, false
	}
	switch of, known := decide(e, t); known {
	case always:
		return nil, false
	case never:
		return nil, true
	default:
		return of, false
	}
}

func decide(e filter.Expression, t resource.Type) (filter.Expression, truth) {
	switch e := e.(type) {
	case filter.And:
		left, l := decide(e.Left, t)
		right, r := decide(e.Right, t)
		switch {
		case l == never || r == never:
			return nil, never
		case l == always:
			return right, r
		case r == always:
			return left, l
		}
		return filter.And{Left: left, Right: right}, depends
	case filter.Or:
		left, l := decide(e.Left, t)
		right, r := decide(e.Right, t)
		switch {
		case l == always || r == always:
			return nil, always
		case l == never:
			return right, r
		case r == never:
			return left, l
		}
		return filter.Or{Left: left, Right: right}, depends
	case filter.Not:
		switch x, known := decide(e.X, t); known {
		case always:
			return nil, never
		case never:
			return nil, always
		default:
			return filter.Not{X: x}, depends
		}
	case filter.Compare:
		return decideCompare(e, t)
	case filter.Present:
		if !has(t, e.Path) {
			return nil, never
		}
		if isResourceType(e.Path) {
			return nil, always
		}
	case filter.ValuePath:
		if !has(t, e.Path) {
			return nil, never
		}
	}
	return e, depends
}

func decideCompare(e filter.Compare, t resource.Type) (filter.Expression, truth) {
	if !has(t, e.Path) {
		if e.Operator == filter.Ne {
			return nil, always
		}
		return nil, never
	}
	if !isResourceType(e.Path) {
		return e, depends
	}
	holds, err := filter.Match(e, t, map[string]any{"meta": map[string]any{"resourceType": t.Name}})
	switch {
	case err != nil:
		return e, depends // the directory says what is wrong
	case holds:
		return nil, always
	default:
		return nil, never
	}
}

func has(t resource.Type, p filter.Path) bool {
	_, ok := t.Find(p.URN, p.Attribute, p.Sub)
	return ok
}

func isResourceType(p filter.Path) bool {
	return strings.EqualFold(p.Attribute, "meta") && strings.EqualFold(p.Sub, "resourceType")
}
