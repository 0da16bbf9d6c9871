package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
)

// restOf is a result of so many rows of which one page was read.
func restOf(t *testing.T, users int) *query.Rest {
	t.Helper()
	o, err := org.New(org.Config{Users: users})
	if err != nil {
		t.Fatal(err)
	}
	var rest *query.Rest
	first := query.Query{Text: "SELECT Id FROM User", Batch: 1, Keep: func(r *query.Rest, _ int) string {
		rest = r
		return "next"
	}}
	if _, err := first.Answer(t.Context(), o, org.Actor{}); err != nil {
		t.Fatal(err)
	}
	return rest
}

func TestCursorsTogetherHoldABoundedNumberOfRows(t *testing.T) {
	s := newCursorStore(time.Now)
	rest := restOf(t, 100)
	s.rows = maxCursorRows - 4*rest.Len() // held by others
	var locators []string
	for range 6 {
		locators = append(locators, s.add(cursor{rest: rest}))
	}
	kept := 0
	for _, locator := range locators {
		if _, found := s.find(locator); found {
			kept++
		}
	}
	if _, found := s.find(locators[5]); !found || kept != 4 {
		t.Errorf("%d cursors are kept, the newest among them: %t", kept, found)
	}
	s.rows = 2 * maxCursorRows
	all := s.add(cursor{rest: rest})
	if _, found := s.find(all); !found {
		t.Error("a result over the bound has no cursor: nobody could read it to its end")
	}
}

// readPage is a page of a query as its client reads it.
type readPage struct {
	TotalSize      int
	Done           bool
	NextRecordsURL string `json:"nextRecordsUrl"`
	Records        []struct {
		ID      string    `json:"Id"`
		Members *readPage `json:"GroupMembers"`
	}
}

func (f *fixture) page(path string, headers ...string) readPage {
	f.t.Helper()
	r := f.call("GET", path, "", headers...)
	var p readPage
	if err := json.Unmarshal([]byte(r.body), &p); err != nil || r.status != http.StatusOK {
		f.t.Fatalf("%s: %d %s", path, r.status, r.body)
	}
	return p
}

const queryPath = "/services/data/v66.0/query?q="

func TestPagesOfALongResult(t *testing.T) {
	f := start(t, func(_ *Config, o *org.Config) { o.Users = 4500 })
	all := f.page(queryPath + queryEscape("SELECT COUNT() FROM User")).TotalSize
	seen := map[string]bool{}
	path := queryPath + queryEscape("SELECT Id FROM User ORDER BY LastName DESC")
	var sizes []int
	for {
		p := f.page(path)
		sizes = append(sizes, len(p.Records))
		for _, r := range p.Records {
			seen[r.ID] = true
		}
		if p.TotalSize != all {
			t.Fatalf("%d of %d", p.TotalSize, all)
		}
		if p.Done {
			break
		}
		path = p.NextRecordsURL
		if want := fmt.Sprintf("-%d", 2000*len(sizes)); !strings.HasPrefix(path, "/services/data/v66.0/query/0r8") || !strings.HasSuffix(path, want) || len(path) != len("/services/data/v66.0/query/")+18+len(want) {
			t.Fatalf("next page at %s", path)
		}
	}
	if fmt.Sprint(sizes) != fmt.Sprint([]int{2000, 2000, all - 4000}) || len(seen) != all {
		t.Errorf("pages of %v, %d different records of %d", sizes, len(seen), all)
	}
}

