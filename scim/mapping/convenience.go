package mapping

import "slices"

// The conveniences of the Salesforce extension say what core SCIM says as well,
// for IdPs that can send nothing but single texts and booleans: profile and role
// the name of what entitlements and roles hold, frozen a part of active.

// refersByName is a record that a user refers to, by its name; its id is taken
// too. held is the id: a record that is given another name stays what was sent.
type refersByName struct {
	reference, name string // fields of User: ProfileId and Profile.Name
	draft           func(*Draft) **Reference
}

func profileByName() refersByName {
	return refersByName{"ProfileId", "Profile.Name", func(d *Draft) **Reference { return &d.ProfileName }}
}

func roleByName() refersByName {
	return refersByName{"UserRoleId", "UserRole.Name", func(d *Draft) **Reference { return &d.RoleName }}
}

func (s refersByName) plain(v view) any { return v.optional(s.name) }

func (s refersByName) held(r record) any { return r.optional(s.reference) }

func (s refersByName) show(v view, was Remembered) (any, bool) {
	now := s.plain(v)
	if s.held(v.record) != nil && equal(s.held(v.record), was.Held) || now != nil && s.same(now, was.Sent) {
		return was.Sent, true
	}
	return now, false
}

func (s refersByName) write(d *drafting, _, value any) {
	if value == nil {
		*s.draft(&d.draft) = &Reference{}
		return
	}
	if text, ok := d.word(value); ok {
		*s.draft(&d.draft) = &Reference{Value: text}
	}
}

func (refersByName) same(a, b any) bool { return equal(a, b) }

const frozenAttribute = SalesforceURN + ":frozen"

// frozen is whether the user is kept from logging in by UserLogin.IsFrozen. The
// echo says no more than that the IdP has sent it.
type frozen struct{}

func (frozen) plain(v view) any { return v.access.Frozen }

func (frozen) held(record) any { return nil }

func (f frozen) show(v view, was Remembered) (any, bool) {
	now := f.plain(v)
	return now, now == was.Sent
}

func (frozen) write(d *drafting, _, value any) {
	wanted, ok := value.(bool)
	switch {
	case !ok:
		d.refuse("true or false is expected")
	case d.creating && wanted:
		d.refuse("a new user cannot be frozen: Salesforce has no UserLogin of him before he tries to log in; create him with active false")
	case !d.creating:
		d.draft.Frozen = &wanted
	}
}

func (frozen) same(a, b any) bool { return equal(a, b) }

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

// Thawed forgets, in a draft that unfreezes a user for another reason, that the
// IdP has once sent that he shall be frozen.
func (d *Draft) Thawed() {
	thaw := false
	d.Frozen, d.Sent[frozenAttribute] = &thaw, nil
}

// Frozen tells whether a user, as rendered or as desired, is frozen.
func Frozen(user map[string]any) bool {
	extension, _ := user[SalesforceURN].(map[string]any)
	return extension["frozen"] == true
}

// SaysFrozen tells whether the body of a PUT says of its own accord that the user
// shall be frozen: the IdP has sent so before, or has not read that he is. Else it
// is repeated from a reading, like everything that an IdP does not know. The
// arguments are those of Replacement.
func (m *Mapping) SaysFrozen(current, body map[string]any, echo Echo, seen map[string]any) bool {
	r, ok := find(m.rows, frozenAttribute)
	if !ok || r.ReadOnly || !Frozen(body) {
		return false
	}
	if seen == nil {
		seen = current
	}
	return echo[frozenAttribute].Sent == true || !Frozen(seen)
}

// twins are an attribute of core SCIM that holds a reference in a list, and the
// convenience that holds its name.
type twins struct {
	list, name string
	// only picks the elements of the list that refer to it.
	only func(element map[string]any) bool
}

func bothTwins() [2]twins {
	return [2]twins{
		{"roles", SalesforceURN + ":role", func(map[string]any) bool { return true }},
		{"entitlements", SalesforceURN + ":profile", isProfile},
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
	extension = with(extension, r.at.attribute, r.at.get(current))
	desired[r.at.urn] = extension
}
