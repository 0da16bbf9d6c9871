//go:build linux

package main

import (
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scimforce/oauth/database"
	"scimforce/oauth/database/databasetest"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/authority"
	"scimforce/salesforce/simulator/simulatortest"
)

func TestConnectAsksBeforeItSaves(t *testing.T) {
	for _, engine := range []database.Engine{database.SQLite, database.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			p := newPlaceOn(t, engine)
			s := p.connect("--name", "uat", "--username-suffix", ".uat")
			status, page := p.browse(p.MustAllow(p.authorizeURL(s), simulatortest.Admin).String())
			if status != http.StatusOK || !strings.Contains(page, "Back to the terminal") {
				t.Errorf("the browser sees %d %s", status, page)
			}
			s.until("Save it as the connection uat?")
			if list := p.listed(); len(list) != 0 {
				t.Errorf("saved before anybody said so: %v", list)
			}
			s.types("y")
			code, said := s.wait()
			if code != exitOK {
				t.Fatalf("exit code %d: %s", code, said)
			}
			for _, want := range []string{simulatortest.Admin, p.Org.ID(), p.URL, "Saved as the connection uat", "scimforce token create --connection uat"} {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not said:\n%s", want, said)
				}
			}
			p.wantNoSecrets(said)
			list := p.listed()
			if len(list) != 1 || list[0].Name != "uat" || list[0].OrgID != p.Org.ID() || list[0].UsernameSuffix != ".uat" || list[0].ConnectedAt == nil || list[0].RefreshTokenSince == nil {
				t.Fatalf("%+v", list)
			}
			wantRun(t, p.environ, []string{"connections", "list"}, exitOK, "0 minutes")

			// Again: the key, the secret and the suffix are known.
			s = sit(t, p.listening, p.environ, "connect", "--name", "uat", "--callback", "http://localhost:0/oauth/callback")
			p.browse(p.MustAllow(p.authorizeURL(s), simulatortest.Admin).String())
			s.until("Save it as")
			s.types("yes")
			if code, said := s.wait(); code != exitOK || strings.Contains(said, "Consumer") {
				t.Errorf("exit code %d: %s", code, said)
			}
			if again := p.listed(); len(again) != 1 || again[0].UsernameSuffix != ".uat" || !again[0].ConnectedAt.After(*list[0].ConnectedAt) {
				t.Errorf("%+v", again)
			}
			if given := p.given(); len(given) != 2 || slices.Contains(p.givenBack(), given[1]) {
				t.Error("what was saved is given back")
			}
		})
	}
}

func TestWhatIsNotSavedIsGivenBack(t *testing.T) {
	for name, end := range map[string]func(*sitting){
		"no":     func(s *sitting) { s.types("n") },
		"Return": func(s *sitting) { s.types("") },
		"Ctrl-C": func(s *sitting) { s.stop() },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			s := p.connect()
			p.browse(p.MustAllow(p.authorizeURL(s), simulatortest.Admin).String())
			s.until("Save it as the connection default?")
			end(s)
			code, said := s.wait()
			if code != exitFailed || !strings.Contains(said, "nothing was saved, and the authorization was given back") {
				t.Errorf("exit code %d: %s", code, said)
			}
			if back, given := p.givenBack(), p.given(); len(given) != 1 || !slices.Equal(back, given) {
				t.Errorf("%d refresh tokens were given, and %d given back", len(given), len(back))
			}
			if list := p.listed(); len(list) != 0 {
				t.Errorf("%v", list)
			}
			p.wantNoSecrets(said)
		})
	}
}

func TestWhatCannotBeGivenBackIsSaid(t *testing.T) {
	p := newPlace(t)
	s := p.connect()
	p.browse(p.MustAllow(p.authorizeURL(s), simulatortest.Admin).String())
	s.until("Save it as")
	p.goDown(true)
	s.types("n")
	if code, said := s.wait(); code != exitFailed || !strings.Contains(said, "could not be given back") {
		t.Errorf("exit code %d: %s", code, said)
	}
}

