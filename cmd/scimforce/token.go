package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"scimforce/oauth/database"
	"scimforce/oauth/idp"
)

// tokenCommand keeps the tokens of identity providers. It works on the
// database, while the bridge runs or not.
type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Make a token and print it, once."`
	List   tokenList   `cmd:"" help:"List the tokens, without what is secret."`
	Revoke tokenRevoke `cmd:"" help:"End a token; a running bridge notices within seconds."`
}

// tokenDatabase is the flag that all of them share.
type tokenDatabase struct {
	DatabaseURL string `default:"sqlite:scimforce.db" placeholder:"URL" variable:"SCIMFORCE_DATABASE_URL" help:"The bridge's database, as for serve. Default sqlite:scimforce.db."`
}

// with opens the tokens of the database for f.
func (d *tokenDatabase) with(ctx context.Context, f func(*idp.Authenticator) error) (err error) {
	if problem := database.CheckURL(d.DatabaseURL); problem != "" {
		return &configError{problems: []string{fmt.Sprintf("SCIMFORCE_DATABASE_URL %q %s", database.Redact(d.DatabaseURL), problem)}}
	}
	if _, ok := database.SQLitePath(d.DatabaseURL); !ok {
		return &configError{problems: []string{"SCIMFORCE_DATABASE_URL names PostgreSQL, which this version's bridge cannot use yet: use sqlite:PATH"}}
	}
	db, err := database.Open(ctx, d.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tokens, err := idp.New(ctx, idp.Config{DB: db})
	if err != nil {
		return err
	}
	return f(tokens)
}

type tokenCreate struct {
	tokenDatabase
	Name    string        `required:"" placeholder:"NAME" help:"What logs and the audit show, such as okta."`
	Scope   string        `default:"all" enum:"read,users,groups,all" placeholder:"SCOPE" help:"read, users, groups or all. Default all."`
	Expires time.Duration `placeholder:"D" help:"How long it is good, such as 8760h. Default: until it is revoked."`
}

// Run prints the token and nothing else on standard output, so that it can be
// piped into a secret store.
func (c *tokenCreate) Run(ctx context.Context, p *program) error {
	if c.Expires < 0 {
		return &configError{problems: []string{"--expires is in the past: write a duration such as 8760h"}}
	}
	return c.with(ctx, func(tokens *idp.Authenticator) error {
		wanted := idp.NewToken{Name: c.Name, Connection: defaultConnection, Scope: idp.Scope(c.Scope)}
		if c.Expires > 0 {
			wanted.Expires = time.Now().Add(c.Expires)
		}
		secret, token, err := tokens.Create(ctx, wanted)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stderr, "Token %q (id %s, scope %s). It is shown this once:\n", token.Name, token.ID, token.Scope)
		_, err = fmt.Fprintln(p.stdout, secret)
		return err
	})
}

type tokenList struct {
	tokenDatabase
	JSON bool `name:"json" help:"Print JSON."`
}

// listedToken is a token as --json shows it; times that are not there are left
// out.
type listedToken struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Connection string     `json:"connection"`
	Scope      idp.Scope  `json:"scope"`
	Hint       string     `json:"hint"`
	Good       bool       `json:"good"`
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  *time.Time `json:"expiresAt,omitempty"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
	RevokedAt  *time.Time `json:"revokedAt,omitempty"`
}

// Run lists them, the newest first.
func (c *tokenList) Run(ctx context.Context, p *program) error {
	return c.with(ctx, func(tokens *idp.Authenticator) error {
		all, err := tokens.List(ctx)
		if err != nil {
			return err
		}
		listed := make([]listedToken, 0, len(all))
		for _, t := range all {
			listed = append(listed, listedToken{
				ID: t.ID, Name: t.Name, Connection: t.Connection, Scope: t.Scope, Hint: t.Hint, Good: t.Good(time.Now()),
				CreatedAt: t.CreatedAt.UTC(), ExpiresAt: present(t.ExpiresAt), LastUsedAt: present(t.LastUsedAt), RevokedAt: present(t.RevokedAt),
			})
		}
		if c.JSON {
			encoder := json.NewEncoder(p.stdout)
			encoder.SetIndent("", "  ")
			return encoder.Encode(listed)
		}
		w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tSCOPE\tENDS IN\tGOOD\tEXPIRES\tLAST USED")
		for _, t := range listed {
			fmt.Fprintf(w, "%s\t%s\t%s\t...%s\t%t\t%s\t%s\n", t.ID, t.Name, t.Scope, t.Hint, t.Good, day(t.ExpiresAt), day(t.LastUsedAt))
		}
		return w.Flush()
	})
}

// present is nil for a time that is not there.
func present(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func day(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.Format("2006-01-02 15:04")
}

type tokenRevoke struct {
	tokenDatabase
	ID string `arg:"" placeholder:"ID" help:"The token's id, as token list shows it."`
}

// Run ends the token.
func (c *tokenRevoke) Run(ctx context.Context, _ *program) error {
	return c.with(ctx, func(tokens *idp.Authenticator) error {
		err := tokens.Revoke(ctx, c.ID)
		if errors.Is(err, idp.ErrNoToken) {
			return fmt.Errorf("there is no token %q: scimforce token list shows their ids", c.ID)
		}
		return err
	})
}
