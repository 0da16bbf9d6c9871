package simulator

import (
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
)

// attributes is the first member of every record on the wire.
func attributes(version string, o *org.Object, id string) member {
	return member{"attributes", object{{"type", o.Name}, {"url", recordURL(version, o.Name, id)}}}
}

// queryRecord is one record of a query result: attributes, then the selected
// fields in SELECT order, nulls written out.
func queryRecord(version string, r *query.Record) object {
	out := make(object, 0, len(r.Fields)+1)
	out = append(out, attributes(version, r.Object, r.ID))
	for _, v := range r.Fields {
		switch {
		case v.Record != nil:
			out = append(out, member{v.Name, queryRecord(version, v.Record)})
		case v.Children != nil: // that found something: an empty one is null
			out = append(out, member{v.Name, childResult(version, v.Children)})
		default:
			out = append(out, member{v.Name, wireValue(r.Object, v.Name, v.Scalar)})
		}
	}
	return out
}

func childResult(version string, r *query.Result) object {
	return object{{"totalSize", r.Total}, {"done", true}, {"records", queryRecords(version, r.Rows)}}
}

func queryRecords(version string, rows []query.Record) []object {
	records := make([]object, len(rows))
	for i := range rows {
		records[i] = queryRecord(version, &rows[i])
	}
	return records
}

// wireValue prepares a stored value for JSON. A date has no time of day;
// everything else is written as its Go type says.
func wireValue(o *org.Object, field string, v any) any {
	t, ok := v.(time.Time)
	if !ok {
		return v
	}
	if i, found := o.FieldIndex(field); found && o.Fields[i].Type == "date" {
		return t.Format(time.DateOnly)
	}
	return t
}

// selected reads the record with only the given fields, as the API answers
// ?fields=. The second result is nil when there is no such record.
func (s *Simulator) selected(q *request, o *org.Object, id string, fields []string) (object, *answer) {
	found, bad := s.selectedAll(q, o, []string{id}, fields)
	if bad != nil || len(found) == 0 {
		return nil, bad
	}
	return queryRecord(q.version, &found[0]), nil
}

// selectedAll reads records with only the given fields, in the order asked for
// and Id last. A field may walk a parent relationship ("Profile.Name"). The
// records come in no particular order, without those that do not exist.
func (s *Simulator) selectedAll(q *request, o *org.Object, ids, fields []string) ([]query.Record, *answer) {
	var columns []string
	for _, f := range fields {
		f = strings.TrimSpace(f)
		if f == "" || strings.EqualFold(f, "Id") {
			continue
		}
		if _, ok := o.FieldIndex(f); !ok && !parentPath(f) {
			// unverified: the words of an unknown field in ?fields=, which are those of a write.
			a := messageFirst(400, "INVALID_FIELD", "No such column '"+f+"' on sobject of type "+o.Name)
			return nil, &a
		}
		columns = append(columns, f)
	}
	columns = append(columns, "Id")
	result, err := query.Run(q.org, q.actor, "SELECT "+strings.Join(columns, ", ")+" FROM "+o.Name+" WHERE Id IN ('"+strings.Join(ids, "','")+"')")
	if err != nil {
		a := queryError(err)
		return nil, &a
	}
	return result.Rows, nil
}

// parentPath says whether f is names joined by dots, and nothing that could be
// more SOQL than that.
func parentPath(f string) bool {
	dots := strings.Count(f, ".")
	for _, c := range []byte(f) {
		if c != '.' && c != '_' && !letterOrDigit(c) {
			return false
		}
	}
	return dots > 0
}

func letterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// idShaped says whether s could be a record id: 15 or 18 letters and digits.
func idShaped(s string) bool {
	if len(s) != 15 && len(s) != 18 {
		return false
	}
	for _, c := range []byte(s) {
		if !letterOrDigit(c) {
			return false
		}
	}
	return true
}
