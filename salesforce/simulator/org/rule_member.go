package org

// queueRules are those of QueueSobject.
func queueRules() rules {
	return rules{check: func(w *write) Errors {
		if group, ok := w.s.target(w.text("QueueId")); ok && group.text("Type") != "Queue" {
			// unverified: the answer to a QueueSobject of a group that is no queue
			return one(400, "FIELD_INTEGRITY_EXCEPTION", "Group ID: id value of incorrect type: "+group.ID(), "QueueId")
		}
		for _, other := range w.s.table("QueueSobject").find("QueueId", w.get("QueueId")) {
			if other.text("SobjectType") == w.text("SobjectType") {
				return hiddenDuplicate() // unverified: the answer to a second QueueSobject of one kind
			}
		}
		return nil
	}}
}

// chatterGroupRules are those of CollaborationGroup, whose owner is its first
// member.
func chatterGroupRules() rules {
	return rules{
		prepare: func(w *write) {
			if w.inserting() && w.get("OwnerId") == nil {
				w.set("OwnerId", w.author())
			}
		},
		check: func(w *write) Errors {
			if !w.changed("Name") {
				return nil
			}
			for _, other := range w.t.find("Name", w.get("Name")) {
				if other.ID() != w.id {
					return hiddenDuplicate() // unverified: the answer to a Chatter group whose name is taken
				}
			}
			return nil
		},
		after: func(w *write) {
			if !w.inserting() {
				return
			}
			t := w.s.table("CollaborationGroupMember")
			t.put(t.ids.next(), t.values(w.s.audited(map[string]any{
				"CollaborationGroupId": w.id, "MemberId": w.get("OwnerId"), "CollaborationRole": "Admin",
			})))
		},
	}
}

// chatterMemberRules are those of CollaborationGroupMember.
func chatterMemberRules() rules {
	return rules{
		check: func(w *write) Errors {
			if !w.inserting() {
				return nil
			}
			for _, other := range w.s.table("CollaborationGroupMember").find("MemberId", w.get("MemberId")) {
				if other.text("CollaborationGroupId") == w.text("CollaborationGroupId") {
					return hiddenDuplicate() // unverified: the answer to a second membership of a Chatter group
				}
			}
			return nil
		},
		removal: func(s *store, m Record) Errors {
			if group, ok := s.target(m.text("CollaborationGroupId")); ok && group.text("OwnerId") == m.text("MemberId") {
				// unverified: the answer to taking the owner out of his Chatter group
				return one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
			}
			return nil
		},
	}
}

// territoryMemberRules are those of UserTerritory2Association.
func territoryMemberRules() rules {
	return rules{check: func(w *write) Errors {
		if !w.inserting() {
			return nil
		}
		for _, other := range w.s.table("UserTerritory2Association").find("UserId", w.get("UserId")) {
			if other.text("Territory2Id") == w.text("Territory2Id") {
				return hiddenDuplicate() // unverified: the sentence of a second UserTerritory2Association
			}
		}
		return nil
	}}
}
