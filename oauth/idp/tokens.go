package idp

import (
	"context"
	"errors"
	"time"
)

// NewToken is what a token is made of.
type NewToken struct {
	// Name is what logs and the audit show, 1 to 64 printable characters,
	// unlike those of the other tokens that are good.
	Name string
	// Connection is the authorized org it works with.
	Connection string
	Scope      Scope
	// Expires is when it ends. Zero: never.
	Expires time.Time
}

// Token is a token as it is listed: everything but the token.
type Token struct {
	// ID is also its OAuth client id; the client secret is the token.
	ID         string
	Name       string
	Connection string
	Scope      Scope
	// Hint is the token's last four characters.
	Hint string
	// CreatedAt is when it was made; ExpiresAt when it ends, zero for never.
	CreatedAt, ExpiresAt time.Time
	// LastUsedAt and LastAddress are of a use at most a minute ago when it is
	// in use; zero before the first.
	LastUsedAt  time.Time
	LastAddress string
	// RevokedAt is when it was revoked, or will be, because it was rotated with
	// an overlap; zero for neither.
	RevokedAt time.Time
	// ReplacedBy is the ID of its successor, "" while it was not rotated.
	ReplacedBy string
}

// Good reports whether the token is let in at a time.
func (t Token) Good(at time.Time) bool {
	return (t.ExpiresAt.IsZero() || at.Before(t.ExpiresAt)) && (t.RevokedAt.IsZero() || at.Before(t.RevokedAt))
}

// ErrNoToken says that no token has the id.
var ErrNoToken = errors.New("idp: there is no such token")

// Create makes a token and stores its hash. The secret is shown to nobody
// again.
func (a *Authenticator) Create(_ context.Context, _ NewToken) (secret string, _ Token, _ error) {
	return "", Token{}, errors.New("idp: not yet")
}

// List gives every token, the newest first, revoked and expired ones too.
func (a *Authenticator) List(_ context.Context) ([]Token, error) { return nil, nil }

// Revoke ends a token at once, and what was given for it; other replicas
// notice within seconds. Revoking it again changes nothing.
func (a *Authenticator) Revoke(_ context.Context, _ string) error { return ErrNoToken }

// Rotate makes a successor of the same name, connection, scope and life. Both
// are good until overlap has passed, then only the successor.
func (a *Authenticator) Rotate(_ context.Context, _ string, _ time.Duration) (secret string, _ Token, _ error) {
	return "", Token{}, ErrNoToken
}