func TestConnectCanBeBrokenOffAnywhere(t *testing.T) {
	p := newPlace(t)
	for name, s := range map[string]*sitting{
		"at the consumer key": func() *sitting {
			s := sit(t, nil, p.environ, "connect", "--login-url", p.URL)
			s.until("Consumer key")
			return s
		}(),
		"at the consumer secret": func() *sitting {
			s := sit(t, nil, p.environ, p.args()...)
			s.until("Consumer secret")
			return s
		}(),
		"at the browser": func() *sitting {
			s := p.connect()
			s.until("Waiting for the browser")
			return s
		}(),
		"at the pasting": func() *sitting {
			p := newPlace(t) // whose app has no other callback yet
			s := p.connect("--paste", "--callback", simulatortest.CallbackURL)
			s.until("Paste the address")
			return s
		}(),
	} {
		s.stop()
		if code, said := s.wait(); code != exitFailed || !strings.Contains(said, "given up: nothing was saved") {
			t.Errorf("%s: exit code %d: %s", name, code, said)
		}
	}
}

func TestAddressesArePastedWhereTheBrowserIsElsewhere(t *testing.T) {
	p := newPlace(t)
	p.sets(func(app *simulator.App) { app.CallbackURLs = []string{"https://scim.acme.example/oauth/callback"} })
	s := p.connect("--paste", "--callback", "https://scim.acme.example/oauth/callback")
	back := p.MustAllow(p.authorizeURL(s), simulatortest.Admin)
	s.until("Paste the address")
	s.types("hello?%zz")
	s.until("not the address that this authorization ends at")
	s.types("  " + back.String() + "  ")
	s.until("Save it as")
	s.types("y")
	code, said := s.wait()
	if code != exitOK || len(p.listed()) != 1 {
		t.Errorf("exit code %d: %s", code, said)
	}
	p.wantNoSecrets(said)
}

func TestCallbacksOfOthersAreNotTaken(t *testing.T) {
	p := newPlace(t)
	s := p.connect()
	authorizeURL := p.authorizeURL(s)
	s.until("Waiting for the browser")
	begun, err := url.Parse(authorizeURL)
	if err != nil {
		t.Fatal(err)
	}
	callback := begun.Query().Get("redirect_uri")
	for _, query := range []string{"", "?code=evil&state=forged", "?error=access_denied&error_description=%1b[31mevil"} {
		if status, page := p.browse(callback + query); status != http.StatusBadRequest || strings.Contains(page, "evil") {
			t.Errorf("%q: %d %s", query, status, page)
		}
		if told := s.until("Still waiting."); strings.Contains(told, "evil") {
			t.Errorf("somebody's text is shown: %s", told)
		}
	}
	if status, _ := p.browse(strings.TrimSuffix(callback, "/oauth/callback")); status != http.StatusNotFound {
		t.Errorf("another address: %d", status)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, callback+"?"+url.Values{"state": {begun.Query().Get("state")}}.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusMethodNotAllowed || answer.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("a POST: %d", answer.StatusCode)
	}
	p.browse(p.MustAllow(authorizeURL, simulatortest.Admin).String())
	s.until("Save it as")
	s.types("y")
	if code, said := s.wait(); code != exitOK {
		t.Errorf("exit code %d: %s", code, said)
	}
}

func TestConnectWithoutAPersonAtTheTerminal(t *testing.T) {
	p := newPlace(t)
	file := filepath.Join(t.TempDir(), "secret")
	writeFile(t, file, simulatortest.ConsumerSecret+"\n")
	for name, how := range map[string]struct {
		environ, args []string
		stdin         string
	}{
		"from a file":                    {nil, []string{"--consumer-secret-file", file}, ""},
		"from standard input":            {nil, nil, simulatortest.ConsumerSecret + "\n"},
		"from the environment":           {[]string{"SCIMFORCE_CONSUMER_SECRET=" + simulatortest.ConsumerSecret}, nil, ""},
		"from a file of the environment": {[]string{"SCIMFORCE_CONSUMER_SECRET_FILE=" + file}, nil, ""},
		"past the secret of another app": {[]string{"SCIMFORCE_CONSUMER_KEY=another", "SCIMFORCE_CONSUMER_SECRET=another"}, nil, simulatortest.ConsumerSecret},
		"with the environment's own app": {[]string{"SCIMFORCE_CONSUMER_KEY=" + simulatortest.ConsumerKey, "SCIMFORCE_CONSUMER_SECRET=" + simulatortest.ConsumerSecret}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := watch(t, &program{
				args: p.args(append([]string{"--name", "uat", "--yes"}, how.args...)...), environ: with(p.environ, how.environ...),
				stdin: strings.NewReader(how.stdin),
			}, p.listening)
			p.browse(p.MustAllow(p.authorizeURL(s), simulatortest.Admin).String())
			if code, said := s.wait(); code != exitOK || !strings.Contains(said, "Saved as the connection uat") {
				t.Errorf("exit code %d: %s", code, said)
			} else {
				p.wantNoSecrets(said)
			}
			wantRun(t, p.environ, []string{"connections", "remove", "--yes", "uat"}, exitOK, "is removed")
		})
	}
}

