package org

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPermissionSetAssignment(t *testing.T) {
	o := newOrg(t, Config{})
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	set := o.idOf(t, "PermissionSet", "Name", "Sales_Console")
	body := map[string]any{"AssigneeId": user, "PermissionSetId": set[:15]}
	id := o.mustInsert(t, "PermissionSetAssignment", body)
	if row := o.mustFind(t, "PermissionSetAssignment", id); row["PermissionSetId"] != set || row["IsActive"] != true {
		t.Errorf("got %v", row)
	}
	_, errs := o.Insert(Actor{}, "PermissionSetAssignment", body)
	want := one(400, "DUPLICATE_VALUE", "Duplicate PermissionSetAssignment.  Assignee: "+user[:15]+"; Permission Set: "+set[:15],
		"AssigneeId", "PermissionSetId")
	if diff := cmp.Diff(want, errs); diff != "" {
		t.Errorf("duplicate (-want +got):\n%s", diff)
	}
	if errs := o.Delete(Actor{}, "PermissionSetAssignment", id); errs != nil {
		t.Fatal(errs)
	}
	if diff := cmp.Diff(deletedRecord(), o.Delete(Actor{}, "PermissionSetAssignment", id)); diff != "" {
		t.Errorf("second delete (-want +got):\n%s", diff)
	}
	if !o.IsDeleted("permissionsetassignment", id) || o.IsDeleted("User", user) {
		t.Error("deleted records are not told from others")
	}
	o.mustInsert(t, "PermissionSetAssignment", body)
	o.verifyIndexes(t)
}

func TestAssignmentsRefused(t *testing.T) {
	o := newOrg(t, Config{})
	set := o.idOf(t, "PermissionSet", "Name", "Sales_Console")
	platform := o.idOf(t, "PermissionSet", "ProfileId", o.idOf(t, "Profile", "Name", "Standard Platform User"))
	licensed := o.mustInsert(t, "PermissionSet", map[string]any{
		"Name": "Platform_Only", "Label": "Platform Only", "LicenseId": o.idOf(t, "UserLicense", "LicenseDefinitionKey", "AUL"),
	})
	for name, tt := range map[string]struct {
		body map[string]any
		code string
	}{
		"without an assignee":         {map[string]any{"PermissionSetId": set}, "REQUIRED_FIELD_MISSING"},
		"without a set or group":      {map[string]any{"AssigneeId": o.AdminID()}, "REQUIRED_FIELD_MISSING"},
		"to nobody":                   {map[string]any{"AssigneeId": "005000000000001", "PermissionSetId": set}, "INVALID_CROSS_REFERENCE_KEY"},
		"of the set behind a profile": {map[string]any{"AssigneeId": o.AdminID(), "PermissionSetId": platform}, "FIELD_INTEGRITY_EXCEPTION"},
		"of a set of another licence": {map[string]any{"AssigneeId": o.AdminID(), "PermissionSetId": licensed}, "FIELD_INTEGRITY_EXCEPTION"},
	} {
		if _, errs := o.Insert(Actor{}, "PermissionSetAssignment", tt.body); len(errs) != 1 || errs[0].Code != tt.code {
			t.Errorf("an assignment %s: %v", name, errs)
		}
	}
}

