package scim

import (
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/scim/directory"
	"scimforce/scim/filter"
)

func TestListParametersAreReadAsClientsSendThem(t *testing.T) {
	tests := []struct {
		name, query string
		filter      string
		start       int
		count       int
	}{
		{"nothing", "", "", 1, 100},
		{"a bare ampersand, as OneLogin ends it", `filter=userName+eq+%22x%22&`, `userName eq "x"`, 1, 100},
		{"Okta's probe", "startIndex=1&count=2", "", 1, 2},
		{"names in other cases", "STARTINDEX=3&Count=4&Filter=userName%20eq%20%22x%22", `userName eq "x"`, 3, 4},
		{"Entra's flag", "aadOptscim062020&startIndex=2", "", 2, 100},
		{"a flag that is no encoding", "%zz=1&count=3", "", 1, 3},
		{"a start of 0", "startindex=0", "", 1, 100},
		{"a start below 0", "startIndex=-7", "", 1, 100},
		{"a count below 0", "count=-1", "", 1, 0},
		{"a count of 0", "count=0", "", 1, 0},
		{"a count above the limit", "count=5000", "", 1, 1000},
		{"numbers no machine holds", "startIndex=99999999999999999999&count=99999999999999999999", "", math.MaxInt32, 1000},
		{"a number no machine holds, below 0", "startIndex=-99999999999999999999", "", 1, 100},
		{"an empty filter", "filter=&count=", "", 1, 100},
		{"a semicolon in a filter", `filter=displayName+eq+%22a;b%22`, `displayName eq "a;b"`, 1, 100},
		{"a plus in an address that is not encoded", `filter=userName+eq+"sales+emea@acme.example"`, `userName eq "sales+emea@acme.example"`, 1, 100},
		{"an at sign among words, blanks written as pluses", `filter=displayName+eq+%22Sales+%40+EMEA%22`, `displayName eq "Sales @ EMEA"`, 1, 100},
		{"an address among words", `filter=displayName+eq+%22Ada+ada%40acme.example+(Sales)%22`, `displayName eq "Ada ada@acme.example (Sales)"`, 1, 100},
		{"a plus where blanks are written as %20", `filter=displayName%20eq%20%22R+D%20EMEA%22`, `displayName eq "R+D EMEA"`, 1, 100},
		{"a plus that is a blank", `filter=displayName+eq+"Sales+EMEA"`, `displayName eq "Sales EMEA"`, 1, 100},
		{"the same parameter twice", "count=5&count=5", "", 1, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newFake()
			r := request("GET", "/Users", "")
			r.URL.RawQuery = test.query
			if w := serve(newServer(t, d), r); w.Code != 200 {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			var want filter.Expression
			if test.filter != "" {
				var err error
				if want, err = filter.Parse(test.filter); err != nil {
					t.Fatal(err)
				}
			}
			if got := text(d.query.Filter); got != text(want) {
				t.Errorf("the filter is %s, want %s", got, text(want))
			}
			if d.query.StartIndex != test.start || d.query.Count != test.count {
				t.Errorf("start %d, count %d; want %d, %d", d.query.StartIndex, d.query.Count, test.start, test.count)
			}
		})
	}
}

func text(e filter.Expression) string {
	if e == nil {
		return ""
	}
	return e.String()
}

func TestAFilterIsNeverSilentlyDropped(t *testing.T) {
	d := newFake()
	h := newServer(t, d)
	for _, query := range []string{
		"filter=%", "filter=%zz", "filter=userName", "filter=%ff", `filter=userName+eq+%22a%22&filter=userName+eq+%22b%22`, "filter=(", "filter=nope+nope+nope",
		"filter=" + strings.Repeat("(", 10_000), "filter=" + strings.Repeat("(", 4000), "filter=" + strings.Repeat("not+(", 1000), "filter=title+eq+%22" + strings.Repeat("x", 10_000) + "%22",
	} {
		r := request("GET", "/Users", "")
		r.URL.RawQuery = query
		wantError(t, serve(h, r), 400, "invalidFilter")
	}
	if len(d.verbs) != 0 {
		t.Errorf("the directory was asked for %v", d.verbs)
	}
}

