package directory

import (
	"context"
	"net/http"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/salesforce"
	"scimforce/salesforce/simulator/org"
)

func TestDeactivationAndReactivationKeepTheID(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	h.warm()
	r, err := h.patch(jane, replace("active", false))
	if err != nil || r["active"] != false || h.row("User", jane)["IsActive"] != false {
		t.Fatalf("%v %v", r["active"], err)
	}
	h.wantCalls("deactivation", 2)
	if r := h.get(jane); r["active"] != false {
		t.Errorf("active = %v", r["active"])
	}
	r, err = h.patch(jane, replace("active", true))
	if err != nil || r["active"] != true || id(r) != jane {
		t.Errorf("%v %v", r, err)
	}
}

func TestUserWhomSalesforceWillNotDeactivateIsFrozen(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	h.org.RefuseDeactivation(jane, org.Error{})
	h.warm()
	_, err := h.patch(jane, replace("active", false), replace("title", "Gone"))
	wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "never tried to log in", "Default Workflow User", "Nothing was changed")
	if title := h.row("User", jane)["Title"]; title != nil {
		t.Errorf("half of the change was made: %v", title)
	}

	h.login(jane)
	notes := noted(t.Context(), func(ctx context.Context) {
		r, err := h.PatchUser(ctx, jane, nil, h.operations(false, replace("active", false), replace("title", "Gone")))
		if err != nil || r["active"] != false || r["title"] != "Gone" {
			t.Fatalf("%v %v", r, err)
		}
	})
	if !strings.Contains(notes, "frozen instead") || !h.events.has("frozen_instead_of_deactivated") {
		t.Errorf("nobody was told: %q", notes)
	}
	if h.row("User", jane)["IsActive"] != true {
		t.Error("deactivated after all")
	}
	if p := h.find(`active eq false and userName eq "jane@acme.example"`, 10); p.Total != 1 {
		t.Errorf("a filter by active false finds %d", p.Total)
	}
	if p := h.find(`active eq false`, 10); p.Total != 1 || id(p.Resources[0]) != jane {
		t.Errorf("a filter by active false alone finds %d", p.Total)
	}
	r, err := h.patch(jane, replace("active", true))
	if err != nil || r["active"] != true {
		t.Fatalf("%v %v", r["active"], err)
	}
	if len(h.query("SELECT Id FROM UserLogin WHERE IsFrozen = true")) != 0 {
		t.Error("still frozen")
	}
}

func TestTheLastAdministratorIsNotFrozen(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	h.login(jane)
	h.org.RefuseDeactivation(jane, org.Error{Status: http.StatusBadRequest, Code: "CANNOT_DISABLE_LAST_ADMIN", Message: "You cannot disable the last administrator."})
	if _, err := h.patch(jane, replace("active", false)); !salesforce.HasCode(err, "CANNOT_DISABLE_LAST_ADMIN") {
		t.Errorf("the refusal is not told: %v", err)
	}
	if h.org.IsFrozen(jane) {
		t.Error("frozen: nobody would be left to unfreeze him")
	}
}

func TestDeletedUserIsGoneUntilRevived(t *testing.T) { onEach(t, testDeletedUserIsGoneUntilRevived) }

func testDeletedUserIsGoneUntilRevived(t *testing.T, on option) {
	h := open(t, on)
	set := id(h.set("Field Service"))
	jane := id(h.create(user("Jane@acme.example", map[string]any{"entitlements": []any{map[string]any{"value": set, "type": "Permission Set"}}})))
	before := h.find("", 100).Total
	h.warm()
	if err := h.DeleteUser(t.Context(), jane, nil); err != nil {
		t.Fatal(err)
	}
	h.wantCalls("delete", 3)
	if len(h.query("SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '"+jane+"' AND PermissionSet.IsOwnedByProfile = false")) != 0 {
		t.Error("the permission set was left")
	}
	_, err := h.User(t.Context(), jane, Want{})
	wantError(t, err, http.StatusNotFound, "")
	wantError(t, h.DeleteUser(t.Context(), jane, nil), http.StatusNotFound, "")
	_, err = h.patch(jane, replace("title", "x"))
	wantError(t, err, http.StatusNotFound, "")
	if p := h.find(`userName eq "jane@acme.example"`, 10); p.Total != 0 {
		t.Error("a lookup finds her")
	}
	if p := h.find("", 100); p.Total != before-1 || len(p.Resources) != before-1 {
		t.Errorf("a list counts %d and has %d, want %d", p.Total, len(p.Resources), before-1)
	}
	if p := h.find("", 0); p.Total != before-1 {
		t.Errorf("count=0 says %d", p.Total)
	}
	if p := h.find("", 2); p.Total != before-1 {
		t.Errorf("a probe says %d", p.Total)
	}
	revived := h.create(user("jane@ACME.example", map[string]any{"title": "Back"}))
	if id(revived) != jane || revived["active"] != true || revived["title"] != "Back" || revived["userName"] != "jane@ACME.example" {
		t.Errorf("revived: %v", revived)
	}
	h.get(jane)
}

