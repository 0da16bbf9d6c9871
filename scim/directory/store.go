package directory

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// store is what Salesforce cannot hold: the echo, the tombstones, the managers
// that are awaited. Losing it loses no user: values come back as Salesforce
// holds them and deleted users become visible as inactive ones.
//
// The SQL is the part that SQLite and PostgreSQL share; $1 means the first
// argument to both.
type store struct {
	db  *sql.DB
	now func() time.Time
}

// maxArguments bounds the values of one IN list: SQLite takes 32,766 variables,
// PostgreSQL 65,535.
const maxArguments = 1000

func openStore(ctx context.Context, db *sql.DB, now func() time.Time) (*store, error) {
	sources, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("directory: migrations: %w", err)
	}
	dialect := goose.DialectSQLite3
	// The driver is the caller's choice; its type is the only thing that tells
	// the dialects apart without asking the database.
	if kind := strings.ToLower(fmt.Sprintf("%T", db.Driver())); strings.Contains(kind, "stdlib") || strings.Contains(kind, "pgx") || strings.Contains(kind, "pq") {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, db, sources,
		goose.WithTableName("directory_versions"), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("directory: migrations: %w", err)
	}
	// The provider is not closed: that would close db, which is the caller's.
	if _, err := provider.Up(ctx); err != nil {
		return nil, fmt.Errorf("directory: migrations: %w", err)
	}
	return &store{db: db, now: now}, nil
}

// inTransaction runs fn in one transaction: all of it is stored or nothing.
func (s *store) inTransaction(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("directory: begin: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it has nothing to do
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
