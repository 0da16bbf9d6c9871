package org

import (
	"slices"
	"strings"
	"time"
)

// write is one insert or update on its way: the values as they will be.
type write struct {
	s      *store
	t      *table
	actor  Actor
	access *Access      // of the actor
	tx     *transaction // the one it happens in, nil if it is one by itself
	id     string
	old    Record // the record before; its r is nil on insert
	values []any  // by field
	given  []bool // fields that the caller named
}

func (w *write) inserting() bool { return w.old.r == nil }

func (w *write) index(field string) int {
	i, ok := w.t.obj.FieldIndex(field)
	if !ok {
		return -1
	}
	return i
}

func (w *write) get(field string) any {
	if i := w.index(field); i >= 0 {
		return w.values[i]
	}
	return nil
}

func (w *write) text(field string) string {
	s, _ := w.get(field).(string)
	return s
}

func (w *write) flag(field string) bool {
	b, _ := w.get(field).(bool)
	return b
}

func (w *write) set(field string, value any) {
	if i := w.index(field); i >= 0 {
		w.values[i] = value
	}
}

// changed reports whether the write gives the field another value than it has;
// on insert, whether it has one.
func (w *write) changed(field string) bool {
	i := w.index(field)
	if i < 0 {
		return false
	}
	if w.inserting() {
		return w.values[i] != nil
	}
	return !same(w.values[i], w.old.stored(i))
}

// Insert makes a record. values are as JSON decodes them, field names in any
// case; an "attributes" member is passed over. The id has 18 characters. It is
// the id of an existing record where Salesforce answers so (GroupMember).
func (o *Org) Insert(a Actor, object string, values map[string]any) (id string, errs Errors) {
	o.write(func(s *store) {
		t := s.table(object)
		if t == nil {
			errs = notFound()
			return
		}
		w := s.begin(a, o.tx, t)
		for i := range t.obj.Fields {
			w.values[i] = t.obj.Fields[i].Default
		}
		id, errs = w.insert(values)
	})
	return id, errs
}

// begin makes a write without values.
func (s *store) begin(a Actor, tx *transaction, t *table) *write {
	n := len(t.obj.Fields)
	return &write{s: s, t: t, actor: a, access: s.accessOf(a), tx: tx, values: make([]any, n), given: make([]bool, n)}
}

