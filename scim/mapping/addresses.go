package mapping

import (
	"maps"
	"slices"
	"strings"
)

// addresses has fields for one address, the one of type work. The echo is the
// whole list as sent; held is the fields. Where the org has state and country
// picklists the codes are written, names are understood, and codes are read.
type addresses struct{}

// addressPart is one sub-attribute with the field that holds it; code is the
// field that holds it as a code in orgs with state and country picklists.
type addressPart struct {
	name, field, code string
	length            int
}

var addressParts = [...]addressPart{
	{name: "streetAddress", field: "Street", length: 255},
	{name: "locality", field: "City", length: 40},
	{name: "region", field: "State", code: "StateCode", length: 80},
	{name: "postalCode", field: "PostalCode", length: 20},
	{name: "country", field: "Country", code: "CountryCode", length: 80},
}

// value of the part in a record, by its code where there is one; nil for none.
func (p addressPart) value(r record) any {
	if p.code != "" {
		if code := r.optional(p.code); code != nil {
			return code
		}
	}
	return r.optional(p.field)
}

// holds tells whether the record holds a value that was sent, as name or code.
func (p addressPart) holds(r record, sent string) bool {
	return sent == r.text(p.field) || (p.code != "" && strings.EqualFold(sent, r.text(p.code)))
}

// main is the index of the address that Salesforce holds: the one of type work,
// the primary first; else one without a type; -1 for none.
func (addresses) main(all []map[string]any) int {
	for _, kind := range []string{"work", ""} {
		if i := slices.IndexFunc(all, func(e map[string]any) bool { return hasType(e, kind) && isPrimary(e) }); i >= 0 {
			return i
		}
		if i := slices.IndexFunc(all, func(e map[string]any) bool { return hasType(e, kind) }); i >= 0 {
			return i
		}
	}
	return -1
}

func (a addresses) plain(v view) any {
	element := make(map[string]any)
	for _, part := range addressParts {
		if s := part.value(v.record); s != nil {
			element[part.name] = s
		}
	}
	if len(element) == 0 {
		return nil
	}
	element["type"] = "work"
	return list([]map[string]any{formatted(element)})
}

func (a addresses) held(r record) any {
	out := make(map[string]any)
	for _, part := range addressParts {
		if s := part.value(r); s != nil {
			out[part.name] = s
		}
	}
	return present(out)
}

// show replaces, drops or adds only the parts whose field changed since.
func (a addresses) show(v view, was Remembered) (any, bool) {
	all, ok := elements(was.Sent)
	if !ok {
		return a.plain(v), false
	}
	held, _ := was.Held.(map[string]any)
	all = slices.Clone(all)
	i := a.main(all)
	if i < 0 {
		i = len(all)
		all = append(all, map[string]any{})
	}
	element := maps.Clone(all[i])
	shown := false
	for _, part := range addressParts {
		now, sent := part.value(v.record), sub(element, part.name)
		switch {
		case now == present(held[part.name]), sent != "" && part.holds(v.record, sent):
		case now == nil:
			delete(element, part.name)
		default:
			element[part.name] = now
		}
		shown = shown || element[part.name] != nil
	}
	if !shown {
		return list(slices.Delete(all, i, i+1)), true
	}
	if element["type"] == nil && len(all[i]) == 0 {
		element["type"] = "work"
	}
	all[i] = formatted(element)
	return list(all), true
}

func (a addresses) write(d *drafting, before, value any) {
	all, ok := d.elements(value)
	if !ok {
		return
	}
	old := make(map[string]any)
	if olds, _ := elements(before); a.main(olds) >= 0 {
		old = olds[a.main(olds)]
	}
	wanted := make(map[string]any)
	i := a.main(all)
	if i >= 0 {
		wanted = all[i]
	}
	for j, other := range all {
		switch {
		case j == i || hasType(other, "work"):
		case d.strict:
			d.refuse("Salesforce has no fields for an address of type %q; it has those of type work", short(sub(other, "type")))
		default:
			d.note("Salesforce has no fields for type %q; the address is only remembered", short(sub(other, "type")))
		}
	}
	for _, part := range addressParts {
		if value := present(wanted[part.name]); !equal(value, present(old[part.name])) {
			part.write(d, value)
		}
	}
}

// write drafts one part; nil clears it.
func (p addressPart) write(d *drafting, value any) {
	s, _ := value.(string)
	code, coded := Field{}, false
	if p.code != "" && d.org.Field != nil {
		code, coded = d.org.Field(p.code)
	}
	if coded && s == "" {
		d.set(p.code, nil)
		return
	}
	if coded {
		if found := code.coded(s); found != "" {
			d.set(p.code, found)
			return
		}
		// A name that describe does not list may still be one that Salesforce
		// knows (an integration value), and a name that several countries have a
		// state of is told apart by Salesforce: both go to the text field, to be
		// judged there.
	}
	if d.writable(p.field) && d.fits(p.field, p.length, s) {
		d.set(p.field, value)
	}
}

// coded is the code that a value means: itself, or the one with that label; ""
// when there is none or more than one.
func (f Field) coded(s string) string {
	for _, code := range f.Values {
		if strings.EqualFold(code, s) {
			return code
		}
	}
	var found []string
	for i, name := range f.Labels {
		if strings.EqualFold(name, s) && i < len(f.Values) && !slices.Contains(found, f.Values[i]) {
			found = append(found, f.Values[i])
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

func (a addresses) same(x, y any) bool { return equal(unformatted(x), unformatted(y)) }

// formatted adds the address as it is written on a letter, to the element itself.
// It is read-only: made from the parts, never taken apart.
func formatted(element map[string]any) map[string]any {
	town := strings.TrimSpace(sub(element, "region") + " " + sub(element, "postalCode"))
	if locality := sub(element, "locality"); locality != "" && town != "" {
		town = locality + ", " + town
	} else {
		town += locality
	}
	lines := slices.DeleteFunc([]string{sub(element, "streetAddress"), town, sub(element, "country")}, func(s string) bool { return s == "" })
	element["formatted"] = strings.Join(lines, "\n")
	return element
}

// unformatted is the list without what is read-only in it.
func unformatted(value any) any {
	all, ok := elements(value)
	if !ok {
		return value
	}
	out := make([]map[string]any, len(all))
	for i, element := range all {
		out[i] = with(element, "formatted", nil)
	}
	return list(out)
}
