package org

import "time"

// Deletion is one record that is no more.
type Deletion struct {
	ID string
	At time.Time
}

// Updated lists the ids of the records of the object that were made or changed
// from the first moment on and before the second, ascending by id.
func (v *View) Updated(*Object, time.Time, time.Time) []string { return nil }

// Deleted lists the records of the object that were deleted from the first
// moment on and before the second, ascending by time.
func (v *View) Deleted(*Object, time.Time, time.Time) []Deletion { return nil }
