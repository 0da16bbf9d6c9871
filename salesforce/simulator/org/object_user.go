package org

// userObject declares User: names, types, lengths and flags follow a recorded
// UI API object info and the field reference of API 66; the order is that of
// describe as remembered (unverified).
func userObject(cfg Config, keys picklists) *Object {
	fields := []Field{
		idField("User ID"),
		fld("Username", "Username", "string", 80, "cufsgli"),
		fld("LastName", "Last Name", "string", 80, "cufsg"),
		fld("FirstName", "First Name", "string", 40, "cunfsg"),
	}
	if cfg.NameExtras {
		fields = append(fields,
			fld("MiddleName", "Middle Name", "string", 40, "cunfsg"),
			fld("Suffix", "Suffix", "string", 40, "cunfsg"))
	}
	fields = append(fields,
		derived(fld("Name", "Full Name", "string", 121, "fsgN"), fullName(cfg)),
		fld("CompanyName", "Company Name", "string", 80, "cunfsg"),
		fld("Division", "Division", "string", 80, "cunfsg"),
		fld("Department", "Department", "string", 80, "cunfsg"),
		fld("Title", "Title", "string", 80, "cunfsg"),
		fld("Street", "Street", "textarea", 255, "cunfsg"),
		fld("City", "City", "string", 40, "cunfsg"),
		fld("State", "State/Province", "string", 80, "cunfsg"),
		fld("PostalCode", "Zip/Postal Code", "string", 20, "cunfsg"),
		fld("Country", "Country", "string", 80, "cunfsg"),
	)
	if cfg.StateCountryPicklists {
		fields = append(fields,
			pick("StateCode", "State/Province Code", 10, "cunp", stateCodes()),
			pick("CountryCode", "Country Code", 10, "cunp", countryCodes()))
	}
	fields = append(fields,
		fld("Latitude", "Latitude", "double", 0, "cunfs"),
		fld("Longitude", "Longitude", "double", 0, "cunfs"),
		pick("GeocodeAccuracy", "Geocode Accuracy", 40, "cunp",
			[]string{"Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip", "Neighborhood", "City", "County", "State", "Unknown"}),
		derived(fld("Address", "Address", "address", 0, "nf"), compoundAddress),
		fld("Email", "Email", "email", 128, "cufsgl"),
		flagField("EmailPreferencesAutoBcc", "AutoBcc", true, "cu"),
		flagField("EmailPreferencesAutoBccStayInTouch", "AutoBccStayInTouch", false, "cu"),
		flagField("EmailPreferencesStayInTouchReminder", "StayInTouchReminder", true, "cu"),
		fld("SenderEmail", "Email Sender Address", "email", 80, "cunfsg"),
		fld("SenderName", "Email Sender Name", "string", 80, "cunfsg"),
		fld("Signature", "Email Signature", "textarea", 1333, "cunf"),
		fld("StayInTouchSubject", "Stay-in-Touch Email Subject", "string", 80, "cunfsg"),
		fld("StayInTouchSignature", "Stay-in-Touch Email Signature", "textarea", 512, "cunf"),
		fld("StayInTouchNote", "Stay-in-Touch Email Note", "string", 512, "cunfsg"),
		fld("Phone", "Phone", "phone", 40, "cunfsg"),
		fld("Fax", "Fax", "phone", 40, "cunfsg"),
		fld("MobilePhone", "Cell", "phone", 40, "cunfsg"),
		fld("Alias", "Alias", "string", 8, "cufsg"),
		fld("CommunityNickname", "Nickname", "string", 40, "cufsgi"),
		fld("BadgeText", "User Photo badge text overlay", "string", 80, "nfsg"),
		flagField("IsActive", "Active", true, "cus"),
		pick("TimeZoneSidKey", "Time Zone", 40, "cup", keys["TimeZoneSidKey"]),
		ref("UserRoleId", "Role ID", "UserRole", "cun", "UserRole"),
		pick("LocaleSidKey", "Locale", 40, "cup", keys["LocaleSidKey"]),
		flagField("ReceivesInfoEmails", "Info Emails", true, "cus"),
		flagField("ReceivesAdminInfoEmails", "Admin Info Emails", false, "cus"),
		pick("EmailEncodingKey", "Email Encoding", 40, "cup", keys["EmailEncodingKey"]),
		ref("ProfileId", "Profile ID", "Profile", "cu", "Profile"),
		pick("UserType", "User Type", 40, "np", userTypes()),
		pick("LanguageLocaleKey", "Language", 40, "cup", keys["LanguageLocaleKey"]),
		fld("EmployeeNumber", "Employee Number", "string", 20, "cunfsg"),
		ref("DelegatedApproverId", "Delegated Approver ID", "", "cun", "Group", "User"),
		ref("ManagerId", "Manager ID", "Manager", "cun", "User"),
		fld("LastLoginDate", "Last Login", "datetime", 0, "nfs"),
		fld("LastPasswordChangeDate", "Last Password Change or Reset", "datetime", 0, "nfs"),
	)
	fields = append(fields, auditFields()...)
	fields = append(fields,
		defaulted(fld("NumberOfFailedLogins", "Failed Login Attempts", "int", 0, "nfsg"), int64(0)),
		fld("PasswordExpirationDate", "Password Expiration Date", "datetime", 0, "nfs"),
		fld("SuAccessExpirationDate", "SU Access Expiration Date", "date", 0, "nfsg"),
		fld("SuOrgAdminExpirationDate", "Admin SU Access Expiration Date", "date", 0, "nfsg"),
		fld("OfflineTrialExpirationDate", "Offline Edition Trial Expiration Date", "datetime", 0, "nfs"),
		fld("OfflinePdaTrialExpirationDate", "Sales Anywhere Trial Expiration Date", "datetime", 0, "nfs"),
	)
	fields = append(fields, userPermissions()...)
	fields = append(fields, flagField("ForecastEnabled", "Allow Forecasting", false, "cus"))
	fields = append(fields, userPreferences()...)
	fields = append(fields,
		ref("ContactId", "Contact ID", "Contact", "cn", "Contact"),
		ref("AccountId", "Account ID", "Account", "n", "Account"),
		ref("CallCenterId", "Call Center ID", "", "cun", "CallCenter"),
		fld("Extension", "Extension", "phone", 40, "cunfsg"),
		// "unique" is false in describe although the server enforces it.
		fld("FederationIdentifier", "SAML Federation ID", "string", 512, "cunfsgi"),
		fld("AboutMe", "About Me", "textarea", 1000, "cunf"),
		derived(fld("FullPhotoUrl", "Url for full-sized Photo", "url", 1024, "nfsg"), photo("https://", "/profilephoto/005/F")),
		derived(fld("SmallPhotoUrl", "Photo", "url", 1024, "nfsg"), photo("https://", "/profilephoto/005/T")),
		flagField("IsExtIndicatorVisible", "Show external indicator", false, ""),
		defaulted(fld("OutOfOfficeMessage", "Out of office message", "string", 40, "nfsg"), ""),
		derived(fld("MediumPhotoUrl", "Url for medium profile photo", "url", 1024, "nfsg"), photo("https://", "/profilephoto/005/M")),
		defaulted(pick("DigestFrequency", "Chatter Email Highlights Frequency", 40, "cup",
			[]string{"D|Daily", "W|Weekly", "N|Never"}), "D"),
		defaulted(pick("DefaultGroupNotificationFrequency", "Default Notification Frequency when Joining Groups", 40, "cup",
			[]string{"P|Email on Each Post", "D|Daily Digests", "W|Weekly Digests", "N|Never"}), "N"),
		fld("LastViewedDate", "Last Viewed Date", "datetime", 0, "nfs"),
		fld("LastReferencedDate", "Last Referenced Date", "datetime", 0, "nfs"),
		derived(fld("BannerPhotoUrl", "Url for banner photo", "url", 1024, "nfsg"), photo("", "/profilephoto/005/B")),
		flagField("IsProfilePhotoActive", "Has Profile Photo", false, ""),
		ref("IndividualId", "Individual ID", "Individual", "cun", "Individual"),
	)
	return &Object{
		Name: "User", Label: "User", LabelPlural: "Users", KeyPrefix: "005",
		Createable: true, Updateable: true, Queryable: true, // never deletable
		Fields: fields,
		ChildRelationships: []ChildRelationship{
			{ChildObject: "PermissionSetAssignment", Field: "AssigneeId", Name: "PermissionSetAssignments", CascadeDelete: true},
			{ChildObject: "User", Field: "DelegatedApproverId", Name: "DelegatedUsers"},
			{ChildObject: "User", Field: "ManagerId", Name: "ManagedUsers"},
			{ChildObject: "GroupMember", Field: "UserOrGroupId"},
			{ChildObject: "UserLogin", Field: "UserId"},
		},
		rules: userRules(),
	}
}

