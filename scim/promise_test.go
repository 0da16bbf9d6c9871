package scim_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
)

// What the ServiceProviderConfig says is what is done, each line of it.
func TestTheServiceProviderConfigSaysWhatIsDone(t *testing.T) {
	s := newStack(t, func(c *org.Config) { c.Users = 1100 })
	said := s.want(t, 200, "GET", "/ServiceProviderConfig", nil)
	number := func(path ...string) int {
		t.Helper()
		n, ok := at(said, path...).(float64)
		if !ok {
			t.Fatalf("no number at %v", path)
		}
		return int(n)
	}
	for _, feature := range []string{"patch", "bulk", "filter", "sort", "etag"} {
		if at(said, feature, "supported") != true {
			t.Errorf("%s is not said to be supported", feature)
		}
	}
	id := s.made(t, "zz@acme.example", nil)
	s.want(t, 200, "PATCH", "/Users/"+id, titled("x"))

	// filter.maxResults and the pagination of RFC 9865.
	most := number("filter", "maxResults")
	if page := s.want(t, 200, "GET", fmt.Sprintf("/Users?attributes=id&count=%d", most+1), nil); int(page["itemsPerPage"].(float64)) != most || number("pagination", "maxPageSize") != most {
		t.Errorf("a page of %d has %v", most+1, page["itemsPerPage"])
	}
	page := s.want(t, 200, "GET", "/Users?attributes=id", nil)
	if int(page["itemsPerPage"].(float64)) != number("pagination", "defaultPageSize") || page["startIndex"] != 1.0 || page["nextCursor"] != nil || at(said, "pagination", "defaultPaginationMethod") != "index" {
		t.Errorf("a page that asks for nothing has %v from %v", page["itemsPerPage"], page["startIndex"])
	}
	if page := s.want(t, 200, "GET", "/Users?attributes=id&cursor=", nil); page["nextCursor"] == nil || at(said, "pagination", "cursor") != true || at(said, "pagination", "index") != true {
		t.Error("there is no cursor")
	}

	sorted := s.want(t, 200, "GET", "/Users?sortBy=userName&sortOrder=descending&count=2", nil)
	if !slices.Contains(pageIDs(sorted), id) {
		t.Errorf("the last by userName are %v", pageIDs(sorted))
	}
	if w := s.conditional(t, "GET", "/Users/"+id, nil, "If-None-Match", s.tag(t, "/Users/"+id)); w.Code != 304 {
		t.Errorf("If-None-Match is answered %d", w.Code)
	}

	// The limits of a bulk are exact.
	bulk := func(n int) map[string]any {
		all := make([]any, n)
		for i := range all {
			all[i] = map[string]any{"method": "DELETE", "path": "/Users/nobody"}
		}
		return map[string]any{"schemas": []any{bulkRequestURN}, "Operations": all, "failOnErrors": 1}
	}
	s.want(t, 200, "POST", "/Bulk", bulk(number("bulk", "maxOperations")))
	s.want(t, 413, "POST", "/Bulk", bulk(number("bulk", "maxOperations")+1))
	large := `{"schemas":["` + bulkRequestURN + `"],"Operations":[]}`
	s.want(t, 413, "POST", "/Bulk", large+strings.Repeat(" ", number("bulk", "maxPayloadSize")-len(large)+1))
	if w := s.ask(t, "POST", "/Bulk", large+strings.Repeat(" ", number("bulk", "maxPayloadSize")-len(large))); w.Code == 413 {
		t.Error("a bulk of the size that is taken is too large")
	}

	// changePassword: a password is neither set nor shown.
	if at(said, "changePassword", "supported") != false {
		t.Error("passwords are said to be changed")
	}
	with := s.want(t, 201, "POST", "/Users", person("secret@acme.example", map[string]any{"password": "correct horse"}))
	if shown := s.want(t, 200, "GET", fmt.Sprint("/Users/", with["id"], "?attributes=password"), nil); shown["password"] != nil || with["password"] != nil {
		t.Error("a password is shown")
	}
	if page := s.want(t, 200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "zz@acme.example"`), nil); page["totalResults"] != 1.0 {
		t.Error("filter is said to be supported")
	}
	schemes, _ := said["authenticationSchemes"].([]any)
	if len(schemes) != 2 {
		t.Errorf("%d authentication schemes", len(schemes))
	}
}

// at is a value within objects.
func at(o map[string]any, path ...string) any {
	var value any = o
	for _, name := range path {
		inner, _ := value.(map[string]any)
		value = inner[name]
	}
	return value
}
