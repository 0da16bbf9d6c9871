package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"scimforce/oauth/database"
	"scimforce/oauth/vault"
)

// masterKey is the key of the vault: value, or what file holds, or, with SQLite,
// the file master.key beside the database, which the first run makes.
func masterKey(ctx context.Context, db *sql.DB, databaseURL, value, file string) (vault.MasterKey, error) {
	if value == "" && file != "" {
		text, err := os.ReadFile(file) //nolint:gosec // the path is the administrator's own
		if err != nil {
			return vault.MasterKey{}, fmt.Errorf("SCIMFORCE_MASTER_KEY_FILE: %w", cause(err))
		}
		value = string(text)
	}
	if value != "" {
		key, err := vault.ParseMasterKey(strings.TrimSpace(value))
		if err != nil {
			return vault.MasterKey{}, fmt.Errorf("SCIMFORCE_MASTER_KEY %w", err)
		}
		return key, nil
	}
	path, ok := database.SQLitePath(databaseURL)
	if !ok {
		return vault.MasterKey{}, errors.New("SCIMFORCE_MASTER_KEY is missing: with PostgreSQL it must be given")
	}
	path = filepath.Join(filepath.Dir(path), "master.key")
	if _, err := os.Stat(path); err == nil {
		return masterKey(ctx, db, databaseURL, "", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return vault.MasterKey{}, fmt.Errorf("master key: %w", err)
	}
	empty, err := vault.IsEmpty(ctx, db)
	if err != nil {
		return vault.MasterKey{}, fmt.Errorf("master key: %w", err)
	}
	if !empty {
		return vault.MasterKey{}, fmt.Errorf("SCIMFORCE_MASTER_KEY is missing, and so is %s: the database holds secrets that only it opens", path)
	}
	key, err := vault.NewMasterKey()
	if err != nil {
		return vault.MasterKey{}, err
	}
	if err := os.WriteFile(path, []byte(key.Text()+"\n"), 0o600); err != nil {
		return vault.MasterKey{}, fmt.Errorf("master key: %w", err)
	}
	return key, nil
}
