package scim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/oauth"
	"scimforce/salesforce"
	"scimforce/scim/filter"
)

// maxDetail bounds the detail of an error, in bytes. Salesforce quotes whole
// values in its messages, and others the id that was asked for.
const maxDetail = 1500

// problem is an error on its way out.
type problem struct {
	scimerrors.ScimError
	// retryAfter becomes the Retry-After header, 0 for none.
	retryAfter time.Duration
	// reason is the metric label and the log's word for what happened: one of
	// a fixed set (a scimType, a Salesforce error code of the table, "status
	// 404", "internal" ...), never a text from outside.
	reason string
	// allow becomes the Allow header of a 405.
	allow string
	// challenges become the WWW-Authenticate headers of a 401 or 403.
	challenges []string
}

// refuse makes a problem of the bridge's own.
func refuse(status int, scimType scimerrors.ScimType, format string, args ...any) problem {
	reason := string(scimType)
	if reason == "" {
		reason = "status " + strconv.Itoa(status)
	}
	return problem{
		ScimError: scimerrors.ScimError{Status: status, ScimType: scimType, Detail: fmt.Sprintf(format, args...)},
		reason:    reason,
	}
}

// Error implements error, so that a problem may be returned as one.
func (p problem) Error() string { return p.ScimError.Error() }

// translator turns errors into problems.
type translator struct{ table map[string]refusal }

// translate says what the IdP is told of err. What is not known to be meant
// for it is answered as a 500 whose text names the request id only.
func (t translator) translate(err error, requestID string) problem {
	var own problem
	if errors.As(err, &own) {
		return own
	}
	if p, ok := fromIdP(err); ok {
		return p
	}
	if p, ok := fromSCIM(err); ok {
		return p
	}
	if oauth.IsGrantLost(err) {
		p := refuse(http.StatusServiceUnavailable, "", "%s", grantLost(err))
		p.retryAfter, p.reason = afterRepair, "grant lost"
		return p
	}
	if oauth.IsUnavailable(err) {
		p := refuse(http.StatusServiceUnavailable, "", "The Salesforce login service does not answer. Repeat the request.")
		p.retryAfter, p.reason = later, "login unavailable"
		return p
	}
	if p, ok := t.fromSalesforce(err); ok {
		return p
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		p := refuse(http.StatusServiceUnavailable, "", "Salesforce did not answer in time. Repeat the request: what was already done will be found and not done twice.")
		p.retryAfter, p.reason = later, "deadline"
		return p
	case errors.Is(err, context.Canceled):
		p := refuse(http.StatusServiceUnavailable, "", "The request was given up before it was finished.")
		p.retryAfter, p.reason = soon, reasonCanceled
		return p
	}
	p := refuse(http.StatusInternalServerError, "", "Something went wrong inside the bridge. Its log says what, under request id %s.", requestID)
	p.reason = "internal"
	return p
}

// grantLost tells the administrator to act at Salesforce, not at the IdP. The
// login host's own words stay in the log.
func grantLost(err error) string {
	remedy := ""
	var lost *oauth.GrantLostError
	if errors.As(err, &lost) {
		remedy = "What to do: " + lost.Remedy() + "."
	}
	return join("Salesforce does not accept the authorization of this bridge any more, so nothing can be provisioned until an administrator reconnects the bridge to Salesforce.", remedy, "Nothing needs to be changed in the identity provider.")
}

// fromSCIM takes the errors that are already SCIM's own: elimity's values, a
// pointer to one as some of its functions return it, and the filter parser's.
func fromSCIM(err error) (problem, bool) {
	var syntax *filter.SyntaxError
	if errors.As(err, &syntax) {
		return refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidFilter, "The filter cannot be read at character %d: %s.", syntax.Position, strings.TrimSuffix(syntax.Message, ".")), true
	}
	var value scimerrors.ScimError
	if !errors.As(err, &value) {
		var pointer *scimerrors.ScimError
		if !errors.As(err, &pointer) || pointer == nil {
			return problem{}, false
		}
		value = *pointer
	}
	if value.Status < 400 || value.Status > 599 {
		value.Status = http.StatusInternalServerError
	}
	p := refuse(value.Status, value.ScimType, "%s", bounded(strings.ToValidUTF8(value.Detail, "?"), maxDetail))
	if value.Status == http.StatusServiceUnavailable || value.Status == http.StatusTooManyRequests {
		p.retryAfter = later
	}
	var patient interface{ RetryAfter() time.Duration }
	if errors.As(err, &patient) && patient.RetryAfter() > 0 {
		p.retryAfter = patient.RetryAfter()
	}
	return p, true
}

