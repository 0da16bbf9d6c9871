package console

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// issuer is an OpenID Connect provider that signs in whoever comes, with the
// claims of a test.
type issuer struct {
	*httptest.Server
	key *rsa.PrivateKey

	mu     sync.Mutex
	claims map[string]any
	forms  []url.Values
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			_ = json.NewEncoder(w).Encode(map[string]any{
				"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
				"id_token_signing_alg_values_supported": []string{"RS256"},
			})
		case "/keys":
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
		case "/token":
			_ = r.ParseForm()
			i.mu.Lock()
			defer i.mu.Unlock()
			i.forms = append(i.forms, r.PostForm)
			signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
			if err != nil {
				t.Error(err)
				return
			}
			token, err := jwt.Signed(signer).Claims(i.claims).Serialize()
			if err != nil {
				t.Error(err)
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "access", "token_type": "Bearer", "id_token": token})
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(i.Close)
	return i
}

// returns is where the issuer sends the browser back to, having signed in
// somebody with the claims.
func (i *issuer) returns(t *testing.T, authorize string, claims map[string]any) string {
	t.Helper()
	u, err := url.Parse(authorize)
	if err != nil {
		t.Fatal(err)
	}
	asked := u.Query()
	all := map[string]any{
		"iss": i.URL, "aud": asked.Get("client_id"), "sub": "subject", "nonce": asked.Get("nonce"),
		"exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(),
	}
	for name, value := range claims {
		all[name] = value
	}
	i.mu.Lock()
	i.claims = all
	i.mu.Unlock()
	if asked.Get("code_challenge_method") != "S256" || asked.Get("code_challenge") == "" {
		t.Errorf("no PKCE: %s", authorize)
	}
	back, err := url.Parse(asked.Get("redirect_uri"))
	if err != nil {
		t.Fatal(err)
	}
	return back.Path + "?" + url.Values{"code": {"code"}, "state": {asked.Get("state")}}.Encode()
}

func TestSignInByOpenIDConnect(t *testing.T) {
	i := newIssuer(t)
	for name, test := range map[string]struct {
		claims map[string]any
		status int // 0: signed in
		who    string
	}{
		"a listed and verified address":      {map[string]any{"email": "Ada@acme.example", "email_verified": true}, 0, "Ada@acme.example"},
		"a listed group":                     {map[string]any{"groups": []string{"staff", "admins"}}, 0, "subject"},
		"an address that nobody verified":    {map[string]any{"email": "ada@acme.example"}, http.StatusForbidden, ""},
		"an address whose verification fell": {map[string]any{"email": "ada@acme.example", "email_verified": false}, http.StatusForbidden, ""},
		"somebody else":                      {map[string]any{"email": "eve@acme.example", "email_verified": true, "groups": []string{"staff"}}, http.StatusForbidden, ""},
		"a token for another client":         {map[string]any{"aud": "another", "groups": "admins"}, http.StatusBadGateway, ""},
		"a token of another sign-in":         {map[string]any{"nonce": "another", "groups": "admins"}, http.StatusBadGateway, ""},
		"a token of another issuer":          {map[string]any{"iss": "https://evil.example", "groups": "admins"}, http.StatusBadGateway, ""},
		"a token that is over":               {map[string]any{"exp": 1, "groups": "admins"}, http.StatusBadGateway, ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, func(c *Config) {
				c.OIDC = &OIDCConfig{Name: "Acme Login", Issuer: i.URL, ClientID: "console", ClientSecret: "oidc-client-secret", Emails: []string{"ada@acme.example"}, Groups: []string{"admins"}}
			})
			k.get("/sign-in").says(t, "Sign in with Acme Login")
			k.post("/sign-in/oidc").leadsTo(t, "/sign-in/continue")
			_, authorize, _ := strings.Cut(k.get("/sign-in/continue").is(t, http.StatusOK).Header.Get("Refresh"), "url=")
			back := i.returns(t, authorize, test.claims)
			if test.status != 0 {
				k.get(back).is(t, test.status)
				k.get("/account").leadsTo(t, "/sign-in?session=ended")
				return
			}
			before := k.browser.Jar.Cookies(k.get("/sign-in").Request.URL)[0].Value
			k.get(back).leadsTo(t, "/")
			page := k.get("/account").is(t, http.StatusOK).says(t, "signed in as "+test.who)
			if k.browser.Jar.Cookies(page.Request.URL)[0].Value == before {
				t.Error("the session kept its name")
			}
			k.get(back).is(t, http.StatusBadRequest).says(t, "not known") // opened twice
			if strings.Contains(k.log.String(), "oidc-client-secret") {
				t.Error("the client secret is in the log")
			}
		})
	}
}

func TestOpenIDConnectSignInsThatAreNotTheBrowsersOwnAreRefused(t *testing.T) {
	i := newIssuer(t)
	with := func(c *Config) {
		c.OIDC = &OIDCConfig{Issuer: i.URL, ClientID: "console", Groups: []string{"admins"}}
	}
	k := newKit(t, with)
	k.get(oidcCallbackPath+"?code=x&state=").is(t, http.StatusBadRequest)
	k.post("/sign-in/oidc").leadsTo(t, "/sign-in/continue")
	_, authorize, _ := strings.Cut(k.get("/sign-in/continue").Header.Get("Refresh"), "url=")
	back := i.returns(t, authorize, map[string]any{"groups": "admins"})
	mine := k.browser
	k.browser = newBrowser(t)
	k.get(back).is(t, http.StatusBadRequest).says(t, "begun in another browser")
	k.browser = mine
	k.get(back+"x").is(t, http.StatusBadRequest)
	k.get(back).is(t, http.StatusBadRequest) // used up by the try before
	k.post("/sign-in/oidc").leadsTo(t, "/sign-in/continue")
	_, authorize, _ = strings.Cut(k.get("/sign-in/continue").Header.Get("Refresh"), "url=")
	u, err := url.Parse(authorize)
	if err != nil {
		t.Fatal(err)
	}
	k.get(oidcCallbackPath+"?error=access_denied&state="+u.Query().Get("state")).is(t, http.StatusUnauthorized).says(t, "did not sign you in")

	i.Close()
	k = newKit(t, with)
	k.post("/sign-in/oidc").is(t, http.StatusBadGateway).says(t, "the administrator password works meanwhile")
	k.signIn()
	plain := newKit(t)
	plain.post("/sign-in/oidc").is(t, http.StatusNotFound)
	plain.get(oidcCallbackPath).is(t, http.StatusNotFound)
}

func TestOpenIDConnectConfigurationsThatLetNobodyOrAnybodyIn(t *testing.T) {
	for name, config := range map[string]OIDCConfig{
		"plain http":   {Issuer: "http://login.example", ClientID: "x", Groups: []string{"admins"}},
		"no client id": {Issuer: "https://login.example", Groups: []string{"admins"}},
		"no list":      {Issuer: "https://login.example", ClientID: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := config.Check(); err == nil {
				t.Error("taken")
			}
		})
	}
}
