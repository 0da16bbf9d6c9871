package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// simulateCommand is a simulated Salesforce org, for trials and tests.
type simulateCommand struct {
	Listen string `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one. Default 127.0.0.1:8081."`
	Users  int    `default:"25" placeholder:"N" help:"People seeded in the org. Default 25."`
	Seed   int64  `placeholder:"N" help:"What ids, names and chance follow from; the same seed gives the same org. Default 0."`

	TLS      bool     `name:"tls" help:"Serve HTTPS, by a certificate authority made at the start. Default HTTP."`
	TLSCAOut string   `name:"tls-ca-out" placeholder:"FILE" help:"Where to write the authority's certificate, for clients to trust. Default nowhere."`
	TLSHost  []string `name:"tls-host" placeholder:"HOST" help:"A name or address of the server besides localhost, 127.0.0.1, ::1 and that of --listen; can be repeated."`

	Latency        time.Duration `default:"0s" placeholder:"D" help:"Delay of each API call, such as 150ms. Default 0."`
	APILimit       int           `name:"api-limit" default:"15000" placeholder:"N" help:"The day's allocation of API calls. Default 15000."`
	SessionTimeout time.Duration `default:"2h" placeholder:"D" help:"How long an unused access token lives. Default 2h."`

	Username            string   `default:"admin@acme.example" placeholder:"NAME" help:"The administrator. Default admin@acme.example."`
	Password            string   `default:"demo" placeholder:"PASSWORD" help:"The administrator's password. Default demo."`
	ConsumerKey         string   `default:"demo-consumer-key" placeholder:"KEY" help:"Consumer key of the app. Default demo-consumer-key."`
	ConsumerSecret      string   `default:"demo-consumer-secret" placeholder:"SECRET" help:"Consumer secret of the app. Default demo-consumer-secret."`
	CallbackURL         []string `default:"http://127.0.0.1:8080/oauth/callback,http://localhost:8080/oauth/callback" placeholder:"URL" help:"Callback URL of the app; can be repeated. Default that of a bridge on port 8080."`
	Scope               []string `default:"api,id,refresh_token" placeholder:"SCOPE" help:"OAuth scope of the app; can be repeated. Default api, id, refresh_token."`
	RefreshToken        string   `default:"demo-refresh-token" placeholder:"TOKEN" help:"A refresh token granted beforehand, so that scimforce serve needs no browser. Default demo-refresh-token."`
	RotateRefreshTokens bool     `help:"Replace the refresh token at each use; presenting a replaced one again revokes everything."`
	RequirePKCE         bool     `name:"require-pkce" help:"Refuse an authorization without PKCE."`
	OptionalSecret      bool     `help:"Do not require the consumer secret in the web server and refresh token flows."`

	Unverified bool `help:"Print what the simulator answers from memory alone, and end."`
	Verbose    bool `help:"Log each request."`
}

func (c *simulateCommand) check() error {
	var found problems
	c.report(&found)
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		found.addf("--listen %q is no address to listen on: write host:port or :port, such as :8081", c.Listen)
	}
	c.reportTLS(&found)
	return found.err()
}

// report adds what is wrong with the flags that say what the org is like.
func (c *simulateCommand) report(found *problems) {
	if c.Users < 0 {
		found.addf("--users %d: must be 0 or more", c.Users)
	}
	if c.Latency < 0 {
		found.addf("--latency %v: must be 0 or more", c.Latency)
	}
	if c.APILimit < 1 {
		found.addf("--api-limit %d: must be 1 or more", c.APILimit)
	}
	if c.SessionTimeout <= 0 {
		found.addf("--session-timeout %v: must be more than 0", c.SessionTimeout)
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
	o, err := org.New(org.Config{Users: c.Users, Seed: c.Seed, AdminUsername: c.Username})
	if err != nil {
		return nil, nil, fmt.Errorf("simulate: %w", err)
	}
	o.SetPassword(o.AdminID(), c.Password)
	logger := slog.New(slog.DiscardHandler)
	if c.Verbose {
		logger = newLogger(log, slog.LevelDebug, "text")
	}
	s, err := simulator.New(simulator.Config{
		Org: o, Latency: c.Latency, Logger: logger, DailyAPIRequests: c.APILimit, SessionTTL: c.SessionTimeout,
		App: simulator.App{
			ConsumerKey: c.ConsumerKey, ConsumerSecret: c.ConsumerSecret, CallbackURLs: c.CallbackURL, Scopes: c.Scope,
			RotateRefreshTokens: c.RotateRefreshTokens, RequirePKCE: c.RequirePKCE,
			RequireSecretForWebServer: !c.OptionalSecret, RequireSecretForRefresh: !c.OptionalSecret,
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
