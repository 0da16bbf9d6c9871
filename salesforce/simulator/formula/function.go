package formula

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// function is what a call of a name takes. Where result is nil the call is
// typed by special instead.
type function struct {
	least, most int // arguments
	params      []Type
	result      Type
	eval        func(e *env, args []any) any
	special     func(p *parser, t token, args []expr) (expr, *Error)
}

// plain is a function of arguments of fixed types; those left out are nil.
func plain(result Type, least int, params []Type, eval func(e *env, args []any) any) function {
	return function{least: least, most: len(params), params: params, result: result, eval: eval}
}

func special(least, most int, typed func(p *parser, t token, args []expr) (expr, *Error)) function {
	return function{least: least, most: most, special: typed}
}

const unlimited = math.MaxInt

// functionOf finds a function by its name in capitals.
func functionOf(name string) (function, bool) {
	one, two := []Type{Text}, []Type{Text, Text}
	switch name {
	case "AND":
		return special(1, unlimited, junction(false)), true
	case "OR":
		return special(1, unlimited, junction(true)), true
	case "NOT", "!":
		return plain(Boolean, 1, []Type{Boolean}, func(_ *env, a []any) any { return a[0] != true }), true
	case "IF":
		return special(3, 3, choice), true
	case "CASE":
		return special(4, unlimited, cases), true
	case "ISBLANK", "ISNULL":
		return special(1, 1, isBlank), true
	case "BLANKVALUE", "NULLVALUE":
		return special(2, 2, blankValue), true
	case "ISNEW":
		return plain(Boolean, 0, nil, func(e *env, _ []any) any { return e.IsNew() }), true
	case "ISCHANGED":
		return special(1, 1, isChanged), true
	case "PRIORVALUE":
		return special(1, 1, priorValue), true
	case "ISPICKVAL":
		return special(2, 2, isPickVal), true
	case "INCLUDES":
		return special(2, 2, includes), true
	case "TEXT":
		return special(1, 1, asText), true
	case "LEN":
		return plain(Number, 1, one, func(_ *env, a []any) any { return float64(len([]rune(words(a[0])))) }), true
	case "LEFT":
		return plain(Text, 2, []Type{Text, Number}, func(_ *env, a []any) any { return cut(words(a[0]), 0, length(a[1])) }), true
	case "RIGHT":
		return plain(Text, 2, []Type{Text, Number}, func(_ *env, a []any) any {
			s := words(a[0])
			return cut(s, len([]rune(s))-length(a[1]), length(a[1]))
		}), true
	case "MID":
		return plain(Text, 3, []Type{Text, Number, Number}, func(_ *env, a []any) any {
			return cut(words(a[0]), length(a[1])-1, length(a[2]))
		}), true
	case "TRIM":
		return plain(Text, 1, one, func(_ *env, a []any) any { return strings.TrimSpace(words(a[0])) }), true
	case "UPPER":
		return plain(Text, 1, two, func(_ *env, a []any) any { return strings.ToUpper(words(a[0])) }), true
	case "LOWER":
		return plain(Text, 1, two, func(_ *env, a []any) any { return strings.ToLower(words(a[0])) }), true
	case "CONTAINS":
		return plain(Boolean, 2, two, func(_ *env, a []any) any { return strings.Contains(words(a[0]), words(a[1])) }), true
	case "BEGINS":
		return plain(Boolean, 2, two, func(_ *env, a []any) any { return strings.HasPrefix(words(a[0]), words(a[1])) }), true
	case "FIND":
		return plain(Number, 2, []Type{Text, Text, Number}, func(_ *env, a []any) any { return find(words(a[0]), words(a[1]), a[2]) }), true
	case "SUBSTITUTE":
		return plain(Text, 3, []Type{Text, Text, Text}, substitute), true
	case "REGEX":
		return special(2, 2, regex), true
	case "VALUE":
		return plain(Number, 1, one, value), true
	case "ABS":
		return plain(Number, 1, []Type{Number}, func(_ *env, a []any) any {
			if n, ok := a[0].(float64); ok {
				return math.Abs(n)
			}
			return nil
		}), true
	case "TODAY":
		return plain(Date, 0, nil, func(e *env, _ []any) any { return e.Now().UTC().Truncate(day) }), true
	case "NOW":
		return plain(DateTime, 0, nil, func(e *env, _ []any) any { return e.Now().UTC() }), true
	case "DATE":
		return plain(Date, 3, []Type{Number, Number, Number}, date), true
	}
	return function{}, false
}

