package idp

import (
	"context"
	"crypto/sha256"
	"slices"
	"time"
)

const (
	// assertionType is the one that RFC 7523 section 2.2 names.
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	// maxAssertionLife is how far ahead an assertion's expiry may lie, and with
	// it how long its id is kept. Managed identities in Azure have tokens for a day.
	maxAssertionLife = 25 * time.Hour
)

// once is the mark of an assertion that may be used once, kept until it would
// be refused as expired anyway.
type once struct {
	Hash  string // "" for an assertion without an id
	Until time.Time
}

// assertedClient is the client that authenticates by an assertion (RFC 7523
// section 3): by a JWT of its own (private_key_jwt, OpenID Connect Core section
// 9) or by one that its issuer vouches with for it (a federated identity).
// named is the client_id beside it, "" for none.
func (a *Authenticator) assertedClient(ctx context.Context, named, assertion string) (credential, error) {
	c, issuer, err := a.verify(ctx, assertion)
	if err != nil {
		return credential{}, err
	}
	found, err := a.admit(c, issuer, a.tokenEndpointURL())
	if err != nil {
		return credential{}, err
	}
	switch {
	case found.caller.Person != "":
		return credential{}, refusal(reasonClient, "The assertion stands for a person, and not for a client: send it as the bearer token itself.")
	case c.Subject == "":
		return credential{}, refusal(reasonMalformed, "The assertion names no client: it has no claim sub.")
	case c.Expiry.Time().After(a.config.Now().Add(maxAssertionLife)):
		return credential{}, refusal(reasonMalformed, "The assertion is good for longer than a day. Make one that is good for minutes.")
	case c.ID == "" && c.Issuer == c.Subject:
		return credential{}, refusal(reasonMalformed, "The assertion has no id, the claim jti, by which its second use could be told.")
	// unverified: which client_id Entra sends beside a federated assertion; one that the configuration lists is taken.
	case named != "" && !slices.Contains(c.names(), named) && !slices.Contains(found.issuer.Clients, named):
		return credential{}, refusal(reasonClient, "The client_id is not that of the assertion, and not among the clients that are configured for its issuer.")
	}
	// Access tokens that an issuer gave, which are reused until they expire, have
	// no jti in Entra; RFC 7523 section 3 leaves it to the issuer.
	if c.ID != "" {
		sum := sha256.Sum256([]byte(issuerName(c.Issuer) + "\x00" + c.ID))
		found.once = once{Hash: hashed(sum), Until: c.Expiry.Time().Add(leeway + time.Second)}
	}
	return found, nil
}

// tokenEndpointURL is the token endpoint's, "" when it is not configured: from
// a request's Host anybody could make it the one that an assertion is for.
func (a *Authenticator) tokenEndpointURL() string {
	if a.config.PublicURL == "" {
		return ""
	}
	return a.config.PublicURL + "/oauth/token"
}
