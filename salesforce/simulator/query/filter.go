package query

import (
	"strings"

	"scimforce/salesforce/simulator/org"
)

// filter is a compiled condition. Logic has two values, as SOQL's: a null is
// unequal to everything but null, and neither less nor greater than anything
// (unverified: comparing with < null is refused by nobody here).
type filter struct {
	match func(r org.Record) bool
	probe probe // nil: only looking at every record tells
	bound org.Bound
}

// filter compiles a condition.
func (sc scope) filter(c condition) (filter, *Error) {
	switch c := c.(type) {
	case conjunction:
		return sc.all(c.parts)
	case disjunction:
		sc.nested = true
		return sc.anyOf(c.parts)
	case negation:
		sc.nested = true
		f, err := sc.filter(c.part)
		if err != nil {
			return filter{}, err
		}
		return filter{match: func(r org.Record) bool { return !f.match(r) }}, nil
	case comparison:
		return sc.comparison(c)
	case membership:
		return sc.membership(c)
	}
	return filter{match: func(org.Record) bool { return true }}, nil
}

func (sc scope) all(parts []condition) (filter, *Error) {
	filters, err := sc.filters(parts)
	if err != nil {
		return filter{}, err
	}
	var best probe
	var bound org.Bound
	for _, f := range filters {
		best = better(best, f.probe)
		if f.bound.ID > bound.ID {
			bound = f.bound
		}
	}
	return filter{probe: best, bound: bound, match: func(r org.Record) bool {
		for _, f := range filters {
			if !f.match(r) {
				return false
			}
		}
		return true
	}}, nil
}

func (sc scope) anyOf(parts []condition) (filter, *Error) {
	filters, err := sc.filters(parts)
	if err != nil {
		return filter{}, err
	}
	both := union{}
	for _, f := range filters {
		if f.probe == nil {
			both = nil
			break
		}
		both = append(both, f.probe)
	}
	out := filter{match: func(r org.Record) bool {
		for _, f := range filters {
			if f.match(r) {
				return true
			}
		}
		return false
	}}
	if both != nil {
		out.probe = both
	}
	return out, nil
}

func (sc scope) filters(parts []condition) ([]filter, *Error) {
	filters := make([]filter, len(parts))
	for i, part := range parts {
		var err *Error
		if filters[i], err = sc.filter(part); err != nil {
			return nil, err
		}
	}
	return filters, nil
}

// filterable resolves a path that a WHERE clause names.
func (sc scope) filterable(n name) (path, *Error) {
	p, err := sc.resolve(n)
	if err != nil {
		return p, err
	}
	if !p.def.Filterable {
		return p, sc.src.at(n.offset, "INVALID_FIELD", "field '%s' can not be filtered in a query call", p.def.Name)
	}
	return p, nil
}

func (sc scope) comparison(c comparison) (filter, *Error) {
	p, err := sc.filterable(c.path)
	if err != nil {
		return filter{}, err
	}
	if c.op == "like" {
		return sc.like(c, p)
	}
	want, err := sc.operand(p, c.value, c.path.offset)
	if err != nil {
		return filter{}, err
	}
	if p.def.Type == "boolean" && c.op != "=" && c.op != "!=" {
		return filter{}, sc.src.at(c.path.offset, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on boolean field") // unverified
	}
	out := filter{match: sc.compare(p, c.op, want)}
	if id, ok := want.(string); ok && len(p.hops) == 0 {
		switch {
		case c.op == "=" && sc.view.Indexed(sc.obj, p.leaf.field):
			out.probe = sc.keys(p.leaf.field, []string{id})
		case (c.op == ">" || c.op == ">=") && p.leaf.field == 0:
			out.bound = org.Bound{ID: id, Inclusive: c.op == ">="}
		}
	}
	return out, nil
}

// compare makes the predicate of one comparison.
func (sc scope) compare(p path, op string, want any) func(r org.Record) bool {
	view, fold := sc.view, folds(p.def)
	if s, ok := want.(string); ok && fold {
		want = strings.ToLower(s)
	}
	test := func(have any) bool {
		if have == nil || want == nil {
			both := have == nil && want == nil
			return op == "=" && both || op == "!=" && !both
		}
		if s, ok := have.(string); ok && fold {
			have = strings.ToLower(s)
		}
		below, above := order(have, want)
		switch op {
		case "=":
			return !below && !above
		case "!=":
			return below || above
		case "<":
			return below
		case "<=":
			return !above
		case ">":
			return above
		default:
			return !below
		}
	}
	return func(r org.Record) bool { return test(p.read(view, r)) }
}

func (sc scope) like(c comparison, p path) (filter, *Error) {
	switch p.def.Type {
	case "id", "reference":
		return filter{}, sc.src.at(c.path.offset, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id field") // unverified
	case "boolean", "int", "double", "datetime", "date", "address":
		return filter{}, sc.src.at(c.path.offset, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on %s field", wireType(p.def)) // unverified
	}
	if _, isText := c.value.value.(string); !isText && c.value.value != nil {
		return filter{}, sc.quoting(p.def, c.path.offset)
	}
	if c.value.value == nil {
		return sc.comparison(comparison{c.path, "=", c.value})
	}
	pattern := c.value.like
	if pattern == nil {
		pattern = glyphs(c.value.value.(string))
	}
	view := sc.view
	pattern = foldGlyphs(pattern)
	return filter{match: func(r org.Record) bool {
		s, ok := p.read(view, r).(string)
		return ok && likes(pattern, []rune(strings.ToLower(s)))
	}}, nil
}
