package mapping

import (
	"slices"
)

// phones has a field each for the types work, mobile and fax. The echo is the
// whole list as sent; held is the three fields. Values are never reformatted.
type phones struct{}

const phoneLength = 40 // of each field, where describe does not say

type phoneSlot struct{ kind, field string }

func (phones) slots() []phoneSlot {
	return []phoneSlot{{"work", "Phone"}, {"mobile", "MobilePhone"}, {"fax", "Fax"}}
}

// assign says which slot each element fills, "" for none: of several of one
// type the primary, else the first; one without a type counts as work when no
// other does.
func (p phones) assign(all []map[string]any) []string {
	out := make([]string, len(all))
	for _, slot := range p.slots() {
		fits := func(e map[string]any) bool { return sub(e, "value") != "" && hasType(e, slot.kind) }
		i := slices.IndexFunc(all, func(e map[string]any) bool { return fits(e) && isPrimary(e) })
		if i < 0 {
			i = slices.IndexFunc(all, fits)
		}
		if i < 0 && slot.kind == "work" {
			i = slices.IndexFunc(all, func(e map[string]any) bool { return sub(e, "value") != "" && sub(e, "type") == "" })
		}
		if i >= 0 {
			out[i] = slot.kind
		}
	}
	return out
}

// numbers is the value for each slot.
func (p phones) numbers(value any) map[string]string {
	all, _ := elements(value)
	out := make(map[string]string)
	for i, kind := range p.assign(all) {
		if kind != "" {
			out[kind] = sub(all[i], "value")
		}
	}
	return out
}

func (p phones) plain(v view) any {
	var all []map[string]any
	for _, slot := range p.slots() {
		if number := v.text(slot.field); number != "" {
			all = append(all, map[string]any{"value": number, "type": slot.kind})
		}
	}
	return list(all)
}

func (p phones) held(r record) any {
	out := make(map[string]any)
	for _, slot := range p.slots() {
		if number := r.text(slot.field); number != "" {
			out[slot.kind] = number
		}
	}
	return present(out)
}

// show replaces, drops or adds only the numbers whose field changed since.
func (p phones) show(v view, was Remembered) (any, bool) {
	all, ok := elements(was.Sent)
	if !ok {
		return p.plain(v), false
	}
	held, _ := was.Held.(map[string]any)
	fields := make(map[string]string)
	for _, slot := range p.slots() {
		fields[slot.kind] = slot.field
	}
	var out []map[string]any
	for i, kind := range p.assign(all) {
		element := all[i]
		now := v.text(fields[kind])
		switch {
		case kind == "", now == sub(held, kind), now == sub(element, "value"):
			out = append(out, element)
		case now != "":
			element = with(element, "value", now)
			delete(element, "display") // it described the old number
			out = append(out, element)
		}
		delete(fields, kind)
	}
	for _, slot := range p.slots() {
		if field, unsaid := fields[slot.kind]; unsaid && v.text(field) != "" && v.text(field) != sub(held, slot.kind) {
			out = append(out, map[string]any{"value": v.text(field), "type": slot.kind})
		}
	}
	return list(out), true
}

func (p phones) write(d *drafting, before, value any) {
	all, ok := d.elements(value)
	if !ok {
		return
	}
	assigned := p.assign(all)
	for i, kind := range assigned {
		p.remark(d, all[i], kind)
	}
	old, wanted := p.numbers(before), p.numbers(value)
	for _, slot := range p.slots() {
		number := wanted[slot.kind]
		if number == old[slot.kind] || !d.writable(slot.field) || !d.fits(slot.field, phoneLength, number) {
			continue
		}
		d.set(slot.field, orNil(number))
	}
}

// remark says what happens to a number that Salesforce has no field for.
func (p phones) remark(d *drafting, element map[string]any, kind string) {
	if kind != "" {
		return
	}
	known := slices.ContainsFunc(p.slots(), func(s phoneSlot) bool { return hasType(element, s.kind) })
	switch {
	case known || sub(element, "value") == "":
		// a second one of its type: the first is in the field
	case d.strict:
		d.refuse("Salesforce has no field for a phone number of type %q; it has work, mobile and fax", short(sub(element, "type")))
	default:
		d.note("Salesforce has no field for type %q; the number is only remembered", short(sub(element, "type")))
	}
}

func (phones) same(a, b any) bool { return equal(a, b) }
