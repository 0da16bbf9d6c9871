package idp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"scimforce/oauth/database"
)

// errUsed says that an assertion was used before.
var errUsed = errors.New("idp: the assertion was used before")

// issue stores an access token and marks the assertion it was had for as used,
// both or neither.
func (s store) issue(ctx context.Context, t accessToken, hash string, assertion once) error {
	return s.transact(ctx, "store the access token", func(tx *sql.Tx) error {
		if assertion.Hash != "" {
			_, err := tx.ExecContext(ctx, `INSERT INTO idp_assertions (hash, expires_at) VALUES ($1, $2)`, assertion.Hash, assertion.Until.UnixMilli())
			if database.IsUniqueViolation(err) {
				return errUsed
			}
			if err != nil {
				return fmt.Errorf("idp: store the assertion's id: %w", err)
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO idp_access_tokens (hash, client, bond, issuer, audience, scope, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			hash, t.Client, t.Bond, t.Issuer, t.Audience, string(t.Scope), t.CreatedAt.UnixMilli(), t.ExpiresAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("idp: store the access token: %w", err)
		}
		return nil
	})
}

func (s store) accessToken(ctx context.Context, hash string) (t accessToken, found bool, _ error) {
	var created, expires int64
	err := s.db.QueryRowContext(ctx, `SELECT client, bond, issuer, audience, scope, created_at, expires_at FROM idp_access_tokens WHERE hash = $1`, hash).
		Scan(&t.Client, &t.Bond, &t.Issuer, &t.Audience, &t.Scope, &created, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return accessToken{}, false, nil
	}
	t.CreatedAt, t.ExpiresAt = time.UnixMilli(created), time.UnixMilli(expires)
	return t, err == nil, err
}

// sweep deletes what has expired.
func (s store) sweep(ctx context.Context, now time.Time) error {
	_, tokens := s.db.ExecContext(ctx, `DELETE FROM idp_access_tokens WHERE expires_at <= $1`, now.UnixMilli())
	_, assertions := s.db.ExecContext(ctx, `DELETE FROM idp_assertions WHERE expires_at <= $1`, now.UnixMilli())
	return errors.Join(tokens, assertions)
}
