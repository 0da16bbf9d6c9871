package scim

import (
	"slices"

	"github.com/elimity-com/scim/schema"

	"scimforce/scim/directory"
	"scimforce/scim/patch"
)

// shows reports whether the attribute of the core schema would be shown: what
// is not shown need not be read.
func (p projection) shows(name string) bool {
	a, ok := p.typ.Find("", name, "")
	if !ok {
		return false
	}
	return p.keeps(a.URN, a.Definition.Name(), a.Definition.Returned())
}

// attributes are the names of what would be shown, in full, as
// directory.Attributes takes them; nil for all, when the client did not choose
// and little would be read in vain. Whoever sees a version has all that it is of
// read.
func (p projection) attributes() *directory.Attributes {
	versioned := p.keeps(p.typ.Core.ID, "meta", "default")
	if spares := p.sparing && p.hasMore(); !spares && (versioned || !p.asked()) {
		return nil
	}
	names := []string{"id"}
	if versioned || p.keeps(p.typ.Core.ID, "externalId", "default") {
		names = append(names, "externalId")
	}
	for i, s := range append([]schema.Schema{p.typ.Core}, p.typ.Extensions...) {
		prefix := ""
		if i > 0 {
			prefix = s.ID + ":"
		}
		for _, a := range s.Attributes {
			name, k := prefix+a.Name(), attributeKey(s.ID, a.Name())
			if versioned && a.Returned() != "request" {
				names = append(names, name)
				continue
			}
			if !p.keeps(s.ID, a.Name(), a.Returned()) {
				continue
			}
			if !p.parts(k) {
				names = append(names, name)
				continue
			}
			for _, sub := range a.SubAttributes() {
				if p.keepsSub(k, sub.Name(), &a) {
					names = append(names, name+"."+sub.Name())
				}
			}
		}
	}
	return directory.NewAttributes(names...)
}

// hasMore reports whether an extension has attributes that are shown on request
// only: the org may have a hundred of them.
func (p projection) hasMore() bool {
	return slices.ContainsFunc(p.typ.Extensions, func(s schema.Schema) bool {
		return slices.ContainsFunc(s.Attributes, func(a schema.CoreAttribute) bool { return a.Returned() == "request" })
	})
}

// having is the projection for the answer to a POST or PUT of a resource:
// attributes that are shown on request only are shown to those who write them
// (RFC 7643 7).
func (p projection) having(sent map[string]any) projection {
	p.written = selection{}
	for i, s := range append([]schema.Schema{p.typ.Core}, p.typ.Extensions...) {
		given := sent
		if i > 0 {
			given, _ = sent[s.ID].(map[string]any)
		}
		for name := range given {
			p.written.add(attributeKey(s.ID, name), "")
		}
	}
	return p
}

// changing is having for a PATCH.
func (p projection) changing(operations []patch.Operation) projection {
	p.written = selection{}
	for _, o := range operations {
		if a, ok := p.typ.Find(o.Target.Path.URN, o.Target.Path.Attribute, ""); ok {
			p.written.add(key(a), "")
		}
	}
	return p
}

// parts reports whether the client chose among the sub-attributes of an attribute.
func (p projection) parts(k string) bool {
	only, except := p.only[k], p.except[k]
	return only != nil && !only.whole || except != nil && len(except.subs) > 0
}
