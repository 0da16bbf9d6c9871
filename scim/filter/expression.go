// Package filter reads SCIM filters (RFC 7644 section 3.4.2.2) and PATCH paths
// (section 3.5.2), and decides whether a resource satisfies a filter.
//
// The parser is written by hand so that an error can say at which character
// the text stops making sense, and so that it can take the forms that clients
// send although no grammar allows them. Parsing needs no schema; Match does.
// Nothing about Salesforce, SOQL or HTTP may enter here.
package filter

// Expression is a filter as a tree: And, Or, Not, Compare, Present or
// ValuePath, always as values, never as pointers. String gives a filter that
// parses to the same tree.
type Expression interface {
	String() string
	expression()
}

// And is satisfied when both sides are.
type And struct{ Left, Right Expression }

// Or is satisfied when either side is.
type Or struct{ Left, Right Expression }

// Not is satisfied when X is not.
type Not struct{ X Expression }

// Compare compares an attribute with a literal.
type Compare struct {
	Path     Path
	Operator Operator
	// Value is a string, a bool or a float64. A comparison with null is
	// parsed to Present or to Not{Present}.
	Value any
}

// Present is the operator pr: the attribute has a non-empty value.
type Present struct{ Path Path }

// ValuePath is satisfied when one element of a multi-valued attribute
// satisfies Filter as a whole. Paths inside Filter name sub-attributes, in
// Path.Attribute. `emails[type eq "work"].value eq "x"` is parsed to
// ValuePath{emails, And{type eq "work", value eq "x"}}.
type ValuePath struct {
	Path   Path
	Filter Expression
}

// Operator is a comparison operator in lower case.
type Operator string

// The comparison operators of RFC 7644, table 3.
const (
	Eq Operator = "eq"
	Ne Operator = "ne"
	Co Operator = "co"
	Sw Operator = "sw"
	Ew Operator = "ew"
	Gt Operator = "gt"
	Ge Operator = "ge"
	Lt Operator = "lt"
	Le Operator = "le"
)

// Path names an attribute as the client spelled it.
type Path struct {
	// URN of the schema, "" when the client gave none.
	URN string
	// Attribute name, "" when the path is a URN alone.
	Attribute string
	// Sub-attribute name, "" when there is none.
	Sub string
	// Position of the path in the text, the first character being 1.
	Position int
}

// Target is the path of a PATCH operation: attr, attr.sub, attr[filter],
// attr[filter].sub, or the URN of a schema alone.
type Target struct {
	// Path up to the bracket. Path.Sub is set for attr.sub.
	Path Path
	// Filter selects elements of a multi-valued attribute; nil for all.
	Filter Expression
	// Sub is the sub-attribute behind the bracket, "" when there is none.
	Sub string
}

func (And) expression()       {}
func (Or) expression()        {}
func (Not) expression()       {}
func (Compare) expression()   {}
func (Present) expression()   {}
func (ValuePath) expression() {}
