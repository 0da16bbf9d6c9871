package directory

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/salesforce/simulator"
	"scimforce/scim/filter"
)

func values(users ...string) []any {
	list := []any{}
	for _, u := range users {
		list = append(list, map[string]any{"value": u})
	}
	return list
}

func (h *house) team(name string, users ...string) string {
	h.t.Helper()
	g, err := h.CreateGroup(h.t.Context(), map[string]any{"displayName": name, "members": values(users...)})
	if err != nil {
		h.t.Fatal(err)
	}
	return id(g)
}

// membersOf lists the members of a group as SCIM shows them, sorted.
func (h *house) membersOf(group string) []string {
	h.t.Helper()
	g, err := h.Group(h.t.Context(), group, Want{Members: true})
	if err != nil {
		h.t.Fatal(err)
	}
	all := []string{}
	list, _ := g["members"].([]any)
	for _, m := range list {
		all = append(all, m.(map[string]any)["value"].(string))
	}
	slices.Sort(all)
	return all
}

func (h *house) patchGroup(group string, ops ...map[string]any) error {
	h.t.Helper()
	_, err := h.PatchGroup(h.t.Context(), group, nil, h.operations(true, ops...), Want{})
	return err
}

func (h *house) groups(text string, want Want) Page {
	h.t.Helper()
	q := Query{StartIndex: 1, Count: 1000, Want: want}
	if text != "" {
		e, err := filter.Parse(text)
		if err != nil {
			h.t.Fatal(err)
		}
		q.Filter = e
	}
	p, err := h.Groups(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("%s: %v", text, err)
	}
	return p
}

func (h *house) three() (a, b, c string) {
	h.t.Helper()
	all := h.visibleIDs()
	return all[len(all)-3], all[len(all)-2], all[len(all)-1]
}

func op(kind, path string, value any) map[string]any {
	o := map[string]any{"op": kind}
	if path != "" {
		o["path"] = path
	}
	if value != nil {
		o["value"] = value
	}
	return o
}

func TestGroupLifeIsCheap(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(h *house) (group, displayName string)
	}{
		{"public group", func(h *house) (string, string) { return h.team("Field Team"), "Field Team" }},
		{"permission set", func(h *house) (string, string) { return id(h.set("Field Set")), "Permission Set: Field Set" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t)
			group, name := test.make(h)
			a, b, c := h.three()
			h.warm()

			p := h.groups(`displayName eq "`+name+`"`, Want{})
			h.wantCalls("lookup by displayName", 1)
			if p.Total != 1 || id(p.Resources[0]) != group || p.Resources[0]["displayName"] != name {
				t.Fatalf("found %v", p.Resources)
			}
			if _, has := p.Resources[0]["members"]; has {
				t.Error("members although nobody wanted them")
			}
			if err := h.patchGroup(group, op("add", "members", values(a, b, c))); err != nil {
				t.Fatal(err)
			}
			h.wantCalls("adding three members", 1)
			if err := h.patchGroup(group, op("add", "members", values(a))); err != nil {
				t.Fatalf("adding a member again: %v", err)
			}
			h.calls()
			if got := h.membersOf(group); !slices.Equal(got, []string{a, b, c}) {
				t.Errorf("members %v", got)
			}
			h.wantCalls("get with members", 1)
			if err := h.patchGroup(group, op("remove", `members[value eq "`+b+`"]`, nil), op("remove", "members", values(c))); err != nil {
				t.Fatal(err)
			}
			h.wantCalls("removing two members", 2)
			if err := h.patchGroup(group, op("remove", `members[value eq "`+b+`"]`, nil)); err != nil {
				t.Fatalf("removing who is no member: %v", err)
			}
			if got := h.membersOf(group); !slices.Equal(got, []string{a}) {
				t.Errorf("members %v, want one", got)
			}
			h.calls()
			for text, want := range map[string]int{
				`id eq "` + group + `" and members eq "` + a + `"`:            1,
				`members eq "` + b + `" and id eq "` + group + `"`:            0,
				`id eq "` + group + `" and members.value eq "` + a[:15] + `"`: 1,
			} {
				if p := h.groups(text, Want{}); p.Total != want {
					t.Errorf("%s: %d, want %d", text, p.Total, want)
				}
				h.wantCalls(text, 1)
			}
			listed := h.groups(`members.value eq "`+a+`"`, Want{})
			if !slices.Contains(ids(listed), group) {
				t.Error("a filter by member does not find it")
			}
			r := h.get(a)
			found := false
			for _, g := range r["groups"].([]any) {
				m := g.(map[string]any)
				found = found || m["value"] == group && m["display"] == name
			}
			if !found {
				t.Errorf("the user's groups lack it: %v", r["groups"])
			}
			if p := h.find(`groups.value eq "`+group+`"`, 10); p.Total != 1 || id(p.Resources[0]) != a {
				t.Errorf("users of the group: %v", ids(p))
			}
		})
	}
}

