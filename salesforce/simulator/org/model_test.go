package org

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// model is an org as maps, slow and obvious: what the random writes below were
// told to have done.
type model struct {
	live    map[string]map[string]modelRow // by object, by id
	deleted map[string][]Deletion          // by object, in the order in which they were done
}

type modelRow struct {
	fields map[string]any
	at     time.Time // of the last change
}

// modelled are the objects that the writes are about, and the indexed fields by
// which their records are looked up.
var modelled = map[string][]string{
	"User":               {"Username", "CommunityNickname", "ProfileId"},
	"Group":              {"Name", "DeveloperName"},
	"GroupMember":        {"GroupId", "UserOrGroupId"},
	"PermissionSetGroup": {"DeveloperName", "MasterLabel"},
}

// newModel copies what an org begins with.
func newModel(o *Org) *model {
	m := &model{live: map[string]map[string]modelRow{}, deleted: map[string][]Deletion{}}
	for object, fields := range modelled {
		m.live[object] = map[string]modelRow{}
		t := o.s.table(object)
		for r := range t.walk(t.slots, Bound{}) {
			row := modelRow{map[string]any{}, r.Get("SystemModstamp").(time.Time)}
			for _, f := range append(slices.Clone(fields), "IsActive") {
				row.fields[f] = r.Get(f)
			}
			m.live[object][r.ID()] = row
		}
	}
	return m
}

func (m *model) clone() *model {
	c := &model{live: map[string]map[string]modelRow{}, deleted: map[string][]Deletion{}}
	for object := range modelled {
		c.live[object] = maps.Clone(m.live[object])
		c.deleted[object] = slices.Clone(m.deleted[object])
	}
	return c
}

func (m *model) ids(object string) []string { return slices.Sorted(maps.Keys(m.live[object])) }

func (m *model) insert(object, id string, at time.Time, fields map[string]any) {
	m.live[object][id] = modelRow{fields, at}
}

func (m *model) update(object, id string, at time.Time, changes map[string]any) {
	fields := maps.Clone(m.live[object][id].fields)
	maps.Copy(fields, changes)
	m.live[object][id] = modelRow{fields, at}
}

func (m *model) remove(object, id string, at time.Time) {
	delete(m.live[object], id)
	m.deleted[object] = append(m.deleted[object], Deletion{id, at})
	if object == "Group" {
		for _, member := range m.ids("GroupMember") {
			fields := m.live["GroupMember"][member].fields
			if fields["GroupId"] == id || fields["UserOrGroupId"] == id {
				m.remove("GroupMember", member, at)
			}
		}
	}
}

// verify holds the org against the model.
func (m *model) verify(t *rapid.T, o *Org) {
	for _, object := range slices.Sorted(maps.Keys(modelled)) { // in the same order, so that a failure can be repeated
		obj, _ := o.Object(object)
		ids := m.ids(object)
		_ = o.View(func(v *View) error {
			if got := idsOf(v.Scan(obj, Bound{})); !slices.Equal(got, ids) || v.Len(obj) != len(ids) {
				t.Fatalf("%s: %d records, Len %d, model %d", object, len(got), v.Len(obj), len(ids))
			}
			for _, id := range ids {
				r, ok := v.Get(obj, id)
				if !ok {
					t.Fatalf("no %s %s", object, id)
				}
				for name, want := range m.live[object][id].fields {
					if got := r.Get(name); got != want {
						t.Fatalf("%s %s: %s is %v, model %v", object, id, name, got, want)
					}
				}
			}
			for _, name := range modelled[object] {
				m.verifyIndex(t, v, obj, name)
			}
			from := noon.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "from")) * time.Second)
			to := from.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "for")) * time.Second)
			var updated []string
			for _, id := range ids {
				if at := m.live[object][id].at; !at.Before(from) && at.Before(to) {
					updated = append(updated, id)
				}
			}
			if diff := cmp.Diff(updated, v.Updated(obj, from, to)); diff != "" {
				t.Fatalf("%s updated (-model +org):\n%s", object, diff)
			}
			gone := slices.DeleteFunc(slices.Clone(m.deleted[object]), func(d Deletion) bool { return d.At.Before(from) || !d.At.Before(to) })
			slices.SortFunc(gone, func(a, b Deletion) int { return strings.Compare(a.At.String()+a.ID, b.At.String()+b.ID) })
			if got := v.Deleted(obj, from, to); !slices.Equal(got, gone) {
				t.Fatalf("%s deleted: %v, model %v", object, got, gone)
			}
			all := ids
			if object == "PermissionSetGroup" {
				for _, d := range m.deleted[object] {
					all = append(all, d.ID)
				}
				all = slices.Sorted(slices.Values(all))
			}
			if got := idsOf(v.ScanAll(obj, Bound{})); !slices.Equal(got, all) {
				t.Fatalf("%s: %d in ScanAll, model %d", object, len(got), len(all))
			}
			return nil
		})
	}
}

