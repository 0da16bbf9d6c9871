package query

import (
	"slices"

	"scimforce/salesforce/simulator/org"
)

// ordering is one key of ORDER BY over rows of any kind.
type ordering struct {
	places     map[any]int64 // of a picklist's values
	fold       bool
	descending bool
	nullsLast  bool
}

func newOrdering(def *org.Field, key sortKey) ordering {
	o := ordering{fold: folds(def), descending: key.descending, nullsLast: key.nullsLast}
	if def.Type == "picklist" && len(def.Picklist) > 0 {
		o.places = make(map[any]int64, len(def.Picklist))
		for i, v := range def.Picklist {
			o.places[v.Value] = int64(i)
		}
	}
	if typeOf(def) == "ID" && def.Type == "reference" {
		o.nullsLast = false // as documented: references come first without a value, whatever is asked for
	}
	return o
}

// rank is what a value is ordered by: a picklist has an order of its own, as
// documented, with what is none of its values behind.
func (o *ordering) rank(v any) any {
	if v == nil || o.places == nil {
		return v
	}
	if place, ok := o.places[v]; ok {
		return place
	}
	return int64(len(o.places))
}

// compare orders two ranks. Nulls come first unless told otherwise, as
// documented, also when descending.
func (o *ordering) compare(a, b any) int {
	if a == nil || b == nil {
		switch {
		case a == nil && b == nil:
			return 0
		case (a == nil) == o.nullsLast:
			return 1
		default:
			return -1
		}
	}
	below, above := order(a, b, o.fold)
	d := 0
	if below {
		d = -1
	} else if above {
		d = 1
	}
	if o.descending {
		return -d
	}
	return d
}

// sortColumn is one key of ORDER BY over records.
type sortColumn struct {
	value value
	ordering
}

// sortColumns resolves ORDER BY; none are left when it only asks for the order in
// which records come anyway, by ascending id.
func (sc scope) sortColumns(st *statement) ([]sortColumn, *Error) {
	var columns []sortColumn
	for _, key := range st.order {
		if isAggregate(key.value.function) || key.value.function == "GROUPING" || key.value.function == "TOLABEL" {
			return nil, sc.src.at(key.value.path.offset+len(key.value.path.text)-1, "MALFORMED_QUERY", "unexpected token: '('")
		}
		x, err := sc.value(key.value)
		if err != nil {
			return nil, err
		}
		if !x.def.Sortable {
			// unverified: the words for a field that cannot be sorted
			return nil, sc.src.at(key.value.path.offset, "INVALID_FIELD", "field '%s' can not be sorted in a query call", x.def.Name)
		}
		columns = append(columns, sortColumn{x, newOrdering(x.def, key)})
	}
	if len(columns) > 0 && columns[0].value.path.plain() && columns[0].value.path.leaf.field == 0 && !columns[0].descending {
		return nil, nil
	}
	return columns, nil
}

// sorter keeps the first records of an order, all of them without a bound.
type sorter struct {
	view    *org.View
	columns []sortColumn
	most    int // -1: all
	rows    []sortedRow
	worst   []any // of so many rows, once there were more; nothing behind it counts
	ranks   []any
}

type sortedRow struct {
	record org.Record
	ranks  []any
}

func (s *sorter) add(r org.Record) {
	s.ranks = s.ranks[:0]
	for i := range s.columns {
		c := &s.columns[i]
		s.ranks = append(s.ranks, c.rank(c.value.read(s.view, r)))
	}
	if s.worst != nil && s.compare(s.ranks, s.worst) >= 0 {
		return
	}
	s.rows = append(s.rows, sortedRow{r, slices.Clone(s.ranks)})
	if s.most > 0 && len(s.rows) > 2*s.most+1000 {
		s.sort()
		s.rows = s.rows[:s.most]
		s.worst = s.rows[s.most-1].ranks
	}
}

func (s *sorter) compare(a, b []any) int {
	for i := range s.columns {
		if d := s.columns[i].compare(a[i], b[i]); d != 0 {
			return d
		}
	}
	return 0
}

// sort orders the rows by the columns, then by id: records are added in that
// order.
func (s *sorter) sort() {
	slices.SortStableFunc(s.rows, func(a, b sortedRow) int { return s.compare(a.ranks, b.ranks) })
}

func (s *sorter) records() []org.Record {
	s.sort()
	out := make([]org.Record, len(s.rows))
	for i := range s.rows {
		out[i] = s.rows[i].record
	}
	return out
}
