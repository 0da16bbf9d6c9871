package idp

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config is what an Authenticator needs.
type Config struct {
	// DB keeps the tokens' hashes. Required. The caller closes it.
	DB *sql.DB
	// Configured are tokens that come from the configuration.
	Configured []Configured
	// Issuers are the authorization servers whose JWTs are let in.
	Issuers []Issuer
	// TrustedProxies are the addresses of proxies whose X-Forwarded-For is
	// believed. Default: none, the address is the connection's.
	TrustedProxies []netip.Prefix
	// PublicURL is how the bridge is reached from outside, without a slash at
	// its end. With /oauth/token after it, it is an audience that client
	// assertions may name. Default: none.
	PublicURL string
	// HTTPClient fetches the keys of issuers. Default: one of its own with a
	// timeout of ten seconds.
	HTTPClient *http.Client
	// Metrics is where failures are counted. Default: nowhere.
	Metrics prometheus.Registerer
	// Logger takes what went wrong beside a request. Default: slog.Default.
	Logger *slog.Logger
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Authenticator knows the callers. It is safe for concurrent use.
type Authenticator struct {
	config Config
}

// New brings the room's tables up to date (version table idp_versions) and
// returns the authenticator. It calls nobody.
func New(_ context.Context, c Config) (*Authenticator, error) {
	if c.DB == nil {
		return nil, errors.New("idp: Config.DB is missing")
	}
	if err := checkConfigured(c.Configured); err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Authenticator{config: c}, nil
}
