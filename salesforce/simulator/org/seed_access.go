package org

import "time"

// seedProfiles makes licences, profiles and the permission set that shadows
// each profile; it gives the profiles' ids by name.
func (s *store) seedProfiles(born time.Time) map[string]string {
	licences := map[string]string{}
	for _, l := range []struct{ name, key string }{
		{"Salesforce", "SFDC"},
		{"Salesforce Platform", "AUL"},
		{"Chatter Free", "CSN_User"},
		{"Chatter External", "CSN_External_User"},
		{"Identity", "PID_Identity_User"},
		{"Customer Community", "PID_Customer_Community"},
		{"Customer Community Plus", "PID_Customer_Community_Plus"},
		{"Partner Community", "PID_Partner_Community"},
		{"Cloud Integration User", "CLOUD_INTEGRATION_USER"},
	} {
		licences[l.name] = s.make("UserLicense", born, map[string]any{
			"Name": l.name, "MasterLabel": l.name, "LicenseDefinitionKey": l.key, "Status": "Active",
			"TotalLicenses": int64(s.cfg.seats(l.name, l.key)),
		})
	}
	profiles := map[string]string{}
	// unverified: which system permissions the standard profiles hold, beyond API Enabled and those of an administrator
	everything := ^(apiUserOnly | internalUser)
	for _, p := range []struct {
		name, licence, kind string
		may                 permission
	}{
		{"System Administrator", "Salesforce", "Standard", everything},
		{"Standard User", "Salesforce", "Standard", apiEnabled | viewSetup | viewRoles},
		{"Read Only", "Salesforce", "Standard", apiEnabled | viewSetup | viewRoles},
		{"Marketing User", "Salesforce", "Standard", apiEnabled | viewSetup | viewRoles},
		{"Contract Manager", "Salesforce", "Standard", apiEnabled | viewSetup | viewRoles},
		{"Solution Manager", "Salesforce", "Standard", apiEnabled | viewSetup | viewRoles},
		{"Minimum Access - Salesforce", "Salesforce", "Standard", 0},
		{"Standard Platform User", "Salesforce Platform", "Standard", apiEnabled | viewSetup | viewRoles},
		{"Identity User", "Identity", "Standard", 0},
		{"Chatter Free User", "Chatter Free", "CsnOnly", 0},
		{"Chatter External User", "Chatter External", "CsnOnly", 0},
		{"Customer Community User", "Customer Community", "CspLitePortal", 0},
		{"Customer Community Plus User", "Customer Community Plus", "PowerCustomerSuccess", 0},
		{"Partner Community User", "Partner Community", "PowerPartner", 0},
		{"Cloud Integration User", "Cloud Integration User", "CloudIntegrationUser", apiEnabled},
	} {
		permissions := map[string]any{}
		for _, name := range permissionNames(p.may) {
			permissions[name] = true
		}
		fields := map[string]any{"Name": p.name, "UserLicenseId": licences[p.licence], "UserType": p.kind}
		for name, v := range permissions {
			fields[name] = v
		}
		id := s.make("Profile", born, fields)
		profiles[p.name] = id
		// A shadow set is named after its profile by an id (seen as X00e...).
		shadow := map[string]any{
			"Name": "X" + id, "Label": id, "ProfileId": id, "IsOwnedByProfile": true, "IsCustom": false,
			"Type": "Profile", "LicenseId": licences[p.licence],
		}
		for name, v := range permissions {
			shadow[name] = v
		}
		s.make("PermissionSet", born, shadow)
	}
	return profiles
}

// seats is the number of seats of a licence: as configured, else enough.
func (c Config) seats(name, key string) int {
	if n, ok := c.LicenseSeats[name]; ok {
		return n
	}
	if n, ok := c.LicenseSeats[key]; ok {
		return n
	}
	return c.Users*2 + 50
}

// seedRoles makes the tree of roles, each with its two groups, and gives the
// roles' ids by name.
func (s *store) seedRoles(born time.Time) map[string]string {
	ids := map[string]string{}
	for _, r := range []struct{ name, parent string }{
		{"CEO", ""},
		{"SVP, Sales & Marketing", "CEO"},
		{"VP, North American Sales", "SVP, Sales & Marketing"},
		{"Director, Direct Sales", "VP, North American Sales"},
		{"Eastern Sales Team", "Director, Direct Sales"},
		{"Western Sales Team", "Director, Direct Sales"},
		{"VP, Marketing", "SVP, Sales & Marketing"},
		{"Marketing Team", "VP, Marketing"},
		{"SVP, Customer Service & Support", "CEO"},
		{"Customer Support, North America", "SVP, Customer Service & Support"},
		{"SVP, Human Resources", "CEO"},
		{"CFO", "CEO"},
	} {
		fields := map[string]any{"Name": r.name, "DeveloperName": developerName(r.name), "RollupDescription": r.name}
		if r.parent != "" {
			fields["ParentRoleId"] = ids[r.parent]
		}
		ids[r.name] = s.make("UserRole", born, fields)
		s.groupsOfRole(born, ids[r.name], developerName(r.name))
	}
	return ids
}

// seedAccess makes what users are given besides their profile.
func (s *store) seedAccess(born time.Time) {
	sets := map[string]string{}
	for _, p := range []struct{ name, label, description string }{
		{"Sales_Console", "Sales Console", "Works opportunities in the sales console"},
		{"Service_Agent", "Service Agent", "Answers cases in the service console"},
		{"Report_Builder", "Report Builder", "Makes and shares reports and dashboards"},
		{"Campaign_Editor", "Campaign Editor", "Edits campaigns and their members"},
		{"API_Access", "API Access", "May use the API"},
		{"Knowledge_Author", "Knowledge Author", "Writes and publishes articles"},
	} {
		sets[p.name] = s.make("PermissionSet", born, map[string]any{
			"Name": p.name, "Label": p.label, "Description": p.description, "PermissionsApiEnabled": p.name == "API_Access",
		})
	}
	bundle := s.make("PermissionSetGroup", born, map[string]any{"DeveloperName": "Sales_Team_Access", "MasterLabel": "Sales Team Access"})
	s.shadowGroup(born, bundle, "Sales_Team_Access", "Sales Team Access")
	for _, name := range []string{"Sales_Console", "Report_Builder"} {
		s.make("PermissionSetGroupComponent", born, map[string]any{"PermissionSetGroupId": bundle, "PermissionSetId": sets[name]})
	}
	for _, g := range []struct{ name, developerName, kind string }{
		{"", "AllInternalUsers", "Organization"},
		{"All Sales", "All_Sales", "Regular"},
		{"Support Tier 1", "Support_Tier_1", "Regular"},
		{"Launch Team", "Launch_Team", "Regular"},
		{"Support Queue", "Support_Queue", "Queue"},
	} {
		fields := map[string]any{"DeveloperName": g.developerName, "Type": g.kind, "OwnerId": s.adminID}
		if g.name != "" {
			fields["Name"] = g.name
		}
		s.make("Group", born, fields)
	}
}
