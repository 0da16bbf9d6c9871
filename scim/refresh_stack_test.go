package scim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"scimforce/scim/mapping"
	"scimforce/scim/scimtest"
)

// remodelled is a stack whose org is described otherwise than it is, as one that
// an administrator has changed since it was described.
type remodelled struct {
	*stack
	describes atomic.Int32
	// pretend changes a describe of User; nil tells the truth.
	pretend atomic.Pointer[func(fields []map[string]any) []map[string]any]
	// down makes describes fail.
	down atomic.Bool
	// ahead is how far the bridge's clock is before the real one.
	ahead atomic.Int64
}

func newRemodelled(t *testing.T) *remodelled {
	t.Helper()
	r := &remodelled{}
	r.stack = &stack{scimtest.New(t, func(c *scimtest.Config) {
		customized(&c.Org)
		c.Now = func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }
	})}
	r.Weather = func(w http.ResponseWriter, q *http.Request) bool {
		if !strings.HasSuffix(q.URL.Path, "/sobjects/User/describe") || q.Header.Get("X-Truth") != "" {
			return false
		}
		r.describes.Add(1)
		if r.down.Load() {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			must(t, json.NewEncoder(w).Encode([]any{map[string]any{"errorCode": "API_DISABLED_FOR_ORG", "message": "The REST API is not enabled for this Organization."}}))
			return true
		}
		pretend := r.pretend.Load()
		if pretend == nil {
			return false
		}
		q.Header.Del("Accept-Encoding")
		q.Header.Set("X-Truth", "wanted") // what is asked from here comes by here
		truth := httptest.NewRecorder()
		r.Simulator.ServeHTTP(truth, q)
		var d map[string]any
		must(t, json.Unmarshal(truth.Body.Bytes(), &d))
		var fields []map[string]any
		for _, f := range d["fields"].([]any) {
			fields = append(fields, f.(map[string]any))
		}
		d["fields"] = (*pretend)(fields)
		w.Header().Set("Content-Type", "application/json")
		must(t, json.NewEncoder(w).Encode(d))
		return true
	}
	return r
}

// before has the bridge describe the org as it was before a change: that is what
// it knows when this returns.
func (r *remodelled) before(t *testing.T, pretend func([]map[string]any) []map[string]any) {
	t.Helper()
	r.pretend.Store(&pretend)
	r.want(t, 200, "GET", "/Schemas", nil)
	r.pretend.Store(nil)
	r.describes.Store(0)
}

// described is how often User was described since it was last asked.
func (r *remodelled) described() int { return int(r.describes.Swap(0)) }

func without(name string) func([]map[string]any) []map[string]any {
	return func(fields []map[string]any) []map[string]any {
		return slices.DeleteFunc(fields, func(f map[string]any) bool { return f["name"] == name })
	}
}

// with adds a field that is like another.
func with(name, like string) func([]map[string]any) []map[string]any {
	return func(fields []map[string]any) []map[string]any {
		i := slices.IndexFunc(fields, func(f map[string]any) bool { return f["name"] == like })
		field := maps.Clone(fields[i])
		field["name"], field["label"] = name, name
		return append(fields, field)
	}
}

// offering has a picklist offer other values than it does.
func offering(name string, values ...string) func([]map[string]any) []map[string]any {
	return func(fields []map[string]any) []map[string]any {
		i := slices.IndexFunc(fields, func(f map[string]any) bool { return f["name"] == name })
		var offered []any
		for _, v := range values {
			offered = append(offered, map[string]any{"active": true, "value": v, "label": v})
		}
		fields[i]["picklistValues"] = offered
		return fields
	}
}

// has says whether the Salesforce extension has an attribute, and its values.
func (s *stack) has(t *testing.T, name string) (canonical []any, ok bool) {
	t.Helper()
	for _, a := range s.want(t, 200, "GET", "/Schemas/"+mapping.SalesforceURN, nil)["attributes"].([]any) {
		if d := a.(map[string]any); d["name"] == name {
			canonical, _ = d["canonicalValues"].([]any)
			return canonical, true
		}
	}
	return nil, false
}

