package oauth

import (
	"errors"
	"fmt"
	"strings"
)

// GrantLostError says that Salesforce will not give an access token until an
// administrator acts: the refresh token is expired, revoked or was never there,
// or the org refuses the user or the app behind it. No call was made when the
// refusal is remembered from an earlier one.
type GrantLostError struct {
	// Code is the OAuth error of the login host ("invalid_grant",
	// "inactive_user"), or "no_grant" when nothing was ever authorized.
	Code string
	// Description is the login host's own text, at most 200 characters; it
	// never holds a token.
	Description string
	// Recoverable tells a refusal that can be mended in Salesforce with the
	// same refresh token (a frozen user, an IP range, a wrong secret) from a
	// refresh token that is gone for good. A recoverable one is tried again
	// after a cool-down.
	Recoverable bool
}

// Error states the refusal and what an administrator can do about it.
func (e *GrantLostError) Error() string {
	return fmt.Sprintf("salesforce authorization refused (%s): %s", e.reason(), e.Remedy())
}

// Remedy is the sentence that tells an administrator what to do.
func (e *GrantLostError) Remedy() string { return remedy(e.Code, e.Description) }

func (e *GrantLostError) reason() string {
	if e.Description == "" {
		return e.Code
	}
	return e.Code + ": " + e.Description
}

// UnavailableError says that the login host could not be asked: no connection,
// a server error, an answer that is no OAuth answer, or an own store that would
// not take the rotated refresh token. The next caller after a short cool-down
// tries again.
type UnavailableError struct {
	// Status is the HTTP status of the answer, 0 when there was none.
	Status int
	// Reason says in a few words what happened, without secrets.
	Reason string
	// Cause is the underlying error, or nil.
	Cause error
}

func (e *UnavailableError) Error() string {
	text := "salesforce login host unavailable: " + e.Reason
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *UnavailableError) Unwrap() error { return e.Cause }

// IsGrantLost reports whether err says that an administrator must act before
// Salesforce can be used again.
func IsGrantLost(err error) bool {
	var lost *GrantLostError
	return errors.As(err, &lost)
}

// IsUnavailable reports whether err says that no access token could be had
// just now, and that trying later can help without anybody acting.
func IsUnavailable(err error) bool {
	var unavailable *UnavailableError
	return errors.As(err, &unavailable)
}

// refusal is one row of what the login host is known to answer.
type refusal struct {
	code   string // the "error" key
	phrase string // a part of error_description, lower case; "" matches any
	// busy: nothing is wrong, the same request succeeds in a moment.
	busy bool
	// limited: too many requests; counts as unavailable.
	limited bool
	// recoverable: the refresh token survives; see GrantLostError.
	recoverable bool
	remedy      string
}

// refusals is searched in order; the first row that fits counts. Salesforce's
// descriptions of OAuth errors are not translated, unlike those of its REST API.
func refusals() []refusal {
	const reconnect = "authorize the bridge again and give it the new refresh token"
	return []refusal{
		// Two refreshes met (so described since Winter '25).
		{code: "invalid_grant", phrase: "already being processed", busy: true, remedy: "wait"},
		// Every refresh counts as a login; the token outlives the hour of waiting.
		{code: "invalid_grant", phrase: "rate exceeded", limited: true, remedy: "too many logins: wait"}, // unverified: description
		{code: "invalid_grant", phrase: "ip restricted", recoverable: true, remedy: "Salesforce refuses the bridge's IP address: add it to the login IP ranges of the integration user's profile, or relax the IP restrictions of the app's OAuth policy"},
		{code: "invalid_grant", phrase: "user is unavailable", recoverable: true, remedy: "the integration user cannot be used just now: look at its record in Salesforce Setup"}, // unverified: description
		{code: "invalid_grant", phrase: "not supported on this domain", recoverable: true, remedy: "use the org's own My Domain address (https://NAME.my.salesforce.com) as the login URL"},
		{code: "invalid_grant", phrase: "hasn't approved this consumer", recoverable: true, remedy: "approve the app for the integration user"},
		{code: "invalid_grant", phrase: "expired authorization code", remedy: "the authorization took too long or was used twice: begin it again"},
		{code: "invalid_grant", phrase: "no valid scopes", recoverable: true, remedy: "allow the scopes \"api\" and \"refresh_token\" in the app"}, // unverified: description
		// An org that the token is not of says the same.
		{code: "invalid_grant", remedy: "the refresh token is expired, revoked, was replaced, or is of another org than the login URL (a sandbox's is https://test.salesforce.com): correct the login URL, or " + reconnect},
		{code: "inactive_user", recoverable: true, remedy: "the integration user is inactive or frozen: activate or unfreeze it in Salesforce Setup"},                                    // unverified: no recording
		{code: "inactive_org", recoverable: true, remedy: "the Salesforce org is locked, closed or suspended: ask Salesforce"},                                                           // unverified: no recording
		{code: "rate_limit_exceeded", limited: true, remedy: "too many logins: wait"},                                                                                                    // unverified: no recording
		{code: "invalid_client_id", recoverable: true, remedy: "Salesforce does not know the consumer key: check it, install the app in the org; a new app takes up to ten minutes"},     // also for apps that are not installed
		{code: "invalid_client", recoverable: true, remedy: "the consumer secret does not fit the consumer key: check both"},                                                             // 400, not 401
		{code: "invalid_app_access", recoverable: true, remedy: "the app is limited to admin-approved users: give the integration user's profile or a permission set access to the app"}, //
		{code: "oauth_ec_app_not_found", recoverable: true, remedy: "the External Client App is not installed in this org: install it"},
		{code: "invalid_scope", recoverable: true, remedy: "allow the scopes \"api\" and \"refresh_token\" in the app"},
		{code: "redirect_uri_mismatch", recoverable: true, remedy: "enter the bridge's callback URL in the app exactly as it is"},
		{code: "access_denied", recoverable: true, remedy: "somebody pressed Deny: begin the authorization again and allow it"},
		{code: "unsupported_grant_type", recoverable: true, remedy: "switch the refresh token and web server flows on in the app"},
		{code: "revoked", remedy: "the bridge gave its authorization back: " + reconnect},
		{code: "no_grant", remedy: "the bridge was never authorized: authorize it, or configure a refresh token"},
	}
}

// lookup finds the row for an OAuth error; an unknown one is recoverable, so
// that a code nobody has seen does not end a grant.
func lookup(code, description string) refusal {
	code, description = strings.ToLower(code), strings.ToLower(description)
	for _, r := range refusals() {
		if r.code == code && strings.Contains(description, r.phrase) {
			return r
		}
	}
	return refusal{code: code, recoverable: true, remedy: "look the error up in the login history of the integration user"}
}

func remedy(code, description string) string { return lookup(code, description).remedy }
