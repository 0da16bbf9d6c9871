package scim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/jackc/pgx/v5/pgconn"

	"scimforce/oauth"
	"scimforce/salesforce"
	"scimforce/scim/filter"
)

// refused is what Salesforce answers to a change it does not make.
func refused(status int, code, message string, fields ...string) error {
	return fmt.Errorf("changing: %w", &salesforce.Error{
		Status: status, Method: "PATCH", Resource: "/sobjects/User/{id}", Write: true, Sent: true,
		Problems: []salesforce.Problem{{Code: code, Message: message, Fields: fields}},
	})
}

func TestSalesforceErrorsBecomeSCIMErrorsByTheirCode(t *testing.T) {
	tests := []struct {
		name     string
		err      error
		status   int
		scimType string
		retry    bool
		detail   []string
	}{
		{"a username that is taken anywhere", refused(400, "DUPLICATE_USERNAME", "Duplicate Username.<br>The username already exists in this or another Salesforce organization.", "Username"), 409, "uniqueness", false, []string{"Duplicate Username. The username already", "DUPLICATE_USERNAME: Username", "another org"}},
		{"the same in another language", refused(400, "DUPLICATE_USERNAME", "Nombre de usuario duplicado."), 409, "uniqueness", false, []string{"Nombre de usuario duplicado (DUPLICATE_USERNAME)"}},
		{"a nickname that is taken", refused(400, "DUPLICATE_COMM_NICKNAME", "Duplicate Nickname."), 409, "uniqueness", false, []string{"nickName"}},
		{"a value that is taken", refused(400, "DUPLICATE_VALUE", "duplicate value found: <unknown> duplicates value on record with id: <unknown>"), 409, "uniqueness", false, nil},
		{"a required field", refused(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName"), 400, "invalidValue", false, []string{"[LastName]", "default"}},
		{"a value that is too long", refused(400, "STRING_TOO_LONG", "Title: data value too large: x (max length=80)", "Title"), 400, "invalidValue", false, []string{"max length=80"}},
		{"a picklist value", refused(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Time Zone: bad value for restricted picklist field: Mars"), 400, "invalidValue", false, []string{"picklist has in Setup"}},
		{"an e-mail address", refused(400, "INVALID_EMAIL_ADDRESS", "invalid email address: x"), 400, "invalidValue", false, nil},
		{"a rule of Salesforce", refused(400, "FIELD_INTEGRITY_EXCEPTION", "role type must match user type"), 400, "invalidValue", false, []string{"role type must match"}},
		{"a rule of the org", refused(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not on Fridays"), 400, "invalidValue", false, []string{"Not on Fridays", "validation rule"}},
		{"an id that is none", refused(400, "MALFORMED_ID", "Profile ID: id value of incorrect type: x"), 400, "invalidValue", false, nil},
		{"an id that points nowhere", refused(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"), 400, "invalidValue", false, nil},
		{"no licence left", refused(400, "LICENSE_LIMIT_EXCEEDED", "License Limit Exceeded"), 400, "", false, []string{"licence"}},
		{"the last administrator", refused(400, "CANNOT_DISABLE_LAST_ADMIN", "no"), 400, "mutability", false, nil},
		{"automation of the org", refused(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "MyTrigger: execution of BeforeInsert"), 400, "", false, []string{"MyTrigger"}},
		{"a right that the bridge lacks", refused(403, "INSUFFICIENT_ACCESS", "insufficient access"), 503, "", true, []string{"Manage Internal Users"}},
		{"a right on another record", refused(400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id: 00e"), 503, "", true, nil},
		{"an org without an API", refused(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization."), 503, "", true, []string{"API Enabled"}},
		{"a user without the API", refused(403, "API_CURRENTLY_DISABLED", "API is disabled for this User"), 503, "", true, nil},
		{"a session refused after renewal", refused(401, "INVALID_SESSION_ID", "Session expired or invalid"), 503, "", true, nil},
		{"a spent allocation", refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), 429, "", true, []string{"allocation"}},
		{"a lock", refused(500, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"), 503, "", true, nil},
		{"a restart", refused(503, "SERVER_UNAVAILABLE", "Server Unavailable"), 503, "", true, nil},
		{"a crash", refused(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."), 503, "", true, nil},
		{"a field that the org lacks", refused(400, "INVALID_FIELD", "No such column 'X__c' on sobject of type User"), 500, "", false, []string{"X__c", "mapping"}},
		{"an object that the org lacks", refused(400, "INVALID_TYPE", "sObject type 'Y' is not supported"), 500, "", false, nil},
		{"an API version that the org lacks", refused(404, "NOT_FOUND", "The requested resource does not exist"), 500, "", false, []string{"version"}},
		{"a code nobody has seen, about the data", refused(400, "BRAND_NEW_RULE", "the moon is wrong"), 400, "", false, []string{"the moon is wrong (BRAND_NEW_RULE)"}},
		{"a code nobody has seen, about the bridge", refused(403, "BRAND_NEW_RULE", "no"), 503, "", true, nil},
		{"a code nobody has seen, on a missing page", refused(404, "BRAND_NEW_RULE", "no"), 503, "", true, nil},
		{"HTML on a read", &salesforce.Error{Status: 503, Method: "GET", Resource: "/query", Cause: errors.New("the answer is not JSON")}, 503, "", true, nil},
		{"HTML with status 200", &salesforce.Error{Status: 200, Method: "GET", Resource: "/query", Cause: errors.New("the answer is not JSON")}, 503, "", true, nil},
		{"HTML with status 404", &salesforce.Error{Status: 404, Method: "GET", Resource: "/query", Cause: errors.New("the answer is not JSON")}, 503, "", true, nil},
		{"no connection", &salesforce.Error{Method: "GET", Resource: "/query", Cause: errors.New("dial tcp 10.1.2.3:443: refused")}, 503, "", true, nil},
		{"a change whose answer was lost", &salesforce.Error{Method: "POST", Resource: "/composite", Write: true, Sent: true, Cause: errors.New("EOF")}, 503, "", true, []string{"not known"}},
		{"a grant that is gone", &salesforce.Error{Method: "GET", Resource: "/query", Cause: &oauth.GrantLostError{Code: "invalid_grant", Description: "expired access/refresh token"}}, 503, "", true, []string{"reconnects", "Nothing needs to be changed in the identity provider"}},
		{"a login host that is down", fmt.Errorf("token: %w", &oauth.UnavailableError{Status: 502, Reason: "bad gateway"}), 503, "", true, []string{"login"}},
		{"a deadline", fmt.Errorf("x: %w", context.DeadlineExceeded), 503, "", true, nil},
		{"a database that is full", fmt.Errorf("x: %w", &pgconn.PgError{Code: "53100", Message: "/sobjects"}), 503, "", true, []string{"database is full", "make room"}},
		{"a database that is read-only while the token is refreshed", &salesforce.Error{Method: "GET", Resource: "/query", Cause: &pgconn.PgError{Code: "25006"}}, 503, "", true, []string{"database is read-only"}},
		{"a database that is busy", &pgconn.PgError{Code: "40P01"}, 503, "", true, []string{"database is busy"}},
		{"a database that shuts down", &pgconn.PgError{Code: "57P01"}, 503, "", true, []string{"database does not answer"}},
		{"a database that broke off", fmt.Errorf("x: %w", io.ErrUnexpectedEOF), 503, "", true, []string{"database does not answer"}},
		{"Salesforce that broke off", &salesforce.Error{Method: "GET", Resource: "/query", Cause: io.ErrUnexpectedEOF}, 503, "", true, []string{"Salesforce"}},
		{"a fault in a statement", &pgconn.PgError{Code: "42601", Message: "/sobjects"}, 500, "", false, []string{"request id"}},
		{"a filter read elsewhere", fmt.Errorf("x: %w", &filter.SyntaxError{Position: 17, Message: "expected a value"}), 400, "invalidFilter", false, []string{"character 17", "expected a value"}},
		{"a SCIM error, wrapped", fmt.Errorf("x: %w", scimerrors.ScimErrorMutability), 400, "mutability", false, nil},
		{"a pointer to a SCIM error", fmt.Errorf("x: %w", &scimerrors.ScimErrorUniqueness), 409, "uniqueness", false, nil},
		{"a SCIM error that says to wait", scimerrors.ScimError{Status: 503, Detail: "wait"}, 503, "", true, []string{"wait"}},
		{"a SCIM error of status 0", scimerrors.ScimError{Detail: "x"}, 500, "", false, nil},
		{"an error of two problems", fmt.Errorf("x: %w", &salesforce.Error{Status: 400, Problems: []salesforce.Problem{{Code: "NEW", Message: "first"}, {Code: "STRING_TOO_LONG", Message: "second"}}}), 400, "invalidValue", false, []string{"first (NEW); second (STRING_TOO_LONG)"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := serve(newServer(t, &fake{fail: test.err}), request("DELETE", "/Users/"+userID, ""))
			detail := wantError(t, w, test.status, test.scimType)
			for _, must := range test.detail {
				if !strings.Contains(detail, must) {
					t.Errorf("the detail is %q, want it to say %q", detail, must)
				}
			}
			for _, never := range []string{"10.1.2.3", "<br>", "/sobjects"} {
				if strings.Contains(detail, never) {
					t.Errorf("the detail %q holds %q", detail, never)
				}
			}
			retry := w.Header().Get("Retry-After")
			if seconds, err := strconv.Atoi(retry); test.retry && (err != nil || seconds < 1) || !test.retry && retry != "" {
				t.Errorf("Retry-After is %q", retry)
			}
		})
	}
}

// Entra quarantines a job, and Okta deactivates an app, for statuses that say
// that the credential or the resource is wrong.
func TestNoSalesforceErrorIsAnsweredWith401Or403Or404(t *testing.T) {
	table := refusals()
	if len(table) < 60 {
		t.Fatalf("the table has %d codes", len(table))
	}
	for code, r := range table {
		switch r.status {
		case http.StatusBadRequest, http.StatusConflict, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable:
		default:
			t.Errorf("%s is answered with %d", code, r.status)
		}
		if waits := r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable; waits != (r.retryAfter > 0) {
			t.Errorf("%s: status %d and Retry-After %s do not go together", code, r.status, r.retryAfter)
		}
		if r.advice == "" || !strings.HasSuffix(r.advice, ".") {
			t.Errorf("%s has no advice", code)
		}
	}
}

// patient is an error that knows when to come back.
type patient struct{ error }

func (patient) RetryAfter() time.Duration { return 90 * time.Second }
func (p patient) Unwrap() error           { return p.error }

func TestRetryAfterIsWholeSecondsWithALittleMore(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		s := retrySeconds(time.Minute)
		n, err := strconv.Atoi(s)
		if err != nil || n < 60 || n > 75 {
			t.Fatalf("one minute is %q", s)
		}
		seen[s] = true
	}
	if len(seen) < 5 {
		t.Errorf("there is no jitter: %v", seen)
	}
	if got := retrySeconds(10 * time.Millisecond); got != "1" {
		t.Errorf("ten milliseconds are %q", got)
	}
	p := translator{refusals()}.translate(patient{scimerrors.ScimError{Status: 429, Detail: "x"}}, "")
	if p.retryAfter != 90*time.Second {
		t.Errorf("an error's own wait was not taken: %s", p.retryAfter)
	}
	asked := &salesforce.Error{Status: 503, RetryAfter: 2 * time.Minute, Cause: errors.New("x")}
	if p := (translator{refusals()}).translate(asked, ""); p.retryAfter != 2*time.Minute {
		t.Errorf("Salesforce's own wait was not taken: %s", p.retryAfter)
	}
	asked.Problems = []salesforce.Problem{{Code: "SERVER_UNAVAILABLE"}}
	if p := (translator{refusals()}).translate(asked, ""); p.retryAfter != 2*time.Minute {
		t.Errorf("Salesforce's own wait was not taken for a code of the table: %s", p.retryAfter)
	}
	asked.Problems = []salesforce.Problem{{Code: "STRING_TOO_LONG"}}
	if p := (translator{refusals()}).translate(asked, ""); p.retryAfter != 0 {
		t.Errorf("a value that is too long is to be repeated after %s", p.retryAfter)
	}
}

func TestADetailIsBoundedAndStaysUTF8(t *testing.T) {
	p := translator{refusals()}.translate(refused(400, "STRING_TOO_LONG", strings.Repeat("ü", 5000)), "")
	if len(p.Detail) > maxDetail+300 || strings.ToValidUTF8(p.Detail, "?") != p.Detail {
		t.Errorf("the detail has %d bytes", len(p.Detail))
	}
}
