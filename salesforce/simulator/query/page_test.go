package query

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// shelf keeps what queries leave over.
type shelf struct {
	rests []*Rest
	at    []int
}

func (s *shelf) keep(r *Rest, delivered int) string {
	s.rests, s.at = append(s.rests, r), append(s.at, delivered)
	return fmt.Sprint("next ", len(s.rests)-1)
}

func TestPagesGoOnWhereTheyStopped(t *testing.T) {
	o := newOrg(t, 4)
	var groups []string
	people := firstColumn(t, o, "SELECT Id FROM User WHERE UserType = 'Standard' AND IsActive = true ORDER BY Id LIMIT 3")
	for i := range 6 {
		groups = append(groups, insert(t, o, "Group", map[string]any{"Name": fmt.Sprint("paged ", i), "DeveloperName": fmt.Sprint("paged_", i)}))
		for _, person := range people {
			insert(t, o, "GroupMember", map[string]any{"GroupId": groups[i], "UserOrGroupId": person})
		}
	}
	read := func(data []byte, err error) (sizes []int, names []string, done bool) {
		t.Helper()
		var page struct {
			Done    bool
			Records []struct {
				Name         string
				GroupMembers struct{ Records []any }
			}
		}
		if err == nil {
			err = json.Unmarshal(data, &page)
		}
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		for _, r := range page.Records {
			names, sizes = append(names, r.Name), append(sizes, len(r.GroupMembers.Records))
		}
		return sizes, names, page.Done
	}
	var s shelf
	first := Query{Text: "SELECT Name, (SELECT Id FROM GroupMembers) FROM Group WHERE Name LIKE 'paged %' ORDER BY Name", Batch: 6, Keep: s.keep}
	sizes, names, done := read(first.Answer(t.Context(), o, org.Actor{}))
	if fmt.Sprint(sizes, names, done) != "[3 1] [paged 0 paged 1] false" || len(s.rests) != 2 {
		t.Fatal(sizes, names, done, len(s.rests))
	}
	children, parents := s.rests[0], s.rests[1]
	if !children.Child() || children.Len() != 3 || s.at[0] != 1 || parents.Child() || parents.Len() != 6 || s.at[1] != 2 {
		t.Fatal(s.at, children.Len(), parents.Len())
	}
	// The third and the fourth are gone when the second page is read.
	for _, id := range groups[2:4] {
		if errs := o.Delete(org.Actor{}, "Group", id); errs != nil {
			t.Fatal(errs)
		}
	}
	second := Query{Batch: 4, Keep: s.keep}
	sizes, names, done = read(second.Continue(t.Context(), o, org.Actor{}, parents, 2))
	if last := len(s.at) - 1; fmt.Sprint(sizes, names, done) != "[3] [paged 4] false" || s.rests[last] != parents || s.at[last] != 5 {
		t.Fatal(sizes, names, done, s.at)
	}
	sizes, names, done = read(second.Continue(t.Context(), o, org.Actor{}, parents, 5))
	if fmt.Sprint(sizes, names, done) != "[3] [paged 5] true" {
		t.Fatal(sizes, names, done)
	}
	sizes, _, done = read(second.Continue(t.Context(), o, org.Actor{}, children, 1))
	if len(sizes) != 2 || !done {
		t.Fatal(sizes, done)
	}
	if sizes, _, done = read(second.Continue(t.Context(), o, org.Actor{}, parents, 6)); len(sizes) != 0 || !done {
		t.Fatal(sizes, done)
	}
}

// Documented: an OFFSET gives the first batch alone.
func TestAnOffsetHasNoSecondPage(t *testing.T) {
	o := newOrg(t, 5)
	var s shelf
	page, err := Query{Text: "SELECT Id FROM User ORDER BY Id OFFSET 1", Batch: 3, Keep: s.keep}.Answer(t.Context(), o, org.Actor{})
	if err != nil || !strings.HasPrefix(string(page), `{"totalSize":3,"done":true,"records":[{`) || len(s.rests) != 0 {
		t.Errorf("%s, %v", page, err)
	}
}
