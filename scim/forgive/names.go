package forgive

import (
	"maps"
	"slices"
	"strings"

	"github.com/elimity-com/scim/schema"

	"scimforce/scim/resource"
)

// operationsKey is for clients that send "operations".
func operationsKey(r *repair, body map[string]any) bool {
	return r.patch && renameKey(body, "Operations")
}

// attributeNames is for Microsoft's test collection and its misspelt casing
// ("UserName", "DisplayName"). Names are case-insensitive, so this is no
// mistake; one spelling spares the rules behind it looking for others.
func attributeNames(r *repair, body map[string]any) bool {
	if r.patch {
		return false
	}
	changed := renameAll(body, func(key string) string {
		if d, ok := r.plain(key, ""); ok {
			return d.Name()
		}
		return key
	})
	for key, v := range body {
		inner, ok := v.(map[string]any)
		if !ok || !isURN(key) {
			continue
		}
		if e, ok := r.t.FindExtension(key); ok {
			changed = renameAll(inner, func(key string) string { return spelt(e.Attributes, key) }) || changed
		}
	}
	return changed
}

// subAttributeNames is for Microsoft's test collection, which sends "Primary".
func subAttributeNames(d definition, v any) (any, bool) {
	object, ok := v.(map[string]any)
	if !ok || !d.HasSubAttributes() {
		return v, false
	}
	return v, renameAll(object, func(key string) string { return spelt(d.SubAttributes(), key) })
}

// spelt is a name as a schema has it, if it does.
func spelt(attributes schema.Attributes, name string) string {
	if d, ok := resource.Lookup(attributes, name); ok {
		return d.Name()
	}
	return name
}

// renameAll gives keys their canonical names. A name that is there already is
// not overwritten: two spellings of one attribute are for validation to judge.
func renameAll(object map[string]any, canonical func(string) string) bool {
	var misspelt []string
	for key := range object {
		if canonical(key) != key {
			misspelt = append(misspelt, key)
		}
	}
	slices.Sort(misspelt)
	changed := false
	for _, key := range misspelt {
		name := canonical(key)
		if _, both := object[name]; !both {
			object[name] = object[key]
			delete(object, key)
			changed = true
		}
	}
	return changed
}

// renameKey gives a key the wanted spelling, unless it is there already.
func renameKey(object map[string]any, name string) bool {
	if _, ok := object[name]; ok {
		return false
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if strings.EqualFold(key, name) {
			object[name] = object[key]
			delete(object, key)
			return true
		}
	}
	return false
}
