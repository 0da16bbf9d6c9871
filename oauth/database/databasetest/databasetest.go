// Package databasetest gives tests real databases: SQLite files, and databases
// of a PostgreSQL server that the tests start themselves. Only tests import it.
package databasetest

import (
	"database/sql"
	"path/filepath"
	"testing"

	"scimforce/oauth/database"
)

// Each runs f against SQLite and against PostgreSQL, as subtests of those names.
// open opens the same fresh database each time it is called, as one more replica
// would; the handles are closed with the test that was given.
func Each(t *testing.T, f func(t *testing.T, open func(t *testing.T) *sql.DB)) {
	t.Helper()
	for _, engine := range []database.Engine{database.SQLite, database.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			databaseURL := URL(t, engine)
			f(t, func(t *testing.T) *sql.DB {
				t.Helper()
				return Open(t, databaseURL)
			})
		})
	}
}

// SQLite opens a fresh SQLite database.
func SQLite(t testing.TB) *sql.DB {
	t.Helper()
	return Open(t, URL(t, database.SQLite))
}

// PostgreSQL opens a fresh database of PostgreSQL.
func PostgreSQL(t testing.TB) *sql.DB {
	t.Helper()
	return Open(t, URL(t, database.PostgreSQL))
}

// Open opens a database until t ends.
func Open(t testing.TB, databaseURL string) *sql.DB {
	t.Helper()
	db, err := database.Open(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// URL is that of a fresh database, which is gone when t ends.
func URL(t testing.TB, engine database.Engine) string {
	t.Helper()
	if engine == database.SQLite {
		return "sqlite:" + filepath.Join(t.TempDir(), "scimforce.db")
	}
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return server.database(t)
}
