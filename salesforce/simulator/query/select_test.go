package query

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

// unlinked takes the URLs out of records, whose ids no test knows.
func unlinked(rows []string) []string {
	for i := range rows {
		rows[i] = regexp.MustCompile(`,"url":"[^"]*"`).ReplaceAllString(rows[i], "")
	}
	return rows
}

func TestPolymorphicRelationships(t *testing.T) {
	o := newOrg(t, 0)
	sales := firstColumn(t, o, "SELECT Id FROM Group WHERE DeveloperName = 'All_Sales'")[0]
	launch := firstColumn(t, o, "SELECT Id FROM Group WHERE DeveloperName = 'Launch_Team'")[0]
	insert(t, o, "GroupMember", map[string]any{"GroupId": sales, "UserOrGroupId": o.AdminID()})
	insert(t, o, "GroupMember", map[string]any{"GroupId": sales, "UserOrGroupId": launch})
	from := " FROM GroupMember WHERE GroupId = '" + sales + "' ORDER BY UserOrGroup.Name"
	tests := map[string]struct {
		statement string
		want      []string
	}{
		"a field of both":                      {"SELECT UserOrGroup.Name" + from, []string{`"UserOrGroup":{"attributes":{"type":"Name"},"Name":"Ada Admin"}`, `"UserOrGroup":{"attributes":{"type":"Name"},"Name":"Launch Team"}`}},
		"a field of one":                       {"SELECT UserOrGroup.Username" + from, []string{`"UserOrGroup":{"attributes":{"type":"Name"},"Username":"admin@acme.example"}`, `"UserOrGroup":{"attributes":{"type":"Name"},"Username":null}`}},
		"what it is":                           {"SELECT UserOrGroup.Type" + from, []string{`"UserOrGroup":{"attributes":{"type":"Name"},"Type":"User"}`, `"UserOrGroup":{"attributes":{"type":"Name"},"Type":"Group"}`}},
		"found by what it is":                  {"SELECT UserOrGroup.Id FROM GroupMember WHERE GroupId = '" + sales + "' AND UserOrGroup.Type = 'group'", []string{`"UserOrGroup":{"attributes":{"type":"Name"},"Id":"` + launch + `"}`}},
		"TYPEOF shows each its own":            {"SELECT TYPEOF UserOrGroup WHEN User THEN Username, Profile.Name WHEN Group THEN DeveloperName END" + from, []string{`"UserOrGroup":{"attributes":{"type":"User"},"Username":"admin@acme.example","Profile":{"attributes":{"type":"Profile"},"Name":"System Administrator"}}`, `"UserOrGroup":{"attributes":{"type":"Group"},"DeveloperName":"Launch_Team"}`}},
		"TYPEOF with ELSE":                     {"SELECT TYPEOF UserOrGroup WHEN User THEN Username ELSE Name, Id END, GroupId" + from, []string{`"UserOrGroup":{"attributes":{"type":"User"},"Username":"admin@acme.example"},"GroupId":"` + sales + `"`, `"UserOrGroup":{"attributes":{"type":"Name"},"Name":"Launch Team","Id":"` + launch + `"},"GroupId":"` + sales + `"`}},
		"TYPEOF without the type of a record":  {"SELECT TYPEOF UserOrGroup WHEN User THEN Username END" + from, []string{`"UserOrGroup":{"attributes":{"type":"User"},"Username":"admin@acme.example"}`, `"UserOrGroup":{"attributes":{"type":"Name"}}`}},
		"through it to a parent":               {"SELECT UserOrGroup.Profile.Name" + from, []string{`"UserOrGroup":{"attributes":{"type":"Name"},"Profile":{"attributes":{"type":"Profile"},"Name":"System Administrator"}}`, `"UserOrGroup":{"attributes":{"type":"Name"},"Profile":null}`}},
		"a relationship to one object is none": {"SELECT Group.Name" + from + " LIMIT 1", []string{`"Group":{"attributes":{"type":"Group"},"Name":"All Sales"}`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, unlinked(rows(t, o, tt.statement))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
			}
		})
	}
}

