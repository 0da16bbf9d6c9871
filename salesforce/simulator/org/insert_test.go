package org

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestInsertUser(t *testing.T) {
	o := newOrg(t, Config{})
	id := o.mustInsert(t, "user", newUser(t, o, map[string]any{"Username": "Mona.LISA@acme.example", "attributes": map[string]any{"type": "User"}}))
	got := o.mustFind(t, "User", id[:15])
	want := map[string]any{
		"Id": id, "Username": "mona.lisa@acme.example", "Name": "Mona Lisa", "IsActive": true, "UserType": "Standard",
		"CommunityNickname": got["CommunityNickname"], "CreatedDate": noon, "SystemModstamp": noon, "CreatedById": o.AdminID(),
		"LastModifiedById": o.AdminID(), "DigestFrequency": "D", "EmailPreferencesAutoBcc": true, "ManagerId": nil, "Address": nil,
		"SmallPhotoUrl": "https://acme.my.salesforce.com/profilephoto/005/T", "OutOfOfficeMessage": "", "LastLoginDate": nil,
	}
	for name, v := range want {
		if diff := cmp.Diff(v, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	nick, _ := got["CommunityNickname"].(string)
	if !strings.HasPrefix(nick, "User1795435200000") || len(nick) != len("User")+13+7 {
		t.Errorf("nickname %q is not User, epoch milliseconds, seven digits", nick)
	}
	if _, ok := o.s.table("UserLogin").first("UserId", id); ok {
		t.Error("a user who never tried to log in has a UserLogin")
	}
	set, _ := o.s.shadowOf(got["ProfileId"].(string))
	if _, ok := o.s.assignment(id, set.ID()); !ok {
		t.Error("the user is not assigned the permission set of his profile")
	}
	o.verifyIndexes(t)
}

func TestInsertUserRefused(t *testing.T) {
	long := strings.Repeat("x", 81)
	tests := map[string]struct {
		cfg     Config
		changes map[string]any
		want    Errors
	}{
		"all missing fields are named in one error": {
			changes: map[string]any{"LastName": nil, "Email": nil, "ProfileId": nil},
			want:    one(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName, Email, ProfileId]", "LastName", "Email", "ProfileId"),
		},
		"an empty text is missing": {
			changes: map[string]any{"LastName": ""},
			want:    one(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName"),
		},
		"messages come in the running user's language": {
			cfg: Config{MessageLanguage: "es"}, changes: map[string]any{"LastName": nil},
			want: one(400, "REQUIRED_FIELD_MISSING", "Faltan campos obligatorios: [LastName]", "LastName"),
		},
		"a value that is too long": {
			changes: map[string]any{"LastName": long},
			want:    one(400, "STRING_TOO_LONG", "Last Name: data value too large: "+long+" (max length=80)", "LastName"),
		},
		"a column that does not exist": {
			changes: map[string]any{"FavoritePet__c": "cat"},
			want:    bare(400, "INVALID_FIELD", "No such column 'FavoritePet__c' on sobject of type User"),
		},
		"name fields that the org did not enable": {
			changes: map[string]any{"MiddleName": "X"},
			want:    bare(400, "INVALID_FIELD", "No such column 'MiddleName' on sobject of type User"),
		},
		"a read-only field": {
			changes: map[string]any{"UserType": "Standard"},
			want: one(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: UserType. Please check the security settings "+
				"of this field and verify that it is read/write for your profile or permission set.", "UserType"),
		},
		"a value outside a restricted picklist": {
			changes: map[string]any{"TimeZoneSidKey": "Foo/Bar"},
			want:    one(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Time Zone: bad value for restricted picklist field: Foo/Bar", "TimeZoneSidKey"),
		},
		"an address that is none": {
			changes: map[string]any{"Email": "notanemail"},
			want:    one(400, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: notanemail", "Email"),
		},
		"an address without a dot in its domain": {
			changes: map[string]any{"Email": "a@213213213213213com"},
			want:    one(400, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: a@213213213213213com", "Email"),
		},
		"a username that is no address": {
			changes: map[string]any{"Username": "mona"},
			want:    one(400, "FIELD_INTEGRITY_EXCEPTION", "Username must be in the form of an email address (for example, john@acme.com)", "Username"),
		},
		"a username that is taken, in another case": {
			changes: map[string]any{"Username": "Admin@Acme.example"},
			want:    one(400, "DUPLICATE_USERNAME", duplicateUsername, "Username"),
		},
		"a username held in another org": {
			changes: map[string]any{"Username": "Held@elsewhere.example"},
			want:    one(400, "DUPLICATE_USERNAME", duplicateUsername, "Username"),
		},
		"a nickname that is taken": {
			changes: map[string]any{"CommunityNickname": "ADMIN"},
			want: one(400, "DUPLICATE_COMM_NICKNAME", "Duplicate Nickname.<br>Another user has already selected this nickname.<br>Please select another.",
				"CommunityNickname"),
		},
		"a username and a federation id, both bad, are reported together": {
			changes: map[string]any{"Username": "mona", "FederationIdentifier": "fed-1"},
			want: append(one(400, "FIELD_INTEGRITY_EXCEPTION", "Username must be in the form of an email address (for example, john@acme.com)", "Username"),
				one(400, "DUPLICATE_VALUE", "This Federation ID is already in use. Use a different Federation ID.", "FederationIdentifier")...),
		},
		"a reference that is no id": {
			changes: map[string]any{"ProfileId": "BadValue"},
			want:    one(400, "MALFORMED_ID", "Profile ID: id value of incorrect type: BadValue", "ProfileId"),
		},
		"a reference to another kind of record": {
			changes: map[string]any{"ProfileId": "005000000000001"},
			want:    one(400, "MALFORMED_ID", "Profile ID: id value of incorrect type: 005000000000001", "ProfileId"),
		},
		"a reference to nobody": {
			changes: map[string]any{"ManagerId": "005000000000001AAA"},
			want:    one(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
		},
		"a boolean that is a word": {
			changes: map[string]any{"IsActive": "yes"},
			want:    bare(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from VALUE_STRING value yes"),
		},
		"a text that is a number": {
			changes: map[string]any{"LastName": float64(7)},
			want:    bare(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of string from VALUE_NUMBER_INT value 7"),
		},
		"a text that is an object": {
			changes: map[string]any{"LastName": map[string]any{}},
			want:    bare(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of string from START_OBJECT value {"),
		},
		"an id of its own": {
			changes: map[string]any{"Id": "005000000000001AAA"},
			want:    one(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id"),
		},
		"no seat is free": {
			cfg:  Config{LicenseSeats: map[string]int{"SFDC": 2}},
			want: one(400, "LICENSE_LIMIT_EXCEEDED", "License Limit Exceeded"),
		},
		"a state without a country where the org has picklists": {
			cfg: Config{StateCountryPicklists: true}, changes: map[string]any{"State": "Texas"},
			want: one(400, "FIELD_INTEGRITY_EXCEPTION", "A country/territory must be specified before specifying a state value for field: State/Province", "State"),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOrg(t, tt.cfg)
			o.HoldElsewhere("held@ELSEWHERE.example")
			o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "first@acme.example", "FederationIdentifier": "fed-1"}))
			before := o.dump()
			_, errs := o.Insert(Actor{o.AdminID()}, "User", newUser(t, o, tt.changes))
			if diff := cmp.Diff(tt.want, errs); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, o.dump()); diff != "" {
				t.Errorf("a refused insert left something behind:\n%s", diff)
			}
		})
	}
}

const duplicateUsername = "Duplicate Username.<br>The username already exists in this or another Salesforce organization. " +
	"Usernames must be unique across all Salesforce organizations. To resolve, use a different username " +
	"(it doesn't need to match the user's email address). "

func TestInsertUserAccepted(t *testing.T) {
	tests := map[string]struct {
		cfg     Config
		changes map[string]any
		want    map[string]any
	}{
		"words for booleans":                    {changes: map[string]any{"IsActive": "False"}, want: map[string]any{"IsActive": false}},
		"a null boolean as its default":         {changes: map[string]any{"UserPermissionsMarketingUser": nil}, want: map[string]any{"UserPermissionsMarketingUser": false}},
		"an empty reference as null":            {changes: map[string]any{"UserRoleId": ""}, want: map[string]any{"UserRoleId": nil}},
		"lengths in characters, not bytes":      {changes: map[string]any{"Alias": "éééééééé"}, want: map[string]any{"Alias": "éééééééé"}},
		"GMT as a time zone":                    {changes: map[string]any{"TimeZoneSidKey": "GMT"}, want: map[string]any{"TimeZoneSidKey": "GMT"}},
		"a federation id that differs by case":  {changes: map[string]any{"FederationIdentifier": "FED-1"}, want: map[string]any{"FederationIdentifier": "FED-1"}},
		"an inactive user without a free seat":  {cfg: Config{LicenseSeats: map[string]int{"Salesforce": 2}}, changes: map[string]any{"IsActive": false}, want: map[string]any{"IsActive": false}},
		"a middle name where the org has it":    {cfg: Config{NameExtras: true}, changes: map[string]any{"MiddleName": "da", "Suffix": "II"}, want: map[string]any{"Name": "Mona da Lisa II"}},
		"a state and country by code":           {cfg: Config{StateCountryPicklists: true}, changes: map[string]any{"StateCode": "TX", "CountryCode": "US"}, want: map[string]any{"StateCode": "TX"}},
		"an address, compound and in its parts": {changes: map[string]any{"City": "Paris"}, want: map[string]any{"Address": Address{City: "Paris"}}},
		"a number for a double":                 {changes: map[string]any{"Latitude": 48.5}, want: map[string]any{"Latitude": 48.5}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOrg(t, tt.cfg)
			o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "first@acme.example", "FederationIdentifier": "fed-1"}))
			body := newUser(t, o, nil)
			for k, v := range tt.changes {
				body[k] = v
			}
			row := o.mustFind(t, "User", o.mustInsert(t, "User", body))
			for field, want := range tt.want {
				if diff := cmp.Diff(want, row[field]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", field, diff)
				}
			}
		})
	}
}

func TestFederationIDMayIgnoreCase(t *testing.T) {
	o := newOrg(t, Config{FederationIDIgnoresCase: true})
	o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "first@acme.example", "FederationIdentifier": "fed-1"}))
	_, errs := o.Insert(Actor{}, "User", newUser(t, o, map[string]any{"FederationIdentifier": "FED-1"}))
	if len(errs) != 1 || errs[0].Code != "DUPLICATE_VALUE" {
		t.Errorf("got %v", errs)
	}
}

