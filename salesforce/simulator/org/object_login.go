package org

// userLoginObject declares UserLogin: read and update only. A row comes into
// being with the first attempt to log in.
func userLoginObject() *Object {
	return &Object{
		Name: "UserLogin", Label: "User Login", LabelPlural: "User Login", KeyPrefix: "0Yw",
		Updateable: true, Queryable: true, Setup: true,
		needs: needs{read: manageUsers, edit: manageUsers},
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
				// By the reference the API may unlock, not lock.
				// unverified: code and sentence that refuse to lock a password through UserLogin
				return one(400, "FIELD_INTEGRITY_EXCEPTION", "Locked: this field can only be set to false", "IsPasswordLocked")
			}
			return nil
		}},
	}
}

// loginHistoryObject declares LoginHistory, which the server writes.
// unverified: the fields of LoginHistory beyond UserId, LoginTime, SourceIp,
// LoginType, Application, Browser and Status.
func loginHistoryObject() *Object {
	return &Object{
		Name: "LoginHistory", Label: "Login History", LabelPlural: "Login History", KeyPrefix: "0Ya",
		Queryable: true, needs: needs{read: viewSetup | manageUsers},
		Fields: []Field{
			idField("Login ID"),
			ref("UserId", "User ID", "", "n", "User"),
			fld("LoginTime", "Login Time", "datetime", 0, "fs"),
			pick("LoginType", "Login Type", 40, "", []string{
				"Application", "Remote Access 2.0", "Remote Access Client", "SAML Sfdc Initiated SSO", "SAML Idp Initiated SSO",
				"Partner Product", "Other Apex API",
			}),
			fld("SourceIp", "Source IP", "string", 39, "nfsg"),
			fld("LoginUrl", "Login URL", "string", 120, "nfsg"),
			ref("AuthenticationServiceId", "Authentication Service ID", "", "n", "AuthProvider"),
			ref("LoginGeoId", "Login Geo Data ID", "LoginGeo", "n", "LoginGeo"),
			fld("TlsProtocol", "TLS Protocol", "picklist", 40, "nfsg"),
			fld("CipherSuite", "TLS Cipher Suite", "picklist", 255, "nfsg"),
			flagField("OptionsIsGet", "IsGet", false, ""),
			flagField("OptionsIsPost", "IsPost", true, ""),
			fld("Browser", "Browser", "string", 64, "nfsg"),
			fld("Platform", "Platform", "string", 64, "nfsg"),
			fld("Status", "Status", "string", 128, "nfsg"),
			fld("Application", "Application", "string", 64, "nfsg"),
			fld("ClientVersion", "Client Version", "string", 64, "nfsg"),
			fld("ApiType", "API Type", "string", 64, "nfsg"),
			fld("ApiVersion", "API Version", "string", 32, "nfsg"),
			fld("CountryIso", "Country Code", "string", 3, "nfsg"),
			fld("AuthMethodReference", "Authentication Method Reference", "string", 255, "nfsg"),
			fld("NetworkId", "Experience ID", "string", 18, "nfsg"),
		},
	}
}

// loginGeoObject declares where a login came from, as its address tells; the
// logins here come from nowhere. unverified: key prefix 04F and fields of
// LoginGeo, except City.
func loginGeoObject() *Object {
	fields := []Field{
		idField("Login Geo Data ID"),
		fld("LoginTime", "Login Time", "datetime", 0, "fs"),
		fld("CountryIso", "Country Code", "string", 2, "nfsg"),
		fld("Country", "Country", "string", 80, "nfsg"),
		fld("Latitude", "Latitude", "double", 0, "nfs"),
		fld("Longitude", "Longitude", "double", 0, "nfs"),
		fld("City", "City", "string", 80, "nfsg"),
		fld("PostalCode", "Postal Code", "string", 80, "nfsg"),
		fld("Subdivision", "Subdivision", "string", 80, "nfsg"),
	}
	return &Object{
		Name: "LoginGeo", Label: "Login Geo Data", LabelPlural: "Login Geo Data", KeyPrefix: "04F",
		Queryable: true, needs: needs{read: viewSetup | manageUsers},
		Fields: append(fields, auditFields()...),
	}
}

// authSessionObject declares AuthSession: the server makes one for each
// session, deleting it ends that session. The field of the user is UsersId,
// with an s. unverified: the key prefix 0Ak of AuthSession, and that deleting
// a row of another user needs Manage Users.
func authSessionObject() *Object {
	return &Object{
		Name: "AuthSession", Label: "Auth Session", LabelPlural: "Auth Sessions", KeyPrefix: "0Ak",
		Deletable: true, Queryable: true, Setup: true,
		needs: needs{read: manageUsers | viewSetup, remove: manageUsers, own: "UsersId"},
		Fields: []Field{
			idField("Auth Session ID"),
			ref("UsersId", "Users ID", "Users", "n", "User"),
			fld("CreatedDate", "Created Date", "datetime", 0, "dfs"),
			fld("LastModifiedDate", "Last Modified Date", "datetime", 0, "dfs"),
			fld("NumSecondsValid", "Valid For", "int", 0, "fsg"),
			pick("UserType", "User Type", 40, "n", userTypes()),
			fld("SourceIp", "Source IP", "string", 39, "fsg"),
			pick("LoginType", "Login Type", 40, "n", []string{"Application", "Remote Access 2.0", "Remote Access Client", "Other Apex API"}),
			pick("SessionType", "Session Type", 40, "n", []string{"API", "APIOnlyUser", "UI", "Oauth2", "OauthApprovalUI", "Aura", "Content", "Visualforce"}),
			defaulted(pick("SessionSecurityLevel", "Session Security Level", 40, "n", []string{"LOW", "STANDARD", "HIGH_ASSURANCE"}), "STANDARD"),
			fld("LogoutUrl", "Logout URL", "string", 1500, "nf"),
			ref("ParentId", "Auth Session ID", "Parent", "n", "AuthSession"),
			ref("LoginHistoryId", "Login ID", "LoginHistory", "n", "LoginHistory"),
			ref("LoginGeoId", "Login Geo Data ID", "LoginGeo", "n", "LoginGeo"),
			flagField("IsCurrent", "Is Current", false, ""),
		},
	}
}

// oauthTokenObject declares OauthToken: the server makes one for each approval
// of an app, deleting it revokes the approval.
// unverified: the key prefix 0CQ of OauthToken, its fields beyond those a client selects, and that
// a row can be deleted through the API.
func oauthTokenObject() *Object {
	return &Object{
		Name: "OauthToken", Label: "OAuth Token", LabelPlural: "OAuth Tokens", KeyPrefix: "0CQ",
		Deletable: true, Queryable: true,
		needs: needs{read: manageUsers | viewSetup, remove: manageUsers, own: "UserId"},
		Fields: []Field{
			idField("OAuth Token ID"),
			fld("AccessToken", "Access Token", "string", 1080, "nf"),
			ref("UserId", "User ID", "User", "", "User"),
			fld("RequestToken", "Request Token", "string", 1080, "nf"),
			fld("CreatedDate", "Created Date", "datetime", 0, "dfs"),
			fld("AppName", "App Name", "string", 120, "nfsgi"),
			fld("LastUsedDate", "Last Used Date", "datetime", 0, "nfs"),
			defaulted(fld("UseCount", "Use Count", "int", 0, "fsg"), int64(0)),
			fld("DeleteToken", "Delete Token", "string", 1080, "nf"),
			fld("AppMenuItemId", "App Menu Item ID", "string", 18, "nfsg"),
		},
	}
}
