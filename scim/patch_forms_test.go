package scim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/scim/scimtest"
)

// TestFormsOfAPatchOfAUser: every form in which a client is known to write a
// change of a user comes to the same change. Forms that are in the corpus, with
// the whole exchange around them, are not repeated. shows is what the answer has
// of the attributes that it names; null is nothing.
func TestFormsOfAPatchOfAUser(t *testing.T) {
	s := newStack(t)
	boss := s.made(t, "boss@acme.example", nil)
	for name, c := range map[string]struct{ had, operations, shows string }{
		"Entra adds an e-mail address by its type where there is none": {
			`{}`, `[{"op":"Add","path":"emails[type eq \"home\"].value","value":"h@acme.example"}]`,
			`{"emails":[{"value":"USER","type":"work","primary":true},{"type":"home","value":"h@acme.example"}]}`,
		},
		"Entra replaces a number by its type where there is none": {
			`{}`, `[{"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 1"}]`,
			`{"phoneNumbers":[{"type":"mobile","value":"+44 1"}]}`,
		},
		"Entra writes names of sub-attributes in capitals": {
			`{}`, `[{"op":"Add","path":"addresses[type eq \"work\"].Locality","value":"Riva"}]`,
			`{"addresses":[{"type":"work","locality":"Riva","formatted":"Riva"}]}`,
		},
		"Entra with the flag sends dotted keys and URNs without a path": {
			`{"title":"T"}`, `[{"op":"replace","value":{"displayName":"D","name.givenName":"G","name.familyName":"F","ENT:employeeNumber":"7","emails[type eq \"work\"].value":"w@acme.example"}}]`,
			`{"displayName":"D","name":{"givenName":"G","familyName":"F","formatted":"G F"},"ENT":{"employeeNumber":"7"},"emails":[{"value":"w@acme.example","type":"work","primary":true}],"title":"T"}`,
		},
		"a URN before the attribute with a dot": {
			`{}`, `[{"op":"Replace","path":"ENT.department","value":"R&D"}]`, `{"ENT":{"department":"R&D"}}`,
		},
		"a URN in another case": {
			`{}`, `[{"op":"Replace","path":"URN:IETF:params:scim:schemas:extension:enterprise:2.0:user:Department","value":"R&D"}]`, `{"ENT":{"department":"R&D"}}`,
		},
		"an extension as an object without a path": {
			`{"ENT":{"division":"V"}}`, `[{"op":"Add","value":{"ENT":{"department":"D"}}}]`, `{"ENT":{"department":"D","division":"V"}}`,
		},
		"an extension as the path": {
			`{"ENT":{"division":"V"}}`, `[{"op":"replace","path":"ENT","value":{"department":"D"}}]`, `{"ENT":{"department":"D","division":"V"}}`,
		},
		"an extension removed": {
			`{"ENT":{"division":"V","department":"D"}}`, `[{"op":"remove","path":"ENT"}]`, `{"ENT":null}`,
		},
		"Okta sends the id along": {
			`{}`, `[{"op":"replace","value":{"id":"00u","title":"T"}}]`, `{"title":"T"}`,
		},
		"what was read comes back without a path": {
			`{}`, `[{"op":"replace","value":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"x","meta":{"resourceType":"User"},"groups":[{"value":"g"}],"title":"T"}}]`, `{"title":"T"}`,
		},
		"a manager as a string": {
			`{}`, `[{"op":"Add","path":"ENT:manager","value":"BOSS"}]`, `{"ENT":{"manager":{"value":"BOSS","displayName":"Ada Lovelace","$ref":"BASE/Users/BOSS"}}}`,
		},
		"a manager as a list": {
			`{}`, `[{"op":"Add","path":"manager","value":[{"$ref":"http://x/Users/1","value":"BOSS"}]}]`, `{"ENT":{"manager":{"value":"BOSS","displayName":"Ada Lovelace","$ref":"BASE/Users/BOSS"}}}`,
		},
		"a manager by his value alone": {
			`{}`, `[{"op":"replace","path":"ENT:manager.value","value":"BOSS"}]`, `{"ENT":{"manager":{"value":"BOSS","displayName":"Ada Lovelace","$ref":"BASE/Users/BOSS"}}}`,
		},
		"a manager emptied": {
			`{"ENT":{"manager":{"value":"BOSS"}}}`, `[{"op":"Replace","path":"ENT:manager","value":""}]`, `{"ENT":null}`,
		},
		"a manager without a value": {
			`{"ENT":{"manager":{"value":"BOSS"}}}`, `[{"op":"Replace","path":"ENT:manager","value":{"value":null}}]`, `{"ENT":null}`,
		},
		"attributes emptied by a string and by null": {
			`{"title":"T","displayName":"D","externalId":"1","phoneNumbers":[{"value":"1","type":"work"}],"ENT":{"department":"D","costCenter":"C"}}`,
			`[{"op":"Replace","path":"title","value":""},{"op":"Replace","path":"externalId","value":null},{"op":"Replace","path":"phoneNumbers[type eq \"work\"].value","value":""},{"op":"replace","value":{"ENT:department":"","ENT:costCenter":null}}]`,
			`{"title":null,"externalId":null,"phoneNumbers":null,"ENT":null}`,
		},
		"a boolean as a string without a path": {
			`{}`, `[{"op":"Replace","value":{"active":"False"}}]`, `{"active":false}`,
		},
		"a role as JSON in its value": {
			`{}`, `[{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"5d3e\",\"value\":\"CEO\",\"displayName\":\"Chief\"}"}]}]`, `{"roles":[{"value":"CEO","display":"Chief"}]}`,
		},
		"a role as JSON in place of another": {
			`{"roles":[{"value":"CFO"}]}`, `[{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"5d3e\",\"value\":\"CEO\"}"}]}]`, `{"roles":[{"value":"CEO"}]}`,
		},
		"a role by primary": {
			`{"roles":[{"value":"CFO"}]}`, `[{"op":"Add","path":"roles[primary eq \"True\"].value","value":"CEO"}]`, `{"roles":[{"primary":true,"value":"CEO"}]}`,
		},
		"roles as whole objects": {
			`{"roles":[{"value":"CFO"}]}`, `[{"op":"replace","path":"roles","value":[{"value":"CEO","displayName":"Chief","primary":"True","type":"x"}]}]`, `{"roles":[{"value":"CEO","display":"Chief","primary":true,"type":"x"}]}`,
		},
		"another profile": {
			`{}`, `[{"op":"add","path":"entitlements","value":[{"value":"Minimum Access - Salesforce","type":"Profile"}]}]`, `{"entitlements":[{"value":"Minimum Access - Salesforce","type":"Profile"}]}`,
		},
		"operations of every kind in one request": {
			`{"title":"T","externalId":"1"}`, `[{"op":"add","path":"nickName","value":"N"},{"op":"remove","path":"externalId"},{"op":"replace","path":"title","value":"U"}]`, `{"nickName":"N","externalId":null,"title":"U"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			userName := strings.ToLower(strings.NewReplacer(" ", ".", "-", ".").Replace(name)) + "@acme.example"
			text := strings.NewReplacer("ENT", enterpriseURN, "BOSS", boss, "USER", userName, "BASE", scimtest.Base)
			read := func(text string) (out map[string]any) {
				must(t, json.Unmarshal([]byte(text), &out))
				return out
			}
			id := s.made(t, userName, read(text.Replace(c.had)))
			body := `{"schemas":["` + patchURN + `"],"Operations":` + text.Replace(c.operations) + `}`
			got := s.want(t, 200, "PATCH", "/Users/"+id, body)
			again := s.want(t, 200, "GET", "/Users/"+id, nil)
			for attribute, want := range read(text.Replace(c.shows)) {
				if diff := cmp.Diff(want, got[attribute]); diff != "" {
					t.Errorf("%s in the answer: %s", attribute, diff)
				}
				if diff := cmp.Diff(want, again[attribute]); diff != "" {
					t.Errorf("%s afterwards: %s", attribute, diff)
				}
			}
		})
	}
}

func TestTheAuditTellsWhatAPatchLeavesOut(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	s.want(t, 200, "PATCH", "/Users/"+id, operations(map[string]any{"op": "replace", "value": map[string]any{"id": id, "groups": []any{}, "shoeSize": 5, "title": "T"}}))
	want := []string{"ignored: groups is readOnly", "ignored: shoeSize is no attribute of User"}
	if diff := cmp.Diff(want, s.Audit.Last().Notes); diff != "" {
		t.Error(diff)
	}
}

func TestAPatchThatFailsChangesNothing(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", map[string]any{"title": "T"})
	before := s.want(t, 200, "GET", "/Users/"+id, nil)
	for name, second := range map[string]map[string]any{
		"an attribute that is readOnly":    {"op": "replace", "path": "id", "value": "5"},
		"a path that selects nothing":      {"op": "replace", "path": `emails[value eq "x"].type`, "value": "home"},
		"a value that the org cannot hold": {"op": "replace", "path": "nickName", "value": strings.Repeat("x", 41)},
		"a role that is not there":         {"op": "replace", "path": "roles", "value": []any{map[string]any{"value": "Nobody"}}},
		"a permission set that is not":     {"op": "add", "path": "entitlements", "value": []any{map[string]any{"value": "Nothing", "type": "Permission Set"}}},
		"a userName that is taken":         {"op": "replace", "path": "userName", "value": "admin@acme.example"},
	} {
		t.Run(name, func(t *testing.T) {
			first := map[string]any{"op": "replace", "path": "title", "value": "changed"}
			if w := s.ask(t, "PATCH", "/Users/"+id, operations(first, second)); w.Code != 400 && w.Code != 409 {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if diff := cmp.Diff(before, s.want(t, 200, "GET", "/Users/"+id, nil)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
