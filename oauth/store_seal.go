package oauth

import (
	"context"
	"database/sql"
	"fmt"

	"scimforce/oauth/database"
	"scimforce/oauth/vault"
)

// clearGrant is a row of an older version, whose token lies open.
type clearGrant struct {
	key          grantKey
	refreshToken string
	created      int64
	updated      int64
	attempted    sql.NullInt64
	lostAt       sql.NullInt64
	code         string
	description  string
	lostBy       string
}

// sealOldGrants moves the grants of an older version, which knew one connection
// and no vault, into the table of today. It is one transaction, so that no token
// is lost or left open; the file is rewritten afterwards, because SQLite leaves
// what was deleted in its pages.
func (s *Store) sealOldGrants(ctx context.Context) error {
	if s.engine != database.SQLite {
		return nil // no version ever wrote in clear there
	}
	old, err := s.clearGrants(ctx)
	if err != nil || len(old) == 0 {
		return err
	}
	sealed := make([][]byte, len(old))
	for i, g := range old {
		if sealed[i], err = s.seal(ctx, placeOfGrant(g.key.connection, g.key.consumerKey, g.key.seedHash), g.refreshToken); err != nil {
			return err
		}
	}
	err = s.transact(ctx, "seal the grants of an older version", func(tx *sql.Tx) error {
		for i, g := range old {
			_, err := tx.ExecContext(ctx, `INSERT INTO oauth_grants (connection, consumer_key, seed_hash, refresh_token, version,
					created_at, updated_at, issued_at, attempted_at, lost_at, lost_code, lost_description, lost_by)
				VALUES ($1, $2, $3, $4, 1, $5, $6, $6, $7, $8, $9, $10, $11) ON CONFLICT (connection, consumer_key, seed_hash) DO NOTHING`,
				g.key.connection, g.key.consumerKey, g.key.seedHash, sealed[i], g.created, g.updated, g.attempted, g.lostAt, g.code, g.description, g.lostBy)
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM oauth_grants_in_clear`)
		return err
	})
	if err != nil {
		return err
	}
	for _, statement := range []string{`VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("oauth: the tokens of an older version are sealed, but their clear text may still be in the database file: %w", err)
		}
	}
	return nil
}

// clearGrants reads what an older version left.
func (s *Store) clearGrants(ctx context.Context) (list []clearGrant, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT consumer_key, seed_hash, refresh_token, created_at, updated_at, attempted_at,
		lost_at, lost_code, lost_description, lost_by FROM oauth_grants_in_clear`)
	if err != nil {
		return nil, fmt.Errorf("oauth: read the grants of an older version: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		g := clearGrant{key: grantKey{connection: DefaultConnection}}
		if err := rows.Scan(&g.key.consumerKey, &g.key.seedHash, &g.refreshToken, &g.created, &g.updated, &g.attempted,
			&g.lostAt, &g.code, &g.description, &g.lostBy); err != nil {
			return nil, fmt.Errorf("oauth: read the grants of an older version: %w", err)
		}
		list = append(list, g)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("oauth: read the grants of an older version: %w", err)
	}
	return list, nil
}

// sealedCell is one sealed value of the database.
type sealedCell struct {
	at     vault.Place
	sealed []byte
	key    []any // of the row
}

// sealedColumn is where sealed values lie.
type sealedColumn struct {
	list   string // lists the row's key, then the sealed value
	update string // $1 is the new value, then the row's key, then the old value
	keys   int
	place  func(key []string) vault.Place
}

func sealedColumns() []sealedColumn {
	return []sealedColumn{
		{
			list:   `SELECT connection, consumer_key, seed_hash, refresh_token FROM oauth_grants`,
			update: `UPDATE oauth_grants SET refresh_token = $1 WHERE connection = $2 AND consumer_key = $3 AND seed_hash = $4 AND refresh_token = $5`,
			keys:   3, place: func(key []string) vault.Place { return placeOfGrant(key[0], key[1], key[2]) },
		},
		{
			list:   `SELECT name, consumer_secret FROM oauth_connections WHERE length(consumer_secret) > 0`,
			update: `UPDATE oauth_connections SET consumer_secret = $1 WHERE name = $2 AND consumer_secret = $3`,
			keys:   1, place: func(key []string) vault.Place { return placeOfSecret(key[0]) },
		},
		{
			list:   `SELECT name, private_key FROM oauth_connections WHERE length(private_key) > 0`,
			update: `UPDATE oauth_connections SET private_key = $1 WHERE name = $2 AND private_key = $3`,
			keys:   1, place: func(key []string) vault.Place { return placeOfKey(key[0]) },
		},
		{
			list:   `SELECT state_hash, sealed FROM oauth_attempts WHERE length(sealed) > 0`,
			update: `UPDATE oauth_attempts SET sealed = $1 WHERE state_hash = $2 AND sealed = $3`,
			keys:   1, place: func(key []string) vault.Place { return placeOfAttempt(key[0]) },
		},
	}
}

// Reseal seals every secret anew with the vault's newest data key, while bridges
// run: a row that changes meanwhile is sealed with that key by whoever changes
// it. n is how many were sealed; what has the newest key already is left.
func (s *Store) Reseal(ctx context.Context) (n int, err error) {
	for _, column := range sealedColumns() {
		cells, err := s.cells(ctx, column)
		if err != nil {
			return n, err
		}
		for _, cell := range cells {
			done, err := s.resealCell(ctx, column, cell)
			if err != nil {
				return n, err
			}
			n += done
		}
	}
	return n, nil
}

// resealCell is 1 when the value was sealed anew, 0 when it was changed
// meanwhile.
func (s *Store) resealCell(ctx context.Context, column sealedColumn, cell sealedCell) (int, error) {
	secret, err := s.unseal(ctx, cell.at, cell.sealed)
	if err != nil {
		return 0, err
	}
	sealed, err := s.seal(ctx, cell.at, secret)
	if err != nil || s.vault.IsCurrent(cell.sealed) { // Seal has learned of the newest key
		return 0, err
	}
	result, err := s.db.ExecContext(ctx, column.update, append(append([]any{sealed}, cell.key...), cell.sealed)...)
	if err != nil {
		return 0, fmt.Errorf("oauth: store what was sealed anew: %w", err)
	}
	changed, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("oauth: store what was sealed anew: %w", err)
	}
	return int(changed), nil
}

// cells lists the sealed values of a column.
func (s *Store) cells(ctx context.Context, column sealedColumn) (list []sealedCell, err error) {
	rows, err := s.db.QueryContext(ctx, column.list)
	if err != nil {
		return nil, fmt.Errorf("oauth: list what is sealed: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		key := make([]string, column.keys)
		var cell sealedCell
		into := make([]any, 0, column.keys+1)
		for i := range key {
			into = append(into, &key[i])
		}
		if err := rows.Scan(append(into, &cell.sealed)...); err != nil {
			return nil, fmt.Errorf("oauth: list what is sealed: %w", err)
		}
		for _, part := range key {
			cell.key = append(cell.key, part)
		}
		cell.at = column.place(key)
		list = append(list, cell)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("oauth: list what is sealed: %w", err)
	}
	return list, nil
}
