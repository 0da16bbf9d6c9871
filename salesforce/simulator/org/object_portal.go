package org

// accountObject declares Account as far as portal users need it.
func accountObject() *Object {
	fields := []Field{
		idField("Account ID"),
		flagField("IsDeleted", "Deleted", false, "s"),
		ref("MasterRecordId", "Master Record ID", "MasterRecord", "n", "Account"),
		fld("Name", "Account Name", "string", 255, "cufsgNi"),
		pick("Type", "Account Type", 255, "cun", []string{"Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller", "Installation Partner", "Technology Partner", "Other"}),
		ref("ParentId", "Parent Account ID", "Parent", "cun", "Account"),
	}
	fields = append(fields, addressFields("Billing")...)
	fields = append(fields,
		fld("Phone", "Account Phone", "phone", 40, "cunfsg"),
		fld("Fax", "Account Fax", "phone", 40, "cunfsg"),
		fld("AccountNumber", "Account Number", "string", 40, "cunfsg"),
		fld("Website", "Website", "url", 255, "cunfsg"),
		pick("Industry", "Industry", 255, "cun", []string{"Agriculture", "Banking", "Consulting", "Education", "Energy", "Finance", "Government", "Healthcare", "Manufacturing", "Retail", "Technology", "Other"}),
		fld("NumberOfEmployees", "Employees", "int", 0, "cunfsg"),
		fld("Description", "Account Description", "textarea", 32000, "cun"),
		ref("OwnerId", "Owner ID", "Owner", "cud", "User"),
		flagField("IsPartner", "Partner Account", false, "us"),
		flagField("IsCustomerPortal", "Customer Portal Account", false, "us"),
	)
	return &Object{
		Name: "Account", Label: "Account", LabelPlural: "Accounts", KeyPrefix: "001",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Undeletable: true, Replicateable: true,
		Searchable: true, Triggerable: true, Layoutable: true, FeedEnabled: true, MruEnabled: true,
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "Account", Field: "ParentId", Name: "ChildAccounts"},
			{ChildObject: "Contact", Field: "AccountId", Name: "Contacts", CascadeDelete: true},
			{ChildObject: "User", Field: "AccountId", Name: "Users"},
		},
		rules: ownedRules(),
	}
}

// contactObject declares Contact as far as portal users need it.
func contactObject() *Object {
	fields := []Field{
		idField("Contact ID"),
		flagField("IsDeleted", "Deleted", false, "s"),
		ref("MasterRecordId", "Master Record ID", "MasterRecord", "n", "Contact"),
		ref("AccountId", "Account ID", "Account", "cun", "Account"),
		fld("LastName", "Last Name", "string", 80, "cufsgi"),
		fld("FirstName", "First Name", "string", 40, "cunfsg"),
		pick("Salutation", "Salutation", 40, "cun", []string{"Mr.", "Ms.", "Mrs.", "Dr.", "Prof."}),
		derived(fld("Name", "Full Name", "string", 121, "fsgN"), fullName(Config{})),
	}
	fields = append(fields, addressFields("Mailing")...)
	fields = append(fields,
		fld("Phone", "Business Phone", "phone", 40, "cunfsg"),
		fld("Fax", "Business Fax", "phone", 40, "cunfsg"),
		fld("MobilePhone", "Mobile Phone", "phone", 40, "cunfsg"),
		ref("ReportsToId", "Reports To ID", "ReportsTo", "cun", "Contact"),
		fld("Email", "Email", "email", 80, "cunfsgli"),
		fld("Title", "Title", "string", 128, "cunfsg"),
		fld("Department", "Department", "string", 80, "cunfsg"),
		fld("Description", "Contact Description", "textarea", 32000, "cun"),
		ref("OwnerId", "Owner ID", "Owner", "cud", "User"),
	)
	return &Object{
		Name: "Contact", Label: "Contact", LabelPlural: "Contacts", KeyPrefix: "003",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Undeletable: true, Replicateable: true,
		Searchable: true, Triggerable: true, Layoutable: true, FeedEnabled: true, MruEnabled: true,
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "Contact", Field: "ReportsToId"},
			{ChildObject: "User", Field: "ContactId", Name: "Users"},
		},
		rules: ownedRules(),
	}
}

// addressFields declares the parts of a compound address, "" for the address
// of the record itself.
func addressFields(kind string) []Field {
	space := ""
	if kind != "" {
		space = kind + " "
	}
	return []Field{
		fld(kind+"Street", space+"Street", "textarea", 255, "cunfsg"),
		fld(kind+"City", space+"City", "string", 40, "cunfsg"),
		fld(kind+"State", space+"State/Province", "string", 80, "cunfsg"),
		fld(kind+"PostalCode", space+"Zip/Postal Code", "string", 20, "cunfsg"),
		fld(kind+"Country", space+"Country", "string", 80, "cunfsg"),
		fld(kind+"Latitude", space+"Latitude", "double", 0, "cunfs"),
		fld(kind+"Longitude", space+"Longitude", "double", 0, "cunfs"),
		pick(kind+"GeocodeAccuracy", space+"Geocode Accuracy", 40, "cunp", geocodeAccuracies()),
		derived(fld(kind+"Address", space+"Address", "address", 0, "nf"), compoundAddress(kind)),
	}
}

func geocodeAccuracies() []string {
	return []string{"Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip", "Neighborhood", "City", "County", "State", "Unknown"}
}
