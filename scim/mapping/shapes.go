package mapping

import "strings"

// text is an attribute with one string value.
type text struct {
	field    string // written and read; "" when Salesforce has none
	fallback string // read when there is no field and nothing is remembered
	length   int    // of the field when describe does not say; 0 is no limit
	suffix   suffix // of what Salesforce holds
	fold     bool   // Salesforce changes the case
	required bool   // every org has the field and lets it be written
	rare     bool   // few orgs have the field
	check    func(string) string
}

// source is the field that a plain value comes from, "" for none.
func (t text) source() string {
	if t.field != "" {
		return t.field
	}
	return t.fallback
}

func (t text) plain(v view) any {
	if t.source() == "" {
		return nil
	}
	if t.suffix == "" {
		return v.optional(t.source())
	}
	return orNil(t.suffix.strip(v.text(t.source())))
}

func (t text) held(r record) any { return t.plain(view{record: r}) }

func (t text) show(v view, was Remembered) (any, bool) {
	now := t.held(v.record)
	if equal(now, was.Held) || equal(now, was.Sent) {
		return was.Sent, true
	}
	if sent, ok := was.Sent.(string); t.fold && ok && now != nil && strings.EqualFold(now.(string), sent) {
		return was.Sent, true
	}
	return now, false
}

func (t text) write(d *drafting, before, value any) {
	if value == nil {
		if t.field != "" && d.writable(t.field) {
			d.set(t.field, nil)
		}
		return
	}
	s, ok := d.word(value)
	if !ok {
		return
	}
	if t.check != nil {
		if problem := t.check(s); problem != "" {
			d.refuse("%s", problem)
			return
		}
	}
	if t.field == "" || (!t.required && !d.writable(t.field)) || !d.fitsWith(t.field, t.length, s, t.suffix) {
		return
	}
	if s, ok = d.picked(t.field, s); !ok {
		return
	}
	if old, ok := before.(string); t.fold && ok && strings.EqualFold(old, s) {
		return
	}
	if value != s || t.suffix != "" {
		value = t.suffix.add(s)
	}
	d.set(t.field, value)
}

func (text) same(a, b any) bool { return equal(a, b) }

// boolean is an attribute with one boolean value. A frozen user cannot log in, so
// he is not active, whatever the record says.
type boolean struct{ field string }

func (b boolean) plain(v view) any {
	value, ok := v.value(b.field).(bool)
	if !ok {
		return nil
	}
	return value && !v.access.Frozen
}

func (boolean) held(record) any                         { return nil }
func (b boolean) show(v view, _ Remembered) (any, bool) { return b.plain(v), false }

func (b boolean) write(d *drafting, _, value any) {
	if _, ok := value.(bool); !ok {
		d.refuse("true or false is expected")
		return
	}
	d.set(b.field, value)
}

func (boolean) same(x, y any) bool { return equal(x, y) }

// made is an attribute that Render sets by itself.
type made struct{}

func (made) plain(view) any                    { return nil }
func (made) held(record) any                   { return nil }
func (made) show(view, Remembered) (any, bool) { return nil, false }
func (made) write(*drafting, any, any)         {}
func (made) same(a, b any) bool                { return true }

// photos are read-only.
type photos struct{ made }

func (photos) plain(v view) any {
	var all []map[string]any
	for _, p := range []struct{ kind, field string }{{"photo", "FullPhotoUrl"}, {"thumbnail", "SmallPhotoUrl"}} {
		if url := v.text(p.field); url != "" {
			all = append(all, map[string]any{"value": url, "type": p.kind})
		}
	}
	return list(all)
}

func (p photos) show(v view, _ Remembered) (any, bool) { return p.plain(v), false }
