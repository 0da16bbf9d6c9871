package patch

import (
	"slices"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// ReadMembership reduces the operations of a group's PATCH to the ids that come
// and go, later operations winning over earlier ones: a thousand members can be
// changed without reading the other ten thousand. Removing all members, in any
// way of saying it, is a replacement by none.
//
// Conditions on members other than `value eq`, and changes to a member's
// sub-attributes, need the members that there are (NeedsCurrent). The error is
// an scimerrors.ScimError (400 invalidValue) when a member has no value.
func ReadMembership(operations []Operation, t resource.Type) (Membership, error) {
	var m Membership
	come, gone := newRoster(), newRoster()
	for _, o := range operations {
		a, ok := attributeOf(o, t)
		if !ok || a.Definition.Name() != "members" || a.Extension {
			m.Others = append(m.Others, o)
			continue
		}
		ids, all, err := membersOf(o)
		switch {
		case err != nil:
			return Membership{}, err
		case o.Target.Path.Sub != "" || o.Target.Sub != "" && o.Op == "remove" || ids == nil && !all:
			m.NeedsCurrent = true
		case o.Target.Filter != nil && o.Op != "remove":
			// Writes something else of a member; whether he is one or not,
			// the membership stays as it is.
			m.NeedsCurrent = m.NeedsCurrent || o.Target.Sub == "" || o.Target.Sub == "value"
		case o.Op == "replace" || all:
			m.Replace = true
			come, gone = newRoster(), newRoster()
			come.put(ids)
		case o.Op == "add":
			gone.take(ids)
			come.put(ids)
		default:
			come.take(ids)
			gone.put(ids)
		}
	}
	if m.Replace {
		m.Members = come.list()
		return m, nil
	}
	m.Add, m.Remove = come.list(), gone.list()
	return m, nil
}

func attributeOf(o Operation, t resource.Type) (resource.Attribute, bool) {
	return t.Find(o.Target.Path.URN, o.Target.Path.Attribute, "")
}

// membersOf returns the ids that an operation is about, or that it is about all
// members; neither when only the members that there are can tell.
func membersOf(o Operation) (ids []string, all bool, err error) {
	if o.Target.Filter != nil {
		ids, _ = byValue(o.Target.Filter)
		return ids, false, nil
	}
	if o.Value == nil {
		return nil, o.Op == "remove", nil
	}
	elements, ok := o.Value.([]any)
	if !ok {
		elements = []any{o.Value}
	}
	ids = make([]string, 0, len(elements))
	for _, e := range elements {
		member, _ := e.(map[string]any)
		id, _ := member["value"].(string)
		if id == "" {
			return nil, false, invalid(scimerrors.ScimTypeInvalidValue, "members: a member without a value")
		}
		ids = append(ids, id)
	}
	return ids, false, nil
}

// byValue reads `value eq "x"`, or several joined by or.
func byValue(e filter.Expression) ([]string, bool) {
	switch e := e.(type) {
	case filter.Compare:
		if strings.EqualFold(e.Path.Attribute, "value") && e.Operator == filter.Eq {
			return []string{resource.Text(e.Value)}, true
		}
	case filter.Or:
		left, okLeft := byValue(e.Left)
		right, okRight := byValue(e.Right)
		if okLeft && okRight {
			return append(left, right...), true
		}
	}
	return nil, false
}

// roster is a set of ids in the order in which they were first named.
type roster struct {
	in    map[string]bool
	order []string
}

func newRoster() *roster { return &roster{in: map[string]bool{}} }

func (r *roster) put(ids []string) {
	for _, id := range ids {
		if _, known := r.in[id]; !known {
			r.order = append(r.order, id)
		}
		r.in[id] = true
	}
}

// take remembers the id's place, should it come back.
func (r *roster) take(ids []string) {
	for _, id := range ids {
		if r.in[id] {
			r.in[id] = false
		}
	}
}

func (r *roster) list() []string {
	return slices.DeleteFunc(slices.Clone(r.order), func(id string) bool { return !r.in[id] })
}
