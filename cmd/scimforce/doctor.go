package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"scimforce/cmd/scimforce/doctor"
	"scimforce/oauth"
)

// exitNotAsked is the doctor's exit code when there is no report.
const exitNotAsked = 2

// doctorCommand examines connections, while the bridge runs or not.
type doctorCommand struct {
	storeFlags
	Connection string `placeholder:"NAME" help:"Examine this connection only. Default: all."`
	PublicURL  string `placeholder:"URL" variable:"SCIMFORCE_PUBLIC_URL" help:"How the identity provider reaches the bridge, without /scim/v2."`
	Config     string `placeholder:"PATH" variable:"SCIMFORCE_CONFIG" help:"YAML file of the bridge, for its default profile."`
	APIVersion string `default:"66.0" placeholder:"VERSION" variable:"SCIMFORCE_API_VERSION" help:"Salesforce API version. Default 66.0."`
	JSON       bool   `name:"json" help:"Print JSON."`
}

// Run prints a report a connection. The exit code is 1 when a check has failed,
// and exitNotAsked when nothing could be asked.
func (c *doctorCommand) Run(ctx context.Context, p *program) error {
	reports, err := c.examine(ctx, p)
	if err != nil {
		return &exitError{exitNotAsked, err}
	}
	if c.JSON {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(reports)
	}
	failed := false
	for i, r := range reports {
		failed = failed || !r.OK()
		if !c.JSON {
			if i > 0 {
				fmt.Fprintln(p.stdout)
			}
			err = errors.Join(err, r.WriteText(p.stdout))
		}
	}
	if err == nil && failed {
		return &exitError{code: exitFailed}
	}
	return err
}

// examine makes the reports, by name of the connection.
func (c *doctorCommand) examine(ctx context.Context, p *program) (reports []doctor.Report, err error) {
	var found problems
	checkPublicURL(&found, c.PublicURL)
	checkAPIVersion(&found, c.APIVersion)
	file := readConfigFile(&found, c.Config)
	if err := found.err(); err != nil {
		return nil, err
	}
	err = c.withStore(ctx, p, func(_ *sql.DB, store *oauth.Store) error {
		connections, err := chosenConnections(ctx, store, c.Connection)
		for i := 0; i < len(connections) && err == nil; i++ {
			var r doctor.Report
			r, err = c.examineOne(ctx, store, connections[i], file.Defaults.Profile)
			reports = append(reports, r)
		}
		return err
	})
	return reports, err
}

// chosenConnections is the connection of a name, or with none all, at least one.
func chosenConnections(ctx context.Context, store *oauth.Store, name string) ([]oauth.Connection, error) {
	if name == "" {
		all, err := store.Connections(ctx)
		if err == nil && len(all) == 0 {
			err = errNoSecrets
		}
		return all, err
	}
	one, found, err := store.Connection(ctx, name)
	if err == nil && !found {
		err = fmt.Errorf("there is no connection %q: scimforce connections list shows their names", name)
	}
	return []oauth.Connection{one}, err
}

func (c *doctorCommand) examineOne(ctx context.Context, store *oauth.Store, connection oauth.Connection, profile string) (r doctor.Report, err error) {
	client, closeIdle := salesforceHTTP()
	defer closeIdle()
	authorizer, speaks, err := dial(ctx, dialConfig{Connection: connection.Name, Store: store, Login: client, Org: client, APIVersion: c.APIVersion, Build: readBuild()})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, authorizer.Close(context.WithoutCancel(ctx))) }()
	return doctor.Run(ctx, doctor.Config{
		Connection: connection, Authorizer: authorizer, Salesforce: speaks, HTTPClient: client,
		DefaultProfile: profile, PublicURL: strings.TrimRight(c.PublicURL, "/"),
	}), nil
}
