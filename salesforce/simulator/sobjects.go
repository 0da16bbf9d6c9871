package simulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

// createRecord answers POST /sobjects/{object}.
func (s *Simulator) createRecord(q *request) answer {
	r, bad := recordBody(q.body)
	if bad != nil {
		return *bad
	}
	var id string
	errs := s.locked(q, func() (errs org.Errors) {
		id, errs = q.org.Insert(q.actor, q.object.Name, r.values)
		return errs
	}, org.Intent{Object: q.object.Name, Values: r.values})
	if len(errs) > 0 {
		return refused(r.placed(errs, q.object))
	}
	return created(q, q.object.Name, id)
}

// getRecord answers GET /sobjects/{object}/{id}, with ?fields= only those.
func (s *Simulator) getRecord(q *request) answer {
	id := q.params["id"]
	if !idShaped(id) {
		return noSuchKeyField(id)
	}
	if !q.query.Has("fields") {
		return s.wholeRecord(q, id)
	}
	record, bad := s.selected(q, q.object, id, strings.Split(q.query.Get("fields"), ","))
	switch {
	case bad != nil:
		return *bad
	case record == nil:
		return notFound()
	}
	return ok(record)
}

// wholeRecord is the record with all fields that the caller may see, in the
// object's own order; 304 or 412 where the request's conditions say so.
func (s *Simulator) wholeRecord(q *request, id string) answer {
	id, wellFormed := org.ID18(id)
	if !wellFormed {
		return notFound()
	}
	a := notFound()
	err := q.org.ViewAs(q.actor, func(v *org.View) error {
		r, found := v.Get(q.object, id)
		if !found {
			return nil
		}
		modified, _ := r.Get("LastModifiedDate").(time.Time)
		if unmet, yes := q.unmet(modified); yes {
			a = unmet
			return nil
		}
		body, err := appendRecord(nil, q.version, v, r)
		a = ok(json.RawMessage(body))
		return err
	})
	if err != nil {
		return codeFirst(http.StatusInternalServerError, "INTERNAL_ERROR", "Unexpected Error")
	}
	return a
}

// appendRecord writes a record with all fields that the view shows.
func appendRecord(dst []byte, version string, v *org.View, r org.Record) ([]byte, error) {
	o := r.Object()
	dst = append(dst, `{"attributes":`...)
	dst, err := appendJSON(dst, attributes(version, o, r.ID()).value)
	if err != nil {
		return nil, err
	}
	for i := range o.Fields {
		if !v.Sees(o, i) {
			continue
		}
		dst = append(dst, `,"`...)
		dst = append(dst, o.Fields[i].Name...) // letters, digits and underscores
		dst = append(dst, `":`...)
		if dst, err = appendJSON(dst, r.Value(i)); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// unmet looks at If-Modified-Since and If-Unmodified-Since. The other
// conditional headers are for describes; a real org passes over them here.
// unverified: the body of a 412.
func (q *request) unmet(modified time.Time) (answer, bool) {
	modified = modified.Truncate(time.Second)
	if since, err := http.ParseTime(q.header.Get("If-Modified-Since")); err == nil && !modified.After(since) {
		return answer{status: http.StatusNotModified}, true
	}
	if since, err := http.ParseTime(q.header.Get("If-Unmodified-Since")); err == nil && modified.After(since) {
		return answer{status: http.StatusPreconditionFailed}, true
	}
	return answer{}, false
}

// updateRecord answers PATCH /sobjects/{object}/{id}.
func (s *Simulator) updateRecord(q *request) answer {
	id := q.params["id"]
	if !idShaped(id) {
		return noSuchKeyField(id)
	}
	r, bad := recordBody(q.body)
	if bad != nil {
		return *bad
	}
	errs := s.locked(q, func() org.Errors { return q.org.Update(q.actor, q.object.Name, id, r.values) },
		org.Intent{Object: q.object.Name, ID: org.FullID(id), Values: r.values})
	if len(errs) > 0 {
		return refused(r.placed(errs, q.object))
	}
	return noContent()
}

// deleteRecord answers DELETE /sobjects/{object}/{id}.
func (s *Simulator) deleteRecord(q *request) answer {
	id := q.params["id"]
	if !idShaped(id) {
		return noSuchKeyField(id)
	}
	errs := s.locked(q, func() org.Errors { return q.org.Delete(q.actor, q.object.Name, id) },
		org.Intent{Object: q.object.Name, ID: org.FullID(id)})
	if len(errs) > 0 {
		return refused(errs)
	}
	return noContent()
}

// getByKey answers GET /sobjects/{object}/{field}/{value}, which with an id for
// the field is the record that a relationship of it leads to.
func (s *Simulator) getByKey(q *request) answer {
	if id, isID := org.ID18(q.params["field"]); isID {
		return s.parentOf(q, id)
	}
	ids, bad := s.findByKey(q)
	if bad != nil {
		return *bad
	}
	if len(ids) == 0 {
		return notFound()
	}
	if q.query.Has("fields") {
		q.params["id"] = ids[0]
		return s.getRecord(q)
	}
	return s.wholeRecord(q, ids[0])
}

// parentOf answers GET /sobjects/{object}/{id}/{relationship} with the record
// that the relationship leads to.
func (s *Simulator) parentOf(q *request, id string) answer {
	field, known := q.object.Relationship(q.params["value"])
	row, found := q.org.Find(q.object.Name, id)
	if !known || !found {
		return notFound()
	}
	parent := text(row[q.object.Fields[field].Name])
	object, known := q.org.ObjectOf(parent)
	if !known {
		return notFound() // it leads nowhere
	}
	up := *q
	up.object = object
	up.params = map[string]string{"id": parent}
	if !up.readable() {
		return notFound()
	}
	return s.getRecord(&up)
}

// deleteByKey answers DELETE /sobjects/{object}/{field}/{value}.
func (s *Simulator) deleteByKey(q *request) answer {
	ids, bad := s.findByKey(q)
	if bad != nil {
		return *bad
	}
	if len(ids) == 0 {
		return notFound()
	}
	q.params["id"] = ids[0]
	return s.deleteRecord(q)
}
