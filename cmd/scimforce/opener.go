package main

import (
	"context"
	"fmt"
	"net/http"

	"scimforce/oauth"
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

// open wires a connection of the store. It calls nobody.
func (o opener) open(ctx context.Context, c oauth.Connection) (*connection, error) {
	authorizer, client, err := dial(ctx, o.dialConfig(c.Name))
	if err != nil {
		return nil, err
	}
	file, settings := o.config.Settings.File, o.config.Settings.mappingConfig(c.UsernameSuffix)
	m, err := mapping.New(settings)
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	d, err := directory.New(ctx, directory.Config{
		Salesforce: client, Mapping: m, DB: o.config.Database, Connection: c.Name, Logger: o.config.Logger, Observe: o.metrics.event,
		Defaults: settings.Defaults,
		Policy: directory.Policy{
			RemovePermissionSets: file.Deprovisioning.RemovePermissionSets,
			RemoveGroups:         file.Deprovisioning.RemoveGroups,
			FreezeWhenRefused:    file.Deprovisioning.FreezeWhenRefused,
		},
	})
	if err != nil {
		return nil, err
	}
	return &connection{name: c.Name, stored: c, authorizer: authorizer, salesforce: client, directory: d}, nil
}

// dialConfig is how to speak to the org of the connection of this name.
func (o opener) dialConfig(name string) dialConfig {
	return dialConfig{
		Connection: name, Store: o.store, Login: o.login, Org: o.config.HTTPClient, APIVersion: o.config.Settings.APIVersion,
		Logger: o.config.Logger, Observe: o.metrics.observe(name), Build: o.config.Build,
	}
}
