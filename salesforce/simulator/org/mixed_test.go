package org

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetupAndOtherObjectsDoNotMix(t *testing.T) {
	o := newOrg(t, Config{})
	user := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "there@acme.example"}))
	group := o.idOf(t, "Group", "DeveloperName", "All_Sales")
	queue := o.idOf(t, "Group", "DeveloperName", "Support_Queue")
	type step func(tx *Org) Errors
	insert := func(object string, body map[string]any) step {
		return func(tx *Org) Errors { _, errs := tx.Insert(Actor{}, object, body); return errs }
	}
	update := func(object, id string, body map[string]any) step {
		return func(tx *Org) Errors { return tx.Update(Actor{}, object, id, body) }
	}
	account := insert("Account", map[string]any{"Name": "Globex"})
	mixed := func(object, original string) Errors {
		return one(400, "MIXED_DML_OPERATION", "DML operation on setup object is not permitted after you have updated a non-setup object "+
			"(or vice versa): "+object+", original object: "+original)
	}
	role := o.idOf(t, "UserRole", "Name", "CEO")
	for name, tt := range map[string]struct {
		first, second step
		want          Errors
	}{
		"a user with a role after an account": {account, insert("User", newUser(t, o, map[string]any{"Username": "role@acme.example", "UserRoleId": role})), mixed("User", "Account")},
		"an account after a group member":     {insert("GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": user}), account, mixed("Account", "GroupMember")},
		"a user without a role":               {account, insert("User", newUser(t, o, nil)), nil},
		"a title of a user":                   {account, update("User", user, map[string]any{"Title": "x"}), nil},
		"a user switched off":                 {account, update("User", user, map[string]any{"isactive": false}), mixed("User", "Account")},
		"a new group":                         {account, insert("Group", map[string]any{"Name": "x"}), nil},
		"a group deleted":                     {account, func(tx *Org) Errors { return tx.Delete(Actor{}, "Group", queue) }, mixed("Group", "Account")},
		"two setup objects":                   {insert("UserRole", map[string]any{"Name": "x"}), insert("PermissionSet", map[string]any{"Name": "x", "Label": "x"}), nil},
		"two others":                          {account, insert("Contact", map[string]any{"LastName": "x"}), nil},
		"a refused write does not count":      {insert("Account", map[string]any{}), insert("UserRole", map[string]any{"Name": "x"}), nil},
	} {
		_ = o.Transaction(func(tx *Org) error {
			_ = tt.first(tx)
			if diff := cmp.Diff(tt.want, tt.second(tx)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			return errBack
		})
		if tt.want == nil {
			continue
		}
		first := o.Transaction(func(tx *Org) error { _ = tt.first(tx); return nil })
		if errs := tt.second(o); first != nil || errs != nil {
			t.Errorf("%s, in two transactions: %v", name, errs)
		}
	}
}
