package simulator

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestCompositeShapes compares whole answers of /composite with files.
func TestCompositeShapes(t *testing.T) {
	const v = "/services/data/v66.0"
	group := func(ref, name string) string {
		return fmt.Sprintf(`{"method":"POST","url":"%s/sobjects/Group","referenceId":"%s","body":{"Name":"%s","Type":"Regular"}}`, v, ref, name)
	}
	rename := `{"method":"PATCH","url":"` + v + `/sobjects/Group/@{g.id}","referenceId":"rename","body":{"Name":"Late Shift"}}`
	member := `{"method":"POST","url":"` + v + `/sobjects/GroupMember","referenceId":"m","body":{"GroupId":"@{g.id}","UserOrGroupId":"{admin}"}}`
	read := `{"method":"GET","url":"` + v + `/sobjects/Group/@{g.id}?fields=Name,Type","referenceId":"read"}`
	find := `{"method":"GET","url":"` + v + `/query?q=SELECT+Id,+Name+FROM+Group+WHERE+Id+%3D+'@{g.id}'","referenceId":"find"}`
	bad := `{"method":"POST","url":"` + v + `/sobjects/Group","referenceId":"bad","body":{"Nonsense":1}}`
	tests := []struct {
		name      string
		allOrNone bool
		subs      []string
	}{
		{name: "create-then-use-its-id", subs: []string{group("g", "Night Shift"), rename, member, read, find}},
		{name: "create-then-use-its-id-all-or-none", allOrNone: true, subs: []string{group("g", "Night Shift"), rename, member, read, find}},
		{name: "one-fails-alone", subs: []string{group("g", "Night Shift"), bad, rename}},
		{name: "one-fails-all-roll-back", allOrNone: true, subs: []string{group("g", "Night Shift"), bad, rename}},
		{name: "reference-to-a-failed-one", subs: []string{strings.Replace(bad, `"bad"`, `"g"`, 1), rename, member}},
		{name: "reference-to-nothing", subs: []string{strings.Replace(find, "@{g.id}", "00G000000000001", 1), strings.Replace(rename, "@{g.id}", "@{find.records[0].Id}", 1)}},
		{name: "reference-into-records", subs: []string{group("g", "Night Shift"), find, strings.Replace(rename, "@{g.id}", "@{find.records[0].Id}", 1)}},
		{name: "unknown-resources", subs: []string{
			`{"method":"GET","url":"/somewhere","referenceId":"a"}`,
			`{"method":"GET","url":"` + v + `/sobjects/Uzer/1","referenceId":"b"}`,
			`{"method":"PUT","url":"` + v + `/sobjects/Group","referenceId":"c"}`,
			`{"method":"POST","url":"` + v + `/composite","referenceId":"d","body":{"compositeRequest":[` + bad + `]}}`,
			`{"method":"GET","url":"/services/data/v99.0/limits","referenceId":"e"}`,
		}},
		{name: "collection-inside", subs: []string{
			`{"method":"POST","url":"` + v + `/composite/sobjects","referenceId":"all","body":{"records":[{"attributes":{"type":"Group"},"Name":"Eins"},{"attributes":{"type":"Group"},"Name":"Zwei"}]}}`,
			`{"method":"PATCH","url":"` + v + `/sobjects/Group/@{all[1].id}","referenceId":"rename","body":{"Name":"Drei"}}`,
		}},
		{name: "collection-inside-all-or-none", allOrNone: true, subs: []string{
			group("g", "Night Shift"),
			`{"method":"POST","url":"` + v + `/composite/sobjects","referenceId":"all","body":{"allOrNone":false,"records":[{"attributes":{"type":"Group"},"Name":"Eins"},{"attributes":{"type":"Group"},"Nonsense":1}]}}`,
		}},
		{name: "no-subrequests"},
		{name: "same-reference-twice", subs: []string{group("g", "One"), group("g", "Two")}},
		{name: "bad-reference-id", subs: []string{group("g-1", "One")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := start(t)
			body := fmt.Sprintf(`{"allOrNone":%t,"compositeRequest":[%s]}`, test.allOrNone, strings.Join(test.subs, ","))
			r := f.call("POST", v+"/composite/", strings.ReplaceAll(body, "{admin}", f.org.AdminID()), "Accept-Encoding: identity", "X-PrettyPrint: 1")
			golden(t, "composite/"+test.name+".txt", r.transcript())
			left := 0
			for _, name := range []string{"Night Shift", "Late Shift", "Eins"} {
				if _, found := f.groupNamed(name); found {
					left++
				}
			}
			if failed := strings.Contains(r.body, "PROCESSING_HALTED") && test.allOrNone; failed && left > 0 {
				t.Errorf("%d groups are left after a rollback", left)
			}
		})
	}
}

// groupNamed looks a group up in the org itself.
func (f *fixture) groupNamed(name string) (string, bool) {
	f.t.Helper()
	r := f.call("GET", "/services/data/v66.0/query?q="+queryEscape("SELECT COUNT() FROM Group WHERE Name = '"+name+"'"), "", "Accept-Encoding: identity")
	return r.body, !strings.HasPrefix(r.body, `{"totalSize":0,`)
}

