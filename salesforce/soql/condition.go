package soql

import (
	"errors"
	"fmt"
	"strings"
)

// A Condition is what stands after WHERE. It is made by the functions of this
// package only, so its text is safe; a mistake made on the way is kept in it
// and comes out of Select.Build. The zero Condition is no condition: it holds
// for every record.
type Condition struct {
	text     string
	operator string // " AND " or " OR " when text joins several by it, without parentheses around them
	err      error
}

// Conditions that nothing and that everything fulfils: every record has an
// Id. SOQL has no way to write false.
const (
	never  = "Id = null"
	always = "Id != null"
)

// IsZero says whether this is no condition.
func (c Condition) IsZero() bool { return c.text == "" && c.err == nil }

// Err is the mistake made when making the condition, if any.
func (c Condition) Err() error { return c.err }

// Eq compares a field with a value: string, bool, int, int64, float64, time.Time,
// Date, Reference, or nil for null. Salesforce compares most texts without regard to case.
func Eq(field string, v any) Condition { return compare(field, "=", v) }

// Ne holds where Eq does not, for a null field too.
func Ne(field string, v any) Condition { return compare(field, "!=", v) }

// Gt holds for values after v.
func Gt(field string, v any) Condition { return compare(field, ">", v) }

// Ge holds for values after v and v itself.
func Ge(field string, v any) Condition { return compare(field, ">=", v) }

// Lt holds for values before v.
func Lt(field string, v any) Condition { return compare(field, "<", v) }

// Le holds for values before v and v itself.
func Le(field string, v any) Condition { return compare(field, "<=", v) }

// IsNull holds where the field has no value.
func IsNull(field string) Condition { return compare(field, "=", nil) }

// NotNull holds where the field has a value.
func NotNull(field string) Condition { return compare(field, "!=", nil) }

// Contains holds where the text is somewhere in the field, in any case.
func Contains(field, s string) Condition { return like(field, "%", s, "%") }

// HasPrefix holds where the field begins with the text, in any case.
func HasPrefix(field, s string) Condition { return like(field, "", s, "%") }

// HasSuffix holds where the field ends with the text, in any case.
func HasSuffix(field, s string) Condition { return like(field, "%", s, "") }

// In holds where the field is one of the values; of no values, nowhere.
func In(field string, values []string) Condition { return in(field, "IN", values, never) }

// NotIn holds where the field is none of the values; of no values, everywhere.
func NotIn(field string, values []string) Condition { return in(field, "NOT IN", values, always) }

// Includes holds where one of the chosen values of a multi-select picklist is v.
func Includes(field, v string) Condition {
	if strings.Contains(v, ";") { // which would ask for several at once
		return Condition{text: never}
	}
	return in(field, "INCLUDES", []string{v}, never)
}

// Excludes holds where none is.
//
// unverified: for a null field, too.
func Excludes(field, v string) Condition {
	if strings.Contains(v, ";") {
		return Condition{text: always}
	}
	return in(field, "EXCLUDES", []string{v}, always)
}

// InSelect holds where the field is a value of the one field that s selects.
func InSelect(field string, s Select) Condition {
	if !isPath(field) {
		return wrongField(field)
	}
	if s.Count || len(s.Fields) != 1 || len(s.OrderBy) > 0 || s.Limit != 0 {
		return Condition{err: errors.New("soql: a query inside IN selects one field and has no order and no limit")}
	}
	var b strings.Builder
	b.WriteString(field + " IN (")
	if err := s.write(&b); err != nil {
		return Condition{err: err}
	}
	b.WriteString(")")
	return Condition{text: b.String()}
}

// And holds where all conditions hold. What is no condition is left out.
// Conditions that are joined by And already become part of the row, so that a
// semi-join stays where Salesforce takes it: at the top level of WHERE.
//
// unverified: that parentheses alone would make it a nested one.
func And(conditions ...Condition) Condition { return join(conditions, " AND ") }

// Or holds where one of the conditions holds. With one of them no condition,
// which holds always, it is no condition either; so it is of none.
func Or(conditions ...Condition) Condition {
	joined := join(conditions, " OR ")
	for _, c := range conditions {
		if c.IsZero() && joined.err == nil {
			return Condition{}
		}
	}
	return joined
}

// Not holds where the condition does not: never, if it is no condition.
func Not(c Condition) Condition {
	switch {
	case c.err != nil:
		return c
	case c.text == "":
		return Condition{text: never}
	default:
		return Condition{text: "(NOT " + c.within("") + ")"}
	}
}

// join writes conditions in a row; the first mistake wins.
func join(conditions []Condition, operator string) Condition {
	var joined []Condition
	for _, c := range conditions {
		if c.err != nil {
			return c
		}
		if c.text != "" {
			joined = append(joined, c)
		}
	}
	switch len(joined) {
	case 0:
		return Condition{}
	case 1:
		return joined[0]
	}
	texts := make([]string, len(joined))
	for i, c := range joined {
		texts[i] = c.within(operator)
	}
	return Condition{text: strings.Join(texts, operator), operator: operator}
}

// within is the condition's text as a part of a row joined by operator: SOQL
// refuses AND next to OR without parentheses.
func (c Condition) within(operator string) string {
	if c.operator == "" || c.operator == operator {
		return c.text
	}
	return "(" + c.text + ")"
}

func compare(field, operator string, v any) Condition {
	if !isPath(field) {
		return wrongField(field)
	}
	value, err := literal(v)
	if err != nil {
		return Condition{err: fmt.Errorf("%w (field %s)", err, field)}
	}
	return Condition{text: field + " " + operator + " " + value}
}

func like(field, before, s, after string) Condition {
	if !isPath(field) {
		return wrongField(field)
	}
	value, err := pattern(before, s, after)
	if err != nil {
		return Condition{err: fmt.Errorf("%w (field %s)", err, field)}
	}
	return Condition{text: field + " LIKE " + value}
}

func in(field, operator string, values []string, ofNone string) Condition {
	if !isPath(field) {
		return wrongField(field)
	}
	if len(values) == 0 {
		return Condition{text: ofNone}
	}
	var b strings.Builder
	b.WriteString(field + " " + operator + " (")
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		if seen[v] {
			continue
		}
		if len(seen) > 0 {
			b.WriteString(", ")
		}
		seen[v] = true
		value, err := text(v)
		if err != nil {
			return Condition{err: fmt.Errorf("%w (field %s)", err, field)}
		}
		b.WriteString(value)
	}
	b.WriteString(")")
	return Condition{text: b.String()}
}

func wrongField(field string) Condition {
	return Condition{err: fmt.Errorf("soql: %.80q is no name of a field", field)}
}
