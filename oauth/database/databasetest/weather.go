package databasetest

import (
	"database/sql"
	"net/url"
	"testing"

	"scimforce/oauth/database"
)

// OpenReadOnly opens a database that takes no writes through this handle, as a
// read-only file system or a standby would.
func OpenReadOnly(t testing.TB, databaseURL string) *sql.DB {
	t.Helper()
	path, isFile := database.SQLitePath(databaseURL)
	if !isFile {
		u, err := url.Parse(databaseURL)
		if err != nil {
			t.Fatal(err)
		}
		query := u.Query()
		query.Set("default_transaction_read_only", "on")
		u.RawQuery = query.Encode()
		return Open(t, u.String())
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+"?mode=ro&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
