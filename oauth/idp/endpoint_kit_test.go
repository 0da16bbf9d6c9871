package idp

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// serve serves the token endpoint and gives its address.
func serve(t *testing.T, a *Authenticator) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/oauth/token", a.TokenEndpoint())
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/oauth/token"
}

// tokenAnswer is what the token endpoint has answered.
type tokenAnswer struct {
	Status int
	Header http.Header
	Body   []byte

	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// send sends a request to the token endpoint and checks what holds of every
// answer.
func send(t *testing.T, r *http.Request) tokenAnswer {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	got := tokenAnswer{Status: response.StatusCode, Header: response.Header}
	if got.Body, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(got.Body, &got); err != nil {
		t.Fatalf("%d %s: %v", got.Status, got.Body, err)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"} {
		if value := got.Header.Get(name); value != want {
			t.Errorf("%s is %q", name, value)
		}
	}
	if (got.Error == "") != (got.Status == http.StatusOK) || (got.AccessToken == "") == (got.Status == http.StatusOK) {
		t.Errorf("the answer is %d %s", got.Status, got.Body)
	}
	// RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E.
	if strings.ContainsFunc(got.Description, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		t.Errorf("the description may not be %q", got.Description)
	}
	if (got.Status == http.StatusUnauthorized) != (got.Header.Get("WWW-Authenticate") != "") {
		t.Errorf("%d with the challenge %q", got.Status, got.Header.Get("WWW-Authenticate"))
	}
	return got
}

func tokenRequest(t *testing.T, address, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// post asks for an access token with the parameters.
func post(t *testing.T, address string, parameters map[string]string) tokenAnswer {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}}
	for name, value := range parameters {
		form.Set(name, value)
	}
	return send(t, tokenRequest(t, address, form.Encode()))
}

// byPost are the parameters of client_secret_post, and more.
func byPost(id, secret string, more ...string) map[string]string {
	p := map[string]string{"client_id": id, "client_secret": secret}
	for i := 0; i+1 < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	return p
}

// mustGrant gives the access token that the parameters bring.
func mustGrant(t *testing.T, address string, parameters map[string]string) string {
	t.Helper()
	got := post(t, address, parameters)
	if got.Status != http.StatusOK {
		t.Fatalf("no access token: %d %s", got.Status, got.Body)
	}
	return got.AccessToken
}

// wantFailure checks an answer that grants nothing and quotes no secret.
func wantFailure(t *testing.T, got tokenAnswer, status int, code string, secrets ...string) {
	t.Helper()
	if got.Status != status || got.Error != code {
		t.Errorf("the answer is %d %s, want %d %s", got.Status, got.Body, status, code)
	}
	for _, s := range secrets {
		if s != "" && bytes.Contains(got.Body, []byte(s)) {
			t.Errorf("the answer holds %q: %s", s, got.Body)
		}
	}
}
