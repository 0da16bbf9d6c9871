package idp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
)

// sweepEvery is the least time between two deletions of what has expired.
const sweepEvery = time.Minute

// Config is what an Authenticator needs.
type Config struct {
	// DB keeps the tokens' hashes. Required. The caller closes it.
	DB *sql.DB
	// Configured are tokens that come from the configuration.
	Configured []Configured
	// Issuers are whose JWTs are trusted, as access tokens and as assertions.
	Issuers []Issuer
	// PublicURL is how clients reach the bridge, without a slash at the end: an
	// assertion may be for PublicURL + "/oauth/token". Default: only for the
	// audience that is configured.
	PublicURL string
	// HTTPClient asks issuers for their keys. Default: one that keeps no
	// connections.
	HTTPClient *http.Client
	// TrustedProxies are the addresses of proxies whose X-Forwarded-For is
	// believed. Default: none, the address is the connection's.
	TrustedProxies []netip.Prefix
	// Metrics is where failures are counted. Default: nowhere.
	Metrics prometheus.Registerer
	// Logger takes what went wrong beside a request. Default: slog.Default.
	Logger *slog.Logger
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Authenticator knows the callers. It is safe for concurrent use.
type Authenticator struct {
	config   Config
	store    store
	known    known
	throttle throttle
	issuers  map[string]*trusted // by name
	sweeps   *rate.Limiter       // how often what has expired is deleted
	locate   func(*http.Request) netip.Addr
	failures *prometheus.CounterVec
}

// New brings the room's tables up to date (version table idp_versions) and
// returns the authenticator. It calls nobody.
func New(ctx context.Context, c Config) (*Authenticator, error) {
	if c.DB == nil {
		return nil, errors.New("idp: Config.DB is missing")
	}
	if err := checkConfigured(c.Configured); err != nil {
		return nil, err
	}
	if err := CheckIssuers(c.Issuers); err != nil {
		return nil, fmt.Errorf("idp: the issuers: %w", err)
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	s, err := openStore(ctx, c.DB)
	if err != nil {
		return nil, err
	}
	for _, i := range c.Issuers {
		if len(i.Clients) == 0 && i.Person == "" {
			c.Logger.WarnContext(ctx, "every client is let in that gets a token for the audience: list the clients", slog.String("issuer", i.Issuer), slog.String("audience", i.Audience))
		}
	}
	a := &Authenticator{config: c, issuers: trust(c), store: s, locate: newLocator(c.TrustedProxies), failures: newFailures(), sweeps: rate.NewLimiter(rate.Every(sweepEvery), 1)}
	if c.Metrics != nil {
		if err := c.Metrics.Register(a.failures); err != nil {
			return nil, fmt.Errorf("idp: registering metrics: %w", err)
		}
	}
	return a, nil
}

// newFailures is the metric, every reason at 0.
func newFailures() *prometheus.CounterVec {
	m := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "scimforce_idp_authentication_failures_total",
		Help: "Requests without a good credential, by why.",
	}, []string{"reason"})
	for _, why := range reasons() {
		m.WithLabelValues(string(why))
	}
	return m
}
