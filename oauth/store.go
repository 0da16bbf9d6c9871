package oauth

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store keeps refresh tokens and begun authorizations. Every write is one
// transaction, committed before the method returns; how durable a commit is
// (SQLite's synchronous setting) is the choice of whoever opened the database.
//
// Tokens lie in it as they are: the database is for its owner only.
type Store struct{ db *sql.DB }

// errSuperseded says that a grant was replaced while somebody worked with its
// old refresh token.
var errSuperseded = errors.New("the grant was replaced meanwhile")

// OpenStore brings the room's tables up to date (goose, version table
// oauth_versions) and returns the store. The caller keeps db and closes it.
func OpenStore(ctx context.Context, db *sql.DB) (*Store, error) {
	if db == nil {
		return nil, errors.New("oauth: no database")
	}
	sources, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("oauth: migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, sources,
		goose.WithTableName("oauth_versions"), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("oauth: migrations: %w", err)
	}
	// The provider is not closed: that would close db.
	if _, err := provider.Up(ctx); err != nil {
		return nil, fmt.Errorf("oauth: migrations: %w", err)
	}
	return &Store{db: db}, nil
}

// grant is a row of oauth_grants.
type grant struct {
	consumerKey, seedHash string
	refreshToken          string
	// attempted is when a refresh was begun whose answer is not stored, in Unix
	// milliseconds: it is under way, or the process has died that perhaps held
	// the only copy of the next refresh token.
	attempted sql.NullInt64
	// lost is what the login host lostBy said of it, nil for nothing. Another
	// login host was not asked: the first may have been the wrong one.
	lost   *GrantLostError
	lostBy string
}

