package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// stateLife is how long a begun authorization can be completed.
const stateLife = 10 * time.Minute

// ErrState says that a callback's state is unknown, expired or used already.
var ErrState = errors.New("the authorization is unknown, expired (after ten minutes) or was completed already: begin it again")

// Begin starts the web server flow: the browser is to be sent to authorizeURL,
// where the integration user logs in and allows the app. PKCE (RFC 7636, S256)
// is always used. The state is good once, for ten minutes, also across a
// restart.
func (a *Authorizer) Begin(ctx context.Context) (authorizeURL, state string, err error) {
	if a.oauth.RedirectURL == "" {
		return "", "", errors.New("oauth: no redirect URL is configured")
	}
	// GenerateVerifier is 32 random octets in base64url: fit for a state too.
	state, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	now := a.now()
	b := begun{consumerKey: a.oauth.ClientID, redirectURL: a.oauth.RedirectURL, verifier: verifier}
	if err := a.store.begin(ctx, state, b, now, now.Add(stateLife)); err != nil {
		return "", "", err
	}
	// "login" so that not whoever happens to be logged in is authorized,
	// "consent" so that Salesforce issues a refresh token each time.
	authorizeURL = a.oauth.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "login consent"))
	return authorizeURL, state, nil
}

// Complete ends the web server flow with what the callback brought. It stores
// the refresh token, in the place of any earlier one, and then uses the access
// token. The error is ErrState, ErrNoRefreshToken, a *GrantLostError, an
// *UnavailableError, or one of the store; the earlier grant stays in use then.
func (a *Authorizer) Complete(ctx context.Context, state, code string) error {
	// Whoever hangs up now must not leave a used code and a lost answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	b, found, err := a.store.take(ctx, state, a.now())
	if err != nil {
		return err
	}
	if !found || b.consumerKey != a.oauth.ClientID {
		return ErrState
	}
	config := a.oauth
	config.RedirectURL = b.redirectURL
	answer, err := config.Exchange(context.WithValue(ctx, oauth2.HTTPClient, a.client), code, oauth2.VerifierOption(b.verifier))
	if err != nil {
		return fmt.Errorf("oauth: exchange the authorization code: %w", readFailure(err))
	}
	if answer.RefreshToken == "" {
		return fmt.Errorf("oauth: %w", ErrNoRefreshToken)
	}
	token, err := handOut(answer)
	if err != nil {
		return err
	}
	a.mu.Lock()
	g := a.key
	a.mu.Unlock()
	g.refreshToken = answer.RefreshToken
	if err := a.store.replace(ctx, g, a.now()); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.era++
	a.unsaved = nil
	a.succeed(token)
	a.logger.InfoContext(ctx, "the bridge is authorized", "instance_url", token.Extra("instance_url"))
	return nil
}

// postRevoke tells the login host to end a grant (RFC 7009; Salesforce answers
// 200 with an empty body).
func (a *Authorizer) postRevoke(ctx context.Context, refreshToken string) error {
	body := url.Values{"token": {refreshToken}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.login+"/services/oauth2/revoke", strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("oauth: revoke: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := a.client.Do(request)
	if err != nil {
		return &UnavailableError{Reason: "no answer", Cause: err}
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16))
	if answer.StatusCode != http.StatusOK {
		return &UnavailableError{Status: answer.StatusCode, Reason: fmt.Sprintf("status %d to the revocation", answer.StatusCode)}
	}
	return nil
}
