package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/mapping"
)

// wantError asserts a ScimError with a status, a type and words in its detail.
func wantError(t *testing.T, err error, status int, kind scimerrors.ScimType, words ...string) {
	t.Helper()
	var e scimerrors.ScimError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a ScimError %d", err, status)
	}
	if e.Status != status || e.ScimType != kind {
		t.Errorf("got %d %q, want %d %q: %s", e.Status, e.ScimType, status, kind, e.Detail)
	}
	for _, w := range words {
		if !strings.Contains(e.Detail, w) {
			t.Errorf("detail %q lacks %q", e.Detail, w)
		}
	}
}

func TestPatchOfAUserCostsTwoCallsAndNoneToWriteWhenNothingChanges(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example", map[string]any{"title": "Engineer"})))
	h.warm()
	r, err := h.patch(jane, replace("title", "Director"))
	if err != nil {
		t.Fatal(err)
	}
	h.wantCalls("patch", 2)
	if r["title"] != "Director" || h.row("User", jane)["Title"] != "Director" {
		t.Errorf("title = %v", r["title"])
	}
	if _, err := h.patch(jane, replace("title", "Director")); err != nil {
		t.Fatal(err)
	}
	h.wantCalls("patch that changes nothing", 1)
}

func TestPutOfWhatGetGaveWritesNothing(t *testing.T) {
	h := open(t)
	set := id(h.set("Field Service"))
	jane := id(h.create(user("Jane.DOE@Acme.Example", map[string]any{
		"displayName": "Jane D.", "externalId": "x1", "locale": "de-AT", "timezone": "Europe/Vienna", "preferredLanguage": "de-AT",
		"phoneNumbers":        []any{map[string]any{"value": "+43 1 234", "type": "work"}},
		"entitlements":        []any{map[string]any{"value": set, "type": "Permission Set"}},
		mapping.EnterpriseURN: map[string]any{"department": "R&D", "employeeNumber": "7"},
	})))
	got := h.get(jane)
	h.warm()
	again, err := h.ReplaceUser(t.Context(), jane, nil, got)
	if err != nil {
		t.Fatal(err)
	}
	h.wantCalls("put of what get gave", 1)
	if again["userName"] != "Jane.DOE@Acme.Example" || again["locale"] != "de-AT" {
		t.Errorf("echo lost: %v %v", again["userName"], again["locale"])
	}
}

func TestPutClearsWhatIsLeftOut(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example", map[string]any{"title": "Engineer", "externalId": "x1"})))
	h.warm()
	r, err := h.ReplaceUser(t.Context(), jane, nil, user("jane@acme.example"))
	if err != nil {
		t.Fatal(err)
	}
	h.wantCalls("put", 2)
	if _, has := r["title"]; has || h.row("User", jane)["Title"] != nil {
		t.Errorf("title is still %v", r["title"])
	}
	if _, has := r["externalId"]; has {
		t.Errorf("externalId is still %v", r["externalId"])
	}
}

func TestEmailThatWaitsForItsOwnerComesBackAsSent(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	change := replace(`emails[type eq "work"].value`, "jane.new@acme.example")
	if _, err := h.patch(jane, change); err != nil {
		t.Fatal(err)
	}
	if held := h.row("User", jane)["Email"]; held != "jane@acme.example" {
		t.Fatalf("the simulated org took the address at once: %v", held)
	}
	h.warm()
	if _, err := h.patch(jane, change); err != nil {
		t.Fatal(err)
	}
	h.wantCalls("the same change again", 1)
	if p := h.find(`emails.value eq "jane.new@acme.example"`, 10); p.Total != 1 {
		t.Errorf("a filter by the address as sent finds %d", p.Total)
	}
	h.directly("User", jane, map[string]any{"Title": "Changed in Salesforce"})
	if got := h.get(jane); got["title"] != "Changed in Salesforce" {
		t.Errorf("a change in Salesforce is hidden by the echo: %v", got["title"])
	}
}

func TestManagerWhoDoesNotExistYetIsLinkedWhenHeArrives(t *testing.T) {
	onEach(t, testManagerWhoDoesNotExistYetIsLinkedWhenHeArrives)
}

func testManagerWhoDoesNotExistYetIsLinkedWhenHeArrives(t *testing.T, on option) {
	h := open(t, on)
	with := func(manager string) map[string]any {
		return map[string]any{mapping.EnterpriseURN: map[string]any{"manager": map[string]any{"value": manager}}}
	}
	jane := id(h.create(user("jane@acme.example", with("boss-external"))))
	joe := id(h.create(user("joe@acme.example", with("Boss@acme.example"))))
	if got := at(h.get(jane), mapping.EnterpriseURN, "manager", "value"); got != "boss-external" {
		t.Errorf("manager = %v, want it as sent", got)
	}
	boss := id(h.create(user("boss@acme.example", map[string]any{"externalId": "boss-external"})))
	for _, who := range []string{jane, joe} {
		if got := h.row("User", who)["ManagerId"]; got != boss {
			t.Errorf("ManagerId = %v, want %s", got, boss)
		}
	}
	h.warm()
	if p := h.find(`id eq "`+joe+`" and manager eq "`+boss+`"`, 10); p.Total != 1 {
		t.Errorf("reference check finds %d", p.Total)
	}
	h.wantCalls("reference check", 1)
	if _, err := h.patch(joe, map[string]any{"op": "remove", "path": mapping.EnterpriseURN + ":manager"}); err != nil {
		t.Fatal(err)
	}
	if got := h.row("User", joe)["ManagerId"]; got != nil {
		t.Errorf("ManagerId = %v after removal", got)
	}
}

