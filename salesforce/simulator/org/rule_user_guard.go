package org

import "slices"

// checkDeactivation refuses to switch off users whom an org keeps. A user can
// still be frozen.
func checkDeactivation(w *write) Errors {
	if w.inserting() || !w.old.flag("IsActive") || w.flag("IsActive") {
		return nil
	}
	if w.access != nil && w.access.userID == w.id {
		// unverified: code and sentence that refuse to deactivate oneself
		return one(400, "FIELD_INTEGRITY_EXCEPTION", "You cannot deactivate your own user", "IsActive")
	}
	if w.s.isLastAdministrator(w.old) {
		// unverified: when CANNOT_DISABLE_LAST_ADMIN comes, and its sentence
		return one(400, "CANNOT_DISABLE_LAST_ADMIN", "You cannot deactivate the last active system administrator")
	}
	if refusal, ok := w.s.refused[w.id]; ok {
		return Errors{refusal}
	}
	return checkHierarchy(w)
}

// checkHierarchy refuses to switch off a user to whom others point in a lookup
// that the org added to User; the sentence is documented.
// unverified: errorCode FIELD_INTEGRITY_EXCEPTION of a user who is the value of a hierarchy field
func checkHierarchy(w *write) Errors {
	for i := range w.t.obj.Fields {
		f := &w.t.obj.Fields[i]
		if !f.Custom || f.Type != "reference" || !slices.Contains(f.ReferenceTo, "User") {
			continue
		}
		if _, held := w.t.first(f.Name, w.id); held {
			return one(400, "FIELD_INTEGRITY_EXCEPTION", "Cannot inactivate user that is the value of a hierarchy field:"+f.Name)
		}
	}
	return nil
}

// DeactivationBlocker is an error to hand to RefuseDeactivation: what an org
// answers for a user who is "workflow" its default workflow user, "case" its
// default case owner, "lead" its web-to-lead default creator, "hierarchy" a
// hierarchy field's value. The sentences are documented.
// unverified: errorCode FIELD_INTEGRITY_EXCEPTION of refused deactivations
func DeactivationBlocker(kind string) (Error, bool) {
	sentence, ok := map[string]string{
		"workflow":  "You cannot deactivate the Default Workflow User",
		"case":      "You cannot deactivate a user who is the default owner of cases",
		"lead":      "You cannot disable the Web to Lead Default Creator.",
		"hierarchy": "Cannot inactivate user that is the value of a hierarchy field:Supervisor__c",
	}[kind]
	return Error{Status: 400, Code: "FIELD_INTEGRITY_EXCEPTION", Message: sentence, Fields: []string{}}, ok
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
	if w.access.may(modifyAllData) {
		return nil
	}
	return one(400, "FIELD_INTEGRITY_EXCEPTION",
		"Cannot grant or remove a profile with modify all data, without having the modify all data permission yourself.")
}

// checkLicenceChange refuses the way down from a full licence to one of less
// worth, and the way from outside to inside. The sentence is recorded for an
// Identity profile; that Chatter Free is refused too is what a client depends
// on.
// unverified: errorCode of a profile of another licence, and that other licences than Identity answer its sentence
func checkLicenceChange(w *write) Errors {
	if w.inserting() || !w.changed("ProfileId") {
		return nil
	}
	before, had := w.s.licenceOf(w.old.text("ProfileId"))
	after, has := w.s.licenceOf(w.text("ProfileId"))
	if !had || !has {
		return nil
	}
	down := false
	switch before.text("LicenseDefinitionKey") {
	case "SFDC", "AUL":
		switch after.text("LicenseDefinitionKey") {
		case "PID_Identity_User", "CSN_User", "CSN_External_User":
			down = true
		}
	}
	inside := isPortalType(w.old.text("UserType")) && !isPortalType(w.text("UserType"))
	if !down && !inside {
		return nil
	}
	profile, _ := w.s.target(w.text("ProfileId"))
	return one(400, "FIELD_INTEGRITY_EXCEPTION", "User's Profile can't be set to '"+profile.text("Name")+
		"' because it's derived from a license that doesn't require the following permission(s): ChatterinternalUser. Select a different profile.",
		"ProfileId")
}
