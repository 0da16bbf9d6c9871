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
	for _, word := range []string{"AND", "OR"} {
		if p.peek().is(word) {
			joint = word
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
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	return p.comparison(path)
}

func (p *parser) comparison(path name) (condition, *Error) {
	switch t := p.peek(); {
	case t.kind == symbol && t.text != "(" && t.text != ")" && t.text != "," && t.text != ":":
		p.at++
		op := t.text
		if op == "<>" {
			op = "!="
		}
		value, err := p.literal()
		return comparison{path, op, value}, err
	case t.is("LIKE"):
		p.at++
		value, err := p.literal()
		return comparison{path, "like", value}, err
	case t.is("IN"):
		p.at++
		return p.membership(membership{path: path})
	case t.is("NOT"):
		p.at++
		if err := p.expect("IN"); err != nil {
			return nil, err
		}
		return p.membership(membership{path: path, not: true})
	}
	return nil, p.unexpected()
}

func (p *parser) membership(m membership) (condition, *Error) {
	if err := p.expectSymbol("("); err != nil {
		return nil, err
	}
	if p.peek().is("SELECT") {
		sub, err := p.statement()
		if err != nil {
			return nil, err
		}
		m.subquery = sub
		return m, p.expectSymbol(")")
	}
	for {
		value, err := p.literal()
		if err != nil {
			return nil, err
		}
		m.values = append(m.values, value)
		if !p.acceptSymbol(",") {
			return m, p.expectSymbol(")")
		}
	}
}

func (p *parser) literal() (literal, *Error) {
	t := p.peek()
	l := literal{offset: t.offset}
	switch t.kind {
	case text:
		if len(t.text) > maxText && utf8.RuneCountInString(t.text) > maxText {
			return l, plain("MALFORMED_QUERY", "A text in WHERE cannot be longer than %d characters", maxText) // unverified: code and words
		}
		l.value, l.like, l.likely = t.text, t.like, t.likely
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
			return l, p.unexpected()
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
			return l, plain("MALFORMED_QUERY", "Bind variables only allowed in Apex code") // unverified
		}
		return l, p.unexpected()
	default:
		return l, p.unexpected()
	}
	p.at++
	return l, nil
}

func readMoment(s string) (value span, day, ok bool) {
	if t, err := time.Parse("2006-01-02", s); err == nil {
		return span{t, t.AddDate(0, 0, 1)}, true, true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999-0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return span{t.UTC(), t.UTC()}, false, true
		}
	}
	return span{}, false, false
}

// relativeDate is a date literal such as LAST_N_DAYS:5, not yet placed in time.
type relativeDate struct {
	word  string
	count int
}

func (p *parser) dateLiteral() (literal, *Error) {
	t := p.peek()
	l := literal{offset: t.offset}
	d := relativeDate{word: strings.ToUpper(t.text)}
	if !knownDate(d.word) {
		return l, p.unexpected()
	}
	p.at++
	if strings.Contains(d.word, "_N_") {
		if err := p.expectSymbol(":"); err != nil {
			return l, err
		}
		n, err := p.count()
		if err != nil {
			return l, err
		}
		d.count = min(n, 100_000) // beyond that a year would not fit a calendar
	}
	l.value = d
	return l, nil
}
