package oauth

import (
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"scimforce/oauth/database/databasetest"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/simulatortest"
)

// console is what the console has of this package.
type console struct {
	*WebServer
	host *loginHost
	time *clock
}

// newConsole makes one over db, with a login host of its own.
func newConsole(t *testing.T, host *loginHost, db *sql.DB) *console {
	t.Helper()
	now := &clock{now: time.Now()}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	store := openStore(t, db, now.Now)
	return &console{NewWebServer(WebServerConfig{Store: store, HTTPClient: client}), host, now}
}

// request is one that goes well.
func (c *console) request() Request {
	return Request{
		Session: "session", Connection: "production", LoginURL: c.host.URL, ConsumerKey: "key", ConsumerSecret: "secret",
		RedirectURL: simulatortest.CallbackURL,
	}
}

// mustBegin begins a request.
func (c *console) mustBegin(t *testing.T, r Request) (authorizeURL string) {
	t.Helper()
	authorizeURL, err := c.Begin(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return authorizeURL
}

// mustAllow begins a request and comes back from Salesforce as the user.
func (c *console) mustAllow(t *testing.T, r Request, username string) (callback url.Values) {
	t.Helper()
	return c.host.MustAllow(c.mustBegin(t, r), username).Query()
}

// mustConnect goes all the way to Save.
func (c *console) mustConnect(t *testing.T, r Request) Connection {
	t.Helper()
	if _, err := c.Complete(t.Context(), r.Session, c.mustAllow(t, r, administrator)); err != nil {
		t.Fatal(err)
	}
	saved, err := c.Save(t.Context(), r.Session)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func (c *console) authorizer(t *testing.T, name string) *Authorizer {
	t.Helper()
	a, err := New(t.Context(), Config{Connection: name, Store: c.store, HTTPClient: c.client})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return a
}

func TestConnectingOnEachEngine(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, open func(t *testing.T) *sql.DB) {
		c := newConsole(t, newLoginHost(t, ""), open(t))
		before, err := c.store.Generation(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r := c.request()
		r.UsernameSuffix = ".uat"
		callback := c.mustAllow(t, r, administrator)
		got, err := c.Complete(t.Context(), "session", callback)
		if err != nil {
			t.Fatal(err)
		}
		who := got.Identity
		if who.Username != administrator || who.DisplayName == "" || !strings.Contains(who.Email, "@") || who.InstanceURL != c.host.URL ||
			who.UserID != c.host.Org.AdminID() || !strings.HasPrefix(who.OrgID, "00D") || strings.Join(who.Scopes, " ") != "api refresh_token" {
			t.Errorf("identity %+v", who)
		}
		if len(got.Warnings) != 0 {
			t.Errorf("warnings %q", got.Warnings)
		}
		if list, err := c.store.Connections(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("before Save there are %v, %v", list, err)
		}
		if waiting, ok, err := c.Pending(t.Context(), "session"); err != nil || !ok || waiting.Identity.Username != administrator {
			t.Errorf("pending %+v, %v, %v", waiting, ok, err)
		}
		if _, ok, _ := c.Pending(t.Context(), "another"); ok {
			t.Error("another session sees what is pending")
		}
		if _, err := c.Save(t.Context(), "another"); !errors.Is(err, ErrState) {
			t.Errorf("another session saves: %v", err)
		}
		saved, err := c.Save(t.Context(), "session")
		if err != nil {
			t.Fatal(err)
		}
		if saved.Name != "production" || saved.OrgID != who.OrgID || saved.UserID != who.UserID || saved.InstanceURL != c.host.URL ||
			saved.UsernameSuffix != ".uat" || saved.Flow != WebServerFlow || saved.Configured ||
			saved.ConnectedAt.IsZero() || saved.RefreshTokenSince.IsZero() || !saved.LastUsedAt.IsZero() {
			t.Errorf("saved %+v", saved)
		}
		if after, err := c.store.Generation(t.Context()); err != nil || after != before+1 {
			t.Errorf("generation %d after %d, %v", after, before, err)
		}
		if _, err := c.Save(t.Context(), "session"); Explain(err).Code != NothingPending {
			t.Errorf("saved twice: %v", err)
		}
		mustToken(t, c.authorizer(t, "production"))
		if err := c.store.Remove(t.Context(), "production"); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := c.store.Connection(t.Context(), "production"); ok || err != nil {
			t.Errorf("removed, and found %v, %v", ok, err)
		}
		for _, table := range []string{"oauth_grants", "oauth_attempts", "oauth_locks"} {
			var n int
			if err := c.store.db.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d rows left in %s, %v", n, table, err)
			}
		}
	})
}

