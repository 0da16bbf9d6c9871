package idp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	// maxJWT bounds a JWT, in bytes: Entra's with many groups take a few KiB.
	maxJWT = 16 << 10
	// leeway is how far an issuer's clock may be from this one.
	leeway = time.Minute
)

// claims are those of a JWT that are looked at.
type claims struct {
	jwt.Claims
	// The client that the token was given to, as each issuer calls it:
	AuthorizedParty string `json:"azp"`       // OpenID Connect, Entra's version 2
	AppID           string `json:"appid"`     // Entra's version 1
	ClientID        string `json:"client_id"` // RFC 9068
	CID             string `json:"cid"`       // Okta
	// all are the claims by name.
	all map[string]any
}

// names are all names of the client, the clearest first.
func (c claims) names() []string {
	return slices.DeleteFunc([]string{c.AuthorizedParty, c.AppID, c.ClientID, c.CID, c.Subject}, func(name string) bool { return name == "" })
}

// looksLikeJWT reports whether a text is meant as a JWT: three parts, of which
// the first is the base64 of {".
func looksLikeJWT(text string) bool {
	return strings.HasPrefix(text, "ey") && strings.Count(text, ".") == 2
}

// bearerJWT is who presents an access token of a configured issuer.
func (a *Authenticator) bearerJWT(ctx context.Context, text string) (credential, error) {
	c, issuer, err := a.verify(ctx, text)
	if err != nil {
		return credential{}, err
	}
	return a.admit(c, issuer, "")
}

// verify checks all of a JWT but the audience and the client. No issuer is
// asked anything because of a JWT that does not say to be its own.
func (a *Authenticator) verify(ctx context.Context, text string) (claims, *trusted, error) {
	if len(text) > maxJWT {
		return claims{}, nil, refusal(reasonMalformed, "The JWT is larger than the 16 KiB that are read.")
	}
	token, err := jwt.ParseSigned(text, algorithms())
	if err != nil {
		return claims{}, nil, refusal(reasonMalformed, "The JWT cannot be read, or is not signed by one of RS256, PS256 and ES256.")
	}
	var c claims
	if err := token.UnsafeClaimsWithoutVerification(&c); err != nil {
		return claims{}, nil, refusal(reasonMalformed, "The claims of the JWT cannot be read.")
	}
	issuer, ok := a.issuers[issuerName(c.Issuer)]
	if !ok {
		return claims{}, nil, refusal(reasonUntrusted, "The issuer of the JWT, its claim iss, is not one that is configured.")
	}
	c = claims{}
	if err := issuer.keys.open(ctx, token, &c, &c.all); err != nil {
		return claims{}, nil, err
	}
	if c.Expiry == nil {
		return claims{}, nil, refusal(reasonMalformed, "The JWT has no expiry, the claim exp.")
	}
	switch err := c.ValidateWithLeeway(jwt.Expected{Time: a.config.Now()}, leeway); {
	case errors.Is(err, jwt.ErrExpired):
		return claims{}, nil, refusal(reasonExpired, "The JWT has expired. If it is new, compare the clocks of the bridge and of its issuer.")
	case err != nil:
		return claims{}, nil, refusal(reasonEarly, "The JWT is not good yet. Compare the clocks of the bridge and of its issuer.")
	}
	return c, issuer, nil
}

// admit finds the entry of the configuration that lets a client in, rather one
// that lists it. other is an audience that is as good as the configured one, ""
// for none.
func (a *Authenticator) admit(c claims, issuer *trusted, other string) (credential, error) {
	meant, open, anybody := false, Issuer{}, "" // an entry without a list, and whom it lets in
	for _, entry := range issuer.entries {
		if !c.Audience.Contains(entry.Audience) && (other == "" || !c.Audience.Contains(other)) {
			continue
		}
		meant = true
		client := entry.admits(c.names())
		switch {
		case client != "" && len(entry.Clients) > 0:
			return entry.presenting(client, c)
		case client != "" && anybody == "":
			open, anybody = entry, client
		}
	}
	if anybody != "" {
		return open.presenting(anybody, c)
	}
	if !meant {
		return credential{}, refusal(reasonAudience, "The JWT is meant for somebody else: its audience, the claim aud, is not the configured one.")
	}
	return credential{}, refusal(reasonClient, "The client of the JWT is not among those that are configured for its issuer.")
}
