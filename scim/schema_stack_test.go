package scim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/scim/mapping"
)

// Whatever is advertised can be written, read and filtered by, or not, and then
// says so.
func TestEveryAttributeThatIsAdvertisedRoundTrips(t *testing.T) {
	s := newStack(t, customized)
	samples := s.samples(t)
	filtered := map[bool]int{}
	attributes := s.advertised(t, "User")
	for i, a := range attributes {
		t.Run(a.path, func(t *testing.T) {
			userName := fmt.Sprintf("person.%d@acme.example", i)
			first, second := a.sample(true), a.sample(false)
			if why := unusable[a.path]; why != "" {
				w := s.ask(t, "POST", "/Users", a.with(person(userName, nil), first))
				if w.Code < 400 || w.Code > 499 || !strings.Contains(w.Body.String(), `"detail"`) {
					t.Errorf("it should be refused, as %s: %d %s", why, w.Code, w.Body)
				}
				return
			}
			if given, ok := samples[a.path]; ok {
				first, second = given[0], given[1]
			}
			read := func(id string) any {
				return a.in(s.want(t, 200, "GET", "/Users/"+id+"?attributes="+url.QueryEscape(a.path), nil))
			}
			patched := func(status int, id, op string, value any) map[string]any {
				operation := map[string]any{"op": op, "path": a.path, "value": value}
				if value == nil {
					delete(operation, "value")
				}
				return s.want(t, status, "PATCH", "/Users/"+id, operations(operation))
			}
			body := a.with(person(userName, nil), first)
			if a.name == "userName" {
				userName = first.(string)
			}
			made := s.want(t, 201, "POST", "/Users", body)
			id := made["id"].(string)
			if a.mutability == "readOnly" {
				before := read(id)
				if cmp.Equal(before, first) {
					t.Errorf("it is %v, as was sent", before)
				}
				if refused := patched(400, id, "replace", second); refused["scimType"] != "mutability" || refused["detail"] == "" {
					t.Errorf("a PATCH is answered with %v", refused)
				}
				s.want(t, 200, "PUT", "/Users/"+id, body)
				if after := read(id); !cmp.Equal(before, after) {
					t.Errorf("a PUT made it %v of %v", after, before)
				}
				return
			}
			if !carries(a.in(made), first) || !carries(read(id), first) {
				t.Errorf("made with %v, answered with %v, read as %v", first, a.in(made), read(id))
			}
			if now := patched(200, id, "replace", second); !carries(a.in(now), second) || !carries(read(id), second) {
				t.Errorf("replaced by %v, answered with %v, read as %v", second, a.in(now), read(id))
			}
			if s.finds(t, a, id, second) {
				filtered[true]++
			} else {
				filtered[false]++
			}
			again := a.with(person(userName, nil), first)
			if now := s.want(t, 200, "PUT", "/Users/"+id, again); !carries(a.in(now), first) || !carries(read(id), first) {
				t.Errorf("put as %v, answered with %v, read as %v", first, a.in(now), read(id))
			}
			if a.required {
				if refused := patched(400, id, "remove", nil); refused["scimType"] != "mutability" {
					t.Errorf("a PATCH that removes it is answered with %v", refused)
				}
				return
			}
			patched(200, id, "remove", nil)
			if left := read(id); cmp.Equal(left, first) != stays(a) {
				t.Errorf("removed, it is %v", left)
			}
		})
	}
	if filtered[true] < 100 {
		t.Errorf("of %d attributes only %d can be filtered by", len(attributes), filtered[true])
	}
}

