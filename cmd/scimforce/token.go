package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"scimforce/oauth/idp"
)

// tokenCommand keeps the tokens of identity providers. It works on the
// database, while the bridge runs or not.
type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Make a token and print it, once."`
	Rotate tokenRotate `cmd:"" help:"Make a token's successor and print it, once; the old one ends later."`
	List   tokenList   `cmd:"" help:"List the tokens, without what is secret."`
	Revoke tokenRevoke `cmd:"" help:"End a token; a running bridge notices within seconds."`
}

// withTokens opens the tokens of the database for f.
func (d databaseFlag) withTokens(ctx context.Context, f func(*idp.Authenticator) error) error {
	return d.with(ctx, func(db *sql.DB) error {
		tokens, err := idp.New(ctx, idp.Config{DB: db})
		if err != nil {
			return err
		}
		return f(tokens)
	})
}

type tokenCreate struct {
	databaseFlag
	Name       string        `required:"" placeholder:"NAME" help:"What logs and the audit show, such as okta."`
	Connection string        `default:"default" placeholder:"NAME" help:"The connection whose org it opens. Default default."`
	Scope      string        `default:"all" enum:"read,users,groups,all" placeholder:"SCOPE" help:"read, users, groups or all. Default all."`
	Expires    time.Duration `placeholder:"D" help:"How long it is good, such as 8760h. Default: until it is revoked."`
}

// printToken prints a new token.
func printToken(p *program, secret string, t idp.Token) error {
	fmt.Fprintf(p.stderr, "Token %q (id %s, scope %s, connection %s). It is shown this once:\n", t.Name, t.ID, t.Scope, t.Connection)
	_, err := fmt.Fprintln(p.stdout, secret)
	return err
}

// Run prints the token and nothing else on standard output, so that it can be
// piped into a secret store.
func (c *tokenCreate) Run(ctx context.Context, p *program) error {
	if c.Expires < 0 {
		return &configError{problems: []string{"--expires is in the past: write a duration such as 8760h"}}
	}
	return c.withTokens(ctx, func(tokens *idp.Authenticator) error {
		wanted := idp.NewToken{Name: c.Name, Connection: c.Connection, Scope: idp.Scope(c.Scope)}
		if c.Expires > 0 {
			wanted.Expires = time.Now().Add(c.Expires)
		}
		secret, token, err := tokens.Create(ctx, wanted)
		if err != nil {
			return err
		}
		return printToken(p, secret, token)
	})
}

type tokenList struct {
	databaseFlag
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
	RevokedAt  *time.Time `json:"revokedAt,omitempty"` // or will be, once its successor alone is good
	ReplacedBy string     `json:"replacedBy,omitempty"`
}

// end is when the token ends, or has ended; nil for never.
func (t listedToken) end() *time.Time {
	if t.RevokedAt != nil && (t.ExpiresAt == nil || t.RevokedAt.Before(*t.ExpiresAt)) {
		return t.RevokedAt
	}
	return t.ExpiresAt
}

// Run lists them, the newest first.
func (c *tokenList) Run(ctx context.Context, p *program) error {
	return c.withTokens(ctx, func(tokens *idp.Authenticator) error {
		all, err := tokens.List(ctx)
		if err != nil {
			return err
		}
		listed := make([]listedToken, 0, len(all))
		for _, t := range all {
			listed = append(listed, listedToken{
				ID: t.ID, Name: t.Name, Connection: t.Connection, Scope: t.Scope, Hint: t.Hint, Good: t.Good(time.Now()),
				CreatedAt: t.CreatedAt.UTC(), ExpiresAt: present(t.ExpiresAt), LastUsedAt: present(t.LastUsedAt), RevokedAt: present(t.RevokedAt), ReplacedBy: t.ReplacedBy,
			})
		}
		if c.JSON {
			encoder := json.NewEncoder(p.stdout)
			encoder.SetIndent("", "  ")
			return encoder.Encode(listed)
		}
		w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tCONNECTION\tSCOPE\tENDS IN\tGOOD\tGOOD UNTIL\tLAST USED")
		for _, t := range listed {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t...%s\t%t\t%s\t%s\n", t.ID, t.Name, t.Connection, t.Scope, t.Hint, t.Good, day(t.end()), day(t.LastUsedAt))
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

type tokenRotate struct {
	databaseFlag
	ID      string        `arg:"" placeholder:"ID" help:"The token's id, as token list shows it."`
	Overlap time.Duration `default:"24h" placeholder:"D" help:"How long the old one stays good beside its successor. Default 24h."`
}

// Run prints the successor as token create prints a token.
func (c *tokenRotate) Run(ctx context.Context, p *program) error {
	return c.withTokens(ctx, func(tokens *idp.Authenticator) error {
		secret, successor, err := tokens.Rotate(ctx, c.ID, c.Overlap)
		if err != nil {
			return unknownToken(err, c.ID)
		}
		fmt.Fprintf(p.stderr, "The token %s is good for %v more: give its successor to the identity provider until then.\n", c.ID, c.Overlap)
		return printToken(p, secret, successor)
	})
}

// unknownToken says where the ids of tokens are shown.
func unknownToken(err error, id string) error {
	if errors.Is(err, idp.ErrNoToken) {
		return fmt.Errorf("there is no token %q: scimforce token list shows their ids", id)
	}
	return err
}

type tokenRevoke struct {
	databaseFlag
	ID string `arg:"" placeholder:"ID" help:"The token's id, as token list shows it."`
}

// Run ends the token.
func (c *tokenRevoke) Run(ctx context.Context, _ *program) error {
	return c.withTokens(ctx, func(tokens *idp.Authenticator) error {
		return unknownToken(tokens.Revoke(ctx, c.ID), c.ID)
	})
}
