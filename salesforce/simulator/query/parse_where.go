package query

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// condition reads terms joined by AND or by OR. SOQL does not rank the two: it
// stops at the other one, which nobody expects there without parentheses.
func (p *parser) condition() (condition, *Error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	first, err := p.term()
	if err != nil {
		return nil, err
	}
	parts := []condition{first}
	joint := ""
	for _, keyword := range []string{"AND", "OR"} {
		if p.peek().is(keyword) {
			joint = keyword
		}
	}
	if joint == "" {
		return first, nil
	}
	for p.accept(joint) {
		part, err := p.term()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if joint == "AND" {
		return conjunction{parts}, nil
	}
	return disjunction{parts}, nil
}

func (p *parser) term() (condition, *Error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if p.accept("NOT") {
		part, err := p.term()
		return negation{part}, err
	}
	if p.acceptSymbol("(") {
		inner, err := p.condition()
		if err != nil {
			return nil, err
		}
		return inner, p.expectSymbol(")")
	}
	value, err := p.expression()
	if err != nil {
		return nil, err
	}
	return p.comparison(value)
}

func (p *parser) comparison(value expression) (condition, *Error) {
	switch t := p.peek(); {
	case t.kind == symbol && t.text != "(" && t.text != ")" && t.text != "," && t.text != ":":
		p.at++
		op := t.text
		if op == "<>" {
			op = "!="
		}
		want, err := p.literal()
		return comparison{value, op, want}, err
	case p.accept("LIKE"):
		want, err := p.literal()
		return comparison{value, "like", want}, err
	case p.accept("IN"):
		return p.membership(membership{value: value})
	case p.accept("NOT"):
		if err := p.expect("IN"); err != nil {
			return nil, err
		}
		return p.membership(membership{value: value, not: true})
	case p.accept("INCLUDES"):
		return p.membership(membership{value: value, parts: true})
	case p.accept("EXCLUDES"):
		return p.membership(membership{value: value, parts: true, not: true})
	}
	return nil, p.unexpected()
}

func (p *parser) membership(m membership) (condition, *Error) {
	if err := p.expectSymbol("("); err != nil {
		return nil, err
	}
	if p.peek().is("SELECT") && !m.parts {
		sub, err := p.statement()
		if err != nil {
			return nil, err
		}
		m.subquery = sub
		return m, p.expectSymbol(")")
	}
	if t := p.peek(); t.isSymbol(")") { // the words are those of the release notes of Summer '24
		op := map[[2]bool]string{{false, false}: "IN", {false, true}: "NOT IN", {true, false}: "INCLUDES", {true, true}: "EXCLUDES"}[[2]bool{m.parts, m.not}]
		return nil, p.src.at(t.offset-1, "MALFORMED_QUERY", "unexpected token: '%s %s ()'", m.value.text(), op)
	}
	for {
		value, err := p.literal()
		if err != nil {
			return nil, err
		}
		m.list = append(m.list, value)
		if !p.acceptSymbol(",") {
			return m, p.expectSymbol(")")
		}
	}
}

func (p *parser) literal() (literal, *Error) {
	t := p.peek()
	var l literal
	switch t.kind {
	case text:
		if len(t.text) > maxText && utf8.RuneCountInString(t.text) > maxText {
			return l, malformed("A text in WHERE cannot be longer than %d characters", maxText) // unverified: code and words for a text that is too long
		}
		l.value, l.like, l.likely = t.text, t.like, t.likely
		l.quoted = true
		if t.text == "" {
			l.value = nil // an empty text is null
		}
	case number:
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return l, p.unexpected()
		}
		l.value = n
	case moment:
		s, day, ok := readMoment(t.text)
		if !ok {
			return l, malformed("Invalid datetime: %s", t.text)
		}
		l.value, l.day = s, day
	case word:
		switch strings.ToUpper(t.text) {
		case "TRUE":
			l.value = true
		case "FALSE":
			l.value = false
		case "NULL":
		default:
			return p.dateLiteral()
		}
	case symbol:
		if t.text == ":" {
			return l, malformed("Bind variables only allowed in Apex code")
		}
		return l, p.unexpected()
	default:
		return l, p.unexpected()
	}
	p.at++
	return l, nil
}

// readMoment reads a date or a datetime with its offset from UTC; years outside
// of those documented are none.
func readMoment(s string) (value span, day, ok bool) {
	s = strings.ToUpper(s) // t and z are as good as T and Z
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano, "2006-01-02T15:04:05.999-0700"} {
		t, err := time.Parse(layout, s)
		switch {
		case err != nil || t.Year() < 1700 || t.Year() > 4000:
		case layout == time.DateOnly:
			return span{t, t.AddDate(0, 0, 1)}, true, true
		default:
			return span{t.UTC(), t.UTC()}, false, true
		}
	}
	return span{}, false, false
}

func (p *parser) dateLiteral() (literal, *Error) {
	t := p.peek()
	var l literal
	d, counted, ok := readRelativeDate(t.text)
	if !ok {
		return l, p.unexpected()
	}
	p.at++
	if counted {
		if err := p.expectSymbol(":"); err != nil {
			return l, err
		}
		n, err := p.count()
		if err != nil {
			return l, err
		}
		d.count = min(n, 10_000) // beyond that a year would not fit a calendar
	}
	l.value = d
	return l, nil
}
