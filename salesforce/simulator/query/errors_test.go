package query

import (
	"errors"
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
