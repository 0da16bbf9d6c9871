package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// A Subresponse is the answer to one subrequest of a composite.
type Subresponse struct {
	Status int // HTTP status of this subrequest

	order  int // place of the subrequest, from 0
	object string
	err    *Error
	page   page
	record Record
	id     string
	rows   []Result
}

// newSubresponse decodes the body of an answer as its subrequest asks for.
func newSubresponse(order int, s Subrequest, status int, body json.RawMessage) (Subresponse, error) {
	r := Subresponse{Status: status, order: order, object: s.object}
	a := answer{status: status, body: body}
	switch {
	case status < 200 || status > 299:
		r.err = &Error{
			Status: status, Problems: decodeProblems(body), Method: s.method, Resource: s.resource,
			Write: s.method != http.MethodGet, Sent: true,
		}
		if status < 100 {
			return r, errShape
		}
		return r, nil
	case s.rows != nil:
		var err error
		r.rows, err = decodeRows(a, s.method, len(s.rows))
		return r, err
	case s.statement != "":
		if err := a.decode(&r.page); err != nil {
			return r, err
		}
		return r, r.page.check()
	case s.method == http.MethodGet:
		if err := a.decode(&r.record); err != nil {
			return r, err
		}
		if r.record == nil {
			return r, errShape
		}
	case s.method == http.MethodPost:
		var row saved
		if err := a.decode(&row); err != nil {
			return r, err
		}
		if row.ID == "" {
			return r, errShape
		}
		r.id = row.ID
	default: // 204 with "body": null
		if len(body) > 0 && !bytes.Equal(body, []byte("null")) {
			var row saved
			if a.decode(&row) == nil {
				r.id = row.ID
			}
		}
	}
	return r, nil
}

// Err is the *Error of a subrequest that failed, also when it failed only
// because another did (PROCESSING_HALTED).
func (s Subresponse) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// Records are the records of a query: the first page, see Client.Rest.
func (s Subresponse) Records() []Record { return s.page.Records }

// Record is the record that was read, nil if none was.
func (s Subresponse) Record() Record { return s.record }

// ID is the id of the record that was created, or read.
func (s Subresponse) ID() string {
	if s.id == "" {
		return s.record.ID()
	}
	return s.id
}

// Results are what became of the records of a collection, in their order. Rows
// that were locked are not sent again.
func (s Subresponse) Results() []Result { return s.rows }

// TotalSize is how many records a query found, and the number of a COUNT().
func (s Subresponse) TotalSize() int { return s.page.TotalSize }

// Rest returns all the records of a query in a composite: those of the first
// page, which came with it, and those of the following, which are called for.
func (c *Client) Rest(ctx context.Context, s Subresponse) ([]Record, error) {
	if s.err != nil {
		return nil, s.err
	}
	if s.page.Done == nil {
		return nil, nil
	}
	return c.following(ctx, s.page, s.object)
}

// Culprit finds the error that made a composite fail, which is not always the
// first: with allOrNone Salesforce answers PROCESSING_HALTED for all others,
// those before it too, and so it does for a reference to what failed. It is
// nil when nothing failed.
func Culprit(responses map[string]Subresponse) error {
	var culprit *Subresponse
	for _, s := range responses {
		if s.err == nil {
			continue
		}
		if culprit == nil || halted(s) == halted(*culprit) && s.order < culprit.order || !halted(s) && halted(*culprit) {
			culprit = &s
		}
	}
	if culprit == nil {
		return nil
	}
	return culprit.err
}

func halted(s Subresponse) bool { return HasCode(s.err, "PROCESSING_HALTED") }
