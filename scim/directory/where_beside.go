package directory

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
	"scimforce/scim/mapping"
)

// maxBeside is how many ids found beside User (frozen users, members of a
// group) go into a statement; with more they do not narrow a filter.
const maxBeside = 2000

// compareActive translates active: IsActive, and not frozen. The frozen users
// are asked for first: Salesforce takes a semi-join only at the top level of a
// condition, never inside OR, and few users are ever frozen.
func (d *Directory) compareActive(ctx context.Context, c filter.Compare) (verdict, error) {
	want, ok := boolean(c.Value)
	if !ok || c.Operator != filter.Eq && c.Operator != filter.Ne {
		return verdict{}, nil
	}
	want = want == (c.Operator == filter.Eq)
	q := newQueries()
	q.add("frozen", soql.Select{Fields: []string{"UserId"}, From: "UserLogin", Where: soql.Eq("IsFrozen", true), OrderBy: []string{"UserId"}, Limit: maxBeside + 1})
	a, err := q.run(ctx, d.salesforce)
	if err != nil {
		return verdict{}, fmt.Errorf("directory: read the frozen users: %w", err)
	}
	rows, err := a.optional(ctx, "frozen")
	if err != nil {
		return verdict{}, err
	}
	frozen := column1(rows, "UserId")
	switch {
	case len(frozen) > maxBeside && want:
		return verdict{extent: some, where: soql.Eq("IsActive", true)}, nil
	case len(frozen) > maxBeside:
		return verdict{}, nil
	case len(frozen) == 0:
		return verdict{extent: some, where: soql.Eq("IsActive", want), exact: true}, nil
	case want:
		return verdict{extent: some, where: soql.And(soql.Eq("IsActive", true), soql.NotIn("Id", frozen)), exact: true}, nil
	default:
		return verdict{extent: some, where: soql.Or(soql.Eq("IsActive", false), soql.In("Id", frozen)), exact: true}, nil
	}
}

// compareGroups translates "groups.value eq id": who is directly in it.
func (d *Directory) compareGroups(ctx context.Context, c filter.Compare) (verdict, error) {
	text, _ := c.Value.(string)
	id, ok := salesforce.ID18(text)
	if c.Operator != filter.Eq || c.Path.Sub != "" && !strings.EqualFold(c.Path.Sub, "value") {
		return verdict{}, nil
	}
	k := d.kindOf(id)
	if !ok || k == nil {
		return verdict{extent: nobody, exact: true}, nil
	}
	m := k.membership()
	q := newQueries()
	q.add("members", soql.Select{
		Fields: []string{m.member}, From: m.object, Limit: maxBeside + 1,
		Where: soql.And(soql.Eq(m.group, id), m.where),
	})
	a, err := q.run(ctx, d.salesforce)
	if err != nil {
		return verdict{}, fmt.Errorf("directory: read the members of %s: %w", id, err)
	}
	rows, err := a.optional(ctx, "members")
	if err != nil {
		return verdict{}, err
	}
	var users []string
	for _, member := range column1(rows, m.member) {
		if salesforce.KeyPrefix(member) == prefixUser {
			users = append(users, member)
		}
	}
	switch {
	case len(rows) > maxBeside:
		return verdict{}, nil
	case len(users) == 0:
		return verdict{extent: nobody, exact: true}, nil
	default:
		return verdict{extent: some, where: soql.In("Id", users), exact: true}, nil
	}
}

// column1 is one field of all records.
func column1(records []salesforce.Record, field string) []string {
	values := make([]string, len(records))
	for i, r := range records {
		values[i] = r.String(field)
	}
	return values
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

// withManagerID is a resource that shows its manager by his id.
func withManagerID(r map[string]any, id string) map[string]any {
	enterprise, _ := r[mapping.EnterpriseURN].(map[string]any)
	manager, _ := enterprise["manager"].(map[string]any)
	if manager == nil || id == "" {
		return r
	}
	r, enterprise, manager = maps.Clone(r), maps.Clone(enterprise), maps.Clone(manager)
	manager["value"], enterprise["manager"], r[mapping.EnterpriseURN] = id, manager, enterprise
	return r
}
