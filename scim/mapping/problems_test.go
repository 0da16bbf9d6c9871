package mapping

import (
	stderrors "errors"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/google/go-cmp/cmp"
)

// detail is the sentence of a 400 invalidValue.
func detail(t *testing.T, err error) string {
	t.Helper()
	var scim scimerrors.ScimError
	if !stderrors.As(err, &scim) {
		t.Fatalf("error = %v, want a ScimError", err)
	}
	if scim.Status != 400 || scim.ScimType != scimerrors.ScimTypeInvalidValue {
		t.Errorf("status %d %s, want 400 invalidValue", scim.Status, scim.ScimType)
	}
	return scim.Detail
}

func TestABadValueIsRefusedInOneClearSentence(t *testing.T) {
	strict := Config{Strict: true}
	for _, c := range []struct {
		name      string
		config    Config
		attribute string
		value     any
		want      string
	}{
		{"no user name", Config{}, "userName", nil, `userName: a value is required`},
		{"a user name that is no address", Config{}, "userName", "bjensen", `userName: "bjensen" is not in the form of an e-mail address (for example, ann@acme.example), which Salesforce wants of a username`},
		{"a user name without a dot in its domain", Config{}, "userName", "b@acme", `userName: "b@acme" is not in the form of an e-mail address (for example, ann@acme.example), which Salesforce wants of a username`},
		{"a long user name", Config{}, "userName", strings.Repeat("b", 80) + "@acme.example", `userName: 93 characters are too long for the Salesforce field Username, which holds 80`},
		{"a user name too long with the suffix of its org", Config{UsernameSuffix: ".uat"}, "userName", strings.Repeat("b", 64) + "@acme.example", `userName: 81 characters, with the suffix ".uat" that this connection adds, are too long for the Salesforce field Username, which holds 80`},
		{"a long title", Config{}, "title", strings.Repeat("é", 81), `title: 81 characters are too long for the Salesforce field Title, which holds 80`},
		{"a long family name", Config{}, "name.familyName", strings.Repeat("x", 81), `name.familyName: 81 characters are too long for the Salesforce field LastName, which holds 80`},
		{"a long employee number", Config{}, EnterpriseURN + ":employeeNumber", strings.Repeat("1", 21), `employeeNumber: 21 characters are too long for the Salesforce field EmployeeNumber, which holds 20`},
		{"a value too long for the field it was sent to", Config{Overrides: []Override{{Attribute: "costCenter", Field: "Cost_Center__c"}}}, EnterpriseURN + ":costCenter", "12345678901", `costCenter: 11 characters are too long for the Salesforce field Cost_Center__c, which holds 10`},
		{"a number for a string", Config{}, "title", 5.0, `title: a string is expected`},
		{"a string for a boolean", Config{}, "active", "maybe", `active: true or false is expected`},
		{"an object for a list", Config{}, "emails", map[string]any{"value": "b@acme.example"}, `emails: a list of objects is expected`},
		{"a list of strings", Config{}, "phoneNumbers", []any{"1"}, `phoneNumbers: a list of objects is expected`},
		{"an e-mail address that is none", Config{}, "emails", []any{map[string]any{"value": "b at acme"}}, `emails: "b at acme" is not an e-mail address`},
		{"a long e-mail address", Config{}, "emails", []any{map[string]any{"value": strings.Repeat("b", 128) + "@acme.example"}}, `emails: 141 characters are too long for the Salesforce field Email, which holds 128`},
		{"a long phone number", Config{}, "phoneNumbers", []any{map[string]any{"value": strings.Repeat("1", 41), "type": "fax"}}, `phoneNumbers: 41 characters are too long for the Salesforce field Fax, which holds 40`},
		{"a phone type, strictly", strict, "phoneNumbers", []any{map[string]any{"value": "1", "type": "pager"}}, `phoneNumbers: Salesforce has no field for a phone number of type "pager"; it has work, mobile and fax`},
		{"a long city", Config{}, "addresses", []any{map[string]any{"type": "work", "locality": strings.Repeat("x", 41)}}, `addresses: 41 characters are too long for the Salesforce field City, which holds 40`},
		{"an address type, strictly", strict, "addresses", []any{map[string]any{"type": "home", "locality": "X"}}, `addresses: Salesforce has no fields for an address of type "home"; it has those of type work`},
		{"a language, strictly", strict, "preferredLanguage", "de-DE", `preferredLanguage: "de-DE" is no language of this org; the nearest is "de"`},
		{"a locale, strictly", strict, "locale", "en-UK", `locale: "en-UK" is no locale of this org; the nearest is "en-US"`},
		{"a time zone, strictly", strict, "timezone", "Europe/Pariss", `timezone: "Europe/Pariss" is no time zone of this org; the nearest is "Europe/Paris"`},
		{"a manager without a value", Config{}, EnterpriseURN + ":manager", map[string]any{"displayName": "The Boss"}, `manager: a value is expected: the manager's id, userName or externalId`},
		{"two roles, strictly", strict, "roles", []any{map[string]any{"value": "A"}, map[string]any{"value": "B"}}, `roles: a user of Salesforce has one role at most; 2 were sent`},
		{"two profiles", Config{}, "entitlements", []any{map[string]any{"value": adminID}, map[string]any{"value": standardID}}, `entitlements: a user has exactly one profile; 2 were sent`},
		{"an entitlement of another type", Config{}, "entitlements", []any{map[string]any{"value": "X", "type": "License"}}, `entitlements: type "License" is none that can be given; those are "Profile" and "Permission Set"`},
		{"an entitlement without a value", Config{}, "entitlements", []any{map[string]any{"type": "Profile"}}, `entitlements: each entitlement needs a value: an id or a name`},
	} {
		t.Run(c.name, func(t *testing.T) {
			user := minimal()
			at := pathOf(c.attribute)
			at.put(user, c.value)
			m := mustNew(t, c.config)
			_, err := m.Create(user, ordinaryOrg().org())
			if diff := cmp.Diff(c.want, detail(t, err)); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
			if c.value == nil {
				return
			}
			if _, err = m.Change(minimal(), user, ordinaryOrg().org()); err == nil {
				t.Error("Change accepts what Create refuses")
			}
		})
	}
}

