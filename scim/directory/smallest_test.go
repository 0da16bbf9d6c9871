package directory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"scimforce/scim/mapping"
)

// recordedWrites are the records that were sent to Salesforce to be written, since the
// test asked to see them.
type recordedWrites struct {
	mu   sync.Mutex
	sent []write
}

type write struct {
	method, path string
	fields       map[string]any
}

// watch keeps what is written from here on, alone, in collections or as part of
// composites.
func (h *house) watch() *recordedWrites {
	w := &recordedWrites{}
	h.before = func(r *http.Request) error {
		var text []byte
		if r.Body != nil {
			var err error
			if text, err = io.ReadAll(r.Body); err != nil {
				return err
			}
			r.Body = io.NopCloser(bytes.NewReader(text))
		}
		var body map[string]any
		_ = json.Unmarshal(text, &body)
		w.see(r.Method, r.URL.Path, body)
		return nil
	}
	return w
}

func (w *recordedWrites) see(method, path string, body map[string]any) {
	if method == http.MethodGet {
		return
	}
	if subs, ok := body["compositeRequest"].([]any); ok {
		for _, s := range subs {
			sub, _ := s.(map[string]any)
			inner, _ := sub["body"].(map[string]any)
			w.see(fmt.Sprint(sub["method"]), fmt.Sprint(sub["url"]), inner)
		}
		return
	}
	if graphs, ok := body["graphs"].([]any); ok {
		for _, g := range graphs {
			graph, _ := g.(map[string]any)
			w.see(method, path, graph)
		}
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	records, ok := body["records"].([]any)
	if !ok {
		records = []any{body}
	}
	for _, record := range records {
		fields, _ := record.(map[string]any)
		w.sent = append(w.sent, write{method, path, fields})
	}
}

// taken are the writes since it was last asked.
func (w *recordedWrites) taken() []write {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() { w.sent = nil }()
	return w.sent
}

func TestOnlyWhatChangesIsWritten(t *testing.T) {
	h := open(t)
	jane := id(h.create(user("jane@acme.example", map[string]any{
		"title": "Engineer", "nickName": "jane", "timezone": "Europe/Vienna",
		"name":         map[string]any{"givenName": "Jane", "familyName": "Doe"},
		"phoneNumbers": []any{map[string]any{"value": "1", "type": "work"}, map[string]any{"value": "2", "type": "mobile"}},
		"addresses":    []any{map[string]any{"type": "work", "streetAddress": "Ring 1", "locality": "Vienna", "postalCode": "1010"}},
	})))
	h.warm()
	w := h.watch()
	for _, c := range []struct {
		does string
		ops  []map[string]any
		want map[string]any // nil: no write at all
	}{
		{"one attribute", []map[string]any{replace("title", "Director")}, map[string]any{"Title": "Director"}},
		{"one attribute to what it is", []map[string]any{replace("title", "Director")}, nil},
		{"two attributes, one of them to what it is", []map[string]any{replace("title", "Director"), replace("name.givenName", "J.")}, map[string]any{"FirstName": "J."}},
		{"an attribute there and back", []map[string]any{replace("title", "x"), replace("title", "Director")}, nil},
		{"an attribute away and back", []map[string]any{op("remove", "title", nil), op("add", "title", "Director")}, nil},
		{"one attribute away", []map[string]any{op("remove", "title", nil)}, map[string]any{"Title": nil}},
		{"what is away already", []map[string]any{op("remove", "title", nil)}, nil},
		{"one number of two", []map[string]any{replace(`phoneNumbers[type eq "mobile"].value`, "3")}, map[string]any{"MobilePhone": "3"}},
		{"a number that is there", []map[string]any{op("add", "phoneNumbers", []any{map[string]any{"value": "1", "type": "work"}})}, nil},
		{"one line of the address", []map[string]any{replace(`addresses[type eq "work"].streetAddress`, "Ring 2")}, map[string]any{"Street": "Ring 2"}},
		{"the userName in another case", []map[string]any{replace("userName", "Jane@Acme.Example")}, nil},
		{"an attribute that Salesforce has no field for", []map[string]any{replace("externalId", "7")}, nil},
		{"a name that Salesforce makes itself", []map[string]any{replace("displayName", "J. D.")}, nil},
		{"active to what it is", []map[string]any{replace("active", true)}, nil},
		{"an extension attribute without a path", []map[string]any{op("replace", "", map[string]any{mapping.EnterpriseURN + ":department": "R&D"})}, map[string]any{"Department": "R&D"}},
	} {
		if _, err := h.patch(jane, c.ops...); err != nil {
			t.Fatalf("%s: %v", c.does, err)
		}
		got := w.taken()
		if c.want == nil && len(got) > 0 {
			t.Errorf("%s: wrote %v", c.does, got)
		}
		if c.want != nil && (len(got) != 1 || !reflect.DeepEqual(got[0].fields, c.want)) {
			t.Errorf("%s: wrote %v, want %v", c.does, got, c.want)
		}
	}
}

// crowd is a public group with the first n people of the org, made in Salesforce.
func (h *house) crowd(n int) (group string, inside []string, outside string) {
	h.t.Helper()
	all := h.visibleIDs()
	group = h.made("Group", map[string]any{"Name": "Crowd", "DeveloperName": "Crowd", "Type": "Regular"})
	for _, id := range all[:n] {
		h.made("GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": id})
	}
	return group, all[:n], all[n]
}

