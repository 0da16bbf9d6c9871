package query

import (
	"strings"

	"scimforce/salesforce/simulator/org"
)

// membership compiles IN and NOT IN, INCLUDES and EXCLUDES.
func (sc scope) membership(m membership) (filter, *Error) {
	if m.subquery != nil {
		return sc.semiJoin(m)
	}
	x, err := sc.filterable(m.value)
	if err != nil {
		return filter{}, err
	}
	holds, keys, err := sc.membershipTest(m, x.def)
	if err != nil {
		return filter{}, err
	}
	out := sc.where(x, holds)
	if keys != nil && x.path.plain() && x.fn == nil && sc.view.Indexed(sc.obj, x.path.leaf.field) {
		out.probe, out.exact = sc.keys(x.path.leaf.field, keys), knowsAll(x.def)
	}
	return out, nil
}

// membershipTest checks a list against a type and gives the test and, where only
// texts are in the list and must be, those.
func (sc scope) membershipTest(m membership, def *org.Field) (test, []string, *Error) {
	at := m.value.path.offset
	if m.parts != (def.Type == "multipicklist") && m.parts {
		// unverified: the words for INCLUDES on another field than a multi-select picklist
		return nil, nil, sc.src.at(at, "INVALID_FIELD", "includes or excludes operator only valid on multipicklist field")
	}
	var values []any
	var keys []string
	hasNull := false
	for _, l := range m.list {
		v, err := sc.operand(def, l, at)
		if err != nil {
			return nil, nil, err
		}
		if s, ok := v.(string); ok {
			keys = append(keys, s)
		}
		if v == nil {
			hasNull = true
		} else {
			values = append(values, v)
		}
	}
	if m.parts {
		var wishes [][]string
		for _, key := range keys {
			wishes = append(wishes, strings.Split(key, ";"))
		}
		if hasNull {
			wishes = append(wishes, []string{""}) // unverified: INCLUDES (null) finds what has no value
		}
		return includes(wishes, m.not), nil, nil
	}
	if m.not || hasNull {
		keys = nil
	}
	return oneOf(def, values, hasNull, m.not), keys, nil
}

// checkJoins refuses semi-joins where the documentation does: within OR or NOT,
// within another semi-join or a subquery, and more than two.
func (sc scope) checkJoins(where condition) *Error {
	joins := 0
	var look func(c condition, negated, or, nested bool) *Error
	look = func(c condition, negated, or, nested bool) *Error {
		var parts []condition
		switch c := c.(type) {
		case conjunction:
			parts, nested = c.parts, nested || or
		case disjunction:
			parts, or = c.parts, true
		case negation:
			return look(c.part, true, or, nested)
		case membership:
			if c.subquery == nil {
				return nil
			}
			joins++
			switch {
			case nested || negated || sc.depth > 0:
				return malformed("Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.")
			case or:
				return malformed("Semi join sub-selects are not allowed with the 'OR' operator")
			case sc.inner:
				return malformed("Nesting of semi join sub-selects is not supported")
			case joins > 2:
				return malformed("Maximum 2 semi join sub-selects are allowed") // unverified: the words for a third semi-join
			}
		}
		for _, part := range parts {
			if err := look(part, negated, or, nested); err != nil {
				return err
			}
		}
		return nil
	}
	return look(where, false, false, false)
}
