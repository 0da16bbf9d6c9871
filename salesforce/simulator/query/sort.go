package query

import (
	"slices"
	"strings"

	"scimforce/salesforce/simulator/org"
)

// sortColumn is one key of ORDER BY.
type sortColumn struct {
	path path
	key  sortKey
}

// sortColumns resolves ORDER BY; none are left when it only asks for the order in
// which records come anyway, by ascending id.
func (sc scope) sortColumns(st *statement) ([]sortColumn, *Error) {
	var columns []sortColumn
	for _, key := range st.order {
		p, err := sc.resolve(key.path)
		if err != nil {
			return nil, err
		}
		if !p.def.Sortable {
			return nil, sc.src.at(key.path.offset, "INVALID_FIELD", "field '%s' can not be sorted in a query call", p.def.Name) // unverified
		}
		columns = append(columns, sortColumn{p, key})
	}
	if len(columns) > 0 && len(columns[0].path.hops) == 0 && columns[0].path.leaf.field == 0 && !columns[0].key.descending {
		return nil, nil
	}
	return columns, nil
}

// sorted orders records by the columns, then by id. Nulls come first unless
// told otherwise (unverified for DESC).
func (sc scope) sorted(records []org.Record, columns []sortColumn) []org.Record {
	type keyed struct {
		record org.Record
		values []any
	}
	rows := make([]keyed, len(records))
	for i, r := range records {
		values := make([]any, len(columns))
		for n, c := range columns {
			values[n] = c.path.read(sc.view, r)
			if s, ok := values[n].(string); ok && folds(c.path.def) {
				values[n] = strings.ToLower(s)
			}
		}
		rows[i] = keyed{r, values}
	}
	slices.SortStableFunc(rows, func(a, b keyed) int {
		for n, c := range columns {
			if d := c.compare(a.values[n], b.values[n]); d != 0 {
				return d
			}
		}
		return 0 // stable: by id
	})
	for i := range rows {
		records[i] = rows[i].record
	}
	return records
}

func (c sortColumn) compare(a, b any) int {
	if a == nil || b == nil {
		switch {
		case a == nil && b == nil:
			return 0
		case (a == nil) == c.key.nullsLast:
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
	if c.key.descending {
		return -d
	}
	return d
}
