package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"scimforce/oauth/database"
)

// databaseFile is the path in a database URL that the bridge can use, or what is
// wrong with it, a sentence with the setting's name.
func databaseFile(databaseURL string) (path, problem string) {
	if problem := database.CheckURL(databaseURL); problem != "" {
		return "", fmt.Sprintf("SCIMFORCE_DATABASE_URL %q %s", database.Redact(databaseURL), problem)
	}
	path, ok := database.SQLitePath(databaseURL)
	if !ok {
		// The table of grants is SQLite's alone as yet.
		return "", "SCIMFORCE_DATABASE_URL names PostgreSQL, which this version cannot use yet; it will come with running several replicas: use sqlite:PATH"
	}
	return path, ""
}

// checkDatabase reports what is wrong with SCIMFORCE_DATABASE_URL, and a
// refresh token that is neither configured nor stored.
func checkDatabase(found *problems, databaseURL string, seeded bool) {
	path, problem := databaseFile(databaseURL)
	if problem != "" {
		found.addf("%s", problem)
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
