package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	oidcCallbackPath = "/console/oidc/callback"

	// noteOIDC is the begun sign-in, noteOIDCAddress where it leads the browser.
	noteOIDC        = "oidc"
	noteOIDCAddress = "oidc-address"
)

// OIDCConfig is how to sign in by an OpenID Connect provider, besides the
// password. Somebody gets in who is on one of the two lists.
type OIDCConfig struct {
	// Name is the provider's, as the button shows it. Default: the issuer's host.
	Name string
	// Issuer is the provider's issuer URL, which its discovery document repeats.
	// Required.
	Issuer string
	// ClientID and ClientSecret are the console's at the provider. The id is
	// required.
	ClientID, ClientSecret string
	// Emails are those of the administrators, in any case. One counts only when
	// the provider says that it has verified it; Microsoft Entra never does, so
	// list groups there.
	Emails []string
	// Groups are groups of administrators, as the claim GroupsClaim names them.
	Groups []string
	// GroupsClaim is the claim that lists groups. Default "groups".
	GroupsClaim string
	// Scopes are asked for besides openid and email, such as "groups".
	Scopes []string
}

// Check says what is wrong.
func (c *OIDCConfig) Check() error {
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
		return errors.New("the OpenID Connect issuer must be an https URL")
	case c.ClientID == "":
		return errors.New("the OpenID Connect client id is missing")
	case len(c.Emails) == 0 && len(c.Groups) == 0:
		return errors.New("nobody may sign in by OpenID Connect: list e-mail addresses or groups")
	}
	return nil
}

// complete fills in the defaults.
func (c *OIDCConfig) complete() {
	if u, err := url.Parse(c.Issuer); err == nil && c.Name == "" {
		c.Name = u.Host
	}
	if c.GroupsClaim == "" {
		c.GroupsClaim = "groups"
	}
}

// provider is the OpenID Connect provider, asked who it is at the first sign-in:
// the console starts without it.
type provider struct {
	config OIDCConfig
	client *http.Client
	mu     sync.Mutex
	found  *oidc.Provider
}

func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// The keys are fetched later, with this context: it may not end.
		found, err := oidc.NewProvider(context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, p.client), p.config.Issuer)
		if err != nil {
			return nil, fmt.Errorf("console: the OpenID Connect provider: %w", err)
		}
		p.found = found
	}
	return p.found, nil
}

func (p *provider) oauth(found *oidc.Provider, redirectURL string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: redirectURL,
		Scopes: append([]string{oidc.ScopeOpenID, "email"}, p.config.Scopes...),
	}
}

// oidcAttempt is a begun sign-in. It is in the sealed session, so nobody can
// complete it in another browser.
type oidcAttempt struct{ State, Nonce, Verifier, RedirectURL string }

func (c *Console) beginOIDC(v *visit) (answer, error) {
	if c.provider == nil {
		return answer{}, notFound("way to sign in")
	}
	found, err := c.provider.discover(v.Context())
	if err != nil {
		return answer{}, c.oidcFailed(v, err)
	}
	attempt := oidcAttempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), RedirectURL: c.publicURL(v.Request) + oidcCallbackPath}
	kept, err := json.Marshal(attempt)
	if err != nil {
		return answer{}, err
	}
	v.remember(noteOIDC, string(kept))
	v.remember(noteOIDCAddress, c.provider.oauth(found, attempt.RedirectURL).AuthCodeURL(attempt.State, oidc.Nonce(attempt.Nonce), oauth2.S256ChallengeOption(attempt.Verifier)))
	return redirect("/sign-in/continue"), nil
}

// continueOIDC is serveContinue for the provider.
func (c *Console) continueOIDC(v *visit) (answer, error) {
	address := v.note(noteOIDCAddress)
	u, err := url.Parse(address)
	if err != nil || address == "" || c.provider == nil {
		return redirect("/sign-in"), nil
	}
	page := continuePage{Address: address, Host: u.Host, Back: "/sign-in", Text: "Sign in there; you come back by yourself."}
	return answer{template: "continue", title: "Sign in", page: page, refresh: address}, nil
}

