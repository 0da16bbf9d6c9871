package directory

import (
	"context"

	"scimforce/scim/filter"
)

// maxGroups is how many groups a list is made of at most.
const maxGroups = 50000

// Groups lists the groups that satisfy a filter: public groups first, then
// permission sets, each in id order. What Salesforce cannot decide is decided
// over the groups that it leaves.
func (d *Directory) Groups(ctx context.Context, q Query) (Page, error) {
	q = q.bounded()
	t, err := d.GroupType(ctx)
	if err != nil {
		return Page{}, err
	}
	if q.Filter != nil {
		if err := filter.Check(q.Filter, t); err != nil {
			return Page{}, err
		}
	}
	p, err := d.planFor(ctx, q.Filter)
	if err != nil || len(p.asks) == 0 {
		return Page{StartIndex: q.StartIndex}, err
	}
	var groups []*group
	if p.whole {
		groups, err = d.allGroups(ctx, p.asks, q.begins())
	} else {
		groups, err = d.findGroups(ctx, p.asks, p.members && p.byID, p.only)
	}
	if err != nil {
		return Page{}, err
	}
	if len(groups) > p.most {
		return Page{}, tooMany("The filter leaves more than %d groups to look through; ask for fewer by displayName.", p.most)
	}
	if p.members && !p.byID {
		if err := d.loadMembers(ctx, groups, p.only); err != nil {
			return Page{}, err
		}
	}
	if !p.exact {
		if groups, err = d.satisfyingGroups(ctx, q.Filter, groups, p.members); err != nil {
			return Page{}, err
		}
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
	if q.Want.Members && (!p.members || p.only != nil) {
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
	t, err := d.GroupType(ctx)
	if err != nil {
		return nil, err
	}
	resources, err := d.showGroups(ctx, groups, members)
	if err != nil {
		return nil, err
	}
	holds, err := filter.Compile(e, t)
	if err != nil {
		return nil, err
	}
	var matched []*group
	for i, r := range resources {
		if holds(r) {
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

// plan is how the groups that satisfy a filter are found.
type plan struct {
	asks []ask
	// whole: all groups are asked for. byID: one of them is, by its id. exact:
	// those that are asked for satisfy the filter, all of them.
	whole, byID, exact bool
	// members: they decide the filter; only: those alone, nil for all.
	members bool
	only    []string
	most    int // groups that may be found
}

// planFor finds what to ask Salesforce for so that all groups that satisfy a
// filter are among the answers.
func (d *Directory) planFor(ctx context.Context, e filter.Expression) (plan, error) {
	p := plan{exact: true, whole: true, most: maxGroups}
	only, all := membersNamed(e)
	p.members = all || len(only) > 0
	if !all {
		p.only = only
	}
	if id, ok := idNamed(e); ok {
		p.byID, p.exact, p.whole = true, false, false
		if key, k, ok := d.groupID(id); ok {
			p.asks = []ask{{kind: k, ids: []string{key}}}
		}
		return p, nil
	}
	verdicts, err := d.translateGroups(ctx, e)
	if err != nil {
		return plan{}, err
	}
	for _, v := range verdicts {
		p.exact, p.whole = p.exact && v.exact, p.whole && v.extent == everybody
	}
	switch {
	case p.exact:
		p.members, p.only = false, nil
	case p.members:
		p.most = min(d.most, maxMembersRead)
	default:
		p.most = d.most
	}
	for _, v := range verdicts {
		if err := v.tooLong(); err != nil {
			return plan{}, err
		}
		// Names of groups are few; who is in them is not looked through for all.
		if p.members && v.unbounded() {
			return plan{}, v.refusal("groups", `displayName eq "x" or members.value eq "x"`)
		}
		if v.extent != nobody {
			a := ask{kind: v.kind, where: v.where, limit: p.most + 1}
			if p.whole {
				a.limit = maxGroups + 1
			}
			p.asks = append(p.asks, a)
		}
	}
	return p, nil
}
