package directory

import (
	"context"
	"slices"
	"strings"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
)

// maxGroups is how many groups a list is made of at most.
const maxGroups = 50000

// Groups lists the groups that satisfy a filter: public groups first, then
// permission sets, each in id order. Equality on id, displayName, members and
// externalId is asked of Salesforce, anything else is decided over all groups.
func (d *Directory) Groups(ctx context.Context, q Query) (Page, error) {
	q = q.bounded()
	if q.Filter != nil {
		if _, err := filter.Match(q.Filter, d.mapping.Group(), map[string]any{}); err != nil {
			return Page{}, err
		}
	}
	asks, some, err := d.asksFor(ctx, q.Filter)
	if err != nil || some && len(asks) == 0 {
		return Page{StartIndex: q.StartIndex}, err
	}
	members, only := membersSpoken(q.Filter)
	var groups []*group
	if some || members {
		groups, err = d.findGroups(ctx, asks, members, only)
	} else {
		groups, err = d.allGroups(ctx, asks, q.begins())
	}
	if err != nil {
		return Page{}, err
	}
	if len(groups) > maxGroups {
		return Page{}, tooMany("The org has more than %d groups; ask for one by displayName.", maxGroups)
	}
	if groups, err = d.satisfyingGroups(ctx, q.Filter, groups, members); err != nil {
		return Page{}, err
	}
	if groups, err = d.sortGroups(ctx, q.Sort, groups); err != nil {
		return Page{}, err
	}
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.id
	}
	from, to := q.bounds(ids)
	page := Page{Total: len(groups), StartIndex: q.StartIndex, Next: q.next(ids, to)}
	groups = groups[from:to]
	if q.Want.Members && (!members || only != nil) {
		for _, g := range groups {
			g.members = nil // those of the filter only
		}
		if err := d.loadMembers(ctx, groups, nil); err != nil {
			return page, err
		}
	}
	page.Resources, err = d.showGroups(ctx, groups, q.Want.Members)
	return page, err
}

// allGroups reads all groups, or takes those read for an earlier page of the
// list: a list that begins is always read anew.
func (d *Directory) allGroups(ctx context.Context, asks []ask, begin bool) ([]*group, error) {
	const key = "all"
	seen, ok := d.catalogue.get(key, walkFor)
	if !ok || begin {
		found, err := d.findGroups(ctx, asks, false, nil)
		if err != nil {
			return nil, err
		}
		seen = make([]group, len(found))
		for i, g := range found {
			seen[i] = *g
		}
		if len(seen) <= maxGroups {
			d.catalogue.put(key, seen)
		}
	}
	groups := make([]*group, len(seen))
	for i, g := range seen {
		groups[i] = &g
	}
	return groups, nil
}

func (d *Directory) satisfyingGroups(ctx context.Context, e filter.Expression, groups []*group, members bool) ([]*group, error) {
	if e == nil {
		return groups, nil
	}
	resources, err := d.showGroups(ctx, groups, members)
	if err != nil {
		return nil, err
	}
	var matched []*group
	for i, r := range resources {
		ok, err := filter.Match(e, d.mapping.Group(), r)
		if err != nil {
			return nil, err
		}
		if ok {
			matched = append(matched, groups[i])
		}
	}
	return matched, nil
}

// sortGroups brings groups into the order that is asked for, without asking
// Salesforce: by what they are shown with but members.
func (d *Directory) sortGroups(ctx context.Context, s Sort, groups []*group) ([]*group, error) {
	if !s.asked() {
		return groups, nil
	}
	t, err := d.GroupType(ctx)
	if err != nil {
		return nil, err
	}
	resources, err := d.showGroups(ctx, groups, false)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*group, len(groups))
	for _, g := range groups {
		byID[g.id] = g
	}
	s.in(t, resources)
	sorted := make([]*group, len(resources))
	for i, r := range resources {
		sorted[i] = byID[idIn(r)]
	}
	return sorted, nil
}

// asksFor finds what to ask Salesforce for so that all groups that satisfy a
// filter are among the answers; some is false when that is everything.
func (d *Directory) asksFor(ctx context.Context, e filter.Expression) (asks []ask, some bool, err error) {
	equal := equalities(e)
	if id, ok := equal["id"]; ok {
		if key, k, ok := d.groupID(id); ok {
			return []ask{{kind: k, ids: []string{key}}}, true, nil
		}
		return nil, true, nil
	}
	if name, ok := equal["displayname"]; ok {
		if !plausible(name) {
			return nil, true, nil
		}
		for _, k := range d.kinds {
			if where, can := k.named(strings.TrimSpace(name)); can {
				asks = append(asks, ask{kind: k, where: where})
			}
		}
		return asks, true, nil
	}
	if member, ok := equal["members"]; ok {
		id, isID := salesforce.ID18(member)
		for _, k := range d.kinds {
			if isID && slices.Contains(k.memberKinds(), salesforce.KeyPrefix(id)) {
				m := k.membership()
				asks = append(asks, ask{kind: k, where: soql.InSelect("Id", soql.Select{
					Fields: []string{m.group}, From: m.object, Where: soql.And(soql.Eq(m.member, id), m.where),
				})})
			}
		}
		return asks, true, nil
	}
	if external, ok := equal["externalid"]; ok {
		for _, k := range d.kinds {
			ids, _, err := d.store.byEcho(ctx, k.prefix(), "externalId", equals, external, maxEcho)
			if err != nil {
				return nil, true, err
			}
			if len(ids) > 0 {
				asks = append(asks, ask{kind: k, ids: ids})
			}
		}
		return asks, true, nil
	}
	for _, k := range d.kinds {
		asks = append(asks, ask{kind: k})
	}
	return asks, false, nil
}

// equalities are the attributes of which every satisfying group has one known
// value, in lower case; "members" stands for "members.value".
func equalities(e filter.Expression) map[string]string {
	switch e := e.(type) {
	case filter.And:
		all := equalities(e.Left)
		for name, value := range equalities(e.Right) {
			all[name] = value
		}
		return all
	case filter.ValuePath:
		return equalities(within(e.Path, e.Filter))
	case filter.Compare:
		text, ok := e.Value.(string)
		name := strings.ToLower(e.Path.Attribute)
		if ok && e.Operator == filter.Eq && (e.Path.Sub == "" || name == "members" && strings.EqualFold(e.Path.Sub, "value")) {
			return map[string]string{name: text}
		}
	}
	return map[string]string{}
}

// membersSpoken says whether deciding a filter needs members, and which of them
// are enough: nil means all.
func membersSpoken(e filter.Expression) (needed bool, only []string) {
	if !mentions(e, "members") {
		return false, nil
	}
	if member, ok := equalities(e)["members"]; ok && mentionsOnce(e, "members") {
		if id, ok := salesforce.ID18(member); ok {
			return true, []string{id}
		}
	}
	return true, nil
}

// mentionsOnce says that a filter of ands compares an attribute in one place.
func mentionsOnce(e filter.Expression, attribute string) bool {
	and, ok := e.(filter.And)
	if !ok {
		return mentions(e, attribute)
	}
	left, right := mentions(and.Left, attribute), mentions(and.Right, attribute)
	return left != right && (left && mentionsOnce(and.Left, attribute) || right && mentionsOnce(and.Right, attribute))
}
