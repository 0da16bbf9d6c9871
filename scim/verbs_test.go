package scim

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/scim/directory"
)

const base = "https://bridge.example/scim/v2"

func TestACreatedResourceIsAnsweredWithItsLocation(t *testing.T) {
	d := newFake()
	h := newServer(t, d)
	w := serve(h, request("POST", "/Users/", `{"schemas":["`+userURN+`"],"userName":"ada@acme.example","password":"hunter2","nonsense":1}`))
	if w.Code != 201 || w.Header().Get("Location") != base+"/Users/"+userID || w.Header().Get("ETag") != `W/"7"` {
		t.Errorf("status %d, Location %q, ETag %q", w.Code, w.Header().Get("Location"), w.Header().Get("ETag"))
	}
	if _, ok := d.sent["nonsense"]; ok || d.sent["userName"] != "ada@acme.example" {
		t.Errorf("the directory was given %v", d.sent)
	}
	o := object(t, w)
	meta, _ := o["meta"].(map[string]any)
	if o["id"] != userID || meta["location"] != base+"/Users/"+userID {
		t.Errorf("the body is %v", o)
	}
	if w := serve(h, request("POST", "/Groups?attributes=displayName", `{"schemas":["`+groupURN+`"],"displayName":"Sales"}`)); w.Code != 201 {
		t.Errorf("status %d: %s", w.Code, w.Body)
	} else if diff := cmp.Diff(map[string]any{"schemas": []any{groupURN}, "id": groupID, "displayName": "Sales"}, object(t, w)); diff != "" {
		t.Error(diff)
	}
}

func TestReferencesAreMadeForWhatAResourceRefersTo(t *testing.T) {
	d := newFake()
	h := newServer(t, d)
	user := object(t, serve(h, request("GET", "/Users/"+userID, "")))
	if got := asList(user["groups"])[0].(map[string]any)["$ref"]; got != base+"/Groups/"+groupID {
		t.Errorf("the group's reference is %v", got)
	}
	manager := user[enterpriseURN].(map[string]any)["manager"].(map[string]any)
	if manager["$ref"] != base+"/Users/0055g00000ZzZzZAAV" {
		t.Errorf("the manager's reference is %v", manager["$ref"])
	}
	group := object(t, serve(h, request("GET", "/Groups/"+groupID, "")))
	for i, want := range []string{base + "/Users/" + userID, base + "/Groups/00G5g00000NestedEAB"} {
		if got := asList(group["members"])[i].(map[string]any)["$ref"]; got != want {
			t.Errorf("member %d's reference is %v, want %s", i, got, want)
		}
	}
	if diff := cmp.Diff(newFake().users, d.users); diff != "" {
		t.Errorf("the directory's own maps were changed: %s", diff)
	}
	if diff := cmp.Diff(newFake().groups, d.groups); diff != "" {
		t.Errorf("the directory's own maps were changed: %s", diff)
	}
}

// A manager is given back as he was named, which may be by userName, by
// externalId or by the id's short form.
func TestAManagerIsReferredToByIdOnly(t *testing.T) {
	for named, want := range map[string]any{
		"0055g00000ZzZzZAAV": base + "/Users/0055g00000ZzZzZAAV",
		"0055g00000ZzZzZ":    base + "/Users/0055g00000ZzZzZAAV",
		"boss@acme.example":  nil,
		"00ujl29u0le5T6Aj":   nil,
		"00G5g00000XyZabEAB": nil,
	} {
		d := newFake()
		d.users[0][enterpriseURN] = map[string]any{"manager": map[string]any{"value": named}}
		user := object(t, serve(newServer(t, d), request("GET", "/Users/"+userID, "")))
		manager := user[enterpriseURN].(map[string]any)["manager"].(map[string]any)
		if manager["value"] != named || manager["$ref"] != want {
			t.Errorf("%s is answered as %v, want the reference %v", named, manager, want)
		}
	}
}

func TestPATCHOfAUserIsAnsweredWithTheUserAndOfAGroupWithNothing(t *testing.T) {
	const rename = `{"schemas":["` + patchURN + `"],"Operations":[{"op":"replace","path":"displayName","value":"x"}]}`
	const nothing = `{"schemas":["` + patchURN + `"],"Operations":[]}`
	tests := []struct {
		name, path, body string
		status           int
		verb             string
		want             directory.Want
		hasMembers       bool
	}{
		{"a user", "/Users/" + userID, rename, 200, "PatchUser", directory.Want{}, false},
		{"a group", "/Groups/" + groupID, rename, 204, "PatchGroup", directory.Want{}, false},
		{"a group whose attributes are asked for", "/Groups/" + groupID + "?attributes=displayName,members", rename, 200, "PatchGroup", directory.Want{Members: true}, true},
		{"a group whose members are not", "/Groups/" + groupID + "?excludedAttributes=members", rename, 200, "PatchGroup", directory.Want{}, false},
		{"a group with Entra's flag", "/Groups/" + groupID + "?aadOptscim062020", rename, 204, "PatchGroup", directory.Want{}, false},
		{"nothing of a user", "/Users/" + userID, nothing, 200, "User", directory.Want{Access: true}, false},
		{"nothing of a group, as Microsoft's validator sends it", "/Groups/" + groupID, nothing, 204, "Group", directory.Want{}, false},
		{"nothing of a group that is not there", "/Groups/nope", nothing, 404, "Group", directory.Want{}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newFake()
			w := serve(newServer(t, d), request("PATCH", test.path, test.body))
			if w.Code != test.status {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if diff := cmp.Diff([]string{test.verb}, d.verbs); diff != "" {
				t.Error(diff)
			}
			if d.want != test.want {
				t.Errorf("it reads %+v, want %+v", d.want, test.want)
			}
			switch {
			case test.status == 204 && w.Body.Len() > 0:
				t.Errorf("there is a body: %s", w.Body)
			case test.status == 200 && (object(t, w)["members"] != nil) != test.hasMembers:
				t.Errorf("the body is %s", w.Body)
			}
		})
	}
}

func TestPUTAndDELETE(t *testing.T) {
	d := newFake()
	h := newServer(t, d)
	w := serve(h, request("PUT", "/Users/"+userID+"?", `{"schemas":["`+userURN+`"],"id":"other","userName":"ada@acme.example","groups":[],"meta":{"resourceType":"User"}}`))
	if w.Code != 200 || object(t, w)["id"] != userID {
		t.Errorf("PUT: status %d: %s", w.Code, w.Body)
	}
	for _, readOnly := range []string{"id", "meta", "groups"} {
		if _, ok := d.sent[readOnly]; ok {
			t.Errorf("the directory was given %s", readOnly)
		}
	}
	w = serve(h, request("DELETE", "/Groups/"+groupID, ""))
	if w.Code != http.StatusNoContent || w.Body.Len() > 0 || w.Header().Get("Content-Type") != "" {
		t.Errorf("DELETE: status %d, content type %q: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
}

func TestEveryAnswerIsSCIMJSONThatNobodyMayKeep(t *testing.T) {
	h := newServer(t, newFake())
	for _, path := range []string{"/Users", "/Users/" + userID, "/Groups", "/Schemas", "/Schemas/" + userURN, "/ResourceTypes", "/ResourceTypes/User", "/ServiceProviderConfig", "/ServiceProviderConfigs", "/nowhere"} {
		w := serve(h, request("GET", path, "", "Accept", "text/html"))
		if w.Header().Get("Content-Type") != "application/scim+json" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", path, w.Header())
		}
	}
}