func (w *write) insert(values map[string]any) (string, Errors) {
	if !w.t.obj.Createable {
		// unverified: the answer to an insert into an object that takes none
		return "", one(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: "+w.t.obj.Label)
	}
	if errs := w.mayInsert(values); errs != nil {
		return "", errs
	}
	if errs := w.prepare(values); errs != nil {
		return "", errs
	}
	if errs := w.verify(); errs != nil {
		return "", errs
	}
	if w.t.obj.rules.existing != nil {
		if id, ok := w.t.obj.rules.existing(w); ok {
			return id, nil
		}
	}
	return w.commit()
}

// Update changes the named fields of a record.
func (o *Org) Update(a Actor, object, id string, values map[string]any) (errs Errors) {
	o.write(func(s *store) {
		t := s.table(object)
		if t == nil {
			errs = notFound()
			return
		}
		before, failed := t.locate(id)
		if failed != nil {
			errs = failed
			return
		}
		w := s.begin(a, o.tx, t)
		w.id, w.old = before.ID(), before
		for i := range w.values {
			w.values[i] = before.stored(i)
		}
		errs = w.update(values)
	})
	return errs
}

func (w *write) update(values map[string]any) Errors {
	if !w.t.obj.Updateable {
		// unverified: the answer to an update of an object that takes none
		return one(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be updated: "+w.t.obj.Label)
	}
	if errs := w.mayUpdate(); errs != nil {
		return errs
	}
	if errs := w.prepare(values); errs != nil {
		return errs
	}
	if errs := w.verify(); errs != nil {
		return errs
	}
	_, errs := w.commit()
	return errs
}

// prepare takes the caller's values and adds what the server makes of them.
func (w *write) prepare(values map[string]any) Errors {
	if errs := w.take(values); errs != nil {
		return errs
	}
	if w.t.obj.rules.prepare != nil {
		w.t.obj.rules.prepare(w)
	}
	return nil
}

// Delete removes a record and what belongs to it alone.
func (o *Org) Delete(a Actor, object, id string) (errs Errors) {
	o.write(func(s *store) {
		t := s.table(object)
		if t == nil {
			errs = notFound()
			return
		}
		errs = s.delete(a, o.tx, t, id)
	})
	return errs
}

func (s *store) delete(a Actor, tx *transaction, t *table, id string) Errors {
	r, errs := t.locate(id)
	if errs != nil {
		return errs
	}
	if !t.obj.Deletable {
		// unverified: the answer to a delete of a User, or of another object that cannot be deleted
		return one(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
	}
	if errs := s.mayDelete(a, r); errs != nil {
		return errs
	}
	if t.obj.rules.removal != nil {
		if errs := t.obj.rules.removal(s, r); errs != nil {
			return errs
		}
	}
	if errs := tx.mix(t.obj, t.obj.Setup, false); errs != nil {
		return errs
	}
	s.auditRemoval(a, r)
	s.remove(r)
	return nil
}

// remove deletes a record and its dependants; references to it that may be
// null become so.
func (s *store) remove(r Record) {
	for _, c := range r.t.obj.ChildRelationships {
		child := s.table(c.ChildObject)
		for _, dependant := range child.find(c.Field, r.ID()) {
			if c.CascadeDelete {
				s.remove(dependant)
			} else {
				s.change(child, dependant.ID(), map[string]any{c.Field: nil})
			}
		}
	}
	r.t.remove(r.ID())
	if r.t.obj.rules.removed != nil {
		r.t.obj.rules.removed(s, r)
	}
}

// locate finds the record of an update or delete, or says why it cannot.
func (t *table) locate(id string) (Record, Errors) {
	full, ok := ID18(id)
	if !ok || !strings.HasPrefix(full, t.obj.KeyPrefix) {
		return Record{}, malformedReference("Record ID", id, "Id")
	}
	r, ok := t.version(full)
	switch {
	case !ok:
		return Record{}, absentRecord()
	case r.Deleted():
		return Record{}, deletedRecord()
	}
	return r, nil
}

// commit stores the record and what follows from it, unless the transaction it
// happens in cannot have it.
func (w *write) commit() (id string, errs Errors) {
	if errs := w.tx.mix(w.t.obj, w.t.obj.Setup, w.isNeutral()); errs != nil {
		return "", errs
	}
	now := w.s.now()
	w.set("SystemModstamp", now)
	w.set("LastModifiedDate", now)
	w.set("LastModifiedById", w.author())
	if w.inserting() {
		w.set("CreatedDate", now)
		w.set("CreatedById", w.author())
		w.id = w.t.ids.next()
		w.t.put(w.id, w.values)
	} else {
		w.t.replace(w.id, w.values)
	}
	if w.t.obj.rules.after != nil {
		w.t.obj.rules.after(w)
	}
	w.audit()
	return w.id, nil
}

func (w *write) author() any {
	if id, ok := ID18(w.actor.UserID); ok {
		return id
	}
	if w.s.adminID != "" {
		return w.s.adminID
	}
	return nil
}

// verify runs all checks of form and then the object's own.
func (w *write) verify() Errors {
	if missing := w.missing(); len(missing) > 0 {
		return w.requiredMissing(missing)
	}
	for i := range w.t.obj.Fields {
		if errs := w.verifyField(i); errs != nil {
			return errs
		}
	}
	if w.t.obj.rules.check != nil {
		if errs := w.t.obj.rules.check(w); errs != nil {
			return errs
		}
	}
	if errs := w.checkUnique(); errs != nil {
		return errs
	}
	return w.checkValidationRules()
}

// missing names the fields a record cannot be without, in the order of the
// declaration (unverified: the order in which Salesforce lists them).
func (w *write) missing() []string {
	var names []string
	for i := range w.t.obj.Fields {
		f := &w.t.obj.Fields[i]
		if f.Nillable || f.derive != nil || w.values[i] != nil || !f.Createable && !f.Updateable {
			continue
		}
		if w.inserting() && f.Createable || !w.inserting() && w.given[i] {
			names = append(names, f.Name)
		}
	}
	return names
}

func expired(r Record) bool {
	end, ok := r.Get("ExpirationDate").(time.Time)
	return ok && !r.t.s.clock().Before(end)
}

// sortedKeys makes the order of findings independent of map order.
func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
