package query

import (
	"strings"
	"time"
	"unicode/utf8"

	"scimforce/salesforce/simulator/org"
)

// operand checks that a literal fits a field and gives it as stored values
// compare: folded text, an 18-character id, bool, float64, span or nil.
func (sc scope) operand(def *org.Field, l literal, at int) (any, *Error) {
	kind := typeOf(def)
	if l.value == nil {
		switch {
		case kind == "boolean" && !l.quoted:
			return false, nil // as documented: a checkbox is never null
		case !l.quoted || kind == "string" || kind == "ID":
			return nil, nil
		}
		return nil, sc.quoting(def, at)
	}
	if d, ok := l.value.(relativeDate); ok {
		l.value, l.day = sc.placed(d, kind), kind == "date"
	}
	switch kind {
	case "boolean":
		if b, ok := l.value.(bool); ok {
			return b, nil
		}
	case "int", "double":
		if n, ok := l.value.(float64); ok {
			return n, nil
		}
	case "dateTime", "date":
		if s, ok := l.value.(span); ok && l.day == (kind == "date") {
			return s, nil
		}
	case "ID":
		s, ok := l.value.(string)
		if !ok {
			break
		}
		id, ok := org.ID18(s)
		if !ok {
			return nil, sc.src.at(at, "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: %s", s)
		}
		return id, nil
	default:
		s, ok := l.value.(string)
		if ok && l.likely {
			// unverified: the words for an escape of LIKE outside of it
			return nil, malformed("Invalid string literal '%s'. Illegal character sequence in string literal.", s)
		}
		if ok && folds(def) {
			s = strings.ToLower(s)
		}
		if ok {
			return s, nil
		}
	}
	return nil, sc.quoting(def, at)
}

// placed puts a date literal in time. A date field has no zone: its days are
// those of the user's calendar.
func (sc scope) placed(d relativeDate, kind string) span {
	c := sc.calendar()
	s := d.place(sc.view.Now(), c)
	if kind == "date" {
		s.from, s.to = day(s.from), day(s.to)
	}
	return s
}

// day is the calendar day of a moment, as date fields hold it.
func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// quoting words a literal of the wrong type as users quote it.
//
// unverified: where the error of a literal of the wrong type points, and its words for text
func (sc scope) quoting(f *org.Field, at int) *Error {
	should := "should not be enclosed in quotes"
	if kind := typeOf(f); kind == "string" || kind == "ID" {
		should = "should be enclosed in quotes"
	}
	return sc.src.at(at, "INVALID_FIELD", "value of filter criterion for field '%s' must be of type %s and %s", f.Name, typeOf(f), should)
}

// typeOf is a field's type in the words of messages: all kinds of text are
// string.
func typeOf(f *org.Field) string {
	switch f.Type {
	case "datetime":
		return "dateTime"
	case "boolean", "int", "double", "date", "address":
		return f.Type
	case "id", "reference":
		return "ID"
	case "currency", "percent":
		return "double"
	}
	return "string"
}

// folds reports whether a field's text compares without case. Ids, once in
// their 18-character form, and fields flagged caseSensitive do not.
func folds(f *org.Field) bool { return typeOf(f) == "string" && !f.CaseSensitive }

// equalFold compares a text with one in small letters.
func equalFold(have, small string) bool {
	if len(have) == len(small) {
		same := true
		for i := range len(have) {
			c := have[i]
			if c >= utf8.RuneSelf {
				return strings.ToLower(have) == small
			}
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			same = same && c == small[i]
		}
		return same
	}
	// Letters of other lengths are the same only beyond ASCII.
	for i := range len(have) {
		if have[i] >= utf8.RuneSelf {
			return strings.ToLower(have) == small
		}
	}
	return false
}

// order compares two values of one type, text without case if it is to be
// folded. Neither below nor above is equal; a time within a span is equal to it.
func order(have, want any, fold bool) (below, above bool) {
	switch h := have.(type) {
	case string:
		if s, ok := want.(span); ok { // a date field holds the text of a day
			on, err := time.Parse(time.DateOnly, h)
			if err != nil {
				return true, false
			}
			return order(on, s, false)
		}
		w, _ := want.(string)
		if fold {
			d := compareFold(h, w)
			return d < 0, d > 0
		}
		return h < w, h > w
	case bool:
		w, _ := want.(bool)
		return !h && w, h && !w
	case int64:
		return order(float64(h), want, false)
	case float64:
		w, ok := want.(float64)
		if n, whole := want.(int64); whole {
			w, ok = float64(n), true
		}
		return h < w || !ok, h > w
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
