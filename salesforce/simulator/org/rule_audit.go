package org

import "slices"

// entry is one line of the setup audit trail.
type entry struct{ action, section, display string }

// audit notes a change of the org's setup in the setup audit trail. What the
// server does by itself is not noted.
// unverified: Action, Section and Display of setup audit trail entries
func (w *write) audit() {
	if !w.t.obj.Setup || w.t.obj.Name == "Organization" {
		return
	}
	for _, e := range w.entries() {
		w.s.note(w.actor, e)
	}
}

// entries words what a write changed.
func (w *write) entries() []entry {
	r, ok := w.t.get(w.id)
	if !ok {
		return nil
	}
	switch w.t.obj.Name {
	case "User":
		return w.userEntries(r)
	case "UserLogin":
		if !w.changed("IsFrozen") {
			return nil
		}
		who := w.s.nameOf(r.text("UserId"))
		if w.flag("IsFrozen") {
			return []entry{{"frozeuser", "Manage Users", "Froze user " + who}}
		}
		return []entry{{"unfrozeuser", "Manage Users", "Unfroze user " + who}}
	}
	if w.inserting() {
		if e, ok := w.s.linkEntry(r, true); ok {
			return []entry{e}
		}
		return []entry{{"created" + w.t.obj.Name, w.t.obj.LabelPlural, "Created " + w.t.obj.Label + " " + w.s.nameOf(w.id)}}
	}
	return []entry{{"changed" + w.t.obj.Name, w.t.obj.LabelPlural, "Changed " + w.t.obj.Label + " " + w.s.nameOf(w.id)}}
}

func (w *write) userEntries(r Record) []entry {
	const section = "Manage Users"
	name, _ := r.Get("Name").(string)
	if w.inserting() {
		return []entry{{"createduser", section, "Created new user " + name}}
	}
	var list []entry
	if w.changed("IsActive") {
		action, word := "deactivateduser", "Deactivated user "
		if w.flag("IsActive") {
			action, word = "activateduser", "Activated user "
		}
		list = append(list, entry{action, section, word + name})
	}
	for _, c := range []struct{ field, action, word string }{
		{"ProfileId", "changedprofileforuser", "profile"}, {"UserRoleId", "changedroleforuser", "role"},
	} {
		if w.changed(c.field) {
			list = append(list, entry{c.action, section, "Changed " + c.word + " for user " + name +
				" from " + w.s.nameOf(w.old.text(c.field)) + " to " + w.s.nameOf(r.text(c.field))})
		}
	}
	if w.changed("Username") {
		list = append(list, entry{"changedusername", section, "Changed username for " + name + " from " + w.old.text("Username") + " to " + r.text("Username")})
	}
	return list
}

// linkEntry words what gives a user something or takes it away.
func (s *store) linkEntry(r Record, given bool) (entry, bool) {
	actions := map[string]struct{ action, away, section, what, who string }{
		"PermissionSetAssignment":    {"PermSetAssign", "PermSetUnassign", "Manage Users", "PermissionSetId", "AssigneeId"},
		"PermissionSetLicenseAssign": {"PermSetLicenseAssign", "PermSetLicenseUnassign", "Manage Users", "PermissionSetLicenseId", "AssigneeId"},
		"UserPackageLicense":         {"packageLicenseAssign", "packageLicenseUnassign", "Manage Users", "PackageLicenseId", "UserId"},
		"GroupMember":                {"groupMembership", "groupMembership", "Groups", "GroupId", "UserOrGroupId"},
	}
	a, ok := actions[r.Object().Name]
	if !ok {
		return entry{}, false
	}
	what, who := s.nameOf(r.text(a.what)), s.nameOf(r.text(a.who))
	if given {
		return entry{a.action, a.section, r.Object().Label + ": " + what + " given to " + who}, true
	}
	return entry{a.away, a.section, r.Object().Label + ": " + what + " taken from " + who}, true
}

// auditRemoval notes the deletion of a setup record.
func (s *store) auditRemoval(a Actor, r Record) {
	obj := r.Object()
	if !obj.Setup {
		return
	}
	e, ok := s.linkEntry(r, false)
	if !ok {
		e = entry{"deleted" + obj.Name, obj.LabelPlural, "Deleted " + obj.Label + " " + s.nameOf(r.ID())}
	}
	s.note(a, e)
}

// nameOf is what a person calls a record: its name field, else its id; "none"
// for the id of none.
func (s *store) nameOf(id string) string {
	r, ok := s.target(id)
	if !ok {
		return "none"
	}
	fields := r.Object().Fields
	if i := slices.IndexFunc(fields, func(f Field) bool { return f.NameField }); i >= 0 {
		if name, _ := r.Value(i).(string); name != "" {
			return name
		}
	}
	return r.ID()
}

func (s *store) note(a Actor, e entry) {
	t := s.table("SetupAuditTrail")
	const most = 40 // characters of an Action
	by, _ := ID18(a.UserID)
	fields := map[string]any{
		"Action": e.action[:min(most, len(e.action))], "Section": e.section, "Display": e.display, "CreatedDate": s.now(),
	}
	if by != "" {
		fields["CreatedById"] = by
	}
	t.put(t.ids.next(), t.values(fields))
}
