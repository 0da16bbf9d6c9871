package scim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

// The tests of this file are for defects that the public suites do not notice:
// each was planted once and the suites stayed green.

func TestPUTReplacesAndDoesNotMerge(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", map[string]any{
		"title": "Engineer", "externalId": "x1", "phoneNumbers": []any{map[string]any{"type": "work", "value": "1"}},
		enterpriseURN: map[string]any{"department": "Engines", "employeeNumber": "7"},
	})
	now := s.want(t, 200, "PUT", "/Users/"+id, person("ada@acme.example", map[string]any{
		enterpriseURN: map[string]any{"employeeNumber": "7"},
	}))
	for _, read := range []map[string]any{now, s.want(t, 200, "GET", "/Users/"+id, nil)} {
		for _, gone := range []string{"title", "externalId", "phoneNumbers"} {
			if v, there := read[gone]; there {
				t.Errorf("%s was left out of the PUT and is still %v", gone, v)
			}
		}
		if diff := cmp.Diff(map[string]any{"employeeNumber": "7"}, read[enterpriseURN]); diff != "" {
			t.Errorf("the extension: %s", diff)
		}
	}
	record, _ := s.Org.Find("User", id)
	if record["Title"] != nil || record["Department"] != nil || record["Phone"] != nil {
		t.Errorf("Salesforce still has %v, %v, %v", record["Title"], record["Department"], record["Phone"])
	}
}

func TestPATCHReplaceOfAListReplacesAndAddAdds(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", map[string]any{"phoneNumbers": []any{
		map[string]any{"type": "work", "value": "1"}, map[string]any{"type": "mobile", "value": "2"},
	}})
	phones := func(more ...any) any { return more }
	mobile := map[string]any{"type": "mobile", "value": "3"}
	now := s.want(t, 200, "PATCH", "/Users/"+id, operations(map[string]any{"op": "replace", "path": "phoneNumbers", "value": phones(mobile)}))
	if diff := cmp.Diff([]any{mobile}, now["phoneNumbers"]); diff != "" {
		t.Errorf("after replace: %s", diff)
	}
	fax := map[string]any{"type": "fax", "value": "4"}
	now = s.want(t, 200, "PATCH", "/Users/"+id, operations(map[string]any{"op": "add", "path": "phoneNumbers", "value": phones(fax)}))
	if list, _ := now["phoneNumbers"].([]any); len(list) != 2 {
		t.Errorf("after add: %v", now["phoneNumbers"])
	}
}

// members are the ids in a group, sorted.
func (s *stack) members(t *testing.T, group string) []string {
	t.Helper()
	var ids []string
	list, _ := s.want(t, 200, "GET", "/Groups/"+group, nil)["members"].([]any)
	for _, m := range list {
		ids = append(ids, fmt.Sprint(m.(map[string]any)["value"]))
	}
	slices.Sort(ids)
	return ids
}

func sorted(ids ...string) []string {
	slices.Sort(ids)
	return ids
}

func TestRemovingOneMemberLeavesTheOthers(t *testing.T) {
	s := newStack(t)
	a, b, c := s.made(t, "a@acme.example", nil), s.made(t, "b@acme.example", nil), s.made(t, "c@acme.example", nil)
	member := func(id string) map[string]any { return map[string]any{"value": id} }
	group := fmt.Sprint(s.want(t, 201, "POST", "/Groups", map[string]any{
		"schemas": []any{groupURN}, "displayName": "Three", "members": []any{member(a), member(b), member(c)},
	})["id"])
	s.want(t, 204, "PATCH", "/Groups/"+group, operations(map[string]any{"op": "remove", "path": fmt.Sprintf("members[value eq %q]", b)}))
	if diff := cmp.Diff(sorted(a, c), s.members(t, group)); diff != "" {
		t.Errorf("after a removal by filter: %s", diff)
	}
	s.want(t, 204, "PATCH", "/Groups/"+group, operations(map[string]any{"op": "Remove", "path": "members", "value": []any{member(a)}}))
	if diff := cmp.Diff([]string{c}, s.members(t, group)); diff != "" {
		t.Errorf("after a removal by value: %s", diff)
	}
	s.want(t, 204, "PATCH", "/Groups/"+group, operations(
		map[string]any{"op": "add", "path": "members", "value": []any{member(a)}},
		map[string]any{"op": "remove", "path": fmt.Sprintf("members[value eq %q]", a)},
		map[string]any{"op": "add", "path": "members", "value": []any{member(b)}},
	))
	if diff := cmp.Diff(sorted(b, c), s.members(t, group)); diff != "" {
		t.Errorf("after operations on the same member in order: %s", diff)
	}
	s.want(t, 200, "PUT", "/Groups/"+group, map[string]any{"schemas": []any{groupURN}, "displayName": "Three", "members": []any{member(a)}})
	if diff := cmp.Diff([]string{a}, s.members(t, group)); diff != "" {
		t.Errorf("after a PUT: %s", diff)
	}
}

