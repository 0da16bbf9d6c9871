package org

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var errBack = errors.New("take it back")

func TestTransactionTakesEverythingBack(t *testing.T) {
	o := newOrg(t, Config{Users: 5})
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	sales := o.idOf(t, "Group", "DeveloperName", "All_Sales")
	before := o.dump()
	err := o.Transaction(func(tx *Org) error {
		other := tx.mustInsert(t, "User", newUser(t, tx, map[string]any{"Username": "other@acme.example"}))
		tx.mustUpdate(t, "User", user, map[string]any{"IsActive": false, "Email": "new@acme.example", "Username": "renamed@acme.example"})
		tx.mustInsert(t, "GroupMember", map[string]any{"GroupId": sales, "UserOrGroupId": other})
		tx.mustUpdate(t, "User", other, map[string]any{"ProfileId": tx.idOf(t, "Profile", "Name", "Standard Platform User")})
		if errs := tx.Delete(Actor{}, "Group", sales); errs != nil {
			t.Fatal(errs)
		}
		if _, ok := tx.UserByUsername("renamed@acme.example"); !ok {
			t.Error("a transaction does not see what it wrote")
		}
		return errBack
	})
	if !errors.Is(err, errBack) {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(before, o.dump()); diff != "" {
		t.Errorf("left behind:\n%s", diff)
	}
	o.verifyIndexes(t)
}

func TestTransactionKeeps(t *testing.T) {
	o := newOrg(t, Config{})
	var kept, lost string
	err := o.Transaction(func(tx *Org) error {
		kept = tx.mustInsert(t, "Group", map[string]any{"Name": "Kept"})
		inner := tx.Transaction(func(tx *Org) error {
			lost = tx.mustInsert(t, "Group", map[string]any{"Name": "Lost"})
			return errBack
		})
		if !errors.Is(inner, errBack) {
			t.Errorf("inner: %v", inner)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := o.Find("Group", kept); !ok {
		t.Error("the outer part is gone")
	}
	if _, ok := o.Find("Group", lost); ok {
		t.Error("the inner part stayed")
	}
	o.verifyIndexes(t)
}

func TestTransactionHandleEndsWithIt(t *testing.T) {
	o := newOrg(t, Config{})
	var leaked *Org
	_ = o.Transaction(func(tx *Org) error { leaked = tx; return nil })
	defer func() {
		if recover() == nil {
			t.Error("a handle was good after its transaction")
		}
	}()
	leaked.HoldElsewhere("x@y.zz")
}

// TestRandomWritesKeepEveryRule runs random writes, some in transactions taken
// back, and checks indexes, counters and that nothing refused or taken back
// left a trace.
func TestRandomWritesKeepEveryRule(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := newOrg(t, Config{Users: 3, LicenseSeats: map[string]int{"SFDC": 8, "KnowledgeUser": 2, "CRMUserPsl": 2, "acmedocs": 2}})
		users, groups := ids(o, "User"), ids(o, "Group")
		licence := o.idOf(t, "PermissionSetLicense", "DeveloperName", "CRMUserPsl")
		crm := o.mustInsert(t, "PermissionSet", map[string]any{"Name": "Crm", "Label": "Crm", "LicenseId": licence})
		docs := o.idOf(t, "PackageLicense", "NamespacePrefix", "acmedocs")
		step := func(tx *Org) {
			user, group := rapid.SampledFrom(users).Draw(rt, "user"), rapid.SampledFrom(groups).Draw(rt, "group")
			name := fmt.Sprintf("u%d@acme.example", rapid.IntRange(0, 5).Draw(rt, "name"))
			switch rapid.IntRange(0, 11).Draw(rt, "write") {
			case 0:
				if id, errs := tx.Insert(Actor{}, "User", newUser(t, tx, map[string]any{"Username": name})); errs == nil {
					users = append(users, id)
				}
			case 1:
				tx.Update(Actor{}, "User", user, map[string]any{"Username": name, "IsActive": rapid.Bool().Draw(rt, "active")})
			case 2:
				profile := rapid.SampledFrom([]string{"Standard User", "Standard Platform User", "Read Only"}).Draw(rt, "profile")
				tx.Update(Actor{}, "User", user, map[string]any{"ProfileId": tx.idOf(t, "Profile", "Name", profile)})
			case 3:
				if id, errs := tx.Insert(Actor{}, "Group", map[string]any{"Name": "G"}); errs == nil {
					groups = append(groups, id)
				}
			case 4:
				tx.Delete(Actor{}, "Group", group)
			case 5:
				tx.Insert(Actor{}, "GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": user})
			case 7:
				tx.Update(Actor{}, "User", user, map[string]any{"UserPermissionsKnowledgeUser": rapid.Bool().Draw(rt, "knowledge")})
			case 8:
				tx.Insert(Actor{}, "PermissionSetLicenseAssign", map[string]any{"AssigneeId": user, "PermissionSetLicenseId": licence})
			case 9:
				tx.Insert(Actor{}, "PermissionSetAssignment", map[string]any{"AssigneeId": user, "PermissionSetId": crm})
			case 10:
				object := rapid.SampledFrom([]string{"PermissionSetAssignment", "PermissionSetLicenseAssign", "UserPackageLicense", "GroupMember"}).Draw(rt, "object")
				if held := ids(tx, object); len(held) > 0 {
					tx.Delete(Actor{}, object, rapid.SampledFrom(held).Draw(rt, "held"))
				}
			case 11:
				tx.Insert(Actor{}, "UserPackageLicense", map[string]any{"UserId": user, "PackageLicenseId": docs})
			case 6:
				tx.Insert(Actor{}, "GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": rapid.SampledFrom(groups).Draw(rt, "inner")})
			}
		}
		for range rapid.IntRange(1, 12).Draw(rt, "rounds") {
			if rapid.Bool().Draw(rt, "take back") {
				before := o.snapshot()
				_ = o.Transaction(func(tx *Org) error {
					for range rapid.IntRange(1, 6).Draw(rt, "writes") {
						step(tx)
					}
					return errBack
				})
				if !maps.Equal(before, o.snapshot()) {
					rt.Fatal("a transaction taken back left something behind")
				}
			} else {
				step(o)
			}
			o.verifyIndexes(t)
			seen := map[string]bool{}
			for r := range o.s.users().walk(o.s.users().slots, Bound{}) {
				if name := r.text("Username"); seen[name] {
					rt.Fatalf("two users are called %s", name)
				} else {
					seen[name] = true
				}
				shadows := 0
				for _, a := range o.s.table("PermissionSetAssignment").find("AssigneeId", r.ID()) {
					if a.text("PermissionSetId") == crm {
						if !o.s.holdsLicence(r.ID(), licence) {
							rt.Fatalf("%s has a permission set without its licence", r.ID())
						}
						continue
					}
					shadows++
				}
				if shadows != 1 && r.Get("ProfileId") != nil {
					rt.Fatalf("%s has %d profile permission sets", r.ID(), shadows)
				}
			}
			for of, seats := range map[string]int{o.idOf(t, "UserLicense", "Name", "Salesforce"): 8, "KnowledgeUser": 2, licence: 2, docs: 2} {
				if used := o.s.used[of]; used > seats {
					rt.Fatalf("%d of %d seats of %s used", used, seats, of)
				}
			}
			for object, pair := range map[string][2]string{
				"PermissionSetAssignment": {"AssigneeId", "PermissionSetId"}, "PermissionSetLicenseAssign": {"AssigneeId", "PermissionSetLicenseId"},
				"UserPackageLicense": {"UserId", "PackageLicenseId"}, "GroupMember": {"GroupId", "UserOrGroupId"},
			} {
				twice := map[string]bool{}
				for _, id := range ids(o, object) {
					row := o.mustFind(t, object, id)
					key := fmt.Sprint(row[pair[0]], row[pair[1]])
					if twice[key] {
						rt.Fatalf("%s holds %s twice", object, key)
					}
					twice[key] = true
				}
			}
		}
	})
}

func ids(o *Org, object string) []string {
	var out []string
	for r := range o.s.table(object).walk(o.s.table(object).slots, Bound{}) {
		out = append(out, r.ID())
	}
	return out
}

func TestConcurrentCreatesOfOneName(t *testing.T) {
	o := newOrg(t, Config{Users: 10})
	body := newUser(t, o, nil)
	var wg sync.WaitGroup
	results := make(chan Errors, 20)
	for i := range 20 {
		wg.Go(func() {
			if i%2 == 0 {
				_, errs := o.Insert(Actor{o.AdminID()}, "User", body)
				results <- errs
				return
			}
			_ = o.Transaction(func(tx *Org) error {
				_, errs := tx.Insert(Actor{o.AdminID()}, "User", body)
				results <- errs
				return nil
			})
			o.UserByUsername("mona.lisa@acme.example")
		})
	}
	wg.Wait()
	close(results)
	made := 0
	for errs := range results {
		switch {
		case errs == nil:
			made++
		case errs[0].Code != "DUPLICATE_USERNAME":
			t.Error(errs)
		}
	}
	if made != 1 {
		t.Errorf("%d users of one name", made)
	}
	o.verifyIndexes(t)
}
