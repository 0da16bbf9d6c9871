package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"scimforce/salesforce/simulator/jsonin"
	"scimforce/salesforce/simulator/org"
)

// How many records one collection may write, and read.
const (
	maxCollection = 200
	maxRetrieve   = 2000
)

// tooManyRecords is recorded for 200.
func tooManyRecords(most int) answer {
	return messageFirst(http.StatusBadRequest, "EXCEEDED_ID_LIMIT", fmt.Sprintf("record limit reached. cannot submit more than %d records into this call", most))
}

// createCollection answers POST /composite/sobjects: 200 (not 201), one result
// a record, in order.
func (s *Simulator) createCollection(q *request) answer {
	return s.writeCollection(q, func(object *org.Object, r record) row {
		return row{do: func(o *org.Org) (string, org.Errors) { return o.Insert(q.actor, object.Name, r.values) }}
	})
}

// updateCollection answers PATCH /composite/sobjects.
func (s *Simulator) updateCollection(q *request) answer {
	return s.writeCollection(q, func(object *org.Object, r record) row {
		id := scalar(takeField(r.values, "Id"))
		return row{id: id, do: func(o *org.Org) (string, org.Errors) {
			if id == "" {
				return "", org.Errors{{Code: "MISSING_ARGUMENT", Message: "Id not specified in an update call"}}
			}
			if _, ok := org.ID18(id); !ok {
				return "", malformedID(id)
			}
			return org.FullID(id), o.Update(q.actor, object.Name, id, r.values)
		}}
	})
}

// deleteCollection answers DELETE /composite/sobjects?ids=a,b&allOrNone=true.
func (s *Simulator) deleteCollection(q *request) answer {
	var rows []row
	for id := range strings.SplitSeq(q.query.Get("ids"), ",") {
		id = strings.TrimSpace(id)
		if id == "" {
			continue
		}
		one := row{id: id, do: func(*org.Org) (string, org.Errors) { return "", malformedID(id) }}
		object, known := q.org.ObjectOf(id)
		if _, ok := org.ID18(id); ok && known {
			one.object = object
			one.do = func(o *org.Org) (string, org.Errors) { return org.FullID(id), o.Delete(q.actor, object.Name, id) }
		}
		rows = append(rows, one)
	}
	allOrNone, _ := strconv.ParseBool(q.query.Get("allOrNone"))
	return s.runRows(q, rows, allOrNone)
}

// writeCollection reads the records of the body and runs them.
func (s *Simulator) writeCollection(q *request, rowOf func(object *org.Object, r record) row) answer {
	doc, bad := parseBody(q.body)
	if bad != nil {
		return *bad
	}
	var allOrNone bool
	var records []*jsonin.Value
	err := doc.Object(doc.Value,
		jsonin.Field{Name: "allOrNone", Read: doc.Flag(&allOrNone)},
		jsonin.Field{Name: "records", Read: doc.List(func(v *jsonin.Value) *jsonin.Error {
			records = append(records, v)
			return nil
		})})
	if err != nil {
		return *refuse(err)
	}
	if len(records) > maxCollection {
		return tooManyRecords(maxCollection)
	}
	rows := make([]row, len(records))
	for i, node := range records {
		r, bad := recordOf(doc, node)
		if bad != nil {
			return *bad
		}
		object, known := q.org.Object(r.attribute("type"))
		if !known {
			// unverified: code and words for a record of a collection without a known type.
			rows[i] = row{do: func(*org.Org) (string, org.Errors) {
				return "", org.Errors{{Code: "INVALID_TYPE", Message: "sObject type '" + r.attribute("type") + "' is not supported."}}
			}}
			continue
		}
		rows[i] = rowOf(object, r)
		rows[i].object, rows[i].record = object, r
	}
	return s.runRows(q, rows, allOrNone)
}

// retrieveCollection answers POST /composite/sobjects/{object} {"ids","fields"}
// and GET with the same as parameters: the records in order, null for an id
// that is none's.
func (s *Simulator) retrieveCollection(q *request) answer {
	var ids, fields []string
	if q.method == http.MethodPost {
		doc, bad := parseBody(q.body)
		if bad != nil {
			return *bad
		}
		if err := doc.Object(doc.Value, jsonin.Field{Name: "ids", Read: doc.Texts(&ids)}, jsonin.Field{Name: "fields", Read: doc.Texts(&fields)}); err != nil {
			return *refuse(err)
		}
	} else {
		ids = strings.Split(q.query.Get("ids"), ",")
		fields = strings.Split(q.query.Get("fields"), ",")
	}
	if len(ids) > maxRetrieve {
		return tooManyRecords(maxRetrieve) // unverified: the words for more than 2000 ids to read
	}
	if len(fields) == 0 || len(fields) == 1 && fields[0] == "" || len(ids) == 0 {
		// unverified: code and words of reading a collection without ids or fields.
		return messageFirst(http.StatusBadRequest, "INVALID_INPUT", "Between 1 and 2000 ids and at least one field are required")
	}
	wanted := make([]string, 0, len(ids))
	for _, id := range ids {
		if long, ok := org.ID18(strings.TrimSpace(id)); ok {
			wanted = append(wanted, long)
		}
	}
	if len(wanted) == 0 {
		wanted = append(wanted, "000000000000000AAA") // the fields are looked at all the same
	}
	found, bad := s.selectedAll(q, q.object, wanted, fields)
	if bad != nil {
		return *bad
	}
	records := make([]json.RawMessage, len(ids))
	for i, id := range ids {
		if records[i] = found[org.FullID(strings.TrimSpace(id))]; records[i] == nil {
			records[i] = json.RawMessage("null")
		}
	}
	return ok(records)
}
