package resource

import "github.com/elimity-com/scim/schema"

// copyCanonical adds to out what is to be kept of a body whose names and values
// are all in canonical form, as most are. Of another body it says false, and out
// is not to be used.
func (t *Type) copyCanonical(out, body map[string]any) bool {
	for key, v := range body {
		if key == "schemas" {
			if t.checkSchemas(v) != nil {
				return false
			}
			continue
		}
		if e, ok := t.FindExtension(key); ok {
			if e.ID != key || !isCanonicalObject(e.Attributes, v) {
				return false
			}
			out[key] = v
			continue
		}
		a, ok := t.FindCore(key)
		if !ok || a.Definition.Name() != key || !isCanonical(a.Definition, v) {
			return false
		}
		if !a.ReadOnly() {
			out[key] = v
		}
	}
	return true
}

// isCanonical says whether a value is in canonical form. It is asked first of
// every value, as most are, and then need no copy.
func isCanonical(d *schema.CoreAttribute, v any) bool {
	if !d.MultiValued() {
		return isCanonicalElement(d, v)
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 || len(list) > maxValues {
		return false
	}
	for _, e := range list {
		if !isCanonicalElement(d, e) {
			return false
		}
	}
	return true
}

func isCanonicalElement(d *schema.CoreAttribute, v any) bool {
	if d.AttributeType() == typeComplex {
		return isCanonicalObject(d.SubAttributes(), v)
	}
	switch v.(type) {
	case string, bool, float64:
		got, err := scalar("", d, v)
		return err == nil && got == v
	}
	return false
}

func isCanonicalObject(attributes schema.Attributes, v any) bool {
	object, ok := v.(map[string]any)
	if !ok || len(object) == 0 {
		return false
	}
	for key, e := range object {
		d, ok := Lookup(attributes, key)
		if !ok || d.Name() != key || d.Mutability() == readOnly || !isCanonical(d, e) {
			return false
		}
	}
	return true
}
