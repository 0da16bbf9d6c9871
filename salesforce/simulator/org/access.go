package org

import (
	"strings"
	"sync"
	"time"
)

// needs say which permissions an object asks for, any one of each; none means
// that everybody may who may use the org.
type needs struct {
	read, create, edit, remove permission

	// own names the field that holds the user to whom a record belongs, who may
	// edit and remove it without permission; "" where there is none.
	own string
	// reach names the reference whose record a refusal speaks of; "" where it
	// speaks of the record itself.
	reach string
}

// Access is what a user may do in the org: his profile and his permission sets
// together.
type Access struct {
	userID   string // 18 characters
	language string // LanguageLocaleKey
	has      permission
	until    time.Time // when an assignment ends; zero = never
}

// may reports whether one of the permissions is there, or none is asked for.
// nil may everything.
func (a *Access) may(one permission) bool { return a == nil || one == 0 || a.has&one != 0 }

// accessCache holds the Access of users who were asked about. Whoever writes to
// the org has it alone, so that a reader never keeps what a writer took out.
type accessCache struct{ byUser sync.Map } // 18-character user id to *Access

func (c *accessCache) forget(userID string) { c.byUser.Delete(userID) }

func (c *accessCache) forgetAll() { c.byUser.Clear() }

// accessOf is what the user may do; nil, everything, for the zero Actor.
func (s *store) accessOf(a Actor) *Access {
	if a.UserID == "" {
		return nil
	}
	id := a.UserID
	if len(id) != 18 {
		id, _ = ID18(id)
	}
	if kept, ok := s.access.byUser.Load(id); ok {
		// The cache holds nothing else.
		if access := kept.(*Access); access.until.IsZero() || s.clock().Before(access.until) {
			return access
		}
	}
	access := s.deriveAccess(id)
	if access.has != 0 {
		s.access.byUser.Store(id, access)
	}
	return access
}

// deriveAccess adds up what a user's profile and permission sets give. A set
// that a session has to activate gives nothing by itself.
func (s *store) deriveAccess(userID string) *Access {
	access := &Access{userID: userID}
	user, ok := s.users().get(userID)
	if !ok {
		return access
	}
	access.language = user.text("LanguageLocaleKey")
	if kind := user.text("UserType"); !isPortalType(kind) && kind != "Guest" && kind != "" {
		access.has = internalUser
	}
	if profile, ok := s.target(user.text("ProfileId")); ok {
		access.has |= profile.granted()
	}
	now := s.clock()
	for _, a := range s.table("PermissionSetAssignment").find("AssigneeId", userID) {
		if end, ok := a.Get("ExpirationDate").(time.Time); ok {
			if !now.Before(end) {
				continue
			}
			if access.until.IsZero() || end.Before(access.until) {
				access.until = end
			}
		}
		if a.flag("IsRevoked") {
			continue
		}
		if set, ok := s.target(a.text("PermissionSetId")); ok {
			access.has |= s.grantedBy(set)
		}
	}
	access.has = access.has.implied()
	return access
}

// grantedBy is what a permission set gives: one that stands for a group gives
// what the group's sets give.
func (s *store) grantedBy(set Record) permission {
	if set.flag("HasActivationRequired") {
		return 0
	}
	all := set.granted()
	if group := set.text("PermissionSetGroupId"); group != "" {
		for _, part := range s.table("PermissionSetGroupComponent").find("PermissionSetGroupId", group) {
			if member, ok := s.target(part.text("PermissionSetId")); ok {
				all |= member.granted()
			}
		}
	}
	return all
}

// granted collects a profile's or permission set's Permissions fields.
func (r Record) granted() permission {
	var all permission
	for _, i := range r.t.obj.grants {
		if r.stored(i) == true {
			all |= r.t.obj.Fields[i].grants
		}
	}
	return all
}

// forgetAccess is the counted rule of the records that access follows from.
func forgetAccess(t *table, _, _ *row) { t.s.access.forgetAll() }

// forgetAssignee forgets the access of the users an assignment belongs to.
func forgetAssignee(t *table, before, next *row) {
	for _, r := range []*row{before, next} {
		if r != nil {
			t.s.access.forget(Record{t, r}.text("AssigneeId"))
		}
	}
}

// Reads reports whether the user of the view may query the object at all.
// unverified: that an object whose permission a user lacks is to him as one
// that does not exist.
func (v *View) Reads(obj *Object) bool { return v.access.may(obj.needs.read) }

// Sees reports whether the user of the view may read the field (by index in
// Fields): field-level security. A field he may not see is to him as one that
// does not exist.
func (v *View) Sees(obj *Object, field int) bool { return v.access.may(obj.Fields[field].seenBy) }

// MayUseAPI reports whether the user has the permission API Enabled, without
// which every API call answers API_CURRENTLY_DISABLED, "API is disabled for
// this User".
func (o *Org) MayUseAPI(userID string) bool { return o.HasPermission(userID, "ApiEnabled") }

// HasPermission reports whether the user has the system permission of that API
// name ("ManageUsers", "ResetPasswords") by his profile, by a permission set, or
// because another permission brings it with it. It is false of a name that
// decides nothing here.
func (o *Org) HasPermission(userID, name string) bool {
	has := false
	_ = o.View(func(v *View) error { // fn never fails
		access := v.s.accessOf(Actor{userID})
		if access == nil {
			return nil
		}
		for _, p := range systemPermissions() {
			if strings.EqualFold(p.name, name) {
				has = access.has&p.bit != 0
			}
		}
		return nil
	})
	return has
}
