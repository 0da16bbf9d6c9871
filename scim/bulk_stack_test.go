package scim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"scimforce/scim/scimtest"
)

const (
	bulkRequestURN  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

// operation is one operation of a bulk; "" and nil are left out.
func operation(method, path, bulkID string, data map[string]any) map[string]any {
	o := map[string]any{"method": method, "path": path}
	if bulkID != "" {
		o["bulkId"] = bulkID
	}
	if data != nil {
		o["data"] = data
	}
	return o
}

func team(name string, members ...string) map[string]any {
	list := make([]any, len(members))
	for i, m := range members {
		list[i] = map[string]any{"value": m}
	}
	return map[string]any{"schemas": []any{groupURN}, "displayName": name, "members": list}
}

func reportsTo(manager string) map[string]any {
	return map[string]any{"schemas": []any{userURN, enterpriseURN}, enterpriseURN: map[string]any{"manager": map[string]any{"value": manager}}}
}

// bulk sends operations and returns their results, of which there must be one
// for each.
func (s *stack) bulk(t *testing.T, operations ...map[string]any) []map[string]any {
	t.Helper()
	results := s.bulkUntil(t, 0, operations...)
	if len(results) != len(operations) {
		t.Fatalf("%d operations have %d results: %v", len(operations), len(results), results)
	}
	return results
}

func (s *stack) bulkUntil(t *testing.T, failOnErrors int, operations ...map[string]any) []map[string]any {
	t.Helper()
	body := map[string]any{"schemas": []any{bulkRequestURN}, "Operations": operations}
	if failOnErrors > 0 {
		body["failOnErrors"] = failOnErrors
	}
	answer := s.want(t, 200, "POST", "/Bulk", body)
	if got := fmt.Sprint(answer["schemas"]); got != "["+bulkResponseURN+"]" {
		t.Errorf("the schemas of the answer are %s", got)
	}
	list, _ := answer["Operations"].([]any)
	results := make([]map[string]any, len(list))
	for i, r := range list {
		results[i], _ = r.(map[string]any)
	}
	return results
}

// statuses are the statuses of results.
func statuses(results []map[string]any) string {
	all := make([]string, len(results))
	for i, r := range results {
		all[i], _ = r["status"].(string)
	}
	return strings.Join(all, " ")
}

// madeID is the id at the end of a result's location.
func madeID(result map[string]any) string {
	location, _ := result["location"].(string)
	return location[strings.LastIndexByte(location, '/')+1:]
}

// memberIDs are the members of a group.
func (s *stack) memberIDs(t *testing.T, id string) []string {
	t.Helper()
	list, _ := s.want(t, 200, "GET", "/Groups/"+id, nil)["members"].([]any)
	ids := make([]string, len(list))
	for i, m := range list {
		ids[i], _ = m.(map[string]any)["value"].(string)
	}
	slices.Sort(ids)
	return ids
}

// managerOf is the id of a user's manager, "" for none.
func (s *stack) managerOf(t *testing.T, id string) string {
	t.Helper()
	extension, _ := s.want(t, 200, "GET", "/Users/"+id, nil)[enterpriseURN].(map[string]any)
	manager, _ := extension["manager"].(map[string]any)
	value, _ := manager["value"].(string)
	return value
}

func TestABulkDoesEachOfItsOperations(t *testing.T) {
	s := newStack(t)
	leaver, mover := s.made(t, "leaver@acme.example", nil), s.made(t, "mover@acme.example", nil)
	results := s.bulk(t,
		operation("POST", "/Users", "new", person("new@acme.example", nil)),
		operation("PATCH", "/Users/"+mover, "", operations(map[string]any{"op": "replace", "path": "title", "value": "Mover"})),
		operation("DELETE", "Users/"+leaver+"/", "gone", nil),
		operation("PUT", scimtest.Base+"/Users/"+mover[:15], "", person("mover@acme.example", map[string]any{"title": "Put"})),
		operation("POST", "/Groups", "team", team("Movers", mover, "bulkId:new")),
		operation("PATCH", "/Groups/bulkId:team", "", operations(map[string]any{"op": "remove", "path": `members[value eq "bulkId:new"]`})),
		operation("PATCH", "/Users/nobody", "", operations(map[string]any{"op": "replace", "path": "title", "value": "x"})),
	)
	if got := statuses(results); got != "201 200 204 200 201 204 404" {
		t.Fatalf("the statuses are %s: %v", got, results)
	}
	for i, want := range map[int]string{0: "/Users/" + madeID(results[0]), 1: "/Users/" + mover, 2: "/Users/" + leaver, 4: "/Groups/" + madeID(results[4]), 6: "/Users/nobody"} {
		if got := results[i]["location"]; got != scimtest.Base+want {
			t.Errorf("the location of operation %d is %v, want %s", i, got, want)
		}
	}
	if results[0]["bulkId"] != "new" || results[2]["bulkId"] != "gone" || results[0]["method"] != "POST" || results[1]["bulkId"] != nil {
		t.Errorf("the results do not say what they are of: %v", results)
	}
	if results[0]["version"] != s.want(t, 200, "GET", "/Users/"+madeID(results[0]), nil)["meta"].(map[string]any)["version"] {
		t.Errorf("the version is not that of the user: %v", results[0])
	}
	failure, _ := results[6]["response"].(map[string]any)
	if failure["status"] != "404" || results[0]["response"] != nil {
		t.Errorf("the bodies are %v and %v", failure, results[0]["response"])
	}
	if got := s.want(t, 200, "GET", "/Users/"+mover, nil)["title"]; got != "Put" {
		t.Errorf("of two changes of one user the second must be last; the title is %v", got)
	}
	s.want(t, 404, "GET", "/Users/"+leaver, nil)
	if got := s.memberIDs(t, madeID(results[4])); !slices.Equal(got, []string{mover}) {
		t.Errorf("the members are %v, want %s", got, mover)
	}
}

func TestReferencesMayLeadToLaterOperations(t *testing.T) {
	s := newStack(t)
	results := s.bulk(t,
		operation("POST", "/Groups", "g", team("Everybody", "bulkId:report", "bulkId:boss")),
		operation("POST", "/Users", "report", person("report@acme.example", reportsTo("bulkId:boss"))),
		operation("PATCH", "/Users/bulkId:boss", "", operations(map[string]any{"op": "add", "path": "title", "value": "Boss"})),
		operation("POST", "/Users", "boss", person("boss@acme.example", map[string]any{"title": "Nobody"})),
	)
	if got := statuses(results); got != "201 201 200 201" {
		t.Fatalf("the statuses are %s: %v", got, results)
	}
	report, boss := madeID(results[1]), madeID(results[3])
	if got := s.managerOf(t, report); got != boss {
		t.Errorf("the manager is %q, want %s", got, boss)
	}
	if got, want := s.memberIDs(t, madeID(results[0])), []string{report, boss}; len(got) != 2 || !slices.Contains(got, want[0]) || !slices.Contains(got, want[1]) {
		t.Errorf("the members are %v, want %v", got, want)
	}
	if got := s.want(t, 200, "GET", "/Users/"+boss, nil)["title"]; got != "Boss" {
		t.Errorf("the title is %v", got)
	}
}

func TestACircleOfReferencesIsResolved(t *testing.T) {
	s := newStack(t)
	results := s.bulk(t,
		operation("POST", "/Users", "a", person("a@acme.example", reportsTo("bulkId:b"))),
		operation("POST", "/Users", "b", person("b@acme.example", reportsTo("bulkId:c"))),
		operation("POST", "/Users", "c", person("c@acme.example", reportsTo("bulkId:a"))),
	)
	if got := statuses(results); got != "201 201 201" {
		t.Fatalf("the statuses are %s: %v", got, results)
	}
	for i := range results {
		id, manager := madeID(results[i]), madeID(results[(i+1)%3])
		if got := s.managerOf(t, id); got != manager {
			t.Errorf("the manager of %d is %q, want %s", i, got, manager)
		}
		if got := s.want(t, 200, "GET", "/Users/"+id, nil)["meta"].(map[string]any)["version"]; results[i]["version"] != got {
			t.Errorf("the version of %d is %v, want %v", i, results[i]["version"], got)
		}
	}
}

// Salesforce knows no circle of groups: the attempt is made, and 409 is said of
// the operation whose reference it does not take.
func TestACircleThatSalesforceRefusesIsA409(t *testing.T) {
	s := newStack(t)
	results := s.bulk(t,
		operation("POST", "/Groups", "a", team("Circle A", "bulkId:b")),
		operation("POST", "/Groups", "b", team("Circle B", "bulkId:a")),
	)
	if got := statuses(results); got != "409 201" {
		t.Fatalf("the statuses are %s: %v", got, results)
	}
	detail, _ := results[0]["response"].(map[string]any)["detail"].(string)
	if a := madeID(results[0]); a == "" || !strings.Contains(detail, a) || !strings.Contains(detail, "CIRCULAR_DEPENDENCY") {
		t.Errorf("the detail does not say what was made and what was refused: %s", detail)
	}
	if got := s.memberIDs(t, madeID(results[1])); !slices.Equal(got, []string{madeID(results[0])}) {
		t.Errorf("the members of the other are %v", got)
	}
}

func TestWhatRefersToAFailedOperationFails(t *testing.T) {
	s := newStack(t)
	results := s.bulk(t,
		operation("POST", "/Users", "bad", person("no address", nil)),
		operation("POST", "/Groups", "g", team("Broken", "bulkId:bad")),
		operation("PATCH", "/Groups/bulkId:g", "", operations(map[string]any{"op": "replace", "path": "displayName", "value": "x"})),
		operation("POST", "/Users", "good", person("good@acme.example", nil)),
		operation("DELETE", "/Users/bulkId:nowhere", "", nil),
	)
	if got := statuses(results); got != "400 409 409 201 409" {
		t.Fatalf("the statuses are %s: %v", got, results)
	}
	for i, want := range map[int]string{1: "bulkId:bad", 2: "bulkId:g", 4: "bulkId:nowhere"} {
		response, _ := results[i]["response"].(map[string]any)
		if detail, _ := response["detail"].(string); !strings.Contains(detail, want) || response["scimType"] != "invalidValue" {
			t.Errorf("operation %d is answered with %v", i, response)
		}
		if results[i]["location"] != nil {
			t.Errorf("operation %d has the location %v", i, results[i]["location"])
		}
	}
}

func TestTheAuditHasAnEntryWithItsCallsForEachOperation(t *testing.T) {
	s := newStack(t)
	s.want(t, 200, "GET", "/Schemas", nil) // reads what the bulk as a whole would have to
	s.bulk(t,
		operation("POST", "/Users", "u", person("u@acme.example", nil)),
		operation("PATCH", "/Users/bulkId:u", "", operations(map[string]any{"op": "replace", "path": "title", "value": "x"})),
	)
	var got []string
	for _, e := range s.Audit.All()[1:] {
		if e.Method != "POST" && len(e.Calls) == 0 || e.Method == "POST" && (e.ResourceType == "User") != (len(e.Calls) > 0) {
			t.Errorf("%s %s has %d calls", e.Method, e.Path, len(e.Calls))
		}
		got = append(got, e.Method+" "+e.ResourceType)
	}
	if want := []string{"POST User", "PATCH User", "POST Bulk"}; !slices.Equal(got, want) {
		t.Errorf("the entries are %v, want %v", got, want)
	}
}
