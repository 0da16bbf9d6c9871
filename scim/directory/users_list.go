package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
)

const (
	// maxScan is how many users are read to find those that satisfy a filter
	// which SOQL cannot decide.
	maxScan = 10000
	// probe is how many users a first page may ask for and be answered without
	// reading a window: connection tests ask for one or two.
	probe = 20
)

// Users lists the users that satisfy a filter, in id order.
func (d *Directory) Users(ctx context.Context, q Query) (Page, error) {
	return described(d, func() (Page, error) { return d.users(ctx, q) })
}

// users is Users with the org as it was last described.
func (d *Directory) users(ctx context.Context, q Query) (Page, error) {
	q = q.bounded()
	if q.Filter == nil {
		return d.listed(ctx, q, human())
	}
	// A filter that does not fit the schema is refused, whoever there is.
	t, err := d.UserType(ctx)
	if err != nil {
		return Page{}, err
	}
	if err := filter.Check(q.Filter, t); err != nil {
		return Page{}, err
	}
	// What is decided here must be read, too, whether it is shown or not.
	q.Want.Attributes = q.Want.Attributes.with(attributesIn(q.Filter, t)...)
	if q.Sort.asked() {
		q.Want.Attributes = q.Want.Attributes.with(nameOf(q.Sort.By, t)...)
	}
	// With a suffix a name may be that of two, and both are read in one call below.
	if name, ok := userNameOf(q.Filter); ok && d.mapping.UsernameSuffix() == "" {
		return d.named(ctx, q, name)
	}
	v, err := d.translate(ctx, q.Filter)
	if err != nil {
		return Page{}, err
	}
	if err := v.tooLong(); err != nil {
		return Page{}, err
	}
	if v.unbounded() {
		return Page{}, v.refusal("users", `userName eq "x", emails.value ew "@example.com" or meta.lastModified gt "2026-01-01T00:00:00Z"`)
	}
	where := human()
	if v.extent == some {
		where = soql.And(human(), v.where)
	}
	switch {
	case v.extent == nobody:
		return Page{StartIndex: q.StartIndex}, nil
	case v.narrow:
		return d.narrowed(ctx, q, where)
	case !v.exact:
		return d.scanned(ctx, q, where)
	case v.bound && q.Sort.asked():
		// What Salesforce cannot sort by is sorted here, if few are left.
		_, can, err := d.sortable(ctx, q.Sort)
		if err != nil {
			return Page{}, err
		}
		if !can {
			return d.scanned(ctx, q, where)
		}
	}
	return d.listed(ctx, q, where)
}

// userNameOf recognises "userName eq "x"", the lookup before every create.
func userNameOf(e filter.Expression) (string, bool) {
	c, ok := e.(filter.Compare)
	if !ok || c.Operator != filter.Eq || c.Path.Sub != "" || !strings.EqualFold(c.Path.Attribute, "userName") {
		return "", false
	}
	name, ok := c.Value.(string)
	return name, ok && name != ""
}

// named looks one user up by userName, together with whoever else is looked up
// at this moment.
func (d *Directory) named(ctx context.Context, q Query, name string) (Page, error) {
	p, found, err := d.lookup(ctx, name, q.Want.Access)
	if err != nil || !found {
		return Page{StartIndex: q.StartIndex}, err
	}
	return d.matching(ctx, q, []*person{&p})
}

// narrowed reads the few users that a condition leaves, with what lies beside
// them, in one call, and keeps those that satisfy the filter.
func (d *Directory) narrowed(ctx context.Context, q Query, where soql.Condition) (Page, error) {
	people, err := d.find(ctx, whose{where: where}, Want{Access: q.Want.Access || aboutAccess(q.Filter), Attributes: q.Want.Attributes}, d.most+1)
	if err != nil {
		return Page{}, err
	}
	if len(people) > d.most {
		return Page{}, d.tooManyUsers()
	}
	return d.matching(ctx, q, people)
}

func (d *Directory) tooManyUsers() error {
	return tooMany("Salesforce cannot decide this filter alone and leaves more than %d users to look through. Add a condition it can decide, such as userName eq or emails.value eq.", d.most)
}

// matching renders people, keeps those that satisfy the filter, and cuts the page.
func (d *Directory) matching(ctx context.Context, q Query, people []*person) (Page, error) {
	resources, err := d.render(ctx, people...)
	if err != nil {
		return Page{}, err
	}
	matched, err := d.satisfying(ctx, q.Filter, resources, people)
	if err != nil {
		return Page{}, err
	}
	t, err := d.UserType(ctx)
	if err != nil {
		return Page{}, err
	}
	q.Sort.in(t, matched)
	return cut(matched, q), nil
}

// satisfying keeps the resources, rendered from people, that satisfy a filter.
// A manager is found by his id, too, when he is shown as the IdP named him.
func (d *Directory) satisfying(ctx context.Context, e filter.Expression, resources []map[string]any, people []*person) ([]map[string]any, error) {
	t, err := d.UserType(ctx)
	if err != nil {
		return nil, err
	}
	var byID map[string]*person
	if mentions(e, "manager") {
		byID, e = indexed(people), managersBoth(e)
	}
	holds, err := filter.Compile(e, t)
	if err != nil {
		return nil, err
	}
	var matched []map[string]any
	for _, r := range resources {
		seen := r
		if p := byID[idIn(r)]; p != nil {
			seen = withManagerID(r, p.record.String("ManagerId"))
		}
		if holds(seen) {
			matched = append(matched, r)
		}
	}
	return matched, nil
}

