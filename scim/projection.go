package scim

import (
	"slices"
	"strings"

	"github.com/elimity-com/scim/schema"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

// selection is a set of attributes: by URN and name, and for each either the
// whole attribute or some of its sub-attributes. Names are in lower case.
type selection map[string]*selected

// selected is what of one attribute is meant: all of it, or subs.
type selected struct {
	whole bool
	subs  map[string]bool
}

// projection decides what of a resource is shown (RFC 7644 3.4.2.5 and 3.9,
// RFC 7643 7 "returned").
type projection struct {
	typ resource.Type
	// only is nil when the client did not say which attributes it wants.
	only   selection
	except selection
	// written are the attributes that a POST, PUT or PATCH gave.
	written selection
	// sparing is of lists: what is shown on request only is not read of everybody.
	sparing bool
	// decided is what was decided of each attribute, by the URN of its schema:
	// a page of resources asks again and again. A projection is of one request
	// and is used by one goroutine.
	decided map[string]map[string]*decision
}

// decision is what becomes of one attribute: not shown, or with the
// sub-attributes that are. key is set when the client chose attributes.
type decision struct {
	shown      bool
	key        string
	definition *schema.CoreAttribute
	subs       map[string]bool
}

// readProjection reads attributes and excludedAttributes. Names that the type
// does not have select nothing; a value filter within a name, which Entra
// sends (`emails[type eq "work"]`), is not applied: the attribute is shown
// whole.
func readProjection(p parameters, t resource.Type) projection {
	proj := projection{typ: t, decided: map[string]map[string]*decision{}}
	if text, ok := p["attributes"]; ok {
		proj.only = selectAttributes(text, t)
	}
	if text, ok := p["excludedattributes"]; ok {
		proj.except = selectAttributes(text, t)
	}
	return proj
}

// asked reports whether the client chose attributes: then a PATCH must answer
// with a body (RFC 7644 3.5.2).
func (p projection) asked() bool { return p.only != nil || p.except != nil }

// selectAttributes reads a list of attribute names.
func selectAttributes(text string, t resource.Type) selection {
	s := selection{}
	for _, name := range splitNames(text) {
		target, err := filter.ParseTarget(name)
		if err != nil {
			continue
		}
		path := target.Path
		if path.Attribute == "" {
			s.addSchema(path.URN, t)
			continue
		}
		sub := path.Sub
		if sub == "" {
			sub = target.Sub
		}
		if strings.EqualFold(sub, "$ref") {
			// Some schemas do not declare $ref; every reference has it.
			if a, ok := t.Find(path.URN, path.Attribute, ""); ok {
				s.add(key(a), "$ref")
			}
			continue
		}
		if a, ok := t.Find(path.URN, path.Attribute, sub); ok {
			s.add(key(a), sub)
		}
	}
	return s
}

// addSchema selects all attributes of the schema urn.
func (s selection) addSchema(urn string, t resource.Type) {
	for _, sch := range append([]schema.Schema{t.Core}, t.Extensions...) {
		if !resource.SameURN(sch.ID, urn) {
			continue
		}
		for _, a := range sch.Attributes {
			s.add(attributeKey(sch.ID, a.Name()), "")
		}
	}
}

// add selects an attribute, whole when sub is "".
func (s selection) add(key, sub string) {
	entry := s[key]
	if entry == nil {
		entry = &selected{subs: map[string]bool{}}
		s[key] = entry
	}
	if sub == "" {
		entry.whole = true
		return
	}
	entry.subs[strings.ToLower(sub)] = true
}

func key(a resource.Attribute) string { return attributeKey(a.URN, a.Definition.Name()) }

func attributeKey(urn, name string) string { return strings.ToLower(urn + ":" + name) }

// splitNames splits at commas and blanks outside brackets and quotes.
func splitNames(text string) []string {
	var names []string
	start, depth, quoted := 0, 0, false
	take := func(end int) {
		if name := strings.TrimSpace(text[start:end]); name != "" {
			names = append(names, name)
		}
		start = end + 1
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth <= 0 && (c == ',' || c == ' '):
			take(i)
		}
	}
	take(len(text))
	return names
}

// keeps decides on an attribute by its "returned" characteristic.
func (p projection) keeps(urn, name, returned string) bool {
	switch {
	case returned == "never":
		return false
	case returned == "always":
		return true
	case !p.asked() && returned != "request":
		return true
	}
	k := attributeKey(urn, name)
	if e := p.except[k]; e != nil && e.whole {
		return false
	}
	if p.only != nil {
		return p.only[k] != nil
	}
	return returned != "request" || p.written[k] != nil
}

