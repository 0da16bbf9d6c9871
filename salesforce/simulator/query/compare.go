package query

import (
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

// test says whether a value fulfils a condition. Logic has two values, as
// SOQL's: a null is unequal to everything but null, and neither less nor greater
// than anything.
type test func(have any) bool

// comparison makes the test of one operator; want is an operand.
func compare(def *org.Field, op string, want any) test {
	if want == nil { // unverified: nothing is less or greater than null, and asking for it is no error
		return func(have any) bool { return (have == nil) == (op == "=") && (op == "=" || op == "!=") }
	}
	if s, ok := want.(string); ok && (op == "=" || op == "!=") {
		equal := op == "="
		if !folds(def) {
			return func(have any) bool { h, ok := have.(string); return (ok && h == s) == equal }
		}
		return func(have any) bool { h, ok := have.(string); return (ok && equalFold(h, s)) == equal }
	}
	if b, ok := want.(bool); ok {
		equal := op == "="
		return func(have any) bool { h, _ := have.(bool); return (h == b) == equal }
	}
	rank := ranker(def)
	want = rank(want)
	return func(have any) bool {
		if have == nil {
			return op == "!="
		}
		below, above := order(rank(have), want)
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
}

// ranker gives what a field's values are ordered by: text by its capitals, as
// documented for English locales.
func ranker(def *org.Field) func(any) any {
	if !folds(def) {
		return func(v any) any { return v }
	}
	return func(v any) any {
		if s, ok := v.(string); ok {
			return strings.ToUpper(s)
		}
		return v
	}
}

// oneOf makes the test of IN over operands; with hasNull null is one of them.
func oneOf(def *org.Field, values []any, hasNull, not bool) test {
	set := make(map[any]bool, len(values))
	var spans []span
	for _, v := range values {
		if s, ok := v.(span); ok {
			spans = append(spans, s)
		} else {
			set[v] = true
		}
	}
	fold := folds(def)
	return func(have any) bool {
		var in bool
		switch x := have.(type) {
		case nil:
			in = hasNull
		case string:
			if fold {
				x = strings.ToLower(x)
			}
			in = set[x]
		case bool:
			in = set[x]
		case int64:
			in = set[float64(x)]
		case float64:
			in = set[x]
		case time.Time:
			for _, s := range spans {
				below, above := order(x, s)
				in = in || !below && !above
			}
		}
		return in != not
	}
}

// includes makes the test of INCLUDES: one of the wishes, each of which may
// name several values with semicolons between, is met whole.
func includes(wishes [][]string, not bool) test {
	return func(have any) bool {
		s, _ := have.(string)
		chosen := map[string]bool{}
		for part := range strings.SplitSeq(strings.ToLower(s), ";") {
			chosen[part] = true
		}
		for _, wish := range wishes {
			all := true
			for _, part := range wish {
				all = all && chosen[part]
			}
			if all {
				return !not
			}
		}
		return not
	}
}
