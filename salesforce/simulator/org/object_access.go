package org

// profileObject declares Profile, which decides a user's licence and UserType.
func profileObject() *Object {
	fields := []Field{
		idField("Profile ID"),
		fld("Name", "Name", "string", 255, "fsgNi"),
	}
	fields = append(fields, permissionFields("Permissions", "u")...)
	fields = append(fields,
		ref("UserLicenseId", "User License ID", "UserLicense", "", "UserLicense"),
		pick("UserType", "User Type", 40, "np", userTypes()),
		flagField("IsSsoEnabled", "Is SSO Enabled", false, ""),
		fld("Description", "Description", "string", 255, "unfsg"),
		fld("LastViewedDate", "Last Viewed Date", "datetime", 0, "nfs"),
		fld("LastReferencedDate", "Last Referenced Date", "datetime", 0, "nfs"),
	)
	return &Object{
		Name: "Profile", Label: "Profile", LabelPlural: "Profile", KeyPrefix: "00e",
		Updateable: true, Deletable: true, Queryable: true, Setup: true, Replicateable: true, Searchable: true,
		needs: needs{read: internalUser, edit: managePermissionSets, remove: managePermissionSets}, Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "User", Field: "ProfileId", Name: "Users"},
			{ChildObject: "PermissionSet", Field: "ProfileId", CascadeDelete: true},
		},
		rules: profileRules(),
	}
}

// userRoleObject declares UserRole, a tree by ParentRoleId. It has no
// CreatedDate.
func userRoleObject() *Object {
	access := []string{"None", "Read", "Edit"}
	return &Object{
		Name: "UserRole", Label: "Role", LabelPlural: "Role", KeyPrefix: "00E",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Setup: true, Replicateable: true, Searchable: true,
		needs: needs{read: viewRoles | manageRoles, create: manageRoles, edit: manageRoles, remove: manageRoles},
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
		// Create only: a permission set keeps its licence.
		ref("LicenseId", "License ID", "License", "cn", "PermissionSetLicense", "UserLicense"),
		ref("ProfileId", "Profile ID", "Profile", "n", "Profile"),
		flagField("IsOwnedByProfile", "Is Owned By Profile", false, "s"),
		flagField("IsCustom", "Custom Permission Set", true, "s"),
	}
	fields = append(fields, permissionFields("Permissions", "cu")...)
	fields = append(fields,
		fld("Description", "Description", "string", 255, "cunfsg"),
		fld("NamespacePrefix", "Namespace Prefix", "string", 15, "nfsg"),
		flagField("HasActivationRequired", "Session Activation Required", false, "cus"),
		// unverified: PermissionSet.PermissionSetGroupId, the way back from a set of the type Group
		ref("PermissionSetGroupId", "Permission Set Group ID", "PermissionSetGroup", "n", "PermissionSetGroup"),
		defaulted(pick("Type", "Permission Set Type", 255, "np",
			// unverified: the values of PermissionSet.Type
			[]string{"Regular", "Standard", "Session", "Profile", "Group"}), "Regular"),
	)
	return &Object{
		Name: "PermissionSet", Label: "Permission Set", LabelPlural: "Permission Sets", KeyPrefix: "0PS",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Setup: true, Searchable: true,
		needs: needs{
			read:   viewSetup | assignPermissionSets | manageSessionActivations | managePermissionSets,
			create: managePermissionSets, edit: managePermissionSets, remove: managePermissionSets,
		},
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
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Setup: true,
		needs: needs{
			read:   viewSetup | assignPermissionSets | manageUsers,
			create: assignPermissionSets, edit: assignPermissionSets, remove: assignPermissionSets, reach: "AssigneeId",
		},
		Fields: []Field{
			idField("PermissionSetAssignment ID"),
			ref("PermissionSetId", "PermissionSet ID", "PermissionSet", "cn", "PermissionSet"),
			ref("PermissionSetGroupId", "Permission Set Group ID", "PermissionSetGroup", "cn", "PermissionSetGroup"),
			ref("AssigneeId", "Assignee ID", "Assignee", "c", "User"),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
			fld("ExpirationDate", "Expiration Date", "datetime", 0, "cunfs"),
			derived(flagField("IsActive", "Is Active", false, "s"), func(r Record) any {
				// The reference gives only the default, false.
				// unverified: that an assignment is active until it expires
				return !expired(r)
			}),
			flagField("IsRevoked", "Is Revoked", false, "us"),
			ref("LastCreatedByChangeId", "Last Created By Change ID", "", "n", "UserAccessChange"),
			ref("LastDeletedByChangeId", "Last Deleted By Change ID", "", "n", "UserAccessChange"),
		},
		rules: assignmentRules(),
	}
}

// permissionSetGroupObject declares PermissionSetGroup.
func permissionSetGroupObject(keys picklists) *Object {
	developerName := fld("DeveloperName", "API Name", "string", 80, "cufsgNi")
	developerName.seenBy = viewDeveloperName | viewSetup
	fields := []Field{
		idField("Permission Set Group ID"),
		developerName,
		defaulted(pick("Language", "Master Language", 40, "cup", keys["LanguageLocaleKey"]), "en_US"),
		fld("MasterLabel", "Label", "string", 80, "cufsgi"),
		fld("NamespacePrefix", "Namespace Prefix", "string", 15, "nfsg"),
		fld("Description", "Description", "textarea", 255, "cunfsg"),
		// unverified: the values of PermissionSetGroup.Status
		defaulted(pick("Status", "Status", 255, "cup", []string{"Updated", "Outdated", "Updating", "Failed"}), "Updated"),
		flagField("HasActivationRequired", "Session Activation Required", false, "cus"),
		flagField("IsDeleted", "Deleted", false, "s"),
	}
	return &Object{
		Name: "PermissionSetGroup", Label: "Permission Set Group", LabelPlural: "Permission Set Groups", KeyPrefix: "0PG",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Setup: true,
		needs: needs{
			read:   viewSetup | manageSessionActivations | assignPermissionSets,
			create: managePermissionSets, edit: managePermissionSets, remove: managePermissionSets,
		},
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "PermissionSetAssignment", Field: "PermissionSetGroupId", Name: "Assignments"},
			{ChildObject: "PermissionSetGroupComponent", Field: "PermissionSetGroupId", Name: "PermissionSetGroupComponents", CascadeDelete: true},
		},
		rules: permissionSetGroupRules(),
	}
}

// permissionSetGroupComponentObject declares which sets are in which group.
// unverified: the key prefix 0PM of PermissionSetGroupComponent.
func permissionSetGroupComponentObject() *Object {
	fields := []Field{
		idField("Permission Set Group Component ID"),
		ref("PermissionSetGroupId", "Permission Set Group ID", "PermissionSetGroup", "c", "PermissionSetGroup"),
		ref("PermissionSetId", "Permission Set ID", "PermissionSet", "c", "PermissionSet"),
		flagField("IsDeleted", "Deleted", false, "s"),
	}
	return &Object{
		Name: "PermissionSetGroupComponent", Label: "Permission Set Group Component",
		LabelPlural: "Permission Set Group Components", KeyPrefix: "0PM",
		Createable: true, Deletable: true, Queryable: true, Setup: true,
		needs:  needs{read: viewSetup, create: managePermissionSets, remove: managePermissionSets},
		Fields: append(fields, auditFields()...),
		rules:  componentRules(),
	}
}
