package simulator

import (
	"fmt"
	"net/http"
	"strings"

	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/query"
)

// upsertByKey answers PATCH /sobjects/{object}/{field}/{value}: 201 for a new
// record, 200 for a changed one.
// unverified: which of Salesforce's versions answered 204 to an upsert that changed a record.
func (s *Simulator) upsertByKey(q *request) answer {
	r, bad := recordBody(q.body)
	if bad != nil {
		return *bad
	}
	if bad := q.findKey(); bad != nil {
		return *bad
	}
	if field := q.params["field"]; takeField(r.values, field) != nil {
		return messageFirst(http.StatusBadRequest, "INVALID_FIELD", "The "+field+" field should not be specified in the sobject data.")
	}
	ids, bad := s.findByKey(q)
	if bad != nil {
		return *bad
	}
	if len(ids) > 0 {
		errs := s.locked(q, func() org.Errors { return q.org.Update(q.actor, q.object.Name, ids[0], r.values) },
			org.Intent{Object: q.object.Name, ID: ids[0], Values: r.values})
		if len(errs) > 0 {
			return refused(r.placed(errs, q.object))
		}
		return ok(append(saved(ids[0]), member{"created", false}))
	}
	if q.params["field"] == "Id" { // nobody chooses the id of a new record
		return notFound()
	}
	r.values[q.params["field"]] = q.params["value"]
	var id string
	errs := s.locked(q, func() (errs org.Errors) {
		id, errs = q.org.Insert(q.actor, q.object.Name, r.values)
		return errs
	}, org.Intent{Object: q.object.Name, Values: r.values})
	if len(errs) > 0 {
		return refused(r.placed(errs, q.object))
	}
	a := created(q, q.object.Name, id)
	a.body = append(saved(id), member{"created", true})
	return a
}

// upsertCollection answers PATCH /composite/sobjects/{object}/{field}: 200, one
// result a record, each with the key "created" last.
func (s *Simulator) upsertCollection(q *request) answer {
	if bad := q.findKey(); bad != nil {
		return *bad
	}
	field := q.params["field"]
	return s.writeCollection(q, func(object *org.Object, r record) row {
		isNew := new(bool)
		return row{created: isNew, do: func(o *org.Org) (string, org.Errors) {
			if object != q.object {
				// unverified: code and words of an upsert of another object than that of its address.
				return "", org.Errors{{Code: "INVALID_TYPE", Message: "sObject type '" + object.Name + "' is not that of the request."}}
			}
			value := scalar(takeField(r.values, field))
			if value == "" {
				// unverified: code and words of an upsert without the key.
				return "", org.Errors{{Code: "MISSING_ARGUMENT", Message: field + " not specified"}}
			}
			ids, err := recordsWith(o, q.actor, q.object, field, value)
			switch {
			case err != nil:
				return "", org.Errors{{Code: "INVALID_FIELD", Message: err.Error()}}
			case len(ids) > 1:
				i, _ := q.object.FieldIndex(field)
				return "", org.Errors{{Code: "DUPLICATE_EXTERNAL_ID", Message: q.object.Fields[i].Label + ": more than one record found for external id field: [" + strings.Join(ids, ", ") + "]"}}
			case len(ids) == 1:
				return ids[0], o.Update(q.actor, q.object.Name, ids[0], r.values)
			case field == "Id":
				return "", org.Errors{{Code: "INVALID_CROSS_REFERENCE_KEY", Message: "invalid cross reference id"}}
			}
			r.values[field] = value
			*isNew = true
			return o.Insert(q.actor, q.object.Name, r.values)
		}}
	})
}

// findByKey finds the one record whose key field has the value of the path.
// Several records are a 300 with their URLs.
func (s *Simulator) findByKey(q *request) ([]string, *answer) {
	if bad := q.findKey(); bad != nil {
		return nil, bad
	}
	ids, err := recordsWith(q.org, q.actor, q.object, q.params["field"], q.params["value"])
	if err != nil {
		a := queryError(err)
		return nil, &a
	}
	if len(ids) > 1 {
		urls := make([]string, len(ids))
		for i, id := range ids {
			urls[i] = recordURL(q.version, q.object.Name, id)
		}
		return nil, &answer{status: http.StatusMultipleChoices, body: urls}
	}
	return ids, nil
}

// findKey puts the canonical name of the key field into the parameters. A key
// is a field that describe calls idLookup.
func (q *request) findKey() *answer {
	i, found := q.object.FieldIndex(q.params["field"])
	if !found || !q.object.Fields[i].IDLookup {
		a := noSuchKeyField(q.params["field"])
		return &a
	}
	q.params["field"] = q.object.Fields[i].Name
	return nil
}

// recordsWith gives the ids of the records whose field has the value.
func recordsWith(o *org.Org, a org.Actor, object *org.Object, field, value string) ([]string, error) {
	value = strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value)
	result, err := query.Run(o, a, fmt.Sprintf("SELECT Id FROM %s WHERE %s = '%s'", object.Name, field, value))
	if err != nil {
		return nil, err
	}
	return result.IDs, nil
}
