package org

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const patience = 10 * time.Second

func TestASecondWriterWaitsForARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrg(t, Config{Users: 3})
		edit := Intent{Object: "user", ID: o.AdminID()[:15], Values: map[string]any{"Title": "x"}}
		release, errs := o.Lock(t.Context(), patience, edit)
		if errs != nil {
			t.Fatal(errs)
		}
		begun := time.Now()
		want := one(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: "+o.AdminID())
		if _, errs := o.Lock(t.Context(), patience, edit); !cmp.Equal(want, errs) || time.Since(begun) != patience {
			t.Errorf("after %v: %v", time.Since(begun), errs)
		}
		time.AfterFunc(3*time.Second, release)
		begun = time.Now()
		second, errs := o.Lock(t.Context(), patience, edit)
		if errs != nil || time.Since(begun) != 3*time.Second {
			t.Fatalf("after %v: %v", time.Since(begun), errs)
		}
		release() // again, which must not take the second holder's
		if _, errs := o.Lock(t.Context(), time.Second, edit); errs == nil {
			t.Error("a third got the row beside the second")
		}
		second()
		ctx, cancel := context.WithCancel(t.Context())
		third, errs := o.Lock(ctx, patience, edit)
		if errs != nil {
			t.Fatal(errs)
		}
		defer third()
		time.AfterFunc(time.Second, cancel)
		begun = time.Now()
		if _, errs := o.Lock(ctx, patience, edit); errs == nil || time.Since(begun) != time.Second {
			t.Errorf("a writer whose client has gone, after %v: %v", time.Since(begun), errs)
		}
	})
}

func TestWritersComeInTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrg(t, Config{Users: 3})
		people := ids(o, "User")
		edit := func(ids ...string) []Intent {
			var intents []Intent
			for _, id := range ids {
				intents = append(intents, Intent{Object: "User", ID: id, Values: map[string]any{"Title": "x"}})
			}
			return intents
		}
		first, errs := o.Lock(t.Context(), patience, edit(people[0])...)
		if errs != nil {
			t.Fatal(errs)
		}
		var order []string
		take := func(name string, hold time.Duration, intents []Intent) {
			go func() {
				release, errs := o.Lock(t.Context(), patience, intents...)
				if errs != nil {
					t.Errorf("%s: %v", name, errs)
					return
				}
				order = append(order, name)
				time.Sleep(hold)
				release()
			}()
			synctest.Wait()
		}
		take("both", time.Second, edit(people[1], people[0], people[1])) // waits for the first
		take("late", time.Second, edit(people[1]))                       // could have its row, but both wanted it before
		take("free", time.Second, edit(people[2]))                       // meets nobody
		time.Sleep(2 * time.Second)
		first()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff([]string{"free", "both", "late"}, order); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}

func TestGroupMembershipIsLockedAsAWhole(t *testing.T) {
	o := newOrg(t, Config{Territories: true})
	user := o.mustInsert(t, "User", newUser(t, o, map[string]any{"UserRoleId": o.idOf(t, "UserRole", "Name", "CEO")}))
	group := o.idOf(t, "Group", "DeveloperName", "All_Sales")
	member := o.mustInsert(t, "GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": user})
	role := o.idOf(t, "UserRole", "Name", "CFO")
	busy := one(400, "UNKNOWN_EXCEPTION", "group membership operation already in progress")
	holder := Intent{Object: "GroupMember", Values: map[string]any{"GroupId": group, "UserOrGroupId": o.AdminID()}}
	for name, tt := range map[string]struct {
		intent Intent
		waits  bool
	}{
		"a new role of a user":                 {Intent{"User", user, map[string]any{"userroleid": role[:15]}}, true},
		"a role taken from a user":             {Intent{"User", user, map[string]any{"UserRoleId": nil}}, true},
		"a role taken by an empty text":        {Intent{"User", user, map[string]any{"UserRoleId": ""}}, true},
		"the role that the user has":           {Intent{"User", user, map[string]any{"UserRoleId": o.idOf(t, "UserRole", "Name", "CEO")}}, false},
		"another field of a user":              {Intent{"User", user, map[string]any{"Title": "x"}}, false},
		"a new user with a role":               {Intent{"User", "", map[string]any{"UserRoleId": role}}, true},
		"a new user without a role":            {Intent{"User", "", map[string]any{"LastName": "x"}}, false},
		"a new portal user":                    {Intent{"User", "", map[string]any{"ContactId": "003000000000001AAA"}}, true},
		"a new member":                         {holder, true},
		"a member who leaves":                  {Intent{"GroupMember", member, nil}, true},
		"a new group":                          {Intent{"Group", "", map[string]any{"Name": "x"}}, true},
		"a group renamed":                      {Intent{"Group", group, map[string]any{"Name": "x"}}, false},
		"a role moved in the tree":             {Intent{"UserRole", role, map[string]any{"ParentRoleId": nil}}, true},
		"a role renamed":                       {Intent{"UserRole", role, map[string]any{"Name": "x"}}, false},
		"a new territory member":               {Intent{"UserTerritory2Association", "", map[string]any{}}, true},
		"a permission set assignment":          {Intent{"PermissionSetAssignment", "", map[string]any{}}, false},
		"a record that is not there":           {Intent{"GroupMember", "011000000000001AAA", nil}, false},
		"an object that the org does not have": {Intent{"Nothing", "", map[string]any{}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release, errs := o.Lock(t.Context(), patience, holder)
				if errs != nil {
					t.Fatal(errs)
				}
				again, errs := o.Lock(t.Context(), patience, tt.intent)
				if tt.waits && !cmp.Equal(busy, errs) || !tt.waits && errs != nil {
					t.Errorf("got %v", errs)
				}
				if errs == nil {
					again()
				}
				release()
				again, errs = o.Lock(t.Context(), patience, tt.intent)
				if errs != nil {
					t.Fatalf("when nobody holds it: %v", errs)
				}
				again()
			})
		})
	}
}

func TestManyLockedRowsAreCounted(t *testing.T) {
	o := newOrg(t, Config{Users: 30})
	var intents []Intent
	for _, id := range ids(o, "User")[:12] {
		intents = append(intents, Intent{Object: "User", ID: id, Values: map[string]any{}})
	}
	release, errs := o.Lock(t.Context(), 0, intents...)
	if errs != nil {
		t.Fatal(errs)
	}
	defer release()
	if _, errs = o.Lock(t.Context(), 0, intents...); len(errs) != 1 {
		t.Fatalf("got %v", errs)
	}
	want := "unable to obtain exclusive access to this record or 12 records: "
	for _, in := range intents[:10] {
		want += in.ID + ","
	}
	if got := errs[0].Message; got != want+"... (2 more)" {
		t.Errorf("%s", got)
	}
}
