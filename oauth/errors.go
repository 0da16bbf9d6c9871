package oauth

import (
	"errors"
	"fmt"
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
func (e *GrantLostError) Remedy() string { return lookup(e.Code, e.Description).remedy }

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
