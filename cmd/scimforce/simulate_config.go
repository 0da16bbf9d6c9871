package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/authority"
	"scimforce/salesforce/simulator/weather"
)

// simulatorConfig is the simulator as the flags want it, without its orgs.
func (c *simulateCommand) simulatorConfig(found *problems) simulator.Config {
	return simulator.Config{
		App: c.app(found), Login: simulator.LoginPolicy{PasswordFlow: c.PasswordFlow},
		LoginURL: c.LoginURL, APIVersions: c.APIVersion, ControlElsewhere: c.ControlListen != "",
		SessionTTL: c.SessionTimeout, APIHardCap: c.APIHardCap, LongCalls: c.LongCalls,
		Latency: c.Latency, LatencyPerRecord: c.LatencyPerRecord, LockPatience: c.LockPatience,
		Weather: c.weather(found), WeatherSeed: c.Seed,
	}
}

// app is the app that clients log in by.
func (c *simulateCommand) app(found *problems) simulator.App {
	app := simulator.App{
		ConsumerKey: c.ConsumerKey, ConsumerSecret: c.ConsumerSecret, CallbackURLs: c.callbackURLs(), Scopes: c.Scope,
		RequirePKCE: c.RequirePKCE, RequireSecretForWebServer: !c.OptionalSecret, RequireSecretForRefresh: !c.OptionalSecret,
		RotateRefreshTokens: c.RotateRefreshTokens, RefreshLife: c.RefreshTokenLife,
		ClientCredentials: c.ClientCredentialsAs != "", RunAs: c.ClientCredentialsAs, SigningKey: c.signingKey(found),
		ApprovedFor: c.PreAuthorize, PasswordFlow: c.PasswordFlow, UserAgentFlow: c.UserAgentFlow, JWTAccessTokens: c.JWTAccessTokens,
	}
	policies := []string{"until-revoked", "immediately", "unused", "after"} // in the order of their constants
	policy := max(slices.Index(policies, c.RefreshTokenPolicy), 0)
	if !slices.Contains(policies, c.RefreshTokenPolicy) && c.RefreshTokenPolicy != "" {
		found.addf("--refresh-token-policy %q is unknown: write %s", c.RefreshTokenPolicy, strings.Join(policies, ", "))
	}
	app.RefreshPolicy = []authority.RefreshPolicy{authority.UntilRevoked, authority.ExpireImmediately, authority.ExpireUnused, authority.ExpireAfter}[policy]
	return app
}

// callbackURLs are those of a bridge on its default port, of scimforce connect on
// its own, and of the flags.
func (c *simulateCommand) callbackURLs() (all []string) {
	for _, port := range []string{"8080", "8085"} {
		for _, host := range []string{"localhost", "127.0.0.1"} {
			all = append(all, "http://"+net.JoinHostPort(host, port)+"/oauth/callback")
		}
	}
	return append(all, c.CallbackURL...)
}

// signingKey reads the app's certificate or public key.
func (c *simulateCommand) signingKey(found *problems) *rsa.PublicKey {
	if c.JWTCertificate == "" {
		return nil
	}
	content, err := os.ReadFile(c.JWTCertificate)
	if err != nil {
		found.addf("--jwt-certificate %q cannot be read: %v", c.JWTCertificate, cause(err))
		return nil
	}
	var public any
	block, _ := pem.Decode(content)
	switch {
	case block == nil:
		err = errors.New("it is no PEM file")
	case block.Type == "CERTIFICATE":
		var certificate *x509.Certificate
		if certificate, err = x509.ParseCertificate(block.Bytes); err == nil {
			public = certificate.PublicKey
		}
	default:
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	key, isRSA := public.(*rsa.PublicKey)
	switch {
	case err != nil:
		found.addf("--jwt-certificate %q: %v", c.JWTCertificate, err)
	case !isRSA:
		found.addf("--jwt-certificate %q holds no RSA key, which the JWT bearer flow wants", c.JWTCertificate)
	}
	return key
}

// weather reads the KIND=RATE of each --weather.
func (c *simulateCommand) weather(found *problems) (rules []weather.Rule) {
	for _, text := range c.Weather {
		kind, share, _ := strings.Cut(text, "=")
		rate, err := strconv.ParseFloat(share, 64)
		if err != nil || rate <= 0 || rate > 1 {
			found.addf("--weather %q: write KIND=RATE with a rate above 0 and up to 1, such as row-lock=0.05", text)
			continue
		}
		if !slices.Contains(weather.Kinds(), weather.Kind(kind)) {
			found.addf("--weather %q: there is no such weather%s; the kinds are %s", text, meant(kind, weatherKinds()), strings.Join(weatherKinds(), ", "))
			continue
		}
		rules = append(rules, weather.Rule{Kind: weather.Kind(kind), Rate: rate})
	}
	return rules
}

func weatherKinds() []string {
	var names []string
	for _, kind := range weather.Kinds() {
		names = append(names, string(kind))
	}
	return names
}

// meant words the known name that is nearest, "" when none is near.
func meant(name string, known []string) string {
	if best := nearest(name, known); best != "" {
		return " (did you mean " + best + "?)"
	}
	return ""
}
