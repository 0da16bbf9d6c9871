package mapping

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// samples has at least one value for each row that can be written: what an IdP
// sends, where it stands in the record afterwards, and a second value to change
// to.
var samples = []struct {
	name      string
	attribute string
	sent      any
	fields    map[string]any // what Salesforce holds afterwards
	other     any
}{
	{"an id of the IdP's own", "externalId", "00ujl29u0le5T6Aj10h7", nil, "other"},
	{"a user name in mixed case", "userName", "Barbara.Jensen@ACME.example", map[string]any{"Username": "barbara.jensen@acme.example"}, "babs@acme.example"},
	{"a family name", "name.familyName", "Jensen", map[string]any{"LastName": "Jensen"}, "Smith"},
	{"a family name with spaces around it", "name.familyName", " Jensen ", map[string]any{"LastName": "Jensen"}, "Jensen"},
	{"a given name", "name.givenName", "Barbara", map[string]any{"FirstName": "Barbara"}, "Babs"},
	{"a middle name", "name.middleName", "Jane", map[string]any{"MiddleName": "Jane"}, "Joan"},
	{"a suffix", "name.honorificSuffix", "III", map[string]any{"Suffix": "III"}, "IV"},
	{"a prefix", "name.honorificPrefix", "Ms.", nil, "Dr."},
	{"a formatted name", "name.formatted", "Ms. Barbara J Jensen, III", nil, "Babs"},
	{"a display name", "displayName", "Babs Jensen", nil, "Babs"},
	{"a profile URL", "profileUrl", "https://login.acme.example/bjensen", nil, "https://acme.example/b"},
	{"a user type", "userType", "Employee", map[string]any{"UserType": "Standard"}, "Contractor"},
	{"a title", "title", "Tour Guide", map[string]any{"Title": "Tour Guide"}, "Guide"},
	{"a nickname", "nickName", "Babs", map[string]any{"CommunityNickname": "Babs"}, "Bab"},
	{"a language as BCP 47 has it", "preferredLanguage", "en-US", map[string]any{"LanguageLocaleKey": "en_US"}, "de"},
	{"a language of a country the org has only the base of", "preferredLanguage", "fr-CA", map[string]any{"LanguageLocaleKey": "fr"}, "de"},
	{"a language the org does not know", "preferredLanguage", "tlh", map[string]any{"LanguageLocaleKey": "en_US"}, "de"},
	{"a locale spelled as Salesforce does", "locale", "de_DE", map[string]any{"LocaleSidKey": "de_DE"}, "en-GB"},
	{"a time zone in odd case", "timezone", "europe/paris", map[string]any{"TimeZoneSidKey": "Europe/Paris"}, "GMT"},
	{"a time zone by its other name", "timezone", "Asia/Calcutta", map[string]any{"TimeZoneSidKey": "Asia/Kolkata"}, "GMT"},
	{"an inactive user", "active", false, map[string]any{"IsActive": false}, true},
	{"an active user", "active", true, map[string]any{"IsActive": true}, false},
	{
		"a work address", "emails",
		[]any{map[string]any{"value": "b@acme.example", "type": "work", "primary": true}},
		map[string]any{"Email": "b@acme.example"},
		[]any{map[string]any{"value": "c@acme.example", "type": "work", "primary": true}},
	},
	{
		"several e-mail addresses", "emails",
		[]any{
			map[string]any{"value": "b@work.example", "type": "work", "display": "at work"},
			map[string]any{"value": "b@home.example", "type": "home", "primary": true},
		},
		map[string]any{"Email": "b@home.example"},
		[]any{map[string]any{"value": "c@acme.example"}},
	},
	{
		"phone numbers of all kinds", "phoneNumbers",
		[]any{
			map[string]any{"value": "tel:555-555-8377", "type": "Work", "display": "desk"},
			map[string]any{"value": "+1 555 1", "type": "mobile", "primary": true},
			map[string]any{"value": "555-2", "type": "fax"},
			map[string]any{"value": "555-3", "type": "home"},
			map[string]any{"value": "555-4", "type": "mobile"},
		},
		map[string]any{"Phone": "tel:555-555-8377", "MobilePhone": "+1 555 1", "Fax": "555-2"},
		[]any{map[string]any{"value": "555-2", "type": "fax"}},
	},
	{
		"a phone number without a type", "phoneNumbers",
		[]any{map[string]any{"value": "555"}},
		map[string]any{"Phone": "555"},
		[]any{map[string]any{"value": "556"}},
	},
	{
		"postal addresses", "addresses",
		[]any{
			map[string]any{"type": "home", "locality": "Elsewhere"},
			map[string]any{"type": "work", "streetAddress": "100 Universal City Plaza\nSuite 2", "locality": "Hollywood", "region": "California", "postalCode": "91608", "country": "US", "primary": true},
		},
		map[string]any{"Street": "100 Universal City Plaza\nSuite 2", "City": "Hollywood", "State": "California", "StateCode": "CA", "PostalCode": "91608", "Country": "United States", "CountryCode": "US"},
		[]any{map[string]any{"type": "work", "country": "Germany"}},
	},
	{"a role by its name", "roles", []any{map[string]any{"value": "Sales", "primary": true}}, map[string]any{"UserRoleId": salesID}, nil},
	{"a role by its id", "roles", []any{map[string]any{"value": salesID}}, map[string]any{"UserRoleId": salesID}, nil},
	{
		"a profile by its name and permission sets", "entitlements",
		[]any{
			map[string]any{"value": "Sales_Console", "type": "Permission Set"},
			map[string]any{"value": "System Administrator", "type": "Profile"},
			map[string]any{"value": reportsID, "display": "My reports"},
		},
		map[string]any{"ProfileId": adminID},
		[]any{map[string]any{"value": standardID}},
	},
	{"a profile by its name alone", SalesforceURN + ":profile", "System Administrator", map[string]any{"ProfileId": adminID}, "Standard User"},
	{"a profile by its id alone", SalesforceURN + ":profile", standardID, map[string]any{"ProfileId": standardID}, adminID},
	{"a role by its name alone", SalesforceURN + ":role", "Sales", map[string]any{"UserRoleId": salesID}, nil},
	{"a role by its id alone", SalesforceURN + ":role", salesID, map[string]any{"UserRoleId": salesID}, nil},
	{"a user who may log in", SalesforceURN + ":frozen", false, nil, true},
	{"an employee number", EnterpriseURN + ":employeeNumber", "701984", map[string]any{"EmployeeNumber": "701984"}, "1"},
	{"a cost centre", EnterpriseURN + ":costCenter", "4130", nil, "4131"},
	{"an organization", EnterpriseURN + ":organization", "Universal Studios", map[string]any{"CompanyName": "Universal Studios"}, "Acme"},
	{"a division", EnterpriseURN + ":division", "Theme Park", map[string]any{"Division": "Theme Park"}, "Film"},
	{"a department", EnterpriseURN + ":department", "Tour Operations", map[string]any{"Department": "Tour Operations"}, "Tours"},
	{"a manager by his id", EnterpriseURN + ":manager", map[string]any{"value": bossID}, map[string]any{"ManagerId": bossID}, map[string]any{"value": "nobody@acme.example"}},
	{"a manager who does not exist yet", EnterpriseURN + ":manager", map[string]any{"value": "boss@acme.example"}, map[string]any{"ManagerId": nil}, map[string]any{"value": bossID}},
}

