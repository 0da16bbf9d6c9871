package org

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidationRules(t *testing.T) {
	o := newOrg(t, Config{Users: 2, EmailChangesAtOnce: true, ValidationRules: []ValidationRule{
		{Name: "NoUsernameChangesAllowed", Formula: `AND(NOT(ISNEW()), ISCHANGED(Username))`, Message: "Please do not change usernames", Field: "username", Active: true},
		{Name: "Department", Formula: `CONTAINS(Title, "Manager") && ISBLANK(Department)`, Message: "A manager has a department", Active: true},
		{Name: "Paris", Formula: `ISPICKVAL(TimeZoneSidKey, "Asia/Tokyo") && ISPICKVAL(PRIORVALUE(TimeZoneSidKey), "Europe/Paris")`, Message: "Not from Paris to Tokyo", Field: "TimeZoneSidKey", Active: true},
		{Name: "Boss", Formula: `Manager.Title = "Painter"`, Message: "Painters lead nobody", Active: true},
		{Name: "Who", Formula: `$User.Username <> "admin@acme.example" && $Profile.Name = "System Administrator" && City = "Rome"`, Message: "never", Active: true},
		{Name: "Number", Formula: `VALUE(EmployeeNumber) > 100`, Message: "Too many", Active: true},
		{Name: "Off", Formula: `true`, Message: "never", Active: false},
	}})
	actor := Actor{o.AdminID()}
	if _, errs := o.Insert(actor, "User", newUser(t, o, map[string]any{"Title": "Manager"})); !cmp.Equal(errs,
		one(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "A manager has a department")) {
		t.Errorf("on insert: %v", errs)
	}
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	painter := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "painter@acme.example", "Title": "Painter"}))
	for name, tt := range map[string]struct {
		change map[string]any
		want   Errors
	}{
		"a field that may not change": {
			map[string]any{"Username": "new@acme.example"},
			one(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Please do not change usernames", "Username"),
		},
		"two rules at once": {
			map[string]any{"Username": "new@acme.example", "Title": "Manager"},
			append(one(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Please do not change usernames", "Username"),
				one(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "A manager has a department")...),
		},
		"a value before and one after": {
			map[string]any{"TimeZoneSidKey": "Asia/Tokyo"}, one(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not from Paris to Tokyo", "TimeZoneSidKey"),
		},
		"a field of another record":          {map[string]any{"ManagerId": painter}, one(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Painters lead nobody")},
		"of the user who writes":             {map[string]any{"City": "Rome"}, nil},
		"a number within":                    {map[string]any{"EmployeeNumber": "7"}, nil},
		"a number beyond":                    {map[string]any{"EmployeeNumber": "700"}, one(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Too many")},
		"a text that is no number":           {map[string]any{"EmployeeNumber": "x"}, one(400, "FORMULA_EXPRESSION_INVALID", `The validation formula "Number" is invalid: VALUE of "x", which is no number`)},
		"what is well":                       {map[string]any{"Title": "Manager", "Department": "Sales"}, nil},
		"what nobody asks about":             {map[string]any{"Phone": "1"}, nil},
		"a form that is wrong comes earlier": {map[string]any{"Username": "x"}, one(400, "FIELD_INTEGRITY_EXCEPTION", "Username must be in the form of an email address (for example, john@acme.com)", "Username")},
	} {
		_ = o.Transaction(func(tx *Org) error {
			if diff := cmp.Diff(tt.want, tx.Update(actor, "User", user, tt.change)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			return errBack
		})
	}
}

func TestAnOrgWithABrokenValidationRuleIsNotMade(t *testing.T) {
	for formula, want := range map[string]string{
		`Nobody = 1`:        "validation rule R: Field Nobody does not exist. Check spelling. (line 1, column 1)",
		`Call__r.X = 1`:     "validation rule R: Field Call__r.X does not exist. Check spelling. (line 1, column 1)",
		`Address = "x"`:     "validation rule R: Field Address does not exist. Check spelling. (line 1, column 1)",
		`CallCenter.X = ""`: "validation rule R: Field CallCenter.X does not exist. Check spelling. (line 1, column 1)",
	} {
		if _, err := New(Config{ValidationRules: []ValidationRule{{Name: "R", Formula: formula}}}); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", formula, err)
		}
	}
	if _, err := New(Config{ValidationRules: []ValidationRule{{Name: "R", Formula: "true", Field: "Nobody"}}}); err == nil {
		t.Error("a message at no field")
	}
}
