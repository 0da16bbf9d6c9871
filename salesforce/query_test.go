package salesforce

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/simulatortest"
)

// pageOf writes a page of n records, numbered from first.
func pageOf(total, first, n int, next string) string {
	var records []string
	for i := range n {
		records = append(records, fmt.Sprintf(`{"attributes":{"type":"User"},"Id":"%d"}`, first+i))
	}
	end := `"done":true,`
	if next != "" {
		end = `"done":false,"nextRecordsUrl":"` + next + `",`
	}
	return fmt.Sprintf(`{"totalSize":%d,%s"records":[%s]}`, total, end, strings.Join(records, ","))
}

// A crowd makes a query of users take several pages.
func crowd(people int) func(*simulatortest.Config) {
	return func(c *simulatortest.Config) { c.Org.Users = people }
}

func TestQueryReadsAllPages(t *testing.T) {
	s := newSite(t, crowd(4_100))
	var calls Recorder
	records, err := s.client(t).Query(WithRecorder(t.Context(), &calls), "SELECT Id FROM User")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.everybody(), idsOf(records)); diff != "" {
		t.Error(diff)
	}
	if call := calls.Calls()[2]; call.Resource != "/query/{locator}" || call.Parts[0] != "User" {
		t.Errorf("call: %+v", call)
	}
	s.wantSent(t, "4,100 users and some", 3)
}

func TestNextPagesAreReadOnTheInstanceOnly(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	for _, next := range []string{
		"https://evil.example/services/data/v66.0/query/01g-2000",
		"//evil.example/services/data/v66.0/query/01g-2000",
		instance + "/services/data/v66.0/query/01g-2000",
		"/secur/logout.jsp",
		"/services/data/../../secur/logout.jsp",
		"/services/data/%2e%2e/%2e%2e/secur/logout.jsp",
		"/services/data/v66.0/query?q=DELETE",
		"query/01g-2000",
		"x:/services/data/v66.0/query/01g-2000",
		"http://a b/",
	} {
		s.FailNext(answers(200, pageOf(3, 0, 2, next)))
		if records, err := c.Query(t.Context(), "SELECT Id FROM User"); !IsUnavailable(err) {
			t.Errorf("%s was followed: %v, %v", next, records, err)
		}
		s.wantSent(t, next, 1)
	}
}

func TestWhatIsNoPageIsNotTakenForNothingFound(t *testing.T) {
	s := newSite(t)
	c := s.client(t, func(config *Config) { config.MaxAttempts = 1 })
	for name, body := range map[string]string{
		"an empty object":            `{}`,
		"another object":             `{"id":"x","success":true}`,
		"not done without a next":    `{"totalSize":1,"done":false,"records":[]}`,
		"a record that is null":      `{"totalSize":1,"done":true,"records":[null]}`,
		"a record that is no object": `{"totalSize":1,"done":true,"records":["x"]}`,
	} {
		s.FailNext(answers(200, body))
		if records, err := c.Query(t.Context(), "SELECT Id FROM User"); !IsUnavailable(err) {
			t.Errorf("%s: %v, %v", name, records, err)
		}
		s.wantSent(t, name, 1)
	}
}

func TestAWalkThatDoesNotMoveEnds(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	first := answers(200, pageOf(3, 0, 2, "/services/data/v66.0/query/x-2"))
	s.FailNext(first, answers(200, pageOf(3, 2, 0, "/services/data/v66.0/query/x-2")))
	if _, err := c.Query(t.Context(), "SELECT Id FROM User"); !errors.Is(err, errShape) {
		t.Errorf("error: %v", err)
	}
	s.wantSent(t, "a page without records", 2)
	s.FailNext(first, answers(200, pageOf(3, 1, 1, "/services/data/v66.0/query/x-2")))
	if _, err := c.Query(t.Context(), "SELECT Id FROM User"); !errors.Is(err, errShape) {
		t.Errorf("a page that is followed by itself: %v", err)
	}
	s.wantSent(t, "a page that is followed by itself", 2)
}

