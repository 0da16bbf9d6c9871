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
// unverified: the lengths 40 of Group.Name and 80 of Group.DeveloperName.
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
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Setup: true, Replicateable: true, Searchable: true,
		needs:  needs{create: manageUsers, edit: manageUsers, remove: manageUsers},
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "User", Field: "DelegatedApproverId", Name: "DelegatedUsers"},
			{ChildObject: "QueueSobject", Field: "QueueId", Name: "QueueSobjects", CascadeDelete: true},
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
		Createable: true, Deletable: true, Queryable: true, Setup: true, Replicateable: true,
		needs: needs{create: manageUsers, remove: manageUsers, reach: "GroupId"},
		Fields: []Field{
			idField("Group Member ID"),
			ref("GroupId", "Group ID", "Group", "c", "Group"),
			ref("UserOrGroupId", "User/Group ID", "UserOrGroup", "c", "Group", "User"),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
		},
		rules: groupMemberRules(),
	}
}

// queueSobjectObject declares which kinds of record a queue may own: create and
// delete, never update. unverified: the key prefix 03g of QueueSobject.
func queueSobjectObject() *Object {
	return &Object{
		Name: "QueueSobject", Label: "Queue Sobject", LabelPlural: "Queue Sobjects", KeyPrefix: "03g",
		Createable: true, Deletable: true, Queryable: true, Setup: true,
		needs: needs{create: manageUsers, remove: manageUsers, reach: "QueueId"},
		Fields: []Field{
			idField("Queue Sobject ID"),
			ref("QueueId", "Group ID", "Queue", "c", "Group"),
			pick("SobjectType", "Sobject Type", 40, "cp", []string{
				"Account", "Campaign", "Case", "Contact", "ContactRequest", "Contract", "Event", "Lead", "Opportunity", "Order", "Task", "WorkOrder",
			}),
			ref("CreatedById", "Created By ID", "CreatedBy", "d", "User"),
			fld("SystemModstamp", "System Modstamp", "datetime", 0, "dfs"),
		},
		rules: queueRules(),
	}
}

// collaborationGroupObject declares a Chatter group.
// unverified: key prefix 0F9, fields and lengths of CollaborationGroup.
func collaborationGroupObject() *Object {
	fields := []Field{
		idField("Group ID"),
		fld("Name", "Name", "string", 40, "cufsgNi"),
		derived(fld("MemberCount", "Members", "int", 0, "nfsg"), func(r Record) any {
			return int64(len(r.t.s.table("CollaborationGroupMember").find("CollaborationGroupId", r.ID())))
		}),
		ref("OwnerId", "Owner ID", "Owner", "cud", "User"),
		pick("CollaborationType", "Access Type", 40, "cup", []string{"Public", "Private", "Unlisted"}),
		fld("Description", "Description", "textarea", 1000, "cun"),
		fld("InformationTitle", "Information Title", "string", 30, "cunfsg"),
		fld("InformationBody", "Information", "textarea", 4000, "cun"),
		flagField("HasPrivateFieldsAccess", "Has Private Fields Access", true, ""),
		flagField("CanHaveGuests", "Allow customers", false, "cs"),
		flagField("IsArchived", "Archive", false, "cus"),
		flagField("IsAutoArchiveDisabled", "Automatic Archiving Disabled", false, "cus"),
		flagField("IsBroadcast", "Broadcast Only", false, "cus"),
		fld("GroupEmail", "Group Email", "email", 80, "nfsg"),
		fld("LastFeedModifiedDate", "Last Feed Modified Date", "datetime", 0, "nfs"),
		fld("NetworkId", "Experience ID", "string", 18, "nfsg"),
	}
	return &Object{
		Name: "CollaborationGroup", Label: "Group", LabelPlural: "Groups", KeyPrefix: "0F9",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Replicateable: true, Searchable: true, FeedEnabled: true,
		Fields: append(fields, auditFields()...),
		ChildRelationships: []ChildRelationship{
			{ChildObject: "CollaborationGroupMember", Field: "CollaborationGroupId", Name: "GroupMembers", CascadeDelete: true},
		},
		rules: chatterGroupRules(),
	}
}

// collaborationGroupMemberObject declares membership of a Chatter group.
// unverified: key prefix 0FB and fields of CollaborationGroupMember.
func collaborationGroupMemberObject() *Object {
	fields := []Field{
		idField("Group Member ID"),
		ref("CollaborationGroupId", "Group ID", "CollaborationGroup", "c", "CollaborationGroup"),
		ref("MemberId", "Member ID", "Member", "c", "User"),
		defaulted(pick("CollaborationRole", "Group Member Role", 40, "cup", []string{"Standard|Member", "Admin|Manager"}), "Standard"),
		defaulted(pick("NotificationFrequency", "Notification Frequency", 40, "cup", notificationFrequencies()), "N"),
		fld("LastFeedAccessDate", "Last Feed Access Date", "datetime", 0, "nfs"),
	}
	return &Object{
		Name: "CollaborationGroupMember", Label: "Group Member", LabelPlural: "Group Members", KeyPrefix: "0FB",
		Createable: true, Updateable: true, Deletable: true, Queryable: true, Replicateable: true,
		Fields: append(fields, auditFields()...),
		rules:  chatterMemberRules(),
	}
}
