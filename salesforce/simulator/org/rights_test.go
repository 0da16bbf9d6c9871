package org

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// clerk is a user inside whose profile gives him nothing.
func (o *Org) clerk(t testing.TB, permissions ...string) string {
	t.Helper()
	id := o.mustInsert(t, "User", newUser(t, o, map[string]any{
		"Username": "clerk" + o.s.users().ids.next() + "@acme.example", "ProfileId": o.idOf(t, "Profile", "Name", "Minimum Access - Salesforce"),
	}))
	if len(permissions) > 0 {
		o.grant(t, id, permissions...)
	}
	return id
}

func TestWhoMayWriteWhat(t *testing.T) {
	o := newOrg(t, Config{Territories: true})
	other := o.mustInsert(t, "User", newUser(t, o, nil))
	login, _ := o.RecordLogin(other)
	set := o.idOf(t, "PermissionSet", "Name", "Sales_Console")
	group := o.idOf(t, "Group", "DeveloperName", "All_Sales")
	licence := o.idOf(t, "PermissionSetLicense", "DeveloperName", "CRMUserPsl")
	seat := o.idOf(t, "PackageLicense", "NamespacePrefix", "acmedocs")
	profile := o.idOf(t, "Profile", "Name", "Standard User")
	fresh := newUser(t, o, map[string]any{"Username": "fresh@acme.example"})
	on := one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
	onto := func(id string) Errors {
		return one(400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id: "+id15(id))
	}
	insert := func(object string, body map[string]any) func(tx *Org, a Actor) Errors {
		return func(tx *Org, a Actor) Errors {
			_, errs := tx.Insert(a, object, body)
			return errs
		}
	}
	update := func(object, id string, body map[string]any) func(tx *Org, a Actor) Errors {
		return func(tx *Org, a Actor) Errors { return tx.Update(a, object, id, body) }
	}
	for name, tt := range map[string]struct {
		do   func(tx *Org, a Actor) Errors
		want Errors // of one without the permission
		by   []string
	}{
		"make a user":                    {insert("User", fresh), on, []string{"ManageUsers"}},
		"change another user":            {update("User", other, map[string]any{"Title": "x"}), on, []string{"ManageUsers", "ManageInternalUsers"}},
		"freeze a user":                  {update("UserLogin", login, map[string]any{"IsFrozen": true}), on, []string{"ManageUsers"}},
		"assign a permission set":        {insert("PermissionSetAssignment", map[string]any{"AssigneeId": other, "PermissionSetId": set}), onto(other), []string{"AssignPermissionSets", "ManageUsers"}},
		"give a permission set licence":  {insert("PermissionSetLicenseAssign", map[string]any{"AssigneeId": other, "PermissionSetLicenseId": licence}), onto(licence), []string{"AssignPermissionSets"}},
		"give a package seat":            {insert("UserPackageLicense", map[string]any{"UserId": other, "PackageLicenseId": seat}), onto(seat), []string{"ManagePackageLicenses"}},
		"add to a public group":          {insert("GroupMember", map[string]any{"UserOrGroupId": other, "GroupId": group}), onto(group), []string{"ManageUsers"}},
		"make a public group":            {insert("Group", map[string]any{"Name": "New"}), on, []string{"ManageUsers"}},
		"make a role":                    {insert("UserRole", map[string]any{"Name": "New"}), on, []string{"ManageRoles", "ManageUsers"}},
		"make a permission set":          {insert("PermissionSet", map[string]any{"Name": "New", "Label": "New"}), on, []string{"ManageProfilesPermissionsets"}},
		"make a permission set group":    {insert("PermissionSetGroup", map[string]any{"DeveloperName": "New", "MasterLabel": "New"}), on, []string{"ManageProfilesPermissionsets"}},
		"change a profile":               {update("Profile", profile, map[string]any{"Description": "x"}), on, []string{"ManageProfilesPermissionsets"}},
		"make a territory model":         {insert("Territory2Model", map[string]any{"Name": "New", "DeveloperName": "New"}), on, []string{"ManageTerritories"}},
		"change the organization record": {update("Organization", o.ID(), map[string]any{"Phone": "1"}), on, []string{"CustomizeApplication"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.do(o, Actor{o.clerk(t)})); diff != "" {
				t.Errorf("without permission (-want +got):\n%s", diff)
			}
			for _, permission := range tt.by {
				clerk := o.clerk(t, permission)
				_ = o.Transaction(func(tx *Org) error {
					if errs := tt.do(tx, Actor{clerk}); errs != nil {
						t.Errorf("with %s: %v", permission, errs)
					}
					return errBack
				})
			}
		})
	}
	o.verifyIndexes(t)
}

