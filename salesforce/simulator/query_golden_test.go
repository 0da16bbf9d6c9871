package simulator

import (
	"regexp"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// TestQueriesOnTheWire compares whole answers. source says where the shape of
// each is from: recorded from a real org (with other objects), documented, or
// only remembered.
func TestQueriesOnTheWire(t *testing.T) {
	f := start(t, func(_ *Config, o *org.Config) { o.Users = 250 })
	small := "Sforce-Query-Options: batchSize=200"
	tests := []struct{ name, source, statement, header string }{
		{"count", "recorded", "SELECT COUNT() FROM Organization", ""},
		{"parent", "recorded", "SELECT Id, Profile.Name, Manager.Name FROM User WHERE Username = '" + testAdmin + "'", ""},
		{
			"children", "recorded, but for the null of an empty subquery: reported by clients",
			"SELECT Id, (SELECT Id, PermissionSet.Type FROM PermissionSetAssignments), (SELECT Id FROM ManagedUsers) FROM User WHERE Username = '" + testAdmin + "'", "",
		},
		{"nothing", "recorded", "SELECT Id FROM User WHERE Username = 'nobody'", ""},
		{"first-page", "recorded: envelope and nextRecordsUrl; documented: 0r8", "SELECT Id FROM User LIMIT 201", small},
		{"aggregate", "recorded: attributes without url", "SELECT UserType, COUNT(Id), MAX(CreatedDate) latest FROM User WHERE Username = '" + testAdmin + "' GROUP BY UserType", ""},
		{"polymorphic", "unverified: the type Name", "SELECT Owner.Name, Owner.Type FROM Group WHERE DeveloperName = 'All_Sales'", ""},
		{"typeof", "documented but for the attributes", "SELECT TYPEOF Owner WHEN Organization THEN Id, Name ELSE Name END FROM Group WHERE DeveloperName = 'All_Sales'", ""},
		{"types", "recorded: dates, nulls, doubles", "SELECT Name, IsActive, NumberOfFailedLogins, CreatedDate, Latitude, Address, LastViewedDate, OutOfOfficeMessage FROM User WHERE Username = '" + testAdmin + "'", ""},
		{"pretty", "recorded", "SELECT Id, Profile.Name FROM User WHERE Username = '" + testAdmin + "'", "X-PrettyPrint: 1"},
		{"unknown-object", "recorded", "select count() from XYZZY", ""},
		{"unknown-column", "recorded", "SELECT Bacon__c FROM User LIMIT 2", ""},
		{"misspelled", "recorded", "SELEKT Id FROM User", ""},
		{"unexpected", "recorded with another statement", "SELECT Id FROM Group SET OPTIONS (honorEmptyStrings = true)", ""},
		{"large-offset", "recorded", "SELECT Id FROM User OFFSET 2001", ""},
		{"duplicate-field", "documented", "SELECT Id, FIELDS(ALL) FROM User LIMIT 200", ""},
		{"not-grouped", "quoted by users", "SELECT Name, COUNT(Id) FROM User", ""},
		{"empty", "unverified: the words", " ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			headers := []string{"Accept-Encoding: identity"}
			if tt.header != "" {
				headers = append(headers, tt.header)
			}
			got := f.call("GET", queryPath+queryEscape(tt.statement), "", headers...).transcript()
			got = regexp.MustCompile(`0r8\w{15}`).ReplaceAllString(got, "<0r8>")
			got = regexp.MustCompile(`api-usage=\d+`).ReplaceAllString(got, "api-usage=N")
			if records := strings.Index(got, `"records":[`); tt.name == "first-page" {
				got = got[:records] + "\n"
			}
			golden(t, "query/"+tt.name+".txt", "source: "+tt.source+"\n\n"+got)
		})
	}
}

func TestQueryAllFindsDeletedRecords(t *testing.T) {
	f := start(t)
	count := queryEscape("SELECT COUNT() FROM PermissionSetGroupComponent")
	before := f.page(queryPath + count).TotalSize
	part := f.page(queryPath + queryEscape("SELECT Id FROM PermissionSetGroupComponent LIMIT 1")).Records[0].ID
	if r := f.call("DELETE", "/services/data/v66.0/sobjects/PermissionSetGroupComponent/"+part, ""); r.status != 204 {
		t.Fatal(r.status, r.body)
	}
	after, all := f.page(queryPath+count).TotalSize, f.page("/services/data/v66.0/queryAll?q="+count).TotalSize
	if before < 1 || after != before-1 || all != before {
		t.Errorf("%d before, %d after, %d with the deleted one", before, after, all)
	}
}

func TestWaysToAskForAQuery(t *testing.T) {
	f := start(t)
	want := f.call("GET", queryPath+"SELECT+Name+FROM+Group+WHERE+Name+=+'All+Sales'", "").body
	if !strings.Contains(want, `"Name":"All Sales"`) {
		t.Fatal(want)
	}
	for _, path := range []string{
		queryPath + "SELECT%20Name%20FROM%20Group%20WHERE%20Name%20%3D%20%27All%20Sales%27",
		"/services/data/v66.0/query/?q=SELECT+Name+FROM+Group+WHERE+Name+%3D+%27All+Sales%27",
		"/services/data/v66.0/queryAll?q=select+name+from+group+where+name+=+'all+sales'",
		"/services/data/v66.0/queryAll/?q=SELECT%0AName%0D%0AFROM+Group+WHERE+Name='All+Sales'",
	} {
		if got := f.call("GET", path, "").body; got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
	for path, want := range map[string]string{
		"/services/data/v66.0/query":                                         "MALFORMED_QUERY",
		"/services/data/v66.0/query?q=":                                      "MALFORMED_QUERY",
		"/services/data/v66.0/query?explain=SELECT+Id+FROM+User":             "explain",
		"/services/data/v66.0/query/0r8000000000000AAA-2000":                 "INVALID_QUERY_LOCATOR",
		"/services/data/v66.0/query/0r8000000000000AAA":                      "INVALID_QUERY_LOCATOR",
		"/services/data/v66.0/query/0r8000000000000AAA--1":                   "INVALID_QUERY_LOCATOR",
		"/services/data/v66.0/query/..%2f..-1":                               "INVALID_QUERY_LOCATOR",
		"/services/data/v66.0/query/0r8000000000000AAA-99999999999999999999": "INVALID_QUERY_LOCATOR",
	} {
		if got := f.call("GET", path, ""); got.status != 400 || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s; want %s", path, got.status, got.body, want)
		}
	}
}
