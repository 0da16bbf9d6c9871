package formula

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// parser reads by recursive descent and makes typed expressions at once.
type parser struct {
	lexer
	token  token
	depth  int
	result Type
	field  func(name string) (Type, bool)
}

func (p *parser) formula() (expr, error) {
	if n := utf8.RuneCountInString(p.text); n > maxLength {
		return expr{}, p.errorAt(0, "Formula is too long (%d characters). Maximum length is %d characters.", n, maxLength)
	}
	root, err := p.whole()
	if err != nil {
		return expr{}, err // not returned as it is: a nil *Error is no nil error
	}
	return root, nil
}

func (p *parser) whole() (expr, *Error) {
	if err := p.advance(); err != nil {
		return expr{}, err
	}
	root, err := p.expression()
	if err != nil {
		return expr{}, err
	}
	if p.token.kind != end {
		return expr{}, p.errorAt(p.token.offset, "Syntax error.  Extra '%s'", p.token.text)
	}
	if root.typ != p.result || root.null {
		expected := p.result.String()
		if p.result == Boolean {
			expected = "true or false"
		}
		return expr{}, p.errorAt(0, "Formula result is data type (%s), incompatible with expected data type (%s).", root.typ, expected)
	}
	return root, nil
}

func (p *parser) advance() (err *Error) {
	p.token, err = p.next()
	return err
}

func (p *parser) is(operators ...string) bool {
	if p.token.kind != operator {
		return false
	}
	for _, op := range operators {
		if p.token.text == op {
			return true
		}
	}
	return false
}

// expression reads the loosest level: ||.
func (p *parser) expression() (expr, *Error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return expr{}, p.errorAt(p.token.offset, "Formula is nested too deeply. Maximum depth is %d.", maxDepth)
	}
	return p.level(0)
}

// levels are the binary operators from the loosest to the tightest.
func levels() [][]string {
	return [][]string{{"||"}, {"&&"}, {"=", "==", "<>", "!="}, {"<", "<=", ">", ">="}, {"+", "-", "&"}, {"*", "/"}, {"^"}}
}

// level reads operands of one level, from left to right.
func (p *parser) level(n int) (expr, *Error) {
	all := levels()
	if n == len(all) {
		return p.unary()
	}
	left, err := p.level(n + 1)
	for err == nil && p.is(all[n]...) {
		op := p.token
		if err = p.advance(); err != nil {
			break
		}
		var right expr
		if right, err = p.level(n + 1); err == nil {
			left, err = p.binary(op, left, right)
		}
	}
	return left, err
}

func (p *parser) unary() (expr, *Error) {
	if !p.is("-", "+", "!") {
		return p.primary()
	}
	op := p.token
	if err := p.advance(); err != nil {
		return expr{}, err
	}
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return expr{}, p.errorAt(op.offset, "Formula is nested too deeply. Maximum depth is %d.", maxDepth)
	}
	operand, err := p.unary()
	if err != nil {
		return expr{}, err
	}
	if op.text == "!" {
		return p.call(op, "!", []expr{operand})
	}
	if err := p.want(op, operand, Number); err != nil {
		return expr{}, err
	}
	if op.text == "+" {
		return operand, nil
	}
	return computed(Number, op.offset, func(e *env) any {
		if n, ok := operand.eval(e).(float64); ok {
			return -n
		}
		return nil
	}), nil
}

func (p *parser) primary() (expr, *Error) {
	t := p.token
	if t.kind == end {
		return expr{}, p.errorAt(t.offset, "Syntax error")
	}
	if err := p.advance(); err != nil {
		return expr{}, err
	}
	switch {
	case t.kind == number:
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return expr{}, p.errorAt(t.offset, "Syntax error.  Found '%s'", t.text)
		}
		return constant(Number, t.offset, n), nil
	case t.kind == text:
		return constant(Text, t.offset, t.text), nil
	case t.kind == name:
		if p.is("(") {
			return p.arguments(t)
		}
		return p.word(t)
	case t.text == "(":
		inner, err := p.expression()
		if err != nil {
			return expr{}, err
		}
		if err := p.closing(); err != nil {
			return expr{}, err
		}
		inner.field = "" // no longer a field and nothing else
		return inner, nil
	}
	return expr{}, p.errorAt(t.offset, "Syntax error.  Found '%s'", t.text)
}

// word reads a name that is no call: a constant or a field.
func (p *parser) word(t token) (expr, *Error) {
	switch strings.ToUpper(t.text) {
	case "TRUE", "FALSE":
		return constant(Boolean, t.offset, strings.EqualFold(t.text, "TRUE")), nil
	case "NULL":
		null := constant(Text, t.offset, nil)
		null.null = true
		return null, nil
	}
	typ, ok := p.field(t.text)
	if !ok {
		return expr{}, p.errorAt(t.offset, "Field %s does not exist. Check spelling.", t.text)
	}
	return expr{typ: typ, offset: t.offset, field: t.text, eval: func(e *env) any { return e.Value(t.text) }}, nil
}

// arguments reads a call.
func (p *parser) arguments(t token) (expr, *Error) {
	if err := p.advance(); err != nil {
		return expr{}, err
	}
	var args []expr
	for !p.is(")") {
		if len(args) > 0 {
			if !p.is(",") {
				return expr{}, p.errorAt(p.token.offset, "Syntax error.  Missing ')'")
			}
			if err := p.advance(); err != nil {
				return expr{}, err
			}
		}
		arg, err := p.expression()
		if err != nil {
			return expr{}, err
		}
		args = append(args, arg)
	}
	if err := p.closing(); err != nil {
		return expr{}, err
	}
	return p.call(t, strings.ToUpper(t.text), args)
}

func (p *parser) closing() *Error {
	if !p.is(")") {
		return p.errorAt(p.token.offset, "Syntax error.  Missing ')'")
	}
	return p.advance()
}

func constant(t Type, offset int, value any) expr {
	return expr{typ: t, offset: offset, literal: true, eval: func(*env) any { return value }}
}

func computed(t Type, offset int, eval func(e *env) any) expr {
	return expr{typ: t, offset: offset, eval: eval}
}
