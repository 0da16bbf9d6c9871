package mapping

import (
	"math"
	"strconv"
	"strings"
	"time"

	"scimforce/scim/resource"
)

// The shapes of the org's own fields. Each writes the field of its name and
// reads it; a value that is written otherwise than it was sent comes back as it
// was sent for as long as it means what the field holds.

// checkbox is a field that is true or false.
type checkbox struct{ field string }

func (f checkbox) plain(v view) any {
	value, ok := v.value(f.field).(bool)
	if !ok {
		return nil
	}
	return value
}

func (checkbox) held(record) any                         { return nil }
func (f checkbox) show(v view, _ Remembered) (any, bool) { return f.plain(v), false }
func (checkbox) same(a, b any) bool                      { return equal(a, b) }

func (f checkbox) write(d *drafting, _, value any) {
	if _, ok := value.(bool); !ok {
		d.refuse("true or false is expected")
		return
	}
	if d.writable(f.field) {
		d.set(f.field, value)
	}
}

// number is a number of so many digits, of which scale stand behind the point;
// precision 0 is not known.
type number struct {
	field            string
	precision, scale int
}

func (n number) plain(v view) any {
	switch value := v.value(n.field).(type) {
	case float64:
		return value
	case string: // more digits than float64 holds
		if f, err := strconv.ParseFloat(value, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return f
		}
	}
	return nil
}

func (n number) held(r record) any { return n.plain(view{record: r}) }
func (number) same(a, b any) bool  { return equal(a, b) }

func (n number) show(v view, was Remembered) (any, bool) {
	now := n.plain(v)
	return now, now != nil && equal(now, was.Sent)
}

func (n number) write(d *drafting, _, value any) {
	if value == nil {
		d.clear(n.field)
		return
	}
	f, ok := value.(float64)
	if !ok || math.IsInf(f, 0) || math.IsNaN(f) {
		d.refuse("a number is expected")
		return
	}
	if n.precision > 0 && n.scale <= n.precision {
		whole, behind, _ := strings.Cut(strconv.FormatFloat(math.Abs(f), 'f', -1, 64), ".")
		switch {
		case len(behind) > n.scale:
			d.refuse("%d digits behind the decimal point are too many for the Salesforce field %s, which holds %d", len(behind), n.field, n.scale)
			return
		case whole != "0" && len(whole) > n.precision-n.scale:
			d.refuse("%d digits are too many for the Salesforce field %s, which holds %d before the decimal point", len(whole), n.field, n.precision-n.scale)
			return
		}
	}
	if d.writable(n.field) {
		d.set(n.field, f)
	}
}

// date is a calendar day: "2026-01-31". A date with a time is taken for the day
// that it names where it was written.
type date struct{ field string }

func (t date) plain(v view) any { return orNil(v.text(t.field)) }

func (t date) held(r record) any { return r.optional(t.field) }

func (t date) show(v view, was Remembered) (any, bool) {
	now := t.held(v.record)
	if now != nil && equal(day(was.Sent), now) {
		return was.Sent, true
	}
	return now, false
}

func (date) same(a, b any) bool { return equal(a, b) || day(a) != nil && day(a) == day(b) }

func (t date) write(d *drafting, _, value any) {
	if value == nil {
		d.clear(t.field)
		return
	}
	on, ok := day(value).(string)
	if !ok {
		d.refuse("a date like 2026-01-31 is expected, of a year from 1700 to 4000")
		return
	}
	if d.writable(t.field) {
		d.set(t.field, on)
	}
}

// day is the date of a text that begins with one, nil for any other value.
func day(value any) any {
	s, _ := value.(string)
	if _, ok := resource.Time(s); !ok || !yearHeld(s) {
		return nil
	}
	return s[:len(time.DateOnly)]
}

// yearHeld says that Salesforce has dates of that year: 1700 to 4000.
func yearHeld(s string) bool {
	year := s[:min(len(s), 4)]
	return year >= "1700" && year <= "4000"
}

// moment is a date with a time, of which Salesforce keeps whole seconds in UTC.
type moment struct{ field string }

func (m moment) plain(v view) any {
	t, ok := instant(v.value(m.field))
	if !ok {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func (m moment) held(r record) any { return m.plain(view{record: r}) }

func (m moment) show(v view, was Remembered) (any, bool) {
	now := m.plain(v)
	if now != nil && m.same(now, was.Sent) {
		return was.Sent, true
	}
	return now, false
}

func (moment) same(a, b any) bool {
	x, _ := a.(string)
	y, _ := b.(string)
	s, ok := resource.Time(x)
	t, also := resource.Time(y)
	return equal(a, b) || ok && also && s.Equal(t)
}

func (m moment) write(d *drafting, _, value any) {
	if value == nil {
		d.clear(m.field)
		return
	}
	s, _ := value.(string)
	at, ok := resource.Time(s)
	if !ok || !yearHeld(at.UTC().Format("2006")) {
		d.refuse("a date and time like 2026-01-31T09:30:00Z is expected, of a year from 1700 to 4000")
		return
	}
	if d.writable(m.field) {
		d.set(m.field, at.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
}

// record18 is a reference to another record: its id, of 18 characters in
// Salesforce, of 15 or 18 as it is sent.
type record18 struct{ field string }

func (r record18) plain(v view) any    { return orNil(v.text(r.field)) }
func (r record18) held(rec record) any { return rec.optional(r.field) }

func (r record18) show(v view, was Remembered) (any, bool) {
	now := r.plain(v)
	return now, now != nil && r.same(now, was.Sent)
}

func (record18) same(a, b any) bool {
	x, _ := a.(string)
	y, _ := b.(string)
	return equal(a, b) || sameID(x, y)
}

func (r record18) write(d *drafting, _, value any) {
	if value == nil {
		d.clear(r.field)
		return
	}
	s, ok := d.word(value)
	if !ok {
		return
	}
	if !isID(s) || strings.ContainsFunc(s, func(c rune) bool { return !isWordRune(c) }) {
		d.refuse("the id of a record is expected, of 15 or 18 letters and digits")
		return
	}
	if d.writable(r.field) {
		d.set(r.field, s)
	}
}

func isWordRune(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