// verifyIndex looks every value of a field up, from the beginning and from a
// record on.
func (m *model) verifyIndex(t *rapid.T, v *View, obj *Object, name string) {
	field, _ := obj.FieldIndex(name)
	want := map[string][]string{}
	for _, id := range m.ids(obj.Name) {
		if key, ok := m.live[obj.Name][id].fields[name].(string); ok {
			want[key] = append(want[key], id)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		ids := want[key]
		if got := idsOf(v.Lookup(obj, field, key, Bound{})); !slices.Equal(got, ids) || v.Matches(obj, field, key) != len(ids) {
			t.Fatalf("%s by %s %q: %v, model %v", obj.Name, name, key, got, ids)
		}
		at := rapid.IntRange(0, len(ids)-1).Draw(t, "bound")
		if got := idsOf(v.Lookup(obj, field, key, Bound{ID: ids[at]})); !slices.Equal(got, ids[at+1:]) {
			t.Fatalf("%s by %s %q after %s: %v, model %v", obj.Name, name, key, ids[at], got, ids[at+1:])
		}
	}
	if n := v.Matches(obj, field, "nobody's"); n != 0 {
		t.Fatalf("%d match nothing", n)
	}
}

func idsOf(records func(yield func(Record) bool)) []string {
	ids := []string{}
	for r := range records {
		ids = append(ids, r.ID())
	}
	return ids
}

// write does one random write on the org and, if it was not refused, on the
// model.
func (m *model) write(tb testing.TB, t *rapid.T, o *Org, profiles []string) {
	o.Advance(time.Second)
	at := o.Now()
	n := rapid.IntRange(0, 6).Draw(t, "name")
	user := rapid.SampledFrom(m.ids("User")).Draw(t, "user")
	switch rapid.IntRange(0, 7).Draw(t, "write") {
	case 0, 1:
		fields := map[string]any{
			"Username": fmt.Sprintf("u%d@acme.example", n), "CommunityNickname": fmt.Sprintf("Nick%d", n),
			"ProfileId": rapid.SampledFrom(profiles).Draw(t, "profile"), "IsActive": rapid.Bool().Draw(t, "active"),
		}
		if id, errs := o.Insert(Actor{}, "User", newUser(tb, o, fields)); errs == nil {
			m.insert("User", id, at, fields)
		}
	case 2:
		changes := map[string]any{"Username": fmt.Sprintf("u%d@acme.example", n), "IsActive": rapid.Bool().Draw(t, "active")}
		if errs := o.Update(Actor{}, "User", user, changes); errs == nil {
			m.update("User", user, at, changes)
		}
	case 3:
		changes := map[string]any{"ProfileId": rapid.SampledFrom(profiles).Draw(t, "profile")}
		if errs := o.Update(Actor{}, "User", user, changes); errs == nil {
			m.update("User", user, at, changes)
		}
	case 4:
		fields := map[string]any{"Name": fmt.Sprintf("Group %d", n), "DeveloperName": fmt.Sprintf("Group_%d", n)}
		if id, errs := o.Insert(Actor{}, "Group", fields); errs == nil {
			m.insert("Group", id, at, fields)
		}
	case 5:
		group := rapid.SampledFrom(m.ids("Group")).Draw(t, "group")
		fields := map[string]any{"GroupId": group, "UserOrGroupId": user}
		id, errs := o.Insert(Actor{}, "GroupMember", fields)
		if _, there := m.live["GroupMember"][id]; errs == nil && !there {
			m.insert("GroupMember", id, at, fields)
		}
	case 6:
		fields := map[string]any{"DeveloperName": fmt.Sprintf("Bundle_%d", n), "MasterLabel": fmt.Sprintf("bundle %d", n/2)}
		if id, errs := o.Insert(Actor{}, "PermissionSetGroup", fields); errs == nil {
			m.insert("PermissionSetGroup", id, at, fields)
		}
	case 7:
		object := rapid.SampledFrom([]string{"Group", "GroupMember", "PermissionSetGroup"}).Draw(t, "object")
		if ids := m.ids(object); len(ids) > 0 {
			id := rapid.SampledFrom(ids).Draw(t, "id")
			if errs := o.Delete(Actor{}, object, id); errs == nil {
				m.remove(object, id, at)
			}
		}
	}
}

// TestAnOrgIsWhatItsWritesMadeOfIt does random writes, alone and in
// transactions some of which are taken back, on two orgs that keep Usernames
// apart, and holds each against its model.
func TestAnOrgIsWhatItsWritesMadeOfIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		names := &Usernames{}
		orgs, models, profiles := []*Org{}, []*model{}, [][]string{}
		for i := range 2 {
			o := newOrg(t, Config{
				Seed: int64(i), Users: 2, Usernames: names, AdminUsername: fmt.Sprintf("admin@org%d.example", i),
				LicenseSeats: map[string]int{"SFDC": 6},
			})
			var some []string
			for _, name := range []string{"Standard User", "Read Only", "Standard Platform User"} {
				some = append(some, o.idOf(t, "Profile", "Name", name))
			}
			orgs, models, profiles = append(orgs, o), append(models, newModel(o)), append(profiles, some)
		}
		for range rapid.IntRange(1, 10).Draw(rt, "rounds") {
			i := rapid.IntRange(0, 1).Draw(rt, "org")
			o, m := orgs[i], models[i]
			if rapid.Bool().Draw(rt, "alone") {
				m.write(t, rt, o, profiles[i])
			} else {
				before, takeBack := m.clone(), rapid.Bool().Draw(rt, "take back")
				_ = o.Transaction(func(tx *Org) error {
					for range rapid.IntRange(1, 8).Draw(rt, "writes") {
						m.write(t, rt, tx, profiles[i])
					}
					if takeBack {
						return errBack
					}
					return nil
				})
				if takeBack {
					*m = *before
				}
			}
			m.verify(rt, o)
			o.verifyIndexes(t)
			owners := map[string]*store{}
			for j, m := range models {
				for _, row := range m.live["User"] {
					owners[row.fields["Username"].(string)] = orgs[j].s
				}
			}
			if !maps.Equal(owners, names.owner) {
				rt.Fatalf("%d Usernames, model %d", len(names.owner), len(owners))
			}
		}
		for i, o := range orgs {
			dump := o.dumped(t)
			other := newOrg(t, Config{Seed: 7})
			if err := other.Load(bytes.NewReader([]byte(dump))); err != nil {
				rt.Fatal(err)
			}
			models[i].verify(rt, other)
			if other.dumped(t) != dump {
				rt.Fatal("dumped, loaded and dumped again, it is another")
			}
		}
	})
}
