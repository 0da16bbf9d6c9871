package directory

import (
	"maps"
	"strings"

	"scimforce/salesforce"
	"scimforce/scim/filter"
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
			target.Filter = fullFilter(target.Filter)
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
		full["value"] = fullID(id)
		return full
	default:
		return value
	}
}

func fullFilter(e filter.Expression) filter.Expression {
	switch e := e.(type) {
	case filter.And:
		return filter.And{Left: fullFilter(e.Left), Right: fullFilter(e.Right)}
	case filter.Or:
		return filter.Or{Left: fullFilter(e.Left), Right: fullFilter(e.Right)}
	case filter.Not:
		return filter.Not{X: fullFilter(e.X)}
	case filter.Compare:
		id, ok := e.Value.(string)
		if ok && strings.EqualFold(e.Path.Attribute, "value") && (e.Operator == filter.Eq || e.Operator == filter.Ne) {
			e.Value = fullID(id)
		}
		return e
	default:
		return e
	}
}

// fullID is the id in 18 characters; what is no id stays, to be refused with
// its own name.
func fullID(id string) string {
	if full, ok := salesforce.ID18(strings.TrimSpace(id)); ok {
		return full
	}
	return id
}
