package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteCode is the extended result code of an error of SQLite, 0 for others.
// https://www.sqlite.org/rescode.html
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// sqliteKind is the primary result code, without the extension.
func sqliteKind(err error) int { return sqliteCode(err) & 0xff }

// sqlState is the SQLSTATE of an error of PostgreSQL, "" for others.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// IsUniqueViolation says that a row is there already with the same key.
func IsUniqueViolation(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return true
	}
	return sqlState(err) == "23505"
}

// IsReadOnly says that the database takes no writes: its file or file system is
// read-only, or the server is a standby.
func IsReadOnly(err error) bool {
	return (sqliteKind(err) == sqlite3.SQLITE_READONLY && sqliteCode(err) != sqlite3.SQLITE_READONLY_DBMOVED) ||
		sqlState(err) == "25006"
}

// IsFull says that the disk holds no more, or the database has reached its
// bound. Nothing of the statement was stored.
func IsFull(err error) bool {
	return sqliteKind(err) == sqlite3.SQLITE_FULL || sqlState(err) == "53100"
}

// IsBusy says that somebody else worked with the same rows for too long, or got
// there first: the same again may go well.
func IsBusy(err error) bool {
	switch sqliteKind(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return true
	}
	switch sqlState(err) {
	case "40001", "40P01", "55P03":
		return true
	}
	return false
}

// IsGone says that the database cannot be reached: the server is down, refuses,
// restarts or broke off, or the SQLite file was taken away or cannot be read.
// Whether a commit that ended so was stored is not known. The end of the
// caller's own context is not the database's.
func IsGone(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	switch sqliteKind(err) {
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR:
		return true
	}
	if sqliteCode(err) == sqlite3.SQLITE_READONLY_DBMOVED {
		return true
	}
	if state := sqlState(err); state != "" {
		// Connection exceptions; shutdown, crash, still starting, database
		// dropped; too many connections; timed out in a transaction.
		return strings.HasPrefix(state, "08") || strings.HasPrefix(state, "57P") || state == "53300" || state == "25P03"
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, pgconn.ErrConnClosed) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}
