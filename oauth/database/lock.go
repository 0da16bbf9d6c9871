package database

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
)

// Lock makes transactions that name the same thing wait for each other, until
// they end: for rows that are to be replaced together, and perhaps do not exist
// yet, so that there is none to lock. It comes first in a transaction.
//
// On SQLite there is nothing to do, because a transaction shuts out all others
// from its begin.
func Lock(ctx context.Context, engine Engine, tx *sql.Tx, what string) error {
	if engine == SQLite {
		return nil
	}
	// Two names with one number would wait for each other, no more.
	sum := sha256.Sum256([]byte(what))
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(binary.BigEndian.Uint64(sum[:8]))); err != nil {
		return fmt.Errorf("database: lock %s: %w", what, err)
	}
	return nil
}