// set patches one attribute of the Salesforce extension.
func (s *stack) set(t *testing.T, status int, id, name string, value any) map[string]any {
	t.Helper()
	return s.want(t, status, "PATCH", "/Users/"+id, operations(map[string]any{"op": "replace", "path": mapping.SalesforceURN + ":" + name, "value": value}))
}

func TestAnOrgThatGainsAFieldShowsIt(t *testing.T) {
	for name, c := range map[string]struct {
		later time.Duration
		look  bool // at the schemas
		want  any
	}{
		"at once to nobody":                               {time.Minute, true, nil},
		"in minutes to those who look at the schemas":     {3 * time.Minute, true, "B-1"},
		"not so soon to those who do not":                 {59 * time.Minute, false, nil},
		"within an hour to everybody":                     {61 * time.Minute, false, "B-1"},
		"within an hour to those who look at the schemas": {61 * time.Minute, true, "B-1"},
	} {
		r := newRemodelled(t)
		id := r.made(t, "ada@acme.example", map[string]any{mapping.SalesforceURN: map[string]any{"Badge__c": "B-1"}})
		r.ahead.Store(int64(2 * time.Hour))
		r.before(t, without("Badge__c"))
		r.ahead.Store(int64(2*time.Hour + c.later))
		if c.look {
			if _, shown := r.has(t, "Badge__c"); shown != (c.want != nil) {
				t.Errorf("%s: is it in the schema? %v", name, shown)
			}
		}
		extension, _ := r.want(t, 200, "GET", "/Users/"+id, nil)[mapping.SalesforceURN].(map[string]any)
		if extension["Badge__c"] != c.want {
			t.Errorf("%s: it is %v", name, extension["Badge__c"])
		}
		n, most := r.described(), 0
		if c.want != nil {
			most = 1
		}
		if n != most {
			t.Errorf("%s: the org was described %d times", name, n)
		}
	}
}

func TestAnOrgThatLosesAFieldIsReadOn(t *testing.T) {
	created := 0
	requests := map[string]func(r *remodelled, id string){
		"a read": func(r *remodelled, id string) { r.want(t, 200, "GET", "/Users/"+id, nil) },
		"a list": func(r *remodelled, _ string) {
			if list := r.want(t, 200, "GET", "/Users?count=100", nil); list["totalResults"] != 5.0 {
				t.Errorf("the list is %v", list)
			}
		},
		"a search by the field that is gone": func(r *remodelled, _ string) {
			refused := r.want(t, 400, "GET", "/Users?filter="+mapping.SalesforceURN+":Gone__c%20eq%20%22x%22", nil)
			if refused["scimType"] != "invalidFilter" {
				t.Errorf("the refusal is %v", refused)
			}
		},
		"a search by the field that is gone, among others": func(r *remodelled, _ string) {
			refused := r.want(t, 400, "GET", "/Users?count=1&filter="+mapping.SalesforceURN+":Gone__c%20sw%20%22x%22%20or%20title%20co%20%22x%22", nil)
			if refused["scimType"] != "invalidFilter" {
				t.Errorf("the refusal is %v", refused)
			}
		},
		"a look-up": func(r *remodelled, _ string) {
			if list := r.want(t, 200, "GET", "/Users?filter=userName%20eq%20%22ada@acme.example%22", nil); list["totalResults"] != 1.0 {
				t.Errorf("the list is %v", list)
			}
		},
		"a create": func(r *remodelled, _ string) {
			created++
			badge := fmt.Sprint("N-", created)
			made := r.want(t, 201, "POST", "/Users", person(badge+"@acme.example", map[string]any{mapping.SalesforceURN: map[string]any{"Gone__c": "x", "Badge__c": badge}}))
			extension := made[mapping.SalesforceURN].(map[string]any)
			if extension["Badge__c"] != badge || extension["Gone__c"] != nil {
				t.Errorf("the extension is %v", extension)
			}
		},
		"a change": func(r *remodelled, id string) { r.set(t, 200, id, "Badge__c", "B-3") },
		"a change of the field that is gone": func(r *remodelled, id string) {
			if now := r.set(t, 200, id, "Gone__c", "x")[mapping.SalesforceURN].(map[string]any); now["Gone__c"] != nil {
				t.Errorf("the extension is %v", now)
			}
		},
	}
	for name, request := range requests {
		r := newRemodelled(t)
		id := r.made(t, "ada@acme.example", nil)
		r.ahead.Store(int64(61 * time.Minute))
		r.before(t, with("Gone__c", "Badge__c"))
		request(r, id)
		if n := r.described(); n != 1 {
			t.Errorf("%s describes the org %d times", name, n)
		}
		request(r, id)
		if n := r.described(); n != 0 {
			t.Errorf("%s describes the org once more", name)
		}
		if t.Failed() {
			t.Fatal(name)
		}
		if _, ok := r.has(t, "Gone__c"); ok {
			t.Errorf("%s: the field that is gone is shown", name)
		}
		r.set(t, 400, id, "Region__c", "Mars")
		if n := r.described(); n != 1 {
			t.Errorf("%s: after it another doubt describes the org %d times", name, n)
		}
	}
}

