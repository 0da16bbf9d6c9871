package database

import (
	"errors"
	"io/fs"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

// Explain is a sentence for an administrator about an error of the database:
// what it is and what to do. "" when err is nil or none that this package
// knows. It holds nothing of the statement or of the URL.
func Explain(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*encodingError](err); ok {
		return "The PostgreSQL database's encoding is " + e.encoding + ", which cannot hold every name: make one with CREATE DATABASE scimforce ENCODING 'UTF8' TEMPLATE template0."
	}
	switch {
	case IsFull(err):
		return "The database is full: make room on its disk. Nothing that was stored before is lost."
	case IsReadOnly(err):
		return "The database is read-only: let the bridge's user write into the SQLite file and its directory, or name PostgreSQL's primary and not a standby."
	case IsBusy(err):
		return "The database is busy with somebody else's change: try again, and see that only one bridge uses a SQLite file."
	}
	switch sqliteKind(err) {
	case sqlite3.SQLITE_CORRUPT:
		return "The SQLite file is damaged: stop the bridge and put a backup in its place."
	case sqlite3.SQLITE_NOTADB:
		return "The file is no SQLite database: name another one in SCIMFORCE_DATABASE_URL."
	}
	switch state := sqlState(err); {
	case state == "28P01", strings.HasPrefix(state, "28"):
		return "PostgreSQL refuses the user or the password: correct SCIMFORCE_DATABASE_URL, or the server's pg_hba.conf."
	case state == "3D000":
		return "PostgreSQL has no database of this name: make it (CREATE DATABASE), or correct SCIMFORCE_DATABASE_URL."
	case state == "42501":
		return "PostgreSQL does not allow this user to do it: give the bridge's user CREATE on the schema, or make it the database's owner."
	case state == "53300":
		return "PostgreSQL has no connection left: raise its max_connections, or run fewer replicas."
	}
	switch {
	case IsGone(err):
		return "The database cannot be reached: see that the server runs and that the bridge reaches it, or that the SQLite file is where SCIMFORCE_DATABASE_URL says."
	case errors.Is(err, fs.ErrPermission):
		return "The bridge's user may not open the SQLite file: give him the file and its directory."
	case errors.Is(err, fs.ErrNotExist):
		return "The directory of the SQLite file is missing: make it, for the bridge's user."
	}
	return ""
}
