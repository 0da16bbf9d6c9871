package query

import (
	"context"
	"slices"
	"strings"

	"scimforce/salesforce/simulator/org"
)

// maxHops is how many parent relationships a path may walk.
const maxHops = 5

// scope is what paths are resolved against.
type scope struct {
	view    *org.View
	src     source
	user    *user
	obj     *org.Object
	alias   string
	aliases map[string][]string // of relationships, in small letters, to their paths
	deleted bool                // deleted records too
	depth   int                 // of subqueries in the SELECT list
	inner   bool                // within a semi-join
	root    *statement
	place   []int // of a subquery, in the SELECT lists from root's on
}

// user is who asks, and until when.
type user struct {
	org.Actor
	ctx     context.Context // of one query, which this is part of
	late    bool            // ctx is over: what was found is not all
	reckons *calendar
}

// patience is how many records are looked at before the time is.
const patience = 1024

// stopped reports whether the query is to end without an answer.
func (u *user) stopped() bool {
	u.late = u.late || u.ctx.Err() != nil
	return u.late
}

// calendar is the user's, read when it is first needed.
func (sc scope) calendar() calendar {
	if sc.user.reckons == nil {
		c := userCalendar(sc.view, sc.user.Actor)
		sc.user.reckons = &c
	}
	return *sc.user.reckons
}

// field finds a field that the user may see.
func (sc scope) field(obj *org.Object, name string) (int, bool) {
	i, ok := obj.FieldIndex(name)
	return i, ok && sc.view.Sees(obj, i)
}

// object finds an object that the user may query.
func (sc scope) object(name string) (*org.Object, bool) {
	obj, ok := sc.view.Object(name)
	if !ok || !obj.Queryable || !sc.view.Reads(obj) {
		return nil, false
	}
	return obj, true
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
	field int // -1: the name of the record's object
	other map[*org.Object]int
	many  bool // of a reference: it is polymorphic
}

func (h *hop) read(r org.Record) any {
	obj := r.Object()
	if h.field < 0 {
		return obj.Name
	}
	if obj == h.obj {
		return r.Value(h.field)
	}
	if i, ok := h.other[obj]; ok {
		return r.Value(i)
	}
	return nil
}

// read gives the path's value, nil where a relationship on the way is null.
func (p *path) read(v *org.View, r org.Record) any {
	for i := range p.hops {
		id, _ := p.hops[i].read(r).(string)
		var ok bool
		if r, ok = v.Target(id); !ok {
			return nil
		}
	}
	return p.leaf.read(r)
}

// plain reports whether the path is a field of the object itself.
func (p *path) plain() bool { return len(p.hops) == 0 && p.leaf.field >= 0 }

// same reports whether two paths lead to the same field.
func (p *path) same(other *path) bool {
	return p.leaf.name == other.leaf.name && slices.EqualFunc(p.hops, other.hops, func(a, b hop) bool { return a.name == b.name })
}

// resolve finds the field that a path names.
func (sc scope) resolve(n name) (path, *Error) {
	if i, ok := sc.field(sc.obj, n.text); ok {
		def := &sc.obj.Fields[i]
		return path{leaf: hop{name: def.Name, obj: sc.obj, field: i}, def: def}, nil
	}
	parts := sc.unqualified(n.text)
	p, from, err := sc.walk(n, parts[:len(parts)-1])
	if err != nil {
		return p, err
	}
	last := parts[len(parts)-1]
	leaf, ok := hopTo(from, last, sc.field)
	polymorphic := len(p.hops) > 0 && p.hops[len(p.hops)-1].many
	switch {
	case polymorphic && strings.EqualFold(last, "Type"):
		leaf, ok = hop{field: -1}, true
		p.def = &org.Field{Name: "Type", Type: "string", Filterable: true, Sortable: true, Groupable: true}
	case polymorphic && !ofName(last):
		return p, sc.src.noColumn(n.offset, last, "Name")
	case ok:
		p.def = &leaf.obj.Fields[leaf.field]
	}
	if !ok {
		return p, sc.src.noColumn(n.offset, last, from[0].Name)
	}
	p.leaf = leaf
	p.leaf.name = p.def.Name
	return p, nil
}

// from sets the scope of a statement's FROM.
func (sc *scope) from(obj *org.Object, st *statement) *Error {
	sc.obj, sc.alias, sc.aliases = obj, st.alias, nil
	for _, r := range st.more {
		parts := sc.unqualified(r.path.text)
		if _, _, err := sc.walk(r.path, parts); err != nil {
			return err
		}
		if sc.aliases == nil {
			sc.aliases = map[string][]string{}
		}
		sc.aliases[strings.ToLower(r.alias)] = parts
	}
	return nil
}

// unqualified cuts a path into its names, without the object's own name or its
// alias before them; the alias of a relationship becomes its path.
func (sc scope) unqualified(text string) []string {
	parts := strings.Split(text, ".")
	if path, ok := sc.aliases[strings.ToLower(parts[0])]; ok {
		return append(slices.Clip(path), parts[1:]...)
	}
	if len(parts) > 1 && (sc.alias != "" && strings.EqualFold(parts[0], sc.alias) || strings.EqualFold(parts[0], sc.obj.Name)) {
		if _, ok := sc.obj.Relationship(parts[0]); !ok {
			return parts[1:]
		}
	}
	return parts
}

// walk follows relationships and gives the objects they may end at.
func (sc scope) walk(n name, relationships []string) (p path, from []*org.Object, err *Error) {
	if len(relationships) > maxHops {
		return p, nil, sc.src.at(n.offset, "INVALID_FIELD", "maximum %d parent relationship levels", maxHops) // unverified: the words for too many parent relationships
	}
	from = []*org.Object{sc.obj}
	for i, part := range relationships {
		h, ok := hopTo(from, part, func(obj *org.Object, name string) (int, bool) {
			i, ok := obj.Relationship(name)
			return i, ok && sc.view.Sees(obj, i)
		})
		if !ok || i > 0 && p.hops[i-1].many && !ofName(part) {
			return p, nil, sc.src.noRelationship(n.offset, part)
		}
		def := &h.obj.Fields[h.field]
		h.name, h.many = def.RelationshipName, len(def.ReferenceTo) > 1
		p.hops = append(p.hops, h)
		from = from[:0:0]
		for _, target := range def.ReferenceTo {
			if obj, ok := sc.object(target); ok {
				from = append(from, obj)
			}
		}
		if len(from) == 0 {
			return p, nil, sc.src.noRelationship(n.offset, part)
		}
	}
	return p, from, nil
}

// ofName reports whether a polymorphic relationship leads to the field or the
// relationship: to all objects at once it shows the object Name alone, and
// TYPEOF shows more.
//
// unverified: which fields the object Name has
func ofName(field string) bool {
	switch strings.ToLower(field) {
	case "id", "name", "alias", "email", "firstname", "lastname", "middlename", "suffix", "nameoralias", "username", "isactive", "phone", "title",
		"type", "profileid", "profile", "userroleid", "userrole", "recordtypeid", "recordtype", "lastvieweddate", "lastreferenceddate":
		return true
	}
	return false
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
