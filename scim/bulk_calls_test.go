package scim_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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

// bulkCost sends a thousand operations in one bulk, all of which must have the
// status, and counts their calls.
func (c *counted) bulkCost(t *testing.T, what, status string, most int64, one func(i int) map[string]any) []map[string]any {
	t.Helper()
	all := make([]map[string]any, 1000)
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
func TestAThousandOperationsOnUsersCostTensOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCounted(t)
		made := s.bulkCost(t, "creating users", "201", 60, func(i int) map[string]any {
			return operation("POST", "/Users", fmt.Sprint(i), person(fmt.Sprintf("bulk%d@acme.example", i), nil))
		})
		s.bulkCost(t, "patching users", "200", 60, func(i int) map[string]any {
			return operation("PATCH", "/Users/"+madeID(made[i]), "", operations(map[string]any{"op": "replace", "path": "title", "value": "Bulky"}))
		})
		s.bulkCost(t, "deactivating users", "200", 60, func(i int) map[string]any {
			return operation("PATCH", "/Users/"+madeID(made[i]), "", operations(map[string]any{"op": "replace", "path": "active", "value": false}))
		})
		s.bulkCost(t, "deleting users", "204", 60, func(i int) map[string]any {
			return operation("DELETE", "/Users/"+madeID(made[i]), "", nil)
		})
	})
}

func TestAThousandOperationsOnGroupsCostTensOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCounted(t)
		a, b := s.made(t, "a@acme.example", nil), s.made(t, "b@acme.example", nil)
		made := s.bulkCost(t, "creating groups with a member", "201", 100, func(i int) map[string]any {
			return operation("POST", "/Groups", fmt.Sprint(i), team(fmt.Sprint("Team ", i), a))
		})
		s.bulkCost(t, "adding a member to each", "204", 60, func(i int) map[string]any {
			return operation("PATCH", "/Groups/"+madeID(made[i]), "", operations(map[string]any{"op": "add", "path": "members", "value": []any{map[string]any{"value": b}}}))
		})
		s.bulkCost(t, "removing a member of each", "204", 60, func(i int) map[string]any {
			return operation("PATCH", "/Groups/"+madeID(made[i]), "", operations(map[string]any{"op": "remove", "path": `members[value eq "` + a + `"]`}))
		})
		if got := s.memberIDs(t, madeID(made[999])); len(got) != 1 || got[0] != b {
			t.Errorf("the members are %v, want %s", got, b)
		}
		s.bulkCost(t, "renaming groups", "204", 60, func(i int) map[string]any {
			return operation("PATCH", "/Groups/"+madeID(made[i]), "", operations(map[string]any{"op": "replace", "path": "displayName", "value": fmt.Sprint("Squad ", i)}))
		})
		s.bulkCost(t, "putting groups", "200", 120, func(i int) map[string]any {
			return operation("PUT", "/Groups/"+madeID(made[i]), "", team(fmt.Sprint("Squad ", i), a, b))
		})
		s.bulkCost(t, "deleting groups", "204", 60, func(i int) map[string]any {
			return operation("DELETE", "/Groups/"+madeID(made[i]), "", nil)
		})
	})
}
