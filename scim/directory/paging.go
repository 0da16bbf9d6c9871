package directory

import (
	"context"
	"crypto/rand"
	"slices"

	"scimforce/salesforce/soql"
)

// bounds are where the page of a query begins and ends in a list of ids.
func (q Query) bounds(ids []string) (from, to int) {
	switch {
	case q.After == nil:
		from = q.StartIndex - 1
	case q.After.ID != "":
		if i := slices.Index(ids, q.After.ID); i >= 0 {
			from = i + 1
		} else {
			// The last resource of the page before is gone: the place is where it was.
			from = q.After.Index - 1
		}
	}
	from = min(max(from, 0), len(ids))
	return from, min(from+q.Count, len(ids))
}

// next is the place behind a page that ends before ids[to].
func (q Query) next(ids []string, to int) *Position {
	if q.After == nil || q.Count == 0 || to == 0 || to >= len(ids) {
		return nil
	}
	return &Position{ID: ids[to-1], Index: to, Walk: q.After.Walk}
}

// cut makes a page of all matches.
func cut(all []map[string]any, q Query) Page {
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = idIn(r)
	}
	from, to := q.bounds(ids)
	return Page{Total: len(all), StartIndex: q.StartIndex, Resources: all[from:to], Next: q.next(ids, to)}
}

func idIn(r map[string]any) string {
	id, _ := r["id"].(string)
	return id
}

// listedAfter cuts the page behind a place out of the users of a condition that
// is exact. Windows are read from the id of the place on, so that it does not
// matter who came or went before it, and any process can go on; the one that
// read the last window still has it.
func (d *Directory) listedAfter(ctx context.Context, q Query, where soql.Condition) (Page, error) {
	at := *q.After
	if at.Walk == "" {
		at.Walk = rand.Text()[:12]
	}
	x, done, err := d.walkOf(ctx, "cursor "+at.Walk, where, q)
	if err != nil {
		return Page{}, err
	}
	defer done()
	w, i := x.window, 0
	known := false
	if w != nil {
		i, known = x.placeOf(at.ID)
	}
	if !known {
		x.starts, x.ended = []start{{after: at.ID, first: at.Index + 1}}, false
		if w, err = d.nextWindow(ctx, x, 0); err != nil {
			return Page{}, err
		}
	}
	var people []*person
	next := &Position{ID: at.ID, Index: at.Index, Walk: at.Walk}
	for {
		n := min(q.Count-len(people), len(w.people)-i)
		people = append(people, w.people[i:i+n]...)
		if i += n; i < len(w.people) {
			next.ID = w.people[i-1].record.ID()
			break
		}
		if w.index+1 >= len(x.starts) {
			next = nil // it was the last window
			break
		}
		next.ID = x.starts[w.index+1].after
		if len(people) == q.Count {
			break
		}
		if w, err = d.nextWindow(ctx, x, w.index+1); err != nil {
			return Page{}, err
		}
		i = 0
	}
	page := Page{Total: x.total, StartIndex: q.StartIndex}
	if next != nil {
		next.Index += len(people)
		page.Next = next
	}
	if q.Want.Access {
		if err := d.loadAccess(ctx, x.window.people); err != nil {
			return page, err
		}
	}
	return page, d.fill(ctx, &page, q, people)
}

// placeOf finds the place behind an id in the window that was read last.
func (x *walk) placeOf(id string) (int, bool) {
	if x.starts[x.window.index].after == id {
		return 0, true
	}
	i := slices.IndexFunc(x.window.people, func(p *person) bool { return p.record.ID() == id })
	return i + 1, i >= 0
}

func (d *Directory) nextWindow(ctx context.Context, x *walk, index int) (*window, error) {
	w, err := d.readWindow(ctx, x, index, d.window, true)
	if err == nil {
		x.window = w
	}
	return w, err
}
