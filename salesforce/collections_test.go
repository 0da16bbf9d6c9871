package salesforce

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// saves answers a collection: each record is created under its Name, except
// those that fail has an answer for.
func saves(r *registry, fail map[string]string) responder {
	return func(request *http.Request) (*http.Response, error) {
		bodies := r.bodies()
		var body struct{ Records []Record }
		if err := json.Unmarshal([]byte(bodies[len(bodies)-1]), &body); err != nil {
			return nil, err
		}
		var rows []string
		for _, record := range body.Records {
			if row, ok := fail[record.String("Name")]; ok {
				rows = append(rows, row)
			} else {
				rows = append(rows, fmt.Sprintf(`{"id":"id of %s","success":true,"errors":[]}`, record.String("Name")))
			}
		}
		return answered(200, "["+strings.Join(rows, ",")+"]")(request)
	}
}

func named(n int) []Record {
	var records []Record
	for i := range n {
		records = append(records, Record{"Name": fmt.Sprint(i)})
	}
	return records
}

const (
	rowLocked  = `{"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"unable to obtain exclusive access","fields":[]}]}`
	rowMissing = `{"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [LastName]","fields":["LastName"]}]}`
)

func TestCollectionsAreCutIntoTwoHundredsAndStayInOrder(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r)
	for range 3 {
		r.on("POST", "/composite/sobjects", saves(r, map[string]string{"250": rowMissing}))
	}
	results, err := c.CreateAll(t.Context(), "Group", named(401))
	if err != nil {
		t.Fatal(err)
	}
	for i, result := range results {
		if i == 250 {
			want := &Error{
				Status: 400, Method: "POST", Resource: "/composite/sobjects", Write: true, Sent: true,
				Problems: []Problem{{"REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", []string{"LastName"}}},
			}
			if diff := cmp.Diff(error(want), result.Err); diff != "" {
				t.Error(diff)
			}
			continue
		}
		if result.Err != nil || result.ID != fmt.Sprintf("id of %d", i) {
			t.Fatalf("result %d: %v", i, result)
		}
	}
}

func TestOnlyLockedRowsAreSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on("POST", "/composite/sobjects", saves(r, map[string]string{"1": rowLocked, "2": rowMissing, "3": rowLocked}))
		r.on("POST", "/composite/sobjects", saves(r, map[string]string{"3": rowLocked}))
		r.on("POST", "/composite/sobjects", saves(r, nil))
		results, err := c.CreateAll(t.Context(), "Group", named(5))
		if err != nil {
			t.Fatal(err)
		}
		var sent []int
		for _, body := range r.bodies() {
			sent = append(sent, strings.Count(body, `"Name"`))
		}
		if diff := cmp.Diff([]int{5, 2, 1}, sent); diff != "" {
			t.Errorf("records sent: %s", diff)
		}
		for i, result := range results {
			if i == 2 != (result.Err != nil) || i != 2 && result.ID != fmt.Sprintf("id of %d", i) {
				t.Errorf("result %d: %v", i, result)
			}
		}
	})
}

func TestRowsThatStayLockedKeepTheirError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r, func(config *Config) { config.MaxAttempts = 2 })
		for range 2 {
			r.on("POST", "/composite/sobjects", saves(r, map[string]string{"1": rowLocked}))
		}
		results, err := c.CreateAll(t.Context(), "Group", named(2))
		if err != nil || results[0].Err != nil || !IsRetryable(results[1].Err) {
			t.Errorf("%v, %v", results, err)
		}
	})
}

func TestACallThatFailsWholeLeavesTheOthersKnown(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r)
	r.on("POST", "/composite/sobjects", saves(r, nil))
	r.on("POST", "/composite/sobjects", failing(errors.New("connection reset")))
	results, err := c.CreateAll(t.Context(), "Group", named(500))
	if !OutcomeUnknown(err) || len(results) != 500 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	for i, want := range map[int]string{0: "done", 199: "done", 200: "unknown", 399: "unknown", 400: "unsent", 499: "unsent"} {
		got := "unsent"
		if results[i].Err == nil && results[i].ID != "" {
			got = "done"
		} else if OutcomeUnknown(results[i].Err) {
			got = "unknown"
		} else if !IsUnavailable(results[i].Err) {
			got = "something else"
		}
		if got != want {
			t.Errorf("row %d is %s, want %s: %v", i, got, want, results[i].Err)
		}
	}
}

