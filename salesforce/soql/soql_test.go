package soql

import (
	"strings"
	"testing"
	"time"
)

func TestStatements(t *testing.T) {
	berlin := time.FixedZone("CEST", 2*3600)
	tests := []struct {
		name string
		give Select
		want string
	}{
		{"fields of all records", Select{Fields: []string{"Id", "Profile.Name"}, From: "User"}, "SELECT Id, Profile.Name FROM User"},
		{"each field once", Select{Fields: []string{"Id", "Name", "ID", "Id"}, From: "User"}, "SELECT Id, Name FROM User"},
		{"a count without fields and order", Select{Fields: []string{"Id"}, From: "User", OrderBy: []string{"Id"}, Count: true, Where: Eq("IsActive", true)}, "SELECT COUNT() FROM User WHERE IsActive = true"},
		{"order and limit", Select{Fields: []string{"Id"}, From: "User", OrderBy: []string{"LastName desc NULLS  LAST", "Id", "Manager.Name ASC", "Name nulls first"}, Limit: 200}, "SELECT Id FROM User ORDER BY LastName desc NULLS LAST, Id, Manager.Name ASC, Name nulls first LIMIT 200"},
		{"a text", where(Eq("Username", "o'brien@acme.example")), `Username = 'o\'brien@acme.example'`},
		{"a backslash at the end", where(Eq("LastName", `x\`)), `LastName = 'x\\'`},
		{"an attempt to break out", where(Eq("LastName", `x\' OR Id != '`)), `LastName = 'x\\\' OR Id != \''`},
		{"lines and tabs", where(Eq("LastName", "a\nb\tc\rd\be\ff\x00g\x7f")), `LastName = 'a\nb\tc\rd\be\ff\u0000g\u007F'`},
		{"other scripts", where(Eq("LastName", "Łukasiewicz 李")), `LastName = 'Łukasiewicz 李'`},
		{"an empty text", where(Ne("Title", "")), `Title != ''`},
		{"a bool", where(Eq("IsActive", false)), `IsActive = false`},
		{"numbers", where(And(Gt("NumberOfFailedLogins", 3), Le("Size__c", int64(9007199254740993)))), `NumberOfFailedLogins > 3 AND Size__c <= 9007199254740993`},
		{"a time in UTC", where(Ge("LastModifiedDate", time.Date(2026, 7, 1, 2, 3, 4, 5e6, berlin))), `LastModifiedDate >= 2026-07-01T00:03:04.005Z`},
		{"null", where(Or(IsNull("ManagerId"), NotNull("Title"), Eq("Department", nil))), `ManagerId = null OR Title != null OR Department = null`},
		{"less", where(Lt("Id", "005")), `Id < '005'`},
		{"contains with wildcards in it", where(Contains("Name", `50%_o'f\`)), `Name LIKE '%50\%\_o\'f\\%'`},
		{"prefix", where(HasPrefix("Username", "ada@")), `Username LIKE 'ada@%'`},
		{"suffix", where(HasSuffix("Username", "@acme.example")), `Username LIKE '%@acme.example'`},
		{"a list, each once", where(In("Id", []string{"a", "b", "a", "c'"})), `Id IN ('a', 'b', 'c\'')`},
		{"none of a list", where(NotIn("Type", []string{"Role"})), `Type NOT IN ('Role')`},
		{"an empty list", where(In("Id", nil)), `Id = null`},
		{"none of an empty list", where(NotIn("Id", nil)), `Id != null`},
		{
			"a query inside", where(InSelect("Id", Select{Fields: []string{"AssigneeId"}, From: "PermissionSetAssignment", Where: Eq("PermissionSetId", "0PS")})),
			`Id IN (SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSetId = '0PS')`,
		},
		{"one of one", where(And(Condition{}, Or(Eq("A", "x")), Condition{})), `A = 'x'`},
		{"and in or", where(Or(And(Eq("A", "x"), Eq("B", "y")), Not(Eq("C", "z")))), `(A = 'x' AND B = 'y') OR (NOT C = 'z')`},
		{"or in and", where(And(Or(Eq("A", "x"), Eq("B", "y")), Eq("C", "z"))), `(A = 'x' OR B = 'y') AND C = 'z'`},
		{"and in and, or in or", where(Or(Or(Eq("A", "x"), Eq("B", "y")), And(Eq("C", "z"), And(Eq("D", "u"), Eq("E", "v"))))), `A = 'x' OR B = 'y' OR (C = 'z' AND D = 'u' AND E = 'v')`},
		{"not of several", where(Not(Or(Eq("A", "x"), Eq("B", "y")))), `(NOT (A = 'x' OR B = 'y'))`},
		{"a query inside stays at the top", where(And(InSelect("Id", Select{Fields: []string{"AssigneeId"}, From: "PermissionSetAssignment"}), And(Eq("A", "x"), Eq("B", "y")))), `Id IN (SELECT AssigneeId FROM PermissionSetAssignment) AND A = 'x' AND B = 'y'`},
		{"no condition", where(And()), ``},
		{"no condition in or", where(Or(Eq("A", "x"), Condition{})), ``},
		{"not no condition", where(Not(Condition{})), `Id = null`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := test.want
			if !strings.HasPrefix(want, "SELECT") {
				want = "SELECT Id FROM User"
				if test.want != "" {
					want += " WHERE " + test.want
				}
			}
			got, err := test.give.Build()
			if err != nil || got != want {
				t.Errorf("%v\n got %s\nwant %s", err, got, want)
			}
		})
	}
}

func where(c Condition) Select { return Select{Fields: []string{"Id"}, From: "User", Where: c} }

func TestWhatIsNoStatementIsNotBuilt(t *testing.T) {
	fields := []string{"Id"}
	many := make([]string, 30)
	for i := range many {
		many[i] = strings.Repeat("x", 3_990) + string(rune('a'+i))
	}
	tests := []struct {
		name string
		give Select
	}{
		{"no fields", Select{From: "User"}},
		{"no object", Select{Fields: fields}},
		{"an object with a condition", Select{Fields: fields, From: "User WHERE"}},
		{"a field with another", Select{Fields: []string{"Id, Name"}, From: "User"}},
		{"a function", Select{Fields: []string{"COUNT(Id)"}, From: "User"}},
		{"a path that ends in a dot", Select{Fields: []string{"Profile."}, From: "User"}},
		{"a path too long", Select{Fields: []string{"A.B.C.D.E.F.G"}, From: "User"}},
		{"an order by a number", Select{Fields: fields, From: "User", OrderBy: []string{"1"}}},
		{"an order of nothing", Select{Fields: fields, From: "User", OrderBy: []string{""}}},
		{"an order with a limit", Select{Fields: fields, From: "User", OrderBy: []string{"Id LIMIT 1"}}},
		{"half an order", Select{Fields: fields, From: "User", OrderBy: []string{"Id NULLS"}}},
		{"a negative limit", Select{Fields: fields, From: "User", Limit: -1}},
		{"a field in a condition", where(Eq("Id = '' OR Id", "x"))},
		{"a field in LIKE", where(Contains("Na me", "x"))},
		{"a field in IN", where(In("", nil))},
		{"a field before a query", where(InSelect("'", Select{Fields: fields, From: "User"}))},
		{"a query inside of two fields", where(InSelect("Id", Select{Fields: []string{"Id", "Name"}, From: "User"}))},
		{"a query inside with a limit", where(InSelect("Id", Select{Fields: fields, From: "User", Limit: 1}))},
		{"a mistake in a query inside", where(InSelect("Id", Select{Fields: fields, From: "User", Where: Eq("", "")}))},
		{"a value of no kind", where(Eq("A", []string{"x"}))},
		{"a time before time", where(Eq("A", time.Time{}))},
		{"a text too long", where(Eq("A", strings.Repeat("ä", 4_001)))},
		{"a text too long in LIKE", where(HasPrefix("A", strings.Repeat("ä", 4_001)))},
		{"a text too long in a list", where(In("A", []string{strings.Repeat("ä", 4_001)}))},
		{"bytes that are no text", where(Eq("A", "\xff"))},
		{"bytes that are no text in LIKE", where(Contains("A", "\xff"))},
		{"a statement too long", where(In("A", many))},
		{"a mistake within and", where(And(Eq("A", "x"), Eq("", "x")))},
		{"a mistake within or", where(Or(Condition{}, Eq("", "x")))},
		{"a mistake within not", where(Not(Eq("", "x")))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := test.give.Build(); err == nil {
				t.Errorf("built %.200s", got)
			} else if len(err.Error()) > 300 {
				t.Errorf("error of %d bytes", len(err.Error()))
			}
		})
	}
	if got, err := where(Eq("A", strings.Repeat("ä", 4_000))).Build(); err != nil {
		t.Errorf("a text of exactly 4,000 characters: %v %.20s", err, got)
	}
}

func TestConditionsTellOfThemselves(t *testing.T) {
	if !(Condition{}).IsZero() || Eq("A", "x").IsZero() || Eq("", "x").IsZero() {
		t.Error("IsZero is wrong")
	}
	if Eq("A", "x").Err() != nil || Eq("", "x").Err() == nil {
		t.Error("Err is wrong")
	}
}
