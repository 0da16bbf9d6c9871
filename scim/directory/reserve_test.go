package directory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"scimforce/oauth/database/databasetest"
	"scimforce/salesforce/simulator/org"
)

// Two replicas, one PostgreSQL and one org: what each is asked to add is there.
func TestReplicasLoseNoChangeOfOneUser(t *testing.T) {
	h := open(t, func(c *Config, _ *org.Config) { c.DB = databasetest.PostgreSQL(t) })
	other, err := New(t.Context(), h.config)
	if err != nil {
		t.Fatal(err)
	}
	jane := id(h.create(user("jane@acme.example")))
	var wait sync.WaitGroup
	for i := range 12 {
		replica := []*Directory{h.Directory, other}[i%2]
		wait.Go(func() {
			if _, err := replica.PatchUser(t.Context(), jane, nil, h.operations(false, map[string]any{
				"op": "add", "path": "phoneNumbers", "value": []any{map[string]any{"type": "other", "value": fmt.Sprint("+49 30 ", i)}},
			})); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	numbers, _ := h.get(jane)["phoneNumbers"].([]any)
	if len(numbers) != 12 {
		t.Errorf("%d numbers of 12 are there: %v", len(numbers), numbers)
	}
}

// On each replica the condition holds for the version that was read; one change
// is made.
func TestReplicasMakeOneChangeOfOneVersion(t *testing.T) {
	h := open(t, func(c *Config, _ *org.Config) { c.DB = databasetest.PostgreSQL(t) })
	other, err := New(t.Context(), h.config)
	if err != nil {
		t.Fatal(err)
	}
	jane := id(h.create(user("jane@acme.example")))
	match := Condition{text(at(h.get(jane), "meta", "version"))}
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		replica := []*Directory{h.Directory, other}[i%2]
		wait.Go(func() {
			_, errs[i] = replica.PatchUser(t.Context(), jane, match, h.operations(false, replace("title", fmt.Sprint(i))))
		})
	}
	wait.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else {
			wantError(t, err, 412, "", "If-Match")
		}
	}
	if made != 1 {
		t.Errorf("%d changes were made", made)
	}
}

func TestAReservationEndsWithItsRequestOrItsTime(t *testing.T) {
	db := databasetest.PostgreSQL(t)
	h := open(t, func(c *Config, _ *org.Config) { c.DB = db })
	jane := id(h.create(user("jane@acme.example")))
	if left := reservations(t, db); left != 0 {
		t.Errorf("%d reservations are left after a create", left)
	}
	// A replica that died while it changed her.
	if taken, err := h.store.reserve(t.Context(), jane, "dead"); err != nil || !taken {
		t.Fatal(taken, err)
	}
	if taken, err := h.store.reserve(t.Context(), jane, "other"); err != nil || taken {
		t.Errorf("what is reserved was reserved again: %t, %v", taken, err)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE directory_reservations SET until = clock_timestamp() - make_interval(secs => 1)`); err != nil {
		t.Fatal(err)
	}
	if _, err := h.patch(jane, replace("title", "Heir")); err != nil {
		t.Errorf("after the time of a reservation: %v", err)
	}
	if left := reservations(t, db); left != 0 {
		t.Errorf("%d reservations are left", left)
	}
	// One that holds her and goes on: whoever waits is told when his time is over.
	if _, err := h.store.reserve(t.Context(), jane, "slow"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := h.PatchUser(ctx, jane, nil, h.operations(false, replace("title", "Late"))); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("a change was made to what another replica is changing")
	}
}

func reservations(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM directory_reservations`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
