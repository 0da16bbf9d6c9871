package directory

import (
	"context"
	"fmt"
	"sync"
	"time"

	"scimforce/salesforce/soql"
)

const (
	// maxWindow is the most records Salesforce returns in one page of a query.
	maxWindow = 2000
	// walkFor is how long a walk is kept after its last use, and how long its
	// window and total are believed.
	walkFor = time.Minute
	// maxWalks bounds the walks kept, and with them memory: each holds one
	// window of records at most, and 30 bytes for each window it passed.
	maxWalks = 8
	// tombstonesCounted is how many ids go into one statement: 21 characters
	// each, of the 100,000 that Salesforce takes.
	tombstonesCounted = 3000
)

// walk is one list that is being paged through: where its windows begin, and
// the window that was read last.
//
// A list is read in windows by id (WHERE Id > last ORDER BY Id), never by
// OFFSET, which ends at 2,000. The position of a user in the list is that of
// his window plus his place in it; windows keep their first positions for as
// long as somebody goes on walking, so that a user created or deleted meanwhile
// moves nobody else from one page to another.
type walk struct {
	key   string
	where soql.Condition
	shown *Attributes // whose fields are read
	used  time.Time
	stale bool // something was written since the window was read
	moved bool // something was written since the walk began: begin anew at 1

	starts  []start
	ended   bool // the window of the last start is the last one
	total   int
	counted time.Time
	window  *window
	matched *matched // instead of windows: for a filter that SOQL cannot decide, or another order
}

// start is where a window begins: behind an id, with a position.
type start struct {
	after string
	first int
}

// window is a stretch of the list: those of its users who are visible.
type window struct {
	index  int
	people []*person
	read   time.Time
}

// matched are the users that satisfy a filter, by id.
type matched struct {
	ids  []string
	read time.Time
}

// walks keeps the walks by what they list.
type walks struct {
	mu    sync.Mutex
	now   func() time.Time
	byKey map[string]*walk
}

func newWalks(now func() time.Time) *walks { return &walks{now: now, byKey: map[string]*walk{}} }

// take returns the walk of a key, new if there is none that is fresh. Who uses
// it holds the lock of its key.
func (w *walks) take(key string, where soql.Condition, shown *Attributes, begin bool) *walk {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	var oldest *walk
	for k, x := range w.byKey {
		if now.Sub(x.used) > walkFor {
			delete(w.byKey, k)
			continue
		}
		if oldest == nil || x.used.Before(oldest.used) {
			oldest = x
		}
	}
	x := w.byKey[key]
	if x == nil || begin && x.moved {
		if x == nil && len(w.byKey) >= maxWalks {
			delete(w.byKey, oldest.key)
		}
		x = &walk{key: key, where: where, shown: shown, starts: []start{{first: 1}}}
		w.byKey[key] = x
	}
	if x.stale {
		// What was read may be out of date; where windows begin is kept.
		x.window, x.matched, x.stale = nil, nil, false
	}
	if x.window != nil && now.Sub(x.window.read) > walkFor {
		x.window = nil
	}
	if x.matched != nil && now.Sub(x.matched.read) > walkFor {
		x.matched = nil
	}
	x.used = now
	return x
}

// invalidate is called after every write through the bridge.
func (w *walks) invalidate() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, x := range w.byKey {
		x.stale, x.moved = true, true
	}
}

// page cuts the users at count positions from first on. They are fewer where
// somebody was deleted since his window's position was set: the page is not
// filled up from behind, or the next one would show the same users again.
func (d *Directory) page(ctx context.Context, x *walk, first, count int) ([]*person, error) {
	var page []*person
	for end := first + count; first < end; {
		w, err := d.windowAt(ctx, x, first)
		if err != nil || w == nil {
			return page, err
		}
		s := x.starts[w.index]
		for i := first - s.first; i < len(w.people) && s.first+i < end; i++ {
			page = append(page, w.people[i])
		}
		if w.index+1 >= len(x.starts) {
			return page, nil // it was the last window
		}
		first = x.starts[w.index+1].first
	}
	return page, nil
}

