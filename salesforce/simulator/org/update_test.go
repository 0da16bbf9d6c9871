package org

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUpdateKeepsTrack(t *testing.T) {
	now := noon
	o := newOrg(t, Config{Now: func() time.Time { return now }})
	id := o.mustInsert(t, "User", newUser(t, o, nil))
	o.grant(t, id, "ManageUsers") // else he could not name IsActive
	now = now.Add(90*time.Minute + 5*time.Millisecond)
	if errs := o.Update(Actor{id[:15]}, "User", id[:15], map[string]any{"title": "Painter", "IsActive": nil}); errs != nil {
		t.Fatal(errs)
	}
	row := o.mustFind(t, "User", id)
	for field, want := range map[string]any{
		"Title": "Painter", "IsActive": true, "CreatedDate": noon, "CreatedById": o.AdminID(),
		"LastModifiedDate": noon.Add(90 * time.Minute), "SystemModstamp": noon.Add(90 * time.Minute), "LastModifiedById": id,
	} {
		if diff := cmp.Diff(want, row[field]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", field, diff)
		}
	}
}

func TestUpdateRefused(t *testing.T) {
	o := newOrg(t, Config{LicenseSeats: map[string]int{"SFDC": 3}})
	o.HoldElsewhere("held@elsewhere.example")
	id := o.mustInsert(t, "User", newUser(t, o, nil))
	group := o.mustInsert(t, "Group", map[string]any{"Name": "Gone"})
	if errs := o.Delete(Actor{}, "Group", group); errs != nil {
		t.Fatal(errs)
	}
	idle := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "idle@acme.example", "IsActive": false}))
	o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "third@acme.example"}))
	tests := map[string]struct {
		object, id string
		values     map[string]any
		want       Errors
	}{
		"an id of nobody":                       {"User", "005000000000001AAA", nil, bare(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")},
		"a deleted record":                      {"Group", group, map[string]any{"Name": "x"}, one(404, "ENTITY_IS_DELETED", "entity is deleted")},
		"a wrong checksum":                      {"User", "00500000000000ABB1", nil, one(400, "MALFORMED_ID", "Record ID: id value of incorrect type: 00500000000000ABB1", "Id")},
		"an id of another object":               {"User", group, nil, one(400, "MALFORMED_ID", "Record ID: id value of incorrect type: "+group, "Id")},
		"a username held elsewhere":             {"User", id, map[string]any{"Username": "HELD@elsewhere.example"}, one(400, "DUPLICATE_USERNAME", duplicateUsername, "Username")},
		"a username of another user":            {"User", id, map[string]any{"Username": "admin@acme.example"}, one(400, "DUPLICATE_USERNAME", duplicateUsername, "Username")},
		"a required field cleared":              {"User", id, map[string]any{"LastName": nil}, one(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName")},
		"a field that can only be created":      {"User", id, map[string]any{"ContactId": nil}, readOnly([]string{"ContactId"})},
		"an id among the values":                {"User", id, map[string]any{"id": id}, bare(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")},
		"a profile of a portal, without person": {"User", id, map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Customer Community User")}, one(400, "INVALID_CROSS_REFERENCE_KEY", "Cannot create a portal user without contact")},
		"a profile of a smaller licence":        {"User", id, map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Identity User")}, one(400, "FIELD_INTEGRITY_EXCEPTION", "User's Profile can't be set to 'Identity User' because it's derived from a license that doesn't require the following permission(s): ChatterinternalUser. Select a different profile.", "ProfileId")},
		"oneself switched off":                  {"User", o.AdminID(), map[string]any{"IsActive": false}, one(400, "FIELD_INTEGRITY_EXCEPTION", "You cannot deactivate your own user", "IsActive")},
		"activation without a free seat":        {"User", idle, map[string]any{"IsActive": true}, one(400, "LICENSE_LIMIT_EXCEEDED", "License Limit Exceeded")},
		"an object without update":              {"GroupMember", "011000000000001AAA", nil, bare(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")},
	}
	before := o.dump()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, o.Update(Actor{o.AdminID()}, tt.object, tt.id, tt.values)); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, o.dump()); diff != "" {
				t.Errorf("a refused update changed something:\n%s", diff)
			}
		})
	}
}

func TestAUserKeepsHisOwnNames(t *testing.T) {
	o := newOrg(t, Config{})
	id := o.mustInsert(t, "User", newUser(t, o, map[string]any{"FederationIdentifier": "f", "CommunityNickname": "mona"}))
	o.mustUpdate(t, "User", id, map[string]any{"Username": "MONA.lisa@acme.example", "FederationIdentifier": "f", "CommunityNickname": "mona"})
	o.mustUpdate(t, "User", id, map[string]any{"Username": "gioconda@acme.example"})
	o.mustInsert(t, "User", newUser(t, o, nil)) // the old name is free again
	if row, ok := o.UserByUsername("Gioconda@ACME.example"); !ok || row["Id"] != id {
		t.Errorf("found %v, %v", row["Id"], ok)
	}
	o.verifyIndexes(t)
}

func TestANewEmailAddressWaitsForItsOwner(t *testing.T) {
	o := newOrg(t, Config{})
	id := o.mustInsert(t, "User", newUser(t, o, nil))
	o.mustUpdate(t, "User", id, map[string]any{"Email": "new@acme.example", "Title": "Painter"})
	row := o.mustFind(t, "User", id)
	if row["Email"] != "mona.lisa@acme.example" || row["Title"] != "Painter" {
		t.Errorf("before confirmation: %v, %v", row["Email"], row["Title"])
	}
	if address, ok := o.PendingEmail(id); !ok || address != "new@acme.example" {
		t.Errorf("waiting: %q, %v", address, ok)
	}
	if !o.ConfirmEmail(id[:15]) || o.mustFind(t, "User", id)["Email"] != "new@acme.example" {
		t.Error("confirmation did not change the address")
	}
	if o.ConfirmEmail(id) {
		t.Error("confirmed twice")
	}

	o = newOrg(t, Config{EmailChangesAtOnce: true})
	id = o.mustInsert(t, "User", newUser(t, o, nil))
	o.mustUpdate(t, "User", id, map[string]any{"Email": "new@acme.example"})
	if got := o.mustFind(t, "User", id)["Email"]; got != "new@acme.example" {
		t.Errorf("without confirmation: %v", got)
	}
}

func TestDeactivation(t *testing.T) {
	o := newOrg(t, Config{LicenseSeats: map[string]int{"SFDC": 2}})
	licence := o.idOf(t, "UserLicense", "LicenseDefinitionKey", "SFDC")
	id := o.mustInsert(t, "User", newUser(t, o, nil))
	o.RefuseDeactivation(id, Error{})
	want := one(400, "FIELD_INTEGRITY_EXCEPTION", "You cannot deactivate the Default Workflow User")
	if diff := cmp.Diff(want, o.Update(Actor{}, "User", id, map[string]any{"IsActive": false})); diff != "" {
		t.Error(diff)
	}
	o.RefuseDeactivation(id, Error{Code: "CANNOT_DISABLE_LAST_ADMIN", Message: "no", Fields: []string{"IsActive"}})
	want = one(400, "CANNOT_DISABLE_LAST_ADMIN", "no", "IsActive")
	if diff := cmp.Diff(want, o.Update(Actor{}, "User", id, map[string]any{"IsActive": false})); diff != "" {
		t.Error(diff)
	}
	if used := o.mustFind(t, "UserLicense", licence)["UsedLicenses"]; used != int64(2) {
		t.Errorf("%v seats used", used)
	}
	o.AllowDeactivation(id)
	o.mustUpdate(t, "User", id, map[string]any{"IsActive": "false"})
	if used := o.mustFind(t, "UserLicense", licence)["UsedLicenses"]; used != int64(1) {
		t.Errorf("%v seats used after deactivation", used)
	}
	o.mustUpdate(t, "User", id, map[string]any{"IsActive": true})
	o.verifyIndexes(t)
}

func TestFreezing(t *testing.T) {
	o := newOrg(t, Config{})
	id := o.mustInsert(t, "User", newUser(t, o, nil))
	if o.IsFrozen(id) {
		t.Error("frozen without a UserLogin")
	}
	login, ok := o.RecordLogin(id)
	again, _ := o.RecordLogin(id[:15])
	if !ok || login != again {
		t.Errorf("two attempts made %q and %q", login, again)
	}
	o.mustUpdate(t, "UserLogin", login, map[string]any{"IsFrozen": true})
	if !o.IsFrozen(id) {
		t.Error("not frozen")
	}
	if errs := o.Update(Actor{}, "UserLogin", login, map[string]any{"IsPasswordLocked": true}); errs == nil {
		t.Error("locked a password by API")
	}
	if _, errs := o.Insert(Actor{}, "UserLogin", map[string]any{"UserId": id}); errs == nil {
		t.Error("made a UserLogin by API")
	}
	if _, ok := o.RecordLogin("005000000000001AAA"); ok {
		t.Error("nobody logged in")
	}
}

func TestUsersAreNeverDeleted(t *testing.T) {
	o := newOrg(t, Config{})
	want := one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
	if diff := cmp.Diff(want, o.Delete(Actor{}, "User", o.AdminID())); diff != "" {
		t.Error(diff)
	}
}

func TestPasswords(t *testing.T) {
	o := newOrg(t, Config{})
	if o.CheckPassword("admin@acme.example", "") {
		t.Error("no password fits before one is set")
	}
	o.SetPassword(o.AdminID(), "demo")
	if !o.CheckPassword("ADMIN@acme.example", "demo") || o.CheckPassword("admin@acme.example", "Demo") || o.CheckPassword("x@y.zz", "demo") {
		t.Error("the wrong password fits, or the right one does not")
	}
}

func TestTheLastAdministratorStaysActive(t *testing.T) {
	o := newOrg(t, Config{})
	clerk := o.mustInsert(t, "User", newUser(t, o, nil))
	o.grant(t, clerk, "ManageUsers")
	off := map[string]any{"IsActive": false}
	want := one(400, "CANNOT_DISABLE_LAST_ADMIN", "You cannot deactivate the last active system administrator")
	if diff := cmp.Diff(want, o.Update(Actor{clerk}, "User", o.AdminID(), off)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	second := o.mustInsert(t, "User", newUser(t, o, map[string]any{
		"Username": "second@acme.example", "ProfileId": o.idOf(t, "Profile", "Name", "System Administrator"),
	}))
	if errs := o.Update(Actor{clerk}, "User", o.AdminID(), off); errs != nil {
		t.Fatalf("one of two administrators: %v", errs)
	}
	if diff := cmp.Diff(want, o.Update(Actor{clerk}, "User", second, off)); diff != "" {
		t.Errorf("the one who is left (-want +got):\n%s", diff)
	}
	o.mustUpdate(t, "User", clerk, off)
}

func TestALargerLicenceIsTakenUp(t *testing.T) {
	o := newOrg(t, Config{})
	for _, from := range []string{"Identity User", "Chatter Free User"} {
		user := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "up@" + o.idOf(t, "Profile", "Name", from) + ".example", "ProfileId": o.idOf(t, "Profile", "Name", from)}))
		o.mustUpdate(t, "User", user, map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Standard Platform User")})
		o.mustUpdate(t, "User", user, map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Standard User")})
	}
}

func TestOnlyAnAdministratorMakesAnAdministrator(t *testing.T) {
	o := newOrg(t, Config{})
	clerk := o.mustInsert(t, "User", newUser(t, o, nil))
	o.grant(t, clerk, "ManageUsers")
	other := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "other@acme.example"}))
	administrator := map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "System Administrator")}
	want := one(400, "FIELD_INTEGRITY_EXCEPTION",
		"Cannot grant or remove a profile with modify all data, without having the modify all data permission yourself.")
	if diff := cmp.Diff(want, o.Update(Actor{clerk}, "User", other, administrator)); diff != "" {
		t.Errorf("granted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, o.Update(Actor{clerk}, "User", o.AdminID(), map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Read Only")})); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	born := newUser(t, o, map[string]any{"Username": "third@acme.example", "ProfileId": administrator["ProfileId"]})
	if _, errs := o.Insert(Actor{clerk}, "User", born); !cmp.Equal(want, errs) {
		t.Errorf("given to a new user: %v", errs)
	}
	power := o.mustInsert(t, "PermissionSet", map[string]any{"Name": "Power", "Label": "Power", "PermissionsModifyAllData": true})
	o.mustInsert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": clerk, "PermissionSetId": power})
	if errs := o.Update(Actor{clerk}, "User", other, administrator); errs != nil {
		t.Errorf("by one who has the permission from a permission set: %v", errs)
	}
}