func TestDeletedUserWhomAnAdministratorActivatesIsVisible(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	if err := h.DeleteUser(t.Context(), jane, nil); err != nil {
		t.Fatal(err)
	}
	h.directly("User", jane, map[string]any{"IsActive": true})
	if r := h.get(jane); r["active"] != true {
		t.Errorf("active = %v", r["active"])
	}
	if _, err := h.patch(jane, replace("active", false)); err != nil {
		t.Fatal(err)
	}
	if r := h.get(jane); r["active"] != false {
		t.Error("the tombstone hides her although she was only deactivated")
	}
}

func TestUserByWhomTheBridgeWorksIsNotDeactivated(t *testing.T) {
	h := open(t)
	self := h.org.AdminID()
	_, err := h.patch(self, replace("active", false))
	wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeMutability, self, "this bridge")
	wantError(t, h.DeleteUser(t.Context(), self, nil), http.StatusBadRequest, scimerrors.ScimTypeMutability)
	if h.row("User", self)["IsActive"] != true {
		t.Error("deactivated")
	}
}

func TestRefusedDeactivationIsAnErrorWithoutThePolicy(t *testing.T) {
	h := open(t, func(c *Config, _ *org.Config) { c.Policy.FreezeWhenRefused = false })
	jane := id(h.create(user("jane@acme.example")))
	h.login(jane)
	h.org.RefuseDeactivation(jane, org.Error{})
	if _, err := h.patch(jane, replace("active", false)); !strings.Contains(text(err), "Default Workflow User") {
		t.Errorf("got %v", err)
	}
	if h.org.IsFrozen(jane) {
		t.Error("frozen")
	}
}

func TestDeleteLeavesWhatThePolicyLeaves(t *testing.T) {
	h := open(t, func(c *Config, _ *org.Config) { c.Policy = Policy{} })
	set := id(h.set("Field Set"))
	jane := id(h.create(user("jane@acme.example")))
	group := h.team("Field Team", jane)
	if err := h.patchGroup(set, op("add", "members", values(jane))); err != nil {
		t.Fatal(err)
	}
	h.warm()
	if err := h.DeleteUser(t.Context(), jane, nil); err != nil {
		t.Fatal(err)
	}
	h.wantCalls("delete", 2)
	if h.setsOf(jane) != set || len(h.query("SELECT Id FROM GroupMember WHERE GroupId = '"+group+"'")) != 1 {
		t.Error("grants were taken away")
	}
	if got := h.membersOf(group); len(got) != 0 {
		t.Errorf("a deleted user is shown as a member: %v", got)
	}
}

func TestDeletedUserWhoCouldOnlyBeFrozenStaysHidden(t *testing.T) {
	onEach(t, testDeletedUserWhoCouldOnlyBeFrozenStaysHidden)
}

func testDeletedUserWhoCouldOnlyBeFrozenStaysHidden(t *testing.T, on option) {
	h := open(t, on)
	jane := id(h.create(user("jane@acme.example")))
	h.login(jane)
	h.org.RefuseDeactivation(jane, org.Error{})
	before := h.find("", 100).Total
	if err := h.DeleteUser(t.Context(), jane, nil); err != nil {
		t.Fatal(err)
	}
	_, err := h.User(t.Context(), jane, Want{})
	wantError(t, err, http.StatusNotFound, "")
	for _, count := range []int{0, 2, 100} {
		if p := h.find("", count); p.Total != before-1 {
			t.Errorf("count=%d says %d in total, want %d", count, p.Total, before-1)
		}
	}
	revived := h.create(user("jane@acme.example"))
	if id(revived) != jane || revived["active"] != true || h.org.IsFrozen(jane) {
		t.Errorf("revived %v, frozen %v", revived, h.org.IsFrozen(jane))
	}
}

func TestDeleteOfAFrozenUserDeactivatesHim(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	h.login(jane)
	login := h.query("SELECT Id FROM UserLogin WHERE UserId = '" + jane + "'")[0].ID()
	h.directly("UserLogin", login, map[string]any{"IsFrozen": true})
	if r := h.get(jane); r["active"] != false {
		t.Errorf("a frozen user is active = %v", r["active"])
	}
	if err := h.DeleteUser(t.Context(), jane, nil); err != nil {
		t.Fatal(err)
	}
	if h.row("User", jane)["IsActive"] != false {
		t.Error("his licence is still taken")
	}
}
