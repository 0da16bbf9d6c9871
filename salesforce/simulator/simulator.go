package simulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"scimforce/salesforce/simulator/authority"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

// Defaults of a Config.
const (
	oldestVersion = 31       // 21.0 to 30.0 were retired in Summer '25
	newestVersion = 68       // Winter '27
	maxBody       = 16 << 20 // bytes of one request body, after decompression
)

// Config says how a Simulator behaves.
type Config struct {
	// Org is the data behind the HTTP interface. Required.
	Org *org.Org
	// MoreOrgs live beside it: one login host and the same apps, each with its
	// own data, calls and address. A request belongs to the org whose address
	// it was sent to, else to the org of its access token, else to the first.
	MoreOrgs []Tenant
	// App is the connected app (external client app) that all orgs know.
	App App
	// MoreApps are known beside it.
	MoreApps []App
	// LoginURL is the login host that the orgs share, as
	// "https://login.salesforce.example"; see authority.Config. Default: each
	// host is one where all orgs log in.
	LoginURL string
	// Login is what the administrator of Org settled for all apps.
	Login LoginPolicy
	// Latency is waited before each API call is answered. OAuth requests do
	// not wait for it.
	Latency time.Duration
	// LatencyPerRecord is waited for each record that a call writes, while the
	// records are locked: others who want them wait too.
	LatencyPerRecord time.Duration
	// LockPatience is how long a write waits for records that others have
	// locked before it fails. Default ten seconds.
	LockPatience time.Duration
	// Weather makes API calls go wrong at a rate or for the next calls; see
	// Simulator.Weather. Its chances follow from WeatherSeed alone: the same
	// sequence of calls meets the same weather.
	Weather     []weather.Rule
	WeatherSeed int64
	// APIVersions are the versions served, as "66.0". Default: 31.0 to 68.0.
	APIVersions []string
	// SessionTTL is how long an unused access token lives; each use starts the
	// time anew. Default two hours.
	SessionTTL time.Duration
	// DailyAPIRequests is the M of "Sforce-Limit-Info: api-usage=N/M". Default
	// what the org's edition and licences give. It counts the last 24 hours of the org's clock and is soft: a real
	// org lets a client go some way over it. See SetAPIUsage and LimitExceeded.
	DailyAPIRequests int
	// APIHardCap is the number of calls in 24 hours after which more of them are
	// refused with REQUEST_LIMIT_EXCEEDED. Default ten times the allocation;
	// negative: they are never refused.
	APIHardCap int
	// LongCalls is how many calls may be running for 20 seconds or longer before
	// others are refused. Default 25, of a Developer Edition org 5; negative: no
	// bound.
	LongCalls int
	// ControlElsewhere leaves /_simulator/ out of what the Simulator serves, for
	// Control on an address of its own.
	ControlElsewhere bool
	// TokenDelay is how long a token request is worked on. A second request
	// with the same refresh token inside that time is refused with "token
	// request is already being processed".
	TokenDelay time.Duration
	// OnToken, when set, is called inside each token request while its refresh
	// token or code is held, so that a test can make requests meet.
	OnToken func(ctx context.Context, grantType string)
	// Now is the clock of sessions, codes and cursors. Default: that of Org,
	// which can be moved (org.Advance).
	Now func() time.Time
	// Logger gets one debug line a request, never with a secret. Default: none.
	Logger *slog.Logger
	// BaseURL is where the org answers ("https://acme.my.salesforce.example"),
	// the instance_url of token answers. Default: the Host of each request.
	BaseURL string
	// Middleware, when set, wraps everything the simulator serves.
	Middleware func(http.Handler) http.Handler
}

// Tenant is one more org of a Simulator.
type Tenant struct {
	Org              *org.Org    // required
	BaseURL          string      // as Config.BaseURL, for this org; default: the Host of each request
	DailyAPIRequests int         // as Config.DailyAPIRequests, for this org
	Login            LoginPolicy // as Config.Login, for this org
}

// The parts of a Config that the OAuth side reads.
type (
	// App is a connected app as an administrator configures it.
	App = authority.App
	// LoginPolicy is what an org's administrator settles for all apps.
	LoginPolicy = authority.LoginPolicy
)

// Simulator is the HTTP side of one org or several. It is safe for concurrent
// use.
type Simulator struct {
	cfg      Config
	sites    []*site // that of Config.Org first
	handler  http.Handler
	routes   []route
	versions []string
	auth     *authority.Authority
	faults   *faultQueue
	sky      *weather.Sky
	front    http.Handler // see newFront
	packers  sync.Pool    // of *gzip.Writer
	pages    sync.Pool    // of *page
}

// New checks cfg and returns a Simulator. All problems of cfg are reported in
// one error.
func New(cfg Config) (*Simulator, error) {
	var problems []error
	auth, err := newAuthority(cfg)
	if err != nil {
		problems = append(problems, err)
	}
	sky, err := weather.New(cfg.WeatherSeed, cfg.Weather...)
	if err != nil {
		problems = append(problems, fmt.Errorf("weather: %w", err))
	}
	for _, v := range cfg.APIVersions {
		if _, ok := versionNumber(v); !ok {
			problems = append(problems, fmt.Errorf("API version %q is not of the form 66.0", v))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}

	cfg.LockPatience = cmp.Or(cfg.LockPatience, defaultLockPatience)
	if cfg.Now == nil {
		cfg.Now = cfg.Org.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Simulator{
		cfg:      cfg,
		sites:    newSites(cfg),
		routes:   apiRoutes(),
		versions: servedVersions(cfg.APIVersions),
		auth:     auth,
		faults:   &faultQueue{},
		sky:      sky,
	}
	if s.front, err = s.newFront(); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	s.handler = s.outerRoutes()
	if cfg.Middleware != nil {
		s.handler = cfg.Middleware(s.handler)
	}
	return s, nil
}

// ServeHTTP answers one request to the org.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// servedVersions returns the versions in ascending order, or the default ones.
func servedVersions(configured []string) []string {
	if len(configured) > 0 {
		versions := slices.Clone(configured)
		slices.SortFunc(versions, func(a, b string) int {
			x, _ := versionNumber(a)
			y, _ := versionNumber(b)
			return cmp.Compare(x, y)
		})
		return versions
	}
	var versions []string
	for n := oldestVersion; n <= newestVersion; n++ {
		versions = append(versions, fmt.Sprintf("%d.0", n))
	}
	return versions
}
