package query

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"scimforce/salesforce/simulator/org"
)

// maxGroups is how many rows an aggregate query may have: it knows no second
// page.
const maxGroups = 2000

// aggregates reports whether a statement selects groups of records, one of them
// without GROUP BY.
func (st *statement) aggregates() bool {
	if len(st.group) > 0 {
		return !st.counts()
	}
	for _, it := range st.items {
		if it.subquery == nil && it.fields == "" && aggregateIn(it.value) {
			return !st.counts()
		}
	}
	return false
}

func aggregateIn(e expression) bool {
	return isAggregate(e.function) || e.argument != nil && aggregateIn(*e.argument)
}

// grouping is a resolved aggregate query.
type grouping struct {
	scope
	st         *statement
	keys       []value
	byKey      []ordering
	aggregates []aggregate
	columns    []groupColumn
	having     func(*group) bool
	order      []groupOrder
}

// groupValue is what an expression takes of a group.
type groupValue struct {
	read func(*group) any
	def  *org.Field
}

type groupColumn struct {
	groupValue
	key []byte
}

type groupOrder struct {
	groupValue
	ordering
}

// group is one row of an aggregate query.
type group struct {
	keys   []any  // nil where it is a subtotal
	totals []bool // by key: this is a subtotal over its values
	states []state
}

// grouping resolves an aggregate query.
func (sc scope) grouping(st *statement) (*grouping, *Error) {
	g := &grouping{scope: sc, st: st}
	if len(st.group) == 0 {
		for _, clause := range []struct {
			word  string
			there bool
		}{{"LIMIT", st.limit >= 0}, {"OFFSET", st.skips}} {
			if clause.there {
				return nil, malformed("Non-grouped query that uses overall aggregate functions cannot also use %s", clause.word)
			}
		}
	}
	for _, step := range []func() *Error{g.resolveKeys, g.resolveColumns, g.resolveHaving, g.resolveOrder} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *grouping) resolveKeys() *Error {
	if g.st.totals != "" && len(g.st.group) > 3 {
		return malformed("GROUP BY %s must contain 3 fields or less", g.st.totals) // unverified: the words for a fourth field of ROLLUP
	}
	for _, e := range g.st.group {
		x, err := g.scope.value(e)
		if err != nil {
			return err
		}
		if !x.def.Groupable || e.function == "TOLABEL" || e.function == "FORMAT" {
			return g.src.at(e.path.offset, "MALFORMED_QUERY", "field '%s' can not be grouped in a query call", x.def.Name)
		}
		if g.key(&x) >= 0 {
			return malformed("duplicate grouping expression: %s", e.text()) // unverified: the words for a field grouped twice
		}
		g.keys = append(g.keys, x)
		g.byKey = append(g.byKey, newOrdering(x.def, sortKey{}))
	}
	return nil
}

func (g *grouping) key(x *value) int {
	for i := range g.keys {
		if g.keys[i].same(x) {
			return i
		}
	}
	return -1
}

func (g *grouping) resolveColumns() *Error {
	taken := map[string]bool{}
	unnamed := 0
	for _, it := range g.st.items {
		switch {
		case it.subquery != nil || it.branches != nil:
			return malformed("Grouped query cannot use child aggregates in the select list") // unverified: the words for a subquery or TYPEOF beside aggregates
		case it.fields != "":
			return malformed("Field must be grouped or aggregated: %s", g.obj.Fields[0].Name)
		}
		v, err := g.value(it.value, "Field must be grouped or aggregated: %s")
		if err != nil {
			return err
		}
		title := it.alias
		switch {
		case title != "":
		case it.value.function == "":
			title = v.def.Name
		default:
			title = "expr" + strconv.Itoa(unnamed)
			unnamed++
		}
		if taken[strings.ToLower(title)] {
			return malformed("duplicate alias: %s", title)
		}
		taken[strings.ToLower(title)] = true
		g.columns = append(g.columns, groupColumn{v, newColumn(title).key})
	}
	return nil
}