func TestPutOfAGroup(t *testing.T) {
	h := open(t)
	a, b, c := h.three()
	group := h.team("Field Team", a, b)
	h.warm()
	r, err := h.ReplaceGroup(t.Context(), group, nil, map[string]any{"displayName": "Renamed", "externalId": "g-1", "members": values(b, c, c, b)})
	if err != nil {
		t.Fatal(err)
	}
	h.wantCalls("put with a rename, one to remove and one to add", 5)
	if list := r["members"].([]any); len(list) != 2 {
		t.Errorf("answered with %d members, want 2", len(list))
	}
	if r["displayName"] != "Renamed" || r["externalId"] != "g-1" || h.row("Group", group)["Name"] != "Renamed" {
		t.Errorf("got %v", r)
	}
	if got := h.membersOf(group); !slices.Equal(got, []string{b, c}) {
		t.Errorf("members %v", got)
	}
	h.calls()
	if _, err := h.ReplaceGroup(t.Context(), group, nil, r); err != nil {
		t.Fatal(err)
	}
	h.wantCalls("put of what get gave", 1)
	if p := h.groups(`externalId eq "g-1"`, Want{Members: true}); p.Total != 1 || len(p.Resources[0]["members"].([]any)) != 2 {
		t.Errorf("by externalId: %v", p.Resources)
	}
	if _, err := h.ReplaceGroup(t.Context(), group, nil, map[string]any{"displayName": "Renamed"}); err != nil {
		t.Fatal(err)
	}
	if got := h.membersOf(group); len(got) != 0 {
		t.Errorf("members left out of a PUT are still there: %v", got)
	}
}

