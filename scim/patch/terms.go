package patch

import (
	"encoding/json"
	"strings"

	"github.com/elimity-com/scim/schema"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// eqTerms collects the `eq` terms of a filter that is a conjunction, typed as
// the attribute's sub-attributes are. It returns false if anything else than
// such terms is in it.
func eqTerms(e filter.Expression, a resource.Attribute) (map[string]any, bool) {
	switch e := e.(type) {
	case filter.And:
		left, okLeft := eqTerms(e.Left, a)
		right, okRight := eqTerms(e.Right, a)
		for name, v := range right {
			left[name] = v
		}
		return left, okLeft && okRight
	case filter.Compare:
		d, ok := resource.Lookup(a.Definition.SubAttributes(), e.Path.Attribute)
		if !ok || e.Operator != filter.Eq {
			return map[string]any{}, false
		}
		return map[string]any{d.Name(): literal(e.Value, d)}, true
	}
	return map[string]any{}, false
}

// literal gives a filter's literal the type of a sub-attribute: primary eq
// "True" makes primary true.
func literal(v any, d *schema.CoreAttribute) any {
	text := resource.Text(v)
	switch d.AttributeType() {
	case "boolean":
		return strings.EqualFold(text, "true")
	case "integer", "decimal":
		var f float64
		if json.Unmarshal([]byte(text), &f) == nil {
			return f
		}
	case "string", "reference", "dateTime", "binary":
		return text
	}
	return v
}