func TestWhatIsPastedWithWhiteSpaceIsTrimmed(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	r := c.request()
	r.ConsumerKey, r.ConsumerSecret, r.LoginURL = "\u00a0 key\n", "\tsecret \u200b\r\n", " "+strings.ToUpper(r.LoginURL)+"/ "
	saved := c.mustConnect(t, r)
	if saved.ConsumerKey != "key" || saved.LoginURL != c.host.URL {
		t.Errorf("saved %+v", saved)
	}
	mustToken(t, c.authorizer(t, saved.Name))
}

func TestAnotherOrgOrUserThanBeforeIsWarnedOf(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	c.mustConnect(t, c.request())
	someone := c.host.MustInsert("User", map[string]any{
		"Username": "someone@acme.example", "LastName": "Someone", "Alias": "some", "Email": "someone@acme.example",
		"TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "de_DE", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US",
		"ProfileId": c.host.MustFind("User", c.host.Org.AdminID())["ProfileId"],
	})
	got, err := c.Complete(t.Context(), "session", c.mustAllow(t, c.request(), "someone@acme.example"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "another user") || !strings.Contains(got.Warnings[0], someone) {
		t.Errorf("warnings %q", got.Warnings)
	}

	elsewhere := newLoginHost(t, "", func(config *simulatortest.Config) {
		config.Org = org.Config{Name: "Other", Users: 1, AdminUsername: administrator, Seed: 2}
	})
	c.host = elsewhere
	got, err = c.Complete(t.Context(), "session", c.mustAllow(t, c.request(), administrator))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "another org") || !strings.Contains(got.Warnings[0], elsewhere.URL) {
		t.Errorf("warnings %q", got.Warnings)
	}
}

func TestRequestThatCannotGoWellIsRefusedBeforeTheBrowserIsSentAway(t *testing.T) {
	c := newConsole(t, newLoginHost(t, ""), newDatabase(t))
	if err := c.store.Configure(t.Context(), Connection{Name: "configured", LoginURL: c.host.URL, ConsumerKey: "key"}, Secrets{}); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		change func(*Request)
		code   string
	}{
		"no session":                     {func(r *Request) { r.Session = "" }, "bad_input"},
		"no name":                        {func(r *Request) { r.Connection = "" }, "bad_input"},
		"no key":                         {func(r *Request) { r.ConsumerKey = " " }, "bad_input"},
		"a secret of two words":          {func(r *Request) { r.ConsumerSecret = "hunter 2" }, "bad_input"},
		"no callback":                    {func(r *Request) { r.RedirectURL = "/oauth/callback" }, "bad_input"},
		"a login URL without TLS":        {func(r *Request) { r.LoginURL = "http://acme.my.salesforce.com" }, "bad_input"},
		"a login URL that is none":       {func(r *Request) { r.LoginURL = "acme my org" }, "bad_input"},
		"an address of pages":            {func(r *Request) { r.LoginURL = "acme.lightning.force.com" }, LoginHostOfPages},
		"an address of pages, with path": {func(r *Request) { r.LoginURL = "https://acme.lightning.force.com/lightning/page/home" }, LoginHostOfPages},
		"nobody there":                   {func(r *Request) { r.LoginURL = "http://127.0.0.1:1" }, Unreachable},
		"another key for a configured connection": {func(r *Request) {
			r.Connection, r.ConsumerKey = "configured", "another"
		}, "configured"},
		"a key that Salesforce does not know":       {func(r *Request) { r.ConsumerKey = "unknown" }, "invalid_client_id"},
		"a callback that Salesforce does not know":  {func(r *Request) { r.RedirectURL += "/" }, "redirect_uri_mismatch"},
		"a callback that holds something like code": {func(r *Request) { r.RedirectURL += "#x" }, "bad_input"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			r := c.request()
			test.change(&r)
			_, err := c.Begin(t.Context(), r)
			if got := Explain(err); got.Code != test.code || got.Remedy == "" {
				t.Errorf("error %v, explained %+v", err, got)
			}
			if err != nil && (strings.Contains(err.Error(), "hunter") || strings.Contains(err.Error(), "code_challenge")) {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
	if len(c.host.requests) != 0 {
		t.Errorf("the token endpoint was asked: %v", c.host.requests)
	}
}
