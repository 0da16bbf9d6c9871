package org

import (
	"testing"
	"time"
)

func TestNamesHeldElsewhereCanBeReleased(t *testing.T) {
	o := newOrg(t, Config{})
	o.HoldElsewhere("Mona.Lisa@acme.example")
	if _, errs := o.Insert(Actor{}, "User", newUser(t, o, nil)); len(errs) != 1 || errs[0].Code != "DUPLICATE_USERNAME" {
		t.Errorf("held: %v", errs)
	}
	if _, ok := o.UserByUsername("mona.lisa@acme.example"); ok {
		t.Error("a query finds a user of another org")
	}
	o.ReleaseElsewhere("mona.LISA@acme.example")
	o.mustInsert(t, "User", newUser(t, o, nil))
}

func TestAnAttemptToLogInIsRemembered(t *testing.T) {
	o := newOrg(t, Config{})
	id := o.mustInsert(t, "User", newUser(t, o, nil))
	o.RecordLogin(id)
	if got := o.mustFind(t, "User", id)["LastLoginDate"]; got != noon {
		t.Errorf("last login %v", got)
	}
}

func TestAssignmentsExpire(t *testing.T) {
	now := noon
	o := newOrg(t, Config{Now: func() time.Time { return now }})
	id := o.mustInsert(t, "PermissionSetAssignment", map[string]any{
		"AssigneeId": o.AdminID(), "PermissionSetId": o.idOf(t, "PermissionSet", "Name", "Report_Builder"),
		"ExpirationDate": "2026-11-24T00:00:00Z",
	})
	if o.mustFind(t, "PermissionSetAssignment", id)["IsActive"] != true {
		t.Error("not active before it expires")
	}
	now = now.Add(24 * time.Hour)
	if o.mustFind(t, "PermissionSetAssignment", id)["IsActive"] != false {
		t.Error("active after it expired")
	}
}

func TestAnObjectIsFoundByNameAndByKeyPrefix(t *testing.T) {
	o := newOrg(t, Config{})
	for _, obj := range o.Objects() {
		byID, ok := o.ObjectOf(obj.KeyPrefix + "000000000001AAA")
		if !ok || byID != obj {
			t.Errorf("%s is not found by %s", obj.Name, obj.KeyPrefix)
		}
	}
	if obj, ok := o.Object("uSERlogin"); !ok || obj.Name != "UserLogin" {
		t.Error("names are not found in any case")
	}
	if _, ok := o.ObjectOf("zz"); ok {
		t.Error("found an object for no id")
	}
}

func TestDeletingAGroupClearsReferencesToIt(t *testing.T) {
	o := newOrg(t, Config{})
	group := o.mustInsert(t, "Group", map[string]any{"Name": "Approvers"})
	user := o.mustInsert(t, "User", newUser(t, o, map[string]any{"DelegatedApproverId": group}))
	if errs := o.Delete(Actor{}, "Group", group); errs != nil {
		t.Fatal(errs)
	}
	if got := o.mustFind(t, "User", user)["DelegatedApproverId"]; got != nil {
		t.Errorf("refers to %v", got)
	}
	o.verifyIndexes(t)
}
