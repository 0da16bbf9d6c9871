// Package forgive repairs what SCIM clients are known to get wrong, in one
// place and before anything is validated: what comes out is what the client
// should have sent. Every rule is a function of its own, named in the table in
// rules.go with the client that it is for, and each has a test with the body
// that this client sends.
//
// A body without mistakes passes as it is, and forgiving twice changes no more
// than forgiving once. Only forms that somebody sends may enter here; what the
// RFCs leave open (the case of names, null for no value) is not a mistake and
// belongs to packages resource, filter and patch.
package forgive

import (
	"net/http"
	"strings"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// Body repairs the decoded body of a POST, PUT or PATCH request for a resource
// of type t, in place, and returns the names of the rules that changed something,
// in the order of the table. It never fails: what it does not understand it leaves
// for validation to refuse.
func Body(t resource.Type, method string, body map[string]any) []string {
	if body == nil {
		return nil
	}
	r := &repair{t: t, patch: method == http.MethodPatch}
	for i := range rules {
		if rules[i].request != nil {
			r.note(i, rules[i].request(r, body))
		}
	}
	if r.patch {
		r.operations(body)
	} else {
		r.object(body, "")
	}
	var names []string
	for i := range rules {
		if r.acted&(1<<i) != 0 {
			names = append(names, rules[i].name)
		}
	}
	return names
}

// Filter repairs a filter. The parser takes nearly all that clients send; what
// is left is PingFederate's default template `email Co "x"`, an attribute that
// users do not have.
func Filter(s string) string {
	if !strings.Contains(strings.ToLower(s), "email ") {
		return s
	}
	e, err := filter.Parse(s)
	if err != nil {
		return s
	}
	if repaired, changed := emailFilter(e); changed {
		return repaired.String()
	}
	return s
}

// repair is one run over a body.
type repair struct {
	t     resource.Type
	patch bool
	acted uint64 // a bit for each rule that changed something
	// changes is how often that was, and listed how often it had been when urns
	// were listed, and one.
	changes, listed int
	urns            []string
}

func (r *repair) note(rule int, changed bool) {
	if changed {
		r.acted |= 1 << rule
		r.changes++
	}
}

// operations walks through the operations of a PATCH.
func (r *repair) operations(body map[string]any) {
	list, ok := body["Operations"].([]any)
	if !ok {
		return
	}
	wanted := make([]any, 0, len(list))
	for _, raw := range list {
		o, ok := raw.(map[string]any)
		if !ok {
			wanted = append(wanted, raw)
			continue
		}
		for i := range rules {
			if rules[i].operation != nil {
				r.note(i, rules[i].operation(r, o))
			}
		}
		r.operationValue(o)
		for i := range rules {
			if rules[i].finished != nil {
				r.note(i, rules[i].finished(o))
			}
		}
		if !r.unwanted(o) {
			wanted = append(wanted, o)
		}
	}
	body["Operations"] = wanted
}

// unwanted says whether a rule wants the operation left out.
func (r *repair) unwanted(o map[string]any) bool {
	for i := range rules {
		if rules[i].unwanted == nil {
			continue
		}
		drop, changed := rules[i].unwanted(r, o)
		r.note(i, drop || changed)
		if drop {
			return true
		}
	}
	return false
}

func (r *repair) operationValue(o map[string]any) {
	v, given := o["value"]
	path, _ := o["path"].(string)
	if !given {
		return
	}
	if path == "" {
		if object, ok := v.(map[string]any); ok {
			r.object(object, "")
		}
		return
	}
	o["value"] = r.keyed(path, "", v)
}

// object repairs the values of an object whose keys are attributes or, in a
// PATCH, paths; with a urn they are those of an extension.
func (r *repair) object(object map[string]any, urn string) {
	for key, v := range object {
		if key == "schemas" {
			continue // no attribute
		}
		before := r.changes
		repaired := r.keyed(key, urn, v)
		switch {
		case r.changes == before:
		case repaired == nil && !r.patch:
			delete(object, key)
		default:
			object[key] = repaired
		}
	}
}

// keyed repairs the value of an attribute named by a path or key. In a PATCH
// nil means that the attribute is to be removed.
func (r *repair) keyed(key, urn string, v any) any {
	if inner, ok := v.(map[string]any); ok && urn == "" && isURN(key) {
		if e, isExtension := r.t.FindExtension(key); isExtension || r.t.IsCore(key) {
			r.object(inner, e.ID)
			return v
		}
	}
	if d, ok := r.plain(key, urn); ok {
		return r.value(d, v)
	}
	target, err := filter.ParseTarget(key)
	if err != nil {
		return v
	}
	path := target.Path
	if path.URN == "" {
		path.URN = urn
		if urn == "" && !r.patch {
			path.URN = r.t.Core.ID // at the top of a resource stand core attributes
		}
	}
	if target.Sub != "" {
		path.Sub = target.Sub
	}
	a, ok := r.t.Find(path.URN, path.Attribute, path.Sub)
	if !ok {
		return v
	}
	if a.Sub != nil {
		return r.value(a.Sub, v)
	}
	if target.Filter != nil && v != "" {
		return r.element(a.Definition, v)
	}
	return r.value(a.Definition, v)
}

// plain finds the attribute of a key that is its name and nothing else, as most
// are.
func (r *repair) plain(key, urn string) (definition, bool) {
	if urn == "" {
		a, ok := r.t.FindCore(key)
		return a.Definition, ok
	}
	e, _ := r.t.FindExtension(urn)
	return resource.Lookup(e.Attributes, key)
}

// value repairs a whole value of an attribute: a list where it is multi-valued.
func (r *repair) value(d definition, v any) any {
	if settled(d, v) {
		return v
	}
	for _, i := range valueRules {
		var changed bool
		v, changed = rules[i].value(d, v)
		r.note(i, changed)
	}
	if !d.MultiValued() {
		return r.element(d, v)
	}
	if list, ok := v.([]any); ok {
		for i, e := range list {
			list[i] = r.element(d, e)
		}
	}
	return v
}

// settled says that a value is a text where one text is meant, or a boolean where
// one is, as most are: no rule is for those.
func settled(d definition, v any) bool {
	if d.MultiValued() {
		return false
	}
	switch v := v.(type) {
	case string:
		t := d.AttributeType()
		return v != "" && (t == "string" || t == "reference" || t == "dateTime" || t == "binary")
	case bool:
		return d.AttributeType() == "boolean"
	}
	return false
}

// element repairs one value, and the sub-attributes of a complex one.
func (r *repair) element(d definition, v any) any {
	for _, i := range elementRules {
		var changed bool
		v, changed = rules[i].element(d, v)
		r.note(i, changed)
	}
	object, ok := v.(map[string]any)
	if !ok || !d.HasSubAttributes() {
		return v
	}
	for key, inner := range object {
		sub, ok := resource.Lookup(d.SubAttributes(), key)
		if !ok {
			continue
		}
		before := r.changes
		switch repaired := r.value(sub, inner); {
		case r.changes == before:
		case repaired == nil:
			delete(object, key)
		default:
			object[key] = repaired
		}
	}
	return v
}