// aboutAccess says that deciding a filter needs groups and entitlements.
func aboutAccess(e filter.Expression) bool {
	return mentions(e, "groups") || mentions(e, "entitlements")
}

// listed pages through all users of a condition that is exact.
func (d *Directory) listed(ctx context.Context, q Query, where soql.Condition) (Page, error) {
	page := Page{StartIndex: q.StartIndex}
	if q.Count == 0 {
		var err error
		page.Total, err = d.total(ctx, where)
		return page, err
	}
	if q.Sort.asked() {
		return d.sorted(ctx, q, where)
	}
	if q.After != nil {
		return d.listedAfter(ctx, q, where)
	}
	if q.StartIndex == 1 && q.Count <= probe {
		x := &walk{where: where, shown: q.Want.Attributes, starts: []start{{first: 1}}}
		w, err := d.readWindow(ctx, x, 0, q.Count, true)
		if err != nil {
			return page, err
		}
		// Deleted users may have taken the place of others.
		if x.ended || len(w.people) == q.Count {
			page.Total = x.total
			return page, d.fill(ctx, &page, q, w.people)
		}
	}
	x, done, err := d.walkOf(ctx, "list", where, q)
	if err != nil {
		return page, err
	}
	defer done()
	people, err := d.page(ctx, x, q.StartIndex, q.Count)
	if err != nil {
		return page, err
	}
	page.Total = x.total
	if q.Want.Access && x.window != nil {
		// For the whole window: the next pages are cut from it.
		if err := d.loadAccess(ctx, x.window.people); err != nil {
			return page, err
		}
	}
	return page, d.fill(ctx, &page, q, people)
}

// total counts the users of a condition without reading them.
func (d *Directory) total(ctx context.Context, where soql.Condition) (int, error) {
	dead, frozen, err := d.store.allBuried(ctx)
	if err != nil {
		return 0, err
	}
	counts := newQueries()
	d.addCounts(counts, where, dead, frozen)
	a, err := counts.run(ctx, d.salesforce)
	if err != nil {
		return 0, fmt.Errorf("directory: count users: %w", err)
	}
	return d.takeCounts(ctx, a, where, dead, frozen)
}

// fill renders the people of a page.
func (d *Directory) fill(ctx context.Context, page *Page, q Query, people []*person) error {
	if q.Want.Access {
		if err := d.loadAccess(ctx, people); err != nil {
			return err
		}
	}
	var err error
	page.Resources, err = d.render(ctx, people...)
	return err
}

// walkOf takes the walk of a list, and its lock: the pages of one list are cut
// one after the other, so that no window is read twice.
func (d *Directory) walkOf(ctx context.Context, kind string, where soql.Condition, q Query) (x *walk, done func(), err error) {
	statement, err := soql.Select{Fields: []string{"Id"}, From: "User", Where: where}.Build()
	if err != nil {
		return nil, nil, fmt.Errorf("directory: list users: %w", err)
	}
	key := kind + " " + q.Want.Attributes.String() + " " + q.Sort.String() + " " + statement
	if kind == "scan" {
		key += " " + q.Filter.String()
	}
	if done, err = d.locks.lock(ctx, key); err != nil {
		return nil, nil, err
	}
	return d.walks.take(key, where, q.Want.Attributes, q.begins()), done, nil
}

// scanned finds the users that satisfy a filter by looking at all that a
// condition leaves, and remembers their ids for the next pages.
func (d *Directory) scanned(ctx context.Context, q Query, where soql.Condition) (Page, error) {
	x, done, err := d.walkOf(ctx, "scan", where, q)
	if err != nil {
		return Page{}, err
	}
	defer done()
	if x.matched == nil {
		ids, err := d.scan(ctx, q, where)
		if err != nil {
			return Page{}, err
		}
		x.matched = &matched{ids, d.now()}
	}
	return d.pageOf(ctx, q, x.matched.ids)
}

// scan looks through the windows of a condition.
func (d *Directory) scan(ctx context.Context, q Query, where soql.Condition) ([]string, error) {
	t, err := d.UserType(ctx)
	if err != nil {
		return nil, err
	}
	var matched []map[string]any
	x := &walk{where: where, shown: q.Want.Attributes, starts: []start{{first: 1}}}
	for index := 0; index < len(x.starts); index++ {
		if x.starts[index].first > d.most {
			return nil, d.tooManyUsers()
		}
		w, err := d.readWindow(ctx, x, index, d.window, true)
		if err != nil {
			return nil, err
		}
		if x.total > d.most {
			return nil, d.tooManyUsers()
		}
		if aboutAccess(q.Filter) {
			if err := d.loadAccess(ctx, w.people); err != nil {
				return nil, err
			}
		}
		for part := range slices.Chunk(w.people, maxArguments) {
			resources, err := d.render(ctx, part...)
			if err != nil {
				return nil, err
			}
			satisfying, err := d.satisfying(ctx, q.Filter, resources, part)
			if err != nil {
				return nil, err
			}
			matched = append(matched, satisfying...)
		}
	}
	q.Sort.in(t, matched)
	ids := make([]string, len(matched))
	for i, r := range matched {
		ids[i] = idIn(r)
	}
	return ids, nil
}
