package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqlitePath is the path in a database URL sqlite:PATH, or what is wrong with
// it in words that follow the name of the setting.
func sqlitePath(databaseURL string) (path, problem string) {
	path, ok := strings.CutPrefix(databaseURL, "sqlite:")
	if !ok {
		return "", "is no database URL: write sqlite:PATH, such as sqlite:/data/scimforce.db, or postgres://USER:PASSWORD@HOST:5432/DATABASE"
	}
	// sqlite:///data/x.db is a common spelling of /data/x.db.
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		path = rest
	}
	if path == "" || strings.HasSuffix(path, "/") {
		return "", "names no file: write sqlite:PATH, such as sqlite:/data/scimforce.db"
	}
	if path == ":memory:" {
		return "", "would be lost with the process, and a rotated refresh token with it: name a file"
	}
	return path, ""
}

// openFile opens a SQLite file.
func openFile(ctx context.Context, databaseURL string) (*sql.DB, error) {
	path, _ := sqlitePath(databaseURL)
	// SQLite would make it with the umask's permissions; its -wal and -shm
	// files get those of the database.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	info, err := file.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = file.Chmod(0o600)
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("database: make it readable for its owner only: %w", err)
	}
	// synchronous FULL makes commits durable. Writers wait for each other.
	return openSQLite(ctx, (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate")
}

// OpenMemory opens a SQLite database that lives as long as it is open, for
// trials and tests; name tells those of one process apart.
func OpenMemory(ctx context.Context, name string) (*sql.DB, error) {
	return openSQLite(ctx, "file:/"+url.PathEscape(name)+"?vfs=memdb&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_txlock=immediate")
}

func openSQLite(ctx context.Context, dsn string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	connections := max(4, runtime.GOMAXPROCS(0))
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections) // an idle one also keeps a database in memory alive
	return answering(ctx, db)
}
