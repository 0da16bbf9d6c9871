package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// pretence is as much of a Salesforce org as a mapping can notice: it normalises
// what it is given, derives names, and resolves references.
type pretence struct {
	fields  map[string]Field
	confirm bool // a changed Email waits for its owner's confirmation
}

func ordinaryOrg() *pretence {
	text := func(n int) Field { return Field{Length: n, Createable: true, Updateable: true} }
	pick := func(values ...string) Field {
		return Field{Length: 40, Restricted: true, Createable: true, Updateable: true, Values: values}
	}
	read := Field{}
	return &pretence{fields: map[string]Field{
		"Id": read, "Name": read, "UserType": read, "CreatedDate": read, "SystemModstamp": read, "FullPhotoUrl": read, "SmallPhotoUrl": read,
		"Username": text(80), "LastName": text(80), "FirstName": text(40), "Email": text(128), "Alias": text(8),
		"CommunityNickname": text(40), "Title": text(80), "IsActive": text(0), "ProfileId": text(18), "UserRoleId": text(18),
		"ManagerId": text(18), "EmployeeNumber": text(20), "Department": text(80), "Division": text(80), "CompanyName": text(80),
		"Phone": text(40), "MobilePhone": text(40), "Fax": text(40),
		"Street": text(255), "City": text(40), "State": text(80), "PostalCode": text(20), "Country": text(80),
		"FederationIdentifier": text(512), "Cost_Center__c": text(10),
		"LanguageLocaleKey": pick("en_US", "de", "fr", "iw", "pt_BR", "zh_CN"),
		"LocaleSidKey":      pick("de_AT", "de_DE", "en_GB", "en_US", "fr_FR", "iw_IL"),
		"TimeZoneSidKey":    pick("America/Los_Angeles", "Asia/Kolkata", "Europe/Paris", "GMT"),
		"EmailEncodingKey":  pick("UTF-8", "ISO-8859-1"),
	}}
}

// richOrg has what only some orgs have.
func richOrg() *pretence {
	p := ordinaryOrg()
	p.fields["MiddleName"] = Field{Length: 40, Createable: true, Updateable: true}
	p.fields["Suffix"] = p.fields["MiddleName"]
	p.fields["CountryCode"] = Field{
		Length: 10, Restricted: true, Createable: true, Updateable: true,
		Values: []string{"US", "DE"}, Labels: []string{"United States", "Germany"},
	}
	p.fields["StateCode"] = Field{
		Length: 10, Restricted: true, Createable: true, Updateable: true,
		Values: []string{"CA", "BY"}, Labels: []string{"California", "Bavaria"},
	}
	return p
}

func (p *pretence) org() Org {
	return Org{
		Field: func(name string) (Field, bool) {
			for n, f := range p.fields {
				if strings.EqualFold(n, name) {
					return f, true
				}
			}
			return Field{}, false
		},
		TimeZone: "America/Los_Angeles", Locale: "en_US", Language: "en_US",
	}
}

// people, profiles and roles that references may name.
const (
	bossID     = "005000000000001AAA"
	standardID = "00e000000000001AAA"
	adminID    = "00e000000000002AAA"
	salesID    = "00E000000000001AAA"
	consoleID  = "0PS000000000001AAA"
	reportsID  = "0PS000000000002AAA"
)

// write is the record after a draft, as Salesforce and the bridge would have it.
// It fails the test for what Salesforce would refuse.
func (p *pretence) write(t fataler, before map[string]any, draft Draft) map[string]any {
	t.Helper()
	after := maps.Clone(before)
	if after == nil {
		after = map[string]any{
			"Id": "005000000000042AAA", "CreatedDate": "2026-11-20T08:00:00.000+0000", "UserType": "Standard",
			"FullPhotoUrl": "https://acme.example/profilephoto/005/F", "SmallPhotoUrl": "https://acme.example/profilephoto/005/T",
		}
	}
	for field, value := range draft.Fields {
		f, ok := p.fields[field]
		if !ok {
			t.Fatalf("the draft writes %s, which the org does not have", field)
		}
		s, isText := value.(string)
		if isText {
			s = strings.TrimSpace(s)
			if f.Length > 0 && len([]rune(s)) > f.Length {
				t.Fatalf("the draft writes %d characters to %s", len([]rune(s)), field)
			}
			if f.Restricted && !slices.Contains(f.Values, s) {
				t.Fatalf("the draft writes %q to the picklist %s", s, field)
			}
			value = orNil(s)
		}
		switch field {
		case "Username":
			value = strings.ToLower(s)
		case "Email":
			if p.confirm && before != nil {
				continue
			}
		case "CountryCode", "StateCode":
			after[strings.TrimSuffix(field, "Code")] = labelOf(f, value)
		case "LastName", "IsActive", "CommunityNickname", "LanguageLocaleKey", "LocaleSidKey", "TimeZoneSidKey":
			if value == nil {
				t.Fatalf("the draft clears %s, which Salesforce refuses", field)
			}
		}
		after[field] = value
	}
	name := strings.TrimSpace(record(after).text("FirstName") + " " + record(after).text("LastName"))
	after["Name"] = name
	resolve := func(field, parent string, r *Reference, known map[string]string) {
		if r == nil {
			return
		}
		delete(after, field)
		delete(after, parent)
		for id, name := range known {
			if r.Value == id || r.Value == name {
				after[field], after[parent] = id, map[string]any{"Name": name}
			}
		}
	}
	for _, profile := range []*Reference{draft.Profile, draft.ProfileName} {
		resolve("ProfileId", "Profile", profile, map[string]string{standardID: "Standard User", adminID: "System Administrator"})
	}
	for _, role := range []*Reference{draft.Role, draft.RoleName} {
		resolve("UserRoleId", "UserRole", role, map[string]string{salesID: "Sales"})
	}
	resolve("ManagerId", "Manager", draft.Manager, map[string]string{bossID: "The Boss"})
	after["SystemModstamp"] = fmt.Sprintf("2026-11-20T08:00:%02d.000+0000", len(draft.Fields))
	return after
}

func labelOf(f Field, value any) any {
	if i := slices.Index(f.Values, fmt.Sprint(value)); i >= 0 && i < len(f.Labels) {
		return f.Labels[i]
	}
	return nil
}

// access is what the bridge would read of the permission sets wanted, and of the
// freezing.
func access(draft Draft) Access {
	a := Access{Known: true, Frozen: draft.Frozen != nil && *draft.Frozen}
	if draft.PermissionSets == nil {
		return a
	}
	for id, name := range map[string][2]string{consoleID: {"Sales Console", "Sales_Console"}, reportsID: {"Reports", "Reports"}} {
		for _, wanted := range *draft.PermissionSets {
			if wanted == id || wanted == name[0] || wanted == name[1] {
				a.Groups = append(a.Groups, Membership{ID: id, Display: "Permission Set: " + name[0], Kind: KindPermissionSet, Name: name[1]})
			}
		}
	}
	slices.SortFunc(a.Groups, func(x, y Membership) int { return strings.Compare(x.ID, y.ID) })
	return a
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func mustNew(t testing.TB, config Config) *Mapping {
	t.Helper()
	if config.Defaults.Profile == "" {
		config.Defaults.Profile = "Standard User"
	}
	m, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// minimal is the least that makes a user.
func minimal() map[string]any {
	return map[string]any{"userName": "barbara.jensen@acme.example"}
}
