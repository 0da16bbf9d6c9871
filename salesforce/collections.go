package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
)

const (
	// A collection may hold this many records.
	maxCollection = 200
	// The resource of collections.
	collections = "/composite/sobjects"
)

// A Result is what became of one record of a collection.
type Result struct {
	ID  string // of the record; "" for one that was not created
	Err error  // an *Error, or nil
}

// CreateAll makes records, 200 in a call, and returns what became of each, in
// their order. One that fails does not undo the others.
//
// The error is that of a call which failed as a whole. There are results
// nevertheless: the records of that call have its error, those of earlier
// calls are done, those after it were not sent and have an error that says so
// (Sent is false).
//
// Records that are written at the same moment by several callers, here or by
// UpdateAll or DeleteAll, travel in one call. Each caller has the outcome of a
// call of his own.
func (c *Client) CreateAll(ctx context.Context, object string, records []Record) ([]Result, error) {
	return c.carryAll(ctx, http.MethodPost, object, records)
}

// UpdateAll changes records, each of which has its "Id", 200 in a call. Its
// results are as those of CreateAll.
func (c *Client) UpdateAll(ctx context.Context, object string, records []Record) ([]Result, error) {
	for _, record := range records {
		if record.ID() == "" {
			return nil, errors.New("salesforce: a record to update has no Id")
		}
	}
	return c.carryAll(ctx, http.MethodPatch, object, records)
}

// DeleteAll deletes records, 200 in a call. Its results are as those of
// CreateAll. Records of User, Group, GroupMember, PermissionSetAssignment and
// the other objects of Setup must not be deleted together with others.
func (c *Client) DeleteAll(ctx context.Context, ids []string) ([]Result, error) {
	for _, id := range ids {
		if _, ok := ID18(id); !ok {
			return nil, errors.New("salesforce: a record to delete is named by no id")
		}
	}
	alone := func(ctx context.Context) outcome {
		results, err := c.deleteAll(ctx, ids)
		return outcome{results, err}
	}
	if len(ids) == 0 || slices.ContainsFunc(ids, func(id string) bool { return KeyPrefix(id) != KeyPrefix(ids[0]) }) {
		out := alone(ctx)
		return out.results, out.err
	}
	out := c.carry(ctx, http.MethodDelete, KeyPrefix(ids[0]), parcel{ids: ids, alone: alone})
	return out.results, out.err
}

func (c *Client) deleteAll(ctx context.Context, ids []string) ([]Result, error) {
	return c.collect(ctx, len(ids), func(rows []int) (request, error) {
		var named []string
		for _, row := range rows {
			named = append(named, ids[row])
		}
		return request{
			method: http.MethodDelete,
			query:  "ids=" + strings.Join(named, ",") + "&allOrNone=false",
		}, nil
	})
}

func (c *Client) carryAll(ctx context.Context, method, object string, records []Record) ([]Result, error) {
	if err := checkName(object); err != nil {
		return nil, err
	}
	out := c.carry(ctx, method, object, parcel{records: records, alone: func(ctx context.Context) outcome {
		results, err := c.saveAll(ctx, method, object, records)
		return outcome{results, err}
	}})
	return out.results, out.err
}

func (c *Client) saveAll(ctx context.Context, method, object string, records []Record) ([]Result, error) {
	return c.collect(ctx, len(records), func(rows []int) (request, error) {
		some := make([]Record, len(rows))
		for i, row := range rows {
			some[i] = records[row]
		}
		encoded, err := encode(collectionBody(object, some))
		return request{method: method, body: encoded, parts: []string{object}}, err
	})
}

// wireCollection is the body of a collection.
type wireCollection struct {
	AllOrNone bool     `json:"allOrNone"`
	Records   []Record `json:"records"`
}

func collectionBody(object string, records []Record) wireCollection {
	body := wireCollection{Records: make([]Record, len(records))}
	for i, r := range records {
		record := r.writable()
		record["attributes"] = map[string]string{"type": object}
		if id, ok := record["Id"]; ok {
			delete(record, "Id")
			record["id"] = id
		}
		body.Records[i] = record
	}
	return body
}