func TestEntitlementsAreASetOnlyWhenTheyAreNamed(t *testing.T) {
	h := open(t)
	a, b := id(h.set("Set A")), id(h.set("Set B"))
	jane := id(h.create(user("jane@acme.example", map[string]any{"entitlements": []any{map[string]any{"value": a, "type": "Permission Set"}}})))
	if got := h.setsOf(jane); got != a {
		t.Fatalf("has %s, want %s", got, a)
	}
	if _, err := h.ReplaceUser(t.Context(), jane, nil, user("jane@acme.example", map[string]any{"title": "x"})); err != nil {
		t.Fatal(err)
	}
	if got := h.setsOf(jane); got != a {
		t.Errorf("a PUT that does not speak of entitlements left %q", got)
	}
	r, err := h.ReplaceUser(t.Context(), jane, nil, user("jane@acme.example", map[string]any{
		"entitlements": []any{map[string]any{"value": "Set B", "type": "Permission Set"}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got := h.setsOf(jane); got != b {
		t.Errorf("has %s, want %s: %v", got, b, r["entitlements"])
	}
	_, err = h.ReplaceUser(t.Context(), jane, nil, user("jane@acme.example", map[string]any{
		"entitlements": []any{map[string]any{"value": "No Such Set", "type": "Permission Set"}},
	}))

	wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "No Such Set")
}

func TestValueThatLooksLikeAReferenceIsWrittenAsItIs(t *testing.T) {
	h := open(t)
	const trick = "@{user.id}"
	jane := id(h.create(user("jane@acme.example", map[string]any{"title": trick})))
	if got := h.row("User", jane)["Title"]; got != trick {
		t.Errorf("Title = %v", got)
	}
	if _, err := h.patch(jane, replace("title", "@{users.records[0].Id}")); err != nil {
		t.Fatal(err)
	}
	if got := h.row("User", jane)["Title"]; got != "@{users.records[0].Id}" {
		t.Errorf("Title = %v", got)
	}
	_, err := h.CreateGroup(t.Context(), map[string]any{"displayName": trick})
	wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "displayName")
}

func TestRoleByNameAndID(t *testing.T) {
	h := open(t)
	role := h.query("SELECT Id, Name, DeveloperName FROM UserRole WHERE PortalType = 'None' LIMIT 1")[0]
	for i, name := range []string{role.ID(), role.ID()[:15], role.String("Name"), strings.ToUpper(role.String("DeveloperName"))} {
		r := h.create(user(fmt.Sprintf("u%d@acme.example", i), map[string]any{"roles": []any{map[string]any{"value": name}}}))
		if got := h.row("User", id(r))["UserRoleId"]; got != role.ID() {
			t.Errorf("%s: UserRoleId = %v", name, got)
		}
	}
	_, err := h.CreateUser(t.Context(), user("x@acme.example", map[string]any{"roles": []any{map[string]any{"value": "No Such Role"}}}))
	wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "No Such Role")
}

func TestDatabaseThatFailsAfterTheWriteDoesNotFailTheRequest(t *testing.T) {
	h := open(t)
	h.warm()
	if _, err := h.db.ExecContext(t.Context(), "CREATE TRIGGER broken BEFORE INSERT ON directory_echo BEGIN SELECT RAISE(ABORT, 'disk full'); END"); err != nil {
		t.Fatal(err)
	}
	notes := noted(t.Context(), func(ctx context.Context) {
		r, err := h.CreateUser(ctx, user("Jane@acme.example", map[string]any{"externalId": "x"}))
		if err != nil || id(r) == "" {
			t.Errorf("%v %v", r, err)
		}
	})
	if !strings.Contains(notes, "database") || !h.events.has("store_failed") {
		t.Errorf("nobody was told: %q", notes)
	}
}

func TestManagerWhoIsReplacedByAnUnknownOneIsTakenAway(t *testing.T) {
	h := open(t)
	manager := func(v string) map[string]any {
		return replace(mapping.EnterpriseURN+":manager", map[string]any{"value": v})
	}
	boss, jane := id(h.create(user("boss@acme.example"))), id(h.create(user("jane@acme.example")))
	if _, err := h.patch(jane, manager(boss)); err != nil || h.row("User", jane)["ManagerId"] != boss {
		t.Fatalf("ManagerId = %v, %v", h.row("User", jane)["ManagerId"], err)
	}
	if _, err := h.patch(jane, manager("new-boss")); err != nil {
		t.Fatal(err)
	}
	if got := h.row("User", jane)["ManagerId"]; got != nil {
		t.Errorf("ManagerId = %v", got)
	}
	if got := at(h.get(jane), mapping.EnterpriseURN, "manager", "value"); got != "new-boss" {
		t.Errorf("manager = %v", got)
	}
}
