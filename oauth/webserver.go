package oauth

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"
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
