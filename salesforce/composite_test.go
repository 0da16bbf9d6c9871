package salesforce

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/simulatortest"
	"scimforce/salesforce/simulator/weather"
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
	s := newSite(t, func(c *simulatortest.Config) { c.Org.Users = 2_100 })
	c := s.client(t)
	responses, err := c.Composite(t.Context(), false,
		CreateSub("user", "User", s.newcomer("lovelace")), UpdateSub("title", "User", "@{user.id}", Record{"Title": "Countess"}), GetSub("read", "User", "@{user.id}"),
		QuerySub("found", "SELECT Id FROM User"), QuerySub("count", "SELECT COUNT() FROM User"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Culprit(responses); err != nil {
		t.Errorf("culprit of a success: %v", err)
	}
	made, everybody := s.IDs("User", "LastName", "lovelace")[0], s.everybody()
	if got := responses["user"].ID(); got != made {
		t.Errorf("created %q", got)
	}
	if got := responses["read"]; got.ID() != made || got.Record().String("Title") != "Countess" {
		t.Errorf("read %v", got.Record())
	}
	if got := responses["count"].TotalSize(); got != len(everybody) {
		t.Errorf("counted %d of %d", got, len(everybody))
	}
	if got := responses["title"]; got.Err() != nil || got.ID() != "" || got.Record() != nil || got.Records() != nil || got.TotalSize() != 0 || got.Status != 204 {
		t.Errorf("changed %+v", got)
	}
	if got := responses["found"]; len(got.Records()) != 2_000 || got.TotalSize() != len(everybody) {
		t.Errorf("found %d of %d", len(got.Records()), got.TotalSize())
	}
	s.wantSent(t, "a composite", 1)
	all, err := c.Rest(t.Context(), responses["found"])
	if diff := cmp.Diff(everybody, idsOf(all)); diff != "" || err != nil {
		t.Errorf("%d records in all, %v: %s", len(all), err, diff)
	}
	s.wantSent(t, "the second page", 1)
	if all, err := c.Rest(t.Context(), responses["count"]); len(all) != 0 || err != nil {
		t.Errorf("records of a count: %v, %v", all, err)
	}
	if all, err := c.Rest(t.Context(), responses["title"]); all != nil || err != nil {
		t.Errorf("records of a change: %v, %v", all, err)
	}
	s.wantSent(t, "records there are none of", 0)
}

// No org holds such a number, a float64 at most; an answer can.
func TestNumbersInACompositeAreNotBent(t *testing.T) {
	a := answer{status: 200, body: []byte(composed(`read 200 {"Id":"` + ada + `","N":9007199254740993}`))}
	responses, err := decodeComposite(a, []Subrequest{GetSub("read", "User", ada)})
	if err != nil || responses["read"].Record().String("N") != "9007199254740993" {
		t.Errorf("read %v, %v", responses["read"].Record(), err)
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
	s := newSite(t)
	c := s.client(t)
	s.user("lovelace")
	responses, err := c.Composite(t.Context(), true, CreateSub("user", "User", s.newcomer("lovelace")))
	if err != nil {
		t.Fatal(err)
	}
	const duplicateUsername = "Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique across all " +
		"Salesforce organizations. To resolve, use a different username (it doesn't need to match the user's email address). "
	want := &Error{
		Status: 400, Method: "POST", Resource: "/sobjects/User", Write: true, Sent: true,
		Problems: []Problem{{"DUPLICATE_USERNAME", duplicateUsername, []string{"Username"}}},
	}
	if diff := cmp.Diff(error(want), responses["user"].Err()); diff != "" {
		t.Error(diff)
	}
	if _, err := c.Rest(t.Context(), responses["user"]); !IsDuplicate(err) {
		t.Errorf("records of a refusal: %v", err)
	}
	s.wantSent(t, "a refusal", 1)
}

func TestACompositeIsMadeAgainWhenNothingOfItWasDone(t *testing.T) {
	const down = `[{"message":"Server Unavailable","errorCode":"SERVER_UNAVAILABLE"}]`
	twoUsers := func(s *site) []Subrequest {
		return []Subrequest{CreateSub("one", "User", s.newcomer("one")), CreateSub("two", "User", s.newcomer("two"))}
	}
	twoReads := func(s *site) []Subrequest {
		return []Subrequest{GetSub("one", "User", s.Org.AdminID()), GetSub("two", "User", s.Org.AdminID())}
	}
	locks := func(_ *testing.T, s *site) { _ = s.Weather(weather.Rule{Kind: weather.RowLock, Next: 1}) } // a good rule
	says := func(parts ...string) func(*testing.T, *site) {
		return func(_ *testing.T, s *site) { s.FailNext(answers(200, composed(parts...))) }
	}
	tests := []struct {
		name      string
		allOrNone bool
		subs      func(*site) []Subrequest
		meets     func(*testing.T, *site)
		code      string // of the first answer
		again     bool
	}{
		{"all undone for a lock", true, twoUsers, locks, "UNABLE_TO_LOCK_ROW", true},
		{"each of them locked", false, twoUsers, locks, "UNABLE_TO_LOCK_ROW", true},
		{"one of them done", false, func(s *site) []Subrequest {
			return []Subrequest{CreateSub("one", "User", s.newcomer("one")), UpdateSub("two", "User", s.IDs("User", "LastName", "held")[0], Record{"Title": "x"})}
		}, func(t *testing.T, s *site) { t.Cleanup(s.holds(t, "User", s.user("held"))) }, "UNABLE_TO_LOCK_ROW", false},
		{"all undone for a duplicate", true, twoUsers, func(_ *testing.T, s *site) { s.user("two") }, "DUPLICATE_USERNAME", false},
		{"a read of locked rows", false, twoReads, says(`one 200 {"Id":"x"}`, "two 400 "+lockedRow), "UNABLE_TO_LOCK_ROW", true},
		{"a read while down", false, twoReads, says(`one 200 {"Id":"x"}`, "two 503 "+down), "SERVER_UNAVAILABLE", true},
		{"a write while down", true, twoUsers, says("one 400 "+rolledBack, "two 503 "+down), "SERVER_UNAVAILABLE", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				test.meets(t, s)
				var calls Recorder
				responses, err := s.client(t).Composite(WithRecorder(t.Context(), &calls), test.allOrNone, test.subs(s)...)
				if err != nil || len(responses) != 2 {
					t.Fatalf("%v, %v", responses, err)
				}
				if culprit := Culprit(responses); test.again != (culprit == nil) || !test.again && !HasCode(culprit, test.code) {
					t.Errorf("culprit: %v", culprit)
				}
				if got := calls.Calls()[0].ErrorCode; test.again && got != test.code {
					t.Errorf("the first answer was told as %q, want %q", got, test.code)
				}
				s.wantSent(t, test.name, map[bool]int{false: 1, true: 2}[test.again])
			})
		})
	}
}

func TestACompositeThatStaysLockedIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.client(t, func(config *Config) { config.MaxAttempts = 2 })
		if err := s.Weather(weather.Rule{Kind: weather.RowLock, Next: 3}, weather.Rule{Kind: weather.Maintenance, Next: 1}); err != nil {
			t.Fatal(err)
		}
		var calls Recorder
		responses, err := c.Composite(WithRecorder(t.Context(), &calls), true, CreateSub("one", "User", s.newcomer("one")))
		if err != nil || !IsRetryable(Culprit(responses)) {
			t.Errorf("%v, %v", responses, err)
		}
		if call := calls.Calls()[0]; call.Status != 200 || call.ErrorCode != "UNABLE_TO_LOCK_ROW" {
			t.Errorf("call: %+v", call)
		}
		s.wantSent(t, "a composite that stays locked", 2)

		responses, err = c.Composite(t.Context(), true, CreateSub("one", "User", s.newcomer("one")))
		if !OutcomeUnknown(err) || responses != nil {
			t.Errorf("the second time its answer was lost: %v, %v", responses, err)
		}
		s.wantSent(t, "a composite whose second answer is lost", 2)
	})
}

func TestAnAnswerThatLeavesASubrequestOutIsNone(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
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
		s.FailNext(answers(200, body))
		if _, err := c.Composite(t.Context(), true, CreateSub("one", "User", nil), CreateSub("two", "User", nil)); !OutcomeUnknown(err) {
			t.Errorf("%s: %v", name, err)
		}
		s.wantSent(t, name, 1)
	}
}

func TestCompositesThatSalesforceWouldRefuseAreNotSent(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
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
		s.wantSent(t, name, 0)
	}
}

func TestHasReference(t *testing.T) {
	for text, want := range map[string]bool{"@{user.id}": true, "a @{x": true, "ada@acme.example": false, "{@}": false, "": false} {
		if got := HasReference(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestACollectionInACompositeHasAResultForEachRecord(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	id := s.group("old")
	bad := publicGroup("bad")
	delete(bad, "Name")
	responses, err := c.Composite(t.Context(), false,
		CreateAllSub("made", "Group", []Record{publicGroup("a"), bad, publicGroup("b")}),
		UpdateAllSub("changed", "Group", []Record{{"Id": id, "Name": "new"}, {"Id": "00Gxx0000000001AAA", "Name": "x"}}),
		QuerySub("read", "SELECT Id, Name FROM Group WHERE Name IN ('a', 'b', 'new')"),
	)
	if err != nil {
		t.Fatal(err)
	}
	made, changed := responses["made"].Results(), responses["changed"].Results()
	if len(made) != 3 || made[0].ID != s.groupID("a") || !HasCode(made[1].Err, "REQUIRED_FIELD_MISSING") || made[2].ID != s.groupID("b") {
		t.Errorf("made: %v", made)
	}
	if len(changed) != 2 || changed[0].ID != id || changed[0].Err != nil || changed[1].Err == nil {
		t.Errorf("changed: %v", changed)
	}
	if n := len(responses["read"].Records()); n != 3 {
		t.Errorf("%d groups were read", n)
	}
	call := s.sent()
	if len(call) != 1 {
		t.Errorf("%d calls", len(call))
	}
	for name, sub := range map[string]Subrequest{
		"none":     CreateAllSub("a", "Group", nil),
		"too many": UpdateAllSub("a", "Group", named(201)),
		"no name":  CreateAllSub("a", "Gr oup", named(1)),
	} {
		if _, err := c.Composite(t.Context(), false, sub); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s.FailNext(answers(200, `{"compositeResponse":[{"body":[],"httpHeaders":{},"httpStatusCode":200,"referenceId":"a"}]}`))
	if _, err := c.Composite(t.Context(), false, CreateAllSub("a", "Group", named(1))); !OutcomeUnknown(err) {
		t.Errorf("an answer of another number of rows: %v", err)
	}
	six := make([]Subrequest, 6)
	for i := range six {
		six[i] = CreateAllSub(fmt.Sprint("r", i), "Group", named(1))
	}
	if _, err := c.Composite(t.Context(), false, six...); err == nil {
		t.Error("six collections in one composite")
	}
}
