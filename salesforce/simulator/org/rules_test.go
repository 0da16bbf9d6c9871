package org

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnOrgHoldsWhatIdentityWorkNeeds(t *testing.T) {
	prefixes := map[string]string{
		"User": "005", "UserLogin": "0Yw", "UserLicense": "100", "Profile": "00e", "UserRole": "00E", "PermissionSet": "0PS",
		"PermissionSetGroup": "0PG", "PermissionSetGroupComponent": "0PM", "PermissionSetAssignment": "0Pa", "PermissionSetLicense": "0PL",
		"PermissionSetLicenseAssign": "2LA", "PackageLicense": "050", "UserPackageLicense": "051", "Group": "00G", "GroupMember": "011",
		"QueueSobject": "03g", "CollaborationGroup": "0F9", "CollaborationGroupMember": "0FB", "Contact": "003", "Account": "001",
		"Organization": "00D", "ActiveFeatureLicenseMetric": "5FM", "LoginHistory": "0Ya", "LoginGeo": "04F", "AuthSession": "0Ak", "OauthToken": "0CQ", "SetupAuditTrail": "0Ym",
	}
	setup := func(name string) bool {
		return !slices.Contains([]string{"Account", "Contact", "CollaborationGroup", "CollaborationGroupMember", "LoginHistory", "LoginGeo", "OauthToken", "SetupAuditTrail"}, name)
	}
	check := func(o *Org, prefixes map[string]string) {
		for _, obj := range o.Objects() {
			if obj.KeyPrefix != prefixes[obj.Name] || obj.Setup != setup(obj.Name) {
				t.Errorf("%s has the prefix %s, setup %v", obj.Name, obj.KeyPrefix, obj.Setup)
			}
		}
		if len(o.Objects()) != len(prefixes) {
			t.Errorf("%d objects", len(o.Objects()))
		}
	}
	check(newOrg(t, Config{}), prefixes)
	for name, prefix := range map[string]string{"Territory2Model": "0MA", "Territory2": "0MI", "UserTerritory2Association": "0MU"} {
		prefixes[name] = prefix
	}
	check(newOrg(t, Config{Territories: true}), prefixes)
}

func TestMembershipsThatThereAreAlready(t *testing.T) {
	o := newOrg(t, Config{Territories: true})
	queue := o.idOf(t, "Group", "DeveloperName", "Support_Queue")
	model := o.mustInsert(t, "Territory2Model", map[string]any{"Name": "2026", "DeveloperName": "Y2026"})
	territory := o.mustInsert(t, "Territory2", map[string]any{"Name": "West", "DeveloperName": "West", "Territory2ModelId": model})
	chatter := o.mustInsert(t, "CollaborationGroup", map[string]any{"Name": "Everybody", "CollaborationType": "Public"})
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	unknown := one(400, "DUPLICATE_VALUE", "duplicate value found: <unknown> duplicates value on record with id: <unknown>")
	for object, body := range map[string]map[string]any{
		"QueueSobject":              {"QueueId": queue, "SobjectType": "Lead"},
		"CollaborationGroupMember":  {"CollaborationGroupId": chatter, "MemberId": user},
		"UserTerritory2Association": {"Territory2Id": territory, "UserId": user, "RoleInTerritory2": "Owner"},
	} {
		o.mustInsert(t, object, body)
		if _, errs := o.Insert(Actor{}, object, body); !cmp.Equal(unknown, errs) {
			t.Errorf("%s: %v", object, errs)
		}
	}
	if row := o.mustFind(t, "CollaborationGroup", chatter); row["MemberCount"] != int64(2) {
		t.Errorf("%v members with the owner", row["MemberCount"])
	}
	owner, _ := o.s.table("CollaborationGroupMember").first("MemberId", o.AdminID())
	if errs := o.Delete(Actor{}, "CollaborationGroupMember", owner.ID()); errs == nil {
		t.Error("the owner left his group")
	}
	if _, errs := o.Insert(Actor{}, "QueueSobject", map[string]any{"QueueId": o.idOf(t, "Group", "DeveloperName", "All_Sales"), "SobjectType": "Case"}); errs == nil {
		t.Error("a public group owns records as a queue does")
	}
	if errs := o.Delete(Actor{}, "Territory2Model", model); errs != nil {
		t.Fatal(errs)
	}
	if ids(o, "UserTerritory2Association") != nil {
		t.Error("a territory's members outlived it")
	}
	o.verifyIndexes(t)
}

