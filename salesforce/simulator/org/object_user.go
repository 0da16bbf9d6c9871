package org

import (
	"fmt"
	"strings"
)

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
		// unverified: that User has MiddleName and Suffix, of 40 characters, only where the org enables them
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
			stateCodeField(), pick("CountryCode", "Country Code", 10, "cunp", countryCodes()))
	}
	fields = append(fields,
		fld("Latitude", "Latitude", "double", 0, "cunfs"),
		fld("Longitude", "Longitude", "double", 0, "cunfs"),
		pick("GeocodeAccuracy", "Geocode Accuracy", 40, "cunp", geocodeAccuracies()),
		derived(fld("Address", "Address", "address", 0, "nf"), compoundAddress("")),
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
		derived(fld("BadgeText", "User Photo badge text overlay", "string", 80, "nfsg"), badge),
		flagField("IsActive", "Active", true, "cus"), // unverified: that a user is active whom an insert does not say to be
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
		// Describe gives its relationship name as null.
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
		derived(fld("WorkspaceId", "Workspace ID", "string", 18, "nfsg"), nothing), // unverified: type and label of User.WorkspaceId
		defaulted(pick("StartDay", "Start of Day", 40, "cup", hours()), "6"),
		defaulted(pick("EndDay", "End of Day", 40, "cup", hours()), "23"),
	)
	fields = append(fields, userPermissions(cfg)...)
	fields = append(fields, flagField("ForecastEnabled", "Allow Forecasting", false, "cus"))
	fields = append(fields, userPreferences()...)
	fields = append(fields,
		ref("ContactId", "Contact ID", "Contact", "cn", "Contact"),
		ref("AccountId", "Account ID", "Account", "n", "Account"),
		flagField("IsPortalEnabled", "Is Portal Enabled", false, "cus"),
		pick("PortalRole", "Portal Role Level", 40, "cunp", []string{"Executive", "Manager", "Worker", "PersonAccount"}),
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
			notificationFrequencies()), "N"),
		fld("LastViewedDate", "Last Viewed Date", "datetime", 0, "nfs"),
		fld("LastReferencedDate", "Last Referenced Date", "datetime", 0, "nfs"),
		derived(fld("BannerPhotoUrl", "Url for banner photo", "url", 1024, "nfsg"), photo("", "/profilephoto/005/B")),
		flagField("IsProfilePhotoActive", "Has Profile Photo", false, ""),
		derived(fld("BannerPhotoId", "Banner Photo ID", "string", 18, "nfsg"), nothing),
		derived(fld("ProfilePhotoId", "Profile Photo ID", "string", 18, "nfsg"), nothing),
		ref("IndividualId", "Individual ID", "Individual", "cun", "Individual"),
	)
	fields = append(fields, customFields(cfg)...)
	guardUserFields(fields)
	return &Object{
		Name: "User", Label: "User", LabelPlural: "People", KeyPrefix: "005", // the plural is recorded
		Createable: true, Updateable: true, Queryable: true, // never deletable
		Setup: true, Replicateable: true, Searchable: true, Triggerable: true, Layoutable: true, FeedEnabled: true, MruEnabled: true,
		needs:  needs{create: anyUserManager, edit: anyUserManager, own: "Id"},
		Fields: fields,
		ChildRelationships: []ChildRelationship{
			{ChildObject: "PermissionSetAssignment", Field: "AssigneeId", Name: "PermissionSetAssignments", CascadeDelete: true},
			{ChildObject: "PermissionSetLicenseAssign", Field: "AssigneeId", Name: "PermissionSetLicenseAssignments", CascadeDelete: true},
			{ChildObject: "CollaborationGroupMember", Field: "MemberId", Name: "GroupMemberships"},
			{ChildObject: "User", Field: "DelegatedApproverId", Name: "DelegatedUsers"},
			{ChildObject: "User", Field: "ManagerId", Name: "ManagedUsers"},
			{ChildObject: "GroupMember", Field: "UserOrGroupId"},
			{ChildObject: "UserLogin", Field: "UserId"},
			{ChildObject: "UserPackageLicense", Field: "UserId"},
			{ChildObject: "AuthSession", Field: "UsersId"},
			{ChildObject: "OauthToken", Field: "UserId"},
			{ChildObject: "LoginHistory", Field: "UserId"},
			{ChildObject: "Contact", Field: "OwnerId"},
			{ChildObject: "Account", Field: "OwnerId"},
		},
		rules: userRules(),
	}
}

// guardUserFields says who may see the fields of access, and that nobody sets
// on himself what decides what he may do. The two invisible ones are a recorded
// experiment. unverified: which fields a user may not set on his own record.
func guardUserFields(fields []Field) {
	for i := range fields {
		f := &fields[i]
		switch f.Name {
		case "ProfileId":
			f.seenBy, f.setBy = viewSetup, anyUserManager
		case "UserRoleId":
			f.seenBy, f.setBy = viewRoles|manageRoles, anyUserManager
		case "Username", "IsActive", "FederationIdentifier", "ForecastEnabled", "ContactId", "IsPortalEnabled", "PortalRole",
			"CallCenterId", "EmployeeNumber":
			f.setBy = anyUserManager
		default:
			if strings.HasPrefix(f.Name, "UserPermissions") {
				f.setBy = anyUserManager
			}
		}
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

// compoundAddress gives an address from its parts, whose names begin with kind;
// null when no part is set, as recorded.
func compoundAddress(kind string) func(r Record) any {
	city, country, accuracy, state := kind+"City", kind+"Country", kind+"GeocodeAccuracy", kind+"State"
	latitude, longitude, code, street := kind+"Latitude", kind+"Longitude", kind+"PostalCode", kind+"Street"
	return func(r Record) any {
		a := Address{
			City: r.Get(city), Country: r.Get(country), GeocodeAccuracy: r.Get(accuracy),
			Latitude: r.Get(latitude), Longitude: r.Get(longitude),
			PostalCode: r.Get(code), State: r.Get(state), Street: r.Get(street),
		}
		if a == (Address{}) {
			return nil
		}
		return a
	}
}

// badge is the word over the photo of a user from outside; "Customer" is
// recorded for a PowerCustomerSuccess user. unverified: the badge Partner.
func badge(r Record) any {
	switch kind := r.text("UserType"); {
	case kind == "PowerPartner":
		return "Partner"
	case isPortalType(kind):
		return "Customer"
	}
	return nil
}

// nothing is the value of a field that no record here has.
func nothing(Record) any { return nil }

// hours are the values of StartDay and EndDay, which are texts.
func hours() []string {
	all := make([]string, 24)
	for i := range all {
		all[i] = fmt.Sprintf("%d|%02d:00", i, i)
	}
	return all
}

// unverified: the values of DigestFrequency and of the notification frequencies
// of Chatter groups
func notificationFrequencies() []string {
	return []string{"P|Email on Each Post", "D|Daily Digests", "W|Weekly Digests", "N|Never"}
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
