package directory

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"strings"
	"time"

	"scimforce/oauth/database"
)

//go:embed migrations
var migrations embed.FS

// store is what Salesforce cannot hold: the echo, the tombstones, the managers
// that are awaited. Losing it loses no user: values come back as Salesforce
// holds them and deleted users become visible as inactive ones.
//
// The SQL is the part that SQLite and PostgreSQL share; $1 means the first
// argument to both, and is the connection in every statement.
type store struct {
	db         *sql.DB
	connection string
	now        func() time.Time
}

// maxArguments bounds the values of one IN list: SQLite takes 32,766 variables,
// PostgreSQL 65,535.
const maxArguments = 1000

func openStore(ctx context.Context, db *sql.DB, connection string, now func() time.Time) (*store, error) {
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	return &store{db: db, connection: connection, now: now}, nil
}

func migrate(ctx context.Context, db *sql.DB) error {
	if err := database.Migrate(ctx, db, "directory_versions", migrations); err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	return nil
}

// Forget removes all that is remembered of a connection's people and groups, in
// one transaction: for a connection that is removed. A Directory of the
// connection must not be at work any more.
func Forget(ctx context.Context, db *sql.DB, connection string) error {
	if err := migrate(ctx, db); err != nil {
		return err
	}
	s := &store{db: db, connection: connection}
	return s.inTransaction(ctx, "all", func(tx *sql.Tx) error {
		for _, table := range [...]string{"directory_echo", "directory_echo_texts", "directory_tombstones", "directory_pending_managers"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE connection = $1`, connection); err != nil {
				return fmt.Errorf("directory: forget the connection: %w", err)
			}
		}
		return nil
	})
}

// inTransaction runs fn in one transaction: all of it is stored or nothing.
// Transactions about the same thing, also another replica's, come one after the
// other.
func (s *store) inTransaction(ctx context.Context, about string, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("directory: begin: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it has nothing to do
	if err := database.Lock(ctx, database.EngineOf(s.db), tx, "directory of "+s.connection+": "+about); err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("directory: commit: %w", err)
	}
	return nil
}

// placeholders makes "$from, $from+1, ..." for n arguments.
func placeholders(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}

// arguments turns ids into query arguments.
func arguments[T any](before []any, values []T) []any {
	for _, v := range values {
		before = append(before, v)
	}
	return before
}

// column reads the first column of all rows.
func column(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}
