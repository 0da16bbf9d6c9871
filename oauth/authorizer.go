package oauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// Config says which connection is to be spoken to.
type Config struct {
	// Connection is its name. Required: it must be in the store.
	Connection string
	// Store keeps the connections. Required.
	Store *Store
	// HTTPClient asks the login host. Default: one with a timeout of 20 s.
	HTTPClient *http.Client
	// Logger takes what happens to the grant. Default: nothing is logged.
	Logger *slog.Logger
	// Now is the clock of expiries and cool-downs. Default that of the store.
	Now func() time.Time
}

const (
	// refreshTimeout bounds one refresh with all its waiting.
	refreshTimeout = time.Minute
	// storeTimeout bounds the reading of a grant, and the writing of a rotated
	// token, beyond refreshTimeout.
	storeTimeout = 15 * time.Second
	// requestTimeout bounds one request of the default HTTP client.
	requestTimeout = 20 * time.Second
	// attemptLife is how long another process' refresh is waited for, longer
	// than requestTimeout and many times storeRetry: whoever does not store an
	// answer meanwhile has given up, or died.
	attemptLife = 25 * time.Second
	// attemptPoll is how often the store is asked meanwhile.
	attemptPoll = 200 * time.Millisecond
	// usePeriod is how often at most the store is told that the connection is in
	// use.
	usePeriod = 5 * time.Minute
)

// Authorizer hands out access tokens of one connection, as it was when New was
// called: after a change of the connection (see Store.Generation) another one
// takes its place. It is safe for concurrent use. Close it before its store's
// database is closed.
type Authorizer struct {
	connection saved
	app        *app
	store      *Store
	logger     *slog.Logger
	now        func() time.Time

	mu      sync.Mutex
	closed  bool
	current *oauth2.Token // nil: the next caller refreshes
	issued  time.Time     // when current was had
	flight  *flight       // the refresh under way, or nil
	flights sync.WaitGroup
	closing chan struct{} // is closed by Close
	// unsaved is a rotated refresh token that the store did not take. The old
	// one is spent, so nothing may be sent until this one is stored. offering
	// says that offer is at it.
	unsaved  *rotation
	offering bool
	// attempted is the version of the grant with the last attempt that this
	// process has noted in the store.
	attempted int64
	// era counts revocations: how a refresh fails that was begun before one is no
	// news.
	era int

	failure     error     // the last failure, nil after a success
	failedUntil time.Time // until then failure is answered without a call; zero: for good
	failures    int       // in a row, of the same kind
	short       int       // short-lived access tokens in a row
	lastRefresh time.Time
	missing     bool

	noted      time.Time // when the store was last told of a use
	notedError string    // the last error that it was told
}

// flight is one refresh and those who wait for it.
type flight struct {
	done  chan struct{}
	token *oauth2.Token
	err   error
}

// New finds the connection and its grant in the store. It asks nobody: a bad
// grant shows at the first Token.
func New(ctx context.Context, c Config) (*Authorizer, error) {
	if c.Store == nil {
		return nil, errors.New("oauth: no store")
	}
	if c.Now == nil {
		c.Now = c.Store.now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	connection, found, err := c.Store.open(ctx, c.Connection)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("oauth: there is no connection %q", c.Connection)
	}
	a := &Authorizer{
		connection: connection,
		app:        newApp(connection.LoginURL, connection.ConsumerKey, connection.secrets.ConsumerSecret, c.HTTPClient),
		store:      c.Store, logger: c.Logger.With("connection", c.Connection), now: c.Now,
		closing: make(chan struct{}),
		noted:   connection.LastUsedAt, notedError: connection.LastError,
	}
	if connection.Flow != WebServerFlow {
		return a, nil
	}
	g, found, err := c.Store.load(ctx, connection.grantKey())
	if err != nil {
		return nil, err
	}
	switch {
	case !found:
		a.missing = true
	case g.lost != nil && g.lostBy == a.app.login:
		// Remembered across restarts: a container that restarts because it is
		// not ready must not become a refresh storm.
		a.failure = g.lost
		a.logger.WarnContext(ctx, "the stored Salesforce authorization was lost before", "code", g.lost.Code, "remedy", g.lost.Remedy())
	case g.attempted.Valid:
		a.logger.WarnContext(ctx, "an earlier refresh was never answered; if Salesforce rotates refresh tokens, the grant may be lost")
	}
	return a, nil
}

// Format hides from fmt what it would print of the private fields: secrets.
func (a *Authorizer) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "authorizer of the connection %q", a.connection.Name)
}

// Token returns the access token, refreshing if there is none: one refresh
// however many callers. Extra("instance_url") and Extra("id") are as Salesforce
// gave them; there is no refresh token in it. The error is a *GrantLostError, an
// *UnavailableError, or wraps ctx's when ctx ended first; the refresh itself
// goes on then, for the others.
func (a *Authorizer) Token(ctx context.Context) (*oauth2.Token, error) {
	return a.obtain(ctx, nil)
}

// Renew returns an access token other than the refused one, which Salesforce
// answered with INVALID_SESSION_ID. If the token was renewed since, that one is
// returned without a refresh. Errors as Token's.
func (a *Authorizer) Renew(ctx context.Context, refused *oauth2.Token) (*oauth2.Token, error) {
	return a.obtain(ctx, refused)
}

func (a *Authorizer) obtain(ctx context.Context, refused *oauth2.Token) (*oauth2.Token, error) {
	a.mu.Lock()
	a.drop(refused)
	if a.current != nil && a.current.Valid() {
		defer a.mu.Unlock()
		a.noteUse(ctx)
		return a.current, nil
	}
	if err := a.blocked(); err != nil {
		a.mu.Unlock()
		return nil, err
	}
	f := a.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		a.flight = f
		a.flights.Add(1)
		// The first caller may hang up; those behind it still want the token,
		// and a rotated refresh token must reach the store in any case.
		go a.fly(context.WithoutCancel(ctx), f, a.era)
	}
	a.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return nil, fmt.Errorf("oauth: wait for an access token: %w", context.Cause(ctx))
	}
}

// fly runs one refresh and tells those who wait.
func (a *Authorizer) fly(ctx context.Context, f *flight, era int) {
	defer a.flights.Done()
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	token, err := a.exchange(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.noteUse(ctx)
	f.token, f.err = token, err
	switch {
	case err == nil:
		a.succeed(token)
	case a.era == era:
		a.fail(ctx, err)
	}
	a.flight = nil
	close(f.done)
}

// Close waits for a refresh under way, so that a rotated token reaches the
// store, for as long as ctx lasts; the error says so when it does not. Calls of
// Token after it fail as unavailable.
func (a *Authorizer) Close(ctx context.Context) error {
	a.mu.Lock()
	if !a.closed {
		a.closed = true
		close(a.closing)
	}
	a.mu.Unlock()
	done := make(chan struct{})
	go func() { defer close(done); a.flights.Wait() }()
	select {
	case <-done:
		return a.saveLast(ctx)
	case <-ctx.Done():
		return fmt.Errorf("oauth: wait for the refresh under way: %w", context.Cause(ctx))
	}
}
