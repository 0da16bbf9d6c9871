package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A saved is the answer to the creation of a record, and a row of the answer
// to a collection.
type saved struct {
	ID      string          `json:"id"`
	Success *bool           `json:"success"`
	Errors  json.RawMessage `json:"errors"`
}

// Get reads fields of a record. Without fields it reads all.
func (c *Client) Get(ctx context.Context, object, id string, fields ...string) (Record, error) {
	path, err := recordPath(object, id)
	if err != nil {
		return nil, err
	}
	query, err := fieldsQuery(fields)
	if err != nil {
		return nil, err
	}
	var record Record
	err = c.do(ctx, request{
		method: http.MethodGet, path: path, query: query,
		resource: "/sobjects/" + object + "/{id}",
		read: func(a answer) error {
			record = nil
			if err := a.decode(&record); err != nil {
				return err
			}
			if record == nil {
				return errShape
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return record, nil
}

// Create makes a record and returns its id.
func (c *Client) Create(ctx context.Context, object string, fields Record) (string, error) {
	if err := checkName(object); err != nil {
		return "", err
	}
	body, err := encode(fields.writable())
	if err != nil {
		return "", err
	}
	var id string
	err = c.do(ctx, request{
		method: http.MethodPost, path: "/sobjects/" + object, body: body, write: true,
		resource: "/sobjects/" + object,
		read: func(a answer) error {
			var s saved
			if err := a.decode(&s); err != nil {
				return err
			}
			if problems := decodeProblems(s.Errors); len(problems) > 0 {
				return &Error{Status: http.StatusBadRequest, Problems: problems}
			}
			if s.ID == "" || s.Success == nil || !*s.Success {
				return errShape
			}
			id = s.ID
			return nil
		},
	})
	return id, err
}

// Update changes fields of a record. A field of value nil is cleared. It travels
// together with others as UpdateAll does.
func (c *Client) Update(ctx context.Context, object, id string, fields Record) error {
	path, err := recordPath(object, id)
	if err != nil {
		return err
	}
	changes := fields.writable()
	delete(changes, "Id") // the path names the record; in the body it is refused
	body, err := encode(changes)
	if err != nil {
		return err
	}
	alone := func(ctx context.Context) error {
		return c.do(ctx, request{
			method: http.MethodPatch, path: path, body: body, write: true,
			resource: "/sobjects/" + object + "/{id}", read: done,
		})
	}
	if _, ok := ID18(id); !ok {
		return alone(ctx)
	}
	return c.single(ctx, http.MethodPatch, object, parcel{records: []Record{fields.named(id)}}, alone)
}

// Delete deletes a record. It travels together with others as DeleteAll does.
func (c *Client) Delete(ctx context.Context, object, id string) error {
	path, err := recordPath(object, id)
	if err != nil {
		return err
	}
	alone := func(ctx context.Context) error {
		return c.do(ctx, request{
			method: http.MethodDelete, path: path, write: true,
			resource: "/sobjects/" + object + "/{id}", read: done,
		})
	}
	if _, ok := ID18(id); !ok {
		return alone(ctx)
	}
	return c.single(ctx, http.MethodDelete, KeyPrefix(id), parcel{ids: []string{id}}, alone)
}

// done reads the answer to a change: 204 without a body, or some JSON that
// names no problem. A page of HTML with status 200 comes from something that
// is not the API.
func done(a answer) error {
	if a.status == http.StatusNoContent {
		return nil
	}
	var body json.RawMessage
	if err := a.decode(&body); err != nil {
		return err
	}
	switch e := (&Error{Status: http.StatusBadRequest, Problems: decodeProblems(body)}); {
	case len(e.Problems) == 0:
		return nil
	case e.code() == "":
		return errShape
	default:
		return e
	}
}

func recordPath(object, id string) (string, error) {
	if err := checkName(object); err != nil {
		return "", err
	}
	switch id {
	case "", ".", "..":
		// Such a segment would name the object, not a record of it.
		return "", errors.New("salesforce: a record is named by no id")
	}
	return "/sobjects/" + object + "/" + url.PathEscape(id), nil
}

func fieldsQuery(fields []string) (string, error) {
	for _, field := range fields {
		for part := range strings.SplitSeq(field, ".") {
			if err := checkName(part); err != nil {
				return "", err
			}
		}
	}
	if len(fields) == 0 {
		return "", nil
	}
	return "fields=" + strings.Join(fields, ","), nil
}

// checkName refuses what is no name of an object or field. Names come from
// our own tables or from descriptions, so this is a mistake of the program.
func checkName(name string) error {
	ok := name != "" && len(name) <= 255 && isLetter(name[0])
	for i := range len(name) {
		ok = ok && (name[i] == '_' || isAlphanumeric(name[i]))
	}
	if !ok {
		return fmt.Errorf("salesforce: %.80q is no name of an object or field", name)
	}
	return nil
}

// encode writes a body.
func encode(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, &unwritableError{err}
	}
	return body, nil
}

// unwritableError is of a body that JSON cannot hold.
type unwritableError struct{ cause error }

func (e *unwritableError) Error() string {
	return "salesforce: body cannot be written as JSON: " + e.cause.Error()
}

func (e *unwritableError) Unwrap() error { return e.cause }