// value resolves an expression over groups: an aggregate, a key, or whether the
// group is a subtotal. ungrouped words the refusal of a field that is no key.
func (g *grouping) value(e expression, ungrouped string) (groupValue, *Error) {
	switch {
	case isAggregate(e.function):
		return g.aggregate(e)
	case e.function == "FORMAT" && aggregateIn(*e.argument):
		return g.value(*e.argument, ungrouped)
	case e.function == "GROUPING":
		if e.argument.function == "GROUPING" || g.st.totals == "" {
			break
		}
		x, err := g.scope.value(*e.argument)
		if err != nil {
			return groupValue{}, err
		}
		if i := g.key(&x); i >= 0 {
			return groupValue{func(one *group) any {
				if one.totals[i] {
					return int64(1)
				}
				return int64(0)
			}, &org.Field{Name: e.text(), Type: "int"}}, nil
		}
		return groupValue{}, malformed(ungrouped, e.argument.text())
	}
	x, err := g.scope.value(e)
	if err != nil {
		return groupValue{}, err
	}
	i := g.key(&x)
	if i < 0 {
		return groupValue{}, malformed(ungrouped, e.text())
	}
	return groupValue{func(one *group) any { return one.keys[i] }, x.def}, nil
}

func (g *grouping) resolveOrder() *Error {
	for _, key := range g.st.order {
		v, err := g.value(key.value, "Ordered field must be grouped or aggregated: %s")
		if err != nil {
			return err
		}
		g.order = append(g.order, groupOrder{v, newOrdering(v.def, key)})
	}
	return nil
}

func (g *grouping) resolveHaving() *Error {
	if g.st.having == nil {
		return nil
	}
	var err *Error
	g.having, err = g.condition(g.st.having)
	return err
}

// condition compiles HAVING.
func (g *grouping) condition(c condition) (func(*group) bool, *Error) {
	var parts []condition
	var want bool
	switch c := c.(type) {
	case conjunction:
		parts, want = c.parts, true
	case disjunction:
		parts, want = c.parts, false
	case negation:
		inner, err := g.condition(c.part)
		return func(one *group) bool { return !inner(one) }, err
	case comparison:
		v, err := g.value(c.value, "Field must be grouped or aggregated: %s")
		if err != nil {
			return nil, err
		}
		holds, _, err := g.comparisonTest(c, v.def)
		return func(one *group) bool { return holds(v.read(one)) }, err
	case membership:
		if c.subquery != nil {
			return nil, malformed("Semi join sub-selects are not allowed in HAVING") // unverified: the words for a semi-join in HAVING
		}
		v, err := g.value(c.value, "Field must be grouped or aggregated: %s")
		if err != nil {
			return nil, err
		}
		holds, _, err := g.membershipTest(c, v.def)
		return func(one *group) bool { return holds(v.read(one)) }, err
	}
	tests := make([]func(*group) bool, len(parts))
	for i, part := range parts {
		var err *Error
		if tests[i], err = g.condition(part); err != nil {
			return nil, err
		}
	}
	return func(one *group) bool {
		for _, test := range tests {
			if test(one) != want {
				return !want
			}
		}
		return want
	}, nil
}

// append writes a group as a record.
func (g *grouping) append(dst []byte, one *group) []byte {
	dst = append(dst, `{"attributes":{"type":"AggregateResult"}`...)
	for _, c := range g.columns {
		dst = append(dst, c.key...)
		dst = appendValue(dst, c.read(one), c.def)
	}
	return append(dst, '}')
}

func appendLower(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return append(dst, strings.ToLower(s[i:])...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// keyBytes appends what tells a value of a key from others.
//
// unverified: GROUP BY and COUNT_DISTINCT ignore case
func keyBytes(dst []byte, v any, def *org.Field) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, 0)
	case string:
		dst = append(dst, 1)
		if folds(def) {
			dst = appendLower(dst, v)
		} else {
			dst = append(dst, v...)
		}
		return append(dst, 0)
	case time.Time:
		return v.UTC().AppendFormat(append(dst, 2), time.RFC3339Nano+"\x00")
	}
	return append(appendValue(append(dst, 3), v, def), 0)
}
