package salesforce

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/weather"
)

// named are so many public groups to be made.
func named(n int) []Record {
	var records []Record
	for i := range n {
		records = append(records, publicGroup(fmt.Sprint(i)))
	}
	return records
}

// groups makes so many groups, and the changes that give them other names.
func (s *site) groups(n int) (ids []string, changes []Record) {
	for i := range n {
		id := s.group(fmt.Sprint(i))
		ids = append(ids, id)
		changes = append(changes, Record{"Id": id, "Name": fmt.Sprint("renamed ", i)})
	}
	return ids, changes
}

func TestCollectionsAreCutIntoTwoHundredsAndStayInOrder(t *testing.T) {
	s := newSite(t)
	groups := named(401)
	delete(groups[250], "Name")
	results, err := s.client(t).CreateAll(t.Context(), "Group", groups)
	if err != nil {
		t.Fatal(err)
	}
	for i, result := range results {
		if i == 250 {
			want := &Error{
				Status: 400, Method: "POST", Resource: "/composite/sobjects", Write: true, Sent: true,
				Problems: []Problem{{"REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", []string{"Name"}}},
			}
			if diff := cmp.Diff(error(want), result.Err); diff != "" {
				t.Error(diff)
			}
			continue
		}
		if result.Err != nil || s.MustFind("Group", result.ID)["Name"] != fmt.Sprint(i) {
			t.Fatalf("result %d: %v", i, result)
		}
	}
	s.wantSent(t, "401 records", 3)
}

func TestOnlyLockedRowsAreSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		ids, changes := s.groups(5)
		changes[2]["Name"] = strings.Repeat("x", 41)
		releases := []func(){s.holds(t, "Group", ids[1]), s.holds(t, "Group", ids[3]), func() {}}
		answered := 0
		c := s.client(t, func(config *Config) {
			config.Observe = func(context.Context, Call) { releases[answered](); answered++ }
		})
		results, err := c.UpdateAll(t.Context(), "Group", changes)
		if err != nil {
			t.Fatal(err)
		}
		var sent []int
		for _, one := range s.sent() {
			sent = append(sent, strings.Count(string(one.body), `"Name"`))
		}
		if diff := cmp.Diff([]int{5, 2, 1}, sent); diff != "" {
			t.Errorf("records sent: %s", diff)
		}
		for i, result := range results {
			if i == 2 != HasCode(result.Err, "STRING_TOO_LONG") || i != 2 && (result.Err != nil || result.ID != ids[i]) {
				t.Errorf("result %d: %v", i, result)
			}
			if name := s.MustFind("Group", ids[i])["Name"]; i != 2 && name != fmt.Sprint("renamed ", i) {
				t.Errorf("group %d is called %v", i, name)
			}
		}
	})
}

func TestRowsThatStayLockedKeepTheirError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		ids, changes := s.groups(2)
		defer s.holds(t, "Group", ids[1])()
		results, err := s.client(t, func(config *Config) { config.MaxAttempts = 2 }).UpdateAll(t.Context(), "Group", changes)
		if err != nil || results[0].Err != nil || !IsRetryable(results[1].Err) {
			t.Errorf("%v, %v", results, err)
		}
		s.wantSent(t, "two rows and one again", 2)
	})
}

func TestACallThatFailsWholeLeavesTheOthersKnown(t *testing.T) {
	s := newSite(t)
	s.FailNext(simulator.Fault{}, simulator.Fault{Reset: true})
	results, err := s.client(t).CreateAll(t.Context(), "Group", named(500))
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
	s.wantSent(t, "two of three calls", 2)
}

func TestRowsThatWereLockedAndNeverSentAgainKeepTheirError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		ids, changes := s.groups(2)
		defer s.holds(t, "Group", ids[1])()
		s.FailNext(simulator.Fault{}, simulator.LimitExceeded())
		results, err := s.client(t).UpdateAll(t.Context(), "Group", changes)
		if !IsLimitExceeded(err) || results[0].Err != nil || !IsLimitExceeded(results[1].Err) {
			t.Errorf("%v, %v", results, err)
		}
		s.wantSent(t, "two rows and one again", 2)
	})
}

func TestRowsThatWaitedToBeSentAgainKeepTheirError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		if err := s.Weather(weather.Rule{Kind: weather.RowLock, Next: 3}, weather.Rule{Kind: weather.ResetBefore, Next: 1}); err != nil {
			t.Fatal(err)
		}
		results, err := s.client(t).CreateAll(t.Context(), "Group", named(401))
		if !OutcomeUnknown(err) || !OutcomeUnknown(results[199].Err) || !HasCode(results[200].Err, "UNABLE_TO_LOCK_ROW") {
			t.Errorf("%v, %v, %v", err, results[199], results[200])
		}
		s.wantSent(t, "401 rows and 200 again", 4)
	})
}

