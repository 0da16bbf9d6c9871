package query

import (
	"strings"

	"scimforce/salesforce/simulator/org"
)

// membership compiles IN and NOT IN.
func (sc scope) membership(m membership) (filter, *Error) {
	p, err := sc.filterable(m.path)
	if err != nil {
		return filter{}, err
	}
	values, hasNull, err := sc.members(p, m)
	if err != nil {
		return filter{}, err
	}
	fold := folds(p.def)
	set := make(map[any]bool, len(values))
	var spans []span
	for _, v := range values {
		switch v := v.(type) {
		case span:
			spans = append(spans, v)
		case string:
			if fold {
				set[strings.ToLower(v)] = true
			} else {
				set[v] = true
			}
		default:
			set[v] = true
		}
	}
	view := sc.view
	out := filter{match: func(r org.Record) bool {
		have := p.read(view, r)
		if s, ok := have.(string); ok && fold {
			have = strings.ToLower(s)
		}
		var in bool
		switch x := have.(type) {
		case nil:
			in = hasNull
		case string, bool:
			in = set[x]
		case int64:
			in = set[float64(x)]
		case float64:
			in = set[x]
		default:
			for _, s := range spans {
				below, above := order(have, s)
				in = in || !below && !above
			}
		}
		return in != m.not
	}}
	if !m.not && !hasNull && len(p.hops) == 0 && sc.view.Indexed(sc.obj, p.leaf.field) {
		keys := make([]string, 0, len(values))
		for _, v := range values {
			if s, ok := v.(string); ok {
				keys = append(keys, s)
			}
		}
		out.probe = sc.keys(p.leaf.field, keys)
	}
	return out, nil
}

// members gives what an IN list or semi-join holds.
func (sc scope) members(p path, m membership) (values []any, hasNull bool, err *Error) {
	if m.subquery != nil {
		return sc.semiJoin(p, m)
	}
	for _, l := range m.values {
		v, err := sc.operand(p, l, m.path.offset)
		if err != nil {
			return nil, false, err
		}
		if v == nil {
			hasNull = true
		} else {
			values = append(values, v)
		}
	}
	return values, hasNull, nil
}

// semiJoin runs the inner SELECT, which gives one column of ids. Nulls in it
// match nothing.
func (sc scope) semiJoin(p path, m membership) ([]any, bool, *Error) {
	sub := m.subquery
	if sc.nested {
		// unverified
		return nil, false, plain("MALFORMED_QUERY", "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.")
	}
	if sub.count || len(sub.items) != 1 || sub.items[0].subquery != nil || sub.items[0].fields != "" {
		return nil, false, plain("MALFORMED_QUERY", "Inner select must have exactly one field") // unverified
	}
	if p.def.Type != "id" && p.def.Type != "reference" {
		// unverified
		return nil, false, sc.src.at(m.path.offset, "INVALID_FIELD", "The outer field '%s' must be a reference field or the id field in a semi join", p.def.Name)
	}
	inner, err := sc.plan(sub)
	if err != nil {
		return nil, false, err
	}
	column, err := inner.resolve(sub.items[0].path)
	if err != nil {
		return nil, false, err
	}
	if column.def.Type != "id" && column.def.Type != "reference" {
		// unverified
		return nil, false, sc.src.at(sub.items[0].path.offset, "INVALID_FIELD", "The inner select field '%s' must be a reference field or the id field in a semi join", column.def.Name)
	}
	records := inner.records(nil)
	seen := make(map[any]bool, len(records))
	values := make([]any, 0, len(records))
	for _, r := range records {
		if v := column.read(sc.view, r); v != nil && !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	return values, false, nil
}
