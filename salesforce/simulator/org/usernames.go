package org

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
)

// Usernames keeps Usernames apart across the orgs that share it, as Salesforce
// does across all orgs there are. The zero value is ready for use and safe for
// concurrent use. An org changes it only at the end of a write or transaction:
// until then a name given up is still taken, and one claimed is already.
type Usernames struct {
	mu    sync.Mutex
	owner map[string]*store // by lower-cased name; nil: an org outside this process
}

// claim takes a name for an org; it is false when another one has it.
func (u *Usernames) claim(s *store, name string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if owner, taken := u.owner[name]; taken {
		return owner == s
	}
	u.put(s, name)
	return true
}

func (u *Usernames) put(s *store, name string) {
	if u.owner == nil {
		u.owner = map[string]*store{}
	}
	u.owner[name] = s
}

// free gives a name up that the org has; s nil is an org outside.
func (u *Usernames) free(s *store, name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if owner, taken := u.owner[name]; taken && owner == s {
		delete(u.owner, name)
	}
}

// hold takes a name for an org outside, whoever has it.
func (u *Usernames) hold(name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.put(nil, name)
}

// outside reports whether an org outside has the name.
func (u *Usernames) outside(name string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	owner, taken := u.owner[name]
	return taken && owner == nil
}

// elsewhere lists the names that orgs outside have.
func (u *Usernames) elsewhere() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	var names []string
	for name, owner := range u.owner {
		if owner == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// exchange gives an org other names than it had, all of them or, when another
// org has one, none.
func (u *Usernames) exchange(s *store, had, wants iter.Seq[string]) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	for name := range wants {
		if owner, taken := u.owner[name]; taken && owner != s {
			return fmt.Errorf("the Username %q is taken in another org of this process", name)
		}
	}
	for name := range had {
		if owner, taken := u.owner[name]; taken && owner == s {
			delete(u.owner, name)
		}
	}
	for name := range wants {
		u.put(s, name)
	}
	return nil
}

// claimUsername takes a name for a write that is about to happen, or reports
// that an org elsewhere has it.
func (s *store) claimUsername(name string) bool {
	name = strings.ToLower(name)
	if s.names == nil {
		return !s.held.outside(name)
	}
	if !s.names.claim(s, name) {
		return false
	}
	s.touched = append(s.touched, name)
	return true
}

// touchUsernames notes the names a change of a user is about.
func (s *store) touchUsernames(rows ...*row) {
	if s.names == nil {
		return
	}
	for _, r := range rows {
		if r != nil {
			s.touched = append(s.touched, strings.ToLower(Record{s.users(), r}.text("Username")))
		}
	}
}

// settle does what has to wait until a write or transaction is over: it makes
// the shared names those that the org's users have, and forgets what is old.
func (s *store) settle() {
	for _, name := range s.touched {
		if _, has := s.users().first("Username", name); has {
			s.names.claim(s, name)
		} else {
			s.names.free(s, name)
		}
	}
	s.touched = s.touched[:0]
	for _, obj := range s.objects {
		obj.table.forget()
	}
}

// usernames walks the names that the org's users have.
func (s *store) usernames() iter.Seq[string] {
	return func(yield func(string) bool) {
		users := s.users()
		for r := range users.walk(users.slots, Bound{}) {
			if !yield(strings.ToLower(r.text("Username"))) {
				return
			}
		}
	}
}

// HoldElsewhere takes a Username as another org would: an insert or update
// with it is refused in every org that shares Usernames with this one, and no
// query finds who has it.
func (o *Org) HoldElsewhere(username string) {
	o.write(func(s *store) { s.held.hold(strings.ToLower(username)) })
}

// ReleaseElsewhere gives a Username held elsewhere free again.
func (o *Org) ReleaseElsewhere(username string) {
	o.write(func(s *store) { s.held.free(nil, strings.ToLower(username)) })
}
