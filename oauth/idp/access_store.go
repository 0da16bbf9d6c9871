package idp

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

func (s store) issue(ctx context.Context, t accessToken, hash string) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO idp_access_tokens (hash, client, bond, scope, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, hash, t.Client, t.Bond, string(t.Scope), t.CreatedAt.UnixMilli(), t.ExpiresAt.UnixMilli())
	return err
}

func (s store) accessToken(ctx context.Context, hash string) (t accessToken, found bool, _ error) {
	var created, expires int64
	err := s.db.QueryRowContext(ctx, `SELECT client, bond, scope, created_at, expires_at FROM idp_access_tokens WHERE hash = $1`, hash).
		Scan(&t.Client, &t.Bond, &t.Scope, &created, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return accessToken{}, false, nil
	}
	t.CreatedAt, t.ExpiresAt = time.UnixMilli(created), time.UnixMilli(expires)
	return t, err == nil, err
}

// sweep deletes what has expired.
func (s store) sweep(ctx context.Context, now time.Time) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM idp_access_tokens WHERE expires_at <= $1`, now.UnixMilli())
	return err
}
