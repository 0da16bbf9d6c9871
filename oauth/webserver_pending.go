package oauth

import (
	"context"
	"database/sql"
	"errors"
)

// Pending is the session's authorization that waits for Save or Discard; false
// when there is none.
func (w *WebServer) Pending(ctx context.Context, session string) (Authorization, bool, error) {
	t, found, err := w.store.pendingAttempt(ctx, session)
	if err != nil || !found || t.Result == nil {
		return Authorization{}, false, err
	}
	return *t.Result, true, nil
}

// Save makes the session's pending authorization the connection, in one
// transaction. The refresh token that it replaces is given back to Salesforce
// afterwards, if it was of the same app: nobody knows it any more, and a user has
// five of them for an app. The error is a *StateError when none is pending (any more),
// ErrConfigured, an *InputError, or one of the store.
func (w *WebServer) Save(ctx context.Context, session string) (Connection, error) {
	t, found, err := w.store.pendingAttempt(ctx, session)
	if err != nil {
		return Connection{}, err
	}
	if !found || t.Result == nil {
		return Connection{}, &StateError{Code: NothingPending}
	}
	secrets := Secrets{ConsumerSecret: t.ConsumerSecret, RefreshToken: t.RefreshToken}
	replaced, err := w.store.save(ctx, t.Result.Connection, secrets, func(tx *sql.Tx) error {
		return w.store.moveAttempt(ctx, tx, t, attemptPending, attemptUsed)
	})
	if errors.Is(err, errSuperseded) {
		return Connection{}, &StateError{Code: NothingPending}
	}
	if err != nil {
		return Connection{}, err
	}
	w.retire(ctx, t, replaced)
	c, found, err := w.store.Connection(ctx, t.connection)
	if err != nil || !found {
		return t.Result.Connection, err
	}
	w.logger.InfoContext(ctx, "the bridge is authorized", "connection", c.Name, "instance_url", c.InstanceURL)
	return c, nil
}

// retire revokes the refresh token in whose place t's has come; "" for none. It
// may fail: whoever still works with an access token of it is refused then, and
// renews with the token that is stored.
//
// Each authorization has a refresh token of its own, and revoking it ends its own
// access tokens (Salesforce Mobile SDK guide, "Revoking OAuth Tokens").
// unverified: that revoking a refresh token leaves the same user's other authorizations of the app alone.
func (w *WebServer) retire(ctx context.Context, t attempt, replaced string) {
	if replaced == "" || replaced == t.RefreshToken {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sweepTime)
	defer cancel()
	if err := newApp(t.LoginURL, t.ConsumerKey, t.ConsumerSecret, w.client).revoke(ctx, replaced); err != nil {
		w.logger.WarnContext(ctx, "the authorization that was replaced could not be given back to Salesforce", "connection", t.connection, "error", err.Error())
	}
}

// Discard gives the session's pending authorization back to Salesforce, which
// revokes it, and forgets it. The error is a *StateError when none is pending,
// an *UnavailableError when Salesforce could not be asked: it is pending still,
// then.
func (w *WebServer) Discard(ctx context.Context, session string) error {
	t, found, err := w.store.pendingAttempt(ctx, session)
	if err != nil {
		return err
	}
	if !found {
		return &StateError{Code: NothingPending}
	}
	if err := w.store.moveAttempt(ctx, w.store.db, t, attemptPending, attemptDiscarding); err != nil {
		if errors.Is(err, errSuperseded) {
			return &StateError{Code: NothingPending}
		}
		return err
	}
	a := newApp(t.LoginURL, t.ConsumerKey, t.ConsumerSecret, w.client)
	if err := a.revoke(ctx, t.RefreshToken); err != nil {
		back, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer cancel()
		return errors.Join(err, w.store.moveAttempt(back, w.store.db, t, attemptDiscarding, attemptPending))
	}
	return w.store.moveAttempt(ctx, w.store.db, t, attemptDiscarding, attemptUsed)
}

// sweep gives back a few authorizations that nobody has saved. What fails is
// tried at the next Begin.
func (w *WebServer) sweep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	stale, err := w.store.staleAttempts(ctx, sweepMost)
	if err != nil {
		w.logger.WarnContext(ctx, "old authorizations could not be given back", "error", err.Error())
		return
	}
	for _, t := range stale {
		err := newApp(t.LoginURL, t.ConsumerKey, t.ConsumerSecret, w.client).revoke(ctx, t.RefreshToken)
		if err == nil {
			err = w.store.moveAttempt(ctx, w.store.db, t, t.status, attemptUsed)
		}
		if err != nil && !errors.Is(err, errSuperseded) {
			w.logger.WarnContext(ctx, "an authorization that was not saved could not be given back", "error", err.Error())
		}
	}
}
