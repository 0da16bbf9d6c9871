package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"scimforce/oauth"
	"scimforce/oauth/vault"
)

// storeFlags are shared by the commands that work on the connections in a
// bridge's database, while the bridge runs or not.
type storeFlags struct {
	databaseFlag
	masterKeyFlags
}

// errNoSecrets says that a database holds no secret, and so no connection.
var errNoSecrets = errors.New("the database holds no connection yet: make one with scimforce connect, or start the bridge with one in its environment")

// withStore opens the connections for f. A database without any is errNoSecrets:
// only what stores one (see withNewStore) makes the keys that it is sealed with.
func (s storeFlags) withStore(ctx context.Context, p *program, f func(*sql.DB, *oauth.Store) error) error {
	return s.open(ctx, p, func(ctx context.Context, db *sql.DB) error {
		empty, err := vault.IsEmpty(ctx, db)
		if err == nil && empty {
			err = errNoSecrets
		}
		return err
	}, f)
}

// withNewStore is withStore for a command that stores a connection: it may be
// the first.
func (s storeFlags) withNewStore(ctx context.Context, p *program, f func(*sql.DB, *oauth.Store) error) error {
	return s.open(ctx, p, func(context.Context, *sql.DB) error { return nil }, f)
}

func (s storeFlags) open(ctx context.Context, p *program, check func(context.Context, *sql.DB) error, f func(*sql.DB, *oauth.Store) error) error {
	var found problems
	given := s.given(&found, s.DatabaseURL)
	if err := found.err(); err != nil {
		return err
	}
	return s.with(ctx, func(db *sql.DB) error {
		if err := check(ctx, db); err != nil {
			return err
		}
		secrets, err := openVault(ctx, p, db, s.DatabaseURL, given)
		if err != nil {
			return err
		}
		store, err := oauth.OpenStore(ctx, oauth.StoreConfig{DB: db, Vault: secrets})
		if err != nil {
			return err
		}
		return f(db, store)
	})
}

// salesforceHTTP is a client for one command; closeIdle ends its connections.
func salesforceHTTP() (client *http.Client, closeIdle func()) {
	transport := newTransport()
	return &http.Client{Transport: transport, Timeout: loginTimeout}, transport.CloseIdleConnections
}
