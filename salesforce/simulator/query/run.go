package query

import (
	"slices"
	"strings"

	"scimforce/salesforce/simulator/org"
)

// plan is a statement resolved against the org: everything that can be refused
// has been looked at, running it cannot fail but for the number of its groups.
type plan struct {
	scope
	st      *statement
	columns *projection // nil of aggregates
	filter  filter
	order   []sortColumn
	groups  *grouping // nil without aggregates

	families map[any][]org.Record // of a subquery of queryAll: children by parent
}

// plan resolves a statement that selects from an object of the org.
func (sc scope) plan(st *statement) (*plan, *Error) {
	obj, ok := sc.object(st.from.text)
	if !ok {
		return nil, sc.src.noObject(st.from.offset, st.from.text)
	}
	sc.root = st
	return sc.planned(obj, st)
}

// planned resolves a statement that selects from that object.
func (sc scope) planned(obj *org.Object, st *statement) (*plan, *Error) {
	err := sc.from(obj, st)
	if err != nil {
		return nil, err
	}
	p := &plan{scope: sc, st: st}
	switch {
	case st.counts():
		err = st.onlyCounts()
	case st.aggregates():
		p.groups, err = sc.grouping(st)
	default:
		p.columns, err = sc.projection(st)
	}
	if err != nil {
		return nil, err
	}
	if p.filter, err = sc.filter(st.where); err != nil {
		return nil, err
	}
	if err := p.applyScope(); err != nil {
		return nil, err
	}
	if p.groups == nil {
		p.order, err = sc.sortColumns(st)
	}
	return p, err
}

// onlyCounts refuses what COUNT() cannot stand with, as documented.
func (st *statement) onlyCounts() *Error {
	switch {
	case len(st.group) > 0:
		return malformed("COUNT() cannot be used with GROUP BY") // unverified: the words for COUNT() with GROUP BY
	case len(st.order) > 0:
		return malformed("Ordered field must be grouped or aggregated: %s", st.order[0].value.text())
	case st.items[0].alias != "":
		return malformed("COUNT() cannot have an alias") // unverified: the words for COUNT() with an alias
	}
	return nil
}

// applyScope narrows the filter to USING SCOPE.
func (p *plan) applyScope() *Error {
	switch asked := p.st.scope; strings.ToLower(asked.text) {
	case "", "everything":
		return nil
	case "mine":
		field, ok := p.field(p.obj, "OwnerId")
		if !ok {
			break
		}
		match, owner := p.filter.match, p.user.UserID
		p.filter.match = func(r org.Record) bool { return r.Value(field) == owner && match(r) }
		p.filter.exact = false
		return nil
	}
	// unverified: the words for a scope that an object does not have
	return p.src.at(p.st.scope.offset, "INVALID_TYPE", "scope '%s' is not supported for the object '%s'", p.st.scope.text, p.obj.Name)
}

// found is what a statement selects: records, or groups of them.
type found struct {
	total   int
	records []org.Record
	groups  []*group
}

// run evaluates the statement.
func (p *plan) run() (found, *Error) {
	switch {
	case p.st.counts():
		return found{total: p.count()}, nil
	case p.groups != nil:
		groups, err := p.groups.run(p)
		return found{total: len(groups), groups: groups}, err
	}
	records := p.records(p.candidates())
	return found{total: len(records), records: records}, nil
}

// count answers SELECT COUNT(), without a walk where an index knows.
func (p *plan) count() int {
	n := 0
	switch {
	case p.st.where == nil && p.st.scope.text == "" && !p.withDeleted():
		n = p.view.Len(p.obj)
	case p.filter.exact && !p.withDeleted():
		n = p.filter.probe.size()
	default:
		for r := range p.candidates() {
			if p.filter.match(r) {
				n++
			}
		}
	}
	n = max(n-p.st.offset, 0)
	if p.st.limit >= 0 {
		n = min(n, p.st.limit)
	}
	return n
}

// records finds what the statement selects among some, in order.
func (p *plan) records(among records) []org.Record {
	most := -1
	if p.st.limit >= 0 {
		most = p.st.offset + p.st.limit
	}
	var out []org.Record
	if p.order == nil {
		// Records come by ascending id, so that a walk by id ends with its window.
		for r := range among {
			if most >= 0 && len(out) >= most {
				break
			}
			if p.filter.match(r) {
				out = append(out, r)
			}
		}
	} else {
		sorted := sorter{view: p.view, columns: p.order, most: most}
		for r := range among {
			if p.filter.match(r) {
				sorted.add(r)
			}
		}
		out = sorted.records()
	}
	out = out[min(p.st.offset, len(out)):]
	if p.st.limit >= 0 {
		out = out[:min(p.st.limit, len(out))]
	}
	return out
}

// candidates chooses how to come by the records: through an index, along the
// ids, or all.
func (p *plan) candidates() records {
	if p.withDeleted() {
		return p.view.ScanAll(p.obj, p.filter.bound)
	}
	among := p.view.Scan(p.obj, p.filter.bound)
	if p.filter.probe != nil {
		among = p.filter.probe.walk(p.filter.bound)
	}
	until, seen := p.filter.until, 0
	return func(yield func(org.Record) bool) {
		for r := range among {
			seen++
			if seen%patience == 0 && p.user.stopped() || until != "" && r.ID() > until || !yield(r) {
				return
			}
		}
	}
}

// withDeleted reports whether deleted records are looked for: an object that
// cannot show them has no field to tell them by.
func (p *plan) withDeleted() bool {
	_, ok := p.obj.FieldIndex("IsDeleted")
	return ok && p.deleted
}

// childrenOf finds what a subquery selects of one record's children. A subquery
// of queryAll shows deleted ones too.
func (p *plan) childrenOf(field int, id string) []org.Record {
	if p.withDeleted() {
		if p.families == nil { // no index knows them
			p.families = map[any][]org.Record{}
			for r := range p.view.ScanAll(p.obj, org.Bound{}) {
				parent := r.Value(field)
				p.families[parent] = append(p.families[parent], r)
			}
		}
		return p.records(slices.Values(p.families[id]))
	}
	children := p.keys(field, []string{id})
	if probe := p.filter.probe; probe != nil && probe.size() < children.size() {
		return p.records(func(yield func(org.Record) bool) {
			for r := range probe.walk(p.filter.bound) {
				if r.Value(field) == id && !yield(r) {
					return
				}
			}
		})
	}
	return p.records(children.walk(p.filter.bound))
}
