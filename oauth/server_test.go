package oauth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

// keyPair is an RSA key and its PEM.
type keyPair struct {
	key *rsa.PrivateKey
	pem string
}

// rsaKey makes the one key of all tests: that takes a while.
var rsaKey = sync.OnceValues(func() (keyPair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return keyPair{}, err
	}
	return keyPair{key, string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))}, nil
})

func mustKey(t *testing.T) keyPair {
	t.Helper()
	pair, err := rsaKey()
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// unattended makes a login host whose app can be used without a person, at the
// address of an org.
func unattended(t *testing.T, change ...func(*simulatortest.Config)) *loginHost {
	t.Helper()
	return newLoginHost(t, "", append([]func(*simulatortest.Config){func(c *simulatortest.Config) {
		c.InMemory = true
		app := &c.Simulator.App
		app.SigningKey, app.ApprovedFor = &mustKey(t).key.PublicKey, []string{"System Administrator"}
		app.ClientCredentials, app.RunAs = true, administrator
	}}, change...)...)
}

func TestConnectingWithoutAPerson(t *testing.T) {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(mustKey(t).key)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		connect func(t *testing.T, config ServerConfig, host *loginHost) (Authorization, Secrets, error)
		flow    Flow
	}{
		"JWT bearer, key in PKCS #1": {func(t *testing.T, config ServerConfig, host *loginHost) (Authorization, Secrets, error) {
			secrets := Secrets{PrivateKey: mustKey(t).pem}
			got, err := ConnectJWT(t.Context(), config, Connection{Name: "ci", LoginURL: host.URL + "/", ConsumerKey: " key\n", Username: administrator}, secrets)
			return got, secrets, err
		}, JWTBearerFlow},
		"JWT bearer, key in PKCS #8": {func(t *testing.T, config ServerConfig, host *loginHost) (Authorization, Secrets, error) {
			secrets := Secrets{PrivateKey: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))}
			got, err := ConnectJWT(t.Context(), config, Connection{Name: "ci", LoginURL: host.URL, ConsumerKey: "key", Username: administrator}, secrets)
			return got, secrets, err
		}, JWTBearerFlow},
		"client credentials": {func(t *testing.T, config ServerConfig, host *loginHost) (Authorization, Secrets, error) {
			secrets := Secrets{ConsumerSecret: "secret"}
			got, err := ConnectClientCredentials(t.Context(), config, Connection{Name: "ci", LoginURL: host.URL, ConsumerKey: "key"}, secrets)
			return got, secrets, err
		}, ClientCredentialsFlow},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			host := unattended(t)
			store := openStore(t, newDatabase(t), nil)
			got, secrets, err := test.connect(t, ServerConfig{Store: store, HTTPClient: host.Client()}, host)
			if err != nil {
				t.Fatal(err)
			}
			if got.Identity.Username != administrator || got.Connection.OrgID == "" || got.Connection.Flow != test.flow || len(got.Warnings) != 0 {
				t.Errorf("authorization %+v", got)
			}
			if list, _ := store.Connections(t.Context()); len(list) != 0 {
				t.Errorf("connections before Save: %v", list)
			}
			if err := store.Save(t.Context(), got.Connection, secrets); err != nil {
				t.Fatal(err)
			}
			a, err := New(t.Context(), Config{Connection: "ci", Store: store, HTTPClient: host.Client()})
			if err != nil {
				t.Fatal(err)
			}
			first, err := a.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			second, err := a.Renew(t.Context(), first)
			if err != nil || second.AccessToken == first.AccessToken {
				t.Errorf("renewed %v, %v", second != nil, err)
			}
			if s := a.Status(); s.State != "connected" {
				t.Errorf("status %+v", s)
			}
			for _, request := range host.requests {
				if request.Has("scope") || request.Get("grant_type") == jwtBearer && request.Has("client_secret") {
					t.Errorf("sent %v", request)
				}
			}
			if err := a.Revoke(t.Context()); err != nil {
				t.Error(err)
			}
			mustToken(t, a) // which it can have again
			if err := a.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefusalOfAFlowWithoutAPersonIsTriedAgain(t *testing.T) {
	host, now := unattended(t), newClock()
	store := openStore(t, newDatabase(t), now.Now)
	c := Connection{Name: "ci", LoginURL: host.URL, ConsumerKey: "key", Flow: JWTBearerFlow, Username: administrator}
	if err := store.Save(t.Context(), c, Secrets{PrivateKey: mustKey(t).pem}); err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), Config{Connection: "ci", Store: store, HTTPClient: host.Client(), Now: func() time.Time { return time.Now().Add(now.Now().Sub(newClock().Now())) }})
	if err != nil {
		t.Fatal(err)
	}
	host.sets(t, func(app *simulator.App) { app.SigningKey = nil })
	for range 3 {
		if _, err := a.Token(t.Context()); !IsGrantLost(err) || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("error %v", err)
		}
	}
	if n := len(host.requests); n != 1 {
		t.Errorf("%d requests within the cool-down", n)
	}
	host.sets(t, func(*simulator.App) {})
	now.advance(refusedFirst)
	mustToken(t, a)
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestFlowsWithoutAPersonAreExplained(t *testing.T) {
	jwt := func(t *testing.T, config ServerConfig, c Connection) error {
		_, err := ConnectJWT(t.Context(), config, c, Secrets{PrivateKey: mustKey(t).pem})
		return err
	}
	credentials := func(t *testing.T, config ServerConfig, c Connection) error {
		_, err := ConnectClientCredentials(t.Context(), config, c, Secrets{ConsumerSecret: "secret"})
		return err
	}
	cases := []struct {
		name        string
		connect     func(*testing.T, ServerConfig, Connection) error
		app         func(*simulator.App)
		connection  func(*Connection)
		title, cure string
	}{
		{"a user who has not approved the app", jwt, func(app *simulator.App) { app.ApprovedFor = nil }, nil, "not approved", "pre-authorized"},
		{"a user whom the org does not know", jwt, nil, func(c *Connection) { c.Username = "nobody@acme.example" }, "not approved", "check the username"},
		{"a user without access to the app", jwt, func(app *simulator.App) { app.ApprovedFor = []string{"Standard User"} }, nil, "administrator's approval", "access to the app"},
		{"the certificate of another key", jwt, func(app *simulator.App) {
			other, _ := rsa.GenerateKey(rand.Reader, 2048)
			app.SigningKey = &other.PublicKey
		}, nil, "signature", "upload the certificate"},
		{"a sandbox' login host for production", jwt, nil, func(c *Connection) { c.LoginURL = "https://acme--uat.sandbox.my.salesforce.com" }, "another login host", "test.salesforce.com"},
		{"a consumer key that nobody knows", jwt, nil, func(c *Connection) { c.ConsumerKey = "unknown" }, "consumer key", "ten minutes"},
		{"an app without the flow", credentials, func(app *simulator.App) { app.ClientCredentials = false }, nil, "flow is off", "switch"},
		{"an app without a user to run as", credentials, func(app *simulator.App) { app.RunAs = "" }, nil, "no user to run as", "Run As"},
		{"an app without scopes", credentials, func(app *simulator.App) { app.Scopes = []string{"refresh_token"} }, nil, "lacks scopes", "allow the scopes"},
		{"the login host that all orgs share", credentials, nil, func(c *Connection) { c.LoginURL = "https://login.salesforce.com" }, "does not serve", "My Domain"},
		{"a wrong secret", credentials, func(app *simulator.App) { app.ConsumerSecret = "another" }, nil, "consumer secret", "check both"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			host := unattended(t)
			if test.app != nil {
				host.sets(t, test.app)
			}
			c := Connection{Name: "ci", LoginURL: host.URL, ConsumerKey: "key", Username: administrator}
			if test.connection != nil {
				test.connection(&c)
			}
			err := test.connect(t, ServerConfig{Store: openStore(t, newDatabase(t), nil), HTTPClient: host.Client()}, c)
			if got := Explain(err); !strings.Contains(got.Title, test.title) || !strings.Contains(got.Remedy, test.cure) {
				t.Errorf("error %v, explained %+v", err, got)
			}
		})
	}
}

