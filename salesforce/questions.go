package salesforce

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// HasCode says whether Salesforce gave one of these codes.
func HasCode(err error, codes ...string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && slices.ContainsFunc(e.Problems, func(p Problem) bool {
		return p.Code != "" && slices.Contains(codes, p.Code)
	})
}

// IsNotFound says that the record that was named does not exist (any more).
func IsNotFound(err error) bool {
	// INVALID_CROSS_REFERENCE_KEY is the answer to a change of a record that
	// is not there (404), and also to a field that points nowhere (400).
	e, ok := errors.AsType[*Error](err)
	return ok && (HasCode(e, "NOT_FOUND", "ENTITY_IS_DELETED") ||
		e.Status == http.StatusNotFound && HasCode(e, "INVALID_CROSS_REFERENCE_KEY"))
}

// IsDuplicate says that something with this name, key or pair exists already:
// DUPLICATE_VALUE, DUPLICATE_USERNAME, DUPLICATE_COMM_NICKNAME and their like.
func IsDuplicate(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && slices.ContainsFunc(e.Problems, func(p Problem) bool {
		return strings.HasPrefix(p.Code, "DUPLICATE")
	})
}

// IsRefused says that a request was not carried out because of what is in it,
// and not because of who makes it, or when: of a value or a body that Salesforce
// does not take (400), of one that is too long (413, 414, 431), or of one that
// JSON cannot hold.
func IsRefused(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		switch e.Status {
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
			return !e.locked() && !e.unavailable() && !IsLimitExceeded(e)
		}
		return false
	}
	_, unwritable := errors.AsType[*unwritableError](err)
	return unwritable
}

// IsLocked says that somebody else held what a write needed. It was not made.
func IsLocked(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.locked()
}

// IsRetryable says that the same request may succeed soon and that making it
// again does no harm. The client has done so already, MaxAttempts times, for
// what it may repeat.
func IsRetryable(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.locked() || e.unavailable() && !e.outcomeUnknown())
}

// IsUnavailable says that it was not for the request: no connection, a
// timeout, a 5xx, a page of HTML, half a body, an answer of another form.
func IsUnavailable(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.unavailable()
}

// OutcomeUnknown says that a write was sent and its answer lost: it may or may
// not have been done, and has to be looked up before it is made again.
func OutcomeUnknown(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.outcomeUnknown()
}

// IsLimitExceeded says that the org's allocation of API calls is used up, for
// the day or for calls at once. Licences and storage are other limits.
func IsLimitExceeded(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Status == http.StatusTooManyRequests || HasCode(e, "REQUEST_LIMIT_EXCEEDED"))
}
