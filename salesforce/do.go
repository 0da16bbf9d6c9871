package salesforce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/oauth2"
)

// A pause that an answer asks for is kept up to this length; who asks for more
// is not waited for, and the caller is told by Error.RetryAfter.
const maxPause = 30 * time.Second

// A request is one request of the API, to be made as often as it takes.
type request struct {
	method string
	path   string // below /services/data/vXX.0, escaped; or from the root of the instance when rooted
	query  string // escaped, without "?"
	rooted bool
	body   []byte // JSON; nil for none

	resource string   // Call.Resource
	parts    []string // Call.Parts

	// write says that the request changes something: it is not made again
	// unless it certainly was not carried out.
	write bool

	// read takes what it needs from an answer of status 2xx. An *Error that
	// it returns counts as Salesforce's refusal, any other error as an
	// answer that could not be understood. It is called once an attempt.
	read func(answer) error
}

// do is the only way out. It makes a request under the current token, again
// under a new one when the session has ended, and again after a pause when it
// failed in a way that time mends: anything when rows were locked or no
// connection could be made, reads also when Salesforce is unavailable. The
// error is an *Error, or the Authorizer's own, wrapped.
func (c *Client) do(ctx context.Context, r request) error {
	pauses := newPauses()
	renewed, tries := false, 0
	var token *oauth2.Token
	for attempt := 1; ; attempt++ {
		if token == nil {
			var err error
			if token, err = c.authorizer.Token(ctx); err != nil {
				return fmt.Errorf("salesforce: access token: %w", err)
			}
		}
		if token == nil || token.AccessToken == "" {
			return errors.New("salesforce: the authorizer gave no access token")
		}
		failed := c.attempt(ctx, r, token, attempt)
		if failed == nil {
			return nil
		}
		if !renewed && sessionEnded(failed) {
			// Refused before it was carried out, so writes are repeated too.
			renewed = true
			var err error
			if token, err = c.authorizer.Renew(ctx, token); err != nil {
				return fmt.Errorf("salesforce: new access token: %w", err)
			}
			continue
		}
		tries++
		if tries >= c.maxAttempts || !r.mayRepeat(failed) || !c.pause(ctx, r, failed, pauses.NextBackOff()) {
			return failed
		}
		token = nil // it may have been renewed during the pause
	}
}

// mayRepeat says whether the request may be made again after this failure.
func (r request) mayRepeat(failed *Error) bool {
	return failed.locked() || failed.Status == 0 && !failed.Sent || !r.write && failed.unavailable()
}

// sessionEnded says that the token was refused and another one may not be.
func sessionEnded(failed *Error) bool {
	return HasCode(failed, "INVALID_SESSION_ID") || failed.Status == http.StatusUnauthorized && failed.code() == ""
}

// attempt makes a request once and tells of it.
func (c *Client) attempt(ctx context.Context, r request, token *oauth2.Token, number int) *Error {
	start := c.now()
	status, failed := c.exchange(ctx, r, token)
	call := Call{
		Method: r.method, Resource: r.resource, Parts: r.parts,
		Status: status, Duration: c.now().Sub(start), Attempt: number,
	}
	if failed != nil {
		call.ErrorCode = failed.label()
		if failed.unavailable() && !errors.Is(ctx.Err(), context.Canceled) {
			now := c.now()
			c.trouble.Store(&now)
		}
	}
	c.tell(ctx, call)
	return failed
}

