package query

import (
	"slices"
	"strings"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/wire"
)

// maxFields is how many records FIELDS(ALL) and FIELDS(CUSTOM) may ask for.
const maxFields = 200

// maxDepthOfChildren is how many levels of records a statement may show below
// its own.
const maxDepthOfChildren = 4

// projection says what a SELECT list takes of a record, as a tree along the
// parent relationships.
type projection struct {
	columns  []*column
	named    bool // of a polymorphic parent: its attributes say Name
	children bool // there are subqueries among the columns

	templates map[org.Shape]*template // nil for a shape met once
}

// column is one field, one parent with columns of its own, or one subquery.
type column struct {
	key   []byte // ,"Name": as it stands in JSON
	name  string
	value value

	at     *hop // of a parent: the reference field
	parent *projection
	cases  map[*org.Object]*projection // of TYPEOF, with parent its ELSE

	child *plan
	field int // the child's reference field
	item  int // of a subquery: its place in the SELECT list
}

func newColumn(name string) *column {
	return &column{name: name, key: append(wire.AppendString([]byte{','}, name), ':')}
}

// projection resolves a SELECT list.
func (sc scope) projection(st *statement) (*projection, *Error) {
	out := &projection{}
	for i, it := range st.items {
		var err *Error
		switch {
		case it.subquery != nil:
			var c *column
			if c, err = sc.subquery(it.subquery, i, st.limit); err == nil {
				out.columns, out.children = append(out.columns, c), true
			}
		case it.fields != "":
			err = sc.every(out, it, st)
		case it.branches != nil:
			err = sc.typeof(out, it)
		default:
			err = sc.selected(out, it)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// selected adds a field or a function of one.
func (sc scope) selected(out *projection, it item) *Error {
	if it.alias != "" && it.value.function != "TOLABEL" && it.value.function != "FORMAT" {
		return malformed("only aggregate expressions use field aliasing")
	}
	if it.value.function != "" && dateFunctions(it.value.function) != nil {
		return malformed("Field must be grouped or aggregated: %s", it.value.text()) // unverified: the words for a date function that is not grouped
	}
	x, err := sc.value(it.value)
	if err != nil {
		return err
	}
	if !out.add(x, it.alias) {
		return duplicateField(x.text)
	}
	return nil
}

func duplicateField(name string) *Error {
	return plain("INVALID_FIELD", "duplicate field selected: %s", name)
}

// add hangs a value into the tree, parents at the place of their first mention.
// It is false when the name is taken.
func (out *projection) add(x value, alias string) bool {
	here := out
	if alias == "" {
		for i := range x.path.hops {
			name := x.path.hops[i].name
			if slices.ContainsFunc(here.columns, func(c *column) bool { return c.name == name && c.cases != nil }) {
				return false // TYPEOF has the relationship
			}
			here = here.under(&x.path.hops[i])
		}
		alias = x.path.leaf.name
		x.path.hops = nil
	}
	for _, c := range here.columns {
		if c.name == alias {
			return false
		}
	}
	c := newColumn(alias)
	c.value = x
	here.columns = append(here.columns, c)
	return true
}

func (out *projection) under(h *hop) *projection {
	for _, c := range out.columns {
		if c.parent != nil && c.cases == nil && c.name == h.name {
			return c.parent
		}
	}
	c := newColumn(h.name)
	c.at, c.parent = h, &projection{named: h.many}
	out.columns = append(out.columns, c)
	return c.parent
}

// every is FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM).
func (sc scope) every(out *projection, it item, st *statement) *Error {
	if it.fields != "STANDARD" && (st.limit < 0 || st.limit > maxFields) && !fewIDs(st.where) {
		return malformed("The SOQL FIELDS function must have a LIMIT of at most %d", maxFields)
	}
	for i := range sc.obj.Fields {
		f := &sc.obj.Fields[i]
		if f.Custom && it.fields == "STANDARD" || !f.Custom && it.fields == "CUSTOM" || !sc.view.Sees(sc.obj, i) {
			continue
		}
		x := value{path: path{leaf: hop{name: f.Name, obj: sc.obj, field: i}, def: f}, def: f, text: f.Name}
		if !out.add(x, "") {
			return duplicateField(f.Name)
		}
	}
	if len(st.items) == 1 && len(out.columns) == 0 {
		return malformed("'FIELDS(...)' expansion function must result in at least one field being selected.")
	}
	return nil
}

// fewIDs reports whether a WHERE clause names the records it wants, at most 200.
func fewIDs(where condition) bool {
	n, ok := namedIDs(where)
	return ok && n <= maxFields
}

func namedIDs(where condition) (n int, ok bool) {
	isID := func(e expression) bool { return e.function == "" && strings.EqualFold(e.path.text, "Id") }
	switch c := where.(type) {
	case comparison:
		return 1, isID(c.value) && c.op == "="
	case membership:
		return len(c.list), isID(c.value) && !c.not && c.subquery == nil
	case conjunction:
		for _, part := range c.parts {
			if n, ok = namedIDs(part); ok {
				return n, true
			}
		}
	case disjunction:
		for _, part := range c.parts {
			one, named := namedIDs(part)
			if !named {
				return 0, false
			}
			n += one
		}
		return n, true
	}
	return 0, false
}

// typeof adds a TYPEOF: what is shown of a parent depends on what it is.
func (sc scope) typeof(out *projection, it item) *Error {
	relationship := it.value.path
	p, from, err := sc.walk(relationship, sc.unqualified(relationship.text))
	if err != nil {
		return err
	}
	last := &p.hops[len(p.hops)-1]
	here := out
	for i := range p.hops[:len(p.hops)-1] {
		here = here.under(&p.hops[i])
	}
	if !last.many {
		// unverified: the words for TYPEOF of a relationship to one object
		return sc.src.at(relationship.offset, "INVALID_FIELD", "TYPEOF cannot be used with the relationship '%s'", last.name)
	}
	c := newColumn(last.name)
	c.at, c.parent, c.cases = last, &projection{named: true}, map[*org.Object]*projection{}
	for _, b := range it.branches {
		if b.object.text == "" {
			var rest projection
			for _, path := range b.paths {
				p, err := sc.resolve(name{relationship.text + "." + path.text, path.offset})
				if err != nil {
					return err
				}
				if !rest.add(value{path: p, def: p.def}, "") {
					return duplicateField(path.text)
				}
			}
			c.parent = rest.columns[len(rest.columns)-1].parent
			continue
		}
		obj, ok := sc.object(b.object.text)
		if !ok || !slices.Contains(from, obj) {
			return sc.src.noObject(b.object.offset, b.object.text)
		}
		inside, shown := scope{view: sc.view, src: sc.src, user: sc.user, obj: obj}, &projection{}
		for _, path := range b.paths {
			p, err := inside.resolve(path)
			if err != nil {
				return err
			}
			if !shown.add(value{path: p, def: p.def}, "") {
				return duplicateField(path.text)
			}
		}
		c.cases[obj] = shown
	}
	for _, other := range here.columns {
		if other.name == c.name {
			return duplicateField(c.name)
		}
	}
	here.columns = append(here.columns, c)
	return nil
}

// subquery resolves a child subquery: its FROM names a relationship.
func (sc scope) subquery(st *statement, item, parentLimit int) (*column, *Error) {
	refused := sc.src.noChild(st.from.offset, st.from.text)
	parts := sc.unqualified(st.from.text)
	rel, ok := sc.obj.Child(parts[len(parts)-1])
	if !ok || len(parts) > 1 || sc.depth >= maxDepthOfChildren {
		return nil, refused
	}
	obj, ok := sc.object(rel.ChildObject)
	if !ok {
		return nil, refused
	}
	field, ok := sc.field(obj, rel.Field)
	if !ok {
		return nil, refused
	}
	if st.skips && parentLimit != 1 {
		return nil, malformed("OFFSET is only allowed in a subquery of a query with LIMIT 1") // unverified: the words for OFFSET in a subquery
	}
	inner := sc
	inner.depth, inner.place = sc.depth+1, append(slices.Clip(sc.place), item)
	child, err := inner.planned(obj, st)
	if err != nil {
		return nil, err
	}
	if child.groups != nil || st.counts() {
		return nil, malformed("only root queries support aggregate expressions")
	}
	c := newColumn(rel.Name)
	c.child, c.field, c.item = child, field, item
	return c, nil
}
