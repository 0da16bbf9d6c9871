package query

import (
	"slices"

	"scimforce/salesforce/simulator/org"
)

// ordering is one key of ORDER BY over rows of any kind.
type ordering struct {
	rank       func(any) any
	descending bool
	nullsLast  bool
}

func newOrdering(def *org.Field, key sortKey) ordering {
	o := ordering{rank: ranker(def), descending: key.descending, nullsLast: key.nullsLast}
	if len(def.Picklist) > 0 && def.Type == "picklist" {
		o.rank = picklistRank(def)
	}
	if typeOf(def) == "ID" && def.Type == "reference" {
		o.nullsLast = false // as documented: references come first without a value, whatever is asked for
	}
	return o
}

// picklistRank orders a picklist by its own order, as documented, and what is
// none of its values behind.
func picklistRank(def *org.Field) func(any) any {
	places := make(map[any]int64, len(def.Picklist))
	for i, v := range def.Picklist {
		places[v.Value] = int64(i)
	}
	return func(v any) any {
		if v == nil {
			return nil
		}
		if place, ok := places[v]; ok {
			return place
		}
		return int64(len(places))
	}
}

// compare orders two ranks. Nulls come first unless told otherwise, as
// documented, also when descending.
func (o ordering) compare(a, b any) int {
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
	below, above := order(a, b)
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
}

type sortedRow struct {
	record org.Record
	ranks  []any
}

func (s *sorter) add(r org.Record) {
	ranks := make([]any, len(s.columns))
	for i := range s.columns {
		c := &s.columns[i]
		ranks[i] = c.rank(c.value.read(s.view, r))
	}
	s.rows = append(s.rows, sortedRow{r, ranks})
	if s.most >= 0 && len(s.rows) > 2*s.most+1000 {
		s.sort()
		s.rows = s.rows[:s.most]
	}
}

// sort orders the rows by the columns, then by id: records are added in that
// order.
func (s *sorter) sort() {
	slices.SortStableFunc(s.rows, func(a, b sortedRow) int {
		for i := range s.columns {
			if d := s.columns[i].compare(a.ranks[i], b.ranks[i]); d != 0 {
				return d
			}
		}
		return 0
	})
}

func (s *sorter) records() []org.Record {
	s.sort()
	out := make([]org.Record, len(s.rows))
	for i := range s.rows {
		out[i] = s.rows[i].record
	}
	return out
}
