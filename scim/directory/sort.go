package directory

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/salesforce/soql"
	"scimforce/scim/resource"
)

// maxSorted is how many users are brought into another order than that of ids.
// Their ids are read, 2,000 in one call.
const maxSorted = 50000

// asked says that the list is wanted in another order than that of ids.
func (s Sort) asked() bool { return s.By.Attribute != "" }

// String tells orders apart.
func (s Sort) String() string {
	return strings.ToLower(fmt.Sprintf("%s %s %s %t", s.By.URN, s.By.Attribute, s.By.Sub, s.Descending))
}

// sorted lists the users of a condition that is exact, in another order than
// that of ids. Salesforce sorts them, by its own rules for letters; only their
// ids are read, and remembered for the next pages.
func (d *Directory) sorted(ctx context.Context, q Query, where soql.Condition) (Page, error) {
	order, err := d.orderBy(ctx, q.Sort)
	if err != nil {
		return Page{}, err
	}
	x, done, err := d.walkOf(ctx, "sorted", where, q)
	if err != nil {
		return Page{}, err
	}
	defer done()
	if x.matched == nil {
		ids, err := d.sortedIDs(ctx, where, order)
		if err != nil {
			return Page{}, err
		}
		x.matched = &matched{ids, d.now()}
	}
	return d.pageOf(ctx, q, x.matched.ids)
}

// sortable finds the field by which Salesforce can sort for an order; false when
// there is none.
func (d *Directory) sortable(ctx context.Context, s Sort) (field string, can bool, err error) {
	if found, ok := d.org.latest().Search(s.By); ok && found.Field != "IsActive" { // active is more than that
		field = found.Field
	}
	can, err = d.org.sortable(ctx, field)
	return field, can, err
}

// orderBy is the order as SOQL says it. Those without a value come last, and
// first when descending (RFC 7644 section 3.4.2.3).
func (d *Directory) orderBy(ctx context.Context, s Sort) ([]string, error) {
	field, can, err := d.sortable(ctx, s)
	if err != nil {
		return nil, err
	}
	if !can {
		return nil, scimerrors.ScimError{
			Status: http.StatusBadRequest, ScimType: scimerrors.ScimTypeInvalidValue,
			Detail: fmt.Sprintf("sortBy: Salesforce cannot sort users by %s, which is none of its fields. Sort by userName, name.familyName, meta.lastModified or another attribute that is one, or add a filter that leaves few users.", s.By),
		}
	}
	if s.Descending {
		return []string{field + " DESC NULLS FIRST", "Id"}, nil
	}
	return []string{field + " ASC NULLS LAST", "Id"}, nil
}

// sortedIDs reads the ids of the users who are visible.
func (d *Directory) sortedIDs(ctx context.Context, where soql.Condition, order []string) ([]string, error) {
	q := newQueries()
	q.add("users", soql.Select{Fields: []string{"Id", "IsActive", "UserType"}, From: "User", Where: where, OrderBy: order, Limit: maxSorted + 1})
	a, err := q.run(ctx, d.salesforce)
	if err != nil {
		return nil, fmt.Errorf("directory: sort users: %w", err)
	}
	people, err := takeUsers(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("directory: sort users: %w", err)
	}
	if len(people) > maxSorted {
		return nil, tooMany("More than %d users would have to be sorted. Add a filter that leaves fewer, or leave sortBy out.", maxSorted)
	}
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = p.record.ID()
	}
	buried, err := d.store.buried(ctx, ids)
	if err != nil {
		return nil, err
	}
	// Only of those with a tombstone it matters who is frozen.
	doubtful := slices.DeleteFunc(slices.Clone(people), func(p *person) bool { return !buried[p.record.ID()] || !p.record.Bool("IsActive") })
	if err := d.beside(ctx, doubtful, true, false); err != nil {
		return nil, err
	}
	if people, err = d.visible(ctx, people); err != nil {
		return nil, err
	}
	ids = ids[:0]
	for _, p := range people {
		ids = append(ids, p.record.ID())
	}
	return ids, nil
}

// pageOf reads the users of a page out of the ids of all.
func (d *Directory) pageOf(ctx context.Context, q Query, ids []string) (Page, error) {
	from, to := q.bounds(ids)
	page := Page{Total: len(ids), StartIndex: q.StartIndex, Next: q.next(ids, to)}
	ids = ids[from:to]
	if len(ids) == 0 {
		return page, nil
	}
	people, err := d.find(ctx, whose{ids: ids, byID: true}, q.Want, 0)
	if err != nil {
		return page, err
	}
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(people, func(a, b *person) int { return cmp.Compare(place[a.record.ID()], place[b.record.ID()]) })
	page.Resources, err = d.render(ctx, people...)
	return page, err
}

// in brings resources, which come in the order of ids, into the order that is
// asked for. Texts are compared without regard to case, unless it matters.
func (s Sort) in(t resource.Type, resources []map[string]any) {
	if !s.asked() {
		return
	}
	keys := make(map[string]any, len(resources))
	for _, r := range resources {
		keys[idIn(r)] = s.key(t, r)
	}
	slices.SortStableFunc(resources, func(a, b map[string]any) int {
		return s.compare(keys[idIn(a)], keys[idIn(b)])
	})
}

func (s Sort) compare(a, b any) int {
	order := 0
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		order = 1
	case b == nil:
		order = -1
	default:
		order = compareKeys(a, b)
	}
	if s.Descending {
		return -order
	}
	return order
}

// key is what a resource is sorted by: a text or a number; nil for none. Of
// several values it is the primary, or the first.
func (s Sort) key(t resource.Type, r map[string]any) any {
	a, ok := t.Find(s.By.URN, s.By.Attribute, "")
	if !ok {
		return nil
	}
	value := resource.Value(r, a)
	if elements, ok := value.([]any); ok && len(elements) > 0 {
		value = elements[0]
		for _, e := range elements {
			if m, ok := e.(map[string]any); ok && m["primary"] == true {
				value = e
				break
			}
		}
	}
	if m, ok := value.(map[string]any); ok {
		sub, ok := t.Find(s.By.URN, s.By.Attribute, s.By.Sub)
		if !ok || sub.Sub == nil {
			return nil
		}
		a, value = sub, m[sub.Sub.Name()]
	}
	switch v := value.(type) {
	case nil, []any:
		return nil
	case float64:
		return v
	default:
		text := resource.Text(v)
		if at, ok := resource.Time(text); ok && a.Leaf().AttributeType() == "dateTime" {
			return float64(at.UnixMilli())
		}
		if !a.Leaf().CaseExact() {
			text = strings.ToLower(text)
		}
		return text
	}
}

func compareKeys(a, b any) int {
	x, isNumber := a.(float64)
	if y, both := b.(float64); both && isNumber {
		return cmp.Compare(x, y)
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}