func TestConnectOpensTheBrowser(t *testing.T) {
	p := newPlace(t)
	folder := t.TempDir()
	opened := filepath.Join(folder, "opened")
	if err := os.WriteFile(filepath.Join(folder, "xdg-open"), []byte("#!/bin/sh\necho \"$1\" > "+opened+".part && /bin/mv "+opened+".part "+opened+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder)
	s := p.connect("--open")
	want := p.authorizeURL(s)
	var got []byte
	for err := error(os.ErrNotExist); err != nil && t.Context().Err() == nil; {
		got, err = os.ReadFile(opened)
	}
	if strings.TrimSpace(string(got)) != want {
		t.Errorf("opened %s, want %s", got, want)
	}
	s.stop()
	s.wait()
	t.Setenv("PATH", filepath.Join(folder, "none"))
	s = p.connect("--open")
	s.until("could not be opened")
	s.stop()
	s.wait()
}

func TestEveryFailureToConnectIsExplained(t *testing.T) {
	everywhereElse := simulator.LoginPolicy{IPRanges: map[string][]netip.Prefix{"": {netip.MustParsePrefix("192.0.2.0/24")}}}
	allow := func(p *place, s *sitting) { p.browse(p.MustAllow(p.authorizeURL(s), simulatortest.Admin).String()) }
	for _, test := range []struct {
		name  string
		org   func(*simulatortest.Config)
		app   func(*simulator.App)
		args  []string
		act   func(p *place, s *sitting)
		title string
		why   string
		what  string
	}{
		{name: "somebody presses Deny", act: func(p *place, s *sitting) {
			p.browse(p.MustDeny(p.authorizeURL(s), simulatortest.Admin).String())
		}, title: "Access was denied (access_denied)", why: "pressed Deny", what: "allow it"},
		{
			name: "a consumer key that nobody knows", args: []string{"--consumer-key", "another"},
			title: "does not know the consumer key (invalid_client_id)", why: "mistyped", what: "ten minutes",
		},
		{
			name: "an app younger than ten minutes", app: func(app *simulator.App) { app.KnownFrom = time.Now().Add(time.Minute) },
			title: "(invalid_client_id)", why: "younger than ten minutes", what: "ten minutes",
		},
		{
			name: "a callback that the app does not have", args: []string{"--paste", "--callback", "http://localhost:8085/elsewhere"},
			title: "(redirect_uri_mismatch)", why: "letter for letter", what: "http://localhost:8085/elsewhere",
		},
		{
			name: "a wrong consumer secret", app: func(app *simulator.App) { app.ConsumerSecret = "the-new-secret" }, act: allow,
			title: "(invalid_client)", why: "given a new one", what: "check both",
		},
		{name: "an address outside of the login IP ranges", act: func(p *place, s *sitting) {
			back := p.MustAllow(p.authorizeURL(s), simulatortest.Admin)
			if err := p.SetLoginPolicy(p.Org, everywhereElse); err != nil {
				p.t.Fatal(err)
			}
			p.browse(back.String())
		}, title: "refuses the bridge's IP address (invalid_grant)", why: "IP ranges", what: "login IP ranges"},
		{name: "a code that was used", act: func(p *place, s *sitting) {
			back := p.MustAllow(p.authorizeURL(s), simulatortest.Admin)
			p.RevokeAll()
			p.browse(back.String())
		}, title: "authorization code is expired or was used", why: "good once", what: "begin it again"},
		{name: "a code that was tampered with", act: func(p *place, s *sitting) {
			back := p.MustAllow(p.authorizeURL(s), simulatortest.Admin)
			query := back.Query()
			query.Set("code", "aPrx"+strings.Repeat("x", 40))
			back.RawQuery = query.Encode()
			p.browse(back.String())
		}, title: "authorization code is expired or was used", why: "good once", what: "begin it again"},
		{name: "an authorization that took more than ten minutes", act: func(p *place, s *sitting) {
			back := p.MustAllow(p.authorizeURL(s), simulatortest.Admin)
			p.expire()
			p.browse(back.String())
		}, title: "took more than ten minutes (state_expired)", why: "ten minutes", what: "run scimforce connect again"},
		{name: "a callback without a code", act: func(p *place, s *sitting) {
			back := p.MustAllow(p.authorizeURL(s), simulatortest.Admin)
			back.RawQuery = url.Values{"state": {back.Query().Get("state")}}.Encode()
			p.browse(back.String())
		}, title: "callback is incomplete", why: "neither a code", what: "run scimforce connect again"},
		{name: "nonsense pasted three times", args: []string{"--paste", "--callback", simulatortest.CallbackURL}, act: func(p *place, s *sitting) {
			for _, nonsense := range []string{"hello", simulatortest.CallbackURL + "?code=x&state=forged", ""} {
				s.until("Paste the address")
				s.types(nonsense)
			}
		}, title: "(state_unknown)", why: "state mismatch", what: "run scimforce connect again"},
		{
			name: "no refresh token", app: func(app *simulator.App) { app.RefreshPolicy = authority.ExpireImmediately }, act: allow,
			title: "gave no refresh token", why: "offline_access", what: "valid until revoked",
		},
		{
			name: "scopes that the app does not allow", app: func(app *simulator.App) { app.Scopes = []string{"id"} },
			title: "lacks scopes", why: "scope", what: "refresh_token",
		},
		{
			name: "an app that an administrator has to approve", app: func(app *simulator.App) { app.ApprovedFor = []string{"Standard User"} }, act: allow,
			title: "administrator's approval", why: "pre-authorized", what: "access to the app",
		},
		{
			name: "an app that is not installed", app: func(app *simulator.App) { app.NotInstalled = true }, act: allow,
			title: "not installed", why: "not installed", what: "install it",
		},
		{
			name: "an edition without API", org: func(c *simulatortest.Config) { c.Org.Edition = "Essentials" }, act: allow,
			title: "edition has no API", why: "Enterprise", what: "another edition",
		},
		{name: "an inactive user", act: func(p *place, s *sitting) {
			back := p.MustAllow(p.authorizeURL(s), simulatortest.Admin)
			p.freeze()
			p.browse(back.String())
		}, title: "inactive or frozen", why: "deactivated or froze", what: "unfreeze"},
		{name: "a closed org", act: func(p *place, s *sitting) {
			back := p.MustAllow(p.authorizeURL(s), simulatortest.Admin)
			if err := p.SetLoginPolicy(p.Org, simulator.LoginPolicy{Closed: true}); err != nil {
				p.t.Fatal(err)
			}
			p.browse(back.String())
		}, title: "org is closed", why: "locked, closed or suspended", what: "ask Salesforce"},
		{
			name: "a login host where nobody is", args: []string{"--login-url", "http://127.0.0.1:1"},
			title: "cannot be reached (unreachable)", why: "no answer", what: "check the login URL",
		},
		{
			name: "a page of Salesforce instead of its login host", args: []string{"--login-url", "acme.lightning.force.com"},
			title: "shows pages", why: "acme.lightning.force.com", what: "https://acme.my.salesforce.com",
		},
		{
			name: "a login URL that is none", args: []string{"--login-url", "http://acme.example"},
			title: "This cannot be used", why: "https://", what: "correct it",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var change []func(*simulatortest.Config)
			if test.org != nil {
				change = append(change, test.org)
			}
			p := newPlace(t, change...)
			if test.app != nil {
				p.sets(test.app)
			}
			s := p.connect(test.args...)
			if test.act != nil {
				test.act(p, s)
			}
			code, said := s.wait()
			i := strings.LastIndex(said, "scimforce: ")
			if code != exitFailed || i < 0 {
				t.Fatalf("exit code %d: %s", code, said)
			}
			title, rest, _ := strings.Cut(said[i:], "\n")
			why, what, _ := strings.Cut(rest, "\n")
			for want, got := range map[string]string{test.title: title, test.why: why, test.what: what} {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in %q", want, got)
				}
			}
			if list := p.listed(); len(list) != 0 {
				t.Errorf("saved: %+v", list)
			}
			p.wantNoSecrets(said)
			if back, given := p.givenBack(), p.given(); len(back) < len(given) {
				t.Errorf("%d refresh tokens were given, and %d given back", len(given), len(back))
			}
		})
	}
}

