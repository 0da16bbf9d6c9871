package oauth

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

// newSimulation is a login host with settings of its own.
func newSimulation(t *testing.T, app simulator.App, tokenDelay time.Duration) *loginHost {
	t.Helper()
	return newLoginHost(t, "seed", func(c *simulatortest.Config) {
		c.Simulator.App.RotateRefreshTokens, c.Simulator.TokenDelay = app.RotateRefreshTokens, tokenDelay
	})
}

func (h *loginHost) authorizer(t *testing.T, path string) *Authorizer {
	t.Helper()
	return newAuthorizer(t, h, openDatabase(t, path), nil)
}

// opens tells whether the org takes the access token.
func (h *loginHost) opens(t *testing.T, token *oauth2.Token) bool {
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
		before := s.refreshes()
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
		if n := s.refreshes() - before; n != 1 {
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
	before := s.refreshes()
	for range 20 {
		if _, err := a.Renew(t.Context(), token); !IsGrantLost(err) || !strings.Contains(err.Error(), "expired access/refresh token") {
			t.Fatalf("error %v", err)
		}
	}
	if n := s.refreshes() - before; n != 1 {
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
