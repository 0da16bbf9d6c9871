package query

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

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
		// unverified: a checkbox of a parent that is not there is false
		return func(have any) bool { h, _ := have.(bool); return (h == b) == equal }
	}
	fold := folds(def)
	return func(have any) bool {
		if have == nil {
			return op == "!="
		}
		below, above := order(have, want, fold)
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

// compareFold orders two texts by their capitals, as documented for English
// locales.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x >= utf8.RuneSelf || y >= utf8.RuneSelf {
			return cmp.Compare(strings.ToUpper(a[i:]), strings.ToUpper(b[i:]))
		}
		if 'a' <= x && x <= 'z' {
			x -= 'a' - 'A'
		}
		if 'a' <= y && y <= 'z' {
			y -= 'a' - 'A'
		}
		if x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
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
		if have == nil && def.Type == "boolean" {
			have = false
		}
		var in bool
		switch x := have.(type) {
		case nil:
			in = hasNull
		case string:
			if fold {
				x = strings.ToLower(x)
			}
			in = set[x]
			for _, s := range spans {
				below, above := order(x, s, false)
				in = in || !below && !above
			}
		case bool:
			in = set[x]
		case int64:
			in = set[float64(x)]
		case float64:
			in = set[x]
		case time.Time:
			for _, s := range spans {
				below, above := order(x, s, false)
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
