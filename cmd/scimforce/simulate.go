package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// simulation is a simulator and what has to be known to use it.
type simulation struct {
	*simulator.Simulator
	orgs []simulatedOrg
}

// simulatedOrg is one org and the way into it.
type simulatedOrg struct {
	*org.Org
	username, password string // of the administrator
	refreshToken       string // granted to him beforehand; "" for none
	daily              int    // API calls that 24 hours allow
}

// newSimulation makes the orgs, their app and the grants, or reports all that
// is wrong with the flags that say what they are like.
func newSimulation(c *simulateCommand, log io.Writer) (*simulation, error) {
	var found problems
	made, err := c.simulation(&found, log)
	if problem := found.err(); problem != nil {
		return nil, problem
	}
	return made, err
}

// simulation adds what is wrong to found; what it returns is only good when
// nothing was added.
func (c *simulateCommand) simulation(found *problems, log io.Writer) (*simulation, error) {
	c.report(found)
	made := &simulation{orgs: c.makeOrgs(found)}
	cfg := c.simulatorConfig(found)
	cfg.Logger = slog.New(slog.DiscardHandler)
	if c.Verbose {
		cfg.Logger = newLogger(log, slog.LevelDebug, "text")
	}
	if len(made.orgs) == 0 {
		return nil, nil
	}
	c.place(&cfg, made.orgs)
	c.reportPeople(found, made.orgs)
	var err error
	if made.Simulator, err = simulator.New(cfg); err != nil {
		for problem := range strings.Lines(err.Error()) {
			found.addf("%s", strings.TrimPrefix(strings.TrimSpace(problem), "simulator: "))
		}
		return nil, nil
	}
	for _, one := range made.orgs {
		if one.refreshToken == "" {
			continue
		}
		if err := made.GrantToken(one.username, one.refreshToken); err != nil {
			return nil, fmt.Errorf("simulate: grant the refresh token: %w", err)
		}
	}
	return made, nil
}

// report adds what is wrong with the flags that need nothing else to be looked
// at.
func (c *simulateCommand) report(found *problems) {
	if c.Users != nil && *c.Users < 0 {
		found.addf("--users %d: must be 0 or more", *c.Users)
	}
	if c.Username != "" && !strings.Contains(c.Username, "@") {
		found.addf("--username %q must look like an e-mail address", c.Username)
	}
	if len(c.Org) > 0 && (c.Users != nil || c.Username != "") {
		found.addf("--users and --username are for an org without --org: write users and admins into the file")
	}
	if n := max(1, len(c.Org)); len(c.BaseURL) > n {
		found.addf("--base-url is given %d times, for %d of the orgs", len(c.BaseURL), n)
	}
	if c.Password == "" {
		found.addf("--password is empty: leave it out for the default")
	}
	for _, flag := range []struct {
		name string
		bad  bool
	}{
		{"latency", c.Latency < 0},
		{"latency-per-record", c.LatencyPerRecord < 0},
		{"lock-patience", c.LockPatience < 0},
		{"api-limit", c.APILimit < 0},
		{"session-timeout", c.SessionTimeout < 0},
		{"refresh-token-life", c.RefreshTokenLife < 0},
	} {
		if flag.bad {
			found.addf("--%s is less than 0: leave it out for the default", flag.name)
		}
	}
}

// reportPeople adds who is named in the flags and not there.
func (c *simulateCommand) reportPeople(found *problems, orgs []simulatedOrg) {
	if c.ClientCredentialsAs == "" {
		return
	}
	for _, one := range orgs {
		if _, ok := one.UserByUsername(c.ClientCredentialsAs); ok {
			return
		}
	}
	found.addf("--client-credentials-as %q: there is no such user", c.ClientCredentialsAs)
}

// reportServing adds what is wrong with the addresses.
func (c *simulateCommand) reportServing(found *problems) {
	for _, flag := range [][2]string{{"listen", c.Listen}, {"control-listen", c.ControlListen}} {
		if _, _, err := net.SplitHostPort(flag[1]); err != nil && (flag[1] != "" || flag[0] == "listen") {
			found.addf("--%s %q is no address to listen on: write host:port or :port, such as :8081", flag[0], flag[1])
		}
	}
	c.reportTLS(found)
}
