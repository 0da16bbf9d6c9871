package oauth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/oauth2"
)

// exchange turns the stored refresh token into an access token: note the
// attempt, ask, store the successor, and only then hand the access token out.
// One runs at a time. Errors as Token's.
//
// If the connection breaks after Salesforce has rotated, the successor is gone
// with the answer; asking again with the old token is all that is left then.
func (a *Authorizer) exchange(ctx context.Context) (*oauth2.Token, error) {
	if token, err := a.saveUnsaved(ctx); token != nil || err != nil {
		return token, err
	}
	waits := &backoff.ExponentialBackOff{
		InitialInterval: 300 * time.Millisecond, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 5 * time.Second,
	}
	waits.Reset()
	for {
		// Read each time: another process with the same database may have
		// rotated it, or an administrator authorized anew.
		g, err := a.read(ctx)
		if err != nil {
			return nil, err
		}
		if a.underWay(g) {
			if !pause(ctx, attemptPoll) {
				return nil, &UnavailableError{Reason: "another process does not end its refresh"}
			}
			continue
		}
		switch err := a.note(ctx, g); {
		case errors.Is(err, errSuperseded):
			continue
		case err != nil:
			return nil, &UnavailableError{Reason: "the store takes no writes, so the refresh token is not used", Cause: err}
		}
		answer, err := a.refresh(ctx, g.refreshToken)
		if err == nil {
			token, err := a.save(ctx, &rotation{from: g, answer: answer})
			if errors.Is(err, errSuperseded) {
				continue
			}
			return token, err
		}
		if errors.Is(err, errBusy) {
			if !pause(ctx, waits.NextBackOff()) {
				return nil, &UnavailableError{Reason: "the login host stayed busy with another token request", Cause: err}
			}
			continue
		}
		if err := a.noteRefusal(ctx, g, err); errors.Is(err, errSuperseded) {
			continue
		}
		return nil, err
	}
}

// underWay reports whether another process is refreshing g, as one does that
// is being replaced by this one: it may have spent g's token already.
func (a *Authorizer) underWay(g grant) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	age := a.now().Sub(time.UnixMilli(g.attempted.Int64))
	return g.attempted.Valid && g.attempted != a.attempted && age >= 0 && age < attemptLife
}

// note writes the attempt down, here and in the store.
func (a *Authorizer) note(ctx context.Context, g grant) error {
	at := a.now().UnixMilli()
	if err := a.store.attempt(ctx, g, at); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.attempted = sql.NullInt64{Int64: at, Valid: true}
	return nil
}

// read loads the grant in use.
func (a *Authorizer) read(ctx context.Context) (grant, error) {
	a.mu.Lock()
	key := a.key
	a.mu.Unlock()
	g, found, err := a.store.load(ctx, key.consumerKey, key.seedHash)
	switch {
	case err != nil:
		return g, &UnavailableError{Reason: "the store cannot be read", Cause: err}
	case !found:
		return g, &GrantLostError{Code: "no_grant"}
	case g.lost != nil && g.lostBy == a.login:
		return g, g.lost
	default:
		return g, nil
	}
}

// save stores the successor and gives the access token. A failing store keeps
// the successor in memory for the next call, and the access token unused.
func (a *Authorizer) save(ctx context.Context, r *rotation) (*oauth2.Token, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	err := a.store.rotate(ctx, r.from, r.answer.RefreshToken, a.now())
	if err != nil && !errors.Is(err, errSuperseded) {
		a.keepUnsaved(r)
		return nil, &UnavailableError{
			Reason: "the store did not take the new refresh token, so the access token is not used; do not stop the bridge before the store is mended",
			Cause:  err,
		}
	}
	a.keepUnsaved(nil)
	if err != nil {
		return nil, err
	}
	a.logger.InfoContext(ctx, "access token refreshed", "refresh_token_rotated", r.answer.RefreshToken != r.from.refreshToken)
	return handOut(r.answer)
}

// saveUnsaved stores what an earlier call could not. nil, nil: there was
// nothing, or it was superseded.
func (a *Authorizer) saveUnsaved(ctx context.Context) (*oauth2.Token, error) {
	a.mu.Lock()
	r := a.unsaved
	a.mu.Unlock()
	if r == nil {
		return nil, nil
	}
	token, err := a.save(ctx, r)
	if errors.Is(err, errSuperseded) {
		return nil, nil
	}
	return token, err
}

func (a *Authorizer) keepUnsaved(r *rotation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unsaved = r
}

// noteRefusal writes down what a refusal means for the stored grant. Only
// errSuperseded is returned: a store that fails here does not change what the
// caller is to be told.
func (a *Authorizer) noteRefusal(ctx context.Context, g grant, refusal error) error {
	var lost *GrantLostError
	if !errors.As(refusal, &lost) && !neverSent(refusal) {
		return nil // no answer: the note of the attempt stays
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	var err error
	if lost == nil || lost.Recoverable {
		err = a.store.refused(ctx, g)
	} else {
		if g.attempted.Valid {
			a.logger.WarnContext(ctx, "the refused refresh token was sent before without an answer: Salesforce may have rotated it then")
		}
		err = a.store.lose(ctx, g, lost, a.login, a.now())
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

// Revoke ends the grant at Salesforce and remembers that it is gone. The error
// is a *GrantLostError when there is none, an *UnavailableError when the login
// host could not be asked; the grant is kept then.
func (a *Authorizer) Revoke(ctx context.Context) error {
	g, err := a.read(ctx)
	if err != nil {
		return err
	}
	if err := a.postRevoke(ctx, g.refreshToken); err != nil {
		return err
	}
	lost := &GrantLostError{Code: "revoked"}
	if err := a.store.lose(ctx, g, lost, a.login, a.now()); err != nil {
		return fmt.Errorf("oauth: the grant is revoked: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.current, a.failure, a.failedUntil = nil, lost, time.Time{}
	a.era++
	return nil
}
