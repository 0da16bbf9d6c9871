package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"scimforce/oauth"
	"scimforce/scim/directory"
)

// pollInterval is how soon a bridge takes up what another process, such as
// another replica or scimforce connect, has changed.
const pollInterval = 3 * time.Second

// load takes up the connections of the store: those that are new or have changed
// are opened, those that are gone are closed after their last request. One that
// cannot be opened leaves the others alone; the next load tries it again.
func (b *bridge) load(ctx context.Context) error {
	b.loading.Lock()
	defer b.loading.Unlock()
	// Before the connections: a change meanwhile is seen by the next load.
	generation, err := b.store.Generation(ctx)
	if err != nil {
		return err
	}
	stored, err := b.store.Connections(ctx)
	if err != nil {
		return err
	}
	gone := map[string]*connection{}
	for _, live := range b.connections.all() {
		gone[live.name] = live
	}
	var failed []error
	for _, wanted := range stored {
		live := gone[wanted.Name]
		delete(gone, wanted.Name)
		if live != nil && sameSetup(live.stored, wanted) {
			continue
		}
		next, err := b.opener.open(ctx, wanted)
		if err != nil {
			failed = append(failed, fmt.Errorf("connection %s: %w", wanted.Name, err))
			continue
		}
		b.connections.put(next)
		b.logger.InfoContext(ctx, "a connection is in use", "connection", wanted.Name, "login_url", wanted.LoginURL, "org", wanted.OrgID)
	}
	for name := range gone {
		b.connections.drop(name)
		b.logger.InfoContext(ctx, "a connection was removed", "connection", name)
	}
	if len(failed) > 0 {
		return &openError{errors.Join(failed...)}
	}
	b.generation = generation
	return nil
}

// openError is connections that cannot be opened; the others are.
type openError struct{ error }

func (e *openError) Unwrap() error { return e.error }

// sameSetup tells whether what a connection is made of is the same; how it does
// may differ.
func sameSetup(a, b oauth.Connection) bool {
	for _, c := range []*oauth.Connection{&a, &b} {
		c.RefreshTokenSince, c.LastUsedAt, c.LastError = time.Time{}, time.Time{}, ""
	}
	return a == b
}

// follow loads what other processes change, until ctx ends. Trouble is logged
// when it begins and when it is over.
func (b *bridge) follow(ctx context.Context) {
	ticker := time.NewTicker(b.poll)
	defer ticker.Stop()
	trouble := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := b.loadChanged(ctx)
		if ctx.Err() != nil {
			return
		}
		switch {
		case err != nil && !trouble:
			b.logger.ErrorContext(ctx, "connections that may have changed cannot be taken up; it is tried again every few seconds", "error", err.Error())
		case err == nil && trouble:
			b.logger.InfoContext(ctx, "the connections can be read again")
		}
		trouble = err != nil
	}
}

// loadChanged is load when the store says that something has changed.
func (b *bridge) loadChanged(ctx context.Context) error {
	generation, err := b.store.Generation(ctx)
	if err != nil {
		return err
	}
	b.loading.Lock()
	known := b.generation
	b.loading.Unlock()
	if generation == known {
		return nil
	}
	return b.load(ctx)
}

// forgetOtherOrg removes what is remembered of a connection's people and groups
// when it led to another org before. "" is an org that is not known.
func forgetOtherOrg(ctx context.Context, db *sql.DB, name, before, now string) error {
	if before == "" || now == "" || before == now {
		return nil
	}
	return forget(ctx, db, name)
}

// forget removes what is remembered of a connection's people and groups.
func forget(ctx context.Context, db *sql.DB, name string) error {
	if err := directory.Forget(ctx, db, name); err != nil {
		return fmt.Errorf("forget what is known of the records of %s: %w", name, err)
	}
	return nil
}
