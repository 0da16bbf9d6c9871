package idp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/prometheus/client_golang/prometheus"

	"scimforce/oauth/database/databasetest"
)

func TestAJWTOfAConfiguredIssuerIsLetIn(t *testing.T) {
	for _, algorithm := range []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256} {
		t.Run(string(algorithm), func(t *testing.T) {
			c, key := newClock(), newKey(t, "1", algorithm)
			issuer := newIssuer(t, newKey(t, "0", jose.RS256), key)
			a, _ := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts(func(i *Issuer) { i.Connection, i.Scope = "uat", ScopeUsers }))
			text := key.sign(t, issuer.of(c))
			for _, header := range []string{"Bearer " + text, text, "Bearer Bearer " + text, basic("", text)} {
				caller := wantLetIn(t, a, with(header), issuer.who("0oa1"))
				if caller.Connection != "uat" || caller.Scope != ScopeUsers {
					t.Errorf("caller %+v", caller)
				}
			}
			if n := issuer.asked.Load(); n != 2 {
				t.Errorf("the issuer was asked %d times, want discovery and keys once", n)
			}
		})
	}
}

func TestTheClaimsOfAJWT(t *testing.T) {
	c, key := newClock(), newKey(t, "1", jose.ES256)
	issuer := newIssuer(t, key)
	at := func(d time.Duration) int64 { return c.at.Add(d).Unix() }
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts(
		func(i *Issuer) { i.Clients = []string{"0oa1", "0oa2"} },
		func(i *Issuer) { i.Clients, i.Connection = []string{"sandbox"}, "uat" },
		func(i *Issuer) { i.Audience, i.Connection = "api://open", "open" },
	))
	for _, test := range []struct {
		name    string
		changes []any
		who     string // the client, or the reason of the refusal
		let     bool
	}{
		{"good ones", nil, "0oa1", true},
		{"the issuer with a slash at the end", []any{"iss", issuer.URL + "/"}, "0oa1", true},
		{"several audiences", []any{"aud", []string{"other", audience}}, "0oa1", true},
		{"the client as azp", []any{"azp", "0oa2", "sub", "a user"}, "0oa2", true},
		{"the client as appid", []any{"appid", "0oa2", "sub", "a user"}, "0oa2", true},
		{"the client as client_id", []any{"client_id", "0oa2", "sub", "a user"}, "0oa2", true},
		{"the client as cid", []any{"cid", "0oa2", "sub", "a user"}, "0oa2", true},
		{"the client of another entry", []any{"sub", "sandbox"}, "sandbox", true},
		{"any client of an entry without clients", []any{"sub", "anybody", "aud", "api://open"}, "anybody", true},
		{"no nbf and no iat", []any{"nbf", nil, "iat", nil}, "0oa1", true},
		{"an expiry half a minute ago", []any{"exp", at(-30 * time.Second)}, "0oa1", true},
		{"a beginning in half a minute", []any{"nbf", at(30 * time.Second), "iat", at(30 * time.Second)}, "0oa1", true},

		{"an expiry two minutes ago", []any{"exp", at(-2 * time.Minute)}, "expired", false},
		{"no expiry", []any{"exp", nil}, "malformed", false},
		{"an expiry in words", []any{"exp", "tomorrow"}, "malformed", false},
		{"a beginning in two minutes", []any{"nbf", at(2 * time.Minute)}, "early", false},
		{"made in two minutes", []any{"iat", at(2 * time.Minute)}, "early", false},
		{"another audience", []any{"aud", "api://other"}, "audience", false},
		{"no audience", []any{"aud", nil}, "audience", false},
		{"an audience that is a part", []any{"aud", audience + "/"}, "audience", false},
		{"another client", []any{"sub", "0oa9"}, "client", false},
		{"no client", []any{"sub", nil}, "client", false},
		{"no client for an entry without clients", []any{"sub", nil, "aud", "api://open"}, "client", false},
		{"another issuer", []any{"iss", "https://other.example"}, "untrusted", false},
		{"an issuer that begins so", []any{"iss", issuer.URL + "/tenant"}, "untrusted", false},
		{"two slashes at the end", []any{"iss", issuer.URL + "//"}, "untrusted", false},
		{"no issuer", []any{"iss", nil}, "untrusted", false},
		{"an issuer that is no text", []any{"iss", 5}, "malformed", false},
		{"a client that is no text", []any{"azp", 5}, "malformed", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := bearer(key.sign(t, issuer.of(c, test.changes...)))
			if test.let {
				wantLetIn(t, a, r, issuer.who(test.who))
				return
			}
			refused := wantRefused(t, a, r, test.who)
			if len(refused.Challenges) == 0 || strings.Contains(refused.Detail, "0oa9") {
				t.Errorf("refused with %q and %q", refused.Challenges, refused.Detail)
			}
		})
	}
	if n := issuer.asked.Load(); n != 2 {
		t.Errorf("the issuer was asked %d times, want discovery and keys once", n)
	}
}

