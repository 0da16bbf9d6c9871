package query

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

// club is an org with groups that hold what text comparison has to get right.
func club(t testing.TB) *org.Org {
	t.Helper()
	o := newOrg(t, 0)
	for _, name := range []string{"alpha", "Beta", "beta", `100%_sure`, `O'Hara \ Sons`, "Ünïcode"} {
		insert(t, o, "Group", map[string]any{"Name": name, "Description": "club"})
	}
	for _, name := range []string{"aZb", "a_b"} {
		insert(t, o, "Group", map[string]any{"Name": name, "DeveloperName": "club_" + name})
	}
	insert(t, o, "Group", map[string]any{"Name": "mail", "Email": "Mail@acme.example"})
	return o
}

func TestSelect(t *testing.T) {
	o := club(t)
	tests := map[string]struct {
		statement string
		want      []string
	}{
		"text is equal without regard to case":         {"SELECT Name FROM Group WHERE Name = 'BETA' AND Type = 'regular' ORDER BY Id", []string{"Beta", "beta"}},
		"keywords and names are written in any case":   {"select NAME from gROUP where name = 'alpha' Order By NAME asc Nulls First limit 5 offset 0", []string{"alpha"}},
		"unequal matches null":                         {"SELECT Name FROM Group WHERE Type = 'Regular' AND Email != 'mail@ACME.example' AND Name LIKE '%beta%' ORDER BY Name", []string{"Beta", "beta"}},
		"not in matches null":                          {"SELECT Name FROM Group WHERE Email NOT IN ('mail@acme.example') AND Name IN ('alpha', 'mail')", []string{"alpha"}},
		"less matches no null":                         {"SELECT Name FROM Group WHERE Email < 'z'", []string{"mail"}},
		"null is equal to null":                        {"SELECT Name FROM Group WHERE Email = null AND Name = 'alpha'", []string{"alpha"}},
		"an empty text is null":                        {"SELECT Name FROM Group WHERE Email = '' AND Name = 'alpha'", []string{"alpha"}},
		"<> is !=":                                     {"SELECT Name FROM Group WHERE Email <> null", []string{"mail"}},
		"not turns around, nulls included":             {"SELECT Name FROM Group WHERE NOT Email = 'mail@acme.example' AND Name = 'alpha'", []string{"alpha"}},
		"parentheses":                                  {"SELECT Name FROM Group WHERE (Name = 'alpha' OR Name = 'mail') AND (NOT (Email = null))", []string{"mail"}},
		"a pattern takes the whole text":               {"SELECT Name FROM Group WHERE Name LIKE 'alph'", []string{}},
		"_ is one character, of any alphabet":          {"SELECT Name FROM Group WHERE Name LIKE '_nïcode'", []string{"Ünïcode"}},
		"case is folded beyond ASCII":                  {"SELECT Name FROM Group WHERE Name = 'üNÏCODE'", []string{"Ünïcode"}},
		"escaped wildcards are themselves":             {`SELECT Name FROM Group WHERE Name LIKE '100\%\_%'`, []string{"100%_sure"}},
		"quotes and backslashes are escaped":           {`SELECT Name FROM Group WHERE Name = 'O\'Hara \\ Sons'`, []string{`O'Hara \ Sons`}},
		"characters may be given by number":            {`SELECT Name FROM Group WHERE Name = '\u0061lpha'`, []string{"alpha"}},
		"descending":                                   {"SELECT Name FROM Group WHERE Name LIKE '%a' ORDER BY Name DESC", []string{"Beta", "beta", "alpha"}},
		"nulls come first":                             {"SELECT Email FROM Group WHERE Name IN ('alpha','mail') ORDER BY Email", []string{"null", "Mail@acme.example"}},
		"nulls come last when told":                    {"SELECT Email FROM Group WHERE Name IN ('alpha','mail') ORDER BY Email NULLS LAST", []string{"Mail@acme.example", "null"}},
		"several keys":                                 {"SELECT Name FROM Group WHERE Type IN ('Regular','Queue') AND Name LIKE '%e%' AND Name LIKE 'S%' ORDER BY Type, Name", []string{"Support Tier 1", "Support Queue"}},
		"limit and offset":                             {"SELECT Name FROM Group WHERE Name LIKE '%a' ORDER BY Name LIMIT 1 OFFSET 1", []string{"Beta"}},
		"limit nothing":                                {"SELECT Name FROM Group LIMIT 0", []string{}},
		"an offset beyond the end":                     {"SELECT Name FROM Group WHERE Name = 'alpha' OFFSET 2000", []string{}},
		"an alias":                                     {"SELECT g.Name FROM Group g WHERE g.Name = 'alpha'", []string{"alpha"}},
		"the object's own name before a field":         {"SELECT Group.Name FROM Group WHERE Group.Name = 'alpha'", []string{"alpha"}},
		"aliases of relationships":                     {"SELECT u.Name FROM User u, u.Profile p, p.UserLicense l WHERE p.Name = 'System Administrator' AND l.LicenseDefinitionKey = 'SFDC' ORDER BY P.Name", []string{"Ada Admin"}},
		"a relationship without an alias":              {"SELECT Name FROM User, User.Profile WHERE Profile.Name = 'System Administrator'", []string{"Ada Admin"}},
		"a parent's field":                             {"SELECT Name FROM User WHERE Profile.UserLicense.LicenseDefinitionKey = 'SFDC'", []string{"Ada Admin"}},
		"a parent of several kinds":                    {"SELECT Related.Name FROM Group WHERE Related.Name = 'ceo' AND Type = 'Role'", []string{"CEO"}},
		"a semi-join":                                  {"SELECT Name FROM User WHERE Id IN (SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.Profile.Name = 'System Administrator')", []string{"Ada Admin"}},
		"an anti-join":                                 {"SELECT Name FROM User WHERE Id NOT IN (SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.Profile.Name = 'System Administrator') AND Profile.Name != null", []string{"Platform Integration User"}},
		"a date literal":                               {"SELECT Name FROM Group WHERE CreatedDate = TODAY AND Name = 'alpha'", []string{"alpha"}},
		"a date literal with a number":                 {"SELECT Name FROM Group WHERE CreatedDate = LAST_N_DAYS:400 AND Name IN ('alpha', 'All Sales') ORDER BY Name", []string{"All Sales", "alpha"}},
		"order goes by capitals":                       {"SELECT Name FROM Group WHERE Name IN ('a_b', 'aZb') ORDER BY Name", []string{"aZb", "a_b"}},
		"so does less":                                 {"SELECT Name FROM Group WHERE Name < 'a_b' AND Name LIKE 'a_b'", []string{"aZb"}},
		"a pattern's pieces do not overlap":            {"SELECT Name FROM Group WHERE Name LIKE 'mail%l'", []string{}},
		"nor in its middle":                            {"SELECT Name FROM Group WHERE Name LIKE '%et%et%' OR Name LIKE '%ai%il'", []string{}},
		"a checkbox of no parent is false":             {"SELECT Name FROM User WHERE Username = 'admin@acme.example' AND Manager.IsActive = false AND Manager.IsActive IN (false, true) AND Manager.IsActive != true", []string{"Ada Admin"}},
		"the nearest end counts":                       {"SELECT Name FROM Group WHERE Id < '00Gzzzzzzzzzzzz' AND Id < '00G000000000001' AND Name = 'mail'", []string{}},
		"a moment":                                     {"SELECT Name FROM Group WHERE CreatedDate >= 2026-11-23T13:00:00.000+0100 AND Name = 'alpha'", []string{"alpha"}},
		"a moment before":                              {"SELECT Name FROM Group WHERE CreatedDate < 2026-11-23T12:00:00Z AND Name IN ('alpha', 'All Sales')", []string{"All Sales"}},
		"a boolean":                                    {"SELECT Name FROM User WHERE IsActive = TRUE AND UserType = 'Standard'", []string{"Ada Admin"}},
		"new lines between words, and FOR VIEW behind": {"SELECT Name\nFROM Group\r\n\tWHERE Name='alpha'\nFOR VIEW", []string{"alpha"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, firstColumn(t, o, tt.statement)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
			}
		})
	}
}