func TestPeopleInsideAndOutsideAreManagedApart(t *testing.T) {
	o := newOrg(t, Config{})
	inside := o.mustInsert(t, "User", newUser(t, o, nil))
	outside := o.mustInsert(t, "User", newUser(t, o, map[string]any{
		"Username": "p@globex.example", "ProfileId": o.idOf(t, "Profile", "Name", "Partner Community User"), "ContactId": o.contact(t, "Globex"),
	}))
	refused := one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
	for _, tt := range []struct {
		permission, user string
		want             Errors
	}{
		{"ManageInternalUsers", inside, nil},
		{"ManageInternalUsers", outside, refused},
		{"ManagePartners", inside, refused},
		{"ManagePartners", outside, nil},
		{"ManageUsers", inside, nil},
		{"ManageUsers", outside, nil},
	} {
		if diff := cmp.Diff(tt.want, o.Update(Actor{o.clerk(t, tt.permission)}, "User", tt.user, map[string]any{"Title": "x"})); diff != "" {
			t.Errorf("%s, inside %v (-want +got):\n%s", tt.permission, tt.user == inside, diff)
		}
	}
}

func TestWhatAUserMayDoToHimself(t *testing.T) {
	o := newOrg(t, Config{})
	clerk := o.clerk(t)
	if errs := o.Update(Actor{clerk}, "User", clerk, map[string]any{"Phone": "1", "LocaleSidKey": "de_DE"}); errs != nil {
		t.Error(errs)
	}
	want := one(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: IsActive, ProfileId. Please check the security settings "+
		"of this field and verify that it is read/write for your profile or permission set.", "IsActive", "ProfileId")
	errs := o.Update(Actor{clerk}, "User", clerk, map[string]any{"IsActive": false, "ProfileId": o.idOf(t, "Profile", "Name", "Standard User"), "Title": "x"})
	if diff := cmp.Diff(want, errs); diff != "" {
		t.Errorf("what decides over him (-want +got):\n%s", diff)
	}
	session, ok := o.AddSystemRow("AuthSession", Row{"UsersId": clerk, "NumSecondsValid": 7200, "SourceIp": "127.0.0.1"})
	if !ok {
		t.Fatal("no session")
	}
	if errs := o.Delete(Actor{o.clerk(t)}, "AuthSession", session); len(errs) != 1 || errs[0].Code != "INSUFFICIENT_ACCESS_OR_READONLY" {
		t.Errorf("another's session: %v", errs)
	}
	if errs := o.Delete(Actor{clerk}, "AuthSession", session); errs != nil {
		t.Errorf("his own session: %v", errs)
	}
}

func TestWhatAUserSees(t *testing.T) {
	o := newOrg(t, Config{})
	for name, tt := range map[string]struct {
		permissions    []string
		reads, sees    []string
		hidden, unseen []string
	}{
		"nothing of access without permissions": {
			reads: []string{"User", "Profile", "Group", "PermissionSetLicense"}, hidden: []string{"UserRole", "PermissionSet", "UserLogin", "PermissionSetAssignment"},
			sees: []string{"User.Email"}, unseen: []string{"User.ProfileId", "User.UserRoleId", "PermissionSetGroup.DeveloperName", "PermissionSetLicense.DeveloperName"},
		},
		"profiles with View Setup": {
			permissions: []string{"ViewSetup"}, reads: []string{"PermissionSet", "PermissionSetGroupComponent", "LoginHistory"}, hidden: []string{"UserRole", "UserLogin"},
			sees: []string{"User.ProfileId", "PermissionSetGroup.DeveloperName"}, unseen: []string{"User.UserRoleId"},
		},
		"roles with View Roles": {
			permissions: []string{"ViewRoles"}, reads: []string{"UserRole"}, hidden: []string{"PermissionSet"},
			sees: []string{"User.UserRoleId"}, unseen: []string{"User.ProfileId"},
		},
		"nearly all with Manage Users": {
			permissions: []string{"ManageUsers"}, reads: []string{"UserRole", "PermissionSet", "UserLogin", "AuthSession", "OauthToken"},
			sees: []string{"User.UserRoleId", "User.ProfileId"},
		},
		"assignments with Assign Permission Sets": {
			permissions: []string{"AssignPermissionSets"}, reads: []string{"PermissionSetAssignment", "PermissionSetLicenseAssign", "PermissionSet"},
			hidden: []string{"PermissionSetGroupComponent"}, unseen: []string{"User.ProfileId"},
		},
		"developer names with View DeveloperName": {permissions: []string{"ViewDeveloperName"}, sees: []string{"PermissionSetLicense.DeveloperName"}},
	} {
		t.Run(name, func(t *testing.T) {
			clerk := o.clerk(t, tt.permissions...)
			_ = o.ViewAs(Actor{clerk}, func(v *View) error {
				check := func(names []string, want bool, is func(obj *Object, field string) bool) {
					for _, name := range names {
						object, field, _ := strings.Cut(name, ".")
						obj, ok := v.Object(object)
						if !ok || is(obj, field) != want {
							t.Errorf("%s: %v", name, !want)
						}
					}
				}
				reads := func(obj *Object, _ string) bool { return v.Reads(obj) }
				sees := func(obj *Object, field string) bool {
					i, _ := obj.FieldIndex(field)
					return v.Sees(obj, i)
				}
				check(tt.reads, true, reads)
				check(tt.hidden, false, reads)
				check(tt.sees, true, sees)
				check(tt.unseen, false, sees)
				return nil
			})
		})
	}
}