// The size of the group must not matter; 10,000 are in the benchmark.
func TestOneMemberOfManyCostsTwoCallsAndOneRow(t *testing.T) {
	h := open(t, people(320))
	group, inside, outside := h.crowd(300)
	add := []map[string]any{op("add", "members", values(outside))}
	remove := []map[string]any{op("remove", `members[value eq "`+inside[7]+`"]`, nil)}
	rename := op("replace", "", map[string]any{"id": group, "displayName": "Crowd"})
	h.warm()
	w := h.watch()
	for _, c := range []struct {
		does  string
		fresh bool // nobody has seen the group lately
		ops   []map[string]any
		calls int
		rows  int
	}{
		{"the first addition", true, add, 2, 1},
		{"an addition", false, add, 1, 1},
		{"the first removal", true, remove, 2, 1},
		{"a removal of who is gone", false, remove, 1, 0},
		{"the first removal of who is gone", true, remove, 1, 0},
		{"Entra's removal by a list", true, []map[string]any{op("Remove", "members", []any{map[string]any{"value": inside[8], "$ref": nil}})}, 2, 1},
		{"a removal of who cannot be a member", true, []map[string]any{op("remove", `members[value eq "nobody"]`, nil)}, 1, 0},
		{"Okta's addition with the name", true, append([]map[string]any{rename}, add...), 2, 1},
		{"Okta's removal with the name", true, []map[string]any{rename, op("remove", `members[value eq "`+inside[9]+`"]`, nil)}, 2, 1},
		{"the name that it has", true, []map[string]any{rename}, 1, 0},
		{"an addition of nobody", true, []map[string]any{op("add", "members", []any{})}, 1, 0},
	} {
		if c.fresh {
			h.restart()
			h.warm()
		}
		w.taken()
		h.calls()
		if err := h.patchGroup(group, c.ops...); err != nil {
			t.Fatalf("%s: %v", c.does, err)
		}
		h.wantCalls(c.does, c.calls)
		if got := w.taken(); len(got) != c.rows {
			t.Errorf("%s: wrote %v, want %d rows", c.does, got, c.rows)
		}
	}
	want := slices.DeleteFunc(append(slices.Clone(inside), outside), func(id string) bool { return slices.Contains(inside[7:10], id) })
	slices.Sort(want)
	if got := h.membersOf(group); !slices.Equal(got, want) {
		t.Errorf("%d members, want %d", len(got), len(want))
	}
}

// A group that was renamed after its rows were read keeps none of them in mind.
func TestRowsOfARemovalAreNotRemembered(t *testing.T) {
	h := open(t)
	a, _, _ := h.three()
	group := h.team("Field Team", a)
	h.restart()
	if err := h.patchGroup(group, replace("displayName", "Renamed"), op("remove", "members", values(a))); err != nil {
		t.Fatal(err)
	}
	if err := h.patchGroup(group, op("add", "members", values(a))); err != nil {
		t.Fatal(err)
	}
	if err := h.patchGroup(group, op("remove", "members", values(a))); err != nil {
		t.Fatal(err)
	}
	if got := h.membersOf(group); len(got) != 0 {
		t.Errorf("members %v", got)
	}
}

func TestPutOfAGroupWritesOnlyTheDifference(t *testing.T) {
	h := open(t, people(60))
	group, inside, outside := h.crowd(50)
	w := h.watch()
	wanted := append([]string{outside}, inside[1:]...)
	if _, err := h.ReplaceGroup(t.Context(), group, nil, map[string]any{"displayName": "Crowd", "members": values(wanted...)}); err != nil {
		t.Fatal(err)
	}
	got := w.taken()
	if len(got) != 2 || got[0].method != http.MethodDelete || !strings.HasSuffix(got[1].path, "/composite/sobjects") || got[1].fields["UserOrGroupId"] != outside {
		t.Errorf("wrote %v, want one row deleted and one made", got)
	}
}