func TestRowsThatWereLockedAndNeverSentAgainKeepTheirError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on("POST", "/composite/sobjects", saves(r, map[string]string{"1": rowLocked}))
		r.on("POST", "/composite/sobjects", answered(403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`))
		results, err := c.CreateAll(t.Context(), "Group", named(2))
		if !IsLimitExceeded(err) || results[0].Err != nil || !IsLimitExceeded(results[1].Err) {
			t.Errorf("%v, %v", results, err)
		}
	})
}

func TestRowsThatWaitedToBeSentAgainKeepTheirError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegistry(t)
		c := newTestClient(t, r)
		locked := map[string]string{}
		for i := range 401 {
			locked[fmt.Sprint(i)] = rowLocked
		}
		for range 3 {
			r.on("POST", "/composite/sobjects", saves(r, locked))
		}
		r.on("POST", "/composite/sobjects", failing(errors.New("connection reset")))
		results, err := c.CreateAll(t.Context(), "Group", named(401))
		if !OutcomeUnknown(err) || !OutcomeUnknown(results[199].Err) || !HasCode(results[200].Err, "UNABLE_TO_LOCK_ROW") {
			t.Errorf("%v, %v, %v", err, results[199], results[200])
		}
	})
}

func TestRowsNotThereAreToldFromValuesNotThere(t *testing.T) {
	gone := `{"id":"` + ada + `","success":false,"errors":[{"statusCode":"%s","message":"m","fields":[%s]}]}`
	tests := []struct {
		name, method, code, field string
		want                      bool
	}{
		{"deleted", "DELETE", "ENTITY_IS_DELETED", "", true},
		{"changed and not there", "PATCH", "INVALID_CROSS_REFERENCE_KEY", "", true},
		{"a value not there", "PATCH", "INVALID_CROSS_REFERENCE_KEY", `"ProfileId"`, false},
		{"a value of a new record", "POST", "INVALID_CROSS_REFERENCE_KEY", "", false},
	}
	for _, test := range tests {
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on(test.method, "/composite/sobjects", answered(200, "["+fmt.Sprintf(gone, test.code, test.field)+"]"))
		var results []Result
		var err error
		switch test.method {
		case "DELETE":
			results, err = c.DeleteAll(t.Context(), []string{ada})
		case "PATCH":
			results, err = c.UpdateAll(t.Context(), "User", []Record{{"Id": ada}})
		case "POST":
			results, err = c.CreateAll(t.Context(), "User", []Record{{}})
		}
		if err != nil || IsNotFound(results[0].Err) != test.want || results[0].Err == nil {
			t.Errorf("%s: %v, %v", test.name, results, err)
		}
	}
}

func TestAnotherNumberOfRowsIsNoAnswer(t *testing.T) {
	for _, body := range []string{`[]`, `[{"success":true},{"success":true}]`, `[{}]`, `[null]`, `[{"success":true,"errors":[]}]`, `["x"]`, `{"success":true}`} {
		r := newRegistry(t)
		c := newTestClient(t, r)
		r.on("POST", "/composite/sobjects", answered(200, body))
		if _, err := c.CreateAll(t.Context(), "Group", named(1)); !OutcomeUnknown(err) {
			t.Errorf("%s: %v", body, err)
		}
	}
	r := newRegistry(t)
	c := newTestClient(t, r)
	r.on("PATCH", "/composite/sobjects", answered(200, `[{"success":true,"errors":[]}]`))
	if results, err := c.UpdateAll(t.Context(), "Group", []Record{{"Id": ada}}); err != nil || results[0].Err != nil {
		t.Errorf("a change needs no id in its answer: %v, %v", results, err)
	}
	if results, err := c.CreateAll(t.Context(), "Group", nil); len(results) != 0 || err != nil {
		t.Errorf("no records: %v, %v", results, err)
	}
}

func TestARecordThatCannotBeWrittenLeavesTheOthersKnown(t *testing.T) {
	r := newRegistry(t)
	c := newTestClient(t, r)
	r.on("POST", "/composite/sobjects", saves(r, nil))
	records := named(201)
	records[200]["Weight"] = math.NaN()
	results, err := c.CreateAll(t.Context(), "Group", records)
	if err == nil || len(results) != 201 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	if results[0].ID == "" || results[0].Err != nil || results[200].Err == nil || OutcomeUnknown(results[200].Err) {
		t.Errorf("%v, %v", results[0], results[200])
	}
}
