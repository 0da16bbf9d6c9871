package org

// profileObject declares Profile, which decides a user's licence and UserType.
func profileObject() *Object {
	fields := []Field{
		idField("Profile ID"),
		fld("Name", "Name", "string", 255, "fsgNi"),
		flagField("PermissionsApiEnabled", "API Enabled", false, ""),
		flagField("PermissionsManageUsers", "Manage Users", false, ""),
		flagField("PermissionsModifyAllData", "Modify All Data", false, ""),
		flagField("PermissionsViewSetup", "View Setup and Configuration", false, ""),
		flagField("PermissionsAssignPermissionSets", "Assign Permission Sets", false, ""),
		ref("UserLicenseId", "User License ID", "UserLicense", "", "UserLicense"),
		pick("UserType", "User Type", 40, "np", userTypes()),
		flagField("IsSsoEnabled", "Is SSO Enabled", false, ""),
		fld("Description", "Description", "string", 255, "unfsg"),
		fld("LastViewedDate", "Last Viewed Date", "datetime", 0, "nfs"),
		fld("LastReferencedDate", "Last Referenced Date", "datetime", 0, "nfs"),
	}
	return &Object{
		Name: "Profile", Label: "Profile", LabelPlural: "Profile", KeyPrefix: "00e",
		Updateable: true, Queryable: true, Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "User", Field: "ProfileId", Name: "Users"},
			{ChildObject: "PermissionSet", Field: "ProfileId"},
		},
	}
}

// userRoleObject declares UserRole, a tree by ParentRoleId. It has no
// CreatedDate.
func userRoleObject() *Object {
	access := []string{"None", "Read", "Edit"}
	return &Object{
		Name: "UserRole", Label: "Role", LabelPlural: "Role", KeyPrefix: "00E",
		Createable: true, Updateable: true, Deletable: true, Queryable: true,
		Fields: []Field{
			idField("Role ID"),
			fld("Name", "Name", "string", 80, "cufsgNi"),
			ref("ParentRoleId", "Parent Role ID", "", "cun", "UserRole"),
			fld("RollupDescription", "Description", "string", 80, "cunfsg"),
			defaulted(pick("OpportunityAccessForAccountOwner", "Opportunity Access Level for Account Owner", 40, "cup", access), "Edit"),
			defaulted(pick("CaseAccessForAccountOwner", "Case Access Level for Account Owner", 40, "cunp", access), "Edit"),
			defaulted(pick("ContactAccessForAccountOwner", "Contact Access Level for Account Owner", 40, "cunp", access), "Edit"),
			ref("ForecastUserId", "User ID", "", "cun", "User"),
			flagField("MayForecastManagerShare", "May Forecast Manager Share", false, ""),
			fld("LastModifiedDate", "Last Modified Date", "datetime", 0, "dfs"),
			ref("LastModifiedById", "Last Modified By ID", "LastModifiedBy", "d", "User"),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
			fld("DeveloperName", "Developer Name", "string", 80, "cunfsgi"),
			ref("PortalAccountId", "Account ID", "", "n", "Account"),
			defaulted(pick("PortalType", "Portal Type", 40, "np", []string{"None", "CustomerPortal", "Partner"}), "None"),
			pick("PortalRole", "Portal Role", 40, "np", []string{"Executive", "Manager", "Worker", "PersonAccount"}),
			ref("PortalAccountOwnerId", "User ID", "", "n", "User"),
		},
		ChildRelationships: []ChildRelationship{
			{ChildObject: "User", Field: "UserRoleId", Name: "Users"},
			{ChildObject: "Group", Field: "RelatedId", Name: "Groups", CascadeDelete: true},
		},
		rules: roleRules(),
	}
}

