package org

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeededOrg(t *testing.T) {
	o := newOrg(t, Config{Users: 3000})
	o.verifyIndexes(t)
	human, logins := 0, 0
	for r := range o.s.users().walk(o.s.users().slots, Bound{}) {
		if r.text("UserType") != "Standard" {
			continue
		}
		human++
		for _, field := range []string{"FirstName", "LastName", "Email", "Alias", "CommunityNickname", "ProfileId", "UserRoleId"} {
			if r.text(field) == "" {
				t.Errorf("%s has no %s", r.text("Username"), field)
			}
		}
		if !strings.HasSuffix(r.text("Username"), "@acme.example") || len(r.text("Alias")) > 8 {
			t.Errorf("odd person %s, %s", r.text("Username"), r.text("Alias"))
		}
		if _, ok := o.s.table("UserLogin").first("UserId", r.ID()); ok {
			logins++
		}
	}
	if human != 3001 || logins != 2701 {
		t.Errorf("%d people, %d with a login", human, logins)
	}
	licence := o.mustFind(t, "UserLicense", o.idOf(t, "UserLicense", "Name", "Salesforce"))
	if licence["TotalLicenses"] != int64(6050) || licence["UsedLicenses"] != int64(2941) {
		t.Errorf("seats: %v of %v", licence["UsedLicenses"], licence["TotalLicenses"])
	}
	for _, kind := range []string{"AutomatedProcess", "CloudIntegrationUser"} {
		if !slices.ContainsFunc(ids(o, "User"), func(id string) bool { return o.mustFind(t, "User", id)["UserType"] == kind }) {
			t.Errorf("no %s", kind)
		}
	}
}

func TestTheSameSeedMakesTheSameOrg(t *testing.T) {
	a, b, other := newOrg(t, Config{Users: 20, Seed: 7}), newOrg(t, Config{Users: 20, Seed: 7}), newOrg(t, Config{Users: 20, Seed: 8})
	if diff := cmp.Diff(a.dump(), b.dump()); diff != "" {
		t.Errorf("two orgs of one seed differ:\n%s", diff)
	}
	if a.ID() == other.ID() || a.AdminID() == other.AdminID() {
		t.Error("another seed makes the same ids")
	}
}

func TestNamesComeOnceEach(t *testing.T) {
	n := newNames()
	seen := map[string]bool{}
	for i := range n.count() {
		first, last := n.at(i)
		seen[first+" "+last] = true
	}
	if len(seen) != n.count() {
		t.Errorf("%d different names of %d", len(seen), n.count())
	}
}

func TestDeclarations(t *testing.T) {
	o := newOrg(t, Config{NameExtras: true, StateCountryPicklists: true})
	for _, obj := range o.Objects() {
		names := 0
		for i, f := range obj.Fields {
			if at, ok := obj.FieldIndex(strings.ToUpper(f.Name)); !ok || at != i {
				t.Errorf("%s.%s is not found by its name", obj.Name, f.Name)
			}
			if f.NameField {
				names++
			}
			if f.Type == "reference" && len(f.ReferenceTo) == 0 || f.Type == "picklist" && f.RestrictedPicklist && len(f.Picklist) == 0 {
				t.Errorf("%s.%s has nothing to choose from", obj.Name, f.Name)
			}
			if f.Default != nil && f.Type == "picklist" && !f.allows(f.Default.(string)) {
				t.Errorf("%s.%s has a default outside its picklist", obj.Name, f.Name)
			}
		}
		if names > 1 {
			t.Errorf("%s has %d name fields", obj.Name, names)
		}
		for _, c := range obj.ChildRelationships {
			child, ok := o.Object(c.ChildObject)
			if !ok {
				t.Errorf("%s has children of an unknown object %s", obj.Name, c.ChildObject)
				continue
			}
			i, ok := child.FieldIndex(c.Field)
			if !ok || !slices.Contains(child.Fields[i].ReferenceTo, obj.Name) {
				t.Errorf("%s.%s does not refer to %s", c.ChildObject, c.Field, obj.Name)
			}
		}
	}
}
