package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"scimforce/oauth"
	"scimforce/oauth/idp"
	"scimforce/scim/directory"
)

type connectionsRemove struct {
	storeFlags
	Name string `arg:"" placeholder:"NAME" help:"The connection's name, as connections list shows it."`
	Yes  bool   `help:"Do not ask."`
}

// Run ends the connection once somebody has confirmed it.
func (c *connectionsRemove) Run(ctx context.Context, p *program) error {
	t := p.terminal()
	if _, attended := t.attended(); !attended && !c.Yes {
		return &configError{problems: []string{"--yes is missing: nobody sits at a terminal to confirm that the connection is to be removed"}}
	}
	err := c.withStore(ctx, p, func(db *sql.DB, store *oauth.Store) error {
		connection, found, err := store.Connection(ctx, c.Name)
		switch {
		case err != nil:
			return err
		case !found:
			return errNoSecrets
		case connection.Configured:
			return fmt.Errorf("the connection %q comes from the environment of the bridge (SCIMFORCE_CONSUMER_KEY) and would come back with it: unset that, start the bridge again, then remove the connection", c.Name)
		}
		fmt.Fprintf(p.stdout, "The connection %s: org %s at %s.\n", connection.Name, dash(connection.OrgID), dash(connection.InstanceURL))
		if err := nameTokens(ctx, p.stdout, db, c.Name); err != nil {
			return err
		}
		if !c.Yes {
			if yes, err := t.confirm(ctx, "Remove it?"); err != nil || !yes {
				return errors.Join(errors.New("nothing was removed"), err)
			}
		}
		return remove(context.WithoutCancel(ctx), p.stdout, db, store, connection)
	})
	if errors.Is(err, errNoSecrets) {
		return fmt.Errorf("there is no connection %q: scimforce connections list shows their names", c.Name)
	}
	return err
}

// nameTokens says which identity providers are cut off with the connection.
func nameTokens(ctx context.Context, w io.Writer, db *sql.DB, connection string) error {
	tokens, err := idp.New(ctx, idp.Config{DB: db})
	if err != nil {
		return err
	}
	all, err := tokens.List(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, t := range all {
		if t.Connection == connection && t.Good(time.Now()) {
			names = append(names, fmt.Sprintf("%s (id %s)", t.Name, t.ID))
		}
	}
	if len(names) > 0 {
		fmt.Fprintf(w, "Tokens of identity providers belong to it: %s. They stay, and the bridge answers them with 503 until a connection of this name is made again, or with 401 once they are revoked (scimforce token revoke ID).\n",
			strings.Join(names, ", "))
	}
	return nil
}

// remove ends a connection, as much of it as can be ended, and says what was
// done. The error is what could not be.
func remove(ctx context.Context, w io.Writer, db *sql.DB, store *oauth.Store, c oauth.Connection) error {
	told := revoke(ctx, store, c.Name)
	lost, isLost := errors.AsType[*oauth.GrantLostError](told)
	switch {
	case isLost:
		fmt.Fprintf(w, "There was no authorization left to end at Salesforce: %s.\n", oauth.Explain(lost).Title)
		told = nil
	case told != nil:
	case c.Flow == oauth.WebServerFlow:
		fmt.Fprintln(w, "Salesforce has ended its refresh token.")
	default:
		fmt.Fprintln(w, "It has no refresh token that Salesforce could end: the app keeps its access to the org until you take it away in Setup.")
	}
	if err := store.Remove(ctx, c.Name); err != nil {
		return err
	}
	fmt.Fprintf(w, "The connection %s is removed, with its secrets. A running bridge notices within seconds.\n", c.Name)
	if err := directory.Forget(ctx, db, c.Name); err != nil {
		return fmt.Errorf("what was remembered of the org's records is still there: %w", err)
	}
	if told != nil {
		e := oauth.Explain(told)
		return fmt.Errorf("its refresh token could not be ended at Salesforce (%s: %s): end it there, in Setup, Connected Apps OAuth Usage", e.Title, e.Cause)
	}
	return nil
}

// revoke ends a connection's grant at Salesforce.
func revoke(ctx context.Context, store *oauth.Store, name string) (err error) {
	client, closeIdle := salesforceHTTP()
	defer closeIdle()
	a, err := oauth.New(ctx, oauth.Config{Connection: name, Store: store, HTTPClient: client})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(ctx)) }()
	return a.Revoke(ctx)
}