// windowAt reads the window that holds a position; nil when the list ends
// before it. Windows passed on the way are read as ids only.
func (d *Directory) windowAt(ctx context.Context, x *walk, position int) (*window, error) {
	for {
		index := len(x.starts) - 1
		for index > 0 && x.starts[index].first > position {
			index--
		}
		first := x.starts[index].first
		w := x.window
		if w == nil || w.index != index {
			whole := index+1 < len(x.starts) || position < first+d.window
			var err error
			if w, err = d.readWindow(ctx, x, index, d.window, whole); err != nil {
				return nil, err
			}
			if whole {
				x.window = w
			}
		}
		switch next := index + 1; {
		case next < len(x.starts) && x.starts[next].first <= position:
			// The list goes on, and the position lies further on.
		case next == len(x.starts) && position >= first+len(w.people):
			return nil, nil
		default:
			return w, nil
		}
	}
}

// readWindow reads up to limit users of the list from a start on, in one call:
// the users, who of them is frozen and, when it is not known, the total.
func (d *Directory) readWindow(ctx context.Context, x *walk, index, limit int, whole bool) (*window, error) {
	return described(d, func() (*window, error) { return d.readWindowOnce(ctx, x, index, limit, whole) })
}

func (d *Directory) readWindowOnce(ctx context.Context, x *walk, index, limit int, whole bool) (*window, error) {
	fields := []string{"Id", "IsActive", "UserType"}
	if whole {
		var err error
		if fields, err = d.org.selected(ctx, x.shown); err != nil {
			return nil, err
		}
	}
	where := x.where
	if after := x.starts[index].after; after != "" {
		where = soql.And(where, soql.Gt("Id", after))
	}
	q := newQueries()
	q.add("users", soql.Select{Fields: fields, From: "User", Where: where, OrderBy: []string{"Id"}, Limit: limit})
	together := !d.apart.Load()
	if together {
		// The first limit frozen users of the rest of the list include those of
		// this window.
		q.add("logins", soql.Select{
			Fields: []string{"Id", "UserId", "IsFrozen"}, From: "UserLogin", OrderBy: []string{"UserId"}, Limit: limit,
			Where: soql.And(soql.Eq("IsFrozen", true), soql.InSelect("UserId", soql.Select{Fields: []string{"Id"}, From: "User", Where: where})),
		})
	}
	count := x.counted.IsZero() || d.now().Sub(x.counted) > walkFor
	var dead, frozen []string
	if count {
		var err error
		if dead, frozen, err = d.store.allBuried(ctx); err != nil {
			return nil, err
		}
		d.addCounts(q, x.where, dead, frozen)
	}
	a, err := q.run(ctx, d.salesforce)
	if err != nil {
		return nil, fmt.Errorf("directory: list users: %w", err)
	}
	people, err := takeUsers(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("directory: list users: %w", err)
	}
	if together && !d.refusesJoins(ctx, a) {
		err = takeLogins(ctx, a, indexed(people))
	} else {
		err = d.beside(ctx, people, true, false)
	}
	if err != nil {
		return nil, err
	}
	last := ""
	if len(people) > 0 {
		last = people[len(people)-1].record.ID()
	}
	w := &window{index: index, read: d.now()}
	if w.people, err = d.visible(ctx, people); err != nil {
		return nil, err
	}
	x.passed(index, last, len(people) < limit, len(w.people))
	if count {
		if x.total, err = d.takeCounts(ctx, a, x.where, dead, frozen); err != nil {
			return nil, err
		}
		x.counted = w.read
	}
	if x.ended && x.starts[0].after == "" {
		// The whole list has been seen: no count is better than that.
		end := x.starts[len(x.starts)-1]
		if index == len(x.starts)-1 {
			x.total = end.first + len(w.people) - 1
		}
	}
	return w, nil
}

// passed notes where the next window begins, unless that is known: behind the
// last user of this one, if the list does not end with it.
func (x *walk) passed(index int, last string, ended bool, visible int) {
	if index != len(x.starts)-1 {
		return
	}
	if x.ended = ended; x.ended {
		return
	}
	x.starts = append(x.starts, start{last, x.starts[index].first + visible})
}
