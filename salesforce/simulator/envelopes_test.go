package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestEnvelopeShapes compares whole answers of batch, tree and graph with files.
// Where a shape is recorded or documented is said beside it; what failures say
// is unverified unless it is said there too.
func TestEnvelopeShapes(t *testing.T) {
	const v = "/services/data/v66.0"
	const batch, tree, graph = v + "/composite/batch", v + "/composite/tree/", v + "/composite/graph"
	leaf := func(kind, ref, rest string) string {
		return fmt.Sprintf(`{"attributes":{"type":"%s","referenceId":"%s"},%s}`, kind, ref, rest)
	}
	create := func(ref, body string) string {
		return `{"method":"POST","url":"` + v + `/sobjects/Group","referenceId":"` + ref + `","body":` + body + `}`
	}
	member := `{"method":"POST","url":"` + v + `/sobjects/GroupMember","referenceId":"m","body":{"GroupId":"@{g.id}","UserOrGroupId":"{admin}"}}`
	tests := []struct{ name, path, body string }{
		// recorded
		{"batch", batch, `{"batchRequests":[{"method":"GET","url":"v66.0/sobjects/Group/{a}?fields=Name"},{"method":"PATCH","url":"` + v + `/sobjects/Group/{a}","richInput":{"Name":"Eins"}}]}`},
		{"batch-one-fails", batch, `{"batchRequests":[{"method":"GET","url":"v66.0/sobjects/Uzer"},{"method":"GET","url":"v66.0/limits/recordCount?sObjects=Organization"}]}`},
		// documented: 412, and 200 at the top
		{"batch-halts", batch, `{"haltOnError":true,"batchRequests":[{"method":"GET","url":"v66.0/sobjects/Uzer"},{"method":"GET","url":"v66.0/limits"}]}`},
		{"batch-missing-record", batch, `{"batchRequests":[{"method":"PATCH","url":"v66.0/sobjects/Group/00G000000000001EAA","richInput":{"Name":"x"}}]}`}, // recorded
		{"batch-no-requests", batch, `{"batchRequests":[]}`},
		{"batch-unknown-key", batch, `{"batchRequests":[{"method":"GET","url":"v66.0/limits","referenceId":"x"}]}`},
		// recorded
		{"tree", tree + "Group", `{"records":[` + leaf("Group", "ref1", `"Name":"Eins"`) + `,` + leaf("Group", "ref2", `"Name":"Zwei"`) + `]}`},
		{"tree-with-children", tree + "group/", `{"records":[` + leaf("Group", "ref1", `"Name":"Eins","GroupMembers":{"records":[`+leaf("GroupMember", "ref2", `"UserOrGroupId":"{admin}"`)+`]}`) + `]}`},
		// documented
		{"tree-one-fails", tree + "Group", `{"records":[` + leaf("Group", "ref1", `"Name":"Eins"`) + `,` + leaf("Group", "ref2", `"Type":"Regular"`) + `]}`},
		{"tree-a-child-fails", tree + "Group", `{"records":[` + leaf("Group", "ref1", `"Name":"Eins","GroupMembers":{"records":[`+leaf("GroupMember", "ref2", `"UserOrGroupId":"x"`)+`]}`) + `]}`},
		{"tree-same-reference-twice", tree + "Group", `{"records":[` + leaf("Group", "ref1", `"Name":"Eins"`) + `,` + leaf("Group", "ref1", `"Name":"Zwei"`) + `]}`},
		{"tree-no-reference", tree + "Group", `{"records":[{"attributes":{"type":"Group"},"Name":"Eins"}]}`},
		{"tree-of-another-type", tree + "Group", `{"records":[` + leaf("User", "ref1", `"Name":"Eins"`) + `]}`},
		{"tree-nothing", tree + "Group", `{"records":[]}`},
		{"tree-unknown-object", tree + "Uzer", `{"records":[]}`},
		{"tree-no-list", tree + "Group", `{"records":{}}`},
		// recorded
		{"graph", graph, `{"graphs":[{"graphId":"graph1","compositeRequest":[` + create("g", `{"Name":"Eins"}`) + `,` + member + `]}]}`},
		// recorded: the innocent repeat the culprit's error
		{"graph-one-fails", graph, `{"graphs":[{"graphId":"graph1","compositeRequest":[` + create("g", `{"Name":"Eins"}`) + `,` + create("bad", `{"Nonsense":1}`) + `]},` +
			`{"graphId":"graph2","compositeRequest":[` + create("g", `{"Name":"Zwei"}`) + `]}]}`},
		{"graph-too-many-nodes", graph, `{"graphs":[{"graphId":"_default","compositeRequest":[` + // recorded
			strings.TrimSuffix(strings.Repeat(create("{n}", `{"Name":"Eins"}`)+",", 501), ",") + `]}]}`},
		{"graph-too-deep", graph, `{"graphs":[{"graphId":"1","compositeRequest":[` + chain(v, 16) + `]}]}`},
		{"graph-no-graphs", graph, `{"graphs":[]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := start(t)
			fill := f.twoGroups()
			body := strings.ReplaceAll(fill.Replace(test.body), "{admin}", f.org.AdminID())
			for n := 0; strings.Contains(body, "{n}"); n++ {
				body = strings.Replace(body, "{n}", fmt.Sprintf("n%d", n), 1)
			}
			r := f.call("POST", test.path, body, "Accept-Encoding: identity")
			golden(t, "envelopes/"+test.name+".txt", r.transcript())
			_, one := f.groupNamed("Eins")
			if failed := strings.Contains(test.name, "fails"); failed && one {
				t.Error("what came before a failure was kept")
			}
		})
	}
}

// chain is subrequests of which each refers to the one before.
func chain(v string, n int) string {
	subs := []string{`{"method":"GET","url":"` + v + `/sobjects/Group/{a}","referenceId":"r0"}`}
	for i := 1; i < n; i++ {
		subs = append(subs, fmt.Sprintf(`{"method":"GET","url":"%s/sobjects/Group/@{r%d.Id}","referenceId":"r%d"}`, v, i-1, i))
	}
	return strings.Join(subs, ",")
}

func TestAGraphMayBeFifteenDeep(t *testing.T) {
	f := start(t)
	body := f.twoGroups().Replace(`{"graphs":[{"graphId":"1","compositeRequest":[` + chain("/services/data/v66.0", 15) + `]}]}`)
	if r := f.call("POST", "/services/data/v66.0/composite/graph", body); strings.Count(r.body, `"httpStatusCode":200`) != 15 {
		t.Errorf("%d %.300s", r.status, r.body)
	}
}

func TestAfterFourteenFailedGraphsTheRestIsLeft(t *testing.T) {
	f := start(t)
	var graphs []string
	for i := range 16 {
		body := `{"Nonsense":1}`
		if i == 15 {
			body = `{"Name":"Late"}`
		}
		graphs = append(graphs, fmt.Sprintf(`{"graphId":"%d","compositeRequest":[{"method":"POST","url":"/services/data/v66.0/sobjects/Group","referenceId":"g","body":%s}]}`, i, body))
	}
	r := f.call("POST", "/services/data/v66.0/composite/graph", `{"graphs":[`+strings.Join(graphs, ",")+`]}`)
	if n := strings.Count(r.body, "PROCESSING_HALTED"); n != 2 || strings.Contains(r.body, `"isSuccessful":true`) {
		t.Errorf("%d graphs halted: %s", n, r.body)
	}
	if _, found := f.groupNamed("Late"); found {
		t.Error("a graph after fourteen failed ones was run")
	}
}

func TestATreeHoldsUpTo200RecordsOnFiveLevels(t *testing.T) {
	f := start(t)
	flat := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`{"attributes":{"type":"Group","referenceId":"r%d"},"Name":"G%d"}`, i, i)
		}
		return `{"records":[` + strings.Join(list, ",") + `]}`
	}
	if r := f.call("POST", "/services/data/v66.0/composite/tree/Group", flat(200), "Accept-Encoding: identity"); r.status != http.StatusCreated || strings.Count(r.body, `"id":"00G`) != 200 {
		t.Errorf("200 records: %d %.200s", r.status, r.body)
	}
	if r := f.call("POST", "/services/data/v66.0/composite/tree/Group", flat(201)); r.status != http.StatusBadRequest || !strings.Contains(r.body, "EXCEEDED_ID_LIMIT") {
		t.Errorf("201 records: %d %.200s", r.status, r.body)
	}
}

func TestABatchCountsEachOfItsRequests(t *testing.T) {
	f := start(t)
	f.call("POST", "/services/data/v66.0/composite/batch", `{"batchRequests":[{"method":"GET","url":"v66.0/limits"},{"method":"GET","url":"v66.0/limits"},{"method":"GET","url":"v66.0/limits"}]}`)
	if got := f.call("GET", "/services/data/v66.0/limits", "").header.Get("Sforce-Limit-Info"); got != "api-usage=4/15000" {
		t.Errorf("Sforce-Limit-Info: %s", got)
	}
}

func TestTheOldVersionsTakeAnyReferenceID(t *testing.T) {
	f := start(t)
	r := f.call("POST", "/services/data/v53.0/composite", `{"compositeRequest":[{"method":"GET","url":"/services/data/v53.0/limits","referenceId":"a-b"}]}`)
	if r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// TestBadInput sends what a careless client sends. The first of the words are
// recorded unless a test says otherwise.
func TestBadInput(t *testing.T) {
	const v = "/services/data/v66.0"
	tests := []struct{ name, method, path, body, want string }{
		{"a page for JSON", "POST", v + "/sobjects/User", "<html>", `400 [{"errorCode":"JSON_PARSER_ERROR","message":"Unexpected character ('<' (code 60)): expected a valid value`},
		{"a word for a checkbox", "PATCH", v + "/sobjects/User/{admin}", `{"IsActive":"yes"}`, `400 [{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize instance of boolean from VALUE_STRING value yes or request may be missing a required field at [line:1, column:13]"}]`},
		{"a checkbox as a string", "PATCH", v + "/sobjects/User/{admin}", `{"IsActive":"true"}`, "204 "},
		{"a number for text", "PATCH", v + "/sobjects/User/{admin}", "{\"Title\":null,\n\"City\":7.50}", `400 [{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize instance of string from VALUE_NUMBER_FLOAT value 7.50 or request may be missing a required field at [line:2, column:8]"}]`},
		{"a bad date", "POST", v + "/sobjects/PermissionSetAssignment", `{"ExpirationDate":"2017-10-17 00:00:00"}`, `400 [{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize instance of datetime from VALUE_STRING value 2017-10-17 00:00:00 or request may be missing a required field at [line:1, column:19]"}]`},
		{"a wrong type in a collection", "POST", v + "/composite/sobjects", `{"records":[{"attributes":{"type":"Group"},"Name":[]}]}`, `200 [{"success":false,"errors":[{"statusCode":"JSON_PARSER_ERROR","message":"Cannot deserialize instance of string from START_ARRAY value [ or request may be missing a required field at [line:1, column:51]","fields":[]}]}]`},
		{"the last of two equal keys counts", "PATCH", v + "/sobjects/User/{admin}", `{"Title":"` + strings.Repeat("x", 200) + `","Title":"x"}`, "204 "},
		{"a list for a record", "PATCH", v + "/sobjects/User/{admin}", `[]`, `400 [{"errorCode":"JSON_PARSER_ERROR"`},
		{"nothing but blanks", "PATCH", v + "/sobjects/User/{admin}", " \n", `400 [{"errorCode":"JSON_PARSER_ERROR","message":"The HTTP entity body is required, but this request has no entity body."}]`},
		{"deep nesting", "PATCH", v + "/sobjects/User/{admin}", strings.Repeat("[", 1_000_000), `400 [{"errorCode":"JSON_PARSER_ERROR"`},
		{"a key in a record of an upsert", "PATCH", v + "/sobjects/User/Username/x@acme.example", `{"username":"x@acme.example"}`, `400 [{"message":"The Username field should not be specified in the sobject data.","errorCode":"INVALID_FIELD"}]`},
		{"more than 200 records", "DELETE", v + "/composite/sobjects?ids=" + strings.Repeat("005000000000001AAA,", 201), "", `400 [{"message":"record limit reached. cannot submit more than 200 records into this call","errorCode":"EXCEEDED_ID_LIMIT"}]`},
		{"an empty collection", "POST", v + "/composite/sobjects", `{"records":[]}`, `400 [{"message":"At least 1 record is required","errorCode":"REQUIRED_FIELD_MISSING"}]`},
		{"a record that is none", "POST", v + "/composite/sobjects", `{"records":[null]}`, `400 [{"errorCode":"JSON_PARSER_ERROR"`},
		{"an unknown object", "GET", v + "/sobjects/Uzer/describe", "", `404 [{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]`},
		{"a version that never was", "GET", "/services/data/v99.0/sobjects", "", `404 [{"errorCode":"NOT_FOUND"`},
		{"the oldest version retired last", "GET", "/services/data/v30.0/sobjects", "", `410 [{"errorCode":"GONE"`},
		{"the oldest version retired first", "GET", "/services/data/v7.0/sobjects", "", `410 [{"errorCode":"GONE"`},
		{"a version before the first", "GET", "/services/data/v6.0/sobjects", "", `404 [{"errorCode":"NOT_FOUND"`},
		{"a method that is none", "PURGE", v + "/sobjects/User/{admin}", "", `405 [{"errorCode":"METHOD_NOT_ALLOWED","message":"HTTP Method 'PURGE' not allowed. Allowed are DELETE,GET,HEAD,PATCH"}]`},
		{"a sign in the path", "GET", v + "/sobjects/User/%00", "", `404 [{"message":"Provided external ID field does not exist`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := start(t)
			fill := strings.NewReplacer("{admin}", f.org.AdminID())
			r := f.call(test.method, fill.Replace(test.path), fill.Replace(test.body), "Content-Type: application/json")
			if got := fmt.Sprintf("%d %s", r.status, r.body); !strings.HasPrefix(got, test.want) {
				t.Errorf("got  %.400s\nwant %s", got, test.want)
			}
		})
	}
}

func TestXMLIsRefused(t *testing.T) {
	f := start(t)
	if r := f.call("GET", "/services/data/v66.0/limits", "", "Accept: application/xml"); r.status != http.StatusNotAcceptable {
		t.Errorf("status %d", r.status)
	}
	for _, accept := range []string{"*/*", "application/json, application/xml;q=0.5", "text/html,application/xml;q=0.9,*/*;q=0.8"} {
		if r := f.call("GET", "/services/data/v66.0/limits", "", "Accept: "+accept); r.status != http.StatusOK {
			t.Errorf("Accept %s: status %d", accept, r.status)
		}
	}
}

func TestHeadersOfOtherFeaturesArePassedOver(t *testing.T) {
	f := start(t)
	r := f.call("PATCH", "/services/data/v66.0/sobjects/User/"+f.org.AdminID(), `{"Title":"x"}`,
		"Sforce-Call-Options: client=x, defaultNamespace=y", "Sforce-Auto-Assign: FALSE", "Sforce-Duplicate-Rule-Header: allowSave=true",
		"If-Match: \"x\"", "Sforce-Mru: updateMru=true", "User-Agent:")
	if r.status != http.StatusNoContent {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestARecordAnswersToConditions(t *testing.T) {
	f := start(t)
	path := "/services/data/v66.0/sobjects/User/" + f.org.AdminID()
	for header, want := range map[string]int{
		"If-Modified-Since: Fri, 14 Aug 2020 20:53:02 GMT":   200,
		"If-Modified-Since: Fri, 14 Aug 2099 20:53:02 GMT":   304,
		"If-Unmodified-Since: Fri, 14 Aug 2020 20:53:02 GMT": 412,
		"If-Unmodified-Since: Fri, 14 Aug 2099 20:53:02 GMT": 200,
		"If-Modified-Since: yesterday":                       200,
	} {
		if r := f.call("GET", path, "", header); r.status != want {
			t.Errorf("%s: %d, want %d", header, r.status, want)
		}
	}
}

func TestOptionsTellTheMethods(t *testing.T) {
	r := start(t).call("OPTIONS", "/services/data/v66.0/sobjects/User", "")
	if r.status != http.StatusOK || r.header.Get("Allow") != "GET,HEAD,POST" || r.body != "" {
		t.Errorf("%d %v %q", r.status, r.header, r.body)
	}
}

func TestAPanicIsAnUnknownException(t *testing.T) {
	f := start(t)
	f.routes[0].handlers = map[string]func(*Simulator, *request) answer{"GET": func(*Simulator, *request) answer { panic("oops") }}
	r := f.call("GET", "/services/data/v66.0", "")
	if r.status != http.StatusInternalServerError || !strings.HasPrefix(r.body, `[{"message":"An unexpected error occurred. Please include this ErrorId if you contact support: `) ||
		!strings.HasSuffix(r.body, `","errorCode":"UNKNOWN_EXCEPTION"}]`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if n := f.Panics(); n != 1 {
		t.Errorf("%d panics counted", n)
	}
}
