package query

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

// lowly is a user who may neither look into Setup nor at roles.
func lowly(t *testing.T, o *org.Org) org.Actor {
	t.Helper()
	profile := firstColumn(t, o, "SELECT Id FROM Profile WHERE Name = 'Minimum Access - Salesforce'")[0]
	id := insert(t, o, "User", map[string]any{
		"Username": "lowly@acme.example", "LastName": "Lowly", "Email": "lowly@acme.example", "Alias": "lowly", "ProfileId": profile,
		"TimeZoneSidKey": "Europe/Berlin", "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US",
	})
	if o.HasPermission(id, "ViewSetup") || o.HasPermission(id, "ViewRoles") {
		t.Fatal("the profile shows Setup or roles")
	}
	return org.Actor{UserID: id}
}

func TestWhatAUserMayNotSeeIsNotThere(t *testing.T) {
	o := newOrg(t, 0)
	a := lowly(t, o)
	// The first is recorded: a field that is hidden is one that does not exist.
	noField, noRelationship, noObject := "No such column 'ProfileId' on entity 'User", "Didn't understand relationship '", "sObject type '"
	for statement, want := range map[string]string{
		"SELECT Id, ProfileId FROM User":                                               noField,
		"SELECT Id FROM User WHERE ProfileId = null":                                   noField,
		"SELECT Id FROM User WHERE NOT ProfileId IN ('00e000000000000')":               noField,
		"SELECT Id FROM User ORDER BY ProfileId":                                       noField,
		"SELECT COUNT(Id) FROM User GROUP BY ProfileId":                                noField,
		"SELECT COUNT(ProfileId) FROM User":                                            noField,
		"SELECT CreatedBy.ProfileId FROM Group":                                        noField,
		"SELECT Id FROM User WHERE CreatedBy.ProfileId = null":                         noField,
		"SELECT Profile.Name FROM User":                                                noRelationship + "Profile",
		"SELECT Id FROM User WHERE UserRole.Name = 'CEO'":                              noRelationship + "UserRole",
		"SELECT Id FROM User ORDER BY Profile.Name":                                    noRelationship + "Profile",
		"SELECT TYPEOF UserOrGroup WHEN User THEN ProfileId END FROM GroupMember":      noField,
		"SELECT Id FROM PermissionSetGroup":                                            noObject + "PermissionSetGroup",
		"SELECT COUNT() FROM PermissionSetGroup":                                       noObject + "PermissionSetGroup",
		"SELECT Id FROM User WHERE Id IN (SELECT CreatedById FROM PermissionSetGroup)": noObject + "PermissionSetGroup",
	} {
		if _, err := Run(o, org.Actor{UserID: o.AdminID()}, statement); err != nil {
			t.Errorf("%s: the administrator is told %v", statement, err)
		}
		_, err := Run(o, a, statement)
		var refused *Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Message, "\n"+want) {
			t.Errorf("%s: %v; want %s", statement, err, want)
		}
	}
	users, _ := o.Object("User")
	hidden := map[string]bool{"ProfileId": true, "UserRoleId": true}
	result, err := Run(o, a, "SELECT FIELDS(STANDARD) FROM User WHERE Id = '"+a.UserID+"'")
	if err != nil {
		t.Fatal(err)
	}
	for i := range users.Fields {
		name := users.Fields[i].Name
		if shown := strings.Contains(string(result.Rows[0]), `,"`+name+`":`); shown == hidden[name] {
			t.Errorf("%s is shown: %t", name, shown)
		}
	}
}

func TestDeletedRecordsAreForQueryAll(t *testing.T) {
	o := newOrg(t, 0)
	group := insert(t, o, "PermissionSetGroup", map[string]any{"DeveloperName": "Desk", "MasterLabel": "Desk"})
	set := firstColumn(t, o, "SELECT Id FROM PermissionSet WHERE Name = 'Sales_Console'")[0]
	part := insert(t, o, "PermissionSetGroupComponent", map[string]any{"PermissionSetGroupId": group, "PermissionSetId": set})
	if errs := o.Delete(org.Actor{UserID: o.AdminID()}, "PermissionSetGroupComponent", part); errs != nil {
		t.Fatal(errs)
	}
	of := " FROM PermissionSetGroupComponent WHERE PermissionSetGroupId = '" + group + "'"
	for statement, want := range map[string][2]string{ // for query, for queryAll
		"SELECT COUNT()" + of:                                          {`{"totalSize":0,`, `{"totalSize":1,`},
		"SELECT Id" + of:                                               {`{"totalSize":0,`, `{"totalSize":1,`},
		"SELECT Id" + of + " AND IsDeleted = true":                     {`{"totalSize":0,`, `{"totalSize":1,`},
		"SELECT Id" + of + " AND IsDeleted = false":                    {`{"totalSize":0,`, `{"totalSize":0,`},
		"SELECT COUNT()" + of + " AND PermissionSetId = '" + set + "'": {`{"totalSize":0,`, `{"totalSize":1,`},
		"SELECT COUNT(Id)" + of:                                        {`"expr0":0}]}`, `"expr0":1}]}`},
		"SELECT (SELECT Id FROM PermissionSetGroupComponents) FROM PermissionSetGroup WHERE Id = '" + group + "'": {`"PermissionSetGroupComponents":null}]}`, `"PermissionSetGroupComponents":{"totalSize":1,"done":true,"records":[{`},
	} {
		for i, deleted := range []bool{false, true} {
			q := Query{Text: statement, Deleted: deleted, Version: "66.0"}
			got, err := q.Answer(t.Context(), o, org.Actor{UserID: o.AdminID()})
			if err != nil || !strings.Contains(string(got), want[i]) {
				t.Errorf("%s: %s, %v; want %s", statement, got, err, want[i])
			}
		}
	}
	var s shelf
	again := insert(t, o, "PermissionSetGroupComponent", map[string]any{"PermissionSetGroupId": group, "PermissionSetId": set})
	q := Query{Text: "SELECT Id, IsDeleted" + of + " ORDER BY Id DESC", Deleted: true, Batch: 1, Keep: s.keep}
	if _, err := q.Answer(t.Context(), o, org.Actor{}); err != nil {
		t.Fatal(err)
	}
	got, err := q.Continue(t.Context(), o, org.Actor{}, s.rests[0], 1)
	if err != nil || !strings.HasSuffix(string(got), `"Id":"`+part+`","IsDeleted":true}]}`) || again == part {
		t.Errorf("%s, %v", got, err)
	}
	if diff := cmp.Diff([]string{`"Id":"` + again + `","IsDeleted":false`}, rows(t, o, "SELECT Id, IsDeleted"+of)); diff != "" {
		t.Error(diff)
	}
}
