package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// maxLength bounds the text of a filter or path, in bytes.
	maxLength = 8 << 10
	// maxDepth bounds parentheses and brackets inside each other.
	maxDepth = 50
)

// SyntaxError says where a filter or path stops making sense.
type SyntaxError struct {
	// Position of the first character that does not fit, the first of the text
	// being 1. One past the last character when the text ends too early.
	Position int
	// Message for the person who wrote the filter.
	Message string
}

// Error names the position and the problem.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("character %d: %s", e.Position, e.Message)
}

// Parse reads a filter. Operators, `and`, `or`, `not`, true, false and null may
// be in any case. Beyond the RFC's grammar it takes
//
//   - `emails[type eq "work"].value eq "x"`, the filter that Entra sends;
//   - values without quotes, as in Microsoft's samples (`externalId eq jyoung`);
//   - a schema URN joined to the attribute by a dot (`urn:...:User.manager`).
//
// A comparison with null means absence: `x eq null` is parsed to Not{Present}.
// Text in single quotes is refused, because it would otherwise be compared with
// its quotes. The error is a *SyntaxError.
func Parse(s string) (Expression, error) {
	if e, ok := simple(s); ok {
		return e, nil
	}
	return parse(s)
}

func parse(s string) (Expression, error) {
	p := &parser{text: s}
	if err := p.check("filter"); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.space(); !p.ended() {
		message := fmt.Sprintf(`expected "and", "or" or the end, got %s`, p.got())
		if p.unquoted {
			message += "; a value with spaces needs double quotes"
		}
		return nil, p.fail(p.at, "%s", message)
	}
	return e, nil
}

// parser is a recursive descent over text. Its offsets are bytes; positions in
// errors are characters.
type parser struct {
	text  string
	at    int
	depth int
	// unquoted says that the last value read had no quotes.
	unquoted bool
	// inside says that the parser is between [ and ].
	inside bool
}

func (p *parser) check(what string) error {
	if len(p.text) > maxLength {
		return p.fail(0, "the %s is %d bytes long, at most %d are accepted", what, len(p.text), maxLength)
	}
	for i, r := range p.text {
		if _, size := utf8.DecodeRuneInString(p.text[i:]); r == utf8.RuneError && size == 1 {
			return p.fail(i, "the %s is not valid UTF-8", what)
		}
	}
	if strings.TrimSpace(p.text) == "" {
		return p.fail(0, "the %s is empty", what)
	}
	return nil
}

func (p *parser) or() (Expression, error) {
	left, err := p.and()
	for err == nil && p.keyword("or") {
		var right Expression
		if right, err = p.and(); err == nil {
			left = Or{left, right}
		}
	}
	return left, err
}

func (p *parser) and() (Expression, error) {
	left, err := p.term()
	for err == nil && p.keyword("and") {
		var right Expression
		if right, err = p.term(); err == nil {
			left = And{left, right}
		}
	}
	return left, err
}

// term is a group, a negated group, or a condition on one attribute.
func (p *parser) term() (Expression, error) {
	p.space()
	if p.peek() == '(' {
		return p.group()
	}
	if p.keyword("not") {
		p.space()
		if p.peek() != '(' {
			return nil, p.fail(p.at, `expected "(" after "not", got %s`, p.got())
		}
		x, err := p.group()
		return Not{x}, err
	}
	return p.condition()
}

func (p *parser) group() (Expression, error) {
	open := p.at
	if err := p.enter(open); err != nil {
		return nil, err
	}
	p.at++
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.space(); p.peek() != ')' {
		return nil, p.fail(p.at, `expected ")" for the "(" at character %d, got %s`, p.position(open), p.got())
	}
	p.at++
	p.depth--
	return e, nil
}

// condition is what can be said about one attribute.
func (p *parser) condition() (Expression, error) {
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if path.Attribute == "" {
		return nil, p.failAt(path.Position, "%q names a schema, expected an attribute of it", path.URN)
	}
	if p.inside && (path.URN != "" || path.Sub != "") {
		return nil, p.failAt(path.Position, "between [ and ] a sub-attribute is named alone, got %q", path)
	}
	if p.peek() != '[' {
		return p.comparison(path)
	}
	selection, err := p.brackets(path)
	if err != nil {
		return nil, err
	}
	if p.peek() != '.' {
		return ValuePath{path, selection}, nil
	}
	sub, err := p.sub()
	if err != nil {
		return nil, err
	}
	// Both conditions are about the same element. Absence is not: no element
	// that fits the brackets may have the sub-attribute.
	last, err := p.comparison(sub)
	if absent, ok := last.(Not); ok {
		return Not{ValuePath{path, And{selection, absent.X}}}, err
	}
	return ValuePath{path, And{selection, last}}, err
}

// brackets reads [filter] behind a path.
func (p *parser) brackets(path Path) (Expression, error) {
	open := p.at
	switch {
	case p.inside:
		return nil, p.fail(open, `"[" inside of "["`)
	case path.Attribute == "" || path.Sub != "":
		return nil, p.fail(open, `"[" must follow an attribute, got %q before it`, path)
	}
	if err := p.enter(open); err != nil {
		return nil, err
	}
	p.at++
	p.inside = true
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.space(); p.peek() != ']' {
		return nil, p.fail(p.at, `expected "]" for the "[" at character %d, got %s`, p.position(open), p.got())
	}
	p.at++
	p.inside = false
	p.depth--
	return e, nil
}

// comparison reads an operator and, unless it is pr, a value.
func (p *parser) comparison(path Path) (Expression, error) {
	p.space()
	start := p.at
	operator := Operator(strings.ToLower(p.letters()))
	switch operator {
	case "pr":
		p.unquoted = false
		return Present{path}, nil
	case Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le:
	default:
		p.at = start
		return nil, p.fail(start, "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) after %q, got %s", path, p.got())
	}
	p.space()
	start = p.at
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	if value != nil {
		return Compare{path, operator, value}, nil
	}
	switch operator {
	case Eq:
		return Not{Present{path}}, nil
	case Ne:
		return Present{path}, nil
	}
	return nil, p.fail(start, "null can be compared with eq and ne only, not with %s", operator)
}
