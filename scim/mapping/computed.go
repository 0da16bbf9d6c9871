package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The bounds of a template.
const (
	maxTemplate = 500 // characters
	maxParts    = 20
)

// computed is a value that the bridge makes itself: always the same, or a text of
// parts.
type computed struct {
	value any
	parts []part
}

// part is a piece of a template: a text, or the value of an attribute.
type part struct {
	text      string
	attribute string // "" for a text
	at        path
}

// readTemplate reads a text with attributes in braces; which ones there are is
// found out by resolve.
func readTemplate(s string) (*computed, error) {
	if len(s) > maxTemplate {
		return nil, fmt.Errorf("has a template of more than %d characters", maxTemplate)
	}
	c := &computed{}
	for rest := s; rest != ""; {
		before, behind, open := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			return nil, fmt.Errorf("has the template %q, in which a } has no { before it", s)
		}
		if before != "" {
			c.parts = append(c.parts, part{text: before})
		}
		if !open {
			break
		}
		name, after, closed := strings.Cut(behind, "}")
		if !closed || name == "" || strings.Contains(name, "{") {
			return nil, fmt.Errorf("has the template %q, in which a { begins no name of an attribute, as in {userName}", s)
		}
		c.parts = append(c.parts, part{attribute: name})
		rest = after
	}
	if len(c.parts) > maxParts {
		return nil, fmt.Errorf("has a template of more than %d parts", maxParts)
	}
	return c, nil
}

// resolveTemplates finds the attributes that templates name among all rows.
func resolveTemplates(rows, all []row) []error {
	var problems []error
	for i, r := range rows {
		if r.computed == nil {
			continue
		}
		for n, p := range r.computed.parts {
			if p.attribute == "" {
				continue
			}
			of := slices.IndexFunc(all, func(o row) bool { return o.named(p.attribute) })
			switch {
			case of < 0:
				problems = append(problems, fmt.Errorf("%s has a template of %q, which is no attribute of the mapping; the nearest is %s", r.Attribute, p.attribute, nearest(attributesOf(all), p.attribute)))
			case !all[of].single():
				problems = append(problems, fmt.Errorf("%s has a template of %s, which has no single text", r.Attribute, all[of].Attribute))
			case all[of].hidden, all[of].computed != nil:
				problems = append(problems, fmt.Errorf("%s has a template of %s, which is computed or not shown itself", r.Attribute, all[of].Attribute))
			default:
				rows[i].computed.parts[n].at = pathOf(all[of].Attribute)
			}
		}
	}
	return problems
}

// single says that the attribute is one text.
func (r row) single() bool {
	switch r.shape.(type) {
	case text, localeKind:
		return true
	}
	return false
}

// of is the value for a user; nil when nothing of it is known. At most limit
// characters of a text are taken, when limit is not 0.
func (c *computed) of(user map[string]any, limit int) any {
	if c.value != nil {
		return c.value
	}
	var b strings.Builder
	known := false
	for _, p := range c.parts {
		if p.attribute == "" {
			b.WriteString(p.text)
			continue
		}
		s, _ := p.at.get(user).(string)
		known = known || s != ""
		b.WriteString(s)
	}
	s := strings.Join(strings.Fields(b.String()), " ")
	if limit > 0 {
		s = strings.TrimSpace(cut(s, limit))
	}
	if !known || s == "" {
		return nil
	}
	return s
}

// literal is a configured value in the form of the attribute.
func (r row) literal(s string) (any, error) {
	switch r.shape.(type) {
	case checkbox:
		value, err := strconv.ParseBool(s)
		if err != nil {
			return nil, fmt.Errorf("is true or false, not %q", s)
		}
		return value, nil
	case number:
		value, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fmt.Errorf("is a number, not %q", s)
		}
		return value, nil
	case choices:
		var all []any
		for one := range strings.SplitSeq(s, ";") {
			all = append(all, strings.TrimSpace(one))
		}
		return all, nil
	case text, date, moment, record18:
		return s, nil
	}
	return nil, errors.New("cannot have a configured value: only attributes with one value can")
}

// wanted is what the attribute shall be of a user whom the IdP describes so.
func (r row) wanted(d *drafting, user map[string]any) any {
	value := r.at.get(user)
	switch {
	case r.computed != nil:
		limit := 0
		if t, ok := r.shape.(text); ok && t.field != "" {
			limit = t.length
			if f, ok := d.field(t.field); ok && f.Length > 0 {
				limit = f.Length
			}
		}
		return r.computed.of(user, limit)
	case present(value) == nil && r.standard != nil:
		return r.standard
	}
	return value
}
