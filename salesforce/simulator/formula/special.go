package formula

import (
	"regexp"
	"slices"
	"strings"
)

// junction is AND, or OR where any is set; what is decided is not evaluated on.
func junction(anyOf bool) func(p *parser, t token, args []expr) (expr, *Error) {
	return func(p *parser, t token, args []expr) (expr, *Error) {
		for _, a := range args {
			if err := p.wantIn(t.text, a, Boolean); err != nil {
				return expr{}, err
			}
		}
		return computed(Boolean, t.offset, func(e *env) any {
			for _, a := range args {
				if (a.eval(e) == true) == anyOf {
					return anyOf
				}
			}
			return !anyOf
		}), nil
	}
}

// together gives the type of expressions that stand for one another.
func (p *parser) together(function string, options ...expr) (Type, *Error) {
	typ, known := Text, false
	for _, o := range options {
		switch {
		case o.null:
		case o.typ == Picklist || o.typ == MultiPicklist:
			return typ, p.noPicklist(o)
		case !known:
			typ, known = o.typ, true
		case o.typ != typ:
			return typ, p.errorAt(o.offset, "Incorrect parameter type for function '%s()'. Expected %s, received %s", function, typ, o.typ)
		}
	}
	return typ, nil
}

func choice(p *parser, t token, args []expr) (expr, *Error) {
	if err := p.wantIn(t.text, args[0], Boolean); err != nil {
		return expr{}, err
	}
	typ, err := p.together(t.text, args[1:]...)
	if err != nil {
		return expr{}, err
	}
	return computed(typ, t.offset, func(e *env) any {
		if args[0].eval(e) == true {
			return args[1].eval(e)
		}
		return args[2].eval(e)
	}), nil
}

// cases is CASE: a value, pairs of what it may equal and what comes of it, and
// what comes of all else.
func cases(p *parser, t token, args []expr) (expr, *Error) {
	if len(args)%2 != 0 {
		return expr{}, p.errorAt(t.offset, "Incorrect number of parameters for function 'CASE()'. Expected %d, received %d", len(args)+1, len(args))
	}
	wanted := args[0].typ
	if wanted == Picklist {
		wanted = Text
	}
	results := []expr{args[len(args)-1]}
	for i := 1; i < len(args)-1; i += 2 {
		if err := p.wantIn(t.text, args[i], wanted); err != nil {
			return expr{}, err
		}
		results = append(results, args[i+1])
	}
	typ, err := p.together(t.text, results...)
	if err != nil {
		return expr{}, err
	}
	return computed(typ, t.offset, func(e *env) any {
		is := args[0].eval(e)
		for i := 1; i < len(args)-1; i += 2 {
			if equal(is, args[i].eval(e)) {
				return args[i+1].eval(e)
			}
		}
		return args[len(args)-1].eval(e)
	}), nil
}

func isBlank(_ *parser, t token, args []expr) (expr, *Error) {
	return computed(Boolean, t.offset, func(e *env) any { return blank(args[0].eval(e)) }), nil
}

func blankValue(p *parser, t token, args []expr) (expr, *Error) {
	typ, err := p.together(t.text, args...)
	if err != nil {
		return expr{}, err
	}
	return computed(typ, t.offset, func(e *env) any {
		if v := args[0].eval(e); !blank(v) {
			return v
		}
		return args[1].eval(e)
	}), nil
}

// ownField refuses an argument that is no field of the record itself.
func (p *parser) ownField(t token, a expr) *Error {
	if a.field == "" || a.prior || strings.Contains(a.field, ".") {
		return p.errorAt(a.offset, "Incorrect parameter type for function '%s()'. Expected Field reference, received %s", t.text, a.typ)
	}
	return nil
}

func isChanged(p *parser, t token, args []expr) (expr, *Error) {
	if err := p.ownField(t, args[0]); err != nil {
		return expr{}, err
	}
	field := args[0].field
	return computed(Boolean, t.offset, func(e *env) any { return !e.IsNew() && !equal(e.Value(field), e.Prior(field)) }), nil
}

func priorValue(p *parser, t token, args []expr) (expr, *Error) {
	if err := p.ownField(t, args[0]); err != nil {
		return expr{}, err
	}
	field := args[0].field
	prior := computed(args[0].typ, t.offset, func(e *env) any { return e.Prior(field) })
	prior.field, prior.prior = field, true
	return prior, nil
}

func isPickVal(p *parser, t token, args []expr) (expr, *Error) {
	if args[0].typ != Picklist {
		return expr{}, p.errorAt(args[0].offset, "Incorrect parameter type for function 'ISPICKVAL()'. Expected Picklist, received %s", args[0].typ)
	}
	if !args[1].literal || args[1].typ != Text {
		return expr{}, p.errorAt(args[1].offset, "Incorrect parameter type for function 'ISPICKVAL()'. Expected Text literal, received %s", args[1].typ)
	}
	return computed(Boolean, t.offset, func(e *env) any { return equal(args[0].eval(e), args[1].eval(e)) }), nil
}

func includes(p *parser, t token, args []expr) (expr, *Error) {
	if args[0].typ != MultiPicklist {
		return expr{}, p.errorAt(args[0].offset, "Incorrect parameter type for function 'INCLUDES()'. Expected Multi-Select Picklist, received %s", args[0].typ)
	}
	if err := p.wantIn(t.text, args[1], Text); err != nil {
		return expr{}, err
	}
	return computed(Boolean, t.offset, func(e *env) any {
		return slices.Contains(strings.Split(words(args[0].eval(e)), ";"), words(args[1].eval(e)))
	}), nil
}

func asText(p *parser, t token, args []expr) (expr, *Error) {
	if args[0].typ == Text && !args[0].null || args[0].typ == Boolean || args[0].typ == MultiPicklist {
		return expr{}, p.errorAt(args[0].offset, "Incorrect parameter type for function 'TEXT()'. Expected Number, Date, DateTime, Picklist, received %s", args[0].typ)
	}
	return computed(Text, t.offset, func(e *env) any { return words(args[0].eval(e)) }), nil
}

// regex matches a whole text, as Java does. Look-around and back-references,
// which Java has and this does not, are refused when the formula is parsed.
func regex(p *parser, t token, args []expr) (expr, *Error) {
	if err := p.wantIn(t.text, args[0], Text); err != nil {
		return expr{}, err
	}
	if !args[1].literal || args[1].typ != Text || args[1].null {
		return expr{}, p.errorAt(args[1].offset, "Incorrect parameter type for function 'REGEX()'. Expected Text literal, received %s", args[1].typ)
	}
	pattern, err := regexp.Compile(`\A(?:` + words(args[1].eval(nil)) + `)\z`)
	if err != nil {
		return expr{}, p.errorAt(args[1].offset, "Invalid regular expression: %v", err)
	}
	return computed(Boolean, t.offset, func(e *env) any { return pattern.MatchString(words(args[0].eval(e))) }), nil
}
