package oauth

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// CheckLoginURL reports what is wrong with a login host's address: it must be
// an absolute https URL without path, query or user; plain http is for a
// loopback host only, because the consumer secret travels on it.
func CheckLoginURL(address string) error { return checkHost(address) }

// checkHost is the rule for the login host and the instance URL alike.
func checkHost(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.New("is no URL")
	case u.Host == "" || u.Hostname() == "":
		return errors.New("is no absolute URL such as https://login.salesforce.com")
	case u.User != nil:
		return errors.New("must not hold a user name or password")
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "":
		return errors.New("must end after the host: no path, query or fragment")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	default:
		return errors.New("must begin with https:// (plain http is allowed for 127.0.0.1 and localhost only)")
	}
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// tokenClient is base made fit for the token endpoint: it asks for JSON
// (without the header Salesforce may answer in XML or as a form) and follows no redirect, since
// one would carry the secrets in the body to whatever host it names.
func tokenClient(base *http.Client) *http.Client {
	client := *base
	if client.Transport == nil {
		client.Transport = http.DefaultTransport
	}
	client.Transport = acceptJSON{client.Transport}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

type acceptJSON struct{ next http.RoundTripper }

func (t acceptJSON) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept", "application/json")
	return t.next.RoundTrip(r)
}

// errBusy is Salesforce's "token request is already being processed" and its
// like: the same request succeeds a little later.
var errBusy = errors.New("the login host is busy with another token request")

// readFailure turns x/oauth2's errors into this room's: errBusy (wrapped),
// *GrantLostError or *UnavailableError. The body of the answer goes into none
// of them.
func readFailure(err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) {
		var transport *url.Error
		if errors.As(err, &transport) {
			// The URL in a url.Error is the token endpoint's; tokens travel in the body.
			return unreachable(transport)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return &UnavailableError{Code: Unreachable, Reason: "half an answer"}
		}
		return &UnavailableError{Code: NotSalesforce, Reason: "the answer is no OAuth answer"}
	}
	status := answer.Response.StatusCode
	code, description := plain(answer.ErrorCode), plain(answer.ErrorDescription)
	switch {
	case status >= 500, status == http.StatusTooManyRequests:
		return &UnavailableError{Code: ServerError, Status: status, Reason: fmt.Sprintf("status %d", status)}
	case status >= 300 && status < 400:
		return &UnavailableError{Code: NotSalesforce, Status: status, Reason: fmt.Sprintf("status %d sends the request elsewhere: use the org's own My Domain address as the login URL", status)}
	case code == "":
		return &UnavailableError{Code: NotSalesforce, Status: status, Reason: fmt.Sprintf("status %d without an OAuth error", status)}
	}
	known := lookup(code, description)
	switch {
	case known.busy:
		return fmt.Errorf("%w (%s: %s)", errBusy, code, description)
	case known.limited:
		return &UnavailableError{Code: RateLimit, Status: status, Reason: code + ": " + description}
	}
	return refused(code, description)
}

// neverSent reports whether the login host cannot have seen the request: there
// was no connection to it, or none that is trusted.
func neverSent(err error) bool {
	var operation *net.OpError
	var lookup *net.DNSError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &operation) && operation.Op == "dial" || errors.As(err, &lookup) || errors.As(err, &certificate)
}

// plain makes a foreign text fit for logs and answers: one line, no control
// characters, at most 200 characters.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if runes := []rune(s); len(runes) > 200 {
		s = string(runes[:200]) + "..."
	}
	return strings.TrimSpace(s)
}

// handOut makes the token that callers see from the login host's answer: the
// access token and what says where it is good, never the refresh token. The
// error is an *UnavailableError for an instance URL that must not be trusted
// with the token.
func handOut(answer *oauth2.Token) (*oauth2.Token, error) {
	instance, _ := answer.Extra("instance_url").(string)
	if err := checkHost(instance); err != nil {
		return nil, &UnavailableError{Code: NotSalesforce, Reason: fmt.Sprintf("the instance URL %q of the answer %v", plain(instance), err)}
	}
	extra := map[string]any{"instance_url": strings.TrimSuffix(instance, "/")}
	for _, key := range []string{"id", "scope", "issued_at"} {
		if value := answer.Extra(key); value != nil {
			extra[key] = value
		}
	}
	token := &oauth2.Token{AccessToken: answer.AccessToken, TokenType: answer.TokenType, Expiry: answer.Expiry}
	return token.WithExtra(extra), nil
}