func TestEveryAttributeOfGroupsRoundTrips(t *testing.T) {
	s := newStack(t)
	member := s.made(t, "member@acme.example", nil)
	values := map[string][2]any{
		"displayName": {"First", "Second"},
		"members":     {[]any{map[string]any{"value": member}}, []any{map[string]any{"value": s.Org.AdminID()}}},
	}
	for _, a := range s.advertised(t, "Group") {
		given, ok := values[a.path]
		if !ok {
			t.Errorf("nothing is known of %s", a.path)
			continue
		}
		id := s.want(t, 201, "POST", "/Groups", a.with(map[string]any{"schemas": []any{groupURN}, "displayName": "Of " + a.name}, given[0]))["id"].(string)
		read := func() any { return a.in(s.want(t, 200, "GET", "/Groups/"+id+"?attributes="+a.path, nil)) }
		if !carries(read(), given[0]) {
			t.Errorf("%s: made with %v, read as %v", a.path, given[0], read())
		}
		s.want(t, 204, "PATCH", "/Groups/"+id, operations(map[string]any{"op": "replace", "path": a.path, "value": given[1]}))
		if !carries(read(), given[1]) {
			t.Errorf("%s: replaced by %v, read as %v", a.path, given[1], read())
		}
		query := fmt.Sprintf("%s eq %q", a.path, given[1])
		if a.multi {
			query = fmt.Sprintf("%s.value eq %q", a.path, s.Org.AdminID())
		}
		if found := s.want(t, 200, "GET", "/Groups?filter="+url.QueryEscape(query), nil); found["totalResults"] != 1.0 {
			t.Errorf("%s finds %v", query, found)
		}
	}
}

// carries says that what came back has all of what was sent; the server may know
// more of an element (a display, a $ref).
func carries(got, sent any) bool {
	switch sent := sent.(type) {
	case map[string]any:
		have, _ := got.(map[string]any)
		for name, value := range sent {
			if !carries(have[name], value) {
				return false
			}
		}
		return true
	case []any:
		have, _ := got.([]any)
		return slices.EqualFunc(have, sent, carries)
	}
	return cmp.Equal(got, sent)
}

// stays says that a user cannot be without the attribute.
func stays(a attribute) bool {
	switch a.path {
	case "name", "userType", "displayName":
		return false // part of it does, or what Salesforce makes itself
	case "nickName", "preferredLanguage", "locale", "timezone", "active", "emails", "entitlements":
		return true
	}
	needed := []string{"Alias", "EmailEncodingKey", "StartDay", "EndDay", "DigestFrequency", "DefaultGroupNotificationFrequency"}
	return a.urn == mapping.SalesforceURN && (a.kind == "boolean" || a.name == "profile" || slices.Contains(needed, a.name))
}

// finds asks for those with a value. Who has it is found, or the filter is
// refused with a reason; found says which.
func (s *stack) finds(t *testing.T, a attribute, id string, value any) (found bool) {
	t.Helper()
	path := a.path
	if list, ok := value.([]any); ok {
		value = list[0]
	}
	if object, ok := value.(map[string]any); ok {
		sub := "value"
		switch a.name {
		case "name":
			sub = "familyName"
		case "addresses":
			sub = "locality"
		}
		path, value = path+"."+sub, object[sub]
	}
	literal, err := json.Marshal(value)
	must(t, err)
	query := "/Users?count=1000&attributes=userName&filter=" + url.QueryEscape(fmt.Sprintf("%s eq %s", path, literal))
	w := s.ask(t, "GET", query, nil)
	var answer map[string]any
	must(t, json.Unmarshal(w.Body.Bytes(), &answer))
	if w.Code == 400 && answer["scimType"] == "invalidFilter" && answer["detail"] != "" {
		return false
	}
	resources, _ := answer["Resources"].([]any)
	if w.Code != 200 || !slices.ContainsFunc(resources, func(r any) bool { return r.(map[string]any)["id"] == id }) {
		t.Errorf("%s eq %s is answered with %d %.300s", path, literal, w.Code, w.Body)
	}
	return true
}

