package soql_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
	"scimforce/salesforce/soql"
)

func newOrg(t *testing.T) *org.Org {
	t.Helper()
	o, err := org.New(org.Config{Name: "Acme", Users: 5, AdminUsername: "admin@acme.example", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Every form of condition is one that another reader of SOQL takes.
func TestEveryConditionIsUnderstoodByTheSimulator(t *testing.T) {
	o := newOrg(t)
	assigned := soql.Select{Fields: []string{"AssigneeId"}, From: "PermissionSetAssignment", Where: soql.Ne("PermissionSet.IsOwnedByProfile", true)}
	for name, c := range map[string]soql.Condition{
		"none":             {},
		"text":             soql.Eq("Username", `o'brien\@acme.example`),
		"bool":             soql.Eq("IsActive", true),
		"time":             soql.Ge("LastModifiedDate", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		"number":           soql.Or(soql.Ge("NumberOfFailedLogins", 2.5), soql.Ne("NumberOfFailedLogins", -0.25), soql.Eq("NumberOfFailedLogins", 1e15)),
		"null":             soql.Or(soql.IsNull("ManagerId"), soql.NotNull("Title")),
		"not":              soql.Not(soql.Eq("LastName", "x")),
		"not of and":       soql.Not(soql.And(soql.Eq("LastName", "x"), soql.Not(soql.HasPrefix("Title", "50%_")))),
		"contains":         soql.Contains("Name", `%_\'`),
		"list":             soql.And(soql.In("Profile.Name", []string{"a", "b'"}), soql.NotIn("LastName", []string{"x"})),
		"nothing of":       soql.Or(soql.In("Id", nil), soql.NotIn("Id", nil)),
		"query inside":     soql.InSelect("Id", assigned),
		"query and not":    soql.And(soql.Eq("IsActive", true), soql.InSelect("Id", assigned)),
		"relation and gt":  soql.And(soql.Gt("Manager.LastName", "a"), soql.Lt("LastName", "z"), soql.Le("Id", "005RM000002FZAlYAO")),
		"lines of a text":  soql.Eq("LastName", "a\nb\r\t\f\b\x00"),
		"three levels":     soql.Or(soql.And(soql.Or(soql.Eq("Title", "a"), soql.Eq("Title", "b")), soql.Eq("IsActive", true)), soql.Eq("Title", "c")),
		"other scripts":    soql.HasSuffix("LastName", "Łukasiewicz 李"),
		"a surrogate pair": soql.Eq("LastName", "😀"),
	} {
		for _, count := range []bool{false, true} {
			statement, err := soql.Select{Fields: []string{"Id", "Profile.Name"}, From: "User", Where: c, OrderBy: []string{"LastName DESC NULLS LAST", "Id"}, Limit: 10, Count: count}.Build()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if _, err := query.Run(o, org.Actor{}, statement); err != nil {
				t.Errorf("%s: %v in %s", name, err, statement)
			}
		}
	}
}

// A record of any name is found by that name, by its parts, and by no other.
func TestARecordOfAnyNameIsFound(t *testing.T) {
	o := newOrg(t)
	id, errs := o.Insert(org.Actor{UserID: o.AdminID()}, "Group", map[string]any{"Name": "x", "DeveloperName": "x", "Type": "Regular"})
	if errs != nil {
		t.Fatal(errs)
	}
	odd := rapid.StringOf(rapid.SampledFrom([]rune(`'"\%_nu0027ä李`)))
	rapid.Check(t, func(t *rapid.T) {
		inside := odd.Filter(func(s string) bool { return len([]rune(s)) <= 30 }).Draw(t, "name")
		name := "a" + inside + "z"
		if errs := o.Update(org.Actor{UserID: o.AdminID()}, "Group", id, map[string]any{"Name": name}); errs != nil {
			t.Fatal(errs)
		}
		for _, c := range []soql.Condition{
			soql.Eq("Name", name), soql.In("Name", []string{"other", name}), soql.HasPrefix("Name", "a"+inside), soql.HasSuffix("Name", inside+"z"), soql.Contains("Name", inside),
			soql.Not(soql.Eq("Name", name+"'")), soql.Not(soql.Contains("Name", strings.ReplaceAll(name, "%", "")+"q")),
		} {
			statement, err := soql.Select{Fields: []string{"Id"}, From: "Group", Where: soql.And(soql.Eq("Id", id), c)}.Build()
			if err != nil {
				t.Fatal(err)
			}
			if result, err := query.Run(o, org.Actor{}, statement); err != nil || len(result.Rows) != 1 {
				t.Fatalf("%v, %+v: %s", err, result, statement)
			}
		}
		for _, other := range []string{"a%z", "a" + strings.Repeat("_", len([]rune(inside))) + "z"} {
			if other == name {
				continue
			}
			statement, err := soql.Select{Fields: []string{"Id"}, From: "Group", Where: soql.And(soql.Eq("Id", id), soql.HasPrefix("Name", other))}.Build()
			if err != nil {
				t.Fatal(err)
			}
			if result, err := query.Run(o, org.Actor{}, statement); err != nil || len(result.Rows) != 0 && !strings.HasPrefix(strings.ToLower(name), other) {
				t.Fatalf("%v, %+v: %s", err, result, statement)
			}
		}
	})
}
