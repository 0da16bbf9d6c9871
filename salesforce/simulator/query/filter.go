package query

import (
	"slices"

	"scimforce/salesforce/simulator/org"
)

// filter is a compiled condition over records.
type filter struct {
	match func(r org.Record) bool
	probe probe // nil: only looking at every record tells
	exact bool  // the probe gives the matches and nothing else
	bound org.Bound
	until string // an id beyond which nothing matches; "" = none
	cost  int    // of match, roughly: relationships to walk
}

func everything() filter { return filter{match: func(org.Record) bool { return true }} }

// filter compiles a WHERE clause.
func (sc scope) filter(where condition) (filter, *Error) {
	if where == nil {
		return everything(), nil
	}
	if err := sc.checkJoins(where); err != nil {
		return filter{}, err
	}
	return sc.compile(where)
}

func (sc scope) compile(c condition) (filter, *Error) {
	switch c := c.(type) {
	case conjunction:
		return sc.all(c.parts)
	case disjunction:
		return sc.anyOf(c.parts)
	case negation:
		f, err := sc.compile(c.part)
		if err != nil {
			return filter{}, err
		}
		match := f.match
		return filter{match: func(r org.Record) bool { return !match(r) }, cost: f.cost}, nil
	case comparison:
		return sc.comparison(c)
	case membership:
		return sc.membership(c)
	}
	return everything(), nil
}

// all joins conditions by AND, the cheap ones first.
func (sc scope) all(parts []condition) (filter, *Error) {
	filters, err := sc.filters(parts)
	if err != nil {
		return filter{}, err
	}
	var out filter
	for _, f := range filters {
		out.probe = better(out.probe, f.probe)
		if f.bound.ID > out.bound.ID {
			out.bound = f.bound
		}
		if out.until == "" || f.until != "" && f.until < out.until {
			out.until = f.until
		}
		out.cost += f.cost
	}
	slices.SortStableFunc(filters, func(a, b filter) int { return a.cost - b.cost })
	out.match = func(r org.Record) bool {
		for i := range filters {
			if !filters[i].match(r) {
				return false
			}
		}
		return true
	}
	return out, nil
}

// anyOf joins conditions by OR.
func (sc scope) anyOf(parts []condition) (filter, *Error) {
	filters, err := sc.filters(parts)
	if err != nil {
		return filter{}, err
	}
	out := filter{match: func(r org.Record) bool {
		for i := range filters {
			if filters[i].match(r) {
				return true
			}
		}
		return false
	}}
	both := union{}
	for _, f := range filters {
		out.cost += f.cost
		if f.probe != nil && both != nil {
			both = append(both, f.probe)
		} else {
			both = nil
		}
	}
	if both != nil {
		out.probe = both
	}
	return out, nil
}

func (sc scope) filters(parts []condition) ([]filter, *Error) {
	filters := make([]filter, len(parts))
	for i, part := range parts {
		var err *Error
		if filters[i], err = sc.compile(part); err != nil {
			return nil, err
		}
	}
	return filters, nil
}

// filterable resolves a value that a WHERE clause names.
func (sc scope) filterable(e expression) (value, *Error) {
	x, err := sc.value(e)
	if err != nil {
		return x, err
	}
	if !x.def.Filterable {
		return x, sc.src.at(e.path.offset, "INVALID_FIELD", "field '%s' can not be filtered in a query call", x.def.Name)
	}
	return x, nil
}

// where makes a filter of a value and what has to be true of it.
func (sc scope) where(x value, holds test) filter {
	view := sc.view
	if x.path.plain() && x.fn == nil {
		field := x.path.leaf.field
		return filter{match: func(r org.Record) bool { return holds(r.Value(field)) }}
	}
	return filter{match: func(r org.Record) bool { return holds(x.read(view, r)) }, cost: 1 + len(x.path.hops)}
}

func (sc scope) comparison(c comparison) (filter, *Error) {
	x, err := sc.filterable(c.value)
	if err != nil {
		return filter{}, err
	}
	holds, want, err := sc.comparisonTest(c, x.def)
	if err != nil {
		return filter{}, err
	}
	out := sc.where(x, holds)
	id, ok := want.(string)
	if !ok || !x.path.plain() || x.fn != nil {
		return out, nil
	}
	first := x.path.leaf.field == 0
	switch c.op {
	case "=":
		if sc.view.Indexed(sc.obj, x.path.leaf.field) {
			out.probe, out.exact = sc.keys(x.path.leaf.field, []string{id}), knowsAll(x.def)
		}
	case ">", ">=":
		if first {
			out.bound = org.Bound{ID: id, Inclusive: c.op == ">="}
		}
	case "<", "<=":
		if first {
			out.until = id
		}
	}
	return out, nil
}

// knowsAll reports whether an index finds what = does and nothing else: it
// ignores case, and any id could be one's own.
func knowsAll(def *org.Field) bool { return def.Type == "reference" || folds(def) }

// comparisonTest checks an operator and its operand against a type and gives
// the test and the operand.
func (sc scope) comparisonTest(c comparison, def *org.Field) (test, any, *Error) {
	at := c.value.path.offset
	if c.op == "like" && c.want.value != nil {
		holds, err := sc.like(c, def)
		return holds, nil, err
	}
	op := c.op
	if op == "like" {
		op = "=" // unverified: LIKE null is = null
	}
	want, err := sc.operand(def, c.want, at)
	if err != nil {
		return nil, nil, err
	}
	if (def.Type == "boolean" || def.Type == "multipicklist") && op != "=" && op != "!=" {
		// unverified: the words for an operator that a type does not have
		return nil, nil, sc.src.at(at, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on %s field", def.Type)
	}
	return compare(def, op, want), want, nil
}

func (sc scope) like(c comparison, def *org.Field) (test, *Error) {
	at := c.value.path.offset
	if kind := typeOf(def); kind != "string" {
		if kind == "ID" {
			kind = "id"
		}
		return nil, sc.src.at(at, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on %s field", kind)
	}
	s, ok := c.want.value.(string)
	if !ok {
		return nil, sc.quoting(def, at)
	}
	wanted := c.want.like
	if wanted == nil {
		wanted = glyphs(s)
	}
	p := newPattern(wanted, folds(def))
	return func(have any) bool {
		s, ok := have.(string)
		return ok && p.matches(s)
	}, nil
}
