package oauth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

const (
	// attemptTime is how long a begun authorization can be completed.
	attemptTime = 10 * time.Minute
	// pendingTime is how long a completed one waits for Save.
	pendingTime = time.Hour
	// sweepMost and sweepTime bound the giving back of what was never saved.
	sweepMost, sweepTime = 3, 5 * time.Second
	// askTime bounds what is asked about a new authorization before it is shown.
	askTime = 10 * time.Second
	// maxParameter bounds each parameter of a callback, in octets.
	maxParameter = 4096
)

// WebServerConfig is what a WebServer needs.
type WebServerConfig struct {
	// Store keeps the authorizations under way. Required.
	Store *Store
	// HTTPClient asks the login host. Default: one with a timeout of 20 s.
	HTTPClient *http.Client
	// Logger takes what was authorized and refused. Default: nothing is logged.
	Logger *slog.Logger
	// Now is the clock of expiries. Default that of the store.
	Now func() time.Time
}

// WebServer leads administrators through the web server flow (RFC 6749 section
// 4.1 with PKCE, RFC 7636). Each authorization belongs to the browser session
// that began it, is good once and for ten minutes, also across a restart and on
// another replica, and changes no connection before Save. It is safe for
// concurrent use.
type WebServer struct {
	store  *Store
	client *http.Client
	logger *slog.Logger
	now    func() time.Time
}

// NewWebServer returns a WebServer over c.Store, which must not be nil.
func NewWebServer(c WebServerConfig) *WebServer {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = c.Store.now
	}
	return &WebServer{store: c.Store, client: c.HTTPClient, logger: c.Logger, now: c.Now}
}

// Request is an authorization that an administrator asks for.
type Request struct {
	// Session is the browser session that may complete it: any opaque string,
	// of which only a hash is kept. Required.
	Session string
	// Connection is the name of a new connection, or of one to authorize again.
	Connection string
	// LoginURL, ConsumerKey and ConsumerSecret are the login host and the app.
	// White space around them, as pasting brings it, is taken off. Without a
	// secret that of the connection is used where the key is the same.
	LoginURL, ConsumerKey, ConsumerSecret string
	// RedirectURL is the callback, to the letter as it stands in the app.
	RedirectURL string
	// UsernameSuffix is as Connection.UsernameSuffix.
	UsernameSuffix string
}

// Format hides the consumer secret and the session from every verb of fmt.
func (r Request) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "authorization of %q at %q", r.Connection, r.LoginURL)
}

// LogValue hides the consumer secret and the session from log/slog.
func (r Request) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// MarshalText hides the consumer secret and the session from encoders.
func (r Request) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(r)), nil }

// Authorization is what an authorization brought. It holds no secret.
type Authorization struct {
	Connection Connection
	Identity   Identity
	// Warnings are sentences that an administrator should read before saving,
	// such as that the connection was to another org before.
	Warnings []string
}

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
		return &UnavailableError{Code: Unreachable, Reason: "no answer", Cause: err}
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

// Pending is the session's authorization that waits for Save or Discard; false
// when there is none.
func (w *WebServer) Pending(ctx context.Context, session string) (Authorization, bool, error) {
	t, found, err := w.store.pendingAttempt(ctx, session)
	if err != nil || !found || t.Result == nil {
		return Authorization{}, false, err
	}
	return *t.Result, true, nil
}

// Save makes the session's pending authorization the connection, in one
// transaction. The error is a *StateError when none is pending (any more),
// ErrConfigured, an *InputError, or one of the store.
func (w *WebServer) Save(ctx context.Context, session string) (Connection, error) {
	t, found, err := w.store.pendingAttempt(ctx, session)
	if err != nil {
		return Connection{}, err
	}
	if !found || t.Result == nil {
		return Connection{}, &StateError{Code: NothingPending}
	}
	secrets := Secrets{ConsumerSecret: t.ConsumerSecret, RefreshToken: t.RefreshToken}
	err = w.store.save(ctx, t.Result.Connection, secrets, func(tx *sql.Tx) error {
		return w.store.moveAttempt(ctx, tx, t, attemptPending, attemptUsed)
	})
	if errors.Is(err, errSuperseded) {
		return Connection{}, &StateError{Code: NothingPending}
	}
	if err != nil {
		return Connection{}, err
	}
	c, found, err := w.store.Connection(ctx, t.connection)
	if err != nil || !found {
		return t.Result.Connection, err
	}
	w.logger.InfoContext(ctx, "the bridge is authorized", "connection", c.Name, "instance_url", c.InstanceURL)
	return c, nil
}

// Discard gives the session's pending authorization back to Salesforce, which
// revokes it, and forgets it. The error is a *StateError when none is pending,
// an *UnavailableError when Salesforce could not be asked: it is pending still,
// then.
func (w *WebServer) Discard(ctx context.Context, session string) error {
	t, found, err := w.store.pendingAttempt(ctx, session)
	if err != nil {
		return err
	}
	if !found {
		return &StateError{Code: NothingPending}
	}
	if err := w.store.moveAttempt(ctx, w.store.db, t, attemptPending, attemptDiscarding); err != nil {
		if errors.Is(err, errSuperseded) {
			return &StateError{Code: NothingPending}
		}
		return err
	}
	a := newApp(t.LoginURL, t.ConsumerKey, t.ConsumerSecret, w.client)
	if err := a.revoke(ctx, t.RefreshToken); err != nil {
		back, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer cancel()
		return errors.Join(err, w.store.moveAttempt(back, w.store.db, t, attemptDiscarding, attemptPending))
	}
	return w.store.moveAttempt(ctx, w.store.db, t, attemptDiscarding, attemptUsed)
}

// sweep gives back a few authorizations that nobody has saved. What fails is
// tried at the next Begin.
func (w *WebServer) sweep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	stale, err := w.store.staleAttempts(ctx, sweepMost)
	if err != nil {
		w.logger.WarnContext(ctx, "old authorizations could not be given back", "error", err.Error())
		return
	}
	for _, t := range stale {
		err := newApp(t.LoginURL, t.ConsumerKey, t.ConsumerSecret, w.client).revoke(ctx, t.RefreshToken)
		if err == nil {
			err = w.store.moveAttempt(ctx, w.store.db, t, t.status, attemptUsed)
		}
		if err != nil && !errors.Is(err, errSuperseded) {
			w.logger.WarnContext(ctx, "an authorization that was not saved could not be given back", "error", err.Error())
		}
	}
}
