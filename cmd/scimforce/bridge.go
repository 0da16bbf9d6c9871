package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/oauth"
	"scimforce/oauth/idp"
	"scimforce/scim"
	"scimforce/scim/audit"
	"scimforce/scim/directory"
	"scimforce/scim/mapping"
)

const (
	idpName = "idp" // the configured credential's name in logs and the audit
	// defaultConnection is the connection that the environment configures.
	defaultConnection = "default"

	scimPath     = "/scim/v2"
	callbackPath = "/oauth/callback"

	// requestTimeout bounds one SCIM request: Okta gives up after 60 s.
	requestTimeout = 55 * time.Second
	// loginTimeout bounds one request to the login host.
	loginTimeout = 20 * time.Second
	// drainTimeout is how long requests in flight may take at the end.
	// Kubernetes kills after 30 s as it comes, so some must be left; Docker,
	// after 10 s as it comes, has to be told (stop_grace_period).
	drainTimeout = 25 * time.Second
	// closeTimeout is how long a refresh of the access token may take after
	// that; what the requests left of drainTimeout is its as well. A refresh
	// that is cut off can lose the grant.
	closeTimeout = 4 * time.Second
)

// bridgeConfig is what a bridge is made of.
type bridgeConfig struct {
	// Settings are those of scimforce serve; Listen, DatabaseURL and the log's
	// are not read here.
	Settings Settings
	// Database keeps what the rooms remember. The caller closes it, after Close.
	Database *sql.DB
	// HTTPClient speaks to Salesforce and to its login host. Default: one whose
	// idle connections Close closes.
	HTTPClient *http.Client
	// Audit takes every entry besides the log. Default: none.
	Audit audit.Sink
	// Logger is where everything logs. Required.
	Logger *slog.Logger
	// Build is shown by the metrics.
	Build build
}

// bridge is the wired product: every command that runs one runs this.
type bridge struct {
	authorizer  *oauth.Authorizer    // of the default connection
	directory   *directory.Directory // likewise
	connections *connections
	opener      opener
	metrics     *metrics
	database    *sql.DB
	logger      *slog.Logger
	handler     http.Handler
	closeIdle   func()
	drain       time.Duration // drainTimeout, but for tests
	stopping    atomic.Bool
	deadline    atomic.Value // time.Time: until when an end that has begun may take
	health      atomic.Value // string: the last readiness that was logged
}

// newBridge wires the rooms. It calls nobody. Close the bridge, also when it
// was never served.
func newBridge(ctx context.Context, c bridgeConfig) (*bridge, error) {
	s := c.Settings
	b := &bridge{database: c.Database, logger: c.Logger, metrics: newMetrics(c.Build), connections: newConnections(), closeIdle: func() {}, drain: drainTimeout}
	login := c.HTTPClient
	if c.HTTPClient == nil {
		transport := newTransport()
		b.closeIdle = transport.CloseIdleConnections
		// The Salesforce client bounds each of its attempts itself.
		c.HTTPClient, login = &http.Client{Transport: transport}, &http.Client{Transport: transport, Timeout: loginTimeout}
	}

	store, err := oauth.OpenStore(ctx, c.Database)
	if err != nil {
		return nil, err
	}
	b.opener = opener{config: c, login: login, store: store, metrics: b.metrics}
	one, err := b.opener.open(ctx, defaultConnection)
	if err != nil {
		return nil, err
	}
	b.authorizer, b.directory = one.authorizer, one.directory
	b.connections.put(one)
	b.metrics.watch(b.connections)
	schemas, err := mapping.New(s.mappingConfig())
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}

	token, err := idp.NewConfigured(idpName, defaultConnection, idp.ScopeAll, s.IDPToken)
	if err != nil {
		return nil, fmt.Errorf("the identity provider's token %w", err)
	}
	callers, err := idp.New(ctx, idp.Config{
		DB: c.Database, Configured: []idp.Configured{token}, Metrics: b.metrics.registerer, Logger: c.Logger,
	})
	if err != nil {
		return nil, err
	}
	baseURL := ""
	if s.PublicURL != "" {
		baseURL = s.PublicURL + scimPath
	}
	handler, err := scim.New(scim.Config{
		Directory: dispatcher{b.connections, schemas}, Authenticate: callers.Authenticate, BaseURL: baseURL, RequestTimeout: requestTimeout,
		Logger: c.Logger, Audit: audit.Tee(audit.Log(c.Logger), c.Audit), Metrics: b.metrics.registerer,
	})
	if err != nil {
		return nil, err
	}

	router := chi.NewRouter()
	router.Mount(scimPath, handler)
	b.routes(router)
	b.handler = router
	return b, nil
}

// Handler is everything the bridge serves.
func (b *bridge) Handler() http.Handler { return b.handler }

// Serve answers on listener until ctx ends, and then finishes what is in
// flight, for at most drainTimeout; what takes longer is cut off, and that is
// an error. nil after an orderly end.
func (b *bridge) Serve(ctx context.Context, listener net.Listener) error {
	// Requests must outlive ctx: its end is what starts the draining.
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := &http.Server{
		Handler:           b.handler,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      requestTimeout + 20*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(b.logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	b.stopping.Store(true)
	b.deadline.Store(time.Now().Add(b.drain + closeTimeout))
	b.logger.InfoContext(ctx, "stopping: no new requests, finishing those in flight")
	patience, done := context.WithTimeout(base, b.drain)
	defer done()
	err := server.Shutdown(patience)
	if err != nil {
		// The contexts of reads that are left end with base; writes go on for
		// as long as the process does.
		err = errors.Join(fmt.Errorf("requests in flight were cut off after %v: %w", b.drain, err), server.Close())
	}
	<-ended
	return err
}

// newTransport keeps a connection for each of a good many requests at once: all
// go to one host, and a TLS handshake costs more than most calls.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// Close waits for a refresh of the access token that is under way, for as long
// as the end of Serve left. The database may be closed after it.
func (b *bridge) Close() error {
	defer b.closeIdle()
	deadline, begun := b.deadline.Load().(time.Time)
	if !begun {
		deadline = time.Now().Add(b.drain + closeTimeout)
	}
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	return b.connections.close(ctx)
}
