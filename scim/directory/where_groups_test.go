package directory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
)

// teams fills an org with public groups and permission sets of telling names and
// random members, and returns who the members are, the last of them deleted.
func (h *house) teams(r *rand.Rand) []string {
	t := h.t
	t.Helper()
	members := h.visibleIDs()[:12]
	// Two labels of permission sets are borne by two each.
	for i, label := range []string{"Sales Console", "Sales Console", "sales (EMEA)", "Console", "Console", "Set: Odd", "Per", "Zoë's 50%_"} {
		set := h.made("PermissionSet", map[string]any{"Name": fmt.Sprintf("Set_%d_Console", i), "Label": label})
		for range r.IntN(4) {
			if err := h.patchGroup(set, op("add", "members", values(members[r.IntN(len(members))]))); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, name := range []string{"Sales", "sales EMEA", "O'Hara \"Q\"", "50%_off", "Console", "Zoë", "Permission Set: Fake", "Ops", "set: sales"} {
		group := h.made("Group", map[string]any{"Name": name, "DeveloperName": fmt.Sprint("G", i), "Type": "Regular"})
		for range r.IntN(5) {
			if err := h.patchGroup(group, op("add", "members", values(members[r.IntN(len(members))]))); err != nil {
				t.Fatal(err)
			}
		}
		if i%2 == 0 {
			if err := h.rememberGroup(t.Context(), group, []string{"Ext-1", "ext-1", "00g2"}[i%3]); err != nil {
				t.Fatal(err)
			}
			if err := h.patchGroup(group, op("add", "members", values(h.team(fmt.Sprint("Inner ", i))))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := h.DeleteUser(t.Context(), members[11], nil); err != nil {
		t.Fatal(err)
	}
	// Somebody gives him access again, in Salesforce.
	h.made("GroupMember", map[string]any{"GroupId": h.team("Graveyard"), "UserOrGroupId": members[11]})
	return members
}

func TestRandomFiltersOverGroupsAgreeWithAPredicate(t *testing.T) {
	h := open(t, people(30))
	r := rand.New(rand.NewPCG(7, 2))
	members := h.teams(r)
	everything := h.groups("", Want{Members: true}).Resources
	var all, created, displays []string
	for _, g := range everything {
		all, created = append(all, id(g)), append(created, text(at(g, "meta", "created")))
		displays = append(displays, text(g["displayName"]))
	}
	display := func() filtered {
		return filtered{"displayName", textOperators, append(quotedAll(displays), `"Set: Sa"`, `"Console (Set_4"`, `" ("`, `")"`, `""`, `"ion set: "`)}
	}
	m := &filterMaker{r, []filtered{
		display(), display(),
		{"id", "eq ne pr", quotedAll(all)},
		{"externalId", textOperators, []string{`"Ext-1"`, `"ext-1"`, `"00g2"`}},
		{"members.value", "eq eq eq ne pr", quotedAll(append(slices.Clone(members), all...))},
		{"members.type", "eq", []string{`"User"`, `"Group"`}},
		{"members.display", "eq sw", quotedAll(displays)},
		{"meta.created", "eq gt ge lt le", quotedAll(created)},
		{"meta.lastModified", "gt le", quotedAll(created)},
		{"meta.resourceType", "eq", []string{`"User"`, `"Group"`}},
	}}
	agreeWithPredicates(t, h.mapping.Group(), h.Groups, m, everything, 300)
}

func TestMembersDecideAFilterOverGroups(t *testing.T) {
	h := open(t, people(30))
	members := h.teams(rand.New(rand.NewPCG(7, 3)))
	everything := h.groups("", Want{Members: true}).Resources
	inner := ""
	for _, g := range everything {
		if g["displayName"] == "Inner 2" {
			inner = id(g)
		}
	}
	members = append(members, inner, h.made("Group", map[string]any{"Name": "q", "DeveloperName": "q", "Type": "Queue"}), "nobody", members[0][:15])
	for _, form := range []string{
		`members.value eq %`, `members eq %`, `not (members.value eq %)`, `members[value eq %]`, `members[value eq % and type eq "User"]`,
		`members[type eq "Group" and value eq %]`, `displayName sw "s" or members eq %`, `displayName sw "s" and not (members eq %)`,
		`displayName co "a" and members.value ne %`, `displayName co "a" and members[value ne %]`, `displayName co "a" and members[not (value eq %)]`,
		`displayName co "a" and not (members[value eq % or type eq "Group"])`, `displayName co "a" and members pr and not (members.value eq %)`,
		`externalId pr and members.type eq "Group" or members eq %`, `displayName ew "e" and (members.display sw "a" or members.value eq %)`,
	} {
		for _, m := range members {
			text := strings.ReplaceAll(form, "%", quoted(m))
			holds, err := filter.Compile(withFullIDs(parsed(t, text)), h.mapping.Group())
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, g := range everything {
				if holds(g) {
					want = append(want, id(g))
				}
			}
			if got := ids(h.groups(text, Want{})); !slices.Equal(got, want) {
				t.Errorf("%s finds %d groups, want %d", text, len(got), len(want))
			}
		}
	}
}

func TestMembersOfAllGroupsAreNotLookedThrough(t *testing.T) {
	h := open(t)
	a, _, _ := h.three()
	h.team("Team", a)
	for f, names := range map[string]string{
		`members.type eq "User"`: `"members.type eq"`,
		`members pr`:             `"members pr"`,
		`members ne "` + a + `"`: `"members ne"`,
		`not (members.display eq "x") and displayName ne "x"`:   `"members.display eq"`,
		`displayName eq "Team" or members[not (type eq "x")]`:   `"members []"`,
		`externalId eq "x" or members.value co "` + a[:4] + `"`: `"members.value co"`,
	} {
		h.warm()
		_, err := h.Groups(t.Context(), Query{Filter: parsed(t, f), Count: 10})
		wantError(t, err, 400, "invalidFilter", names)
		wantError(t, err, 400, "invalidFilter", "displayName eq")
		h.wantCalls(f, 0)
	}
	for f, calls := range map[string]int{
		`members.value eq "` + a + `"`: 2, `displayName eq "Team"`: 1, `externalId eq "x"`: 0, `displayName co "ea" and externalId pr`: 0,
		`displayName eq "Team" and members.type eq "User"`: 2, `displayName ne "Team"`: 1, `meta.lastModified gt "2020-01-01T00:00:00Z"`: 1,
	} {
		h.warm()
		h.groups(f, Want{})
		h.wantCalls(f, calls)
	}
}

// Of all that the names of permission sets contain, begin and end with, none is
// missed by what Salesforce is asked for.
func TestEveryPartOfAPermissionSetsNameIsFound(t *testing.T) {
	h := open(t, people(20))
	h.teams(rand.New(rand.NewPCG(7, 4)))
	k := permissionSets{org: h.Directory.org}
	names := map[string]string{}
	for _, g := range h.groups("", Want{}).Resources {
		if strings.HasPrefix(id(g), prefixPermissionSet) {
			names[id(g)] = strings.ToLower(text(g["displayName"]))
		}
	}
	for _, name := range names {
		for from := range name {
			for to := from + 1; to <= len(name); to++ {
				part := name[from:to]
				if !utf8.ValidString(part) {
					continue
				}
				for how, holds := range map[operator]func(s, part string) bool{
					contains: strings.Contains, begins: strings.HasPrefix, ends: strings.HasSuffix,
					equals: func(s, part string) bool { return s == part },
				} {
					if how != contains && from > 0 && to < len(name) || how == equals && to-from < len(name) {
						continue
					}
					v := k.titled(how, part)
					found := map[string]bool{}
					if v.extent == some {
						statement, err := soql.Select{Fields: []string{"Id"}, From: "PermissionSet", Where: v.where}.Build()
						if err != nil {
							t.Fatal(err)
						}
						result, qerr := query.Run(h.org, org.Actor{}, statement)
						if qerr != nil {
							t.Fatal(qerr)
						}
						for _, id := range result.IDs {
							found[id] = true
						}
					}
					for id, other := range names {
						if holds(other, part) && v.extent != everybody && !found[id] {
							t.Fatalf("%q misses %q: %+v", part, other, v.where)
						}
					}
				}
			}
		}
	}
}
