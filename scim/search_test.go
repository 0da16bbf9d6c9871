package scim_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/scimtest"
)

// pageIDs are the ids on a page, in order.
func pageIDs(page map[string]any) []string {
	var ids []string
	resources, _ := page["Resources"].([]any)
	for _, r := range resources {
		ids = append(ids, fmt.Sprint(r.(map[string]any)["id"]))
	}
	return ids
}

// everything lists users and groups on one page each.
func (s *stack) everything(t *testing.T) []string {
	t.Helper()
	users := s.want(t, 200, "GET", "/Users?count=1000", nil)
	groups := s.want(t, 200, "GET", "/Groups?count=1000", nil)
	return append(pageIDs(users), pageIDs(groups)...)
}

func TestASearchByPOSTIsAnsweredAsTheSameGET(t *testing.T) {
	s := newStack(t, func(c *org.Config) { c.Users = 12 })
	for _, test := range []struct {
		path string
		body map[string]any
	}{
		{"/Users", map[string]any{}},
		{"/Users", map[string]any{"filter": `userName co "a"`, "startIndex": 2, "count": 3}},
		{"/Users", map[string]any{"Filter": `active eq true`, "COUNT": "2", "attributes": []any{"userName", "emails.value"}}},
		{"/Users", map[string]any{"sortBy": "userName", "sortOrder": "descending", "excludedAttributes": "emails,groups"}},
		{"/Groups", map[string]any{"count": 2, "excludedAttributes": []any{"members"}, "unknown": map[string]any{"x": 1}, "filter": nil}},
		{"/", map[string]any{"filter": `meta.resourceType eq "Group"`, "count": 3}},
	} {
		query := url.Values{}
		for name, value := range test.body {
			switch v := value.(type) {
			case nil, map[string]any:
			case []any:
				query.Set(name, strings.Trim(strings.ReplaceAll(fmt.Sprint(v), " ", ","), "[]"))
			default:
				query.Set(name, fmt.Sprint(v))
			}
		}
		got := s.want(t, 200, "POST", strings.TrimSuffix(test.path, "/")+"/.search", test.body)
		want := s.want(t, 200, "GET", test.path+"?"+query.Encode(), nil)
		if diff := cmp.Diff(want, got); diff != "" || len(pageIDs(want)) == 0 {
			t.Errorf("%s %v (-GET +POST), %d resources:\n%s", test.path, test.body, len(pageIDs(want)), diff)
		}
	}
}

func TestAListOfAllTypesHasUsersBeforeGroups(t *testing.T) {
	s := newStack(t, func(c *org.Config) { c.Users = 12 })
	want := s.everything(t)
	var got []string
	for start := 1; start <= len(want); start += 5 {
		page := s.want(t, 200, "GET", fmt.Sprintf("/?startIndex=%d&count=5", start), nil)
		if page["totalResults"] != float64(len(want)) {
			t.Errorf("the total is %v, want %d", page["totalResults"], len(want))
		}
		got = append(got, pageIDs(page)...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("by index:\n got %v\nwant %v", got, want)
	}
	for filter, resourceTypes := range map[string]string{
		`meta.resourceType eq "User"`: "User", `meta.resourceType eq "Group"`: "Group", `userName pr`: "User",
		`displayName pr and meta.resourceType ne "User"`: "Group", `userName pr and members pr`: "", `not (userName pr)`: "Group",
	} {
		page := s.want(t, 200, "GET", "/?count=1000&filter="+url.QueryEscape(filter), nil)
		seen := map[string]bool{}
		for _, r := range page["Resources"].([]any) {
			seen[fmt.Sprint(r.(map[string]any)["meta"].(map[string]any)["resourceType"])] = true
		}
		if got := len(seen); resourceTypes == "" && got != 0 || resourceTypes != "" && (got != 1 || !seen[resourceTypes]) {
			t.Errorf("%s gives %v, want only %q", filter, seen, resourceTypes)
		}
	}
}

func TestCursorsLeadThroughAListOnAnyReplica(t *testing.T) {
	s := newStack(t, func(c *org.Config) { c.Users = 23 })
	want := s.everything(t)
	for _, path := range []string{"/Users", "/Groups", "/", "/Users?filter=" + url.QueryEscape(`userName co "@"`), "/Users?sortBy=userName"} {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		var got []string
		cursor, pages := "", 0
		for {
			page := s.want(t, 200, "GET", path+separator+"count=4&cursor="+cursor, nil)
			if page["startIndex"] != nil {
				t.Errorf("%s: a page by cursor has a startIndex", path)
			}
			got = append(got, pageIDs(page)...)
			next, more := page["nextCursor"].(string)
			if pages++; !more {
				break
			}
			if url.QueryEscape(next) != next {
				t.Errorf("the cursor %q would have to be encoded", next)
			}
			cursor = next
		}
		slices.Sort(got)
		n := len(got)
		if got = slices.Compact(got); len(got) != n {
			t.Errorf("%s: somebody was seen twice", path)
		}
		if path == "/" {
			all := slices.Clone(want)
			if slices.Sort(all); !slices.Equal(got, all) {
				t.Errorf("all types: saw %d, want %d", len(got), len(all))
			}
		}
		if pages < 2 {
			t.Errorf("%s: %d pages", path, pages)
		}
	}
}

func TestACursorIsGoodForItsRequestOnly(t *testing.T) {
	s := newStack(t, func(c *org.Config) { c.Users = 12 })
	next, _ := s.want(t, 200, "GET", "/Users?cursor=&count=2", nil)["nextCursor"].(string)
	s.want(t, 200, "GET", "/Users?count=5&attributes=userName&cursor="+next, nil)
	s.want(t, 200, "POST", "/Users/.search", map[string]any{"count": 1, "cursor": next})
	for _, path := range []string{
		"/Groups?count=2&cursor=" + next, "/?count=2&cursor=" + next, "/Users?sortBy=userName&cursor=" + next,
		"/Users?filter=active%20eq%20true&cursor=" + next, "/Users?cursor=" + next[1:], "/Users?cursor=" + next + "A", "/Users?cursor=" + strings.ToLower(next),
	} {
		if refused := s.want(t, 400, "GET", path, nil); refused["scimType"] != "invalidCursor" {
			t.Errorf("%s: %v", path, refused)
		}
	}
	other := &stack{scimtest.New(t, func(c *scimtest.Config) { c.Org.Users = 12 })}
	if refused := other.want(t, 400, "GET", "/Users?cursor="+next, nil); refused["scimType"] != "invalidCursor" {
		t.Errorf("on another server: %v", refused)
	}
	if page := s.want(t, 200, "GET", "/?cursor=&count=0", nil); page["nextCursor"] != nil || page["totalResults"] == float64(0) {
		t.Errorf("a count of 0 is answered %v", page)
	}
}

func TestAttributesLeftOutCostNoQueries(t *testing.T) {
	s := newStack(t)
	for _, path := range []string{"/Groups", "/Users"} { // what is asked once
		s.want(t, 200, "GET", path, nil)
	}
	for path, want := range map[string]int{
		"/Groups?excludedAttributes=members": 1,
		"/Users?attributes=userName":         1,
		"/Users?count=0":                     1,
	} {
		s.Simulator.ResetCalls()
		s.want(t, 200, "GET", path, nil)
		got := 0
		for _, c := range s.Simulator.Calls() {
			got += c.Count
		}
		if got != want {
			t.Errorf("%s costs %d calls, want %d", path, got, want)
		}
	}
}
