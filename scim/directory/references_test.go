package directory

import (
	"testing"

	"scimforce/salesforce/simulator"
	"scimforce/scim/mapping"
)

func TestManagerByAnExternalIDThatIsAField(t *testing.T) {
	h := open(t)
	m, err := mapping.New(mapping.Config{
		Overrides: []mapping.Override{{Attribute: "externalId", Field: "FederationIdentifier"}},
		Defaults:  h.config.Defaults,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.config.Mapping = m
	h.restart()
	boss := id(h.create(user("boss@acme.example", map[string]any{"externalId": "fed-1"})))
	jane := id(h.create(user("jane@acme.example", map[string]any{
		mapping.EnterpriseURN: map[string]any{"manager": map[string]any{"value": "fed-1"}},
	})))
	if got := h.row("User", jane)["ManagerId"]; got != boss {
		t.Errorf("ManagerId = %v, want %s", got, boss)
	}
}

func TestLostAnswerDoesNotLoseThePermissionSets(t *testing.T) {
	h := open(t)
	a := id(h.set("Set A"))
	h.warm()
	h.simulator.FailNext(simulator.Fault{Method: "POST", Resource: "/sobjects/User", After: true, Drop: true})
	// A value that cannot travel in one composite with the permission sets.
	jane := id(h.create(user("jane@acme.example", entitled(a), map[string]any{"title": "@{x}"})))
	if got := h.setsOf(jane); got != a {
		t.Errorf("has %q, want %s", got, a)
	}
}

func TestManagerWhoCameBackUnderAnotherNameIsNotTheDeletedOne(t *testing.T) {
	h := open(t)
	external := map[string]any{"externalId": "boss-1"}
	old := id(h.create(user("boss@acme.example", external)))
	if err := h.DeleteUser(t.Context(), old, nil); err != nil {
		t.Fatal(err)
	}
	boss := id(h.create(user("boss.new@acme.example", external)))
	jane := id(h.create(user("jane@acme.example", map[string]any{
		mapping.EnterpriseURN: map[string]any{"manager": map[string]any{"value": "boss-1"}},
	})))
	if got := h.row("User", jane)["ManagerId"]; got != boss {
		t.Errorf("ManagerId = %v, want %s, not the deleted %s", got, boss, old)
	}
	if p := h.find(`externalId eq "boss-1"`, 10); p.Total != 1 || id(p.Resources[0]) != boss {
		t.Errorf("a filter by externalId finds %v", ids(p))
	}
}

func TestManagerNamedBeforeHeArrivedIsNotWrittenAgain(t *testing.T) {
	h := open(t)
	body := user("jane@acme.example", map[string]any{
		mapping.EnterpriseURN: map[string]any{"manager": map[string]any{"value": "boss-1"}},
	})
	jane := id(h.create(body))
	boss := id(h.create(user("boss@acme.example", map[string]any{"externalId": "boss-1"})))
	if got := at(h.get(jane), mapping.EnterpriseURN, "manager", "value"); got != "boss-1" {
		t.Errorf("manager = %v, want it as sent", got)
	}
	h.warm()
	h.put(jane, body)
	h.wantCalls("the same body again", 1)
	body[mapping.EnterpriseURN] = map[string]any{"manager": map[string]any{"value": boss}}
	h.put(jane, body)
	h.wantCalls("the same manager by another name", 1)
	if got := at(h.get(jane), mapping.EnterpriseURN, "manager", "value"); got != boss {
		t.Errorf("manager = %v, want it as sent", got)
	}
	if got := h.row("User", jane)["ManagerId"]; got != boss {
		t.Errorf("ManagerId = %v", got)
	}
}
