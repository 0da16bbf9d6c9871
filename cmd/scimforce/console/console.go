package console

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"scimforce/oauth"
	"scimforce/oauth/database"
	"scimforce/oauth/idp"
	"scimforce/oauth/vault"
)

//go:embed migrations
var migrations embed.FS

// Config is what a console is made of.
type Config struct {
	// DB keeps the password and the sessions. Required; the caller closes it.
	DB *sql.DB
	// Vault seals what sessions know. Required.
	Vault *vault.Vault
	// Store keeps the connections, WebServer authorizes them, Tokens are those of
	// identity providers, Bridge is what runs them all. Required.
	Store     *oauth.Store
	WebServer *oauth.WebServer
	Tokens    *idp.Authenticator
	Bridge    Bridge
	// HTTPClient asks login hosts whether they are Salesforce's, and the OpenID
	// Connect provider. Default: one with a timeout of 20 s.
	HTTPClient *http.Client
	// PublicURL is where browsers reach the bridge, without a slash at the end.
	// Default: what each request says.
	PublicURL string
	// AdminPassword is the administrator's password, and takes the place of any
	// other. Without it the first start makes one, prints it, and it can be
	// changed in the console.
	AdminPassword string
	// OIDC offers sign-in by an OpenID Connect provider besides the password.
	// Default: none.
	OIDC *OIDCConfig
	// TrustedProxies are believed what they say of a request's origin in
	// X-Forwarded-For and X-Forwarded-Proto. Default: nobody.
	TrustedProxies []netip.Prefix
	// NotFound answers what is no page of the console, such as a SCIM client
	// with a wrong base URL. Default: http.NotFound.
	NotFound http.Handler
	// Printer takes one plain line with the first password. Default: none is
	// printed, and the password can only be set by AdminPassword.
	Printer io.Writer
	// Version is shown at the foot of each page.
	Version string
	// Logger hears of sign-ins and failures. Default: nobody.
	Logger *slog.Logger
	// Now tells the time. Default time.Now. Sessions always go by time.Now.
	Now func() time.Time
}

// Console is the pages. It is safe for use by many goroutines and needs no
// closing.
type Console struct {
	config        Config
	views         *views
	passwords     *passwords
	throttle      *throttle
	proxies       proxies
	secure, plain *scs.SessionManager
	turns         turns
	provider      *provider // nil without OIDC
	logger        *slog.Logger
	now           func() time.Time
	router        *chi.Mux
	handler       http.Handler
}

