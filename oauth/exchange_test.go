package oauth

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"scimforce/salesforce/simulator"
)

func TestHostsThatMayHoldTokens(t *testing.T) {
	for address, good := range map[string]bool{
		"https://login.salesforce.com": true, "https://acme.my.salesforce.com/": true, "https://acme.my.salesforce.com:8443": true,
		"http://127.0.0.1:8081": true, "http://localhost:8081": true, "http://[::1]:8081": true, "http://127.8.9.1": true,
		"http://login.salesforce.com": false, "http://10.0.0.1": false, "http://localhost.evil.example": false, "ftp://login.salesforce.com": false,
		"https://": false, "": false, "login.salesforce.com": false, "https://a@b.example": false, "https://a.example/x": false, "https://a.example?x": false,
		"https://a.example#x": false, "//a.example": false, "https://[::1": false, "http://127.0.0.1.evil.example": false,
	} {
		if err := CheckLoginURL(address); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	var log bytes.Buffer
	host, now := newLoginHost(t, "seed-of-the-grant"), newClock()
	host.sets(t, func(app *simulator.App) { app.ConsumerSecret = "consumer-secret" })
	a := newAuthorizer(t, host, newDatabase(t), func(c *settings) {
		c.RefreshToken, c.ConsumerSecret, c.Now = "seed-of-the-grant", "consumer-secret", now.Now
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	token, err := a.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, refusal := range []string{"ip restricted", "expired access/refresh token"} {
		host.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
			refuse(w, "invalid_grant", refusal)
			return true
		})
		_, err := a.Renew(t.Context(), token)
		if err == nil {
			t.Fatal("no error")
		}
		log.WriteString(err.Error() + a.Status().LastError)
		now.advance(time.Hour)
	}
	for _, secret := range []string{"seed-of-the-grant", "consumer-secret", host.answered(0).Refresh, host.answered(0).Access} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q in\n%s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), "access token refreshed") || !strings.Contains(log.String(), "authorization is lost") {
		t.Errorf("log\n%s", log.String())
	}
}

// roundTripper answers with whatever the fuzzer thought of: no org says such things.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func FuzzTokenAnswer(f *testing.F) {
	f.Add(200, "application/json", `{"access_token":"a","instance_url":"https://a.example","token_type":"Bearer"}`)
	f.Add(400, "application/json", `{"error":"invalid_grant","error_description":"token request is already being processed"}`)
	f.Add(400, "text/plain", "error=invalid_client_id&error_description=client%20identifier%20invalid")
	f.Add(503, "text/html", "<html>Service Unavailable</html>")
	f.Add(200, "application/json", `{"access_token":12,"expires_in":"x"}`)
	f.Add(200, "application/json", `null`)
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		if status < 200 || status > 599 {
			return
		}
		a := newApp("https://login.example", "key", "", &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: status, Request: r, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)),
			}, nil
		})})
		token, err := a.refresh(t.Context(), "seed")
		if err == nil {
			token, err = handOut(token)
		}
		if err == nil {
			if instance, _ := token.Extra("instance_url").(string); checkHost(instance) != nil || token.AccessToken == "" {
				t.Errorf("token %+v for %q", token, instance)
			}
			return
		}
		if !IsGrantLost(err) && !IsUnavailable(err) && !errors.Is(err, errBusy) {
			t.Errorf("an error of no kind: %v", err)
		}
		if text := err.Error(); len([]rune(text)) > 1000 || strings.ContainsAny(text, "\n\x00") || !utf8.ValidString(text) {
			t.Errorf("an error unfit for a log: %q", text)
		}
	})
}
