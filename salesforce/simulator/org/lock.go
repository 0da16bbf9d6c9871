package org

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Intent is a write about to be done, as far as locking has to know of it.
type Intent struct {
	Object string
	ID     string         // "" of an insert
	Values map[string]any // nil of a delete
}

// membership is the lock on the org's group-membership tables; records are
// locked by their ids, which never look so.
const membership = "group membership"

// Lock takes what the writes lock in a real org: their records, and the
// group-membership tables where one of them changes who is in what. It takes
// all or waits for all, those who came first first, so that two can never wait
// for each other. It waits until patience is over or ctx ends and then answers
// what a real org does: UNABLE_TO_LOCK_ROW for a record, UNKNOWN_EXCEPTION for
// the tables. Whoever got the locks has to call release, once or more often.
func (o *Org) Lock(ctx context.Context, patience time.Duration, intents ...Intent) (release func(), errs Errors) {
	keys := o.lockKeys(intents)
	if len(keys) == 0 {
		return func() {}, nil
	}
	blocked := o.s.locks.acquire(ctx, patience, keys)
	if blocked != nil {
		return nil, lockRefused(blocked)
	}
	return sync.OnceFunc(func() { o.s.locks.release(keys) }), nil
}

// lockKeys says what the writes lock, each thing once.
func (o *Org) lockKeys(intents []Intent) []string {
	var keys []string
	_ = o.View(func(v *View) error { // fn never fails
		for _, in := range intents {
			t := v.s.table(in.Object)
			if t == nil {
				continue
			}
			id, _ := ID18(in.ID)
			r, exists := t.get(id)
			if exists {
				keys = append(keys, id)
			}
			if (in.ID == "" || exists) && in.movesMembers(r) {
				keys = append(keys, membership)
			}
		}
		return nil
	})
	slices.Sort(keys)
	return slices.Compact(keys)
}

// movesMembers reports whether a write changes who belongs to which role, group
// or territory; r is the record as it is, the zero Record of an insert.
// unverified: which writes beyond roles, groups and territories take the
// group-membership lock.
func (in Intent) movesMembers(r Record) bool {
	// moves reports whether the write gives the reference another value.
	moves := func(field string) bool {
		for name, v := range in.Values {
			if strings.EqualFold(name, field) {
				text, _ := v.(string)
				to, _ := ID18(text)
				return r.r == nil && to != "" || r.r != nil && to != r.text(field)
			}
		}
		return false
	}
	deleting := in.Values == nil
	switch strings.ToLower(in.Object) {
	case "user":
		return moves("UserRoleId") || r.r == nil && moves("ContactId") // a portal user comes with a role
	case "userrole":
		return r.r == nil || deleting || moves("ParentRoleId")
	case "group":
		return r.r == nil || deleting
	case "groupmember", "userterritory2association":
		return r.r == nil || deleting
	case "territory2":
		return r.r == nil || deleting || moves("ParentTerritory2Id")
	}
	return false
}

// lockRefused words what was not to be had. unverified: the HTTP status 400 of
// UNKNOWN_EXCEPTION "group membership operation already in progress"; one client
// saw UNABLE_TO_LOCK_ROW with 500.
func lockRefused(keys []string) Errors {
	records := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key == membership })
	if len(records) == 0 {
		return one(400, "UNKNOWN_EXCEPTION", "group membership operation already in progress")
	}
	const shown = 10 // the sentence names ten and counts the rest
	list := strings.Join(records[:min(shown, len(records))], ",")
	if more := len(records) - shown; more > 0 {
		list += fmt.Sprintf(",... (%d more)", more)
	}
	return one(400, "UNABLE_TO_LOCK_ROW",
		fmt.Sprintf("unable to obtain exclusive access to this record or %d records: %s", len(records), list))
}

// lockTable knows who holds what. Its zero value is ready.
type lockTable struct {
	mu      sync.Mutex
	held    map[string]bool
	waiting []*waiter // in the order in which they came
}

// waiter wants all its keys at once; granted is closed when it has them.
type waiter struct {
	keys    []string
	granted chan struct{}
}

// acquire takes all keys. It gives the keys that were not to be had, nil when it
// has them.
func (l *lockTable) acquire(ctx context.Context, patience time.Duration, keys []string) (blocked []string) {
	w := &waiter{keys: keys, granted: make(chan struct{})}
	l.mu.Lock()
	l.waiting = append(l.waiting, w)
	l.grant()
	l.mu.Unlock()
	select {
	case <-w.granted:
		return nil
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-w.granted:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-w.granted: // in the very last moment
		return nil
	default:
	}
	blocked = l.inTheWay(w)
	l.waiting = slices.DeleteFunc(l.waiting, func(other *waiter) bool { return other == w })
	l.grant() // those who waited only because w was before them
	return blocked
}

func (l *lockTable) release(keys []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		delete(l.held, key)
	}
	l.grant()
}

// grant gives the locks to everyone who can have all of his without passing
// somebody who waits for one of them. The table's mutex is held.
func (l *lockTable) grant() {
	if l.held == nil {
		l.held = map[string]bool{}
	}
	wanted := map[string]bool{}
	l.waiting = slices.DeleteFunc(l.waiting, func(w *waiter) bool {
		free := !slices.ContainsFunc(w.keys, func(key string) bool { return l.held[key] || wanted[key] })
		for _, key := range w.keys {
			if free {
				l.held[key] = true
			} else {
				wanted[key] = true
			}
		}
		if free {
			close(w.granted)
		}
		return free
	})
}

// inTheWay gives the keys that somebody else holds or wanted earlier.
func (l *lockTable) inTheWay(w *waiter) []string {
	wanted := map[string]bool{}
	for _, other := range l.waiting {
		if other == w {
			break
		}
		for _, key := range other.keys {
			wanted[key] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(w.keys), func(key string) bool { return !l.held[key] && !wanted[key] })
}
