package org

import "strings"

// standardLicenses are those of every org.
// unverified: that LicenseDefinitionKey SFDC is the licence Salesforce
func standardLicenses() []License {
	return []License{
		{Name: "Salesforce", Key: "SFDC"},
		{Name: "Salesforce Platform", Key: "AUL"},
		{Name: "Chatter Free", Key: "CSN_User"},
		{Name: "Chatter External", Key: "CSN_External_User"},
		{Name: "Identity", Key: "PID_Identity_User"},
		{Name: "Customer Community", Key: "PID_Customer_Community"},
		{Name: "Customer Community Plus", Key: "PID_Customer_Community_Plus"},
		{Name: "Partner Community", Key: "PID_Partner_Community"},
		{Name: "Cloud Integration User", Key: "CLOUD_INTEGRATION_USER"},
	}
}

// standardProfiles are those of every org.
// unverified: which system permissions the standard profiles hold, beyond API Enabled and those of an administrator
func standardProfiles() []Profile {
	all := granted(^(apiUserOnly | internalUser))
	most, api := granted(apiEnabled|viewSetup|viewRoles), granted(apiEnabled)
	return []Profile{
		{Name: "System Administrator", License: "Salesforce", UserType: "Standard", Permissions: all},
		{Name: "Standard User", License: "Salesforce", UserType: "Standard", Permissions: most},
		{Name: "Read Only", License: "Salesforce", UserType: "Standard", Permissions: most},
		{Name: "Marketing User", License: "Salesforce", UserType: "Standard", Permissions: most},
		{Name: "Contract Manager", License: "Salesforce", UserType: "Standard", Permissions: most},
		{Name: "Solution Manager", License: "Salesforce", UserType: "Standard", Permissions: most},
		{Name: "Minimum Access - Salesforce", License: "Salesforce", UserType: "Standard"},
		{Name: "Standard Platform User", License: "Salesforce Platform", UserType: "Standard", Permissions: most},
		{Name: "Identity User", License: "Identity", UserType: "Standard"},
		{Name: "Chatter Free User", License: "Chatter Free", UserType: "CsnOnly"},
		{Name: "Chatter External User", License: "Chatter External", UserType: "CsnOnly"},
		{Name: "Customer Community User", License: "Customer Community", UserType: "CspLitePortal"},
		{Name: "Customer Community Plus User", License: "Customer Community Plus", UserType: "PowerCustomerSuccess"},
		{Name: "Partner Community User", License: "Partner Community", UserType: "PowerPartner"},
		{Name: "Cloud Integration User", License: "Cloud Integration User", UserType: "CloudIntegrationUser", Permissions: api},
	}
}

// granted are the names of a set of permissions, without "Permissions".
func granted(of permission) []string {
	names := permissionNames(of)
	for i := range names {
		names[i] = strings.TrimPrefix(names[i], "Permissions")
	}
	return names
}

func plausibleSetLicenses() []PermissionSetLicense {
	integration := apiEnabled | apiUserOnly | viewSetup | viewRoles | manageInternalUsers | assignPermissionSets
	return []PermissionSetLicense{
		{Name: "SalesforceAPIIntegrationPsl", Label: "Salesforce API Integration", Permissions: granted(integration)},
		{Name: "CRMUserPsl", Label: "CRM User", Permissions: granted(apiEnabled)},
		{Name: "SalesUserPsl", Label: "Sales Cloud User", Permissions: granted(apiEnabled)},
	}
}

func plausiblePackages() []PackageLicense {
	return []PackageLicense{{Namespace: "acmedocs"}, {Namespace: "acmesite", Site: true}}
}

func plausibleRoles() []Role {
	return []Role{
		{Name: "CEO"},
		{Name: "SVP, Sales & Marketing", Parent: "CEO"},
		{Name: "VP, North American Sales", Parent: "SVP, Sales & Marketing"},
		{Name: "Director, Direct Sales", Parent: "VP, North American Sales"},
		{Name: "Eastern Sales Team", Parent: "Director, Direct Sales"},
		{Name: "Western Sales Team", Parent: "Director, Direct Sales"},
		{Name: "VP, Marketing", Parent: "SVP, Sales & Marketing"},
		{Name: "Marketing Team", Parent: "VP, Marketing"},
		{Name: "SVP, Customer Service & Support", Parent: "CEO"},
		{Name: "Customer Support, North America", Parent: "SVP, Customer Service & Support"},
		{Name: "SVP, Human Resources", Parent: "CEO"},
		{Name: "CFO", Parent: "CEO"},
	}
}

func plausibleSets() []PermissionSet {
	return []PermissionSet{
		{Name: "Sales_Console", Label: "Sales Console", Description: "Works opportunities in the sales console"},
		{Name: "Service_Agent", Label: "Service Agent", Description: "Answers cases in the service console"},
		{Name: "Report_Builder", Label: "Report Builder", Description: "Makes and shares reports and dashboards"},
		{Name: "Campaign_Editor", Label: "Campaign Editor", Description: "Edits campaigns and their members"},
		{Name: "API_Access", Label: "API Access", Description: "May use the API", Permissions: []string{"ApiEnabled"}},
		{Name: "Knowledge_Author", Label: "Knowledge Author", Description: "Writes and publishes articles"},
	}
}

func plausibleSetGroups() []PermissionSetGroup {
	return []PermissionSetGroup{
		{Name: "Sales_Team_Access", Label: "Sales Team Access", PermissionSets: []string{"Sales_Console", "Report_Builder"}},
	}
}

func plausibleGroups() []Group {
	return []Group{{Name: "All Sales"}, {Name: "Support Tier 1"}, {Name: "Launch Team"}}
}

func plausibleQueues() []Queue { return []Queue{{Name: "Support Queue", Objects: []string{"Case"}}} }

// job is a plausible person's work; his role is there where the org has it.
type job struct{ title, department, role string }

func jobs() []job {
	return []job{
		{"Account Executive", "Sales", "Eastern Sales Team"},
		{"Account Executive", "Sales", "Western Sales Team"},
		{"Sales Manager", "Sales", "Director, Direct Sales"},
		{"Support Engineer", "Support", "Customer Support, North America"},
		{"Support Lead", "Support", "Customer Support, North America"},
		{"Campaign Manager", "Marketing", "Marketing Team"},
		{"Analyst", "Finance", "CFO"},
		{"Recruiter", "Human Resources", "SVP, Human Resources"},
	}
}
