package oauth

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/oauth2"
)

// exchange gets an access token by the flow of the connection. One runs at a
// time. Errors as Token's.
func (a *Authorizer) exchange(ctx context.Context) (*oauth2.Token, error) {
	if a.connection.Flow == WebServerFlow {
		return a.exchangeGrant(ctx)
	}
	answer, err := a.app.alone(ctx, a.connection.Connection, a.connection.secrets, a.now())
	var lost *GrantLostError
	var input *InputError
	switch {
	case errors.As(err, &lost):
		lost.Recoverable = true // there is nothing that could be gone for good
		return nil, lost
	case errors.Is(err, errBusy):
		return nil, &UnavailableError{Code: BusyLogin, Reason: "the login host is busy with another token request", Cause: err}
	case errors.As(err, &input):
		return nil, &GrantLostError{Code: "invalid_grant", Description: "invalid assertion", Recoverable: true}
	case err != nil:
		return nil, err
	}
	a.logger.InfoContext(ctx, "access token had", "flow", string(a.connection.Flow))
	return handOut(answer)
}

// exchangeGrant turns the stored refresh token into an access token: note the
// attempt, ask, store the successor, and only then hand the access token out.
// On PostgreSQL the row of the connection is locked meanwhile, so that one
// process of the cluster does that at a time.
//
// Where the app rotates refresh tokens, Salesforce ends the old one with its
// answer and knows no grace: a process that dies between that answer and the
// commit takes the only copy of the successor along. Nobody can know from
// outside whether it got as far, so the old token is asked with once more, after
// the attempt's life; that is all that is left. The same befalls a replica that,
// alone of all, is cut off from the database for longer than that at just this
// moment. Everything else, a database that all have lost for however long
// included, ends with the successor stored.
// https://help.salesforce.com/s/articleView?id=005316711 (one-time-use refresh tokens)
func (a *Authorizer) exchangeGrant(ctx context.Context) (*oauth2.Token, error) {
	if token, err := a.saveUnsaved(ctx); token != nil || err != nil {
		return token, err
	}
	unlock, err := a.store.lock(ctx, a.connection.Name)
	if err != nil {
		return nil, &UnavailableError{Code: StoreFailed, Reason: "the store cannot be locked, so the refresh token is not used", Cause: err}
	}
	defer unlock()
	waits := &backoff.ExponentialBackOff{
		InitialInterval: 300 * time.Millisecond, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 5 * time.Second,
	}
	waits.Reset()
	var w watch
	for {
		// Read each time: another process with the same database may have
		// rotated it, or an administrator authorized anew.
		g, err := a.read(ctx)
		if err != nil {
			return nil, err
		}
		if a.underWay(g, &w) {
			if !pause(ctx, attemptPoll) {
				return nil, &UnavailableError{Code: BusyLogin, Reason: "another process does not end its refresh"}
			}
			continue
		}
		before := g.attempted
		switch err := a.note(ctx, &g); {
		case errors.Is(err, errSuperseded):
			continue
		case err != nil:
			return nil, &UnavailableError{Code: StoreFailed, Reason: "the store takes no writes, so the refresh token is not used", Cause: err}
		}
		answer, err := a.app.refresh(ctx, g.refreshToken)
		if err == nil {
			token, err := a.save(ctx, rotation{from: g, answer: answer})
			if errors.Is(err, errSuperseded) {
				continue
			}
			return token, err
		}
		if errors.Is(err, errBusy) {
			if !pause(ctx, waits.NextBackOff()) {
				return nil, &UnavailableError{Code: BusyLogin, Reason: "the login host stayed busy with another token request", Cause: err}
			}
			continue
		}
		if err := a.noteRefusal(ctx, g, before.Valid, err); errors.Is(err, errSuperseded) {
			continue
		}
		return nil, err
	}
}

// watch is how long another process' attempt was seen to stand unanswered.
type watch struct {
	version int64 // of the grant, 0 for none
	since   time.Time
}

// underWay reports whether another process is refreshing g, as one does that is
// being replaced by this one: it may have spent g's token already, and may hold
// the successor that the store has not taken yet. It is waited for as long as an
// attempt lives from when it was first seen here, by one clock: those of two
// machines may differ, and the time in which the database did not answer does
// not count, because nobody could store anything then.
func (a *Authorizer) underWay(g grant, w *watch) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !g.attempted.Valid || g.version == a.attempted {
		return false
	}
	now := a.now()
	if w.version != g.version {
		*w = watch{g.version, now}
	}
	return now.Sub(w.since) < attemptLife
}

// note writes the attempt down, here and in the store.
func (a *Authorizer) note(ctx context.Context, g *grant) error {
	if err := a.store.attempt(ctx, g, a.now().UnixMilli()); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.attempted = g.version
	return nil
}

// read loads the grant in use.
func (a *Authorizer) read(ctx context.Context) (grant, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	g, found, err := a.store.load(ctx, a.connection.grantKey())
	switch {
	case err != nil:
		return g, &UnavailableError{Code: StoreFailed, Reason: "the store cannot be read", Cause: err}
	case !found:
		return g, &GrantLostError{Code: "no_grant"}
	case g.lost != nil && g.lostBy == a.app.login:
		return g, g.lost
	default:
		return g, nil
	}
}

// noteRefusal writes down what a refusal means for the stored grant; unanswered
// says that its token was sent before without an answer. Only
// errSuperseded is returned: a store that fails here does not change what the
// caller is to be told.
func (a *Authorizer) noteRefusal(ctx context.Context, g grant, unanswered bool, refusal error) error {
	var lost *GrantLostError
	var unavailable *UnavailableError
	limited := errors.As(refusal, &unavailable) && unavailable.Code == RateLimit
	if !errors.As(refusal, &lost) && !limited && !neverSent(refusal) {
		return nil // no answer: the note of the attempt stays
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	var err error
	if lost == nil || lost.Recoverable {
		err = a.store.refused(ctx, g)
	} else {
		if unanswered {
			a.logger.WarnContext(ctx, "the refused refresh token was sent before without an answer: Salesforce may have rotated it then")
		}
		err = a.store.lose(ctx, g, lost, a.app.login, a.now().UnixMilli())
	}
	switch {
	case errors.Is(err, errSuperseded):
		return errSuperseded
	case err != nil:
		a.logger.ErrorContext(ctx, "the refusal could not be stored", "error", err.Error())
	}
	return nil
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
