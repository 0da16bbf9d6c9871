package query

import "strings"

func (p *parser) selectList(st *statement) *Error {
	if from := p.peek(); from.is("FROM") && !p.ahead(1).isSymbol("(") {
		return p.src.at(from.offset-1, "MALFORMED_QUERY", "unexpected token: 'SELECT FROM'")
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
			return malformed("Only %d subqueries are allowed", maxSubqueries) // unverified: the words for too many subqueries
		}
		st.items = append(st.items, it)
		if !p.acceptSymbol(",") {
			return nil
		}
	}
}

func (p *parser) item() (item, *Error) {
	switch {
	case p.acceptSymbol("("):
		sub, err := p.statement()
		if err != nil {
			return item{}, err
		}
		return item{subquery: sub}, p.expectSymbol(")")
	case p.peek().is("FIELDS") && p.ahead(1).isSymbol("("):
		start := p.next().offset
		p.at++
		for _, set := range []string{"ALL", "STANDARD", "CUSTOM"} {
			if p.accept(set) {
				return item{fields: set, value: expression{path: name{offset: start}}}, p.expectSymbol(")")
			}
		}
		return item{}, p.unexpected()
	case p.peek().is("TYPEOF") && p.ahead(1).kind == word && !p.ahead(1).is("FROM"):
		p.at++
		return p.typeof()
	}
	value, err := p.expression()
	if err != nil {
		return item{}, err
	}
	return item{value: value, alias: p.alias()}, nil
}

// typeof reads TYPEOF relationship {WHEN object THEN fields} [ELSE fields] END.
func (p *parser) typeof() (item, *Error) {
	relationship, err := p.path()
	if err != nil {
		return item{}, err
	}
	it := item{value: expression{path: relationship}}
	for p.accept("WHEN") {
		t := p.peek()
		if t.kind != word {
			return it, p.unexpected()
		}
		p.at++ // also Group, which is a reserved word
		if err := p.expect("THEN"); err != nil {
			return it, err
		}
		paths, err := p.paths()
		if err != nil {
			return it, err
		}
		it.branches = append(it.branches, branch{name{t.text, t.offset}, paths})
	}
	if len(it.branches) == 0 {
		return it, p.unexpected()
	}
	if p.accept("ELSE") {
		paths, err := p.paths()
		if err != nil {
			return it, err
		}
		it.branches = append(it.branches, branch{paths: paths})
	}
	return it, p.expect("END")
}

func (p *parser) paths() ([]name, *Error) {
	var out []name
	for {
		path, err := p.path()
		if err != nil {
			return nil, err
		}
		out = append(out, path)
		if !p.acceptSymbol(",") {
			return out, nil
		}
	}
}

// expression reads a path or a function of one, which may be a function again:
// HOUR_IN_DAY(convertTimezone(CreatedDate)). A name before a parenthesis that is
// no function leaves the parenthesis to be unexpected.
func (p *parser) expression() (expression, *Error) {
	t := p.peek()
	if t.kind == word && p.ahead(1).isSymbol("(") && isFunction(t.text) {
		if err := p.deeper(); err != nil {
			return expression{}, err
		}
		defer func() { p.depth-- }()
		p.at += 2
		e := expression{path: name{t.text, t.offset}, function: strings.ToUpper(t.text)}
		if e.function == "COUNT" && p.acceptSymbol(")") {
			return e, nil
		}
		argument, err := p.expression()
		if err != nil {
			return e, err
		}
		e.argument = &argument
		return e, p.expectSymbol(")")
	}
	path, err := p.path()
	return expression{path: path}, err
}

func isFunction(s string) bool {
	s = strings.ToUpper(s)
	switch s {
	case "TOLABEL", "FORMAT", "CONVERTTIMEZONE", "GROUPING":
		return true
	}
	return isAggregate(s) || dateFunctions(s) != nil
}

func isAggregate(function string) bool {
	switch function {
	case "COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG":
		return true
	}
	return false
}

func (p *parser) groupBy(st *statement) *Error {
	if !p.accept("GROUP") {
		return p.havingAlone()
	}
	if err := p.expect("BY"); err != nil {
		return err
	}
	for _, totals := range []string{"ROLLUP", "CUBE"} {
		if p.peek().is(totals) && p.ahead(1).isSymbol("(") {
			p.at += 2
			st.totals = totals
			break
		}
	}
	for {
		value, err := p.expression()
		if err != nil {
			return err
		}
		st.group = append(st.group, value)
		if !p.acceptSymbol(",") {
			break
		}
	}
	if st.totals != "" {
		if err := p.expectSymbol(")"); err != nil {
			return err
		}
	}
	if p.accept("HAVING") {
		var err *Error
		if st.having, err = p.condition(); err != nil {
			return err
		}
	}
	return nil
}

// havingAlone refuses HAVING without GROUP BY.
func (p *parser) havingAlone() *Error {
	if p.peek().is("HAVING") {
		return p.unexpected()
	}
	return nil
}
