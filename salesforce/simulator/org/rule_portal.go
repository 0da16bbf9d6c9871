package org

// isPortalType reports whether users of that UserType come from outside and
// belong to a contact.
func isPortalType(kind string) bool {
	switch kind {
	case "PowerPartner", "PowerCustomerSuccess", "CustomerSuccess", "CspLitePortal":
		return true
	}
	return false
}

// preparePortal derives the account of a portal user from his contact, and cuts
// him off from it for good when the portal is closed to him.
func preparePortal(w *write) {
	if w.inserting() {
		if contact, ok := w.s.target(w.text("ContactId")); ok && isPortalType(w.text("UserType")) {
			w.set("AccountId", contact.Get("AccountId"))
			w.set("IsPortalEnabled", true)
		}
		return
	}
	if w.old.flag("IsPortalEnabled") && !w.flag("IsPortalEnabled") {
		w.set("IsActive", false)
		w.set("ContactId", nil)
		w.set("AccountId", nil)
	}
}

// checkPortal refuses a portal user who does not hang together with his contact
// and its account.
func checkPortal(w *write) Errors {
	if !isPortalType(w.text("UserType")) {
		if w.inserting() && w.get("ContactId") != nil {
			// unverified: the answer to an internal user with a contact
			return one(400, "FIELD_INTEGRITY_EXCEPTION", "Contact ID can only be set for portal users", "ContactId")
		}
		return nil
	}
	if w.s.cfg.StandardExternalProfilesOff && w.changed("ProfileId") {
		if !w.s.isCustomProfile(w.text("ProfileId")) {
			return one(400, "FIELD_INTEGRITY_EXCEPTION", "To create or update users for this profile, go to Setup > Digital Experiences  "+
				"Settings and select Allow using standard external profiles for self-registration, user creation, and login.")
		}
	}
	if w.get("ContactId") == nil {
		if w.changed("ProfileId") {
			return one(400, "INVALID_CROSS_REFERENCE_KEY", "Cannot create a portal user without contact")
		}
		return nil
	}
	if !w.inserting() {
		return nil
	}
	for _, other := range w.s.users().find("ContactId", w.get("ContactId")) {
		if other.ID() != w.id {
			return one(400, "PORTAL_USER_ALREADY_EXISTS_FOR_CONTACT", "portal user already exists for contact")
		}
	}
	account, ok := w.s.target(w.text("AccountId"))
	if !ok {
		return absentReference() // unverified: the answer to a portal user whose contact has no account
	}
	if owner, ok := w.s.target(account.text("OwnerId")); !ok || owner.text("UserRoleId") == "" {
		return one(400, "UNKNOWN_EXCEPTION", "portal account owner must have a role")
	}
	return nil
}

// checkRole wants the role of a user to be of his own kind: those of a portal
// belong to users of that account, the others to people inside. A profile that
// allows no role is refused to a user who has one, even if the same update takes
// it away.
// unverified: that licences without roles answer "role type must match user type", and that it lists no fields
func checkRole(w *write) Errors {
	if !w.changed("UserRoleId") && !w.changed("ProfileId") {
		return nil
	}
	roles := []any{w.get("UserRoleId")}
	if !w.inserting() && w.changed("ProfileId") {
		roles = append(roles, w.old.Get("UserRoleId"))
	}
	for _, id := range roles {
		text, _ := id.(string)
		role, ok := w.s.target(text)
		if !ok {
			continue
		}
		kind := w.text("UserType")
		fits := role.text("PortalType") == "None" && kind != "CsnOnly"
		if isPortalType(kind) {
			fits = role.text("PortalType") != "None" && kind != "CspLitePortal" && role.text("PortalAccountId") == w.text("AccountId")
		}
		if !fits {
			return one(400, "FIELD_INTEGRITY_EXCEPTION", "role type must match user type")
		}
	}
	return nil
}

// followPortal gives a portal user the role of his account, which is made with
// its first user, and takes the memberships of one who is cut off.
// unverified: that only PowerPartner and PowerCustomerSuccess users get a role
func followPortal(w *write) {
	if !w.inserting() {
		if w.old.flag("IsPortalEnabled") && !w.flag("IsPortalEnabled") {
			for _, m := range w.s.table("GroupMember").find("UserOrGroupId", w.id) {
				w.s.remove(m)
			}
		}
		return
	}
	account, ok := w.s.target(w.text("AccountId"))
	if !ok || w.get("UserRoleId") != nil {
		return
	}
	kind, word := "CustomerPortal", "Customer"
	switch w.text("UserType") {
	case "PowerPartner":
		kind, word = "Partner", "Partner"
	case "PowerCustomerSuccess":
	default:
		return
	}
	w.s.change(w.s.users(), w.id, map[string]any{"UserRoleId": w.s.portalRole(account, kind, word)})
}

// portalRole finds or makes the role of an account's users, below that of the
// account's owner. Its name, "<Account> Customer User", is recorded.
func (s *store) portalRole(account Record, kind, word string) string {
	t := s.table("UserRole")
	for _, role := range t.find("PortalAccountId", account.ID()) {
		if role.text("PortalType") == kind {
			return role.ID()
		}
	}
	name := account.text("Name")
	if most := 80 - len(" "+word+" User"); len(name) > most {
		name = string([]rune(name)[:min(most, len([]rune(name)))])
	}
	name += " " + word + " User"
	fields := map[string]any{
		"Name": name, "DeveloperName": s.freeDeveloperName(t, name, ""), "PortalType": kind, "PortalRole": "Worker",
		"PortalAccountId": account.ID(), "PortalAccountOwnerId": account.Get("OwnerId"),
		"LastModifiedDate": s.now(), "LastModifiedById": s.adminID, "SystemModstamp": s.now(),
	}
	if owner, ok := s.target(account.text("OwnerId")); ok {
		fields["ParentRoleId"] = owner.Get("UserRoleId")
	}
	id := t.put(t.ids.next(), t.values(fields)).ID()
	s.groupsOfRole(s.now(), id, fields["DeveloperName"].(string)) // as set above
	return id
}

// ownedRules are those of Account and Contact.
func ownedRules() rules {
	return rules{
		prepare: func(w *write) {
			if w.inserting() && w.get("OwnerId") == nil {
				w.set("OwnerId", w.author())
			}
		},
		check: func(w *write) Errors {
			owner, ok := w.s.target(w.text("OwnerId"))
			if !ok || !w.changed("OwnerId") {
				return nil
			}
			if !owner.flag("IsActive") {
				return one(400, "INACTIVE_OWNER_OR_USER",
					"operation performed with inactive user ["+owner.ID()+"] as owner of "+lowerFirst(w.t.obj.Name))
			}
			if w.flag("IsPartner") && isPortalType(owner.text("UserType")) {
				return one(400, "UNKNOWN_EXCEPTION", "portal users cannot own partner accounts")
			}
			return nil
		},
		removal: func(s *store, r Record) Errors {
			for _, field := range []string{"ContactId", "AccountId"} {
				if user, ok := s.users().first(field, r.ID()); ok {
					// unverified: code and sentence that refuse to delete the contact or account of a portal user
					return one(400, "DELETE_FAILED", "Your attempt to delete "+s.nameOf(r.ID())+
						" could not be completed because it is associated with the following portal users.: "+s.nameOf(user.ID()))
				}
			}
			return nil
		},
	}
}

func lowerFirst(s string) string { return string(lower(s[0])) + s[1:] }
