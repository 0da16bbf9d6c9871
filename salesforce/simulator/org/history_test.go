package org

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUpdatedAndDeletedTellWhatHappenedInATime(t *testing.T) {
	o := newOrg(t, Config{Users: 3})
	groups, _ := o.Object("Group")
	o.Advance(time.Hour)
	first := o.mustInsert(t, "Group", map[string]any{"Name": "First"})
	o.Advance(time.Hour)
	second := o.mustInsert(t, "Group", map[string]any{"Name": "Second"})
	o.mustUpdate(t, "Group", first, map[string]any{"Description": "Touched"})
	o.Advance(time.Hour)
	if errs := o.Delete(Actor{}, "Group", second); errs != nil {
		t.Fatal(errs)
	}
	_ = o.Transaction(func(tx *Org) error {
		if errs := tx.Delete(Actor{}, "Group", first); errs != nil {
			t.Fatal(errs)
		}
		return errBack
	})
	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	_ = o.View(func(v *View) error {
		if got := v.Updated(groups, hour(1), hour(3)); !slices.Equal(got, []string{first}) {
			t.Errorf("updated: %v", got)
		}
		if got := v.Updated(groups, hour(1), hour(2)); got != nil {
			t.Errorf("updated before: %v", got)
		}
		if diff := cmp.Diff([]Deletion{{second, hour(3)}}, v.Deleted(groups, hour(0), hour(4))); diff != "" {
			t.Error(diff)
		}
		if got := v.Deleted(groups, hour(0), hour(3)); got != nil {
			t.Errorf("deleted before the end of the time: %v", got)
		}
		return nil
	})
}

func TestDeletedRecordsShowOnlyInScanAll(t *testing.T) {
	o := newOrg(t, Config{})
	group := o.idOf(t, "PermissionSetGroup", "DeveloperName", "Sales_Team_Access")
	obj, _ := o.Object("PermissionSetGroup")
	o.Advance(time.Hour)
	if errs := o.Delete(Actor{}, "PermissionSetGroup", group); errs != nil {
		t.Fatal(errs)
	}
	plain := o.mustInsert(t, "Group", map[string]any{"Name": "Plain"})
	if errs := o.Delete(Actor{}, "Group", plain); errs != nil {
		t.Fatal(errs)
	}
	_ = o.View(func(v *View) error {
		for r := range v.Scan(obj, Bound{}) {
			t.Errorf("Scan shows %s", r.ID())
		}
		if _, ok := v.Get(obj, group); ok {
			t.Error("Get finds it")
		}
		n := 0
		for r := range v.ScanAll(obj, Bound{}) {
			n++
			if !r.Deleted() || r.Get("IsDeleted") != true || r.Get("DeveloperName") != "Sales_Team_Access" || r.Get("SystemModstamp") != noon.Add(time.Hour) {
				t.Errorf("deleted record: %v", r.Row())
			}
		}
		if n != 1 || v.Len(obj) != 0 {
			t.Errorf("%d rows, %d living", n, v.Len(obj))
		}
		groups, _ := v.Object("Group")
		for r := range v.ScanAll(groups, Bound{}) {
			if r.ID() == plain {
				t.Error("an object without IsDeleted shows a deleted record")
			}
		}
		return nil
	})
	if !o.IsDeleted("Group", plain) || !o.IsDeleted("PermissionSetGroup", group) {
		t.Error("not known as deleted")
	}
	o.verifyIndexes(t)
}

func TestWhatWasDeletedIsForgottenInTheEnd(t *testing.T) {
	o := newOrg(t, Config{})
	obj, _ := o.Object("GroupMember")
	members := obj.table
	values := members.values(map[string]any{"GroupId": o.idOf(t, "Group", "DeveloperName", "All_Sales"), "UserOrGroupId": o.AdminID()})
	var made []string
	kept := members.put(members.ids.next(), values).ID()
	for range 2*mostDeletions + 3 {
		o.write(func(*store) {
			id := members.put(members.ids.next(), values).ID()
			members.remove(id)
			made = append(made, id)
		})
	}
	if _, ok := members.get(kept); !ok {
		t.Error("a living record was forgotten")
	}
	if n := len(members.slots); n != mostDeletions+4 {
		t.Errorf("%d places for one record", n)
	}
	if o.IsDeleted("GroupMember", made[0]) {
		t.Error("the first deletion is still known")
	}
	if !o.IsDeleted("GroupMember", made[len(made)-1]) {
		t.Error("the last deletion is not known")
	}
	_ = o.View(func(v *View) error {
		got := v.Deleted(obj, noon, noon.Add(time.Second))
		if len(got) != mostDeletions+3 || got[0].ID != made[mostDeletions] {
			t.Errorf("%d deletions", len(got))
		}
		return nil
	})
	o.verifyIndexes(t)
}

func TestALogKeepsItsNewestEntries(t *testing.T) {
	o := newOrg(t, Config{})
	obj, _ := o.Object("SetupAuditTrail")
	trail := obj.table
	before := len(trail.slots)
	var last string
	for i := range 2*mostEntries + 10 - before {
		// In transactions, during which nothing may be forgotten.
		_ = o.Transaction(func(*Org) error {
			last = trail.put(trail.ids.next(), trail.values(map[string]any{"Action": "changed", "CreatedDate": noon.Add(time.Duration(i) * time.Second)})).ID()
			return nil
		})
	}
	if n := len(trail.slots); n != mostEntries+10 || trail.live != n {
		t.Errorf("%d entries, %d living", n, trail.live)
	}
	if _, ok := o.Find("SetupAuditTrail", last); !ok {
		t.Error("the newest entry is gone")
	}
	o.verifyIndexes(t)
}
