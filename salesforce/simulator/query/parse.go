package query

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of a statement, documented but for the last: the depth is a guard of
// this parser, deeper than any real statement.
const (
	maxStatement  = 100_000 // characters
	maxText       = 4_000   // characters of a text in WHERE
	maxSubqueries = 20      // in one SELECT list
	maxOffset     = 2_000
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
	if len(statementText) > maxStatement && utf8.RuneCountInString(statementText) > maxStatement {
		return nil, src, malformed("SOQL statements cannot be longer than %d characters.", maxStatement) // unverified: the words for a statement that is too long
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

// ahead is the n-th token from here; beyond the last it is the last.
func (p *parser) ahead(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

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

func (p *parser) expect(keywords ...string) *Error {
	for _, keyword := range keywords {
		if !p.accept(keyword) {
			return p.unexpected()
		}
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
	case "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ORDER", "LIMIT", "NULL", "TRUE", "FALSE", "GROUP",
		"HAVING", "OFFSET", "WITH", "FOR", "USING", "INCLUDES", "EXCLUDES", "ASC", "DESC", "NULLS":
		return true
	}
	return false
}

// alias reads the name that may stand behind a value or an object.
func (p *parser) alias() string {
	t := p.peek()
	if t.kind != word || reserved(t.text) || strings.Contains(t.text, ".") || t.is("ALL") && p.ahead(1).is("ROWS") {
		return ""
	}
	p.at++
	return t.text
}

// deeper guards against statements nested without end.
func (p *parser) deeper() *Error {
	p.depth++
	if p.depth > maxDepth {
		return tooComplicated()
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
	st.alias = p.alias()
	for p.acceptSymbol(",") {
		path, err := p.path()
		if err != nil {
			return nil, err
		}
		st.more = append(st.more, relation{path, p.alias()})
	}
	for _, clause := range []func(*statement) *Error{
		p.usingScope, p.whereClause, p.withClause, p.groupBy, p.orderBy, p.window, p.trailer,
	} {
		if err := clause(st); err != nil {
			return nil, err
		}
	}
	return st, nil
}

func (p *parser) usingScope(st *statement) *Error {
	if !p.accept("USING") {
		return nil
	}
	if err := p.expect("SCOPE"); err != nil {
		return err
	}
	var err *Error
	st.scope, err = p.path()
	return err
}

func (p *parser) whereClause(st *statement) (err *Error) {
	if p.accept("WHERE") {
		st.where, err = p.condition()
	}
	return err
}

// withClause refuses what belongs into Apex, with the words of the release notes
// of Summer '24; the position is that which a user quoted with older words.
func (p *parser) withClause(*statement) *Error {
	with := p.peek()
	if !p.accept("WITH") {
		return nil
	}
	for _, mode := range []string{"SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"} { // unverified: WITH USER_MODE and WITH SYSTEM_MODE answer as WITH SECURITY_ENFORCED
		if p.peek().is(mode) {
			return p.src.at(with.offset, "MALFORMED_QUERY",
				"rule soqlWithIdentifierClause failed predicate: {this.helper.allowApexSyntax() && this.helper.hasApexContext()}?")
		}
	}
	return p.unexpected()
}

func (p *parser) orderBy(st *statement) *Error {
	if !p.accept("ORDER") {
		return nil
	}
	if err := p.expect("BY"); err != nil {
		return err
	}
	for {
		value, err := p.expression()
		if err != nil {
			return err
		}
		key := sortKey{value: value}
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

// window reads LIMIT and OFFSET.
func (p *parser) window(st *statement) (err *Error) {
	if p.accept("LIMIT") {
		if st.limit, err = p.count(); err != nil {
			return err
		}
	}
	if st.skips = p.accept("OFFSET"); !st.skips {
		return nil
	}
	if st.offset, err = p.count(); err != nil {
		return err
	}
	if st.offset > maxOffset {
		return plain("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is %d", maxOffset)
	}
	return nil
}

// trailer reads what may stand at the end: FOR VIEW, FOR REFERENCE, FOR UPDATE.
func (p *parser) trailer(st *statement) *Error {
	for p.accept("FOR") {
		switch {
		case p.accept("VIEW"), p.accept("REFERENCE"):
		case p.accept("UPDATE"):
			st.locks = true
		default:
			return p.unexpected()
		}
	}
	if st.locks && len(st.order) > 0 {
		return malformed("FOR UPDATE cannot be used with ORDER BY") // unverified: the words for FOR UPDATE with ORDER BY
	}
	if all := p.peek(); all.is("ALL") && p.ahead(1).is("ROWS") {
		// unverified: the words for ALL ROWS, and that queryAll refuses it too
		return p.src.at(all.offset, "MALFORMED_QUERY", "ALL ROWS not allowed in this context")
	}
	return nil
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
