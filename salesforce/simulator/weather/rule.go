package weather

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind is one way in which a call goes wrong.
type Kind string

// The kinds of weather.
const (
	ExpiredSession  Kind = "expired-session"  // 401, and the session is over
	Unavailable     Kind = "unavailable"      // 503 of the API, JSON
	Maintenance     Kind = "maintenance"      // 503 of the edge, an HTML page
	ServerError     Kind = "server-error"     // 500 UNKNOWN_EXCEPTION
	ResetBefore     Kind = "reset-before"     // connection reset, nothing was done
	ResetAfter      Kind = "reset-after"      // connection reset, what was asked is done
	SlowBody        Kind = "slow-body"        // the right answer, dribbled
	RowLock         Kind = "row-lock"         // UNABLE_TO_LOCK_ROW, writes only
	GroupMembership Kind = "group-membership" // a group membership operation is in progress, writes only
	RequestLimit    Kind = "request-limit"    // 403 REQUEST_LIMIT_EXCEEDED
	QueryTimeout    Kind = "query-timeout"    // QUERY_TIMEOUT, queries only
	ExpiredPassword Kind = "expired-password" // 403 INVALID_OPERATION_WITH_EXPIRED_PASSWORD
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{
		ExpiredSession, Unavailable, Maintenance, ServerError, ResetBefore, ResetAfter, SlowBody, RowLock, GroupMembership,
		RequestLimit, QueryTimeout, ExpiredPassword,
	}
}

// Call is what a rule looks at: the method and the resource as a template below
// the version ("/sobjects/User/{id}").
type Call struct{ Method, Resource string }

// fits says whether such a thing can happen to the call at all.
func (k Kind) fits(c Call) bool {
	switch k {
	case RowLock, GroupMembership:
		return c.Method != "GET" && c.Method != "HEAD"
	case QueryTimeout:
		return strings.HasPrefix(c.Resource, "/query")
	}
	return true
}

// Rule makes calls go wrong: some of all at a Rate, or the Next ones.
type Rule struct {
	Kind     Kind    `json:"kind"`
	Rate     float64 `json:"rate,omitempty"`     // chance of each call it fits, above 0 and up to 1
	Next     int     `json:"next,omitempty"`     // instead of a rate: that many calls from now on
	Method   string  `json:"method,omitempty"`   // "" = any
	Resource string  `json:"resource,omitempty"` // "" = any; "/sobjects/User*" = any that begins so
}

// Validate names all that is wrong with the rule.
func (r Rule) Validate() error {
	var problems []error
	if !slices.Contains(Kinds(), r.Kind) {
		problems = append(problems, fmt.Errorf("kind %q is none of %v", r.Kind, Kinds()))
	}
	if !(r.Rate >= 0 && r.Rate <= 1) { // also what is not a number
		problems = append(problems, fmt.Errorf("rate %v is not between 0 and 1", r.Rate))
	}
	if r.Next < 0 {
		problems = append(problems, fmt.Errorf("next %d is negative", r.Next))
	}
	if (r.Rate == 0) == (r.Next == 0) {
		problems = append(problems, errors.New("one of rate and next is wanted"))
	}
	return errors.Join(problems...)
}

func (r *Rule) fits(c Call) bool {
	if r.Method != "" && !strings.EqualFold(r.Method, c.Method) {
		return false
	}
	if start, open := strings.CutSuffix(r.Resource, "*"); open {
		return strings.HasPrefix(c.Resource, start) && r.Kind.fits(c)
	}
	return (r.Resource == "" || r.Resource == c.Resource) && r.Kind.fits(c)
}
