package mapping

import (
	"slices"
	"strings"
)

// choices is a multi-select picklist, whose values Salesforce joins by
// semicolons in the order of the picklist.
type choices struct{ field string }

func (c choices) plain(v view) any {
	text := v.text(c.field)
	if text == "" {
		return nil
	}
	var all []any
	for part := range strings.SplitSeq(text, ";") {
		if part != "" {
			all = append(all, part)
		}
	}
	return present(all)
}

func (c choices) held(r record) any { return r.optional(c.field) }

func (c choices) show(v view, was Remembered) (any, bool) {
	now := c.held(v.record)
	if now != nil && equal(now, was.Held) || c.same(c.plain(v), was.Sent) {
		return was.Sent, true
	}
	return c.plain(v), false
}

// same ignores order and repetition.
func (choices) same(a, b any) bool {
	x, ok := words(a)
	y, also := words(b)
	if !ok || !also {
		return equal(a, b)
	}
	within := func(some, all []string) bool {
		return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
	}
	return within(x, y) && within(y, x)
}

func (c choices) write(d *drafting, _, value any) {
	if value == nil {
		d.clear(c.field)
		return
	}
	all, ok := words(value)
	if !ok {
		d.refuse("a list of strings is expected")
		return
	}
	var chosen []string
	for _, s := range all {
		if strings.Contains(s, ";") {
			d.refuse("%q is no single value: a semicolon separates values in Salesforce", short(s))
			return
		}
		if s, ok = d.picked(c.field, s); !ok {
			return
		}
		if s != "" && !slices.Contains(chosen, s) {
			chosen = append(chosen, s)
		}
	}
	joined := strings.Join(chosen, ";")
	if d.writable(c.field) && d.fits(c.field, 0, joined) {
		d.set(c.field, orNil(joined))
	}
}

// words takes a list of strings; nothing is an empty one.
func words(value any) ([]string, bool) {
	if value == nil {
		return nil, true
	}
	all, ok := value.([]any)
	if !ok {
		return nil, false
	}
	out := make([]string, len(all))
	for i, v := range all {
		if out[i], ok = v.(string); !ok {
			return nil, false
		}
	}
	return out, true
}
