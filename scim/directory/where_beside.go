package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
	"scimforce/scim/mapping"
)

const (
	// maxBeside is how many ids found beside User (frozen users, members of a
	// group) go into a statement; with more they do not narrow a filter.
	maxBeside = 1500
	// maxGroupsAsked is how many groups a filter over users may name: with the
	// frozen users, five queries are what one call takes.
	maxGroupsAsked = 4
)

// besideUsers is what a filter needs to know of what lies beside users. It is
// asked for first and goes into the condition as ids: Salesforce takes a
// semi-join only at the top level of a condition, never inside OR, and few
// users are ever frozen.
type besideUsers struct {
	frozen  found
	members map[string]found // by the group's id
}

// found are users by id, in id order; many says that there are more than fit.
type found struct {
	ids  []string
	many bool
}

// readBeside asks, in one call, who is frozen and who is in the groups that a
// filter names.
func (d *Directory) readBeside(ctx context.Context, e filter.Expression) (*besideUsers, error) {
	q := newQueries()
	if mentions(e, "active") || mentions(e, "frozen") {
		q.add("frozen", soql.Select{Fields: []string{"UserId"}, From: "UserLogin", Where: soql.Eq("IsFrozen", true), OrderBy: []string{"UserId"}, Limit: maxBeside + 1})
	}
	groups := slices.Compact(slices.Sorted(slices.Values(groupsNamed(e))))
	groups = slices.DeleteFunc(groups, func(id string) bool { return d.kindOf(id) == nil })
	groups = groups[:min(len(groups), maxGroupsAsked)]
	for i, id := range groups {
		m := d.kindOf(id).membership()
		q.add(fmt.Sprintf("group%d", i), soql.Select{
			Fields: []string{m.member}, From: m.object, Limit: maxBeside + 1,
			Where: soql.And(soql.Eq(m.group, id), m.where),
		})
	}
	a, err := q.run(ctx, d.salesforce)
	if err != nil {
		return nil, fmt.Errorf("directory: read what a filter asks for beside users: %w", err)
	}
	b := &besideUsers{members: map[string]found{}}
	if a.has("frozen") {
		if b.frozen, err = takeIDs(ctx, a, "frozen", "UserId"); err != nil {
			return nil, err
		}
	}
	for i, id := range groups {
		if b.members[id], err = takeIDs(ctx, a, fmt.Sprintf("group%d", i), d.kindOf(id).membership().member); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// takeIDs reads one field of the users in an answer.
func takeIDs(ctx context.Context, a answers, ref, field string) (found, error) {
	rows, err := a.optional(ctx, ref)
	if err != nil {
		return found{}, fmt.Errorf("directory: read what a filter asks for beside users: %w", err)
	}
	f := found{many: len(rows) > maxBeside}
	for _, r := range rows {
		if id := r.String(field); salesforce.KeyPrefix(id) == prefixUser { // a group may hold groups
			f.ids = append(f.ids, id)
		}
	}
	slices.Sort(f.ids)
	return f, nil
}

// groupsNamed are the ids that a filter compares groups with.
func groupsNamed(e filter.Expression) []string {
	switch e := e.(type) {
	case filter.And:
		return append(groupsNamed(e.Left), groupsNamed(e.Right)...)
	case filter.Or:
		return append(groupsNamed(e.Left), groupsNamed(e.Right)...)
	case filter.Not:
		return groupsNamed(e.X)
	case filter.ValuePath:
		return groupsNamed(within(e.Path, e.Filter))
	case filter.Compare:
		if text, ok := e.Value.(string); ok && e.Operator == filter.Eq && strings.EqualFold(e.Path.Attribute, "groups") {
			if id, ok := salesforce.ID18(text); ok {
				return []string{id}
			}
		}
	}
	return nil
}

// active translates active: IsActive, and not frozen.
func (l *userLanguage) active(want bool) leaf {
	on := leaf{verdict{extent: some, where: soql.Eq("IsActive", true)}, soql.Eq("IsActive", false)}
	switch {
	case l.beside == nil:
		l.needed = true
		fallthrough
	case l.beside.frozen.many:
		if want {
			return on
		}
		return leaf{}
	}
	if frozen := l.beside.frozen.ids; len(frozen) > 0 {
		on.where = soql.And(on.where, soql.NotIn("Id", frozen))
		on.others = soql.Or(on.others, soql.In("Id", frozen))
	}
	on.exact = true
	if !want {
		return on.opposite()
	}
	return on
}

// frozen translates the attribute frozen: UserLogin says it.
func (l *userLanguage) frozen(want bool) leaf {
	if l.beside == nil {
		l.needed = true
		return leaf{}
	}
	if l.beside.frozen.many {
		return leaf{}
	}
	on := oneOf(l.beside.frozen.ids)
	if !want {
		return on.opposite()
	}
	return on
}

// compareGroups translates "groups.value eq id": who is directly in it.
func (l *userLanguage) compareGroups(c filter.Compare) leaf {
	if c.Operator != filter.Eq || c.Path.Sub != "" && !strings.EqualFold(c.Path.Sub, "value") {
		return leaf{}
	}
	text, _ := c.Value.(string)
	id, ok := salesforce.ID18(text)
	if !ok || id != text || l.d.kindOf(id) == nil {
		return leaf{verdict: nothing()}
	}
	if l.beside == nil {
		l.needed = true
		return leaf{}
	}
	members, asked := l.beside.members[id]
	if !asked || members.many {
		return leaf{}
	}
	return oneOf(members.ids)
}

// mentions says whether a filter speaks of an attribute, by name without URN.
func mentions(e filter.Expression, attribute string) bool {
	switch e := e.(type) {
	case filter.And:
		return mentions(e.Left, attribute) || mentions(e.Right, attribute)
	case filter.Or:
		return mentions(e.Left, attribute) || mentions(e.Right, attribute)
	case filter.Not:
		return mentions(e.X, attribute)
	case filter.Compare:
		return strings.EqualFold(e.Path.Attribute, attribute)
	case filter.Present:
		return strings.EqualFold(e.Path.Attribute, attribute)
	case filter.ValuePath:
		return strings.EqualFold(e.Path.Attribute, attribute)
	default:
		return false
	}
}

// withManagerID is a resource that shows its manager by his id, too, where he is
// shown as the IdP named him. It is for filters that went through managersBoth.
func withManagerID(r map[string]any, id string) map[string]any {
	enterprise, _ := r[mapping.EnterpriseURN].(map[string]any)
	manager, _ := enterprise["manager"].(map[string]any)
	if manager == nil || id == "" || manager["value"] == id {
		return r
	}
	r, enterprise, manager = maps.Clone(r), maps.Clone(enterprise), maps.Clone(manager)
	manager["value"] = []any{manager["value"], id}
	enterprise["manager"], r[mapping.EnterpriseURN] = manager, enterprise
	return r
}

// managersBoth makes a filter one that holds for a manager with two names: "ne"
// then means that he has neither.
func managersBoth(e filter.Expression) filter.Expression {
	return rewritten(e, func(e filter.Expression) filter.Expression {
		if c, ok := e.(filter.Compare); ok && c.Operator == filter.Ne && strings.EqualFold(c.Path.Attribute, "manager") {
			c.Operator = filter.Eq
			return filter.Not{X: c}
		}
		return e
	})
}
