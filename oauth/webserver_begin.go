package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/oauth2"
)

// Begin starts an authorization: the browser is to be sent to authorizeURL,
// where the integration user logs in and allows the app. Salesforce is asked
// beforehand whether it takes the request, because it shows a wrong consumer key
// or callback URL on a page of its own. The error is an *InputError,
// ErrConfigured, a *LoginHostError for an address without a login, a
// *GrantLostError, an *UnavailableError, or one of the store.
func (w *WebServer) Begin(ctx context.Context, r Request) (authorizeURL string, err error) {
	w.sweep(ctx)
	r.LoginURL, r.ConsumerKey, r.ConsumerSecret = NormalizeLoginURL(r.LoginURL), trimPasted(r.ConsumerKey), trimPasted(r.ConsumerSecret)
	if err := w.check(ctx, &r); err != nil {
		return "", err
	}
	var warnings []string
	var host *LoginHostError
	switch err := CheckLoginHost(ctx, w.client, r.LoginURL); {
	case errors.As(err, &host) && host.Code == NotSalesforce:
		warnings = append(warnings, fmt.Sprintf("%s does not answer as Salesforce does: save only if you know why.", host.Host))
	case err != nil:
		return "", err
	}
	// GenerateVerifier is 32 random octets in base64url: fit for a state too.
	state, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	a := newApp(r.LoginURL, r.ConsumerKey, r.ConsumerSecret, w.client)
	// "login" so that not whoever happens to be logged in is authorized,
	// "consent" so that Salesforce issues a refresh token each time.
	authorizeURL = a.config(r.RedirectURL).AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "login consent"))
	if err := a.rehearse(ctx, authorizeURL, r.RedirectURL); err != nil {
		return "", err
	}
	err = w.store.beginAttempt(ctx, r.Session, attempt{
		stateHash: hash(state), connection: r.Connection,
		attemptSecrets: attemptSecrets{
			LoginURL: r.LoginURL, ConsumerKey: r.ConsumerKey, ConsumerSecret: r.ConsumerSecret,
			RedirectURL: r.RedirectURL, UsernameSuffix: r.UsernameSuffix, Verifier: verifier, Warnings: warnings,
		},
	}, w.now().Add(attemptTime))
	if err != nil {
		return "", err
	}
	return authorizeURL, nil
}

// check refuses what cannot be authorized, and fills in the known secret.
func (w *WebServer) check(ctx context.Context, r *Request) error {
	if r.Session == "" {
		return &InputError{Problem: errors.New("there is no browser session")}
	}
	if err := checkPages(r.LoginURL); err != nil {
		return err
	}
	c := Connection{Name: r.Connection, LoginURL: r.LoginURL, ConsumerKey: r.ConsumerKey, Flow: WebServerFlow, UsernameSuffix: r.UsernameSuffix}
	if err := c.check(); err != nil {
		return &InputError{Problem: err}
	}
	if u, err := url.Parse(r.RedirectURL); err != nil || u.Host == "" || u.Fragment != "" || u.User != nil {
		return &InputError{Problem: errors.New("the callback URL is no absolute URL: set the bridge's public URL")}
	}
	before, found, err := w.store.open(ctx, r.Connection)
	if err != nil {
		return err
	}
	if found && before.Configured && (before.LoginURL != r.LoginURL || before.ConsumerKey != r.ConsumerKey || before.Flow != WebServerFlow) {
		return ErrConfigured
	}
	if r.ConsumerSecret == "" && found && before.ConsumerKey == r.ConsumerKey && before.LoginURL == r.LoginURL {
		r.ConsumerSecret = before.secrets.ConsumerSecret
	}
	if r.ConsumerSecret != "" {
		if err := checkKey("consumer secret", r.ConsumerSecret); err != nil {
			return &InputError{Problem: err}
		}
	}
	return nil
}

// shownError is the text of the page on which Salesforce shows an error of an
// authorize request that it does not send back.
var shownError = regexp.MustCompile(`error=([A-Za-z_]{1,64})&(?:amp;)?error_description=([^<>"&]{0,300})`)

// rehearse asks for the authorize page as a browser will, and reads what is
// wrong with the request. nil for everything that is no plain refusal: the
// browser will show it.
// unverified: that the authorize endpoint judges key, callback and scope before anybody logs in.
func (a *app) rehearse(ctx context.Context, authorizeURL, redirectURL string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, authorizeURL, nil)
	if err != nil {
		return &InputError{Problem: errors.New("the login URL is no URL")}
	}
	answer, err := a.client.Do(request)
	if err != nil {
		var transport *url.Error
		if errors.As(err, &transport) {
			transport.URL = a.login // without the state
		}
		return unreachable(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if to, err := answer.Location(); err == nil {
		if code := to.Query().Get("error"); code != "" && strings.HasPrefix(to.String(), redirectURL) {
			return refusedRequest(code, to.Query().Get("error_description"), redirectURL)
		}
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil //nolint:nilerr // the browser will see it
	}
	if found := shownError.FindStringSubmatch(string(text)); found != nil {
		description, err := url.QueryUnescape(found[2])
		if err != nil {
			description = found[2]
		}
		return refusedRequest(found[1], description, redirectURL)
	}
	return nil
}

// refusedRequest is the refusal of an authorize request.
func refusedRequest(code, description, redirectURL string) error {
	lost := refused(plain(code), plain(description))
	lost.RedirectURL = redirectURL
	return lost
}
