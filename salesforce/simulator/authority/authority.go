package authority

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Lives and numbers of what the authority hands out.
const (
	defaultSessionTTL = 2 * time.Hour // Salesforce's own default session timeout
	codeLife          = 15 * time.Minute
	browserLife       = 2 * time.Hour
	maxApprovals      = 5       // per user and app; a sixth revokes the oldest
	maxPending        = 1000    // authorize requests, codes and browsers kept
	maxSessions       = 200_000 // access tokens kept, the longest unused go first
	maxRetired        = 1000    // refresh tokens remembered of one grant that rotates
	maxForm           = 64 << 10
)

// Config says how an Authority behaves.
type Config struct {
	// Sites are the orgs; a request that names none belongs to the first.
	// Required.
	Sites []Site
	// Apps are known to all orgs. At least one; the first is that of Grant and
	// AccessToken.
	Apps []App
	// LoginURL is the login host that the orgs share, as
	// "https://login.salesforce.example". It then names the users in identity
	// URLs and refuses the client credentials flow, as a real one does. Default:
	// none; every host is one where all orgs log in.
	LoginURL string
	// SessionTTL is how long an unused access token lives; each use starts the
	// time anew. Default two hours.
	SessionTTL time.Duration
	// TokenDelay is how long a token request is worked on, while its refresh
	// token or code is held.
	TokenDelay time.Duration
	// OnToken, when set, is called inside each token request while its refresh
	// token or code is held, so that a test can make requests meet.
	OnToken func(ctx context.Context, grantType string)
	// Now is the clock. Default: that of the first org.
	Now func() time.Time
	// Logger gets one debug line a token request, never with a secret.
	// Default: none.
	Logger *slog.Logger
}

// Authority remembers who granted what to which app, and serves OAuth. It is
// safe for concurrent use.
type Authority struct {
	cfg       Config
	tenants   []*tenant
	byHost    map[string]*tenant // of the orgs that have an address
	loginURL  string
	loginHost string
	key       func() (signingKey, error) // of id tokens, made when first asked for

	pending  *expiring[*authorizeRequest] // by request id
	browsers *expiring[string]            // access token of the browser's session by cookie; "" before login
	codes    *expiring[*code]

	mu       sync.Mutex
	apps     map[string]*App // by consumer key; an App is replaced, never changed
	first    string          // consumer key of the first app
	grants   grantStore
	sessions sessionStore
	failures map[userKey]failures
	logins   map[userKey]loginCount
}

// New checks cfg and returns an Authority. All problems of cfg are reported in
// one error.
func New(cfg Config) (*Authority, error) {
	var problems []error
	if len(cfg.Sites) == 0 || len(cfg.Apps) == 0 {
		return nil, errors.New("authority: no org or no app")
	}
	for _, site := range cfg.Sites {
		if site.Org == nil {
			problems = append(problems, errors.New("no org"))
		}
		problems = append(problems, checkURL("base URL", site.BaseURL))
	}
	problems = append(problems, checkURL("login URL", cfg.LoginURL))
	for _, app := range cfg.Apps {
		problems = append(problems, app.check())
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	cfg.SessionTTL = cmp.Or(cfg.SessionTTL, defaultSessionTTL)
	if cfg.Now == nil {
		cfg.Now = cfg.Sites[0].Org.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	a := &Authority{
		cfg:       cfg,
		byHost:    map[string]*tenant{},
		loginURL:  strings.TrimRight(cfg.LoginURL, "/"),
		loginHost: hostOf(cfg.LoginURL),
		key:       sync.OnceValues(newSigningKey),
		pending:   newExpiring[*authorizeRequest](cfg.Now, codeLife, maxPending),
		browsers:  newExpiring[string](cfg.Now, browserLife, maxPending),
		codes:     newExpiring[*code](cfg.Now, codeLife, maxPending),
		apps:      map[string]*App{},
		first:     cfg.Apps[0].ConsumerKey,
		grants:    newGrantStore(),
		sessions:  newSessionStore(),
		failures:  map[userKey]failures{},
		logins:    map[userKey]loginCount{},
	}
	for _, site := range cfg.Sites {
		t := newTenant(site)
		a.tenants = append(a.tenants, t)
		if t.host != "" && a.byHost[t.host] == nil {
			a.byHost[t.host] = t
		}
	}
	for _, app := range cfg.Apps {
		a.apps[app.ConsumerKey] = app.withDefaults()
	}
	return a, nil
}

func checkURL(what, address string) error {
	if address == "" {
		return nil
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme == "" {
		return fmt.Errorf("%s %q is not an absolute URL", what, address)
	}
	return nil
}

// app is the app with that consumer key, as configured at this moment; nil for
// one that is not known, or not yet.
func (a *Authority) app(consumerKey string) *App {
	a.mu.Lock()
	defer a.mu.Unlock()
	app := a.apps[consumerKey]
	if app == nil || a.cfg.Now().Before(app.KnownFrom) {
		return nil
	}
	return app
}

// sessionTTL is the timeout of the user's sessions with the app.
func (a *Authority) sessionTTL(p *person, app *App) time.Duration {
	return cmp.Or(app.SessionTTL, p.tenant.policy.Load().SessionTTL[p.profile], a.cfg.SessionTTL)
}

// newRefreshToken has the look of Salesforce's: "5Aep861" and 80 characters.
func newRefreshToken() string { return "5Aep861" + randomText(80) }

// newAccessToken has the look of Salesforce's: the org's id of 15 characters,
// "!AQ" and 94 more.
func newAccessToken(t *tenant) string { return t.orgID()[:15] + "!AQ" + randomText(94) }

// randomText is n characters of the alphabet A-Z a-z 0-9 _ and '.'.
func randomText(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails, says its documentation
	return strings.ReplaceAll(base64.RawURLEncoding.EncodeToString(raw)[:n], "-", ".")
}
