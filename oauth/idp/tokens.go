package idp

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
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
	// ID names the token for as long as it is listed; it is no secret.
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

// ends is when the token ends as things are, zero for never.
func (t Token) ends() time.Time { return earlier(t.ExpiresAt, t.RevokedAt) }

// earlier is the first of two times, where zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// ErrNoToken says that no token has the id.
var ErrNoToken = errors.New("idp: there is no such token")

// NameTakenError says that a token that is good has the name already.
type NameTakenError struct{ Name string }

// Error implements error, in words for whoever chose the name.
func (e *NameTakenError) Error() string {
	return fmt.Sprintf("a token with the name %q is in use: choose another name, or rotate that one", e.Name)
}

// errRotated says that a token cannot be rotated again.
var errRotated = errors.New("idp: the token was revoked or rotated already: rotate its successor, or create a new one")

const (
	maxName    = 64                   // bytes
	maxOverlap = 365 * 24 * time.Hour // of a rotation
)

// isConnectionName reports whether a connection can be called so.
func isConnectionName(name string) bool {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`).MatchString(name)
}

// check says what is wrong with a token to be made, all at once.
func (n NewToken) check(now time.Time) error {
	var wrong []error
	if n.Name == "" || len(n.Name) > maxName || strings.TrimSpace(n.Name) != n.Name || strings.ContainsFunc(n.Name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		wrong = append(wrong, errors.New("the name must be 1 to 64 printable characters without white space around them"))
	}
	if !isConnectionName(n.Connection) {
		wrong = append(wrong, fmt.Errorf("%q is no name of a connection: those are small letters, digits and hyphens, at most 32", n.Connection))
	}
	if scope, err := ParseScope(string(n.Scope)); err != nil {
		wrong = append(wrong, err)
	} else if scope != n.Scope {
		wrong = append(wrong, fmt.Errorf("write the scope %s in small letters", scope))
	}
	if !n.Expires.IsZero() && !n.Expires.After(now) {
		wrong = append(wrong, errors.New("the expiry lies in the past"))
	}
	return errors.Join(wrong...)
}

// Create makes a token and stores its hash. The secret is shown to nobody
// again. The name must not be that of another token that is good: that is a
// *NameTakenError, also for all but one of those that create it at once.
func (a *Authenticator) Create(ctx context.Context, n NewToken) (secret string, _ Token, _ error) {
	now := a.config.Now()
	if err := n.check(now); err != nil {
		return "", Token{}, err
	}
	if slices.ContainsFunc(a.config.Configured, func(c Configured) bool { return c.Name == n.Name }) {
		return "", Token{}, &NameTakenError{Name: n.Name}
	}
	secret, t := a.make(n, now)
	if err := a.store.create(ctx, t, hashed(sha256.Sum256([]byte(secret)))); err != nil {
		return "", Token{}, err
	}
	return secret, t, nil
}

// make is a token that is not stored yet.
func (a *Authenticator) make(n NewToken, now time.Time) (secret string, _ Token) {
	secret = newSecret(tokenPrefix)
	return secret, Token{
		ID: strings.ToLower(rand.Text()[:20]), Name: n.Name, Connection: n.Connection, Scope: n.Scope, Hint: secret[len(secret)-4:],
		CreatedAt: now.Truncate(time.Millisecond), ExpiresAt: n.Expires.Truncate(time.Millisecond),
	}
}

// List gives every token, the newest first, revoked and expired ones too.
func (a *Authenticator) List(ctx context.Context) ([]Token, error) { return a.store.all(ctx) }

// Revoke ends a token at once; other replicas notice within seconds. Revoking
// it again changes nothing. ErrNoToken when there is none.
func (a *Authenticator) Revoke(ctx context.Context, id string) error {
	defer a.known.forget()
	return a.store.revoke(ctx, id, a.config.Now())
}

// Rotate makes a successor of the same name, connection, scope and length of
// life. Both are good until overlap has passed, then only the successor.
func (a *Authenticator) Rotate(ctx context.Context, id string, overlap time.Duration) (secret string, _ Token, _ error) {
	if overlap < 0 || overlap > maxOverlap {
		return "", Token{}, errors.New("the overlap must be between nothing and a year")
	}
	now := a.config.Now()
	old, err := a.store.byID(ctx, id)
	if err != nil {
		return "", Token{}, err
	}
	if !old.Good(now) {
		return "", Token{}, errors.New("idp: the token has ended: create a new one")
	}
	n := NewToken{Name: old.Name, Connection: old.Connection, Scope: old.Scope}
	if !old.ExpiresAt.IsZero() {
		n.Expires = now.Add(old.ExpiresAt.Sub(old.CreatedAt))
	}
	secret, successor := a.make(n, now)
	defer a.known.forget()
	if err := a.store.rotate(ctx, id, successor, hashed(sha256.Sum256([]byte(secret))), now.Add(overlap)); err != nil {
		return "", Token{}, err
	}
	return secret, successor, nil
}
