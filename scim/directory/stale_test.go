package directory

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/mapping"
)

// put sends a body as an IdP does: through JSON and the schema.
func (h *house) put(id string, body map[string]any) map[string]any {
	h.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	var sent map[string]any
	if err := json.Unmarshal(raw, &sent); err != nil {
		h.t.Fatal(err)
	}
	if sent, err = h.mapping.User().Canonical(sent); err != nil {
		h.t.Fatal(err)
	}
	r, err := h.ReplaceUser(h.t.Context(), id, nil, sent)
	if err != nil {
		h.t.Fatalf("put %s: %v", id, err)
	}
	return r
}

// grant gives a permission set as an administrator would in Setup.
func (h *house) grant(set, user string) string {
	h.t.Helper()
	return h.made("PermissionSetAssignment", map[string]any{"PermissionSetId": set, "AssigneeId": user})
}

func entitled(sets ...string) map[string]any {
	list := []any{}
	for _, s := range sets {
		list = append(list, map[string]any{"value": s, "type": "Permission Set"})
	}
	return map[string]any{"entitlements": list}
}

func joined(ids ...string) string {
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

// Okta reads a user, merges its changes into what it read, and puts that back.
func TestPutOfAStaleCopyLeavesWhatChangedMeanwhile(t *testing.T) {
	h := open(t)
	a, b, c := id(h.set("Set A")), id(h.set("Set B")), id(h.set("Set C"))
	jane := id(h.create(user("jane@acme.example", entitled(a))))
	taken := h.grant(b, jane)
	copied := h.get(jane)
	copied["title"] = "Director"

	if err := h.patchGroup(c, op("add", "members", values(jane))); err != nil { // a group push
		t.Fatal(err)
	}
	other := h.query("SELECT Id FROM Profile WHERE Name = 'System Administrator'")[0].ID()
	role := h.query("SELECT Id FROM UserRole WHERE PortalType = 'None' LIMIT 1")[0].ID()
	h.directly("User", jane, map[string]any{"ProfileId": other, "UserRoleId": role})
	if errs := h.org.Delete(org.Actor{UserID: h.org.AdminID()}, "PermissionSetAssignment", taken); len(errs) > 0 {
		t.Fatal(errs)
	}

	r := h.put(jane, copied)
	if r["title"] != "Director" {
		t.Errorf("title = %v", r["title"])
	}
	if got := h.setsOf(jane); got != joined(a, c) {
		t.Errorf("has %s, want A, and C which a group gave meanwhile, not B which was taken away: %s", got, joined(a, c))
	}
	if row := h.row("User", jane); row["ProfileId"] != other || row["UserRoleId"] != role {
		t.Errorf("profile %v, want %s; role %v, want %s", row["ProfileId"], other, row["UserRoleId"], role)
	}

	// What it read and left out, it takes away.
	copied = h.get(jane)
	copied["entitlements"] = slices.DeleteFunc(copied["entitlements"].([]any), func(e any) bool { return at(e.(map[string]any), "value") == c })
	delete(copied, "roles")
	delete(copied[mapping.SalesforceURN].(map[string]any), "role")
	h.put(jane, copied)
	if got := h.setsOf(jane); got != a {
		t.Errorf("has %s, want %s", got, a)
	}
	if got := h.row("User", jane)["UserRoleId"]; got != nil {
		t.Errorf("role = %v", got)
	}
}

// Other IdPs put what they hold without reading before.
func TestPutOfAnOwnListLeavesWhatAnAdministratorGave(t *testing.T) {
	h := open(t)
	a, b, c := id(h.set("Set A")), id(h.set("Set B")), id(h.set("Set C"))
	jane := id(h.create(user("jane@acme.example", entitled(a, "Set B"))))
	h.grant(c, jane)
	role := h.query("SELECT Id FROM UserRole WHERE PortalType = 'None' LIMIT 1")[0].ID()
	h.directly("User", jane, map[string]any{"UserRoleId": role})
	for range 2 {
		notes := noted(t.Context(), func(ctx context.Context) {
			if _, err := h.ReplaceUser(ctx, jane, nil, user("jane@acme.example", entitled(a))); err != nil {
				t.Fatal(err)
			}
		})
		if got := h.setsOf(jane); got != joined(a, c) {
			t.Fatalf("has %s, want A which it sends and C which it never sent, not %s: %s", got, b, joined(a, c))
		}
		if !strings.Contains(notes, "Set C") {
			t.Errorf("nobody is told of what is kept: %q", notes)
		}
	}
	h.warm()
	h.put(jane, user("jane@acme.example", entitled(a)))
	h.wantCalls("the same put again", 1)
	if got := h.row("User", jane)["UserRoleId"]; got != role {
		t.Errorf("a PUT that does not speak of roles made the role %v", got)
	}
	// A PATCH says what it means.
	if _, err := h.patch(jane, map[string]any{"op": "remove", "path": `entitlements[value eq "` + c + `"]`}); err != nil {
		t.Fatal(err)
	}
	if got := h.setsOf(jane); got != a {
		t.Errorf("has %s, want %s", got, a)
	}
	if _, err := h.patch(jane, map[string]any{"op": "remove", "path": "entitlements"}, map[string]any{"op": "remove", "path": "roles"}); err != nil {
		t.Fatal(err)
	}
	if got := h.setsOf(jane); got != "" || h.row("User", jane)["UserRoleId"] != nil {
		t.Errorf("has %q and role %v after all were removed", got, h.row("User", jane)["UserRoleId"])
	}
	if got := h.row("User", jane)["ProfileId"]; got == nil {
		t.Error("no profile")
	}
}

func TestWhatAPatchAddsToIsNotTakenForSent(t *testing.T) {
	h := open(t)
	a, b := id(h.set("Set A")), id(h.set("Set B"))
	jane := id(h.create(user("jane@acme.example")))
	h.grant(a, jane)
	add := map[string]any{"op": "add", "path": "entitlements", "value": []any{map[string]any{"value": b}}}
	if _, err := h.patch(jane, add); err != nil {
		t.Fatal(err)
	}
	h.put(jane, user("jane@acme.example", map[string]any{"entitlements": []any{map[string]any{"value": "Standard User", "type": "Profile"}}}))
	if got := h.setsOf(jane); got != a {
		t.Errorf("has %s, want %s which the administrator gave", got, a)
	}
}

func TestPermissionSetsAreTakenAwayAlthoughAnotherCannotBeGiven(t *testing.T) {
	h := open(t)
	a := id(h.set("Set A"))
	license := h.query("SELECT Id FROM UserLicense WHERE Name = 'Salesforce Platform'")[0].ID()
	refused := h.made("PermissionSet", map[string]any{"Name": "Licensed", "Label": "Licensed", "LicenseId": license})
	jane := id(h.create(user("jane@acme.example", entitled(a))))
	_, err := h.ReplaceUser(t.Context(), jane, nil, user("jane@acme.example", entitled(refused), map[string]any{"title": "Director"}))
	if err == nil || !strings.Contains(text(err), "not assigned") || !strings.Contains(text(err), "other attributes were written") {
		t.Errorf("got %v", err)
	}
	if got := h.setsOf(jane); got != "" {
		t.Errorf("still has %s", got)
	}
	if got := h.row("User", jane)["Title"]; got != "Director" {
		t.Errorf("title = %v", got)
	}
}
