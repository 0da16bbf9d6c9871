package org

// Row is one record as a map: field API name to string, bool, int64, float64,
// time.Time (UTC, whole seconds), Address or nil. Ids have 18 characters.
type Row = map[string]any

// Record is a read-only handle of one stored record as it was when it was
// read: a later write makes a new record and leaves this one as it is.
type Record struct {
	t *table
	r *row
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
func (r Record) ID() string {
	id, _ := r.r.id.(string) // always one
	return id
}

// Deleted reports whether the record was deleted: only ScanAll shows such.
func (r Record) Deleted() bool { return r.r.part.deleted }

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
	p := r.r.part
	switch at := int(p.layout.at[field]); {
	case at == 0:
		return r.t.standard[field]
	case at <= len(p.common):
		return p.common[at-1]
	default:
		return r.r.own[at-1-len(p.common)]
	}
}

// values is a full set of the stored values.
func (r Record) values() []any {
	values := make([]any, len(r.t.obj.Fields))
	for i := range values {
		values[i] = r.stored(i)
	}
	return values
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