func TestAProfileChangeMovesTheAssignmentOfItsPermissionSet(t *testing.T) {
	o := newOrg(t, Config{})
	user := o.mustInsert(t, "User", newUser(t, o, map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Chatter Free User")}))
	standard := o.idOf(t, "Profile", "Name", "Standard User")
	o.mustUpdate(t, "User", user, map[string]any{"ProfileId": standard})
	found := o.s.table("PermissionSetAssignment").find("AssigneeId", user)
	if len(found) != 1 {
		t.Fatalf("%d assignments", len(found))
	}
	if set, _ := o.s.target(found[0].text("PermissionSetId")); set.text("ProfileId") != standard {
		t.Error("the assignment is of the old profile")
	}
	if got := o.mustFind(t, "User", user)["UserType"]; got != "Standard" {
		t.Errorf("user type %v", got)
	}
	if errs := o.Delete(Actor{}, "PermissionSetAssignment", found[0].ID()); errs == nil {
		t.Error("took the profile's own permission set away")
	}
	o.verifyIndexes(t)
}

func TestPermissionSetGroupsAreAssignedThroughTheirOwnSet(t *testing.T) {
	o := newOrg(t, Config{})
	group := o.mustInsert(t, "PermissionSetGroup", map[string]any{"DeveloperName": "Desk", "MasterLabel": "Desk"})
	a := o.mustInsert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": o.AdminID(), "PermissionSetGroupId": group})
	set, ok := o.s.target(o.mustFind(t, "PermissionSetAssignment", a)["PermissionSetId"].(string))
	if !ok || set.text("Type") != "Group" || set.text("PermissionSetGroupId") != group {
		t.Error("no permission set stands for the group")
	}
	if errs := o.Delete(Actor{}, "PermissionSetGroup", group); errs == nil {
		t.Error("deleted a group that is assigned")
	}
	if errs := o.Delete(Actor{}, "PermissionSetAssignment", a); errs != nil {
		t.Fatal(errs)
	}
	if errs := o.Delete(Actor{}, "PermissionSetGroup", group); errs != nil {
		t.Fatal(errs)
	}
	if _, ok := o.Find("PermissionSet", set.ID()); ok {
		t.Error("the set outlived its group")
	}
}

func TestGroups(t *testing.T) {
	o := newOrg(t, Config{})
	group := o.mustInsert(t, "Group", map[string]any{"Name": "1st Line: Support & Co."})
	row := o.mustFind(t, "Group", group)
	if row["DeveloperName"] != "X1st_Line_Support_Co" || row["Type"] != "Regular" || row["DoesIncludeBosses"] != true {
		t.Errorf("got %v", row)
	}
	twin := o.mustInsert(t, "Group", map[string]any{"Name": "1st Line: Support & Co."})
	if got := o.mustFind(t, "Group", twin)["DeveloperName"]; got != "X1st_Line_Support_Co1" {
		t.Errorf("the second of a name is called %v", got)
	}
	o.mustInsert(t, "Group", map[string]any{"Name": "A queue", "DeveloperName": "X1st_Line_Support_Co", "Type": "Queue"}) // unique by type
	for name, body := range map[string]map[string]any{
		"DUPLICATE_DEVELOPER_NAME":                {"Name": "x", "DeveloperName": "x1st_line_support_co"},
		"FIELD_INTEGRITY_EXCEPTION":               {"Name": "x", "DeveloperName": "no spaces"},
		"INSUFFICIENT_ACCESS_OR_READONLY":         {"Name": "x", "Type": "Role"},
		"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": {"Name": "x", "Type": "Club"},
		"REQUIRED_FIELD_MISSING":                  {"Type": "Regular"},
	} {
		if _, errs := o.Insert(Actor{}, "Group", body); len(errs) != 1 || errs[0].Code != name {
			t.Errorf("%s: %v", name, errs)
		}
	}
	o.mustUpdate(t, "Group", group, map[string]any{"Name": "First Line"})
	if got := o.mustFind(t, "Group", group)["DeveloperName"]; got != "X1st_Line_Support_Co" {
		t.Errorf("renaming changed the API name to %v", got)
	}
}

func TestGroupMembers(t *testing.T) {
	o := newOrg(t, Config{})
	sales := o.idOf(t, "Group", "DeveloperName", "All_Sales")
	launch := o.idOf(t, "Group", "DeveloperName", "Launch_Team")
	queue := o.idOf(t, "Group", "DeveloperName", "Support_Queue")
	internal := o.idOf(t, "Group", "DeveloperName", "AllInternalUsers")
	member := o.mustInsert(t, "GroupMember", map[string]any{"GroupId": sales, "UserOrGroupId": o.AdminID()})
	if again := o.mustInsert(t, "GroupMember", map[string]any{"GroupId": sales, "UserOrGroupId": o.AdminID()}); again != member {
		t.Errorf("a second membership %s beside %s", again, member)
	}
	o.mustInsert(t, "GroupMember", map[string]any{"GroupId": queue, "UserOrGroupId": o.AdminID()})
	o.mustInsert(t, "GroupMember", map[string]any{"GroupId": sales, "UserOrGroupId": launch})
	for name, tt := range map[string]struct{ group, member, code string }{
		"a group of the org's own":      {internal, o.AdminID(), "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"},
		"a group in itself":             {sales, sales, "CIRCULAR_DEPENDENCY"},
		"a group in one of its members": {launch, sales, "CIRCULAR_DEPENDENCY"},
		"a role":                        {sales, o.idOf(t, "UserRole", "Name", "CEO"), "MALFORMED_ID"},
	} {
		_, errs := o.Insert(Actor{}, "GroupMember", map[string]any{"GroupId": tt.group, "UserOrGroupId": tt.member})
		if len(errs) != 1 || errs[0].Code != tt.code {
			t.Errorf("%s: %v", name, errs)
		}
	}
	if errs := o.Update(Actor{}, "GroupMember", member, map[string]any{"GroupId": launch}); errs == nil {
		t.Error("a membership was changed")
	}
	if errs := o.Delete(Actor{}, "Group", sales); errs != nil {
		t.Fatal(errs)
	}
	if _, ok := o.Find("GroupMember", member); ok {
		t.Error("a membership outlived its group")
	}
	if errs := o.Delete(Actor{}, "Group", internal); errs == nil {
		t.Error("deleted a group of the org's own")
	}
	o.verifyIndexes(t)
}

func TestRoles(t *testing.T) {
	o := newOrg(t, Config{})
	ceo := o.idOf(t, "UserRole", "Name", "CEO")
	role := o.mustInsert(t, "UserRole", map[string]any{"Name": "Chief of Staff", "ParentRoleId": ceo})
	if groups := o.s.table("Group").find("RelatedId", role); len(groups) != 2 || groups[0].Get("Name") != nil {
		t.Errorf("a role comes with %d groups", len(groups))
	}
	if errs := o.Update(Actor{}, "UserRole", ceo, map[string]any{"ParentRoleId": role}); len(errs) != 1 || errs[0].Code != "CIRCULAR_DEPENDENCY" {
		t.Errorf("a role above itself: %v", errs)
	}
	if errs := o.Delete(Actor{}, "UserRole", ceo); errs == nil {
		t.Error("deleted a role with roles below it")
	}
	if errs := o.Delete(Actor{}, "UserRole", role); errs != nil {
		t.Fatal(errs)
	}
	if groups := o.s.table("Group").find("RelatedId", role); len(groups) != 0 {
		t.Error("groups outlived their role")
	}
}
