package org

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRulesOfCustomFields(t *testing.T) {
	o := newOrg(t, Config{CustomFields: []CustomField{
		{Name: "Badge__c", Unique: true, Length: 8},
		{Name: "Token__c", Unique: true, CaseSensitive: true},
		{Name: "Grade__c", Label: "Pay grade", Required: true, Default: "A", Length: 3},
		{Name: "Region__c", Type: "picklist", Values: []CustomValue{{Value: "EMEA"}, {Value: "APAC"}}},
		{Name: "Office__c", Type: "picklist", Controller: "Region__c", Values: []CustomValue{{Value: "Paris", For: []string{"EMEA"}}, {Value: "Tokyo", For: []string{"APAC"}}, {Value: "Home"}}},
		{Name: "Supervisor__c", Type: "reference"},
	}})
	boss := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "boss@acme.example", "Badge__c": "B1", "Token__c": "abc"}))
	user := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Supervisor__c": boss[:15], "Region__c": "EMEA", "Office__c": "Paris"}))
	outsider := o.mustInsert(t, "User", newUser(t, o, map[string]any{
		"Username": "p@globex.example", "ProfileId": o.idOf(t, "Profile", "Name", "Partner Community User"), "ContactId": o.contact(t, "Globex"),
	}))
	taken := func(field, id string) Errors {
		return one(400, "DUPLICATE_VALUE", "duplicate value found: "+field+" duplicates value on record with id: "+id)
	}
	badOffice := func(value string) Errors {
		return one(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Office: bad value for restricted picklist field: "+value, "Office__c")
	}
	for name, tt := range map[string]struct {
		actor, id string
		change    map[string]any
		want      Errors
	}{
		"a unique value in other case":       {o.AdminID(), user, map[string]any{"Badge__c": "b1"}, taken("Badge__c", boss[:15])},
		"where case tells values apart":      {o.AdminID(), user, map[string]any{"Token__c": "ABC"}, nil},
		"the same case":                      {o.AdminID(), user, map[string]any{"Token__c": "abc"}, taken("Token__c", boss[:15])},
		"his own value again":                {o.AdminID(), boss, map[string]any{"Badge__c": "B1"}, nil},
		"to one who does not see the other":  {outsider, outsider, map[string]any{"Badge__c": "B1"}, taken("<unknown>", "<unknown>")},
		"a required field taken away":        {o.AdminID(), user, map[string]any{"Grade__c": ""}, one(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Grade__c]", "Grade__c")},
		"a custom field that is too long":    {o.AdminID(), user, map[string]any{"Grade__c": "AAAA"}, one(400, "STRING_TOO_LONG", "Pay grade: data value too large: AAAA (max length=3)", "Grade__c")},
		"a value of another region":          {o.AdminID(), user, map[string]any{"Office__c": "Tokyo"}, badOffice("Tokyo")},
		"a value that goes with its region":  {o.AdminID(), user, map[string]any{"Office__c": "Tokyo", "Region__c": "APAC"}, nil},
		"a value that goes with every one":   {o.AdminID(), user, map[string]any{"Office__c": "Home"}, nil},
		"a value without a region":           {o.AdminID(), user, map[string]any{"Office__c": "Paris", "Region__c": nil}, badOffice("Paris")},
		"the value of a hierarchy field":     {o.AdminID(), boss, map[string]any{"IsActive": false}, one(400, "FIELD_INTEGRITY_EXCEPTION", "Cannot inactivate user that is the value of a hierarchy field:Supervisor__c")},
		"one who is nobody's supervisor":     {o.AdminID(), user, map[string]any{"IsActive": false}, nil},
		"a supervisor who is no user at all": {o.AdminID(), user, map[string]any{"Supervisor__c": o.idOf(t, "UserRole", "Name", "CEO")}, malformedReference("Supervisor", o.idOf(t, "UserRole", "Name", "CEO"), "Supervisor__c")},
	} {
		_ = o.Transaction(func(tx *Org) error {
			if diff := cmp.Diff(tt.want, tx.Update(Actor{tt.actor}, "User", tt.id, tt.change)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			return errBack
		})
	}
}
