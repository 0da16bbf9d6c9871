package mapping

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestANewUserGetsWhatSalesforceRequires(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
		user   map[string]any
		want   map[string]any
	}{
		{
			"from the least an IdP can send",
			Config{},
			minimal(),
			map[string]any{
				"Username": "barbara.jensen@acme.example", "LastName": "barbara.jensen", "Email": "barbara.jensen@acme.example",
				"Alias": "barbaraj", "CommunityNickname": "barbara.jensen", "IsActive": true, "EmailEncodingKey": "UTF-8",
				"LanguageLocaleKey": "en_US", "LocaleSidKey": "en_US", "TimeZoneSidKey": "America/Los_Angeles",
			},
		},
		{
			"from what an IdP sends",
			Config{},
			map[string]any{
				"userName": "barbara.jensen@acme.example", "displayName": "Babs Örtegren", "nickName": "Babs", "active": false,
				"name": map[string]any{"givenName": "Barbara"}, "emails": []any{map[string]any{"value": "b@acme.example"}},
				"preferredLanguage": "de", "locale": "de-AT", "timezone": "Europe/Paris", "password": "1mz050nq",
			},
			map[string]any{
				"Username": "barbara.jensen@acme.example", "FirstName": "Barbara", "LastName": "Örtegren", "Email": "b@acme.example",
				"Alias": "bortegre", "CommunityNickname": "Babs", "IsActive": false, "EmailEncodingKey": "UTF-8",
				"LanguageLocaleKey": "de", "LocaleSidKey": "de_AT", "TimeZoneSidKey": "Europe/Paris",
			},
		},
		{
			"from the configuration",
			Config{Defaults: Defaults{TimeZone: "Europe/Paris", Locale: "fr-fr", Language: "fr", EmailEncoding: "ISO-8859-1"}},
			minimal(),
			map[string]any{
				"Username": "barbara.jensen@acme.example", "LastName": "barbara.jensen", "Email": "barbara.jensen@acme.example",
				"Alias": "barbaraj", "CommunityNickname": "barbara.jensen", "IsActive": true, "EmailEncodingKey": "ISO-8859-1",
				"LanguageLocaleKey": "fr", "LocaleSidKey": "fr_FR", "TimeZoneSidKey": "Europe/Paris",
			},
		},
		{
			"from the org when the configuration names what it does not have",
			Config{Defaults: Defaults{TimeZone: "Mars/Olympus"}},
			minimal(),
			map[string]any{
				"Username": "barbara.jensen@acme.example", "LastName": "barbara.jensen", "Email": "barbara.jensen@acme.example",
				"Alias": "barbaraj", "CommunityNickname": "barbara.jensen", "IsActive": true, "EmailEncodingKey": "UTF-8",
				"LanguageLocaleKey": "en_US", "LocaleSidKey": "en_US", "TimeZoneSidKey": "America/Los_Angeles",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			draft, err := mustNew(t, c.config).Create(c.user, ordinaryOrg().org())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, draft.Fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestANewUserGetsAProfile(t *testing.T) {
	profile := func(value string) []any { return []any{map[string]any{"value": value, "type": "Profile"}} }
	for _, c := range []struct {
		name, standard string
		entitlements   []any
		want           string
	}{
		{"from his entitlement", "Standard User", profile(adminID), adminID},
		{"from the configuration", "Standard User", nil, "Standard User"},
		{"from the configuration when only a permission set is sent", "Standard User", []any{map[string]any{"value": consoleID}}, "Standard User"},
	} {
		t.Run(c.name, func(t *testing.T) {
			user := minimal()
			user["entitlements"] = c.entitlements
			draft, err := mustNew(t, Config{Defaults: Defaults{Profile: c.standard}}).Create(user, ordinaryOrg().org())
			if err != nil || draft.Profile == nil || draft.Profile.Value != c.want {
				t.Errorf("Create = %+v, %v, want the profile %s", draft.Profile, err, c.want)
			}
		})
	}
}

func TestAValueOfARestrictedPicklistIsSpelledAsThePicklistDoes(t *testing.T) {
	sf := ordinaryOrg()
	sf.fields["Region__c"] = Field{Length: 255, Restricted: true, Createable: true, Updateable: true, Values: []string{"EMEA", "AMER"}, Labels: []string{"Europe", "Americas"}}
	m := mustNew(t, Config{Overrides: []Override{{Attribute: "costCenter", Field: "Region__c"}}})
	for sent, want := range map[string]string{"emea": "EMEA", "Americas": "AMER"} {
		user := minimal()
		pathOf(EnterpriseURN+":costCenter").put(user, sent)
		draft, err := m.Create(user, sf.org())
		if err != nil || draft.Fields["Region__c"] != want {
			t.Errorf("%q is written as %v, %v, want %s", sent, draft.Fields["Region__c"], err, want)
		}
	}
	user := minimal()
	pathOf(EnterpriseURN+":costCenter").put(user, "EMEO")
	_, err := m.Create(user, sf.org())
	want := `costCenter: "EMEO" is none of the values that the Salesforce field Region__c takes; the nearest is "EMEA"`
	if diff := cmp.Diff(want, detail(t, err)); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
}

// What a PUT leaves out is cleared where Salesforce can hold nothing there.
func TestWhatIsLeftOutIsClearedOrLeftAsItIs(t *testing.T) {
	m := mustNew(t, Config{})
	current := m.Render(decode(t, fullRecord), Echo{"externalId": {Sent: "1"}}, Access{Known: true, Groups: []Membership{{ID: consoleID, Kind: KindPermissionSet}}})
	desired := map[string]any{"userName": current["userName"]}
	draft, err := m.Change(current, desired, richOrg().org())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"FirstName": nil, "Title": nil, "Phone": nil, "Fax": nil, "Street": nil, "City": nil, "StateCode": nil, "PostalCode": nil, "CountryCode": nil,
		"EmployeeNumber": nil, "Department": nil, "CompanyName": nil,
	}
	if diff := cmp.Diff(want, draft.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if draft.Manager == nil || draft.Manager.Value != "" || draft.Role == nil || draft.Role.Value != "" {
		t.Errorf("manager %v and role %v, want both cleared", draft.Manager, draft.Role)
	}
	if draft.Profile != nil || draft.PermissionSets != nil {
		t.Errorf("profile %v and permission sets %v, want both left", draft.Profile, draft.PermissionSets)
	}
	if sent, said := draft.Sent["externalId"]; !said || sent != nil {
		t.Errorf("Sent[externalId] = %v, %v, want it forgotten", sent, said)
	}
}

func TestReadOnlyAttributesAndPasswordsAreIgnored(t *testing.T) {
	m := mustNew(t, Config{})
	current := m.Render(decode(t, fullRecord), nil, Access{Known: true})
	desired := clone(current).(map[string]any)
	desired["id"] = "another"
	desired["meta"] = map[string]any{"created": "2001-01-01T00:00:00Z"}
	desired["groups"] = []any{map[string]any{"value": "x"}}
	desired["password"] = "secret"
	delete(desired, "photos")
	if draft, err := m.Change(current, desired, ordinaryOrg().org()); err != nil || !nothing(draft) || len(draft.Sent) > 0 {
		t.Errorf("Change = %+v, %v, want nothing", draft, err)
	}
}

func TestOnlyTheSpellingChanges(t *testing.T) {
	m := mustNew(t, Config{})
	for _, c := range []struct {
		attribute      string
		before, wanted any
	}{
		{"userName", "Ann@acme.example", "ann@ACME.example"},
		{"locale", "en_US", "EN-us"},
		{"emails", []any{map[string]any{"value": "a@b.example"}}, []any{map[string]any{"value": "a@b.example", "type": "work"}, map[string]any{"value": "c@d.example"}}},
		{"phoneNumbers", []any{map[string]any{"value": "1"}}, []any{map[string]any{"value": "1", "type": "work", "display": "desk"}, map[string]any{"value": "2", "type": "home"}}},
		{"addresses", []any{map[string]any{"locality": "Paris"}}, []any{map[string]any{"locality": "Paris", "type": "work"}}},
		{"roles", []any{map[string]any{"value": "Sales"}}, []any{map[string]any{"value": "Sales", "display": "S"}}},
	} {
		t.Run(c.attribute, func(t *testing.T) {
			current, desired := minimal(), minimal()
			pathOf(c.attribute).put(current, c.before)
			pathOf(c.attribute).put(desired, c.wanted)
			draft, err := m.Change(current, desired, ordinaryOrg().org())
			if err != nil || !nothing(draft) {
				t.Errorf("Change = %+v, %v, want nothing to write", draft, err)
			}
			if diff := cmp.Diff(map[string]any{c.attribute: c.wanted}, draft.Sent); diff != "" {
				t.Errorf("Sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnAddressSentBackWithoutItsReadOnlyFormIsNoChange(t *testing.T) {
	m := mustNew(t, Config{})
	current := m.Render(decode(t, fullRecord), nil, Access{})
	desired := clone(current).(map[string]any)
	desired["addresses"] = stripped("addresses", desired["addresses"])
	if draft, err := m.Change(current, desired, richOrg().org()); err != nil || !nothing(draft) || len(draft.Sent) > 0 {
		t.Errorf("Change = %+v, %v, want nothing", draft, err)
	}
}

func TestAReactivatedUserIsWrittenActiveEvenIfOnlyFrozen(t *testing.T) {
	m := mustNew(t, Config{})
	current := m.Render(decode(t, fullRecord), nil, Access{Frozen: true})
	desired := clone(current).(map[string]any)
	desired["active"] = true
	draft, err := m.Change(current, desired, ordinaryOrg().org())
	if err != nil || !cmp.Equal(draft.Fields, map[string]any{"IsActive": true}) {
		t.Errorf("Change = %v, %v, want IsActive", draft.Fields, err)
	}
}

func TestNotesHoldNoAddresses(t *testing.T) {
	m := mustNew(t, Config{})
	user := minimal()
	user["preferredLanguage"] = "tlh"
	user["phoneNumbers"] = []any{map[string]any{"value": "1", "type": "pager"}}
	user["emails"] = []any{map[string]any{"type": "work"}}
	draft, err := m.Create(user, ordinaryOrg().org())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`preferredLanguage: "tlh" is no language of this org; "en_US" is used`,
		`emails: no address was sent`,
		`phoneNumbers: Salesforce has no field for type "pager"; the number is only remembered`,
	}
	if diff := cmp.Diff(want, draft.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if strings.Contains(fmt.Sprint(draft.Notes), "@") {
		t.Errorf("notes with an address: %q", draft.Notes)
	}
}

func TestAStateNameOfTwoCountriesIsLeftToSalesforce(t *testing.T) {
	sf := richOrg()
	sf.fields["StateCode"] = Field{Length: 10, Createable: true, Updateable: true, Values: []string{"AU-V", "SC-V", "BY"}, Labels: []string{"Victoria", "Victoria", "Bavaria"}}
	for region, want := range map[string]map[string]any{
		"Victoria": {"State": "Victoria"}, "bavaria": {"StateCode": "BY"}, "by": {"StateCode": "BY"}, "Nowhere": {"State": "Nowhere"},
	} {
		current, desired := minimal(), minimal()
		desired["addresses"] = []any{map[string]any{"type": "work", "region": region}}
		draft, err := mustNew(t, Config{}).Change(current, desired, sf.org())
		if err != nil || !cmp.Equal(draft.Fields, want) {
			t.Errorf("%s is written as %v, %v, want %v", region, draft.Fields, err, want)
		}
	}
}

func TestWithoutAnOrgToAskTheTableCounts(t *testing.T) {
	m := mustNew(t, Config{})
	user := minimal()
	user["locale"] = "de-at"
	draft, err := m.Create(user, Org{})
	if err != nil || draft.Fields["LocaleSidKey"] != "de_AT" {
		t.Errorf("Create = %v, %v", draft.Fields, err)
	}
	if _, said := draft.Fields["TimeZoneSidKey"]; said {
		t.Error("a time zone that nobody knows is written")
	}
	user["title"], user["timezone"] = strings.Repeat("x", 81), strings.Repeat("x", 41)
	_, err = m.Create(user, Org{})
	want := "title: 81 characters are too long for the Salesforce field Title, which holds 80; " +
		"timezone: 41 characters are too long for the Salesforce field TimeZoneSidKey, which holds 40"
	if diff := cmp.Diff(want, detail(t, err)); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
}
