package directory

import (
	"net/http"
	"slices"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"pgregory.net/rapid"

	"scimforce/salesforce/simulator"
)

func TestMembersThatCannotBe(t *testing.T) {
	h := open(t)
	a, _, _ := h.three()
	group := h.team("Field Team", a)
	other := h.team("Other Team")
	set := id(h.set("Field Set"))
	err := h.patchGroup(group, op("add", "members", values(a, "nobody")))
	wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "nobody")
	err = h.patchGroup(set, op("add", "members", values(other)))
	wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, other)
	missing := "005000000000001AAA"
	_, b, _ := h.three()
	err = h.patchGroup(group, op("add", "members", values(b, missing)))
	wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, missing)
	if got := h.membersOf(group); !slices.Contains(got, b) {
		t.Errorf("the one who could be added was not: %v", got)
	}
	if err := h.patchGroup(group, op("add", "members", values(other))); err != nil {
		t.Fatalf("a group in a group: %v", err)
	}
	if got := h.membersOf(group); !slices.Contains(got, other) {
		t.Errorf("members %v lack the group", got)
	}
}

func TestPutDoesNotTakeOutWhoIsNotShown(t *testing.T) {
	h := open(t)
	a, _, _ := h.three()
	group := h.team("Field Team", a)
	set := id(h.set("Field Set"))
	robot := h.query("SELECT Id FROM User WHERE UserType IN ('AutomatedProcess', 'CloudIntegrationUser')")[0].ID()
	h.made("GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": robot})
	h.made("PermissionSetAssignment", map[string]any{"PermissionSetId": set, "AssigneeId": robot})
	for target, name := range map[string]string{group: "Field Team", set: "Permission Set: Field Set"} {
		if got := h.membersOf(target); slices.Contains(got, robot) {
			t.Errorf("%s is shown in %s", robot, name)
		}
		if _, err := h.ReplaceGroup(t.Context(), target, nil, map[string]any{"displayName": name}); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.query("SELECT Id FROM GroupMember WHERE UserOrGroupId = '"+robot+"'")) != 1 || len(h.query("SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '"+robot+"' AND PermissionSetId = '"+set+"'")) != 1 {
		t.Error("a user whom SCIM does not show lost his membership")
	}
}

func TestGroupWhoseMembersAreRefusedIsNotLeftBehind(t *testing.T) {
	h := open(t)
	_, err := h.CreateGroup(t.Context(), map[string]any{"displayName": "Field Team", "members": values("005000000000001AAA")})
	wantError(t, err, http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "005000000000001AAA", "not created")
	if p := h.groups(`displayName eq "Field Team"`, Want{}); p.Total != 0 {
		t.Error("it is left behind")
	}
	h.simulator.FailNext(simulator.Fault{Method: "POST", Resource: "/composite/sobjects", Status: 503, Body: "[]"})
	a, _, _ := h.three()
	if _, err := h.CreateGroup(t.Context(), map[string]any{"displayName": "Field Team", "members": values(a)}); err == nil {
		t.Error("no error")
	}
}

