package scim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"
)

// maxBulkID bounds a bulkId, in bytes.
const maxBulkID = 256

// bulkRequest is a BulkRequest as it was sent.
type bulkRequest struct {
	// failOnErrors is after how many errors no further operation is begun; 0:
	// all are done. A 0 that is sent is what typed clients make of none.
	failOnErrors int
	operations   []bulkOperation
}

// bulkOperation is one operation of a bulk, and what became of it.
type bulkOperation struct {
	index                   int
	method, bulkID, version string
	path                    string // below the base URL, for the audit
	data                    map[string]any
	kind                    *bulkKind // nil when the path names none
	id                      string    // of the resource, "" until it is known
	target                  string    // the bulkId that stands in the path for an id
	refusal                 error     // known before anything is done
	references, mentions    []string  // bulkIds in data; ids that others are about
	deferred                map[string]bool
	running                 *bulkProgress
	answer                  answer
	problem                 *problem
	counted                 bool // among those that failed
}

// readBulk reads a BulkRequest. The error is a 400 that names the place, or a
// 413 for more than maxBulkOperations. What only concerns one operation is its
// refusal.
func readBulk(body map[string]any, kinds map[string]*bulkKind, base string) (bulkRequest, error) {
	var q bulkRequest
	if list, sent := member(body, "schemas").([]any); sent && !slices.ContainsFunc(list, isText(bulkRequestURN)) {
		return q, malformed("schemas", "%q is missing", bulkRequestURN)
	}
	switch n := member(body, "failOnErrors").(type) {
	case nil:
	case json.Number:
		count, err := strconv.ParseInt(n.String(), 10, 32)
		if err != nil || count < 0 {
			return q, invalidBulk("failOnErrors", "expected a whole number, 1 or more")
		}
		q.failOnErrors = int(count)
	default:
		return q, invalidBulk("failOnErrors", "expected a whole number, 1 or more")
	}
	sent := member(body, "Operations")
	list, ok := sent.([]any)
	if !ok && sent != nil {
		return q, malformed("Operations", "expected an array of operations")
	}
	switch {
	case len(list) == 0:
		return q, invalidBulk("Operations", "a bulk needs at least one operation")
	case len(list) > maxBulkOperations:
		return q, refuse(http.StatusRequestEntityTooLarge, "", "The bulk has %d operations, more than maxOperations, %d. Send them in several bulks.", len(list), maxBulkOperations)
	}
	q.operations = make([]bulkOperation, len(list))
	first := map[string]int{}
	for i, raw := range list {
		where := fmt.Sprintf("Operations[%d]", i)
		object, ok := raw.(map[string]any)
		if !ok {
			return q, malformed(where, "expected an object")
		}
		o := &q.operations[i]
		o.index = i
		if err := o.read(where, object); err != nil {
			return q, err
		}
		if o.bulkID != "" {
			if before, twice := first[o.bulkID]; twice {
				return q, invalidBulk(where+".bulkId", "%q is that of Operations[%d], too", bounded(o.bulkID, 60), before)
			}
			first[o.bulkID] = i
		}
		o.readPath(where+".path", kinds, base)
	}
	return q, nil
}

// read reads the members of an operation, all but what its path means.
func (o *bulkOperation) read(where string, object map[string]any) error {
	for _, m := range []struct {
		name string
		into *string
	}{{"method", &o.method}, {"bulkId", &o.bulkID}, {"version", &o.version}, {"path", &o.path}} {
		switch v := member(object, m.name).(type) {
		case nil:
		case string:
			*m.into = v
		default:
			return malformed(where+"."+m.name, "expected a string")
		}
	}
	o.method = strings.ToUpper(o.method)
	switch o.method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	case "":
		return invalidBulk(where+".method", "it is missing; expected POST, PUT, PATCH or DELETE")
	default:
		return invalidBulk(where+".method", "expected POST, PUT, PATCH or DELETE, got %q", bounded(o.method, 60))
	}
	switch {
	case len(o.bulkID) > maxBulkID:
		return invalidBulk(where+".bulkId", "it has %d bytes, at most %d are accepted", len(o.bulkID), maxBulkID)
	case o.bulkID == "" && o.method == http.MethodPost:
		return invalidBulk(where+".bulkId", "it is missing, and a POST needs one")
	case o.path == "":
		return invalidBulk(where+".path", "it is missing")
	case o.method == http.MethodDelete:
		return nil
	}
	data := member(object, "data")
	if data == nil {
		return invalidBulk(where+".data", "it is missing, and a %s needs it", o.method)
	}
	var ok bool
	if o.data, ok = data.(map[string]any); !ok {
		return malformed(where+".data", "expected an object")
	}
	return nil
}

// readPath finds what a path is about: "/Users", "/Users/{id}" or
// "/Users/bulkId:{bulkId}", with or without the first slash, or the location of
// a resource. What is none of these is refused as it would be by itself.
func (o *bulkOperation) readPath(where string, kinds map[string]*bulkKind, base string) {
	path := strings.Trim(strings.TrimPrefix(o.path, base), "/")
	o.path = "/" + path
	if strings.ContainsAny(path, "?#") && !strings.Contains(path, bulkPrefix) {
		o.refusal = invalidBulk(where, "a path within a bulk has no query")
		return
	}
	endpoint, id, _ := strings.Cut(path, "/")
	if endpoint == "Bulk" {
		o.refusal = invalidBulk(where, "a bulk within a bulk is not done; send its operations in this one")
		return
	}
	k := kinds["/"+endpoint]
	if unescaped, err := url.PathUnescape(id); err == nil {
		id = unescaped
	}
	target, refers := strings.CutPrefix(id, bulkPrefix)
	if k == nil || !refers && strings.Contains(id, "/") {
		o.refusal = refuse(http.StatusNotFound, "", "%s: there is no such endpoint; a bulk is about /Users and /Groups.", where)
		return
	}
	switch o.kind = k; {
	case o.method == http.MethodPost && id != "":
		o.refusal = refuse(http.StatusMethodNotAllowed, "", "%s: a POST is sent to /%s, without an id.", where, endpoint)
	case o.method != http.MethodPost && id == "":
		o.refusal = refuse(http.StatusMethodNotAllowed, "", "%s: a %s is sent to a resource, /%s/{id}.", where, o.method, endpoint)
	case target != "" && refers:
		o.target = target
	default:
		o.id = id
	}
}

// member finds a member of an object in any case.
func member(object map[string]any, name string) any {
	if v, ok := object[name]; ok {
		return v
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if strings.EqualFold(key, name) {
			return object[key]
		}
	}
	return nil
}

// isText tells whether a value is a text, in any case.
func isText(text string) func(any) bool {
	return func(v any) bool {
		s, ok := v.(string)
		return ok && strings.EqualFold(s, text)
	}
}

func malformed(where, format string, args ...any) error {
	return refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidSyntax, "%s: %s.", where, fmt.Sprintf(format, args...))
}

func invalidBulk(where, format string, args ...any) error {
	return refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "%s: %s.", where, fmt.Sprintf(format, args...))
}
