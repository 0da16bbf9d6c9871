package console

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scimforce/oauth/database"
)

func mustPrefix(t *testing.T, text string) netip.Prefix {
	t.Helper()
	p, err := netip.ParsePrefix(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOtherOriginsFormsAreRefused(t *testing.T) {
	k := newKit(t).signIn()
	for name, header := range map[string][]string{
		"another site's":      {"Sec-Fetch-Site", "cross-site"},
		"a sibling's":         {"Sec-Fetch-Site", "same-site"},
		"of an older browser": {"Origin", "https://evil.example"},
		"of a sandboxed page": {"Origin", "null"},
	} {
		t.Run(name, func(t *testing.T) {
			header = append(header, "Content-Type", "application/x-www-form-urlencoded")
			s := k.do(http.MethodPost, "/sign-out", "", header...).is(t, http.StatusForbidden)
			s.says(t, "Another site sent this")
			k.get("/account").is(t, http.StatusOK)
		})
	}
	t.Run("the public URL's own behind a proxy that changes Host", func(t *testing.T) {
		k := newKit(t, func(c *Config) { c.PublicURL = "http://bridge.example" })
		k.do(http.MethodPost, "/sign-in", "password=correct+horse+battery", "Origin", "http://bridge.example",
			"Content-Type", "application/x-www-form-urlencoded").leadsTo(t, "/")
	})
}

func TestForgedSessionsOpenNothing(t *testing.T) {
	k := newKit(t).signIn()
	var hash string
	if err := k.console.config.DB.QueryRowContext(t.Context(), "SELECT token_hash FROM console_sessions").Scan(&hash); err != nil {
		t.Fatal(err)
	}
	k.browser = newBrowser(t)
	for name, value := range map[string]string{
		"invented": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "the hash from the database": hash, "too long": strings.Repeat("A", 4000), "quotes": `"';--`,
	} {
		t.Run(name, func(t *testing.T) {
			s := k.do(http.MethodGet, "/account", "", "Cookie", plainCookie+"="+value)
			if s.StatusCode != http.StatusSeeOther {
				t.Errorf("status %d", s.StatusCode)
			}
		})
	}
}

func TestSessionsEndWithoutUseAndAfterTwelveHours(t *testing.T) {
	for name, test := range map[string]struct {
		step  time.Duration
		steps int
		open  bool
	}{
		"used now and then it lives":      {29 * time.Minute, 20, true},
		"half an hour without use":        {31 * time.Minute, 1, false},
		"used all the time for too long":  {29 * time.Minute, 25, false},
		"at once after the sign-in it is": {0, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				db, err := database.OpenMemory(t.Context(), t.Name())
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = db.Close() }()
				c, err := New(t.Context(), configured(t, db))
				if err != nil {
					t.Fatal(err)
				}
				ask := func(method, path, body, cookie string) *httptest.ResponseRecorder {
					r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					r.Header.Set("Cookie", cookie)
					w := httptest.NewRecorder()
					c.Handler().ServeHTTP(w, r)
					return w
				}
				cookie := ask(http.MethodPost, "/sign-in", "password=correct+horse+battery", "").Result().Cookies()[0].String()
				status := 0
				for range test.steps {
					time.Sleep(test.step)
					status = ask(http.MethodGet, "/account", "", cookie).Code
				}
				if open := status == http.StatusOK; open != test.open {
					t.Errorf("status %d", status)
				}
			})
		})
	}
}

func TestTheCookieIsBoundToHTTPSWhereTheBrowserUsesIt(t *testing.T) {
	for name, test := range map[string]struct {
		publicURL, forwarded string
		trusted, secure      bool
	}{
		"plain http":                     {"", "", false, false},
		"a public URL of https":          {"https://bridge.example", "", false, true},
		"a trusted proxy with https":     {"", "https", true, true},
		"anybody who says that he is it": {"", "https", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, func(c *Config) {
				c.PublicURL = test.publicURL
				if test.trusted {
					c.TrustedProxies = []netip.Prefix{mustPrefix(t, "127.0.0.0/8")}
				}
			})
			s := k.do(http.MethodPost, "/sign-in", "password=correct+horse+battery", "Content-Type", "application/x-www-form-urlencoded",
				"X-Forwarded-Proto", test.forwarded).leadsTo(t, "/")
			got := s.Header.Get("Set-Cookie")
			want := plainCookie + "="
			if test.secure {
				want = secureCookie + "="
			}
			if !strings.HasPrefix(got, want) || !strings.Contains(got, "HttpOnly") || !strings.Contains(got, "SameSite=Lax") ||
				!strings.Contains(got, "Path=/;") || strings.Contains(got, "Secure") != test.secure || strings.Contains(got, "Domain") {
				t.Errorf("cookie %q", got)
			}
		})
	}
}

