package authority

import (
	"errors"
	"fmt"

	"scimforce/salesforce/simulator/org"
)

// SetApp adds an app, or replaces the one with its consumer key. Grants and
// sessions stay; the new settings count from the next request on.
func (a *Authority) SetApp(app App) error {
	if err := app.check(); err != nil {
		return fmt.Errorf("authority: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.apps[app.ConsumerKey] = app.withDefaults()
	return nil
}

// RemoveApp makes the consumer key unknown, and ends its grants and sessions.
func (a *Authority) RemoveApp(consumerKey string) {
	a.mu.Lock()
	delete(a.apps, consumerKey)
	var refs []rowRef
	for _, g := range a.grants.current {
		if g.app == consumerKey {
			refs = append(refs, a.revokeLocked(g)...)
		}
	}
	for _, s := range a.sessions.byToken {
		if s.app == consumerKey {
			refs = append(refs, a.sessions.remove(s)...)
		}
	}
	a.mu.Unlock()
	forget(refs)
}

// App is the app with that consumer key as it is configured, "" for the first.
func (a *Authority) App(consumerKey string) (App, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if consumerKey == "" {
		consumerKey = a.first
	}
	app, ok := a.apps[consumerKey]
	if !ok {
		return App{}, false
	}
	return *app.withDefaults(), true
}

// SetLoginPolicy changes what the org's administrator settled for all apps.
func (a *Authority) SetLoginPolicy(o *org.Org, policy LoginPolicy) error {
	t := a.tenantOf(o)
	if t == nil {
		return errors.New("authority: not an org of this authority")
	}
	t.policy.Store(&policy)
	return nil
}

// Grant makes a grant of the app ("" for the first) for a user of any org,
// without the browser, as if he had logged in and pressed Allow. An empty
// refresh token is made up; the one of the grant is returned.
func (a *Authority) Grant(username, consumerKey, refreshToken string) (string, error) {
	p, app, err := a.userAndApp(username, consumerKey)
	if err != nil {
		return "", err
	}
	if refreshToken == "" {
		refreshToken = newRefreshToken()
	}
	a.grant(p.userKey, app, app.Scopes, refreshToken)
	return refreshToken, nil
}

// AccessToken starts a session of a user of any org with the app ("" for the
// first) and returns its access token. It comes of a grant, which counts among
// the user's five.
func (a *Authority) AccessToken(username, consumerKey string) (string, error) {
	p, app, err := a.userAndApp(username, consumerKey)
	if err != nil {
		return "", err
	}
	g := a.grant(p.userKey, app, app.Scopes, newRefreshToken())
	how := loginKind{"Remote Access 2.0", "Oauth2", app.Name, "Unknown", "127.0.0.1"}
	return a.startSession(p, app, g, app.Scopes, how).token, nil
}

func (a *Authority) userAndApp(username, consumerKey string) (*person, *App, error) {
	p, ok := a.find(nil, username)
	if !ok {
		return nil, nil, fmt.Errorf("no user %q in the org", username)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if consumerKey == "" {
		consumerKey = a.first
	}
	app := a.apps[consumerKey]
	if app == nil {
		return nil, nil, errors.New("no app with that consumer key")
	}
	return &p, app, nil
}

// ExpireSession ends one access token. It is false for one that is not live.
func (a *Authority) ExpireSession(token string) bool {
	a.mu.Lock()
	s := a.sessions.byToken[token]
	var refs []rowRef
	if s != nil {
		refs = a.sessions.remove(s)
	}
	a.mu.Unlock()
	forget(refs)
	return s != nil
}

// ExpireSessions makes every access token INVALID_SESSION_ID. Grants live on.
func (a *Authority) ExpireSessions() {
	a.mu.Lock()
	var refs []rowRef
	for _, s := range a.sessions.byToken {
		refs = append(refs, a.sessions.remove(s)...)
	}
	a.mu.Unlock()
	forget(refs)
}

// RevokeAll ends every grant, every session and every code.
func (a *Authority) RevokeAll() {
	a.mu.Lock()
	var refs []rowRef
	for _, g := range a.grants.current {
		refs = append(refs, a.revokeLocked(g)...)
	}
	for _, s := range a.sessions.byToken {
		refs = append(refs, a.sessions.remove(s)...)
	}
	a.mu.Unlock()
	a.codes.clear()
	forget(refs)
}
