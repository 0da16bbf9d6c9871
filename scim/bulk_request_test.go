package scim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestWhatIsNoBulkRequestIsRefusedWholeAndNothingIsDone(t *testing.T) {
	good := post("a", "a@acme.example", "")
	one := func(operation string) string { return bulkOf(0, good, operation) }
	tests := []struct {
		name, body string
		status     int
		scimType   string
		detail     string
	}{
		{"no operations", `{"schemas":["` + bulkRequestURN + `"]}`, 400, "invalidValue", "Operations: a bulk needs"},
		{"an empty list", bulkOf(0), 400, "invalidValue", "Operations: a bulk needs"},
		{"operations that are null", `{"Operations":null}`, 400, "invalidValue", "Operations: a bulk needs"},
		{"operations that are no list", `{"Operations":{}}`, 400, "invalidSyntax", "Operations: expected an array"},
		{"another schema", `{"schemas":["` + patchURN + `"],"Operations":[` + good + `]}`, 400, "invalidSyntax", bulkRequestURN},
		{"failOnErrors as a text", `{"failOnErrors":"1","Operations":[` + good + `]}`, 400, "invalidValue", "failOnErrors"},
		{"failOnErrors below zero", bulkOf(-1, good), 400, "invalidValue", "failOnErrors"},
		{"failOnErrors that is no whole number", `{"failOnErrors":1.5,"Operations":[` + good + `]}`, 400, "invalidValue", "failOnErrors"},
		{"an operation that is no object", one(`7`), 400, "invalidSyntax", "Operations[1]: expected an object"},
		{"no method", one(`{"path":"/Users","bulkId":"b","data":{}}`), 400, "invalidValue", "Operations[1].method: it is missing"},
		{"a method that no bulk has", one(`{"method":"GET","path":"/Users"}`), 400, "invalidValue", `Operations[1].method: expected POST, PUT, PATCH or DELETE, got "GET"`},
		{"a method that is no text", one(`{"method":1,"path":"/Users"}`), 400, "invalidSyntax", "Operations[1].method: expected a string"},
		{"a POST without a bulkId", one(`{"method":"POST","path":"/Users","data":{}}`), 400, "invalidValue", "Operations[1].bulkId: it is missing"},
		{"a bulkId twice", one(post("a", "b@acme.example", "")), 400, "invalidValue", `Operations[1].bulkId: "a" is that of Operations[0]`},
		{"a bulkId twice, once not of a POST", one(`{"method":"DELETE","path":"/Users/1","bulkId":"a"}`), 400, "invalidValue", "Operations[1].bulkId"},
		{"a bulkId without end", one(post(strings.Repeat("b", 257), "b@acme.example", "")), 400, "invalidValue", "Operations[1].bulkId: it has 257 bytes"},
		{"a bulkId that is no text", one(`{"method":"DELETE","path":"/Users/1","bulkId":1}`), 400, "invalidSyntax", "Operations[1].bulkId"},
		{"no path", one(`{"method":"DELETE"}`), 400, "invalidValue", "Operations[1].path: it is missing"},
		{"no data", one(`{"method":"PATCH","path":"/Users/1"}`), 400, "invalidValue", "Operations[1].data: it is missing"},
		{"data that is no object", one(`{"method":"PUT","path":"/Users/1","data":[]}`), 400, "invalidSyntax", "Operations[1].data: expected an object"},
		{"a version that is no text", one(`{"method":"DELETE","path":"/Users/1","version":7}`), 400, "invalidSyntax", "Operations[1].version"},
		{"more operations than are taken", bulkOf(0, strings.Split(strings.Repeat(retitle("/Users/1", "x")+"\n", 1001), "\n")[:1001]...), 413, "", "1001 operations, more than maxOperations, 1000"},
		{"more bytes than are taken", bulkOf(0, post("b", strings.Repeat("b", 4<<20), "")), 413, "", "maxPayloadSize, 4194304 bytes"},
		{"broken JSON", `{"Operations":[`, 400, "invalidSyntax", "line 1"},
		{"a thousand levels", `{"Operations":` + strings.Repeat("[", 1000), 400, "invalidSyntax", "deeper"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newShelf()
			detail := wantError(t, serve(newServer(t, d), request("POST", "/Bulk", test.body)), test.status, test.scimType)
			if !strings.Contains(detail, test.detail) {
				t.Errorf("the detail is %q, want it to say %q", detail, test.detail)
			}
			if len(d.did) > 0 {
				t.Errorf("something was done: %v", d.did)
			}
		})
	}
}

