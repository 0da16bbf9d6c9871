package idp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// accessFor is how long an access token is good. Entra wants 60 minutes to six
// hours of its gallery's apps.
const accessFor = time.Hour

// accessToken is an access token as it is stored: everything but the token.
type accessToken struct {
	Client               string // the id of the token, the name of the configured one, or the issuer's client that it was had for
	Bond                 string // to the configured token; "" for others
	Issuer, Audience     string // those of the issuer; "" for others
	Scope                Scope
	CreatedAt, ExpiresAt time.Time
}

// issue makes an access token for a client, of a scope that the client has, and
// stores its hash. It ends after an hour, and never later than the client's own
// credential.
func (a *Authenticator) issue(ctx context.Context, client credential, scope Scope) (secret string, _ accessToken, _ error) {
	now := a.config.Now()
	a.sweep(ctx, now)
	secret = newSecret(accessPrefix)
	t := accessToken{Client: client.client, Scope: scope, CreatedAt: now, ExpiresAt: earlier(client.ends, now.Add(accessFor))}
	if client.configured != nil {
		t.Bond = bond(secret, *client.configured)
	}
	if client.issuer != nil {
		t.Issuer, t.Audience = client.issuer.name(), client.issuer.Audience
	}
	err := a.store.issue(ctx, t, hashed(sha256.Sum256([]byte(secret))), client.once)
	switch {
	case errors.Is(err, errUsed):
		return "", accessToken{}, refusal(reasonReplayed, "The assertion was used before. Make a new one for each request.")
	case err != nil:
		return "", accessToken{}, &UnavailableError{What: "the database", Err: err}
	}
	return secret, t, nil
}

// sweep deletes what has expired, at most once a minute. A failure is logged
// and tried again a minute later.
func (a *Authenticator) sweep(ctx context.Context, now time.Time) {
	if !a.sweeps.AllowN(now, 1) {
		return
	}
	if err := a.store.sweep(ctx, now); err != nil {
		a.config.Logger.WarnContext(ctx, "expired access tokens were not deleted", "error", err.Error())
	}
}

// accessToken finds the good access token of a hash. It is good as long as what
// it was had for is.
func (a *Authenticator) accessToken(ctx context.Context, secret string, hash [sha256.Size]byte) (credential, error) {
	now := a.config.Now()
	t, found, err := a.store.accessToken(ctx, hashed(hash))
	switch {
	case err != nil:
		return credential{}, &UnavailableError{What: "the database", Err: err}
	case !found:
		return credential{}, refusal(reasonUnknown, "The access token is not one of this bridge's, or expired a while ago. Ask the token endpoint for another.")
	case !now.Before(t.ExpiresAt):
		return credential{}, refusal(reasonExpired, "The access token has expired. Ask the token endpoint for another.")
	}
	client, ok, err := a.clientOf(ctx, secret, t)
	if err != nil {
		return credential{}, err
	}
	if !ok {
		return credential{}, refusal(reasonRevoked, "The access token ended with the client's own credential. Ask the token endpoint for another, with a credential that is good.")
	}
	client.caller.Scope = client.caller.Scope.meet(t.Scope)
	client.ends = earlier(client.ends, t.ExpiresAt)
	return client, nil
}

// clientOf is what an access token was had for; ok is false when that has ended.
func (a *Authenticator) clientOf(ctx context.Context, secret string, t accessToken) (_ credential, ok bool, _ error) {
	if t.Bond != "" {
		for _, c := range a.config.Configured {
			if c.Name == t.Client && hmac.Equal([]byte(bond(secret, c)), []byte(t.Bond)) {
				return c.credential(), true, nil
			}
		}
		return credential{}, false, nil
	}
	if t.Issuer != "" {
		for _, entry := range a.config.Issuers {
			if entry.name() == t.Issuer && entry.Audience == t.Audience && entry.Person == "" && entry.admits([]string{t.Client}) != "" {
				return entry.credential(t.Client), true, nil
			}
		}
		return credential{}, false, nil
	}
	parent, err := a.store.byID(ctx, t.Client)
	switch {
	case errors.Is(err, ErrNoToken):
		return credential{}, false, nil
	case err != nil:
		return credential{}, false, &UnavailableError{What: "the database", Err: err}
	}
	return parent.credential(), parent.Good(a.config.Now()), nil
}

// bond binds an access token to a configured token, which may be short enough
// to be guessed: from what the database holds it cannot be, without the access
// token.
func bond(secret string, c Configured) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(c.hash[:])
	return hex.EncodeToString(mac.Sum(nil))
}
