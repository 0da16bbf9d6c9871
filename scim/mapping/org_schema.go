package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// maxText bounds the help text of a field in its description; Salesforce takes
// 510 characters (unverified).
const maxText = 510

// attribute is the definition of a field's attribute (RFC 7643 section 7), as
// JSON has it.
func (f Field) attribute(r row) map[string]any {
	out := map[string]any{
		"name": label(r.Attribute), "type": f.attributeType(), "description": f.description(),
		"multiValued": f.Type == "multipicklist", "required": f.required(r),
		"caseExact":  f.CaseSensitive || f.Type == "reference",
		"mutability": "readWrite", "uniqueness": "none",
	}
	if r.onRequest {
		out["returned"] = "request"
	}
	switch {
	case r.ReadOnly:
		out["mutability"] = "readOnly"
	case r.immutable:
		out["mutability"] = "immutable"
	}
	// Describe says of FederationIdentifier that it is not unique, but an org
	// refuses a second one: it is the key of SAML logins.
	if f.Unique || f.Name == "FederationIdentifier" {
		out["uniqueness"] = "server"
	}
	if values := f.canonical(); len(values) > 0 {
		out["canonicalValues"] = values
	}
	return out
}

// attributeType is the type of SCIM. A date alone is a string: dateTime wants a
// time of day (RFC 7643 section 2.3.5).
func (f Field) attributeType() string {
	switch f.Type {
	case "boolean":
		return "boolean"
	case "int", "long":
		return "integer"
	case "double", "currency", "percent":
		return "decimal"
	case "datetime":
		return "dateTime"
	}
	return "string"
}

// required says that Salesforce refuses a new user without a value, and that
// nobody else thinks of one: Create makes an Alias and an EmailEncodingKey.
func (f Field) required(r row) bool {
	made := f.Name == "Alias" || f.Name == "EmailEncodingKey"
	return f.Createable && !f.Nillable && !f.DefaultedOnCreate && f.Type != "boolean" && !r.ReadOnly && !made
}

// canonical are the values of a picklist, each once.
func (f Field) canonical() []any {
	if f.Type != "picklist" && f.Type != "multipicklist" && f.Type != "combobox" {
		return nil
	}
	var values []any
	seen := make(map[string]bool, len(f.Values))
	for _, v := range f.Values {
		if v != "" && !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	return values
}

// annotate tells of static attributes with one text value what the org says of
// their field: its length, and the values of a picklist.
func annotate(prefix string, attributes []any, rows []row, fields []Field) {
	all, _ := elements(attributes)
	for _, attribute := range all {
		name := prefix + sub(attribute, "name")
		if parts, ok := attribute["subAttributes"].([]any); ok {
			annotate(name+".", parts, rows, fields)
			continue
		}
		i := slices.IndexFunc(rows, func(r row) bool { return r.Attribute == name && !r.ReadOnly })
		if i < 0 || len(rows[i].Fields) != 1 {
			continue
		}
		f := slices.IndexFunc(fields, func(f Field) bool { return strings.EqualFold(f.Name, rows[i].Fields[0]) })
		if f < 0 {
			continue
		}
		switch s := rows[i].shape.(type) {
		case text:
			if s.field == "" {
				continue
			}
			if values := fields[f].canonical(); len(values) > 0 {
				attribute["canonicalValues"] = values
			} else if limit := fields[f].Length - len(s.suffix); limit > 0 {
				attribute["description"] = fmt.Sprintf("%s. At most %d characters", sub(attribute, "description"), limit)
			}
		case localeKind:
			var values []any
			for _, v := range fields[f].Values {
				values = append(values, s.spell(v))
			}
			if len(values) > 0 {
				attribute["canonicalValues"] = values
			}
		}
	}
}

// description tells people the field's label, what it takes, and the org's own
// help text.
func (f Field) description() string {
	var parts []string
	add := func(s string) {
		if s = strings.TrimRight(strings.TrimSpace(s), "."); s != "" {
			parts = append(parts, s)
		}
	}
	add(cut(f.Label, maxText))
	add(f.takes())
	if f.Controller != "" {
		add("Which values apply depends on " + f.Controller)
	}
	if !f.Createable && !f.Updateable {
		add("Computed by Salesforce")
	}
	add(cut(f.Help, maxText))
	return strings.Join(parts, ". ")
}

func (f Field) takes() string {
	switch f.Type {
	case "picklist", "combobox":
		if f.Restricted {
			return "One of the canonical values"
		}
		return fmt.Sprintf("One of the canonical values, or another of at most %d characters", f.Length)
	case "multipicklist":
		if f.Restricted {
			return "Any of the canonical values"
		}
		return "Any of the canonical values, or others"
	case "int", "long", "double", "currency", "percent":
		if f.Precision == 0 || f.Scale > f.Precision {
			return ""
		}
		if f.Scale == 0 {
			return fmt.Sprintf("At most %d digits", f.Precision)
		}
		return fmt.Sprintf("At most %d digits before the decimal point and %d behind it", f.Precision-f.Scale, f.Scale)
	case "date":
		return "A date, as in 2026-01-31"
	case "time":
		return "A time of day, as in 09:30:00.000Z"
	case "reference":
		if len(f.ReferenceTo) == 0 || len(f.ReferenceTo) > 5 {
			return "The id of a record, 18 characters"
		}
		return "The id of a record of " + strings.Join(f.ReferenceTo, " or ") + ", 18 characters"
	case "boolean", "datetime":
		return ""
	}
	if f.Length > 0 {
		return fmt.Sprintf("At most %d characters", f.Length)
	}
	return ""
}
