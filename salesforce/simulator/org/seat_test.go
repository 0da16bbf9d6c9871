package org

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFeatureLicencesAreCounted(t *testing.T) {
	o := newOrg(t, Config{LicenseSeats: map[string]int{"KnowledgeUser": 1, "LiveAgentUser": 5, "SupportUser": 0}})
	full := one(400, "LICENSE_LIMIT_EXCEEDED", "License Limit Exceeded")
	first := o.mustInsert(t, "User", newUser(t, o, map[string]any{"UserPermissionsKnowledgeUser": true, "UserPermissionsLiveAgentUser": "true"}))
	second := newUser(t, o, map[string]any{"Username": "second@acme.example", "UserPermissionsKnowledgeUser": true})
	if _, errs := o.Insert(Actor{}, "User", second); !cmp.Equal(full, errs) {
		t.Errorf("beyond the last seat: %v", errs)
	}
	metric := o.idOf(t, "ActiveFeatureLicenseMetric", "FeatureType", "KnowledgeUser")
	if row := o.mustFind(t, "ActiveFeatureLicenseMetric", metric); row["AssignedUserCount"] != int64(1) || row["TotalLicenseCount"] != int64(1) {
		t.Errorf("counted %v of %v", row["AssignedUserCount"], row["TotalLicenseCount"])
	}
	second["IsActive"] = false
	other := o.mustInsert(t, "User", second) // an inactive user needs none
	on := map[string]any{"IsActive": true}
	if errs := o.Update(Actor{}, "User", other, on); !cmp.Equal(full, errs) {
		t.Errorf("switched on: %v", errs)
	}
	o.mustUpdate(t, "User", first, map[string]any{"IsActive": false})
	o.mustUpdate(t, "User", other, on)
	o.mustUpdate(t, "User", other, map[string]any{"UserPermissionsKnowledgeUser": true, "Title": "x"}) // has it already
	want := bare(400, "INVALID_FIELD", "No such column 'UserPermissionsSiteforcePublisherUser' on sobject of type User")
	if diff := cmp.Diff(want, o.Update(Actor{}, "User", other, map[string]any{"UserPermissionsSiteforcePublisherUser": false})); diff != "" {
		t.Errorf("a feature that the org does not own (-want +got):\n%s", diff)
	}
	if errs := o.Update(Actor{}, "User", other, map[string]any{"UserPermissionsSupportUser": true}); len(errs) != 1 || errs[0].Code != "INVALID_FIELD" {
		t.Errorf("a feature that the org gave up: %v", errs)
	}
	o.verifyIndexes(t)
}

func TestPermissionSetLicences(t *testing.T) {
	o := newOrg(t, Config{LicenseSeats: map[string]int{"CRMUserPsl": 1}})
	licence := o.idOf(t, "PermissionSetLicense", "DeveloperName", "CRMUserPsl")
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	body := map[string]any{"AssigneeId": user, "PermissionSetLicenseId": licence}
	seat := o.mustInsert(t, "PermissionSetLicenseAssign", body)
	want := one(400, "DUPLICATE_VALUE", "duplicate value found: <unknown> duplicates value on record with id: <unknown>")
	if _, errs := o.Insert(Actor{}, "PermissionSetLicenseAssign", body); !cmp.Equal(want, errs) {
		t.Errorf("twice: %v", errs)
	}
	body["AssigneeId"] = o.AdminID()
	if _, errs := o.Insert(Actor{}, "PermissionSetLicenseAssign", body); len(errs) != 1 || errs[0].Code != "LICENSE_LIMIT_EXCEEDED" {
		t.Errorf("beyond the last seat: %v", errs)
	}
	if errs := o.Update(Actor{}, "PermissionSetLicenseAssign", seat, body); errs == nil {
		t.Error("an assignment was changed")
	}
	set := o.mustInsert(t, "PermissionSet", map[string]any{"Name": "Crm", "Label": "Crm", "LicenseId": licence, "PermissionsApiEnabled": true})
	held := o.mustInsert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": user, "PermissionSetId": set})
	if errs := o.Delete(Actor{}, "PermissionSetLicenseAssign", seat); len(errs) != 1 || errs[0].Code != "FIELD_INTEGRITY_EXCEPTION" {
		t.Errorf("taken away while a permission set needs it: %v", errs)
	}
	o.mustUpdate(t, "User", user, map[string]any{"IsActive": false})
	if used := o.mustFind(t, "PermissionSetLicense", licence)["UsedLicenses"]; used != int64(1) {
		t.Errorf("%v seats used by an inactive user", used)
	}
	if _, ok := o.Find("PermissionSetAssignment", held); !ok {
		t.Error("deactivation took a permission set away")
	}
	if errs := o.Delete(Actor{}, "PermissionSetAssignment", held); errs != nil {
		t.Fatal(errs)
	}
	if errs := o.Delete(Actor{}, "PermissionSetLicenseAssign", seat); errs != nil {
		t.Fatal(errs)
	}
	o.verifyIndexes(t)
}

