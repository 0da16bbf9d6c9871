package query

// statement is one parsed SELECT.
type statement struct {
	items  []item
	from   name
	alias  string
	more   []relation // FROM User u, u.Profile p
	scope  name       // USING SCOPE
	where  condition
	group  []expression
	totals string // ROLLUP, CUBE or "": which subtotals GROUP BY adds
	having condition
	order  []sortKey
	limit  int // -1 = none
	offset int
	skips  bool // has an OFFSET
	locks  bool // FOR UPDATE
}

// counts reports whether the statement is SELECT COUNT().
func (st *statement) counts() bool {
	return len(st.items) == 1 && st.items[0].value.function == "COUNT" && st.items[0].value.argument == nil
}

// relation is a relationship that FROM gives an alias.
type relation struct {
	path  name
	alias string
}

// name is a name or path with its place in the statement.
type name struct {
	text   string
	offset int
}

// expression is a field path, or a function of one.
type expression struct {
	path     name        // of a function, its name as written
	function string      // in capitals; "" for a path
	argument *expression // nil for a path and for COUNT()
}

// text is how messages show an expression.
func (e expression) text() string {
	switch {
	case e.function == "":
		return e.path.text
	case e.argument == nil:
		return e.path.text + "()"
	}
	return e.path.text + "(" + e.argument.text() + ")"
}

// item is one element of a SELECT list: a value, FIELDS(...), a subquery or
// TYPEOF.
type item struct {
	value    expression
	alias    string
	fields   string // ALL, STANDARD or CUSTOM
	subquery *statement
	branches []branch // of TYPEOF; value is the relationship
}

// branch is one WHEN of a TYPEOF, or with no object its ELSE.
type branch struct {
	object name
	paths  []name
}

type sortKey struct {
	value      expression
	descending bool
	nullsLast  bool
}

// condition is a node of a WHERE or HAVING clause.
type condition interface{ isCondition() }

type conjunction struct{ parts []condition }

type disjunction struct{ parts []condition }

type negation struct{ part condition }

// comparison is value op literal.
type comparison struct {
	value expression
	op    string // = != < <= > >= like
	want  literal
}

// membership is value [NOT] IN, INCLUDES or EXCLUDES (list), or [NOT] IN
// (SELECT ...).
type membership struct {
	value    expression
	not      bool
	parts    bool // INCLUDES, EXCLUDES: of a multi-select picklist
	list     []literal
	subquery *statement
}

func (conjunction) isCondition() {}
func (disjunction) isCondition() {}
func (negation) isCondition()    {}
func (comparison) isCondition()  {}
func (membership) isCondition()  {}

// literal is a value in a condition: text, float64, bool, span, relativeDate
// or nil.
type literal struct {
	value  any
	like   []glyph
	likely bool // holds an escape that only LIKE knows
	day    bool // a date without time of day
	quoted bool // written in quotes: '' is a nil that was
}
