package org

// permission is a set of system permissions, one bit each. Where one is asked
// for, any bit of the set will do.
type permission uint64

const (
	apiEnabled permission = 1 << iota
	apiUserOnly
	assignPermissionSets
	customizeApplication
	editSelfServiceUsers
	manageInternalUsers
	manageIPAddresses
	manageLoginAccessPolicies
	managePackageLicenses
	manageExternalUsers
	managePasswordPolicies
	managePermissionSets
	manageRoles
	manageSessionActivations
	manageSharing
	manageTerritories
	manageUsers
	modifyAllData
	resetPasswords
	viewAllData
	viewAllUsers
	viewDeveloperName
	viewRoles
	viewSetup

	// internalUser is no permission but what the user's UserType makes him.
	internalUser

	anyUserManager = manageUsers | manageInternalUsers | manageExternalUsers
)

// systemPermission is one Permissions field of Profile and PermissionSet.
type systemPermission struct {
	bit         permission
	name, label string
}

// systemPermissions are those of the many hundreds of a real org that decide
// anything here. unverified: the API names ManagePartners, EditSelfServiceUsers,
// ManagePackageLicenses and ManageSessionPermissionSets of system permissions.
func systemPermissions() []systemPermission {
	return []systemPermission{
		{apiEnabled, "ApiEnabled", "API Enabled"},
		{apiUserOnly, "ApiUserOnly", "API Only User"},
		{assignPermissionSets, "AssignPermissionSets", "Assign Permission Sets"},
		{customizeApplication, "CustomizeApplication", "Customize Application"},
		{editSelfServiceUsers, "EditSelfServiceUsers", "Edit Self-Service Users"},
		{manageInternalUsers, "ManageInternalUsers", "Manage Internal Users"},
		{manageIPAddresses, "ManageIpAddresses", "Manage IP Addresses"},
		{manageLoginAccessPolicies, "ManageLoginAccessPolicies", "Manage Login Access Policies"},
		{managePackageLicenses, "ManagePackageLicenses", "Manage Package Licenses"},
		{manageExternalUsers, "ManagePartners", "Manage External Users"},
		{managePasswordPolicies, "ManagePasswordPolicies", "Manage Password Policies"},
		{managePermissionSets, "ManageProfilesPermissionsets", "Manage Profiles and Permission Sets"},
		{manageRoles, "ManageRoles", "Manage Roles"},
		{manageSessionActivations, "ManageSessionPermissionSets", "Manage Session Permission Set Activations"},
		{manageSharing, "ManageSharing", "Manage Sharing"},
		{manageTerritories, "ManageTerritories", "Manage Territories"},
		{manageUsers, "ManageUsers", "Manage Users"},
		{modifyAllData, "ModifyAllData", "Modify All Data"},
		{resetPasswords, "ResetPasswords", "Reset User Passwords and Unlock Users"},
		{viewAllData, "ViewAllData", "View All Data"},
		{viewAllUsers, "ViewAllUsers", "View All Users"},
		{viewDeveloperName, "ViewDeveloperName", "View DeveloperName"},
		{viewRoles, "ViewRoles", "View Roles and Role Hierarchy"},
		{viewSetup, "ViewSetup", "View Setup and Configuration"},
	}
}

// permissionFields declares a boolean for each system permission; prefix is
// "Permissions", or "MaximumPermissions" on licences.
func permissionFields(prefix, flags string) []Field {
	all := systemPermissions()
	fields := make([]Field, len(all))
	for i, p := range all {
		fields[i] = flagField(prefix+p.name, p.label, false, flags)
		if prefix == "Permissions" {
			fields[i].grants = p.bit
		}
	}
	return fields
}

// permissionNames are the field names behind a set, for seeding.
func permissionNames(of permission) []string {
	var names []string
	for _, p := range systemPermissions() {
		if p.bit&of != 0 {
			names = append(names, "Permissions"+p.name)
		}
	}
	return names
}

// implied adds the permissions that come with others, as two identity
// providers' guides list them for Manage Users.
func (p permission) implied() permission {
	if p&manageUsers != 0 {
		p |= assignPermissionSets | manageInternalUsers | manageIPAddresses | manageLoginAccessPolicies |
			managePasswordPolicies | managePermissionSets | manageRoles | manageSharing | resetPasswords |
			viewAllUsers | viewRoles | viewSetup
	}
	if p&modifyAllData != 0 {
		p |= viewAllData // unverified: that Modify All Data brings View All Data
	}
	if p&managePermissionSets != 0 {
		p |= viewSetup // unverified: that Manage Profiles and Permission Sets brings View Setup and Configuration
	}
	if p&manageRoles != 0 {
		p |= viewRoles // unverified: that Manage Roles brings View Roles and Role Hierarchy
	}
	return p
}

// allowedBy is what a user licence lets its users be given: everything with
// the full licence. unverified: what each of the smaller user licences allows.
func allowedBy(licenceKey string) permission {
	switch licenceKey {
	case "SFDC":
		return ^permission(0)
	case "AUL", "CLOUD_INTEGRATION_USER":
		return apiEnabled | apiUserOnly | viewSetup | viewRoles | viewAllUsers | viewDeveloperName | viewAllData |
			manageInternalUsers | assignPermissionSets | resetPasswords
	case "PID_Identity_User", "PID_Customer_Community", "PID_Partner_Community":
		return apiEnabled | apiUserOnly
	}
	return 0
}
