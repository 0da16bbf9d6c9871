// Package resource knows what a SCIM resource type consists of (RFC 7643) and
// finds its attributes as clients spell them: in any case, with or without a
// schema URN. It brings a decoded JSON body into canonical form, reads and
// writes single attributes of it, and says what is wrong with a value.
//
// A resource is a map[string]any as encoding/json decodes it: strings, bools,
// float64, []any and map[string]any; attributes of an extension are nested
// under the extension's URN. Nothing about Salesforce, HTTP, filters or PATCH
// may enter here.
package resource

import (
	"github.com/elimity-com/scim/schema"
)

// Type is a resource type: a core schema and its extensions. The zero value
// has no attributes beside the common ones.
type Type struct {
	// Name of the type, as in meta.resourceType: "User".
	Name string
	// Endpoint below the base URL: "/Users".
	Endpoint string
	// Description for people, shown by /ResourceTypes.
	Description string
	// Core is the schema whose attributes stand at the top of a resource.
	Core schema.Schema
	// Extensions are the schemas whose attributes are nested under their URN.
	Extensions []schema.Schema
}

// Attribute is the definition that a name was resolved to.
type Attribute struct {
	// URN of the schema that defines the attribute, in canonical spelling.
	// Common attributes (id, externalId, meta, schemas) carry the core schema's.
	URN string
	// Extension says that the attribute is nested under URN.
	Extension bool
	// Definition of the attribute itself, in its schema: never written.
	Definition *schema.CoreAttribute
	// Sub is the sub-attribute's definition, nil when none was named.
	Sub *schema.CoreAttribute
}