func TestALaterPageShowsRecordsAsTheyAreThen(t *testing.T) {
	f := start(t, func(_ *Config, o *org.Config) { o.Users = 300 })
	group := f.idOf("Group", "DeveloperName", "All_Sales")
	first := f.page(queryPath+queryEscape("SELECT Id FROM Group"), "Sforce-Query-Options: batchSize=200")
	if !first.Done {
		t.Fatalf("%d groups do not fit a page of 200", first.TotalSize)
	}
	users := f.page(queryPath+queryEscape("SELECT Id FROM User ORDER BY Id"), "Sforce-Query-Options: batchSize=200")
	if len(users.Records) != 200 || users.Done {
		t.Fatalf("%d records, done %t", len(users.Records), users.Done)
	}
	f.call("PATCH", "/services/data/v66.0/sobjects/User/"+f.org.AdminID(), `{"Title":"changed"}`)
	last := f.page(users.NextRecordsURL)
	if !last.Done || len(last.Records) != users.TotalSize-200 {
		t.Errorf("%d records, done %t", len(last.Records), last.Done)
	}
	var members []string
	for _, u := range users.Records[10:14] {
		r := f.call("POST", "/services/data/v66.0/sobjects/GroupMember", `{"GroupId":"`+group+`","UserOrGroupId":"`+u.ID+`"}`)
		var made struct{ ID string }
		_ = json.Unmarshal([]byte(r.body), &made)
		members = append(members, made.ID)
	}
	result := restOfGroup(t, f, group, 2)
	f.call("DELETE", "/services/data/v66.0/sobjects/GroupMember/"+members[3], "")
	body, err := query.Query{Version: "66.0"}.Continue(t.Context(), f.org, org.Actor{}, result, 2)
	if err != nil || strings.Count(string(body), `"Id"`) != 1 || !strings.HasPrefix(string(body), `{"totalSize":4,"done":true,"records":[{`) {
		t.Errorf("%s, %v", body, err)
	}
}

func restOfGroup(t *testing.T, f *fixture, group string, batch int) (rest *query.Rest) {
	t.Helper()
	first := query.Query{Text: "SELECT Id FROM GroupMember WHERE GroupId = '" + group + "'", Batch: batch, Keep: func(r *query.Rest, _ int) string {
		rest = r
		return "next"
	}}
	if _, err := first.Answer(t.Context(), f.org, org.Actor{}); err != nil || rest == nil {
		t.Fatal(err)
	}
	return rest
}

func TestRowsOfSubqueriesCountIntoThePageAndGoOn(t *testing.T) {
	f := start(t, func(_ *Config, o *org.Config) { o.Users = 300 })
	group := f.idOf("Group", "DeveloperName", "All_Sales")
	for _, u := range f.page(queryPath + queryEscape("SELECT Id FROM User WHERE UserType = 'Standard' AND IsActive = true LIMIT 250")).Records {
		if _, errs := f.org.Insert(org.Actor{UserID: f.org.AdminID()}, "GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": u.ID}); errs != nil {
			t.Fatal(errs)
		}
	}
	small := "Sforce-Query-Options: batchSize=200"
	first := f.page(queryPath+queryEscape("SELECT Id, (SELECT Id FROM GroupMembers) FROM Group WHERE DeveloperName IN ('All_Sales', 'Launch_Team') ORDER BY DeveloperName"), small)
	if first.TotalSize != 2 || first.Done || len(first.Records) != 1 || !strings.HasSuffix(first.NextRecordsURL, "-1") {
		t.Fatalf("%+v", first)
	}
	members := first.Records[0].Members
	if members.TotalSize != 250 || members.Done || len(members.Records) != 199 || !strings.HasSuffix(members.NextRecordsURL, "-199") {
		t.Fatalf("%d of %d members, next %s", len(members.Records), members.TotalSize, members.NextRecordsURL)
	}
	rest := f.page(members.NextRecordsURL)
	if rest.TotalSize != 250 || !rest.Done || len(rest.Records) != 51 {
		t.Errorf("%d of %d members more, done %t", len(rest.Records), rest.TotalSize, rest.Done)
	}
	last := f.page(first.NextRecordsURL)
	if last.TotalSize != 2 || !last.Done || len(last.Records) != 1 || last.Records[0].Members != nil {
		t.Errorf("%+v", last)
	}
	// Documented: the next page of the parents ends the cursors of the children.
	if r := f.call("GET", members.NextRecordsURL, ""); r.status != http.StatusBadRequest || !strings.Contains(r.body, "INVALID_QUERY_LOCATOR") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestACursorLivesTwoDays(t *testing.T) {
	f := start(t, func(_ *Config, o *org.Config) { o.Users = 300 })
	first := f.page(queryPath+queryEscape("SELECT Id FROM User"), "Sforce-Query-Options: batchSize=200")
	f.clock.add(47 * time.Hour)
	f.token, _ = f.AccessToken(testAdmin)
	if p := f.page(first.NextRecordsURL); !p.Done {
		t.Errorf("%+v", p)
	}
	f.clock.add(2 * time.Hour)
	f.token, _ = f.AccessToken(testAdmin)
	if r := f.call("GET", first.NextRecordsURL, ""); r.body != `[{"message":"invalid query locator","errorCode":"INVALID_QUERY_LOCATOR"}]` {
		t.Errorf("%d %s", r.status, r.body)
	}
}