// forge gives a JWT a header and a signature of one's own.
func forge(t testing.TB, header map[string]any, claims any, signature []byte) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return part(header) + "." + part(claims) + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestForgedJWTsAreRefused(t *testing.T) {
	c, key, other := newClock(), newKey(t, "1", jose.RS256), newKey(t, "1", jose.RS256)
	elliptic := newKey(t, "ec", jose.ES256)
	issuer := newIssuer(t, key, elliptic)
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts())
	good := key.sign(t, issuer.of(c))
	wantLetIn(t, a, bearer(good), issuer.who("0oa1"))

	// The public key, which everybody has, as the secret of an HMAC.
	public, err := json.Marshal(key.public())
	if err != nil {
		t.Fatal(err)
	}
	hmac := func(secret []byte) string {
		return signingKey{"1", jose.HS256, secret}.sign(t, issuer.of(c))
	}
	embedded := func() string {
		jwk := other.public()
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: other.key}, (&jose.SignerOptions{EmbedJWK: true}).WithHeader("x", jwk.KeyID))
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign(mustJSON(t, issuer.of(c)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	parts := strings.Split(good, ".")
	for name, test := range map[string]struct{ text, why string }{
		"alg none":                           {forge(t, map[string]any{"alg": "none"}, issuer.of(c), nil), "malformed"},
		"alg None":                           {forge(t, map[string]any{"alg": "None", "kid": "1"}, issuer.of(c), []byte("x")), "malformed"},
		"alg none with a good signature":     {forge(t, map[string]any{"alg": "none", "kid": "1"}, issuer.of(c), []byte(parts[2])), "malformed"},
		"HS256 with the public key":          {hmac(public), "malformed"},
		"an algorithm that is not taken":     {forge(t, map[string]any{"alg": "RS512", "kid": "1"}, issuer.of(c), []byte("x")), "malformed"},
		"no algorithm":                       {forge(t, map[string]any{"kid": "1"}, issuer.of(c), []byte("x")), "malformed"},
		"a key of the same id":               {other.sign(t, issuer.of(c)), "untrusted"},
		"a key of its own in the header":     {embedded(), "untrusted"},
		"a key from its own address":         {other.sign(t, issuer.of(c), "jku", "https://evil.example/keys"), "untrusted"},
		"the algorithm of another key":       {signingKey{"ec", jose.RS256, key.key}.sign(t, issuer.of(c)), "untrusted"},
		"claims that were changed":           {parts[0] + "." + base64.RawURLEncoding.EncodeToString(mustJSON(t, issuer.of(c, "sub", "admin"))) + "." + parts[2], "untrusted"},
		"a signature that was changed":       {good[:len(good)-6] + "AAAAAA", "untrusted"},
		"no signature":                       {parts[0] + "." + parts[1] + ".", "untrusted"},
		"claims that are no JSON":            {key.signRaw(t, []byte("not JSON")), "malformed"},
		"claims that are a list":             {key.signRaw(t, []byte("[]")), "malformed"},
		"a claim twice":                      {key.signRaw(t, []byte(`{"iss":"x","iss":"`+issuer.URL+`"}`)), "malformed"},
		"a header that is no base64":         {"ey!." + parts[1] + "." + parts[2], "malformed"},
		"an unknown critical extension":      {forge(t, map[string]any{"alg": "RS256", "kid": "1", "crit": []string{"x"}, "x": 1}, issuer.of(c), []byte("x")), "untrusted"},
		"a JWT of 20 KiB":                    {key.sign(t, issuer.of(c, "groups", strings.Repeat("g", 20<<10))), "malformed"},
		"four parts, which is no JWT at all": {good + ".x", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			refused := wantRefused(t, a, bearer(test.text), test.why)
			if strings.Contains(refused.Error(), parts[1]) {
				t.Errorf("the refusal quotes the JWT: %v", refused)
			}
		})
	}
	if n := issuer.asked.Load(); n != 2 {
		t.Errorf("forgeries made the issuer be asked: %d times", n)
	}
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// signRaw signs what need not be claims.
func (k signingKey) signRaw(t *testing.T, payload []byte) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.algorithm, Key: jose.JSONWebKey{Key: k.key, KeyID: k.id}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestNoIssuerIsAskedForAJWTThatIsNotItsOwn(t *testing.T) {
	c, key := newClock(), newKey(t, "1", jose.ES256)
	issuer := newIssuer(t, key)
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts())
	for _, text := range []string{
		key.sign(t, issuer.of(c, "iss", "https://other.example")), "eyJ.eyJ.x", "a.b.c", forge(t, map[string]any{"alg": "none"}, issuer.of(c), nil),
	} {
		if _, err := a.Authenticate(bearer(text)); err == nil || IsUnavailable(err) {
			t.Errorf("%s: error %v", text, err)
		}
	}
	if n := issuer.asked.Load(); n != 0 {
		t.Errorf("the issuer was asked %d times", n)
	}
}

