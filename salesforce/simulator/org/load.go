package org

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"strings"
	"time"
)

// maxDumpLine is the longest line of a dump that Load reads, in bytes.
const maxDumpLine = 1 << 20

// Load makes the content of a dump the org's, all of it or, when something is
// wrong with it, none. The org's own configuration decides what objects and
// fields there can be. A record that cannot be is named in the error; no error
// shows a password. Until all is read, the org holds what it held, beside what
// is being read.
func (o *Org) Load(r io.Reader) error {
	if o.tx != nil {
		return errOpenTransaction
	}
	fresh, err := newStore(o.s.cfg)
	if err != nil {
		return err
	}
	fresh.names, fresh.held = nil, &Usernames{}
	l := &loading{store: fresh}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), maxDumpLine)
	for lines.Scan() {
		l.line++
		if err := l.take(lines.Bytes()); err != nil {
			return fmt.Errorf("org: load: line %d: %w", l.line, err)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("org: load: line %d is longer than %d bytes", l.line+1, maxDumpLine)
	case err != nil:
		return fmt.Errorf("org: load: %w", err)
	case !l.ended:
		return errors.New("org: load: the dump has no end: was it cut off?")
	}
	if err := l.finish(); err != nil {
		return fmt.Errorf("org: load: %w", err)
	}
	return o.exchange(fresh, l.head.Ahead)
}

// loading is a dump on its way into a store that nobody has yet.
type loading struct {
	*store
	line    int
	head    *dumpHead
	records int
	ended   bool
	values  []any // scratch
}