func TestWhatCannotBeAFormIsRefused(t *testing.T) {
	k := newKit(t).signIn()
	k.post("/account/password", "new-password", strings.Repeat("x", maxBody)).is(t, http.StatusRequestEntityTooLarge).says(t, "more than 64 KiB")
	k.do(http.MethodPost, "/sign-out", "%zz", "Content-Type", "application/x-www-form-urlencoded").is(t, http.StatusBadRequest).says(t, "could not be read")
	k.do(http.MethodDelete, "/account", "").is(t, http.StatusMethodNotAllowed)
	for _, query := range []string{"?password=x", "?consumer-secret=x", "?access_token=x", "?consumerKey=x"} {
		k.get("/account"+query).is(t, http.StatusBadRequest).says(t, "does not belong in an address")
	}
}

func TestSCIMClientsAndUnknownPathsAreNotTheConsoles(t *testing.T) {
	k := newKit(t, func(c *Config) {
		c.NotFound = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	})
	k.do(http.MethodGet, "/", "", "Accept", "application/scim+json").is(t, http.StatusTeapot)
	k.do(http.MethodPost, "/", "", "Content-Type", "application/scim+json").is(t, http.StatusTeapot)
	k.get("/Users").is(t, http.StatusTeapot)
	k.get("/console/static/nothing").is(t, http.StatusNotFound)
}

func TestADatabaseThatIsGoneIsSaidPlainly(t *testing.T) {
	k := newKit(t).signIn()
	_ = k.console.config.DB.Close()
	s := k.get("/account").is(t, http.StatusServiceUnavailable).says(t, "That did not work just now")
	if strings.Contains(s.body, "sql:") || !strings.Contains(k.log.String(), "sql: database is closed") {
		t.Error("the driver's words belong in the log only")
	}
}

func TestADatabaseThatMayOnlyBeReadIsSaidPlainly(t *testing.T) {
	k := newKit(t).signIn()
	db := k.console.config.DB
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "PRAGMA query_only = ON"); err != nil {
		t.Fatal(err)
	}
	k.get("/account").is(t, http.StatusServiceUnavailable).says(t, "The database is read-only").says(t, "Nothing that was stored before is lost")
	if _, err := db.ExecContext(t.Context(), "PRAGMA query_only = OFF"); err != nil {
		t.Fatal(err)
	}
	k.get("/account").is(t, http.StatusOK)
}

func TestAddressesOfClients(t *testing.T) {
	trusted := proxies{mustPrefix(t, "10.0.0.0/8"), mustPrefix(t, "fd00::/8")}
	for name, test := range map[string]struct{ remote, forwarded, want string }{
		"nobody forwards":                      {"192.0.2.1:5", "", "192.0.2.1"},
		"a stranger says he forwards":          {"192.0.2.1:5", "198.51.100.1", "192.0.2.1"},
		"a proxy forwards":                     {"10.1.1.1:5", "198.51.100.1", "198.51.100.1"},
		"the client invented the first":        {"10.1.1.1:5", "203.0.113.9, 198.51.100.1", "198.51.100.1"},
		"two proxies":                          {"10.1.1.1:5", "203.0.113.9, 198.51.100.1, 10.2.2.2", "198.51.100.1"},
		"nonsense ends the search":             {"10.1.1.1:5", "198.51.100.1, nonsense", "10.1.1.1"},
		"IPv6 counts by its network":           {"[2001:db8:1:2:3::4]:5", "", "2001:db8:1:2::"},
		"IPv4 within IPv6":                     {"[::ffff:10.1.1.1]:5", "::ffff:198.51.100.1", "198.51.100.1"},
		"all of them are proxies: the farther": {"10.1.1.1:5", "10.3.3.3", "10.3.3.3"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.RemoteAddr = test.remote
			if test.forwarded != "" {
				r.Header.Set("X-Forwarded-For", test.forwarded)
			}
			if got := trusted.client(r).String(); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}
