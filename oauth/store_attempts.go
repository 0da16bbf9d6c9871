package oauth

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The statuses of an attempt.
const (
	attemptBegun      = "begun"      // the browser is at Salesforce
	attemptUsed       = "used"       // its callback has come, and nothing is left to do
	attemptPending    = "pending"    // it waits to be saved or discarded
	attemptDiscarding = "discarding" // its token is being given back
)

// attemptMemory is how long a row outlives its end, so that a callback that
// comes again is told what became of it.
const attemptMemory = 24 * time.Hour

// attemptSecrets is what an attempt needs on its way, sealed.
type attemptSecrets struct {
	LoginURL       string
	ConsumerKey    string
	ConsumerSecret string
	RedirectURL    string
	UsernameSuffix string
	Verifier       string         `json:",omitempty"` // until the code is exchanged
	RefreshToken   string         `json:",omitempty"` // afterwards
	Result         *Authorization `json:",omitempty"`
	Warnings       []string       `json:",omitempty"` // of Begin
}

// attempt is an authorization under way.
type attempt struct {
	stateHash  string
	connection string
	status     string // read by staleAttempts only
	attemptSecrets
}

// sealAttempt seals what an attempt needs.
func (s *Store) sealAttempt(ctx context.Context, a attempt) ([]byte, error) {
	text, err := json.Marshal(a.attemptSecrets)
	if err != nil {
		return nil, fmt.Errorf("oauth: write the authorization: %w", err)
	}
	return s.seal(ctx, placeOfAttempt(a.stateHash), string(text))
}

func (s *Store) unsealAttempt(ctx context.Context, a *attempt, sealed []byte) error {
	text, err := s.unseal(ctx, placeOfAttempt(a.stateHash), sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), &a.attemptSecrets); err != nil {
		return fmt.Errorf("oauth: read the authorization: %w", err)
	}
	return nil
}

// beginAttempt stores an attempt of a session, and forgets those that are over
// for long.
func (s *Store) beginAttempt(ctx context.Context, session string, a attempt, expires time.Time) error {
	sealed, err := s.sealAttempt(ctx, a)
	if err != nil {
		return err
	}
	return s.transact(ctx, "store the authorization", func(tx *sql.Tx) error {
		now := s.now()
		if _, err := tx.ExecContext(ctx, `DELETE FROM oauth_attempts WHERE expires_at <= $1`, now.Add(-attemptMemory).UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO oauth_attempts (state_hash, session_hash, connection, status, sealed, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, a.stateHash, hash(session), a.connection, attemptBegun, sealed, expires.UnixMilli())
		return err
	})
}

// takeAttempt finds the attempt of a callback and marks it used, so that of two
// callbacks with its state one goes on. *StateError says why none does; the
// attempt of another session stays as it is.
func (s *Store) takeAttempt(ctx context.Context, session, state string) (a attempt, err error) {
	a.stateHash = hash(state)
	var sessionHash, status string
	var sealed []byte
	var expires int64
	err = s.db.QueryRowContext(ctx, `SELECT session_hash, connection, status, sealed, expires_at FROM oauth_attempts WHERE state_hash = $1`, a.stateHash).
		Scan(&sessionHash, &a.connection, &status, &sealed, &expires)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return a, &StateError{Code: StateUnknown}
	case err != nil:
		return a, fmt.Errorf("oauth: find the authorization: %w", err)
	case sessionHash != hash(session):
		return a, &StateError{Code: StateOfAnotherSession}
	case status != attemptBegun:
		return a, &StateError{Code: StateUsed}
	case s.now().UnixMilli() >= expires:
		return a, &StateError{Code: StateExpired}
	}
	if err := s.unsealAttempt(ctx, &a, sealed); err != nil {
		return a, err
	}
	err = s.moveAttempt(ctx, s.db, a, attemptBegun, attemptUsed)
	if errors.Is(err, errSuperseded) {
		return a, &StateError{Code: StateUsed}
	}
	return a, err
}

// keepAttempt makes what Salesforce gave wait for Save.
func (s *Store) keepAttempt(ctx context.Context, a attempt, expires time.Time) error {
	sealed, err := s.sealAttempt(ctx, a)
	if err != nil {
		return err
	}
	result, err := s.db.ExecContext(ctx, `UPDATE oauth_attempts SET status = $1, sealed = $2, expires_at = $3 WHERE state_hash = $4`,
		attemptPending, sealed, expires.UnixMilli(), a.stateHash)
	if err != nil {
		return fmt.Errorf("oauth: keep the authorization: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errors.New("oauth: keep the authorization: its connection was removed meanwhile"), err)
	}
	return nil
}

// pendingAttempt is the one of the session that waits, false when none does.
func (s *Store) pendingAttempt(ctx context.Context, session string) (a attempt, found bool, err error) {
	var sealed []byte
	err = s.db.QueryRowContext(ctx, `SELECT state_hash, connection, sealed FROM oauth_attempts
		WHERE session_hash = $1 AND status = $2 AND expires_at > $3 ORDER BY expires_at DESC LIMIT 1`,
		hash(session), attemptPending, s.now().UnixMilli()).Scan(&a.stateHash, &a.connection, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("oauth: find the pending authorization: %w", err)
	}
	return a, true, s.unsealAttempt(ctx, &a, sealed)
}

// moveAttempt changes the status of an attempt; a used one holds nothing any
// more. errSuperseded when its status is not from: somebody else was faster.
func (s *Store) moveAttempt(ctx context.Context, on execer, a attempt, from, to string) error {
	forget := ``
	if to == attemptUsed {
		forget = `, sealed = NULL`
	}
	result, err := on.ExecContext(ctx, `UPDATE oauth_attempts SET status = $1`+forget+` WHERE state_hash = $2 AND status = $3`, to, a.stateHash, from)
	if err != nil {
		return fmt.Errorf("oauth: change the authorization: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errSuperseded, err)
	}
	return nil
}

// execer is a database or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// staleAttempts lists at most n attempts that waited for too long: nobody will
// save them, and Salesforce still knows their tokens. Those that were begun and
// never came back hold none, and are forgotten.
func (s *Store) staleAttempts(ctx context.Context, n int) (list []attempt, err error) {
	now := s.now().UnixMilli()
	if _, err := s.db.ExecContext(ctx, `UPDATE oauth_attempts SET sealed = NULL WHERE status = $1 AND expires_at <= $2 AND sealed IS NOT NULL`, attemptBegun, now); err != nil {
		return nil, fmt.Errorf("oauth: forget old authorizations: %w", err)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT state_hash, connection, status, sealed FROM oauth_attempts
		WHERE status IN ($1, $2) AND expires_at <= $3 ORDER BY expires_at LIMIT $4`, attemptPending, attemptDiscarding, now, n)
	if err != nil {
		return nil, fmt.Errorf("oauth: find old authorizations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	sealed := make([][]byte, 0, n)
	for rows.Next() {
		var a attempt
		var text []byte
		if err := rows.Scan(&a.stateHash, &a.connection, &a.status, &text); err != nil {
			return nil, fmt.Errorf("oauth: find old authorizations: %w", err)
		}
		list, sealed = append(list, a), append(sealed, text)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("oauth: find old authorizations: %w", err)
	}
	for i := range list {
		if err := s.unsealAttempt(ctx, &list[i], sealed[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}
