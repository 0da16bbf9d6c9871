package org

import "time"

// AddSystemRow puts a record in as the server itself does, past all rules and
// permissions: a login, a session, a token. Fields are by API name in any case;
// what they leave out has its default, and audit fields say now and name the
// administrator. It is false, and nothing is written, where the org has no such
// object or field and for a value of a Go type that Row does not allow.
func (o *Org) AddSystemRow(object string, fields Row) (id string, ok bool) {
	o.write(func(s *store) {
		t := s.table(object)
		if t == nil {
			return
		}
		values := t.values(nil)
		for _, name := range []string{"CreatedDate", "LastModifiedDate", "SystemModstamp"} {
			t.setIfHas(values, name, s.now())
		}
		t.setIfHas(values, "CreatedById", s.adminID)
		t.setIfHas(values, "LastModifiedById", s.adminID)
		if ok = t.overlay(values, fields); ok {
			id = t.ids.next()
			t.put(id, values)
		}
	})
	return id, ok
}

// SetSystemRow changes fields of a record as the server itself does. It is
// false, and nothing is written, where AddSystemRow is and where there is no such
// record.
func (o *Org) SetSystemRow(object, id string, fields Row) (ok bool) {
	o.write(func(s *store) {
		t := s.table(object)
		if t == nil {
			return
		}
		full, _ := ID18(id)
		r, found := t.get(full)
		if !found {
			return
		}
		values := r.values()
		if ok = t.overlay(values, fields); ok {
			t.setIfHas(values, "SystemModstamp", s.now())
			t.replace(full, values)
		}
	})
	return ok
}

// RemoveSystemRow deletes a record and what belongs to it alone, as the server
// itself does. It is false when there is none.
func (o *Org) RemoveSystemRow(object, id string) (ok bool) {
	o.write(func(s *store) {
		full, _ := ID18(id)
		if t := s.table(object); t != nil {
			if r, found := t.get(full); found {
				s.remove(r)
				ok = true
			}
		}
	})
	return ok
}

// Holds reports whether there is a live record with that id, in either form: the
// cheap way to learn that a session or token was deleted through the API.
func (o *Org) Holds(id string) bool {
	full, _ := ID18(id)
	held := false
	_ = o.View(func(v *View) error { // fn never fails
		_, held = v.s.target(full)
		return nil
	})
	return held
}

// overlay sets fields by name; false of a field or value that cannot be.
func (t *table) overlay(values []any, fields Row) bool {
	for name, v := range fields {
		i, ok := t.obj.FieldIndex(name)
		if !ok || i == 0 {
			return false
		}
		switch v := v.(type) {
		case nil, string, bool, int64, float64:
			values[i] = v
		case int:
			values[i] = int64(v)
		case time.Time:
			values[i] = v.UTC().Truncate(time.Second)
		default:
			return false
		}
	}
	return true
}

func (t *table) setIfHas(values []any, field string, value any) {
	if i, ok := t.obj.FieldIndex(field); ok {
		values[i] = value
	}
}
