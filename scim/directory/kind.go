package directory

import (
	"context"
	"time"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
)

// kind is one kind of Salesforce access shown as SCIM groups. A kind says where
// its groups and their members lie and what may be done with them; the verbs
// are the same for all. A new kind is a new file and a line in New.
type kind interface {
	// name is the kind as mapping.Membership spells it.
	name() string
	// prefix is the key prefix of the ids of its groups.
	prefix() string
	// object is the sObject of its groups, fields what is read of it, where
	// which of its records are groups of this kind.
	object() string
	fields() []string
	where() soql.Condition
	// group reads a record.
	group(ctx context.Context, r salesforce.Record) (group, error)
	// display is the displayName of a label.
	display(label string) string
	// named is the condition for records that may bear a displayName; false
	// when none of this kind can.
	named(displayName string) (soql.Condition, bool)
	// titled says what SOQL can of a comparison of displayName with a text.
	titled(how operator, text string) leaf

	// membership is where members lie.
	membership() membership
	// memberKinds are the key prefixes of those who can be members.
	memberKinds() []string
	// members adds the queries for the members of groups, those that SCIM shows,
	// only those of the given ids if there are any; take reads the answers.
	members(q *queries, groups, only []string)
	take(ctx context.Context, a answers) (map[string][]member, error)

	// rename makes the fields for another displayName; the error says why not.
	rename(displayName string) (salesforce.Record, error)
	// deletable says why a group cannot be deleted, nil when it can.
	deletable() error
	// stripped says whether a deleted user loses these grants.
	stripped(Policy) bool
}

// group is one group as Salesforce holds it.
type group struct {
	kind              kind
	id, label, api    string
	display           string
	created, modified time.Time
	members           []member
	// going are the members who are to be removed, where they were read along
	// with the group; nil when they were not.
	going []member
}

// member is one member of a group.
type member struct {
	row     string // id of the assigning record
	id      string
	display string
	class   string // "User" or "Group"
}

// membership is the object that assigns members to groups of a kind.
type membership struct {
	object, group, member string
	where                 soql.Condition // beyond the group
}

// knownGroup is a group that was seen lately.
type knownGroup struct{ group }

const (
	// identityFor is how long a group is believed to be of its kind: what it is
	// cannot be changed, and that it is gone Salesforce says itself.
	identityFor = 10 * time.Minute
	// nameFor is how long its name is believed.
	nameFor = time.Minute
)

// kindOf finds the kind of an id, nil when there is none.
func (d *Directory) kindOf(id string) kind {
	for _, k := range d.kinds {
		if k.prefix() == salesforce.KeyPrefix(id) {
			return k
		}
	}
	return nil
}

// groupID brings a group's id to 18 characters and finds its kind; false for
// ids that need no call to be answered with 404.
func (d *Directory) groupID(id string) (string, kind, bool) {
	id, ok := salesforce.ID18(id)
	if !ok {
		return "", nil, false
	}
	k := d.kindOf(id)
	return id, k, k != nil
}

// readMembers reads the query of an object whose rows are members.
func readMembers(ctx context.Context, a answers, ref string, m membership, make func(salesforce.Record) (member, bool)) (map[string][]member, error) {
	rows, err := a.optional(ctx, ref)
	if err != nil {
		return nil, err
	}
	all := map[string][]member{}
	for _, r := range rows {
		if one, ok := make(r); ok {
			all[r.String(m.group)] = append(all[r.String(m.group)], one)
		}
	}
	return all, nil
}
