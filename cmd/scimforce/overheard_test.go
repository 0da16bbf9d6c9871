package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// secrets are what nobody may read, and all that was said where somebody could
// have. It is safe for concurrent use.
type secrets struct {
	mu   sync.Mutex
	kept []guarded
	said []utterance
}

type guarded struct {
	what, value string
	shown       int // how many utterances are meant to hold it
}

// utterance is a page, a line of the log, an answer.
type utterance struct{ where, text string }

// keep notes a secret; shown is how many utterances are meant to hold it.
func (s *secrets) keep(what, value string, shown int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := func(other guarded) bool { return other.value == value }
	if value != "" && !slices.ContainsFunc(s.kept, known) {
		s.kept = append(s.kept, guarded{what, value, shown})
	}
}

func (s *secrets) hear(where, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, utterance{where, text})
}

// values are the secrets of one kind, in the order in which they came.
func (s *secrets) values(what string) (values []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.kept {
		if one.what == what {
			values = append(values, one.value)
		}
	}
	return values
}

// leaks says where secrets were said more often than they are meant to be, or
// less often: then this would not have found them elsewhere either.
func (s *secrets) leaks() (leaks []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.kept {
		var at []string
		for _, said := range s.said {
			if one.isIn(said.text) {
				at = append(at, said.where)
			}
		}
		if len(at) != one.shown {
			leaks = append(leaks, fmt.Sprintf("%s is said %d times, not %d: %q", one.what, len(at), one.shown, at))
		}
	}
	return leaks
}

// isIn finds the secret as it is and as it stands in a URL, and a long one also
// when its ends are cut off.
func (s guarded) isIn(text string) bool {
	part := s.value
	if n := len(part); n >= 32 {
		part = part[n/4 : n-n/4]
	}
	return strings.Contains(text, part) || strings.Contains(text, url.QueryEscape(part))
}

func TestALeakIsFound(t *testing.T) {
	const long = "00D000000000001!AQ-0123456789-abcdefghijklmnopqrstuvwxyz"
	for _, c := range []struct {
		name, said string
		leaks      int
	}{
		{"nothing is said", "nothing", 0},
		{"as it is", "token=" + long, 1},
		{"in a URL", "?token=" + url.QueryEscape(long), 1},
		{"without its ends", long[12:45], 1},
		{"the org's id, which begins it", long[:15], 0},
		{"a short one", "the password is open sesame", 1},
		{"a second time what is shown once", "here again is shown once", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &secrets{}
			s.keep("access token", long, 0)
			s.keep("password", "open sesame", 0)
			s.keep("token", "shown once", 1)
			s.hear("page", "here it is shown once")
			if s.hear("log", c.said); len(s.leaks()) != c.leaks {
				t.Errorf("leaks %q", s.leaks())
			}
		})
	}
	s := &secrets{}
	if s.keep("token", "shown once", 1); len(s.leaks()) != 1 {
		t.Errorf("what is meant to be shown and was not: leaks %q", s.leaks())
	}
}

// overheard is a way to a simulator on which secrets are noted.
type overheard struct {
	address string
	secrets *secrets

	mu      sync.Mutex
	revoked []string // tokens that were given back, and taken
}

// overhear goes between a simulator and everybody else.
func overhear(t *testing.T, simulator *running, s *secrets) *overheard {
	t.Helper()
	behind, err := url.Parse(simulator.address)
	if err != nil {
		t.Fatal(err)
	}
	o := &overheard{secrets: s}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(behind)
			r.Out.Host = r.In.Host // the org's address is the one that it was asked at
		},
		ModifyResponse: o.answer,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/services/oauth2/") {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			form, _ := url.ParseQuery(string(body))
			r.Body = io.NopCloser(bytes.NewReader(body))
			s.keep("PKCE verifier", form.Get("code_verifier"), 0)
			r.Header.Set(revokedHeader, form.Get("token"))
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	o.address = server.URL
	return o
}

// revokedHeader carries the token of a revocation to its answer.
const revokedHeader = "X-Revoked"

func (o *overheard) answer(r *http.Response) error {
	if back, err := r.Location(); err == nil && back.Path == callbackPath {
		o.secrets.keep("code", back.Query().Get("code"), 0)
	}
	switch r.Request.URL.Path {
	case "/services/oauth2/revoke":
		if r.StatusCode == http.StatusOK {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.revoked = append(o.revoked, r.Request.Header.Get(revokedHeader))
		}
	case "/services/oauth2/token":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var given struct {
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
		}
		if err := json.Unmarshal(body, &given); err != nil {
			return err
		}
		o.secrets.keep("access token", given.Access, 0)
		o.secrets.keep("refresh token", given.Refresh, 0)
	}
	return nil
}

// hasRevoked says whether the token was given back.
func (o *overheard) hasRevoked(token string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Contains(o.revoked, token)
}

// grantsAt is how many approvals of apps a simulated org knows.
func grantsAt(t *testing.T, org *running) int {
	t.Helper()
	_, _, body := get(t, org.address+"/_simulator/orgs", "")
	var known struct {
		Orgs []struct{ Records map[string]int }
	}
	if err := json.Unmarshal([]byte(body), &known); err != nil || len(known.Orgs) != 1 {
		t.Fatalf("%v in %s", err, body)
	}
	return known.Orgs[0].Records["OauthToken"]
}