func TestAPermissionSetBringsItsLicence(t *testing.T) {
	o := newOrg(t, Config{LicenseSeats: map[string]int{"CRMUserPsl": 1}})
	licence := o.idOf(t, "PermissionSetLicense", "DeveloperName", "CRMUserPsl")
	set := o.mustInsert(t, "PermissionSet", map[string]any{"Name": "Crm", "Label": "Crm", "LicenseId": licence})
	group := o.mustInsert(t, "PermissionSetGroup", map[string]any{"DeveloperName": "Desk", "MasterLabel": "Desk"})
	o.mustInsert(t, "PermissionSetGroupComponent", map[string]any{"PermissionSetGroupId": group, "PermissionSetId": set})
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	o.mustInsert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": user, "PermissionSetGroupId": group})
	if !o.s.holdsLicence(user, licence) {
		t.Error("the licence did not come with the group")
	}
	other := o.mustInsert(t, "User", newUser(t, o, map[string]any{"Username": "other@acme.example"}))
	_, errs := o.Insert(Actor{}, "PermissionSetAssignment", map[string]any{"AssigneeId": other, "PermissionSetGroupId": group})
	if len(errs) != 2 || errs[0].Code != "LICENSE_LIMIT_EXCEEDED" || errs[1].Code != "FIELD_INTEGRITY_EXCEPTION" {
		t.Errorf("a group without a seat left answers two errors: %v", errs)
	}
	_, errs = o.Insert(Actor{}, "PermissionSetAssignment", map[string]any{"AssigneeId": other, "PermissionSetId": set})
	if len(errs) != 1 || errs[0].Code != "LICENSE_LIMIT_EXCEEDED" {
		t.Errorf("a set without a seat left: %v", errs)
	}
	o.verifyIndexes(t)
}

func TestALicenceDoesNotAllowEveryPermission(t *testing.T) {
	o := newOrg(t, Config{})
	chatter := o.mustInsert(t, "User", newUser(t, o, map[string]any{"ProfileId": o.idOf(t, "Profile", "Name", "Chatter Free User")}))
	set := o.mustInsert(t, "PermissionSet", map[string]any{"Name": "Api", "Label": "FeatureB User", "PermissionsApiEnabled": true})
	want := one(400, "FIELD_INTEGRITY_EXCEPTION",
		"Can't assign permission set FeatureB User to user Mona Lisa. The user license doesn't allow the permission: API Enabled")
	if _, errs := o.Insert(Actor{}, "PermissionSetAssignment", map[string]any{"AssigneeId": chatter, "PermissionSetId": set}); !cmp.Equal(want, errs) {
		t.Errorf("assigned: %v", errs)
	}
	want = one(400, "FIELD_INTEGRITY_EXCEPTION", "The user license doesn't allow the permission: Modify All Data")
	_, errs := o.Insert(Actor{}, "PermissionSet", map[string]any{
		"Name": "Power", "Label": "Power", "PermissionsModifyAllData": true, "LicenseId": o.idOf(t, "UserLicense", "LicenseDefinitionKey", "AUL"),
	})
	if diff := cmp.Diff(want, errs); diff != "" {
		t.Errorf("put into a set of a licence (-want +got):\n%s", diff)
	}
	integration := o.idOf(t, "PermissionSetLicense", "DeveloperName", "SalesforceAPIIntegrationPsl")
	more := o.mustInsert(t, "PermissionSet", map[string]any{"Name": "More", "Label": "More", "PermissionsApiEnabled": true, "LicenseId": integration})
	o.mustInsert(t, "PermissionSetAssignment", map[string]any{"AssigneeId": chatter, "PermissionSetId": more})
	if !o.MayUseAPI(chatter) {
		t.Error("a permission set licence allows what the user licence does not")
	}
}

func TestPackageLicences(t *testing.T) {
	o := newOrg(t, Config{LicenseSeats: map[string]int{"acmedocs": 1}})
	docs := o.idOf(t, "PackageLicense", "NamespacePrefix", "acmedocs")
	site := o.idOf(t, "PackageLicense", "NamespacePrefix", "acmesite")
	user := o.mustInsert(t, "User", newUser(t, o, nil))
	o.mustInsert(t, "UserPackageLicense", map[string]any{"UserId": user, "PackageLicenseId": docs})
	for name, tt := range map[string]struct {
		user, licence, code string
	}{
		"twice":                {user, docs, "DUPLICATE_VALUE"},
		"beyond the last seat": {o.AdminID(), docs, "LICENSE_LIMIT_EXCEEDED"},
		"of a site licence":    {user, site, "FIELD_INTEGRITY_EXCEPTION"},
		"of another object":    {user, user, "MALFORMED_ID"},
	} {
		_, errs := o.Insert(Actor{}, "UserPackageLicense", map[string]any{"UserId": tt.user, "PackageLicenseId": tt.licence})
		if len(errs) != 1 || errs[0].Code != tt.code {
			t.Errorf("%s: %v", name, errs)
		}
	}
	if row := o.mustFind(t, "PackageLicense", docs); row["UsedLicenses"] != int64(1) || row["AllowedLicenses"] != int64(1) {
		t.Errorf("%v of %v", row["UsedLicenses"], row["AllowedLicenses"])
	}
	if o.mustFind(t, "PackageLicense", site)["AllowedLicenses"] != int64(-1) {
		t.Error("a site licence allows everybody")
	}
	o.verifyIndexes(t)
}
