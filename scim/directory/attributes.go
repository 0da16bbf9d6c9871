package directory

import (
	"slices"
	"strings"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// Attributes is a set of attributes of a resource, by their full names:
// "title", "name.familyName", "emails" for all of it or "emails.value" for a
// part, and with the URN of its schema in front for one of an extension. Names
// are compared without regard to case. It is not changed once it is made.
type Attributes struct {
	whole map[string]bool // of each name: true for all of it, false for a part
	text  string
}

// NewAttributes makes a set of the names.
func NewAttributes(names ...string) *Attributes {
	a := &Attributes{whole: make(map[string]bool, 2*len(names))}
	for _, name := range names {
		name = strings.ToLower(name)
		a.whole[name] = true
		if parent, isPart := parentOf(name); isPart && !a.whole[parent] {
			a.whole[parent] = false
		}
	}
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	a.text = strings.ToLower(strings.Join(slices.Compact(sorted), ","))
	return a
}

// Has says that an attribute, or a part of it, is in the set; everything is in
// a nil set.
func (a *Attributes) Has(name string) bool {
	if a == nil {
		return true
	}
	name = strings.ToLower(name)
	if _, ok := a.whole[name]; ok {
		return true
	}
	parent, isPart := parentOf(name)
	return isPart && a.whole[parent]
}

// String tells sets apart; that of a nil set is "*".
func (a *Attributes) String() string {
	if a == nil {
		return "*"
	}
	return a.text
}

// with is the set and more names.
func (a *Attributes) with(names ...string) *Attributes {
	if a == nil || !slices.ContainsFunc(names, func(n string) bool { return !a.Has(n) }) {
		return a
	}
	all := slices.Clone(names)
	for name, whole := range a.whole {
		if whole {
			all = append(all, name)
		}
	}
	return NewAttributes(all...)
}

// parentOf cuts the sub-attribute off a name. URNs have dots, too ("2.0").
func parentOf(name string) (parent string, isPart bool) {
	urn := strings.LastIndexByte(name, ':') + 1
	attribute, _, isPart := strings.Cut(name[urn:], ".")
	return name[:urn] + attribute, isPart
}

// attributesIn are the attributes that a filter speaks of.
func attributesIn(e filter.Expression, t resource.Type) []string {
	switch e := e.(type) {
	case filter.And:
		return append(attributesIn(e.Left, t), attributesIn(e.Right, t)...)
	case filter.Or:
		return append(attributesIn(e.Left, t), attributesIn(e.Right, t)...)
	case filter.Not:
		return attributesIn(e.X, t)
	case filter.Compare:
		return nameOf(e.Path, t)
	case filter.Present:
		return nameOf(e.Path, t)
	case filter.ValuePath:
		return nameOf(e.Path, t)
	default:
		return nil
	}
}

// nameOf is the name of a path's attribute in a set; none when the type does not
// have it.
func nameOf(p filter.Path, t resource.Type) []string {
	a, ok := t.Find(p.URN, p.Attribute, p.Sub)
	if !ok {
		return nil
	}
	name := a.Definition.Name()
	if a.Sub != nil {
		name += "." + a.Sub.Name()
	}
	if !t.IsCore(a.URN) {
		name = a.URN + ":" + name
	}
	return []string{name}
}
