package mapping

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRememberKeepsOnlyWhatSalesforceDoesNotGiveBack(t *testing.T) {
	m := mustNew(t, Config{})
	sf := ordinaryOrg()
	user := map[string]any{
		"userName": "Ann@Acme.example", "externalId": "1", "displayName": "Ann Lee", "title": "Guide", "locale": "en-US", "preferredLanguage": "fr-CA",
		"name":   map[string]any{"givenName": "Ann", "familyName": "Lee "},
		"emails": []any{map[string]any{"value": "ann@acme.example", "type": "work", "primary": true}},
	}
	draft, err := m.Create(user, sf.org())
	if err != nil {
		t.Fatal(err)
	}
	got := m.Remember(nil, draft, nil, sf.write(t, nil, draft))
	want := Echo{
		"externalId":        {Sent: "1"},
		"userName":          {Sent: "Ann@Acme.example", Held: "ann@acme.example"},
		"displayName":       {Sent: "Ann Lee", Held: "Ann Lee"}, // equal today: Name changes with the family name
		"name.familyName":   {Sent: "Lee ", Held: "Lee"},
		"preferredLanguage": {Sent: "fr-CA", Held: "fr"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("echo (-want +got):\n%s", diff)
	}
}

// held is a record and the echo that belongs to it.
func held() (map[string]any, Echo) {
	record := map[string]any{
		"Id": "005000000000042AAA", "Username": "ann@acme.example", "Email": "old@acme.example", "Name": "Ann Lee", "LastName": "Lee",
		"Title": "Guide", "LanguageLocaleKey": "fr", "MobilePhone": "1", "City": "Paris", "SystemModstamp": "2026-11-20T08:00:00.000+0000",
	}
	echo := Echo{
		"externalId":               {Sent: "1"},
		"userName":                 {Sent: "Ann@Acme.example", Held: "ann@acme.example"},
		"displayName":              {Sent: "Annie", Held: "Ann Lee"},
		"preferredLanguage":        {Sent: "fr-CA", Held: "fr"},
		"emails":                   {Sent: []any{map[string]any{"value": "new@acme.example", "type": "work", "display": "N"}, map[string]any{"value": "home@acme.example", "type": "home"}}, Held: "old@acme.example"},
		"phoneNumbers":             {Sent: []any{map[string]any{"value": "1", "type": "Mobile"}, map[string]any{"value": "9", "type": "pager"}}, Held: map[string]any{"mobile": "1"}},
		"addresses":                {Sent: []any{map[string]any{"locality": "Paris", "primary": true}}, Held: map[string]any{"locality": "Paris"}},
		EnterpriseURN + ":manager": {Sent: map[string]any{"value": "boss@acme.example"}},
		"roles":                    {Sent: []any{map[string]any{"value": "Sales"}}},
	}
	return record, echo
}

func TestTheEchoSpeaksUntilSalesforceChanges(t *testing.T) {
	m := mustNew(t, Config{})
	for _, c := range []struct {
		name      string
		change    map[string]any
		attribute string
		want      any
	}{
		{"a user name that is still held", nil, "userName", "Ann@Acme.example"},
		{"a user name that somebody changed", map[string]any{"Username": "annie@acme.example"}, "userName", "annie@acme.example"},
		{"an attribute without a field", map[string]any{"Name": "X"}, "externalId", "1"},
		{"a display name while the name stays", nil, "displayName", "Annie"},
		{"a display name after somebody renamed her", map[string]any{"Name": "Ann Smith"}, "displayName", "Ann Smith"},
		{"a language that is still held", nil, "preferredLanguage", "fr-CA"},
		{"a language that somebody changed", map[string]any{"LanguageLocaleKey": "en_US"}, "preferredLanguage", "en-US"},
		{"an e-mail address that waits for confirmation", nil, "emails", []any{
			map[string]any{"value": "new@acme.example", "type": "work", "display": "N"}, map[string]any{"value": "home@acme.example", "type": "home"},
		}},
		{"an e-mail address that was confirmed", map[string]any{"Email": "new@acme.example"}, "emails", []any{
			map[string]any{"value": "new@acme.example", "type": "work", "display": "N"}, map[string]any{"value": "home@acme.example", "type": "home"},
		}},
		{"an e-mail address that somebody changed", map[string]any{"Email": "third@acme.example"}, "emails", []any{
			map[string]any{"value": "third@acme.example", "type": "work"}, map[string]any{"value": "home@acme.example", "type": "home"},
		}},
		{"phone numbers that are still held", nil, "phoneNumbers", []any{map[string]any{"value": "1", "type": "Mobile"}, map[string]any{"value": "9", "type": "pager"}}},
		{"a phone number that somebody changed", map[string]any{"MobilePhone": "2"}, "phoneNumbers", []any{map[string]any{"value": "2", "type": "Mobile"}, map[string]any{"value": "9", "type": "pager"}}},
		{"a phone number that somebody removed", map[string]any{"MobilePhone": nil}, "phoneNumbers", []any{map[string]any{"value": "9", "type": "pager"}}},
		{"a phone number that somebody added", map[string]any{"Phone": "3"}, "phoneNumbers", []any{map[string]any{"value": "1", "type": "Mobile"}, map[string]any{"value": "9", "type": "pager"}, map[string]any{"value": "3", "type": "work"}}},
		{"a part of an address that somebody changed", map[string]any{"City": "Lyon"}, "addresses", []any{map[string]any{"locality": "Lyon", "primary": true, "formatted": "Lyon"}}},
		{"a part of an address that somebody added", map[string]any{"Country": "France"}, "addresses", []any{map[string]any{"locality": "Paris", "country": "France", "primary": true, "formatted": "Paris\nFrance"}}},
		{"an address that somebody removed", map[string]any{"City": nil}, "addresses", nil},
		{"a manager who does not exist yet", nil, EnterpriseURN + ":manager", map[string]any{"value": "boss@acme.example"}},
		{"a manager whom somebody set", map[string]any{"ManagerId": bossID, "Manager": map[string]any{"Name": "The Boss"}}, EnterpriseURN + ":manager", map[string]any{"value": bossID, "displayName": "The Boss"}},
		{"a role that somebody changed", map[string]any{"UserRoleId": salesID}, "roles", []any{map[string]any{"value": salesID}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			record, echo := held()
			maps.Copy(record, c.change)
			if diff := cmp.Diff(c.want, pathOf(c.attribute).get(m.Render(record, echo, Access{}))); diff != "" {
				t.Errorf("rendered (-want +got):\n%s", diff)
			}
		})
	}
}

// A field may come to hold what was sent by itself, or by the hand of somebody
// who did what the IdP had asked for.
func TestTheEchoSpeaksWhenSalesforceCameToHoldWhatWasSent(t *testing.T) {
	m := mustNew(t, Config{})
	boss := map[string]any{"ManagerId": bossID}
	for _, c := range []struct {
		name, attribute string
		record          map[string]any
		echo            Remembered
		want            any
	}{
		{"a user name", "userName", map[string]any{"Username": "ann@acme.example"}, Remembered{"Ann@Acme.example", "old@acme.example"}, "Ann@Acme.example"},
		{"a language", "preferredLanguage", map[string]any{"LanguageLocaleKey": "en_GB"}, Remembered{"EN-gb", "en_US"}, "EN-gb"},
		{"an id of 15 characters", EnterpriseURN + ":manager", boss, Remembered{map[string]any{"value": bossID[:15]}, nil}, map[string]any{"value": bossID[:15]}},
		{"a role's id of 15 characters", "roles", map[string]any{"UserRoleId": salesID}, Remembered{[]any{map[string]any{"value": salesID[:15]}}, nil}, []any{map[string]any{"value": salesID[:15]}}},
		{"a phone number", "phoneNumbers", map[string]any{"Phone": "2"}, Remembered{[]any{map[string]any{"value": "2", "type": "work", "display": "D"}}, map[string]any{"work": "1"}}, []any{map[string]any{"value": "2", "type": "work", "display": "D"}}},
		{
			"a state by its name", "addresses",
			map[string]any{"State": "Bavaria", "StateCode": "BY"},
			Remembered{[]any{map[string]any{"type": "work", "region": "Bavaria"}}, nil},
			[]any{map[string]any{"type": "work", "region": "Bavaria", "formatted": "Bavaria"}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := pathOf(c.attribute).get(m.Render(c.record, Echo{c.attribute: c.echo}, Access{}))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("rendered (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheEchoSpeaksWhileSalesforceHoldsItsOwnForm(t *testing.T) {
	m := mustNew(t, Config{})
	record := map[string]any{"Phone": "(089) 1", "Fax": "3", "City": "MÜNCHEN"}
	phones := []any{map[string]any{"value": "089/1", "type": "work"}}
	echo := Echo{
		"phoneNumbers": {Sent: phones, Held: map[string]any{"work": "(089) 1", "fax": "3"}},
		"addresses":    {Sent: []any{map[string]any{"type": "work", "locality": "München"}}, Held: map[string]any{"locality": "MÜNCHEN"}},
	}
	shown := m.Render(record, echo, Access{})
	if diff := cmp.Diff(any(phones), shown["phoneNumbers"]); diff != "" {
		t.Errorf("phone numbers (-sent +rendered):\n%s", diff)
	}
	want := []any{map[string]any{"type": "work", "locality": "München", "formatted": "München"}}
	if diff := cmp.Diff(any(want), shown["addresses"]); diff != "" {
		t.Errorf("addresses (-sent +rendered):\n%s", diff)
	}
}

func TestADisplayNameThatTheNameCameToEqualIsStillRemembered(t *testing.T) {
	m := mustNew(t, Config{})
	prior := map[string]any{"Name": "Annie", "LastName": "Annie"}
	after := map[string]any{"Name": "Smith", "LastName": "Smith"}
	got := m.Remember(Echo{"displayName": {Sent: "Annie", Held: "Ann Lee"}}, Draft{Fields: map[string]any{"LastName": "Smith"}}, prior, after)
	if diff := cmp.Diff(Echo{"displayName": {Sent: "Annie", Held: "Smith"}}, got); diff != "" {
		t.Errorf("echo (-want +got):\n%s", diff)
	}
}

func TestEchoesAreEqualWhenTheyRememberTheSame(t *testing.T) {
	_, a := held()
	_, b := held()
	if !a.Equal(b) || !(Echo{}).Equal(nil) {
		t.Error("equal echoes differ")
	}
	b["externalId"] = Remembered{Sent: "1", Held: "x"}
	if a.Equal(b) {
		t.Error("echoes that hold different values are equal")
	}
}

func TestANewUserHasNoEchoFromBefore(t *testing.T) {
	_, before := held()
	if got := mustNew(t, Config{}).Remember(before, Draft{}, nil, map[string]any{}); len(got) > 0 {
		t.Errorf("echo = %v, want none", got)
	}
}

func TestRememberCarriesWhatIsStillTrueOverAWrite(t *testing.T) {
	m := mustNew(t, Config{})
	prior, before := held()
	after := maps.Clone(prior)
	after["LastName"], after["Name"] = "Smith", "Ann Smith"
	draft := Draft{Fields: map[string]any{"LastName": "Smith"}, Sent: map[string]any{"name.familyName": "Smith", "externalId": "2"}}

	want := maps.Clone(before)
	want["externalId"] = Remembered{Sent: "2"}
	want["displayName"] = Remembered{Sent: "Annie", Held: "Ann Smith"}
	want["addresses"] = Remembered{Sent: []any{map[string]any{"locality": "Paris", "primary": true}}, Held: before["addresses"].Held}
	if diff := cmp.Diff(want, m.Remember(before, draft, prior, after)); diff != "" {
		t.Errorf("echo (-want +got):\n%s", diff)
	}
}

func TestRememberDropsWhatIsStale(t *testing.T) {
	m := mustNew(t, Config{})
	prior, before := held()
	prior["Username"], prior["Name"], prior["LanguageLocaleKey"], prior["ManagerId"] = "other@acme.example", "Other", "de", bossID
	got := m.Remember(before, Draft{Fields: map[string]any{"Title": "x"}}, prior, prior)
	for _, attribute := range []string{"userName", "displayName", "preferredLanguage", EnterpriseURN + ":manager"} {
		if entry, ok := got[attribute]; ok {
			t.Errorf("%s is still remembered: %v", attribute, entry)
		}
	}
	if _, ok := got["externalId"]; !ok {
		t.Error("externalId is forgotten")
	}
}

// What somebody else changes while the bridge writes another field is not taken
// for the bridge's own doing.
func TestRememberSeesAChangeBySomebodyElseAtTheSameTime(t *testing.T) {
	m := mustNew(t, Config{})
	prior, before := held()
	after := maps.Clone(prior)
	after["Title"], after["Email"] = "Chief", "third@acme.example"
	echo := m.Remember(before, Draft{Fields: map[string]any{"Title": "Chief"}, Sent: map[string]any{"title": "Chief"}}, prior, after)
	if got := (emails{}).address(m.Render(after, echo, Access{})["emails"]); got != "third@acme.example" {
		t.Errorf("rendered %s, want the address somebody set", got)
	}
}

func TestRememberForgetsAndIgnoresForeignEntries(t *testing.T) {
	m := mustNew(t, Config{Overrides: []Override{{Attribute: "displayName", Drop: true}}})
	prior, before := held()
	before["shoeSize"] = Remembered{Sent: 46}
	got := m.Remember(before, Draft{Sent: map[string]any{"externalId": nil}}, prior, prior)
	for _, attribute := range []string{"externalId", "displayName", "shoeSize"} {
		if entry, ok := got[attribute]; ok {
			t.Errorf("%s is still remembered: %v", attribute, entry)
		}
	}
}

// Linking a manager who has arrived is a write of the bridge: the IdP goes on
// reading the name it gave.
func TestAManagerWhoArrivesIsStillShownAsSent(t *testing.T) {
	m := mustNew(t, Config{})
	prior, before := held()
	after := maps.Clone(prior)
	after["ManagerId"], after["Manager"] = bossID, map[string]any{"Name": "The Boss"}
	echo := m.Remember(before, Draft{Fields: map[string]any{"ManagerId": bossID}}, prior, after)
	want := map[string]any{"value": "boss@acme.example", "displayName": "The Boss"}
	if diff := cmp.Diff(want, pathOf(EnterpriseURN+":manager").get(m.Render(after, echo, Access{}))); diff != "" {
		t.Errorf("rendered (-want +got):\n%s", diff)
	}
}