// Whatever is done to the members of a group, they are those of a simple set.
func TestMembershipIsASet(t *testing.T) {
	h := open(t, people(8))
	everybody := h.visibleIDs()
	targets := map[string]string{h.team("Model"): "Model", id(h.set("Model")): "Permission Set: Model"}
	for target, name := range targets {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				model := map[string]bool{}
				if _, err := h.ReplaceGroup(t.Context(), target, nil, map[string]any{"displayName": name}); err != nil {
					rt.Fatal(err)
				}
				for range rapid.IntRange(1, 4).Draw(rt, "steps") {
					some := rapid.SliceOfDistinct(rapid.SampledFrom(everybody), func(s string) string { return s }).Draw(rt, "some")
					sent := make([]string, len(some)) // the same ids, in either form
					for i, s := range some {
						sent[i] = s[:rapid.SampledFrom([]int{15, 18}).Draw(rt, "form of the id")]
					}
					var err error
					switch rapid.IntRange(0, 6).Draw(rt, "form") {
					case 0:
						err = h.patchGroup(target, op("add", "members", values(sent...)))
						for _, s := range some {
							model[s] = true
						}
					case 1:
						err = h.patchGroup(target, op("remove", "members", values(sent...)))
						for _, s := range some {
							delete(model, s)
						}
					case 2:
						for i, s := range some {
							if err = h.patchGroup(target, op("remove", `members[value eq "`+sent[i]+`"]`, nil)); err != nil {
								break
							}
							delete(model, s)
						}
					case 3:
						err = h.patchGroup(target, op("replace", "members", values(sent...)))
						clear(model)
						for _, s := range some {
							model[s] = true
						}
					case 4:
						_, err = h.ReplaceGroup(t.Context(), target, nil, map[string]any{"displayName": name, "members": values(sent...)})
						clear(model)
						for _, s := range some {
							model[s] = true
						}
					case 5:
						err = h.patchGroup(target, op("remove", "members", nil))
						clear(model)
					case 6: // comes and goes in one request
						err = h.patchGroup(target, op("add", "members", values(sent...)), op("remove", "members", values(some...)))
						for _, s := range some {
							delete(model, s)
						}
					}
					if err != nil {
						rt.Fatal(err)
					}
					want := []string{}
					for s := range model {
						want = append(want, s)
					}
					slices.Sort(want)
					if got := h.membersOf(target); !slices.Equal(got, want) {
						rt.Fatalf("members %v, want %v", got, want)
					}
				}
			})
		})
	}
}

func TestManyMembersAreReplacedByPut(t *testing.T) {
	const many = 450
	h := open(t, people(2*many+10))
	all := h.visibleIDs()
	first, second := all[:many], all[many/2:many/2+many]
	for _, test := range []struct{ name, group, displayName string }{
		{"public group", h.team("Many", first...), "Many"},
		{"permission set", id(h.set("Many")), "Permission Set: Many"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, members := range [][]string{first, second} {
				body := map[string]any{"displayName": test.displayName, "members": values(members...)}
				if _, err := h.ReplaceGroup(t.Context(), test.group, nil, body); err != nil {
					t.Fatal(err)
				}
				if got := h.membersOf(test.group); !slices.Equal(got, members) {
					t.Fatalf("%d members, want %d", len(got), len(members))
				}
				h.calls()
				if _, err := h.ReplaceGroup(t.Context(), test.group, nil, body); err != nil {
					t.Fatal(err)
				}
				h.wantCalls("the same again", 1)
			}
		})
	}
}

// Every profile and permission set group has a permission set behind it, which
// is no group of SCIM.
func TestPermissionSetsBehindOthersAreNoGroups(t *testing.T) {
	h := open(t)
	a, _, _ := h.three()
	group := h.made("PermissionSetGroup", map[string]any{"DeveloperName": "Bundle", "MasterLabel": "Bundle"})
	h.made("PermissionSetAssignment", map[string]any{"AssigneeId": a, "PermissionSetGroupId": group})
	hidden := h.query("SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '" + a + "' AND (PermissionSet.Type = 'Group' OR PermissionSet.IsOwnedByProfile = true)")
	if len(hidden) != 2 {
		t.Fatalf("%d sets behind others, want 2", len(hidden))
	}
	listed := ids(h.groups("", Want{}))
	for _, r := range hidden {
		set := r.String("PermissionSetId")
		if slices.Contains(listed, set) {
			t.Errorf("%s is listed", set)
		}
		if p := h.groups(`members.value eq "`+a+`"`, Want{}); slices.Contains(ids(p), set) {
			t.Errorf("%s is found by its member", set)
		}
		if p := h.find(`groups.value eq "`+set+`"`, 10); p.Total != 0 {
			t.Errorf("%d users are found by %s, which their groups do not have", p.Total, set)
		}
		_, err := h.Group(t.Context(), set, Want{})
		wantError(t, err, http.StatusNotFound, "")
		wantError(t, h.patchGroup(set, op("add", "members", values(a))), http.StatusNotFound, "")
	}
	if got := h.get(a)["groups"]; got != nil {
		t.Errorf("groups = %v", got)
	}
}
