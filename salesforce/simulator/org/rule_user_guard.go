package org

// checkDeactivation refuses to switch off users whom an org keeps. A user can
// still be frozen.
func checkDeactivation(w *write) Errors {
	if w.inserting() || !w.old.flag("IsActive") || w.flag("IsActive") {
		return nil
	}
	if self, ok := ID18(w.actor.UserID); ok && self == w.id {
		// unverified: that it is refused is remembered, code and sentence are made up.
		return one(400, "FIELD_INTEGRITY_EXCEPTION", "You cannot deactivate your own user", "IsActive")
	}
	if w.s.isLastAdministrator(w.old) {
		// unverified: the code is known, when it comes and its sentence are not.
		return one(400, "CANNOT_DISABLE_LAST_ADMIN", "You cannot deactivate the last active system administrator")
	}
	if refusal, ok := w.s.refused[w.id]; ok {
		return Errors{refusal}
	}
	return nil
}

// isLastAdministrator reports whether no other active user has a profile that
// may modify all data.
func (s *store) isLastAdministrator(user Record) bool {
	if !s.mayModifyAll(user.text("ProfileId")) {
		return false
	}
	profiles := s.table("Profile")
	for profile := range profiles.walk(profiles.slots, Bound{}) {
		if !s.mayModifyAll(profile.ID()) {
			continue
		}
		for _, other := range s.users().find("ProfileId", profile.ID()) {
			if other.ID() != user.ID() && other.flag("IsActive") {
				return false
			}
		}
	}
	return true
}

// mayModifyAll reports whether a profile or permission set, by its id, holds
// the permission that makes an administrator.
func (s *store) mayModifyAll(id string) bool {
	holder, ok := s.target(id)
	return ok && holder.flag("PermissionsModifyAllData")
}

// checkAdministratorProfile lets nobody hand out or take away a power that he
// does not have. A write in nobody's name is the server's own.
func checkAdministratorProfile(w *write) Errors {
	if !w.changed("ProfileId") || !w.s.mayModifyAll(w.text("ProfileId")) && (w.inserting() || !w.s.mayModifyAll(w.old.text("ProfileId"))) {
		return nil
	}
	id, _ := ID18(w.actor.UserID)
	actor, ok := w.s.users().get(id)
	if !ok {
		return nil
	}
	// His profile is among them, as the permission set that shadows it.
	for _, a := range w.s.table("PermissionSetAssignment").find("AssigneeId", actor.ID()) {
		if w.s.mayModifyAll(a.text("PermissionSetId")) {
			return nil
		}
	}
	return one(400, "FIELD_INTEGRITY_EXCEPTION",
		"Cannot grant or remove a profile with modify all data, without having the modify all data permission yourself.")
}

// checkLicenceChange refuses the way down from a full licence to one of less
// worth. The sentence is recorded for an Identity profile; that Chatter Free is
// refused too is what a client depends on, in which words is unverified, as is
// the code of both.
func checkLicenceChange(w *write) Errors {
	if w.inserting() || !w.changed("ProfileId") {
		return nil
	}
	before, had := w.s.licenceOf(w.old.text("ProfileId"))
	after, has := w.s.licenceOf(w.text("ProfileId"))
	if !had || !has {
		return nil
	}
	switch before.text("LicenseDefinitionKey") {
	case "SFDC", "AUL":
	default:
		return nil
	}
	switch after.text("LicenseDefinitionKey") {
	case "PID_Identity_User", "CSN_User", "CSN_External_User":
	default:
		return nil
	}
	profile, _ := w.s.target(w.text("ProfileId"))
	return one(400, "FIELD_INTEGRITY_EXCEPTION", "User's Profile can't be set to '"+profile.text("Name")+
		"' because it's derived from a license that doesn't require the following permission(s): ChatterinternalUser. Select a different profile.",
		"ProfileId")
}
