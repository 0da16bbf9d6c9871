package directory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"scimforce/scim/filter"
)

// sortedBy lists everybody in an order, in pages of step.
func (h *house) sortedBy(by string, descending bool, where string, step int) []map[string]any {
	h.t.Helper()
	target, err := filter.ParseTarget(by)
	if err != nil {
		h.t.Fatal(err)
	}
	q := Query{Sort: Sort{By: target.Path, Descending: descending}, StartIndex: 1, Count: step}
	if q.Sort.By.Sub == "" {
		q.Sort.By.Sub = target.Sub
	}
	if where != "" {
		if q.Filter, err = filter.Parse(where); err != nil {
			h.t.Fatal(err)
		}
	}
	var all []map[string]any
	for {
		p, err := h.Users(h.t.Context(), q)
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, p.Resources...)
		if q.StartIndex += step; q.StartIndex > p.Total {
			return all
		}
	}
}

func TestUsersAreSortedWithThoseWithoutAValueLast(t *testing.T) {
	h := open(t, people(30))
	for i, title := range []string{"beta", "Alpha", "gamma"} {
		h.create(user(fmt.Sprintf("t%d@acme.example", i), map[string]any{"title": title, "externalId": fmt.Sprintf("x%d", 3-i)}))
	}
	gone := id(h.create(user("gone@acme.example", map[string]any{"title": "Aaa"})))
	if err := h.DeleteUser(t.Context(), gone, nil); err != nil {
		t.Fatal(err)
	}
	everybody := h.find("", 1000).Resources
	for _, test := range []struct{ by, where string }{
		{"userName", ""},
		{"name.familyName", ""},
		{"meta.created", ""},
		{"meta.lastModified", ""},
		{"id", ""},
		{"title", ""},
		{"emails.value", ""},
		{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", ""},
		{"userName", `userName co "acme"`},
		// What Salesforce cannot sort by, among those that a filter leaves.
		{"externalId", `externalId sw "x"`},
		{"active", `userName co "t" and externalId pr`},
		{"title", `emails[type eq "work"] and userName sw "t"`},
	} {
		for _, descending := range []bool{false, true} {
			name := fmt.Sprintf("%s %t %s", test.by, descending, test.where)
			var want []map[string]any
			e, _ := filter.Parse(test.where)
			for _, r := range everybody {
				if ok, _ := filter.Match(e, h.mapping.User(), r); ok || test.where == "" {
					want = append(want, r)
				}
			}
			slices.SortStableFunc(want, func(a, b map[string]any) int {
				return obviousOrder(obviousKey(a, test.by), obviousKey(b, test.by), descending)
			})
			got := h.sortedBy(test.by, descending, test.where, 7)
			if keys(got, test.by) != keys(want, test.by) {
				t.Errorf("%s:\n got %s\nwant %s", name, keys(got, test.by), keys(want, test.by))
			}
			seen := map[string]bool{}
			for _, r := range got {
				seen[id(r)] = true
			}
			if len(seen) != len(want) || seen[gone] {
				t.Errorf("%s: %d users, want %d", name, len(seen), len(want))
			}
		}
	}
}

// obviousKey is the text that a resource is sorted by, "" for none.
func obviousKey(r map[string]any, by string) string {
	switch {
	case strings.HasPrefix(by, "urn:"):
		urn, name := by[:strings.LastIndex(by, ":")], by[strings.LastIndex(by, ":")+1:]
		if at(r, urn, name) == nil {
			return ""
		}
		return strings.ToLower(text(at(r, urn, name)))
	case by == "emails.value":
		return strings.ToLower(text(r["emails"].([]any)[0].(map[string]any)["value"]))
	case by == "active":
		return fmt.Sprint(r["active"])
	}
	path := strings.Split(by, ".")
	value := at(r, path...)
	if value == nil {
		return ""
	}
	key := text(value)
	if by == "id" || by == "externalId" {
		return key
	}
	return strings.ToLower(key)
}

func obviousOrder(a, b string, descending bool) int {
	order := cmp.Compare(a, b)
	if (a == "") != (b == "") {
		order = -order
	}
	if descending {
		return -order
	}
	return order
}

func keys(all []map[string]any, by string) string {
	var keys []string
	for _, r := range all {
		keys = append(keys, obviousKey(r, by))
	}
	return strings.Join(keys, " ")
}

func TestWhatSalesforceCannotSortByIsRefusedForAllUsers(t *testing.T) {
	h := open(t)
	for _, by := range []string{"externalId", "active", "phoneNumbers.value"} {
		target, err := filter.ParseTarget(by)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Users(t.Context(), Query{Sort: Sort{By: target.Path}, StartIndex: 1, Count: 10})
		wantError(t, err, 400, "invalidValue", "sortBy")
	}
}

func TestAWalkInAnotherOrderReadsTheIDsOnce(t *testing.T) {
	h := open(t, people(5001))
	h.warm()
	h.simulator.ResetCalls()
	h.sortedBy("name.familyName", false, "", 500)
	// 3 pages of ids, then one call for each page of users.
	h.wantCalls("a sorted walk over 5,001 users", 3+11)
}

func TestGroupsAreSorted(t *testing.T) {
	h := open(t)
	all, err := h.Groups(t.Context(), Query{StartIndex: 1, Count: 1000})
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(all.Resources)
	slices.SortStableFunc(want, func(a, b map[string]any) int {
		return -strings.Compare(strings.ToLower(text(a["displayName"])), strings.ToLower(text(b["displayName"])))
	})
	got, err := h.Groups(t.Context(), Query{StartIndex: 1, Count: 1000, Sort: Sort{By: filter.Path{Attribute: "displayName"}, Descending: true}})
	if err != nil || !slices.Equal(ids(got), ids(Page{Resources: want})) || len(want) < 5 {
		t.Errorf("sorted: %v, want %v (%v)", keys(got.Resources, "displayName"), keys(want, "displayName"), err)
	}
}
