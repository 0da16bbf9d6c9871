package main

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"

	"scimforce/oauth"
	"scimforce/salesforce"
)

// dialConfig says which org is to be spoken to, and how.
type dialConfig struct {
	Connection string       // in Store
	Store      *oauth.Store // required
	Login      *http.Client // asks the login host; it has a timeout of its own
	Org        *http.Client // asks the org
	APIVersion string
	Logger     *slog.Logger // nil drops all
	Observe    func(context.Context, salesforce.Call)
	Build      build
}

// dial makes what speaks to a connection's org. It calls nobody; the authorizer
// is to be closed.
func dial(ctx context.Context, c dialConfig) (*oauth.Authorizer, *salesforce.Client, error) {
	authorizer, err := oauth.New(ctx, oauth.Config{Connection: c.Connection, Store: c.Store, HTTPClient: c.Login, Logger: c.Logger})
	if err != nil {
		return nil, nil, err
	}
	client, err := c.client(authorizer)
	return authorizer, client, err
}

// client is a new client of the org, which remembers nothing of it.
func (c dialConfig) client(authorizer *oauth.Authorizer) (*salesforce.Client, error) {
	return salesforce.New(salesforce.Config{
		Authorizer: authorizer, APIVersion: c.APIVersion, HTTPClient: c.Org, Logger: c.Logger,
		Observe: c.Observe, UserAgent: "scimforce/" + cmp.Or(c.Build.Version, "dev"),
	})
}
