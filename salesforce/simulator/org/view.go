package org

import (
	"iter"
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
	return field == 0 || obj.table.byField[field] != nil
}

// Matches is the number of records that Lookup would give.
func (v *View) Matches(obj *Object, field int, value string) int {
	if field == 0 {
		return 1
	}
	return obj.table.byField[field].count(value)
}

// Bound is where a walk along the ids begins; the zero value is the very
// beginning.
type Bound struct {
	ID        string
	Inclusive bool
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
	return func(yield func(Record) bool) {
		for p := range t.byField[field].walk(value, t.from(b)) {
			if !yield(Record{t, t.slots[p]}) {
				return
			}
		}
	}
}

// Scan walks all records, ascending by id.
func (v *View) Scan(obj *Object, b Bound) iter.Seq[Record] {
	return obj.table.walk(obj.table.slots, b)
}

// ScanAll walks all records as Scan does and among them, where the object has
// the field IsDeleted, those that were deleted and are still in the recycle
// bin: what queryAll and ALL ROWS show.
func (v *View) ScanAll(obj *Object, b Bound) iter.Seq[Record] {
	t := obj.table
	return func(yield func(Record) bool) {
		for _, r := range t.slots[t.from(b):] {
			if r.part != t.packer.gone && !yield(Record{t, r}) {
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
		r, ok := obj.table.version(id)
		deleted = ok && r.Deleted()
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
