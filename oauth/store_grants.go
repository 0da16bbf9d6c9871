package oauth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// grantKey names a row of oauth_grants.
type grantKey struct{ connection, consumerKey, seedHash string }

// grant is a row of oauth_grants.
type grant struct {
	grantKey
	refreshToken string
	// version is what the row said when it was read: who changes the row names
	// it, so that nobody writes over what he has not seen.
	version int64
	// attempted is when a refresh was begun whose answer is not stored, in Unix
	// milliseconds, for people to read: it is under way, or the process has died
	// that perhaps held the only copy of the next refresh token.
	attempted sql.NullInt64
	// lost is what the login host lostBy said of it, nil for nothing. Another
	// login host was not asked: the first may have been the wrong one.
	lost   *GrantLostError
	lostBy string
}

// latestSeed is the seed hash of the connection's grant that was used last,
// "" when there is none.
func (s *Store) latestSeed(ctx context.Context, connection, consumerKey string) (seedHash string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT seed_hash FROM oauth_grants WHERE connection = $1 AND consumer_key = $2
		ORDER BY updated_at DESC, created_at DESC LIMIT 1`, connection, consumerKey).Scan(&seedHash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("oauth: read the grant: %w", err)
	}
	return seedHash, nil
}

// load reads one grant.
func (s *Store) load(ctx context.Context, key grantKey) (g grant, found bool, err error) {
	g = grant{grantKey: key}
	var sealed []byte
	var lostAt sql.NullInt64
	var lost GrantLostError
	err = s.db.QueryRowContext(ctx, `SELECT refresh_token, version, attempted_at, lost_at, lost_code, lost_description, lost_by
		FROM oauth_grants WHERE connection = $1 AND consumer_key = $2 AND seed_hash = $3`, key.connection, key.consumerKey, key.seedHash).
		Scan(&sealed, &g.version, &g.attempted, &lostAt, &lost.Code, &lost.Description, &g.lostBy)
	if errors.Is(err, sql.ErrNoRows) {
		return g, false, nil
	}
	if err != nil {
		return g, false, fmt.Errorf("oauth: read the grant: %w", err)
	}
	if lostAt.Valid {
		g.lost = &lost
	}
	g.refreshToken, err = s.unseal(ctx, placeOfGrant(key.connection, key.consumerKey, key.seedHash), sealed)
	return g, err == nil, err
}

// attempt notes that g's refresh token is about to be sent. It proves that the
// store takes writes while the old token is still good: a full disk is found
// out before Salesforce has exchanged the token, not after. Of two processes
// that note it at once one gets errSuperseded. g is the noted grant afterwards.
func (s *Store) attempt(ctx context.Context, g *grant, at int64) error {
	if err := s.change(ctx, *g, "note the refresh", `attempted_at = $1`, at); err != nil {
		return err
	}
	g.version++
	g.attempted = sql.NullInt64{Int64: at, Valid: true}
	return nil
}

// refused takes attempt's note back: the login host answered, and exchanged
// nothing.
func (s *Store) refused(ctx context.Context, g grant) error {
	return s.change(ctx, g, "note the refusal", `attempted_at = NULL`)
}

// rotate replaces g's refresh token with its successor (which may be the same
// one, where the app does not rotate). errSuperseded when g is not the stored
// grant any more.
func (s *Store) rotate(ctx context.Context, g grant, successor string, now int64) error {
	sealed, err := s.seal(ctx, placeOfGrant(g.connection, g.consumerKey, g.seedHash), successor)
	if err != nil {
		return err
	}
	issued := ``
	if successor != g.refreshToken {
		issued = `, issued_at = $2`
	}
	return s.change(ctx, g, "store the rotated refresh token",
		`refresh_token = $1, updated_at = $2, attempted_at = NULL, lost_at = NULL, lost_code = '', lost_description = ''`+issued, sealed, now)
}

// succeed is rotate for whoever holds the successor: it is stored also where the
// row was changed since and still says the token that it succeeds, which nobody
// can use any more. No error when it is there already, as after a commit whose
// answer got lost. errSuperseded when another grant stands there, none, or one
// that the bridge has given back.
func (s *Store) succeed(ctx context.Context, g grant, successor string, now int64) error {
	for {
		err := s.rotate(ctx, g, successor, now)
		if !errors.Is(err, errSuperseded) {
			return err
		}
		stored, found, err := s.load(ctx, g.grantKey)
		switch {
		case err != nil:
			return err
		case found && stored.refreshToken == successor:
			return nil
		case !found || stored.refreshToken != g.refreshToken || stored.lost != nil && stored.lost.Code == revokedByBridge:
			return errSuperseded
		}
		g.version = stored.version
	}
}

// lose remembers that Salesforce has ended the grant, as the login host by says.
func (s *Store) lose(ctx context.Context, g grant, lost *GrantLostError, by string, now int64) error {
	return s.change(ctx, g, "note the lost grant", `attempted_at = NULL, lost_at = $1, lost_code = $2, lost_description = $3, lost_by = $4`,
		now, lost.Code, lost.Description, by)
}

// change runs one UPDATE of one grant, as it was read, as a transaction of its
// own. The columns it sets have the first placeholders.
func (s *Store) change(ctx context.Context, g grant, what, set string, arguments ...any) error {
	n := len(arguments)
	result, err := s.db.ExecContext(ctx, fmt.Sprintf(`UPDATE oauth_grants SET %s, version = version + 1
		WHERE connection = $%d AND consumer_key = $%d AND seed_hash = $%d AND version = $%d`, set, n+1, n+2, n+3, n+4),
		append(arguments, g.connection, g.consumerKey, g.seedHash, g.version)...)
	if err != nil {
		return fmt.Errorf("oauth: %s: %w", what, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errSuperseded, err)
	}
	return nil
}

// sow stores a seed that was never seen before; one that was keeps its
// successor.
func (s *Store) sow(ctx context.Context, tx *sql.Tx, key grantKey, sealed []byte, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO oauth_grants (connection, consumer_key, seed_hash, refresh_token, version, created_at, updated_at, issued_at)
		VALUES ($1, $2, $3, $4, 1, $5, $5, $5) ON CONFLICT (connection, consumer_key, seed_hash) DO NOTHING`,
		key.connection, key.consumerKey, key.seedHash, sealed, now)
	return err
}

// liveToken is the sealed refresh token of a grant that is not lost, nil for none.
func liveToken(ctx context.Context, tx *sql.Tx, key grantKey) (sealed []byte, err error) {
	err = tx.QueryRowContext(ctx, `SELECT refresh_token FROM oauth_grants
		WHERE connection = $1 AND consumer_key = $2 AND seed_hash = $3 AND lost_at IS NULL`, key.connection, key.consumerKey, key.seedHash).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return sealed, err
}

// replace puts a newly authorized refresh token in the place of whatever stands
// there.
func (s *Store) replace(ctx context.Context, tx *sql.Tx, key grantKey, sealed []byte, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO oauth_grants (connection, consumer_key, seed_hash, refresh_token, version, created_at, updated_at, issued_at)
		VALUES ($1, $2, $3, $4, 1, $5, $5, $5)
		ON CONFLICT (connection, consumer_key, seed_hash) DO UPDATE SET refresh_token = excluded.refresh_token,
			version = oauth_grants.version + 1, updated_at = excluded.updated_at, issued_at = excluded.issued_at,
			attempted_at = NULL, lost_at = NULL, lost_code = '', lost_description = ''`,
		key.connection, key.consumerKey, key.seedHash, sealed, now)
	return err
}
