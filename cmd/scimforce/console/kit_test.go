package console

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/html"

	"scimforce/cmd/scimforce/doctor"
	"scimforce/oauth"
	"scimforce/oauth/database/databasetest"
	"scimforce/oauth/idp"
	"scimforce/oauth/vault"
	"scimforce/salesforce"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const adminPassword = "correct horse battery"

// kit is a console that a test's browser visits.
type kit struct {
	t       *testing.T
	console *Console
	server  *httptest.Server
	browser *http.Client
	bridge  *bridge
	log     *record
	clock   *clock
}

// record keeps what was written to it.
type record struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all.String()
}

// clock is the time, ahead by as much as a test has moved it.
type clock struct {
	mu    sync.Mutex
	began time.Time // where it stands still
	ahead time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.began.IsZero() {
		return c.began.Add(c.ahead)
	}
	return time.Now().Add(c.ahead)
}

// stand makes the clock go only as far as the test moves it, however slow the
// machine is.
func (c *clock) stand() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.began = time.Now()
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// bridge runs the connections of a store, as the product does.
type bridge struct {
	t      *testing.T
	store  *oauth.Store
	client *http.Client

	mu       sync.Mutex
	reloads  int
	failing  error // what Reload and Disconnect say
	diagnose func(name string) (doctor.Report, error)
}

func (b *bridge) Reload(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reloads++
	return b.failing
}

func (b *bridge) Live(ctx context.Context, name string) (*oauth.Authorizer, *salesforce.Client, bool) {
	if _, found, err := b.store.Connection(ctx, name); err != nil || !found {
		return nil, nil, false
	}
	authorizer, err := oauth.New(ctx, oauth.Config{Connection: name, Store: b.store, HTTPClient: b.client})
	if err != nil {
		b.t.Error(err)
		return nil, nil, false
	}
	b.t.Cleanup(func() { _ = authorizer.Close(context.Background()) })
	client, err := salesforce.New(salesforce.Config{Authorizer: authorizer, HTTPClient: b.client, PlainHTTP: true})
	if err != nil {
		b.t.Error(err)
		return nil, nil, false
	}
	return authorizer, client, true
}

func (b *bridge) Diagnose(ctx context.Context, name string) (doctor.Report, error) {
	if b.diagnose != nil {
		return b.diagnose(name)
	}
	authorizer, client, live := b.Live(ctx, name)
	if !live {
		return doctor.Report{}, errors.New("not live")
	}
	connection, _, err := b.store.Connection(ctx, name)
	if err != nil {
		return doctor.Report{}, err
	}
	return doctor.Run(ctx, doctor.Config{Connection: connection, Authorizer: authorizer, Salesforce: client, HTTPClient: b.client}), nil
}

func (b *bridge) Disconnect(ctx context.Context, name string) error {
	b.mu.Lock()
	failing := b.failing
	b.mu.Unlock()
	if failing != nil {
		return failing
	}
	authorizer, _, live := b.Live(ctx, name)
	if !live {
		return errors.New("not live")
	}
	if err := authorizer.Revoke(ctx); err != nil {
		return err
	}
	return b.store.Remove(ctx, name)
}

// configured makes what a console is made of, over a database.
func configured(t *testing.T, db *sql.DB) Config {
	t.Helper()
	master, err := vault.NewMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := vault.Open(t.Context(), vault.Config{DB: db, MasterKey: master})
	if err != nil {
		t.Fatal(err)
	}
	store, err := oauth.OpenStore(t.Context(), oauth.StoreConfig{DB: db, Vault: sealed})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := idp.New(t.Context(), idp.Config{DB: db, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	return Config{
		DB: db, Vault: sealed, Store: store, Tokens: tokens, AdminPassword: adminPassword, Version: "test", HTTPClient: client,
		WebServer: oauth.NewWebServer(oauth.WebServerConfig{Store: store, HTTPClient: client}),
		Bridge:    &bridge{t: t, store: store, client: client},
	}
}

// newKit starts a console whose password is adminPassword; change may alter that.
func newKit(t *testing.T, change ...func(*Config)) *kit {
	t.Helper()
	k := &kit{t: t, log: &record{}, clock: &clock{}}
	config := configured(t, databasetest.SQLite(t))
	config.Logger, config.Now = slog.New(slog.NewJSONHandler(k.log, nil)), k.clock.Now
	k.bridge, _ = config.Bridge.(*bridge)
	for _, f := range change {
		f(&config)
	}
	var err error
	k.console, err = New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	k.server = httptest.NewServer(k.console.Handler())
	t.Cleanup(k.server.Close)
	k.browser = newBrowser(t)
	return k
}

func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// seen is what a browser got.
type seen struct {
	*http.Response
	body string
	page *html.Node
}

// do sends a request as it is.
func (k *kit) do(method, path, body string, header ...string) seen {
	k.t.Helper()
	r, err := http.NewRequestWithContext(k.t.Context(), method, k.server.URL+path, strings.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := k.browser.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	s := seen{Response: answer, body: string(read)}
	s.page, err = html.Parse(strings.NewReader(s.body))
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

func (k *kit) get(path string) seen {
	k.t.Helper()
	return k.do(http.MethodGet, path, "")
}

// post sends a form as the console's own page would.
func (k *kit) post(path string, fields ...string) seen {
	k.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return k.do(http.MethodPost, path, form.Encode(),
		"Content-Type", "application/x-www-form-urlencoded", "Origin", k.server.URL, "Sec-Fetch-Site", "same-origin")
}

// signIn signs in with the password of the kit.
func (k *kit) signIn() *kit {
	k.t.Helper()
	k.post("/sign-in", "password", adminPassword).leadsTo(k.t, "/")
	return k
}

func (s seen) is(t *testing.T, status int) seen {
	t.Helper()
	if s.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", s.StatusCode, status, s.body)
	}
	return s
}

func (s seen) leadsTo(t *testing.T, address string) seen {
	t.Helper()
	if s.StatusCode != http.StatusSeeOther || s.Header.Get("Location") != address {
		t.Fatalf("status %d to %q, want 303 to %q: %s", s.StatusCode, s.Header.Get("Location"), address, s.body)
	}
	return s
}

// says wants text within the page.
func (s seen) says(t *testing.T, text string) seen {
	t.Helper()
	if !strings.Contains(words(s.page), text) {
		t.Fatalf("the page does not say %q: %s", text, words(s.page))
	}
	return s
}

// words is the text of a page, as it is read.
func words(n *html.Node) string {
	var all []string
	for e := range n.Descendants() {
		if e.Type == html.TextNode && e.Parent.Data != "script" && e.Parent.Data != "style" {
			all = append(all, strings.Fields(e.Data)...)
		}
	}
	return strings.Join(all, " ")
}

// find gives the element with the id, or nil.
func (s seen) find(id string) *html.Node {
	for e := range s.page.Descendants() {
		if e.Type == html.ElementNode && attribute(e, "id") == id {
			return e
		}
	}
	return nil
}

func attribute(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}
