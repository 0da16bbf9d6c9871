package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"scimforce/oauth/database"
)

// checkDatabase reports what is wrong with SCIMFORCE_DATABASE_URL.
func checkDatabase(found *problems, databaseURL string) {
	if problem := database.CheckURL(databaseURL); problem != "" {
		found.addf("SCIMFORCE_DATABASE_URL %q %s", database.Redact(databaseURL), problem)
		return
	}
	path, ok := database.SQLitePath(databaseURL)
	if !ok {
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
	if file, err := os.Stat(path); err == nil && !file.Mode().IsRegular() {
		found.addf("SCIMFORCE_DATABASE_URL: %q is no file", path)
	}
}

// explained adds to an error of the database what to do about it.
func explained(err error) error {
	if remedy := database.Explain(err); remedy != "" {
		return fmt.Errorf("%w\n%s", err, remedy)
	}
	return err
}

// databaseFlag is shared by the commands that work on a bridge's database, while
// the bridge runs or not.
type databaseFlag struct {
	DatabaseURL string `default:"sqlite:scimforce.db" placeholder:"URL" variable:"SCIMFORCE_DATABASE_URL" help:"The bridge's database: sqlite:PATH, made if it is missing, or postgres://USER:PASSWORD@HOST:5432/DATABASE. Default sqlite:scimforce.db."`
}

// with opens the database for f.
func (d databaseFlag) with(ctx context.Context, f func(*sql.DB) error) (err error) {
	var found problems
	checkDatabase(&found, d.DatabaseURL)
	if err := found.err(); err != nil {
		return err
	}
	db, err := database.Open(ctx, d.DatabaseURL)
	if err != nil {
		return explained(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return explained(f(db))
}