func TestAListIsAListResponse(t *testing.T) {
	d := newFake()
	h := newServer(t, d)
	o := object(t, serve(h, request("GET", "/Groups?startIndex=1&count=5", "")))
	found, _ := o["Resources"].([]any)
	delete(o, "Resources")
	want := map[string]any{"schemas": []any{listURN}, "totalResults": 1.0, "startIndex": 1.0, "itemsPerPage": 1.0}
	if diff := cmp.Diff(want, o); diff != "" || len(found) != 1 {
		t.Errorf("%d resources, %s", len(found), diff)
	}
	w := serve(h, request("GET", "/Groups?count=0", ""))
	if !strings.Contains(w.Body.String(), `"Resources":[]`) || !strings.Contains(w.Body.String(), `"itemsPerPage":0`) || !strings.Contains(w.Body.String(), `"totalResults":1`) {
		t.Errorf("count=0 is answered with %s", w.Body)
	}
	if body, err := encode(newList(0, 1, nil)); err != nil || !strings.Contains(string(body), `"Resources":[]`) {
		t.Errorf("a list of nothing is %s, %v", body, err)
	}
	d.users = nil
	if w := serve(h, request("GET", "/Users", "")); !strings.Contains(w.Body.String(), `"Resources":[]`) {
		t.Errorf("an empty list is %s", w.Body)
	}
}

func TestOnlyWhatIsShownIsRead(t *testing.T) {
	access, members := directory.Want{Access: true}, directory.Want{Members: true}
	tests := []struct {
		path string
		want directory.Want
	}{
		{"/Users", access},
		{"/Users/" + userID, access},
		{"/Users?count=0", directory.Want{}},
		{"/Users?attributes=userName", directory.Want{}},
		{"/Users/" + userID + "?attributes=userName,name.givenName", directory.Want{}},
		{"/Users?attributes=GROUPS.value", access},
		{"/Users?attributes=urn:ietf:params:scim:schemas:core:2.0:User:groups", access},
		{"/Users?attributes=urn:ietf:params:scim:schemas:core:2.0:User", access},
		{"/Users?attributes=entitlements", access},
		{"/Users?excludedAttributes=groups", access},
		{"/Users?excludedAttributes=groups,entitlements", directory.Want{}},
		{"/Users?excludedAttributes=groups.display,entitlements", access},
		{"/Groups", members},
		{"/Groups/" + groupID, members},
		{"/Groups?excludedAttributes=members", directory.Want{}},
		{"/Groups/" + groupID + "?excludedattributes=MEMBERS", directory.Want{}},
		{"/Groups?attributes=id,displayName", directory.Want{}},
		{"/Groups?attributes=members", members},
	}
	for _, test := range tests {
		d := newFake()
		if w := serve(newServer(t, d), request("GET", test.path, "")); w.Code != 200 {
			t.Errorf("%s: status %d", test.path, w.Code)
		}
		got := d.want
		if !strings.Contains(strings.TrimPrefix(test.path, "/"), "/") {
			got = d.query.Want
		}
		if got.Attributes = nil; got != test.want {
			t.Errorf("%s reads %+v, want %+v", test.path, got, test.want)
		}
	}
}

func TestOnlyTheAttributesThatAreShownAreAskedFor(t *testing.T) {
	for query, want := range map[string]string{
		"":                                         "*",
		"attributes=userName":                      "id,username",
		"attributes=name.familyName,emails":        "emails,id,name.familyname",
		"attributes=emails.value,externalId":       "emails.value,externalid,id",
		"attributes=emails.value,meta.version":     "*",
		"excludedAttributes=emails":                "*",
		"attributes=" + enterprise + ":department": "id," + enterprise + ":department",
		"attributes=" + enterprise:                 "id," + strings.Join([]string{enterprise + ":costCenter", enterprise + ":department", enterprise + ":division", enterprise + ":employeeNumber", enterprise + ":manager", enterprise + ":organization"}, ","),
		"attributes=nonsense":                      "id",
	} {
		d := newFake()
		if w := serve(newServer(t, d), request("GET", "/Users?"+query, "")); w.Code != 200 {
			t.Errorf("%s: status %d", query, w.Code)
		}
		got := d.query.Want.Attributes.String()
		if got != strings.ToLower(want) {
			t.Errorf("%s asks for %s, want %s", query, got, want)
		}
	}
}

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

func FuzzParametersAreReadAsNetURLReadsThem(f *testing.F) {
	for _, seed := range []string{"filter=a&count=1", "&&", "count", "count=%31", "%46ilter=x", "filter=a+b%2Bc", "startIndex=1;count=2", `filter="a+b@c"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := readParameters(raw)
		if err != nil || strings.Contains(raw, ";") || strings.Contains(raw, "+") {
			return
		}
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		for name, all := range values {
			name = strings.ToLower(strings.TrimSpace(name))
			if !known(name) {
				continue
			}
			for _, value := range all {
				if value = strings.TrimSpace(value); value != "" && got[name] != value {
					t.Fatalf("%q: %s is %q, want %q", raw, name, got[name], value)
				}
			}
		}
	})
}