func TestAPageIsReadAgainWithoutTheOnesBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, crowd(2_100))
		s.FailNext(simulator.Fault{Truncate: true, After: true}, simulator.Fault{}, simulator.Maintenance())
		records, err := s.client(t).Query(t.Context(), "SELECT Id FROM User")
		if diff := cmp.Diff(s.everybody(), idsOf(records)); diff != "" || err != nil {
			t.Errorf("%d records, %v: %s", len(records), err, diff)
		}
		var paths []string
		for _, one := range s.sent() {
			paths = append(paths, one.request.URL.Path)
		}
		if len(paths) != 4 || paths[0] != paths[1] || paths[1] == paths[2] || paths[2] != paths[3] {
			t.Errorf("asked for %v, want each page twice", paths)
		}
	})
}

func TestNothingOfAnAnswerThatWasNoneStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.FailNext(
			answers(200, `{"totalSize":2,"done":true,"records":[{"Id":"a","Title":"Countess"},null]}`),
			answers(200, `{"totalSize":1,"done":true,"records":[{"Id":"b"}]}`))
		records, err := s.client(t).Query(t.Context(), "SELECT Id FROM User")
		if diff := cmp.Diff([]Record{{"Id": "b"}}, records); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
		s.wantSent(t, "a query", 2)
	})
}

func TestRecordsOfAFirstPageAreNotSharedByThoseAfterIt(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	first := page{Done: new(bool), NextRecordsURL: "/services/data/v66.0/query/x-1", Records: append(make([]Record, 0, 4), Record{"Id": "first"})}
	var all [][]Record
	for _, id := range []string{"a", "b"} {
		s.FailNext(answers(200, `{"totalSize":2,"done":true,"records":[{"Id":"`+id+`"}]}`))
		records, err := c.following(t.Context(), first, "User")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, records)
	}
	if all[0][1].ID() != "a" || all[1][1].ID() != "b" {
		t.Errorf("records %v", all)
	}
}

func TestCountReadsTheTotal(t *testing.T) {
	s := newSite(t, crowd(17))
	n, err := s.client(t).Count(t.Context(), "SELECT COUNT() FROM User")
	if want := len(s.everybody()); n != want || n < 17 || err != nil {
		t.Errorf("%d of %d, %v", n, want, err)
	}
}

func TestLongStatementsTravelInABody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, crowd(2_100))
		c := s.client(t)
		statement := "SELECT Id FROM User WHERE Username NOT IN ('" + strings.Repeat("ä@acme.example', '", 500) + "')"
		s.FailNext(simulator.Maintenance()) // a read is made again, whatever its method
		var calls Recorder
		records, err := c.Query(WithRecorder(t.Context(), &calls), statement)
		if diff := cmp.Diff(s.everybody(), idsOf(records)); diff != "" || err != nil {
			t.Fatalf("%d records, %v: %s", len(records), err, diff)
		}
		want := []string{"/composite [GET /query User]", "/composite [GET /query User]", "/query/{locator} [User]"}
		var got []string
		for _, call := range calls.Calls() {
			got = append(got, fmt.Sprint(call.Resource, " ", call.Parts))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		_, err = c.Count(t.Context(), statement+" AND")
		var e *Error
		if !errors.As(err, &e) || e.Status != http.StatusBadRequest || !HasCode(err, "MALFORMED_QUERY") || e.Resource != "/query" {
			t.Errorf("error: %v", err)
		}
	})
}

func TestTheObjectOfAStatementIsFound(t *testing.T) {
	for statement, want := range map[string]string{
		"SELECT Id FROM User": "User",
		"select id, (select id from Contacts) from Account where Name='x'":                 "Account",
		"SELECT Id FROM User WHERE Id IN (SELECT AssigneeId FROM PermissionSetAssignment)": "User",
		"SELECT COUNT() FROM GroupMember":                                                  "GroupMember",
		`SELECT Id\nFROM\tUser`:                                                            "",
		"SELECT Id\nFROM\tUserLogin\nLIMIT 1":                                              "UserLogin",
		"SELECT 'it''s from X' FROM Y":                                                     "Y",
		`SELECT '\' FROM X' FROM Y`:                                                        "Y",
		"SELECT Id":                                                                        "",
		"":                                                                                 "",
		"SELECT From__c FROM X__c":                                                         "X__c",
	} {
		if got := objectOf(statement); got != want {
			t.Errorf("%s: %q, want %q", statement, got, want)
		}
	}
}
