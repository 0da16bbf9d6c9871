package query

import (
	"strings"

	"scimforce/salesforce/simulator/org"
)

// maxHops is how many parent relationships a path may walk.
const maxHops = 5

// scope is what paths are resolved against.
type scope struct {
	view   *org.View
	src    source
	obj    *org.Object
	alias  string
	depth  int  // of subqueries
	nested bool // within OR or NOT
}

// path is a resolved field path: the reference fields to walk, then the field.
type path struct {
	hops []hop
	leaf hop
	def  *org.Field // the field at the end, as the first possible object declares it
}

// hop says which field to read of a record. A polymorphic reference can lead
// to several objects, which may have the field in different places or not have
// it; other is then set.
type hop struct {
	name  string // canonical name: of the relationship, of the field at the end
	obj   *org.Object
	field int
	other map[*org.Object]int
}

func (h hop) read(r org.Record) any {
	if r.Object() == h.obj {
		return r.Value(h.field)
	}
	if i, ok := h.other[r.Object()]; ok {
		return r.Value(i)
	}
	return nil
}

// follow walks to the record that holds the path's field.
func (p path) follow(v *org.View, r org.Record) (org.Record, bool) {
	for _, h := range p.hops {
		id, _ := h.read(r).(string)
		var ok bool
		if r, ok = v.Target(id); !ok {
			return r, false
		}
	}
	return r, true
}

// read gives the path's value, nil where a relationship on the way is null.
func (p path) read(v *org.View, r org.Record) any {
	if len(p.hops) > 0 {
		var ok bool
		if r, ok = p.follow(v, r); !ok {
			return nil
		}
	}
	return p.leaf.read(r)
}

// resolve finds the field that a path names.
func (sc scope) resolve(n name) (path, *Error) {
	if i, ok := sc.obj.FieldIndex(n.text); ok {
		def := &sc.obj.Fields[i]
		return path{leaf: hop{name: def.Name, obj: sc.obj, field: i}, def: def}, nil
	}
	parts := strings.Split(n.text, ".")
	if len(parts) > 1 && (sc.alias != "" && strings.EqualFold(parts[0], sc.alias) || strings.EqualFold(parts[0], sc.obj.Name)) {
		if _, ok := sc.obj.Relationship(parts[0]); !ok {
			parts = parts[1:]
		}
	}
	if len(parts)-1 > maxHops {
		return path{}, sc.src.at(n.offset, "INVALID_FIELD", "maximum %d parent relationship levels", maxHops) // unverified
	}
	var p path
	from := []*org.Object{sc.obj}
	for _, part := range parts[:len(parts)-1] {
		h, ok := hopTo(from, part, (*org.Object).Relationship)
		if !ok {
			return path{}, sc.src.noRelationship(n.offset, part)
		}
		def := h.obj.Fields[h.field]
		h.name = def.RelationshipName
		p.hops = append(p.hops, h)
		from = from[:0:0]
		for _, target := range def.ReferenceTo {
			if obj, ok := sc.view.Object(target); ok {
				from = append(from, obj)
			}
		}
		if len(from) == 0 {
			return path{}, sc.src.noRelationship(n.offset, part)
		}
	}
	last := parts[len(parts)-1]
	leaf, ok := hopTo(from, last, (*org.Object).FieldIndex)
	if !ok {
		return path{}, sc.src.noColumn(n.offset, last, from[0].Name)
	}
	p.leaf, p.def = leaf, &leaf.obj.Fields[leaf.field]
	p.leaf.name = p.def.Name
	return p, nil
}

// hopTo looks a name up in every object a path may be at.
func hopTo(from []*org.Object, name string, find func(*org.Object, string) (int, bool)) (hop, bool) {
	var h hop
	for _, obj := range from {
		i, ok := find(obj, name)
		switch {
		case !ok:
		case h.obj == nil:
			h.obj, h.field = obj, i
		default:
			if h.other == nil {
				h.other = map[*org.Object]int{}
			}
			h.other[obj] = i
		}
	}
	return h, h.obj != nil
}
