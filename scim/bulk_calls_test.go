package scim_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/scimtest"
)

// counted is a stack in a bubble of testing/synctest whose Salesforce calls are
// counted and take what they take in the world, so that what comes meanwhile
// gathers.
type counted struct {
	*stack
	calls atomic.Int64
}

func newCounted(t *testing.T) *counted {
	t.Helper()
	c := &counted{stack: &stack{scimtest.New(t, func(c *scimtest.Config) {
		c.InMemory = true
		c.Org.LicenseSeats = map[string]int{"Salesforce": 5000}
	})}}
	c.Weather = func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/services/data/") {
			c.calls.Add(1)
			<-time.After(300 * time.Millisecond)
		}
		return false
	}
	return c
}

// cost fails when there were more calls than that since the last time.
func (c *counted) cost(t *testing.T, what string, most int64) {
	t.Helper()
	got := c.calls.Swap(0)
	t.Logf("%s: %d calls", what, got)
	if got > most {
		t.Errorf("%s cost %d calls, want %d at most", what, got, most)
	}
}

// bulkCost sends n operations in one bulk, all of which must have the status, and
// counts their calls.
func (c *counted) bulkCost(t *testing.T, n int, what, status string, most int64, one func(i int) map[string]any) []map[string]any {
	t.Helper()
	all := make([]map[string]any, n)
	for i := range all {
		all[i] = one(i)
	}
	c.calls.Store(0)
	results := c.bulk(t, all...)
	for i, r := range results {
		if r["status"] != status {
			t.Fatalf("%s, operation %d: %v", what, i, r)
		}
	}
	c.cost(t, what, most)
	return results
}

// A bulk of 1,000 operations costs tens of Salesforce calls, as the calls of
// operations that run at once are made together.
func TestAThousandOperationsCostTensOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCounted(t)
		set, errs := s.Org.Insert(org.Actor{UserID: s.Org.AdminID()}, "PermissionSet", map[string]any{"Name": "Bulky", "Label": "Bulky"})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		made := s.bulkCost(t, 1000, "creating users", "201", 60, func(i int) map[string]any {
			return operation("POST", "/Users", fmt.Sprint(i), person(fmt.Sprintf("bulk%d@acme.example", i), nil))
		})
		s.bulkCost(t, 1000, "patching users", "200", 60, func(i int) map[string]any {
			return operation("PATCH", "/Users/"+madeID(made[i]), "", operations(map[string]any{"op": "replace", "path": "title", "value": "Bulky"}))
		})
		s.bulkCost(t, 1000, "deactivating users", "200", 60, func(i int) map[string]any {
			return operation("PATCH", "/Users/"+madeID(made[i]), "", operations(map[string]any{"op": "replace", "path": "active", "value": false}))
		})
		s.bulkCost(t, 300, "creating users with permission sets", "201", 30, func(i int) map[string]any {
			return operation("POST", "/Users", fmt.Sprint(i), person(fmt.Sprintf("set%d@acme.example", i), map[string]any{
				"entitlements": []any{map[string]any{"value": set, "type": "Permission Set"}},
			}))
		})
		s.bulkCost(t, 300, "deleting users", "204", 20, func(i int) map[string]any {
			return operation("DELETE", "/Users/"+madeID(made[i]), "", nil)
		})
	})
}

func TestOperationsOnGroupsShareTheirCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCounted(t)
		a, b := s.made(t, "a@acme.example", nil), s.made(t, "b@acme.example", nil)
		made := s.bulkCost(t, 300, "creating groups with a member", "201", 40, func(i int) map[string]any {
			return operation("POST", "/Groups", fmt.Sprint(i), team(fmt.Sprint("Team ", i), a))
		})
		s.bulkCost(t, 300, "adding a member to each", "204", 20, func(i int) map[string]any {
			return operation("PATCH", "/Groups/"+madeID(made[i]), "", operations(map[string]any{"op": "add", "path": "members", "value": []any{map[string]any{"value": b}}}))
		})
		s.bulkCost(t, 300, "removing a member of each", "204", 30, func(i int) map[string]any {
			return operation("PATCH", "/Groups/"+madeID(made[i]), "", operations(map[string]any{"op": "remove", "path": `members[value eq "` + a + `"]`}))
		})
		if got := s.memberIDs(t, madeID(made[299])); len(got) != 1 || got[0] != b {
			t.Errorf("the members are %v, want %s", got, b)
		}
		s.bulkCost(t, 300, "renaming groups", "204", 40, func(i int) map[string]any {
			return operation("PATCH", "/Groups/"+madeID(made[i]), "", operations(map[string]any{"op": "replace", "path": "displayName", "value": fmt.Sprint("Squad ", i)}))
		})
		s.bulkCost(t, 300, "putting groups", "200", 60, func(i int) map[string]any {
			return operation("PUT", "/Groups/"+madeID(made[i]), "", team(fmt.Sprint("Squad ", i), a, b))
		})
		s.bulkCost(t, 300, "deleting groups", "204", 30, func(i int) map[string]any {
			return operation("DELETE", "/Groups/"+madeID(made[i]), "", nil)
		})
	})
}

// A thousand requests, a hundred at a time, share their calls as the operations
// of a bulk do.
func TestAThousandRequestsAtOnceCostTensOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCounted(t)
		ids := make([]string, 1000)
		s.calls.Store(0)
		atATime(100, 1000, func(i int) {
			ids[i] = fmt.Sprint(s.want(t, 201, "POST", "/Users", person(fmt.Sprintf("one%d@acme.example", i), nil))["id"])
		})
		s.cost(t, "creating users", 60)
		atATime(100, 1000, func(i int) {
			s.want(t, 200, "PATCH", "/Users/"+ids[i], operations(map[string]any{"op": "replace", "path": "title", "value": "Busy"}))
		})
		s.cost(t, "patching users", 99)
		for _, id := range ids {
			if row, _ := s.Org.Find("User", id); row["Title"] != "Busy" {
				t.Fatalf("the title of user %s is %v", id, row["Title"])
			}
		}
	})
}

// atATime does n things, so many at a time.
func atATime(width, n int, thing func(i int)) {
	var group errgroup.Group
	group.SetLimit(width)
	for i := range n {
		group.Go(func() error {
			thing(i)
			return nil
		})
	}
	_ = group.Wait() // none returns an error
}

// What becomes of an operation does not depend on those that travel with it.
func TestOperationsThatTravelTogetherFailEachForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCounted(t)
		made := make([]string, 6)
		for i := range made {
			made[i] = s.made(t, fmt.Sprintf("u%d@acme.example", i), nil)
		}
		patch := func(i int, path string, value any) map[string]any {
			return operation("PATCH", "/Users/"+made[i], "", operations(map[string]any{"op": "replace", "path": path, "value": value}))
		}
		profile := []any{map[string]any{"value": "00e000000000001AAA", "type": "Profile"}}
		results := s.bulk(t,
			patch(0, "title", "A"), patch(1, "title", "B"),
			patch(2, "entitlements", profile),
			patch(3, "userName", "u0@acme.example"),
			patch(4, "title", strings.Repeat("x", 100)),
			patch(5, "active", false),
			operation("POST", "/Users", "a", person("new@acme.example", map[string]any{"entitlements": profile})),
			operation("POST", "/Users", "b", person("u1@acme.example", nil)),
			operation("POST", "/Users", "c", person("fine@acme.example", nil)),
		)
		if got, want := statuses(results), "200 200 400 409 400 200 400 409 201"; got != want {
			t.Errorf("the statuses are %s, want %s: %v", got, want, results)
		}
		for _, i := range []int{2, 6} {
			if detail, _ := results[i]["response"].(map[string]any)["detail"].(string); !strings.Contains(detail, "INVALID_CROSS_REFERENCE_KEY") || !strings.Contains(detail, "profile") {
				t.Errorf("operation %d is refused with %q", i, detail)
			}
		}
	})
}
