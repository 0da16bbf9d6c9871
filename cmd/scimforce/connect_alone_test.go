//go:build linux

package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

// newRSAKey makes a key and writes its PEM into a file.
func newRSAKey(t *testing.T) (key *rsa.PrivateKey, file, text string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	file = filepath.Join(t.TempDir(), "key.pem")
	writeFile(t, file, text)
	return key, file, text
}

func TestConnectByJWT(t *testing.T) {
	key, file, text := newRSAKey(t)
	p := newPlace(t)
	p.sets(func(app *simulator.App) {
		app.SigningKey, app.ApprovedFor = &key.PublicKey, []string{"System Administrator"}
	})
	args := []string{"connect", "--name", "ci", "--login-url", p.URL, "--consumer-key", simulatortest.ConsumerKey, "--jwt-key", file, "--username", simulatortest.Admin}

	s := sit(t, nil, p.environ, args...)
	s.until("Save it as the connection ci?")
	s.types("n")
	if code, said := s.wait(); code != exitFailed || !strings.Contains(said, simulatortest.Admin) || len(p.listed()) != 0 {
		t.Errorf("exit code %d: %s", code, said)
	}

	code, stdout, stderr := run(t, p.environ, append(args, "--yes")...)
	if code != exitOK || strings.Contains(stderr, "chmod") {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	p.wantNoSecrets(stdout+stderr, strings.Split(text, "\n")[1])
	list := p.listed()
	if len(list) != 1 || list[0].Flow != "jwt_bearer" || list[0].Username != simulatortest.Admin || list[0].RefreshTokenSince != nil {
		t.Errorf("%+v", list)
	}
	wantRun(t, p.environ, []string{"connections", "list"}, exitOK, simulatortest.Admin)

	// The environment's key and username are known the second time, and a file
	// that others may read is warned of.
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	wantRun(t, p.environ, []string{"connect", "--name", "ci", "--jwt-key", file, "--username", simulatortest.Admin, "--yes"}, exitOK, "chmod 600")

	wantRun(t, p.environ, []string{"connections", "remove", "ci", "--yes"}, exitOK, "no refresh token that Salesforce could end")
	if len(p.listed()) != 0 {
		t.Error("it is still there")
	}
}

func TestConnectByClientCredentials(t *testing.T) {
	p := newPlace(t)
	p.sets(func(app *simulator.App) { app.ClientCredentials, app.RunAs = true, simulatortest.Admin })
	code, stdout, stderr := run(t, with(p.environ, "SCIMFORCE_CONSUMER_SECRET="+simulatortest.ConsumerSecret),
		"connect", "--login-url", p.URL, "--consumer-key", simulatortest.ConsumerKey, "--client-credentials", "--yes")
	if code != exitOK {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	p.wantNoSecrets(stdout + stderr)
	if list := p.listed(); len(list) != 1 || list[0].Flow != "client_credentials" || list[0].Name != "default" || list[0].OrgID != p.Org.ID() {
		t.Errorf("%+v", list)
	}
}

func TestEveryFailureToConnectWithoutAPersonIsExplained(t *testing.T) {
	key, file, text := newRSAKey(t)
	jwt, credentials := []string{"--jwt-key", file, "--username", simulatortest.Admin}, []string{"--client-credentials"}
	for _, test := range []struct {
		name string
		app  func(*simulator.App)
		args []string
		want string
	}{
		{"a key that is not the certificate's", func(app *simulator.App) { app.SigningKey = nil }, jwt, "does not accept the signature"},
		{"a user whom nobody has approved", func(app *simulator.App) { app.ApprovedFor = nil }, jwt, "not approved for the user"},
		{"a user whom the org does not have", nil, []string{"--jwt-key", file, "--username", "nobody@acme.example"}, "not approved for the user"},
		{"a flow that is off", func(app *simulator.App) { app.ClientCredentials = false }, credentials, "client credentials flow is off"},
		{"an app without a user to run as", func(app *simulator.App) { app.RunAs = "" }, credentials, "no user to run as"},
		{"a wrong consumer secret", func(app *simulator.App) { app.ConsumerSecret = "the-new-secret" }, credentials, "consumer secret is wrong"},
		{"the login host of all orgs", nil, append(credentials, "--login-url", "https://login.salesforce.com"), "My Domain address"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			p.sets(func(app *simulator.App) {
				app.SigningKey, app.ApprovedFor = &key.PublicKey, []string{"System Administrator"}
				app.ClientCredentials, app.RunAs = true, simulatortest.Admin
			})
			if test.app != nil {
				p.sets(test.app)
			}
			args := append([]string{"connect", "--login-url", p.URL, "--consumer-key", simulatortest.ConsumerKey, "--yes"}, test.args...)
			code, stdout, stderr := run(t, with(p.environ, "SCIMFORCE_CONSUMER_SECRET="+simulatortest.ConsumerSecret), args...)
			if code != exitFailed || !strings.Contains(stderr, test.want) || !strings.Contains(stderr, "\n  What to do: ") {
				t.Errorf("exit code %d: %s%s", code, stdout, stderr)
			}
			p.wantNoSecrets(stdout+stderr, strings.Split(text, "\n")[1])
			if len(p.listed()) != 0 {
				t.Error("it was saved")
			}
		})
	}
}

// What the environment settles is authorized again in the browser, and changed
// in no other way.
func TestTheEnvironmentsConnectionTakesANewGrantOnly(t *testing.T) {
	p := newPlace(t)
	environ := with(p.environ, "SCIMFORCE_LOGIN_URL="+p.URL, "SCIMFORCE_CONSUMER_KEY="+simulatortest.ConsumerKey,
		"SCIMFORCE_CONSUMER_SECRET="+simulatortest.ConsumerSecret, "SCIMFORCE_REFRESH_TOKEN="+p.MustGrant(simulatortest.Admin),
		"SCIMFORCE_IDP_TOKEN=a-token-of-the-environment", "SCIMFORCE_LISTEN=127.0.0.1:0")
	wantReady(t, start(t, environ, "serve"))

	s := sit(t, p.listening, environ, "connect", "--callback", "http://localhost:0/oauth/callback")
	p.browse(p.MustAllow(p.authorizeURL(s), simulatortest.Admin).String())
	s.until("Save it as the connection default?")
	s.types("y")
	code, said := s.wait()
	if list := p.listed(); code != exitOK || len(list) != 1 || !list[0].Configured || list[0].ConnectedAt == nil {
		t.Errorf("exit code %d: %s\n%+v", code, said, list)
	}
	wantRun(t, environ, []string{"connect", "--client-credentials", "--yes"}, exitFailed, "comes from the environment")
}
