package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"scimforce/oauth"
)

const (
	productionLogin = "https://login.salesforce.com"
	maxKeyFile      = 16 << 10 // bytes of a PEM
)

// app is what is to be connected, and with what.
type app struct {
	command    *connectCommand
	program    *program
	store      *oauth.Store
	connection oauth.Connection
	secrets    oauth.Secrets
}

// app finds out: what the flags do not say, the environment of the bridge says
// of the default connection, then the connection of that name that is there, and
// then whoever sits at the terminal.
func (c *connectCommand) app(ctx context.Context, p *program, store *oauth.Store) (*app, error) {
	before, found, err := store.Connection(ctx, c.Name)
	if err != nil {
		return nil, err
	}
	environment := readEnvironment(p.environ)
	named := environment
	if c.Name != oauth.DefaultConnection {
		named = nil // its settings are those of the default connection
	}
	a := &app{command: c, program: p, store: store, connection: oauth.Connection{
		Name: c.Name, Username: c.Username, Flow: c.flow(),
		LoginURL:       oauth.NormalizeLoginURL(cmp.Or(c.LoginURL, named["SCIMFORCE_LOGIN_URL"], before.LoginURL, productionLogin)),
		ConsumerKey:    cmp.Or(c.ConsumerKey, named["SCIMFORCE_CONSUMER_KEY"], before.ConsumerKey),
		UsernameSuffix: cmp.Or(named["SCIMFORCE_USERNAME_SUFFIX"], before.UsernameSuffix),
	}}
	if c.UsernameSuffix != nil {
		a.connection.UsernameSuffix = *c.UsernameSuffix
	}
	if err := a.askKey(ctx); err != nil {
		return nil, err
	}
	switch {
	case c.JWTKey != "":
		a.secrets.PrivateKey, err = readKeyFile(p.stderr, "--jwt-key", c.JWTKey, maxKeyFile)
	case c.ConsumerSecretFile != "":
		a.secrets.ConsumerSecret, err = readKeyFile(p.stderr, "--consumer-secret-file", c.ConsumerSecretFile, maxSecretFile)
	default:
		known := found && a.connection.Flow == oauth.WebServerFlow && before.ConsumerKey == a.connection.ConsumerKey && before.LoginURL == a.connection.LoginURL
		err = a.findSecret(ctx, environment, known)
	}
	return a, err
}

func (c *connectCommand) flow() oauth.Flow {
	switch {
	case c.JWTKey != "":
		return oauth.JWTBearerFlow
	case c.ClientCredentials:
		return oauth.ClientCredentialsFlow
	}
	return oauth.WebServerFlow
}

func (a *app) askKey(ctx context.Context) error {
	t := a.program.terminal()
	if _, attended := t.attended(); a.connection.ConsumerKey != "" || !attended {
		if a.connection.ConsumerKey == "" {
			return &configError{problems: []string{"--consumer-key is missing: copy the consumer key from the app's page in Salesforce Setup"}}
		}
		return nil
	}
	typed, err := t.line(ctx, "Consumer key: ")
	a.connection.ConsumerKey = typed
	return givenUp(ctx, err)
}

// findSecret takes the consumer secret of the environment, unless that is of
// another app; one that is known is the store's to give, and else it is asked
// for.
func (a *app) findSecret(ctx context.Context, environment map[string]string, known bool) error {
	if key := environment["SCIMFORCE_CONSUMER_KEY"]; key == "" || key == a.connection.ConsumerKey {
		var found problems
		a.secrets.ConsumerSecret = secret(&found, "SCIMFORCE_CONSUMER_SECRET", environment["SCIMFORCE_CONSUMER_SECRET"], environment["SCIMFORCE_CONSUMER_SECRET_FILE"])
		if err := found.err(); err != nil || a.secrets.ConsumerSecret != "" {
			return err
		}
	}
	if known {
		return nil
	}
	typed, err := a.program.terminal().secret(ctx, "Consumer secret (it is not shown): ")
	if errors.Is(err, io.EOF) {
		return &configError{problems: []string{"the consumer secret is missing: write it to standard input, or name its file by --consumer-secret-file, or set SCIMFORCE_CONSUMER_SECRET"}}
	}
	a.secrets.ConsumerSecret = typed
	return givenUp(ctx, err)
}

// jwt connects by a signed assertion.
func (a *app) jwt(ctx context.Context, client *http.Client) (authorized, error) {
	return a.alone(oauth.ConnectJWT(ctx, oauth.ServerConfig{Store: a.store, HTTPClient: client}, a.connection, a.secrets))
}

// clientCredentials connects by the app's own key and secret.
func (a *app) clientCredentials(ctx context.Context, client *http.Client) (authorized, error) {
	return a.alone(oauth.ConnectClientCredentials(ctx, oauth.ServerConfig{Store: a.store, HTTPClient: client}, a.connection, a.secrets))
}

// alone is an authorization that no person gave. There is nothing to give back:
// the access token that it was tried with ends by itself.
func (a *app) alone(result oauth.Authorization, err error) (authorized, error) {
	if err != nil {
		return authorized{}, err
	}
	return authorized{
		Authorization: result,
		save: func(ctx context.Context) error {
			if err := a.store.Save(ctx, result.Connection, a.secrets); err != nil {
				return fmt.Errorf("save the connection: %w", err)
			}
			return nil
		},
		discard: func(context.Context) error { return nil },
	}, nil
}