func userTypes() []string {
	return []string{
		"Standard", "PowerPartner", "PowerCustomerSuccess", "CustomerSuccess", "CsnOnly", "CspLitePortal",
		"Guest", "SelfService", "AutomatedProcess", "CloudIntegrationUser",
	}
}

// fullName joins the parts of a compound name as a Western locale does.
func fullName(cfg Config) func(r Record) any {
	fields := []string{"FirstName", "LastName"}
	if cfg.NameExtras {
		fields = []string{"FirstName", "MiddleName", "LastName", "Suffix"}
	}
	return func(r Record) any {
		name := ""
		for _, field := range fields {
			if part := r.text(field); part != "" && name != "" {
				name += " " + part
			} else {
				name += part
			}
		}
		return name
	}
}

// compoundAddress is null when no part of the address is set, as recorded.
func compoundAddress(r Record) any {
	a := Address{
		City: r.Get("City"), Country: r.Get("Country"), GeocodeAccuracy: r.Get("GeocodeAccuracy"),
		Latitude: r.Get("Latitude"), Longitude: r.Get("Longitude"),
		PostalCode: r.Get("PostalCode"), State: r.Get("State"), Street: r.Get("Street"),
	}
	if a == (Address{}) {
		return nil
	}
	return a
}

// photo is the picture that a user without one of his own has.
func photo(scheme, path string) func(r Record) any {
	return func(r Record) any {
		if scheme == "" {
			return path
		}
		return scheme + r.t.s.cfg.host() + path
	}
}
