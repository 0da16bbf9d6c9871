package query

import (
	"strings"

	"scimforce/salesforce/simulator/org"
)

// projection says what a SELECT list takes of a record, as a tree along the
// parent relationships.
type projection struct{ columns []*column }

// column is one field, one parent with columns of its own, or one subquery.
type column struct {
	at     hop
	parent *projection
	child  *plan
	field  int // the child's reference field
}

// projection resolves a SELECT list.
func (sc scope) projection(st *statement) (projection, *Error) {
	var out projection
	for _, it := range st.items {
		switch {
		case it.subquery != nil:
			c, err := sc.subquery(it.subquery)
			if err != nil {
				return out, err
			}
			out.columns = append(out.columns, c)
		case it.fields != "":
			if err := sc.every(&out, it, st.limit); err != nil {
				return out, err
			}
		default:
			p, err := sc.resolve(it.path)
			if err != nil {
				return out, err
			}
			if !out.add(p) {
				return out, sc.src.at(it.path.offset, "INVALID_FIELD", "duplicate field selected: %s", p.def.Name) // unverified
			}
		}
	}
	return out, nil
}

// add hangs a path into the tree, parents at the place of their first mention.
// It is false when the path is there already.
func (out *projection) add(p path) bool {
	here := out
	for _, h := range p.hops {
		here = here.under(h)
	}
	for _, c := range here.columns {
		if c.parent == nil && c.child == nil && c.at.name == p.leaf.name {
			return false
		}
	}
	here.columns = append(here.columns, &column{at: p.leaf})
	return true
}

func (out *projection) under(h hop) *projection {
	for _, c := range out.columns {
		if c.parent != nil && c.at.name == h.name {
			return c.parent
		}
	}
	c := &column{at: h, parent: &projection{}}
	out.columns = append(out.columns, c)
	return c.parent
}

// every is FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM).
func (sc scope) every(out *projection, it item, limit int) *Error {
	if it.fields != "STANDARD" && (limit < 0 || limit > 200) {
		return plain("MALFORMED_QUERY", "The SOQL FIELDS function must have a LIMIT of at most 200") // unverified
	}
	for i := range sc.obj.Fields {
		f := &sc.obj.Fields[i]
		if f.Custom && it.fields == "STANDARD" || !f.Custom && it.fields == "CUSTOM" {
			continue
		}
		out.add(path{leaf: hop{name: f.Name, obj: sc.obj, field: i}, def: f})
	}
	return nil
}

// subquery resolves a child subquery: its FROM names a relationship.
func (sc scope) subquery(st *statement) (*column, *Error) {
	name := strings.TrimPrefix(st.from.text, sc.alias+".")
	rel, ok := sc.obj.Child(name)
	if !ok {
		return nil, sc.src.noChild(st.from.offset, st.from.text)
	}
	obj, ok := sc.view.Object(rel.ChildObject)
	if !ok {
		return nil, sc.src.noChild(st.from.offset, st.from.text)
	}
	field, ok := obj.FieldIndex(rel.Field)
	if !ok || st.count || sc.depth > 0 {
		return nil, sc.src.noChild(st.from.offset, st.from.text)
	}
	child, err := scope{view: sc.view, src: sc.src, obj: obj, alias: st.alias, depth: sc.depth + 1}.planned(st)
	if err != nil {
		return nil, err
	}
	return &column{at: hop{name: rel.Name}, child: child, field: field}, nil
}

// record takes the columns of one record.
func (out projection) record(v *org.View, r org.Record) Record {
	rec := Record{Object: r.Object(), ID: r.ID(), Fields: make([]Value, len(out.columns))}
	for i, c := range out.columns {
		value := Value{Name: c.at.name}
		switch {
		case c.child != nil:
			if children := c.child.run(&parent{c.field, r.ID()}); len(children.Rows) > 0 {
				value.Children = children // unverified: an empty subquery is null
			}
		case c.parent != nil:
			id, _ := c.at.read(r).(string)
			if up, ok := v.Target(id); ok {
				above := c.parent.record(v, up)
				value.Record = &above
			}
		default:
			value.Scalar = c.at.read(r)
		}
		rec.Fields[i] = value
	}
	return rec
}
