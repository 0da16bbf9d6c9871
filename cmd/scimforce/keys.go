package main

import (
	"context"
	"database/sql"
	"fmt"

	"scimforce/oauth"
	"scimforce/oauth/database"
	"scimforce/oauth/vault"
)

// keysCommand keeps the keys that the secrets in the database are sealed with.
type keysCommand struct {
	New    keysNew    `cmd:"" help:"Make a master key and print it, once."`
	Rotate keysRotate `cmd:"" help:"Seal all secrets in the database anew, while bridges run; also changes the master key."`
}

type keysNew struct{}

// Run prints the key and nothing else on standard output, so that it can be
// piped into a file or a secret store.
func (*keysNew) Run(_ context.Context, p *program) error {
	key, err := vault.NewMasterKey()
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "Master key with fingerprint %s. Keep a copy apart from the backups of the database: without it the secrets there are lost.\n", key.Fingerprint())
	_, err = fmt.Fprintln(p.stdout, key.Text())
	return err
}

type keysRotate struct {
	databaseFlag
	masterKeyFlags
	NewMasterKeyFile string `placeholder:"PATH" help:"Let the master key in this file (scimforce keys new > PATH) open the database too. Then give it to every bridge, and end the old one with --retire."`
	Retire           bool   `help:"End every master key but the one given, which must be the new one, and seal all secrets anew."`
}

// reseal seals all of a room's secrets anew with the newest data key and says
// how many they were.
type reseal func(context.Context) (int, error)

// Run changes the keys. The rooms are re-sealed after each new data key; what a
// bridge writes meanwhile it seals with the new key already. It may be run again
// where it broke off.
func (c *keysRotate) Run(ctx context.Context, p *program) error {
	var found problems
	given := c.given(&found, c.DatabaseURL)
	var next vault.MasterKey
	if c.NewMasterKeyFile != "" {
		var err error
		if next, err = vault.ParseMasterKey(secret(&found, "--new-master-key", "", c.NewMasterKeyFile)); err != nil && found.err() == nil {
			found.addf("--new-master-key-file %q %v", c.NewMasterKeyFile, err)
		}
		if c.Retire {
			found.addf("--new-master-key-file and --retire are two steps: between them every bridge is given the new master key")
		}
	}
	if err := found.err(); err != nil {
		return err
	}
	return c.with(ctx, func(db *sql.DB) error {
		v, err := c.open(ctx, p, db, given)
		if err != nil {
			return err
		}
		if c.NewMasterKeyFile != "" {
			return c.add(ctx, p, v, next)
		}
		if c.Retire {
			if err := v.RetireOthers(ctx); err != nil {
				return err
			}
			fmt.Fprintln(p.stdout, "One master key opens the database from now on: the one that was given.")
		}
		return rotate(ctx, p, db, v)
	})
}

// open opens the vault of a database that has one.
func (c *keysRotate) open(ctx context.Context, p *program, db *sql.DB, given vault.MasterKey) (*vault.Vault, error) {
	empty, err := vault.IsEmpty(ctx, db)
	if err != nil {
		return nil, err
	}
	if empty {
		return nil, fmt.Errorf("the database %q holds no secrets yet: there is nothing to rotate", database.Redact(c.DatabaseURL))
	}
	return openVault(ctx, p, db, c.DatabaseURL, given)
}

// add lets a second master key open the database, and says what comes next.
func (c *keysRotate) add(ctx context.Context, p *program, v *vault.Vault, next vault.MasterKey) error {
	if err := v.AddMasterKey(ctx, next); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "The master key with fingerprint %s opens the database too. Now:\n", next.Fingerprint())
	if _, isFile := database.SQLitePath(c.DatabaseURL); isFile && c.MasterKey+c.MasterKeyFile == "" {
		fmt.Fprintf(p.stdout, "  1. replace %s by %s, and keep a copy of it\n", masterKeyFile(c.DatabaseURL), c.NewMasterKeyFile)
	} else {
		fmt.Fprintln(p.stdout, "  1. give it to every bridge (SCIMFORCE_MASTER_KEY or SCIMFORCE_MASTER_KEY_FILE), one after the other, and keep a copy of it")
	}
	fmt.Fprintln(p.stdout, "  2. restart them")
	fmt.Fprintln(p.stdout, "  3. run scimforce keys rotate --retire with it, which ends the old one")
	return nil
}

// rotate makes a new data key and seals every room's secrets with it. The
// console's sessions are left: they end within hours, and older data keys go on
// opening them.
func rotate(ctx context.Context, p *program, db *sql.DB, v *vault.Vault) error {
	if err := v.RotateDataKey(ctx); err != nil {
		return err
	}
	store, err := oauth.OpenStore(ctx, oauth.StoreConfig{DB: db, Vault: v})
	if err != nil {
		return err
	}
	total := 0
	for _, room := range []reseal{store.Reseal} {
		n, err := room(ctx)
		total += n
		if err != nil {
			return fmt.Errorf("%d secrets were sealed anew, then it broke off; all can still be read, run it again: %w", total, err)
		}
	}
	fmt.Fprintf(p.stdout, "A new data key was made, and %d secrets were sealed anew with it.\n", total)
	return nil
}
