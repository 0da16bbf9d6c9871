package doctor

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"scimforce/oauth/database/databasetest"
	"scimforce/oauth/idp"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/simulatortest"
	"scimforce/scim"
	"scimforce/scim/directory"
	"scimforce/scim/mapping"
)

// provider is an identity provider at a bridge that works as the patient's user.
type provider struct {
	t      *testing.T
	base   string
	client *http.Client
}

func newProvider(t *testing.T, permissions []string) (*patient, provider) {
	t.Helper()
	p := newPatient(t, permissions, withTargets, func(c *simulatortest.Config) { c.Org.Roles = []org.Role{{Name: "Sales"}} })
	defaults := mapping.Defaults{Profile: minimum}
	m, err := mapping.New(mapping.Config{Defaults: defaults})
	if err != nil {
		t.Fatal(err)
	}
	d, err := directory.New(t.Context(), directory.Config{
		Salesforce: p.config.Salesforce, Mapping: m, DB: databasetest.SQLite(t), Connection: "production", Defaults: defaults,
		Policy: directory.Policy{RemovePermissionSets: true, RemoveGroups: true, FreezeWhenRefused: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := scim.New(scim.Config{Directory: d, Authenticate: func(*http.Request) (idp.Caller, error) {
		return idp.Caller{Credential: "idp", Connection: "production", Scope: idp.ScopeAll}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return p, provider{t, server.URL, server.Client()}
}

// asks sends a request, and returns the status and the answer.
func (p provider) asks(method, path, body string) (int, map[string]any) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/scim+json")
	answer, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var said map[string]any
	_ = json.NewDecoder(answer.Body).Decode(&said) // 204 says nothing
	return answer.StatusCode, said
}

const aUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@acme.example","externalId":"00u1","name":{"familyName":"Lovelace"},
	"emails":[{"value":"ada@acme.example","primary":true}],"active":true}`

// change is a PATCH of one operation.
func change(op, path, value string) string {
	if path != "" {
		path = `"path":"` + path + `",`
	}
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"` + op + `",` + path + `"value":` + value + `}]}`
}

// operation is one request of an identity provider. {user}, {set}, {group} and
// {made} in path and body stand for ids.
type operation struct {
	name, method, path, body string
	want                     int
	// refusedWithout is the permission without which the org refuses it, "" when
	// the bridge needs none of its own for it.
	refusedWithout string
}

func operations() []operation {
	return []operation{
		{"users are listed", "GET", "/Users?count=2", "", 200, ""},
		{"a user is looked up", "GET", "/Users?filter=userName%20eq%20%22ada@acme.example%22", "", 200, ""},
		{"a user is created", "POST", "/Users", aUser, 201, "ManageInternalUsers"},
		{"a user is read", "GET", "/Users/{user}", "", 200, ""},
		{"a user is changed", "PATCH", "/Users/{user}", change("replace", "title", `"Countess"`), 200, "ManageInternalUsers"},
		{"a user is replaced", "PUT", "/Users/{user}", aUser, 200, "ManageInternalUsers"},
		{"a role is given", "PATCH", "/Users/{user}", change("add", "roles", `[{"value":"Sales"}]`), 200, "ManageInternalUsers"},
		{"a permission set is given by a group", "PATCH", "/Groups/{set}", change("add", "members", `[{"value":"{user}"}]`), 204, "AssignPermissionSets"},
		{"a permission set is taken by a group", "PATCH", "/Groups/{set}", change("remove", `members[value eq \"{user}\"]`, `null`), 204, "AssignPermissionSets"},
		{"a permission set is given on the user", "PATCH", "/Users/{user}", change("add", "entitlements", `[{"value":"{set}","type":"PermissionSet"}]`), 200, "AssignPermissionSets"},
		{"a public group is made", "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Analysts"}`, 201, "ManageUsers"},
		{"a public group gets a member", "PATCH", "/Groups/{group}", change("add", "members", `[{"value":"{user}"}]`), 204, "ManageUsers"},
		{"a public group is renamed", "PATCH", "/Groups/{made}", change("replace", "displayName", `"Countesses"`), 204, "ManageUsers"},
		{"a public group is deleted", "DELETE", "/Groups/{made}", "", 204, "ManageUsers"},
		{"groups are listed", "GET", "/Groups", "", 200, ""},
		{"a user is deactivated", "PATCH", "/Users/{user}", change("replace", "", `{"active":false}`), 200, "ManageInternalUsers"},
		{"a user comes back", "PATCH", "/Users/{user}", change("replace", "", `{"active":true}`), 200, "ManageInternalUsers"},
		{"a user is deleted", "DELETE", "/Users/{user}", "", 204, "ManageInternalUsers"},
		{"a deleted user is created again", "POST", "/Users", aUser, 201, "ManageInternalUsers"},
	}
}

// without takes a permission from the patient's user while f runs, and Manage
// Users with it, which would bring it along.
func (p *patient) without(permission string, f func()) {
	p.t.Helper()
	set := p.idOf("PermissionSet", bridgeSet)
	p.MustUpdate("PermissionSet", set, map[string]any{"PermissionsManageUsers": false, "Permissions" + permission: false})
	f()
	p.MustUpdate("PermissionSet", set, map[string]any{"PermissionsManageUsers": true, "Permissions" + permission: true})
}

func TestTheDeployedPermissionSetIsEnoughForEverySCIMOperation(t *testing.T) {
	p, idp := newProvider(t, deployed(t))
	ids := map[string]string{"{set}": p.idOf("PermissionSet", "Sales_Console"), "{group}": p.idOf("Group", "All Sales")}
	for _, o := range operations() {
		path, body := o.path, o.body
		for name, id := range ids {
			path, body = strings.ReplaceAll(path, name, id), strings.ReplaceAll(body, name, id)
		}
		if o.refusedWithout != "" {
			p.without(o.refusedWithout, func() {
				if status, said := idp.asks(o.method, path, body); status < 400 {
					t.Errorf("%s without %s: %d %v", o.name, o.refusedWithout, status, said)
				}
			})
		}
		status, said := idp.asks(o.method, path, body)
		if status != o.want {
			t.Fatalf("%s: %d, want %d: %v", o.name, status, o.want, said)
		}
		id, _ := said["id"].(string)
		switch o.method + o.path {
		case "POST/Users":
			ids["{user}"] = id
		case "POST/Groups":
			ids["{made}"] = id
		}
	}
}
