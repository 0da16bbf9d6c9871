package scim

import (
	"net/http"
	"strings"
	"testing"
)

// FuzzBulk sends anything. A bulk is answered with 200 and results with a status
// each, and with an error where it is none of success, or refused with a SCIM error; its plan is sound; what stands in a
// resource afterwards refers to nothing of the bulk any more.
func FuzzBulk(f *testing.F) {
	for _, seed := range []string{
		`{}`, bulkOf(0), `{"Operations":[` + strings.Repeat("0,", 1000) + `0]}`, bulkOf(1, post("a", "a@x", "")),
		bulkOf(0, post("a", "a@x", managedBy("bulkId:b")), post("b", "b@x", managedBy("bulkId:a"))),
		bulkOf(0, post("a", "a@x", managedBy("bulkId:a")), retitle("/Users/bulkId:a", "x"), `{"method":"DELETE","path":"/Users/bulkId:a"}`),
		bulkOf(2, `{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"g","members":[{"value":"bulkId:a","$ref":"../Users/bulkId:a"},{"value":"bulkId:g"}]}}`, post("a", "a@x", "")),
		bulkOf(0, `{"method":"PATCH","path":"/Groups/bulkId:g","data":{"Operations":[{"op":"remove","path":"members[value eq \"bulkId:a\" or value eq \"bulkId:g\"]"}]}}`),
		bulkOf(0, `{"method":"PUT","path":"/Users/bulkId:","data":{"userName":"bulkId:"}}`, `{"method":"DELETE","path":"Users"}`, `{"method":"PATCH","path":"/Bulk","data":{}}`),
		`{"failOnErrors":1e3,"Operations":[{"method":"post","path":"/Users","bulkId":"\u0000","data":{"userName":"x","userName":"y"}}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 1<<14 {
			return // others are no different, and the check of the plan is slow
		}
		if b, p, err := planOf(t, body); err == nil {
			checkPlan(t, b, p, len(body))
		}
		d := newShelf()
		w := serve(newServer(t, d), request("POST", "/Bulk", body, "Content-Type", "application/json"))
		switch w.Code {
		case http.StatusOK:
			answer := object(t, w)
			results, ok := answer["Operations"].([]any)
			if !ok || len(results) == 0 || len(results) > maxBulkOperations {
				t.Fatalf("the answer is %v", answer)
			}
			for _, r := range results {
				result, _ := r.(map[string]any)
				status, _ := result["status"].(string)
				if len(status) != 3 || (status[0] != '2') != (result["response"] != nil) || status == "500" {
					t.Fatalf("a result is %v", result)
				}
			}
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			scimType, _ := object(t, w)["scimType"].(string)
			wantError(t, w, w.Code, scimType)
		default:
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		for _, r := range d.all {
			for _, id := range referredIn(r) {
				if strings.HasPrefix(id, bulkPrefix) && d.all[id] == nil {
					t.Fatalf("%v refers to nothing", r)
				}
			}
		}
	})
}
