package mapping

// The conveniences of the Salesforce extension say what core SCIM says as well,
// for IdPs that can send nothing but single texts and booleans: profile and role
// the name of what entitlements and roles hold, frozen a part of active.
const (
	profileAttribute = SalesforceURN + ":profile"
	roleAttribute    = SalesforceURN + ":role"
	frozenAttribute  = SalesforceURN + ":frozen"
)

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
