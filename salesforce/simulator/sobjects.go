package simulator

import (
	"crypto/rand"
	"net/http"
	"strings"

	"scimforce/salesforce/simulator/org"
)

// createRecord answers POST /sobjects/{object}.
func (s *Simulator) createRecord(q *request) answer {
	values, bad := recordBody(q.body)
	if bad != nil {
		return *bad
	}
	id, errs := q.org.Insert(q.actor, q.object.Name, values)
	if len(errs) > 0 {
		return refused(errs)
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
		row, found := q.org.Find(q.object.Name, id)
		if !found {
			return notFound()
		}
		return ok(wholeRecord(q.version, q.object, row))
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

// updateRecord answers PATCH /sobjects/{object}/{id}.
func (s *Simulator) updateRecord(q *request) answer {
	id := q.params["id"]
	if !idShaped(id) {
		return noSuchKeyField(id)
	}
	values, bad := recordBody(q.body)
	if bad != nil {
		return *bad
	}
	if errs := q.org.Update(q.actor, q.object.Name, id, values); len(errs) > 0 {
		return refused(errs)
	}
	return noContent()
}

// deleteRecord answers DELETE /sobjects/{object}/{id}.
func (s *Simulator) deleteRecord(q *request) answer {
	id := q.params["id"]
	if !idShaped(id) {
		return noSuchKeyField(id)
	}
	if errs := q.org.Delete(q.actor, q.object.Name, id); len(errs) > 0 {
		return refused(errs)
	}
	return noContent()
}

// getByKey answers GET /sobjects/{object}/{field}/{value}.
func (s *Simulator) getByKey(q *request) answer {
	ids, bad := s.findByKey(q)
	if bad != nil {
		return *bad
	}
	if len(ids) == 0 {
		return notFound()
	}
	row, _ := q.org.Find(q.object.Name, ids[0])
	return ok(wholeRecord(q.version, q.object, row))
}

// recordBody reads the fields of one record; "attributes", which clients send
// back as they got it, is no field.
func recordBody(body []byte) (map[string]any, *answer) {
	values := map[string]any{}
	if bad := decodeObject(body, &values); bad != nil {
		return nil, bad
	}
	delete(values, "attributes")
	return values, nil
}

// passwordState answers GET /sobjects/User/{id}/password.
func (s *Simulator) passwordState(q *request) answer {
	if _, found := q.org.Find("User", q.params["id"]); !found {
		return notFound()
	}
	return ok(object{{"isExpired", false}})
}

// setPassword answers POST /sobjects/User/{id}/password {"NewPassword":"..."}.
func (s *Simulator) setPassword(q *request) answer {
	row, found := q.org.Find("User", q.params["id"])
	if !found {
		return notFound()
	}
	var wish struct{ NewPassword string }
	if bad := decodeObject(q.body, &wish); bad != nil {
		return *bad
	}
	if len(wish.NewPassword) < 8 {
		// unverified: the words of the default password policy.
		return refused(org.Errors{{Status: http.StatusBadRequest, Code: "INVALID_NEW_PASSWORD", Message: "Your password must be at least 8 characters long.", Fields: []string{}}})
	}
	q.org.SetPassword(text(row["Id"]), wish.NewPassword)
	return noContent()
}

// resetPassword answers DELETE /sobjects/User/{id}/password: the org makes up
// a password (and would send its owner a mail).
// unverified: the body's key; one client has seen a 204 without a body.
func (s *Simulator) resetPassword(q *request) answer {
	row, found := q.org.Find("User", q.params["id"])
	if !found {
		return notFound()
	}
	password := rand.Text()[:10] + "1a"
	q.org.SetPassword(text(row["Id"]), password)
	return ok(object{{"NewPassword", password}})
}
