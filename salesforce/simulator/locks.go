package simulator

import (
	"time"

	"scimforce/salesforce/simulator/org"
)

// defaultLockPatience is how long a write waits for another one on the same
// record before it fails.
const defaultLockPatience = 10 * time.Second

// locked runs writes while it holds what they lock, for as long as a real org
// would work on that many records. Inside a composite that is one transaction
// everything is held already.
func (s *Simulator) locked(q *request, do func() org.Errors, intents ...org.Intent) org.Errors {
	if q.atomic {
		return do()
	}
	release, errs := s.lock(q, s.cfg.LockPatience, intents)
	if len(errs) > 0 {
		return errs
	}
	defer release()
	return do()
}

// lock takes the locks of the writes and waits the time they need. A client
// that has gone by then is refused in words that nobody hears.
func (s *Simulator) lock(q *request, patience time.Duration, intents []org.Intent) (release func(), errs org.Errors) {
	if len(q.locks) > 0 && len(intents) > 0 {
		return nil, q.locks
	}
	release, errs = q.site.org.Lock(q.ctx, patience, intents...)
	if len(errs) > 0 {
		return nil, errs
	}
	if wait(q.ctx, s.cfg.LatencyPerRecord*time.Duration(len(intents))) != nil {
		release()
		return nil, org.Errors{{Status: 499, Code: "CLIENT_GONE", Message: "the client closed the connection"}}
	}
	return release, nil
}
