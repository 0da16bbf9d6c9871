package forgive

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"scimforce/scim/resource"
)

// emptyString is for Entra, which clears a manager by "", and for Microsoft's
// gallery tests, which do it to every optional attribute. For strings "" is a
// value.
func emptyString(d definition, v any) (any, bool) {
	if v != "" {
		return v, false
	}
	switch d.AttributeType() {
	case "string", "reference", "binary":
		if !d.MultiValued() {
			return v, false
		}
	}
	return nil, true
}

// loneObject is for clients that send one e-mail address, role or member
// without the array around it (OneLogin templates, JumpCloud).
func loneObject(d definition, v any) (any, bool) {
	if _, ok := v.(map[string]any); ok && isComplexList(d) {
		return []any{v}, true
	}
	return v, false
}

// loneString is for Microsoft's Postman collection, which patches members with
// the id as a plain string.
func loneString(d definition, v any) (any, bool) {
	if s, ok := v.(string); ok && s != "" && isComplexList(d) && hasValue(d) {
		return []any{s}, true
	}
	return v, false
}

// listForObject is for the form of Entra's older documentation, a manager as
// [{"$ref":…,"value":…}].
func listForObject(d definition, v any) (any, bool) {
	list, ok := v.([]any)
	if !ok || len(list) != 1 || !isObject(d) {
		return v, false
	}
	switch list[0].(type) {
	case map[string]any, string:
		return list[0], true
	}
	return v, false
}

// stringBoolean is for Entra, which says "active": "False", for Keycloak's
// plugins, which say "false", and for `primary` in either's lists.
func stringBoolean(d definition, v any) (any, bool) {
	s, ok := v.(string)
	if !ok || d.AttributeType() != "boolean" {
		return v, false
	}
	switch strings.ToLower(s) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return v, false
}

// stringNumber is for Entra as well: what its expressions make are texts. For the
// same reason elimity can be told to allow strings for numbers.
func stringNumber(d definition, v any) (any, bool) {
	s, ok := v.(string)
	if !ok || d.AttributeType() != "decimal" && d.AttributeType() != "integer" {
		return v, false
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return v, false
	}
	return n, true
}

// stringForObject is for Entra's manager ("manager": "123456"), for roles,
// entitlements and members as plain strings, and for the Salesforce CLI, whose
// users have "emails": ["jane@example.com"].
func stringForObject(d definition, v any) (any, bool) {
	s, ok := v.(string)
	if !ok || s == "" || d.AttributeType() != "complex" || !hasValue(d) {
		return v, false
	}
	return map[string]any{"value": s}, true
}

// emptyValue is for clients that clear a manager by {"value": ""}.
func emptyValue(d definition, v any) (any, bool) {
	if object, ok := v.(map[string]any); ok && isObject(d) && hasValue(d) && object["value"] == "" {
		return nil, true
	}
	return v, false
}

// roleJSON is for Entra's app role assignments, which put a JSON text into the
// value: {"value":"{\"id\":\"…\",\"value\":\"25\",\"displayName\":\"Sales\"}"}.
func roleJSON(d definition, v any) (any, bool) {
	object, ok := v.(map[string]any)
	if !ok || !isRole(d) {
		return v, false
	}
	text, _ := object["value"].(string)
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return v, false
	}
	var inner struct{ ID, Value, DisplayName string }
	if json.Unmarshal([]byte(text), &inner) != nil {
		return v, false
	}
	if inner.Value == "" {
		inner.Value = inner.ID
	}
	if inner.Value == "" {
		return v, false
	}
	object["value"] = inner.Value
	if inner.DisplayName != "" && object["display"] == nil {
		object["display"] = inner.DisplayName
	}
	return object, true
}

// roleDisplayName is for Entra, which calls a role's display displayName.
func roleDisplayName(d definition, v any) (any, bool) {
	object, ok := v.(map[string]any)
	if !ok || !isRole(d) || object["displayName"] == nil || object["display"] != nil {
		return v, false
	}
	object["display"] = object["displayName"]
	delete(object, "displayName")
	return object, true
}

// nullReference is for Entra, whose members are {"$ref":null,"value":"…"}.
func nullReference(d definition, v any) (any, bool) {
	object, ok := v.(map[string]any)
	if !ok || d.AttributeType() != "complex" {
		return v, false
	}
	if reference, given := object["$ref"]; !given || reference != nil {
		return v, false
	}
	delete(object, "$ref")
	return object, true
}

func isComplexList(d definition) bool { return d.MultiValued() && d.AttributeType() == "complex" }

func isObject(d definition) bool { return !d.MultiValued() && d.AttributeType() == "complex" }

func hasValue(d definition) bool {
	_, ok := resource.Lookup(d.SubAttributes(), "value")
	return ok
}

func isRole(d definition) bool {
	return isComplexList(d) && (d.Name() == "roles" || d.Name() == "entitlements")
}
