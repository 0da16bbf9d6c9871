package mapping

import "slices"

// twins are an attribute of core SCIM that holds a reference in a list, and the
// convenience that holds its name.
type twins struct {
	list, name string
	// only picks the elements of the list that refer to it.
	only func(element map[string]any) bool
}

func bothTwins() [2]twins {
	return [2]twins{
		{"roles", roleAttribute, func(map[string]any) bool { return true }},
		{"entitlements", profileAttribute, isProfile},
	}
}

// followed makes of the names what the configuration makes of the lists: what an
// IdP may not write in one place it cannot write in the other. A name that is
// configured itself is left.
func followed(rows []row) []row {
	for _, t := range bothTwins() {
		name := slices.IndexFunc(rows, func(r row) bool { return r.Attribute == t.name })
		if name < 0 || rows[name].configured {
			continue
		}
		list, ok := find(rows, t.list)
		if !ok {
			rows = slices.Delete(rows, name, name+1)
			continue
		}
		if list.configured {
			r := &rows[name]
			r.configured, r.ReadOnly, r.Echo, r.onlyOnCreate, r.Remark = true, list.ReadOnly, list.Echo, list.onlyOnCreate, "as "+t.list
		}
	}
	return rows
}

// of are the elements of the list that refer to it, in a user or in the echo.
func (t twins) of(value any) []map[string]any {
	all, _ := elements(value)
	return slices.DeleteFunc(all, func(e map[string]any) bool { return !t.only(e) })
}

// meant settles what a PUT means by saying a role, or a profile, in one place or
// in both. desired is what it asks for so far.
//
//   - Who says it in one place and is silent in the other means the one.
//   - Of two of which one is as it was, the other counts. When it is not known
//     what the IdP has read, one may be copied from an older reading: then the one
//     that the IdP has sent before counts.
//   - Two that are both changed must mean the same, which only the org can tell:
//     the draft has both.
func (m *Mapping) meant(desired, current, body map[string]any, echo Echo, seen map[string]any) {
	for _, t := range bothTwins() {
		name, ok := find(m.rows, t.name)
		if !ok || name.ReadOnly {
			continue
		}
		had, has, inList := t.of(current[t.list]), t.of(desired[t.list]), t.of(body[t.list])
		listChanged := len(had) != len(has) || slices.ContainsFunc(has, func(e map[string]any) bool { return !names(had, e) })
		nameChanged := !equal(name.at.get(current), name.at.get(desired))
		inName := name.at.get(body)
		_, nameSent := echo[t.name]
		listSent := len(t.of(echo[t.list].Sent)) > 0
		switch {
		case listChanged && inName != nil && len(inList) == 0:
			t.revert(desired, current)
		case nameChanged && inName == nil && len(inList) > 0:
			name.revert(desired, current)
		case inName == nil || len(inList) == 0 || seen != nil:
		case listChanged && !nameChanged && nameSent && !listSent:
			t.revert(desired, current)
		case nameChanged && !listChanged && listSent && !nameSent:
			name.revert(desired, current)
		}
	}
}

// revert makes the list refer to what it does in current.
func (t twins) revert(desired, current map[string]any) {
	all, _ := elements(desired[t.list])
	others := slices.DeleteFunc(all, t.only)
	if value := list(append(t.of(current[t.list]), others...)); value != nil {
		desired[t.list] = value
	} else {
		delete(desired, t.list)
	}
}

// revert makes the attribute of an extension what it is in current.
func (r *row) revert(desired, current map[string]any) {
	extension, _ := desired[r.at.urn].(map[string]any)
	desired[r.at.urn] = with(extension, r.at.attribute, r.at.get(current))
}

// overtaken says that a draft has given the user another record through the twin
// of a row, so that what was sent of the row is not what he has.
func (r *row) overtaken(d Draft, prior, after record) bool {
	var twin *Reference
	switch s := r.shape.(type) {
	case roles:
		twin = d.RoleName
	case refersByName:
		twin = d.Role
		if s.reference == "ProfileId" {
			twin = d.Profile
		}
	}
	return twin != nil && !equal(r.shape.held(prior), r.shape.held(after))
}
