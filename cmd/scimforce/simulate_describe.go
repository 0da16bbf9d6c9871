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

// describe prints how to connect a bridge to the first org, in the browser or by
// settings, and what the orgs hold.
func (c *simulateCommand) describe(w io.Writer, made *simulation, where addresses) error {
	heading := "A simulated Salesforce org; not Salesforce, and nothing is kept."
	if n := len(made.orgs); n > 1 {
		heading = fmt.Sprintf("%d simulated Salesforce orgs; not Salesforce, and nothing is kept.", n)
	}
	first := made.orgs[0]
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	row := func(name, value string) { _, _ = fmt.Fprintf(table, "  %s\t%s\n", name, value) }
	say := func(lines ...string) { _, _ = fmt.Fprintln(table, strings.Join(lines, "\n")) }
	say(heading, "", "In the browser: run scimforce serve, open http://localhost:8080, choose My Domain, and paste", "")
	row("My Domain", where.org)
	row("Consumer key", c.ConsumerKey)
	row("Consumer secret", c.ConsumerSecret)
	say("", "Then log in at the simulated Salesforce, and press Allow:", "")
	row("Username", first.username)
	row("Password", first.password)
	say("", "Without a browser:", "")
	if c.TLS && c.TLSCAOut != "" {
		say("  export SSL_CERT_FILE=" + quote(c.TLSCAOut))
	}
	say(
		"  export SCIMFORCE_LOGIN_URL="+where.org,
		"  export SCIMFORCE_CONSUMER_KEY="+quote(c.ConsumerKey),
		"  export SCIMFORCE_CONSUMER_SECRET="+quote(c.ConsumerSecret),
		"  export SCIMFORCE_REFRESH_TOKEN="+quote(first.refreshToken),
		"  export SCIMFORCE_IDP_TOKEN=demo",
		"  scimforce serve", "", "What is in it:", "")
	row("To look at", where.org+"/")
	row("API calls", where.control+"/_simulator/calls")
	for i, url := range c.callbackURLs() {
		row([]string{"Callback URLs", ""}[min(i, 1)], url)
	}
	for _, one := range made.orgs {
		if err := c.describeOrg(table, row, one); err != nil {
			return err
		}
	}
	say("")
	if err := table.Flush(); err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	return nil
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
