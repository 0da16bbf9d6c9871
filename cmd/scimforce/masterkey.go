package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"scimforce/oauth/database"
	"scimforce/oauth/vault"
)

// masterKeyFlags are shared by the commands that open the vault.
type masterKeyFlags struct {
	MasterKey     string `placeholder:"KEY" variable:"SCIMFORCE_MASTER_KEY" help:"Master key that opens the secrets in the database (scimforce keys new makes one). Required with PostgreSQL, here or in a file; with SQLite the first run makes master.key beside the database."`
	MasterKeyFile string `placeholder:"PATH" variable:"SCIMFORCE_MASTER_KEY_FILE" help:"File that holds the master key."`
}

// given is the master key that the flags give, none if they give none.
func (f masterKeyFlags) given(found *problems, databaseURL string) vault.MasterKey {
	text := secret(found, "SCIMFORCE_MASTER_KEY", f.MasterKey, f.MasterKeyFile)
	if text != "" {
		key, err := vault.ParseMasterKey(text)
		if err != nil {
			name := "SCIMFORCE_MASTER_KEY"
			if f.MasterKeyFile != "" {
				name = fmt.Sprintf("SCIMFORCE_MASTER_KEY_FILE %q", f.MasterKeyFile)
			}
			found.addf("%s %v", name, err)
		}
		return key
	}
	_, isFile := database.SQLitePath(databaseURL)
	if !isFile && database.CheckURL(databaseURL) == "" && f.MasterKey+f.MasterKeyFile == "" {
		found.addf("SCIMFORCE_MASTER_KEY is missing: PostgreSQL may be shared by several bridges, so none of them makes it; make one with scimforce keys new, keep a copy, and set it, or SCIMFORCE_MASTER_KEY_FILE, for all of them")
	}
	return vault.MasterKey{}
}

// masterKeyFile is where the master key lies that nobody gave: beside the
// SQLite file.
func masterKeyFile(databaseURL string) string {
	path, _ := database.SQLitePath(databaseURL)
	return filepath.Join(filepath.Dir(path), "master.key")
}

// openVault opens the vault of a database for one command.
func openVault(ctx context.Context, p *program, db *sql.DB, databaseURL string, given vault.MasterKey) (*vault.Vault, error) {
	logger := newLogger(p.stderr, slog.LevelWarn, "text")
	key, err := masterKey(ctx, logger, db, databaseURL, given)
	if err != nil {
		return nil, err
	}
	return vault.Open(ctx, vault.Config{DB: db, MasterKey: key, Logger: logger})
}

// masterKey is the key that was given, or that of the file beside the SQLite
// database, which is made (0600) for a database that holds no data key yet. A
// database that does is told from it: its secrets would be lost with a new one.
func masterKey(ctx context.Context, logger *slog.Logger, db *sql.DB, databaseURL string, given vault.MasterKey) (vault.MasterKey, error) {
	if !given.IsZero() {
		return given, nil
	}
	path := masterKeyFile(databaseURL)
	key, err := readMasterKey(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	empty, err := vault.IsEmpty(ctx, db)
	if err != nil {
		return vault.MasterKey{}, err
	}
	if !empty {
		return vault.MasterKey{}, &configError{problems: []string{fmt.Sprintf(
			"SCIMFORCE_MASTER_KEY is missing, and so is %q: the secrets in the database open with it alone, and nothing was overwritten; put the file back from your copy, or set SCIMFORCE_MASTER_KEY. If the key is lost, begin with a new database and connect again", path)}}
	}
	if key, err = vault.NewMasterKey(); err != nil {
		return vault.MasterKey{}, err
	}
	if err := writeMasterKey(path, key); err != nil {
		return vault.MasterKey{}, err
	}
	logger.WarnContext(ctx, "A MASTER KEY WAS MADE. Without it the secrets in the database are lost: copy the file to a safe place now, apart from the backups of the database, because whoever has both has the secrets",
		"file", path, "fingerprint", key.Fingerprint())
	return key, nil
}

// readMasterKey reads the file that masterKey made; one that others may read is
// closed to them. fs.ErrNotExist when it is not there.
func readMasterKey(path string) (vault.MasterKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return vault.MasterKey{}, fmt.Errorf("master key: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxSecretFile {
		return vault.MasterKey{}, &configError{problems: []string{fmt.Sprintf("%q is no small regular file: it must hold the master key and nothing else", path)}}
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return vault.MasterKey{}, fmt.Errorf("make the master key readable for its owner only: %w", err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return vault.MasterKey{}, fmt.Errorf("master key: %w", err)
	}
	key, err := vault.ParseMasterKey(string(text))
	if err != nil {
		return vault.MasterKey{}, &configError{problems: []string{fmt.Sprintf("%q %v", path, err)}}
	}
	return key, nil
}

// writeMasterKey makes the file; it is on the disk when it returns, before
// anything is sealed with the key. A file that is there is never overwritten.
func writeMasterKey(path string, key vault.MasterKey) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the master key: %w", err)
	}
	_, err = file.WriteString(key.Text() + "\n")
	if err = errors.Join(err, file.Sync(), file.Close(), syncDirectory(filepath.Dir(path))); err != nil {
		return errors.Join(fmt.Errorf("make the master key: %w", err), os.Remove(path))
	}
	return nil
}

// syncDirectory puts the name of a new file on the disk.
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
