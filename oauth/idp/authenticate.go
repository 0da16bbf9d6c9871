package idp

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// noteTimeout bounds the note of a token's use, which a request waits for.
const noteTimeout = time.Second

// Authenticate says who sent the request. The error is a *RefusedError, or an
// *UnavailableError when that could not be found out.
func (a *Authenticator) Authenticate(r *http.Request) (Caller, error) {
	secret, refused := presented(r)
	if refused == nil {
		caller, err := a.identify(r, secret)
		if err == nil {
			return caller, nil
		}
		if !errors.As(err, &refused) {
			return Caller{}, err
		}
	}
	refused.Challenges = challenges(refused.reason)
	a.failures.WithLabelValues(string(refused.reason)).Inc()
	// No credential at all is no attempt.
	if refused.reason != reasonMissing {
		refused.RetryAfter = a.throttle.failed(a.locate(r), a.config.Now())
	}
	return Caller{}, refused
}

// identify finds out whose secret this is.
func (a *Authenticator) identify(r *http.Request, secret string) (Caller, error) {
	hash := sha256.Sum256([]byte(secret))
	if c, ok := a.configured(hash); ok {
		return Caller{Credential: c.Name, Connection: c.Connection, Scope: c.Scope}, nil
	}
	switch formOf(secret) {
	case foreign:
		return Caller{}, refusal(reasonUnknown, "The token is not one of this bridge's. Send it as \"Authorization: Bearer TOKEN\".")
	case mistyped:
		return Caller{}, refusal(reasonMistyped, "The token is mistyped or cut off: its checksum does not fit. Copy it again, whole.")
	}
	t, err := a.token(r.Context(), hash)
	if err != nil {
		return Caller{}, err
	}
	a.note(r, t)
	return Caller{Credential: t.Name, Connection: t.Connection, Scope: t.Scope}, nil
}

// token finds the good token of a hash.
func (a *Authenticator) token(ctx context.Context, hash [sha256.Size]byte) (Token, error) {
	now := a.config.Now()
	if t, ok := a.known.get(hash, now); ok {
		return t, nil
	}
	t, stored, found, err := a.store.byHash(ctx, hashed(hash))
	switch {
	case err != nil:
		return Token{}, &UnavailableError{What: "the database", Err: err}
	case !found || subtle.ConstantTimeCompare([]byte(stored), []byte(hashed(hash))) != 1:
		return Token{}, refusal(reasonUnknown, "The token is not one of this bridge's, or of another bridge's database.")
	case !t.RevokedAt.IsZero() && !now.Before(t.RevokedAt) && t.ReplacedBy != "":
		return Token{}, refusal(reasonRevoked, "The token was rotated, and the time for both has passed. Give its successor to the identity provider.")
	case !t.RevokedAt.IsZero() && !now.Before(t.RevokedAt):
		return Token{}, refusal(reasonRevoked, "The token was revoked. Make a new one and give it to the identity provider.")
	case !t.Good(now):
		return Token{}, refusal(reasonExpired, "The token has expired. Make a new one and give it to the identity provider.")
	}
	a.known.put(hash, t, now)
	return t, nil
}

// note writes down that a token was used, at most once a minute. A failure is
// logged and fails nothing.
func (a *Authenticator) note(r *http.Request, t Token) {
	now := a.config.Now()
	if !a.known.toNote(t.ID, now) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), noteTimeout)
	defer cancel()
	if err := a.store.used(ctx, t.ID, a.locate(r).String(), now); err != nil {
		a.config.Logger.WarnContext(ctx, "the use of an identity provider's token was not noted",
			slog.String("credential", t.Name), slog.String("error", err.Error()))
	}
}