// permissionSetObject declares PermissionSet, those that shadow a profile or a
// permission set group included.
func permissionSetObject() *Object {
	fields := []Field{
		idField("PermissionSet ID"),
		fld("Name", "Permission Set Name", "string", 80, "cufsgNi"),
		fld("Label", "Permission Set Label", "string", 80, "cufsgi"),
		ref("LicenseId", "License ID", "License", "cn", "PermissionSetLicense", "UserLicense"),
		ref("ProfileId", "Profile ID", "Profile", "n", "Profile"),
		flagField("IsOwnedByProfile", "Is Owned By Profile", false, "s"),
		flagField("IsCustom", "Custom Permission Set", true, "s"),
		flagField("PermissionsApiEnabled", "API Enabled", false, "cu"),
		flagField("PermissionsManageUsers", "Manage Users", false, "cu"),
		flagField("PermissionsModifyAllData", "Modify All Data", false, "cu"),
		flagField("PermissionsViewSetup", "View Setup and Configuration", false, "cu"),
		flagField("PermissionsAssignPermissionSets", "Assign Permission Sets", false, "cu"),
		fld("Description", "Description", "string", 255, "cunfsg"),
		fld("NamespacePrefix", "Namespace Prefix", "string", 15, "nfsg"),
		flagField("HasActivationRequired", "Session Activation Required", false, "cus"),
		ref("PermissionSetGroupId", "Permission Set Group ID", "PermissionSetGroup", "n", "PermissionSetGroup"),
		defaulted(pick("Type", "Permission Set Type", 255, "np",
			[]string{"Regular", "Standard", "Session", "Profile", "Group"}), "Regular"),
	}
	return &Object{
		Name: "PermissionSet", Label: "Permission Set", LabelPlural: "Permission Sets", KeyPrefix: "0PS",
		Createable: true, Updateable: true, Deletable: true, Queryable: true,
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "PermissionSetAssignment", Field: "PermissionSetId", Name: "Assignments"},
			{ChildObject: "PermissionSetGroupComponent", Field: "PermissionSetId", Name: "PermissionSetGroupComponents", CascadeDelete: true},
		},
		rules: permissionSetRules(),
	}
}

// permissionSetAssignmentObject declares PermissionSetAssignment.
func permissionSetAssignmentObject() *Object {
	return &Object{
		Name: "PermissionSetAssignment", Label: "Permission Set Assignment",
		LabelPlural: "Permission Set Assignments", KeyPrefix: "0Pa",
		Createable: true, Updateable: true, Deletable: true, Queryable: true,
		Fields: []Field{
			idField("PermissionSetAssignment ID"),
			ref("PermissionSetId", "PermissionSet ID", "PermissionSet", "cn", "PermissionSet"),
			ref("PermissionSetGroupId", "Permission Set Group ID", "PermissionSetGroup", "cn", "PermissionSetGroup"),
			ref("AssigneeId", "Assignee ID", "Assignee", "c", "User"),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
			fld("ExpirationDate", "Expiration Date", "datetime", 0, "cunfs"),
			derived(flagField("IsActive", "Is Active", false, "s"), func(r Record) any {
				// unverified: the reference gives only the default, false; an
				// assignment is taken to be active until it expires.
				return !expired(r)
			}),
			flagField("IsRevoked", "Is Revoked", false, "us"),
		},
		rules: assignmentRules(),
	}
}

// permissionSetGroupObject declares PermissionSetGroup.
func permissionSetGroupObject(keys picklists) *Object {
	fields := []Field{
		idField("Permission Set Group ID"),
		fld("DeveloperName", "API Name", "string", 80, "cufsgNi"),
		defaulted(pick("Language", "Master Language", 40, "cup", keys["LanguageLocaleKey"]), "en_US"),
		fld("MasterLabel", "Label", "string", 80, "cufsgi"),
		fld("NamespacePrefix", "Namespace Prefix", "string", 15, "nfsg"),
		fld("Description", "Description", "textarea", 255, "cunfsg"),
		// unverified: the picklist's values.
		defaulted(pick("Status", "Status", 255, "cup", []string{"Updated", "Outdated", "Updating", "Failed"}), "Updated"),
		flagField("HasActivationRequired", "Session Activation Required", false, "cus"),
		flagField("IsDeleted", "Deleted", false, "s"),
	}
	return &Object{
		Name: "PermissionSetGroup", Label: "Permission Set Group", LabelPlural: "Permission Set Groups", KeyPrefix: "0PG",
		Createable: true, Updateable: true, Deletable: true, Queryable: true,
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "PermissionSetAssignment", Field: "PermissionSetGroupId", Name: "Assignments"},
			{ChildObject: "PermissionSetGroupComponent", Field: "PermissionSetGroupId", Name: "PermissionSetGroupComponents", CascadeDelete: true},
		},
		rules: permissionSetGroupRules(),
	}
}

// permissionSetGroupComponentObject declares which sets are in which group.
func permissionSetGroupComponentObject() *Object {
	fields := []Field{
		idField("Permission Set Group Component ID"),
		ref("PermissionSetGroupId", "Permission Set Group ID", "PermissionSetGroup", "c", "PermissionSetGroup"),
		ref("PermissionSetId", "Permission Set ID", "PermissionSet", "c", "PermissionSet"),
		flagField("IsDeleted", "Deleted", false, "s"),
	}
	return &Object{
		Name: "PermissionSetGroupComponent", Label: "Permission Set Group Component",
		LabelPlural: "Permission Set Group Components", KeyPrefix: "0PM", // unverified prefix
		Createable: true, Deletable: true, Queryable: true,
		Fields: append(fields, auditFields()...),
	}
}