func TestNamesOfGroups(t *testing.T) {
	h := open(t)
	create := func(name string) error {
		_, err := h.CreateGroup(t.Context(), map[string]any{"displayName": name})
		return err
	}
	group := h.team("Field Team")
	set := id(h.set("Field Set"))
	wantError(t, create("field team"), http.StatusConflict, scimerrors.ScimTypeUniqueness, group)
	wantError(t, create("Permission Set: New"), http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "Setup, Permission Sets")
	wantError(t, create(strings.Repeat("x", 41)), http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "displayName", "Group.Name", "40")
	wantError(t, create(" "), http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "displayName")
	h.made("Group", map[string]any{"Name": "By Hand", "DeveloperName": "Something_Else", "Type": "Regular"})
	wantError(t, create("By Hand"), http.StatusConflict, scimerrors.ScimTypeUniqueness)
	if err := create("Field-Team"); err != nil { // the same API name, another name
		t.Errorf("%v", err)
	}
	if err := create("Команда"); err != nil {
		t.Errorf("%v", err)
	}
	wantError(t, h.DeleteGroup(t.Context(), set, nil), http.StatusBadRequest, scimerrors.ScimTypeMutability, "Setup, Permission Sets")
	wantError(t, h.patchGroup(set, replace("displayName", "Permission Set: Other")), http.StatusBadRequest, scimerrors.ScimTypeMutability, "Setup, Permission Sets")
	if err := h.patchGroup(set, replace("displayName", "Permission Set: Field Set")); err != nil {
		t.Errorf("the name it has: %v", err)
	}
	wantError(t, h.patchGroup(group, replace("displayName", "Field-Team")), http.StatusConflict, scimerrors.ScimTypeUniqueness)
	h.warm()
	a, _, _ := h.three()
	h.calls()
	if err := h.patchGroup(group, op("replace", "", map[string]any{"id": group, "displayName": "Field Team"}), op("add", "members", values(a))); err != nil {
		t.Errorf("Okta's rename with every membership change: %v", err)
	}
	h.wantCalls("a rename that changes nothing, and a member", 1)

	if err := h.DeleteGroup(t.Context(), group, nil); err != nil {
		t.Fatal(err)
	}
	wantError(t, h.DeleteGroup(t.Context(), group, nil), http.StatusNotFound, "")
	_, err := h.Group(t.Context(), group, Want{})
	wantError(t, err, http.StatusNotFound, "")
	wantError(t, h.patchGroup(group, op("add", "members", values(a))), http.StatusNotFound, "")
	queue := h.query("SELECT Id FROM Group WHERE Type = 'Queue'")[0].ID()
	_, err = h.Group(t.Context(), queue, Want{})
	wantError(t, err, http.StatusNotFound, "")
	wantError(t, h.DeleteGroup(t.Context(), queue, nil), http.StatusNotFound, "")
}

func TestPermissionSetsOfOneLabelAreToldApart(t *testing.T) {
	h := open(t)
	one := h.made("PermissionSet", map[string]any{"Name": "Sales_EU", "Label": "Twin"})
	two := h.made("PermissionSet", map[string]any{"Name": "Sales_US", "Label": "Twin"})
	names := map[string]string{}
	for _, r := range h.groups("", Want{}).Resources {
		names[id(r)] = text(r["displayName"])
	}
	if names[one] != "Permission Set: Twin (Sales_EU)" || names[two] != "Permission Set: Twin (Sales_US)" {
		t.Errorf("%q and %q", names[one], names[two])
	}
	if p := h.groups(`displayName eq "Permission Set: Twin (Sales_US)"`, Want{}); p.Total != 1 || id(p.Resources[0]) != two {
		t.Errorf("found %v", ids(p))
	}
}

func TestListOfGroups(t *testing.T) {
	h := open(t)
	for _, n := range []string{"A team", "B team", "C team"} {
		h.team(n)
	}
	h.warm()
	all := h.groups("", Want{})
	h.wantCalls("all groups", 1)
	h.groups("", Want{Members: true})
	h.wantCalls("all groups with members", 3)
	var cut []string
	for start := 1; start <= all.Total; start += 2 {
		p, err := h.Groups(t.Context(), Query{StartIndex: start, Count: 2})
		if err != nil {
			t.Fatal(err)
		}
		cut = append(cut, ids(p)...)
	}
	if !slices.Equal(cut, ids(all)) {
		t.Errorf("pages give %v", cut)
	}
	if p := h.groups(`displayName sw "B"`, Want{}); p.Total != 1 {
		t.Errorf("sw: %d", p.Total)
	}
	if p := h.groups(`displayName eq "Permission Set: none"`, Want{}); p.Total != 0 {
		t.Errorf("no such set: %d", p.Total)
	}
}

func TestGroupWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	h := open(t)
	sent := 0
	h.before = func(*http.Request) error {
		if sent++; sent == 2 { // the create, after the look for the name
			h.simulator.FailNext(simulator.Fault{Method: "POST", Resource: "/composite", After: true, Drop: true})
		}
		return nil
	}
	group := h.team("Field Team")
	if p := h.groups(`displayName eq "Field Team"`, Want{}); p.Total != 1 || id(p.Resources[0]) != group {
		t.Errorf("found %v, want %s", ids(p), group)
	}
}
