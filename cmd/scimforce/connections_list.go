package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"scimforce/oauth"
)

// connectionsCommand keeps the connections to orgs. It works on the database,
// while the bridge runs or not; a running one notices changes within seconds.
type connectionsCommand struct {
	List   connectionsList   `cmd:"" help:"List the connections, without what is secret."`
	Remove connectionsRemove `cmd:"" help:"End a connection: its grant at Salesforce, its secrets, and what is remembered of its records."`
}

type connectionsList struct {
	storeFlags
	JSON bool `name:"json" help:"Print JSON."`
}

// listedConnection is a connection as --json shows it; what is not there is left
// out.
type listedConnection struct {
	Name              string     `json:"name"`
	OrgID             string     `json:"orgId,omitempty"`
	InstanceURL       string     `json:"instanceUrl,omitempty"`
	LoginURL          string     `json:"loginUrl"`
	UserID            string     `json:"userId,omitempty"`
	Username          string     `json:"username,omitempty"` // of the JWT bearer flow
	Flow              oauth.Flow `json:"flow"`
	UsernameSuffix    string     `json:"usernameSuffix,omitempty"`
	Configured        bool       `json:"configured"` // by the environment of the bridge
	ConnectedAt       *time.Time `json:"connectedAt,omitempty"`
	RefreshTokenSince *time.Time `json:"refreshTokenSince,omitempty"`
	LastUsedAt        *time.Time `json:"lastUsedAt,omitempty"`
	LastError         string     `json:"lastError,omitempty"`
}

func listed(c oauth.Connection) listedConnection {
	l := listedConnection{
		Name: c.Name, OrgID: c.OrgID, InstanceURL: c.InstanceURL, LoginURL: c.LoginURL, UserID: c.UserID, Username: c.Username,
		Flow: c.Flow, UsernameSuffix: c.UsernameSuffix, Configured: c.Configured,
		ConnectedAt: present(c.ConnectedAt), LastUsedAt: present(c.LastUsedAt), LastError: c.LastError,
	}
	if c.Flow == oauth.WebServerFlow {
		l.RefreshTokenSince = present(c.RefreshTokenSince)
	}
	return l
}

// Run lists them by name.
func (c *connectionsList) Run(ctx context.Context, p *program) error {
	all := []listedConnection{}
	err := c.withStore(ctx, p, func(_ *sql.DB, store *oauth.Store) error {
		connections, err := store.Connections(ctx)
		for i := range connections {
			all = append(all, listed(connections[i]))
		}
		return err
	})
	if err != nil && !errors.Is(err, errNoSecrets) {
		return err
	}
	if c.JSON {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(all)
	}
	now := time.Now()
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tORG\tINSTANCE\tUSER\tFLOW\tFROM\tCONNECTED\tREFRESH TOKEN\tLAST USED")
	for _, l := range all {
		from := "database"
		if l.Configured {
			from = "environment"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Name, dash(l.OrgID), dash(l.InstanceURL), l.user(), l.Flow, from,
			day(l.ConnectedAt), age(l.RefreshTokenSince, now), day(l.LastUsedAt))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, l := range all {
		if l.LastError != "" {
			fmt.Fprintf(p.stdout, "%s: %s\n", l.Name, l.LastError)
		}
	}
	return nil
}

// user is whom the connection works as, as far as it is known without asking.
func (l listedConnection) user() string {
	if l.Username != "" {
		return l.Username
	}
	return dash(l.UserID)
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// age says roughly how long ago something was.
func age(since *time.Time, now time.Time) string {
	if since == nil {
		return "-"
	}
	switch d := now.Sub(*since); {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", max(0, int(d.Minutes())))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}
