package salesforce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestErrorsAnswerQuestions(t *testing.T) {
	one := func(status int, code, message string) *Error {
		return &Error{Status: status, Problems: []Problem{{Code: code, Message: message}}, Sent: true}
	}
	written := func(e *Error) *Error { e.Write = true; return e }
	tests := []struct {
		name string
		err  error
		want string // the questions that are answered with yes
	}{
		{"no error", nil, ""},
		{"another error", io.EOF, ""},
		{"record not there", one(404, "NOT_FOUND", ""), "not found"},
		{"record deleted", one(404, "ENTITY_IS_DELETED", ""), "not found"},
		{"changed record not there", one(404, "INVALID_CROSS_REFERENCE_KEY", ""), "not found"},
		{"field that points nowhere", one(400, "INVALID_CROSS_REFERENCE_KEY", ""), ""},
		{"username taken", one(400, "DUPLICATE_USERNAME", ""), "duplicate"},
		{"nickname taken", one(400, "DUPLICATE_COMM_NICKNAME", ""), "duplicate"},
		{"assignment exists", fmt.Errorf("assign: %w", one(400, "DUPLICATE_VALUE", "")), "duplicate"},
		{"row locked", one(400, "UNABLE_TO_LOCK_ROW", ""), "retryable"},
		{"row locked with status 500", one(500, "UNABLE_TO_LOCK_ROW", ""), "retryable"},
		{"row locked in a write", written(one(500, "UNABLE_TO_LOCK_ROW", "")), "retryable"},
		{"memberships locked", one(400, "UNKNOWN_EXCEPTION", "Group membership operation already in progress"), "retryable"},
		{"another unknown exception", one(400, "UNKNOWN_EXCEPTION", "portal account owner must have a role"), ""},
		{"crash", one(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."), "unavailable retryable"},
		{"crash of a write", written(one(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")), "unavailable retryable"},
		{"down", one(503, "SERVER_UNAVAILABLE", ""), "unavailable retryable"},
		{"down with status 400", one(400, "SERVER_UNAVAILABLE", ""), "unavailable retryable"},
		{"query too slow", one(400, "QUERY_TIMEOUT", ""), "unavailable retryable"},
		{"status alone", &Error{Status: 503}, "unavailable retryable"},
		{"gateway gave up on a write", &Error{Status: 504, Write: true, Sent: true}, "unavailable unknown"},
		{"gateway gave up on a read", &Error{Status: 504, Sent: true}, "unavailable retryable"},
		{"page of HTML for a read", &Error{Status: 200, Cause: errHTML, Sent: true}, "unavailable retryable"},
		{"page of HTML for a write", &Error{Status: 200, Cause: errHTML, Write: true, Sent: true}, "unavailable unknown"},
		{"wrong host", &Error{Status: 404, Cause: errHTML, Write: true, Sent: true}, "unavailable retryable"},
		{"moved", &Error{Status: 302, Cause: errHTML, Sent: true}, "unavailable retryable"},
		{"no connection", &Error{Cause: io.EOF, Write: true}, "unavailable retryable"},
		{"lost answer of a write", &Error{Cause: io.EOF, Write: true, Sent: true}, "unavailable unknown"},
		{"timeout of a read", &Error{Cause: context.DeadlineExceeded, Sent: true}, "unavailable retryable"},
		{"allocation used up", one(403, "REQUEST_LIMIT_EXCEEDED", ""), "limit"},
		{"too many requests", &Error{Status: 429, Sent: true}, "limit"},
		{"no licence left", one(400, "LICENSE_LIMIT_EXCEEDED", ""), ""},
		{"session ended", one(401, "INVALID_SESSION_ID", ""), ""},
		{"URL too long", &Error{Status: 414, Sent: true}, ""},
		{"forbidden", one(403, "API_DISABLED_FOR_ORG", ""), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			for _, q := range []struct {
				name string
				ask  func(error) bool
			}{
				{"not found", IsNotFound},
				{"duplicate", IsDuplicate},
				{"unavailable", IsUnavailable},
				{"retryable", IsRetryable},
				{"unknown", OutcomeUnknown},
				{"limit", IsLimitExceeded},
			} {
				if q.ask(test.err) {
					if got != "" {
						got += " "
					}
					got += q.name
				}
			}
			if got != test.want {
				t.Errorf("is %q, want %q", got, test.want)
			}
		})
	}
}

func TestErrorTellsItsStory(t *testing.T) {
	e := &Error{
		Status: 400, Method: "POST", Resource: "/sobjects/User",
		Problems: []Problem{{"STRING_TOO_LONG", "Alias: data value too large", []string{"Alias"}}, {"INVALID_EMAIL_ADDRESS", "", []string{"Email"}}},
	}
	want := "salesforce: POST /sobjects/User: 400 STRING_TOO_LONG: Alias: data value too large (fields Alias); INVALID_EMAIL_ADDRESS (fields Email)"
	if diff := cmp.Diff(want, e.Error()); diff != "" {
		t.Error(diff)
	}
	e = &Error{Method: "GET", Resource: "/query", Cause: io.ErrUnexpectedEOF}
	if want := "salesforce: GET /query: no answer: unexpected EOF"; e.Error() != want {
		t.Errorf("%q, want %q", e, want)
	}
	if !errors.Is(e, io.ErrUnexpectedEOF) {
		t.Error("the cause is not in the chain")
	}
}

func TestHasCodeLooksAtAllProblems(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", &Error{Status: 400, Problems: []Problem{{Code: "A"}, {Code: "B"}, {}}})
	if !HasCode(err, "X", "B") || HasCode(err, "X") || HasCode(err, "") || HasCode(nil, "A") {
		t.Error("HasCode is wrong")
	}
}

func TestLabelsAreFew(t *testing.T) {
	for want, e := range map[string]*Error{
		"DUPLICATE_VALUE": {Status: 400, Problems: []Problem{{Code: "DUPLICATE_VALUE"}}},
		"no_answer":       {Cause: io.EOF},
		"garbled":         {Status: 200, Cause: errCut},
		"http_503":        {Status: 503},
		"FORBIDDEN":       {Status: 403, Problems: []Problem{{Code: "FORBIDDEN"}}},
		"other":           {Status: 400, Problems: []Problem{{Code: "A_" + strings.Repeat("B", 90)}}},
		// What stands in front of Salesforce may answer anything, each time another.
		"http_400": {Status: 400, Problems: []Problem{{Code: "ada@acme.example"}}},
		"http_403": {Status: 403, Problems: []Problem{{Code: "Bad_OAuth_Token"}}},
		"http_502": {Status: 502, Problems: []Problem{{Code: "C0FFEE91"}}},
	} {
		if got := e.label(); got != want {
			t.Errorf("%v: %q, want %q", e, got, want)
		}
	}
}
