package salesforce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/oauth2"
)

// A registry is a RoundTripper of stubs, each of which answers one request. A
// request that none fits, and a stub that is left over, fail the test.
type registry struct {
	t     testing.TB
	mu    sync.Mutex
	stubs []*stub
	seen  []seen
}

// A stub answers requests of one method and path, which also describe it.
type stub struct {
	method, path string // path below /services/data/v66.0, or a whole one
	answer       responder
	used         bool
}

// A seen request, kept for transcripts.
type seen struct {
	request *http.Request
	body    []byte
}

type responder func(*http.Request) (*http.Response, error)

func (s *stub) String() string { return s.method + " " + s.path }

func newRegistry(t testing.TB) *registry {
	r := &registry{t: t}
	t.Cleanup(func() {
		for _, s := range r.stubs {
			if !s.used {
				t.Errorf("stub was not asked: %s", s)
			}
		}
	})
	return r
}

// on adds a stub.
func (r *registry) on(method, path string, answer responder) {
	if !strings.HasPrefix(path, "/services/") {
		path = "/services/data/v66.0" + path
	}
	r.stubs = append(r.stubs, &stub{method: method, path: path, answer: answer})
}

// RoundTrip answers with the first unused stub that fits.
func (r *registry) RoundTrip(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		var err error
		if body, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
		request.Body.Close()
	}
	r.mu.Lock()
	r.seen = append(r.seen, seen{request, body})
	var found *stub
	for _, s := range r.stubs {
		if !s.used && s.method == request.Method && s.path == request.URL.Path {
			found, s.used = s, true
			break
		}
	}
	r.mu.Unlock()
	if found == nil {
		r.t.Errorf("no stub for %s %s; there are %v", request.Method, request.URL.Path, r.stubs)
		return nil, errors.New("no stub")
	}
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	return found.answer(request)
}

// bodies are the bodies of the requests so far.
func (r *registry) bodies() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, s := range r.seen {
		all = append(all, string(s.body))
	}
	return all
}

// answered responds with a status and a body, JSON if it looks like it, and
// further headers as pairs.
func answered(status int, body string, headers ...string) responder {
	return func(request *http.Request) (*http.Response, error) {
		h := http.Header{}
		if status != http.StatusNoContent {
			h.Set("Content-Type", "application/json;charset=UTF-8")
		}
		if strings.HasPrefix(body, "<") {
			h.Set("Content-Type", "text/html; charset=UTF-8")
		}
		for i := 0; i+1 < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{
			StatusCode: status, Status: fmt.Sprint(status), Header: h, Request: request,
			ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1,
			Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	}
}

// refused responds with one problem in Salesforce's usual form.
func refused(status int, code, message string, headers ...string) responder {
	return answered(status, fmt.Sprintf(`[{"message":%q,"errorCode":%q}]`, message, code), headers...)
}

// failing responds with no answer.
func failing(err error) responder {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// cut responds with a body that breaks off.
func cut(status int, body string) responder {
	return func(request *http.Request) (*http.Response, error) {
		response, err := answered(status, body)(request)
		response.Body = io.NopCloser(io.MultiReader(bytes.NewReader([]byte(body)), broken{}))
		return response, err
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// silent responds when the request's context ends, with its error.
func silent(request *http.Request) (*http.Response, error) {
	<-request.Context().Done()
	return nil, request.Context().Err()
}

// A keyring is an Authorizer whose tokens are called secret-1, secret-2 ….
type keyring struct {
	mu       sync.Mutex
	number   int
	instance string
	identity string
	failure  error
	renewed  int
}

func (k *keyring) Token(context.Context) (*oauth2.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failure != nil {
		return nil, k.failure
	}
	token := &oauth2.Token{AccessToken: fmt.Sprintf("secret-%d", k.number+1)}
	return token.WithExtra(map[string]any{"instance_url": k.instance, "id": k.identity}), nil
}

func (k *keyring) Renew(ctx context.Context, refused *oauth2.Token) (*oauth2.Token, error) {
	k.mu.Lock()
	if refused.AccessToken == fmt.Sprintf("secret-%d", k.number+1) {
		k.number++
		k.renewed++
	}
	k.mu.Unlock()
	return k.Token(ctx)
}

const (
	ada      = "005RM000002FZAlYAO"
	instance = "https://acme.my.salesforce.com"
)

func newKeyring() *keyring {
	return &keyring{instance: instance, identity: "https://login.salesforce.com/id/00D5i00000CIhxbEAD/" + ada}
}

// newTestClient returns a client whose requests the registry answers; change
// may alter its configuration.
func newTestClient(t testing.TB, r *registry, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{Authorizer: newKeyring(), HTTPClient: &http.Client{Transport: r}}
	for _, f := range change {
		f(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