// hash is how seeds and states are remembered: hex of SHA-256, "" for "".
func hash(secret string) string {
	if secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// adopt finds the grant for a consumer key and a configured seed, in this
// order: the successor of that very seed; the seed itself, stored now, when it
// was never seen before; without a seed the grant that was used last. found is
// false when there is none.
//
// Rows are kept per seed so that going back to an earlier seed finds its
// successor: presenting the old one again would make Salesforce revoke all.
func (s *Store) adopt(ctx context.Context, consumerKey, seed string, now time.Time) (g grant, found bool, err error) {
	if seed != "" {
		_, err := s.db.ExecContext(ctx, `INSERT INTO oauth_grants (consumer_key, seed_hash, refresh_token, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?) ON CONFLICT (consumer_key, seed_hash) DO NOTHING`,
			consumerKey, hash(seed), seed, now.UnixMilli(), now.UnixMilli())
		if err != nil {
			return grant{}, false, fmt.Errorf("oauth: store the seed: %w", err)
		}
		return s.load(ctx, consumerKey, hash(seed))
	}
	var seedHash string
	err = s.db.QueryRowContext(ctx, `SELECT seed_hash FROM oauth_grants WHERE consumer_key = ?
		ORDER BY updated_at DESC, created_at DESC LIMIT 1`, consumerKey).Scan(&seedHash)
	if errors.Is(err, sql.ErrNoRows) {
		return grant{consumerKey: consumerKey}, false, nil
	}
	if err != nil {
		return grant{}, false, fmt.Errorf("oauth: read the grant: %w", err)
	}
	return s.load(ctx, consumerKey, seedHash)
}

// load reads one grant.
func (s *Store) load(ctx context.Context, consumerKey, seedHash string) (g grant, found bool, err error) {
	g = grant{consumerKey: consumerKey, seedHash: seedHash}
	var lostAt sql.NullInt64
	var lost GrantLostError
	err = s.db.QueryRowContext(ctx, `SELECT refresh_token, attempted_at, lost_at, lost_code, lost_description, lost_by
		FROM oauth_grants WHERE consumer_key = ? AND seed_hash = ?`, consumerKey, seedHash).
		Scan(&g.refreshToken, &g.attempted, &lostAt, &lost.Code, &lost.Description, &g.lostBy)
	if errors.Is(err, sql.ErrNoRows) {
		return g, false, nil
	}
	if err != nil {
		return g, false, fmt.Errorf("oauth: read the grant: %w", err)
	}
	if lostAt.Valid {
		g.lost = &lost
	}
	return g, true, nil
}

// attempt notes that g's refresh token is about to be sent. It proves that the
// store takes writes while the old token is still good: a full disk is found
// out before Salesforce has exchanged the token, not after. Of two processes
// that note it at once one gets errSuperseded.
func (s *Store) attempt(ctx context.Context, g grant, at int64) error {
	return s.change(ctx, "note the refresh", `UPDATE oauth_grants SET attempted_at = ?
		WHERE consumer_key = ? AND seed_hash = ? AND refresh_token = ? AND attempted_at IS ?`,
		at, g.consumerKey, g.seedHash, g.refreshToken, g.attempted)
}

// refused takes attempt's note back: the login host answered, and exchanged
// nothing.
func (s *Store) refused(ctx context.Context, g grant) error {
	return s.change(ctx, "note the refusal", `UPDATE oauth_grants SET attempted_at = NULL
		WHERE consumer_key = ? AND seed_hash = ? AND refresh_token = ?`,
		g.consumerKey, g.seedHash, g.refreshToken)
}

// rotate replaces g's refresh token with its successor (which may be the same
// one, where the app does not rotate). errSuperseded when g is not the stored
// grant any more.
func (s *Store) rotate(ctx context.Context, g grant, successor string, now time.Time) error {
	return s.change(ctx, "store the rotated refresh token", `UPDATE oauth_grants
		SET refresh_token = ?, updated_at = ?, attempted_at = NULL, lost_at = NULL, lost_code = '', lost_description = ''
		WHERE consumer_key = ? AND seed_hash = ? AND refresh_token = ?`,
		successor, now.UnixMilli(), g.consumerKey, g.seedHash, g.refreshToken)
}

// lose remembers that Salesforce has ended the grant, as the login host by says.
func (s *Store) lose(ctx context.Context, g grant, lost *GrantLostError, by string, now time.Time) error {
	return s.change(ctx, "note the lost grant", `UPDATE oauth_grants
		SET attempted_at = NULL, lost_at = ?, lost_code = ?, lost_description = ?, lost_by = ?
		WHERE consumer_key = ? AND seed_hash = ? AND refresh_token = ?`,
		now.UnixMilli(), lost.Code, lost.Description, by, g.consumerKey, g.seedHash, g.refreshToken)
}

// change runs one UPDATE of one grant as a transaction of its own.
func (s *Store) change(ctx context.Context, what, statement string, arguments ...any) error {
	result, err := s.db.ExecContext(ctx, statement, arguments...)
	if err != nil {
		return fmt.Errorf("oauth: %s: %w", what, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errSuperseded, err)
	}
	return nil
}

// replace puts a newly authorized refresh token in the place of whatever stands
// under the configured seed.
func (s *Store) replace(ctx context.Context, g grant, now time.Time) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO oauth_grants (consumer_key, seed_hash, refresh_token, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (consumer_key, seed_hash) DO UPDATE SET refresh_token = excluded.refresh_token,
			updated_at = excluded.updated_at, attempted_at = NULL, lost_at = NULL, lost_code = '', lost_description = ''`,
		g.consumerKey, g.seedHash, g.refreshToken, now.UnixMilli(), now.UnixMilli())
	if err != nil {
		return fmt.Errorf("oauth: store the new grant: %w", err)
	}
	return nil
}

// begun is an authorization under way.
type begun struct{ consumerKey, redirectURL, verifier string }

// begin remembers a state until expires, and forgets expired ones.
func (s *Store) begin(ctx context.Context, state string, b begun, now, expires time.Time) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("oauth: store the state: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `DELETE FROM oauth_states WHERE expires_at <= ?`, now.UnixMilli()); err != nil {
		return fmt.Errorf("oauth: forget old states: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO oauth_states (state_hash, consumer_key, redirect_url, verifier, expires_at)
		VALUES (?, ?, ?, ?, ?)`, hash(state), b.consumerKey, b.redirectURL, b.verifier, expires.UnixMilli()); err != nil {
		return fmt.Errorf("oauth: store the state: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("oauth: store the state: %w", err)
	}
	return nil
}

// take reads and forgets a state in one statement, so that of two callbacks
// with it only one goes on. found is false for an unknown or expired one.
func (s *Store) take(ctx context.Context, state string, now time.Time) (b begun, found bool, err error) {
	var expires int64
	err = s.db.QueryRowContext(ctx, `DELETE FROM oauth_states WHERE state_hash = ?
		RETURNING consumer_key, redirect_url, verifier, expires_at`, hash(state)).
		Scan(&b.consumerKey, &b.redirectURL, &b.verifier, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return begun{}, false, nil
	}
	if err != nil {
		return begun{}, false, fmt.Errorf("oauth: take the state: %w", err)
	}
	return b, now.UnixMilli() < expires, nil
}
