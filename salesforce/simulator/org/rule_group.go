package org

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

func groupRules() rules {
	return rules{
		prepare: func(w *write) {
			if w.get("DeveloperName") == nil && w.get("Name") != nil {
				w.set("DeveloperName", w.s.freeDeveloperName(w.t, w.text("Name"), w.text("Type")))
			}
			if w.inserting() {
				w.set("OwnerId", w.author())
			}
		},
		check: func(w *write) Errors {
			if errs := handMade(w.text("Type")); errs != nil {
				return errs
			}
			return checkDeveloperName(w, "DeveloperName", "Type")
		},
		removal: func(_ *store, g Record) Errors { return handMade(g.text("Type")) },
	}
}

// handMade refuses to write groups that the org itself keeps, such as those of
// roles.
// unverified: code and sentence that refuse to write a group of the org's own
func handMade(kind string) Errors {
	if kind == "Regular" || kind == "Queue" {
		return nil
	}
	return one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "entity is read-only")
}

func groupMemberRules() rules {
	return rules{
		check: func(w *write) Errors {
			group, ok := w.s.target(w.text("GroupId"))
			if !ok {
				return absentReference()
			}
			if handMade(group.text("Type")) != nil {
				return one(400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
					"insufficient access rights on cross-reference id: "+id15(group.ID()))
			}
			if w.s.contains(w.text("UserOrGroupId"), group.ID()) {
				// unverified: code and sentence that refuse a group within itself
				return one(400, "CIRCULAR_DEPENDENCY", "A group can't be a member of itself, directly or through other groups")
			}
			return nil
		},
		existing: func(w *write) (string, bool) {
			// By the reference, a record that exists already is simply returned.
			for _, m := range w.s.table("GroupMember").find("UserOrGroupId", w.get("UserOrGroupId")) {
				if m.text("GroupId") == w.text("GroupId") {
					return m.ID(), true
				}
			}
			return "", false
		},
	}
}

// contains reports whether the group is, or holds through groups, the other.
func (s *store) contains(group, other string) bool {
	seen := map[string]bool{}
	var holds func(id string) bool
	holds = func(id string) bool {
		if id == other {
			return true
		}
		if seen[id] || !strings.HasPrefix(id, "00G") {
			return false
		}
		seen[id] = true
		for _, m := range s.table("GroupMember").find("GroupId", id) {
			if holds(m.text("UserOrGroupId")) {
				return true
			}
		}
		return false
	}
	return holds(group)
}

func roleRules() rules {
	return rules{
		prepare: func(w *write) {
			if w.get("DeveloperName") == nil && w.get("Name") != nil {
				w.set("DeveloperName", w.s.freeDeveloperName(w.t, w.text("Name"), ""))
			}
		},
		check: func(w *write) Errors {
			seen := map[string]bool{}
			for up := w.text("ParentRoleId"); up != "" && !seen[up]; {
				if up == w.id && w.id != "" {
					// unverified: code and sentence that refuse a role below itself
					return one(400, "CIRCULAR_DEPENDENCY", "A role can't report to itself or to a role below it", "ParentRoleId")
				}
				seen[up] = true
				parent, _ := w.s.target(up)
				if parent.r == nil {
					break
				}
				up = parent.text("ParentRoleId")
			}
			return checkDeveloperName(w, "DeveloperName", "")
		},
		after: func(w *write) {
			if w.inserting() {
				w.s.groupsOfRole(w.s.now(), w.id, w.text("DeveloperName"))
			}
		},
		removal: func(s *store, role Record) Errors {
			if len(s.users().find("UserRoleId", role.ID())) > 0 || len(s.table("UserRole").find("ParentRoleId", role.ID())) > 0 {
				// unverified: code and sentence that refuse to delete a role in use
				return one(400, "DELETE_FAILED", "You can't delete a role that has users or roles below it")
			}
			return nil
		},
	}
}

// groupsOfRole makes the two groups that come with a role; they have no Name.
func (s *store) groupsOfRole(at time.Time, roleID, developerName string) {
	t := s.table("Group")
	for _, kind := range []string{"Role", "RoleAndSubordinates"} {
		t.put(t.ids.next(), t.values(s.auditedAt(at, map[string]any{
			"Type": kind, "RelatedId": roleID, "DeveloperName": developerName,
		})))
	}
}

// developerNameShape leaves out what the sentence below says of underscores.
var developerNameShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// checkDeveloperName checks the shape of an API name and that no other record
// of the object (of the same value in the field within, if one is named) has
// it.
// unverified: codes and sentences that refuse a developer name
func checkDeveloperName(w *write, field, within string) Errors {
	name := w.text(field)
	if name == "" || !w.changed(field) {
		return nil
	}
	if !developerNameShape.MatchString(name) || strings.HasSuffix(name, "_") || strings.Contains(name, "__") {
		return one(400, "FIELD_INTEGRITY_EXCEPTION", "The "+w.t.obj.Fields[w.index(field)].Label+
			" can only contain underscores and alphanumeric characters. It must be unique, begin with a letter, "+
			"not include spaces, not end with an underscore, and not contain two consecutive underscores.", field)
	}
	for _, other := range w.t.find(field, name) {
		if other.ID() != w.id && (within == "" || other.text(within) == w.text(within)) {
			return one(400, "DUPLICATE_DEVELOPER_NAME",
				"This Developer Name already exists or has been previously used.  Please choose a different Developer Name.", field)
		}
	}
	return nil
}

// freeDeveloperName derives an API name from a label as the server does when a
// client sends none, with a number behind it while it is taken.
func (s *store) freeDeveloperName(t *table, label, kind string) string {
	base := developerName(label)
	for n := 0; ; n++ {
		name := base
		if n > 0 {
			name = fmt.Sprintf("%s%d", base, n)
		}
		taken := false
		for _, other := range t.find("DeveloperName", name) {
			taken = taken || kind == "" || other.text("Type") == kind
		}
		if !taken {
			return name
		}
	}
}

func developerName(label string) string {
	var b strings.Builder
	for _, r := range label {
		switch {
		case r < 128 && isAlphanumeric(byte(r)):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	name := strings.TrimRight(b.String(), "_")
	if name == "" || isDigit(name[0]) {
		name = strings.TrimRight("X"+name, "_")
	}
	if len(name) > 75 {
		name = strings.TrimRight(name[:75], "_")
	}
	return name
}
