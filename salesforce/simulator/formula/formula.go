// Package formula parses and evaluates the formulas of validation rules and
// of fields: typed expressions over the fields of a record as it will be and as
// it was.
//
// Parsing finds every mistake that does not depend on a record's values, with
// its position; evaluating can then only meet a value that an operation is not
// made for. The sentences are those of Salesforce's formula editor as far as
// they are remembered.
//
// unverified: the sentences of formula errors
package formula

import (
	"fmt"
	"time"
)

// Type is what a value is.
type Type int

// The types of fields and expressions. A date is a time at midnight UTC.
const (
	Text Type = iota
	Number
	Boolean
	Date
	DateTime
	Picklist
	MultiPicklist // its values divided by semicolons
)

func (t Type) String() string {
	switch t {
	case Number:
		return "Number"
	case Boolean:
		return "Boolean"
	case Date:
		return "Date"
	case DateTime:
		return "DateTime"
	case Picklist, MultiPicklist:
		return "Picklist"
	}
	return "Text"
}

// Record gives the values that a formula is about. A value is nil, a string,
// a bool, a float64 or a time.Time, as the field's Type says.
type Record interface {
	// Value is a field's value as it will be; name is spelled as in the formula.
	Value(name string) any
	// Prior is the value before; on a new record, the value itself.
	Prior(name string) any
	// IsNew reports whether there was no record before.
	IsNew() bool
	// Now is the moment of the write.
	Now() time.Time
}

// Formula is a parsed formula. It is safe for concurrent use.
type Formula struct{ root expr }

// Value evaluates the formula: nil, or a value as Record gives them. It fails on
// a value that an operation is not made for, such as a division by zero.
func (f *Formula) Value(r Record) (any, error) {
	e := &env{Record: r}
	result := f.root.eval(e)
	return result, e.err
}

// True is Value of a formula whose result is true or false.
func (f *Formula) True(r Record) (bool, error) {
	value, err := f.Value(r)
	result, _ := value.(bool)
	return result, err
}

// Error is a mistake in a formula. Line and Column count from 1, in bytes.
type Error struct {
	Message      string
	Line, Column int
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s (line %d, column %d)", e.Message, e.Line, e.Column)
}

// Bounds of a formula.
const (
	maxLength = 3900 // characters, as a real org allows
	maxDepth  = 100
)

// Parse reads a formula whose result is true or false. field gives the type of a
// field by its name, which may be a path ("Manager.Email") or begin with a dollar
// ("$Profile.Name"); it reports false of one there is not. A mistake is an
// *Error.
func Parse(text string, field func(name string) (Type, bool)) (*Formula, error) {
	return ParseAs(Boolean, text, field)
}

// ParseAs is Parse of a formula with another type of result, as the formula of a
// field has it.
func ParseAs(result Type, text string, field func(name string) (Type, bool)) (*Formula, error) {
	p := &parser{lexer: lexer{text: text}, result: result, field: field}
	root, err := p.formula()
	if err != nil {
		return nil, err
	}
	return &Formula{root}, nil
}

// expr is a typed, ready expression.
type expr struct {
	typ     Type
	eval    func(e *env) any
	field   string // the name, of an expression that is a field and nothing else
	prior   bool   // it is that field's value before
	literal bool
	null    bool // NULL, which goes with every type
	offset  int
}

// env is one evaluation: the record, and the first thing that went wrong.
type env struct {
	Record
	err error
}

func (e *env) fail(format string, args ...any) any {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
	return nil
}
