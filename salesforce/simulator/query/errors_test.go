package query

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"

	"github.com/google/go-cmp/cmp"
)

const (
	noSuchColumn = "'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. " +
		"Please reference your WSDL or the describe call for the appropriate names."
	noSuchObject = "' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. " +
		"Please reference your WSDL or the describe call for the appropriate names."
)

func TestRefusedStatements(t *testing.T) {
	o := newOrg(t, 0)
	tests := map[string]struct {
		statement, code, message string
	}{
		// The first four are recorded, with the names of other objects.
		"an unknown object": {
			"select count() from XYZZY", "INVALID_TYPE",
			"\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type 'XYZZY" + noSuchObject,
		},
		"an unknown column": {
			"SELECT Bacon__c FROM User LIMIT 2", "INVALID_FIELD",
			"\nSELECT Bacon__c FROM User LIMIT 2\n       ^\nERROR at Row:1:Column:8\nNo such column 'Bacon__c' on entity 'User" + noSuchColumn,
		},
		"a misspelled verb": {"SELEKT Id FROM User", "MALFORMED_QUERY", "unexpected token: SELEKT"},
		"an offset that is too large": {
			"SELECT Id FROM User LIMIT 5 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000",
		},
		"an unknown column in a condition, on the second row": {
			"SELECT Id FROM User\nWHERE Bacon__c = 1", "INVALID_FIELD",
			"\nWHERE Bacon__c = 1\n      ^\nERROR at Row:2:Column:7\nNo such column 'Bacon__c' on entity 'User" + noSuchColumn,
		},
		"an unknown column of a parent": {
			"SELECT Profile.Bacon FROM User", "INVALID_FIELD",
			"\nSELECT Profile.Bacon FROM User\n       ^\nERROR at Row:1:Column:8\nNo such column 'Bacon' on entity 'Profile" + noSuchColumn,
		},
		"a reference that cannot be walked": {
			"SELECT DelegatedApprover.Name FROM User", "INVALID_FIELD",
			"\nSELECT DelegatedApprover.Name FROM User\n       ^\nERROR at Row:1:Column:8\nDidn't understand relationship 'DelegatedApprover' in field path. " +
				"If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. " +
				"Please reference your WSDL or the describe call for the appropriate names.",
		},
		"an unknown child relationship": {
			"SELECT Id, (SELECT Id FROM Pets) FROM User", "INVALID_TYPE",
			"\nSELECT Id, (SELECT Id FROM Pets) FROM User\n                           ^\nERROR at Row:1:Column:28\nDidn't understand relationship 'Pets' in FROM part of query call. " +
				"If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. " +
				"Please reference your WSDL or the describe call for the appropriate names.",
		},
		"a word too many": {
			"SELECT Id FROM Group SET OPTIONS (honorEmptyStrings = true) LIMIT 1", "MALFORMED_QUERY",
			"\nSELECT Id FROM Group SET OPTIONS (honorEmptyStrings = true)\n                        ^\nERROR at Row:1:Column:25\nunexpected token: 'OPTIONS'",
		},
		"a comma too many": {
			"SELECT Id, FROM User", "MALFORMED_QUERY", "\nSELECT Id, FROM User\n          ^\nERROR at Row:1:Column:11\nunexpected token: 'FROM'",
		},
		"a mistake in the second row": {
			"SELECT Id\nFROM Maycur_Form__c", "INVALID_TYPE", "\nFROM Maycur_Form__c\n     ^\nERROR at Row:2:Column:6\nsObject type 'Maycur_Form__c" + noSuchObject,
		},
		// These are in the release notes of Summer '24, without positions.
		"a list of nothing": {
			"SELECT Id FROM User WHERE ProfileId IN ()", "MALFORMED_QUERY",
			"\nId FROM User WHERE ProfileId IN ()\n                                ^\nERROR at Row:1:Column:40\nunexpected token: 'ProfileId IN ()'",
		},
		"a list of no fields":      {"SELECT FROM User", "MALFORMED_QUERY", "\nSELECT FROM User\n      ^\nERROR at Row:1:Column:7\nunexpected token: 'SELECT FROM'"},
		"a character that is none": {"SELECT Id from $user WHERE isdeleted = false", "MALFORMED_QUERY", "line 1:15 unexpected token: '$'"},
		"a moment that is none":    {"SELECT Id FROM User WHERE SystemModstamp > 2020-12-12t12:12:00-25:00", "MALFORMED_QUERY", "Invalid datetime: 2020-12-12t12:12:00-25:00"},
		"security that is for Apex": {
			"SELECT Id FROM User WITH SECURITY_ENFORCED", "MALFORMED_QUERY",
			"\nSELECT Id FROM User WITH SECURITY_ENFORCED\n                    ^\nERROR at Row:1:Column:21\n" +
				"rule soqlWithIdentifierClause failed predicate: {this.helper.allowApexSyntax() && this.helper.hasApexContext()}?",
		},
		// These are documented.
		"a field twice":                  {"SELECT Id, FIELDS(ALL) FROM User LIMIT 200", "INVALID_FIELD", "duplicate field selected: Id"},
		"custom fields where are none":   {"SELECT FIELDS(CUSTOM) FROM User LIMIT 200", "MALFORMED_QUERY", "'FIELDS(...)' expansion function must result in at least one field being selected."},
		"all fields of too many records": {"SELECT FIELDS(ALL) FROM User LIMIT 201", "MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200"},
		"a semi-join within OR": {
			"SELECT Id FROM User WHERE IsActive = true OR Id IN (SELECT OwnerId FROM Group)", "MALFORMED_QUERY",
			"Semi join sub-selects are not allowed with the 'OR' operator",
		},
		"a semi-join in parentheses within OR": {
			"SELECT Id FROM User WHERE IsActive = true OR (Alias = 'x' AND Id IN (SELECT OwnerId FROM Group))", "MALFORMED_QUERY",
			"Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.",
		},
		"a semi-join on the object itself": {
			"SELECT Id FROM User WHERE Id IN (SELECT ManagerId FROM User)", "MALFORMED_QUERY", "The inner and outer selects should not be on the same object type",
		},
		"a semi-join within a semi-join": {
			"SELECT Id FROM User WHERE Id IN (SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSetId IN (SELECT Id FROM PermissionSet))", "MALFORMED_QUERY",
			"Nesting of semi join sub-selects is not supported",
		},
		"a semi-join with an end": {
			"SELECT Id FROM User WHERE Id IN (SELECT OwnerId FROM Group LIMIT 1)", "MALFORMED_QUERY", "missing value at 'LIMIT'",
		},
		"an empty text for a date": {
			"SELECT Id FROM User WHERE CreatedDate = ''", "INVALID_FIELD",
			"\nSELECT Id FROM User WHERE CreatedDate = ''\n                          ^\nERROR at Row:1:Column:27\n" +
				"value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
		},
		"a field that a polymorphic relationship does not show": {
			"SELECT UserOrGroup.DeveloperName FROM GroupMember", "INVALID_FIELD",
			"\nSELECT UserOrGroup.DeveloperName FROM GroupMember\n       ^\nERROR at Row:1:Column:8\nNo such column 'DeveloperName' on entity 'Name" + noSuchColumn,
		},
		"a field that cannot be filtered": {
			"SELECT Id FROM Group WHERE Description = 'x'", "INVALID_FIELD",
			"\nSELECT Id FROM Group WHERE Description = 'x'\n                           ^\nERROR at Row:1:Column:28\nfield 'Description' can not be filtered in a query call",
		},
		"and mixed with or": {
			"SELECT Id FROM User WHERE Alias = 'a' AND Alias = 'b' OR Alias = 'c'", "MALFORMED_QUERY",
			"\nWHERE Alias = 'a' AND Alias = 'b' OR Alias = 'c'\n                                 ^\nERROR at Row:1:Column:54\nunexpected token: 'OR'",
		},
		"a statement that stops": {
			"SELECT Id FROM User WHERE", "MALFORMED_QUERY",
			"\nSELECT Id FROM User WHERE\n                        ^\nERROR at Row:1:Column:25\nunexpected token: '<EOF>'",
		},
		"a moment in quotes": {
			"SELECT Id FROM User WHERE CreatedDate > '2024-01-01T00:00:00Z'", "INVALID_FIELD",
			"\nSELECT Id FROM User WHERE CreatedDate > '2024-01-01T00:00:00Z'\n                          ^\nERROR at Row:1:Column:27\n" +
				"value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
		},
		"an id that is none": {
			"SELECT Id FROM User WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR",
			"\nSELECT Id FROM User WHERE Id = 'abc'\n                          ^\nERROR at Row:1:Column:27\ninvalid ID field: abc",
		},
		"an escape that is none": {
			`SELECT Id FROM User WHERE Alias = 'a\q'`, "MALFORMED_QUERY",
			`Invalid string literal 'a\q'. Illegal character sequence '\q' in string literal.`,
		},
		"a text without end": {
			"SELECT Id FROM User WHERE Alias = 'a", "MALFORMED_QUERY", "line 1:36 mismatched character '<EOF>' expecting '''",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Run(o, org.Actor{}, tt.statement)
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(&Error{400, tt.code, tt.message}, refused); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Users quoted these errors of statements longer than what the errors show.
func TestErrorsShowAsMuchOfAStatementAsRecorded(t *testing.T) {
	for _, tt := range []struct {
		before, shown, after string
		caret                int
	}{
		{"", "SELECT Id, DepProbeField__c FROM Account LIMIT", " 1", 11},
		{"", "SELECT Id, Name, Active__c FROM Account WHERE Active__c", " = 'Yes' WITH SECURITY_ENFORCED", 17},
		{"SELECT Id, Name, Active__c FROM ", "Account WHERE Active__c = 'Yes' WITH SECURITY_ENFORCED", "", 32},
		{"SELECT Id FROM Account SET ", "OPTIONS (honorEmptyStrings = true) LIMIT 1", "", 34},
		{"SELECT Id FROM sbaa__Approval__c WHERE ", "LastModifiedDate>TODAY GROUP BY LastModifiedDate", "", 32},
		{"SELECT Id FROM sbaa__Approval__c WHERE ", "AND LastModifiedDate=TODAY AND LastModifiedBy='0050h00000IW2Jf'", "", 31},
		{"SELECT Id,Field__c,", "CreatedById,OCE__ActualCap__c,TPI_Product__c,Name,OCE__JobId__c", ",Other__c FROM OCE__ActivityPlan__c", 30},
		{"SELECT Id,", "LastModifiedById,NumberOfEmployees,OwnerId,Ownership,ParentId,Rating,Sic,Type", ",Website FROM Account", 43},
		{"SELECT Id, ", "WebEmail__c, Case_Resolution_Summary__c, MW_Case_ID__c, Escalation_Helper_Contact__c", ", Other__c FROM Case", 41},
		{"SELECT Name, ", "Account.Phone, Account.Rating, Account.RecordTypeId, Account.ShippingCity", ", Id FROM Contact", 31},
		{"SELECT Id FROM Contact WHERE Name LIKE '%The ", "Group Pinnacle Fin'l Partners ($1.7m alloc'd)%' ORDER BY Name", "", 30},
		{"SELECT Id, Name FROM ", "Contact WHERE Email = liam.carter@example.com ORDER BY CreatedDate", " DESC", 32},
	} {
		refused := source{tt.before + tt.shown + tt.after}.at(len(tt.before)+tt.caret, "X", "x")
		want := fmt.Sprintf("\n%s\n%s^\nERROR at Row:1:Column:%d\nx", tt.shown, strings.Repeat(" ", tt.caret), len(tt.before)+tt.caret+1)
		if refused.Message != want {
			t.Errorf("got %s\nwant %s", refused.Message, want)
		}
	}
}

func TestRefusedByCode(t *testing.T) {
	o := newOrg(t, 0)
	for statement, code := range map[string]string{
		"":                                                             "MALFORMED_QUERY",
		"SELECT":                                                       "MALFORMED_QUERY",
		"SELECT Id":                                                    "MALFORMED_QUERY",
		"SELECT Id, ":                                                  "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias":                              "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias IN ()":                        "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias IN 'a'":                       "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = :x":                         "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = x":                          "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE (Alias = 'x'":                       "MALFORMED_QUERY",
		"SELECT Id FROM User LIMIT x":                                  "MALFORMED_QUERY",
		"SELECT Id FROM User LIMIT -1":                                 "MALFORMED_QUERY",
		"SELECT Id FROM User; DELETE":                                  "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = 'a' --":                     "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = 'a' OR 1 = 1":               "MALFORMED_QUERY",
		"SELECT * FROM User":                                           "MALFORMED_QUERY",
		`SELECT Id FROM User WHERE Alias = 'a\%'`:                      "MALFORMED_QUERY",
		`SELECT Id FROM User WHERE Alias = '\u00g0'`:                   "MALFORMED_QUERY",
		"SELECT FIELDS(ALL) FROM User":                                 "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Id IN (SELECT Id, Alias FROM User)": "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE IsActive = true OR Id IN (SELECT OwnerId FROM Group)":   "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE NOT Id IN (SELECT OwnerId FROM Group)":                  "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Id IN (SELECT Name FROM Group)":                         "INVALID_FIELD",
		"SELECT Id FROM User WHERE Alias IN (SELECT Id FROM Group)":                        "INVALID_FIELD",
		"SELECT Id FROM User WHERE IsActive = 'true'":                                      "INVALID_FIELD",
		"SELECT Id FROM User WHERE Alias = 5":                                              "INVALID_FIELD",
		"SELECT Id FROM User WHERE Alias LIKE 5":                                           "INVALID_FIELD",
		"SELECT Id FROM User WHERE CreatedDate > 2024-01-01":                               "INVALID_FIELD",
		"SELECT Id, Id FROM User":                                                          "INVALID_FIELD",
		"SELECT Id FROM User ORDER BY UserPermissionsMarketingUser":                        "INVALID_FIELD",
		"SELECT Manager.Manager.Manager.Manager.Manager.Manager.Id FROM User":              "INVALID_FIELD",
		"SELECT Id FROM User WHERE Id LIKE '005%'":                                         "INVALID_QUERY_FILTER_OPERATOR",
		"SELECT Id FROM User WHERE IsActive > true":                                        "INVALID_QUERY_FILTER_OPERATOR",
		"SELECT Id FROM User WHERE " + strings.Repeat("(", 300) + "Id = null":              "QUERY_TOO_COMPLICATED",
		"SELECT Id FROM User WHERE " + strings.Repeat("NOT ", 300) + "Id = null":           "QUERY_TOO_COMPLICATED",
		"SELECT Id FROM User WHERE Alias = '" + strings.Repeat("x", 100_000) + "'":         "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = '" + strings.Repeat("é", 4_001) + "'":           "MALFORMED_QUERY",
		"SELECT " + strings.Repeat("(SELECT Id FROM ManagedUsers), ", 21) + "Id FROM User": "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Id IN (SELECT AssigneeId FROM PermissionSetAssignment) AND Id IN (SELECT OwnerId FROM Group) AND Id NOT IN (SELECT UserOrGroupId FROM GroupMember)": "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Manager.Id IN (SELECT OwnerId FROM Group)":                        "INVALID_FIELD",
		"SELECT Id FROM User WHERE Id IN (SELECT Owner.Id FROM Group)":                               "INVALID_FIELD",
		"SELECT Id FROM User WHERE Id IN (SELECT Nothing FROM Group)":                                "INVALID_FIELD",
		"SELECT Id FROM User WHERE Id IN (SELECT Id FROM Nothing)":                                   "INVALID_TYPE",
		"SELECT Id, (SELECT Id FROM ManagedUsers WHERE Id IN (SELECT OwnerId FROM Group)) FROM User": "MALFORMED_QUERY",
		"SELECT Id, (SELECT Id FROM ManagedUsers OFFSET 1) FROM User":                                "MALFORMED_QUERY",
		"SELECT TYPEOF Manager WHEN User THEN Id END FROM User":                                      "INVALID_FIELD",
		"SELECT TYPEOF UserOrGroup WHEN Profile THEN Id END FROM GroupMember":                        "INVALID_TYPE",
		"SELECT TYPEOF UserOrGroup WHEN User THEN Nothing END FROM GroupMember":                      "INVALID_FIELD",
		"SELECT TYPEOF UserOrGroup WHEN User THEN Id, Id END FROM GroupMember":                       "INVALID_FIELD",
		"SELECT TYPEOF UserOrGroup ELSE Id END FROM GroupMember":                                     "MALFORMED_QUERY",
		"SELECT TYPEOF UserOrGroup WHEN User THEN Id FROM GroupMember":                               "MALFORMED_QUERY",
		"SELECT TYPEOF UserOrGroup WHEN User THEN Id END, UserOrGroup.Name FROM GroupMember":         "INVALID_FIELD",
		"SELECT COUNT(Id), TYPEOF UserOrGroup WHEN User THEN Id END FROM GroupMember":                "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias INCLUDES ('a')":                                             "INVALID_FIELD",
		"SELECT Id FROM User WHERE Alias INCLUDES 'a'":                                               "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE CALENDAR_YEAR(CreatedDate) = THIS_YEAR":                           "INVALID_FIELD",
		"SELECT Id FROM User WHERE CALENDAR_YEAR(Name) = 2026":                                       "INVALID_FIELD",
		"SELECT Id FROM User WHERE CreatedDate = LAST_N_DAYS":                                        "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE CreatedDate = LAST_N_DAYS:x":                                      "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE CreatedDate = TODAY:3":                                            "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE CreatedDate > 1699-01-01T00:00:00Z":                               "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE CreatedDate > 2024-13-01T00:00:00Z":                               "MALFORMED_QUERY",
		"SELECT Id FROM User USING SCOPE team":                                                       "INVALID_TYPE",
		"SELECT Id FROM User USING everything":                                                       "MALFORMED_QUERY",
		"SELECT Id FROM User ALL ROWS":                                                               "MALFORMED_QUERY",
		"SELECT Id FROM User ORDER BY Name FOR UPDATE":                                               "MALFORMED_QUERY",
		"SELECT Id FROM User FOR EVER":                                                               "MALFORMED_QUERY",
		"SELECT Id FROM User WITH DATA CATEGORY Geography__c AT usa__c":                              "MALFORMED_QUERY",
		"SELECT Id FROM User, User.Nothing p":                                                        "INVALID_FIELD",
		"SELECT Id FROM User u, Profiles g":                                                          "INVALID_FIELD",
		"SELECT Id FROM User, ":                                                                      "MALFORMED_QUERY",
		"SELECT Id FROM User LIMIT 1 ORDER BY Name":                                                  "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = 'a' WHERE Alias = 'b'":                                    "MALFORMED_QUERY",
		"SELECT Id FROM User /* all of them */":                                                      "MALFORMED_QUERY",
		"SELECT Id FROM User -- all of them":                                                         "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = \"a\"":                                                    "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = 'a' UNION SELECT Id FROM Group":                           "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = 'a'; SELECT Id FROM Group":                                "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = '' OR '1' = '1'":                                          "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = 'x\\' OR Alias != ''":                                     "MALFORMED_QUERY",
		"SELECT Id FROM User WHERE Alias = 'a' OR (SELECT Id FROM Group) != null":                    "MALFORMED_QUERY",
		"DELETE FROM User":            "MALFORMED_QUERY",
		"UPDATE User SET Alias = 'a'": "MALFORMED_QUERY",
		"SELECT (SELECT (SELECT (SELECT (SELECT (SELECT Id FROM ManagedUsers) FROM ManagedUsers) FROM ManagedUsers) FROM ManagedUsers) FROM ManagedUsers) FROM User": "INVALID_TYPE",
	} {
		_, err := Run(o, org.Actor{}, statement)
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%.80s: %v; want %s", statement, err, code)
		}
	}
}

func TestTextsAndSubqueriesUpToTheBound(t *testing.T) {
	o := newOrg(t, 1)
	for _, statement := range []string{
		"SELECT Id FROM User WHERE Alias = '" + strings.Repeat("é", 4_000) + "'",
		"SELECT " + strings.Repeat("(SELECT Id FROM ManagedUsers), ", 20) + "Id FROM User",
	} {
		if _, err := Run(o, org.Actor{}, statement); err != nil {
			t.Errorf("%.60s: %v", statement, err)
		}
	}
}
