package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"scimforce/oauth"
	"scimforce/oauth/database"
)

// demoApp is what is typed into the console to connect a simulated org.
func demoApp(simulator *running, name string) url.Values {
	return url.Values{
		"login-host": {"mydomain"}, "my-domain": {simulator.address}, "name": {name},
		"consumer-key": {"demo-consumer-key"}, "consumer-secret": {"demo-consumer-secret"},
	}
}

// signedIn is a browser that has opened the console of a bridge.
func signedIn(t *testing.T, bridge *running, password string) *administrator {
	t.Helper()
	somebody, done, err := newAdministrator(bridge.address, password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	if err := somebody.signIn(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, bridge.stderr)
	}
	return somebody
}

func TestABridgeWithoutSettingsIsConnectedInTheConsole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scimforce.db")
	environ := []string{"SCIMFORCE_LISTEN=127.0.0.1:0", "SCIMFORCE_DATABASE_URL=sqlite:" + path}
	bridge := start(t, environ, "serve")
	_, after, found := strings.Cut(bridge.stderr.String(), "console password: ")
	password, _, _ := strings.Cut(after, " ")
	if !found || len(password) < 20 {
		t.Fatalf("no first password is printed:\n%s", bridge.stderr)
	}
	if status, _, body := get(t, bridge.address+"/readyz", ""); status != http.StatusOK || strings.Contains(body, "connections") {
		t.Errorf("readyz before anything is connected: %d %s", status, body)
	}
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "3", "--callback-url", bridge.address+callbackPath)
	somebody := signedIn(t, bridge, password)
	if err := somebody.connect(t.Context(), demoApp(simulator, "production"), "admin@acme.example", "demo"); err != nil {
		t.Fatalf("%v\n%s", err, bridge.stderr)
	}
	if status, _, body := get(t, bridge.address+"/readyz", ""); status != http.StatusOK || !strings.Contains(body, `"production":{"ok":true`) {
		t.Errorf("readyz when it is connected: %d %s", status, body)
	}
	token := createToken(t, path, "production")
	if status, _, body := get(t, bridge.address+"/scim/v2/Users?count=1", token); status != http.StatusOK {
		t.Errorf("SCIM: %d %s\n%s", status, body, bridge.stderr)
	}
	bridge.stop()
	again := start(t, environ, "serve")
	if strings.Contains(again.stderr.String(), "console password") {
		t.Error("the password is printed again")
	}
	if status, _, body := get(t, again.address+"/scim/v2/Users?count=1", token); status != http.StatusOK {
		t.Errorf("SCIM after a restart: %d %s", status, body)
	}
}

// createToken makes a token of a connection, straight in the database.
func createToken(t *testing.T, path, connection string) string {
	t.Helper()
	code, stdout, stderr := run(t, nil, "token", "create", "--database-url", "sqlite:"+path, "--name", connection, "--connection", connection)
	if code != exitOK {
		t.Fatalf("token create: %d %s", code, stderr)
	}
	return strings.TrimSpace(stdout)
}

func TestOneBridgeServesProductionAndItsSandboxAndKeepsThemApart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scimforce.db")
	environ := []string{"SCIMFORCE_LISTEN=127.0.0.1:0", "SCIMFORCE_DATABASE_URL=sqlite:" + path, "SCIMFORCE_ADMIN_PASSWORD=console-password"}
	bridge := start(t, environ, "serve")
	somebody := signedIn(t, bridge, "console-password")
	tokens := map[string]string{}
	simulators := map[string]*running{}
	for _, name := range []string{"production", "sandbox"} {
		username, suffix := "admin@acme.example", ""
		if name == "sandbox" {
			username, suffix = "admin@acme.example.uat", ".uat"
		}
		simulators[name] = start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "2", "--username", username, "--callback-url", bridge.address+callbackPath)
		fields := demoApp(simulators[name], name)
		fields.Set("username-suffix", suffix)
		if err := somebody.connect(t.Context(), fields, username, "demo"); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, bridge.stderr)
		}
		tokens[name] = createToken(t, path, name)
	}
	for name, token := range tokens {
		status, _, body := get(t, bridge.address+"/scim/v2/Users", token)
		if status != http.StatusOK || !strings.Contains(body, `"userName":"admin@acme.example"`) || strings.Contains(body, `example.uat","userType"`) {
			t.Errorf("%s: %d, with a suffix or without the administrator: %s", name, status, body)
		}
	}
	// The sandbox goes down: production is served, and the bridge is ready.
	simulators["sandbox"].stop()
	if status, _, _ := get(t, bridge.address+"/scim/v2/Users?filter="+url.QueryEscape(`userName eq "nobody@acme.example"`), tokens["sandbox"]); status != http.StatusServiceUnavailable {
		t.Errorf("a sandbox that is down: %d", status)
	}
	if status, _, body := get(t, bridge.address+"/readyz", ""); status != http.StatusOK || !strings.Contains(body, `"sandbox":{"ok":false`) {
		t.Errorf("readyz: %d %s", status, body)
	}
	if status, _, body := get(t, bridge.address+"/scim/v2/Users?count=1", tokens["production"]); status != http.StatusOK {
		t.Errorf("production: %d %s", status, body)
	}
	if _, _, body := get(t, bridge.address+"/metrics", ""); !strings.Contains(body, `scimforce_connection_up{connection="production"} 1`) {
		t.Errorf("metrics:\n%s", body)
	}
}

