package simulator

import (
	"net/http"
	"strconv"
	"strings"

	"scimforce/salesforce/simulator/org"
)

// maxCollection is how many records one collection may carry.
const maxCollection = 200

// collectionBody is the body of POST and PATCH /composite/sobjects.
type collectionBody struct {
	AllOrNone bool             `json:"allOrNone"`
	Records   []map[string]any `json:"records"`
}

// row is one record of a collection: what to do with it, and its id and object
// where they are known before that.
type row struct {
	id      string
	object  string
	created *bool // of an upsert: whether the record is a new one, once done
	do      func(*org.Org) (id string, errs org.Errors)
}

// createCollection answers POST /composite/sobjects: 200 (not 201), one result
// a record, in order.
func (s *Simulator) createCollection(q *request) answer {
	return s.writeCollection(q, func(object string, values map[string]any) row {
		return row{do: func(o *org.Org) (string, org.Errors) { return o.Insert(q.actor, object, values) }}
	})
}

// updateCollection answers PATCH /composite/sobjects.
func (s *Simulator) updateCollection(q *request) answer {
	return s.writeCollection(q, func(object string, values map[string]any) row {
		id := text(takeField(values, "Id"))
		return row{id: id, do: func(o *org.Org) (string, org.Errors) {
			if id == "" {
				return "", org.Errors{{Code: "MISSING_ARGUMENT", Message: "Id not specified in an update call"}}
			}
			if _, ok := org.ID18(id); !ok {
				return "", malformedID(id)
			}
			return full(id), o.Update(q.actor, object, id, values)
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
			one.object = object.Name
			one.do = func(o *org.Org) (string, org.Errors) { return full(id), o.Delete(q.actor, object.Name, id) }
		}
		rows = append(rows, one)
	}
	allOrNone, _ := strconv.ParseBool(q.query.Get("allOrNone"))
	return runRows(q, rows, allOrNone)
}

// writeCollection reads the records of the body and runs them.
func (s *Simulator) writeCollection(q *request, rowOf func(object string, values map[string]any) row) answer {
	var body collectionBody
	if bad := decodeObject(q.body, &body); bad != nil {
		return *bad
	}
	if bad := unknownKey(q.body, "allOrNone", "records"); bad != nil {
		return *bad
	}
	rows := make([]row, len(body.Records))
	for i, values := range body.Records {
		var object string
		if attributes, ok := values["attributes"].(map[string]any); ok {
			object = text(attributes["type"])
		}
		delete(values, "attributes")
		if _, known := q.org.Object(object); !known {
			// unverified: code and words for a record without a known type.
			rows[i] = row{do: func(*org.Org) (string, org.Errors) {
				return "", org.Errors{{Code: "INVALID_TYPE", Message: "sObject type '" + object + "' is not supported."}}
			}}
			continue
		}
		rows[i] = rowOf(object, values)
		rows[i].object = object
	}
	return runRows(q, rows, body.AllOrNone)
}

// runRows writes the records one by one. With allOrNone they are one
// transaction; inside a composite with allOrNone they are part of its one.
func runRows(q *request, rows []row, allOrNone bool) answer {
	if len(rows) == 0 {
		return messageFirst(http.StatusBadRequest, "REQUIRED_FIELD_MISSING", "At least 1 record is required")
	}
	if len(rows) > maxCollection {
		// unverified: code and words.
		return messageFirst(http.StatusBadRequest, "EXCEEDED_MAX_COLLECTION_SIZE", "The maximum number of records allowed is "+strconv.Itoa(maxCollection))
	}
	if mixed(rows) {
		// unverified: code and words.
		return messageFirst(http.StatusBadRequest, "MIXED_DML_OPERATION", "Records of several objects cannot be written in one call when one of them is a setup object")
	}
	ids, failures := make([]string, len(rows)), make([]org.Errors, len(rows))
	run := func(o *org.Org) error {
		var failed error
		for i, r := range rows {
			if ids[i], failures[i] = r.do(o); len(failures[i]) > 0 {
				failed = errRollback
			}
		}
		return failed
	}
	rolledBack := false
	switch {
	case q.atomic:
		rolledBack = run(q.org) != nil // the composite around it rolls back
	case allOrNone:
		rolledBack = q.org.Transaction(run) != nil
	default:
		_ = run(q.org)
	}
	results := make([]object, len(rows))
	for i, r := range rows {
		switch {
		case len(failures[i]) > 0:
			results[i] = failedRow(r.id, failures[i])
		case rolledBack:
			results[i] = failedRow(r.id, org.Errors{{Code: "ALL_OR_NONE_OPERATION_ROLLED_BACK", Message: "Record rolled back because not all records were valid and the request was using AllOrNone header"}})
		default:
			results[i] = saved(ids[i])
			if r.created != nil {
				results[i] = append(results[i], member{"created", *r.created})
			}
		}
	}
	return ok(results)
}

// mixed says whether the rows are of several objects. The documentation forbids
// that where one of them belongs to Setup, as every object of the simulator
// does; it says so of deletes (unverified for the other writes).
func mixed(rows []row) bool {
	first := ""
	for _, r := range rows {
		if r.object == "" {
			continue
		}
		if first != "" && !strings.EqualFold(r.object, first) {
			return true
		}
		first = r.object
	}
	return false
}

// malformedID is what a collection says of an id that cannot be one, where a
// single call words it otherwise.
func malformedID(id string) org.Errors {
	return org.Errors{{Code: "MALFORMED_ID", Message: "malformed id " + id}}
}

// failedRow is the result of a record that was not written: "statusCode" where
// a single call says errorCode, and no "id" key unless the request named an
// existing record.
func failedRow(id string, errs org.Errors) object {
	list := make([]object, len(errs))
	for i, e := range errs {
		list[i] = object{{"statusCode", e.Code}, {"message", e.Message}, {"fields", e.Fields}} // [] also where a single call has no fields
	}
	result := object{{"success", false}, {"errors", list}}
	if idShaped(id) { // as it was sent: the failure may be that its letters are in the wrong case
		result = append(object{{"id", id}}, result...)
	}
	return result
}

// rowsFailed says whether a collection's answer has a failed row.
func rowsFailed(a answer) bool {
	results, _ := a.body.([]object)
	for _, r := range results {
		for _, m := range r {
			if m.name == "success" && m.value == false {
				return true
			}
		}
	}
	return false
}

// retrieveCollection answers POST /composite/sobjects/{object} {"ids","fields"}
// and GET with the same as parameters: the records in order, null for an id
// that is none's.
func (s *Simulator) retrieveCollection(q *request) answer {
	var wish struct {
		IDs    []string `json:"ids"`
		Fields []string `json:"fields"`
	}
	if q.method == http.MethodPost {
		if bad := decodeObject(q.body, &wish); bad != nil {
			return *bad
		}
		if bad := unknownKey(q.body, "ids", "fields"); bad != nil {
			return *bad
		}
	} else {
		wish.IDs = strings.Split(q.query.Get("ids"), ",")
		wish.Fields = strings.Split(q.query.Get("fields"), ",")
	}
	if len(wish.IDs) > 2000 || len(wish.Fields) == 0 {
		// unverified: code and words.
		return messageFirst(http.StatusBadRequest, "INVALID_INPUT", "Between 1 and 2000 ids and at least one field are required")
	}
	records := make([]any, len(wish.IDs))
	for i, id := range wish.IDs {
		if !idShaped(id) {
			continue
		}
		record, bad := s.selected(q, q.object, id, wish.Fields)
		if bad != nil {
			return *bad
		}
		if record != nil {
			records[i] = record
		}
	}
	return ok(records)
}

// takeField removes a field, spelled in any case, from the values of a record.
func takeField(values map[string]any, field string) any {
	for name, v := range values {
		if strings.EqualFold(name, field) {
			delete(values, name)
			return v
		}
	}
	return nil
}

// full is the 18-character form of an id, or the id itself if it is none.
func full(id string) string {
	if long, ok := org.ID18(id); ok {
		return long
	}
	return id
}
