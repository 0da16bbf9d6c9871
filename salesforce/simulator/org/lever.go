package org

import "crypto/subtle"

// RefuseDeactivation makes the org refuse to deactivate the user with that
// error. Fields left empty become those of a default workflow user, the
// sentence as documented, status 400 and FIELD_INTEGRITY_EXCEPTION.
// unverified: which code goes with which sentence that refuses a deactivation
func (o *Org) RefuseDeactivation(userID string, e Error) {
	if e.Status == 0 {
		e.Status = 400
	}
	if e.Code == "" {
		e.Code = "FIELD_INTEGRITY_EXCEPTION"
	}
	if e.Message == "" {
		e.Message = "You cannot deactivate the Default Workflow User"
	}
	if e.Fields == nil {
		e.Fields = []string{}
	}
	id, ok := ID18(userID)
	if !ok {
		return
	}
	o.write(func(s *store) { s.refused[id] = e })
}

// AllowDeactivation takes RefuseDeactivation back.
func (o *Org) AllowDeactivation(userID string) {
	if id, ok := ID18(userID); ok {
		o.write(func(s *store) { delete(s.refused, id) })
	}
}

// expectEmail notes the address that waits for its owner.
func (s *store) expectEmail(userID, address string) {
	before, had := s.pending[userID]
	s.pending[userID] = address
	s.journal(func() {
		if had {
			s.pending[userID] = before
		} else {
			delete(s.pending, userID)
		}
	})
}

// PendingEmail is the address that waits for the user's confirmation.
func (o *Org) PendingEmail(userID string) (string, bool) {
	id, _ := ID18(userID)
	var address string
	var ok bool
	_ = o.View(func(v *View) error { // fn never fails
		address, ok = v.s.pending[id]
		return nil
	})
	return address, ok
}

// ConfirmEmail does what the owner of a new address does by following the link
// he was sent: the record gets it. It is false when nothing waits.
func (o *Org) ConfirmEmail(userID string) (confirmed bool) {
	id, _ := ID18(userID)
	o.write(func(s *store) {
		address, ok := s.pending[id]
		if !ok {
			return
		}
		delete(s.pending, id)
		s.journal(func() { s.pending[id] = address })
		confirmed = s.change(s.users(), id, map[string]any{"Email": address})
	})
	return confirmed
}

// RecordLogin notes an attempt of the user to log in, which makes his
// UserLogin record if he has none yet. It gives that record's id.
func (o *Org) RecordLogin(userID string) (id string, ok bool) {
	full, _ := ID18(userID)
	o.write(func(s *store) {
		if _, found := s.users().get(full); !found {
			return
		}
		s.change(s.users(), full, map[string]any{"LastLoginDate": s.now()})
		id, ok = s.loginOf(full), true
	})
	return id, ok
}

// loginOf finds or makes the UserLogin record of a user.
func (s *store) loginOf(userID string) string {
	t := s.table("UserLogin")
	if r, ok := t.first("UserId", userID); ok {
		return r.ID()
	}
	return t.put(t.ids.next(), t.values(map[string]any{
		"UserId": userID, "LastModifiedDate": s.now(), "LastModifiedById": userID,
	})).ID()
}

// IsFrozen reports whether the user is barred from logging in.
func (o *Org) IsFrozen(userID string) bool {
	id, _ := ID18(userID)
	frozen := false
	_ = o.View(func(v *View) error { // fn never fails
		if r, ok := v.s.table("UserLogin").first("UserId", id); ok {
			frozen = r.flag("IsFrozen")
		}
		return nil
	})
	return frozen
}

// SetPassword gives a user a password; nobody has one before.
func (o *Org) SetPassword(userID, password string) {
	id, ok := ID18(userID)
	if !ok {
		return
	}
	o.write(func(s *store) {
		s.passwords[id] = password
		s.change(s.users(), id, map[string]any{"LastPasswordChangeDate": s.now()})
	})
}

// CheckPassword reports whether the pair would log in, the user's state (active,
// frozen) not looked at. A user without a password has none that fits.
func (o *Org) CheckPassword(username, password string) bool {
	ok := false
	_ = o.View(func(v *View) error { // fn never fails
		user, found := v.s.users().first("Username", username)
		if !found {
			return nil
		}
		want, has := v.s.passwords[user.ID()]
		ok = has && subtle.ConstantTimeCompare([]byte(want), []byte(password)) == 1
		return nil
	})
	return ok
}

// change sets fields of a record past all rules, as the server itself does.
func (s *store) change(t *table, id string, fields map[string]any) bool {
	r, ok := t.get(id)
	if !ok {
		return false
	}
	values := r.values()
	for name, v := range fields {
		if i, ok := t.obj.FieldIndex(name); ok {
			values[i] = v
		}
	}
	if i, ok := t.obj.FieldIndex("SystemModstamp"); ok {
		values[i] = s.now()
	}
	t.replace(id, values)
	return true
}

// values makes a full set of values: defaults and the fields given.
func (t *table) values(fields map[string]any) []any {
	values := make([]any, len(t.obj.Fields))
	for i := range values {
		values[i] = t.obj.Fields[i].Default
	}
	for name, v := range fields {
		i, ok := t.obj.FieldIndex(name)
		if !ok {
			panic("org: object " + t.obj.Name + " has no field " + name) // a mistake in this package
		}
		values[i] = v
	}
	return values
}
