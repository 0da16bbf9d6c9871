package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/cmd/scimforce/console"
	"scimforce/oauth"
	"scimforce/oauth/idp"
	"scimforce/oauth/vault"
	"scimforce/scim"
	"scimforce/scim/audit"
	"scimforce/scim/mapping"
)

const (
	idpName = "idp" // the configured credential's name in logs and the audit
	// defaultConnection is the connection that the environment configures.
	defaultConnection = oauth.DefaultConnection

	scimPath     = "/scim/v2"
	callbackPath = "/oauth/callback"
	tokenPath    = "/oauth/token"

	// requestTimeout bounds one SCIM request: Okta gives up after 60 s.
	requestTimeout = 55 * time.Second
	// loginTimeout bounds one request to the login host.
	loginTimeout = 20 * time.Second
)

// bridgeConfig is what a bridge is made of.
type bridgeConfig struct {
	// Settings are those of scimforce serve; Listen, DatabaseURL and the log's
	// are not read here.
	Settings Settings
	// Database keeps what the rooms remember. The caller closes it, after Close.
	Database *sql.DB
	// MasterKey opens the vault with the secrets in Database. Required.
	MasterKey vault.MasterKey
	// HTTPClient speaks to Salesforce and to its login host. Default: one whose
	// idle connections Close closes.
	HTTPClient *http.Client
	// Audit takes every entry besides the log. Default: none.
	Audit audit.Sink
	// Logger is where everything logs. Required.
	Logger *slog.Logger
	// Printer takes the console's first password, in one line. Default: nobody.
	Printer io.Writer
	// Build is shown by the metrics and the console.
	Build build
}

// bridge is the wired product: every command that runs one runs this.
type bridge struct {
	connections *connections
	opener      opener
	store       *oauth.Store
	metrics     *metrics
	database    *sql.DB
	settings    Settings
	logger      *slog.Logger
	handler     http.Handler
	closeIdle   func()
	drain       time.Duration // drainTimeout, but for tests
	poll        time.Duration // pollInterval, but for tests
	stopping    atomic.Bool
	deadline    atomic.Value // time.Time: until when an end that has begun may take
	health      atomic.Value // string: the last readiness that was logged

	loading    sync.Mutex // held while connections are taken up
	generation int64      // of the store, when they were last
}

// newBridge wires the rooms. It calls nobody. Close the bridge, also when it
// was never served.
func newBridge(ctx context.Context, c bridgeConfig) (*bridge, error) {
	b := &bridge{
		database: c.Database, settings: c.Settings, logger: c.Logger, metrics: newMetrics(c.Build), connections: newConnections(),
		closeIdle: func() {}, drain: drainTimeout, poll: pollInterval,
	}
	login := c.HTTPClient
	if c.HTTPClient == nil {
		transport := newTransport()
		b.closeIdle = transport.CloseIdleConnections
		// The Salesforce client bounds each of its attempts itself.
		c.HTTPClient, login = &http.Client{Transport: transport}, &http.Client{Transport: transport, Timeout: loginTimeout}
	}
	secrets, err := vault.Open(ctx, vault.Config{DB: c.Database, MasterKey: c.MasterKey, Logger: c.Logger})
	if err != nil {
		return nil, err
	}
	b.store, err = oauth.OpenStore(ctx, oauth.StoreConfig{DB: c.Database, Vault: secrets})
	if err != nil {
		return nil, err
	}
	if err := configure(ctx, b.store, c.Settings); err != nil {
		return nil, err
	}
	b.opener = opener{config: c, login: login, store: b.store, metrics: b.metrics}
	if err := b.load(ctx); err != nil {
		broken, ok := errors.AsType[*openError](err)
		if !ok {
			return nil, err
		}
		// The others are served, and the console is there to mend it.
		c.Logger.ErrorContext(ctx, "a connection cannot be used", "error", broken.Error())
	}
	b.metrics.watch(b.connections)

	callers, err := newCallers(ctx, c, b.metrics)
	if err != nil {
		return nil, err
	}
	schemas, err := mapping.New(c.Settings.mappingConfig(""))
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	baseURL := ""
	if c.Settings.PublicURL != "" {
		baseURL = c.Settings.PublicURL + scimPath
	}
	cursorKey, err := c.MasterKey.Derive("SCIM cursors")
	if err != nil {
		return nil, err
	}
	provisioning, err := scim.New(scim.Config{
		Directory: dispatcher{b.connections, schemas}, Authenticate: callers.Authenticate, BaseURL: baseURL, RequestTimeout: requestTimeout,
		Logger: c.Logger, Audit: audit.Tee(audit.Log(c.Logger), c.Audit), Metrics: b.metrics.registerer,
		CursorKey: cursorKey,
	})
	if err != nil {
		return nil, err
	}
	pages, err := console.New(ctx, console.Config{
		DB: c.Database, Vault: secrets, Store: b.store, Tokens: callers, Bridge: b,
		WebServer:  oauth.NewWebServer(oauth.WebServerConfig{Store: b.store, HTTPClient: login, Logger: c.Logger}),
		HTTPClient: login, PublicURL: c.Settings.PublicURL, AdminPassword: c.Settings.AdminPassword, OIDC: c.Settings.OIDC,
		TrustedProxies: c.Settings.TrustedProxies, NotFound: http.HandlerFunc(serveNothing), Printer: c.Printer,
		Version: c.Build.Version, Logger: c.Logger,
	})
	if err != nil {
		return nil, err
	}

	router := chi.NewRouter()
	router.Mount(scimPath, provisioning)
	router.Handle(tokenPath, callers.TokenEndpoint())
	b.routes(router, pages.Handler())
	b.handler = router
	return b, nil
}

// configure makes the default connection as the environment says, or leaves it
// to the console when it says nothing.
func configure(ctx context.Context, store *oauth.Store, s Settings) error {
	if s.ConsumerKey == "" {
		return store.Release(ctx, defaultConnection)
	}
	return store.Configure(ctx,
		oauth.Connection{Name: defaultConnection, LoginURL: s.LoginURL, ConsumerKey: s.ConsumerKey, UsernameSuffix: s.UsernameSuffix},
		oauth.Secrets{ConsumerSecret: s.ConsumerSecret, RefreshToken: s.RefreshToken})
}

// newCallers knows the identity providers.
func newCallers(ctx context.Context, c bridgeConfig, m *metrics) (*idp.Authenticator, error) {
	config := idp.Config{
		DB: c.Database, Issuers: c.Settings.File.issuers(), PublicURL: c.Settings.PublicURL, TrustedProxies: c.Settings.TrustedProxies,
		Metrics: m.registerer, Logger: c.Logger,
	}
	if c.Settings.IDPToken != "" {
		token, err := idp.NewConfigured(idpName, defaultConnection, idp.ScopeAll, c.Settings.IDPToken)
		if err != nil {
			return nil, fmt.Errorf("the identity provider's token %w", err)
		}
		config.Configured = []idp.Configured{token}
	}
	return idp.New(ctx, config)
}

// Handler is everything the bridge serves.
func (b *bridge) Handler() http.Handler { return b.handler }
