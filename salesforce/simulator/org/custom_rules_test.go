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

func TestValuesOfCustomFields(t *testing.T) {
	o := newOrg(t, Config{CustomFields: []CustomField{
		{Name: "Skills__c", Type: "multipicklist", Values: []CustomValue{{Value: "Go"}, {Value: "SQL"}, {Value: "Sewing", Label: "Sewing by hand"}}},
		{Name: "Hobbies__c", Type: "multipicklist", Values: []CustomValue{{Value: "Chess"}}, Unrestricted: true},
		{Name: "Rate__c", Type: "currency", Decimals: 2},
		{Name: "Quota__c", Type: "percent"},
		{Name: "Started__c", Type: "date"},
		{Name: "Cost__c", Type: "currency", Decimals: 2, Formula: "Rate__c * 8"},
		{Name: "Tag__c", Formula: "Department & UPPER(Title) & Manager.Title"},
		{Name: "Rich__c", Type: "boolean", Formula: "Rate__c > 100"},
		{Name: "Reviewed__c", Type: "date", Formula: "Started__c + 30"},
		{Name: "Odd__c", Type: "double", Formula: "1 / Quota__c"},
	}})
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	for name, tt := range map[string]struct {
		change, want map[string]any
		errs         Errors
	}{
		"values in the order of the picklist, each once": {change: map[string]any{"Skills__c": "SQL; Go;SQL"}, want: map[string]any{"Skills__c": "Go;SQL"}},
		"a value that the picklist does not have": {
			change: map[string]any{"Skills__c": "Go;Rust"},
			errs:   one(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Skills: bad value for restricted picklist field: Rust", "Skills__c"),
		},
		"a value of an open picklist":   {change: map[string]any{"Hobbies__c": "Go;Chess"}, want: map[string]any{"Hobbies__c": "Chess;Go"}},
		"no value":                      {change: map[string]any{"Skills__c": ";"}, want: map[string]any{"Skills__c": nil}},
		"numbers":                       {change: map[string]any{"Rate__c": 12.5, "Quota__c": 80}, want: map[string]any{"Rate__c": 12.5, "Quota__c": 80.0, "Cost__c": 100.0, "Rich__c": false, "Odd__c": 1.0 / 80}},
		"a text for a number":           {change: map[string]any{"Rate__c": "much"}, errs: wrongType("double", "much")},
		"formulas of nothing":           {want: map[string]any{"Cost__c": nil, "Tag__c": nil, "Rich__c": false, "Reviewed__c": nil, "Odd__c": nil}},
		"a formula of texts":            {change: map[string]any{"Title": "Boss", "Department": "Go", "ManagerId": user}, want: map[string]any{"Tag__c": "GoBOSSBoss"}},
		"a formula of a date":           {change: map[string]any{"Started__c": "2026-01-02"}, want: map[string]any{"Reviewed__c": "2026-02-01"}},
		"a formula that divides by 0":   {change: map[string]any{"Quota__c": 0}, want: map[string]any{"Odd__c": nil}},
		"a formula that is written to":  {change: map[string]any{"Tag__c": "x"}, errs: readOnly([]string{"Tag__c"})},
		"a formula over a changed rate": {change: map[string]any{"Rate__c": 101}, want: map[string]any{"Rich__c": true}},
	} {
		_ = o.Transaction(func(tx *Org) error {
			if diff := cmp.Diff(tt.errs, tx.Update(Actor{o.AdminID()}, "User", user, tt.change)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			row, _ := tx.Find("User", user)
			for field, want := range tt.want {
				if diff := cmp.Diff(want, row[field]); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", name, field, diff)
				}
			}
			return errBack
		})
	}
}
