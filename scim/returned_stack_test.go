package scim_test

import (
	"slices"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/mapping"
)

func TestWhatIsShownOnRequestOnly(t *testing.T) {
	s := newStack(t, func(c *org.Config) { customized(c) })
	const name = "UserPreferencesPathAssistantCollapsed"
	path := mapping.SalesforceURN + ":" + name
	value := func(r map[string]any) any {
		extension, _ := r[mapping.SalesforceURN].(map[string]any)
		return extension[name]
	}
	made := s.want(t, 201, "POST", "/Users", person("ada@acme.example", map[string]any{mapping.SalesforceURN: map[string]any{name: true}}))
	id := made["id"].(string)
	if value(made) != true {
		t.Errorf("the answer to the POST that sent it has %v", value(made))
	}
	if got := value(s.want(t, 200, "GET", "/Users/"+id, nil)); got != nil {
		t.Errorf("a GET that does not ask has %v", got)
	}
	for _, asked := range []string{path, mapping.SalesforceURN} {
		if got := value(s.want(t, 200, "GET", "/Users/"+id+"?attributes="+asked, nil)); got != true {
			t.Errorf("a GET that asks for %s has %v", asked, got)
		}
	}
	list := s.want(t, 200, "GET", "/Users?attributes="+path, nil)["Resources"].([]any)
	if !slices.ContainsFunc(list, func(r any) bool { return value(r.(map[string]any)) == true }) {
		t.Errorf("a list that asks has %v", list)
	}
	if got := value(s.want(t, 200, "PATCH", "/Users/"+id, operations(map[string]any{"op": "replace", "path": path, "value": false}))); got != false {
		t.Errorf("the answer to the PATCH that sent it has %v", got)
	}
	if got := value(s.want(t, 200, "PATCH", "/Users/"+id, operations(map[string]any{"op": "replace", "path": "title", "value": "x"}))); got != nil {
		t.Errorf("the answer to another PATCH has %v", got)
	}
	if got := value(s.want(t, 200, "PUT", "/Users/"+id, person("ada@acme.example", map[string]any{mapping.SalesforceURN: map[string]any{name: true}}))); got != true {
		t.Errorf("the answer to the PUT that sent it has %v", got)
	}
}

// A list does not read what is shown on request only.
func TestTheVersionInAListIsThatOfARead(t *testing.T) {
	s := newStack(t, customized)
	id := s.made(t, "ada@acme.example", map[string]any{mapping.SalesforceURN: map[string]any{"Badge__c": "B-1", "UserPreferencesPathAssistantCollapsed": true}})
	// Without the part that is of grants: a list may know of them where nobody asks.
	version := func(r map[string]any) string {
		return strings.Join(strings.Split(r["meta"].(map[string]any)["version"].(string), "-")[:2], "-")
	}
	read := version(s.want(t, 200, "GET", "/Users/"+id, nil))
	for _, query := range []string{"", "&attributes=meta", "&excludedAttributes=groups,entitlements,externalId", "&attributes=meta," + mapping.SalesforceURN} {
		for _, r := range s.want(t, 200, "GET", "/Users?count=100"+query, nil)["Resources"].([]any) {
			if r := r.(map[string]any); r["id"] == id && strings.TrimSuffix(version(r), `"`) != strings.TrimSuffix(read, `"`) {
				t.Errorf("with %q it is %s in the list, %s alone", query, version(r), read)
			}
		}
	}
	if now := version(s.set(t, 200, id, "Badge__c", "B-2")); now == read {
		t.Error("a field of the org's does not change the version")
	}
}