// expire makes ten minutes pass for what was begun.
func (p *place) expire() {
	p.t.Helper()
	db := databasetest.Open(p.t, strings.TrimPrefix(p.environ[0], "SCIMFORCE_DATABASE_URL="))
	result, err := db.ExecContext(p.t.Context(), `UPDATE oauth_attempts SET expires_at = 1000`)
	if err != nil {
		p.t.Fatal(err)
	}
	if n, err := result.RowsAffected(); n != 1 || err != nil {
		p.t.Fatalf("%d authorizations under way, %v", n, err)
	}
}

func TestConnectSaysWhatIsWrongWithItsFlags(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "key")
	writeFile(t, file, "hunter2hunter2")
	environ := []string{"SCIMFORCE_DATABASE_URL=sqlite:" + filepath.Join(folder, "x.db")}
	for want, args := range map[string][]string{
		"--yes is missing":               {"--consumer-key", "k"},
		"--name \"Ä\"":                   {"--name", "Ä", "--yes"},
		"choose one":                     {"--jwt-key", file, "--username", "u", "--client-credentials", "--yes"},
		"--username is missing":          {"--jwt-key", file, "--yes"},
		"goes with --jwt-key only":       {"--username", "u", "--yes"},
		"is not needed with --jwt-key":   {"--jwt-key", file, "--username", "u", "--consumer-secret-file", file, "--yes"},
		"do without":                     {"--client-credentials", "--paste", "--yes"},
		"does not lead to a port":        {"--callback", "https://scim.acme.example/oauth/callback", "--yes"},
		"is no URL such as":              {"--callback", "/oauth/callback", "--yes"},
		"unknown flag --consumer-secret": {"--consumer-secret=hunter2hunter2", "--yes"},
	} {
		code, stdout, stderr := run(t, environ, append([]string{"connect"}, args...)...)
		if code != exitUsage || !strings.Contains(stderr, want) || strings.Contains(stdout+stderr, "hunter2") {
			t.Errorf("%v: exit code %d, want %q: %s%s", args, code, want, stdout, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "x.db")); !os.IsNotExist(err) {
		t.Errorf("a database was made: %v", err)
	}
	for want, args := range map[string][]string{
		"--consumer-key is missing":                 {"--yes"},
		"the consumer secret is missing":            {"--yes", "--consumer-key", "k"},
		"--consumer-secret-file \"" + folder:        {"--yes", "--consumer-key", "k", "--consumer-secret-file", folder},
		"--jwt-key \"" + file + ".none\" cannot be": {"--yes", "--consumer-key", "k", "--username", "u", "--jwt-key", file + ".none"},
	} {
		wantRun(t, environ, append([]string{"connect"}, args...), exitUsage, want)
	}
	wantRun(t, environ, []string{"connect", "--yes", "--consumer-key", "k", "--username", "u", "--jwt-key", file}, exitFailed, "is no PEM")
	// The bridge's app is that of its own connection.
	wantRun(t, with(environ, "SCIMFORCE_CONSUMER_KEY=k"), []string{"connect", "--yes", "--name", "uat"}, exitUsage, "--consumer-key is missing")
}

func TestAPortThatIsTakenIsSaid(t *testing.T) {
	p := newPlace(t)
	taken := strings.TrimPrefix(p.URL, "http://127.0.0.1:")
	s := p.connect("--callback", "http://127.0.0.1:"+taken+"/oauth/callback")
	if code, said := s.wait(); code != exitFailed || !strings.Contains(said, "choose another port") {
		t.Errorf("exit code %d: %s", code, said)
	}
}
