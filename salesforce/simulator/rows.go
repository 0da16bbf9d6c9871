package simulator

import (
	"errors"
	"net/http"
	"time"

	"scimforce/salesforce/simulator/org"
)

// row is one record of a collection: what to do with it, and what is known of
// it before that.
type row struct {
	id      string      // as it was sent; "" of a new record
	object  *org.Object // nil where it is not known
	record  record      // the zero record of a delete
	created *bool       // of an upsert: whether the record is a new one, once done
	do      func(*org.Org) (id string, errs org.Errors)
}

func (r *row) intent() org.Intent {
	intent := org.Intent{Values: r.record.values}
	if r.object != nil {
		intent.Object = r.object.Name
	}
	if r.id != "" {
		intent.ID = org.FullID(r.id)
	}
	return intent
}

// errRollback ends a transaction that is to leave nothing behind.
var errRollback = errors.New("rolled back")

// outcome is what became of the rows: an id or errors for each.
type outcome struct {
	ids      []string
	failures []org.Errors
}

// run does the rows from first to last in an org or a transaction of it; the
// error says that one failed.
func (out *outcome) run(o *org.Org, rows []row) error {
	var failed error
	for i := range rows {
		if out.one(o, rows, i) {
			failed = errRollback
		}
	}
	return failed
}

func (out *outcome) one(o *org.Org, rows []row, i int) (failed bool) {
	r := &rows[i]
	out.ids[i], out.failures[i] = r.do(o)
	out.failures[i] = r.record.placed(out.failures[i], r.object)
	return len(out.failures[i]) > 0
}

// runRows writes the records one by one. With allOrNone they are one
// transaction; inside a composite with allOrNone they are part of its one.
func (s *Simulator) runRows(q *request, rows []row, allOrNone bool) answer {
	if len(rows) == 0 {
		return messageFirst(http.StatusBadRequest, "REQUIRED_FIELD_MISSING", "At least 1 record is required")
	}
	if len(rows) > maxCollection {
		return tooManyRecords(maxCollection)
	}
	if mixed(rows) {
		// unverified: code and words of a collection with several objects, which the documentation forbids.
		return messageFirst(http.StatusBadRequest, "MIXED_DML_OPERATION", "Records of several objects cannot be written in one call when one of them is a setup object")
	}
	out := outcome{make([]string, len(rows)), make([]org.Errors, len(rows))}
	rolledBack := false
	if q.atomic {
		rolledBack = out.run(q.org, rows) != nil // the composite around it rolls back
	} else {
		rolledBack = s.runLocked(q, rows, allOrNone, &out)
	}
	results := make([]object, len(rows))
	for i, r := range rows {
		switch {
		case len(out.failures[i]) > 0:
			results[i] = failedRow(r.id, out.failures[i])
		case rolledBack:
			results[i] = failedRow(r.id, org.Errors{{Code: "ALL_OR_NONE_OPERATION_ROLLED_BACK", Message: "Record rolled back because not all records were valid and the request was using AllOrNone header"}})
		default:
			results[i] = saved(out.ids[i])
			if r.created != nil {
				results[i] = append(results[i], member{"created", *r.created})
			}
		}
	}
	return ok(results)
}

// runLocked takes the locks of all rows for as long as all take. Where one of
// them cannot be had, allOrNone fails, and else each row tries for itself.
func (s *Simulator) runLocked(q *request, rows []row, allOrNone bool, out *outcome) (rolledBack bool) {
	intents := make([]org.Intent, len(rows))
	for i := range rows {
		intents[i] = rows[i].intent()
	}
	release, errs := s.lock(q, s.cfg.LockPatience, intents)
	switch {
	case len(errs) == 0:
		defer release()
		if allOrNone {
			return q.org.Transaction(func(tx *org.Org) error { return out.run(tx, rows) }) != nil
		}
		_ = out.run(q.org, rows) // each row says for itself whether it failed
		return false
	case allOrNone || q.ctx.Err() != nil:
		out.failures[0] = errs
		return true
	}
	for i := range rows {
		s.runAlone(q, rows, i, out)
	}
	return false
}

// runAlone does one row of a collection that could not be locked as a whole.
func (s *Simulator) runAlone(q *request, rows []row, i int, out *outcome) {
	const patience = time.Duration(0) // the collection has waited long enough
	release, errs := s.lock(q, patience, []org.Intent{rows[i].intent()})
	if len(errs) > 0 {
		out.failures[i] = errs
		return
	}
	defer release()
	out.one(q.org, rows, i)
}

// mixed says whether the rows are of several objects of which one belongs to
// Setup, which the documentation forbids.
// unverified: that a collection of several objects is refused for other writes than deletes.
func mixed(rows []row) bool {
	var first *org.Object
	several, setup := false, false
	for _, r := range rows {
		if r.object == nil {
			continue
		}
		if first == nil {
			first = r.object
		}
		several = several || r.object != first
		setup = setup || r.object.Setup
	}
	return several && setup
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