func TestSharedLoginHostIsNotAskedForClientCredentials(t *testing.T) {
	client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		t.Errorf("asked %s", r.URL)
		return nil, http.ErrHandlerTimeout
	})}
	_, err := ConnectClientCredentials(t.Context(), ServerConfig{Store: openStore(t, newDatabase(t), nil), HTTPClient: client},
		Connection{Name: "ci", LoginURL: "https://test.salesforce.com", ConsumerKey: "key"}, Secrets{ConsumerSecret: "secret"})
	if !IsGrantLost(err) {
		t.Errorf("error %v", err)
	}
}

func TestPrivateKeysThatCannotBeUsed(t *testing.T) {
	encode := func(kind string, der []byte, headers map[string]string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der, Headers: headers}))
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalPKCS8PrivateKey(elliptical)
	if err != nil {
		t.Fatal(err)
	}
	der := x509.MarshalPKCS1PrivateKey(mustKey(t).key)
	cases := map[string]struct{ text, want string }{
		"nothing":              {"", "no PEM"},
		"something else":       {"hunter2", "no PEM"},
		"a novel":              {strings.Repeat("x", maxPEM+1), "longer than"},
		"a certificate":        {encode("CERTIFICATE", []byte("x"), nil), "public half"},
		"a public key":         {encode("PUBLIC KEY", []byte("x"), nil), "public half"},
		"encrypted in PKCS #8": {encode("ENCRYPTED PRIVATE KEY", der, nil), "encrypted"},
		"encrypted in PKCS #1": {encode("RSA PRIVATE KEY", der, map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}), "encrypted"},
		"cut off":              {encode("RSA PRIVATE KEY", der[:100], nil), "damaged"},
		"an elliptic curve":    {encode("PRIVATE KEY", ec, nil), "RSA"},
		"another kind":         {encode("OPENSSH PRIVATE KEY", der, nil), "PKCS"},
		"1024 bits":            {encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small), nil), "1024 bits"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			err := CheckPrivateKey(test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
	if err := CheckPrivateKey(encode("CERTIFICATE", []byte("x"), nil) + mustKey(t).pem); err != nil {
		t.Errorf("a certificate before its key: %v", err)
	}
}

func TestAudienceIsTheLoginHostOfItsKind(t *testing.T) {
	for login, want := range map[string]string{
		"https://login.salesforce.com":                      "https://login.salesforce.com",
		"https://test.salesforce.com":                       "https://test.salesforce.com",
		"https://acme.my.salesforce.com":                    "https://login.salesforce.com",
		"https://acme-dev-ed.develop.my.salesforce.com":     "https://login.salesforce.com",
		"https://acme--uat.sandbox.my.salesforce.com":       "https://test.salesforce.com",
		"https://acme-1-dev-ed.scratch.my.salesforce.com":   "https://test.salesforce.com",
		"http://127.0.0.1:8081":                             "http://127.0.0.1:8081",
		"https://salesforce.example":                        "https://salesforce.example",
		"https://login.salesforce.com.evil.example":         "https://login.salesforce.com.evil.example",
		"https://x.my.salesforce.com.evil.example":          "https://x.my.salesforce.com.evil.example",
		"https://acme--uat.sandbox.lightning.force.example": "https://acme--uat.sandbox.lightning.force.example",
	} {
		if got := audience(login); got != want {
			t.Errorf("%s: %s, want %s", login, got, want)
		}
	}
}