func TestWhatIsWrongWithOneOperationLeavesTheOthersAlone(t *testing.T) {
	deleted := func(path string) string { return fmt.Sprintf(`{"method":"DELETE","path":%q}`, path) }
	tests := []struct {
		name, operation string
		status          string
		scimType        string
		detail          string
	}{
		{"an unknown endpoint", deleted("/Roles/1"), "404", "", "Operations[1].path: there is no such endpoint"},
		{"discovery", deleted("/Schemas/1"), "404", "", "no such endpoint"},
		{"another server", deleted("https://elsewhere.example/Users/1"), "404", "", "no such endpoint"},
		{"below a resource", deleted("/Users/1/roles"), "404", "", "no such endpoint"},
		{"the root", deleted("/"), "404", "", "no such endpoint"},
		{"a bulk in a bulk", `{"method":"POST","path":"/Bulk","bulkId":"x","data":{}}`, "400", "invalidValue", "a bulk within a bulk"},
		{"a query", deleted("/Users/1?attributes=id"), "400", "invalidValue", "no query"},
		{"a POST to a resource", `{"method":"POST","path":"/Users/1","bulkId":"x","data":{}}`, "405", "", "POST is sent to /Users"},
		{"a DELETE of an endpoint", deleted("/Users"), "405", "", "/Users/{id}"},
		{"an unknown resource", deleted("/Users/nobody"), "404", "", "nobody"},
		{"a reference without a bulkId", deleted("/Users/bulkId:"), "404", "", "bulkId:"},
		{"a reference that leads nowhere", deleted("/Users/bulkId:nowhere"), "409", "invalidValue", `"bulkId:nowhere" refers to no POST`},
		{"a reference to what is no POST", `{"method":"PATCH","path":"/Users/bulkId:self","bulkId":"self","data":{"Operations":[]}}`, "409", "invalidValue", "refers to no POST"},
		{"a reference in data that leads nowhere", post("x", "x@acme.example", managedBy("bulkId:nowhere")), "409", "invalidValue", "bulkId:nowhere"},
		{"a name that is taken", post("x", "A@acme.example", ""), "409", "uniqueness", "taken"},
		{"a user without a name", `{"method":"POST","path":"/Users","bulkId":"x","data":{}}`, "400", "invalidValue", "userName"},
		{"a PATCH that cannot be read", `{"method":"PATCH","path":"/Users/bulkId:a","data":{"Operations":[{"op":"add","path":"]"}]}}`, "400", "invalidPath", "Operations[0]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newShelf()
			answer := sendBulk(t, newServer(t, d), bulkOf(0, post("a", "a@acme.example", ""), test.operation, post("c", "c@acme.example", "")))
			if got, want := answer.statuses(), "201 "+test.status+" 201"; got != want {
				t.Fatalf("the statuses are %s, want %s: %v", got, want, answer)
			}
			r := answer.Operations[1].Response
			if kind, _ := r["scimType"].(string); r["status"] != test.status || kind != test.scimType || !strings.Contains(fmt.Sprint(r["detail"]), test.detail) {
				t.Errorf("it is answered with %v", r)
			}
			if fmt.Sprint(r["schemas"]) != "[urn:ietf:params:scim:api:messages:2.0:Error]" {
				t.Errorf("the answer is no SCIM error: %v", r)
			}
		})
	}
}

// Names of members are found in any case, as in every body.
func TestABulkMayBeSpeltOtherwise(t *testing.T) {
	d := newShelf()
	body := `{"SCHEMAS":["` + strings.ToUpper(bulkRequestURN) + `"],"operations":[{"Method":"post","PATH":"Users/","bulkid":"a","Data":{"USERNAME":"a@acme.example"}},` +
		`{"method":"DELETE","path":"` + base + `/Users/bulkId%3Aa","data":null}]}`
	if got := sendBulk(t, newServer(t, d), body).statuses(); got != "201 204" {
		t.Errorf("the statuses are %s", got)
	}
}

// The limit of other bodies is not that of a bulk.
func TestABulkMayBeLargerThanOtherBodies(t *testing.T) {
	d := newShelf()
	h := newServer(t, d, func(c *Config) { c.MaxBody = 100 })
	if got := sendBulk(t, h, bulkOf(0, post("a", "a@acme.example", ""))).statuses(); got != "201" {
		t.Errorf("the statuses are %s", got)
	}
	small := newServer(t, d, func(c *Config) { c.MaxBulkBody = 100 })
	wantError(t, serve(small, request("POST", "/Bulk", bulkOf(0, post("a", "a@acme.example", "")))), http.StatusRequestEntityTooLarge, "")
	advertised, _ := object(t, serve(small, request("GET", "/ServiceProviderConfig", "")))["bulk"].(map[string]any)
	if advertised["supported"] != true || advertised["maxPayloadSize"] != 100.0 || advertised["maxOperations"] != 1000.0 {
		t.Errorf("advertised is %v", advertised)
	}
}
