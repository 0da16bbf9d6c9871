package oauth

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/oauth2"
)

func TestFiftyCallersShareOneRefresh(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	first, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var callers sync.WaitGroup
	tokens := make([]*oauth2.Token, 50)
	for i := range tokens {
		callers.Go(func() {
			token, err := a.Renew(t.Context(), first)
			if err != nil {
				t.Errorf("Renew: %v", err)
			}
			tokens[i] = token
		})
	}
	callers.Wait()
	if n := host.refreshes(); n != 2 {
		t.Errorf("%d refreshes, want 2: the first token's and one for all fifty", n)
	}
	for _, token := range tokens {
		if token == nil || token.AccessToken != tokens[0].AccessToken || token.AccessToken == first.AccessToken {
			t.Fatalf("token %v, want one new token for all", token)
		}
	}
	if first.Extra("instance_url") != host.URL || !strings.HasSuffix(first.Extra("id").(string), "/"+host.Org.AdminID()) {
		t.Errorf("instance_url %v, id %v", first.Extra("instance_url"), first.Extra("id"))
	}
	if first.RefreshToken != "" || first.Extra("refresh_token") != nil {
		t.Error("the refresh token was handed out")
	}
}

func TestRenewOfATokenThatWasRenewedAlreadyAsksNobody(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	old, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := a.Renew(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.Renew(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	if again.AccessToken != renewed.AccessToken || host.refreshes() != 2 {
		t.Errorf("token %q after %d refreshes, want %q after 2", again.AccessToken, host.refreshes(), renewed.AccessToken)
	}
}

func TestRequestIsAsSalesforceWantsIt(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	mustToken(t, a)
	got := host.requests[0]
	for key, want := range map[string]string{"grant_type": "refresh_token", "client_id": "key", "client_secret": "secret", "refresh_token": "seed", "scope": ""} {
		if got.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, got.Get(key), want)
		}
	}
}

func TestCallerThatHangsUpDoesNotEndTheRefresh(t *testing.T) {
	host := newLoginHost(t, "seed")
	arrived, release := make(chan struct{}), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(release) })
	defer letGo() // also when the test fails before
	host.intercept(func(http.ResponseWriter, *http.Request) bool {
		close(arrived)
		<-release
		return false
	})
	a := newAuthorizer(t, host, newDatabase(t), nil)
	ctx, hangUp := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() {
		_, err := a.Token(ctx)
		gaveUp <- err
	}()
	<-arrived
	hangUp()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller that hung up got %v", err)
	}
	host.intercept(nil)
	letGo()
	mustToken(t, a)
	if n := host.refreshes(); n != 1 {
		t.Errorf("%d refreshes, want the one that the first caller began", n)
	}
}

func TestWithoutAnyGrantNothingIsAsked(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), func(c *settings) { c.RefreshToken = "" })
	if _, err := a.Token(t.Context()); !IsGrantLost(err) || !strings.Contains(err.Error(), "never authorized") {
		t.Errorf("error %v", err)
	}
	if s := a.Status(); s.State != "missing" || host.refreshes() != 0 {
		t.Errorf("status %+v, %d refreshes", s, host.refreshes())
	}
}

func TestClosedAuthorizerRefuses(t *testing.T) {
	host := newLoginHost(t, "seed")
	a := newAuthorizer(t, host, newDatabase(t), nil)
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Token(t.Context()); !IsUnavailable(err) {
		t.Errorf("error %v", err)
	}
}

func TestBadConfigurationIsRefused(t *testing.T) {
	store := openStore(t, newDatabase(t), nil)
	good := Connection{Name: "default", LoginURL: "https://login.salesforce.com", ConsumerKey: "key"}
	if err := store.Configure(t.Context(), good, Secrets{}); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	cases := map[string]func(*Connection){
		"no login URL":              func(c *Connection) { c.LoginURL = "" },
		"a login URL without TLS":   func(c *Connection) { c.LoginURL = "http://login.salesforce.com" },
		"a login URL with a path":   func(c *Connection) { c.LoginURL = "https://login.salesforce.com/services" },
		"a login URL with a user":   func(c *Connection) { c.LoginURL = "https://a:b@login.salesforce.com" },
		"a login host alone":        func(c *Connection) { c.LoginURL = "login.salesforce.com" },
		"no consumer key":           func(c *Connection) { c.ConsumerKey = "" },
		"a consumer key of a novel": func(c *Connection) { c.ConsumerKey = strings.Repeat("k", 513) },
		"two words for a key":       func(c *Connection) { c.ConsumerKey = "consumer key" },
		"no name":                   func(c *Connection) { c.Name = "" },
		"a name in capitals":        func(c *Connection) { c.Name = "Production" },
		"a name with a path":        func(c *Connection) { c.Name = "../production" },
		"a name of 33 letters":      func(c *Connection) { c.Name = strings.Repeat("a", 33) },
		"a flow that is none":       func(c *Connection) { c.Flow = "password" },
		"a JWT without a user":      func(c *Connection) { c.Flow = JWTBearerFlow },
		"a suffix with an @":        func(c *Connection) { c.UsernameSuffix = "@acme.com" },
		"a suffix without a dot":    func(c *Connection) { c.UsernameSuffix = "uat" },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			c := good
			change(&c)
			var input *InputError
			if err := store.Configure(t.Context(), c, Secrets{}); !errors.As(err, &input) {
				t.Errorf("error %v", err)
			}
		})
	}
	if _, err := New(t.Context(), Config{Connection: "default"}); err == nil {
		t.Error("an Authorizer without a store")
	}
	if _, err := New(t.Context(), Config{Connection: "nobody", Store: store}); err == nil {
		t.Error("an Authorizer without a connection")
	}
}
