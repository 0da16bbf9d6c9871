package org

import (
	"fmt"
	"time"
)

// AddSystemRow puts a record in as the server itself does, past all rules and
// permissions: a login, a session, a token. fields are by API name in any case;
// what they leave out has its default, and audit fields say now and, for
// CreatedById, nobody but the administrator. It fails for an object or field
// that the org does not have, and for a value of a Go type that Row does not
// allow.
func (o *Org) AddSystemRow(object string, fields Row) (id string, err error) {
	o.write(func(s *store) {
		t := s.table(object)
		if t == nil {
			err = fmt.Errorf("org has no object %q", object)
			return
		}
		values := t.values(nil)
		for _, name := range []string{"CreatedDate", "LastModifiedDate", "SystemModstamp"} {
			t.setIfHas(values, name, s.now())
		}
		t.setIfHas(values, "CreatedById", s.adminID)
		t.setIfHas(values, "LastModifiedById", s.adminID)
		if err = t.overlay(values, fields); err == nil {
			id = t.ids.next()
			t.put(id, values)
		}
	})
	return id, err
}

// ChangeSystemRow changes fields of a record as the server itself does.
func (o *Org) ChangeSystemRow(object, id string, fields Row) (err error) {
	o.write(func(s *store) {
		t := s.table(object)
		if t == nil {
			err = fmt.Errorf("org has no object %q", object)
			return
		}
		full, _ := ID18(id)
		r, ok := t.get(full)
		if !ok {
			err = fmt.Errorf("org has no %s %q", object, id)
			return
		}
		values := make([]any, len(t.obj.Fields))
		for i := range values {
			values[i] = r.stored(i)
		}
		if err = t.overlay(values, fields); err == nil {
			t.setIfHas(values, "SystemModstamp", s.now())
			t.replace(full, values)
		}
	})
	return err
}

// RemoveSystemRow deletes a record and what belongs to it alone, as the server
// itself does. It is false when there is none.
func (o *Org) RemoveSystemRow(object, id string) (removed bool) {
	o.write(func(s *store) {
		full, _ := ID18(id)
		if t := s.table(object); t != nil {
			if r, ok := t.get(full); ok {
				s.remove(r)
				removed = true
			}
		}
	})
	return removed
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

// overlay sets fields by name.
func (t *table) overlay(values []any, fields Row) error {
	for _, name := range sortedKeys(fields) {
		i, ok := t.obj.FieldIndex(name)
		if !ok || i == 0 {
			return fmt.Errorf("object %s has no field %q to set", t.obj.Name, name)
		}
		switch v := fields[name].(type) {
		case nil, string, bool, int64, float64:
			values[i] = v
		case int:
			values[i] = int64(v)
		case time.Time:
			values[i] = v.UTC().Truncate(time.Second)
		default:
			return fmt.Errorf("field %s.%s cannot hold a %T", t.obj.Name, name, v)
		}
	}
	return nil
}

func (t *table) setIfHas(values []any, field string, value any) {
	if i, ok := t.obj.FieldIndex(field); ok {
		values[i] = value
	}
}
