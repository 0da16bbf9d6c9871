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
	a.failed(r, refused)
	return Caller{}, refused
}

// failed counts an attempt that was refused, and slows its address.
func (a *Authenticator) failed(r *http.Request, refused *RefusedError) {
	a.failures.WithLabelValues(string(refused.reason)).Inc()
	// No credential at all is no attempt.
	if refused.reason != reasonMissing {
		refused.RetryAfter = a.throttle.failed(a.locate(r), a.config.Now())
	}
}

// identify finds out whose secret this is.
func (a *Authenticator) identify(r *http.Request, secret string) (Caller, error) {
	found, err := a.find(r.Context(), secret)
	if err != nil {
		return Caller{}, err
	}
	a.note(r, found)
	return found.caller, nil
}

// find gives the good credential that a secret is: a token of the configuration
// or of the database, an access token, or a JWT of a configured issuer.
func (a *Authenticator) find(ctx context.Context, secret string) (credential, error) {
	hash := sha256.Sum256([]byte(secret))
	if c, ok := a.configured(hash); ok {
		return c.credential(), nil
	}
	look := a.token
	switch formOf(secret) {
	case foreign:
		if looksLikeJWT(secret) {
			return a.bearerJWT(ctx, secret)
		}
		return credential{}, refusal(reasonUnknown, "The token is not one of this bridge's. Send it as \"Authorization: Bearer TOKEN\".")
	case mistyped:
		return credential{}, refusal(reasonMistyped, "The token is mistyped or cut off: its checksum does not fit. Copy it again, whole.")
	case wellMadeAT:
		look = func(ctx context.Context, hash [sha256.Size]byte) (credential, error) {
			return a.accessToken(ctx, secret, hash)
		}
	}
	now := a.config.Now()
	if found, ok := a.known.get(hash, now); ok {
		return found, nil
	}
	found, err := look(ctx, hash)
	if err == nil {
		a.known.put(hash, found, now)
	}
	return found, err
}

// token finds the good token of a hash.
func (a *Authenticator) token(ctx context.Context, hash [sha256.Size]byte) (credential, error) {
	now := a.config.Now()
	t, stored, found, err := a.store.byHash(ctx, hashed(hash))
	switch {
	case err != nil:
		return credential{}, &UnavailableError{What: "the database", Err: err}
	case !found || subtle.ConstantTimeCompare([]byte(stored), []byte(hashed(hash))) != 1:
		return credential{}, refusal(reasonUnknown, "The token is not one of this bridge's, or of another bridge's database.")
	case !t.RevokedAt.IsZero() && !now.Before(t.RevokedAt) && t.ReplacedBy != "":
		return credential{}, refusal(reasonRevoked, "The token was rotated, and the time for both has passed. Give its successor to the identity provider.")
	case !t.RevokedAt.IsZero() && !now.Before(t.RevokedAt):
		return credential{}, refusal(reasonRevoked, "The token was revoked. Make a new one and give it to the identity provider.")
	case !t.Good(now):
		return credential{}, refusal(reasonExpired, "The token has expired. Make a new one and give it to the identity provider.")
	}
	return t.credential(), nil
}

// credential is the token as one that was found good.
func (t Token) credential() credential {
	return credential{caller: Caller{Credential: t.Name, Connection: t.Connection, Scope: t.Scope}, client: t.ID, ends: t.ends()}
}

// note writes down that a token was used, at most once a minute. A failure is
// logged and fails nothing.
func (a *Authenticator) note(r *http.Request, used credential) {
	if used.configured != nil || used.issuer != nil {
		return
	}
	now := a.config.Now()
	if !a.known.toNote(used.client, now) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), noteTimeout)
	defer cancel()
	if err := a.store.used(ctx, used.client, a.locate(r).String(), now); err != nil {
		a.config.Logger.WarnContext(ctx, "the use of an identity provider's token was not noted",
			slog.String("credential", used.caller.Credential), slog.String("error", err.Error()))
	}
}
