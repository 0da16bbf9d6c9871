package directory

import (
	"encoding/json"
	"testing"

	"scimforce/scim/mapping"
)

func TestSecondCycleOfAnIdPWritesNothing(t *testing.T) {
	onEach(t, testSecondCycleOfAnIdPWritesNothing)
}

func testSecondCycleOfAnIdPWritesNothing(t *testing.T, on option) {
	h := open(t, on)
	set := id(h.set("Set A"))
	boss := id(h.create(user("boss@acme.example", map[string]any{"externalId": "boss-1"})))
	role := h.query("SELECT DeveloperName FROM UserRole WHERE PortalType = 'None' LIMIT 1")[0].String("DeveloperName")
	body := user("Jane.DOE@Acme.Example", entitled("Set A"), map[string]any{
		"externalId": "00u1", "displayName": "Doe, Jane", "nickName": "JD", "profileUrl": "https://x.example/jd", "userType": "Employee",
		"name":   map[string]any{"givenName": "Jane", "familyName": "Doe", "formatted": "Dr. Jane Doe", "honorificPrefix": "Dr.", "middleName": "Q"},
		"locale": "en-GB", "preferredLanguage": "en-GB", "timezone": "Etc/UTC", "title": "Engineer",
		"emails": []any{
			map[string]any{"value": "Jane.New@Acme.Example", "type": "work", "primary": true, "display": "Work"},
			map[string]any{"value": "jane@home.example", "type": "home"},
		},
		"phoneNumbers": []any{
			map[string]any{"value": "+1 (555) 01-02", "type": "work"},
			map[string]any{"value": "555", "type": "home"},
			map[string]any{"value": "777", "type": "mobile", "primary": true},
			map[string]any{"value": "888", "type": "work"},
		},
		"addresses": []any{
			map[string]any{"type": "work", "streetAddress": "1 Main St", "locality": "Springfield", "region": "Oregon", "country": "United States", "postalCode": "97477", "primary": true},
			map[string]any{"type": "home", "locality": "Elsewhere"},
		},
		"roles": []any{map[string]any{"value": role, "primary": true, "type": "WindowsAzureActiveDirectoryRole"}},
		mapping.EnterpriseURN: map[string]any{
			"department": "R&D", "costCenter": "CC1", "organization": "Acme", "division": "West", "employeeNumber": "0007",
			"manager": map[string]any{"value": "boss-1"},
		},
	})
	jane := id(h.create(user("jane.doe@acme.example")))
	h.warm()
	first := h.put(jane, body)
	if got := h.row("User", jane)["ManagerId"]; got != boss {
		t.Errorf("manager = %v", got)
	}
	if got := h.setsOf(jane); got != set {
		t.Errorf("sets %s", got)
	}
	h.calls()
	second := h.put(jane, body)
	h.wantCalls("the same body again", 1)
	for name, want := range body {
		if name == "schemas" || name == "entitlements" || name == mapping.EnterpriseURN || name == "addresses" {
			continue
		}
		if text(second[name]) != text(want) || text(first[name]) != text(want) {
			t.Errorf("%s comes back as %v, sent %v", name, second[name], want)
		}
	}
	h.put(jane, h.get(jane))
	h.calls()
	h.put(jane, h.get(jane))
	h.wantCalls("get and put of the same", 2)
	before := h.stored(jane)
	h.put(jane, body)
	if got := h.stored(jane); got != before {
		t.Errorf("the echo moved:\n%s\nwas\n%s", got, before)
	}
}

func (h *house) stored(user string) string {
	h.t.Helper()
	e, err := h.store.echoes(h.t.Context(), []string{user})
	if err != nil {
		h.t.Fatal(err)
	}
	raw, _ := json.Marshal(e)
	return string(raw)
}

// An attribute that an IdP sent stays as it sent it when another attribute
// changes what Salesforce would say, until somebody changes that in Salesforce.
func TestNameForPeopleStaysAsSentWhenThePartsChange(t *testing.T) {
	h := open(t)
	sent := id(h.create(user("a@acme.example", map[string]any{"displayName": "Boss", "name": map[string]any{"givenName": "Jane", "familyName": "Doe", "formatted": "Ms. Doe"}})))
	unsaid := id(h.create(user("b@acme.example")))
	for _, u := range []string{sent, unsaid} {
		if _, err := h.patch(u, replace("name.givenName", "Janet")); err != nil {
			t.Fatal(err)
		}
	}
	if r := h.get(sent); r["displayName"] != "Boss" || at(r, "name", "formatted") != "Ms. Doe" {
		t.Errorf("sent: %v %v", r["displayName"], r["name"])
	}
	if r := h.get(unsaid); r["displayName"] != "Janet Family" || at(r, "name", "formatted") != "Janet Family" {
		t.Errorf("not sent: %v %v", r["displayName"], r["name"])
	}
	h.directly("User", sent, map[string]any{"LastName": "Smith"})
	if r := h.get(sent); r["displayName"] != "Janet Smith" || at(r, "name", "formatted") != "Janet Smith" {
		t.Errorf("changed in Salesforce: %v %v", r["displayName"], r["name"])
	}
}
