package directory

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"scimforce/oauth/database"
)

const (
	// reservedFor is longer than any request lives: a replica that died holding
	// a resource holds it no longer than this.
	reservedFor = 2 * time.Minute
	// The pauses between two looks at a resource that another replica holds.
	firstPause, longestPause = 10 * time.Millisecond, 250 * time.Millisecond
)

// reserve takes a user or a group for a change, which reads, compares and
// writes: two changes at once would undo each other, and a condition on a
// version would hold for both. Requests of this process wait in line; replicas,
// which share a PostgreSQL, find each other there. SQLite has one process.
//
// A row is used, and not PostgreSQL's own locks: those end with a transaction,
// and one that waits for Salesforce would keep a connection from the others.
func (d *Directory) reserve(ctx context.Context, id string) (release func(), err error) {
	unlock, err := d.locks.lock(ctx, id)
	if err != nil || database.EngineOf(d.store.db) == database.SQLite {
		return unlock, err
	}
	holder := rand.Text()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		taken, err := d.store.reserve(ctx, id, holder)
		if err != nil {
			unlock()
			return nil, err
		}
		if taken {
			break
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			unlock()
			return nil, fmt.Errorf("directory: another replica is changing %s: %w", id, ctx.Err())
		}
	}
	return func() {
		defer unlock()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := d.store.release(ctx, id, holder); err != nil {
			d.storeFailed(ctx, err) // it ends by itself
		}
	}, nil
}

// reserve notes that a replica changes a resource, unless another does. Times are
// the database's, as the clocks of replicas differ.
func (s *store) reserve(ctx context.Context, id, holder string) (bool, error) {
	result, err := s.db.ExecContext(ctx, `INSERT INTO directory_reservations (connection, resource_id, holder, until)
		VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
		ON CONFLICT (connection, resource_id) DO UPDATE SET holder = EXCLUDED.holder, until = EXCLUDED.until
		WHERE directory_reservations.until < clock_timestamp()`, s.connection, id, holder, reservedFor.Seconds())
	if err != nil {
		return false, fmt.Errorf("directory: reserve %s: %w", id, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("directory: reserve %s: %w", id, err)
	}
	return n == 1, nil
}

func (s *store) release(ctx context.Context, id, holder string) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM directory_reservations WHERE connection = $1 AND resource_id = $2 AND holder = $3`,
		s.connection, id, holder); err != nil {
		return fmt.Errorf("directory: release %s: %w", id, err)
	}
	return nil
}