// take reads one line.
func (l *loading) take(text []byte) error {
	if l.ended {
		return errors.New("something follows the end")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	var line dumpLine
	if err := decoder.Decode(&line); err != nil {
		return errors.New("no line of a dump") // the decoder's words could hold a password
	}
	switch {
	case line.Head != nil:
		return l.begin(line.Head)
	case l.head == nil:
		return errors.New("the head of the dump is missing")
	case line.Object != "":
		if err := l.record(line); err != nil {
			return fmt.Errorf("%s %s: %w", line.Object, line.ID, err)
		}
	case line.Password != nil:
		l.passwords[line.Password.User] = line.Password.Text
	case line.Pending != nil:
		l.pending[line.Pending.User] = line.Pending.Text
	case line.Refused != nil:
		e := line.Refused
		l.refused[e.User] = Error{Status: e.Status, Code: e.Code, Message: e.Message, Fields: e.Fields}
	case line.Held != "":
		l.held.hold(strings.ToLower(line.Held))
	case line.End != nil:
		if line.End.Records != l.records {
			return fmt.Errorf("the dump had %d records, here are %d", line.End.Records, l.records)
		}
		l.ended = true
	default:
		return errors.New("no line of a dump")
	}
	return nil
}

func (l *loading) begin(head *dumpHead) error {
	switch {
	case l.head != nil:
		return errors.New("a second head")
	case head.Version != dumpVersion:
		return fmt.Errorf("a dump of version %d; this program reads version %d", head.Version, dumpVersion)
	case len(head.Pod) != 3:
		return errors.New("the head has no pod of three characters")
	}
	for _, obj := range l.objects {
		ids, ok := head.IDs[obj.Name]
		if !ok || ids == nil || ids.Last > mostIDs || obj.table.ids.source.UnmarshalBinary(ids.Steps) != nil {
			return fmt.Errorf("the head does not say how far the ids of %s are", obj.Name)
		}
		obj.table.ids.pod, obj.table.ids.last = head.Pod, ids.Last
	}
	if err := l.source.UnmarshalBinary(head.Random); err != nil {
		return errors.New("the head has no random state")
	}
	l.head, l.pod, l.orgID, l.adminID = head, head.Pod, head.Org, head.Admin
	return nil
}

// record puts one record in, without looking at what it refers to.
func (l *loading) record(line dumpLine) error {
	t := l.table(line.Object)
	if t == nil || t.obj.Name != line.Object {
		return errors.New("the org has no such object")
	}
	if full, ok := ID18(line.ID); !ok || full != line.ID || !t.ids.made(line.ID) {
		return errors.New("no id of this object that the org has made")
	}
	if n := len(t.slots); n > 0 && line.ID <= (Record{t, t.slots[n-1]}).ID() {
		return errors.New("its id does not follow that of the record before")
	}
	l.records++
	if line.Deleted && line.Fields == nil {
		l.bury(t, t.file(&row{id: line.ID, part: t.packer.gone}), line.DeletedAt)
		return nil
	}
	values := l.values[:0]
	for i := range t.obj.Fields {
		values = append(values, t.obj.Fields[i].Default)
	}
	l.values = values
	for name, v := range line.Fields {
		i, ok := t.obj.FieldIndex(name)
		if !ok || i == 0 || t.obj.Fields[i].Name != name || t.obj.Fields[i].derive != nil {
			return fmt.Errorf("it cannot have a field %q here", name)
		}
		value, err := loadValue(&t.obj.Fields[i], v)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		values[i] = value
	}
	r := t.packer.pack(line.ID, values, line.Deleted)
	if !line.Deleted {
		if err := l.checkUniqueness(t, Record{t, r}); err != nil {
			return err
		}
	}
	p := t.file(r)
	if line.Deleted {
		l.bury(t, p, line.DeletedAt)
	}
	return nil
}

// bury notes when a record was deleted, if that is remembered.
func (l *loading) bury(t *table, p position, at *time.Time) {
	if at != nil {
		t.deletions = append(t.deletions, deletion{p, at.UTC()})
	}
}

// checkUniqueness refuses a user without a Username, and what two records must
// not both have.
func (l *loading) checkUniqueness(t *table, r Record) error {
	if t == l.users() {
		name := r.text("Username")
		if name == "" {
			return errors.New("it has no Username")
		}
		if _, taken := t.first("Username", name); taken {
			return fmt.Errorf("the Username %q is taken by another", name)
		}
	}
	for _, i := range t.obj.unique {
		text, ok := r.stored(i).(string)
		if !ok {
			continue
		}
		for other := range t.each(t.obj.Fields[i].Name, text) {
			if !t.obj.Fields[i].CaseSensitive || other.stored(i) == text {
				return fmt.Errorf("%s: %s has the same value", t.obj.Fields[i].Name, other.ID())
			}
		}
	}
	return nil
}

// finish looks at what the records refer to, now that all are there, and makes
// what is counted.
func (l *loading) finish() error {
	if r, ok := l.target(l.orgID); !ok || r.Object().Name != "Organization" {
		return fmt.Errorf("the org %q is not among the records", l.orgID)
	}
	if r, ok := l.target(l.adminID); !ok || r.Object().Name != "User" {
		return fmt.Errorf("the administrator %q is not among the records", l.adminID)
	}
	for _, users := range []iter.Seq[string]{maps.Keys(l.passwords), maps.Keys(l.pending), maps.Keys(l.refused)} {
		for user := range users {
			if _, ok := l.users().get(user); !ok {
				return fmt.Errorf("%q, of whom something is noted, is no user", user)
			}
		}
	}
	for _, obj := range l.objects {
		t := obj.table
		for _, r := range t.slots {
			if r.part.deleted {
				continue
			}
			if field, id, ok := l.dangling(Record{t, r}); !ok {
				return fmt.Errorf("%s %s: %s refers to %s, which is not there", obj.Name, r.id, field, id)
			}
			t.tally(nil, r)
		}
	}
	return nil
}

// dangling finds a reference to a record that an object of this org would hold
// and does not.
func (l *loading) dangling(r Record) (field, id string, ok bool) {
	for i := range r.t.obj.Fields {
		f := &r.t.obj.Fields[i]
		if f.Type != "reference" || f.derive != nil {
			continue
		}
		id, set := r.stored(i).(string)
		if !set || l.byPrefix[id[:3]] == nil {
			continue
		}
		if _, there := l.target(id); !there {
			return f.Name, id, false
		}
	}
	return "", "", true
}