func TestAFilterFiltersAndAPageIsAPage(t *testing.T) {
	s := newStack(t, func(c *org.Config) { c.Users = 30 })
	all := s.want(t, 200, "GET", "/Users?count=0", nil)["totalResults"].(float64)
	if all < 31 {
		t.Fatalf("there are %v users", all)
	}
	one := s.want(t, 200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "admin@acme.example"`), nil)
	if one["totalResults"] != 1.0 {
		t.Errorf("the filter for one finds %v", one["totalResults"])
	}
	none := s.want(t, 200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "admin@acme.example" and active eq false`), nil)
	if none["totalResults"] != 0.0 {
		t.Errorf("the filter for nobody finds %v", none["totalResults"])
	}
	seen := map[string]bool{}
	for start := 1; start <= int(all); start += 7 {
		page := s.want(t, 200, "GET", fmt.Sprintf("/Users?startIndex=%d&count=7&attributes=userName", start), nil)
		found := page["Resources"].([]any)
		if page["totalResults"] != all || page["startIndex"] != float64(start) || page["itemsPerPage"] != float64(len(found)) || len(found) != min(7, int(all)-start+1) {
			t.Errorf("the page from %d: total %v, start %v, items %v, resources %d", start, page["totalResults"], page["startIndex"], page["itemsPerPage"], len(found))
		}
		for _, r := range found {
			id := r.(map[string]any)["id"].(string)
			if seen[id] {
				t.Errorf("%s is on two pages", id)
			}
			seen[id] = true
		}
	}
	if len(seen) != int(all) {
		t.Errorf("the pages hold %d of %v users", len(seen), all)
	}
	beyond := s.want(t, 200, "GET", "/Users?startIndex=5000", nil)
	if found := beyond["Resources"].([]any); len(found) != 0 || beyond["totalResults"] != all {
		t.Errorf("beyond the end there are %d, total %v", len(found), beyond["totalResults"])
	}
}

func TestDELETEOfAnUnknownIdIs404(t *testing.T) {
	s := newStack(t)
	for _, path := range []string{"/Users/005000000000001AAA", "/Users/nobody", "/Groups/00G000000000001EAA", "/Groups/nothing"} {
		s.want(t, 404, "DELETE", path, nil)
	}
}

func TestAUserNameComesBackAsItWasSent(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "Ada.Lovelace@Acme.Example", nil)
	if record, _ := s.Org.Find("User", id); record["Username"] != "ada.lovelace@acme.example" {
		t.Fatalf("Salesforce holds %v", record["Username"])
	}
	if got := s.want(t, 200, "GET", "/Users/"+id, nil)["userName"]; got != "Ada.Lovelace@Acme.Example" {
		t.Errorf("the userName is %v", got)
	}
	found := s.want(t, 200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ADA.lovelace@acme.example"`), nil)
	if found["totalResults"] != 1.0 {
		t.Errorf("in another case %v are found", found["totalResults"])
	}
}

func TestA15CharacterIdIsAcceptedAndAnsweredWith18(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	if got := s.want(t, 200, "GET", "/Users/"+id[:15], nil)["id"]; got != id {
		t.Errorf("the id is %v, want %s", got, id)
	}
}