// apply returns what of r is shown. r stays as it is and may share values with
// the result.
func (p projection) apply(r map[string]any) map[string]any {
	shown := p.level(r, p.typ.Core, true)
	schemas := []any{p.typ.Core.ID}
	for _, e := range p.typ.Extensions {
		nested, ok := r[e.ID].(map[string]any)
		if !ok {
			continue
		}
		if kept := p.level(nested, e, false); len(kept) > 0 {
			shown[e.ID] = kept
			schemas = append(schemas, e.ID)
		}
	}
	shown["schemas"] = schemas
	return shown
}

// level projects the attributes of one schema: the top of a resource or an
// extension's object.
func (p projection) level(r map[string]any, s schema.Schema, top bool) map[string]any {
	shown := make(map[string]any, len(r))
	for name, value := range r {
		if top && (name == "schemas" || p.isExtension(name)) {
			continue
		}
		if empty(value) {
			continue
		}
		d := p.decide(s, name, top)
		if !d.shown {
			continue
		}
		if kept := p.inside(value, d); kept != nil {
			shown[name] = kept
		}
	}
	return shown
}

// decide finds what becomes of an attribute of a schema.
func (p projection) decide(s schema.Schema, name string, top bool) *decision {
	ofSchema := p.decided[s.ID]
	if ofSchema == nil {
		ofSchema = map[string]*decision{}
		p.decided[s.ID] = ofSchema
	}
	d := ofSchema[name]
	if d == nil {
		returned, definition := returnedOf(s, name, top)
		d = &decision{shown: p.keeps(s.ID, name, returned), definition: definition}
		if p.asked() {
			d.key = attributeKey(s.ID, name)
		}
		ofSchema[name] = d
	}
	return d
}

// isExtension reports whether name is an extension's URN.
func (p projection) isExtension(name string) bool {
	return slices.ContainsFunc(p.typ.Extensions, func(e schema.Schema) bool { return e.ID == name })
}

// returnedOf is the "returned" characteristic of an attribute. Of the common
// attributes (RFC 7643 3.1) only id is always returned.
func returnedOf(s schema.Schema, name string, top bool) (string, *schema.CoreAttribute) {
	if top && name == "id" {
		return "always", nil
	}
	if a, ok := s.Attributes.ContainsAttribute(name); ok {
		return a.Returned(), &a
	}
	return "default", nil
}

// inside keeps the chosen sub-attributes of a complex value or of each of
// several; nil when nothing is left of it. What is kept whole is not copied.
func (p projection) inside(value any, d *decision) any {
	switch v := value.(type) {
	case map[string]any:
		return p.insideOne(v, d)
	case []any:
		kept := make([]any, 0, len(v))
		for _, element := range v {
			if shown := p.inside(element, d); shown != nil {
				kept = append(kept, shown)
			}
		}
		if len(kept) == 0 && len(v) > 0 {
			return nil
		}
		return kept
	}
	return value
}

func (p projection) insideOne(v map[string]any, d *decision) any {
	dropped := 0
	for name, sub := range v {
		shown, known := d.subs[name]
		if !known {
			shown = p.keepsSub(d.key, name, d.definition)
			if d.subs == nil {
				d.subs = map[string]bool{}
			}
			d.subs[name] = shown
		}
		if !shown || empty(sub) {
			dropped++
		}
	}
	switch dropped {
	case 0:
		return v
	case len(v):
		return nil
	}
	kept := make(map[string]any, len(v)-dropped)
	for name, sub := range v {
		if d.subs[name] && !empty(sub) {
			kept[name] = sub
		}
	}
	return kept
}

// keepsSub decides on a sub-attribute of an attribute that is kept.
func (p projection) keepsSub(k, name string, definition *schema.CoreAttribute) bool {
	returned := "default"
	if definition != nil {
		if sub, ok := definition.SubAttributes().ContainsAttribute(name); ok {
			returned = sub.Returned()
		}
	}
	switch {
	case returned == "never":
		return false
	case returned == "always":
		return true
	case !p.asked():
		return returned != "request"
	}
	lower := strings.ToLower(name)
	only, except := p.only[k], p.except[k]
	switch {
	case except != nil && except.subs[lower]:
		return false
	case only != nil && !only.whole:
		return only.subs[lower]
	case returned == "request":
		return only != nil && only.subs[lower]
	}
	return true
}

// empty reports whether a value is nothing: null. An empty list is shown as
// [] (Entra wants to see "members": [] of a group made empty).
func empty(value any) bool { return value == nil }
