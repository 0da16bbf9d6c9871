package simulator

import (
	"encoding/json"
	"strings"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
)

// attributes is the first member of every record on the wire.
func attributes(version string, o *org.Object, id string) member {
	return member{"attributes", object{{"type", o.Name}, {"url", recordURL(version, o.Name, id)}}}
}

// selected reads the record with only the given fields, as the API answers
// ?fields=. The second result is nil when there is no such record.
func (s *Simulator) selected(q *request, o *org.Object, id string, fields []string) (json.RawMessage, *answer) {
	found, bad := s.selectedAll(q, o, []string{id}, fields)
	if bad != nil {
		return nil, bad
	}
	return found[org.FullID(id)], nil
}

// selectedAll reads records with only the given fields, in the order asked for
// and Id last. A field may walk a parent relationship ("Profile.Name"). The
// records come by their ids, of 18 characters, as they were asked for.
func (s *Simulator) selectedAll(q *request, o *org.Object, ids, fields []string) (map[string]json.RawMessage, *answer) {
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
	statement := query.Query{Text: "SELECT " + strings.Join(columns, ", ") + " FROM " + o.Name + " WHERE Id IN ('" + strings.Join(ids, "','") + "')", Version: q.version}
	result, err := statement.Run(q.org, q.actor)
	if err != nil {
		a := queryError(err)
		return nil, &a
	}
	found := make(map[string]json.RawMessage, len(result.Rows))
	for i, row := range result.Rows {
		found[result.IDs[i]] = row
	}
	return found, nil
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
