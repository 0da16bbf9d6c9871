package org

import (
	"errors"
	"fmt"
)

// errOpenTransaction refuses to exchange an org's content under a transaction.
var errOpenTransaction = errors.New("org: not inside a transaction")

// Reset brings the org back to how New made it, the clock included. Usernames
// that another org took meanwhile make it fail; then nothing changes.
func (o *Org) Reset() error {
	if o.tx != nil {
		return errOpenTransaction
	}
	fresh, err := newSeeded(o.s.cfg)
	if err != nil {
		return err
	}
	return o.exchange(fresh, 0)
}

// exchange makes the content of a fresh store the org's, and its clock that
// much ahead.
func (o *Org) exchange(fresh *store, ahead int64) error {
	s := o.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names != nil {
		if err := s.names.exchange(s, s.usernames(), fresh.usernames()); err != nil {
			return fmt.Errorf("org: %w", err)
		}
	}
	s.ahead.Store(ahead)
	s.take(fresh)
	return nil
}
