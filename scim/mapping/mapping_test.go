package mapping

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnAttributeGoesToAnotherField(t *testing.T) {
	m := mustNew(t, Config{Overrides: []Override{
		{Attribute: "externalId", Field: "FederationIdentifier"},
		{Attribute: "COSTCENTER", Field: "Cost_Center__c"},
		{Attribute: "displayName", Field: "Title"},
		{Attribute: "title", Drop: true},
	}})
	user := map[string]any{"userName": "a@b.example", "externalId": "E1", "displayName": "Babs", EnterpriseURN: map[string]any{"costCenter": "4130"}}
	sf := ordinaryOrg()
	draft, err := m.Create(user, sf.org())
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]any{"FederationIdentifier": "E1", "Cost_Center__c": "4130", "Title": "Babs"} {
		if draft.Fields[field] != want {
			t.Errorf("%s = %v, want %v", field, draft.Fields[field], want)
		}
	}
	// Somebody who was not made through the bridge has no echo: the fields speak.
	shown := m.Render(sf.write(t, nil, draft), nil, Access{})
	for attribute, want := range map[string]any{"externalId": "E1", "displayName": "Babs", EnterpriseURN + ":costCenter": "4130"} {
		if got := pathOf(attribute).get(shown); got != want {
			t.Errorf("rendered %s = %v, want %v", attribute, got, want)
		}
	}
	desired := clone(shown).(map[string]any)
	delete(desired, "externalId")
	if draft, err = m.Change(shown, desired, sf.org()); err != nil || !cmp.Equal(draft.Fields, map[string]any{"FederationIdentifier": nil}) {
		t.Errorf("Change = %v, %v, want FederationIdentifier cleared", draft.Fields, err)
	}
}

func TestAFieldOfAnotherTypeIsRenderedAsText(t *testing.T) {
	m := mustNew(t, Config{Overrides: []Override{{Attribute: "costCenter", Field: "Cost__c"}}})
	for _, c := range []struct {
		held any
		want any
	}{{4130.0, "4130"}, {4130.5, "4130.5"}, {true, "true"}, {nil, nil}} {
		shown := m.Render(map[string]any{"Cost__c": c.held}, nil, Access{})
		if got := pathOf(EnterpriseURN + ":costCenter").get(shown); got != c.want {
			t.Errorf("%v is rendered as %v, want %v", c.held, got, c.want)
		}
	}
}

func TestNewTellsAllProblemsOfTheConfiguration(t *testing.T) {
	_, err := New(Config{Overrides: []Override{
		{Attribute: "shoeSize", Field: "Shoe_Size__c"},
		{Attribute: "groups", Field: "Groups__c"},
		{Attribute: "userName", Drop: true},
		{Attribute: "emails", Field: "Email2__c"},
		{Attribute: "title", Field: "not a field"},
		{Attribute: "costCenter", Field: "Cost__c"},
		{Attribute: EnterpriseURN + ":costCenter", Field: "Cost2__c"},
		{Attribute: "division", Drop: true},
		{Attribute: "division", Field: "Division2__c"},
		{Attribute: "externalId", Field: "Email"},
		{Attribute: "displayName", Field: "Alias"},
	}})
	if err == nil {
		t.Fatal("New accepts it")
	}
	want := []string{
		`attribute mapping: "shoeSize" is no attribute of the mapping; the nearest is locale`,
		`groups is read-only and cannot be mapped to another field`,
		`userName cannot be taken out of the mapping: a user of Salesforce needs it`,
		`emails cannot go to another field: only attributes with one text value that Salesforce does not require can`,
		`title cannot go to "not a field", which is no field name`,
		EnterpriseURN + `:costCenter is mapped twice: keep one of the two`,
		`division is mapped twice: keep one of the two`,
		`externalId cannot go to Email, which belongs to emails`,
		`displayName cannot go to Alias, which belongs to scimforce itself`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestRowsAreCopies(t *testing.T) {
	m := mustNew(t, Config{})
	rows := m.Rows()
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Attribute == "title" })
	rows[i].Fields[0] = "Changed"
	if got := m.Rows()[i].Fields[0]; got != "Title" {
		t.Errorf("changing what Rows returned changed the mapping to %s", got)
	}
}
