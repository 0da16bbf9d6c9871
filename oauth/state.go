package oauth

import (
	"context"
	"errors"
	"time"

	"golang.org/x/oauth2"
)

const (
	// After a failure to ask, calls fail at once for so long, doubling.
	coolDownFirst, coolDownMost = time.Second, 30 * time.Second
	// After a refusal that somebody can mend in Salesforce, the same.
	refusedFirst, refusedMost = time.Minute, 15 * time.Minute

	// When so many access tokens in a row are refused within shortLife of their
	// issue, another refresh does not help: a cool-down of coolDownMost follows.
	shortLives = 20
	shortLife  = 10 * time.Second
)

// drop forgets the current token if it is the refused one. a.mu is held.
func (a *Authorizer) drop(refused *oauth2.Token) {
	if refused == nil || a.current == nil || a.current.AccessToken != refused.AccessToken {
		return
	}
	a.current = nil
	if a.now().Sub(a.issued) >= shortLife {
		a.short = 0
		return
	}
	if a.short++; a.short >= shortLives {
		a.short = 0
		a.failure = &UnavailableError{Code: ShortSessions, Reason: "Salesforce refuses every new access token at once: look at the integration user's session settings"}
		a.failedUntil = a.now().Add(coolDownMost)
	}
}

// blocked is the failure that is answered without asking, or nil. a.mu is held.
func (a *Authorizer) blocked() error {
	switch {
	case a.closed:
		return &UnavailableError{Code: ShuttingDown, Reason: "the bridge is shutting down"}
	case a.missing:
		return &GrantLostError{Code: "no_grant"}
	case a.failure == nil:
		return nil
	case a.failedUntil.IsZero(), a.now().Before(a.failedUntil):
		return a.failure
	default:
		return nil
	}
}

// succeed makes token the current one. a.mu is held.
func (a *Authorizer) succeed(token *oauth2.Token) {
	a.current, a.issued, a.lastRefresh = token, a.now(), a.now()
	a.failure, a.failedUntil, a.failures, a.missing = nil, time.Time{}, 0, false
}

// fail remembers err and for how long. a.mu is held.
func (a *Authorizer) fail(ctx context.Context, err error) {
	first, most := coolDownFirst, coolDownMost
	var lost *GrantLostError
	if errors.As(err, &lost) {
		if !lost.Recoverable {
			// For good. No slow probe either: Salesforce does not tell an
			// expired token from a rotated-away one, and presenting the latter
			// would revoke the grant of whoever holds its successor.
			a.failure, a.failedUntil = err, time.Time{}
			a.logger.ErrorContext(ctx, "the Salesforce authorization is lost", "code", lost.Code, "description", lost.Description, "remedy", lost.Remedy())
			return
		}
		first, most = refusedFirst, refusedMost
	}
	if IsGrantLost(a.failure) != IsGrantLost(err) {
		a.failures = 0
	}
	wait := min(first<<min(a.failures, 10), most)
	a.failures++
	a.failure, a.failedUntil = err, a.now().Add(wait)
	a.logger.WarnContext(ctx, "no Salesforce access token", "error", err.Error(), "again_after", wait.String())
}

// Status is what a readiness check shows.
type Status struct {
	// State is "connected" (an access token was had), "unknown" (there is a
	// grant that was not tried yet), "lost" (an administrator must act) or
	// "missing" (nothing was ever authorized).
	State string
	// LastRefresh is when an access token was last had, zero for never.
	LastRefresh time.Time
	// LastError is the last failure in words, empty after a success. It holds
	// no secret and no address, and is fit for an open readiness endpoint.
	LastError string
}

// Status tells how the authorization stands, without asking anybody.
func (a *Authorizer) Status() Status {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := Status{State: "unknown", LastRefresh: a.lastRefresh}
	if !a.lastRefresh.IsZero() {
		s.State = "connected"
	}
	s.LastError = a.lastError()
	switch {
	case a.missing:
		s.State, s.LastError = "missing", (&GrantLostError{Code: "no_grant"}).Error()
	case IsGrantLost(a.failure):
		s.State = "lost"
	}
	return s
}

// lastError is the last failure in words that are fit for everybody, "" for
// none. a.mu is held.
func (a *Authorizer) lastError() string {
	var unavailable *UnavailableError
	switch {
	case errors.As(a.failure, &unavailable):
		return (&UnavailableError{Reason: unavailable.Reason}).Error() // the cause may name inner hosts and files
	case a.failure != nil:
		return a.failure.Error()
	}
	return ""
}

// noteUse tells the store that the connection is in use and how its last refresh
// went, now and then and where that has changed. It does not wait for the store:
// Close does. a.mu is held.
func (a *Authorizer) noteUse(ctx context.Context) {
	now, lastError := a.now(), a.lastError()
	if a.closed || lastError == a.notedError && now.Sub(a.noted) < usePeriod {
		return
	}
	a.noted, a.notedError = now, lastError
	ctx = context.WithoutCancel(ctx)
	a.flights.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, storeTimeout)
		defer cancel()
		if err := a.store.noteUse(ctx, a.connection.Name, now.UnixMilli(), lastError); err != nil {
			a.logger.DebugContext(ctx, "the use of the connection could not be noted", "error", err.Error())
		}
	})
}
