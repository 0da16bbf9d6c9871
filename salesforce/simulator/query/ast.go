package query

import "time"

// statement is one parsed SELECT.
type statement struct {
	count  bool // SELECT COUNT()
	items  []item
	from   name
	alias  string
	where  condition // nil = all
	order  []sortKey
	limit  int // -1 = none
	offset int
}

// name is a name or path with its place in the statement.
type name struct {
	text   string
	offset int
}

// item is one element of a SELECT list: a field path, FIELDS(...) or a
// subquery.
type item struct {
	path     name
	fields   string // ALL, STANDARD or CUSTOM
	subquery *statement
}

type sortKey struct {
	path       name
	descending bool
	nullsLast  bool
}

// condition is a node of a WHERE clause.
type condition interface{ isCondition() }

type conjunction struct{ parts []condition }

type disjunction struct{ parts []condition }

type negation struct{ part condition }

// comparison is field op value.
type comparison struct {
	path  name
	op    string // = != < <= > >= like
	value literal
}

// membership is field [NOT] IN (list) or (SELECT ...).
type membership struct {
	path     name
	not      bool
	values   []literal
	subquery *statement
}

func (conjunction) isCondition() {}
func (disjunction) isCondition() {}
func (negation) isCondition()    {}
func (comparison) isCondition()  {}
func (membership) isCondition()  {}

// literal is a value in a WHERE clause: text, float64, bool, span or nil.
type literal struct {
	value  any
	like   []glyph
	likely bool
	offset int
	day    bool // a date without time of day
}

// span is a stretch of time, from and up to but not including; a single moment
// ends where it begins.
type span struct{ from, to time.Time }

func (s span) instant() bool { return s.from.Equal(s.to) }
