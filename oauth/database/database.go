package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
)

// Engine is what kind of database it is.
type Engine int

// The engines.
const (
	SQLite Engine = iota
	PostgreSQL
)

// String is the engine's name as its makers write it.
func (e Engine) String() string {
	if e == PostgreSQL {
		return "PostgreSQL"
	}
	return "SQLite"
}

// EngineOf says what db is.
func EngineOf(db *sql.DB) Engine {
	if _, ok := db.Driver().(*stdlib.Driver); ok {
		return PostgreSQL
	}
	return SQLite
}

// CheckURL is what is wrong with a database URL, in words that follow the name
// of the setting, and "" for nothing. It asks no database.
func CheckURL(databaseURL string) (problem string) {
	if isPostgreSQL(databaseURL) {
		_, problem = postgreSQLConfig(databaseURL)
		return problem
	}
	_, problem = sqlitePath(databaseURL)
	return problem
}

// SQLitePath is the path of the file that a database URL names; ok is false when
// it names no SQLite database, or none that can be used.
func SQLitePath(databaseURL string) (path string, ok bool) {
	path, problem := sqlitePath(databaseURL)
	return path, problem == ""
}

// Redact is a database URL without its passwords, for logs and complaints.
func Redact(databaseURL string) string {
	if !isPostgreSQL(databaseURL) {
		if strings.HasPrefix(databaseURL, "sqlite:") {
			return databaseURL
		}
		return "(not shown)" // nobody knows where a password would stand in it
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "(not shown)"
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "(not shown)"
	}
	for name := range query {
		if strings.Contains(strings.ToLower(name), "password") {
			query.Set(name, "xxxxx")
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}

// Open opens the database of a URL, which may name a SQLite file
// (sqlite:PATH) or PostgreSQL (postgres://...), and asks whether it answers.
// A SQLite file that is missing is made, for its owner only (0600); one that
// others may read is closed to them. The caller closes the handle. No error
// holds the URL's password; Explain says what an administrator can do about it.
//
// A commit is on the disk when it returns, on both engines: a rotated refresh
// token must outlive a power cut.
func Open(ctx context.Context, databaseURL string) (*sql.DB, error) {
	if problem := CheckURL(databaseURL); problem != "" {
		return nil, fmt.Errorf("database %q %s", Redact(databaseURL), problem)
	}
	if isPostgreSQL(databaseURL) {
		return openPostgreSQL(ctx, databaseURL)
	}
	return openFile(ctx, databaseURL)
}

// answering closes a handle that does not answer.
func answering(ctx context.Context, db *sql.DB) (*sql.DB, error) {
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), db.Close())
	}
	return db, nil
}
