package directory

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/salesforce"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

func (h *house) countOf(username string) int {
	h.t.Helper()
	return len(h.query("SELECT Id FROM User WHERE Username = '" + username + "'"))
}

func TestTwoCreatorsOfOnePersonMakeOneUser(t *testing.T) {
	for _, test := range []struct {
		name  string
		other func(h *house) // makes the second directory of the race
	}{
		{"in one process", func(*house) {}},
		{"in two replicas", func(h *house) { h.restart() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t)
			first := h.Directory
			test.other(h)
			var group sync.WaitGroup
			results := make([]error, 2)
			for i, d := range []*Directory{first, h.Directory} {
				group.Go(func() { _, results[i] = d.CreateUser(t.Context(), user("jane@acme.example")) })
			}
			group.Wait()
			made, refused := results[0], results[1]
			if made != nil {
				made, refused = refused, made
			}
			if made != nil {
				t.Fatalf("neither made her: %v, %v", made, refused)
			}
			wantError(t, refused, http.StatusConflict, scimerrors.ScimTypeUniqueness, "already taken by user 005")
			if n := h.countOf("jane@acme.example"); n != 1 {
				t.Errorf("%d users", n)
			}
		})
	}
}

func TestCreateWhoseAnswerIsLostMakesOneUser(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault simulator.Fault
	}{
		{"the user was made and the connection dropped", simulator.Fault{Method: "POST", Resource: "/composite", After: true, Drop: true}},
		{"the user was made and half the answer came", simulator.Fault{Method: "POST", Resource: "/composite", After: true, Truncate: true}},
		{"the user was made and a page of HTML came", func() simulator.Fault {
			f := simulator.Maintenance()
			f.Method, f.Resource, f.After = "POST", "/composite", true
			return f
		}()},
		{"the user was not made and the connection dropped", simulator.Fault{Method: "POST", Resource: "/composite", Drop: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t)
			h.warm()
			h.simulator.FailNext(test.fault)
			created := h.create(user("Jane@acme.example", map[string]any{"displayName": "Janey"}))
			if created["displayName"] != "Janey" || created["userName"] != "Jane@acme.example" {
				t.Errorf("the echo is missing: %v", created)
			}
			if !h.events.has("create_answer_lost") {
				t.Error("not observed")
			}
			if n := h.countOf("jane@acme.example"); n != 1 {
				t.Errorf("%d users", n)
			}
			_, err := h.CreateUser(t.Context(), user("jane@acme.example"))
			wantError(t, err, http.StatusConflict, scimerrors.ScimTypeUniqueness)
		})
	}
}

func TestLostAnswerDoesNotClaimSomebodyElsesUser(t *testing.T) {
	h := open(t)
	h.create(user("jane@acme.example"))
	h.warm()
	h.simulator.FailNext(simulator.Fault{Method: "POST", Resource: "/composite", Drop: true})
	_, err := h.CreateUser(t.Context(), user("jane@acme.example"))
	wantError(t, err, http.StatusConflict, scimerrors.ScimTypeUniqueness)
}

func TestUsernameHeldElsewhereIsExplained(t *testing.T) {
	h := open(t)
	h.org.HoldElsewhere("jane@acme.example")
	_, err := h.CreateUser(t.Context(), user("jane@acme.example"))
	wantError(t, err, http.StatusConflict, scimerrors.ScimTypeUniqueness, "another Salesforce org", "Send another userName")
	joe := id(h.create(user("joe@acme.example")))
	_, err = h.patch(joe, replace("userName", "jane@acme.example"))
	wantError(t, err, http.StatusConflict, scimerrors.ScimTypeUniqueness, "another Salesforce org")
}

func TestNicknameThatIsTakenIsVaried(t *testing.T) {
	h := open(t)
	first := h.create(user("jane@acme.example"))
	second := h.create(user("jane@beta.example"))
	if first["nickName"] == second["nickName"] {
		t.Errorf("both are %v", first["nickName"])
	}
	chosen := text(first["nickName"])
	_, err := h.CreateUser(t.Context(), user("jane@gamma.example", map[string]any{"nickName": chosen}))
	if !salesforce.HasCode(err, "DUPLICATE_COMM_NICKNAME") {
		t.Errorf("a nickname the IdP chose was changed: %v", err)
	}
}

func TestProfileOfANewUser(t *testing.T) {
	withoutDefault := func(c *Config, _ *org.Config) { c.Defaults.Profile = "" }
	profile := func(v string) map[string]any {
		return map[string]any{"entitlements": []any{map[string]any{"value": v, "type": "Profile", "primary": true}}}
	}
	t.Run("is the one named", func(t *testing.T) {
		h := open(t, withoutDefault)
		r := h.create(user("jane@acme.example", profile("system administrator")))
		want := h.query("SELECT Id FROM Profile WHERE Name = 'System Administrator'")[0].ID()
		if got := h.row("User", id(r))["ProfileId"]; got != want {
			t.Errorf("ProfileId = %v, want %s", got, want)
		}
	})
	t.Run("is missing and the setting is named", func(t *testing.T) {
		h := open(t, withoutDefault)
		_, err := h.CreateUser(t.Context(), user("jane@acme.example"))
		wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "defaults.profile", "SCIMFORCE_CONFIG")
	})
	t.Run("does not exist", func(t *testing.T) {
		h := open(t)
		_, err := h.CreateUser(t.Context(), user("jane@acme.example", profile("Nobody's")))
		wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "Nobody's")
	})
}