func TestIDsCompareInBothForms(t *testing.T) {
	o := newOrg(t, 3)
	id := o.AdminID()
	for _, form := range []string{id, id[:15], strings.ToLower(id)} {
		for _, statement := range []string{
			"SELECT Id FROM User WHERE Id = '" + form + "'",
			"SELECT Id FROM User WHERE Id IN ('" + form + "', '005000000000001')",
			"SELECT AssigneeId FROM PermissionSetAssignment WHERE AssigneeId = '" + form + "'",
			"SELECT AssigneeId FROM PermissionSetAssignment WHERE Assignee.Id = '" + form + "'",
			"SELECT Id FROM User WHERE Id >= '" + form + "' AND Id <= '" + form + "'",
		} {
			if diff := cmp.Diff([]string{id}, firstColumn(t, o, statement)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", statement, diff)
			}
		}
	}
}

func TestRecordsComeByIDAndOnceWhateverTheListSays(t *testing.T) {
	o := newOrg(t, 5)
	ids := firstColumn(t, o, "SELECT Id FROM User WHERE UserType = 'Standard'")
	for _, statement := range []string{
		fmt.Sprintf("SELECT Id FROM User WHERE Id IN ('%s', '%s', '%s', '%s')", ids[4], ids[1], ids[4][:15], ids[2]),
		fmt.Sprintf("SELECT Id FROM User WHERE Id = '%s' OR Id IN ('%s', '%s') OR Id = '%s'", ids[4], ids[2], ids[1], ids[2][:15]),
	} {
		if diff := cmp.Diff([]string{ids[1], ids[2], ids[4]}, firstColumn(t, o, statement)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", statement, diff)
		}
	}
}

