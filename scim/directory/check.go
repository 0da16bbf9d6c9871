package directory

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// checkedFor is how long a check is believed: an orchestrator asks every few
// seconds, and each question would cost an API call.
const checkedFor = 30 * time.Second

// readiness remembers the last check.
type readiness struct {
	mu   sync.Mutex
	now  func() time.Time
	at   time.Time
	last error
}

// Check says whether work can be done: a token can be had, the org answers, the
// database as well. The answer of the org is remembered for half a minute.
func (d *Directory) Check(ctx context.Context) error {
	if err := d.store.db.PingContext(ctx); err != nil {
		return fmt.Errorf("directory: the database: %w", err)
	}
	r := d.ready
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.at.IsZero() && r.now().Sub(r.at) < checkedFor {
		return r.last
	}
	r.last = nil
	if _, err := d.salesforce.Query(ctx, "SELECT Id FROM Organization LIMIT 1"); err != nil {
		r.last = fmt.Errorf("directory: the org: %w", err)
	}
	if ctx.Err() == nil { // a caller who gave up says nothing about the org
		r.at = r.now()
	}
	return r.last
}
