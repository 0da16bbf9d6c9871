package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"scimforce/oauth/database"
	"scimforce/oauth/idp"
	"scimforce/oauth/vault"
)

// demoCommand is the bridge and a simulated org in one process. Nothing is written to disk.
type demoCommand struct {
	Listen          string        `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where the bridge listens; port 0 takes a free one. Default 127.0.0.1:8080."`
	SimulatorListen string        `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Where the simulated org listens; port 0 takes a free one. Default 127.0.0.1:8081."`
	Token           string        `default:"demo" placeholder:"TOKEN" help:"Bearer token of the identity provider. Default demo."`
	Users           int           `default:"25" placeholder:"N" help:"People seeded in the org. Default 25."`
	Latency         time.Duration `default:"0s" placeholder:"D" help:"Delay of each Salesforce call, such as 150ms. Default 0."`
	Once            bool          `help:"End after the story; exit code 1 if a step failed."`
	Quiet           bool          `help:"No story, just serve."`
}

const (
	// demoAdministrator is who allows the bridge to work in the simulated org.
	demoAdministrator = "admin@acme.example"
	// demoPassword is that of the console and of the simulated org.
	demoPassword = "demo"
)

// demoSimulation is the simulated org of a demo: that of scimforce simulate, with the bridge's callback URL and without a
// grant made beforehand, because the demo shows how one comes about.
func (c *demoCommand) demoSimulation(callbackURL string) *simulateCommand {
	return &simulateCommand{
		orgFlags:     orgFlags{Users: &c.Users, Username: demoAdministrator, Password: demoPassword},
		weatherFlags: weatherFlags{Latency: c.Latency},
		appFlags:     appFlags{ConsumerKey: "demo-consumer-key", ConsumerSecret: "demo-consumer-secret", CallbackURL: []string{callbackURL}},
	}
}

// check reports all that is wrong with the flags.
func (c *demoCommand) check() error {
	var found problems
	c.demoSimulation("").report(&found)
	if _, err := idp.NewConfigured(idpName, defaultConnection, idp.ScopeAll, c.Token); err != nil {
		found.addf("--token cannot be used: it %v", err)
	}
	return found.err()
}

// Run starts both, authorizes the bridge, tells the story and serves until ctx ends, which is no failure: a failed step is,
// and an end before the story's with --once.
func (c *demoCommand) Run(ctx context.Context, p *program) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	bridgeListener, err := listen(ctx, "--listen", c.Listen)
	if err != nil {
		return err
	}
	defer bridgeListener.Close()
	simulatorListener, err := listen(ctx, "--simulator-listen", c.SimulatorListen)
	if err != nil {
		return err
	}
	defer simulatorListener.Close()
	bridgeURL, simulatorURL := "http://"+reachable(bridgeListener.Addr()), "http://"+reachable(simulatorListener.Addr())

	simulation := c.demoSimulation(bridgeURL + callbackPath)
	org, err := newSimulation(simulation, p.stderr)
	if err != nil {
		return err
	}
	db, err := database.OpenMemory(ctx, "demo-"+bridgeListener.Addr().String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	settings := Settings{
		PublicURL: bridgeURL, APIVersion: defaultAPIVersion, IDPToken: c.Token, AdminPassword: demoPassword, File: defaultFileSettings(),
	}
	settings.File.Defaults.Profile = "Standard User"
	entries := &entryLog{}
	key, err := vault.NewMasterKey()
	if err != nil {
		return err
	}
	product, err := newBridge(ctx, bridgeConfig{
		Settings: settings, Database: db, MasterKey: key, Audit: entries, Build: readBuild(),
		Logger: newLogger(p.stderr, slog.LevelWarn, "text"),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, product.Close()) }()

	asked := ctx // to end, by whoever runs this
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var running errgroup.Group
	running.Go(func() error { defer stop(); return serveSimulator(ctx, org, simulatorListener) })
	running.Go(func() error { defer stop(); return product.Serve(ctx, bridgeListener) })
	connected := c.authorize(ctx, bridgeURL, simulatorURL, simulation)
	if err = connected; err == nil {
		p.tellListening("bridge", bridgeListener.Addr())
		err = c.show(ctx, p.stdout, entries, bridgeURL, simulatorURL)
	}
	if connected != nil || c.Once {
		stop()
	}
	ended := running.Wait()
	if asked.Err() != nil && errors.Is(err, context.Canceled) && !c.Once {
		err = nil
	}
	return errors.Join(err, ended)
}

// authorize is what the administrator does once, in a browser.
func (c *demoCommand) authorize(ctx context.Context, bridgeURL, simulatorURL string, simulation *simulateCommand) error {
	somebody, done, err := newAdministrator(bridgeURL, demoPassword)
	if err != nil {
		return err
	}
	defer done()
	if err := somebody.signIn(ctx); err != nil {
		return err
	}
	return somebody.connect(ctx, url.Values{
		"login-host": {"mydomain"}, "my-domain": {simulatorURL}, "name": {defaultConnection},
		"consumer-key": {simulation.ConsumerKey}, "consumer-secret": {simulation.ConsumerSecret},
	}, simulation.Username, simulation.Password)
}

// show tells the story and ends with the table of what is there to be tried.
func (c *demoCommand) show(ctx context.Context, out io.Writer, entries *entryLog, bridgeURL, simulatorURL string) error {
	if c.Quiet {
		entries.close()
		return c.table(out, bridgeURL, simulatorURL)
	}
	fmt.Fprintf(out, "scimforce demo: a bridge, and a simulated Salesforce org with %d people\n\n", c.Users)
	fmt.Fprintf(out, "Console, consumer key and secret, Authenticate, log in as %s, Allow, Save: the bridge is connected.\n", demoAdministrator)
	fmt.Fprintf(out, "Below, a line for each SCIM request, and indented under it the Salesforce calls that it took.\n")

	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	tale := &story{base: bridgeURL + scimPath, token: c.Token, client: &http.Client{Transport: transport}, entries: entries, out: out}
	err := tale.tell(ctx)
	entries.close()
	if errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Fprintln(out)
	if tableErr := c.table(out, bridgeURL, simulatorURL); tableErr != nil {
		return errors.Join(err, tableErr)
	}
	return err
}

// table prints what an administrator needs to try the bridge himself.
func (c *demoCommand) table(out io.Writer, bridgeURL, simulatorURL string) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, row := range [][2]string{
		{"SCIM base URL", bridgeURL + scimPath},
		{"Token", c.Token},
		{"Console", bridgeURL + "/  (password: " + demoPassword + ")"},
		{"Simulated Salesforce", simulatorURL + "  (its API calls so far: " + simulatorURL + "/_simulator/calls)"},
		{"Try", "curl -H 'Authorization: Bearer " + c.Token + "' '" + bridgeURL + scimPath + "/Users?count=3'"},
	} {
		fmt.Fprintf(w, "%s\t%s\n", row[0], row[1])
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if !c.Once {
		fmt.Fprintln(out, "\nServing until Ctrl-C.")
	}
	return nil
}

// listen opens what the setting of this name says.
func listen(ctx context.Context, setting, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w (port 0 takes a free one)", setting, address, err)
	}
	return listener, nil
}
