package org

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// noon is when the test orgs live.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newOrg(t testing.TB, cfg Config) *Org {
	t.Helper()
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return noon }
	}
	o, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *Org) idOf(t testing.TB, object, field, value string) string {
	t.Helper()
	r, ok := o.s.table(object).first(field, value)
	if !ok {
		t.Fatalf("no %s with %s %q", object, field, value)
	}
	return r.ID()
}

// newUser is a body that an org accepts, with changes; a nil value takes the
// field out.
func newUser(t testing.TB, o *Org, changes map[string]any) map[string]any {
	t.Helper()
	body := map[string]any{
		"Username": "mona.lisa@acme.example", "LastName": "Lisa", "FirstName": "Mona", "Email": "mona.lisa@acme.example",
		"Alias": "mlisa", "ProfileId": o.idOf(t, "Profile", "Name", "Standard User"), "TimeZoneSidKey": "Europe/Paris",
		"LocaleSidKey": "fr_FR", "LanguageLocaleKey": "fr", "EmailEncodingKey": "UTF-8",
	}
	maps.Copy(body, changes)
	maps.DeleteFunc(body, func(_ string, v any) bool { return v == nil })
	return body
}

func (o *Org) mustInsert(t testing.TB, object string, values map[string]any) string {
	t.Helper()
	id, errs := o.Insert(Actor{o.AdminID()}, object, values)
	if errs != nil {
		t.Fatalf("insert %s: %v", object, errs)
	}
	return id
}

func (o *Org) mustUpdate(t testing.TB, object, id string, values map[string]any) {
	t.Helper()
	if errs := o.Update(Actor{o.AdminID()}, object, id, values); errs != nil {
		t.Fatalf("update %s: %v", object, errs)
	}
}

func (o *Org) mustFind(t testing.TB, object, id string) Row {
	t.Helper()
	row, ok := o.Find(object, id)
	if !ok {
		t.Fatalf("no %s %s", object, id)
	}
	return row
}

// grant gives a user system permissions by a permission set of their own.
func (o *Org) grant(t testing.TB, user string, permissions ...string) {
	t.Helper()
	name := "Grant_" + user + "_" + strings.Join(permissions, "_")
	body := map[string]any{"Name": name[:min(80, len(name))], "Label": "Grant"}
	for _, p := range permissions {
		body["Permissions"+p] = true
	}
	o.mustInsert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": user, "PermissionSetId": o.mustInsert(t, "PermissionSet", body)})
}

// dump is everything the org holds, seats and waiting addresses included.
func (o *Org) dump() map[string]any {
	out := map[string]any{"pending": maps.Clone(o.s.pending)}
	for _, obj := range o.Objects() {
		rows := []Row{}
		_ = o.View(func(v *View) error {
			for r := range v.Scan(obj, Bound{}) {
				rows = append(rows, r.Row())
			}
			return nil
		})
		out[obj.Name] = rows
	}
	return out
}

// snapshot is which version every record is at. Rows never change, so that two
// equal snapshots hold the same values.
func (o *Org) snapshot() map[string]*row {
	out := map[string]*row{}
	for _, t := range o.s.tables {
		for _, r := range t.slots {
			out[Record{t, r}.ID()] = r
		}
	}
	return out
}

// verifyIndexes checks every index and counter against the records.
func (o *Org) verifyIndexes(t testing.TB) {
	t.Helper()
	used := map[string]int{}
	for _, obj := range o.Objects() {
		tb := obj.table
		live, last := 0, ""
		for p, r := range tb.slots {
			r := Record{tb, r}
			if r.ID() <= last {
				t.Fatalf("%s: id %s does not ascend from %s", obj.Name, r.ID(), last)
			}
			last = r.ID()
			if at, ok := tb.locateSlot(last); !ok || int(at) != p {
				t.Fatalf("%s %s is at %d, found at %d, %v", obj.Name, last, p, at, ok)
			}
			if r.Deleted() {
				continue
			}
			live++
			switch obj.Name {
			case "User":
				if !r.flag("IsActive") {
					continue
				}
				if l, ok := o.s.licenceOf(r.text("ProfileId")); ok {
					used[l.ID()]++
				}
				for _, f := range o.s.cfg.features() {
					if r.flag("UserPermissions" + f.name) {
						used[f.name]++
					}
				}
			case "PermissionSetLicenseAssign":
				used[r.text("PermissionSetLicenseId")]++
			case "UserPackageLicense":
				used[r.text("PackageLicenseId")]++
			}
		}
		if live != tb.live || tb.byID.used != len(tb.slots) {
			t.Fatalf("%s: %d records counted as %d, %d ids of %d", obj.Name, live, tb.live, tb.byID.used, len(tb.slots))
		}
		for _, ix := range tb.indexes {
			want := map[string][]string{}
			for r := range tb.walk(tb.slots, Bound{}) {
				if key, ok := r.stored(ix.field).(string); ok {
					want[ix.folded(key)] = append(want[ix.folded(key)], r.ID())
				}
			}
			have := map[string][]string{}
			for key := range want {
				for p := range ix.walk(key, 0) {
					have[key] = append(have[key], Record{tb, tb.slots[p]}.ID())
				}
				if ix.count(key) != len(want[key]) {
					t.Fatalf("%s: %d of %q counted as %d", obj.Name, len(want[key]), key, ix.count(key))
				}
			}
			if diff := cmp.Diff(want, have); diff != "" || ix.used != len(want) {
				t.Fatalf("%s.%s index has %d keys (-records +index):\n%s", obj.Name, obj.Fields[ix.field].Name, ix.used, diff)
			}
		}
	}
	have := maps.Clone(o.s.used)
	maps.DeleteFunc(have, func(_ string, n int) bool { return n == 0 })
	if diff := cmp.Diff(used, have); diff != "" {
		t.Fatalf("seats (-records +counted):\n%s", diff)
	}
}

func (ix *index) folded(key string) string {
	if ix.fold {
		return strings.ToLower(key)
	}
	return key
}
