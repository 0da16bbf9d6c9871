package org

import (
	"cmp"
	"iter"
	"slices"
)

// table holds the records of one object. The store's lock guards it.
type table struct {
	s        *store
	obj      *Object
	standard []any // the default of each field, near together
	contents
}

// contents is what a table holds; it is exchanged whole by Load and Reset.
type contents struct {
	packer    *packer
	slots     []*row   // by position, ascending by id; those of deleted records included
	byID      *index   // deleted ones included
	indexes   []*index // of the indexed fields
	byField   []*index // by field, nil where there is none
	ids       *idSource
	live      int
	deletions []deletion // in the order in which they were done
}

func newTable(s *store, obj *Object) *table {
	t := &table{s: s, obj: obj, standard: make([]any, len(obj.Fields))}
	for i := range obj.Fields {
		t.standard[i] = obj.Fields[i].Default
	}
	t.packer = newPacker(s, obj)
	t.byID = newIndex(t, 0)
	t.byField = make([]*index, len(obj.Fields))
	t.ids = newIDSource(obj.KeyPrefix, s.pod, s.cfg.Seed)
	for i, f := range obj.Fields {
		if f.indexed {
			t.byField[i] = newIndex(t, i)
			t.indexes = append(t.indexes, t.byField[i])
		}
	}
	return t
}

// locateSlot finds the place of a record, deleted or not.
func (t *table) locateSlot(id string) (position, bool) { return t.byID.first(id) }

// version finds a record, deleted or not.
func (t *table) version(id string) (Record, bool) {
	p, ok := t.locateSlot(id)
	if !ok {
		return Record{}, false
	}
	return Record{t, t.slots[p]}, true
}

func (t *table) get(id string) (Record, bool) {
	r, ok := t.version(id)
	if !ok || r.Deleted() {
		return Record{}, false
	}
	return r, true
}

// indexOf is the index of a field and the key of a value in it.
func (t *table) indexOf(field string, value any) (*index, string, bool) {
	i, ok := t.obj.FieldIndex(field)
	key, isText := value.(string)
	if !ok || !isText || t.byField[i] == nil {
		return nil, "", false
	}
	return t.byField[i], key, true
}

// each walks the records whose indexed field has the value, ascending by id.
// Nothing may be written meanwhile: find is for that.
func (t *table) each(field string, value any) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		ix, key, ok := t.indexOf(field, value)
		if !ok {
			return
		}
		for p := range ix.walk(key, 0) {
			if !yield(Record{t, t.slots[p]}) {
				return
			}
		}
	}
}

// find gives the records whose indexed field has the value, ascending by id.
func (t *table) find(field string, value any) []Record {
	return slices.AppendSeq(make([]Record, 0, t.count(field, value)), t.each(field, value))
}

// count is how many records find would give.
func (t *table) count(field string, value any) int {
	ix, key, ok := t.indexOf(field, value)
	if !ok {
		return 0
	}
	return ix.count(key)
}

func (t *table) first(field string, value any) (Record, bool) {
	ix, key, ok := t.indexOf(field, value)
	if !ok {
		return Record{}, false
	}
	p, ok := ix.first(key)
	if !ok {
		return Record{}, false
	}
	return Record{t, t.slots[p]}, true
}

// put adds a new record. Ids ascend, so that it belongs at the end.
func (t *table) put(id string, values []any) Record {
	r := t.packer.pack(id, values, false)
	t.file(r)
	t.tally(nil, r)
	if t.s.undo == nil {
		return Record{t, r}
	}
	t.s.journal(func() {
		p := position(len(t.slots) - 1) // undone backwards: it is the last again
		t.swap(p, nil)
		t.byID.drop(id, p)
		t.slots = t.slots[:p]
	})
	return Record{t, r}
}

// file gives a row the next place and files it.
func (t *table) file(r *row) position {
	p := position(len(t.slots))
	t.slots = append(t.slots, r)
	t.byID.add(Record{t, r}.ID(), p)
	for _, ix := range t.indexes {
		if key, ok := ix.keyOf(r); ok {
			ix.add(key, p)
		}
	}
	return p
}

// adopt makes indexes that another table object made this one's.
func (t *table) adopt() {
	t.byID.t = t
	for _, ix := range t.indexes {
		ix.t = t
	}
}

func (t *table) replace(id string, values []any) Record {
	p, _ := t.locateSlot(id)
	before := t.slots[p]
	t.swap(p, t.packer.pack(before.id, values, false))
	t.s.journal(func() { t.swap(p, before) })
	return Record{t, t.slots[p]}
}

func (t *table) remove(id string) {
	p, _ := t.locateSlot(id)
	before := t.slots[p]
	t.swap(p, t.tombstone(before))
	t.deletions = append(t.deletions, deletion{p, t.s.now()})
	t.s.journal(func() {
		t.deletions = t.deletions[:len(t.deletions)-1]
		t.swap(p, before)
	})
}

// swap sets the record of a slot and keeps everything that is derived from
// records in step: indexes, counts, licence seats. Without a next the slot is
// about to go.
func (t *table) swap(p position, next *row) {
	before := t.slots[p]
	for _, ix := range t.indexes {
		was, had := ix.keyOf(before)
		if is, has := ix.keyOf(next); had && !(has && ix.same(was, is)) {
			ix.drop(was, p)
		}
	}
	if next != nil {
		t.slots[p] = next
	}
	for _, ix := range t.indexes {
		is, has := ix.keyOf(next)
		if was, had := ix.keyOf(before); has && !(had && ix.same(was, is)) {
			ix.add(is, p)
		}
	}
	t.tally(before, next)
}

// tally keeps counters in step with a record that is now next.
func (t *table) tally(before, next *row) {
	before, next = living(before), living(next)
	if before != nil {
		t.live--
	}
	if next != nil {
		t.live++
	}
	if t == t.s.users() {
		t.s.touchUsernames(before, next)
	}
	if t.obj.rules.counted != nil {
		t.obj.rules.counted(t, before, next)
	}
}

// living is the row, nil when its record is deleted.
func living(r *row) *row {
	if r == nil || r.part.deleted {
		return nil
	}
	return r
}

// from is the position at which a walk begins.
func (t *table) from(b Bound) position {
	if b.ID == "" {
		return 0
	}
	at, found := t.locateSlot(b.ID)
	if !found {
		n, _ := slices.BinarySearchFunc(t.slots, b.ID, func(r *row, id string) int {
			return cmp.Compare(Record{t, r}.ID(), id)
		})
		return position(n)
	}
	if !b.Inclusive {
		at++
	}
	return at
}

// walk gives the living ones of all records, ascending by id. rows are the
// table's slots.
func (t *table) walk(rows []*row, b Bound) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		for _, r := range rows[min(int(t.from(b)), len(rows)):] {
			if !r.part.deleted && !yield(Record{t, r}) {
				return
			}
		}
	}
}
