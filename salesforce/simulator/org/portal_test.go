package org

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// contact makes a contact of an account of the administrator's.
func (o *Org) contact(t testing.TB, account string) string {
	t.Helper()
	return o.mustInsert(t, "Contact", map[string]any{
		"LastName": "Bell", "AccountId": o.mustInsert(t, "Account", map[string]any{"Name": account}),
	})
}

func TestPortalUsers(t *testing.T) {
	o := newOrg(t, Config{})
	contact := o.contact(t, "Globex")
	plus := o.idOf(t, "Profile", "Name", "Customer Community Plus User")
	id := o.mustInsert(t, "User", newUser(t, o, map[string]any{"ProfileId": plus, "ContactId": contact}))
	row := o.mustFind(t, "User", id)
	for field, want := range map[string]any{
		"UserType": "PowerCustomerSuccess", "IsPortalEnabled": true, "BadgeText": "Customer", "PortalRole": nil,
		"AccountId": o.mustFind(t, "Contact", contact)["AccountId"],
	} {
		if row[field] != want {
			t.Errorf("%s is %v", field, row[field])
		}
	}
	role := o.mustFind(t, "UserRole", row["UserRoleId"].(string))
	if role["Name"] != "Globex Customer User" || role["PortalType"] != "CustomerPortal" || role["ParentRoleId"] != o.idOf(t, "UserRole", "Name", "CEO") {
		t.Errorf("role %v", role)
	}
	for object, kept := range map[string]string{"Contact": contact, "Account": row["AccountId"].(string)} {
		if errs := o.Delete(Actor{}, object, kept); len(errs) != 1 || errs[0].Code != "DELETE_FAILED" {
			t.Errorf("%s of a portal user deleted: %v", object, errs)
		}
	}
	second := o.mustInsert(t, "Contact", map[string]any{"LastName": "Watson", "AccountId": row["AccountId"]})
	twin := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "watson@globex.example", "ProfileId": plus, "ContactId": second}))
	if got := o.mustFind(t, "User", twin)["UserRoleId"]; got != row["UserRoleId"] {
		t.Error("a second role for one account")
	}
	group := o.idOf(t, "Group", "DeveloperName", "All_Sales")
	member := o.mustInsert(t, "GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": id})
	o.mustUpdate(t, "User", id, map[string]any{"IsPortalEnabled": false})
	row = o.mustFind(t, "User", id)
	if row["IsActive"] != false || row["ContactId"] != nil || row["AccountId"] != nil {
		t.Errorf("cut off: %v, %v, %v", row["IsActive"], row["ContactId"], row["AccountId"])
	}
	if _, ok := o.Find("GroupMember", member); ok {
		t.Error("cut off, and still a member")
	}
	o.verifyIndexes(t)
}

