//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

// place is an org, and a database that is connected to it or not. It keeps every
// secret that the org gives.
type place struct {
	*simulatortest.Server
	t       *testing.T
	app     simulator.App
	environ []string

	mu      sync.Mutex
	secrets []string
	revoked []string // the tokens that were given back
	down    bool     // the login host answers 502
}

func newPlace(t *testing.T, change ...func(*simulatortest.Config)) *place {
	t.Helper()
	return newPlaceOn(t, database.SQLite, change...)
}

func newPlaceOn(t *testing.T, engine database.Engine, change ...func(*simulatortest.Config)) *place {
	t.Helper()
	p := &place{t: t, secrets: []string{simulatortest.ConsumerSecret}}
	p.Server = simulatortest.New(t, append([]func(*simulatortest.Config){func(c *simulatortest.Config) {
		c.Simulator.Middleware = p.keep
		p.app = c.Simulator.App
	}}, change...)...)
	p.environ = []string{"SCIMFORCE_DATABASE_URL=" + databasetest.URL(t, engine)}
	if engine == database.PostgreSQL {
		p.environ = append(p.environ, "SCIMFORCE_MASTER_KEY="+newKey(t))
	}
	return p
}

// keep notes the secrets that the org gives and takes back.
func (p *place) keep(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/services/oauth2/") {
			next.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		p.mu.Lock()
		down := p.down
		if r.URL.Path == "/services/oauth2/revoke" && !down {
			p.revoked = append(p.revoked, form.Get("token"))
		}
		p.mu.Unlock()
		if down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		kept := httptest.NewRecorder()
		next.ServeHTTP(kept, r)
		var given struct{ Access_token, Refresh_token string }
		if r.URL.Path == "/services/oauth2/token" && json.Unmarshal(kept.Body.Bytes(), &given) == nil {
			p.mu.Lock()
			for _, secret := range []string{given.Access_token, given.Refresh_token, form.Get("code_verifier"), form.Get("assertion")} {
				if secret != "" {
					p.secrets = append(p.secrets, secret)
				}
			}
			p.mu.Unlock()
		}
		maps.Copy(w.Header(), kept.Header())
		w.WriteHeader(kept.Code)
		_, _ = w.Write(kept.Body.Bytes())
	})
}

func (p *place) goDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// given are the refresh tokens that the org gave; they begin alike.
func (p *place) given() (tokens []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, secret := range p.secrets {
		if strings.HasPrefix(secret, "5Aep861") {
			tokens = append(tokens, secret)
		}
	}
	return tokens
}

func (p *place) givenBack() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.revoked...)
}

// sets changes the settings of the app.
func (p *place) sets(change func(*simulator.App)) {
	p.t.Helper()
	change(&p.app)
	if err := p.SetApp(p.app); err != nil {
		p.t.Fatal(err)
	}
}

// listening puts the callback into the app, as an administrator does once.
func (p *place) listening(what string, a net.Addr) {
	if what == "callback" {
		_, port, _ := net.SplitHostPort(a.String())
		p.sets(func(app *simulator.App) { app.CallbackURLs = []string{"http://localhost:" + port + "/oauth/callback"} })
	}
}

// args is a command line that connects by the browser.
func (p *place) args(more ...string) []string {
	return append([]string{
		"connect", "--login-url", p.URL, "--consumer-key", simulatortest.ConsumerKey, "--callback", "http://localhost:0/oauth/callback",
	}, more...)
}

// connect begins to connect at a terminal, and types the secret.
func (p *place) connect(more ...string) *sitting {
	p.t.Helper()
	s := sit(p.t, p.listening, p.environ, p.args(more...)...)
	s.until("Consumer secret")
	s.types(simulatortest.ConsumerSecret)
	return s
}

// authorizeURL is where the command sends the browser.
func (p *place) authorizeURL(s *sitting) string {
	p.t.Helper()
	s.until("press Allow, within ten minutes:")
	return regexp.MustCompile(`http\S+`).FindString(s.until("code_challenge_method=S256") + s.until("\n"))
}

// browse asks for an address as the browser does that is sent back.
func (p *place) browse(address string) (status int, body string) {
	p.t.Helper()
	status, _, body = get(p.t, address, "")
	return status, body
}

// mustSave has a connection made and saved.
func (p *place) mustSave(more ...string) {
	p.t.Helper()
	s := p.connect(more...)
	p.browse(p.MustAllow(p.authorizeURL(s), simulatortest.Admin).String())
	s.until("Save it as the connection")
	s.types("y")
	if code, said := s.wait(); code != exitOK {
		p.t.Fatalf("exit code %d: %s", code, said)
	}
}

// wantNoSecrets checks that nothing of what the org gave is shown.
func (p *place) wantNoSecrets(said string, more ...string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, secret := range append(more, p.secrets...) {
		if strings.Contains(said, secret) {
			p.t.Errorf("the secret %s is shown in\n%s", secret, said)
		}
	}
}

// listed are the connections in the database.
func (p *place) listed() (list []listedConnection) {
	p.t.Helper()
	code, out, told := run(p.t, p.environ, "connections", "list", "--json")
	if err := json.Unmarshal([]byte(out), &list); code != exitOK || err != nil {
		p.t.Fatalf("connections list: %d, %v: %s", code, err, told)
	}
	p.wantNoSecrets(out + told)
	return list
}

// freeze freezes the user who has authorized the bridge, as Setup does.
func (p *place) freeze() {
	p.t.Helper()
	logins := p.IDs("UserLogin", "UserId", p.Org.AdminID())
	if len(logins) == 0 {
		logins = []string{p.MustInsert("UserLogin", map[string]any{"UserId": p.Org.AdminID()})}
	}
	p.MustUpdate("UserLogin", logins[0], map[string]any{"IsFrozen": true})
}
