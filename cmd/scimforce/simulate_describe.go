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

// describe prints what the org holds and how to run a bridge against it.
func (c *simulateCommand) describe(w io.Writer, o *org.Org, address string) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	row := func(name, value string) { _, _ = fmt.Fprintf(table, "  %s\t%s\n", name, value) }
	_, _ = fmt.Fprint(table, "A simulated Salesforce org; not Salesforce, and nothing is kept.\n\n")
	row("URL", address)
	row("Organization", o.ID())
	row("Administrator", c.Username+" / "+c.Password)
	row("Consumer key", c.ConsumerKey)
	row("Consumer secret", c.ConsumerSecret)
	row("Callback URLs", strings.Join(c.CallbackURL, " "))
	if c.RefreshToken != "" {
		kind := "good until revoked"
		if c.RotateRefreshTokens {
			kind = "replaced at each use"
		}
		row("Refresh token", c.RefreshToken+" ("+kind+")")
	}
	row("What is in it", address+"/")
	row("API calls", address+"/_simulator/calls")
	var counts []string
	for _, object := range []string{"User", "Profile", "UserRole", "PermissionSet", "Group"} {
		result, err := query.Run(o, org.Actor{}, "SELECT COUNT() FROM "+object)
		if err != nil {
			return fmt.Errorf("simulate: count %s: %w", object, err)
		}
		counts = append(counts, fmt.Sprintf("%s %d", object, result.Total))
	}
	row("Records", strings.Join(counts, ", "))
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

`, trust, address, quote(c.ConsumerKey), quote(c.ConsumerSecret), quote(c.RefreshToken))
	return err
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
