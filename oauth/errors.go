package oauth

import (
	"crypto/tls"
	"errors"
	"fmt"
)

// GrantLostError says that Salesforce will not give an access token until an
// administrator acts: the refresh token is expired, revoked or was never there,
// or the org refuses the user or the app behind it. No call was made when the
// refusal is remembered from an earlier one.
type GrantLostError struct {
	// Code is the OAuth error of the login host ("invalid_grant",
	// "inactive_user"), or one of this package: "no_grant" when nothing was ever
	// authorized, "revoked" after the bridge gave its grant back,
	// "no_refresh_token" when an authorization brought none.
	Code string
	// Description is the login host's own text, at most 200 characters; it
	// never holds a token.
	Description string
	// Recoverable tells a refusal that can be mended in Salesforce with the
	// same refresh token (a frozen user, an IP range, a wrong secret) from a
	// refresh token that is gone for good. A recoverable one is tried again
	// after a cool-down.
	Recoverable bool
	// RedirectURL is the callback that the bridge has sent, where an
	// authorization was refused; "" otherwise.
	RedirectURL string
}

// revokedByBridge is the code of a grant that the bridge has given back.
const revokedByBridge = "revoked"

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

// refused makes the error of what the login host refuses.
func refused(code, description string) *GrantLostError {
	return &GrantLostError{Code: code, Description: description, Recoverable: lookup(code, description).recoverable}
}

// The codes of an UnavailableError.
const (
	// Unreachable: there was no answer.
	Unreachable = "unreachable"
	// BadCertificate: whoever answers there does not prove to be the login host.
	BadCertificate = "bad_certificate"
	// ServerError: the login host said that it is out of order.
	ServerError = "server_error"
	// NotSalesforce: the answer is none that Salesforce gives.
	NotSalesforce = "not_salesforce"
	// RateLimit: there were too many logins.
	RateLimit = "rate_limit_exceeded"
	// BusyLogin: the login host did not end another request with the same token.
	BusyLogin = "busy"
	// StoreFailed: the bridge's own database does not take or give the token.
	StoreFailed = "store_failed"
	// ShortSessions: access tokens are refused as soon as they are given.
	ShortSessions = "short_sessions"
	// ShuttingDown: the bridge is being stopped.
	ShuttingDown = "shutting_down"
)

// UnavailableError says that the login host could not be asked: no connection,
// a server error, an answer that is no OAuth answer, or an own store that would
// not take the rotated refresh token. The next caller after a short cool-down
// tries again.
type UnavailableError struct {
	// Code is one of the above.
	Code string
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

// unreachable is the error of a request without an answer. Cause holds no secret.
func unreachable(cause error) *UnavailableError {
	var certificate *tls.CertificateVerificationError
	if errors.As(cause, &certificate) {
		return &UnavailableError{Code: BadCertificate, Reason: "its certificate is not good", Cause: cause}
	}
	return &UnavailableError{Code: Unreachable, Reason: "no answer", Cause: cause}
}

// The codes of a StateError.
const (
	StateUnknown          = "state_unknown"           // never begun here, or long ago
	StateExpired          = "state_expired"           // begun more than ten minutes ago
	StateUsed             = "state_used"              // the callback was opened twice
	StateOfAnotherSession = "state_of_other_session"  // begun in another browser, or before the sign-in ended
	NothingPending        = "nothing_pending"         // there is nothing to save or discard
	NoCode                = "callback_without_a_code" // the callback has neither code nor error
)

// StateError says that a callback, or a Save, does not belong to an
// authorization that can go on. Nothing was asked of Salesforce.
type StateError struct{ Code string }

func (e *StateError) Error() string {
	row := lookup(e.Code, "")
	return "oauth: " + row.title + ": " + row.remedy
}

// Is makes each StateError an ErrState.
func (e *StateError) Is(target error) bool { return target == ErrState }

// ErrState says that a callback's state is unknown, expired or used already:
// each *StateError is one.
var ErrState = errors.New("the authorization is unknown, expired (after ten minutes) or was completed already: begin it again")

// InputError says that a setting that a person or a file gave cannot be used.
type InputError struct {
	// Problem says in a sentence what to write instead. It holds no secret.
	Problem error
}

func (e *InputError) Error() string { return "oauth: " + e.Problem.Error() }

// Unwrap gives the problem to errors.Is and errors.As.
func (e *InputError) Unwrap() error { return e.Problem }

// LoginHostError says that a login URL is not one to log in at.
type LoginHostError struct {
	// Code is "login_host_of_pages" for an address of Salesforce that shows
	// pages and has no login, NotSalesforce for a host that does not answer as
	// Salesforce does.
	Code string
	// Host is the host of the login URL.
	Host string
	// Instead is the login URL to use, "" where it is not known.
	Instead string
}

// LoginHostOfPages is the code for an address such as acme.lightning.force.com.
const LoginHostOfPages = "login_host_of_pages"

func (e *LoginHostError) Error() string {
	text := "oauth: " + e.Host + ": " + lookup(e.Code, "").title
	if e.Instead != "" {
		text += "; use " + e.Instead
	}
	return text
}

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
