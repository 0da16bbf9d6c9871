package idp

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"scimforce/oauth/database"
)

//go:embed migrations
var migrations embed.FS

// store is the room's table.
type store struct{ db *sql.DB }

// openStore brings the table up to date.
func openStore(ctx context.Context, db *sql.DB) (store, error) {
	if err := database.Migrate(ctx, db, "idp_versions", migrations); err != nil {
		return store{}, fmt.Errorf("idp: %w", err)
	}
	return store{db: db}, nil
}

// columns are those of a Token, in the order that scan reads them.
const columns = `id, name, connection, scope, hint, created_at, expires_at, last_used_at, last_address, revoked_at, replaced_by`

// scan reads one Token, and what else the row has.
func scan(row interface{ Scan(...any) error }, more ...any) (Token, error) {
	var t Token
	var created int64
	var expires, used, revoked sql.NullInt64
	err := row.Scan(append([]any{
		&t.ID, &t.Name, &t.Connection, &t.Scope, &t.Hint, &created, &expires, &used, &t.LastAddress, &revoked, &t.ReplacedBy,
	}, more...)...)
	t.CreatedAt = time.UnixMilli(created)
	t.ExpiresAt, t.LastUsedAt, t.RevokedAt = moment(expires), moment(used), moment(revoked)
	return t, err
}

func moment(millis sql.NullInt64) time.Time {
	if !millis.Valid {
		return time.Time{}
	}
	return time.UnixMilli(millis.Int64)
}

func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

// insert stores a token that holds its name; a *NameTakenError when another
// does.
func (s store) insert(ctx context.Context, tx *sql.Tx, t Token, hash string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO idp_tokens (id, name, held_name, connection, scope, hint, hash, created_at, expires_at)
		VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8)`,
		t.ID, t.Name, t.Connection, string(t.Scope), t.Hint, hash, t.CreatedAt.UnixMilli(), millis(t.ExpiresAt))
	switch {
	case database.IsUniqueViolation(err): // ids and hashes are random
		return &NameTakenError{Name: t.Name}
	case err != nil:
		return fmt.Errorf("idp: store the token: %w", err)
	}
	return nil
}

// create stores a new token, unless one of its name is good now: then the error
// is a *NameTakenError, also when several create it at once.
func (s store) create(ctx context.Context, t Token, hash string) error {
	return s.transact(ctx, "store the token", func(tx *sql.Tx) error {
		var good int
		err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM idp_tokens WHERE name = $1
			AND (expires_at IS NULL OR expires_at > $2) AND (revoked_at IS NULL OR revoked_at > $2)`,
			t.Name, t.CreatedAt.UnixMilli()).Scan(&good)
		if err != nil {
			return fmt.Errorf("idp: store the token: %w", err)
		}
		if good > 0 {
			return &NameTakenError{Name: t.Name}
		}
		// Whoever holds the name has ended.
		if _, err := tx.ExecContext(ctx, `UPDATE idp_tokens SET held_name = NULL WHERE held_name = $1
			AND (expires_at <= $2 OR revoked_at <= $2)`, t.Name, t.CreatedAt.UnixMilli()); err != nil {
			return fmt.Errorf("idp: store the token: %w", err)
		}
		return s.insert(ctx, tx, t, hash)
	})
}

// transact runs f in a transaction; what says for errors what it is for.
func (s store) transact(ctx context.Context, what string, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("idp: %s: %w", what, err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("idp: %s: %w", what, err)
	}
	return nil
}

// byHash finds the token of a hash, which is given back as it is stored.
func (s store) byHash(ctx context.Context, hash string) (t Token, stored string, found bool, err error) {
	t, err = scan(s.db.QueryRowContext(ctx, `SELECT `+columns+`, hash FROM idp_tokens WHERE hash = $1`, hash), &stored)
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, "", false, nil
	}
	return t, stored, err == nil, err
}

// byID finds a token; ErrNoToken when there is none.
func (s store) byID(ctx context.Context, id string) (Token, error) {
	t, err := scan(s.db.QueryRowContext(ctx, `SELECT `+columns+` FROM idp_tokens WHERE id = $1`, id))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Token{}, ErrNoToken
	case err != nil:
		return Token{}, fmt.Errorf("idp: read the token: %w", err)
	}
	return t, nil
}

// all are the tokens, the newest first.
func (s store) all(ctx context.Context) ([]Token, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM idp_tokens ORDER BY created_at DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("idp: list the tokens: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Token
	for rows.Next() {
		t, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("idp: list the tokens: %w", err)
		}
		found = append(found, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("idp: list the tokens: %w", err)
	}
	return found, nil
}

// revoke ends a token now, also one that was to end later.
func (s store) revoke(ctx context.Context, id string, now time.Time) error {
	result, err := s.db.ExecContext(ctx, `UPDATE idp_tokens SET revoked_at = $1
		WHERE id = $2 AND (revoked_at IS NULL OR revoked_at > $1)`, now.UnixMilli(), id)
	if err != nil {
		return fmt.Errorf("idp: revoke the token: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	_, err = s.byID(ctx, id)
	return err
}

// rotate puts successor beside the token old, which ends at end and hands its
// name on. Of two that rotate it at once one gets errRotated.
func (s store) rotate(ctx context.Context, old string, successor Token, hash string, end time.Time) error {
	return s.transact(ctx, "rotate the token", func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE idp_tokens SET revoked_at = $1, replaced_by = $2, held_name = NULL
			WHERE id = $3 AND replaced_by = '' AND revoked_at IS NULL`, end.UnixMilli(), successor.ID, old)
		if err != nil {
			return fmt.Errorf("idp: rotate the token: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(errRotated, err)
		}
		return s.insert(ctx, tx, successor, hash)
	})
}

// used notes a use, unless one of the last minute is noted already.
func (s store) used(ctx context.Context, id, address string, now time.Time) error {
	_, err := s.db.ExecContext(ctx, `UPDATE idp_tokens SET last_used_at = $1, last_address = $2
		WHERE id = $3 AND (last_used_at IS NULL OR last_used_at <= $4)`,
		now.UnixMilli(), address, id, now.Add(-usedEvery).UnixMilli())
	return err
}
