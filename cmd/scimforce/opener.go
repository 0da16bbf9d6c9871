package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"scimforce/oauth"
	"scimforce/salesforce"
	"scimforce/scim/directory"
	"scimforce/scim/mapping"
)

// opener makes a connection of what all of them share.
type opener struct {
	config  bridgeConfig // with its HTTPClient
	login   *http.Client // asks the login host
	store   *oauth.Store
	metrics *metrics
}

// open wires a connection with the settings' app. It calls nobody.
func (o opener) open(ctx context.Context, name string) (*connection, error) {
	s := o.config.Settings
	redirectURL := ""
	if s.PublicURL != "" {
		redirectURL = s.PublicURL + callbackPath
	}
	authorizer, err := oauth.New(ctx, oauth.Config{
		LoginURL: s.LoginURL, ConsumerKey: s.ConsumerKey, ConsumerSecret: s.ConsumerSecret, RefreshToken: s.RefreshToken,
		RedirectURL: redirectURL, Store: o.store, HTTPClient: o.login, Logger: o.config.Logger,
	})
	if err != nil {
		return nil, err
	}
	client, err := salesforce.New(salesforce.Config{
		Authorizer: authorizer, APIVersion: s.APIVersion, HTTPClient: o.config.HTTPClient, Logger: o.config.Logger,
		Observe: o.metrics.observe(name), UserAgent: "scimforce/" + cmp.Or(o.config.Build.Version, "dev"),
	})
	if err != nil {
		return nil, err
	}
	m, err := mapping.New(s.mappingConfig())
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	d, err := directory.New(ctx, directory.Config{
		Salesforce: client, Mapping: m, DB: o.config.Database, Logger: o.config.Logger, Observe: o.metrics.event,
		Defaults: s.mappingConfig().Defaults,
		Policy: directory.Policy{
			RemovePermissionSets: s.File.Deprovisioning.RemovePermissionSets,
			RemoveGroups:         s.File.Deprovisioning.RemoveGroups,
			FreezeWhenRefused:    s.File.Deprovisioning.FreezeWhenRefused,
		},
	})
	if err != nil {
		return nil, err
	}
	return &connection{name: name, authorizer: authorizer, salesforce: client, directory: d}, nil
}
