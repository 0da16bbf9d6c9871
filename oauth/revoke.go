package oauth

import (
	"context"
	"fmt"
	"time"
)

// Revoke ends the grant at Salesforce and remembers that it is gone. The error
// is a *GrantLostError when there is none, an *UnavailableError when the login
// host could not be asked; the grant is kept then. A connection without a
// refresh token gives its access token back, if it has one, and can have
// another.
func (a *Authorizer) Revoke(ctx context.Context) error {
	if a.connection.Flow != WebServerFlow {
		return a.revokeSession(ctx)
	}
	if _, err := a.saveUnsaved(ctx); err != nil {
		return err // the stored token is spent, and this one could not be ended afterwards
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
	lost := &GrantLostError{Code: revokedByBridge}
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

// giveBack revokes the successor of g, in whose place something else stands by
// now: nobody but this process knows it. One that is no other than before may be
// in use elsewhere.
func (a *Authorizer) giveBack(ctx context.Context, g grant, successor string) {
	if successor == g.refreshToken {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	if err := a.app.revoke(ctx, successor); err != nil {
		a.logger.WarnContext(ctx, "a refresh token that is not needed any more could not be given back to Salesforce", "error", err.Error())
	}
}
