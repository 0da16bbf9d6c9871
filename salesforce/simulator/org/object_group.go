package org

// groupTypes are the values of Group.Type; only Regular and Queue are made by
// hand, the others come with roles and the like (unverified beyond those two).
func groupTypes() []string {
	return []string{
		"Regular", "Queue", "Role", "RoleAndSubordinates", "RoleAndSubordinatesInternal", "Organization",
		"AllCustomerPortal", "PRMOrganization", "Manager", "ManagerAndSubordinatesInternal", "Territory",
		"TerritoryAndSubordinates", "CollaborationGroup", "GuestUserGroup", "ChannelProgramGroup", "Case", "Participant",
	}
}

// groupObject declares Group.
func groupObject() *Object {
	fields := []Field{
		idField("Group ID"),
		fld("Name", "Name", "string", 40, "cufsgNi"),
		fld("DeveloperName", "Developer Name", "string", 80, "cunfsgi"),
		ref("RelatedId", "Related ID", "Related", "n", "User", "UserRole"),
		defaulted(pick("Type", "Type", 40, "cpi", groupTypes()), "Regular"),
		fld("Email", "Email", "email", 255, "cunfsg"),
		fld("OwnerId", "Owner ID", "reference", 18, "fsg"),
		flagField("DoesSendEmailToMembers", "Send Email to Members", false, "cus"),
		flagField("DoesIncludeBosses", "Include Bosses", true, "cus"),
		fld("Description", "Description", "textarea", 255, "cun"), // unverified: not filterable
	}
	fields[4].indexed = true
	for i := range fields {
		if fields[i].Name == "OwnerId" {
			fields[i].ReferenceTo, fields[i].RelationshipName = []string{"Organization", "User"}, "Owner"
			fields[i].DefaultedOnCreate = true
		}
	}
	return &Object{
		Name: "Group", Label: "Group", LabelPlural: "Group", KeyPrefix: "00G",
		Createable: true, Updateable: true, Deletable: true, Queryable: true,
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "User", Field: "DelegatedApproverId", Name: "DelegatedUsers"},
			{ChildObject: "GroupMember", Field: "GroupId", Name: "GroupMembers", CascadeDelete: true},
			{ChildObject: "GroupMember", Field: "UserOrGroupId", CascadeDelete: true},
		},
		rules: groupRules(),
	}
}

// groupMemberObject declares GroupMember: create and delete, never update.
func groupMemberObject() *Object {
	return &Object{
		Name: "GroupMember", Label: "Group Member", LabelPlural: "Group Member", KeyPrefix: "011",
		Createable: true, Deletable: true, Queryable: true,
		Fields: []Field{
			idField("Group Member ID"),
			ref("GroupId", "Group ID", "Group", "c", "Group"),
			ref("UserOrGroupId", "User/Group ID", "UserOrGroup", "c", "Group", "User"),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
		},
		rules: groupMemberRules(),
	}
}
