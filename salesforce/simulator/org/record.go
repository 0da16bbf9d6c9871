package org

import (
	"slices"
	"time"
)

// Row is one record as a map: field API name to string, bool, int64, float64,
// time.Time (UTC, whole seconds), Address or nil. Ids have 18 characters.
type Row = map[string]any

// Record is a read-only handle of one stored record as it was when it was
// read: a later write makes a new record and leaves this one as it is.
type Record struct {
	t *table
	r *row
}

// row is what is stored: only the values that differ from the field's default,
// ascending by field, because most of the 150 fields of most users are default.
type row struct {
	id    string
	cells []cell
}

type cell struct {
	field uint16
	value any
}

// Address is the value of a compound address field; its JSON has the keys in
// alphabetical order, as recorded.
type Address struct {
	City            any `json:"city"`
	Country         any `json:"country"`
	GeocodeAccuracy any `json:"geocodeAccuracy"`
	Latitude        any `json:"latitude"`
	Longitude       any `json:"longitude"`
	PostalCode      any `json:"postalCode"`
	State           any `json:"state"`
	Street          any `json:"street"`
}

// ID is the record's 18-character id.
func (r Record) ID() string { return r.r.id }

// Object is what the record is one of.
func (r Record) Object() *Object { return r.t.obj }

// Value is the value of the field with that index, nil for null.
func (r Record) Value(field int) any {
	f := &r.t.obj.Fields[field]
	if f.derive != nil {
		return f.derive(r)
	}
	return r.stored(field)
}

func (r Record) stored(field int) any {
	if field == 0 {
		return r.r.id
	}
	cells := r.r.cells
	lo, hi := 0, len(cells)
	for lo < hi {
		mid := (lo + hi) / 2
		if int(cells[mid].field) < field {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(cells) && int(cells[lo].field) == field {
		return cells[lo].value
	}
	return r.t.obj.Fields[field].Default
}

// Get is the value of a field by name, nil for null or no such field.
func (r Record) Get(name string) any {
	i, ok := r.t.obj.FieldIndex(name)
	if !ok {
		return nil
	}
	return r.Value(i)
}

// Row gives all fields of the record.
func (r Record) Row() Row {
	out := make(Row, len(r.t.obj.Fields))
	for i := range r.t.obj.Fields {
		out[r.t.obj.Fields[i].Name] = r.Value(i)
	}
	return out
}

func (r Record) text(name string) string {
	s, _ := r.Get(name).(string)
	return s
}

func (r Record) flag(name string) bool {
	b, _ := r.Get(name).(bool)
	return b
}

// pack keeps of a full set of values those that are to be stored.
func pack(obj *Object, id string, values []any) *row {
	n := 0
	for i := 1; i < len(values); i++ {
		if keep(&obj.Fields[i], values[i]) {
			n++
		}
	}
	cells := make([]cell, 0, n)
	for i := 1; i < len(values); i++ {
		if keep(&obj.Fields[i], values[i]) {
			cells = append(cells, cell{uint16(i), values[i]})
		}
	}
	return &row{id: id, cells: slices.Clip(cells)}
}

func keep(f *Field, value any) bool { return f.derive == nil && !same(value, f.Default) }

// same compares two stored values; times by instant.
func same(a, b any) bool {
	if at, ok := a.(time.Time); ok {
		bt, ok := b.(time.Time)
		return ok && at.Equal(bt)
	}
	return a == b
}
