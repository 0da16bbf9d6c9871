package formula

import (
	"math"
	"time"
)

const day = 24 * time.Hour

// binary types an operator and its operands.
func (p *parser) binary(op token, a, b expr) (expr, *Error) {
	switch op.text {
	case "||":
		return p.call(op, "OR", []expr{a, b})
	case "&&":
		return p.call(op, "AND", []expr{a, b})
	case "&":
		if err := p.want(op, a, Text); err != nil {
			return expr{}, err
		}
		if err := p.want(op, b, Text); err != nil {
			return expr{}, err
		}
		return computed(Text, op.offset, func(e *env) any { return words(a.eval(e)) + words(b.eval(e)) }), nil
	case "+", "-", "*", "/", "^":
		return p.arithmetic(op, a, b)
	}
	return p.comparison(op, a, b)
}

// want refuses an operand of another type.
func (p *parser) want(op token, a expr, t Type) *Error {
	if a.typ == Picklist || a.typ == MultiPicklist {
		return p.noPicklist(a)
	}
	if a.typ == t || a.null {
		return nil
	}
	return p.errorAt(a.offset, "Incorrect parameter type for operator '%s'. Expected %s, received %s", op.text, t, a.typ)
}

func (p *parser) noPicklist(a expr) *Error {
	return p.errorAt(a.offset, "Field %s is a picklist field. Picklist fields are only supported in certain functions.", a.field)
}

// arithmetic reckons with numbers, texts joined by +, and dates moved by days.
// unverified: that arithmetic with a blank number gives a blank
func (p *parser) arithmetic(op token, a, b expr) (expr, *Error) {
	moving := op.text == "+" || op.text == "-"
	switch {
	case op.text == "+" && a.typ == Text && b.typ == Text:
		return computed(Text, op.offset, func(e *env) any { return words(a.eval(e)) + words(b.eval(e)) }), nil
	case moving && isTime(a.typ) && (b.typ == Number && !b.null):
		sign := 1.0
		if op.text == "-" {
			sign = -1
		}
		return computed(a.typ, op.offset, func(e *env) any {
			from, ok := a.eval(e).(time.Time)
			days, has := b.eval(e).(float64)
			if !ok || !has {
				return nil
			}
			if math.Abs(days) > 1e5 {
				return e.fail("date moved by too many days: %v", days)
			}
			if a.typ == Date {
				days = math.Trunc(days)
			}
			return from.Add(time.Duration(sign * days * float64(day)))
		}), nil
	case op.text == "-" && isTime(a.typ) && a.typ == b.typ:
		return computed(Number, op.offset, func(e *env) any {
			from, ok := a.eval(e).(time.Time)
			to, has := b.eval(e).(time.Time)
			if !ok || !has {
				return nil
			}
			return float64(from.Sub(to)) / float64(day)
		}), nil
	}
	for _, x := range []expr{a, b} {
		if err := p.want(op, x, Number); err != nil {
			return expr{}, err
		}
	}
	return computed(Number, op.offset, func(e *env) any {
		x, ok := a.eval(e).(float64)
		y, has := b.eval(e).(float64)
		if !ok || !has {
			return nil
		}
		return e.reckon(op.text, x, y)
	}), nil
}

func (e *env) reckon(op string, x, y float64) any {
	n := 0.0
	switch op {
	case "+":
		n = x + y
	case "-":
		n = x - y
	case "*":
		n = x * y
	case "/":
		n = x / y
	case "^":
		n = math.Pow(x, y)
	}
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return e.fail("%v %s %v has no value", x, op, y)
	}
	return n
}

// comparison compares two values of one type. A blank text equals "".
// unverified: that a blank number or date is neither smaller nor greater than any other
func (p *parser) comparison(op token, a, b expr) (expr, *Error) {
	for _, x := range []expr{a, b} {
		if x.typ == Picklist || x.typ == MultiPicklist {
			return expr{}, p.noPicklist(x)
		}
	}
	if a.typ != b.typ && !a.null && !b.null {
		return expr{}, p.errorAt(b.offset, "Incorrect parameter type for operator '%s'. Expected %s, received %s", op.text, a.typ, b.typ)
	}
	ordered := op.text[0] == '<' && op.text != "<>" || op.text[0] == '>'
	if ordered && a.typ == Boolean {
		return expr{}, p.errorAt(a.offset, "Incorrect parameter type for operator '%s'. Expected Number, Date, DateTime, received Boolean", op.text)
	}
	return computed(Boolean, op.offset, func(e *env) any {
		x, y := a.eval(e), b.eval(e)
		switch op.text {
		case "=", "==":
			return equal(x, y)
		case "<>", "!=":
			return !equal(x, y)
		}
		order, ok := compare(x, y)
		switch op.text {
		case "<":
			return ok && order < 0
		case "<=":
			return ok && order <= 0
		case ">":
			return ok && order > 0
		}
		return ok && order >= 0
	}), nil
}

func isTime(t Type) bool { return t == Date || t == DateTime }