func TestTenThousandWrongAttemptsFromAsManyAddressesTakeBoundedRoom(t *testing.T) {
	c, key := newClock(), newKey(t, "1", jose.ES256)
	issuer := newIssuer(t, key)
	a, _ := newAuthenticator(t, databasetest.SQLite(t), c, issuer.trusts(), func(c *Config) { c.Metrics = prometheus.NewRegistry() })
	wrong := []string{
		"wrong", newSecret(tokenPrefix), newSecret(accessPrefix), "scimforce_cut",
		signingKey{"unknown", jose.ES256, newKey(t, "", jose.ES256).key}.sign(t, issuer.of(c)),
	}
	for n := range 10_500 {
		r := bearer(wrong[n%len(wrong)])
		r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", n>>16, n>>8&0xff, n&0xff)
		if _, err := a.Authenticate(r); err == nil || IsUnavailable(err) {
			t.Fatalf("attempt %d: error %v", n, err)
		}
	}
	if n := len(a.throttle.limiters); n > maxAddresses {
		t.Errorf("%d addresses are remembered", n)
	}
	if n := len(a.known.credentials) + len(a.known.noted); n > 0 {
		t.Errorf("%d wrong credentials are remembered", n)
	}
	if n := issuer.asked.Load(); n != 2 {
		t.Errorf("the issuer was asked %d times", n)
	}
}

func FuzzAJWTIsNeverLetInWithoutItsKey(f *testing.F) {
	c, key := newClock(), newKey(f, "1", jose.ES256)
	a := &Authenticator{config: Config{
		Now: c.now, Issuers: []Issuer{{Issuer: "https://issuer.example", Audience: audience, JWKSURL: "https://issuer.example/keys", Connection: "default", Scope: ScopeAll}},
		HTTPClient: &http.Client{Transport: publishes{mustJSON(f, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.public()}})}},
	}}
	a.issuers = trust(a.config)
	good := key.sign(f, map[string]any{"iss": "https://issuer.example", "aud": audience, "sub": "x", "jti": "1", "exp": c.at.Add(time.Hour).Unix()})
	if _, err := a.bearerJWT(f.Context(), good); err != nil {
		f.Fatal(err)
	}
	header, rest, _ := strings.Cut(good, ".")
	for _, seed := range []string{good, header + ".e30.", "e30." + rest, "..", "", header, good + "." + good, strings.ToUpper(good)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		signed, _, _ := strings.Cut(good[strings.Index(good, ".")+1:], ".")
		if _, err := a.bearerJWT(t.Context(), text); err == nil && !strings.Contains(text, signed) {
			t.Errorf("let in: %q", text)
		}
		found, err := a.assertedClient(t.Context(), "", text)
		if err == nil && (!strings.Contains(text, signed) || found.once.Hash == "") {
			t.Errorf("a client: %q", text)
		}
	})
}

// publishes answers every request with the same keys.
type publishes struct{ keys []byte }

func (p publishes) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(p.keys))}, nil
}
