package scim_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"scimforce/oauth/idp"
	"scimforce/scim/scimtest"
)

// persons is an issuer of tokens that people sign in for.
type persons struct {
	signer jose.Signer
	trust  idp.Issuer
}

func newPersons(t *testing.T) *persons {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	jwk := jose.JSONWebKey{Key: key, KeyID: "1", Algorithm: string(jose.ES256), Use: "sig"}
	keys, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{jwk.Public()}})
	must(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(keys) }))
	t.Cleanup(server.Close)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jwk}, nil)
	must(t, err)
	return &persons{signer, idp.Issuer{
		Issuer: server.URL, JWKSURL: server.URL + "/keys", Audience: "api://scimforce", Connection: "default",
		Scope: idp.ScopeRead, Person: "preferred_username",
	}}
}

// token is one of whom the claim preferred_username says; nil leaves it out.
func (p *persons) token(t *testing.T, userName any) string {
	t.Helper()
	claims := map[string]any{
		"iss": p.trust.Issuer, "aud": p.trust.Audience, "sub": "f3a1", "azp": "portal", "exp": time.Now().Add(time.Hour).Unix(),
	}
	if userName != nil {
		claims["preferred_username"] = userName
	}
	text, err := jwt.Signed(p.signer).Claims(claims).Serialize()
	must(t, err)
	return text
}

func TestAPersonReadsHimselfAtMeAndNothingElse(t *testing.T) {
	p := newPersons(t)
	s := &stack{scimtest.New(t, func(c *scimtest.Config) { c.Issuers = []idp.Issuer{p.trust} })}
	ada := s.made(t, "ada@acme.example", map[string]any{"externalId": "e1"})
	ask := func(token, method, path, body string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		s.Handler.ServeHTTP(w, r)
		return w
	}
	own := p.token(t, "Ada@acme.example")

	w := ask(own, "GET", "/Me", "")
	var read map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &read); err != nil || w.Code != 200 {
		t.Fatalf("GET /Me: %d %s", w.Code, w.Body)
	}
	here := scimtest.Base + "/Users/" + ada
	if read["id"] != ada || read["externalId"] != "e1" || read["meta"].(map[string]any)["location"] != here || w.Header().Get("Location") != here {
		t.Errorf("GET /Me: Location %q, %s", w.Header().Get("Location"), w.Body)
	}
	tag := w.Header().Get("ETag")
	for name, test := range map[string]struct {
		method, path string
		headers      []string
		status       int
		has          string
	}{
		"the head alone":          {"HEAD", "/Me", nil, 200, ""},
		"some attributes":         {"GET", "/Me?attributes=userName", nil, 200, `"userName":"ada@acme.example"`},
		"a version that is known": {"GET", "/Me", []string{"If-None-Match", tag}, 304, ""},
		"another version":         {"GET", "/Me", []string{"If-Match", `W/"x"`}, 412, "If-Match"},
		"discovery":               {"GET", "/ServiceProviderConfig", nil, 200, "patch"},
		"resource types":          {"GET", "/ResourceTypes/User", nil, 200, "/Users"},
		"schemas":                 {"GET", "/Schemas", nil, 200, "userName"},
		"himself as anybody":      {"GET", "/Users/" + ada, nil, 403, "/Me"},
		"the others":              {"GET", "/Users", nil, 403, "/Me"},
		"the groups":              {"GET", "/Groups", nil, 403, "/Me"},
		"everything":              {"GET", "/", nil, 403, "/Me"},
		"a search by POST":        {"POST", "/Users/.search", nil, 403, "/Me"},
		"bulk":                    {"POST", "/Bulk", nil, 403, "/Me"},
		"a change of himself":     {"PATCH", "/Me", nil, 403, "change nothing"},
		"a replacement":           {"PUT", "/Me", nil, 403, "change nothing"},
		"his end":                 {"DELETE", "/Me", nil, 403, "change nothing"},
		"another user":            {"POST", "/Users", nil, 403, "change nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			body := ""
			if test.method != "GET" && test.method != "HEAD" && test.method != "DELETE" {
				body = `{"schemas":["` + patchURN + `"],"Operations":[{"op":"replace","path":"title","value":"Queen"}]}`
			}
			w := ask(own, test.method, test.path, body, test.headers...)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.has) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if test.path == "/Me" && w.Code < 400 && w.Header().Get("Location") != here {
				t.Errorf("Location %q", w.Header().Get("Location"))
			}
			if w.Code == 403 && !strings.Contains(w.Header().Get("WWW-Authenticate"), "insufficient_scope") {
				t.Errorf("challenge %q", w.Header().Get("WWW-Authenticate"))
			}
		})
	}
	for name, test := range map[string]struct {
		claim  any
		status int
	}{
		"somebody whom the org does not have": {"nobody@acme.example", 404},
		"a name that would be another filter": {`x" or userName pr or userName eq "`, 404},
		"nobody":                              {nil, 401},
		"an empty name":                       {"", 401},
		"a name that is no text":              {[]string{"ada@acme.example"}, 401},
		"a name that is too long":             {strings.Repeat("a", 300) + "@acme.example", 401},
	} {
		t.Run(name, func(t *testing.T) {
			if w := ask(p.token(t, test.claim), "GET", "/Me", ""); w.Code != test.status {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	// A token of an identity provider stands for nobody.
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		if w := s.ask(t, method, "/Me", nil); w.Code != 501 || !strings.Contains(w.Body.String(), "stands for none") {
			t.Errorf("%s /Me: %d %s", method, w.Code, w.Body)
		}
	}
}
