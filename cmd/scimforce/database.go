package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqlitePath is the path in a database URL sqlite:PATH, or what is wrong with
// it in words that follow the name of the setting.
func sqlitePath(databaseURL string) (path, problem string) {
	switch {
	case strings.HasPrefix(databaseURL, "postgres://"), strings.HasPrefix(databaseURL, "postgresql://"):
		return "", "names PostgreSQL, which this version cannot use yet; it will come with running several replicas: use sqlite:PATH"
	case !strings.HasPrefix(databaseURL, "sqlite:"):
		return "", "is no database URL: write sqlite:PATH, such as sqlite:/data/scimforce.db"
	}
	path = strings.TrimPrefix(databaseURL, "sqlite:")
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

// checkDatabase reports what is wrong with SCIMFORCE_DATABASE_URL, and a
// refresh token that is neither configured nor stored.
func checkDatabase(found *problems, databaseURL string, seeded bool) {
	path, problem := sqlitePath(databaseURL)
	if problem != "" {
		found.addf("SCIMFORCE_DATABASE_URL %q %s", redactURL(databaseURL), problem)
		return
	}
	directory := filepath.Dir(path)
	info, err := os.Stat(directory)
	switch {
	case err != nil:
		found.addf("SCIMFORCE_DATABASE_URL: the directory %q cannot be used: %v; make it, for the bridge's user", directory, cause(err))
	case !info.IsDir():
		found.addf("SCIMFORCE_DATABASE_URL: %q is no directory", directory)
	case info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0:
		found.addf("SCIMFORCE_DATABASE_URL: everybody may write into the directory %q, and the database holds secrets: chmod o-w it", directory)
	}
	file, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if !seeded {
			found.addf("SCIMFORCE_REFRESH_TOKEN is missing, and there is no database yet that holds one: set it, or SCIMFORCE_REFRESH_TOKEN_FILE")
		}
	case err == nil && !file.Mode().IsRegular():
		found.addf("SCIMFORCE_DATABASE_URL: %q is no file", path)
	}
}

// openDatabase opens the SQLite database of a URL that was checked, making the
// file for its owner only (0600) if it is missing; a file that others may read
// is closed to them. The caller closes it.
func openDatabase(ctx context.Context, databaseURL string) (*sql.DB, error) {
	path, problem := sqlitePath(databaseURL)
	if problem != "" {
		return nil, fmt.Errorf("database %q %s", redactURL(databaseURL), problem)
	}
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
	// A commit is on the disk when it returns (synchronous FULL): a rotated
	// refresh token must outlive a power cut. Writers wait for each other.
	return openSQLite(ctx, (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate")
}

// openMemory opens a database that lives as long as it is open, for trials and
// tests; name tells those of one process apart.
func openMemory(ctx context.Context, name string) (*sql.DB, error) {
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
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), db.Close())
	}
	return db, nil
}
