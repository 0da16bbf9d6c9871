package forgive

import (
	"cmp"
	"strings"

	"scimforce/scim/filter"
)

// operationCase is for Entra without aadOptscim062020, which says "Add",
// "Replace" and "Remove", and for collections that say "Op" and "Path".
func operationCase(_ *repair, o map[string]any) bool {
	changed := false
	for _, name := range []string{"op", "path", "value"} {
		changed = renameKey(o, name) || changed
	}
	if op, ok := o["op"].(string); ok && op != strings.ToLower(op) {
		o["op"] = strings.ToLower(op)
		changed = true
	}
	return changed
}

// wrappedValue is for clients made for Salesforce's own SCIM, whose sample adds
// members by {"path":"members","value":{"members":[…]}}.
func wrappedValue(r *repair, o map[string]any) bool {
	path, _ := o["path"].(string)
	wrapper, ok := o["value"].(map[string]any)
	if !ok || len(wrapper) != 1 {
		return false
	}
	target, err := filter.ParseTarget(path)
	if err != nil || target.Filter != nil || target.Path.Sub != "" {
		return false
	}
	a, ok := r.t.Find(target.Path.URN, target.Path.Attribute, "")
	if !ok || !a.Definition.MultiValued() {
		return false
	}
	for key, inner := range wrapper {
		if list, ok := inner.([]any); ok && strings.EqualFold(key, a.Definition.Name()) {
			o["value"] = list
			return true
		}
	}
	return false
}

// nullValue is for Microsoft's gallery tests, which replace optional attributes
// by null, and for clients that leave the value out. Runs when the value has
// been repaired, as an empty manager has become null by then.
func nullValue(o map[string]any) bool {
	path, _ := o["path"].(string)
	if v, ok := o["value"]; path == "" || o["op"] != "replace" || ok && v != nil {
		return false
	}
	o["op"] = "remove"
	delete(o, "value")
	return true
}

// readOnlyPart is for Entra, which maps the office by default to
// addresses[type eq "work"].formatted and sends it with every change: what is
// readOnly within an attribute that can be written is ignored in a PATCH as it
// is in a POST and a PUT, so that the rest of the change goes through.
func readOnlyPart(r *repair, o map[string]any) (drop, changed bool) {
	if path, _ := o["path"].(string); path != "" {
		return r.isReadOnlyPart(path), false
	}
	value, ok := o["value"].(map[string]any)
	if !ok {
		return false, false
	}
	for key := range value {
		if r.isReadOnlyPart(key) {
			delete(value, key)
			changed = true
		}
	}
	return changed && len(value) == 0, changed
}

func (r *repair) isReadOnlyPart(path string) bool {
	target, err := filter.ParseTarget(path)
	if err != nil {
		return false
	}
	sub := cmp.Or(target.Sub, target.Path.Sub)
	a, ok := r.t.Find(target.Path.URN, target.Path.Attribute, sub)
	return ok && a.Sub != nil && a.Sub.Mutability() == "readOnly" && a.Definition.Mutability() != "readOnly"
}
