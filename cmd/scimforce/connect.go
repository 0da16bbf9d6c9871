package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"scimforce/oauth"
)

// connectCommand authorizes the bridge at an org, from a terminal. The app's
// secrets are no flags' values: those are seen by everybody who lists processes.
type connectCommand struct {
	storeFlags
	Name               string  `default:"default" placeholder:"NAME" help:"What the connection is called; one that is there is authorized again. Default default."`
	LoginURL           string  `placeholder:"URL" help:"Salesforce's login host: https://login.salesforce.com (default), https://test.salesforce.com for a sandbox, or the org's My Domain."`
	ConsumerKey        string  `placeholder:"KEY" help:"Consumer key of the app in Salesforce. Default: that of the connection, or it is asked for."`
	ConsumerSecretFile string  `placeholder:"PATH" help:"File that holds the consumer secret. Default: $SCIMFORCE_CONSUMER_SECRET, or it is asked for, or read from standard input."`
	UsernameSuffix     *string `placeholder:"SUFFIX" help:"What usernames end in at a sandbox and the identity provider does not see, such as .uat."`
	Callback           string  `default:"http://localhost:8085/oauth/callback" placeholder:"URL" help:"Callback URL, as it stands in the app. Default http://localhost:8085/oauth/callback."`
	Open               bool    `help:"Open the browser."`
	Paste              bool    `help:"Do not listen for the browser: it is on another machine, and the address that it is sent back to will be pasted here."`
	JWTKey             string  `name:"jwt-key" placeholder:"PATH" help:"Connect without a person: private key (PEM) of the certificate in the app. Needs --username."`
	Username           string  `placeholder:"USERNAME" help:"User whom the bridge is to work as, with --jwt-key."`
	ClientCredentials  bool    `help:"Connect without a person: by consumer key and secret alone, at the org's My Domain."`
	Yes                bool    `help:"Save without asking."`
}

// discardTimeout bounds giving back what is not saved.
const discardTimeout = 15 * time.Second

// authorized is an authorization that waits to be saved or given back.
type authorized struct {
	oauth.Authorization
	save, discard func(context.Context) error
}

// Run connects and saves.
func (c *connectCommand) Run(ctx context.Context, p *program) error {
	t := p.terminal()
	if err := c.check(t); err != nil {
		return err
	}
	return c.withNewStore(ctx, p, func(db *sql.DB, store *oauth.Store) error {
		before, _, err := store.Connection(ctx, c.Name)
		if err != nil {
			return err
		}
		app, err := c.app(ctx, p, store)
		if err != nil {
			return worded(err)
		}
		client, closeIdle := salesforceHTTP()
		defer closeIdle()
		flow := app.browser
		switch app.connection.Flow {
		case oauth.JWTBearerFlow:
			flow = app.jwt
		case oauth.ClientCredentialsFlow:
			flow = app.clientCredentials
		}
		result, err := flow(ctx, client)
		if err != nil {
			return worded(err)
		}
		if err := c.settle(ctx, p, result); err != nil {
			return err
		}
		return forgetOtherOrg(ctx, db, c.Name, before.OrgID, result.Connection.OrgID)
	})
}

// check reports what is wrong with the flags.
func (c *connectCommand) check(t terminal) error {
	var found problems
	if err := oauth.CheckName(c.Name); err != nil {
		found.addf("--name %q %v", c.Name, err)
	}
	if _, attended := t.attended(); !attended && !c.Yes {
		found.addf("--yes is missing: nobody sits at a terminal to look at the authorization before it is saved")
	}
	alone := c.JWTKey != "" || c.ClientCredentials
	switch {
	case c.JWTKey != "" && c.ClientCredentials:
		found.addf("--jwt-key and --client-credentials are two ways to connect: choose one")
	case c.JWTKey != "" && c.Username == "":
		found.addf("--username is missing: with --jwt-key it names the user whom the bridge is to work as")
	case c.JWTKey == "" && c.Username != "":
		found.addf("--username goes with --jwt-key only: otherwise the user is who logs in, or whom the app names")
	}
	if c.JWTKey != "" && c.ConsumerSecretFile != "" {
		found.addf("--consumer-secret-file is not needed with --jwt-key: the key stands for it")
	}
	if alone && (c.Open || c.Paste) {
		found.addf("--open and --paste are for a person in a browser, whom --jwt-key and --client-credentials do without")
	}
	if !alone {
		checkCallback(&found, c.Callback, c.Paste)
	}
	return found.err()
}

// settle shows what was authorized, and saves it or gives it back.
func (c *connectCommand) settle(ctx context.Context, p *program, result authorized) error {
	show(p.stdout, result.Authorization)
	yes, err := c.Yes, ctx.Err()
	if err == nil && !c.Yes {
		yes, err = p.terminal().confirm(ctx, fmt.Sprintf("Save it as the connection %s?", c.Name))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTimeout)
	defer cancel()
	if err != nil || !yes {
		if failed := result.discard(ctx); failed != nil {
			return fmt.Errorf("nothing was saved, and the authorization could not be given back: %w", worded(failed))
		}
		return errors.New("nothing was saved, and the authorization was given back")
	}
	if err := result.save(ctx); err != nil {
		return worded(errors.Join(err, result.discard(ctx)))
	}
	fmt.Fprintf(p.stdout, "Saved as the connection %s. A running bridge takes it up within seconds.\n", c.Name)
	fmt.Fprintf(p.stdout, "Next: scimforce doctor --connection %s, and scimforce token create --connection %s --name okta\n", c.Name, c.Name)
	return nil
}
