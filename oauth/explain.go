package oauth

import (
	"errors"
	"net/url"
)

// ErrNoRefreshToken says that Salesforce answered an authorization without a
// refresh token: the bridge would be locked out when the first session ends.
var ErrNoRefreshToken = errors.New("no refresh token came from Salesforce: allow the scope \"refresh_token, offline_access\" in the app, and choose a refresh token policy other than \"immediately expire\"")

// Explanation is a failure in an administrator's words. It holds no secret and
// no text of a caller's, and is fit for a page.
type Explanation struct {
	// Code is the OAuth error code in lower case, or one of the bridge's own: "state",
	// "no_refresh_token", "unavailable", "unknown".
	Code string
	// Title says what happened, Cause how that comes about, Remedy what to do.
	// None ends in a full stop.
	Title, Cause, Remedy string
}

// Explain finds the words for an error of this package.
func Explain(err error) Explanation {
	var lost *GrantLostError
	var unavailable *UnavailableError
	switch {
	case errors.As(err, &lost):
		r := lookup(lost.Code, lost.Description)
		return Explanation{Code: r.code, Title: r.title, Cause: r.cause, Remedy: r.remedy}
	case errors.Is(err, ErrState):
		return Explanation{
			Code: "state", Title: "This authorization cannot be completed", Cause: "it was not begun here, is older than ten minutes, or was completed already: the callback may have been opened twice",
			Remedy: "begin it again",
		}
	case errors.Is(err, ErrNoRefreshToken):
		return Explanation{
			Code: "no_refresh_token", Title: "Salesforce gave no refresh token", Cause: "the app lacks the scope \"refresh_token, offline_access\", or its refresh token policy is \"immediately expire\"",
			Remedy: "allow the scope in the app, set the policy to \"valid until revoked\", wait up to ten minutes and begin the authorization again",
		}
	case errors.As(err, &unavailable):
		return Explanation{
			Code: "unavailable", Title: "The login host cannot be used just now", Cause: unavailable.Reason,
			Remedy: "check the login URL and that the bridge can reach it (DNS, proxy, firewall), then try again",
		}
	}
	return Explanation{Code: "unknown", Title: "The authorization failed", Cause: "the reason is in the bridge's log", Remedy: "look into the log, then begin the authorization again"}
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
	description := plain(query.Get("error_description"))
	return &GrantLostError{Code: plain(code), Description: description, Recoverable: lookup(code, description).recoverable}
}