// New makes the console: its tables, and the first password if there is none. It
// calls nobody.
func New(ctx context.Context, c Config) (*Console, error) {
	if c.DB == nil || c.Vault == nil || c.Store == nil || c.WebServer == nil || c.Tokens == nil || c.Bridge == nil {
		return nil, errors.New("console: the database, the vault, the store, the web server flow, the tokens or the bridge is missing")
	}
	if len(c.AdminPassword) > MaxPassword {
		return nil, fmt.Errorf("console: the administrator password is longer than %d octets", MaxPassword)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{Timeout: 20 * time.Second}
	}
	if c.NotFound == nil {
		c.NotFound = http.HandlerFunc(http.NotFound)
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	if err := database.Migrate(ctx, c.DB, "console_versions", migrations); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	views, err := newViews(c.Now)
	if err != nil {
		return nil, err
	}
	crossOrigin, err := newCrossOrigin(c.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("console: public URL: %w", err)
	}
	store := &sessionStore{db: c.DB, vault: c.Vault}
	console := &Console{
		config: c, views: views, passwords: newPasswords(c.DB, c.Now), throttle: newThrottle(), proxies: c.TrustedProxies,
		secure: newSessions(store, true), plain: newSessions(store, false), turns: turns{seed: maphash.MakeSeed()},
		logger: c.Logger, now: c.Now,
	}
	if c.OIDC != nil {
		oidc := *c.OIDC
		if err := oidc.Check(); err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		oidc.complete()
		console.provider = &provider{config: oidc, client: c.HTTPClient}
	}
	made, err := console.passwords.prepare(ctx, c.AdminPassword)
	if err != nil {
		return nil, err
	}
	if made != "" && c.Printer != nil {
		if _, err := fmt.Fprintf(c.Printer, "console password: %s   (shown only now; sign in as the administrator with it, and change it there)\n", made); err != nil {
			return nil, fmt.Errorf("console: print the first password: %w", err)
		}
	}
	console.route(crossOrigin)
	return console, nil
}

// Handler serves the pages, and hands everything else to NotFound.
func (c *Console) Handler() http.Handler { return c.handler }

// Owns tells whether a request is for a page of the console. The start page is
// not for SCIM clients, which go there when their base URL lacks its path.
func (c *Console) Owns(r *http.Request) bool {
	if strings.Contains(r.Header.Get("Accept"), "scim+json") || strings.Contains(r.Header.Get("Content-Type"), "scim+json") {
		return false
	}
	if strings.HasPrefix(r.URL.Path, staticPath) {
		return true
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if c.router.Match(chi.NewRouteContext(), method, r.URL.Path) {
			return true
		}
	}
	return false
}

// https tells whether the session's cookie can be one for https only.
func (c *Console) https(r *http.Request) bool {
	return strings.HasPrefix(c.config.PublicURL, "https://") || c.proxies.https(r)
}

// publicURL is where this browser is to reach the bridge.
func (c *Console) publicURL(r *http.Request) string {
	if c.config.PublicURL != "" {
		return c.config.PublicURL
	}
	return c.openAt(r)
}

// openAt is where this browser has reached the bridge.
func (c *Console) openAt(r *http.Request) string {
	if c.proxies.https(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (c *Console) route(crossOrigin *http.CrossOriginProtection) {
	crossOrigin.SetDenyHandler(c.serve(route{open: true, handle: func(v *visit) (answer, error) {
		return answer{}, &failure{
			Status: http.StatusForbidden, Title: "Another site sent this",
			Cause:  "The form was not sent from a page of this console, so nothing was done: another site may try to act in your name.",
			Remedy: "Open the console by its own address and do it there. If this was its own page, a proxy in front changes the Host header: set SCIMFORCE_PUBLIC_URL to the address in the browser.",
			Next:   &link{"/", "Go to the start page"},
		}
	}}))
	c.router = chi.NewRouter()
	for _, r := range c.routes() {
		c.router.Method(r.method, r.path, c.serve(r))
		if r.method == http.MethodGet {
			c.router.Method(http.MethodHead, r.path, c.serve(r))
		}
	}
	c.router.Get(staticPath+"*", c.views.serveStatic)
	c.router.MethodNotAllowed(c.serve(route{open: true, handle: func(v *visit) (answer, error) {
		return answer{}, &failure{
			Status: http.StatusMethodNotAllowed, Title: "This address knows no such method",
			Cause: "It was asked with " + v.Method + ".", Remedy: "Go to the start page.", Next: &link{"/", "Go to the start page"},
		}
	}}).ServeHTTP)
	guarded := crossOrigin.Handler(c.router)
	c.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.Owns(r) {
			c.config.NotFound.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// routes are all pages, and all there is to do.
func (c *Console) routes() []route {
	get, post := http.MethodGet, http.MethodPost
	return []route{
		{get, "/sign-in", "", true, c.showSignIn},
		{post, "/sign-in", "", true, c.signIn},
		{post, "/sign-in/oidc", "", true, c.beginOIDC},
		{get, "/sign-in/continue", "", true, c.continueOIDC},
		{get, oidcCallbackPath, "", true, c.completeOIDC},
		{post, "/sign-out", "", true, c.signOut},
		{get, "/account", "account", false, c.showAccount},
		{post, "/account/password", "account", false, c.changePassword},
		{get, "/", "connections", false, c.showStart},
		{get, "/connect", "connections", false, c.showConnect},
		{post, "/connect", "connections", false, c.connect},
		{get, "/connect/continue", "connections", false, c.serveContinue},
		{get, callbackPath, "connections", true, c.serveCallback},
		{get, "/connect/review", "connections", false, c.showReview},
		{post, "/connect/save", "connections", false, c.save},
		{post, "/connect/discard", "connections", false, c.discard},
		{get, "/connections/{name}", "connections", false, c.showConnection},
		{post, "/connections/{name}/test", "connections", false, c.examine},
		{post, "/connections/{name}/reauthenticate", "connections", false, c.reauthenticate},
		{get, "/connections/{name}/disconnect", "connections", false, c.showDisconnect},
		{post, "/connections/{name}/disconnect", "connections", false, c.disconnect},
		{get, "/identity-provider", "identity-provider", false, c.showProvider},
		{post, "/identity-provider/tokens", "identity-provider", false, c.createToken},
		{get, "/identity-provider/tokens/{id}", "identity-provider", false, c.showToken},
		{post, "/identity-provider/tokens/{id}/rotate", "identity-provider", false, c.rotateToken},
		{post, "/identity-provider/tokens/{id}/revoke", "identity-provider", false, c.revokeToken},
		{get, "/doctor", "doctor", false, c.showDoctor},
		{get, "/activity", "activity", false, c.showActivity},
	}
}