// exchange sends a request and reads its answer.
func (c *Client) exchange(ctx context.Context, r request, token *oauth2.Token) (status int, failed *Error) {
	fail := func(e *Error) *Error {
		if e.Method == "" {
			e.Method, e.Resource = r.method, r.resource
		}
		e.Write = r.write
		return e
	}
	if ctx.Err() != nil {
		return 0, fail(&Error{Cause: context.Cause(ctx)})
	}
	address, err := c.address(token, r)
	if err != nil {
		return 0, fail(&Error{Cause: err})
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.attemptTimeout, fmt.Errorf("no answer within %v: %w", c.attemptTimeout, context.DeadlineExceeded))
	defer cancel()
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	out, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return 0, fail(&Error{Cause: errors.New("request cannot be made")}) // err quotes the URL
	}
	out.Header.Set("Authorization", "Bearer "+token.AccessToken)
	out.Header.Set("Accept", "application/json")
	out.Header.Set("Accept-Encoding", "gzip")
	out.Header.Set("User-Agent", c.userAgent)
	if r.body != nil {
		out.Header.Set("Content-Type", "application/json")
	}

	response, err := c.http.Do(out)
	if err != nil {
		return 0, fail(&Error{Cause: transportCause(ctx, err), Sent: maySent(err)})
	}
	defer response.Body.Close()
	c.watch(response.Header.Get("Sforce-Limit-Info"))
	a, err := readAnswer(response, maxAnswer)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		// Half an answer is none, whatever its status was; except that a
		// refusal stays one.
		e := &Error{Cause: err, Sent: true}
		if a.status >= 400 {
			e.Status = a.status
		}
		return a.status, fail(e)
	}
	if a.status < 200 || a.status > 299 {
		return a.status, fail(refusal(a, token, c.now()))
	}
	err = r.read(a)
	if err == nil {
		return a.status, nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		e.Sent = true
		return a.status, fail(e)
	}
	return a.status, fail(&Error{Status: a.status, Cause: err, Sent: true})
}

// refusal makes the error of an answer that is not 2xx.
func refusal(a answer, token *oauth2.Token, now time.Time) *Error {
	e := &Error{Status: a.status, Problems: decodeProblems(a.body), RetryAfter: a.retryAfter(now), Sent: true}
	for i := range e.Problems {
		// A proxy that shows the request it refuses must not put a token
		// into our logs.
		p := &e.Problems[i]
		p.Code = strings.ReplaceAll(p.Code, token.AccessToken, "[token]")
		p.Message = strings.ReplaceAll(p.Message, token.AccessToken, "[token]")
	}
	if len(e.Problems) == 0 {
		e.Cause = errCut
		if body := bytes.TrimSpace(a.body); len(body) > 0 && body[0] == '<' {
			e.Cause = errHTML
		}
	}
	return e
}

// address is the URL of a request at the org's instance.
func (c *Client) address(token *oauth2.Token, r request) (string, error) {
	instance, err := c.instance(token)
	if err != nil {
		return "", err
	}
	address := instance.Scheme + "://" + instance.Host
	if !r.rooted {
		address += c.base()
	}
	address += r.path
	if r.query != "" {
		address += "?" + r.query
	}
	return address, nil
}

// base is the path of the API's version.
func (c *Client) base() string { return "/services/data/v" + c.version }

// instance is where the org answers, as the token endpoint said. A token is
// not sent over plain HTTP, except to this machine.
func (c *Client) instance(token *oauth2.Token) (*url.URL, error) {
	text, _ := token.Extra("instance_url").(string)
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the token answer has no usable instance_url")
	case u.Scheme == "https":
		return u, nil
	case u.Scheme == "http" && (c.plainHTTP || isLoopback(u.Hostname())):
		return u, nil
	default:
		return nil, errors.New("the instance_url of the token answer is not https")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// transportCause is why there was no answer, without the URL that the
// standard library puts into its errors: it may hold a query.
func transportCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for {
		e, ok := errors.AsType[*url.Error](err)
		if !ok {
			return err
		}
		err = e.Err
	}
}

// maySent says whether a request that got no answer may have been received:
// all but those for which no connection could be made.
func maySent(err error) bool {
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "dial" || e.Op == "proxyconnect") {
		return false
	}
	_, lookup := errors.AsType[*net.DNSError](err)
	return !lookup
}

// newPauses gives the lengths of the pauses between attempts: about 1/4, 1/2,
// 1, 2 seconds and so on, each off by up to half, so that callers who failed
// together do not return together.
func newPauses() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval:     250 * time.Millisecond,
		RandomizationFactor: 0.5,
		Multiplier:          2,
		MaxInterval:         8 * time.Second,
	}
}

// pause waits before the next attempt, beyond what the answer asked for. It says false, at once, when the wait would outlast the caller.
func (c *Client) pause(ctx context.Context, r request, failed *Error, length time.Duration) bool {
	if failed.RetryAfter > maxPause {
		return false
	}
	length += failed.RetryAfter
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= length {
		return false
	}
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		c.logger.LogAttrs(ctx, slog.LevelInfo, "salesforce call is repeated",
			slog.String("method", r.method),
			slog.String("resource", r.resource),
			slog.String("error_code", failed.label()),
			slog.Duration("pause", length))
		return true
	case <-ctx.Done():
		return false
	}
}
