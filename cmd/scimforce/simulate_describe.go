package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"text/tabwriter"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
)

// describe prints what the orgs hold and how to run a bridge against the first.
func (c *simulateCommand) describe(w io.Writer, made *simulation, where addresses) error {
	heading := "A simulated Salesforce org; not Salesforce, and nothing is kept."
	if n := len(made.orgs); n > 1 {
		heading = fmt.Sprintf("%d simulated Salesforce orgs; not Salesforce, and nothing is kept.", n)
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	row := func(name, value string) { _, _ = fmt.Fprintf(table, "  %s\t%s\n", name, value) }
	_, _ = fmt.Fprint(table, heading+"\n\n")
	row("URL", where.org)
	row("Consumer key", c.ConsumerKey)
	row("Consumer secret", c.ConsumerSecret)
	row("Callback URLs", strings.Join(c.CallbackURL, " "))
	row("What is in it", where.org+"/")
	row("API calls", where.control+"/_simulator/calls")
	for _, one := range made.orgs {
		if err := c.describeOrg(table, row, one); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	trust := ""
	if c.TLS && c.TLSCAOut != "" {
		trust = "  export SSL_CERT_FILE=" + quote(c.TLSCAOut) + "\n"
	}
	_, err := fmt.Fprintf(w, `
A bridge against it:

%s  export SCIMFORCE_LOGIN_URL=%s
  export SCIMFORCE_CONSUMER_KEY=%s
  export SCIMFORCE_CONSUMER_SECRET=%s
  export SCIMFORCE_REFRESH_TOKEN=%s
  export SCIMFORCE_IDP_TOKEN=demo
  scimforce serve

`, trust, where.org, quote(c.ConsumerKey), quote(c.ConsumerSecret), quote(made.orgs[0].refreshToken))
	return err
}

// describeOrg prints the block of one org.
func (c *simulateCommand) describeOrg(w io.Writer, row func(name, value string), one simulatedOrg) error {
	_, _ = fmt.Fprintln(w)
	row("Organization", one.ID())
	row("Administrator", one.username+" / "+one.password)
	if one.refreshToken != "" {
		row("Refresh token", one.refreshToken+" ("+c.refreshTokenWorth()+")")
	}
	var counts []string
	for _, object := range []string{"User", "Profile", "UserRole", "PermissionSet", "Group"} {
		result, err := query.Run(one.Org, org.Actor{}, "SELECT COUNT() FROM "+object)
		if err != nil {
			return fmt.Errorf("simulate: count %s: %w", object, err)
		}
		counts = append(counts, fmt.Sprintf("%s %d", object, result.Total))
	}
	row("Records", strings.Join(counts, ", "))
	return nil
}

// refreshTokenWorth words how long a refresh token is good.
func (c *simulateCommand) refreshTokenWorth() string {
	worth := "good until revoked"
	switch c.RefreshTokenPolicy {
	case "immediately":
		worth = "good for nothing"
	case "unused":
		worth = fmt.Sprintf("good for %v after its last use", c.RefreshTokenLife)
	case "after":
		worth = fmt.Sprintf("good for %v", c.RefreshTokenLife)
	}
	if c.RotateRefreshTokens {
		worth += ", replaced at each use"
	}
	return worth
}

// reachable is address with a host that can be dialled.
func reachable(address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address.String()
}

// quote makes s safe to paste into a POSIX shell.
func quote(s string) string {
	plain := !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:/@", r))
	})
	if plain && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