func TestStatesAndCountriesFromAList(t *testing.T) {
	o := newOrg(t, Config{StateCountryPicklists: true})
	base := o.mustInsert(t, "User", newUser(t, o, map[string]any{"CountryCode": "US", "StateCode": "CA"}))
	for name, tt := range map[string]struct {
		change map[string]any
		want   map[string]any
		errs   Errors
	}{
		"codes bring names":             {map[string]any{"CountryCode": "CA", "StateCode": "QC"}, map[string]any{"Country": "Canada", "State": "Quebec"}, nil},
		"names bring codes":             {map[string]any{"Country": "canada", "State": "Ontario"}, map[string]any{"CountryCode": "CA", "StateCode": "ON", "Country": "Canada"}, nil},
		"a code given as a name":        {map[string]any{"State": "TX"}, map[string]any{"StateCode": "TX", "State": "Texas"}, nil},
		"a name taken away takes code":  {map[string]any{"State": nil}, map[string]any{"StateCode": nil}, nil},
		"a country taken from a state":  {map[string]any{"Country": nil}, nil, one(400, "FIELD_INTEGRITY_EXCEPTION", "A country/territory must be specified before specifying a state value for field: State/Province", "State")},
		"a state of another country":    {map[string]any{"StateCode": "QC"}, nil, one(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "State/Province Code: bad value for restricted picklist field: QC", "StateCode")},
		"a country that is none":        {map[string]any{"Country": "Atlantis"}, nil, one(400, "FIELD_INTEGRITY_EXCEPTION", "There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid countries.", "Country")},
		"a state that is none":          {map[string]any{"State": "Atlantis"}, nil, one(400, "FIELD_INTEGRITY_EXCEPTION", "There's a problem with this state, even though it may appear correct. Please select a state from the list of valid states.", "State")},
		"the state stays behind":        {map[string]any{"CountryCode": "CA"}, nil, one(400, "FIELD_INTEGRITY_EXCEPTION", "There's a problem with this state, even though it may appear correct. Please select a state from the list of valid states.", "State")},
		"both taken away":               {map[string]any{"CountryCode": nil, "StateCode": nil}, map[string]any{"Country": nil, "State": nil}, nil},
		"another field touches neither": {map[string]any{"City": "x"}, map[string]any{"State": "California"}, nil},
	} {
		_ = o.Transaction(func(tx *Org) error {
			if diff := cmp.Diff(tt.errs, tx.Update(Actor{}, "User", base, tt.change)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			row, _ := tx.Find("User", base)
			for field, want := range tt.want {
				if row[field] != want {
					t.Errorf("%s: %s is %v", name, field, row[field])
				}
			}
			return errBack
		})
	}
	user, _ := o.Object("User")
	i, _ := user.FieldIndex("StateCode")
	if f := user.Fields[i]; f.ControllerName != "CountryCode" || !f.Picklist[0].appliesTo(0) || f.Picklist[0].appliesTo(1) || f.Picklist[0].appliesTo(-1) {
		t.Error("StateCode does not depend on CountryCode")
	}
}

func TestOtherRulesOfUsers(t *testing.T) {
	o := newOrg(t, Config{EmailDomains: []string{"acme.example"}})
	want := one(400, "FIELD_INTEGRITY_EXCEPTION", "Invalid Email Address: Must be in domain(s) acme.example: Email", "Email")
	if _, errs := o.Insert(Actor{}, "User", newUser(t, o, map[string]any{"Email": "mona@louvre.example"})); !cmp.Equal(want, errs) {
		t.Errorf("an address of another domain: %v", errs)
	}
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	o.mustUpdate(t, "User", user, map[string]any{"IsActive": false})
	o.mustUpdate(t, "User", user, map[string]any{"Email": "new@acme.example"})
	if _, waits := o.PendingEmail(user); waits || o.mustFind(t, "User", user)["Email"] != "mona.lisa@acme.example" {
		t.Error("the address of an inactive user changes")
	}
	robot := o.idOf(t, "User", "Username", "autoproc@"+strings.ToLower(id15(o.ID())))
	if errs := o.Update(Actor{o.AdminID()}, "User", robot, map[string]any{"Title": "x"}); len(errs) != 1 || errs[0].Code != "INSUFFICIENT_ACCESS_OR_READONLY" {
		t.Errorf("the automated process: %v", errs)
	}
	self := one(400, "FIELD_INTEGRITY_EXCEPTION", "You cannot deactivate your own user", "IsActive")
	if diff := cmp.Diff(self, o.Update(Actor{o.AdminID()[:15]}, "User", o.AdminID(), map[string]any{"IsActive": false})); diff != "" {
		t.Errorf("himself (-want +got):\n%s", diff)
	}
	blocker, ok := DeactivationBlocker("case")
	other := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "other@acme.example"}))
	o.RefuseDeactivation(other, blocker)
	want = one(400, "FIELD_INTEGRITY_EXCEPTION", "You cannot deactivate a user who is the default owner of cases")
	if diff := cmp.Diff(want, o.Update(Actor{}, "User", other, map[string]any{"IsActive": false})); diff != "" || !ok {
		t.Errorf("the default owner of cases (-want +got):\n%s", diff)
	}
	if _, ok := DeactivationBlocker("nothing"); ok {
		t.Error("a blocker of no kind")
	}
}
