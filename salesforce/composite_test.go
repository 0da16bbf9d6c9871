package salesforce

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// composed writes the answer to a composite out of "ref status body".
func composed(parts ...string) string {
	var responses []string
	for _, part := range parts {
		words := strings.SplitN(part, " ", 3)
		responses = append(responses, fmt.Sprintf(`{"body":%s,"httpHeaders":{},"httpStatusCode":%s,"referenceId":"%s"}`, words[2], words[1], words[0]))
	}
	return `{"compositeResponse":[` + strings.Join(responses, ",") + `]}`
}

const (
	rolledBack = `[{"errorCode":"PROCESSING_HALTED","message":"The transaction was rolled back since another operation in the same transaction failed."}]`
	noValue    = `[{"errorCode":"PROCESSING_HALTED","message":"Invalid reference specified. No value for user.id found in user"}]`
	duplicate  = `[{"message":"Duplicate Username.","errorCode":"DUPLICATE_USERNAME","fields":["Username"]}]`
	lockedRow  = `[{"message":"unable to obtain exclusive access to this record","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]`
	userMade   = `{"id":"` + ada + `","success":true,"errors":[]}`
)

func TestCompositeReadsEachAnswerAsItsRequestAsks(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r)
	r.on("POST", "/composite", answered(200, composed(
		"found 200 "+pageOf(3, 0, 2, "/services/data/v66.0/query/x-2"),
		"user 201 "+userMade,
		"title 204 null",
		`read 200 {"Id":"`+ada+`","N":9007199254740993}`,
		`count 200 {"totalSize":17,"done":true,"records":[]}`,
	)))
	responses, err := c.Composite(t.Context(), false,
		CreateSub("user", "User", Record{}), UpdateSub("title", "User", "@{user.id}", Record{}), GetSub("read", "User", "@{user.id}"),
		QuerySub("found", "SELECT Id FROM User"), QuerySub("count", "SELECT COUNT() FROM User"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Culprit(responses); err != nil {
		t.Errorf("culprit of a success: %v", err)
	}
	if got := responses["user"].ID(); got != ada {
		t.Errorf("created %q", got)
	}
	if got := responses["read"]; got.ID() != ada || got.Record().String("N") != "9007199254740993" {
		t.Errorf("read %v", got.Record())
	}
	if got := responses["count"].TotalSize(); got != 17 {
		t.Errorf("counted %d", got)
	}
	if got := responses["title"]; got.Err() != nil || got.ID() != "" || got.Record() != nil || got.Records() != nil || got.TotalSize() != 0 || got.Status != 204 {
		t.Errorf("changed %+v", got)
	}
	if got := responses["found"]; len(got.Records()) != 2 || got.TotalSize() != 3 {
		t.Errorf("found %v", got.Records())
	}
	r.on("GET", "/query/x-2", answered(200, pageOf(3, 2, 1, "")))
	if all, err := c.Rest(t.Context(), responses["found"]); len(all) != 3 || err != nil {
		t.Errorf("%d records in all, %v", len(all), err)
	}
	if all, err := c.Rest(t.Context(), responses["count"]); len(all) != 0 || err != nil {
		t.Errorf("records of a count: %v, %v", all, err)
	}
	if all, err := c.Rest(t.Context(), responses["title"]); all != nil || err != nil {
		t.Errorf("records of a change: %v, %v", all, err)
	}
}

func TestTheCulpritIsNotHiddenByTheHalted(t *testing.T) {
	subs := []Subrequest{CreateSub("user", "User", nil), UpdateSub("title", "User", "@{user.id}", nil), GetSub("read", "User", "@{user.id}")}
	for name, test := range map[string]struct {
		answers []string
		want    string
	}{
		"the first":                  {[]string{"user 400 " + duplicate, "title 400 " + rolledBack, "read 400 " + rolledBack}, "DUPLICATE_USERNAME"},
		"in the middle":              {[]string{"user 400 " + rolledBack, "title 400 " + duplicate, "read 400 " + rolledBack}, "DUPLICATE_USERNAME"},
		"two of them":                {[]string{"user 400 " + rolledBack, "title 400 " + lockedRow, "read 400 " + duplicate}, "UNABLE_TO_LOCK_ROW"},
		"referred to":                {[]string{"user 400 " + duplicate, "title 400 " + noValue, "read 400 " + noValue}, "DUPLICATE_USERNAME"},
		"all halted":                 {[]string{"user 400 " + rolledBack, "title 400 " + noValue, "read 400 " + rolledBack}, "PROCESSING_HALTED"},
		"answered in another order":  {[]string{"read 400 " + duplicate, "title 400 " + lockedRow, "user 400 " + rolledBack}, "UNABLE_TO_LOCK_ROW"},
		"a reference to what is not": {[]string{"user 201 " + userMade, "title 204 null", "read 400 " + noValue}, "PROCESSING_HALTED"},
	} {
		t.Run(name, func(t *testing.T) {
			responses, err := decodeComposite(answer{status: 200, body: []byte(composed(test.answers...))}, subs)
			if err != nil {
				t.Fatal(err)
			}
			if err := Culprit(responses); !HasCode(err, test.want) {
				t.Errorf("culprit %v, want %s", err, test.want)
			}
		})
	}
	if err := Culprit(nil); err != nil {
		t.Errorf("culprit of nothing: %v", err)
	}
}

func TestErrorsOfSubrequestsNameThem(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r)
	r.on("POST", "/composite", answered(200, composed("user 400 "+duplicate)))
	responses, err := c.Composite(t.Context(), true, CreateSub("user", "User", nil))
	if err != nil {
		t.Fatal(err)
	}
	want := &Error{
		Status: 400, Method: "POST", Resource: "/sobjects/User", Write: true, Sent: true,
		Problems: []Problem{{"DUPLICATE_USERNAME", "Duplicate Username.", []string{"Username"}}},
	}
	if diff := cmp.Diff(error(want), responses["user"].Err()); diff != "" {
		t.Error(diff)
	}
	if _, err := c.Rest(t.Context(), responses["user"]); !IsDuplicate(err) {
		t.Errorf("records of a refusal: %v", err)
	}
}

