package resource

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"
)

// maxValues bounds the elements of a multi-valued attribute. A group's members
// are the only list that comes near it: a body of 1 MiB holds about 30,000.
const maxValues = 50_000

// Canonical returns a body in which every attribute has its canonical name and a
// value of its type; values that are in that form already are those of the given
// body, which stays as it is:
//
//   - names and URNs are found in any case; attributes that the type does not
//     know are dropped, as clients expect, and so are readOnly ones (RFC 7643
//     section 2.2), id and meta among them;
//   - null, the empty array and the object without attributes count as absent
//     (RFC 7643 section 2.5); the empty string is a value;
//   - a number is accepted where a string is meant, as in Okta's samples of
//     externalId and postalCode;
//   - schemas is made anew: the core URN and those of the extensions in use.
//
// Required attributes are not looked for, see Required. Depth is bounded by
// the schemas, as unknown attributes are not descended into.
//
// The error is an scimerrors.ScimError with status 400: invalidValue when a value
// has another type than its attribute, naming the attribute, what was expected
// and what came; invalidSyntax when an attribute is given twice with different
// values or when schemas does not name the core schema.
func (t Type) Canonical(body map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(body)+1)
	if t.copyCanonical(out, body) {
		out["schemas"] = t.Schemas(out)
		return out, nil
	}
	clear(out)
	keys := sortedKeys(body)
	for _, key := range keys {
		if strings.EqualFold(key, "schemas") {
			if err := t.checkSchemas(body[key]); err != nil {
				return nil, err
			}
			continue
		}
		name, value, err := t.canonicalAttribute(key, body[key])
		if err != nil {
			return nil, err
		}
		if value == nil {
			continue
		}
		if err := once("", name, keys, key, out[name], value); err != nil {
			return nil, err
		}
		out[name] = value
	}
	out["schemas"] = t.Schemas(out)
	return out, nil
}

// Schemas lists the URNs that belong into the schemas attribute of a canonical
// resource: the core schema, then the extensions that it has attributes of.
func (t Type) Schemas(r map[string]any) []any {
	urns := []any{t.Core.ID}
	for _, e := range t.Extensions {
		if !Empty(r[e.ID]) {
			urns = append(urns, e.ID)
		}
	}
	return urns
}

// canonicalAttribute returns the canonical name and value of a top-level key;
// a nil value when the key is to be dropped.
func (t *Type) canonicalAttribute(key string, v any) (string, any, error) {
	if e, ok := t.FindExtension(key); ok {
		if isCanonicalObject(e.Attributes, v) {
			return e.ID, v, nil
		}
		value, err := canonicalObject(e.ID+":", e.Attributes, v)
		return e.ID, value, err
	}
	a, ok := t.FindCore(key)
	if !ok || a.ReadOnly() {
		return "", nil, nil
	}
	value, err := a.Canonical(v)
	return a.Definition.Name(), value, err
}

func (t *Type) checkSchemas(v any) error {
	if Empty(v) {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		return wrongType("schemas", "an array of strings", v, true)
	}
	core := false
	for i, e := range list {
		urn, ok := e.(string)
		if !ok {
			return wrongType(fmt.Sprintf("schemas[%d]", i), "a string", e, true)
		}
		core = core || t.IsCore(urn)
	}
	if !core {
		return invalid(scimerrors.ScimTypeInvalidSyntax, "schemas: %q is missing", t.Core.ID)
	}
	return nil
}

// Canonical brings a value of the attribute (of the sub-attribute, if the name
// has one) into canonical form: nil when nothing is left, for a multi-valued
// attribute a []any. Its own readOnly sub-attributes are dropped; whether the
// attribute itself may be written is the caller's question. Errors are those
// of Type.Canonical.
func (a Attribute) Canonical(v any) (any, error) {
	if isCanonical(a.Leaf(), v) {
		return v, nil // most are, and need no name for an error
	}
	return canonicalValue(a.String(), a.Leaf(), v)
}

// CanonicalElement is Canonical for one element of a multi-valued attribute.
func (a Attribute) CanonicalElement(v any) (any, error) {
	return canonicalElement(a.String(), a.Leaf(), v)
}

func canonicalValue(path string, d *schema.CoreAttribute, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	if !d.MultiValued() {
		return canonicalElement(path, d, v)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, wrongType(path, "an array", v, true)
	}
	if len(list) > maxValues {
		return nil, invalid(scimerrors.ScimTypeInvalidValue, "%s: %d values, at most %d are accepted", path, len(list), maxValues)
	}
	var out []any
	for i, e := range list {
		// The path of an element is made only for an error: lists are long.
		value, err := canonicalElement("", d, e)
		if err != nil {
			_, err = canonicalElement(fmt.Sprintf("%s[%d]", path, i), d, e)
			return nil, err
		}
		if value != nil {
			out = append(out, value)
		}
	}
	if out == nil {
		return nil, nil
	}
	return out, nil
}

func canonicalElement(path string, d *schema.CoreAttribute, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	if d.AttributeType() == typeComplex {
		return canonicalObject(path+".", d.SubAttributes(), v)
	}
	return scalar(path, d, v)
}

// canonicalObject is for the attributes of a complex attribute and of an
// extension; prefix is put before their names in scimerrors.
func canonicalObject(prefix string, attributes schema.Attributes, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, wrongType(prefix[:len(prefix)-1], "an object", v, true)
	}
	out := make(map[string]any, len(object))
	keys := sortedKeys(object)
	for _, key := range keys {
		d, ok := Lookup(attributes, key)
		if !ok || d.Mutability() == readOnly {
			continue
		}
		value, err := canonicalValue(prefix+d.Name(), d, object[key])
		if err != nil {
			return nil, err
		}
		if value == nil {
			continue
		}
		if err := once(prefix, d.Name(), keys, key, out[d.Name()], value); err != nil {
			return nil, err
		}
		out[d.Name()] = value
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// once refuses an attribute that is given in two spellings with two values.
func once(prefix, name string, keys []string, key string, before, value any) error {
	if before == nil || Equal(before, value) {
		return nil
	}
	first := slices.IndexFunc(keys, func(k string) bool { return strings.EqualFold(k, name) || SameURN(k, name) })
	return invalid(scimerrors.ScimTypeInvalidSyntax, "%s%s is given twice with different values, as %q and as %q", prefix, name, keys[first], key)
}

func invalid(kind scimerrors.ScimType, format string, args ...any) error {
	return scimerrors.ScimError{ScimType: kind, Status: http.StatusBadRequest, Detail: fmt.Sprintf(format, args...)}
}