// Every row comes back as it was sent, however Salesforce holds it, and sending
// it again writes nothing.
func TestEveryRowRoundTrips(t *testing.T) {
	m := mustNew(t, Config{})
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			sf := richOrg()
			at := pathOf(s.attribute)
			user := minimal()
			at.put(user, s.sent)

			draft, err := m.Create(user, sf.org())
			if err != nil {
				t.Fatal(err)
			}
			created := sf.write(t, nil, draft)
			for field, want := range s.fields {
				if !equal(created[field], want) {
					t.Errorf("Salesforce holds %v in %s, want %v", created[field], field, want)
				}
			}
			echo := m.Remember(nil, draft, nil, created)
			shown := m.Render(created, echo, access(draft))
			if diff := cmp.Diff(s.sent, stripped(s.attribute, at.get(shown))); diff != "" {
				t.Errorf("rendered (-sent +rendered):\n%s", diff)
			}

			again, err := m.Change(shown, shown, sf.org())
			if err != nil || !nothing(again) || len(again.Sent) > 0 {
				t.Errorf("Change to the same = %+v, %v, want nothing", again, err)
			}
			body := clone(shown).(map[string]any)
			at.put(body, s.sent)
			if again, err = m.Change(shown, body, sf.org()); err != nil || !nothing(again) {
				t.Errorf("Change to what was sent = %+v, %v, want nothing to write", again, err)
			}
		})
	}
}

