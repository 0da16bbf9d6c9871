package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"scimforce/oauth/database"
	"scimforce/oauth/vault"
	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

// testBridge is a bridge against a simulated org.
type testBridge struct {
	*bridge
	org       *simulator.Simulator
	orgServer *httptest.Server
	listener  net.Listener // where its public URL points; nobody serves it yet
	log       *buffer
}

// newTestBridge makes one; middleware, if not nil, goes around the org.
func newTestBridge(t *testing.T, middleware func(http.Handler) http.Handler) *testBridge {
	t.Helper()
	o, err := org.New(org.Config{Users: 5})
	if err != nil {
		t.Fatal(err)
	}
	o.SetPassword(o.AdminID(), "password")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	publicURL := "http://" + listener.Addr().String()
	s, err := simulator.New(simulator.Config{
		Org: o, Middleware: middleware, DailyAPIRequests: 15_000,
		App: simulator.App{ConsumerKey: "key", ConsumerSecret: "consumer-secret", CallbackURLs: []string{publicURL + callbackPath}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.GrantToken("admin@acme.example", "refresh-token"); err != nil {
		t.Fatal(err)
	}
	tb := &testBridge{org: s, orgServer: httptest.NewServer(s), listener: listener, log: &buffer{}}
	t.Cleanup(tb.orgServer.Close)
	db, err := database.OpenMemory(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	key, err := vault.NewMasterKey()
	if err != nil {
		t.Fatal(err)
	}
	tb.bridge, err = newBridge(t.Context(), bridgeConfig{
		Database: db, MasterKey: key, HTTPClient: client, Logger: newLogger(tb.log, slog.LevelDebug, "text"), Build: build{Version: "1.2.3"},
		Settings: Settings{
			AdminPassword: "console-password", LoginURL: tb.orgServer.URL, ConsumerKey: "key", ConsumerSecret: "consumer-secret", RefreshToken: "refresh-token",
			IDPToken: "idp-token", APIVersion: "66.0", PublicURL: publicURL,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tb.Close(); err != nil {
			t.Error(err)
		}
	})
	return tb
}

// ask calls the bridge's handler without a network.
func (tb *testBridge) ask(t *testing.T, path string) (status int, contentType, body string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer idp-token")
	w := httptest.NewRecorder()
	tb.Handler().ServeHTTP(w, r)
	return w.Code, w.Header().Get("Content-Type"), w.Body.String()
}

// reauthenticate authorizes the connection anew in the console, which is served.
func (tb *testBridge) reauthenticate(t *testing.T) {
	t.Helper()
	somebody, done, err := newAdministrator(tb.settings.PublicURL, tb.settings.AdminPassword)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if err := somebody.signIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := somebody.reauthenticate(t.Context(), defaultConnection, "admin@acme.example", "password"); err != nil {
		t.Fatal(err)
	}
}

func TestReadinessFollowsTheAuthorization(t *testing.T) {
	tb := newTestBridge(t, nil)
	status, _, body := tb.ask(t, "/readyz")
	if status != http.StatusOK || decode(t, body)["status"] != "ready" {
		t.Fatalf("readyz %d %s\n%s", status, body, tb.log)
	}
	if status, _, body := tb.ask(t, "/healthz"); status != http.StatusOK || decode(t, body)["status"] != "ok" {
		t.Errorf("healthz %d %s", status, body)
	}
	// An administrator revokes the app. The next call finds out.
	tb.org.RevokeAll()
	tb.org.ResetCalls()
	status, _, body = tb.ask(t, "/scim/v2/Users?filter="+`userName%20eq%20%22nobody@acme.example%22`)
	if status != http.StatusServiceUnavailable || !strings.Contains(body, "urn:ietf:params:scim:api:messages:2.0:Error") {
		t.Errorf("SCIM without a grant: %d %s", status, body)
	}
	status, _, body = tb.ask(t, "/readyz")
	if status != http.StatusServiceUnavailable {
		t.Errorf("readyz %d %s", status, body)
	}
	checks := decode(t, body)["checks"].(map[string]any)
	authorization := decode(t, body)["connections"].(map[string]any)["default"].(map[string]any)["authorization"].(map[string]any)
	if authorization["state"] != "lost" || !strings.Contains(authorization["reason"].(string), "authorize the bridge again") {
		t.Errorf("authorization %v", authorization)
	}
	if checks["database"].(map[string]any)["ok"] != true {
		t.Errorf("database %v", checks["database"])
	}
	if status, _, _ := tb.ask(t, "/healthz"); status != http.StatusOK {
		t.Error("the process lives all the same")
	}
	for _, secret := range []string{"refresh-token", "consumer-secret", "idp-token"} {
		if strings.Contains(body, secret) || strings.Contains(tb.log.String(), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
}

func TestReadinessIsGreenAgainAfterANewAuthorization(t *testing.T) {
	tb := newTestBridge(t, nil)
	ctx, shutDown := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- tb.Serve(ctx, tb.listener) }()
	defer func() {
		shutDown()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	for _, wanted := range []int{http.StatusOK, http.StatusServiceUnavailable, http.StatusOK} {
		if status, _, body := tb.ask(t, "/readyz"); status != wanted {
			t.Fatalf("readyz %d, want %d: %s", status, wanted, body)
		}
		if status, _, body := tb.ask(t, "/scim/v2/Users?count=1"); status != wanted {
			t.Fatalf("SCIM %d, want %d: %s", status, wanted, body)
		}
		if wanted == http.StatusOK {
			tb.org.RevokeAll() // the next request finds out
			tb.ask(t, "/scim/v2/Users?filter="+`userName%20eq%20%22nobody@acme.example%22`)
			continue
		}
		tb.reauthenticate(t)
	}
	for _, once := range []string{`"the bridge is not ready"`, `"a connection was saved in the console"`} {
		if n := strings.Count(tb.log.String(), once); n != 1 {
			t.Errorf("%s is logged %d times:\n%s", once, n, tb.log)
		}
	}
}

func TestReadinessIsGreenAtOnceWhenTheBridgeWasAskedBeforeItWasAuthorized(t *testing.T) {
	tb := newTestBridge(t, nil)
	tb.org.RevokeAll()
	ctx, shutDown := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- tb.Serve(ctx, tb.listener) }()
	defer func() {
		shutDown()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	if status, _, body := tb.ask(t, "/readyz"); status != http.StatusServiceUnavailable {
		t.Fatalf("readyz %d without a grant: %s", status, body)
	}
	tb.reauthenticate(t)
	if status, _, body := tb.ask(t, "/readyz"); status != http.StatusOK {
		t.Errorf("readyz %d with a grant: %s", status, body)
	}
}

func TestASalesforceThatIsDownIsTheBridgesTroubleAndNotTheIdPs(t *testing.T) {
	for name, connected := range map[string]bool{"from the beginning": false, "later": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the pauses between attempts are real here
			tb := newTestBridge(t, nil)
			if connected {
				if status, _, body := tb.ask(t, "/scim/v2/Users?count=1"); status != http.StatusOK {
					t.Fatalf("SCIM %d: %s", status, body)
				}
			}
			tb.orgServer.Close()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/scim/v2/Users/005000000000001AAA", nil)
			r.Header.Set("Authorization", "Bearer idp-token")
			w := httptest.NewRecorder()
			tb.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || decode(t, w.Body.String())["status"] != "503" {
				t.Errorf("SCIM %d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
			}
			if status, _, body := tb.ask(t, "/readyz"); status != http.StatusServiceUnavailable || strings.Contains(body, "127.0.0.1") {
				t.Errorf("readyz %d: %s", status, body)
			}
			if status, _, _ := tb.ask(t, "/healthz"); status != http.StatusOK {
				t.Error("the process lives all the same")
			}
		})
	}
}

func TestReadinessIsRedWithoutADatabase(t *testing.T) {
	tb := newTestBridge(t, nil)
	if err := tb.database.Close(); err != nil {
		t.Fatal(err)
	}
	if status, _, body := tb.ask(t, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "the database does not answer") {
		t.Errorf("readyz %d %s", status, body)
	}
}

func TestReadinessIsRedWhileStopping(t *testing.T) {
	tb := newTestBridge(t, nil)
	tb.stopping.Store(true)
	if status, _, body := tb.ask(t, "/readyz"); status != http.StatusServiceUnavailable || decode(t, body)["status"] != "stopping" {
		t.Errorf("readyz %d %s", status, body)
	}
}

func TestMetricsCountCallsAndShowTheBudget(t *testing.T) {
	tb := newTestBridge(t, nil)
	if status, _, body := tb.ask(t, "/scim/v2/Users?count=1"); status != http.StatusOK {
		t.Fatalf("status %d %s", status, body)
	}
	status, _, body := tb.ask(t, "/metrics")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{
		`scimforce_scim_requests_total{method="GET",resource="User",status="200"} 1`, `scimforce_scim_request_duration_seconds_count{method="GET",resource="User"} 1`,
		`scimforce_salesforce_calls_total{code="",connection="default",method="`, `scimforce_salesforce_call_duration_seconds_count{`, `scimforce_salesforce_api_limit{connection="default"} 15000`,
		`scimforce_build_info{`, `version="1.2.3"`, "go_goroutines ", "process_open_fds ",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing in\n%s", want, body)
		}
	}
	if strings.Contains(body, `scimforce_salesforce_api_used{connection="default"} 0`+"\n") {
		t.Error("the budget used is 0")
	}
	for _, line := range strings.Split(body, "\n") {
		if strings.Contains(line, "acme.example") {
			t.Errorf("an address in a metric: %s", line)
		}
	}
}

func TestPathsOutsideAreSCIMErrors(t *testing.T) {
	tb := newTestBridge(t, nil)
	for _, path := range []string{"/Users", "/Users/005000000000001", "/scim", "/scim/v1/Users", "/favicon.ico"} {
		status, contentType, body := tb.ask(t, path)
		if status != http.StatusNotFound || contentType != "application/scim+json" || decode(t, body)["status"] != "404" {
			t.Errorf("%s: %d %s %s", path, status, contentType, body)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/healthz", nil)
	w := httptest.NewRecorder()
	tb.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed || decode(t, w.Body.String())["status"] != "405" {
		t.Errorf("POST /healthz: %d %s", w.Code, w.Body)
	}
}
