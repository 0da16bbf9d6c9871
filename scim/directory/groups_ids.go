package directory

import (
	"maps"
	"strings"

	"scimforce/salesforce"
	"scimforce/scim/patch"
)

// fullIDs gives the members that operations name their ids of 18 characters, so
// that both forms of an id mean the same member before anybody compares them.
// The operations that came are left as they are.
func fullIDs(operations []patch.Operation) []patch.Operation {
	full := make([]patch.Operation, len(operations))
	for i, o := range operations {
		full[i] = o
		if o.Target == nil || !strings.EqualFold(o.Target.Path.Attribute, "members") {
			continue
		}
		full[i].Value = fullValue(o.Value)
		if o.Target.Filter != nil {
			target := *o.Target
			target.Filter = withFullIDs(target.Filter)
			full[i].Target = &target
		}
	}
	return full
}

func fullValue(value any) any {
	switch v := value.(type) {
	case []any:
		full := make([]any, len(v))
		for i, element := range v {
			full[i] = fullValue(element)
		}
		return full
	case map[string]any:
		id, ok := v["value"].(string)
		if !ok {
			return v
		}
		full := maps.Clone(v)
		full["value"] = fullID(strings.TrimSpace(id))
		return full
	default:
		return value
	}
}

// fullID is the id in 18 characters; what is no id stays as it came, to be
// refused or not found under its own name.
func fullID(id string) string {
	if full, ok := salesforce.ID18(id); ok {
		return full
	}
	return id
}
