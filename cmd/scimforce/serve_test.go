package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// running is a command under way.
type running struct {
	address        string // where it listens
	stop           func() (code int)
	stdout, stderr *buffer
}

// buffer is a bytes.Buffer for many goroutines.
type buffer struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes.String()
}

// start runs a command line until stop, which is called at the test's end if
// not before; it returns once the command listens.
func start(t *testing.T, environ []string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{stdout: &buffer{}, stderr: &buffer{}}
	listening, ended := make(chan net.Addr, 1), make(chan int, 1)
	p := &program{args: args, environ: environ, stdout: r.stdout, stderr: r.stderr, listening: func(_ string, a net.Addr) { listening <- a }}
	go func() { ended <- p.run(ctx) }()
	r.stop = sync.OnceValue(func() int {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { r.stop() })
	select {
	case address := <-listening:
		r.address = "http://" + address.String()
	case code := <-ended:
		cancel()
		ended <- code
		t.Fatalf("%v ended with code %d before it listened:\n%s", args, code, r.stderr)
	}
	return r
}

// run runs a command line to its end.
func run(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = (&program{args: args, environ: environ, stdout: &out, stderr: &errs}).run(t.Context())
	return code, out.String(), errs.String()
}

// get asks and reads the whole answer; the connection is not kept.
func get(t *testing.T, address, token string) (status int, header http.Header, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(content)
}

func decode(t *testing.T, body string) map[string]any {
	t.Helper()
	var decoded map[string]any
	if err := json.Unmarshal([]byte(body), &decoded); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return decoded
}

// against is the environment for a bridge that speaks to a simulator.
func against(simulator *running, databasePath string) []string {
	return []string{
		"SCIMFORCE_LISTEN=127.0.0.1:0", "SCIMFORCE_LOGIN_URL=" + simulator.address, "SCIMFORCE_CONSUMER_KEY=demo-consumer-key",
		"SCIMFORCE_CONSUMER_SECRET=demo-consumer-secret", "SCIMFORCE_REFRESH_TOKEN=demo-refresh-token", "SCIMFORCE_IDP_TOKEN=token-of-the-idp",
		"SCIMFORCE_DATABASE_URL=sqlite:" + databasePath, "SCIMFORCE_LOG_LEVEL=debug",
	}
}

func TestServeAgainstSimulateAnswersSCIMAndSurvivesRestarts(t *testing.T) {
	t.Cleanup(func() { goleak.VerifyNone(t) }) // last of all
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "7", "--rotate-refresh-tokens")
	path := filepath.Join(t.TempDir(), "scimforce.db")
	for range 3 { // with rotation: the seed is good only the first time
		bridge := start(t, against(simulator, path), "serve")
		status, header, body := get(t, bridge.address+"/scim/v2/Users?count=3", "token-of-the-idp")
		if status != http.StatusOK || header.Get("Content-Type") != "application/scim+json" {
			t.Fatalf("status %d, %v: %s\n%s", status, header, body, bridge.stderr)
		}
		if list := decode(t, body); list["totalResults"].(float64) < 7 || len(list["Resources"].([]any)) != 3 {
			t.Errorf("list %s", body)
		}
		if status, _, _ := get(t, bridge.address+"/scim/v2/Users", "wrong"); status != http.StatusUnauthorized {
			t.Errorf("a wrong token got %d", status)
		}
		if status, _, body := get(t, bridge.address+"/readyz", ""); status != http.StatusOK {
			t.Errorf("readyz %d %s", status, body)
		}
		if code := bridge.stop(); code != exitOK {
			t.Errorf("exit code %d", code)
		}
		log := bridge.stderr.String()
		for _, secret := range []string{"demo-consumer-secret", "demo-refresh-token", "token-of-the-idp", "5Aep861", "!AQ"} {
			if strings.Contains(log, secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
		if !strings.Contains(log, `"stopped"`) {
			t.Errorf("log without an orderly end:\n%s", log)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("database %v, %v", info, err)
	}
	if code := simulator.stop(); code != exitOK {
		t.Errorf("simulate: exit code %d: %s", code, simulator.stderr)
	}
}

func TestSimulateTakesAnotherAppAndGrant(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0",
		"--consumer-key", "another-key", "--consumer-secret", "another-secret", "--refresh-token", "another-grant")
	environ := against(simulator, filepath.Join(t.TempDir(), "scimforce.db"))
	refused := start(t, environ, "serve")
	if status, _, body := get(t, refused.address+"/readyz", ""); status != http.StatusServiceUnavailable {
		t.Errorf("with the default app: %d %s", status, body)
	}
	refused.stop()
	for i, setting := range environ {
		name, _, _ := strings.Cut(setting, "=")
		switch name {
		case "SCIMFORCE_CONSUMER_KEY":
			environ[i] = name + "=another-key"
		case "SCIMFORCE_CONSUMER_SECRET":
			environ[i] = name + "=another-secret"
		case "SCIMFORCE_REFRESH_TOKEN":
			environ[i] = name + "=another-grant"
		}
	}
	accepted := start(t, environ, "serve")
	if status, _, body := get(t, accepted.address+"/readyz", ""); status != http.StatusOK {
		t.Errorf("with the app that was asked for: %d %s", status, body)
	}
}

func TestHealthcheckAsksTheBridge(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0")
	bridge := start(t, against(simulator, filepath.Join(t.TempDir(), "x.db")), "serve")
	listen := "SCIMFORCE_LISTEN=" + strings.TrimPrefix(bridge.address, "http://")
	for _, args := range [][]string{{"healthcheck"}, {"healthcheck", "--ready"}, {"healthcheck", "--url", bridge.address + "/healthz"}} {
		if code, _, stderr := run(t, []string{listen}, args...); code != exitOK {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
	}
	bridge.stop()
	if code, _, stderr := run(t, []string{listen}, "healthcheck"); code != exitFailed || stderr == "" {
		t.Errorf("of a stopped bridge: exit code %d: %s", code, stderr)
	}
}

func TestBadConfigurationStartsNothing(t *testing.T) {
	directory := t.TempDir()
	code, _, stderr := run(t, []string{"SCIMFORCE_DATABASE_URL=sqlite:" + filepath.Join(directory, "x.db"), "SCIMFORCE_LOG_LEVEL=loud", "SCIMFORCE_CONSUMER_KEY=key"}, "serve")
	if code != exitUsage || !strings.Contains(stderr, "2 problems") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if files, _ := os.ReadDir(directory); len(files) != 0 {
		t.Errorf("made %v", files)
	}
}

func TestAnAppOfTheEnvironmentWithoutAGrantWaitsForTheConsole(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0")
	environ := with(against(simulator, filepath.Join(t.TempDir(), "x.db")), "SCIMFORCE_REFRESH_TOKEN=")
	bridge := start(t, environ, "serve")
	if status, _, body := get(t, bridge.address+"/readyz", ""); status != http.StatusOK || !strings.Contains(body, `"state":"missing"`) {
		t.Errorf("readyz %d %s", status, body)
	}
	if status, _, body := get(t, bridge.address+"/scim/v2/Users?count=1", "token-of-the-idp"); status != http.StatusServiceUnavailable {
		t.Errorf("SCIM %d %s", status, body)
	}
}

func TestAddressInUseIsReported(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0")
	taken := strings.TrimPrefix(simulator.address, "http://")
	for _, args := range [][]string{{"serve", "--listen", taken}, {"simulate", "--listen", taken}} {
		code, _, stderr := run(t, against(simulator, filepath.Join(t.TempDir(), "x.db")), args...)
		if code != exitFailed || !strings.Contains(stderr, "address already in use") {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
	}
}

func TestCommandLineMistakesAndHelpHaveTheirExitCodes(t *testing.T) {
	cases := []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"help", []string{"--help"}, exitOK, "serve", ""},
		{"help of serve names variables", []string{"serve", "--help"}, exitOK, "[$SCIMFORCE_CONSUMER_SECRET_FILE]", ""},
		{"what the simulator only remembers", []string{"simulate", "--unverified"}, exitOK, "from memory", ""},
		{"version", []string{"version"}, exitOK, "scimforce ", ""},
		{"no command", nil, exitUsage, "", "expected one of"},
		{"unknown command", []string{"fly"}, exitUsage, "", "unexpected argument fly"},
		{"unknown flag", []string{"serve", "--fast"}, exitUsage, "", "unknown flag --fast"},
		{"bad number", []string{"simulate", "--users", "many"}, exitUsage, "", "--users"},
		{"several bad flags", []string{"simulate", "--users=-1", "--username", "admin", "--password", ""}, exitUsage, "", "3 problems"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := run(t, nil, c.args...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
			}
		})
	}
}

func TestSimulateTellsHowToRunABridgeAgainstIt(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "3", "--consumer-secret", "it's mine")
	out := simulator.stdout.String()
	for _, want := range []string{
		"export SCIMFORCE_LOGIN_URL=" + simulator.address, `export SCIMFORCE_CONSUMER_SECRET='it'\''s mine'`, "export SCIMFORCE_REFRESH_TOKEN=demo-refresh-token",
		"admin@acme.example / demo", "demo-consumer-key", "http://localhost:8080/oauth/callback", "User ", "not Salesforce",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if status, _, body := get(t, simulator.address+"/_simulator/calls", ""); status != http.StatusOK || decode(t, body)["total"] != 0.0 {
		t.Errorf("calls %d %s", status, body)
	}
}

func TestServeGivesUsernamesTheSuffixOfTheSandbox(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "3")
	environ := append(against(simulator, filepath.Join(t.TempDir(), "scimforce.db")), "SCIMFORCE_USERNAME_SUFFIX=.uat", "SCIMFORCE_CONFIG="+write(t, "c.yaml", "defaults: {profile: Standard User}"))
	bridge := start(t, environ, "serve")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, bridge.address+"/scim/v2/Users", strings.NewReader(
		`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada@acme.example", "name": {"familyName": "Lovelace"}}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer token-of-the-idp")
	request.Header.Set("Content-Type", "application/scim+json")
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusCreated || strings.Contains(string(body), ".uat") {
		t.Fatalf("created: %d, %v, %s", answer.StatusCode, err, body)
	}
	made := decode(t, string(body))
	if made["userName"] != "ada@acme.example" {
		t.Errorf("userName %v", made["userName"])
	}
	_, _, page := get(t, bridge.address+"/scim/v2/Users?filter="+`userName%20eq%20%22ada@acme.example%22`, "token-of-the-idp")
	if found := decode(t, page); found["totalResults"] != 1.0 {
		t.Errorf("looked up: %s", page)
	}
	_, _, dump := get(t, simulator.address+"/_simulator/org", "")
	if !strings.Contains(dump, "ada@acme.example.uat") {
		t.Errorf("the org does not hold the name with the suffix: %.300s", dump)
	}
}
