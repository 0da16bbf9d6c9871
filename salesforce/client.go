package salesforce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"

	"scimforce/salesforce/gather"
)

// What a Config that leaves a field empty gets.
const (
	defaultAPIVersion     = "66.0"
	defaultAttemptTimeout = 30 * time.Second
	defaultMaxAttempts    = 4
	defaultDescribeTTL    = time.Hour
	defaultUserAgent      = "scimforce"
)

// An Authorizer gives the access tokens that requests carry. Both methods may
// be called by many goroutines at once.
type Authorizer interface {
	// Token gives the token in use. Its Extra("instance_url") says where the
	// org answers, its Extra("id") who the running user is.
	Token(ctx context.Context) (*oauth2.Token, error)

	// Renew gives a token to use instead of refused, which Salesforce
	// answered with INVALID_SESSION_ID. Concurrent calls share one refresh.
	Renew(ctx context.Context, refused *oauth2.Token) (*oauth2.Token, error)
}

// A Config says how to reach an org.
type Config struct {
	// Authorizer gives access tokens. Required.
	Authorizer Authorizer

	// APIVersion is the version of the REST API to speak, such as "66.0",
	// which is the default.
	APIVersion string

	// HTTPClient carries the requests. Redirects are never followed,
	// whatever it says of them. The default keeps up to 32 idle connections
	// to the org.
	HTTPClient *http.Client

	// PlainHTTP accepts an instance URL of scheme http that is not on the
	// loopback interface: for a simulated org in another container, and
	// never for Salesforce.
	PlainHTTP bool

	// Logger hears of every call at debug level and of repeated ones at
	// info level. The default drops all.
	Logger *slog.Logger

	// Observe, when set, is told of every call right after its answer, on
	// the goroutine that made it.
	Observe func(context.Context, Call)

	// AttemptTimeout bounds one request with its answer. Default 30 s.
	AttemptTimeout time.Duration

	// MaxAttempts is how often a request is made at most while it fails in
	// a way that another attempt may mend. Default 4. The repetition after
	// a renewed session is not counted.
	MaxAttempts int

	// DescribeTTL is how long a description of an object is kept. Default
	// one hour.
	DescribeTTL time.Duration

	// UserAgent is sent with every request. Default "scimforce".
	UserAgent string

	// Now tells the time. Default time.Now.
	Now func() time.Time
}

// A Client speaks the REST API of one org. It is safe for use by many
// goroutines and needs no closing.
type Client struct {
	authorizer     Authorizer
	version        string
	http           *http.Client
	plainHTTP      bool
	logger         *slog.Logger
	observe        func(context.Context, Call)
	attemptTimeout time.Duration
	maxAttempts    int
	userAgent      string
	now            func() time.Time

	usage   atomic.Pointer[Usage]
	trouble atomic.Pointer[time.Time]
	company company

	describeTTL time.Duration
	describes   *gather.Gatherer[string, *Description]
	describeMu  sync.Mutex
	described   map[string]described // by lower-case object name
}

// New returns a client for config. It makes no call.
func New(config Config) (*Client, error) {
	var problems []error
	if config.Authorizer == nil {
		problems = append(problems, errors.New("salesforce: config needs an Authorizer"))
	}
	version := config.APIVersion
	if version == "" {
		version = defaultAPIVersion
	}
	if !regexp.MustCompile(`^[1-9][0-9]{1,2}\.0$`).MatchString(version) {
		problems = append(problems, fmt.Errorf("salesforce: API version %q is not of the form %q", version, defaultAPIVersion))
	}
	if config.AttemptTimeout < 0 || config.MaxAttempts < 0 || config.DescribeTTL < 0 {
		problems = append(problems, errors.New("salesforce: a timeout, a TTL or a number of attempts is negative"))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}

	c := &Client{
		authorizer:     config.Authorizer,
		version:        version,
		http:           withoutRedirects(config.HTTPClient),
		plainHTTP:      config.PlainHTTP,
		logger:         config.Logger,
		observe:        config.Observe,
		attemptTimeout: config.AttemptTimeout,
		maxAttempts:    config.MaxAttempts,
		userAgent:      config.UserAgent,
		now:            config.Now,
		describeTTL:    config.DescribeTTL,
		described:      map[string]described{},
	}
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	if c.attemptTimeout == 0 {
		c.attemptTimeout = defaultAttemptTimeout
	}
	if c.maxAttempts == 0 {
		c.maxAttempts = defaultMaxAttempts
	}
	if c.userAgent == "" {
		c.userAgent = defaultUserAgent
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.describeTTL == 0 {
		c.describeTTL = defaultDescribeTTL
	}
	c.describes = gather.New(gather.Config[string, *Description]{Fetch: c.fetchDescriptions})
	return c, nil
}

// withoutRedirects copies a client so that it hands redirects back as they
// are: the API answers none, and a session token must not follow one to
// another place.
func withoutRedirects(given *http.Client) *http.Client {
	client := &http.Client{}
	if given != nil {
		*client = *given
	} else if transport, ok := http.DefaultTransport.(*http.Transport); ok {
		transport = transport.Clone()
		transport.MaxIdleConnsPerHost = 32 // all calls go to one host
		client.Transport = transport
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}
	return client
}

// APIVersion is the version of the REST API that the client speaks.
func (c *Client) APIVersion() string { return c.version }
