package org

// userLoginObject declares UserLogin: read and update only. A row comes into
// being with the first attempt to log in.
func userLoginObject() *Object {
	return &Object{
		Name: "UserLogin", Label: "User Login", LabelPlural: "User Login", KeyPrefix: "0Yw",
		Updateable: true, Queryable: true,
		Fields: []Field{
			idField("User Login ID"),
			ref("UserId", "User ID", "User", "n", "User"),
			flagField("IsFrozen", "Frozen", false, "us"),
			flagField("IsPasswordLocked", "Locked", false, "us"),
			fld("LastModifiedDate", "Last Modified Date", "datetime", 0, "dfs"),
			ref("LastModifiedById", "Last Modified By ID", "LastModifiedBy", "d", "User"),
		},
		rules: rules{check: func(w *write) Errors {
			if w.changed("IsPasswordLocked") && w.flag("IsPasswordLocked") {
				// By the reference the API may unlock, not lock; the code and
				// the sentence are unverified.
				return one(400, "FIELD_INTEGRITY_EXCEPTION", "Locked: this field can only be set to false", "IsPasswordLocked")
			}
			return nil
		}},
	}
}

// userLicenseObject declares UserLicense; its seats are counted, not stored.
func userLicenseObject() *Object {
	fields := []Field{
		idField("License ID"),
		fld("LicenseDefinitionKey", "License Def. ID", "string", 40, "fsgi"),
		defaulted(fld("TotalLicenses", "Total Licenses", "int", 0, "fsg"), int64(0)),
		pick("Status", "Status", 40, "p", []string{"Active", "Disabled"}),
		derived(fld("UsedLicenses", "Used Licenses", "int", 0, "fsg"), func(r Record) any {
			return int64(r.t.s.used[r.ID()])
		}),
		defaulted(fld("UsedLicensesLastUpdated", "Used Licenses Last Updated", "datetime", 0, "nfs"), nil),
		fld("Name", "Name", "string", 40, "fsgNli"),
		fld("MasterLabel", "Master Label", "string", 40, "fsg"),
		defaulted(fld("MonthlyLoginsUsed", "Monthly Logins Used", "int", 0, "nfsg"), int64(0)),
		defaulted(fld("MonthlyLoginsEntitlement", "Monthly Logins Entitlement", "int", 0, "nfsg"), int64(0)),
		fld("CreatedDate", "Created Date", "datetime", 0, "dfs"),
		fld("LastModifiedDate", "Last Modified Date", "datetime", 0, "dfs"),
		fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
	}
	return &Object{
		Name: "UserLicense", Label: "User License", LabelPlural: "User Licenses", KeyPrefix: "100",
		Queryable: true, Fields: fields,
	}
}

// organizationObject declares the one Organization record.
func organizationObject(keys picklists) *Object {
	fields := []Field{
		idField("Organization ID"),
		fld("Name", "Name", "string", 80, "ufsgN"),
		fld("Division", "Division", "string", 80, "unfsg"),
		fld("Street", "Street", "textarea", 255, "unfsg"),
		fld("City", "City", "string", 40, "unfsg"),
		fld("State", "State/Province", "string", 80, "unfsg"),
		fld("PostalCode", "Zip/Postal Code", "string", 20, "unfsg"),
		fld("Country", "Country", "string", 80, "unfsg"),
		fld("Latitude", "Latitude", "double", 0, "unfs"),
		fld("Longitude", "Longitude", "double", 0, "unfs"),
		fld("GeocodeAccuracy", "Geocode Accuracy", "string", 40, "nfsg"),
		derived(fld("Address", "Address", "address", 0, "nf"), compoundAddress),
		fld("Phone", "Phone", "phone", 40, "unfsg"),
		fld("Fax", "Fax", "phone", 40, "unfsg"),
		fld("PrimaryContact", "Primary Contact", "string", 80, "unfsg"),
		pick("DefaultLocaleSidKey", "Locale", 40, "up", keys["LocaleSidKey"]),
		pick("TimeZoneSidKey", "Time Zone", 40, "up", keys["TimeZoneSidKey"]),
		pick("LanguageLocaleKey", "Language", 40, "up", keys["LanguageLocaleKey"]),
		flagField("ReceivesInfoEmails", "Info Emails", true, "us"),
		flagField("ReceivesAdminInfoEmails", "Admin Info Emails", true, "us"),
		defaulted(fld("FiscalYearStartMonth", "Fiscal Year Starts In", "int", 0, "fsg"), int64(1)),
		fld("DefaultAccountAccess", "Default Account Access", "picklist", 40, "nfsg"),
		fld("DefaultContactAccess", "Default Contact Access", "picklist", 40, "nfsg"),
		fld("OrganizationType", "Edition", "picklist", 40, "fsg"),
		fld("NamespacePrefix", "Namespace Prefix", "string", 15, "nfsg"),
		fld("InstanceName", "Instance Name", "string", 5, "nfsg"),
		flagField("IsSandbox", "Is Sandbox", false, "s"),
		fld("TrialExpirationDate", "Trial Expiration Date", "datetime", 0, "nfs"),
		flagField("IsReadOnly", "Is Read Only", false, "s"),
	}
	return &Object{
		Name: "Organization", Label: "Organization", LabelPlural: "Organizations", KeyPrefix: "00D",
		Updateable: true, Queryable: true, Fields: append(fields, auditFields()...),
	}
}
