package org

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
		derived(fld("Address", "Address", "address", 0, "nf"), compoundAddress("")),
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
		Updateable: true, Queryable: true, Setup: true, needs: needs{edit: customizeApplication},
		Fields: append(fields, auditFields()...),
	}
}

// setupAuditTrailObject declares the log of changes to the org's setup, which
// the server writes. unverified: the key prefix 0Ym of SetupAuditTrail.
func setupAuditTrailObject() *Object {
	return &Object{
		Name: "SetupAuditTrail", Label: "Setup Audit Trail Entry", LabelPlural: "Setup Audit Trail Entries", KeyPrefix: "0Ym",
		Queryable: true, needs: needs{read: viewSetup},
		Fields: []Field{
			idField("Setup Audit Trail ID"),
			fld("Action", "Action", "string", 40, "fsg"),
			fld("Section", "Section", "string", 80, "nfsg"),
			fld("CreatedDate", "Date", "datetime", 0, "dfs"),
			rarely(ref("CreatedById", "Created By ID", "CreatedBy", "dn", "User")),
			fld("Display", "Display", "string", 1000, "nN"),
			fld("DelegateUser", "Delegate User", "string", 80, "nfsg"),
			fld("ResponsibleNamespacePrefix", "Responsible Namespace Prefix", "string", 20, "nfsg"),
			fld("CreatedByContext", "Created By Context", "string", 80, "nfsg"),
			fld("CreatedByIssuer", "Created By Issuer", "string", 80, "nfsg"),
		},
	}
}

// rarely takes a reference out of the indexes that is written often and hardly
// ever searched.
func rarely(f Field) Field {
	f.indexed = false
	return f
}
