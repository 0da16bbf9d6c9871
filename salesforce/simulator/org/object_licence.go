package org

// userLicenseObject declares UserLicense; its seats are counted, not stored.
// unverified: the key prefix 100 of UserLicense.
func userLicenseObject() *Object {
	return &Object{
		Name: "UserLicense", Label: "User License", LabelPlural: "User Licenses", KeyPrefix: "100",
		Queryable: true, Setup: true,
		Fields: []Field{
			idField("License ID"),
			fld("LicenseDefinitionKey", "License Def. ID", "string", 40, "fsgi"),
			defaulted(fld("TotalLicenses", "Total Licenses", "int", 0, "fsg"), int64(0)),
			pick("Status", "Status", 40, "p", []string{"Active", "Disabled"}),
			usedSeats("UsedLicenses"),
			defaulted(fld("UsedLicensesLastUpdated", "Used Licenses Last Updated", "datetime", 0, "nfs"), nil),
			fld("Name", "Name", "string", 40, "fsgNli"),
			fld("MasterLabel", "Master Label", "string", 40, "fsg"),
			defaulted(fld("MonthlyLoginsUsed", "Monthly Logins Used", "int", 0, "nfsg"), int64(0)),
			defaulted(fld("MonthlyLoginsEntitlement", "Monthly Logins Entitlement", "int", 0, "nfsg"), int64(0)),
			fld("CreatedDate", "Created Date", "datetime", 0, "dfs"),
			fld("LastModifiedDate", "Last Modified Date", "datetime", 0, "dfs"),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
		},
	}
}

// usedSeats declares a counter of the seats that are taken.
func usedSeats(name string) Field {
	return derived(fld(name, "Used Licenses", "int", 0, "fsg"), func(r Record) any {
		return int64(r.t.s.used[r.ID()])
	})
}

// activeFeatureLicenseMetricObject declares the counters of feature licences,
// the switches UserPermissions...User of a user. unverified: the key prefix 5FM
// of ActiveFeatureLicenseMetric.
func activeFeatureLicenseMetricObject() *Object {
	return &Object{
		Name: "ActiveFeatureLicenseMetric", Label: "Active Feature License Metric",
		LabelPlural: "Active Feature License Metrics", KeyPrefix: "5FM",
		Queryable: true, Setup: true, needs: needs{read: viewSetup | manageUsers},
		Fields: []Field{
			idField("Active Feature License Metric ID"),
			fld("MetricsDate", "Metrics Date", "date", 0, "fsg"),
			pick("FeatureType", "Feature Type", 40, "pi", featureNames(featureLicences())),
			derived(fld("AssignedUserCount", "Assigned User Count", "int", 0, "nfsg"), featureUsers),
			derived(fld("ActiveUserCount", "Active User Count", "int", 0, "nfsg"), featureUsers),
			defaulted(fld("TotalLicenseCount", "Total License Count", "int", 0, "nfsg"), int64(0)),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
		},
	}
}

// featureUsers counts the active users of a feature. unverified: that
// AssignedUserCount leaves inactive users out as ActiveUserCount does.
func featureUsers(r Record) any { return int64(r.t.s.used[r.text("FeatureType")]) }

// packageLicenseObject declares PackageLicense. AllowedLicenses of -1 is a site
// licence, which everybody has without an assignment.
func packageLicenseObject() *Object {
	return &Object{
		Name: "PackageLicense", Label: "Package License", LabelPlural: "Package Licenses", KeyPrefix: "050",
		Queryable: true, Setup: true, needs: needs{read: managePackageLicenses | viewSetup},
		Fields: []Field{
			idField("Package License ID"),
			pick("Status", "Status", 40, "p", []string{"Active", "Expired", "Free", "Trial"}),
			flagField("IsProvisioned", "Is Provisioned", false, "s"),
			defaulted(fld("AllowedLicenses", "Allowed Licenses", "int", 0, "fsg"), int64(0)), // unverified: that -1 is the site licence of a package
			usedSeats("UsedLicenses"),
			fld("ExpirationDate", "Expiration Date", "datetime", 0, "nfs"),
			fld("CreatedDate", "Created Date", "datetime", 0, "dfs"),
			fld("LastModifiedDate", "Last Modified Date", "datetime", 0, "dfs"),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
			fld("NamespacePrefix", "Namespace Prefix", "string", 15, "nfsgNi"),
			flagField("IsAvailableForIntegrations", "Is Available For Integrations", false, "s"),
		},
		ChildRelationships: []ChildRelationship{{ChildObject: "UserPackageLicense", Field: "PackageLicenseId"}},
	}
}

