package resource

import (
	"strings"

	"github.com/elimity-com/scim/schema"
)

// common are the attributes that every resource has without its schema saying
// so (RFC 7643 section 3.1). Computed once, because elimity compiles a regular
// expression for each attribute; never written.
var common = schema.Attributes(schema.CommonAttributes())

// Lookup finds the definition of a name, in any case: elimity's ContainsAttribute,
// but that the definition stays where it is, as copies of it are what the reading
// of a body would spend its time on.
func Lookup(attributes schema.Attributes, name string) (*schema.CoreAttribute, bool) {
	for i := range attributes {
		if attributes[i].Name() == name {
			return &attributes[i], true
		}
	}
	for i := range attributes {
		if n := attributes[i].Name(); len(n) == len(name) && strings.EqualFold(n, name) {
			return &attributes[i], true
		}
	}
	return nil, false
}

// Find resolves a name to its definition. Names and URNs are compared without
// regard to case (RFC 7643 section 2.1). An empty urn means the core schema
// and the common attributes first and then the extensions, because Entra
// addresses `manager` and filters on it without its URN. An empty sub asks
// for the attribute itself. It returns false when there is no such attribute.
func (t Type) Find(urn, attribute, sub string) (Attribute, bool) {
	a, ok := t.find(urn, attribute)
	if !ok || sub == "" {
		return a, ok
	}
	if a.Sub, ok = Lookup(a.Definition.SubAttributes(), sub); !ok {
		return Attribute{}, false
	}
	return a, true
}

func (t *Type) find(urn, attribute string) (Attribute, bool) {
	if urn == "" || t.IsCore(urn) {
		if a, ok := t.FindCore(attribute); ok || urn != "" {
			return a, ok
		}
		for _, e := range t.Extensions {
			if d, ok := Lookup(e.Attributes, attribute); ok {
				return Attribute{URN: e.ID, Extension: true, Definition: d}, true
			}
		}
		return Attribute{}, false
	}
	e, ok := t.FindExtension(urn)
	if !ok {
		return Attribute{}, false
	}
	d, ok := Lookup(e.Attributes, attribute)
	return Attribute{URN: e.ID, Extension: true, Definition: d}, ok
}

// FindCore looks in the core schema, then among the common attributes, so that
// a schema may define externalId in its own way.
func (t *Type) FindCore(attribute string) (Attribute, bool) {
	d, ok := Lookup(t.Core.Attributes, attribute)
	if !ok {
		d, ok = Lookup(common, attribute)
	}
	return Attribute{URN: t.Core.ID, Definition: d}, ok
}

// IsCore says whether urn names the core schema.
func (t Type) IsCore(urn string) bool {
	return SameURN(urn, t.Core.ID)
}

// FindExtension returns the extension that urn names.
func (t Type) FindExtension(urn string) (schema.Schema, bool) {
	for _, e := range t.Extensions {
		if SameURN(urn, e.ID) {
			return e, true
		}
	}
	return schema.Schema{}, false
}

// SameURN compares schema URNs without regard to case, and without regard to
// colons: samples in Entra's documentation, and clients built after them, say
// `urn:...:enterprise:2.0User` for `...:2.0:User`.
func SameURN(a, b string) bool {
	if len(a) == len(b) {
		return a == b || strings.EqualFold(a, b)
	}
	if len(a)+1 != len(b) && len(b)+1 != len(a) {
		return false
	}
	return strings.EqualFold(strings.ReplaceAll(a, ":", ""), strings.ReplaceAll(b, ":", ""))
}

// Leaf is the definition of what the name ends in: the sub-attribute if one
// was named, else the attribute.
func (a Attribute) Leaf() *schema.CoreAttribute {
	if a.Sub != nil {
		return a.Sub
	}
	return a.Definition
}

// ReadOnly says that clients cannot write the attribute (RFC 7643 section 7).
func (a Attribute) ReadOnly() bool {
	return a.Definition.Mutability() == readOnly || a.Sub != nil && a.Sub.Mutability() == readOnly
}

// String is the attribute's full name: `emails.value`, or
// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value`.
func (a Attribute) String() string {
	name := a.Definition.Name()
	if a.Extension {
		name = a.URN + ":" + name
	}
	if a.Sub != nil {
		name += "." + a.Sub.Name()
	}
	return name
}

const readOnly = "readOnly"

// typeComplex and its like are the names that AttributeType answers.
const (
	typeBinary   = "binary"
	typeBoolean  = "boolean"
	typeComplex  = "complex"
	typeDateTime = "dateTime"
	typeDecimal  = "decimal"
	typeInteger  = "integer"
)
