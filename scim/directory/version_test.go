package directory

import (
	"encoding/json"
	"maps"
	"testing"

	"scimforce/scim/mapping"
)

// shownAs is a resource without its version, and its version. Names of members
// are left out: they are not the group's own (groupVersion).
func shownAs(t *testing.T, resource map[string]any) (rest, version string) {
	t.Helper()
	resource = maps.Clone(resource)
	meta := maps.Clone(resource["meta"].(map[string]any))
	version = text(meta["version"])
	delete(meta, "version")
	// Salesforce counts whole seconds: within one, other things must tell.
	delete(meta, "lastModified")
	resource["meta"] = meta
	encoded, err := json.Marshal(resource)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded), version
}

// Whoever changes it, and wherever: what is shown changes with the version and
// the version with what is shown.
func TestTheVersionChangesWithWhatIsShownOfAUser(t *testing.T) {
	h := open(t)
	boss := id(h.create(user("boss@acme.example")))
	jane := id(h.create(user("jane@acme.example", map[string]any{
		"externalId": "00JANE", "displayName": "Jane J.",
		mapping.EnterpriseURN: map[string]any{"manager": map[string]any{"value": boss}},
	})))
	h.login(jane)
	set := h.set("Version Console")["id"].(string)
	team := h.team("Version readers")
	changed := func(ops ...map[string]any) func() {
		return func() {
			t.Helper()
			if _, err := h.patch(jane, ops...); err != nil {
				t.Fatal(err)
			}
		}
	}
	directly := func(object, id string, values map[string]any) func() {
		return func() { t.Helper(); h.directly(object, id, values) }
	}
	versions := map[string]string{}
	before, last := shownAs(t, h.get(jane))
	for _, step := range []struct {
		name   string
		change func()
		same   bool
	}{
		{"nothing", func() {}, true},
		{"a title", changed(replace("title", "Heir")), false},
		{"the same title again", changed(replace("title", "Heir")), true},
		{"another title within a second", changed(replace("title", "Heiress")), false},
		{"a title from Salesforce", directly("User", jane, map[string]any{"Title": "Regent"}), false},
		{"another externalId, which Salesforce has no place for", changed(replace("externalId", "00JANE2")), false},
		{"the userName in another case", changed(replace("userName", "Jane@acme.example")), false},
		{"the name of the manager", directly("User", boss, map[string]any{"LastName": "Other"}), false},
		{"a freeze", func() {
			h.directly("UserLogin", h.query("SELECT Id FROM UserLogin WHERE UserId = '" + jane + "'")[0].ID(), map[string]any{"IsFrozen": true})
		}, false},
		{"a grant", func() { h.made("PermissionSetAssignment", map[string]any{"AssigneeId": jane, "PermissionSetId": set}) }, false},
		{"a group", func() {
			if err := h.patchGroup(team, map[string]any{"op": "add", "path": "members", "value": values(jane)}); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"the name of a group", directly("Group", team, map[string]any{"Name": "Writers"}), false},
		{"no group any more", func() {
			if err := h.patchGroup(team, map[string]any{"op": "remove", "path": "members"}); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"a field of the org", directly("User", jane, map[string]any{"Signature": "J."}), false},
	} {
		step.change()
		now, version := shownAs(t, h.get(jane))
		if (now == before) != step.same {
			t.Fatalf("%s: the test is wrong about what is shown: %s", step.name, now)
		}
		if version == last && !step.same {
			t.Errorf("%s: what is shown changed, the version %s did not", step.name, version)
		}
		if other, seen := versions[version]; seen && other != now {
			t.Errorf("%s: the version %s is of something else, too", step.name, version)
		}
		versions[version] = now
		before, last = now, version
	}
}

func TestTheVersionChangesWithWhatIsShownOfAGroup(t *testing.T) {
	h := open(t)
	jane, joe := id(h.create(user("jane@acme.example"))), id(h.create(user("joe@acme.example")))
	team, nested := h.team("Version readers"), h.team("Version nested")
	read := func() (rest, version string) {
		g, err := h.Group(t.Context(), team, Want{Members: true})
		if err != nil {
			t.Fatal(err)
		}
		return shownAs(t, g)
	}
	changed := func(ops ...map[string]any) func() {
		return func() {
			t.Helper()
			if err := h.patchGroup(team, ops...); err != nil {
				t.Fatal(err)
			}
		}
	}
	member := func(op string, who ...string) func() {
		return changed(map[string]any{"op": op, "path": "members", "value": values(who...)})
	}
	before, last := read()
	for _, step := range []struct {
		name   string
		change func()
		same   bool
	}{
		{"nothing", func() {}, true},
		{"a member", member("add", jane), false},
		{"the same member again", member("add", jane), true},
		{"a group as a member", member("add", nested), false},
		{"another member from Salesforce", func() { h.made("GroupMember", map[string]any{"GroupId": team, "UserOrGroupId": joe}) }, false},
		{"one for another", func() { member("remove", joe)() }, false},
		{"another name", changed(replace("displayName", "Writers")), false},
		{"another name from Salesforce", func() { h.directly("Group", team, map[string]any{"Name": "Editors"}) }, false},
		{"an externalId", changed(replace("externalId", "G-1")), false},
		{"a member who is deleted over SCIM", func() {
			if err := h.DeleteUser(t.Context(), jane, nil); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		step.change()
		now, version := read()
		if (now == before) != step.same {
			t.Fatalf("%s: the test is wrong about what is shown: %s", step.name, now)
		}
		if (version == last) != step.same {
			t.Errorf("%s: the version was %s and is %s", step.name, last, version)
		}
		before, last = now, version
	}
}

// Who does not ask for a version does not pay for one.
func TestAConditionOnAGroupCostsOneReadAndNoConditionNone(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example")))
	team := h.team("Version readers")
	h.warm()
	join := h.operations(true, map[string]any{"op": "add", "path": "members", "value": values(jane)})
	leave := h.operations(true, map[string]any{"op": "remove", "path": "members", "value": values(jane)})
	if _, err := h.PatchGroup(t.Context(), team, nil, join, Want{}); err != nil {
		t.Fatal(err)
	}
	h.wantCalls("a new member", 1)
	if _, err := h.PatchGroup(t.Context(), team, Condition{"*"}, leave, Want{}); err != nil {
		t.Fatal(err)
	}
	with := h.calls()
	if _, err := h.PatchGroup(t.Context(), team, nil, join, Want{}); err != nil {
		t.Fatal(err)
	}
	h.calls()
	if _, err := h.PatchGroup(t.Context(), team, nil, leave, Want{}); err != nil {
		t.Fatal(err)
	}
	if without := h.calls(); with != without+1 {
		t.Errorf("with a condition a removal cost %d calls, without %d", with, without)
	}
}
