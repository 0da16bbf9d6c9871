package query

import (
	"strconv"
	"strings"
)

// Bounds of a statement. The first two are documented, the number of subqueries
// is remembered (unverified); the depth is a guard of this parser, deeper than
// any real statement.
const (
	maxStatement  = 100_000 // characters
	maxText       = 4_000   // characters of a text in WHERE
	maxSubqueries = 20      // in one SELECT list
	maxDepth      = 100
)

type parser struct {
	src    source
	tokens []token
	at     int
	depth  int
}

// parse reads one statement to its end.
func parse(statementText string) (*statement, source, *Error) {
	src := source{statementText}
	if len(statementText) > maxStatement {
		return nil, src, plain("MALFORMED_QUERY", "SOQL statements cannot be longer than %d characters.", maxStatement) // unverified
	}
	tokens, err := scan(src)
	if err != nil {
		return nil, src, err
	}
	p := &parser{src: src, tokens: tokens}
	st, err := p.statement()
	if err != nil {
		return nil, src, err
	}
	if p.peek().kind != end {
		return nil, src, p.unexpected()
	}
	return st, src, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

func (p *parser) unexpected() *Error { return p.src.unexpected(p.peek()) }

func (p *parser) accept(keyword string) bool {
	if p.peek().is(keyword) {
		p.at++
		return true
	}
	return false
}

func (p *parser) acceptSymbol(s string) bool {
	if p.peek().isSymbol(s) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(keyword string) *Error {
	if !p.accept(keyword) {
		return p.unexpected()
	}
	return nil
}

func (p *parser) expectSymbol(s string) *Error {
	if !p.acceptSymbol(s) {
		return p.unexpected()
	}
	return nil
}

// path reads a name or dotted path that is no reserved word.
func (p *parser) path() (name, *Error) {
	t := p.peek()
	if t.kind != word || reserved(t.text) || strings.Contains(t.text, "..") || strings.HasSuffix(t.text, ".") {
		return name{}, p.unexpected()
	}
	p.at++
	return name{t.text, t.offset}, nil
}

func reserved(s string) bool {
	switch strings.ToUpper(s) {
	case "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ORDER", "LIMIT", "NULL", "TRUE", "FALSE", "GROUP", "HAVING", "OFFSET", "WITH", "FOR", "USING":
		return true
	}
	return false
}

// deeper guards against statements nested without end.
func (p *parser) deeper() *Error {
	p.depth++
	if p.depth > maxDepth {
		return plain("QUERY_TOO_COMPLICATED", "Query is either selecting too many fields or the filter conditions are too complicated.") // unverified
	}
	return nil
}

func (p *parser) statement() (*statement, *Error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.expect("SELECT"); err != nil {
		return nil, err
	}
	st := &statement{limit: -1}
	if err := p.selectList(st); err != nil {
		return nil, err
	}
	if err := p.expect("FROM"); err != nil {
		return nil, err
	}
	from := p.peek()
	if from.kind != word || reserved(from.text) && !from.is("GROUP") && !from.is("ORDER") {
		return nil, p.unexpected() // Group and Order are objects as well as keywords
	}
	p.at++
	st.from = name{from.text, from.offset}
	if t := p.peek(); t.kind == word && !reserved(t.text) && !t.is("ALL") {
		st.alias = p.next().text
	}
	var err *Error
	if p.accept("WHERE") {
		if st.where, err = p.condition(); err != nil {
			return nil, err
		}
	}
	if p.accept("ORDER") {
		if err := p.orderBy(st); err != nil {
			return nil, err
		}
	}
	if p.accept("LIMIT") {
		if st.limit, err = p.count(); err != nil {
			return nil, err
		}
	}
	if p.accept("OFFSET") {
		if st.offset, err = p.count(); err != nil {
			return nil, err
		}
		if st.offset > 2000 {
			return nil, plain("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
		}
	}
	if p.accept("FOR") && !p.accept("VIEW") && !p.accept("REFERENCE") {
		return nil, p.unexpected()
	}
	return st, nil
}

func (p *parser) selectList(st *statement) *Error {
	if t := p.peek(); t.is("COUNT") && p.tokens[p.at+1].isSymbol("(") && p.tokens[p.at+2].isSymbol(")") {
		p.at += 3
		st.count = true
		return nil
	}
	subqueries := 0
	for {
		it, err := p.item()
		if err != nil {
			return err
		}
		if it.subquery != nil {
			subqueries++
		}
		if subqueries > maxSubqueries {
			return plain("MALFORMED_QUERY", "Only %d subqueries are allowed", maxSubqueries) // unverified
		}
		st.items = append(st.items, it)
		if !p.acceptSymbol(",") {
			return nil
		}
	}
}

func (p *parser) item() (item, *Error) {
	if p.acceptSymbol("(") {
		sub, err := p.statement()
		if err != nil {
			return item{}, err
		}
		return item{subquery: sub}, p.expectSymbol(")")
	}
	if p.peek().is("FIELDS") && p.tokens[p.at+1].isSymbol("(") {
		start := p.next().offset
		p.at++
		for _, set := range []string{"ALL", "STANDARD", "CUSTOM"} {
			if p.accept(set) {
				return item{fields: set, path: name{offset: start}}, p.expectSymbol(")")
			}
		}
		return item{}, p.unexpected()
	}
	path, err := p.path()
	return item{path: path}, err
}

func (p *parser) orderBy(st *statement) *Error {
	if err := p.expect("BY"); err != nil {
		return err
	}
	for {
		path, err := p.path()
		if err != nil {
			return err
		}
		key := sortKey{path: path}
		if !p.accept("ASC") {
			key.descending = p.accept("DESC")
		}
		if p.accept("NULLS") {
			if key.nullsLast = p.accept("LAST"); !key.nullsLast {
				if err := p.expect("FIRST"); err != nil {
					return err
				}
			}
		}
		st.order = append(st.order, key)
		if !p.acceptSymbol(",") {
			return nil
		}
	}
}

// count reads the number behind LIMIT or OFFSET.
func (p *parser) count() (int, *Error) {
	t := p.peek()
	n, err := strconv.Atoi(t.text)
	if t.kind != number || err != nil || n < 0 {
		return 0, p.unexpected()
	}
	p.at++
	return n, nil
}
