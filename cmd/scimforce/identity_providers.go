package main

import (
	"strings"

	"scimforce/oauth/idp"
)

// fileIdentityProvider is an issuer whose JWTs are trusted, as access tokens
// and as assertions at the token endpoint.
type fileIdentityProvider struct {
	Issuer     string   `yaml:"issuer" json:"issuer"`
	Audience   string   `yaml:"audience" json:"audience"`
	Clients    []string `yaml:"clients" json:"clients"`
	JWKSURL    string   `yaml:"jwksUrl" json:"jwksUrl"`
	Connection string   `yaml:"connection" json:"connection"` // default: default
	Scope      string   `yaml:"scope" json:"scope"`           // default: all, or read for persons
	Person     string   `yaml:"person" json:"person,omitempty"`
}

// issuers are the identity providers as package idp takes them.
func (s fileSettings) issuers() []idp.Issuer {
	issuers := make([]idp.Issuer, 0, len(s.IdentityProviders))
	for _, p := range s.IdentityProviders {
		i := idp.Issuer{
			Issuer: p.Issuer, Audience: p.Audience, Clients: p.Clients, JWKSURL: p.JWKSURL,
			Connection: p.Connection, Scope: idp.Scope(strings.ToLower(p.Scope)), Person: p.Person,
		}
		if i.Connection == "" {
			i.Connection = defaultConnection
		}
		switch {
		case i.Scope != "":
		case i.Person != "":
			i.Scope = idp.ScopeRead
		default:
			i.Scope = idp.ScopeAll
		}
		issuers = append(issuers, i)
	}
	return issuers
}

// checkIdentityProviders says what is wrong with the identity providers.
func checkIdentityProviders(s fileSettings) []string {
	err := idp.CheckIssuers(s.issuers())
	if err == nil {
		return nil
	}
	var texts []string
	for line := range strings.Lines(err.Error()) {
		texts = append(texts, "identityProviders "+strings.TrimSpace(line))
	}
	return texts
}