func TestAccessFollowsWhatAUserHas(t *testing.T) {
	now := noon
	o := newOrg(t, Config{Now: func() time.Time { return now }})
	clerk := o.clerk(t)
	is := func(want bool, when string) {
		t.Helper()
		if got := o.HasPermission(clerk, "ViewSetup"); got != want {
			t.Errorf("%s: %v", when, got)
		}
	}
	is(false, "with nothing")
	set := o.mustInsert(t, "PermissionSet", map[string]any{"Name": "Looks", "Label": "Looks", "PermissionsViewSetup": true})
	a := o.mustInsert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": clerk, "PermissionSetId": set, "ExpirationDate": "2026-11-24T00:00:00Z"})
	is(true, "assigned")
	now = now.Add(24 * time.Hour)
	is(false, "after it expired")
	o.mustUpdate(t, "PermissionSetAssignment", a, map[string]any{"ExpirationDate": nil})
	is(true, "without an end")
	o.mustUpdate(t, "PermissionSet", set, map[string]any{"PermissionsViewSetup": false})
	is(false, "when the set gives it no more")
	o.mustUpdate(t, "PermissionSet", set, map[string]any{"PermissionsViewSetup": true, "HasActivationRequired": true})
	is(false, "when a session has to activate the set")
	o.mustUpdate(t, "PermissionSet", set, map[string]any{"HasActivationRequired": false})
	o.mustUpdate(t, "PermissionSetAssignment", a, map[string]any{"IsRevoked": true})
	is(false, "while it is revoked")
	if errs := o.Delete(Actor{}, "PermissionSetAssignment", a); errs != nil {
		t.Fatal(errs)
	}
	is(false, "taken away")
	group := o.mustInsert(t, "PermissionSetGroup", map[string]any{"DeveloperName": "Lookers", "MasterLabel": "Lookers"})
	o.mustInsert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": clerk, "PermissionSetGroupId": group})
	is(false, "in an empty group")
	o.mustInsert(t, "PermissionSetGroupComponent", map[string]any{"PermissionSetGroupId": group, "PermissionSetId": set})
	is(true, "in a group that holds the set")
	_ = o.Transaction(func(tx *Org) error {
		if errs := tx.Update(Actor{}, "PermissionSet", set, map[string]any{"PermissionsViewSetup": false}); errs != nil {
			t.Error(errs)
		}
		if tx.HasPermission(clerk, "ViewSetup") {
			t.Error("within the transaction that took it")
		}
		return errBack
	})
	is(true, "after a transaction was taken back")
	other := o.clerk(t)
	o.mustUpdate(t, "Profile", o.idOf(t, "Profile", "Name", "Minimum Access - Salesforce"), map[string]any{"PermissionsApiEnabled": true})
	if !o.MayUseAPI(other) || o.MayUseAPI("005000000000001AAA") || o.MayUseAPI("") {
		t.Error("the API is open to the wrong people")
	}
	shadow, _ := o.s.shadowOf(o.idOf(t, "Profile", "Name", "Minimum Access - Salesforce"))
	if !shadow.flag("PermissionsApiEnabled") {
		t.Error("the permission set behind the profile says otherwise")
	}
}

func TestManageUsersBringsOtherPermissions(t *testing.T) {
	o := newOrg(t, Config{})
	clerk := o.clerk(t, "ManageUsers")
	set, ok := o.s.table("PermissionSet").first("Label", "Grant")
	for _, name := range []string{
		"AssignPermissionSets", "ManageInternalUsers", "ManageIpAddresses", "ManageLoginAccessPolicies", "ManagePasswordPolicies",
		"ManageProfilesPermissionsets", "ManageRoles", "ManageSharing", "ResetPasswords", "ViewAllUsers", "ViewRoles", "ViewSetup",
	} {
		if !o.HasPermission(clerk, name) || !ok || !set.flag("Permissions"+name) {
			t.Errorf("without %s", name)
		}
	}
	for _, name := range []string{"ModifyAllData", "ManagePackageLicenses", "ApiEnabled", "Nothing"} {
		if o.HasPermission(clerk, name) {
			t.Errorf("with %s", name)
		}
	}
}

func BenchmarkAccess(b *testing.B) {
	o := newOrg(b, Config{})
	clerk := o.clerk(b, "ViewSetup")
	user, _ := o.Object("User")
	field, _ := user.FieldIndex("ProfileId")
	for b.Loop() {
		_ = o.ViewAs(Actor{clerk}, func(v *View) error {
			if !v.Sees(user, field) {
				b.Fatal("hidden")
			}
			return nil
		})
	}
}
