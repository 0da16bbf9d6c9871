package oauth

import (
	"context"
	"errors"
	"net/url"
)

// Begin starts the web server flow for a connection that is there already,
// without a browser session: whoever brings the state back completes it. See
// WebServer for the flow of the console.
func (a *Authorizer) Begin(ctx context.Context) (authorizeURL, state string, err error) {
	if a.redirectURL == "" {
		return "", "", errors.New("oauth: no redirect URL is configured")
	}
	authorizeURL, err = a.webServer().Begin(ctx, Request{
		Session: a.session(), Connection: a.connection.Name, LoginURL: a.connection.LoginURL, ConsumerKey: a.connection.ConsumerKey,
		ConsumerSecret: a.connection.secrets.ConsumerSecret, RedirectURL: a.redirectURL, UsernameSuffix: a.connection.UsernameSuffix,
	})
	if err != nil {
		return "", "", err
	}
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return "", "", err
	}
	return authorizeURL, u.Query().Get("state"), nil
}

// Complete ends what Begin began and saves it. Errors as WebServer's; the
// earlier grant stays in use then.
func (a *Authorizer) Complete(ctx context.Context, state, code string) error {
	w := a.webServer()
	_, token, err := w.complete(ctx, a.session(), url.Values{"state": {state}, "code": {code}})
	if err != nil {
		return err
	}
	if _, err := w.Save(ctx, a.session()); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.era++
	a.unsaved = nil
	a.succeed(token)
	return nil
}

func (a *Authorizer) session() string { return "bridge " + a.connection.Name }

func (a *Authorizer) webServer() *WebServer {
	return NewWebServer(WebServerConfig{Store: a.store, HTTPClient: a.app.client, Logger: a.logger, Now: a.now})
}
