package oauth

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"scimforce/oauth/database"
)

// Explanation is a failure in an administrator's words. It holds no secret and
// no text of a caller's, and is fit for a page.
type Explanation struct {
	// Code is the OAuth error code in lower case, one of this package's codes
	// (see UnavailableError, StateError and LoginHostError), or "unknown".
	Code string
	// Title says what happened, Cause how that comes about, Remedy what to do.
	// None ends in a full stop.
	Title, Cause, Remedy string
}

// Explain finds the words for an error of this package, or for one that wraps
// it. nil has none.
func Explain(err error) Explanation {
	var lost *GrantLostError
	var state *StateError
	var host *LoginHostError
	var unavailable *UnavailableError
	var input *InputError
	switch {
	case err == nil:
		return Explanation{}
	case errors.As(err, &lost):
		if strings.EqualFold(lost.Code, "redirect_uri_mismatch") && lost.RedirectURL != "" {
			return ExplainRedirect(lost.RedirectURL, "")
		}
		return lookup(lost.Code, lost.Description).explained()
	case errors.As(err, &state):
		return lookup(state.Code, "").explained()
	case errors.As(err, &host):
		e := lookup(host.Code, "").explained()
		e.Cause = host.Host + ": " + e.Cause
		if host.Instead != "" {
			e.Remedy = "use " + host.Instead + " as the login URL"
		}
		return e
	case errors.As(err, &input):
		e := lookup("bad_input", "").explained()
		e.Cause = input.Problem.Error()
		return e
	case errors.Is(err, ErrConfigured):
		return lookup("configured", "").explained()
	case errors.As(err, &unavailable) && unavailable.Code != StoreFailed:
		return lookup(unavailable.Code, "").explained()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded) && unavailable == nil:
		return lookup("given_up", "").explained()
	}
	e := lookup(StoreFailed, "").explained()
	if words := database.Explain(err); words != "" {
		e.Cause = strings.TrimSuffix(words, ".")
	} else if unavailable == nil {
		e = lookup("unknown", "").explained()
	}
	return e
}

// explained is the row as users see it.
func (r refusal) explained() Explanation {
	return Explanation{Code: r.code, Title: r.title, Cause: r.cause, Remedy: r.remedy}
}

// CallbackError is what Salesforce says in the query of the callback instead
// of a code (RFC 6749 section 4.1.2.1): a *GrantLostError, or nil where it says
// nothing. Anybody can call that address with any text, so the text is bounded,
// and its Description is for finding the explanation, not for showing.
func CallbackError(query url.Values) error {
	code := query.Get("error")
	if code == "" {
		return nil
	}
	return refused(plain(code), plain(query.Get("error_description")))
}