func TestUnknownObjectIsNotFound(t *testing.T) {
	o := newOrg(t, Config{})
	_, errs := o.Insert(Actor{}, "Whizbang", nil)
	want := bare(404, "NOT_FOUND", "The requested resource does not exist")
	if diff := cmp.Diff(want, errs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, o.Update(Actor{}, "Whizbang", o.AdminID(), nil)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, o.Delete(Actor{}, "Whizbang", o.AdminID())); diff != "" {
		t.Error(diff)
	}
}

func TestDatetimesInBodies(t *testing.T) {
	o := newOrg(t, Config{})
	want := time.Date(2026, 12, 31, 10, 30, 0, 0, time.UTC)
	for _, in := range []string{"2026-12-31T10:30:00Z", "2026-12-31T12:30:00.000+0200", "2026-12-31T10:30:00.000Z"} {
		got, errs := coerceTime(in)
		if errs != nil || !want.Equal(got.(time.Time)) {
			t.Errorf("%s: %v, %v", in, got, errs)
		}
	}
	for _, in := range []string{"soon", "2013-08-12T15:20:00+0000"} { // the second one is recorded
		_, errs := o.Insert(Actor{}, "PermissionSetAssignment", map[string]any{"ExpirationDate": in})
		if diff := cmp.Diff(bare(400, "JSON_PARSER_ERROR", `Cannot deserialize instance of datetime from VALUE_STRING value `+in), errs); diff != "" {
			t.Error(diff)
		}
	}
}
