package directory

import (
	"context"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
	"scimforce/scim/mapping"
)

// maxGroupName is the length of Group.Name.
//
// unverified: 40; the length of DeveloperName, 80, as well.
const maxGroupName = 40

// publicGroups are groups of Type Regular; their displayName is their Name.
type publicGroups struct{}

func (publicGroups) name() string                { return mapping.KindPublicGroup }
func (publicGroups) prefix() string              { return prefixGroup }
func (publicGroups) object() string              { return "Group" }
func (publicGroups) where() soql.Condition       { return soql.Eq("Type", "Regular") }
func (publicGroups) display(label string) string { return label }
func (publicGroups) memberKinds() []string       { return []string{prefixUser, prefixGroup} }
func (publicGroups) deletable() error            { return nil }
func (publicGroups) stripped(p Policy) bool      { return p.RemoveGroups }
func (publicGroups) fields() []string {
	return []string{"Id", "Name", "DeveloperName", "CreatedDate", "SystemModstamp"}
}

func (k publicGroups) group(_ context.Context, r salesforce.Record) (group, error) {
	return group{
		kind: k, id: r.ID(), label: r.String("Name"), api: r.String("DeveloperName"), display: r.String("Name"),
		created: r.Time("CreatedDate"), modified: r.Time("SystemModstamp"),
	}, nil
}

func (publicGroups) named(displayName string) (soql.Condition, bool) {
	return soql.Eq("Name", displayName), !strings.HasPrefix(displayName, permissionSetPrefix)
}

func (publicGroups) membership() membership {
	return membership{object: "GroupMember", group: "GroupId", member: "UserOrGroupId", where: soql.Eq("Group.Type", "Regular")}
}

// members asks for the rows, and for those of their users and groups that SCIM
// shows: a public group may also hold roles and people who are none, which a
// PUT that does not name them must not take out.
func (k publicGroups) members(q *queries, groups, only []string) {
	rows := soql.In("GroupId", groups)
	if len(only) > 0 {
		rows = soql.And(rows, soql.In("UserOrGroupId", only))
	}
	inside := soql.InSelect("Id", soql.Select{Fields: []string{"UserOrGroupId"}, From: "GroupMember", Where: rows})
	q.add("group_members", soql.Select{Fields: []string{"Id", "GroupId", "UserOrGroupId"}, From: "GroupMember", Where: rows, OrderBy: []string{"Id"}})
	q.add("member_users", soql.Select{Fields: []string{"Id", "Name"}, From: "User", Where: soql.And(human(), inside)})
	q.add("member_groups", soql.Select{Fields: []string{"Id", "Name"}, From: "Group", Where: soql.And(k.where(), inside)})
}

func (k publicGroups) take(ctx context.Context, a answers) (map[string][]member, error) {
	shown := map[string]member{}
	for ref, class := range map[string]string{"member_users": "User", "member_groups": "Group"} {
		records, err := a.records(ctx, ref)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			shown[r.ID()] = member{id: r.ID(), display: r.String("Name"), class: class}
		}
	}
	return readMembers(ctx, a, "group_members", k.membership(), func(r salesforce.Record) (member, bool) {
		m, ok := shown[r.String("UserOrGroupId")]
		m.row = r.ID()
		return m, ok
	})
}

func (publicGroups) rename(displayName string) (salesforce.Record, error) {
	if err := groupName(displayName); err != nil {
		return nil, err
	}
	return salesforce.Record{"Name": displayName}, nil
}

// groupName checks the displayName of a public group before any call.
func groupName(displayName string) error {
	switch n := utf8.RuneCountInString(displayName); {
	case strings.TrimSpace(displayName) == "":
		return invalidValue("displayName is required: it is the name of the public group.")
	case strings.HasPrefix(displayName, permissionSetPrefix):
		return invalidValue("A displayName that begins with %q is that of a permission set, and permission sets are made in Salesforce (Setup, Permission Sets), not over SCIM. "+
			"Make it there and push its members, or send another displayName for a public group.", permissionSetPrefix)
	case n > maxGroupName:
		return invalidValue("displayName has %d characters; the Salesforce field Group.Name takes %d.", n, maxGroupName)
	default:
		return nil
	}
}

// developerName derives the API name of a public group: ASCII letters, digits
// and single underscores, beginning with a letter. attempt tells apart names
// that come out the same.
func developerName(displayName string, attempt int) string {
	var b strings.Builder
	gap := false
	for _, r := range displayName {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = b.Len() > 0
			continue
		}
		if b.Len() == 0 && !unicode.IsLetter(r) {
			b.WriteString("G_")
		}
		if gap {
			b.WriteByte('_')
			gap = false
		}
		b.WriteRune(r)
	}
	name := b.String()
	if name == "" {
		name = "Group"
	}
	if attempt > 0 {
		name += "_" + strconv.Itoa(attempt+1)
	}
	return name
}
