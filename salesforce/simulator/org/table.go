package org

import (
	"cmp"
	"slices"
	"strings"
)

// table holds the records of one object. The store's lock guards it.
type table struct {
	s       *store
	obj     *Object
	slots   []*slot          // ascending by id, deleted ones included
	byID    map[string]*slot // by 18-character id, deleted ones included
	indexes map[int]index    // by field
	ids     *idSource
	live    int
}

// slot is the place of one record through all its versions.
type slot struct {
	id  string
	row *row // nil: deleted
}

// index finds records by the key of one field's value. Lists ascend by id.
type index map[string][]*slot

func newTable(s *store, obj *Object) *table {
	t := &table{s: s, obj: obj, byID: map[string]*slot{}, indexes: map[int]index{}}
	t.ids = newIDSource(obj.KeyPrefix, s.pod, s.cfg.Seed)
	for i, f := range obj.Fields {
		if f.indexed {
			t.indexes[i] = index{}
		}
	}
	return t
}

// indexKey is how a value is filed: text ignores case, as SOQL's = does. The
// null value is not filed.
func indexKey(f *Field, v any) (string, bool) {
	s, ok := v.(string)
	if !ok {
		return "", false
	}
	if f.Type == "reference" || f.Type == "id" {
		return s, true
	}
	return strings.ToLower(s), true
}

func (t *table) get(id string) (Record, bool) {
	sl, ok := t.byID[id]
	if !ok || sl.row == nil {
		return Record{}, false
	}
	return Record{t, sl.row}, true
}

// find gives the records whose indexed field has the value, ascending by id.
func (t *table) find(field string, value any) []Record {
	i, ok := t.obj.FieldIndex(field)
	if !ok {
		return nil
	}
	key, ok := indexKey(&t.obj.Fields[i], value)
	if !ok {
		return nil
	}
	list := t.indexes[i][key]
	out := make([]Record, len(list))
	for n, sl := range list {
		out[n] = Record{t, sl.row}
	}
	return out
}

func (t *table) first(field string, value any) (Record, bool) {
	found := t.find(field, value)
	if len(found) == 0 {
		return Record{}, false
	}
	return found[0], true
}

// put adds a new record. Ids ascend, so the slot belongs at the end.
func (t *table) put(id string, values []any) Record {
	sl := &slot{id: id}
	t.slots = append(t.slots, sl)
	t.byID[id] = sl
	t.swap(sl, pack(t.obj, id, values))
	t.s.journal(func() {
		t.swap(sl, nil)
		delete(t.byID, id)
		t.slots = t.slots[:len(t.slots)-1] // undone backwards: it is the last again
	})
	return Record{t, sl.row}
}

func (t *table) replace(id string, values []any) Record {
	sl := t.byID[id]
	before := sl.row
	t.swap(sl, pack(t.obj, id, values))
	t.s.journal(func() { t.swap(sl, before) })
	return Record{t, sl.row}
}

func (t *table) remove(id string) {
	sl := t.byID[id]
	before := sl.row
	t.swap(sl, nil)
	t.s.journal(func() { t.swap(sl, before) })
}

// swap sets a slot's record and keeps everything that is derived from records
// in step: indexes, counts, licence seats.
func (t *table) swap(sl *slot, next *row) {
	before := sl.row
	for field, ix := range t.indexes {
		f := &t.obj.Fields[field]
		var was, is string
		var had, has bool
		if before != nil {
			was, had = indexKey(f, Record{t, before}.stored(field))
		}
		if next != nil {
			is, has = indexKey(f, Record{t, next}.stored(field))
		}
		if had && has && was == is {
			continue
		}
		if had {
			ix.drop(was, sl)
		}
		if has {
			ix.add(is, sl)
		}
	}
	sl.row = next
	if before != nil {
		t.live--
	}
	if next != nil {
		t.live++
	}
	if t.obj.rules.counted != nil {
		t.obj.rules.counted(t, before, next)
	}
}

func (ix index) add(key string, sl *slot) {
	list := ix[key]
	at, _ := slices.BinarySearchFunc(list, sl.id, bySlotID)
	ix[key] = slices.Insert(list, at, sl)
}

func (ix index) drop(key string, sl *slot) {
	list := ix[key]
	if len(list) == 1 {
		delete(ix, key)
		return
	}
	if at, ok := slices.BinarySearchFunc(list, sl.id, bySlotID); ok {
		ix[key] = slices.Delete(list, at, at+1)
	}
}

func bySlotID(sl *slot, id string) int { return cmp.Compare(sl.id, id) }
