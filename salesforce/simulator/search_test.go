package simulator

import (
	"strings"
	"testing"
)

func TestSearches(t *testing.T) {
	f := start(t)
	groups := f.twoGroups()
	user := `{"attributes":{"type":"User","url":"/services/data/v66.0/sobjects/User/` + f.org.AdminID() + `"},`
	group := groups.Replace(`{"attributes":{"type":"Group","url":"/services/data/v66.0/sobjects/Group/{a}"},`)
	id := `"Id":"` + f.org.AdminID() + `"}`
	for _, test := range []struct{ name, method, path, body, want string }{
		{"a person by the name's beginning", "GET", "/search?q=" + queryEscape("FIND {admin*} IN ALL FIELDS RETURNING User(Id, Username)"), "", `200 {"searchRecords":[` + user + `"Username":"` + testAdmin + `",` + id + `]}`},
		{"a group and no more", "GET", "/search?q=" + queryEscape("find {first} returning User, Group (Name limit 5) LIMIT 10"), "", groups.Replace(`200 {"searchRecords":[` + group + `"Name":"First","Id":"{a}"}]}`)},
		{"everywhere", "GET", "/search?q=FIND+%7BFirst%7D", "", groups.Replace(`200 {"searchRecords":[` + group + `"Id":"{a}"}]}`)},
		{"nobody", "GET", "/search?q=FIND+%7Bnobody+at+all%7D", "", `200 {"searchRecords":[]}`},
		{"no search", "GET", "/search?q=FIND+x", "", `400 [{"message":"the search cannot be read: FIND x","errorCode":"MALFORMED_SEARCH"}]`},
		{"an unknown object", "GET", "/search?q=FIND+%7Bx%7D+RETURNING+Uzer", "", `400 [{"message":"sObject type 'Uzer' is not supported.","errorCode":"INVALID_TYPE"}]`},
		{"in parameters", "GET", "/parameterizedSearch?q=admin*&sobject=User&User.fields=Id,Username&in=ALL", "", `200 {"searchRecords":[` + user + `"Username":"` + testAdmin + `",` + id + `]}`},
		{"in JSON", "POST", "/parameterizedSearch", `{"q":"admin*","fields":["Username"],"sobjects":[{"name":"User","limit":3}],"in":"ALL","overallLimit":100}`, `200 {"searchRecords":[` + user + `"Username":"` + testAdmin + `",` + id + `]}`},
		{"on a condition", "GET", "/parameterizedSearch?q=admin*&sobject=User&User.where=" + queryEscape("Title = 'Nobody'"), "", `200 {"searchRecords":[]}`},
		{"on a condition in JSON", "POST", "/parameterizedSearch", `{"q":"admin*","sobjects":[{"name":"User","where":"Title = 'Nobody'"}]}`, `200 {"searchRecords":[]}`},
		{"on no condition at all", "GET", "/parameterizedSearch?q=admin*&sobject=User&User.where=Shoe%3D1", "", `400 [{"message":"`},
		{"for nothing", "GET", "/parameterizedSearch?q=&sobject=User", "", `400 [{"message":"search term must be`},
		{"an unknown field", "GET", "/parameterizedSearch?q=admin*&sobject=User&User.fields=Shoe", "", `400 [{"message":"No such column 'Shoe' on sobject of type User","errorCode":"INVALID_FIELD"}]`},
	} {
		r := f.call(test.method, "/services/data/v66.0"+test.path, test.body, "Accept-Encoding: identity")
		if got := statusAnd(r); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestARelationshipLeadsToItsRecord(t *testing.T) {
	f := start(t)
	path := "/services/data/v66.0/sobjects/User/" + f.org.AdminID()
	if r := f.call("GET", path+"/Profile?fields=Name", "", "Accept-Encoding: identity"); !strings.Contains(r.body, `"Name":"System Administrator"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	for _, none := range []string{"/Manager", "/Nobody"} {
		if r := f.call("GET", path+none, ""); r.status != 404 {
			t.Errorf("%s: %d %s", none, r.status, r.body)
		}
	}
}
