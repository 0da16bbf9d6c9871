package directory

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator"
	"scimforce/scim/mapping"
)

// What is looked up together with others is what is found alone, whatever it is.
func TestLookupsTogetherFindWhatTheyFindAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openSlow(t)
		m, err := mapping.New(mapping.Config{
			Overrides: []mapping.Override{{Attribute: "externalId", Field: "FederationIdentifier"}}, Defaults: h.config.Defaults,
		})
		if err != nil {
			t.Fatal(err)
		}
		h.config.Mapping = m
		h.restart()
		for _, name := range []string{"Sales", "Sales EMEA", "Émile", "O'Hara \\ %_"} {
			h.made("UserRole", map[string]any{"Name": name, "DeveloperName": developerName(name, 0)})
			h.made("Group", map[string]any{"Name": name, "DeveloperName": developerName(name, 0), "Type": "Regular"})
		}
		h.made("UserRole", map[string]any{"Name": "Sales", "DeveloperName": "Sales_Two"})
		h.made("Group", map[string]any{"Name": "SALES", "DeveloperName": "SALES_TWO", "Type": "Regular"})
		jane := id(h.create(user("jane@acme.example", map[string]any{"externalId": "Fed-1"})))
		joe := id(h.create(user("joe@acme.example", map[string]any{"externalId": "fed-2"})))
		groups := make([]*group, 3)
		for i := range groups {
			made := h.made("Group", map[string]any{"Name": fmt.Sprint("Team ", i), "DeveloperName": fmt.Sprint("Team_", i), "Type": "Regular"})
			groups[i] = &group{kind: publicGroups{}, id: made}
			for n, member := range []string{jane, joe} {
				if n != i {
					h.made("GroupMember", map[string]any{"GroupId": made, "UserOrGroupId": member})
				}
			}
		}
		set := &group{kind: permissionSets{h.Directory.org}, id: text(h.set("A Set")["id"])}
		h.made("PermissionSetAssignment", map[string]any{"PermissionSetId": set.id, "AssigneeId": jane})
		names := []string{"sales", "Sales", "Sales_Two", "sales_emea", "Sales EMEA", "émile", "Emile", "O'Hara \\ %_", "nobody", "Fed-1", "FED-2", "fed-3", "'"}
		h.warm()

		for _, test := range []struct {
			name string
			n    int
			ask  func(ctx context.Context, i int) (any, error)
		}{
			{"roles", len(names), func(ctx context.Context, i int) (any, error) { return h.role(ctx, names[i]) }},
			{"users by externalId", len(names), func(ctx context.Context, i int) (any, error) { return h.byExternalID(ctx, names[i]) }},
			{"groups by name", len(names), func(ctx context.Context, i int) (any, error) {
				found, err := h.namesakes(ctx, publicGroups{}, names[i])
				return shownGroups(found), err
			}},
			{"users who may be ours", 3, func(ctx context.Context, i int) (any, error) {
				found, _, err := h.lost.Do(ctx, []string{"JANE@acme.example", "joe@acme.example", "nobody@acme.example"}[i])
				var all []string
				for _, p := range found {
					all = append(all, p.record.ID())
				}
				return all, err
			}},
			{"rows of members", 12, func(ctx context.Context, i int) (any, error) {
				of := append(groups, set)[i%4]
				rows, err := h.rowsOf(ctx, of, [][]string{{jane}, {joe}, {joe, jane}}[i/4])
				return fmt.Sprint(rows), err
			}},
			{"groups by id", 8, func(ctx context.Context, i int) (any, error) {
				of := append(groups, set)[i%4]
				g, err := h.readGroup(ctx, of.kind, of.id, i >= 4)
				if err != nil {
					return nil, err
				}
				return shownGroups([]group{*g}), nil
			}},
			{"groups that are not there", 2, func(ctx context.Context, i int) (any, error) {
				_, err := h.readGroup(ctx, publicGroups{}, "00G00000000000"+fmt.Sprint(i)+"AAA", i == 1)
				return nil, err
			}},
		} {
			alone, together := make([]string, test.n), make([]string, test.n)
			for i := range test.n {
				alone[i] = fmt.Sprint(test.ask(t.Context(), i))
			}
			h.calls()
			atOnce(each(test.n, func(i int) { together[i] = fmt.Sprint(test.ask(t.Context(), i)) })...)
			if diff := cmp.Diff(alone, together); diff != "" {
				t.Errorf("%s: %s", test.name, diff)
			}
			// One, and those behind it; of two kinds of groups, once for each.
			if got := h.calls(); got > 6 {
				t.Errorf("%d lookups of %s cost %d calls", test.n, test.name, got)
			}
		}
	})
}

func shownGroups(groups []group) string {
	var all []string
	for _, g := range groups {
		all = append(all, fmt.Sprint(g.id, g.display, g.members))
	}
	return strings.Join(all, " ")
}

// Where Salesforce takes two texts for the same that look different here, who
// asked for which is found out one by one.
func TestWhatNobodySeemsToHaveAskedForIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		second := time.Second
		lookup := newByText(
			func(_ context.Context, text string) ([]string, error) {
				<-time.After(second)
				asked = append(asked, text)
				return []string{text + "!"}, nil
			},
			func(_ context.Context, texts []string) ([]string, error) {
				<-time.After(second)
				asked = append(asked, strings.Join(texts, "+"))
				return []string{"B", "STRASSE"}, nil
			},
			strings.EqualFold,
		)
		texts := []string{"a", "b", "straße"}
		atOnce(each(3, func(i int) {
			if got, _, err := lookup.Do(t.Context(), texts[i]); err != nil || len(got) != 1 || got[0] != texts[i]+"!" {
				t.Errorf("%s: %v, %v", texts[i], got, err)
			}
		})...)
		if diff := cmp.Diff([]string{"a", "b+straße", "b", "straße"}, asked); diff != "" {
			t.Error(diff)
		}
	})
}

func TestALookupThatFailsFailsForAllInIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openSlow(t)
		h.warm()
		h.simulator.FailNext(simulator.Fault{}, simulator.Fault{Times: 2, Drop: true})
		var failed [3]error
		atOnce(each(3, func(i int) { _, failed[i] = h.namesakes(t.Context(), publicGroups{}, fmt.Sprint(i)) })...)
		if failed[0] != nil || failed[1] == nil || failed[2] == nil {
			t.Errorf("%v", failed)
		}
	})
}