func TestAPicklistThatGainsAValueTakesItAtOnce(t *testing.T) {
	r := newRemodelled(t)
	r.before(t, offering("Region__c", "EMEA"))
	id := r.made(t, "ada@acme.example", nil)
	now := r.set(t, 200, id, "Region__c", "APAC")
	if extension := now[mapping.SalesforceURN].(map[string]any); extension["Region__c"] != "APAC" || r.described() != 1 {
		t.Errorf("the extension is %v", extension)
	}
	if values, _ := r.has(t, "Region__c"); !slices.Equal(values, []any{"EMEA", "APAC"}) {
		t.Errorf("the values shown are %v", values)
	}
	made := r.want(t, 201, "POST", "/Users", person("eve@acme.example", map[string]any{mapping.SalesforceURN: map[string]any{"Skills__c": []any{"COBOL"}}}))
	if extension := made[mapping.SalesforceURN].(map[string]any); !slices.Equal(extension["Skills__c"].([]any), []any{"COBOL"}) || r.described() != 0 {
		t.Errorf("the extension is %v", extension)
	}
}

func TestAPicklistThatLosesAValueRefusesIt(t *testing.T) {
	r := newRemodelled(t)
	r.before(t, offering("Region__c", "EMEA", "APAC", "LATAM"))
	id := r.made(t, "ada@acme.example", nil)
	refused := r.set(t, 400, id, "Region__c", "LATAM")
	if detail := fmt.Sprint(refused["detail"]); refused["scimType"] != "invalidValue" || !strings.Contains(detail, `"LATAM" is none of the values that the Salesforce field Region__c takes`) {
		t.Errorf("the refusal is %v", refused)
	}
	if n := r.described(); n != 1 {
		t.Errorf("the org was described %d times", n)
	}
}

// An IdP that is set up wrongly sends its wrong value for ever.
func TestAWrongValueDoesNotDescribeTheOrgAgainAndAgain(t *testing.T) {
	r := newRemodelled(t)
	id := r.made(t, "ada@acme.example", nil)
	r.described()
	for range 3 {
		r.set(t, 400, id, "Region__c", "Mars")
	}
	if n := r.described(); n != 1 {
		t.Errorf("three wrong values described the org %d times", n)
	}
	r.ahead.Store(int64(6 * time.Minute))
	for range 3 {
		r.set(t, 400, id, "Region__c", "Mars")
	}
	if n := r.described(); n != 1 {
		t.Errorf("minutes later three wrong values described the org %d times", n)
	}
}

