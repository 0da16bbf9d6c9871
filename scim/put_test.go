package scim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/mapping"
)

// TestAPutOfWhatWasReadWritesNothing: random users, made by an IdP or in
// Salesforce and changed by both, put back as they were read.
func TestAPutOfWhatWasReadWritesNothing(t *testing.T) {
	s := newStack(t, func(c *org.Config) { c.Users, c.LicenseSeats = 30, map[string]int{"Salesforce": 1000} })
	c := chance{rand.New(rand.NewPCG(7, 6))}
	list := s.want(t, 200, "GET", "/Users?attributes=id&count=100", nil)["Resources"].([]any)
	var sets []string
	for _, label := range []string{"Console", "Field Service"} {
		sets = append(sets, s.insert(t, "PermissionSet", map[string]any{"Name": strings.ReplaceAll(label, " ", "_"), "Label": label}))
	}
	for n := range 60 {
		var id string
		switch {
		case n < len(list)-1:
			id = list[n].(map[string]any)["id"].(string)
			if id == s.Org.AdminID() {
				continue
			}
		default:
			made := s.ask(t, "POST", "/Users", c.said(fmt.Sprintf("Person.%d@Acme.Example", n)))
			var body map[string]any
			must(t, json.Unmarshal(made.Body.Bytes(), &body))
			if made.Code != 201 {
				t.Fatalf("user %d: %s", n, made.Body)
			}
			id = body["id"].(string)
		}
		if c.IntN(2) == 0 {
			s.insert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": id, "PermissionSetId": sets[c.IntN(2)]})
		}
		for range 2 {
			if c.IntN(2) == 0 {
				s.directly(t, "User", id, c.held())
			}
			if c.IntN(2) == 0 {
				value := c.said("x")
				delete(value, "userName")
				if w := s.ask(t, "PATCH", "/Users/"+id, operations(map[string]any{"op": c.of("add", "replace"), "value": value})); w.Code != 200 {
					t.Fatalf("user %d: %s", n, w.Body)
				}
			}
			s.putBack(t, "/Users/"+id)
		}
	}
}

// A frozen user is shown as not active, and one who puts that back wants him not
// to be: it cannot be told from a leaver's PUT, and a leaver has to leave.
func TestAFrozenUserPutBackIsDeactivated(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	login, _ := s.Org.RecordLogin(id)
	s.directly(t, "UserLogin", login, map[string]any{"IsFrozen": true})
	read := s.want(t, 200, "GET", "/Users/"+id, nil)
	w := s.watch()
	s.want(t, 200, "PUT", "/Users/"+id, read)
	if sent := w.taken(); len(sent) != 1 || !strings.Contains(sent[0], `"body":{"IsActive":false}`) {
		t.Errorf("wrote %s", sent)
	}
	s.putBack(t, "/Users/"+id)
}

// putBack puts a resource as it is read; nothing may be written, and nothing
// may change.
func (s *stack) putBack(t *testing.T, path string) {
	t.Helper()
	read := s.want(t, 200, "GET", path, nil)
	w := s.watch()
	answer := s.want(t, 200, "PUT", path, read)
	if sent := w.taken(); len(sent) > 0 {
		t.Errorf("%s: wrote %s", path, sent)
	}
	if diff := cmp.Diff(read, answer); diff != "" {
		t.Errorf("%s: the answer differs from what was put: %s", path, diff)
	}
	if diff := cmp.Diff(read, s.want(t, 200, "GET", path, nil)); diff != "" {
		t.Errorf("%s: changed: %s", path, diff)
	}
	if t.Failed() {
		t.FailNow()
	}
}

// TestAPutTwiceIsAPutOnce: an IdP that holds its own idea of a user, and has not
// read him, may send it again and again.
func TestAPutTwiceIsAPutOnce(t *testing.T) {
	s := newStack(t)
	c := chance{rand.New(rand.NewPCG(7, 6))}
	id := s.made(t, "ada@acme.example", nil)
	for range 40 {
		body := c.said("Ada@Acme.Example")
		w := s.watch()
		once := s.want(t, 200, "PUT", "/Users/"+id, body)
		if sent := w.taken(); len(sent) == 0 {
			t.Fatalf("nothing was written for %v", body)
		}
		again := s.want(t, 200, "PUT", "/Users/"+id, body)
		if sent := w.taken(); len(sent) > 0 {
			t.Fatalf("%v is written again: %s", body, sent)
		}
		if diff := cmp.Diff(once, again); diff != "" {
			t.Fatalf("%v: %s", body, diff)
		}
	}
}

