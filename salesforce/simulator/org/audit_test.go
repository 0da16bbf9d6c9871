package org

import (
	"slices"
	"testing"
)

func TestChangesOfTheSetupLeaveATrail(t *testing.T) {
	o := newOrg(t, Config{})
	if ids(o, "SetupAuditTrail") != nil {
		t.Error("the seed left a trail")
	}
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	a := o.mustInsert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": user, "PermissionSetId": o.idOf(t, "PermissionSet", "Name", "Sales_Console")})
	login, _ := o.RecordLogin(user)
	o.mustUpdate(t, "UserLogin", login, map[string]any{"IsFrozen": true})
	o.mustUpdate(t, "User", user, map[string]any{"IsActive": false, "UserRoleId": o.idOf(t, "UserRole", "Name", "CEO")})
	o.mustUpdate(t, "User", user, map[string]any{"Title": "not of the setup"})
	if errs := o.Delete(Actor{o.AdminID()}, "PermissionSetAssignment", a); errs != nil {
		t.Fatal(errs)
	}
	o.mustInsert(t, "Account", map[string]any{"Name": "Globex"})
	if _, errs := o.Insert(Actor{o.AdminID()}, "User", map[string]any{}); errs == nil {
		t.Fatal("made a user of nothing")
	}
	var actions []string
	for _, id := range ids(o, "SetupAuditTrail") {
		row := o.mustFind(t, "SetupAuditTrail", id)
		if row["CreatedById"] != o.AdminID() || row["CreatedDate"] != noon || row["Display"] == nil {
			t.Errorf("entry %v", row)
		}
		actions = append(actions, row["Action"].(string))
	}
	want := []string{"createduser", "PermSetAssign", "frozeuser", "deactivateduser", "changedroleforuser", "PermSetUnassign"}
	if !slices.Equal(actions, want) {
		t.Errorf("trail %v", actions)
	}
	_ = o.Transaction(func(tx *Org) error {
		_, _ = tx.Insert(Actor{o.AdminID()}, "UserRole", map[string]any{"Name": "x"})
		return errBack
	})
	if n := len(ids(o, "SetupAuditTrail")); n != len(want) {
		t.Errorf("a transaction that was taken back left %d entries", n-len(want))
	}
	if _, errs := o.Insert(Actor{}, "SetupAuditTrail", map[string]any{"Action": "x"}); errs == nil {
		t.Error("wrote the trail through the API")
	}
}

func TestRowsOfTheServer(t *testing.T) {
	o := newOrg(t, Config{})
	id, ok := o.AddSystemRow("oauthtoken", Row{"UserId": o.AdminID(), "appname": "Bridge", "UseCount": 1, "LastUsedDate": noon})
	if !ok {
		t.Fatal("no row")
	}
	if row := o.mustFind(t, "OauthToken", id); row["AppName"] != "Bridge" || row["UseCount"] != int64(1) || row["CreatedDate"] != noon {
		t.Errorf("got %v", row)
	}
	if !o.SetSystemRow("OauthToken", id[:15], Row{"UseCount": int64(2)}) || o.mustFind(t, "OauthToken", id)["UseCount"] != int64(2) {
		t.Error("not changed")
	}
	for name, bad := range map[string]func() bool{
		"an object there is not": func() bool { _, ok := o.AddSystemRow("Nothing", nil); return ok },
		"a field there is not":   func() bool { _, ok := o.AddSystemRow("OauthToken", Row{"Nothing": 1}); return ok },
		"an id":                  func() bool { _, ok := o.AddSystemRow("OauthToken", Row{"Id": id}); return ok },
		"a value of no kind":     func() bool { return o.SetSystemRow("OauthToken", id, Row{"UseCount": struct{}{}}) },
		"a record there is not":  func() bool { return o.SetSystemRow("OauthToken", "0CQ000000000001AAA", Row{}) },
		"removing nothing":       func() bool { return o.RemoveSystemRow("OauthToken", "0CQ000000000001AAA") },
	} {
		if bad() {
			t.Errorf("%s was taken", name)
		}
	}
	if !o.RemoveSystemRow("OauthToken", id) || o.RemoveSystemRow("OauthToken", id) {
		t.Error("removed not once")
	}
	o.verifyIndexes(t)
}

func TestDeactivationEndsSessions(t *testing.T) {
	o := newOrg(t, Config{})
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	session, _ := o.AddSystemRow("AuthSession", Row{"UsersId": user, "NumSecondsValid": 7200, "SourceIp": "127.0.0.1"})
	token, _ := o.AddSystemRow("OauthToken", Row{"UserId": user})
	o.mustUpdate(t, "User", user, map[string]any{"IsActive": false})
	if _, ok := o.Find("AuthSession", session); ok {
		t.Error("a session outlived its user")
	}
	if _, ok := o.Find("OauthToken", token); !ok {
		t.Error("a token's row went with its user")
	}
}
