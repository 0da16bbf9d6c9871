package soql

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxNumber is more than a field holds: numbers have 18 digits at most.
const maxNumber = 1e18

// Reference is a text within a query of a composite that Salesforce replaces by a
// value out of the answer to another request of it, such as "@{user.id}". It is
// for the program's own texts only: all others are written so that Salesforce
// takes no part of them for a reference.
type Reference string

// Date is a day, as in "2026-01-31", of a field that has no time of day.
type Date string

// literal writes a value as SOQL: a string in quotes, true and false, a
// number, a time as a datetime in UTC without quotes, nil as null.
func literal(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "null", nil
	case string:
		return text(v)
	case Reference:
		if strings.ContainsAny(string(v), `'\`) {
			return "", fmt.Errorf("soql: %.80q is no reference", string(v))
		}
		return "'" + string(v) + "'", nil
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		if math.IsNaN(v) || math.Abs(v) >= maxNumber {
			return "", fmt.Errorf("soql: %g is out of the range of a number", v)
		}
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case Date:
		if day, err := time.Parse(time.DateOnly, string(v)); err != nil || day.Year() < 1700 || day.Year() > 4000 {
			return "", fmt.Errorf("soql: %.80q is no date", string(v))
		}
		return string(v), nil
	case time.Time:
		if year := v.UTC().Year(); year < 1700 || year > 4000 {
			return "", fmt.Errorf("soql: the year %d is out of the range of a datetime", year)
		}
		return v.UTC().Format("2006-01-02T15:04:05.000Z"), nil
	default:
		return "", fmt.Errorf("soql: a %T is no value of a condition", v)
	}
}

// text writes a string literal.
func text(s string) (string, error) {
	if isPlain(s) {
		return "'" + s + "'", nil
	}
	if err := checkText(s); err != nil {
		return "", err
	}
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('\'')
	escape(&b, s, "")
	b.WriteByte('\'')
	return b.String(), nil
}

// pattern writes a literal for LIKE: a text with wildcards around it, the
// wildcards within it escaped.
func pattern(before, s, after string) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("'" + before)
	escape(&b, s, "%_")
	b.WriteString(after + "'")
	return b.String(), nil
}

// isPlain says that a text is its own literal: most are.
func isPlain(s string) bool {
	if len(s) > maxLiteral {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '\'' || c == '\\' || c == '{' {
			return false
		}
	}
	return true
}

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("soql: a text is not valid UTF-8")
	}
	if n := utf8.RuneCountInString(s); n > maxLiteral {
		return fmt.Errorf("soql: a text of %d characters, the limit is %d", n, maxLiteral)
	}
	return nil
}

// escape writes the inside of a literal (Salesforce: Quoted String Escape
// Sequences). Only the quote and the backslash have a meaning there; control
// characters are written as sequences so that a statement is one line, and the
// brace behind an @ so that a composite takes nothing for a reference.
func escape(b *strings.Builder, s, more string) {
	var before rune
	for _, r := range s {
		switch {
		case r == '{' && before == '@':
			b.WriteString(`\u007B`)
		case r == '\'' || r == '\\' || strings.ContainsRune(more, r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
		before = r
	}
}
