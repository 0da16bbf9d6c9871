package query

import (
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

// operand checks that a literal fits a field and gives it as stored values
// compare: text, an 18-character id, bool, float64, span or nil.
func (sc scope) operand(p path, l literal, at int) (any, *Error) {
	if l.value == nil {
		return nil, nil
	}
	if d, ok := l.value.(relativeDate); ok {
		l.value, l.day = d.place(sc.view.Now()), p.def.Type == "date"
	}
	switch p.def.Type {
	case "boolean":
		if b, ok := l.value.(bool); ok {
			return b, nil
		}
	case "int", "double":
		if n, ok := l.value.(float64); ok {
			return n, nil
		}
	case "datetime", "date":
		if s, ok := l.value.(span); ok && l.day == (p.def.Type == "date") {
			return s, nil
		}
	case "id", "reference":
		s, ok := l.value.(string)
		if !ok {
			break
		}
		id, ok := org.ID18(s)
		if !ok {
			return nil, sc.src.at(at, "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: %s", s) // unverified
		}
		return id, nil
	default:
		s, ok := l.value.(string)
		if ok && l.likely {
			return nil, plain("MALFORMED_QUERY", "Invalid string literal '%s'. Illegal character sequence in string literal.", s) // unverified
		}
		if ok {
			return s, nil
		}
	}
	return nil, sc.quoting(p.def, at)
}

// quoting words a literal of the wrong type (unverified).
func (sc scope) quoting(f *org.Field, at int) *Error {
	should := "should not be enclosed in quotes"
	switch f.Type {
	case "boolean", "int", "double", "datetime", "date":
	default:
		should = "should be enclosed in quotes"
	}
	return sc.src.at(at, "INVALID_FIELD", "value of filter criterion for field '%s' must be of type %s and %s", f.Name, wireType(f), should)
}

// wireType is a field's type in the words of messages.
func wireType(f *org.Field) string {
	switch f.Type {
	case "datetime":
		return "dateTime"
	case "boolean", "int", "double", "date":
		return f.Type
	case "id", "reference":
		return "ID"
	}
	return "string"
}

// folds reports whether a field's text compares without case. Ids, once in
// their 18-character form, and fields flagged caseSensitive do not.
func folds(f *org.Field) bool {
	return f.Type != "id" && f.Type != "reference" && !f.CaseSensitive
}

// order compares two values of one type. Neither below nor above is equal; a
// time within a span is equal to it.
func order(have, want any) (below, above bool) {
	switch h := have.(type) {
	case string:
		w, _ := want.(string)
		return h < w, h > w
	case bool:
		w, _ := want.(bool)
		return !h && w, h && !w
	case int64:
		return order(float64(h), want)
	case float64:
		w, _ := want.(float64)
		return h < w, h > w
	case time.Time:
		switch w := want.(type) {
		case time.Time:
			return h.Before(w), h.After(w)
		case span:
			if w.instant() {
				return h.Before(w.from), h.After(w.from)
			}
			return h.Before(w.from), !h.Before(w.to)
		}
	}
	return true, false // of different types: unequal
}

// likes matches a whole text against a pattern of folded characters: % is any
// run of characters, _ exactly one.
func likes(pattern []glyph, s []rune) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p].wild && pattern[p].char == '%':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p].wild || pattern[p].char == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p].wild && pattern[p].char == '%' {
		p++
	}
	return p == len(pattern)
}

func foldGlyphs(pattern []glyph) []glyph {
	var out []glyph
	for _, g := range pattern {
		for _, r := range strings.ToLower(string(g.char)) {
			out = append(out, glyph{r, g.wild})
		}
	}
	return out
}