func TestAWalkByWindowsMeetsEveryRecordOnce(t *testing.T) {
	o := newOrg(t, 105)
	all := firstColumn(t, o, "SELECT Id FROM User WHERE UserType = 'Standard'")
	var walked []string
	for last := "005000000000000"; ; {
		window := firstColumn(t, o, "SELECT Id FROM User WHERE UserType = 'Standard' AND Id > '"+last+"' ORDER BY Id LIMIT 20")
		walked = append(walked, window...)
		if len(window) < 20 {
			break
		}
		last = window[len(window)-1]
	}
	if diff := cmp.Diff(all, walked); diff != "" {
		t.Errorf("all, walked:\n%s", diff)
	}
}

func TestCount(t *testing.T) {
	o := newOrg(t, 50)
	for statement, want := range map[string]int{
		"SELECT COUNT() FROM User":                                                                          53,
		"select count() from User where UserType = 'Standard'":                                              51,
		"SELECT COUNT() FROM User WHERE IsActive = false":                                                   1,
		"SELECT COUNT() FROM User LIMIT 7":                                                                  7,
		"SELECT COUNT() FROM User WHERE Username = 'nobody'":                                                0,
		"SELECT COUNT() FROM User OFFSET 50":                                                                3,
		"SELECT COUNT() FROM User LIMIT 2 OFFSET 52":                                                        1,
		"SELECT COUNT() FROM User OFFSET 54":                                                                0,
		"SELECT COUNT() FROM User WHERE Username IN ('admin@acme.example', 'ADMIN@acme.example', 'nobody')": 1,
		"SELECT COUNT() FROM User WHERE Id = '005000000000000AAA'":                                          0,
	} {
		result, err := Run(o, org.Actor{}, statement)
		if err != nil || !result.Count || result.Total != want || len(result.Rows) != 0 {
			t.Errorf("%s: %+v, %v; want %d", statement, result, err, want)
		}
	}
}