func TestDisconnectRevokesRemovesAndForgets(t *testing.T) {
	tb := newTestBridge(t, nil)
	if err := tb.store.Release(t.Context(), defaultConnection); err != nil {
		t.Fatal(err)
	}
	if status, _, body := tb.ask(t, "/scim/v2/Users?count=1"); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if err := tb.Disconnect(t.Context(), defaultConnection); err != nil {
		t.Fatal(err)
	}
	if _, found, err := tb.store.Connection(t.Context(), defaultConnection); found || err != nil {
		t.Errorf("the connection is there still, %v", err)
	}
	if status, _, body := tb.ask(t, "/scim/v2/Users?count=1"); status != http.StatusServiceUnavailable {
		t.Errorf("SCIM without the connection: %d %s", status, body)
	}
	if err := tb.store.Configure(t.Context(), oauth.Connection{Name: "old", LoginURL: tb.orgServer.URL, ConsumerKey: "key"},
		oauth.Secrets{ConsumerSecret: "consumer-secret", RefreshToken: "refresh-token"}); err != nil {
		t.Fatal(err)
	}
	if err := tb.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	old, done, ok := tb.connections.use("old")
	if !ok {
		t.Fatal("a connection that was stored is not live")
	}
	done()
	if _, err := old.authorizer.Token(t.Context()); !oauth.IsGrantLost(err) {
		t.Errorf("the refresh token that was revoked: %v", err)
	}
	if err := tb.Disconnect(t.Context(), "old"); !errors.Is(err, oauth.ErrConfigured) {
		t.Errorf("disconnecting what the environment makes: %v", err)
	}
	if err := tb.store.Release(t.Context(), "old"); err != nil {
		t.Fatal(err)
	}
	if err := tb.Disconnect(t.Context(), "old"); err != nil {
		t.Errorf("disconnecting what is lost: %v", err)
	}
}

func TestWhatAnotherProcessChangesIsTakenUpWithoutARestart(t *testing.T) {
	tb := newTestBridge(t, nil)
	tb.poll = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	defer func() { cancel(); <-ended }()
	go func() { defer close(ended); tb.follow(ctx) }()
	uat := oauth.Connection{Name: "uat", LoginURL: tb.orgServer.URL, ConsumerKey: "key"}
	if err := tb.store.Configure(ctx, uat, oauth.Secrets{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return len(tb.connections.all()) == 2 })
	if err := tb.store.Release(ctx, "uat"); err != nil {
		t.Fatal(err)
	}
	if err := tb.store.Remove(ctx, "uat"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return len(tb.connections.all()) == 1 })
}

func TestAConnectionThatCannotBeUsedLeavesTheOthersAlone(t *testing.T) {
	tb := newTestBridge(t, nil)
	for _, name := range []string{"a-broken-one", "whole"} {
		if err := tb.store.Configure(t.Context(), oauth.Connection{Name: name, LoginURL: tb.orgServer.URL, ConsumerKey: "key"}, oauth.Secrets{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tb.database.ExecContext(t.Context(), `UPDATE oauth_connections SET username_suffix = 'uat' WHERE name = 'a-broken-one'`); err != nil {
		t.Fatal(err)
	}
	if err := tb.load(t.Context()); err == nil || !strings.Contains(err.Error(), "connection a-broken-one: ") {
		t.Errorf("error %v", err)
	}
	if live := tb.connections.all(); len(live) != 2 || live[1].name != "whole" {
		t.Errorf("live are %v", live)
	}
}

func TestAConnectionThatLeadsToAnotherOrgBeginsWithNothingRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scimforce.db")
	bridge := start(t, []string{"SCIMFORCE_LISTEN=127.0.0.1:0", "SCIMFORCE_DATABASE_URL=sqlite:" + path, "SCIMFORCE_ADMIN_PASSWORD=console-password"}, "serve")
	somebody := signedIn(t, bridge, "console-password")
	remembered := func() (n int) {
		db, err := database.Open(t.Context(), "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM directory_echo`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i, name := range []string{"first", "second"} {
		// Another seed is another org.
		org := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "2", "--seed", strconv.Itoa(i+1), "--callback-url", bridge.address+callbackPath)
		if err := somebody.connect(t.Context(), demoApp(org, defaultConnection), "admin@acme.example", "demo"); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, bridge.stderr)
		}
		if i == 0 {
			createGroup(t, bridge.address, createToken(t, path, defaultConnection))
			if remembered() == 0 {
				t.Fatal("nothing is remembered of the first org")
			}
		}
	}
	if n := remembered(); n != 0 {
		t.Errorf("%d rows of the first org are remembered at the second", n)
	}
}

// createGroup makes a public group, of which the bridge remembers what was sent.
func createGroup(t *testing.T, address, token string) {
	t.Helper()
	body := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Night Shift","externalId":"night"}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/scim/v2/Groups", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/scim+json")
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("creating a group: %s", answer.Status)
	}
}

// eventually waits for what another goroutine brings about; the test's own
// timeout ends it.
func eventually(t *testing.T, happened func() bool) {
	t.Helper()
	for !happened() {
		if t.Context().Err() != nil {
			t.Fatal("it did not come")
		}
		runtime.Gosched()
	}
}
