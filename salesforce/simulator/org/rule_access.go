package org

// shadowOf finds the permission set that shadows a profile.
func (s *store) shadowOf(profileID string) (Record, bool) {
	return s.table("PermissionSet").first("ProfileId", profileID)
}

func (s *store) assign(userID, permissionSetID string) {
	t := s.table("PermissionSetAssignment")
	t.put(t.ids.next(), t.values(map[string]any{
		"AssigneeId": userID, "PermissionSetId": permissionSetID, "SystemModstamp": s.now(),
	}))
}

func (s *store) unassign(userID, permissionSetID string) {
	if a, ok := s.assignment(userID, permissionSetID); ok {
		s.remove(a)
	}
}

func (s *store) assignment(userID, permissionSetID string) (Record, bool) {
	for _, a := range s.table("PermissionSetAssignment").find("AssigneeId", userID) {
		if a.text("PermissionSetId") == permissionSetID {
			return a, true
		}
	}
	return Record{}, false
}

func assignmentRules() rules {
	return rules{
		prepare: func(w *write) {
			if w.inserting() && w.get("PermissionSetId") == nil && w.get("PermissionSetGroupId") != nil {
				if set, ok := w.s.table("PermissionSet").first("PermissionSetGroupId", w.get("PermissionSetGroupId")); ok {
					w.set("PermissionSetId", set.ID())
				}
			}
		},
		check: checkAssignment,
		removal: func(s *store, a Record) Errors {
			if set, ok := s.target(a.text("PermissionSetId")); ok && set.flag("IsOwnedByProfile") {
				// unverified: code and sentence.
				return one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
			}
			return nil
		},
	}
}

func checkAssignment(w *write) Errors {
	if !w.inserting() {
		return nil
	}
	set, ok := w.s.target(w.text("PermissionSetId"))
	if !ok {
		return w.s.requiredMissing([]string{"PermissionSetId"})
	}
	if _, twice := w.s.assignment(w.text("AssigneeId"), set.ID()); twice {
		// Recorded: two spaces after the full stop, ids of 15 characters.
		return one(400, "DUPLICATE_VALUE", "Duplicate PermissionSetAssignment.  Assignee: "+id15(w.text("AssigneeId"))+
			"; Permission Set: "+id15(set.ID()), "AssigneeId", "PermissionSetId")
	}
	if set.flag("IsOwnedByProfile") {
		// unverified: code and sentence.
		return one(400, "FIELD_INTEGRITY_EXCEPTION", "You can't assign a permission set that's owned by a profile", "PermissionSetId")
	}
	return checkAssigneeLicence(w, set)
}

// checkAssigneeLicence refuses a permission set made for one user licence to a
// user of another. The sentence is recorded, its code is not (unverified), nor
// which permission it names.
func checkAssigneeLicence(w *write, set Record) Errors {
	wanted, ok := w.s.target(set.text("LicenseId"))
	if !ok || wanted.Object().Name != "UserLicense" {
		return nil
	}
	user, ok := w.s.target(w.text("AssigneeId"))
	if !ok {
		return nil
	}
	if has, ok := w.s.licenceOf(user.text("ProfileId")); ok && has.ID() == wanted.ID() {
		return nil
	}
	name, _ := user.Get("Name").(string)
	return one(400, "FIELD_INTEGRITY_EXCEPTION", "Can't assign permission set "+set.text("Label")+" to user "+name+
		". The user license doesn't allow the permission: "+wanted.text("Name"), "PermissionSetId")
}

func permissionSetRules() rules {
	return rules{
		check: func(w *write) Errors {
			if !w.inserting() && w.text("Type") != "Regular" && w.text("Type") != "Session" {
				return one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "entity is read-only") // unverified for this case
			}
			return checkDeveloperName(w, "Name", "")
		},
		removal: func(s *store, set Record) Errors {
			if set.text("Type") != "Regular" && set.text("Type") != "Session" {
				return one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "entity is read-only") // unverified for this case
			}
			if len(s.table("PermissionSetAssignment").find("PermissionSetId", set.ID())) > 0 {
				// unverified: code and sentence.
				return one(400, "DELETE_FAILED", "You can't delete a permission set that's assigned to users")
			}
			return nil
		},
	}
}

func permissionSetGroupRules() rules {
	return rules{
		check: func(w *write) Errors { return checkDeveloperName(w, "DeveloperName", "") },
		after: func(w *write) {
			if w.inserting() {
				w.s.shadowGroup(w.id, w.text("DeveloperName"), w.text("MasterLabel"))
			}
		},
		removal: func(s *store, group Record) Errors {
			if len(s.table("PermissionSetAssignment").find("PermissionSetGroupId", group.ID())) > 0 {
				// unverified: code and sentence.
				return one(400, "DELETE_FAILED", "You can't delete a permission set group that's assigned to users")
			}
			return nil
		},
		removed: func(s *store, group Record) {
			if set, ok := s.table("PermissionSet").first("PermissionSetGroupId", group.ID()); ok {
				s.remove(set)
			}
		},
	}
}

// shadowGroup makes the permission set that stands for a permission set group.
func (s *store) shadowGroup(id, name, label string) {
	t := s.table("PermissionSet")
	t.put(t.ids.next(), t.values(s.audited(map[string]any{
		"Name": name, "Label": label, "Type": "Group", "PermissionSetGroupId": id, "IsCustom": true,
	})))
}
