package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"scimforce/oauth/database"
)

// checkDatabase reports what is wrong with SCIMFORCE_DATABASE_URL, and a
// refresh token that is neither configured nor stored.
func checkDatabase(found *problems, databaseURL string, seeded bool) {
	if problem := database.CheckURL(databaseURL); problem != "" {
		found.addf("SCIMFORCE_DATABASE_URL %q %s", database.Redact(databaseURL), problem)
		return
	}
	path, ok := database.SQLitePath(databaseURL)
	if !ok {
		// The tables of grants and of the echo are SQLite's alone as yet.
		found.addf("SCIMFORCE_DATABASE_URL names PostgreSQL, which this version cannot use yet; it will come with running several replicas: use sqlite:PATH")
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
