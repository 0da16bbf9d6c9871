package idp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const audience = "api://scimforce"

// testIssuer is an issuer on a real server: its discovery document, its keys,
// and what signs for it.
type testIssuer struct {
	*httptest.Server
	asked atomic.Int32 // requests so far

	mu        sync.Mutex
	published []jose.JSONWebKey
	answer    func(w http.ResponseWriter, r *http.Request) bool // true: it has answered
}

func newIssuer(t *testing.T, keys ...signingKey) *testIssuer {
	t.Helper()
	i := &testIssuer{}
	i.publish(keys...)
	i.Server = httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(i.Close)
	return i
}

func (i *testIssuer) serve(w http.ResponseWriter, r *http.Request) {
	i.asked.Add(1)
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.answer != nil && i.answer(w, r) {
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.URL + "/", "jwks_uri": i.URL + "/keys"})
	case "/keys":
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: i.published})
	default:
		http.NotFound(w, r)
	}
}

// publish replaces the keys.
func (i *testIssuer) publish(keys ...signingKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.published = nil
	for _, k := range keys {
		i.published = append(i.published, k.public())
	}
}

// answers lets f answer before the issuer does; nil ends that.
func (i *testIssuer) answers(f func(http.ResponseWriter, *http.Request) bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = f
}

// trusts configures entries for the issuer, with what each changes.
func (i *testIssuer) trusts(changes ...func(*Issuer)) func(*Config) {
	return func(c *Config) {
		if len(changes) == 0 {
			changes = []func(*Issuer){func(*Issuer) {}}
		}
		for _, change := range changes {
			entry := Issuer{Issuer: i.URL, Audience: audience, Connection: "default", Scope: ScopeAll}
			change(&entry)
			c.Issuers = append(c.Issuers, entry)
		}
	}
}

// signingKey signs for an issuer.
type signingKey struct {
	id        string
	algorithm jose.SignatureAlgorithm
	key       any
}

func (k signingKey) public() jose.JSONWebKey {
	return (&jose.JSONWebKey{Key: k.key, KeyID: k.id, Use: "sig"}).Public()
}

// newKey makes a key for one of the algorithms.
func newKey(t testing.TB, id string, algorithm jose.SignatureAlgorithm) signingKey {
	t.Helper()
	var key any
	var err error
	if algorithm == jose.ES256 {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return signingKey{id, algorithm, key}
}

// sign signs claims; headers are more of the header.
func (k signingKey) sign(t testing.TB, claims any, headers ...string) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT")
	for i := 0; i+1 < len(headers); i += 2 {
		options = options.WithHeader(jose.HeaderKey(headers[i]), headers[i+1])
	}
	var key any = jose.JSONWebKey{Key: k.key, KeyID: k.id}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// of are good claims of an issuer for its client "0oa1", with what is changed;
// nil takes a claim away.
func (i *testIssuer) of(c *clock, changes ...any) map[string]any {
	claims := map[string]any{
		"iss": i.URL, "sub": "0oa1", "aud": audience,
		"iat": c.at.Unix(), "nbf": c.at.Unix(), "exp": c.at.Add(time.Hour).Unix(),
	}
	for n := 0; n+1 < len(changes); n += 2 {
		if changes[n+1] == nil {
			delete(claims, changes[n].(string))
			continue
		}
		claims[changes[n].(string)] = changes[n+1]
	}
	return claims
}

// who is how the logs name a client of the issuer.
func (i *testIssuer) who(client string) string {
	return client + "@" + strings.TrimPrefix(i.URL, "http://")
}
