package idp

import (
	"errors"
	"fmt"
	"time"
)

// reason is why an attempt to authenticate failed: the label of the metric,
// one of a fixed set.
type reason string

const (
	reasonMissing   reason = "missing"   // no credential at all
	reasonMalformed reason = "malformed" // no credential can be read from the header
	reasonMistyped  reason = "mistyped"  // a token of this bridge whose checksum is wrong
	reasonUnknown   reason = "unknown"
	reasonExpired   reason = "expired"
	reasonRevoked   reason = "revoked"
	reasonUntrusted reason = "untrusted" // a JWT of nobody who is configured, or not signed by who it says
	reasonAudience  reason = "audience"  // a JWT that is meant for somebody else
	reasonClient    reason = "client"    // a JWT of a client that is not let in
	reasonEarly     reason = "early"     // a JWT that is not good yet
	reasonReplayed  reason = "replayed"  // an assertion that was used before
)

// reasons are all of them, for the metric to begin with.
func reasons() []reason {
	return []reason{
		reasonMissing, reasonMalformed, reasonMistyped, reasonUnknown, reasonExpired, reasonRevoked,
		reasonUntrusted, reasonAudience, reasonClient, reasonEarly, reasonReplayed,
	}
}

// RefusedError is the answer to a request without a good credential.
type RefusedError struct {
	// Detail is a sentence for whoever set the caller up. It quotes nothing of
	// what was sent.
	Detail string
	// Challenges are the values of WWW-Authenticate, one a header line.
	Challenges []string
	// RetryAfter is how long the address must wait because too many attempts
	// from it have failed, 0 when it need not.
	RetryAfter time.Duration

	reason reason
}

// Error implements error.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("idp: the caller is refused (%s): %s", e.reason, e.Detail)
}

// Reason is one word of a fixed set for why, as the metric has it.
func (e *RefusedError) Reason() string { return string(e.reason) }

// UnavailableError says that a credential could not be checked, which says
// nothing of the credential: the database could not be read.
type UnavailableError struct {
	// What could not be read, for a sentence: "the database", "the keys of the
	// issuer https://...".
	What string
	// Err is why.
	Err error
}

// Error implements error.
func (e *UnavailableError) Error() string {
	return fmt.Sprintf("idp: %s cannot be read: %v", e.What, e.Err)
}

// Unwrap gives the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// IsUnavailable reports whether err says that a credential could not be
// checked, so that the caller should repeat the request.
func IsUnavailable(err error) bool {
	var unavailable *UnavailableError
	return errors.As(err, &unavailable)
}

// refusal makes a refusal without challenges; the door that answers adds them.
func refusal(why reason, detail string) *RefusedError {
	return &RefusedError{Detail: detail, reason: why}
}