func TestRowsNotThereAreToldFromValuesNotThere(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	gone := s.MustInsert("GroupMember", Record{"GroupId": s.group("A"), "UserOrGroupId": s.Org.AdminID()})
	if errs := s.Org.Delete(org.Actor{}, "GroupMember", gone); len(errs) > 0 {
		t.Fatal(errs)
	}
	nowhere := s.IDs("Profile", "Name", "Standard User")[0][:12] + "zzz"
	newcomer := s.newcomer("lovelace")
	newcomer["ProfileId"] = nowhere
	tests := []struct {
		name, code string
		want       bool
		ask        func(context.Context) ([]Result, error)
	}{
		{"deleted", "ENTITY_IS_DELETED", true, func(ctx context.Context) ([]Result, error) { return c.DeleteAll(ctx, []string{gone}) }},
		{"changed and not there", "INVALID_CROSS_REFERENCE_KEY", true, func(ctx context.Context) ([]Result, error) {
			return c.UpdateAll(ctx, "User", []Record{{"Id": ada, "Title": "Countess"}})
		}},
		{"a value not there", "INVALID_CROSS_REFERENCE_KEY", false, func(ctx context.Context) ([]Result, error) {
			// The form that was recorded of a record type; the simulator names no field.
			s.FailNext(answers(200, `[{"success":false,"errors":[{"statusCode":"INVALID_CROSS_REFERENCE_KEY","message":"m","fields":["ProfileId"]}]}]`))
			return c.UpdateAll(ctx, "User", []Record{{"Id": s.Org.AdminID(), "ProfileId": nowhere}})
		}},
		{"a value of a new record", "INVALID_CROSS_REFERENCE_KEY", false, func(ctx context.Context) ([]Result, error) {
			return c.CreateAll(ctx, "User", []Record{newcomer})
		}},
		{"a value of a new record that no field is named for", "INVALID_CROSS_REFERENCE_KEY", false, func(ctx context.Context) ([]Result, error) {
			s.FailNext(answers(200, `[{"success":false,"errors":[{"statusCode":"INVALID_CROSS_REFERENCE_KEY","message":"m","fields":[]}]}]`))
			return c.CreateAll(ctx, "User", []Record{newcomer})
		}},
	}
	for _, test := range tests {
		results, err := test.ask(t.Context())
		if err != nil || IsNotFound(results[0].Err) != test.want || !HasCode(results[0].Err, test.code) {
			t.Errorf("%s: %v, %v", test.name, results, err)
		}
	}
}

func TestAnotherNumberOfRowsIsNoAnswer(t *testing.T) {
	s := newSite(t)
	c := s.client(t)
	for _, body := range []string{`[]`, `[{"success":true},{"success":true}]`, `[{}]`, `[null]`, `[{"success":true,"errors":[]}]`, `["x"]`, `{"success":true}`} {
		s.FailNext(answers(200, body))
		if _, err := c.CreateAll(t.Context(), "Group", named(1)); !OutcomeUnknown(err) {
			t.Errorf("%s: %v", body, err)
		}
		s.wantSent(t, body, 1)
	}
	s.FailNext(answers(200, `[{"success":true,"errors":[]}]`))
	if results, err := c.UpdateAll(t.Context(), "Group", []Record{{"Id": ada}}); err != nil || results[0].Err != nil {
		t.Errorf("a change needs no id in its answer: %v, %v", results, err)
	}
	s.wantSent(t, "a change", 1)
	if results, err := c.CreateAll(t.Context(), "Group", nil); len(results) != 0 || err != nil {
		t.Errorf("no records: %v, %v", results, err)
	}
	s.wantSent(t, "no records", 0)
}

func TestARecordThatCannotBeWrittenLeavesTheOthersKnown(t *testing.T) {
	s := newSite(t)
	records := named(201)
	records[200]["Weight"] = math.NaN()
	results, err := s.client(t).CreateAll(t.Context(), "Group", records)
	if err == nil || len(results) != 201 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	if results[0].ID == "" || results[0].Err != nil || results[200].Err == nil || OutcomeUnknown(results[200].Err) {
		t.Errorf("%v, %v", results[0], results[200])
	}
	s.wantSent(t, "two hundred records and one", 1)
}
