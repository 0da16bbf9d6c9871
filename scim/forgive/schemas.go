package forgive

import (
	"slices"
	"strings"

	"scimforce/scim/filter"
)

const (
	patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	// Schema URNs before RFC 7643, in SCIM 1.1 and in drafts of 2.0.
	oldPrefix           = "urn:scim:"
	oldCorePrefix       = "urn:scim:schemas:core:"
	oldEnterprisePrefix = "urn:scim:schemas:extension:enterprise:"
	enterpriseURN       = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	// Entra adds a URN of its own to groups: ".../ADSCIM/2.0/Group".
	adscimPrefix = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/"
)

// schemasKey is for admin-edited templates (OneLogin) that say "Schemas".
func schemasKey(_ *repair, body map[string]any) bool { return renameKey(body, "schemas") }

// missingSchemas is for authentik and Infisical, whose PUT of a group comes
// without schemas, and for PATCH bodies that come with Operations alone (Okta).
func missingSchemas(r *repair, body map[string]any) bool {
	switch v := body["schemas"].(type) {
	case nil:
	case []any:
		if len(v) > 0 {
			return false
		}
	default:
		if v != "" {
			return false
		}
	}
	urn := r.t.Core.ID
	if r.patch {
		urn = patchURN
	}
	body["schemas"] = []any{urn}
	return true
}

// oldURNs is for OneLogin, which sends "urn:scim:schemas:core:2.0" and
// "urn:scim:schemas:extension:enterprise:2.0", also where a PATCH should have
// its own.
func oldURNs(r *repair, body map[string]any) bool {
	if r.patch {
		return oldMessage(body)
	}
	return renameURNs(r, body, r.renewed)
}

// oldMessage gives a PATCH that names nothing but old drafts its own URN.
func oldMessage(body map[string]any) bool {
	list, _ := body["schemas"].([]any)
	isOld := func(e any) bool {
		urn, _ := e.(string)
		return begins(urn, oldPrefix)
	}
	if len(list) == 0 || slices.ContainsFunc(list, func(e any) bool { return !isOld(e) }) {
		return false
	}
	body["schemas"] = []any{patchURN}
	return true
}

// misspeltURNs is for Entra's documentation and the clients written after it
// ("…:enterprise:2.0User"), and for URNs in another case.
func misspeltURNs(r *repair, body map[string]any) bool { return renameURNs(r, body, r.spelt) }

// keysWithURN are the keys of a body that begin with a URN, in order.
func (r *repair) keysWithURN(body map[string]any) []string {
	if r.listed == r.changes+1 {
		return r.urns
	}
	r.urns, r.listed = nil, r.changes+1
	for key := range body {
		if isURN(key) {
			r.urns = append(r.urns, key)
		}
	}
	slices.Sort(r.urns)
	return r.urns
}

func isURN(key string) bool { return strings.Contains(key, ":") }

func (r *repair) renewed(urn string) string {
	if begins(urn, oldCorePrefix) {
		return r.t.Core.ID
	}
	if begins(urn, oldEnterprisePrefix) {
		if e, ok := r.t.FindExtension(enterpriseURN); ok {
			return e.ID
		}
	}
	return urn
}

// begins is strings.HasPrefix without regard to case.
func begins(urn, prefix string) bool {
	return len(urn) >= len(prefix) && strings.EqualFold(urn[:len(prefix)], prefix)
}

func (r *repair) spelt(urn string) string {
	if r.t.IsCore(urn) {
		return r.t.Core.ID
	}
	if e, ok := r.t.FindExtension(urn); ok {
		return e.ID
	}
	return urn
}

// renameURNs renames in the list of schemas and among the keys of a resource.
func renameURNs(r *repair, body map[string]any, rename func(string) string) bool {
	if r.patch {
		return false
	}
	changed := false
	old := func(e any) bool {
		urn, ok := e.(string)
		return ok && rename(urn) != urn
	}
	if list, ok := body["schemas"].([]any); ok && slices.ContainsFunc(list, old) {
		var renamed []any
		for _, e := range list {
			if urn, ok := e.(string); ok && rename(urn) != urn {
				changed = true
				e = rename(urn)
				if slices.Contains(list, e) || slices.Contains(renamed, e) {
					continue
				}
			}
			renamed = append(renamed, e)
		}
		body["schemas"] = renamed
	}
	for _, key := range r.keysWithURN(body) {
		name := rename(key)
		if name == key {
			continue
		}
		if _, both := body[name]; !both {
			body[name] = body[key]
			delete(body, key)
			changed = true
		}
	}
	return changed
}

// foreignURNs is for Entra, which lists its own ADSCIM schema for groups.
func foreignURNs(r *repair, body map[string]any) bool {
	list, ok := body["schemas"].([]any)
	if !ok || r.patch {
		return false
	}
	kept := slices.DeleteFunc(list, func(e any) bool {
		urn, _ := e.(string)
		return strings.HasPrefix(urn, adscimPrefix)
	})
	body["schemas"] = kept
	return len(kept) < len(list)
}

// coreUnderURN is for clients that nest the core attributes under the core URN
// as if it were an extension.
func coreUnderURN(r *repair, body map[string]any) bool {
	if r.patch {
		return false
	}
	changed := false
	for _, key := range r.keysWithURN(body) {
		inner, ok := body[key].(map[string]any)
		if !ok || r.spelt(r.renewed(key)) != r.t.Core.ID {
			continue
		}
		delete(body, key)
		changed = true
		for name, v := range inner {
			// Only attributes: no further schemas inside of this one.
			_, both := body[name]
			if _, known := r.t.Find(r.t.Core.ID, name, ""); known && !both {
				body[name] = v
			}
		}
	}
	return changed
}

// flatURNs is for clients that write "urn:…:User:department": "x" beside the
// core attributes, as Entra's dotted PATCH keys suggest.
func flatURNs(r *repair, body map[string]any) bool {
	if r.patch {
		return false
	}
	changed := false
	for _, key := range r.keysWithURN(body) {
		if _, isSchema := r.t.FindExtension(key); isSchema {
			continue
		}
		target, err := filter.ParseTarget(key)
		if err != nil || target.Filter != nil || target.Path.Attribute == "" {
			continue
		}
		a, ok := r.t.Find(target.Path.URN, target.Path.Attribute, target.Path.Sub)
		if !ok {
			continue
		}
		var path []string
		if a.Extension {
			path = append(path, a.URN)
		}
		path = append(path, a.Definition.Name())
		if a.Sub != nil {
			path = append(path, a.Sub.Name())
		}
		if nest(body, path, body[key]) {
			delete(body, key)
			changed = true
		}
	}
	return changed
}

// nest stores a value at a path of keys; not where something stands already.
func nest(object map[string]any, path []string, v any) bool {
	for _, key := range path[:len(path)-1] {
		switch inner := object[key].(type) {
		case map[string]any:
			object = inner
		case nil:
			made := map[string]any{}
			object[key] = made
			object = made
		default:
			return false
		}
	}
	last := path[len(path)-1]
	if object[last] != nil {
		return false
	}
	object[last] = v
	return true
}
