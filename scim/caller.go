package scim

import (
	"context"
	"errors"
	"net/http"
	"time"

	"scimforce/oauth/idp"
)

// callerKey is the context key under which a request's caller travels.
type callerKey struct{}

// WithCaller puts a caller into a context, as the door does for each request.
func WithCaller(ctx context.Context, caller idp.Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// CallerFrom is who sent the request that ctx belongs to; ok is false outside
// of a request.
func CallerFrom(ctx context.Context) (caller idp.Caller, ok bool) {
	caller, ok = ctx.Value(callerKey{}).(idp.Caller)
	return caller, ok
}

// fromIdP takes what Authenticate says of a request without a good credential.
// A credential that could not be checked is a 503 and never a 401: Entra
// quarantines a provisioning job for a 401, and nothing is wrong with it.
func fromIdP(err error) (problem, bool) {
	var refused *idp.RefusedError
	if errors.As(err, &refused) {
		if refused.RetryAfter > 0 {
			p := refuse(http.StatusTooManyRequests, "", "Too many requests with a wrong credential came from this address. The last one: %s", refused.Detail)
			p.retryAfter = refused.RetryAfter
			return p, true
		}
		p := refuse(http.StatusUnauthorized, "", "%s", refused.Detail)
		p.challenges = refused.Challenges
		return p, true
	}
	if idp.IsUnavailable(err) {
		p := refuse(http.StatusServiceUnavailable, "", "The credential could not be checked just now. Repeat the request; nothing needs to be changed in the identity provider.")
		p.retryAfter, p.reason = 15*time.Second, "authentication unavailable"
		return p, true
	}
	return problem{}, false
}

// mayUse is nil when the caller's scope allows method on resource, else the
// 403 that names the scope it lacks (RFC 6750 section 3.1).
func mayUse(caller idp.Caller, method, resource string) error {
	if caller.Scope.Allows(method, resource) {
		return nil
	}
	needed := idp.Needed(method, resource)
	wider := string(needed)
	if needed != idp.ScopeAll {
		wider += " or " + string(idp.ScopeAll)
	}
	p := refuse(http.StatusForbidden, "", "The credential %q has the scope %s, and this takes the scope %s. Make one of that scope and give it to the identity provider.", caller.Credential, caller.Scope, wider)
	p.reason = "insufficient scope"
	p.challenges = []string{`Bearer realm="scim", error="insufficient_scope", scope="` + string(needed) + `"`}
	return p
}

// onlyHimself is the 403 for a person who asks for more than himself: what he may
// do in Salesforce is his identity provider's to say, and the others are not his
// to read.
func onlyHimself(caller idp.Caller) error {
	p := refuse(http.StatusForbidden, "", "The credential %q stands for a person, who may read himself at /Me and change nothing.", caller.Credential)
	p.reason = "a person"
	p.challenges = []string{`Bearer realm="scim", error="insufficient_scope"`}
	return p
}