// fromSalesforce asks the table, code by code in the order Salesforce gives
// them, and falls back to what kind of failure it was.
func (t translator) fromSalesforce(err error) (problem, bool) {
	var failure *salesforce.Error
	if !errors.As(err, &failure) {
		return problem{}, false
	}
	for _, problem := range failure.Problems {
		if r, ok := t.table[problem.Code]; ok {
			p := refuse(r.status, r.scimType, "%s", join(quote(failure.Problems), r.advice))
			p.retryAfter, p.reason = r.retryAfter, problem.Code
			if r.retryAfter > 0 && failure.RetryAfter > 0 {
				p.retryAfter = failure.RetryAfter
			}
			return p, true
		}
	}

	words := quote(failure.Problems)
	var p problem
	switch {
	case salesforce.OutcomeUnknown(err):
		p = refuse(http.StatusServiceUnavailable, "", "%s", join(words, "Salesforce's answer to a change was lost, so it is not known whether the change was made. Repeat the request: the bridge looks first."))
		p.retryAfter, p.reason = soon, "outcome unknown"
	case salesforce.IsLimitExceeded(err):
		p = refuse(http.StatusTooManyRequests, "", "%s", join(words, t.table["REQUEST_LIMIT_EXCEEDED"].advice))
		p.retryAfter, p.reason = later, "limit"
	case failure.Status >= 400 && failure.Status < 500 && !salesforce.IsUnavailable(err) && words != "" && !aboutBridge(failure.Status):
		p = refuse(http.StatusBadRequest, "", "%s", words)
		p.reason = "other Salesforce refusal"
	default:
		p = refuse(http.StatusServiceUnavailable, "", "%s", join(words, "Salesforce does not answer as it should. Repeat the request."))
		p.retryAfter, p.reason = later, "Salesforce unavailable"
	}
	if p.retryAfter > 0 && failure.RetryAfter > 0 {
		p.retryAfter = failure.RetryAfter
	}
	return p, true
}

// aboutBridge reports whether a Salesforce status says something of the
// bridge's own access or address rather than of the data sent.
func aboutBridge(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusTooManyRequests:
		return true
	}
	return false
}

// markup is what Salesforce puts into messages made for its own pages
// ("Duplicate Username.<br>The username already exists ...").
var markup = regexp.MustCompile(`(?:\s*<[^<>]{1,40}>\s*)+`)

// quote gives Salesforce's own words: `Salesforce says: Required fields are
// missing: [LastName] (REQUIRED_FIELD_MISSING: LastName).` "" without any.
func quote(problems []salesforce.Problem) string {
	parts := make([]string, 0, len(problems))
	for _, p := range problems {
		text := strings.TrimSpace(markup.ReplaceAllString(strings.ToValidUTF8(p.Message, "?"), " "))
		text = strings.TrimRight(text, ". ")
		code := p.Code
		if len(p.Fields) > 0 {
			code += ": " + strings.Join(p.Fields, ", ")
		}
		switch {
		case text == "" && code == "":
			continue
		case text == "":
			text = code
		case code != "":
			text += " (" + code + ")"
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	return "Salesforce says: " + bounded(strings.Join(parts, "; "), maxDetail) + "."
}

// join puts sentences after each other, leaving empty ones out.
func join(sentences ...string) string {
	kept := sentences[:0:0]
	for _, s := range sentences {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, " ")
}

// bounded cuts s to at most n bytes at a character's edge.
func bounded(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// retrySeconds is the Retry-After value of d: whole seconds, because Okta
// reads nothing else, and up to a quarter more, so that clients refused
// together do not come back together.
func retrySeconds(d time.Duration) string {
	seconds := max(1, int64((d+time.Second-1)/time.Second))
	return strconv.FormatInt(seconds+rand.Int64N(seconds/4+1), 10)
}

// header writes the problem's headers.
func (p problem) header(h http.Header) {
	if p.retryAfter > 0 {
		h.Set("Retry-After", retrySeconds(p.retryAfter))
	}
	if p.allow != "" {
		h.Set("Allow", p.allow)
	}
	for _, challenge := range p.challenges {
		h.Add("WWW-Authenticate", challenge)
	}
}
