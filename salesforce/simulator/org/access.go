package org

// Access is what a user may do in the org: his profile and his permission sets
// together.
type Access struct{}

// accessOf is what the user may do; nil, everything, for the zero Actor.
func (s *store) accessOf(Actor) *Access { return nil }

// Reads reports whether the user of the view may query the object at all.
func (v *View) Reads(*Object) bool { return true }

// Sees reports whether the user of the view may read the field (by index in
// Fields): field-level security. A field he may not see is to him as one that
// does not exist.
func (v *View) Sees(*Object, int) bool { return true }
