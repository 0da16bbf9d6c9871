package org

import "strings"

// mayInsert refuses an insert to one who lacks the permission for it.
func (w *write) mayInsert(values map[string]any) Errors {
	if w.access.may(w.t.obj.needs.create) {
		return nil
	}
	for name, v := range values {
		if id, ok := v.(string); ok && strings.EqualFold(name, w.t.obj.needs.reach) {
			return refuseReach(id)
		}
	}
	return refuseReach("")
}

// mayUpdate refuses an update, unless the record is the user's own.
func (w *write) mayUpdate() Errors {
	if w.access.may(w.t.obj.needs.edit) || w.access.owns(w.old) {
		return nil
	}
	return refuseReach(w.old.text(w.t.obj.needs.reach))
}

// mayDelete refuses a delete, unless the record is the user's own.
func (s *store) mayDelete(a Actor, r Record) Errors {
	access := s.accessOf(a)
	if access.may(r.t.obj.needs.remove) || access.owns(r) {
		return nil
	}
	return refuseReach(r.text(r.t.obj.needs.reach))
}

// owns reports whether a record belongs to the user.
func (a *Access) owns(r Record) bool {
	own := r.t.obj.needs.own
	return a != nil && own != "" && r.text(own) == a.userID
}

// maySet reports whether the user may write the field: he has to see it, and
// some ask for a permission even of one who writes on his own record.
func (w *write) maySet(f *Field) bool { return w.access.may(f.seenBy) && w.access.may(f.setBy) }

// kindManaged refuses a user of a kind that the writer does not manage: inside
// and outside people ask for different permissions.
func (w *write) kindManaged() Errors {
	kind := w.text("UserType")
	if !w.inserting() {
		kind = w.old.text("UserType")
		if w.access.owns(w.old) {
			return nil
		}
	}
	wanted := manageUsers | manageInternalUsers
	if isPortalType(kind) {
		wanted = manageUsers | manageExternalUsers | editSelfServiceUsers
	}
	if w.access.may(wanted) {
		return nil
	}
	return refuseReach("")
}

// refuseReach is what a write answers that its user may not do: with the id of
// the record it reaches for, in 15 characters, or without. The two pairs of code
// and sentence are recorded. unverified: which of the two insufficient-access
// errors goes with which object.
func refuseReach(id string) Errors {
	if id == "" {
		return one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
	}
	return one(400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id: "+id15(id))
}
