package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"scimforce/salesforce"
)

// How long a check is believed: an orchestrator asks every few seconds, and
// each question costs one of the day's API calls. A good one is believed no
// longer when another call has met with trouble since.
const (
	believedGood = 5 * time.Minute
	believedBad  = 30 * time.Second
)

// readiness remembers the last check. Whoever holds the turn asks the org.
type readiness struct {
	turn chan struct{} // holds one token while nobody asks
	now  func() time.Time

	at   time.Time
	last error
}

func newReadiness(now func() time.Time) *readiness {
	r := &readiness{turn: make(chan struct{}, 1), now: now}
	r.turn <- struct{}{}
	return r
}

// fresh says whether the last check may still be believed; trouble is when a
// call last met with some.
func (r *readiness) fresh(trouble time.Time) bool {
	if r.last == nil && trouble.After(r.at) {
		return false
	}
	believed := believedGood
	if r.last != nil {
		believed = believedBad
	}
	return !r.at.IsZero() && r.now().Sub(r.at) < believed
}

// Check says whether work can be done: a token can be had, the org answers, the
// database as well. The org's answer is remembered: a good one for five minutes
// or until a call fails, a bad one for half a minute. That there was no token to
// ask it with is not: it cost no call, and the next moment may bring one.
func (d *Directory) Check(ctx context.Context) error {
	if err := d.store.db.PingContext(ctx); err != nil {
		return fmt.Errorf("directory: the database: %w", err)
	}
	r := d.ready
	select {
	case <-r.turn:
		defer func() { r.turn <- struct{}{} }()
	case <-ctx.Done():
		return fmt.Errorf("directory: another check is under way: %w", context.Cause(ctx))
	}
	if r.fresh(d.salesforce.Trouble()) {
		return r.last
	}
	var outcome error
	if _, err := d.salesforce.Query(ctx, "SELECT Id FROM Organization LIMIT 1"); err != nil {
		outcome = fmt.Errorf("directory: the org: %w", err)
	} else if d.mapping.Configured() {
		// So that a mapping that does not fit the org is told of at the start, and
		// not with the first request. An org that cannot be described tells itself.
		_, _ = d.org.model(ctx)
	}
	_, asked := errors.AsType[*salesforce.Error](outcome)
	if ctx.Err() == nil && (outcome == nil || asked) { // a caller who gave up says nothing about the org
		r.at, r.last = r.now(), outcome
	}
	return outcome
}