func TestManyWhoFindADescriptionOutdatedAskOnce(t *testing.T) {
	r := newRemodelled(t)
	var ids []string
	for i := range 8 {
		ids = append(ids, r.made(t, fmt.Sprintf("person.%d@acme.example", i), nil))
	}
	r.ahead.Store(int64(61 * time.Minute))
	r.before(t, with("Gone__c", "Badge__c"))
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			if w := r.ask(t, "GET", "/Users/"+id, nil); w.Code != 200 {
				t.Errorf("%d: %s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
	if n := r.described(); n != 1 {
		t.Errorf("the org was described %d times", n)
	}
}

func TestOrdinaryRequestsDescribeNothing(t *testing.T) {
	r := newRemodelled(t)
	id := r.made(t, "ada@acme.example", nil)
	r.described()
	r.Simulator.ResetCalls()
	calls := func() int {
		n := 0
		for _, c := range r.Simulator.Calls() {
			n += c.Count
		}
		r.Simulator.ResetCalls()
		return n
	}
	for _, c := range []struct {
		what string
		most int
		do   func()
	}{
		{"a read", 1, func() { r.want(t, 200, "GET", "/Users/"+id, nil) }},
		{"a change", 2, func() { r.set(t, 200, id, "Badge__c", "B-1") }},
		{"a change to what is", 1, func() { r.set(t, 200, id, "Badge__c", "B-1") }},
		{"a page of users, and what they have been given", 2, func() { r.want(t, 200, "GET", "/Users?count=2", nil) }},
		{"a search by a field of the org's", 1, func() {
			r.want(t, 200, "GET", "/Users?count=2&filter="+mapping.SalesforceURN+":Region__c%20eq%20%22EMEA%22", nil)
		}},
		{"the schemas", 0, func() { r.want(t, 200, "GET", "/Schemas", nil) }},
		{"the resource types", 0, func() { r.want(t, 200, "GET", "/ResourceTypes", nil) }},
		{"a PUT of what was read", 1, func() {
			read := r.want(t, 200, "GET", "/Users/"+id, nil)
			r.Simulator.ResetCalls()
			r.want(t, 200, "PUT", "/Users/"+id, read)
		}},
		{"a PUT of all that can be read", 1, func() {
			read := r.want(t, 200, "GET", "/Users/"+id+"?attributes=userName,name,emails,active,nickName,"+mapping.SalesforceURN, nil)
			r.Simulator.ResetCalls()
			r.want(t, 200, "PUT", "/Users/"+id, read)
		}},
	} {
		c.do()
		if n := calls(); n > c.most {
			t.Errorf("%s costs %d calls, more than %d", c.what, n, c.most)
		}
		if n := r.described(); n != 0 {
			t.Errorf("%s described the org %d times", c.what, n)
		}
	}
}

// Until the org is described, schemas can be looked at, but nobody is written
// without the attributes that would be lost.
func TestAnOrgThatCannotBeDescribed(t *testing.T) {
	r := newRemodelled(t)
	r.down.Store(true)
	if _, ok := r.has(t, "Badge__c"); ok {
		t.Error("a field is shown that nobody can know of")
	}
	if _, ok := r.has(t, "frozen"); !ok {
		t.Error("what needs no org is not shown")
	}
	r.want(t, 200, "GET", "/ResourceTypes/User", nil)
	eve := person("eve@acme.example", map[string]any{mapping.SalesforceURN: map[string]any{"Badge__c": "B-1"}})
	if w := r.ask(t, "POST", "/Users", eve); w.Code < 400 {
		t.Errorf("a POST is answered with %d: %s", w.Code, w.Body)
	}
	r.down.Store(false)
	if made := r.want(t, 201, "POST", "/Users", eve); made[mapping.SalesforceURN].(map[string]any)["Badge__c"] != "B-1" {
		t.Errorf("the user is %v", made)
	}
	r.down.Store(true)
	r.ahead.Store(int64(61 * time.Minute))
	if _, ok := r.has(t, "Badge__c"); !ok {
		t.Error("what was known is not shown any more")
	}
}
