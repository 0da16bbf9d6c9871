package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
	"scimforce/salesforce/simulator/unverified"
)

// simulateCommand is a simulated Salesforce org, for trials and tests.
type simulateCommand struct {
	Listen              string        `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one. Default 127.0.0.1:8081."`
	Users               int           `default:"25" placeholder:"N" help:"People seeded in the org. Default 25."`
	Latency             time.Duration `default:"0s" placeholder:"D" help:"Delay of each API call, such as 150ms. Default 0."`
	ConsumerKey         string        `default:"demo-consumer-key" placeholder:"KEY" help:"Consumer key of the app. Default demo-consumer-key."`
	ConsumerSecret      string        `default:"demo-consumer-secret" placeholder:"SECRET" help:"Consumer secret of the app. Default demo-consumer-secret."`
	Username            string        `default:"admin@acme.example" placeholder:"NAME" help:"The administrator. Default admin@acme.example."`
	Password            string        `default:"demo" placeholder:"PASSWORD" help:"The administrator's password. Default demo."`
	CallbackURL         []string      `default:"http://127.0.0.1:8080/oauth/callback,http://localhost:8080/oauth/callback" placeholder:"URL" help:"Callback URL of the app; can be repeated. Default that of a bridge on port 8080."`
	RefreshToken        string        `default:"demo-refresh-token" placeholder:"TOKEN" help:"A refresh token granted beforehand, so that scimforce serve needs no browser. Default demo-refresh-token."`
	RotateRefreshTokens bool          `help:"Replace the refresh token at each use; presenting a replaced one again revokes everything."`
	Unverified          bool          `help:"Print what the simulator answers from memory alone, and end."`
	Verbose             bool          `help:"Log each request."`
}

// Run serves the org until ctx ends.
func (c *simulateCommand) Run(ctx context.Context, p *program) error {
	if c.Unverified {
		return unverified.Print(p.stdout)
	}
	if err := c.check(); err != nil {
		return err
	}
	o, s, err := newSimulation(c, p.stderr)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, "--listen", c.Listen)
	if err != nil {
		return err
	}
	if err := c.describe(p.stdout, o, "http://"+reachable(listener.Addr())); err != nil {
		return errors.Join(err, listener.Close())
	}
	p.tellListening("simulator", listener.Addr())
	return serveSimulator(ctx, s, listener)
}

// serveSimulator serves a simulated org until ctx ends.
func serveSimulator(ctx context.Context, handler http.Handler, listener net.Listener) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("simulate: %w", err)
	case <-ctx.Done():
	}
	// A second for what is in flight; nothing here is worth a longer wait.
	patience, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer done()
	if err := server.Shutdown(patience); err != nil {
		_ = server.Close()
	}
	<-ended
	return nil
}

func (c *simulateCommand) check() error {
	var found problems
	c.report(&found)
	return found.err()
}

// report adds what is wrong with the flags.
func (c *simulateCommand) report(found *problems) {
	if c.Users < 0 {
		found.addf("--users %d: must be 0 or more", c.Users)
	}
	if c.Latency < 0 {
		found.addf("--latency %v: must be 0 or more", c.Latency)
	}
	for _, flag := range []struct{ name, value string }{
		{"consumer-key", c.ConsumerKey}, {"consumer-secret", c.ConsumerSecret}, {"username", c.Username}, {"password", c.Password},
	} {
		if flag.value == "" {
			found.addf("--%s is empty: leave it out for the default", flag.name)
		}
	}
	if !strings.Contains(c.Username, "@") {
		found.addf("--username %q must look like an e-mail address", c.Username)
	}
}

// newSimulation makes the org, its app and the grant.
func newSimulation(c *simulateCommand, log io.Writer) (*org.Org, *simulator.Simulator, error) {
	o, err := org.New(org.Config{Users: c.Users, AdminUsername: c.Username})
	if err != nil {
		return nil, nil, fmt.Errorf("simulate: %w", err)
	}
	o.SetPassword(o.AdminID(), c.Password)
	logger := slog.New(slog.DiscardHandler)
	if c.Verbose {
		logger = newLogger(log, slog.LevelDebug, "text")
	}
	s, err := simulator.New(simulator.Config{
		Org: o, Latency: c.Latency, Logger: logger,
		App: simulator.App{
			ConsumerKey: c.ConsumerKey, ConsumerSecret: c.ConsumerSecret, CallbackURLs: c.CallbackURL,
			RotateRefreshTokens: c.RotateRefreshTokens, RequireSecretForWebServer: true, RequireSecretForRefresh: true,
		},
	})
	if err != nil {
		return nil, nil, fmt.Errorf("simulate: %w", err)
	}
	if c.RefreshToken != "" {
		if err := s.GrantToken(c.Username, c.RefreshToken); err != nil {
			return nil, nil, fmt.Errorf("simulate: grant the refresh token: %w", err)
		}
	}
	return o, s, nil
}

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
	_, err := fmt.Fprintf(w, `
A bridge against it:

  export SCIMFORCE_LOGIN_URL=%s
  export SCIMFORCE_CONSUMER_KEY=%s
  export SCIMFORCE_CONSUMER_SECRET=%s
  export SCIMFORCE_REFRESH_TOKEN=%s
  export SCIMFORCE_IDP_TOKEN=demo
  scimforce serve

`, address, quote(c.ConsumerKey), quote(c.ConsumerSecret), quote(c.RefreshToken))
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
