package query

import (
	"fmt"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// BenchmarkAMillionUsers measures statements over an org of that many people,
// which is made once: some seconds and a gigabyte. With -short it is a tenth.
func BenchmarkAMillionUsers(b *testing.B) {
	people := 1_000_000
	if testing.Short() {
		people = 100_000
	}
	o := newOrg(b, people)
	users, _ := o.Object("User")
	var all []string
	for i := range users.Fields {
		all = append(all, users.Fields[i].Name)
	}
	ids := strings.Join(firstColumn(b, o, "SELECT Id FROM User LIMIT 200 OFFSET 1000"), "','")
	middle := firstColumn(b, o, fmt.Sprintf("SELECT Id FROM User WHERE Id > '%s' LIMIT 1", users.KeyPrefix+"000000000000"))[0]
	some := "Id, Username, Name, Email, IsActive, Profile.Name"
	for _, bench := range []struct {
		name, statement string
		rows            int
	}{
		{"UsernameLookup", "SELECT " + some + " FROM User WHERE Username = 'admin@acme.example'", 1},
		{"UsernameAndMore", "SELECT " + some + " FROM User WHERE IsActive = true AND UserType = 'Standard' AND Username = 'ADMIN@acme.example' LIMIT 1", 1},
		{"InOf200", "SELECT " + some + " FROM User WHERE Id IN ('" + ids + "')", 200},
		{"WindowOf2000", "SELECT " + some + " FROM User WHERE UserType = 'Standard' AND Id > '" + middle + "' ORDER BY Id LIMIT 2000", 2000},
		{"PageOf2000FullUsers", "SELECT " + strings.Join(all, ",") + " FROM User LIMIT 2000", 2000},
		{"SemiJoinOfFew", "SELECT Id FROM User WHERE Id IN (SELECT AssigneeId FROM PermissionSetAssignment WHERE AssigneeId IN ('" + ids + "'))", 200},
		{"SemiJoinForOne", "SELECT Id FROM User WHERE Username = 'admin@acme.example' AND Id IN (SELECT AssigneeId FROM PermissionSetAssignment)", 1},
		{"Count", "SELECT COUNT() FROM User WHERE IsActive = false", 0},
		{"CountOfAll", "SELECT COUNT() FROM User", 0},
		{"GroupBy", "SELECT UserType, COUNT(Id) FROM User GROUP BY UserType", 3},
		{"OrderByLimit", "SELECT Id FROM User ORDER BY LastName LIMIT 10", 10},
		{"Scan", "SELECT Id FROM User WHERE Title = 'Nobody'", 0},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			q := Query{Text: bench.statement, Version: "66.0", Keep: func(*Rest, int) string { return "next" }}
			for b.Loop() {
				page, err := q.Answer(b.Context(), o, org.Actor{})
				if err != nil || strings.Count(string(page[:min(len(page), 40)]), fmt.Sprintf(`"totalSize":%d,`, bench.rows)) != 1 && bench.rows > 0 {
					b.Fatal(err, string(page[:min(len(page), 80)]))
				}
				q.Room = page[:0]
			}
		})
	}
}
