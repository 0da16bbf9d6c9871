package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestSimulateServesHTTPSWhichWhoeverHasItsAuthorityTrusts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0", "--tls", "--tls-ca-out", file, "--tls-host", "acme.my.salesforce.com")
	address := strings.Replace(simulator.address, "http://", "https://", 1)
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o044 == 0 || strings.Contains(string(pem), "PRIVATE") {
		t.Errorf("%v %v: others cannot read it, or it holds a key", info, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("no certificate in %s", pem)
	}
	for _, name := range []string{"127.0.0.1", "localhost", "acme.my.salesforce.com"} {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: name}}}
		answer, err := client.Get(address + "/services/data")
		if err != nil {
			t.Errorf("as %s: %v", name, err)
			continue
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 1 {
			t.Errorf("as %s: %s %s", name, answer.Proto, answer.Status)
		}
	}
	for _, want := range []string{"export SCIMFORCE_LOGIN_URL=" + address, "export SSL_CERT_FILE=" + file} {
		if !strings.Contains(simulator.stdout.String(), want) {
			t.Errorf("%q is missing in\n%s", want, simulator.stdout)
		}
	}
}

func TestSimulateReportsAllThatIsWrongAtOnce(t *testing.T) {
	folder := t.TempDir()
	noKey := filepath.Join(folder, "key.pem")
	if err := os.WriteFile(noKey, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := map[string][]string{ // by what is said of them
		"--listen":                {"nowhere"},
		"--control-listen":        {"elsewhere"},
		"--latency is":            {"--latency=-1s"},
		"--latency-per-record":    {"--latency-per-record=-1s"},
		"--lock-patience":         {"--lock-patience=-1s"},
		"--api-limit":             {"--api-limit=-1"},
		"--session-timeout":       {"--session-timeout=-1s"},
		"--refresh-token-life":    {"--refresh-token-life=-1s"},
		"--tls-host":              {"a b"},
		"--tls-ca-out":            {folder},
		"--username":              {"ada"},
		"until-revoked, immed":    {"--refresh-token-policy", "sometimes"},
		"--client-credentials-as": {"nobody@acme.example"},
		"it is no PEM file":       {"--jwt-certificate", noKey},
		"did you mean row-lock?":  {"--weather", "row-locks=0.5"},
		"write KIND=RATE":         {"--weather", "row-lock=2"},
		`API version "six"`:       {"--api-version", "six"},
		`base URL "there"`:        {"--base-url", "there"},
		`login URL "here"`:        {"--login-url", "here"},
		"consumer key":            {"--consumer-key", ""},
		"--password":              {""},
	}
	args := []string{"simulate", "--tls", "--users", "1"}
	for said, flag := range flags {
		if len(flag) == 1 && !strings.HasPrefix(flag[0], "--") {
			flag = append([]string{said}, flag...)
		}
		args = append(args, flag...)
	}
	code, _, stderr := run(t, nil, args...)
	if code != exitUsage {
		t.Errorf("exit code %d", code)
	}
	for said := range flags {
		if !strings.Contains(stderr, said) {
			t.Errorf("%q is missing in %s", said, stderr)
		}
	}
	for _, args := range [][]string{
		{"--tls-ca-out", filepath.Join(folder, "no", "ca.pem")},
		{"--tls", "--tls-ca-out", filepath.Join(folder, "no", "ca.pem")},
		{"--jwt-certificate", filepath.Join(folder, "none.pem")},
		{"--users=-1"},
	} {
		if code, _, stderr := run(t, nil, append([]string{"simulate", "--listen", "127.0.0.1:1"}, args...)...); code != exitUsage || !strings.Contains(stderr, "one problem") {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
	}
}

func TestSimulateMovesTheControlToAPortOfItsOwn(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0", "--control-listen", "127.0.0.1:0", "--weather", "row-lock=0.25")
	if status, _, _ := get(t, simulator.address+"/_simulator/faults", ""); status != http.StatusNotFound {
		t.Errorf("at the org's address: %d", status)
	}
	control := regexp.MustCompile(`http://\S+/_simulator`).FindString(simulator.stdout.String())
	if status, _, body := get(t, control+"/faults", ""); status != http.StatusOK || !strings.Contains(body, `{"kind":"row-lock","rate":0.25}`) {
		t.Errorf("at %s: %d %s", control, status, body)
	}
	if status, _, _ := get(t, strings.TrimSuffix(control, "/_simulator")+"/services/data", ""); status != http.StatusNotFound {
		t.Errorf("the org answers at the control's address: %d", status)
	}
}

func TestSimulateLetsTheAppInWithoutABrowser(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o600); err != nil {
		t.Fatal(err)
	}
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0", "--client-credentials-as", "admin@acme.example",
		"--password-flow", "--jwt-certificate", file, "--jwt-access-tokens", "--pre-authorize", "System Administrator")
	for _, form := range []url.Values{
		{"grant_type": {"client_credentials"}},
		{"grant_type": {"password"}, "username": {"admin@acme.example"}, "password": {"demo"}},
	} {
		form.Set("client_id", "demo-consumer-key")
		form.Set("client_secret", "demo-consumer-secret")
		answer, err := http.PostForm(simulator.address+"/services/oauth2/token", form)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), `"access_token":"ey`) {
			t.Errorf("%s: %d %s", form.Get("grant_type"), answer.StatusCode, body)
		}
	}
}

