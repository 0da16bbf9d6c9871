package oauth

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
)

const administrator = "admin@acme.example"

// simulation is a simulated org that counts its token requests.
type simulation struct {
	*simulator.Simulator
	server  *httptest.Server
	refresh atomic.Int64
}

func newSimulation(t *testing.T, app simulator.App, tokenDelay time.Duration) *simulation {
	t.Helper()
	o, err := org.New(org.Config{AdminUsername: administrator})
	if err != nil {
		t.Fatal(err)
	}
	s := &simulation{}
	app.ConsumerKey, app.ConsumerSecret = "key", "secret"
	app.RequireSecretForRefresh, app.RequireSecretForWebServer = true, true
	s.Simulator, err = simulator.New(simulator.Config{
		Org: o, App: app, TokenDelay: tokenDelay,
		Middleware: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/services/oauth2/token" {
					s.refresh.Add(1)
				}
				next.ServeHTTP(w, r)
			})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	if err := s.GrantToken(administrator, "seed"); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *simulation) authorizer(t *testing.T, path string) *Authorizer {
	t.Helper()
	return newAuthorizer(t, &loginHost{Server: s.server}, openDatabase(t, path), nil)
}

// opens tells whether the org takes the access token.
func (s *simulation) opens(t *testing.T, token *oauth2.Token) bool {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, token.Extra("instance_url").(string)+"/services/data/v66.0/limits", nil)
	if err != nil {
		t.Fatal(err)
	}
	token.SetAuthHeader(request)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func TestOrgThatEnforcesRotationKeepsTheBridgeThroughRenewalsAndRestarts(t *testing.T) {
	s := newSimulation(t, simulator.App{RotateRefreshTokens: true}, 5*time.Millisecond)
	path := filepath.Join(t.TempDir(), "oauth.db")
	for restart := range 3 {
		a := s.authorizer(t, path)
		first, err := a.Token(t.Context())
		if err != nil {
			t.Fatalf("start %d: %v", restart, err)
		}
		before := s.refresh.Load()
		s.ExpireSessions()
		if s.opens(t, first) {
			t.Fatal("the session lives")
		}
		var callers sync.WaitGroup
		for range 50 {
			callers.Go(func() {
				token, err := a.Renew(t.Context(), first)
				if err != nil {
					t.Errorf("Renew: %v", err)
					return
				}
				if !s.opens(t, token) {
					t.Error("the org refuses the renewed token")
				}
			})
		}
		callers.Wait()
		if n := s.refresh.Load() - before; n != 1 {
			t.Errorf("%d token requests for fifty callers, want 1", n)
		}
	}
}

func TestTwoProcessesWithOneGrantWaitForEachOther(t *testing.T) {
	s := newSimulation(t, simulator.App{}, 100*time.Millisecond)
	one, two := s.authorizer(t, filepath.Join(t.TempDir(), "1.db")), s.authorizer(t, filepath.Join(t.TempDir(), "2.db"))
	var callers sync.WaitGroup
	for _, a := range []*Authorizer{one, two} {
		callers.Go(func() {
			token, err := a.Token(t.Context())
			if err != nil {
				t.Errorf("Token: %v", err)
				return
			}
			if !s.opens(t, token) {
				t.Error("the org refuses the token")
			}
		})
	}
	callers.Wait()
}

func TestTwoProcessesWithOneDatabaseShareTheRotatedToken(t *testing.T) {
	s := newSimulation(t, simulator.App{RotateRefreshTokens: true}, 0)
	path := filepath.Join(t.TempDir(), "oauth.db")
	one, two := s.authorizer(t, path), s.authorizer(t, path)
	for range 3 { // one after the other: each finds what the other stored
		for _, a := range []*Authorizer{one, two} {
			token, err := a.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Renew(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestRevokedGrantAtTheOrgIsFoundOutOnce(t *testing.T) {
	s := newSimulation(t, simulator.App{}, 0)
	a := s.authorizer(t, filepath.Join(t.TempDir(), "oauth.db"))
	token, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.RevokeAll()
	before := s.refresh.Load()
	for range 20 {
		if _, err := a.Renew(t.Context(), token); !IsGrantLost(err) || !strings.Contains(err.Error(), "expired access/refresh token") {
			t.Fatalf("error %v", err)
		}
	}
	if n := s.refresh.Load() - before; n != 1 {
		t.Errorf("%d token requests, want 1", n)
	}
}

func TestOwnRevocationEndsTheGrantAtTheOrg(t *testing.T) {
	s := newSimulation(t, simulator.App{}, 0)
	path := filepath.Join(t.TempDir(), "oauth.db")
	a := s.authorizer(t, path)
	token, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Revoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.opens(t, token) {
		t.Error("the access token still opens the org")
	}
}
