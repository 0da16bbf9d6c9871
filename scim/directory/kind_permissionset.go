package directory

import (
	"context"
	"strings"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
	"scimforce/scim/mapping"
)

// permissionSetPrefix begins the displayName of every permission set, so that
// it is never taken for a public group.
const permissionSetPrefix = "Permission Set: "

// permissionSets are the permission sets that can be assigned. They are made
// and named in Salesforce only: what one grants cannot be said in SCIM.
type permissionSets struct{ org *orgCache }

func (permissionSets) name() string                { return mapping.KindPermissionSet }
func (permissionSets) prefix() string              { return prefixPermissionSet }
func (permissionSets) object() string              { return "PermissionSet" }
func (permissionSets) where() soql.Condition       { return grantableSets("") }
func (permissionSets) display(label string) string { return permissionSetPrefix + label }
func (permissionSets) memberKinds() []string       { return []string{prefixUser} }
func (permissionSets) stripped(p Policy) bool      { return p.RemovePermissionSets }
func (permissionSets) fields() []string {
	return []string{"Id", "Name", "Label", "CreatedDate", "SystemModstamp"}
}

// group names a permission set by its label; two of one label are told apart by
// their API names. Which labels are ambiguous is read again when a permission
// set turns up that is newer than what is known.
func (k permissionSets) group(ctx context.Context, r salesforce.Record) (group, error) {
	set := permissionSet{r.ID(), r.String("Name"), r.String("Label")}
	s, err := k.org.load(ctx, settingsFor)
	if err != nil {
		return group{}, err
	}
	if _, known := s.sets[set.ID]; !known {
		if s, err = k.org.load(ctx, settingsAtLeast); err != nil {
			return group{}, err
		}
	}
	return group{
		kind: k, id: set.ID, label: set.Label, api: set.Name, display: s.display(set),
		created: r.Time("CreatedDate"), modified: r.Time("SystemModstamp"),
	}, nil
}

// named finds "Permission Set: Label" and "Permission Set: Label (API_Name)".
func (permissionSets) named(displayName string) (soql.Condition, bool) {
	label, ok := cutPrefixFold(displayName, permissionSetPrefix)
	if !ok || label == "" {
		return soql.Condition{}, false
	}
	where := soql.Eq("Label", label)
	if open := strings.LastIndex(label, " ("); open > 0 && strings.HasSuffix(label, ")") {
		where = soql.Or(where, soql.Eq("Name", label[open+2:len(label)-1]))
	}
	return where, true
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

func (permissionSets) membership() membership {
	return membership{object: "PermissionSetAssignment", group: "PermissionSetId", member: "AssigneeId", where: grantableSets("PermissionSet.")}
}

// members leaves out those who are no people: Salesforce assigns permission
// sets to its own integration users, and a PUT must not take them away.
func (k permissionSets) members(q *queries, groups, only []string) {
	rows := soql.And(soql.In("PermissionSetId", groups), soql.NotIn("Assignee.UserType", notHuman[:]))
	if len(only) > 0 {
		rows = soql.And(rows, soql.In("AssigneeId", only))
	}
	q.add("assignments", soql.Select{
		Fields: []string{"Id", "PermissionSetId", "AssigneeId", "Assignee.Name"},
		From:   "PermissionSetAssignment", Where: rows, OrderBy: []string{"Id"},
	})
}

func (k permissionSets) take(ctx context.Context, a answers) (map[string][]member, error) {
	return readMembers(ctx, a, "assignments", k.membership(), func(r salesforce.Record) (member, bool) {
		return member{r.ID(), r.String("AssigneeId"), r.String("Assignee.Name"), "User"}, true
	})
}

func (permissionSets) rename(string) (salesforce.Record, error) {
	return nil, mutability("A permission set is named in Salesforce (Setup, Permission Sets), not over SCIM: only its members can be changed here.")
}

func (permissionSets) deletable() error {
	return mutability("A permission set is deleted in Salesforce (Setup, Permission Sets), not over SCIM. To take it away from everybody, remove its members.")
}
