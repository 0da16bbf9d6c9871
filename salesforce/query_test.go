package salesforce

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
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

func TestQueryReadsAllPages(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r)
	r.on("GET", "/query", answered(200, pageOf(5, 0, 2, "/services/data/v66.0/query/0r8xx3d3IeXmfG2AAL-2")))
	r.on("GET", "/query/0r8xx3d3IeXmfG2AAL-2", answered(200, pageOf(5, 2, 2, "/services/data/v66.0/query/0r8xx3d3IeXmfG2AAL-4")))
	r.on("GET", "/query/0r8xx3d3IeXmfG2AAL-4", answered(200, pageOf(5, 4, 1, "")))
	var calls Recorder
	records, err := c.Query(WithRecorder(t.Context(), &calls), "SELECT Id FROM User")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, record := range records {
		ids = append(ids, record.ID())
	}
	if diff := cmp.Diff([]string{"0", "1", "2", "3", "4"}, ids); diff != "" {
		t.Error(diff)
	}
	if call := calls.Calls()[2]; call.Resource != "/query/{locator}" || call.Parts[0] != "User" {
		t.Errorf("call: %+v", call)
	}
}

func TestNextPagesAreReadOnTheInstanceOnly(t *testing.T) {
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
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on("GET", "/query", answered(200, pageOf(3, 0, 2, next)))
		if records, err := c.Query(t.Context(), "SELECT Id FROM User"); !IsUnavailable(err) {
			t.Errorf("%s was followed: %v, %v", next, records, err)
		}
	}
}

func TestWhatIsNoPageIsNotTakenForNothingFound(t *testing.T) {
	for name, body := range map[string]string{
		"an empty object":            `{}`,
		"another object":             `{"id":"x","success":true}`,
		"not done without a next":    `{"totalSize":1,"done":false,"records":[]}`,
		"a record that is null":      `{"totalSize":1,"done":true,"records":[null]}`,
		"a record that is no object": `{"totalSize":1,"done":true,"records":["x"]}`,
	} {
		r := newRegistry(t)
		c := newTestClient(t, r, func(config *Config) { config.MaxAttempts = 1 })
		r.on("GET", "/query", answered(200, body))
		if records, err := c.Query(t.Context(), "SELECT Id FROM User"); !IsUnavailable(err) {
			t.Errorf("%s: %v, %v", name, records, err)
		}
	}
}

func TestAWalkThatDoesNotMoveEnds(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r)
	r.on("GET", "/query", answered(200, pageOf(3, 0, 2, "/services/data/v66.0/query/x-2")))
	r.on("GET", "/query/x-2", answered(200, pageOf(3, 2, 0, "/services/data/v66.0/query/x-2")))
	if _, err := c.Query(t.Context(), "SELECT Id FROM User"); !errors.Is(err, errShape) {
		t.Errorf("error: %v", err)
	}
	r.on("GET", "/query", answered(200, pageOf(3, 0, 2, "/services/data/v66.0/query/x-2")))
	r.on("GET", "/query/x-2", answered(200, pageOf(3, 1, 1, "/services/data/v66.0/query/x-2")))
	if _, err := c.Query(t.Context(), "SELECT Id FROM User"); !errors.Is(err, errShape) {
		t.Errorf("a page that is followed by itself: %v", err)
	}
}

func TestAPageIsReadAgainWithoutTheOnesBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on("GET", "/query", cut(200, pageOf(3, 0, 2, "x")))
		r.on("GET", "/query", answered(200, pageOf(3, 0, 2, "/services/data/v66.0/query/x-2")))
		r.on("GET", "/query/x-2", answered(503, html503))
		r.on("GET", "/query/x-2", answered(200, pageOf(3, 2, 1, "")))
		records, err := c.Query(t.Context(), "SELECT Id FROM User")
		if err != nil || len(records) != 3 {
			t.Errorf("%d records, %v", len(records), err)
		}
	})
}

func TestNothingOfAnAnswerThatWasNoneStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on("GET", "/query", answered(200, `{"totalSize":2,"done":true,"records":[{"Id":"a","Title":"Countess"},null]}`))
		r.on("GET", "/query", answered(200, `{"totalSize":1,"done":true,"records":[{"Id":"b"}]}`))
		records, err := c.Query(t.Context(), "SELECT Id FROM User")
		if diff := cmp.Diff([]Record{{"Id": "b"}}, records); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
	})
}

func TestRecordsOfAFirstPageAreNotSharedByThoseAfterIt(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r)
	first := page{Done: new(bool), NextRecordsURL: "/services/data/v66.0/query/x-1", Records: append(make([]Record, 0, 4), Record{"Id": "first"})}
	var all [][]Record
	for _, id := range []string{"a", "b"} {
		r.on("GET", "/query/x-1", answered(200, `{"totalSize":2,"done":true,"records":[{"Id":"`+id+`"}]}`))
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
	r := newRegistry(t)
	c := newTestClient(t, r)
	r.on("GET", "/query", answered(200, `{"totalSize":17,"done":true,"records":[]}`))
	if n, err := c.Count(t.Context(), "SELECT COUNT() FROM User"); n != 17 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestLongStatementsTravelInABody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		statement := "SELECT Id FROM User WHERE Username IN ('" + strings.Repeat("ä@acme.example', '", 500) + "')"
		wrapped := func(body string, status int) string {
			return fmt.Sprintf(`{"compositeResponse":[{"body":%s,"httpHeaders":{},"httpStatusCode":%d,"referenceId":"query"}]}`, body, status)
		}
		r.on("POST", "/composite", answered(503, html503)) // a read is made again, whatever its method
		r.on("POST", "/composite", answered(200, wrapped(pageOf(3, 0, 2, "/services/data/v66.0/query/x-2"), 200)))
		r.on("GET", "/query/x-2", answered(200, pageOf(3, 2, 1, "")))
		var calls Recorder
		records, err := c.Query(WithRecorder(t.Context(), &calls), statement)
		if err != nil || len(records) != 3 {
			t.Fatalf("%d records, %v", len(records), err)
		}
		want := []string{"/composite [GET /query User]", "/composite [GET /query User]", "/query/{locator} [User]"}
		var got []string
		for _, call := range calls.Calls() {
			got = append(got, fmt.Sprint(call.Resource, " ", call.Parts))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		r.on("POST", "/composite", answered(200, wrapped(`[{"message":"x","errorCode":"MALFORMED_QUERY"}]`, 400)))
		_, err = c.Count(t.Context(), statement)
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
