// Package query parses SOQL and evaluates it over the records of a simulated
// org. It answers a statement it refuses with the text a real org answers,
// line, caret, row and column included. It writes nothing and knows no HTTP.
//
// What it does not know yet: GROUP BY, HAVING and aggregates other than
// COUNT(), TYPEOF, toLabel() and other functions, WITH, ALL ROWS.
package query

import "scimforce/salesforce/simulator/org"

// Result is what a statement selects.
type Result struct {
	Object *org.Object
	Count  bool // SELECT COUNT(): Total is the answer, Rows is empty
	Total  int  // totalSize
	Rows   []Record
}

// Record is one selected record.
type Record struct {
	Object *org.Object
	ID     string  // 18 characters, also when Id was not selected (for "attributes")
	Fields []Value // in the order of SELECT
}

// Value is one selected field: Record is set for a parent relationship that is
// not null, Children for a child subquery that found something; otherwise
// Scalar holds the value, nil for null.
type Value struct {
	Name     string // canonical API name
	Scalar   any
	Record   *Record
	Children *Result
}