// robot is a user of Salesforce's own.
func (s *stack) robot(t *testing.T) (id string) {
	t.Helper()
	must(t, s.Org.View(func(v *org.View) error {
		users, _ := v.Object("User")
		for r := range v.Scan(users, org.Bound{}) {
			if row, _ := s.Org.Find("User", r.ID()); row["UserType"] == "AutomatedProcess" {
				id = r.ID()
			}
		}
		return nil
	}))
	return id
}

func TestAPutOfAGroupAsItWasReadWritesNothing(t *testing.T) {
	s := newStack(t, func(c *org.Config) { c.Users = 12 })
	c := chance{rand.New(rand.NewPCG(7, 6))}
	var people, groups []string
	for _, u := range s.want(t, 200, "GET", "/Users?attributes=id&count=100", nil)["Resources"].([]any) {
		people = append(people, u.(map[string]any)["id"].(string))
	}
	robot := s.robot(t) // whom SCIM does not show
	for n := range 20 {
		var id string
		switch c.IntN(3) {
		case 0:
			id = s.insert(t, "PermissionSet", map[string]any{"Name": fmt.Sprint("Set_", n), "Label": c.of("Console", "Ünïcödé & Co")})
			s.insert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": robot, "PermissionSetId": id})
		case 1:
			id = s.insert(t, "Group", map[string]any{"Name": c.of("Team", "Two  blanks", "名前"), "DeveloperName": fmt.Sprint("G_", n), "Type": "Regular"})
			s.insert(t, "GroupMember", map[string]any{"GroupId": id, "UserOrGroupId": robot})
		default:
			body := map[string]any{"displayName": fmt.Sprint("Group ", n), "externalId": c.text()}
			id = fmt.Sprint(s.want(t, 201, "POST", "/Groups", body)["id"])
		}
		var members []any
		for _, who := range people {
			if c.IntN(3) == 0 {
				members = append(members, map[string]any{"value": who, "display": c.text()})
			}
		}
		if strings.HasPrefix(id, "00G") && len(groups) > 0 {
			members = append(members, map[string]any{"value": groups[c.IntN(len(groups))], "type": "Group"})
		}
		if len(members) > 0 {
			s.want(t, 204, "PATCH", "/Groups/"+id, operations(map[string]any{"op": "add", "path": "members", "value": members}))
		}
		if strings.HasPrefix(id, "00G") {
			groups = append(groups, id)
		}
		s.putBack(t, "/Groups/"+id)
	}
}

// TestAPutClearsWhatItLeavesOut: where Salesforce can be without a value it is
// gone; where it cannot, the value stays (RFC 7644 section 3.5.1 lets a server
// do either). What an IdP is not allowed to write is ignored.
func TestAPutClearsWhatItLeavesOut(t *testing.T) {
	s := newStack(t)
	boss := s.made(t, "boss@acme.example", nil)
	set := s.insert(t, "PermissionSet", map[string]any{"Name": "Console", "Label": "Console"})
	team := s.insert(t, "Group", map[string]any{"Name": "Team", "DeveloperName": "Team", "Type": "Regular"})
	id := s.made(t, "ada@acme.example", map[string]any{
		"externalId": "7", "displayName": "Countess", "nickName": "ada", "profileUrl": "https://acme.example", "title": "Dr.", "userType": "Employee",
		"preferredLanguage": "fr", "locale": "fr-FR", "timezone": "Europe/Paris",
		"name":         map[string]any{"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada King", "honorificPrefix": "Dr."},
		"emails":       []any{map[string]any{"value": "ada@acme.example", "type": "home", "display": "A"}},
		"phoneNumbers": []any{map[string]any{"value": "1", "type": "work"}, map[string]any{"value": "2", "type": "mobile"}, map[string]any{"value": "3", "type": "fax"}, map[string]any{"value": "4", "type": "pager"}},
		"addresses":    []any{map[string]any{"type": "work", "streetAddress": "Ring 1", "locality": "Wien", "postalCode": "1010", "country": "Austria"}},
		"roles":        []any{map[string]any{"value": "CEO"}},
		"entitlements": []any{map[string]any{"value": "Standard User", "type": "Profile"}},
		enterpriseURN:  map[string]any{"employeeNumber": "7", "costCenter": "C", "organization": "O", "division": "V", "department": "D", "manager": map[string]any{"value": boss}},
	})
	s.insert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": id, "PermissionSetId": set})
	s.insert(t, "GroupMember", map[string]any{"GroupId": team, "UserOrGroupId": id})
	before := s.want(t, 200, "GET", "/Users/"+id, nil)
	had, _ := s.Org.Find("User", id)

	s.want(t, 200, "PUT", "/Users/"+id, map[string]any{
		"userName": "ada@acme.example", "name": map[string]any{"familyName": "Lovelace"},
		// What is readOnly says something else than is so.
		"id": boss, "meta": map[string]any{"created": "2020-01-01T00:00:00Z"}, "groups": []any{map[string]any{"value": "other"}}, "photos": []any{map[string]any{"value": "x"}},
	})
	got := s.want(t, 200, "GET", "/Users/"+id, nil)
	want := map[string]any{
		"schemas": before["schemas"], "userName": "ada@acme.example",
		"name":        map[string]any{"familyName": "Lovelace", "formatted": "Lovelace"}, // Salesforce's Name
		"displayName": "Lovelace", "userType": "Standard",
		"emails": []any{map[string]any{"value": "ada@acme.example", "type": "work", "primary": true}},
	}
	for _, kept := range []string{"id", "nickName", "preferredLanguage", "locale", "timezone", "active", "groups", "entitlements", mapping.SalesforceURN} {
		want[kept] = before[kept]
	}
	want["schemas"] = slices.DeleteFunc(slices.Clone(before["schemas"].([]any)), func(urn any) bool { return urn == enterpriseURN })
	want[mapping.SalesforceURN] = maps.Clone(before[mapping.SalesforceURN].(map[string]any))
	delete(want[mapping.SalesforceURN].(map[string]any), "role") // as roles
	delete(got, "meta")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	now, _ := s.Org.Find("User", id)
	for _, field := range []string{"Alias", "ProfileId", "EmailEncodingKey", "LocaleSidKey", "LanguageLocaleKey", "TimeZoneSidKey", "CommunityNickname", "Email", "IsActive", "Username", "LastName", "CreatedDate"} {
		if now[field] != had[field] {
			t.Errorf("%s was %v and is %v", field, had[field], now[field])
		}
	}
	for _, field := range []string{"FirstName", "Title", "Phone", "MobilePhone", "Fax", "Street", "City", "PostalCode", "Country", "UserRoleId", "EmployeeNumber", "CompanyName", "Division", "Department", "ManagerId"} {
		if now[field] != nil {
			t.Errorf("%s is still %v", field, now[field])
		}
	}
}

