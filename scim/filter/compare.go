package filter

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/elimity-com/scim/schema"

	"scimforce/scim/resource"
)

// comparison makes the test that a non-empty value of attribute d must pass,
// or an invalidFilter error if the operator or the literal does not fit d.
// Which operators fit which type: RFC 7644 table 3.
func comparison(e Compare, d *schema.CoreAttribute) (func(any) bool, error) {
	misfit := func(expected string) error {
		return invalid("character %d: %s is compared with %s, got %s", e.Path.Position, e.Path, expected, literalText(e.Value))
	}
	switch kind := d.AttributeType(); kind {
	case "boolean":
		want, ok := boolean(e.Value)
		if !ok {
			return nil, misfit("true or false")
		}
		if e.Operator != Eq && e.Operator != Ne {
			return nil, unfit(e, kind)
		}
		return func(v any) bool {
			got, ok := boolean(v)
			return ok && (got == want) == (e.Operator == Eq)
		}, nil
	case "dateTime":
		want, ok := resource.Time(resource.Text(e.Value))
		if !ok {
			return nil, misfit(`a date and time like "2008-01-23T04:56:22Z"`)
		}
		return ordered(e, kind, func(v any) (int, bool) {
			got, ok := instant(v)
			return got.Compare(want), ok
		})
	case "integer", "decimal":
		want, ok := number(e.Value)
		if !ok {
			return nil, misfit("a number")
		}
		return ordered(e, kind, func(v any) (int, bool) {
			got, ok := number(v)
			return cmp.Compare(got, want), ok
		})
	default:
		return stringTest(e, d)
	}
}

// ordered is for types that have an order and no substrings.
func ordered(e Compare, kind string, compare func(any) (int, bool)) (func(any) bool, error) {
	if e.Operator == Co || e.Operator == Sw || e.Operator == Ew {
		return nil, unfit(e, kind)
	}
	return func(v any) bool {
		c, ok := compare(v)
		return ok && holds(e.Operator, c)
	}, nil
}

func stringTest(e Compare, d *schema.CoreAttribute) (func(any) bool, error) {
	fold := strings.ToLower
	if d.CaseExact() {
		fold = func(s string) string { return s }
	}
	want := fold(resource.Text(e.Value))
	var test func(got string) bool
	switch e.Operator {
	case Co:
		test = func(got string) bool { return strings.Contains(got, want) }
	case Sw:
		test = func(got string) bool { return strings.HasPrefix(got, want) }
	case Ew:
		test = func(got string) bool { return strings.HasSuffix(got, want) }
	case Gt, Ge, Lt, Le:
		if d.AttributeType() == "binary" {
			return nil, unfit(e, "binary")
		}
		fallthrough
	default:
		test = func(got string) bool { return holds(e.Operator, strings.Compare(got, want)) }
	}
	return func(v any) bool { return test(fold(resource.Text(v))) }, nil
}

func holds(o Operator, c int) bool {
	switch o {
	case Eq:
		return c == 0
	case Ne:
		return c != 0
	case Gt:
		return c > 0
	case Ge:
		return c >= 0
	case Lt:
		return c < 0
	case Le:
		return c <= 0
	}
	return false
}

// boolean takes strings too: Entra filters on `primary eq "True"`.
func boolean(v any) (value, ok bool) {
	switch strings.ToLower(resource.Text(v)) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

func instant(v any) (time.Time, bool) {
	return resource.Time(resource.Text(v))
}

func number(v any) (float64, bool) {
	f, err := strconv.ParseFloat(resource.Text(v), 64)
	return f, err == nil
}

func unfit(e Compare, kind string) error {
	return invalid("character %d: %q does not fit %s, which is of type %s", e.Path.Position, e.Operator, e.Path, kind)
}

func literalText(v any) string {
	if s, ok := v.(string); ok {
		return quote(s)
	}
	return resource.Text(v)
}