func TestPortalUsersRefused(t *testing.T) {
	o := newOrg(t, Config{})
	contact, taken := o.contact(t, "Globex"), o.contact(t, "Initech")
	community := o.idOf(t, "Profile", "Name", "Customer Community User")
	partner := o.idOf(t, "Profile", "Name", "Partner Community User")
	o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "first@initech.example", "ProfileId": community, "ContactId": taken}))
	outsider := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "p@initech.example", "ProfileId": partner, "ContactId": o.contact(t, "Hooli")}))
	roleless := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "roleless@acme.example"}))
	orphan := o.mustInsert(t, "Contact", map[string]any{
		"LastName": "x", "AccountId": o.mustInsert(t, "Account", map[string]any{"Name": "Lost", "OwnerId": roleless}),
	})
	ceo := o.idOf(t, "UserRole", "Name", "CEO")
	for name, tt := range map[string]struct {
		changes map[string]any
		want    Errors
	}{
		"without a contact":                     {map[string]any{"ProfileId": community}, one(400, "INVALID_CROSS_REFERENCE_KEY", "Cannot create a portal user without contact")},
		"of a contact that has one":             {map[string]any{"ProfileId": community, "ContactId": taken}, one(400, "PORTAL_USER_ALREADY_EXISTS_FOR_CONTACT", "portal user already exists for contact")},
		"of an account whose owner has no role": {map[string]any{"ProfileId": community, "ContactId": orphan}, one(400, "UNKNOWN_EXCEPTION", "portal account owner must have a role")},
		"with a role of people inside":          {map[string]any{"ProfileId": partner, "ContactId": contact, "UserRoleId": ceo}, one(400, "FIELD_INTEGRITY_EXCEPTION", "role type must match user type")},
		"with a role where there are none":      {map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Chatter Free User"), "UserRoleId": ceo}, one(400, "FIELD_INTEGRITY_EXCEPTION", "role type must match user type")},
		"of inside with a role of the portal": {
			map[string]any{"UserRoleId": o.mustFind(t, "User", outsider)["UserRoleId"]}, one(400, "FIELD_INTEGRITY_EXCEPTION", "role type must match user type"),
		},
	} {
		if _, errs := o.Insert(Actor{}, "User", newUser(t, o, tt.changes)); !cmp.Equal(tt.want, errs) {
			t.Errorf("a user %s: %v", name, errs)
		}
	}
	want := one(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: ContactId. Please check the security settings "+
		"of this field and verify that it is read/write for your profile or permission set.", "ContactId")
	if diff := cmp.Diff(want, o.Update(Actor{}, "User", outsider, map[string]any{"ContactId": contact})); diff != "" {
		t.Errorf("another contact (-want +got):\n%s", diff)
	}
	errs := o.Update(Actor{}, "User", outsider, map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Standard User")})
	if len(errs) != 1 || !strings.HasPrefix(errs[0].Message, "User's Profile can't be set to 'Standard User' because") {
		t.Errorf("from outside to inside: %v", errs)
	}

	o = newOrg(t, Config{StandardExternalProfilesOff: true})
	want = one(400, "FIELD_INTEGRITY_EXCEPTION", "To create or update users for this profile, go to Setup > Digital Experiences  Settings "+
		"and select Allow using standard external profiles for self-registration, user creation, and login.")
	_, errs = o.Insert(Actor{}, "User", newUser(t, o, map[string]any{
		"ProfileId": o.idOf(t, "Profile", "Name", "Partner Community User"), "ContactId": o.contact(t, "Globex"),
	}))
	if diff := cmp.Diff(want, errs); diff != "" {
		t.Errorf("a standard profile (-want +got):\n%s", diff)
	}
}

func TestARoleHasToGoBeforeAProfileWithoutRoles(t *testing.T) {
	o := newOrg(t, Config{})
	id := o.mustInsert(t, "User", newUser(t, o, map[string]any{
		"ProfileId": o.idOf(t, "Profile", "Name", "Identity User"), "UserRoleId": o.idOf(t, "UserRole", "Name", "CEO"),
	}))
	both := map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Chatter Free User"), "UserRoleId": nil}
	want := one(400, "FIELD_INTEGRITY_EXCEPTION", "role type must match user type")
	if diff := cmp.Diff(want, o.Update(Actor{}, "User", id, both)); diff != "" {
		t.Errorf("both in one step (-want +got):\n%s", diff)
	}
	o.mustUpdate(t, "User", id, map[string]any{"UserRoleId": ""})
	o.mustUpdate(t, "User", id, both)
}

func TestOwners(t *testing.T) {
	o := newOrg(t, Config{})
	idle := o.mustInsert(t, "User", newUser(t, o, map[string]any{"IsActive": false}))
	want := one(400, "INACTIVE_OWNER_OR_USER", "operation performed with inactive user ["+idle+"] as owner of contact")
	if _, errs := o.Insert(Actor{}, "Contact", map[string]any{"LastName": "x", "OwnerId": idle}); !cmp.Equal(want, errs) {
		t.Errorf("an inactive owner: %v", errs)
	}
	outsider := o.mustInsert(t, "User", newUser(t, o, map[string]any{
		"Username": "p@globex.example", "ProfileId": o.idOf(t, "Profile", "Name", "Partner Community User"), "ContactId": o.contact(t, "Globex"),
	}))
	account := o.mustInsert(t, "Account", map[string]any{"Name": "Hooli"})
	o.mustUpdate(t, "Account", account, map[string]any{"IsPartner": true})
	want = one(400, "UNKNOWN_EXCEPTION", "portal users cannot own partner accounts")
	if diff := cmp.Diff(want, o.Update(Actor{}, "Account", account, map[string]any{"OwnerId": outsider})); diff != "" {
		t.Errorf("a partner's account (-want +got):\n%s", diff)
	}
	owner := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "owner@acme.example"}))
	o.mustUpdate(t, "Account", account, map[string]any{"OwnerId": owner})
	o.mustUpdate(t, "User", owner, map[string]any{"IsActive": false})
	o.mustUpdate(t, "Account", account, map[string]any{"Phone": "1"}) // whose owner has gone since
}
