package org

import "time"

// Now is the org's clock: that of its configuration, moved by Advance.
func (o *Org) Now() time.Time { return o.s.clock() }

// Advance moves the org's clock, by a negative d back.
func (o *Org) Advance(d time.Duration) { o.s.ahead.Add(int64(d)) }

func (s *store) clock() time.Time { return s.cfg.Now().Add(time.Duration(s.ahead.Load())) }

// now is the time as records hold it: UTC, whole seconds (every recorded
// datetime of a record ends in .000).
func (s *store) now() time.Time { return s.clock().UTC().Truncate(time.Second) }
