package salesforce

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Problem is one thing that Salesforce says is wrong.
type Problem struct {
	Code    string   // such as DUPLICATE_USERNAME; "" when the answer was not Salesforce's usual form
	Message string   // in the language of the running user, at most 1,000 characters
	Fields  []string // the fields at fault, often none
}

// An Error is a request that was refused, or whose answer did not come or
// could not be understood. Its text names the method, the resource as a
// template, codes and messages; never a token and never a query.
type Error struct {
	Status           int // of the answer; of the row or subrequest inside one; 0 when no answer came
	Problems         []Problem
	Method, Resource string        // as in Call
	RetryAfter       time.Duration // as the answer asked; 0 when it did not

	// Cause is what went wrong below: the transport, the context, the form
	// of the answer. Nil when Salesforce answered in order.
	Cause error

	// Write says that the request would have changed something, Sent that
	// it may have reached Salesforce.
	Write, Sent bool
}

// Error is the whole story in at most some 1,000 characters.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("salesforce: ")
	if e.Method != "" {
		b.WriteString(e.Method + " " + e.Resource + ": ")
	}
	if e.Status != 0 {
		b.WriteString(strconv.Itoa(e.Status))
	} else {
		b.WriteString("no answer")
	}
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString(";")
		}
		if p.Code != "" {
			b.WriteString(" " + p.Code)
		}
		if p.Message != "" {
			b.WriteString(": " + p.Message)
		}
		if len(p.Fields) > 0 {
			fmt.Fprintf(&b, " (fields %s)", strings.Join(p.Fields, ", "))
		}
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return bounded(b.String())
}

// Unwrap gives the cause below, if there is one.
func (e *Error) Unwrap() error { return e.Cause }

// code is the first of Salesforce's own codes, "" when there is none: what
// stands in front of Salesforce puts its words into the same places, but only
// Salesforce's say what became of a request, and only they are few.
func (e *Error) code() string {
	for _, p := range e.Problems {
		if isCode(p.Code) {
			return p.Code
		}
	}
	return ""
}

// isCode says whether a text has the form of Salesforce's codes: FORBIDDEN,
// UNABLE_TO_LOCK_ROW. A word with digits and no underscore is rather somebody's
// number of a request.
func isCode(text string) bool {
	digits := false
	for _, r := range text {
		if (r < 'A' || r > 'Z') && r != '_' && (r < '0' || r > '9') {
			return false
		}
		digits = digits || r >= '0' && r <= '9'
	}
	return text != "" && isUpper(text[0]) && (!digits || strings.Contains(text, "_"))
}

// locked says that somebody else held what the request needed. Salesforce
// answers this with 400 or 500, so only the code counts; a composite or a
// collection of which every part was locked is locked as well.
func (e *Error) locked() bool {
	for _, p := range e.Problems {
		switch {
		case p.Code == "UNABLE_TO_LOCK_ROW":
		case p.Code == "UNKNOWN_EXCEPTION" &&
			// The one text that must be read: there is no code of its own for
			// it. A running user of another language gets it translated and
			// the request is not repeated for him.
			strings.Contains(strings.ToLower(p.Message), "group membership operation already in progress"):
		default:
			return false
		}
	}
	return len(e.Problems) > 0
}

// unavailable says that it was not the request: Salesforce did not answer, or
// something that is not the API did.
func (e *Error) unavailable() bool {
	if e.locked() {
		return false
	}
	for _, p := range e.Problems {
		switch p.Code {
		case "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE":
			return true
		}
	}
	switch {
	case e.Status == 0 || e.Status >= 500:
		return true
	case e.Status == 401, e.Status == 414, e.Status == 429, e.Status == 431:
		// Answered before the API is reached, and still about the request.
		return false
	default:
		return e.code() == ""
	}
}

// outcomeUnknown says that a write may or may not have been done. An answer
// with a code is Salesforce's own: it refused and changed nothing.
func (e *Error) outcomeUnknown() bool {
	refused := e.Status >= 400 && e.Status < 500
	return e.Write && e.Sent && e.code() == "" && !refused
}

// label is the error as a label of metrics: few values, whatever is answered.
func (e *Error) label() string {
	code := e.code()
	switch {
	case code == "" && e.Status == 0:
		return "no_answer"
	case code == "" && e.Status < 400:
		return "garbled"
	case code == "":
		return "http_" + strconv.Itoa(e.Status)
	case len(code) > 80:
		return "other"
	default:
		return code
	}
}

// bounded cuts a text after 1,000 characters.
func bounded(s string) string {
	const limit = 1000
	if len(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