func TestPermissionSetThatIsRefusedUndoesTheCreate(t *testing.T) {
	h := open(t)
	gone := "0PS000000000001AAA"
	_, err := h.CreateUser(t.Context(), user("jane@acme.example", map[string]any{
		"entitlements": []any{map[string]any{"value": gone, "type": "Permission Set"}},
	}))
	if err == nil {
		t.Fatal("no error")
	}
	if n := h.countOf("jane@acme.example"); n != 0 {
		t.Errorf("%d users are left", n)
	}
}

func TestSalesforceInTroubleIsNeverNotFound(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault simulator.Fault
	}{
		{"unavailable", simulator.ServerUnavailable()},
		{"answers HTML", simulator.Maintenance()},
		{"answers half a body", simulator.Fault{Truncate: true}},
		{"drops the connection", simulator.Fault{Drop: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t)
			jane := id(h.create(user("jane@acme.example")))
			h.warm()
			test.fault.Times = 1000
			h.simulator.FailNext(test.fault)
			_, err := h.User(t.Context(), jane, Want{})
			if !salesforce.IsUnavailable(err) {
				t.Errorf("read: %v", err)
			}
			if _, err := h.patch(jane, replace("title", "x")); !salesforce.IsUnavailable(err) {
				t.Errorf("patch: %v", err)
			}
			if err := h.DeleteUser(t.Context(), jane, nil); !salesforce.IsUnavailable(err) {
				t.Errorf("delete: %v", err)
			}
			if _, err := h.CreateUser(t.Context(), user("joe@acme.example")); !salesforce.IsUnavailable(err) {
				t.Errorf("create: %v", err)
			}
		})
	}
	t.Run("limit exceeded", func(t *testing.T) {
		h := open(t)
		h.warm()
		f := simulator.LimitExceeded()
		f.Times = 1000
		h.simulator.FailNext(f)
		if _, err := h.CreateUser(t.Context(), user("joe@acme.example")); !salesforce.IsLimitExceeded(err) {
			t.Errorf("create: %v", err)
		}
	})
}

func TestRequestThatGivesUpEnds(t *testing.T) {
	h := open(t)
	h.warm()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.User(ctx, "005000000000001AAA", Want{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestIDsOfAnotherKindCostNoCall(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	h.warm()
	for _, wrong := range []string{"", "00919288221112222", "00G000000000001AAA", "no id", "0050000000000010000000", strings.Repeat("x", 5000)} {
		_, err := h.User(t.Context(), wrong, Want{})
		wantError(t, err, http.StatusNotFound, "")
		wantError(t, h.DeleteUser(t.Context(), wrong, nil), http.StatusNotFound, "")
	}
	_, err := h.Group(t.Context(), jane, Want{})
	wantError(t, err, http.StatusNotFound, "")
	h.wantCalls("ids of another kind", 0)
	r, err := h.User(t.Context(), jane[:15], Want{})
	if err != nil || id(r) != jane {
		t.Errorf("15 characters: %v, %v", r, err)
	}
}

func TestUsersWhoAreNoPeopleAreNotThere(t *testing.T) {
	h := open(t)
	robots := h.query("SELECT Id, UserType FROM User WHERE UserType IN ('AutomatedProcess', 'CloudIntegrationUser')")
	if len(robots) == 0 {
		t.Fatal("the simulated org has none")
	}
	for _, r := range robots {
		_, err := h.User(t.Context(), r.ID(), Want{})
		wantError(t, err, http.StatusNotFound, "")
	}
	for _, listed := range ids(h.find("", 200)) {
		for _, r := range robots {
			if listed == r.ID() {
				t.Errorf("%s is listed", listed)
			}
		}
	}
}

func TestCreateThatArrivesAfterItWasLookedForIsNotMadeTwice(t *testing.T) {
	h := open(t)
	h.warm()
	profile := h.query("SELECT Id FROM Profile WHERE Name = 'Standard User'")[0].ID()
	sent, late := 0, ""
	h.before = func(*http.Request) error {
		switch sent++; sent {
		case 1: // the create: on its way, and no answer comes
			return errors.New("connection reset by peer")
		case 3: // after the lookup, before the second create
			late = h.made("User", map[string]any{
				"Username": "jane@acme.example", "LastName": "Doe", "Email": "jane@acme.example", "Alias": "jane", "ProfileId": profile,
				"TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "de_DE", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
			})
		}
		return nil
	}
	if got := id(h.create(user("jane@acme.example"))); got != late || got == "" {
		t.Errorf("got %s, want %s", got, late)
	}
}
