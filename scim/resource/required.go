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
	missing := absent(t.Core.Attributes, body)
	for _, e := range t.Extensions {
		if inner, ok := body[e.ID].(map[string]any); ok {
			missing = append(missing, prefixed(e.ID, ":", absent(e.Attributes, inner))...)
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

func absent(attributes schema.Attributes, in map[string]any) []string {
	var missing []string
	for i := range attributes {
		d := &attributes[i]
		if d.Mutability() == readOnly {
			continue
		}
		v := in[d.Name()]
		if s, ok := v.(string); Empty(v) || ok && strings.TrimSpace(s) == "" {
			if d.Required() {
				missing = append(missing, d.Name())
			}
			continue
		}
		missing = append(missing, prefixed(d.Name(), ".", absentIn(d.SubAttributes(), v))...)
	}
	return missing
}

// absentIn is absent for the value of a complex attribute, or for each of several.
func absentIn(attributes schema.Attributes, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		return absent(attributes, v)
	case []any:
		var missing []string
		for _, e := range v {
			missing = append(missing, absentIn(attributes, e)...)
		}
		return missing
	}
	return nil
}

func prefixed(prefix, separator string, names []string) []string {
	for i := range names {
		names[i] = prefix + separator + names[i]
	}
	return names
}
