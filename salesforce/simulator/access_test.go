package simulator

import (
	"net/http"
	"strings"
	"testing"
)

// as makes a user with the profile and gives a session of his.
func (f *fixture) as(profile string) (id, authorization string) {
	f.t.Helper()
	body := strings.ReplaceAll(f.newUser("clerk"), f.idOf("Profile", "Name", "Standard User"), f.idOf("Profile", "Name", profile))
	if r := f.call("POST", "/services/data/v66.0/sobjects/User", body); r.status != http.StatusCreated {
		f.t.Fatal(r.body)
	}
	token, err := f.AccessToken("clerk@acme.example")
	if err != nil {
		f.t.Fatal(err)
	}
	return f.userID("clerk@acme.example"), "Authorization: Bearer " + token
}

// TestWhatAUserMayNotDoAndDoesNotSee follows the recorded experiment by which
// ProfileId and UserRoleId are invisible without View Setup and View Roles, and
// the recorded words of a user without API Enabled.
func TestWhatAUserMayNotDoAndDoesNotSee(t *testing.T) {
	const v = "/services/data/v66.0"
	f := start(t)
	id, clerk := f.as("Minimum Access - Salesforce")
	if r := f.call("GET", v+"/limits", "", clerk); r.status != 403 || r.body != `[{"message":"API is disabled for this User","errorCode":"API_CURRENTLY_DISABLED"}]` {
		t.Errorf("without API Enabled: %d %s", r.status, r.body)
	}
	set := f.call("POST", v+"/sobjects/PermissionSet", `{"Name":"Api","Label":"Api","PermissionsApiEnabled":true}`)
	if set.status != http.StatusCreated {
		t.Fatal(set.body)
	}
	assignment := `{"AssigneeId":"` + id + `","PermissionSetId":"` + f.idOf("PermissionSet", "Name", "Api") + `"}`
	if r := f.call("POST", v+"/sobjects/PermissionSetAssignment", assignment); r.status != http.StatusCreated {
		t.Fatal(r.body)
	}
	for _, path := range []string{"/sobjects/User/describe", "/sobjects/User/" + id} {
		mine := f.call("GET", v+path, "", "Accept-Encoding: identity", clerk)
		theirs := f.call("GET", v+path, "", "Accept-Encoding: identity")
		for _, field := range []string{`"ProfileId"`, `"UserRoleId"`} {
			if strings.Contains(mine.body, field) || !strings.Contains(theirs.body, field) {
				t.Errorf("%s: %s seen by the clerk: %t, by the administrator: %t", path, field, strings.Contains(mine.body, field), strings.Contains(theirs.body, field))
			}
		}
		if mine.status != 200 || !strings.Contains(mine.body, "Username") || mine.header.Get("ETag") != "" && mine.header.Get("ETag") == theirs.header.Get("ETag") {
			t.Errorf("%s: %d, ETag %s", path, mine.status, mine.header.Get("ETag"))
		}
	}
	if r := f.call("GET", v+"/sobjects/User/describe", "", "Accept-Encoding: identity", clerk); strings.Contains(r.body, `"childSObject":"UserLogin"`) || !strings.Contains(r.body, `"childSObject":"User"`) {
		t.Errorf("children: %.3000s", r.body)
	}
	if r := f.call("GET", v+"/sobjects", "", "Accept-Encoding: identity", clerk); strings.Contains(r.body, `"name":"UserLogin"`) || !strings.Contains(r.body, `"name":"User"`) {
		t.Errorf("global: %s", r.body)
	}
	for _, test := range []struct{ method, path, body, want string }{
		{"GET", "/sobjects/UserLogin/describe", "", `404 [{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]`},
		{"GET", "/limits/recordCount?sObjects=UserLogin", "", `200 {"sObjects":[]}`},
		{"POST", "/sobjects/User/" + f.org.AdminID() + "/password", `{"NewPassword":"correct horse 1"}`, `403 [{"message":"You do not have permission to view this record.","errorCode":"INSUFFICIENT_ACCESS"}]`},
		{"DELETE", "/sobjects/User/" + f.org.AdminID() + "/password", "", `403 [{"message":"You do not have permission to view this record.","errorCode":"INSUFFICIENT_ACCESS"}]`},
		{"POST", "/sobjects/User/" + id + "/password", `{"NewPassword":"correct horse 1"}`, `204 `},
	} {
		if r := f.call(test.method, v+test.path, test.body, clerk); statusAnd(r) != test.want {
			t.Errorf("%s %s: %s, want %s", test.method, test.path, statusAnd(r), test.want)
		}
	}
}