func TestACompositeIsMadeAgainWhenNothingOfItWasDone(t *testing.T) {
	write := []Subrequest{CreateSub("one", "User", nil), CreateSub("two", "User", nil)}
	read := []Subrequest{GetSub("one", "User", ada), GetSub("two", "User", ada)}
	down := `[{"message":"Server Unavailable","errorCode":"SERVER_UNAVAILABLE"}]`
	tests := []struct {
		name      string
		allOrNone bool
		subs      []Subrequest
		first     string
		again     bool
	}{
		{"all undone for a lock", true, write, composed("one 400 "+rolledBack, "two 400 "+lockedRow), true},
		{"each of them locked", false, write, composed("one 400 "+lockedRow, "two 400 "+lockedRow), true},
		{"one of them done", false, write, composed("one 201 "+userMade, "two 400 "+lockedRow), false},
		{"all undone for a duplicate", true, write, composed("one 400 "+rolledBack, "two 400 "+duplicate), false},
		{"a read of locked rows", false, read, composed(`one 200 {"Id":"x"}`, "two 400 "+lockedRow), true},
		{"a read while down", false, read, composed(`one 200 {"Id":"x"}`, "two 503 "+down), true},
		{"a write while down", true, write, composed("one 400 "+rolledBack, "two 503 "+down), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRegistry(t)
				c := newTestClient(t, r)
				r.on("POST", "/composite", answered(200, test.first))
				if test.again {
					r.on("POST", "/composite", answered(200, composed(`one 200 {"Id":"x","id":"x"}`, `two 200 {"Id":"x","id":"x"}`)))
				}
				responses, err := c.Composite(t.Context(), test.allOrNone, test.subs...)
				if err != nil || len(responses) != 2 {
					t.Fatalf("%v, %v", responses, err)
				}
				if culprit := Culprit(responses); test.again != (culprit == nil) {
					t.Errorf("culprit: %v", culprit)
				}
			})
		})
	}
}

func TestACompositeThatStaysLockedIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r, func(config *Config) { config.MaxAttempts = 2 })
		for range 2 {
			r.on("POST", "/composite", answered(200, composed("one 400 "+lockedRow)))
		}
		var calls Recorder
		responses, err := c.Composite(WithRecorder(t.Context(), &calls), true, CreateSub("one", "User", nil))
		if err != nil || !IsRetryable(Culprit(responses)) {
			t.Errorf("%v, %v", responses, err)
		}
		if call := calls.Calls()[0]; call.Status != 200 || call.ErrorCode != "UNABLE_TO_LOCK_ROW" {
			t.Errorf("call: %+v", call)
		}

		r.on("POST", "/composite", answered(200, composed("one 400 "+lockedRow)))
		r.on("POST", "/composite", answered(502, html503))
		responses, err = c.Composite(t.Context(), true, CreateSub("one", "User", nil))
		if !OutcomeUnknown(err) || responses != nil {
			t.Errorf("the second time its answer was lost: %v, %v", responses, err)
		}
	})
}

func TestAnAnswerThatLeavesASubrequestOutIsNone(t *testing.T) {
	for name, body := range map[string]string{
		"left out":               composed("one 201 " + userMade),
		"another":                composed("one 201 "+userMade, "three 201 "+userMade),
		"twice the same":         composed("one 201 "+userMade, "one 201 "+userMade),
		"without a body":         composed("one 201 "+userMade, "two 201 null"),
		"without a status":       composed("one 201 "+userMade, "two 0 null"),
		"a list":                 `[]`,
		"half a composite":       composed("one 201 "+userMade, "two 201 "+userMade)[:80],
		"another kind of object": `{"graphs":[]}`,
	} {
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on("POST", "/composite", answered(200, body))
		if _, err := c.Composite(t.Context(), true, CreateSub("one", "User", nil), CreateSub("two", "User", nil)); !OutcomeUnknown(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCompositesThatSalesforceWouldRefuseAreNotSent(t *testing.T) {
	c := newTestClient(t, newRegistry(t))
	var many, queries []Subrequest
	for i := range 26 {
		many = append(many, GetSub(fmt.Sprintf("r%d", i), "User", ada))
	}
	for i := range 6 {
		queries = append(queries, QuerySub(fmt.Sprintf("r%d", i), "SELECT Id FROM User"))
	}
	for name, subs := range map[string][]Subrequest{
		"none":                  nil,
		"26":                    many,
		"six queries":           queries,
		"an empty one":          {{}},
		"an empty query":        {QuerySub("a", "")},
		"no reference id":       {GetSub("", "User", ada)},
		"a digit first":         {GetSub("1", "User", ada)},
		"a dot in it":           {GetSub("a.b", "User", ada)},
		"two of the same":       {GetSub("a", "User", ada), GetSub("a", "User", ada)},
		"one that is too long":  {GetSub(strings.Repeat("a", 41), "User", ada)},
		"an object that is not": {GetSub("a", "User ", ada)},
	} {
		_, err := c.Composite(t.Context(), false, subs...)
		var e *Error
		if err == nil || errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHasReference(t *testing.T) {
	for text, want := range map[string]bool{"@{user.id}": true, "a @{x": true, "ada@acme.example": false, "{@}": false, "": false} {
		if got := HasReference(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
