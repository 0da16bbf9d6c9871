package simulator

import (
	"fmt"
	"strings"
	"testing"
)

// TestCollectionShapes compares whole answers of /composite/sobjects with
// files. {a} and {b} are two seeded groups.
func TestCollectionShapes(t *testing.T) {
	const path = "/services/data/v66.0/composite/sobjects"
	records := func(allOrNone bool, list ...string) string {
		for i := range list {
			list[i] = `{"attributes":{"type":"Group"},` + list[i] + `}`
		}
		return fmt.Sprintf(`{"allOrNone":%t,"records":[%s]}`, allOrNone, strings.Join(list, ","))
	}
	newcomer := start(t).newUser("newcomer") // ids are the same in each org
	tests := []struct{ name, method, path, body string }{
		{"create", "POST", path, records(false, `"Name":"Eins"`, `"Name":"Zwei"`)},
		{"create-one-fails", "POST", path, records(false, `"Name":"Eins"`, `"Nonsense":1`, `"Type":"Regular"`)},
		{"create-one-fails-all-roll-back", "POST", path, records(true, `"Name":"Eins"`, `"Nonsense":1`, `"Name":"Zwei"`)},
		{"create-nothing", "POST", path, `{"allOrNone":false,"records":[]}`},
		{"create-without-type", "POST", path, `{"records":[{"Name":"Eins"}]}`},
		{"create-unknown-key", "POST", path, "{\n  \"records\":[],\n  \"name\":1}"},
		{"update", "PATCH", path, records(false, `"id":"{a}","Name":"Eins"`, `"Id":"{b}","Name":"Zwei"`)},
		{"update-without-id", "PATCH", path, records(false, `"Name":"Eins"`)},
		{"update-malformed-id", "PATCH", path, records(false, `"id":"xyz","Name":"Eins"`)},
		{"update-wrong-checksum", "PATCH", path, records(false, `"id":"00G000000000001000","Name":"Eins"`)},
		{"update-one-fails-all-roll-back", "PATCH", path, records(true, `"id":"{a}","Name":"Eins"`, `"id":"00G000000000001EAA","Name":"Zwei"`)},
		{"delete", "DELETE", path + "?ids={a},{b}", ""},
		{"delete-one-fails", "DELETE", path + "?ids={a},00G000000000001EAA,zzz", ""},
		{"delete-one-fails-all-roll-back", "DELETE", path + "?allOrNone=true&ids={a},00G000000000001EAA", ""},
		{"delete-wrong-checksum", "DELETE", path + "?ids=00G000000000001000", ""},
		{"delete-several-objects", "DELETE", path + "?ids={a},0Pa000000000001EAA", ""},
		{"create-several-objects", "POST", path, strings.Replace(records(false, `"Name":"Eins"`, `"Name":"Zwei"`), `"Group"`, `"UserRole"`, 1)},
		{"upsert", "PATCH", path + "/user/username", `{"records":[{"attributes":{"type":"User"},"username":"Admin@acme.example","Title":"x"},` +
			strings.Replace(newcomer, `{`, `{"attributes":{"type":"User"},`, 1) + `]}`},
		{"upsert-some-fail", "PATCH", path + "/User/Username", `{"records":[{"attributes":{"type":"User"},"Title":"x"},` +
			`{"attributes":{"type":"User"},"Username":"admin@acme.example","Alias":"much too long"},{"attributes":{"type":"User"},"Username":"new@acme.example"}]}`},
		{"upsert-by-no-key", "PATCH", path + "/User/Title", `{"records":[{"attributes":{"type":"User"},"Title":"x"}]}`},
		{"delete-nothing", "DELETE", path, ""},
		{"retrieve", "POST", path + "/Group", `{"ids":["{b}","00G000000000001EAA","{a}","nonsense"],"fields":["Id","name"]}`},
		{"retrieve-by-parameters", "GET", path + "/Group?ids={a}&fields=Id,Name", ""},
		{"retrieve-unknown-field", "POST", path + "/Group", `{"ids":["{a}"],"fields":["Shoe"]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := start(t)
			fill := f.twoGroups()
			r := f.call(test.method, fill.Replace(test.path), fill.Replace(test.body), "Accept-Encoding: identity")
			golden(t, "collections/"+test.name+".txt", r.transcript())
			if strings.HasSuffix(test.name, "roll-back") {
				for _, name := range []string{"Eins", "Zwei"} {
					if _, found := f.groupNamed(name); found {
						t.Errorf("group %s exists after a rollback", name)
					}
				}
				if _, found := f.groupNamed("First"); !found {
					t.Error("the first group is gone after a rollback")
				}
			}
		})
	}
}

// twoGroups makes the groups First {a} and Second {b}.
func (f *fixture) twoGroups() *strings.Replacer {
	f.t.Helper()
	var ids []string
	for _, name := range []string{"First", "Second"} {
		r := f.call("POST", "/services/data/v66.0/sobjects/Group", `{"Name":"`+name+`"}`)
		if r.status != 201 {
			f.t.Fatal(r.body)
		}
		ids = append(ids, r.header.Get("Location")[len("/services/data/v66.0/sobjects/Group/"):])
	}
	return strings.NewReplacer("{a}", ids[0], "{b}", ids[1])
}

func TestACollectionHoldsUpTo200Records(t *testing.T) {
	f := start(t)
	send := func(n int) reply {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`{"attributes":{"type":"Group"},"Name":"Group %d"}`, i)
		}
		return f.call("POST", "/services/data/v66.0/composite/sobjects", `{"records":[`+strings.Join(list, ",")+`]}`, "Accept-Encoding: identity")
	}
	if r := send(200); r.status != 200 || strings.Count(r.body, `"success":true`) != 200 {
		t.Errorf("200 records: %d %.300s", r.status, r.body)
	}
	if r := send(201); r.status != 400 {
		t.Errorf("201 records: %d", r.status)
	}
}