// A change of every row is rendered as it was asked for, and asking again writes
// nothing.
func TestEveryRowChanges(t *testing.T) {
	m := mustNew(t, Config{})
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			sf := richOrg()
			at := pathOf(s.attribute)
			user := minimal()
			at.put(user, s.sent)
			draft, err := m.Create(user, sf.org())
			if err != nil {
				t.Fatal(err)
			}
			prior := sf.write(t, nil, draft)
			echo := m.Remember(nil, draft, nil, prior)
			current := m.Render(prior, echo, access(draft))

			desired := clone(current).(map[string]any)
			at.put(desired, s.other)
			draft, err = m.Change(current, desired, sf.org())
			if err != nil {
				t.Fatal(err)
			}
			after := sf.write(t, prior, draft)
			echo = m.Remember(echo, draft, prior, after)
			shown := m.Render(after, echo, access(draft))
			if diff := cmp.Diff(s.other, stripped(s.attribute, at.get(shown))); diff != "" {
				t.Errorf("rendered (-wanted +rendered):\n%s", diff)
			}
			desired = clone(shown).(map[string]any)
			at.put(desired, s.other)
			if again, err := m.Change(shown, desired, sf.org()); err != nil || !nothing(again) {
				t.Errorf("the same Change again = %+v, %v, want nothing to write", again, err)
			}
		})
	}
}

func TestEveryRowHasASample(t *testing.T) {
	for _, r := range mustNew(t, Config{}).Rows() {
		sampled := false
		for _, s := range samples {
			sampled = sampled || s.attribute == r.Attribute
		}
		if sampled == r.ReadOnly {
			t.Errorf("%s: ReadOnly is %v, has a sample: %v", r.Attribute, r.ReadOnly, sampled)
		}
	}
}

func TestWhatAnOrgLacksIsOnlyRemembered(t *testing.T) {
	m := mustNew(t, Config{})
	sf := ordinaryOrg()
	user := minimal()
	pathOf("name.middleName").put(user, "Jane")
	draft, err := m.Create(user, sf.org())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := draft.Fields["MiddleName"]; ok {
		t.Error("MiddleName is written although the org does not have it")
	}
	if !slices.ContainsFunc(draft.Notes, func(n string) bool { return strings.Contains(n, "MiddleName") }) {
		t.Errorf("no note tells of it: %q", draft.Notes)
	}
	record := sf.write(t, nil, draft)
	shown := m.Render(record, m.Remember(nil, draft, nil, record), Access{})
	if got := pathOf("name.middleName").get(shown); got != "Jane" {
		t.Errorf("rendered %v, want what was sent", got)
	}
}

func TestAFieldThatMayNotBeWrittenIsOnlyRemembered(t *testing.T) {
	m := mustNew(t, Config{})
	sf := ordinaryOrg()
	sf.fields["Title"] = Field{Length: 80, Createable: true}
	current := map[string]any{"userName": "a@b.example", "title": "Guide"}
	desired := map[string]any{"userName": "a@b.example", "title": "Chief"}
	draft, err := m.Change(current, desired, sf.org())
	if err != nil {
		t.Fatal(err)
	}
	if !nothing(draft) || draft.Sent["title"] != "Chief" || len(draft.Notes) != 1 {
		t.Errorf("Change = %+v, want the echo and a note only", draft)
	}
}

// nothing tells whether a draft writes nothing to Salesforce.
func nothing(d Draft) bool {
	return len(d.Fields) == 0 && d.Profile == nil && d.Role == nil && d.Manager == nil && d.PermissionSets == nil &&
		d.ProfileName == nil && d.RoleName == nil && d.Frozen == nil
}

// stripped is a rendered value without what is read-only in it.
func stripped(attribute string, value any) any {
	switch attribute {
	case "addresses":
		all, _ := elements(clone(value))
		for _, element := range all {
			delete(element, "formatted")
		}
		return list(all)
	case EnterpriseURN + ":manager":
		element, _ := clone(value).(map[string]any)
		delete(element, "displayName")
		return present(element)
	}
	return value
}
