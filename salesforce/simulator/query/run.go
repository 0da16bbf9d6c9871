package query

import (
	"iter"

	"scimforce/salesforce/simulator/org"
)

// Run evaluates one SOQL statement on the org as it is at one moment, for a user
// who sees what his permissions let him see; the zero Actor sees everything. A
// refused statement is an *Error.
func Run(o *org.Org, a org.Actor, statementText string) (*Result, error) {
	st, src, err := parse(statementText)
	if err != nil {
		return nil, err
	}
	var out *Result
	_ = o.ViewAs(a, func(v *org.View) error { // the error is kept in err, typed
		out, err = evaluate(v, src, st)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func evaluate(v *org.View, src source, st *statement) (*Result, *Error) {
	p, err := scope{view: v, src: src}.plan(st)
	if err != nil {
		return nil, err
	}
	return p.run(nil), nil
}

// plan is a statement resolved against the org: everything that can be refused
// has been looked at, running it cannot fail.
type plan struct {
	scope
	st      *statement
	columns projection
	filter  filter
	order   []sortColumn
}

// plan resolves a statement that selects from an object of the org.
func (sc scope) plan(st *statement) (*plan, *Error) {
	obj, ok := sc.view.Object(st.from.text)
	if !ok || !obj.Queryable {
		return nil, sc.src.noObject(st.from.offset, st.from.text)
	}
	return scope{view: sc.view, src: sc.src, obj: obj, alias: st.alias}.planned(st)
}

// planned resolves a statement within its scope.
func (sc scope) planned(st *statement) (*plan, *Error) {
	p := &plan{scope: sc, st: st}
	var err *Error
	if p.columns, err = sc.projection(st); err != nil {
		return nil, err
	}
	if p.filter, err = sc.filter(st.where); err != nil {
		return nil, err
	}
	if p.order, err = sc.sortColumns(st); err != nil {
		return nil, err
	}
	return p, nil
}

// parent narrows a subquery to the children of one record.
type parent struct {
	field int // of the child object
	id    string
}

// run selects records and their fields; of is nil except for a subquery.
func (p *plan) run(of *parent) *Result {
	out := &Result{Object: p.obj, Count: p.st.count}
	if out.Count && p.st.where == nil && p.st.limit < 0 && p.st.offset == 0 {
		out.Total = p.view.Len(p.obj)
		return out
	}
	records := p.records(of)
	out.Total = len(records)
	if out.Count {
		return out
	}
	out.Rows = make([]Record, len(records))
	for i, r := range records {
		out.Rows[i] = p.columns.record(p.view, r)
	}
	return out
}

// records finds what the statement selects, in order.
func (p *plan) records(of *parent) []org.Record {
	// Records come by ascending id, so that a walk by id ends with its window.
	natural := len(p.order) == 0
	most := -1
	if natural && p.st.limit >= 0 {
		most = p.st.offset + p.st.limit
	}
	var found []org.Record
	for r := range p.candidates(p.filter, of) {
		if most >= 0 && len(found) >= most {
			break
		}
		if p.filter.match(r) {
			found = append(found, r)
		}
	}
	if !natural {
		found = p.sorted(found, p.order)
	}
	found = found[min(p.st.offset, len(found)):]
	if p.st.limit >= 0 {
		found = found[:min(p.st.limit, len(found))]
	}
	return found
}

// candidates chooses how to come by the records: through an index, along the
// ids, or all.
func (sc scope) candidates(f filter, of *parent) iter.Seq[org.Record] {
	if of != nil {
		children := sc.keys(of.field, []string{of.id})
		if f.probe != nil && f.probe.size() < children.size() {
			return func(yield func(org.Record) bool) {
				for r := range f.probe.walk(f.bound) {
					if r.Value(of.field) == of.id && !yield(r) {
						return
					}
				}
			}
		}
		return children.walk(f.bound)
	}
	if f.probe == nil {
		return sc.view.Scan(sc.obj, f.bound)
	}
	return f.probe.walk(f.bound)
}