func TestRecordsKeepTheOrderOfTheSelectList(t *testing.T) {
	o := newOrg(t, 0)
	got := run(t, o, "SELECT username, Profile.Name, ID, profile.userLicense.name, Manager.Name, "+
		"(SELECT PermissionSet.Type, Id FROM PermissionSetAssignments), (SELECT Id FROM ManagedUsers) FROM User WHERE Id = '"+o.AdminID()+"'").Rows[0]
	at := func(object, id string) string {
		return `"attributes":{"type":"` + object + `","url":"/services/data/v/sobjects/` + object + "/" + id + `"}`
	}
	idOf := func(statement string) string { return firstColumn(t, o, statement)[0] }
	profile, license := idOf("SELECT Id FROM Profile WHERE Name = 'System Administrator'"), idOf("SELECT Id FROM UserLicense WHERE Name = 'Salesforce'")
	assignment := idOf("SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '" + o.AdminID() + "'")
	set := idOf("SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '" + o.AdminID() + "'")
	want := `{` + at("User", o.AdminID()) + `,"Username":"admin@acme.example","Profile":{` + at("Profile", profile) +
		`,"Name":"System Administrator","UserLicense":{` + at("UserLicense", license) + `,"Name":"Salesforce"}},"Id":"` + o.AdminID() +
		`","Manager":null,"PermissionSetAssignments":{"totalSize":1,"done":true,"records":[{` + at("PermissionSetAssignment", assignment) +
		`,"PermissionSet":{` + at("PermissionSet", set) + `,"Type":"Profile"},"Id":"` + assignment + `"}]},"ManagedUsers":null}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestMembersOfBothKinds(t *testing.T) {
	o := newOrg(t, 0)
	sales := firstColumn(t, o, "SELECT Id FROM Group WHERE DeveloperName = 'All_Sales'")[0]
	launch := firstColumn(t, o, "SELECT Id FROM Group WHERE DeveloperName = 'Launch_Team'")[0]
	insert(t, o, "GroupMember", map[string]any{"GroupId": sales, "UserOrGroupId": o.AdminID()})
	insert(t, o, "GroupMember", map[string]any{"GroupId": sales, "UserOrGroupId": launch})
	got := firstColumn(t, o, "SELECT UserOrGroup.Name FROM GroupMember WHERE GroupId = '"+sales+"' ORDER BY UserOrGroup.Name")
	if diff := cmp.Diff([]string{"Ada Admin", "Launch Team"}, got); diff != "" {
		t.Error(diff)
	}
	got = firstColumn(t, o, "SELECT UserOrGroup.Username FROM GroupMember WHERE UserOrGroup.Username != null")
	if diff := cmp.Diff([]string{"admin@acme.example"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFieldsFunction(t *testing.T) {
	o := newOrg(t, 0)
	user, _ := o.Object("User")
	for statement, fields := range map[string]int{
		"SELECT FIELDS(STANDARD) FROM User":                                                                    len(user.Fields),
		"SELECT FIELDS(all) FROM User LIMIT 200":                                                               len(user.Fields),
		"SELECT FIELDS(ALL) FROM User WHERE Id = '" + o.AdminID() + "' AND IsActive = true":                    len(user.Fields),
		"SELECT FIELDS(ALL) FROM User WHERE Id IN ('" + o.AdminID() + "', '005000000000000AAA') ORDER BY Name": len(user.Fields),
		"SELECT FIELDS(ALL) FROM User WHERE Id = '005000000000000AAA' OR Id = '" + o.AdminID() + "'":           len(user.Fields),
		"SELECT Id, FIELDS(CUSTOM) FROM User LIMIT 1":                                                          1,
	} {
		var row map[string]any
		if err := json.Unmarshal(run(t, o, statement).Rows[0], &row); err != nil || len(row) != 1+fields {
			t.Errorf("%s: %v, %d fields", statement, err, len(row)-1)
		}
	}
}