// collect sends n rows in calls of 200, made by call from the numbers of
// their rows, and sends rows again that were locked.
func (c *Client) collect(ctx context.Context, n int, call func(rows []int) (request, error)) ([]Result, error) {
	results := make([]Result, n)
	pending := make([]int, n)
	for i := range pending {
		pending[i] = i
	}
	pauses := newPauses()
	for attempt := 1; ; attempt++ {
		rest := pending
		for len(rest) > 0 {
			rows := rest[:min(len(rest), maxCollection)]
			rest = rest[len(rows):]
			r, err := call(rows)
			var got []Result
			if err == nil {
				got, err = c.collection(ctx, r, len(rows))
			}
			for i, row := range rows {
				if err != nil {
					results[row] = Result{Err: err}
				} else {
					results[row] = got[i]
				}
			}
			if err != nil {
				unsent(results, rest, err)
				return results, err
			}
		}
		pending = slices.DeleteFunc(pending, func(row int) bool {
			e, ok := errors.AsType[*Error](results[row].Err)
			return !ok || !e.locked()
		})
		if len(pending) == 0 || attempt >= c.maxAttempts {
			return results, nil
		}
		e, _ := errors.AsType[*Error](results[pending[0]].Err)
		if !c.pause(ctx, request{method: e.Method, resource: e.Resource}, e, pauses.NextBackOff()) {
			return results, nil
		}
	}
}

// unsent gives rows that were not sent the reason of it. Rows that were sent
// once, locked, and waited to be sent again keep their own.
func unsent(results []Result, rows []int, cause error) {
	reason := &Error{Cause: cause, Write: true}
	if e, ok := errors.AsType[*Error](cause); ok {
		reason.Method, reason.Resource = e.Method, e.Resource
		reason.Status, reason.Problems = e.Status, e.Problems
		reason.Cause = errors.New("not sent because the call before it failed")
	}
	for _, row := range rows {
		if results[row].Err == nil {
			results[row] = Result{Err: reason}
		}
	}
}

// collection makes one call and reads its rows.
func (c *Client) collection(ctx context.Context, r request, n int) ([]Result, error) {
	r.path, r.resource, r.write = collections, collections, true
	var results []Result
	r.read = func(a answer) (err error) {
		results, err = decodeRows(a, r.method, n)
		return err
	}
	if err := c.do(ctx, r); err != nil {
		return nil, err
	}
	return results, nil
}

// decodeRows reads the answer to a collection of n rows.
func decodeRows(a answer, method string, n int) ([]Result, error) {
	var rows []json.RawMessage
	if err := a.decode(&rows); err != nil {
		return nil, err
	}
	if len(rows) != n {
		return nil, errShape
	}
	results := make([]Result, n)
	for i, row := range rows {
		var s saved
		if json.Unmarshal(row, &s) != nil || s.Success == nil || *s.Success && s.ID == "" && method == http.MethodPost {
			return nil, errShape
		}
		results[i].ID = s.ID
		if !*s.Success {
			results[i].Err = rowError(method, decodeProblems(row))
		}
	}
	return results, nil
}

// rowError is the error of a row, with the status that the same refusal has
// outside of a collection.
func rowError(method string, problems []Problem) *Error {
	e := &Error{Status: http.StatusBadRequest, Problems: problems, Method: method, Resource: collections, Write: true, Sent: true}
	if len(problems) == 0 {
		e.Problems = []Problem{{Code: "UNKNOWN_EXCEPTION", Message: "the row failed without a reason"}}
		return e
	}
	switch p := problems[0]; p.Code {
	case "NOT_FOUND", "ENTITY_IS_DELETED":
		e.Status = http.StatusNotFound
	case "INVALID_CROSS_REFERENCE_KEY":
		// With a field it is that field's value which points nowhere, without
		// one it is the row's own id.
		if len(p.Fields) == 0 && method != http.MethodPost {
			e.Status = http.StatusNotFound
		}
	}
	return e
}