func TestTwoClientsCreatingTheSamePersonMakeOneUser(t *testing.T) {
	s := newStack(t)
	const clients = 8
	statuses := make([]int, clients)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() { statuses[i] = s.ask(t, "POST", "/Users", person("ada@acme.example", nil)).Code })
	}
	wg.Wait()
	slices.Sort(statuses)
	want := []int{http.StatusCreated}
	for range clients - 1 {
		want = append(want, http.StatusConflict)
	}
	if diff := cmp.Diff(want, statuses); diff != "" {
		t.Error(diff)
	}
	found := s.want(t, 200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "ada@acme.example"`), nil)
	if found["totalResults"] != 1.0 {
		t.Errorf("there are %v users", found["totalResults"])
	}
}

func TestNothingSecretOrReadOnlyIsTakenOverFromABody(t *testing.T) {
	s := newStack(t)
	w := s.ask(t, "POST", "/Users", person("ada@acme.example", map[string]any{
		"password": "hunter2hunter2", "id": "005000000000001AAA", "groups": []any{map[string]any{"value": "00G000000000001EAA"}},
		"meta": map[string]any{"created": "1999-01-01T00:00:00Z"},
	}))
	if w.Code != 201 || strings.Contains(w.Body.String(), "hunter2") || strings.Contains(w.Body.String(), "005000000000001AAA") || strings.Contains(w.Body.String(), "1999") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

// What is advertised must be what is: every discovery document of the real
// types is free of nulls, empty texts and relative URIs.
func TestDiscoveryOfTheRealTypesIsStrictlyValid(t *testing.T) {
	s := newStack(t)
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				walk(at+"."+name, inner)
			}
			if name, ok := v["name"].(string); ok && strings.Contains(at, "ttributes") {
				for _, must := range []string{"type", "multiValued", "required", "mutability", "returned", "uniqueness"} {
					if v[must] == nil {
						t.Errorf("%s: the attribute %s has no %s", at, name, must)
					}
				}
			}
		case []any:
			for i, inner := range v {
				walk(fmt.Sprintf("%s[%d]", at, i), inner)
			}
		case string:
			if v == "" {
				t.Errorf("%s is empty", at)
			}
		case nil:
			t.Errorf("%s is null", at)
		}
	}
	for _, path := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/Schemas"} {
		walk(path, any(s.want(t, 200, "GET", path, nil)))
	}
}

func TestTheAuditTellsWhatARequestCostAndWhatWasForgiven(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", map[string]any{"active": "True", "preferredLanguage": "tlh"})
	made := s.Audit.Last()
	if made.Method != "POST" || made.ResourceType != "User" || made.ResourceID != id || made.Status != 201 || made.Credential != "idp" {
		t.Errorf("the entry is %+v", made)
	}
	var wrote bool
	for _, call := range made.Calls {
		wrote = wrote || slices.Contains(call.Parts, "POST /sobjects/User") || call.Method == "POST" && call.Resource == "/sobjects/User"
	}
	if !wrote {
		t.Errorf("no call that creates a user is among %+v", made.Calls)
	}
	notes := strings.Join(made.Notes, "\n")
	if !strings.Contains(notes, "forgiven: ") || !strings.Contains(notes, "preferredLanguage") {
		t.Errorf("the notes are %q", made.Notes)
	}
	s.want(t, 200, "GET", "/ServiceProviderConfig", nil)
	if free := s.Audit.Last(); len(free.Calls) != 0 || free.ResourceType != "ServiceProviderConfig" {
		t.Errorf("discovery cost %+v", free)
	}
	s.want(t, 200, "GET", "/Users/"+id+"?attributes=userName", nil)
	lean := len(s.Audit.Last().Calls)
	s.want(t, 200, "GET", "/Users/"+id, nil)
	if full := s.Audit.Last(); lean > len(full.Calls) || lean > 1 {
		t.Errorf("a read of one attribute cost %d calls, of all %d", lean, len(full.Calls))
	}
	for _, entry := range s.Audit.All() {
		if strings.Contains(fmt.Sprint(entry.Path, entry.Notes, entry.Calls), "ada@acme.example") {
			t.Errorf("the entry names a person: %+v", entry)
		}
	}
}
