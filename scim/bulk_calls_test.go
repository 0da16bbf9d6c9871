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

// thousand makes a thousand operations.
func thousand(one func(i int) map[string]any) []map[string]any {
	all := make([]map[string]any, 1000)
	for i := range all {
		all[i] = one(i)
	}
	return all
}

// A bulk of 1,000 operations costs tens of Salesforce calls, as the calls of
// operations that run at once are made together.
func TestAThousandOperationsCostTensOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCounted(t)
		bulk := func(what, status string, most int64, operations []map[string]any) []map[string]any {
			t.Helper()
			s.calls.Store(0)
			results := s.bulk(t, operations...)
			for i, r := range results {
				if r["status"] != status {
					t.Fatalf("%s, operation %d: %v", what, i, r)
				}
			}
			s.cost(t, what, most)
			return results
		}
		made := bulk("creating users", "201", 60, thousand(func(i int) map[string]any {
			return operation("POST", "/Users", fmt.Sprint(i), person(fmt.Sprintf("bulk%d@acme.example", i), nil))
		}))
		bulk("patching users", "200", 60, thousand(func(i int) map[string]any {
			return operation("PATCH", "/Users/"+madeID(made[i]), "", operations(map[string]any{"op": "replace", "path": "title", "value": "Bulky"}))
		}))
		bulk("deactivating users", "200", 60, thousand(func(i int) map[string]any {
			return operation("PATCH", "/Users/"+madeID(made[i]), "", operations(map[string]any{"op": "replace", "path": "active", "value": false}))
		}))
	})
}
