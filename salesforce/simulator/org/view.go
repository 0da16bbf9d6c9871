package org

import (
	"iter"
	"slices"
	"time"
)

// View reads the org at one moment: nothing is written while it is open.
type View struct {
	s      *store
	access *Access // of the user who looks; nil sees everything
}

// View runs fn on a view that sees everything. Inside a transaction, through its
// handle, the view shows what the transaction wrote.
func (o *Org) View(fn func(v *View) error) error { return o.ViewAs(Actor{}, fn) }

// ViewAs runs fn on a view of what the user may see; the zero Actor sees
// everything.
func (o *Org) ViewAs(a Actor, fn func(v *View) error) error {
	if o.tx == nil {
		o.s.mu.RLock()
		defer o.s.mu.RUnlock()
	} else if o.tx.over {
		panic("org: transaction handle used after its transaction")
	}
	return fn(&View{s: o.s, access: o.s.accessOf(a)})
}

// Get finds a record by its 18-character id.
func (v *View) Get(obj *Object, id string) (Record, bool) { return obj.table.get(id) }

// Target finds the record an id of any object refers to.
func (v *View) Target(id string) (Record, bool) { return v.s.target(id) }

// Len is the number of records of the object.
func (v *View) Len(obj *Object) int { return obj.table.live }

// Indexed reports whether Lookup works for the field (by index in Fields).
func (v *View) Indexed(obj *Object, field int) bool {
	return field == 0 || obj.table.indexes[field] != nil
}

// Matches is the number of records that Lookup would give.
func (v *View) Matches(obj *Object, field int, value string) int {
	if field == 0 {
		return 1
	}
	key, _ := indexKey(&obj.Fields[field], value)
	return len(obj.table.indexes[field][key])
}

// Bound is where a walk along the ids begins; the zero value is the very
// beginning.
type Bound struct {
	ID        string
	Inclusive bool
}

// from is the position in an ascending list at which a walk begins.
func (b Bound) from(list []*slot) int {
	at, found := slices.BinarySearchFunc(list, b.ID, bySlotID)
	if found && !b.Inclusive {
		at++
	}
	return at
}

// Lookup walks the records whose indexed field equals the value (an id in its
// 18-character form, or text in any case), ascending by id.
func (v *View) Lookup(obj *Object, field int, value string, b Bound) iter.Seq[Record] {
	t := obj.table
	if field == 0 {
		return func(yield func(Record) bool) {
			if r, ok := t.get(value); ok && (value > b.ID || value == b.ID && b.Inclusive) {
				yield(r)
			}
		}
	}
	key, _ := indexKey(&obj.Fields[field], value)
	return t.walk(t.indexes[field][key], b)
}

// Scan walks all records, ascending by id.
func (v *View) Scan(obj *Object, b Bound) iter.Seq[Record] {
	return obj.table.walk(obj.table.slots, b)
}

func (t *table) walk(list []*slot, b Bound) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		for _, sl := range list[b.from(list):] {
			if sl.row != nil && !yield(Record{t, sl.row}) {
				return
			}
		}
	}
}

// Find reads one record by its id in either form.
func (o *Org) Find(object, id string) (Row, bool) {
	obj, ok := o.Object(object)
	if !ok {
		return nil, false
	}
	id, ok = ID18(id)
	if !ok {
		return nil, false
	}
	var out Row
	_ = o.View(func(v *View) error { // fn never fails
		var r Record
		if r, ok = v.Get(obj, id); ok {
			out = r.Row()
		}
		return nil
	})
	return out, ok
}

// IsDeleted reports whether the id belonged to a record that was deleted.
func (o *Org) IsDeleted(object, id string) bool {
	obj, ok := o.Object(object)
	if !ok {
		return false
	}
	id, ok = ID18(id)
	if !ok {
		return false
	}
	deleted := false
	_ = o.View(func(v *View) error { // fn never fails
		sl, ok := obj.table.byID[id]
		deleted = ok && sl.row == nil
		return nil
	})
	return deleted
}

// UserByUsername finds a user by Username in any case.
func (o *Org) UserByUsername(name string) (Row, bool) {
	var out Row
	var ok bool
	_ = o.View(func(v *View) error { // fn never fails
		var r Record
		if r, ok = v.s.users().first("Username", name); ok {
			out = r.Row()
		}
		return nil
	})
	return out, ok
}

// Now is the org's clock.
func (v *View) Now() time.Time { return v.s.clock() }

// Object finds an object by name in any case.
func (v *View) Object(name string) (*Object, bool) {
	t := v.s.table(name)
	if t == nil {
		return nil, false
	}
	return t.obj, true
}
