package org

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"
)

// dumpVersion is that of the format, which Load wants to be the same.
const dumpVersion = 1

// dumpLine is one line of a dump: its head, a record, something that hangs on a
// user, or its end. Only one of the parts is there.
type dumpLine struct {
	Head *dumpHead `json:"head,omitempty"`

	Object    string         `json:"object,omitempty"` // of a record
	ID        string         `json:"id,omitempty"`
	Deleted   bool           `json:"deleted,omitempty"`
	DeletedAt *time.Time     `json:"deletedAt,omitempty"` // while the deletion is remembered
	Fields    map[string]any `json:"fields,omitempty"`    // but for those with their default

	Password *dumpNote  `json:"password,omitempty"`
	Pending  *dumpNote  `json:"pendingEmail,omitempty"`
	Refused  *dumpError `json:"refused,omitempty"` // why he cannot be deactivated
	Held     string     `json:"held,omitempty"`    // a Username of an org outside
	End      *dumpEnd   `json:"end,omitempty"`
}

type dumpHead struct {
	Version int                 `json:"version"`
	Org     string              `json:"org"`
	Admin   string              `json:"administrator"`
	Pod     string              `json:"pod"`
	Ahead   int64               `json:"clockAhead"` // nanoseconds
	Random  []byte              `json:"random"`     // state of a rand.PCG
	IDs     map[string]*dumpIDs `json:"ids"`        // by object
}

// dumpIDs are how far the ids of an object are.
type dumpIDs struct {
	Last  uint64 `json:"last"`
	Steps []byte `json:"steps"` // state of a rand.PCG
}

type dumpNote struct {
	User string `json:"user"`
	Text string `json:"text"`
}

type dumpError struct {
	User    string   `json:"user"`
	Status  int      `json:"status"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Fields  []string `json:"fields"` // null: none
}

// dumpEnd tells a whole dump from one that was cut off.
type dumpEnd struct {
	Records int `json:"records"`
}

// snapshot is what a dump writes: rows never change, so that holding them is
// enough.
type snapshot struct {
	head      dumpHead
	tables    []tableSnapshot
	passwords map[string]string
	pending   map[string]string
	refused   map[string]Error
	held      []string
}

type tableSnapshot struct {
	t       *table
	slots   []*row
	deleted map[position]time.Time
}

// Dump writes all that the org holds at one moment as lines of JSON: a head,
// each record, passwords and what else hangs on users, an end. The same content
// is the same bytes. Passwords are among them in clear. Only a list of the
// records is held while they are written; nobody waits for w.
func (o *Org) Dump(w io.Writer) error {
	var snap snapshot
	var err error
	_ = o.View(func(v *View) error { // fn never fails
		snap, err = v.s.snapshot()
		return nil
	})
	if err != nil {
		return fmt.Errorf("org: dump: %w", err)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if err := snap.write(out); err != nil {
		return fmt.Errorf("org: dump: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("org: dump: %w", err)
	}
	return nil
}

func (s *store) snapshot() (snapshot, error) {
	snap := snapshot{
		head: dumpHead{
			Version: dumpVersion, Org: s.orgID, Admin: s.adminID, Pod: s.pod, Ahead: s.ahead.Load(), IDs: map[string]*dumpIDs{},
		},
		passwords: maps.Clone(s.passwords), pending: maps.Clone(s.pending), refused: maps.Clone(s.refused),
	}
	if s.names == nil {
		snap.held = s.held.elsewhere()
	}
	var err error
	if snap.head.Random, err = s.source.MarshalBinary(); err != nil {
		return snap, err
	}
	for _, obj := range dumpOrder(s.objects) {
		t := obj.table
		steps, err := t.ids.source.MarshalBinary()
		if err != nil {
			return snap, err
		}
		snap.head.IDs[obj.Name] = &dumpIDs{t.ids.last, steps}
		one := tableSnapshot{t, slices.Clone(t.slots), map[position]time.Time{}}
		for _, d := range t.deletions {
			one.deleted[d.place] = d.at
		}
		snap.tables = append(snap.tables, one)
	}
	return snap, nil
}

// dumpOrder puts what most records refer to first, so that a load can share it.
func dumpOrder(objects []*Object) []*Object {
	first := []string{"Organization", "UserLicense", "Profile", "UserRole", "User", "PermissionSet"}
	place := func(o *Object) int {
		if at := slices.Index(first, o.Name); at >= 0 {
			return at
		}
		return len(first)
	}
	ordered := slices.Clone(objects)
	slices.SortStableFunc(ordered, func(a, b *Object) int { return place(a) - place(b) })
	return ordered
}

func (snap *snapshot) write(out *bufio.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(dumpLine{Head: &snap.head}); err != nil {
		return err
	}
	records := 0
	for _, one := range snap.tables {
		for p, r := range one.slots {
			if err := one.write(out, position(p), r); err != nil {
				return err
			}
			records++
		}
	}
	var lines []dumpLine
	for _, user := range slices.Sorted(maps.Keys(snap.passwords)) {
		lines = append(lines, dumpLine{Password: &dumpNote{user, snap.passwords[user]}})
	}
	for _, user := range slices.Sorted(maps.Keys(snap.pending)) {
		lines = append(lines, dumpLine{Pending: &dumpNote{user, snap.pending[user]}})
	}
	for _, user := range slices.Sorted(maps.Keys(snap.refused)) {
		e := snap.refused[user]
		lines = append(lines, dumpLine{Refused: &dumpError{user, e.Status, e.Code, e.Message, e.Fields}})
	}
	for _, name := range snap.held {
		lines = append(lines, dumpLine{Held: name})
	}
	for _, line := range append(lines, dumpLine{End: &dumpEnd{records}}) {
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// write writes the line of a record: what a dumpLine would be, its fields in
// the order of the declaration.
func (one tableSnapshot) write(out *bufio.Writer, p position, row *row) error {
	r := Record{one.t, row}
	line := append(out.AvailableBuffer(), `{"object":"`...)
	line = append(append(line, one.t.obj.Name...), `","id":"`...)
	line = append(append(line, r.ID()...), '"')
	if r.Deleted() {
		line = append(line, `,"deleted":true`...)
		if at, ok := one.deleted[p]; ok {
			line = appendJSON(append(line, `,"deletedAt":`...), at)
		}
	}
	open := `,"fields":{"`
	for i := range one.t.obj.Fields {
		if i == 0 || row.part.layout.at[i] == 0 {
			continue
		}
		line = append(append(line, open...), one.t.obj.Fields[i].Name...)
		line = appendJSON(append(line, `":`...), r.stored(i))
		open = `,"`
	}
	if open == `,"` {
		line = append(line, '}')
	}
	_, err := out.Write(append(line, "}\n"...))
	return err
}

// appendJSON appends a stored value.
func appendJSON(line []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(line, v)
	case int64:
		return strconv.AppendInt(line, v, 10)
	case time.Time:
		return append(v.AppendFormat(append(line, '"'), time.RFC3339), '"')
	case string:
		if isPlain(v) {
			return append(append(append(line, '"'), v...), '"')
		}
	}
	text, err := json.Marshal(v)
	if err != nil { // a number that is none; no field takes one
		return append(line, "null"...)
	}
	return append(line, text...)
}

// isPlain reports whether a text stands in JSON as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