func TestFunctions(t *testing.T) {
	o := newOrg(t, 0)
	admin := " FROM User WHERE Username = 'admin@acme.example'"
	tests := map[string]struct{ statement, want string }{
		"toLabel shows the label":               {"SELECT toLabel(DigestFrequency)" + admin, `"DigestFrequency":"Daily"`},
		"toLabel beside the value, by an alias": {"SELECT DigestFrequency, toLabel(DigestFrequency) label" + admin, `"DigestFrequency":"D","label":"Daily"`},
		"toLabel of what has no labels":         {"SELECT toLabel(FirstName)" + admin, `"FirstName":"Ada"`},
		"toLabel in WHERE":                      {"SELECT FirstName" + admin + " AND toLabel(DigestFrequency) = 'daily'", `"FirstName":"Ada"`},
		"FORMAT leaves the value":               {"SELECT FORMAT(CreatedDate) f" + admin, `"f":"2025-10-19T12:00:00.000+0000"`},
		"a date function in WHERE":              {"SELECT FirstName" + admin + " AND CALENDAR_YEAR(CreatedDate) = 2025 AND HOUR_IN_DAY(CreatedDate) IN (12, 13)", `"FirstName":"Ada"`},
		"a scope":                               {"SELECT FirstName FROM User USING SCOPE everything WHERE Username = 'admin@acme.example'", `"FirstName":"Ada"`},
		"FOR UPDATE":                            {"SELECT FirstName" + admin + " FOR UPDATE", `"FirstName":"Ada"`},
		"FOR VIEW and FOR REFERENCE":            {"SELECT FirstName" + admin + " FOR VIEW FOR REFERENCE", `"FirstName":"Ada"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{tt.want}, rows(t, o, tt.statement)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
			}
		})
	}
}

func TestSubqueries(t *testing.T) {
	o := newOrg(t, 3)
	people := firstColumn(t, o, "SELECT Id FROM User WHERE UserType = 'Standard' AND Username != 'admin@acme.example' ORDER BY Id")
	for i, id := range people {
		if errs := o.Update(org.Actor{}, "User", id, map[string]any{"ManagerId": o.AdminID(), "Alias": string(rune('a' + i))}); errs != nil {
			t.Fatal(errs)
		}
	}
	if errs := o.Update(org.Actor{}, "User", people[0], map[string]any{"ManagerId": people[1]}); errs != nil {
		t.Fatal(errs)
	}
	admin := " FROM User WHERE Username = 'admin@acme.example'"
	result := func(n string, records string) string {
		return `"ManagedUsers":{"totalSize":` + n + `,"done":true,"records":[` + records + `]}`
	}
	user := func(fields string) string { return `{"attributes":{"type":"User"},` + fields + `}` }
	tests := map[string]struct{ statement, want string }{
		"in order":             {"SELECT (SELECT Alias FROM ManagedUsers ORDER BY Alias DESC)" + admin, result("2", user(`"Alias":"c"`)+","+user(`"Alias":"b"`))},
		"with a condition":     {"SELECT (SELECT Alias FROM ManagedUsers WHERE Alias = 'c')" + admin, result("1", user(`"Alias":"c"`))},
		"with a limit":         {"SELECT (SELECT Alias FROM ManagedUsers ORDER BY Alias LIMIT 1)" + admin, result("1", user(`"Alias":"b"`))},
		"with an offset":       {"SELECT (SELECT Alias FROM ManagedUsers ORDER BY Alias LIMIT 5 OFFSET 1)" + admin + " LIMIT 1", result("1", user(`"Alias":"c"`))},
		"named with an alias":  {"SELECT (SELECT m.Alias FROM u.ManagedUsers m WHERE m.Alias = 'c') FROM User u WHERE u.Username = 'admin@acme.example'", result("1", user(`"Alias":"c"`))},
		"that find nothing":    {"SELECT (SELECT Id FROM ManagedUsers WHERE Alias = 'z')" + admin, `"ManagedUsers":null`},
		"through an index":     {"SELECT (SELECT Alias FROM ManagedUsers WHERE Id = '" + people[0] + "' OR Id = '" + people[1] + "') FROM User WHERE Id = '" + people[1] + "'", result("1", user(`"Alias":"a"`))},
		"of others":            {"SELECT (SELECT Alias FROM ManagedUsers WHERE Id = '" + people[0] + "')" + admin, `"ManagedUsers":null`},
		"of subqueries":        {"SELECT (SELECT Alias, (SELECT Alias FROM ManagedUsers) FROM ManagedUsers WHERE Alias = 'b')" + admin, result("1", user(`"Alias":"b",`+result("1", user(`"Alias":"a"`))))},
		"with a parent's name": {"SELECT (SELECT Manager.Alias FROM ManagedUsers WHERE Alias = 'b')" + admin, result("1", user(`"Manager":`+user(`"Alias":"aadmin"`)))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]string{tt.want}, unlinked(rows(t, o, tt.statement))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
			}
		})
	}
}

func TestMultiSelectPicklists(t *testing.T) {
	for _, tt := range []struct {
		have   any
		wishes [][]string
		want   bool
	}{
		{"AAA;BBB;DDD", [][]string{{"aaa", "bbb"}, {"ccc"}}, true},
		{"CCC;EEE", [][]string{{"aaa", "bbb"}, {"ccc"}}, true},
		{"AAA", [][]string{{"aaa", "bbb"}, {"ccc"}}, false},
		{"AAABBB", [][]string{{"aaa"}}, false},
		{nil, [][]string{{"aaa"}}, false},
	} {
		if got := includes(tt.wishes, false)(tt.have); got != tt.want {
			t.Errorf("%v includes %v: %t", tt.have, tt.wishes, got)
		}
		if got := includes(tt.wishes, true)(tt.have); got == tt.want {
			t.Errorf("%v excludes %v: %t", tt.have, tt.wishes, got)
		}
	}
}
