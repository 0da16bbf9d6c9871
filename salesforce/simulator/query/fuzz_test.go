package query

import (
	"errors"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// FuzzRun wants of any text at all that it is answered or refused with an
// *Error, and that a refusal says something.
func FuzzRun(f *testing.F) {
	for _, s := range []string{
		"SELECT Id FROM User", "select count() from User where IsActive = true", "SELEKT", "", "'", `'\u00`, "SELECT Id FROM User WHERE Id > '",
		"SELECT Id, (SELECT Id FROM PermissionSetAssignments WHERE PermissionSet.Name LIKE '%a_\\%') FROM User u WHERE u.Profile.Name IN ('a', null) ORDER BY Name DESC NULLS LAST LIMIT 1 OFFSET 2",
		"SELECT Id FROM User WHERE CreatedDate = LAST_N_MONTHS:99999999999 OR CreatedDate > 2024-02-30T25:00:00Z",
		"SELECT Id FROM User WHERE CreatedDate = NEXT_N_YEARS:100000", "SELECT FIELDS(ALL) FROM Group LIMIT 1",
		"SELECT Id FROM User WHERE NOT (NOT Alias = 'x') AND Id NOT IN (SELECT UserOrGroupId FROM GroupMember)",
		"SELECT UserOrGroup.Name FROM GroupMember\n\rWHERE é = 1", "SELECT COUNT( FROM", "SELECT COUNT(Id), MAX(Name) m, Profile.Name FROM User GROUP BY ROLLUP(Profile.Name) HAVING COUNT(Id) > 1 ORDER BY GROUPING(Profile.Name)",
		"SELECT TYPEOF UserOrGroup WHEN User THEN Id ELSE Name END FROM GroupMember WHERE UserOrGroup.Type = 'User'", "SELECT toLabel(UserType) l, FORMAT(CreatedDate) FROM User USING SCOPE mine",
		"SELECT DAY_ONLY(convertTimezone(CreatedDate)), COUNT(Id) FROM User GROUP BY DAY_ONLY(convertTimezone(CreatedDate))",
		"SELECT (SELECT Id, (SELECT Id FROM ManagedUsers LIMIT 1 OFFSET 1) FROM ManagedUsers) FROM User WHERE Title INCLUDES ('a;b') LIMIT 1 FOR UPDATE",
		"SELECT MIN(MIN(Id)) FROM User", "SELECT p.Name FROM User u, u.Profile p, p.UserLicense", "SELECT MAX() FROM User", "SELECT GROUPING(GROUPING(Id)) FROM User GROUP BY CUBE(Id)", "SELECT FIELDS(CUSTOM), COUNT() FROM User", "SELECT a..b FROM User", "SELECT Id. FROM User", "SELECT Id FROM User WHERE Id = -",
	} {
		f.Add(s)
	}
	o := newOrg(f, 2)
	f.Fuzz(func(t *testing.T, statement string) {
		result, err := Run(o, org.Actor{}, statement)
		if err == nil {
			if result.Object == nil || !result.Count && result.Total != len(result.Rows) {
				t.Fatalf("%q: %+v", statement, result)
			}
			return
		}
		var refused *Error
		if !errors.As(err, &refused) || refused.Status != 400 || refused.Code == "" || refused.Message == "" {
			t.Fatalf("%q: %#v", statement, err)
		}
	})
}
