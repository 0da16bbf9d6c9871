package main

import (
	"crypto/rsa"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/authority"
	"scimforce/salesforce/simulator/weather"
)

// configured is the simulator that a command line asks for.
func configured(t *testing.T, args ...string) simulator.Config {
	t.Helper()
	var grammar cli
	parser, err := (&program{}).parser(&grammar)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(append([]string{"simulate"}, args...)); err != nil {
		t.Fatal(err)
	}
	var found problems
	c := &grammar.Simulate
	cfg := c.simulatorConfig(&found)
	c.place(&cfg, []simulatedOrg{{daily: 1}, {daily: 2}})
	if err := found.err(); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestEveryFlagReachesTheSimulator(t *testing.T) {
	plain := configured(t)
	sameKey := cmp.Comparer(func(a, b *rsa.PublicKey) bool { return a == b }) // its own Equal takes no nil
	app := func(change func(*simulator.App)) func(*simulator.Config) {
		return func(c *simulator.Config) { change(&c.App) }
	}
	for _, test := range []struct {
		args   []string
		change func(*simulator.Config)
	}{
		{[]string{"--seed", "7"}, func(c *simulator.Config) { c.WeatherSeed = 7 }},
		{[]string{"--control-listen", ":1"}, func(c *simulator.Config) { c.ControlElsewhere = true }},
		{[]string{"--base-url", "https://a.example", "--base-url", "https://b.example"}, func(c *simulator.Config) {
			c.BaseURL, c.MoreOrgs[0].BaseURL = "https://a.example", "https://b.example"
		}},
		{[]string{"--login-url", "https://l.example"}, func(c *simulator.Config) { c.LoginURL = "https://l.example" }},
		{[]string{"--api-version", "65.0", "--api-version", "66.0"}, func(c *simulator.Config) { c.APIVersions = []string{"65.0", "66.0"} }},
		{[]string{"--consumer-key", "k"}, app(func(a *simulator.App) { a.ConsumerKey = "k" })},
		{[]string{"--consumer-secret", "s"}, app(func(a *simulator.App) { a.ConsumerSecret = "s" })},
		{[]string{"--optional-secret"}, app(func(a *simulator.App) { a.RequireSecretForRefresh, a.RequireSecretForWebServer = false, false })},
		{[]string{"--callback-url", "http://c.example"}, app(func(a *simulator.App) { a.CallbackURLs = append(slices.Clone(a.CallbackURLs), "http://c.example") })},
		{[]string{"--scope", "api", "--scope", "full"}, app(func(a *simulator.App) { a.Scopes = []string{"api", "full"} })},
		{[]string{"--require-pkce"}, app(func(a *simulator.App) { a.RequirePKCE = true })},
		{[]string{"--rotate-refresh-tokens"}, app(func(a *simulator.App) { a.RotateRefreshTokens = true })},
		{[]string{"--refresh-token-policy", "immediately"}, app(func(a *simulator.App) { a.RefreshPolicy = authority.ExpireImmediately })},
		{[]string{"--refresh-token-policy", "unused", "--refresh-token-life", "1h"}, app(func(a *simulator.App) {
			a.RefreshPolicy, a.RefreshLife = authority.ExpireUnused, time.Hour
		})},
		{[]string{"--refresh-token-policy", "after", "--refresh-token-life", "1h"}, app(func(a *simulator.App) {
			a.RefreshPolicy, a.RefreshLife = authority.ExpireAfter, time.Hour
		})},
		{[]string{"--session-timeout", "15m"}, func(c *simulator.Config) { c.SessionTTL = 15 * time.Minute }},
		{[]string{"--client-credentials-as", "a@b"}, app(func(a *simulator.App) { a.ClientCredentials, a.RunAs = true, "a@b" })},
		{[]string{"--pre-authorize", "A", "--pre-authorize", "B"}, app(func(a *simulator.App) { a.ApprovedFor = []string{"A", "B"} })},
		{[]string{"--password-flow"}, func(c *simulator.Config) {
			c.App.PasswordFlow, c.Login.PasswordFlow, c.MoreOrgs[0].Login.PasswordFlow = true, true, true
		}},
		{[]string{"--user-agent-flow"}, app(func(a *simulator.App) { a.UserAgentFlow = true })},
		{[]string{"--jwt-access-tokens"}, app(func(a *simulator.App) { a.JWTAccessTokens = true })},
		{[]string{"--latency", "120ms"}, func(c *simulator.Config) { c.Latency = 120 * time.Millisecond }},
		{[]string{"--latency-per-record", "30ms"}, func(c *simulator.Config) { c.LatencyPerRecord = 30 * time.Millisecond }},
		{[]string{"--lock-patience", "1s"}, func(c *simulator.Config) { c.LockPatience = time.Second }},
		{[]string{"--api-hard-cap=-1"}, func(c *simulator.Config) { c.APIHardCap = -1 }},
		{[]string{"--long-calls", "25"}, func(c *simulator.Config) { c.LongCalls = 25 }},
		{[]string{"--weather", "row-lock=0.5", "--weather", "maintenance=1"}, func(c *simulator.Config) {
			c.Weather = []weather.Rule{{Kind: weather.RowLock, Rate: 0.5}, {Kind: weather.Maintenance, Rate: 1}}
		}},
	} {
		want := plain
		want.MoreOrgs = append([]simulator.Tenant(nil), plain.MoreOrgs...)
		test.change(&want)
		if diff := cmp.Diff(plain, want, sameKey); diff == "" {
			t.Errorf("%v: the test asks for what is there without it", test.args)
		}
		if diff := cmp.Diff(want, configured(t, test.args...), sameKey); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.args, diff)
		}
	}
}
