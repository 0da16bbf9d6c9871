package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"scimforce/oauth"
	"scimforce/scim/directory"
	"scimforce/scim/mapping"
)

// mappingCommand is about the attribute mapping.
type mappingCommand struct {
	Check mappingCheckCommand `cmd:"" help:"Compare the mapping with the fields of an org and print it both ways; exit code 1 when something does not fit, 2 when the org could not be asked."`
}

// mappingCheckCommand asks an org for its fields, while the bridge runs or not.
type mappingCheckCommand struct {
	storeFlags
	Connection string `placeholder:"NAME" help:"Check against this connection only. Default: all."`
	Config     string `placeholder:"PATH" variable:"SCIMFORCE_CONFIG" help:"YAML file of the bridge, with the mapping."`
	APIVersion string `default:"66.0" placeholder:"VERSION" variable:"SCIMFORCE_API_VERSION" help:"Salesforce API version. Default 66.0."`
}

// Run prints a report a connection.
func (c *mappingCheckCommand) Run(ctx context.Context, p *program) error {
	var found problems
	checkAPIVersion(&found, c.APIVersion)
	file := readConfigFile(&found, c.Config)
	if err := found.err(); err != nil {
		return &exitError{exitNotAsked, err}
	}
	wrong := 0
	err := c.withStore(ctx, p, func(_ *sql.DB, store *oauth.Store) error {
		connections, err := chosenConnections(ctx, store, c.Connection)
		for i := 0; i < len(connections) && err == nil; i++ {
			var n int
			n, err = c.checkOne(ctx, p, store, connections[i], file)
			wrong += n
		}
		return err
	})
	switch {
	case err != nil:
		return &exitError{exitNotAsked, err}
	case wrong > 0:
		return &exitError{code: exitFailed}
	}
	return nil
}

// checkOne prints the report of one connection and returns how many problems it
// has.
func (c *mappingCheckCommand) checkOne(ctx context.Context, p *program, store *oauth.Store, connection oauth.Connection, file fileSettings) (n int, err error) {
	m, err := mapping.New(Settings{File: file}.mappingConfig(connection.UsernameSuffix))
	if err != nil {
		return 0, fmt.Errorf("mapping: %w", err)
	}
	client, closeIdle := salesforceHTTP()
	defer closeIdle()
	authorizer, speaks, err := dial(ctx, dialConfig{Connection: connection.Name, Store: store, Login: client, Org: client, APIVersion: c.APIVersion, Build: readBuild()})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, authorizer.Close(context.WithoutCancel(ctx))) }()
	described, err := speaks.Describe(ctx, "User")
	if err != nil {
		return 0, fmt.Errorf("connection %s: the fields of User cannot be read: %w (scimforce doctor says more)", connection.Name, err)
	}
	fields := directory.Fields(described)
	wrong := m.Check(fields)
	if m, err = m.For(fields); err != nil {
		return 0, fmt.Errorf("connection %s: %w", connection.Name, err)
	}
	return len(wrong), writeMapping(p.stdout, connection.Name, m, wrong)
}

// writeMapping prints the mapping of an org from SCIM to Salesforce, the way
// back, and what does not fit.
func writeMapping(w io.Writer, connection string, m *mapping.Mapping, wrong []mapping.Problem) error {
	rows := m.Rows()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "Connection %s\n\nSCIM ATTRIBUTE\tSALESFORCE FIELD\tREMARK\n", connection)
	type back struct{ field, attribute, remark string }
	var backs []back
	for _, r := range rows {
		fmt.Fprintf(table, "%s\t%s\t%s\n", shortAttribute(r.Attribute), cmp.Or(strings.Join(r.Fields, ", "), "-"), r.Remark)
		for _, f := range r.Fields {
			remark := "read and written"
			switch {
			case r.OnlyRead || strings.Contains(f, "."):
				remark = "read only"
			case r.ReadOnly:
				remark = "read only; the bridge writes it"
			}
			backs = append(backs, back{f, shortAttribute(r.Attribute), remark})
		}
	}
	slices.SortFunc(backs, func(a, b back) int {
		return cmp.Or(strings.Compare(a.field, b.field), strings.Compare(a.attribute, b.attribute))
	})
	fmt.Fprint(table, "\nSALESFORCE FIELD\tSCIM ATTRIBUTE\tFOR THE IDENTITY PROVIDER\n")
	for _, b := range backs {
		fmt.Fprintf(table, "%s\t%s\t%s\n", b.field, b.attribute, b.remark)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the mapping: %w", err)
	}
	text := "\nThe mapping fits the org.\n"
	if len(wrong) > 0 {
		lines := make([]string, len(wrong))
		for i, p := range wrong {
			lines[i] = "- " + p.String()
		}
		text = fmt.Sprintf("\nWhat does not fit (%d):\n%s\n", len(wrong), strings.Join(lines, "\n"))
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("print the mapping: %w", err)
	}
	return nil
}

// shortAttribute is an attribute's path with the name of its extension instead of
// the URN.
func shortAttribute(attribute string) string {
	for urn, name := range map[string]string{mapping.EnterpriseURN: "enterprise", mapping.SalesforceURN: "salesforce"} {
		if rest, ok := strings.CutPrefix(attribute, urn+":"); ok {
			return name + ":" + rest
		}
	}
	return attribute
}
