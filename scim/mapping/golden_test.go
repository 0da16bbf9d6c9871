package mapping

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a value with testdata/NAME.json.
func golden(t *testing.T, name string, value any) {
	t.Helper()
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	got := buffer.Bytes()
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// fullRecord is a user as a query with the fields of Select answers.
const fullRecord = `{
	"Id": "0055g00000ABCDEAA5", "Username": "barbara.jensen@acme.example", "LastName": "Jensen", "FirstName": "Barbara",
	"Name": "Barbara Jensen", "UserType": "Standard", "Title": "Tour Guide", "CommunityNickname": "barbara.jensen",
	"LanguageLocaleKey": "en_US", "LocaleSidKey": "de_DE", "TimeZoneSidKey": "Europe/Paris", "IsActive": true,
	"Email": "barbara.jensen@acme.example", "Phone": "+49 89 1", "MobilePhone": null, "Fax": "+49 89 2",
	"Street": "Marienplatz 1", "City": "München", "State": "Bavaria", "StateCode": "BY", "PostalCode": "80331",
	"Country": "Germany", "CountryCode": "DE",
	"FullPhotoUrl": "https://acme.example/profilephoto/005/F", "SmallPhotoUrl": "https://acme.example/profilephoto/005/T",
	"UserRoleId": "00E5g000001AAAAEA4", "UserRole": {"Name": "Sales"},
	"ProfileId": "00e5g000001BBBBAA4", "Profile": {"Name": "Standard User"},
	"EmployeeNumber": "701984", "Department": "Tours", "Division": null, "CompanyName": "Acme",
	"ManagerId": "0055g00000ZZZZZAA5", "Manager": {"Name": "John Smith"},
	"CreatedDate": "2026-11-20T08:00:00.000+0000", "SystemModstamp": "2026-11-23T09:10:11.123+0000"
}`

func TestRenderedUsersHaveTheirGoldenForm(t *testing.T) {
	m := mustNew(t, Config{})
	groups := Access{Known: true, Groups: []Membership{
		{ID: "00G5g000001CCCCEA4", Display: "Guides", Kind: KindPublicGroup, Name: "Guides"},
		{ID: "0PS5g000001DDDDEA4", Display: "Permission Set: Sales Console", Kind: KindPermissionSet, Name: "Sales_Console"},
	}}
	sent := Echo{
		"externalId":  {Sent: "701984-b"},
		"userName":    {Sent: "Barbara.Jensen@Acme.example", Held: "barbara.jensen@acme.example"},
		"displayName": {Sent: "Babs", Held: "Barbara Jensen"},
		"emails": {
			Sent: []any{map[string]any{"value": "b@new.example", "type": "work", "primary": true}, map[string]any{"value": "b@home.example", "type": "home"}},
			Held: "barbara.jensen@acme.example",
		},
		"locale":       {Sent: "de_DE", Held: "de_DE"},
		"title":        {Sent: "an old title", Held: "an old Title"},
		"entitlements": {Sent: []any{map[string]any{"value": "Sales Console"}, map[string]any{"value": "Standard User", "type": "Profile"}}},
	}
	minimalRecord := `{"Id": "0055g00000ABCDEAA5", "Username": "a@b.example", "LastName": "A", "Name": "A", "IsActive": true, "Email": "a@b.example",
		"CreatedDate": "2026-11-20T08:00:00.000+0000", "SystemModstamp": "2026-11-20T08:00:00.000+0000", "Manager": null, "Profile": null}`
	for _, c := range []struct {
		name, record string
		echo         Echo
		access       Access
	}{
		{"user-from-salesforce", fullRecord, nil, groups},
		{"user-with-echo", fullRecord, sent, groups},
		{"user-without-access", fullRecord, nil, Access{}},
		{"user-frozen", minimalRecord, nil, Access{Frozen: true, Known: true}},
		{"user-minimal", minimalRecord, nil, Access{Known: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden(t, c.name, m.Render(decode(t, c.record), c.echo, c.access))
		})
	}
}

func TestVersionChangesWithTheRecordTheEchoAndFreezing(t *testing.T) {
	m := mustNew(t, Config{})
	version := func(record map[string]any, echo Echo, access Access) string {
		s, _ := pathOf("meta.version").get(m.Render(record, echo, access)).(string)
		return s
	}
	record := decode(t, fullRecord)
	first := version(record, nil, Access{})
	if again := version(record, Echo{}, Access{}); again != first {
		t.Errorf("an empty echo changes the version: %s, %s", first, again)
	}
	granted := version(record, nil, Access{Known: true, Groups: []Membership{{ID: "00G5g000001CCCCEA4"}}})
	if !strings.HasPrefix(granted, strings.TrimSuffix(first, `"`)+"-") {
		t.Errorf("the version with grants is %s, want that without and a part more: %s", granted, first)
	}
	seen := map[string]string{first: "the first", granted: "a grant"}
	later := decode(t, fullRecord)
	later["SystemModstamp"] = "2026-11-23T09:10:11.124+0000"
	for name, v := range map[string]string{
		"a later record": version(later, nil, Access{}),
		"no grants":      version(record, nil, Access{Known: true}),
		"an echo":        version(record, Echo{"externalId": {Sent: "1"}}, Access{}),
		"another echo":   version(record, Echo{"externalId": {Sent: "2"}}, Access{}),
		"a frozen user":  version(record, nil, Access{Frozen: true}),
	} {
		if other, clash := seen[v]; clash {
			t.Errorf("%s has the same version as %s: %s", name, other, v)
		}
		seen[v] = name
	}
}

func TestSelectReadsOnlyWhatTheOrgHas(t *testing.T) {
	m := mustNew(t, Config{Overrides: []Override{{Attribute: "costCenter", Field: "Cost_Center__c"}}})
	golden(t, "select", map[string]any{
		"ordinary": m.Select(ordinaryOrg().org(), nil),
		"rich":     m.Select(richOrg().org(), nil),
		"unknown":  m.Select(Org{}, nil),
	})
}