// userPackageLicenseObject declares who has a seat of a package.
func userPackageLicenseObject() *Object {
	fields := []Field{
		idField("User Package License ID"),
		ref("PackageLicenseId", "Package License ID", "PackageLicense", "c", "PackageLicense"),
		ref("UserId", "User ID", "User", "c", "User"),
		flagField("IsRevoked", "Is Revoked", false, "s"),
		ref("LastCreatedByChangeId", "Last Created By Change ID", "", "n", "UserAccessChange"),
	}
	return &Object{
		Name: "UserPackageLicense", Label: "User Package License", LabelPlural: "User Package Licenses", KeyPrefix: "051",
		Createable: true, Deletable: true, Queryable: true, Setup: true,
		needs:  needs{read: managePackageLicenses | viewSetup, create: managePackageLicenses, remove: managePackageLicenses, reach: "PackageLicenseId"},
		Fields: append(fields, auditFields()...),
		rules:  packageSeatRules(),
	}
}

// permissionSetLicenseObject declares PermissionSetLicense: what a permission
// set may hold beyond the user's own licence.
func permissionSetLicenseObject(keys picklists) *Object {
	developerName := fld("DeveloperName", "Permission Set License Developer Name", "string", 80, "fsgNi")
	developerName.seenBy = viewDeveloperName | viewSetup
	fields := []Field{
		idField("Permission Set License ID"),
		developerName,
		defaulted(pick("Language", "Master Language", 40, "p", keys["LanguageLocaleKey"]), "en_US"),
		fld("MasterLabel", "Permission Set License Label", "string", 80, "fsgi"),
		fld("PermissionSetLicenseKey", "Permission Set License Key", "string", 81, "nfsgli"),
		defaulted(fld("TotalLicenses", "Total Licenses", "int", 0, "fsg"), int64(0)),
		defaulted(pick("Status", "Status", 255, "p", []string{"Active", "Disabled"}), "Active"),
		fld("ExpirationDate", "Expiration Date", "date", 0, "nfsg"),
		usedSeats("UsedLicenses"),
		flagField("IsAvailableForIntegrations", "Is Available For Integrations", false, "s"),
	}
	fields = append(fields, permissionFields("MaximumPermissions", "")...)
	return &Object{
		Name: "PermissionSetLicense", Label: "Permission Set License", LabelPlural: "Permission Set Licenses", KeyPrefix: "0PL",
		Queryable: true, Setup: true, needs: needs{read: internalUser},
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "PermissionSet", Field: "LicenseId"},
			{ChildObject: "PermissionSetLicenseAssign", Field: "PermissionSetLicenseId", Name: "PermissionSetLicenseAssignments"},
		},
	}
}

// permissionSetLicenseAssignObject declares who has a seat of a permission set
// licence: create and delete, never update.
func permissionSetLicenseAssignObject() *Object {
	fields := []Field{
		idField("Permission Set License Assignment ID"),
		ref("PermissionSetLicenseId", "Permission Set License ID", "PermissionSetLicense", "c", "PermissionSetLicense"),
		ref("AssigneeId", "Assignee ID", "Assignee", "c", "User"),
		flagField("IsRevoked", "Is Revoked", false, "s"),
		ref("LastCreatedByChangeId", "Last Created By Change ID", "", "n", "UserAccessChange"),
		ref("LastDeletedByChangeId", "Last Deleted By Change ID", "", "n", "UserAccessChange"),
	}
	return &Object{
		Name: "PermissionSetLicenseAssign", Label: "Permission Set License Assignment",
		LabelPlural: "Permission Set License Assignments", KeyPrefix: "2LA",
		Createable: true, Deletable: true, Queryable: true, Setup: true,
		needs: needs{
			read: viewSetup | assignPermissionSets, create: assignPermissionSets, remove: assignPermissionSets,
			reach: "PermissionSetLicenseId",
		},
		Fields: append(fields, auditFields()...),
		rules:  licenceSeatRules(),
	}
}