func TestAMissingProfileIsRefusedWithTheNameOfTheSetting(t *testing.T) {
	m, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Create(minimal(), ordinaryOrg().org())
	want := `entitlements: a user of Salesforce needs a profile: send an entitlement of type "Profile", or its name as profile of the extension urn:scimforce:params:scim:schemas:extension:salesforce:1.0:User, or set defaults.profile, the profile of new users, in the file named by SCIMFORCE_CONFIG`
	if diff := cmp.Diff(want, detail(t, err)); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
}

func TestAllProblemsOfABodyAreToldAtOnce(t *testing.T) {
	user := map[string]any{"userName": "bjensen", "title": strings.Repeat("x", 81), "active": "perhaps"}
	_, err := mustNew(t, Config{}).Create(user, ordinaryOrg().org())
	if got := strings.Count(detail(t, err), "; "); got != 2 {
		t.Errorf("%d problems are told, want 3: %v", got+1, err)
	}
}

func TestALongValueDoesNotFillTheSentence(t *testing.T) {
	m := mustNew(t, Config{Strict: true})
	long := strings.Repeat("long ", 10_000)
	user := minimal()
	user["userName"], user["preferredLanguage"] = long, long
	user["phoneNumbers"] = []any{map[string]any{"value": "1", "type": long}}
	user["entitlements"] = []any{map[string]any{"value": "1", "type": long}}
	_, err := m.Create(user, ordinaryOrg().org())
	if n := len(detail(t, err)); n > 1000 {
		t.Errorf("the detail has %d bytes", n)
	}
}