func TestAPutIsRefused(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	for name, c := range map[string]struct {
		path   string
		body   any
		status int
	}{
		"without what is required":   {"/Users/" + id, map[string]any{"name": map[string]any{"familyName": "L"}}, 400},
		"with an empty userName":     {"/Users/" + id, map[string]any{"userName": " "}, 400},
		"of nobody":                  {"/Users/005000000000001AAA", person("new@acme.example", nil), 404},
		"of what is no id":           {"/Users/new", person("new@acme.example", nil), 404},
		"with the userName of other": {"/Users/" + id, person("admin@acme.example", nil), 409},
		"of a group without a name":  {"/Groups/" + s.insert(t, "Group", map[string]any{"Name": "G", "DeveloperName": "G", "Type": "Regular"}), map[string]any{"members": []any{}}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			w := s.watch()
			if got := s.ask(t, "PUT", c.path, c.body); got.Code != c.status {
				t.Errorf("status %d, want %d: %s", got.Code, c.status, got.Body)
			}
			if sent := w.taken(); len(sent) > 0 && c.status != 409 { // that a name is taken, Salesforce says
				t.Errorf("wrote %s", sent)
			}
		})
	}
}

// What an IdP copies from what it has just read does not undo what somebody has
// changed since: not in the org's own fields either.
func TestAPutOfAnOldCopyLeavesWhatWasChangedSince(t *testing.T) {
	s := newStack(t, customized)
	id := s.made(t, "ada@acme.example", map[string]any{mapping.SalesforceURN: map[string]any{"Badge__c": "B-1", "Region__c": "EMEA", "Notes__c": "old"}})
	read := s.want(t, 200, "GET", "/Users/"+id, nil)
	s.directly(t, "User", id, map[string]any{"Badge__c": "B-2", "UserPermissionsSFContentUser": true, "Region__c": nil, "Desk__c": "7"})
	read["title"] = "Countess"
	own := read[mapping.SalesforceURN].(map[string]any)
	own["Quota__c"] = 7.5 // a wish
	delete(own, "Notes__c")
	s.want(t, 200, "PUT", "/Users/"+id, read)
	row, _ := s.Org.Find("User", id)
	for field, want := range map[string]any{
		"Title": "Countess", "Badge__c": "B-2", "UserPermissionsSFContentUser": true, "Region__c": nil, "Desk__c": "7", "Quota__c": 7.5, "Notes__c": nil,
	} {
		if row[field] != want {
			t.Errorf("User.%s is %v, want %v", field, row[field], want)
		}
	}
}
