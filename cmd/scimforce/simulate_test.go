package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
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
	code, _, stderr := run(t, nil, "simulate", "--listen", "nowhere", "--users=-1", "--latency=-1s", "--api-limit", "0", "--session-timeout", "0s",
		"--tls", "--tls-host", "a b", "--tls-ca-out", folder, "--username", "ada")
	if code != exitUsage {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"8 problems", "--listen", "--users", "--latency", "--api-limit", "--session-timeout", "--tls-host", "--tls-ca-out", "--username"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is missing in %s", want, stderr)
		}
	}
	code, _, stderr = run(t, nil, "simulate", "--tls-ca-out", filepath.Join(folder, "no", "ca.pem"))
	if code != exitUsage || !strings.Contains(stderr, "need --tls") {
		t.Errorf("exit code %d: %s", code, stderr)
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
