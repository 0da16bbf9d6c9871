package oauth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

// ServerConfig is what ConnectJWT and ConnectClientCredentials need.
type ServerConfig struct {
	// Store tells what the connection was before, for the warnings. Required.
	Store *Store
	// HTTPClient asks the login host. Default: one with a timeout of 20 s.
	HTTPClient *http.Client
	// Now is the clock of assertions. Default that of the store.
	Now func() time.Time
}

// ConnectJWT tries a connection of the JWT bearer flow once: c names it, the
// login URL, the consumer key, the user and the suffix, secrets.PrivateKey is
// the PEM. The caller saves what comes back by Store.Save, with the same
// secrets. White space around key and login URL is taken off. The error is an
// *InputError, a *LoginHostError, a *GrantLostError, an *UnavailableError, or
// one of the store.
func ConnectJWT(ctx context.Context, config ServerConfig, c Connection, secrets Secrets) (Authorization, error) {
	c.Flow = JWTBearerFlow
	return config.connect(ctx, c, secrets)
}

// ConnectClientCredentials is ConnectJWT for the client credentials flow, which
// works at the org's own My Domain address only; secrets.ConsumerSecret is the
// secret.
func ConnectClientCredentials(ctx context.Context, config ServerConfig, c Connection, secrets Secrets) (Authorization, error) {
	c.Flow = ClientCredentialsFlow
	return config.connect(ctx, c, secrets)
}

func (s ServerConfig) connect(ctx context.Context, c Connection, secrets Secrets) (Authorization, error) {
	if s.Store == nil {
		return Authorization{}, errors.New("oauth: no store")
	}
	if s.Now == nil {
		s.Now = s.Store.now
	}
	c.LoginURL, c.ConsumerKey, c.Username = NormalizeLoginURL(c.LoginURL), trimPasted(c.ConsumerKey), trimPasted(c.Username)
	secrets.ConsumerSecret, secrets.RefreshToken = trimPasted(secrets.ConsumerSecret), ""
	if before, found, err := s.Store.Connection(ctx, c.Name); err != nil {
		return Authorization{}, err
	} else if found && before.Configured {
		return Authorization{}, ErrConfigured
	}
	// A host that does not answer as Salesforce does is an error here and not a
	// warning: the secret would be sent there before anybody has read it.
	if err := CheckLoginHost(ctx, s.HTTPClient, c.LoginURL); err != nil {
		return Authorization{}, err
	}
	if err := checkSaved(c, secrets); err != nil {
		return Authorization{}, err
	}
	a := newApp(c.LoginURL, c.ConsumerKey, secrets.ConsumerSecret, s.HTTPClient)
	answer, err := a.alone(ctx, c, secrets, s.Now())
	if err != nil {
		return Authorization{}, err
	}
	return s.Store.authorization(ctx, a, c, answer, nil)
}

// alone gets an access token by one of the flows that need no person.
func (a *app) alone(ctx context.Context, c Connection, secrets Secrets, now time.Time) (*oauth2.Token, error) {
	if c.Flow == ClientCredentialsFlow {
		return a.credentials(ctx)
	}
	key, err := parsePrivateKey(secrets.PrivateKey)
	if err != nil {
		return nil, &InputError{Problem: err}
	}
	assertion, err := sign(key, c.ConsumerKey, c.Username, c.LoginURL, now)
	if err != nil {
		return nil, err
	}
	return a.assert(ctx, assertion)
}
