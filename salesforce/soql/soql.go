// Package soql builds statements of the Salesforce Object Query Language out
// of checked names and escaped literals. What it builds is one statement that
// asks what was meant, whatever texts went into it: text from outside can only
// ever be the inside of a literal.
//
// It knows the grammar and its limits, no objects and no fields, and makes no
// calls.
package soql

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The limits of a statement and of a text in a condition, in characters
// (Salesforce: SOQL and SOSL limits).
const (
	maxStatement = 100_000
	maxLiteral   = 4_000
)

// A Select is one query.
type Select struct {
	Fields  []string  // names or paths such as "Profile.Name"; repeated ones are taken once
	From    string    // name of the object
	Where   Condition // the zero Condition asks for all
	OrderBy []string  // each a field, then if wanted ASC or DESC, then if wanted NULLS FIRST or NULLS LAST
	Limit   int       // 0 is none
	Count   bool      // SELECT COUNT(): Fields and OrderBy are left out
}

// Build writes the statement. It fails for what is no name, for conditions
// that could not be made, and for a statement over 100,000 characters.
func (s Select) Build() (string, error) {
	var b strings.Builder
	if err := s.write(&b); err != nil {
		return "", err
	}
	if n := b.Len(); n > maxStatement {
		return "", fmt.Errorf("soql: statement of %d characters, the limit is %d", n, maxStatement)
	}
	return b.String(), nil
}

func (s Select) write(b *strings.Builder) error {
	b.WriteString("SELECT ")
	if s.Count {
		b.WriteString("COUNT()")
	} else if err := s.writeFields(b); err != nil {
		return err
	}
	if !isName(s.From) {
		return fmt.Errorf("soql: %.80q is no name of an object", s.From)
	}
	b.WriteString(" FROM " + s.From)
	if s.Where.err != nil {
		return s.Where.err
	}
	if s.Where.text != "" {
		b.WriteString(" WHERE " + s.Where.text)
	}
	if !s.Count {
		for i, order := range s.OrderBy {
			text, err := orderBy(order)
			if err != nil {
				return err
			}
			b.WriteString([]string{" ORDER BY ", ", "}[min(i, 1)] + text)
		}
	}
	if s.Limit < 0 {
		return errors.New("soql: the limit is negative")
	}
	if s.Limit > 0 {
		b.WriteString(" LIMIT " + strconv.Itoa(s.Limit))
	}
	return nil
}

// writeFields writes each field once: asked for twice, Salesforce refuses.
func (s Select) writeFields(b *strings.Builder) error {
	if len(s.Fields) == 0 {
		return errors.New("soql: no fields to select")
	}
	seen := make(map[string]bool, len(s.Fields))
	for _, field := range s.Fields {
		if !isPath(field) {
			return fmt.Errorf("soql: %.80q is no name of a field", field)
		}
		lower := strings.ToLower(field)
		if seen[lower] {
			continue
		}
		if len(seen) > 0 {
			b.WriteString(", ")
		}
		seen[lower] = true
		b.WriteString(field)
	}
	return nil
}

func orderBy(text string) (string, error) {
	words := strings.Fields(text)
	rest := words
	if len(rest) > 0 && isPath(rest[0]) {
		rest = rest[1:]
	} else {
		return "", fmt.Errorf("soql: %.80q is no field to order by", text)
	}
	if len(rest) > 0 && (strings.EqualFold(rest[0], "ASC") || strings.EqualFold(rest[0], "DESC")) {
		rest = rest[1:]
	}
	if len(rest) == 2 && strings.EqualFold(rest[0], "NULLS") &&
		(strings.EqualFold(rest[1], "FIRST") || strings.EqualFold(rest[1], "LAST")) {
		rest = nil
	}
	if len(rest) > 0 {
		return "", fmt.Errorf("soql: %.80q is no order", text)
	}
	return strings.Join(words, " "), nil
}

// isPath says whether text is a field's name, with those of relationships
// before it if any.
func isPath(text string) bool {
	if strings.Count(text, ".") > 5 { // SOQL follows at most five
		return false
	}
	for part := range strings.SplitSeq(text, ".") {
		if !isName(part) {
			return false
		}
	}
	return true
}

func isName(text string) bool {
	for i, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r != '_' && (r < '0' || r > '9')) {
			return false
		}
	}
	return text != "" && len(text) <= 255
}
