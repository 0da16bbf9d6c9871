package org

import (
	"cmp"
	"slices"
	"time"
)

// mostDeletions is how many deletions of one object are remembered, and for an
// object with IsDeleted how many deleted records keep their values. Up to twice
// as many are there at a time; older ones answer "entity is deleted" until they
// are the greater part of their table, then they are as if they had never been.
// A real org goes by time.
// unverified: that a recycle bin keeps deleted records for 15 days
const mostDeletions = 50_000

// Deletion is one record that is no more.
type Deletion struct {
	ID string
	At time.Time
}

// deletion is the place of a deleted record and when that was.
type deletion struct {
	place position
	at    time.Time
}

// Updated lists the ids of the records of the object that were made or changed
// from the first moment on and before the second, ascending by id. It looks at
// every record of the object.
// unverified: that getUpdated goes by SystemModstamp, and by LastModifiedDate where there is none
func (v *View) Updated(obj *Object, from, to time.Time) []string {
	field, ok := obj.FieldIndex("SystemModstamp")
	if !ok {
		field, ok = obj.FieldIndex("LastModifiedDate")
	}
	if !ok {
		return nil
	}
	var ids []string
	for r := range v.Scan(obj, Bound{}) {
		if at, ok := r.stored(field).(time.Time); ok && !at.Before(from) && at.Before(to) {
			ids = append(ids, r.ID())
		}
	}
	return ids
}

// Deleted lists the records of the object that were deleted from the first
// moment on and before the second, ascending by time. It knows the last 50,000
// deletions of the object.
func (v *View) Deleted(obj *Object, from, to time.Time) []Deletion {
	t := obj.table
	var found []Deletion
	for _, d := range t.deletions {
		if !d.at.Before(from) && d.at.Before(to) {
			found = append(found, Deletion{Record{t, t.slots[d.place]}.ID(), d.at})
		}
	}
	slices.SortStableFunc(found, func(a, b Deletion) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return found
}

// tombstone is the row of a deleted record: with its values where the object
// can show deleted records, else the id alone.
func (t *table) tombstone(before *row) *row {
	flag, ok := t.obj.FieldIndex("IsDeleted")
	if !ok {
		return &row{id: before.id, part: t.packer.gone}
	}
	values := Record{t, before}.values()
	values[flag] = true
	if i, ok := t.obj.FieldIndex("SystemModstamp"); ok {
		values[i] = t.s.now()
	}
	return t.packer.pack(before.id, values, true)
}

// mostEntries is how many records of an object that only ever grows are kept;
// up to twice as many are there at a time. A real org goes by time.
// unverified: that login history and setup audit trail go back half a year
const mostEntries = 20_000

// onlyGrows reports whether the object is a log.
func (t *Object) onlyGrows() bool { return t.Name == "LoginHistory" || t.Name == "SetupAuditTrail" }

// forget keeps the memory of what is past within bounds. It gives records other
// places, which an open transaction could not bear.
func (t *table) forget() {
	if t.obj.onlyGrows() && len(t.slots) >= 2*mostEntries {
		t.compact(t.slots[len(t.slots)-mostEntries:])
		return
	}
	if len(t.deletions) < 2*mostDeletions {
		return
	}
	old := len(t.deletions) - mostDeletions
	for _, d := range t.deletions[:old] {
		t.slots[d.place] = &row{id: t.slots[d.place].id, part: t.packer.gone}
	}
	t.deletions = slices.Clone(t.deletions[old:])
	if dead := len(t.slots) - t.live - len(t.deletions); dead > t.live {
		t.compact(t.slots)
	}
}

// compact keeps of some rows at the end of the table those that live and those
// whose deletion is remembered, and gives them new places.
func (t *table) compact(rows []*row) {
	begin := position(len(t.slots) - len(rows))
	place := make(map[position]position, len(t.deletions)) // before: after
	for _, d := range t.deletions {
		place[d.place] = 0
	}
	fresh := newTable(t.s, t.obj)
	for i, r := range rows {
		p := begin + position(i)
		_, remembered := place[p]
		if r.part.deleted && !remembered {
			continue
		}
		q := fresh.file(r)
		if remembered {
			place[p] = q
		}
	}
	t.deletions = slices.DeleteFunc(t.deletions, func(d deletion) bool { return d.place < begin })
	for i := range t.deletions {
		t.deletions[i].place = place[t.deletions[i].place]
	}
	t.live = len(fresh.slots) - len(t.deletions)
	t.slots, t.byID, t.indexes, t.byField = fresh.slots, fresh.byID, fresh.indexes, fresh.byField
	t.adopt()
}
