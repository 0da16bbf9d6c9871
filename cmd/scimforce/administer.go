package main

import (
	"context"
	"fmt"
	"time"

	"scimforce/cmd/scimforce/console"
	"scimforce/cmd/scimforce/doctor"
	"scimforce/oauth"
	"scimforce/salesforce"
)

// What the console asks of the running bridge.
var _ console.Bridge = (*bridge)(nil)

// Reload takes up what was saved. A connection that leads to another org than
// before begins with nothing remembered.
func (b *bridge) Reload(ctx context.Context) error {
	before := map[string]string{}
	for _, c := range b.connections.all() {
		before[c.name] = c.stored.OrgID
	}
	if err := b.load(ctx); err != nil {
		return err
	}
	for _, c := range b.connections.all() {
		if err := forgetOtherOrg(ctx, b.database, c.name, before[c.name], c.stored.OrgID); err != nil {
			return err
		}
	}
	return nil
}

// Live gives what speaks to the org of a connection.
func (b *bridge) Live(_ context.Context, name string) (*oauth.Authorizer, *salesforce.Client, bool) {
	lent, done, ok := b.connections.use(name)
	if !ok {
		return nil, nil, false
	}
	// A page's few questions need no longer loan: a connection that is replaced
	// meanwhile still answers them.
	defer done()
	return lent.authorizer, lent.salesforce, true
}

// Diagnose examines a connection.
func (b *bridge) Diagnose(ctx context.Context, name string) (doctor.Report, error) {
	lent, done, ok := b.connections.use(name)
	if !ok {
		return doctor.Report{}, fmt.Errorf("the bridge does not run the connection %s", name)
	}
	defer done()
	stored, found, err := b.store.Connection(ctx, name) // what it says of the last use is newer
	if err != nil {
		return doctor.Report{}, err
	}
	if !found {
		stored = lent.stored
	}
	fresh, err := b.opener.dialConfig(name).client(lent.authorizer)
	if err != nil {
		return doctor.Report{}, err
	}
	return doctor.Run(ctx, doctor.Config{
		Connection: stored, Authorizer: lent.authorizer, Salesforce: fresh, DefaultProfile: b.settings.File.Defaults.Profile, PublicURL: b.settings.PublicURL,
	}), nil
}

// Disconnect gives the grant back to Salesforce, removes the connection, waits
// for the requests that have it, and forgets what is known of its records.
func (b *bridge) Disconnect(ctx context.Context, name string) error {
	stored, found, err := b.store.Connection(ctx, name)
	if err != nil || !found {
		return err
	}
	if stored.Configured {
		return oauth.ErrConfigured
	}
	lent, done, ok := b.connections.use(name)
	if !ok {
		if lent, err = b.opener.open(ctx, stored); err != nil {
			return err
		}
		done = func() { _ = lent.authorizer.Close(ctx) }
	}
	err = lent.authorizer.Revoke(ctx)
	done()
	if err != nil && !oauth.IsGrantLost(err) { // one that is lost has nothing to give back
		return err
	}
	if err := b.store.Remove(ctx, name); err != nil {
		return err
	}
	patience, cancel := context.WithTimeout(ctx, disconnectPatience)
	defer cancel()
	select {
	case <-b.connections.drop(name):
	case <-patience.Done(): // what these remember meanwhile does no harm: ids are an org's own
	}
	return forget(ctx, b.database, name)
}

// disconnectPatience is how long requests that have a connection may hold up its
// end; a page waits for it.
const disconnectPatience = 20 * time.Second
