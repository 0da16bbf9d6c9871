package resource

import (
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"
)

// Required looks in a canonical body for the attributes that a client must
// give: those of the core schema, those of the extensions that the body uses,
// and required sub-attributes of what is there. A string of spaces counts as
// missing. The error is an scimerrors.ScimError (400 invalidValue) naming all that
// is missing at once.
func (t Type) Required(body map[string]any) error {
	missing := absent("", t.Core.Attributes, body)
	for _, e := range t.Extensions {
		if inner, ok := body[e.ID].(map[string]any); ok {
			missing = append(missing, absent(e.ID+":", e.Attributes, inner)...)
		}
	}
	switch len(missing) {
	case 0:
		return nil
	case 1:
		return invalid(scimerrors.ScimTypeInvalidValue, "%s is required and missing or empty", missing[0])
	default:
		return invalid(scimerrors.ScimTypeInvalidValue, "%s are required and missing or empty", strings.Join(missing, ", "))
	}
}

func absent(prefix string, attributes schema.Attributes, in map[string]any) []string {
	var missing []string
	for _, d := range attributes {
		if d.Mutability() == readOnly {
			continue
		}
		v := in[d.Name()]
		if s, ok := v.(string); ok {
			v = strings.TrimSpace(s)
		}
		if Empty(v) {
			if d.Required() {
				missing = append(missing, prefix+d.Name())
			}
			continue
		}
		elements, ok := v.([]any)
		if !ok {
			elements = []any{v}
		}
		for _, e := range elements {
			if inner, ok := e.(map[string]any); ok {
				missing = append(missing, absent(prefix+d.Name()+".", d.SubAttributes(), inner)...)
			}
		}
	}
	return missing
}
