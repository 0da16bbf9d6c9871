package org

import "slices"

// transaction marks a handle whose owner already holds the store's lock.
type transaction struct {
	over  bool
	wrote *Object // the first that decides which others may follow; nil before
}

// Transaction runs fn alone among all readers and writers of the org and takes
// back everything fn wrote when it returns an error, which Transaction then
// returns. fn reads, writes and queries through tx, never through o, which
// would wait for itself; tx is good for the time of fn only. A transaction
// inside a transaction takes back its own part.
func (o *Org) Transaction(fn func(tx *Org) error) (err error) {
	s := o.s
	tx := o
	if o.tx == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		defer s.settle()
		s.undo = &[]func(){}
		defer func() { s.undo = nil }()
		tx = &Org{s: s, tx: &transaction{}}
		defer func() { tx.tx.over = true }()
	} else if o.tx.over {
		panic("org: transaction handle used after its transaction")
	}
	mark := len(*s.undo)
	finished := false
	defer func() {
		if finished && err == nil {
			return
		}
		log := *s.undo
		for _, back := range slices.Backward(log[mark:]) {
			back()
		}
		*s.undo = log[:mark]
	}()
	err = fn(tx)
	finished = true
	return err
}

// journal remembers how to take a change back, while a transaction is open.
func (s *store) journal(back func()) {
	if s.undo != nil {
		*s.undo = append(*s.undo, back)
	}
}

// write runs fn with the store to itself.
func (o *Org) write(fn func(s *store)) {
	if o.tx == nil {
		o.s.mu.Lock()
		defer o.s.mu.Unlock()
		defer o.s.settle()
	} else if o.tx.over {
		panic("org: transaction handle used after its transaction")
	}
	fn(o.s)
}
