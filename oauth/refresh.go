package oauth

import (
	"context"
	"errors"
	"fmt"
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
// If the connection breaks after Salesforce has rotated, the successor is gone
// with the answer; asking again with the old token is all that is left then.
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
	for {
		// Read each time: another process with the same database may have
		// rotated it, or an administrator authorized anew.
		g, err := a.read(ctx)
		if err != nil {
			return nil, err
		}
		if a.underWay(g) {
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
			token, err := a.save(ctx, &rotation{from: g, answer: answer})
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

// underWay reports whether another process is refreshing g, as one does that
// is being replaced by this one: it may have spent g's token already.
func (a *Authorizer) underWay(g grant) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	age := a.now().Sub(time.UnixMilli(g.attempted.Int64))
	return g.attempted.Valid && g.version != a.attempted && age >= 0 && age < attemptLife
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

// save stores the successor and gives the access token. A failing store keeps
// the successor in memory for the next call, and the access token unused.
func (a *Authorizer) save(ctx context.Context, r *rotation) (*oauth2.Token, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	err := a.store.rotate(ctx, r.from, r.answer.RefreshToken, a.now().UnixMilli())
	if err != nil && !errors.Is(err, errSuperseded) {
		a.keepUnsaved(r)
		return nil, &UnavailableError{
			Code:   StoreFailed,
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

// noteRefusal writes down what a refusal means for the stored grant; unanswered
// says that its token was sent before without an answer. Only
// errSuperseded is returned: a store that fails here does not change what the
// caller is to be told.
func (a *Authorizer) noteRefusal(ctx context.Context, g grant, unanswered bool, refusal error) error {
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

// Revoke ends the grant at Salesforce and remembers that it is gone. The error
// is a *GrantLostError when there is none, an *UnavailableError when the login
// host could not be asked; the grant is kept then. A connection without a
// refresh token gives its access token back, if it has one, and can have
// another.
func (a *Authorizer) Revoke(ctx context.Context) error {
	if a.connection.Flow != WebServerFlow {
		return a.revokeSession(ctx)
	}
	unlock, err := a.store.lock(ctx, a.connection.Name) // a refresh under way would bring another token
	if err != nil {
		return &UnavailableError{Code: StoreFailed, Reason: "the store cannot be locked", Cause: err}
	}
	defer unlock()
	g, err := a.read(ctx)
	if err != nil {
		return err
	}
	if err := a.app.revoke(ctx, g.refreshToken); err != nil {
		return err
	}
	lost := &GrantLostError{Code: "revoked"}
	if err := a.store.lose(ctx, g, lost, a.app.login, a.now().UnixMilli()); err != nil {
		return fmt.Errorf("oauth: the grant is revoked: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.current, a.failure, a.failedUntil = nil, lost, time.Time{}
	a.era++
	return nil
}

func (a *Authorizer) revokeSession(ctx context.Context) error {
	a.mu.Lock()
	token := a.current
	a.current = nil
	a.mu.Unlock()
	if token == nil {
		return nil
	}
	return a.app.revoke(ctx, token.AccessToken)
}