// call types a call of a function.
func (p *parser) call(t token, name string, args []expr) (expr, *Error) {
	f, ok := functionOf(name)
	if !ok {
		return expr{}, p.errorAt(t.offset, "Unknown function %s. Check spelling.", name)
	}
	if len(args) < f.least || len(args) > f.most {
		expected := strconv.Itoa(f.least)
		if f.most == unlimited {
			expected += " or more"
		} else if f.most > f.least {
			expected += " to " + strconv.Itoa(f.most)
		}
		return expr{}, p.errorAt(t.offset, "Incorrect number of parameters for function '%s()'. Expected %s, received %d", name, expected, len(args))
	}
	if f.special != nil {
		return f.special(p, token{t.kind, name, t.offset}, args)
	}
	for i, a := range args {
		if err := p.wantIn(name, a, f.params[i]); err != nil {
			return expr{}, err
		}
	}
	return computed(f.result, t.offset, func(e *env) any {
		values := make([]any, f.most)
		for i, a := range args {
			values[i] = a.eval(e)
		}
		return f.eval(e, values)
	}), nil
}

// wantIn refuses an argument of another type.
func (p *parser) wantIn(function string, a expr, t Type) *Error {
	if a.typ == t || a.null {
		return nil
	}
	if a.typ == Picklist || a.typ == MultiPicklist {
		return p.noPicklist(a)
	}
	return p.errorAt(a.offset, "Incorrect parameter type for function '%s()'. Expected %s, received %s", function, t, a.typ)
}

// length is a number of characters: whole, not negative, no more than a text can
// have.
func length(v any) int {
	n, _ := v.(float64)
	return int(min(max(n, 0), 1<<20))
}

// cut takes n characters of a text from one on.
func cut(s string, from, n int) string {
	runes := []rune(s)
	from = min(max(from, 0), len(runes))
	return string(runes[from:min(from+n, len(runes))])
}

// find is the position of a text in another, counted from 1, from a given one
// on; 0 if it is not there.
func find(needle, s string, start any) any {
	from := 0
	if n, ok := start.(float64); ok {
		from = length(n) - 1
	}
	runes := []rune(s)
	if from < 0 || from > len(runes) {
		return 0.0
	}
	at := strings.Index(string(runes[from:]), needle)
	if at < 0 || needle == "" {
		return 0.0
	}
	return float64(from + len([]rune(string(runes[from:])[:at])) + 1)
}

// substitute replaces every occurrence, within bounds.
func substitute(e *env, a []any) any {
	s, old, with := words(a[0]), words(a[1]), words(a[2])
	if old == "" {
		return s
	}
	if n := strings.Count(s, old); n*len(with)+len(s) > 1<<20 {
		return e.fail("SUBSTITUTE makes a text of more than a million characters")
	}
	return strings.ReplaceAll(s, old, with)
}

func value(e *env, a []any) any {
	s := strings.TrimSpace(words(a[0]))
	if s == "" {
		return nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return e.fail("VALUE of %q, which is no number", s)
	}
	return n
}

func date(e *env, a []any) any {
	var part [3]int
	for i := range part {
		n, ok := a[i].(float64)
		if !ok {
			return nil
		}
		part[i] = length(n)
	}
	d := time.Date(part[0], time.Month(part[1]), part[2], 0, 0, 0, 0, time.UTC)
	if part[0] > 9999 || d.Month() != time.Month(part[1]) || d.Day() != part[2] {
		return e.fail("no date has year %d, month %d, day %d", part[0], part[1], part[2])
	}
	return d
}
