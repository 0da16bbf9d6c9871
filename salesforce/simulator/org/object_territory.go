package org

// territory2ModelObject declares a hierarchy of territories; one may be active.
// unverified: the key prefix 0MA of Territory2Model.
func territory2ModelObject() *Object {
	fields := []Field{
		idField("Territory Model ID"),
		fld("Name", "Label", "string", 80, "cufsgN"),
		fld("DeveloperName", "Territory Model Name", "string", 80, "cufsgi"),
		fld("Description", "Description", "textarea", 1000, "cun"),
		fld("ActivatedDate", "Activated Date", "datetime", 0, "nfs"),
		fld("DeactivatedDate", "Deactivated Date", "datetime", 0, "nfs"),
		defaulted(pick("State", "State", 40, "p", []string{
			"Planning", "Active", "Archived", "ActivatingInProgress", "ActivationFailed", "ArchivingInProgress", "ArchivingFailed",
		}), "Planning"),
	}
	return &Object{
		Name: "Territory2Model", Label: "Territory Model", LabelPlural: "Territory Models", KeyPrefix: "0MA",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Setup: true,
		needs:              needs{create: manageTerritories, edit: manageTerritories, remove: manageTerritories},
		Fields:             append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{{ChildObject: "Territory2", Field: "Territory2ModelId", Name: "Territories", CascadeDelete: true}},
		rules:              rules{check: func(w *write) Errors { return checkDeveloperName(w, "DeveloperName", "") }},
	}
}

// territory2Object declares a territory; they form a tree. unverified: the key
// prefix 0MI of Territory2.
func territory2Object() *Object {
	fields := []Field{
		idField("Territory ID"),
		fld("Name", "Label", "string", 80, "cufsgN"),
		fld("Territory2TypeId", "Territory Type ID", "string", 18, "cunfsg"),
		ref("Territory2ModelId", "Territory Model ID", "Territory2Model", "c", "Territory2Model"),
		ref("ParentTerritory2Id", "Parent Territory ID", "ParentTerritory2", "cun", "Territory2"),
		fld("Description", "Description", "textarea", 1000, "cun"),
		ref("ForecastUserId", "User ID", "ForecastUser", "cun", "User"),
		pick("AccountAccessLevel", "Account Access", 40, "cun", []string{"Read", "Edit", "All"}),
		fld("DeveloperName", "Territory Name", "string", 80, "cufsgi"),
	}
	return &Object{
		Name: "Territory2", Label: "Territory", LabelPlural: "Territories", KeyPrefix: "0MI",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Setup: true,
		needs:  needs{create: manageTerritories, edit: manageTerritories, remove: manageTerritories},
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "UserTerritory2Association", Field: "Territory2Id", Name: "UserTerritory2Associations", CascadeDelete: true},
			{ChildObject: "Territory2", Field: "ParentTerritory2Id"},
		},
		rules: rules{check: func(w *write) Errors { return checkDeveloperName(w, "DeveloperName", "") }},
	}
}

// userTerritory2AssociationObject declares who works in a territory.
// unverified: the key prefix 0MU of UserTerritory2Association.
func userTerritory2AssociationObject() *Object {
	return &Object{
		Name: "UserTerritory2Association", Label: "User Territory Association", LabelPlural: "User Territory Associations", KeyPrefix: "0MU",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Setup: true,
		needs: needs{create: manageTerritories, edit: manageTerritories, remove: manageTerritories, reach: "Territory2Id"},
		Fields: []Field{
			idField("User Territory Association ID"),
			ref("UserId", "User ID", "User", "c", "User"),
			ref("Territory2Id", "Territory ID", "Territory2", "c", "Territory2"),
			flagField("IsActive", "Active", true, "s"),
			pick("RoleInTerritory2", "Role in Territory", 255, "cun", []string{"Owner", "Administrator", "Sales Rep"}),
			fld("LastModifiedDate", "Last Modified Date", "datetime", 0, "dfs"),
			ref("LastModifiedById", "Last Modified By ID", "LastModifiedBy", "d", "User"),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
		},
		rules: territoryMemberRules(),
	}
}