func TestSimulateServesOrgsThatFilesDescribe(t *testing.T) {
	globex := filepath.Join(t.TempDir(), "globex.yaml")
	if err := os.WriteFile(globex, []byte("name: Globex\nedition: Developer\nadmins:\n  - Username: gail@globex.example\n    LastName: Globe\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--org", "../../salesforce/simulator/org/testdata/acme.yaml", "--org", globex)
	for token, want := range map[string]string{"demo-refresh-token": "Acme Robotics", "demo-refresh-token-2": "Globex"} {
		answer, err := http.PostForm(simulator.address+"/services/oauth2/token", url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {"demo-consumer-key"}, "client_secret": {"demo-consumer-secret"},
		})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		session, _ := decode(t, string(body))["access_token"].(string)
		status, header, found := get(t, simulator.address+"/services/data/v66.0/query?q=SELECT+Name+FROM+Organization", session)
		if status != http.StatusOK || !strings.Contains(found, `"Name":"`+want+`"`) {
			t.Errorf("%s: %d %s", token, status, found)
		}
		if limit := header.Get("Sforce-Limit-Info"); want == "Globex" && !strings.HasSuffix(limit, "/15000") {
			t.Errorf("a Developer Edition org allows %s", limit)
		}
	}
	for _, want := range []string{"2 simulated Salesforce orgs", "ada.admin@acme-robotics.example / demo", "gail@globex.example / demo", "demo-refresh-token-2 ("} {
		if !strings.Contains(simulator.stdout.String(), want) {
			t.Errorf("%q is missing in\n%s", want, simulator.stdout)
		}
	}
}

func TestSimulateKeepsTheUsernamesOfItsOrgsApart(t *testing.T) {
	file := func(name, admin string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte("admins:\n  - Username: "+admin+"\n    LastName: Admin\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, b, again := file("a.yaml", "a@acme.example"), file("b.yaml", "b@acme.example"), file("again.yaml", "A@acme.example")
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--org", a, "--org", b)
	if out := simulator.stdout.String(); !strings.Contains(out, "a@acme.example / demo") || !strings.Contains(out, "b@acme.example / demo") {
		t.Error(out)
	}
	taken := strings.TrimPrefix(simulator.address, "http://") // so that it ends even if it should start
	if code, _, stderr := run(t, nil, "simulate", "--listen", taken, "--org", a, "--org", again); code != exitUsage || !strings.Contains(stderr, "a@acme.example") {
		t.Errorf("the same administrator twice: exit code %d: %s", code, stderr)
	}
}

func TestSimulateReportsAllThatIsWrongWithFiles(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("nam: Acme\nusers: many\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := run(t, nil, "simulate", "--org", bad, "--org", "none.yaml", "--users", "3", "--base-url", "http://a.example,http://b.example,http://c.example")
	for _, want := range []string{"5 problems", `the file has no "nam"`, "line 2", `"none.yaml" cannot be read`, "--users and --username are for an org without --org", "--base-url is given 3 times"} {
		if !strings.Contains(stderr, want) || code != exitUsage {
			t.Errorf("%q is missing, exit code %d: %s", want, code, stderr)
		}
	}
}

func TestSimulateMakesTheSameOrgFromTheSameSeed(t *testing.T) {
	organization := func(seed string) string {
		simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "1", "--seed", seed)
		defer simulator.stop()
		_, after, _ := strings.Cut(simulator.stdout.String(), "Organization")
		return strings.Fields(after)[0]
	}
	if a, b, c := organization("7"), organization("7"), organization("8"); a != b || a == c {
		t.Errorf("organizations %s, %s, and of another seed %s", a, b, c)
	}
}

func TestSimulateSaysWhatToPasteIntoTheConsole(t *testing.T) {
	simulator := start(t, nil, "simulate", "--listen", "127.0.0.1:0", "--users", "0", "--username", "ada@acme.example", "--password", "open sesame",
		"--consumer-key", "a key", "--consumer-secret", "a secret", "--callback-url", "https://a.example/oauth/callback")
	out := strings.Join(strings.Fields(simulator.stdout.String()), " ")
	for _, want := range []string{
		"My Domain " + simulator.address + " Consumer key a key Consumer secret a secret", "Username ada@acme.example Password open sesame",
		// The bridge's own, those of scimforce connect, and the one that was added.
		"Callback URLs http://localhost:8080/oauth/callback http://127.0.0.1:8080/oauth/callback http://localhost:8085/oauth/callback " +
			"http://127.0.0.1:8085/oauth/callback https://a.example/oauth/callback",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, simulator.stdout)
		}
	}
}

func TestSimulateAndServeListenOnPortsOfTheirOwn(t *testing.T) {
	ports := map[string]string{}
	for _, command := range []string{"serve", "simulate"} {
		var grammar cli
		parser, err := (&program{}).parser(&grammar)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse([]string{command}); err != nil {
			t.Fatal(err)
		}
		address := grammar.Serve.Listen
		if command == "simulate" {
			address = grammar.Simulate.Listen
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			t.Fatal(err)
		}
		ports[port] = command
	}
	if len(ports) != 2 || ports["8080"] != "serve" {
		t.Errorf("ports %v", ports)
	}
}
