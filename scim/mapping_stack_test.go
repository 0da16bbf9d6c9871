package scim_test

import (
	"testing"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/mapping"
	"scimforce/scim/scimtest"
)

// The whole of a configured mapping over HTTP: what an IdP sends, what the org
// holds, and what the IdP reads.
func TestAConfiguredMappingIsKeptEndToEnd(t *testing.T) {
	s := &stack{scimtest.New(t, func(c *scimtest.Config) {
		c.Org.CustomFields = []org.CustomField{
			{Name: "Cost_Center__c", Length: 20},
			{Name: "Region__c", Type: "picklist", Values: []org.CustomValue{{Value: "EMEA"}, {Value: "APAC"}}},
			{Name: "Badge__c", Length: 8},
			{Name: "Contractor__c", Type: "boolean"},
		}
		c.Mapping.Overrides = []mapping.Override{
			{Attribute: "costCenter", Field: "Cost_Center__c"},
			{Field: "Region__c", Constant: "EMEA"},
			{Field: "Contractor__c", Constant: "true"},
			{Attribute: mapping.SalesforceURN + ":badge", Field: "Badge__c"},
			{Attribute: "title", Template: "{userType} of {department}"},
			{Attribute: "division", Default: "Sales"},
			{Attribute: "employeeNumber", Direction: mapping.ToSalesforce},
			{Attribute: "organization", Direction: mapping.FromSalesforce},
			{Attribute: "nickName", OnlyOnCreate: true},
			{Attribute: "phoneNumbers", Drop: true},
		}
	})}
	body := person("ada@acme.example", map[string]any{
		"schemas": []any{userURN, enterpriseURN, mapping.SalesforceURN}, "userType": "Head", "nickName": "ada", "title": "Forged",
		"phoneNumbers":        []any{map[string]any{"value": "1", "type": "work"}},
		enterpriseURN:         map[string]any{"costCenter": "C-1", "department": "Engines", "employeeNumber": "7", "organization": "Forged"},
		mapping.SalesforceURN: map[string]any{"badge": "B-1", "Region__c": "APAC"},
	})
	made := s.want(t, 201, "POST", "/Users", body)
	id := made["id"].(string)
	holds := func(want map[string]any) {
		t.Helper()
		row, _ := s.Org.Find("User", id)
		for field, value := range want {
			if row[field] != value {
				t.Errorf("User.%s is %v, want %v", field, row[field], value)
			}
		}
	}
	reads := func(r map[string]any, want map[string]any) {
		t.Helper()
		for name, value := range want {
			path := []string{name}
			if value, ok := value.(map[string]any); ok {
				for sub, v := range value {
					if got := at(r, name, sub); got != v {
						t.Errorf("%s %s is read as %v, want %v", name, sub, got, v)
					}
				}
				continue
			}
			if got := at(r, path...); got != value {
				t.Errorf("%s is read as %v, want %v", name, got, value)
			}
		}
	}
	holds(map[string]any{
		"Cost_Center__c": "C-1", "Region__c": "EMEA", "Contractor__c": true, "Badge__c": "B-1", "Title": "Head of Engines", "Division": "Sales",
		"EmployeeNumber": "7", "CompanyName": nil, "CommunityNickname": "ada", "Phone": nil,
	})
	reads(made, map[string]any{
		"title": "Head of Engines", "nickName": "ada", "phoneNumbers": nil,
		enterpriseURN:         map[string]any{"costCenter": "C-1", "division": "Sales", "employeeNumber": nil, "organization": nil},
		mapping.SalesforceURN: map[string]any{"badge": "B-1", "Region__c": "EMEA", "Contractor__c": true},
	})

	s.want(t, 200, "PATCH", "/Users/"+id, operations(
		map[string]any{"op": "replace", "path": enterpriseURN + ":department", "value": "Looms"},
		map[string]any{"op": "replace", "path": enterpriseURN + ":employeeNumber", "value": "8"},
		map[string]any{"op": "replace", "path": "nickName", "value": "countess"},
	))
	holds(map[string]any{"Title": "Head of Looms", "EmployeeNumber": "8", "CommunityNickname": "ada", "Division": "Sales"})
	s.want(t, 400, "PATCH", "/Users/"+id, operations(map[string]any{"op": "replace", "path": "title", "value": "Forged"}))

	// What is read and put back writes nothing.
	read := s.want(t, 200, "GET", "/Users/"+id, nil)
	tag := s.tag(t, "/Users/"+id)
	put := s.want(t, 200, "PUT", "/Users/"+id, read)
	reads(put, map[string]any{"title": "Head of Looms", enterpriseURN: map[string]any{"costCenter": "C-1", "division": "Sales"}})
	if after := s.tag(t, "/Users/"+id); after != tag {
		t.Errorf("what was read and put back changed the version from %s to %s", tag, after)
	}
	// Somebody changes in Salesforce what is constant: the next change sets it right.
	s.directly(t, "User", id, map[string]any{"Region__c": "APAC"})
	s.want(t, 200, "PATCH", "/Users/"+id, operations(map[string]any{"op": "replace", "path": "name.givenName", "value": "Augusta"}))
	holds(map[string]any{"Region__c": "EMEA", "FirstName": "Augusta"})
}
