package oauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Request is an authorization that an administrator asks for.
type Request struct {
	// Session is the browser session that may complete it: any opaque string,
	// of which only a hash is kept.
	Session string
	// Connection is the name of a new connection, or of one to authorize again.
	Connection string
	// LoginURL, ConsumerKey and ConsumerSecret are the login host and the app.
	// White space around them, as pasting brings it, is taken off.
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

// Identity is who has authorized the bridge, as Salesforce says.
type Identity struct {
	Username, DisplayName, Email string // "" where Salesforce did not tell
	OrgID, UserID, InstanceURL   string
	Scopes                       []string
}

// Authorization is what an authorization brought. It holds no secret.
type Authorization struct {
	Connection Connection
	Identity   Identity
	// Warnings are sentences that an administrator should read before saving,
	// such as that the connection was to another org before.
	Warnings []string
}

// WebServerConfig is what a WebServer needs.
type WebServerConfig struct {
	// Store keeps the authorizations under way. Required.
	Store *Store
	// HTTPClient asks the login host. Default: one with a timeout of 20 s.
	HTTPClient *http.Client
	// Logger takes what was authorized and refused. Default: nothing is logged.
	Logger *slog.Logger
	// Now is the clock of expiries. Default time.Now.
	Now func() time.Time
}

// WebServer leads administrators through the web server flow. It is safe for
// concurrent use.
type WebServer struct{}

// NewWebServer returns a WebServer; Store may not be nil.
func NewWebServer(c WebServerConfig) *WebServer { return &WebServer{} }

var errNotYet = errors.New("oauth: not built yet")

// Begin starts the flow: the browser is to be sent to authorizeURL.
func (w *WebServer) Begin(ctx context.Context, r Request) (authorizeURL string, err error) {
	return "", errNotYet
}

// Complete ends the flow with the query of the callback; the result waits, sealed, for Save.
func (w *WebServer) Complete(ctx context.Context, session string, callback url.Values) (Authorization, error) {
	return Authorization{}, errNotYet
}

// Pending is the session's authorization that waits for Save or Discard.
func (w *WebServer) Pending(ctx context.Context, session string) (Authorization, bool, error) {
	return Authorization{}, false, errNotYet
}

// Save makes the pending authorization the connection.
func (w *WebServer) Save(ctx context.Context, session string) (Connection, error) {
	return Connection{}, errNotYet
}

// Discard gives the pending authorization back to Salesforce, which revokes it.
func (w *WebServer) Discard(ctx context.Context, session string) error { return errNotYet }

// CheckLoginHost asks whether a login host answers as Salesforce does. The
// error is a *LoginHostError or an *UnavailableError; Explain words both.
func CheckLoginHost(ctx context.Context, client *http.Client, loginURL string) error { return nil }

// Explanation is a failure in words for an administrator. It holds no secret.
type Explanation struct {
	Code   string // stable, such as "invalid_client"
	Title  string // what happened, half a sentence
	Cause  string // why it happens
	Remedy string // what to do
}

// Explain words any error of this package.
func Explain(err error) Explanation { return Explanation{} }

// ServerConfig is what ConnectJWT and ConnectClientCredentials need.
type ServerConfig struct {
	// Store tells what the connection was before, for the warnings. Required.
	Store *Store
	// HTTPClient asks the login host. Default: one with a timeout of 20 s.
	HTTPClient *http.Client
	// Now is the clock of assertions. Default time.Now.
	Now func() time.Time
}

// ConnectJWT tries c, a connection of JWTBearerFlow, once. The caller saves
// what comes back by Store.Save(ctx, authorization.Connection, secrets).
func ConnectJWT(ctx context.Context, config ServerConfig, c Connection, secrets Secrets) (Authorization, error) {
	return Authorization{}, errNotYet
}

// ConnectClientCredentials is ConnectJWT for ClientCredentialsFlow.
func ConnectClientCredentials(ctx context.Context, config ServerConfig, c Connection, secrets Secrets) (Authorization, error) {
	return Authorization{}, errNotYet
}

// Connections lists all, by name.
func (s *Store) Connections(ctx context.Context) ([]Connection, error) { return nil, errNotYet }

// Connection is the one of that name; false when there is none.
func (s *Store) Connection(ctx context.Context, name string) (Connection, bool, error) {
	return Connection{}, false, errNotYet
}

// Save makes or replaces a connection whole, with its secrets and its grant.
func (s *Store) Save(ctx context.Context, c Connection, secrets Secrets) error { return errNotYet }

// Configure makes or changes a connection as the environment says. The refresh
// token is a seed: it counts until Salesforce has replaced it.
func (s *Store) Configure(ctx context.Context, c Connection, secrets Secrets) error { return errNotYet }

// Remove forgets a connection and its grants. Nothing is revoked at Salesforce.
func (s *Store) Remove(ctx context.Context, name string) error { return errNotYet }

// Generation grows with each change of a connection, and not with refreshes.
func (s *Store) Generation(ctx context.Context) (int64, error) { return 0, errNotYet }

// Reseal seals all secrets anew with the vault's newest key.
func (s *Store) Reseal(ctx context.Context) (n int, err error) { return 0, errNotYet }