// completeOIDC is where the provider sends the browser back. Each begun sign-in
// is good once.
func (c *Console) completeOIDC(v *visit) (answer, error) {
	if c.provider == nil {
		return answer{}, notFound("way to sign in")
	}
	var attempt oidcAttempt
	kept := v.sessions.PopString(v.Context(), noteOIDC)
	v.forget(noteOIDCAddress)
	query := v.URL.Query()
	if kept == "" || json.Unmarshal([]byte(kept), &attempt) != nil ||
		subtle.ConstantTimeCompare([]byte(attempt.State), []byte(query.Get("state"))) != 1 {
		return answer{}, &failure{
			Status: http.StatusBadRequest, Title: "This sign-in is not known",
			Cause:  "It was begun in another browser, was completed already, or took too long.",
			Remedy: "Begin again.", Next: &link{"/sign-in", "Sign in"},
		}
	}
	if query.Get("code") == "" {
		return answer{}, &failure{
			Status: http.StatusUnauthorized, Title: c.provider.config.Name + " did not sign you in",
			Cause:  "It sent the browser back without a code: somebody refused, or it does not let this account use the console.",
			Remedy: "Try another account, or ask its administrator.", Next: &link{"/sign-in", "Sign in"},
		}
	}
	who, err := c.provider.exchange(v.Context(), attempt, query.Get("code"))
	if err != nil {
		return answer{}, c.oidcFailed(v, err)
	}
	if err := c.open(v, who); err != nil {
		return answer{}, err
	}
	c.logger.InfoContext(v.Context(), "signed in to the console", "who", who, "address", c.proxies.client(v.Request).String())
	return redirect("/"), nil
}

// errNotListed says that somebody has signed in who is no administrator.
var errNotListed = errors.New("console: neither the e-mail address nor a group is on the list")

// exchange trades the code for an ID token, and says who it is of. The error is
// errNotListed for somebody who may not come in.
func (p *provider) exchange(ctx context.Context, attempt oidcAttempt, code string) (who string, err error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, p.client)
	token, err := p.oauth(found, attempt.RedirectURL).Exchange(ctx, code, oauth2.VerifierOption(attempt.Verifier))
	if err != nil {
		return "", fmt.Errorf("console: exchange the code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("console: the ID token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(attempt.Nonce)) != 1 {
		return "", errors.New("console: the ID token is of another sign-in")
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return "", fmt.Errorf("console: the ID token's claims: %w", err)
	}
	if !p.config.lists(claims) {
		return "", errNotListed
	}
	if email, _ := claims["email"].(string); email != "" {
		return email, nil
	}
	return id.Subject, nil
}

// lists tells whether the claims are those of an administrator.
func (c *OIDCConfig) lists(claims map[string]any) bool {
	email, _ := claims["email"].(string)
	verified := claims["email_verified"] == true || claims["email_verified"] == "true"
	if email != "" && verified && slices.ContainsFunc(c.Emails, func(e string) bool { return strings.EqualFold(e, email) }) {
		return true
	}
	switch groups := claims[c.GroupsClaim].(type) {
	case string:
		return slices.Contains(c.Groups, groups)
	case []any:
		return slices.ContainsFunc(groups, func(g any) bool {
			name, ok := g.(string)
			return ok && slices.Contains(c.Groups, name)
		})
	}
	return false
}

// oidcFailed is the page of a sign-in that failed; the log has the error.
func (c *Console) oidcFailed(v *visit, err error) *failure {
	// Whole errors of the exchange hold the provider's answer, which could hold
	// a token.
	logged := err.Error()
	if refused := (*oauth2.RetrieveError)(nil); errors.As(err, &refused) {
		logged = "the provider refuses the code: " + refused.ErrorCode
	}
	c.logger.WarnContext(v.Context(), "the OpenID Connect sign-in failed", "error", logged)
	name := c.provider.config.Name
	if errors.Is(err, errNotListed) {
		return &failure{
			Status: http.StatusForbidden, Title: "You are not an administrator of this bridge",
			Cause:  name + " knows you, and neither your verified e-mail address nor a group of yours is on the console's list.",
			Remedy: "Ask whoever runs the bridge to put you on it.", Next: &link{"/sign-in", "Sign in as somebody else"},
		}
	}
	return &failure{
		Status: http.StatusBadGateway, Title: "The sign-in by " + name + " failed",
		Cause:  "It could not be reached, or what it answered cannot be trusted. The log says more.",
		Remedy: "Look at the issuer, the client id and the client secret in the configuration; the administrator password works meanwhile.",
		Next:   &link{"/sign-in", "Sign in"},
	}
}
