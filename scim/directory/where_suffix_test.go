package directory

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"scimforce/scim/filter"
	"scimforce/scim/mapping"
)

func usernameOf(h *house, id string) string { return h.row("User", id)["Username"].(string) }

func TestASandboxAddsItsSuffixToUsernames(t *testing.T) {
	h := openSandbox(t, ".uat")
	made := h.create(user("Ada@acme.example"))
	ada := id(made)
	if made["userName"] != "Ada@acme.example" || usernameOf(h, ada) != "ada@acme.example.uat" {
		t.Errorf("reads %v, the org holds %q", made["userName"], usernameOf(h, ada))
	}
	h.warm()
	if p := h.find(`userName eq "ada@acme.example"`, 10); !slices.Equal(ids(p), []string{ada}) {
		t.Errorf("found %v", ids(p))
	}
	h.wantCalls("a lookup by userName", 1)
	if _, err := h.CreateUser(t.Context(), user("ADA@acme.example")); err == nil || strings.Contains(err.Error(), ".uat") {
		t.Errorf("a second create: %v, want that the name is taken, and no suffix in it", err)
	}

	renamed, err := h.patch(ada, replace("userName", "eve@acme.example"))
	if err != nil || renamed["userName"] != "eve@acme.example" || usernameOf(h, ada) != "eve@acme.example.uat" {
		t.Errorf("renamed: %v, %v, the org holds %q", renamed["userName"], err, usernameOf(h, ada))
	}
	if err := h.DeleteUser(t.Context(), ada, nil); err != nil {
		t.Fatal(err)
	}
	if back := h.create(user("Eve@acme.example")); id(back) != ada || back["userName"] != "Eve@acme.example" {
		t.Errorf("provisioned again: %v as %v, want %s", id(back), back["userName"], ada)
	}
}

func TestManagersInASandboxAreNamedWithoutTheSuffix(t *testing.T) {
	h := openSandbox(t, ".uat")
	named := func(name string) map[string]any {
		return map[string]any{mapping.EnterpriseURN: map[string]any{"manager": map[string]any{"value": name}}}
	}
	early := id(h.create(user("early@acme.example", named("boss@acme.example"))))
	boss := id(h.create(user("Boss@acme.example")))
	late := id(h.create(user("late@acme.example", named("boss@acme.example"))))
	for _, who := range []string{early, late} {
		if got := h.row("User", who)["ManagerId"]; got != boss {
			t.Errorf("the manager of %s is %v, want %s", usernameOf(h, who), got, boss)
		}
	}
}

func TestAUsernameWithoutTheSuffixIsFoundAsItIs(t *testing.T) {
	h := openSandbox(t, ".uat")
	bare := id(h.create(user("bare@acme.example")))
	h.directly("User", bare, map[string]any{"Username": "bare@acme.example"})
	p := h.find(`userName eq "bare@acme.example"`, 10)
	if !slices.Equal(ids(p), []string{bare}) || p.Resources[0]["userName"] != "bare@acme.example" {
		t.Errorf("found %v", p.Resources)
	}
	_, err := h.CreateUser(t.Context(), user("Bare@acme.example"))
	wantError(t, err, http.StatusConflict, "uniqueness", bare)
	if err := h.DeleteUser(t.Context(), bare, nil); err != nil {
		t.Fatal(err)
	}
	if back := h.create(user("bare@acme.example")); id(back) != bare {
		t.Errorf("provisioned again as %v, want %s", id(back), bare)
	}
}

// Every filter over userName gives what looking at every user gives, whatever
// of the names is suffix.
func TestFiltersOverSuffixedUsernamesAgreeWithLookingAtEverybody(t *testing.T) {
	const end = ".uat"
	h := openSandbox(t, end, people(12))
	for i, name := range []string{
		"ada@acme.example", "bob@uat.uat", "uat@acme.uat.example", "a.u@acme.u.at", "ada@other.ua", "twin@acme.example", "eve@acme.uat.uat",
	} {
		made := id(h.create(user(name)))
		switch i {
		case 1, 4: // without the suffix, as somebody made it in Salesforce
			h.directly("User", made, map[string]any{"Username": name})
		case 5: // an IdP knows two by one name
			h.directly("User", made, map[string]any{"Username": name})
			h.directly("User", id(h.create(user("other@acme.example"))), map[string]any{"Username": name + end})
		}
	}
	everybody := h.find("", 1000).Resources
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom(everybody).Draw(rt, "user")["userName"].(string) + rapid.SampledFrom([]string{end, end, ""}).Draw(rt, "end")
		// Most parts end at the seam, within the suffix or behind it.
		to := len(name) - rapid.IntRange(0, len(end)+1).Draw(rt, "cut off")
		from := rapid.SampledFrom([]int{0, max(0, to-2), rapid.IntRange(0, to-1).Draw(rt, "from")}).Draw(rt, "start")
		part := name[from:to]
		condition := "userName " + rapid.SampledFrom([]string{"eq", "sw", "ew", "co", "ne"}).Draw(rt, "operator") + ` "` + part + `"`
		form := rapid.SampledFrom([]string{"%", `not (%) and userName co "@"`, "% and active eq true", `% or userName eq "ada@acme.example"`}).Draw(rt, "form")
		e, err := filter.Parse(strings.ReplaceAll(form, "%", condition))
		if err != nil {
			rt.Fatal(err)
		}
		var want []string
		for _, r := range everybody {
			if ok, err := filter.Match(e, h.mapping.User(), r); err != nil {
				rt.Fatal(err)
			} else if ok {
				want = append(want, id(r))
			}
		}
		p, err := h.Users(t.Context(), Query{Filter: e, StartIndex: 1, Count: 1000})
		if err != nil {
			rt.Fatal(err)
		}
		if !slices.Equal(ids(p), want) || p.Total != len(want) {
			rt.Errorf("%s with %q finds %v, want %v", form, condition, ids(p), want)
		}
	})
}
