package directory

import (
	"testing"

	"scimforce/salesforce/simulator/org"
)

func TestDeactivationOfAFrozenUserIsMade(t *testing.T) {
	frozen := func(h *house, jane string) {
		h.login(jane)
		login := h.query("SELECT Id FROM UserLogin WHERE UserId = '" + jane + "'")[0].ID()
		h.directly("UserLogin", login, map[string]any{"IsFrozen": true})
	}
	for name, deactivate := range map[string]func(h *house, jane string) error{
		"patch": func(h *house, jane string) error { _, err := h.patch(jane, replace("active", false)); return err },
		"put": func(h *house, jane string) error {
			_, err := h.ReplaceUser(h.t.Context(), jane, nil, user("jane@acme.example", map[string]any{"active": false}))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			jane := id(h.create(user("jane@acme.example")))
			frozen(h, jane)
			if _, err := h.patch(jane, replace("title", "x")); err != nil || h.row("User", jane)["IsActive"] != true || !h.org.IsFrozen(jane) {
				t.Fatalf("a change of the title touched the access: %v", err)
			}
			if err := deactivate(h, jane); err != nil || h.row("User", jane)["IsActive"] != false {
				t.Errorf("still active: %v", err)
			}
		})
	}
}

func TestFrozenUserWhomSalesforceStillWillNotDeactivateIsLeftFrozen(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	h.login(jane)
	h.org.RefuseDeactivation(jane, org.Error{})
	if _, err := h.patch(jane, replace("active", false)); err != nil || !h.org.IsFrozen(jane) {
		t.Fatalf("not frozen: %v", err)
	}
	h.warm()
	if r, err := h.patch(jane, replace("active", false)); err != nil || r["active"] != false {
		t.Fatalf("%v %v", r, err)
	}
	h.wantCalls("the same deactivation again: read, and one attempt", 2)
	h.org.AllowDeactivation(jane)
	if _, err := h.patch(jane, replace("active", false)); err != nil || h.row("User", jane)["IsActive"] != false {
		t.Errorf("still active although nothing is in the way: %v", err)
	}
}