func TestACompositeIsBounded(t *testing.T) {
	f := start(t)
	send := func(n int, url string) reply {
		subs := make([]string, n)
		for i := range subs {
			subs[i] = fmt.Sprintf(`{"method":"GET","url":"%s","referenceId":"r%d"}`, url, i)
		}
		return f.call("POST", "/services/data/v66.0/composite", `{"compositeRequest":[`+strings.Join(subs, ",")+`]}`)
	}
	for _, test := range []struct {
		n       int
		url     string
		refused string
	}{
		{25, "/services/data/v66.0/sobjects/Group", ""},
		{26, "/services/data/v66.0/sobjects/Group", "The request can’t contain more than 25 operations."}, // recorded
		{5, "/services/data/v66.0/query?q=SELECT+COUNT()+FROM+User", ""},
		{6, "/services/data/v66.0/query?q=SELECT+COUNT()+FROM+User", "The request can’t contain more than 5 query or sObject Collections operations."},
	} {
		r := send(test.n, test.url)
		if test.refused == "" {
			if r.status != 200 || strings.Contains(r.body, "LIMIT_EXCEEDED") {
				t.Errorf("%d of %s: %d %.200s", test.n, test.url, r.status, r.body)
			}
			continue
		}
		want := `{"compositeResponse":[{"body":[{"errorCode":"LIMIT_EXCEEDED","message":"` + test.refused + `"}],"httpHeaders":{},"httpStatusCode":400,"referenceId":null}]}`
		if r.status != 200 || r.body != want {
			t.Errorf("%d of %s: %d %.300s", test.n, test.url, r.status, r.body)
		}
	}
}

func TestACompositeIsOneCall(t *testing.T) {
	f := start(t)
	f.call("POST", "/services/data/v66.0/composite", `{"compositeRequest":[`+
		`{"method":"GET","url":"/services/data/v66.0/sobjects/Group","referenceId":"a"},`+
		`{"method":"GET","url":"/services/data/v66.0/limits","referenceId":"b"}]}`)
	r := f.call("GET", "/services/data/v66.0/limits", "")
	if got := r.header.Get("Sforce-Limit-Info"); got != "api-usage=2/15000" {
		t.Errorf("Sforce-Limit-Info: %s", got)
	}
	want := []CallCount{{"POST", "/composite", 1}, {"GET", "/limits", 1}}
	if got := f.Calls(); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("calls %v, want %v", got, want)
	}
}

func TestReferencesAreResolved(t *testing.T) {
	refs := references{}
	refs.add("user", ok(object{{"id", "005"}, {"n", 3}, {"on", true}}))
	refs.add("find", ok(object{{"records", []object{{{"Id", "00G"}, {"Owner", object{{"Name", "A b&c"}}}}}}}))
	refs.add("list", ok([]object{{{"id", "0Pa"}}}))
	refs.add("gone", noContent())
	refs.add("bad", notFound())
	tests := []struct {
		name, in string
		want     any
		err      string
	}{
		{name: "an id", in: "@{user.id}", want: "005"},
		{name: "a number keeps its type", in: "@{user.n}", want: json.Number("3")},
		{name: "a boolean keeps its type", in: "@{user.on}", want: true},
		{name: "inside text", in: "x-@{user.id}-@{user.n}", want: "x-005-3"},
		{name: "into a list", in: "@{find.records[0].Owner.Name}", want: "A b&c"},
		{name: "a list at the top", in: "@{list[0].id}", want: "0Pa"},
		{name: "beyond the list", in: "@{find.records[1].Id}", err: "No value for find.records[1].Id found in find"},
		{name: "an unknown name", in: "@{who.id}", err: "No value for who.id found in who"},
		{name: "of another case", in: "@{user.ID}", err: "No value for user.ID found in user"},
		{name: "to an answer without a body", in: "@{gone.id}", err: "No value for gone.id found in gone"},
		{name: "to a failed answer", in: "@{bad.message}", err: "No value for bad.message found in bad"},
		{name: "an unfinished index", in: "@{find.records[0}", err: "No value for"},
		{name: "no reference at all", in: "{user.id}", want: "{user.id}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := refs.inBody(map[string]any{"a": []any{test.in}})
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if value := got.(map[string]any)["a"].([]any)[0]; value != test.want {
				t.Errorf("got %#v, want %#v", value, test.want)
			}
		})
	}
	if got, err := refs.inURL("/a/@{user.id}?q=@{find.records[0].Owner.Name}"); err != nil || got != "/a/005?q=A+b%26c" {
		t.Errorf("URL %q, %v", got, err)
	}
}

func FuzzReferences(f *testing.F) {
	for _, seed := range []string{"@{a.id}", "@{a[0].b}", "@{a.", "@{}", "@{a[}", "@{a]0[}", "@{.}", "@{a..b}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		refs := references{}
		refs.add("a", ok([]object{{{"id", "x"}}}))
		if got, err := refs.inURL(s); err == nil && !strings.Contains(s, "@{") && got != s {
			t.Errorf("%q without a reference became %q", s, got)
		}
		_, _ = refs.inBody(s)
	})
}
