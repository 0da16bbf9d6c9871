package mapping

import (
	"slices"
)

// phones has a field each for the types work, mobile and fax. The echo is the
// whole list as sent; held is the three fields. Values are never reformatted.
type phones struct{}

const phoneLength = 40 // of each field, where describe does not say

// phoneSlots are the types that have a field.
var phoneSlots = [...]struct{ kind, field string }{{"work", "Phone"}, {"mobile", "MobilePhone"}, {"fax", "Fax"}}

// assign says which slot each element fills, by its index, -1 for none: of several
// of one type the primary, else the first; one without a type counts as work when
// no other does.
func (p phones) assign(all []map[string]any) []int {
	out := make([]int, len(all))
	for i := range out {
		out[i] = -1
	}
	for s, slot := range phoneSlots {
		fits := func(e map[string]any) bool { return sub(e, "value") != "" && hasType(e, slot.kind) }
		i := slices.IndexFunc(all, func(e map[string]any) bool { return fits(e) && isPrimary(e) })
		if i < 0 {
			i = slices.IndexFunc(all, fits)
		}
		if i < 0 && slot.kind == "work" {
			i = slices.IndexFunc(all, func(e map[string]any) bool { return sub(e, "value") != "" && sub(e, "type") == "" })
		}
		if i >= 0 {
			out[i] = s
		}
	}
	return out
}

// numbers is the value for each slot, of elements that were assigned to them.
func (phones) numbers(all []map[string]any, assigned []int) (out [len(phoneSlots)]any) {
	for i, slot := range assigned {
		if slot >= 0 {
			out[slot] = all[i]["value"]
		}
	}
	return out
}

func (p phones) plain(v view) any {
	var all []map[string]any
	for _, slot := range phoneSlots {
		if number := v.optional(slot.field); number != nil {
			all = append(all, map[string]any{"value": number, "type": slot.kind})
		}
	}
	return list(all)
}

func (p phones) held(r record) any {
	out := make(map[string]any)
	for _, slot := range phoneSlots {
		if number := r.optional(slot.field); number != nil {
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
	changed := false
	for _, slot := range phoneSlots {
		changed = changed || v.text(slot.field) != sub(held, slot.kind)
	}
	if !changed {
		return was.Sent, true
	}
	var said [len(phoneSlots)]bool
	out := all[:0:0]
	for i, slot := range p.assign(all) {
		element := all[i]
		if slot < 0 {
			out = append(out, element)
			continue
		}
		said[slot] = true
		now := v.text(phoneSlots[slot].field)
		switch {
		case now == sub(held, phoneSlots[slot].kind), now == sub(element, "value"):
			out = append(out, element)
		case now != "":
			element = with(element, "value", now)
			delete(element, "display") // it described the old number
			out = append(out, element)
		}
	}
	for s, slot := range phoneSlots {
		if now := v.text(slot.field); !said[s] && now != "" && now != sub(held, slot.kind) {
			out = append(out, map[string]any{"value": now, "type": slot.kind})
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
	for i, slot := range assigned {
		if slot < 0 {
			p.remark(d, all[i])
		}
	}
	olds, _ := elements(before)
	old, wanted := p.numbers(olds, p.assign(olds)), p.numbers(all, assigned)
	for s, slot := range phoneSlots {
		number, _ := wanted[s].(string)
		if wanted[s] == old[s] || !d.writable(slot.field) || !d.fits(slot.field, phoneLength, number) {
			continue
		}
		d.set(slot.field, wanted[s])
	}
}

// remark says what happens to a number that Salesforce has no field for.
func (p phones) remark(d *drafting, element map[string]any) {
	known := false
	for _, slot := range phoneSlots {
		known = known || hasType(element, slot.kind)
	}
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
