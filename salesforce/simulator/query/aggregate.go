package query

import (
	"slices"

	"scimforce/salesforce/simulator/org"
)

// aggregate is one function over the records of a group.
type aggregate struct {
	function string
	value    value // of COUNT(), Id
	order    ordering
}

// state is what an aggregate has seen of a group.
type state struct {
	count int64
	sum   float64
	best  any             // of MIN and MAX, the value
	rank  any             // and by what it is ordered
	seen  map[string]bool // of COUNT_DISTINCT
}

// aggregate resolves a function over groups. The same one named twice is
// reckoned once.
func (g *grouping) aggregate(e expression) (groupValue, *Error) {
	field := name{"Id", e.path.offset}
	switch {
	case e.argument == nil:
		if len(g.st.items) > 1 {
			return groupValue{}, malformed("COUNT() must be the only element in the SELECT list") // unverified: the words for COUNT() beside others
		}
	case e.argument.function != "":
		return groupValue{}, g.src.at(e.argument.path.offset+len(e.argument.path.text)-1, "MALFORMED_QUERY", "unexpected token: '('")
	default:
		field = e.argument.path
	}
	x, err := g.scope.value(expression{path: field})
	if err != nil {
		return groupValue{}, err
	}
	if !aggregatable(x.def, e.function) {
		return groupValue{}, malformed("field %s does not support aggregate operator %s", x.def.Name, e.function)
	}
	if g.st.totals == "" && g.key(&x) >= 0 {
		return groupValue{}, g.src.at(field.offset, "MALFORMED_QUERY", "Grouped field should not be aggregated: %s", x.def.Name)
	}
	at := slices.IndexFunc(g.aggregates, func(a aggregate) bool { return a.function == e.function && a.value.same(&x) })
	if at < 0 {
		at = len(g.aggregates)
		g.aggregates = append(g.aggregates, aggregate{e.function, x, newOrdering(x.def, sortKey{descending: e.function == "MAX"})})
	}
	def := &org.Field{Name: e.text(), Type: "int", Filterable: true, Sortable: true}
	switch e.function {
	case "MIN", "MAX":
		kind := *x.def
		kind.Name = e.text()
		def = &kind
	case "SUM":
		def.Type = x.def.Type
	case "AVG":
		def.Type = "double"
	}
	a := g.aggregates[at]
	return groupValue{func(one *group) any { return a.result(&one.states[at]) }, def}, nil
}

// aggregatable is the documented table of which function takes which type.
func aggregatable(def *org.Field, function string) bool {
	switch def.Type {
	case "int", "double", "currency", "percent":
		return true
	case "boolean", "address", "multipicklist", "base64", "location", "encryptedstring":
		return false
	case "textarea":
		if def.Length > 255 {
			return false
		}
	}
	return function != "SUM" && function != "AVG"
}

func (a *aggregate) add(s *state, v *org.View, r org.Record) {
	have := a.value.read(v, r)
	if have == nil {
		return
	}
	switch a.function {
	case "MIN", "MAX":
		rank := a.order.rank(have)
		if s.best == nil || a.order.compare(rank, s.rank) < 0 {
			s.best, s.rank = have, rank
		}
	case "COUNT_DISTINCT":
		if s.seen == nil {
			s.seen = map[string]bool{}
		}
		s.seen[string(keyBytes(nil, have, a.value.def))] = true
	case "SUM", "AVG":
		switch n := have.(type) {
		case int64:
			s.sum += float64(n)
		case float64:
			s.sum += n
		}
	}
	s.count++
}

func (a *aggregate) result(s *state) any {
	switch {
	case a.function == "COUNT":
		return s.count
	case a.function == "COUNT_DISTINCT":
		return int64(len(s.seen))
	case a.function == "MIN", a.function == "MAX":
		return s.best
	case s.count == 0:
		return nil
	case a.function == "AVG":
		return s.sum / float64(s.count)
	case a.value.def.Type == "int": // unverified: a sum of whole numbers is a whole number
		return int64(s.sum)
	}
	return s.sum
}

// run puts the records of a plan into groups.
func (g *grouping) run(p *plan) ([]*group, *Error) {
	found := map[string]*group{}
	var groups []*group
	start := func(totals []bool, keys []any) *group {
		one := &group{keys: keys, totals: totals, states: make([]state, len(g.aggregates))}
		groups = append(groups, one)
		return one
	}
	sets := g.sets()
	if len(g.keys) == 0 {
		found[""] = start(nil, nil) // one row also over nothing
	}
	values := make([]any, len(g.keys))
	var key []byte
	for r := range p.candidates() {
		if !p.filter.match(r) {
			continue
		}
		for i := range g.keys {
			values[i] = g.keys[i].read(g.view, r)
		}
		for n, totals := range sets {
			key = key[:0]
			if len(g.keys) > 0 {
				key = append(key, byte(n))
			}
			for i, v := range values {
				if !totals[i] {
					key = keyBytes(key, v, g.keys[i].def)
				}
			}
			one := found[string(key)]
			if one == nil {
				keys := slices.Clone(values)
				for i := range keys {
					if totals[i] {
						keys[i] = nil
					}
				}
				one = start(totals, keys)
				found[string(key)] = one
			}
			for i := range g.aggregates {
				g.aggregates[i].add(&one.states[i], g.view, r)
			}
		}
	}
	if g.having != nil {
		groups = slices.DeleteFunc(groups, func(one *group) bool { return !g.having(one) })
	}
	slices.SortStableFunc(groups, g.compare)
	groups = groups[min(g.st.offset, len(groups)):]
	if g.st.limit >= 0 {
		groups = groups[:min(g.st.limit, len(groups))]
	}
	if len(groups) > maxGroups {
		return nil, plain("EXCEEDED_ID_LIMIT", "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch")
	}
	return groups, nil
}

// sets are the combinations of keys that are groups: true marks a key over
// whose values a set adds up.
func (g *grouping) sets() [][]bool {
	n := len(g.keys)
	var out [][]bool
	switch g.st.totals {
	case "ROLLUP":
		for kept := n; kept >= 0; kept-- {
			set := make([]bool, n)
			for i := kept; i < n; i++ {
				set[i] = true
			}
			out = append(out, set)
		}
	case "CUBE":
		for mask := range 1 << n {
			set := make([]bool, n)
			for i := range set {
				set[i] = mask&(1<<i) != 0
			}
			out = append(out, set)
		}
	default:
		out = append(out, make([]bool, n))
	}
	return out
}

// compare orders groups by ORDER BY, then by their keys, subtotals behind what
// they add up.
func (g *grouping) compare(a, b *group) int {
	for i := range g.order {
		o := &g.order[i]
		if d := o.compare(o.rank(o.read(a)), o.rank(o.read(b))); d != 0 {
			return d
		}
	}
	for i := range g.keys {
		if a.totals[i] != b.totals[i] {
			return map[bool]int{false: -1, true: 1}[a.totals[i]]
		}
		o := &g.byKey[i]
		if d := o.compare(o.rank(a.keys[i]), o.rank(b.keys[i])); d != 0 {
			return d
		}
	}
	return 0
}
