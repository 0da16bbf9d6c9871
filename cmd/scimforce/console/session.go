package console

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"scimforce/oauth/vault"
)

const (
	// idleTimeout ends a session that nobody used.
	idleTimeout = 30 * time.Minute
	// sessionLife ends one that was used all the time.
	sessionLife = 12 * time.Hour

	// The prefix __Host- makes browsers insist on Secure, on the path / and on
	// no Domain (RFC 6265bis section 4.1.3.2): no other host of the domain can
	// plant the cookie. Over plain http, on a trial, it cannot be had.
	secureCookie = "__Host-scimforce"
	plainCookie  = "scimforce"
)

// newSessions makes the session manager for browsers that came by https, or for
// those that did not.
func newSessions(store scs.Store, https bool) *scs.SessionManager {
	name := plainCookie
	if https {
		name = secureCookie
	}
	// Not by scs.New: that starts a goroutine, for a store in memory, which ends
	// with the process.
	return &scs.SessionManager{
		Store: store, HashTokenInStore: true, Codec: scs.GobCodec{},
		IdleTimeout: idleTimeout, Lifetime: sessionLife,
		Cookie: scs.SessionCookie{
			Name: name, Path: "/", HttpOnly: true, Secure: https,
			// Not Strict: the callback is a GET that Salesforce's page leads to,
			// and with Strict it would come without the session that began it.
			// Lax sends no cookie with another site's POST.
			SameSite: http.SameSiteLaxMode,
			Persist:  false, // ends with the browser
		},
	}
}

// sessionStore is scs's store over the table console_sessions. It is only ever
// given hashes of the cookies' values.
type sessionStore struct {
	db    *sql.DB
	vault *vault.Vault
}

// place binds what is sealed to its row.
func place(token string) vault.Place {
	return vault.Place{Table: "console_sessions", Column: "data", Row: token}
}

var _ scs.CtxStore = (*sessionStore)(nil)

// errNoContext says that scs used a method that it does not use of a store with
// contexts.
var errNoContext = errors.New("console: sessions need a context")

func (s *sessionStore) Find(string) ([]byte, bool, error)      { return nil, false, errNoContext }
func (s *sessionStore) Commit(string, []byte, time.Time) error { return errNoContext }
func (s *sessionStore) Delete(string) error                    { return errNoContext }

// FindCtx gives the session's data; found is false for one that is unknown or
// over.
func (s *sessionStore) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	var sealed []byte
	err = s.db.QueryRowContext(ctx, `SELECT data FROM console_sessions WHERE token_hash = $1 AND expires_at > $2`,
		token, time.Now().UnixMilli()).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("console: read the session: %w", err)
	}
	data, err = s.vault.Unseal(ctx, place(token), sealed)
	if err != nil {
		return nil, false, fmt.Errorf("console: open the session: %w", err)
	}
	return data, true, nil
}

// CommitCtx stores the session's data until expiry, and clears away the sessions
// that are over: strangers can begin some.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	sealed, err := s.vault.Seal(ctx, place(token), data)
	if err != nil {
		return fmt.Errorf("console: seal the session: %w", err)
	}
	_, err = s.db.ExecContext(ctx, `INSERT INTO console_sessions (token_hash, data, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`,
		token, sealed, expiry.UnixMilli())
	if err != nil {
		return fmt.Errorf("console: store the session: %w", err)
	}
	return s.sweep(ctx)
}

func (s *sessionStore) sweep(ctx context.Context) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM console_sessions WHERE expires_at <= $1`, time.Now().UnixMilli()); err != nil {
		return fmt.Errorf("console: clear away sessions that are over: %w", err)
	}
	return nil
}

// DeleteCtx ends a session.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM console_sessions WHERE token_hash = $1`, token); err != nil {
		return fmt.Errorf("console: end the session: %w", err)
	}
	return nil
}