func TestTheSchemasAreThoseOfTheOrg(t *testing.T) {
	s := newStack(t, customized)
	list := s.want(t, 200, "GET", "/Schemas", nil)
	i := slices.IndexFunc(list["Resources"].([]any), func(r any) bool { return r.(map[string]any)["id"] == mapping.SalesforceURN })
	if i < 0 {
		t.Fatal("the Salesforce extension is not listed")
	}
	listed := list["Resources"].([]any)[i].(map[string]any)
	alone := s.want(t, 200, "GET", "/Schemas/"+url.PathEscape(strings.ToLower(mapping.SalesforceURN)), nil)
	if diff := cmp.Diff(listed, alone); diff != "" {
		t.Errorf("alone it is another than in the list: %s", diff)
	}
	if meta := alone["meta"].(map[string]any); meta["resourceType"] != "Schema" || meta["location"] != "https://bridge.example/scim/v2/Schemas/"+mapping.SalesforceURN {
		t.Errorf("meta is %v", meta)
	}
	want := map[string]map[string]any{
		"Badge__c": {
			"name": "Badge__c", "type": "string", "multiValued": false, "required": false, "caseExact": true, "mutability": "readWrite",
			"returned": "default", "uniqueness": "server", "description": "Badge number. At most 8 characters",
		},
		"Skills__c": {
			"name": "Skills__c", "type": "string", "multiValued": true, "required": false, "caseExact": false, "mutability": "readWrite",
			"returned": "default", "uniqueness": "none", "description": "Skills. Any of the canonical values", "canonicalValues": []any{"Go", "SQL", "COBOL"},
		},
		"Rich__c": {
			"name": "Rich__c", "type": "boolean", "multiValued": false, "required": false, "caseExact": false, "mutability": "readOnly",
			"returned": "default", "uniqueness": "none", "description": "Rich. Computed by Salesforce",
		},
	}
	for _, a := range alone["attributes"].([]any) {
		d := a.(map[string]any)
		name := d["name"].(string)
		if w, ok := want[name]; ok {
			if diff := cmp.Diff(w, d); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			delete(want, name)
		}
		for characteristic, value := range d {
			if value == nil || value == "" {
				t.Errorf("%s: %s is %v", name, characteristic, value)
			}
		}
	}
	for name := range want {
		t.Errorf("%s is not there", name)
	}
	types := s.want(t, 200, "GET", "/ResourceTypes", nil)["Resources"].([]any)
	extensions := types[0].(map[string]any)["schemaExtensions"]
	if diff := cmp.Diff([]any{
		map[string]any{"schema": enterpriseURN, "required": false},
		map[string]any{"schema": mapping.SalesforceURN, "required": false},
	}, extensions); diff != "" {
		t.Errorf("the extensions of User: %s", diff)
	}
	for _, path := range []string{"/Schemas", "/Schemas/" + mapping.SalesforceURN, "/ResourceTypes", "/ResourceTypes/User", "/ServiceProviderConfig"} {
		if refused := s.want(t, 403, "GET", path+"?filter="+url.QueryEscape(`id pr`), nil); refused["detail"] == "" {
			t.Errorf("%s with a filter: %v", path, refused)
		}
	}
}

// What the filter is compared with, by Salesforce and by nobody else: a filter
// that it could not decide would be refused without another bound.
func TestNumbersOfTheOrgsOwnFieldsAreComparedBySalesforce(t *testing.T) {
	s := newStack(t, customized)
	for i, quota := range []any{1.5, 20, -3, nil} {
		own := map[string]any{}
		if quota != nil {
			own = map[string]any{mapping.SalesforceURN: map[string]any{"Quota__c": quota}}
		}
		s.made(t, fmt.Sprintf("u%d@quota.example", i), own)
	}
	for comparison, want := range map[string]string{
		"eq 1.5": "u0", "eq 20": "u1", "gt 1.5": "u1", "ge 1.5": "u0 u1", "lt 1.5": "u2", "le 1.5": "u0 u2",
		"lt 1e30": "u0 u1 u2", "gt 1e30": "", "gt -1e30": "u0 u1 u2", "eq 1e30": "", "pr": "u0 u1 u2",
	} {
		filter := mapping.SalesforceURN + ":Quota__c " + comparison
		var got []string
		for _, r := range s.want(t, 200, "GET", "/Users?filter="+url.QueryEscape(filter), nil)["Resources"].([]any) {
			name, _, _ := strings.Cut(r.(map[string]any)["userName"].(string), "@")
			got = append(got, name)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", comparison, got, want)
		}
	}
	negated := s.want(t, 200, "GET", "/Users?count=1000&filter="+url.QueryEscape("not ("+mapping.SalesforceURN+":Quota__c gt 1.5)"), nil)
	everybody := s.want(t, 200, "GET", "/Users?count=0", nil)
	if negated["totalResults"].(float64) != everybody["totalResults"].(float64)-1 {
		t.Errorf("%v of %v do not have more than 1.5, want all but one", negated["totalResults"], everybody["totalResults"])
	}
}
