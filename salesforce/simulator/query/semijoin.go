package query

import (
	"slices"

	"scimforce/salesforce/simulator/org"
)

// semiJoin compiles [NOT] IN (SELECT ...): the inner SELECT gives one column of
// ids. Nulls in it match nothing.
func (sc scope) semiJoin(m membership) (filter, *Error) {
	x, err := sc.filterable(m.value)
	if err != nil {
		return filter{}, err
	}
	if typeOf(x.def) != "ID" || !x.path.plain() || x.fn != nil {
		// unverified: the words for a semi-join of another field than an id, and for one through a relationship
		return filter{}, sc.src.at(m.value.path.offset, "INVALID_FIELD", "The left operand '%s' in the where expression with inner query should be an id field", m.value.text())
	}
	inner, column, err := sc.innerSelect(m.subquery)
	if err != nil {
		return filter{}, err
	}
	j := &join{plan: inner, column: column, view: sc.view, outer: sc, field: x.path.leaf.field}
	out := filter{cost: 10}
	if m.not {
		out.match = func(r org.Record) bool { return !j.holds(r) }
		return out, nil
	}
	out.match = j.holds
	if sc.view.Indexed(sc.obj, j.field) {
		out.probe = j
	}
	return out, nil
}

// innerSelect resolves the SELECT of a semi-join, which may do less than one of
// its own.
func (sc scope) innerSelect(st *statement) (*plan, int, *Error) {
	if len(st.items) != 1 || st.items[0].subquery != nil || st.items[0].fields != "" || st.items[0].branches != nil || st.items[0].value.function != "" {
		return nil, 0, malformed("Only one field is allowed in the inner select of a semi join") // unverified: the words for more than one field in a semi-join
	}
	for _, clause := range []struct {
		word  string
		there bool
	}{{"GROUP", st.group != nil}, {"ORDER", st.order != nil}, {"LIMIT", st.limit >= 0}, {"OFFSET", st.skips}, {"FOR", st.locks}} {
		if clause.there {
			return nil, 0, malformed("missing value at '%s'", clause.word)
		}
	}
	obj, ok := sc.object(st.from.text)
	if !ok {
		return nil, 0, sc.src.noObject(st.from.offset, st.from.text)
	}
	if obj == sc.obj {
		return nil, 0, malformed("The inner and outer selects should not be on the same object type")
	}
	// unverified: a semi-join never looks at deleted records, not in queryAll either
	inner := scope{view: sc.view, src: sc.src, user: sc.user, inner: true}
	if err := inner.from(obj, st); err != nil {
		return nil, 0, err
	}
	p := &plan{scope: inner, st: st}
	column, err := inner.resolve(st.items[0].value.path)
	if err != nil {
		return nil, 0, err
	}
	if typeOf(column.def) != "ID" || !column.plain() {
		// unverified: the words for a semi-join that selects another field than an id
		return nil, 0, sc.src.at(st.items[0].value.path.offset, "INVALID_FIELD", "The inner select field '%s' must be a reference field or the id field", st.items[0].value.text())
	}
	p.filter, err = inner.filter(st.where)
	return p, column.leaf.field, err
}

// join is a semi-join at work. It is driven from its smaller side: as a probe
// from the ids that the inner SELECT finds, and where the outer records are
// fewer, by looking each of them up in the inner object.
type join struct {
	plan   *plan
	column int // of the inner object
	view   *org.View
	outer  scope
	field  int // of the outer object
	looked int
	ids    map[string]bool // nil: the inner SELECT has not been run
}

func (j *join) holds(r org.Record) bool {
	id, ok := r.Value(j.field).(string)
	if !ok {
		return false
	}
	inner := j.plan.obj
	if j.ids == nil && j.looked < j.size() && j.view.Indexed(inner, j.column) {
		j.looked++
		for found := range j.view.Lookup(inner, j.column, id, org.Bound{}) {
			if j.plan.filter.match(found) {
				return true
			}
		}
		return false
	}
	return j.found()[id]
}

// found runs the inner SELECT, once.
func (j *join) found() map[string]bool {
	if j.ids == nil {
		j.ids = map[string]bool{}
		for r := range j.plan.candidates() {
			if id, ok := r.Value(j.column).(string); ok && !j.ids[id] && j.plan.filter.match(r) {
				j.ids[id] = true
			}
		}
	}
	return j.ids
}

// size is how many records the inner SELECT looks at.
func (j *join) size() int {
	if j.plan.filter.probe != nil {
		return j.plan.filter.probe.size()
	}
	return j.view.Len(j.plan.obj)
}

func (j *join) walk(b org.Bound) records {
	ids := make([]string, 0, len(j.found()))
	for id := range j.found() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return j.outer.keys(j.field, ids).walk(b)
}
