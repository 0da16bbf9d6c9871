package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// app is one app at one login host, and what is asked of them.
type app struct {
	login       string // without a slash at the end
	key, secret string
	client      *http.Client // see tokenClient
}

// newApp is the app of a connection; base nil is a client of its own.
func newApp(loginURL, consumerKey, consumerSecret string, base *http.Client) *app {
	if base == nil {
		base = &http.Client{Timeout: requestTimeout}
	}
	return &app{login: strings.TrimSuffix(loginURL, "/"), key: consumerKey, secret: consumerSecret, client: tokenClient(base)}
}

// config is what x/oauth2 wants to know.
func (a *app) config(redirectURL string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: a.key, ClientSecret: a.secret, RedirectURL: redirectURL,
		Scopes: []string{"api", "refresh_token"},
		Endpoint: oauth2.Endpoint{
			AuthURL: a.login + "/services/oauth2/authorize", TokenURL: a.login + "/services/oauth2/token",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// refresh sends one refresh request. No scope is sent: Salesforce refuses it
// ("scope parameter not supported").
func (a *app) refresh(ctx context.Context, refreshToken string) (*oauth2.Token, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, a.client)
	token, err := a.config("").TokenSource(ctx, &oauth2.Token{RefreshToken: refreshToken}).Token()
	if err == nil {
		return token, nil
	}
	err = readFailure(err)
	var lost *GrantLostError
	if errors.As(err, &lost) && strings.EqualFold(lost.Description, "expired authorization code") {
		// Before Winter '25 two refreshes that met were described so; no
		// authorization code was sent, so it cannot be meant.
		return nil, fmt.Errorf("%w (%s: %s)", errBusy, lost.Code, lost.Description)
	}
	return nil, err
}

// redeem exchanges an authorization code.
func (a *app) redeem(ctx context.Context, code, verifier, redirectURL string) (*oauth2.Token, error) {
	answer, err := a.config(redirectURL).Exchange(context.WithValue(ctx, oauth2.HTTPClient, a.client), code, oauth2.VerifierOption(verifier))
	if err != nil {
		err = readFailure(err)
		var lost *GrantLostError
		if errors.As(err, &lost) {
			lost.RedirectURL = redirectURL
		}
		return nil, err
	}
	return answer, nil
}

// jwtBearer is the grant_type of RFC 7523.
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// assert exchanges a signed assertion, which names the app and the user.
func (a *app) assert(ctx context.Context, assertion string) (*oauth2.Token, error) {
	return a.askAlone(ctx, clientcredentials.Config{
		EndpointParams: url.Values{"grant_type": {jwtBearer}, "assertion": {assertion}},
	})
}

// credentials asks for a token with key and secret alone. The login hosts that
// all orgs share are not asked: they refuse it.
func (a *app) credentials(ctx context.Context) (*oauth2.Token, error) {
	if isSharedLogin(a.login) {
		return nil, refused("invalid_grant", "request not supported on this domain")
	}
	return a.askAlone(ctx, clientcredentials.Config{ClientID: a.key, ClientSecret: a.secret})
}

// askAlone asks for a token that no refresh token comes with.
func (a *app) askAlone(ctx context.Context, c clientcredentials.Config) (*oauth2.Token, error) {
	c.TokenURL, c.AuthStyle = a.login+"/services/oauth2/token", oauth2.AuthStyleInParams
	token, err := c.Token(context.WithValue(ctx, oauth2.HTTPClient, a.client))
	if err != nil {
		return nil, readFailure(err)
	}
	return token, nil
}

// revoke tells the login host to end a grant or a session (RFC 7009; Salesforce
// answers 200 with an empty body). A token that is gone already is no error.
func (a *app) revoke(ctx context.Context, token string) error {
	body := url.Values{"token": {token}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.login+"/services/oauth2/revoke", strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("oauth: revoke: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := a.client.Do(request)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	switch {
	case answer.StatusCode == http.StatusOK && strings.HasPrefix(strings.TrimSpace(string(text)), "<"):
		return &UnavailableError{Code: NotSalesforce, Status: answer.StatusCode, Reason: "a page in answer to the revocation"}
	case answer.StatusCode == http.StatusOK:
		return nil
	case answer.StatusCode == http.StatusBadRequest && (strings.Contains(string(text), "invalid_token") || strings.Contains(string(text), "unsupported_token_type")):
		return nil // Salesforce knows no such token
	}
	code := ServerError
	if answer.StatusCode < 500 {
		code = NotSalesforce
	}
	return &UnavailableError{Code: code, Status: answer.StatusCode, Reason: fmt.Sprintf("status %d to the revocation", answer.StatusCode)}
}

// maxAnswer bounds what is read of an answer that is not a token.
const maxAnswer = 1 << 16
