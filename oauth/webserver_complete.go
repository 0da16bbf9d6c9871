package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"golang.org/x/oauth2"
)

// Complete ends the flow with the query of the callback: it exchanges the code,
// reads who has authorized the bridge, and makes one harmless REST call. The
// result waits, sealed, for Save or Discard; no connection is changed. The error
// is a *StateError, a *GrantLostError, an *UnavailableError, or one of the
// store; nothing is left behind at Salesforce then.
func (w *WebServer) Complete(ctx context.Context, session string, callback url.Values) (Authorization, error) {
	result, _, err := w.complete(ctx, session, callback)
	return result, err
}

// complete is Complete, with the access token that came along.
func (w *WebServer) complete(ctx context.Context, session string, callback url.Values) (Authorization, *oauth2.Token, error) {
	// Whoever hangs up now must not leave a used code and a lost answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	for _, name := range []string{"state", "code", "error", "error_description"} {
		if len(callback.Get(name)) > maxParameter {
			return Authorization{}, nil, &StateError{Code: StateUnknown}
		}
	}
	if err := CallbackError(callback); err != nil && callback.Get("state") == "" {
		return Authorization{}, nil, err
	}
	t, err := w.store.takeAttempt(ctx, session, callback.Get("state"))
	if err != nil {
		return Authorization{}, nil, err
	}
	if code := callback.Get("error"); code != "" {
		return Authorization{}, nil, refusedRequest(code, callback.Get("error_description"), t.RedirectURL)
	}
	if callback.Get("code") == "" {
		return Authorization{}, nil, &StateError{Code: NoCode}
	}
	a := newApp(t.LoginURL, t.ConsumerKey, t.ConsumerSecret, w.client)
	answer, err := a.redeem(ctx, callback.Get("code"), t.Verifier, t.RedirectURL)
	if err != nil {
		return Authorization{}, nil, fmt.Errorf("oauth: exchange the authorization code: %w", err)
	}
	result, err := w.judge(ctx, a, t, answer)
	if err == nil {
		t.Verifier, t.RefreshToken, t.Result, t.Warnings = "", answer.RefreshToken, &result, nil
		err = w.wait(ctx, session, t)
	}
	if err != nil {
		w.giveBack(ctx, a, answer)
		return Authorization{}, nil, err
	}
	w.logger.InfoContext(ctx, "an authorization waits to be saved", "connection", t.connection, "instance_url", result.Identity.InstanceURL)
	token, err := handOut(answer)
	return result, token, err
}

// judge makes the authorization of the login host's answer.
func (w *WebServer) judge(ctx context.Context, a *app, t attempt, answer *oauth2.Token) (Authorization, error) {
	if answer.RefreshToken == "" {
		return Authorization{}, refused("no_refresh_token", "")
	}
	c := Connection{Name: t.connection, LoginURL: t.LoginURL, ConsumerKey: t.ConsumerKey, Flow: WebServerFlow, UsernameSuffix: t.UsernameSuffix}
	return w.store.authorization(ctx, a, c, answer, t.Warnings)
}

// authorization asks who a new access token speaks as, tries it, and compares
// with what the connection was before.
func (s *Store) authorization(ctx context.Context, a *app, c Connection, answer *oauth2.Token, warnings []string) (Authorization, error) {
	token, err := handOut(answer)
	if err != nil {
		return Authorization{}, err
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	more, err := a.probe(asking, token)
	if err != nil {
		return Authorization{}, err
	}
	who, evenMore := a.identify(asking, token)
	warnings = append(append(warnings, more...), evenMore...)
	before, found, err := s.Connection(ctx, c.Name)
	if err != nil {
		return Authorization{}, err
	}
	if found {
		warnings = append(warnings, changes(before, who)...)
	}
	c.Configured = found && before.Configured
	c.OrgID, c.InstanceURL, c.UserID = who.OrgID, who.InstanceURL, who.UserID
	return Authorization{Connection: c, Identity: who, Warnings: warnings}, nil
}

// changes warns of an org or a user other than before.
func changes(before Connection, now Identity) (warnings []string) {
	switch {
	case before.OrgID != "" && now.OrgID != "" && !sameID(before.OrgID, now.OrgID):
		warnings = append(warnings, fmt.Sprintf("This is another org than before: the connection %q was to %s (%s) and is now to %s (%s). People who were provisioned there are not here.",
			before.Name, before.OrgID, before.InstanceURL, now.OrgID, now.InstanceURL))
	case before.UserID != "" && now.UserID != "" && !sameID(before.UserID, now.UserID):
		warnings = append(warnings, fmt.Sprintf("This is another user than before: the connection %q spoke as %s and now speaks as %s.", before.Name, before.UserID, now.UserID))
	}
	return warnings
}

// sameID compares record ids of 15 or 18 characters.
func sameID(a, b string) bool {
	return len(a) >= 15 && len(b) >= 15 && a[:15] == b[:15]
}

// wait makes t the one authorization of the session that waits for Save; an
// earlier one is given back.
func (w *WebServer) wait(ctx context.Context, session string, t attempt) error {
	if err := w.Discard(ctx, session); err != nil && !errors.Is(err, ErrState) {
		w.logger.WarnContext(ctx, "an authorization that was not saved could not be given back", "error", err.Error())
	}
	return w.store.keepAttempt(ctx, t, w.now().Add(pendingTime))
}

// giveBack ends at Salesforce what nobody will use.
func (w *WebServer) giveBack(ctx context.Context, a *app, answer *oauth2.Token) {
	token := answer.RefreshToken
	if token == "" {
		token = answer.AccessToken
	}
	if err := a.revoke(ctx, token); err != nil {
		w.logger.WarnContext(ctx, "an authorization that cannot be used could not be given back to Salesforce", "error", err.Error())
	}
}
