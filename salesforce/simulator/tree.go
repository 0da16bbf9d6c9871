package simulator

import (
	"net/http"
	"slices"

	"scimforce/salesforce/simulator/jsonin"
	"scimforce/salesforce/simulator/org"
)

// Limits of a tree.
const (
	maxTreeDepth = 5
	maxTreeKinds = 5
)

// branch is one record of a tree.
type branch struct {
	record
	object    *org.Object
	reference string
	parent    int    // index of the branch it hangs on, -1 at the top
	link      string // its field that points there
}

// tree answers POST /composite/tree/{object}: up to 200 records with their
// children below them, all created or none.
func (s *Simulator) tree(q *request) answer {
	doc, bad := parseBody(q.body)
	if bad != nil {
		return *bad
	}
	var grown treeReader
	err := doc.Object(doc.Value, jsonin.Field{Name: "records", Read: doc.List(func(v *jsonin.Value) *jsonin.Error {
		return grown.read(q, doc, v, q.object, -1, "", 1)
	})})
	if err != nil {
		return *refuse(err)
	}
	branches := grown.branches
	if len(branches) == 0 {
		return messageFirst(http.StatusBadRequest, "REQUIRED_FIELD_MISSING", "At least 1 record is required")
	}
	if len(branches) > maxCollection {
		return tooManyRecords(maxCollection)
	}
	if failed := checkTree(branches); len(failed) > 0 {
		return treeFailed(failed)
	}
	ids, failed := s.plant(q, branches)
	if len(failed) > 0 {
		return treeFailed(failed)
	}
	results := make([]object, len(ids))
	for i, id := range ids {
		results[i] = object{{"referenceId", branches[i].reference}, {"id", id}}
	}
	return answer{status: http.StatusCreated, body: object{{"hasErrors", false}, {"results", results}}}
}

// treeFailed is the answer of a tree that was not planted: the records to blame
// and nothing of the others.
func treeFailed(failed []object) answer {
	return answer{status: http.StatusBadRequest, body: object{{"hasErrors", true}, {"results", failed}}}
}

// blame is the result of one record of a tree that is at fault.
func blame(b branch, errs org.Errors) object {
	list := make([]object, len(errs))
	for i, e := range errs {
		list[i] = object{{"statusCode", e.Code}, {"message", e.Message}, {"fields", e.Fields}}
	}
	return object{{"referenceId", b.reference}, {"errors", list}}
}

// treeReader collects branches, a parent always before its children.
type treeReader struct{ branches []branch }

func (t *treeReader) read(q *request, doc *jsonin.Document, v *jsonin.Value, want *org.Object, parent int, link string, depth int) *jsonin.Error {
	r, _ := recordOf(doc, v)
	if r.node == nil {
		return doc.WrongType("sobject", v)
	}
	b := branch{record: r, object: want, reference: r.attribute("referenceId"), parent: parent, link: link}
	if object, known := q.org.Object(r.attribute("type")); !known || object != want {
		b.object = nil // refused later, together with the others
	}
	at := len(t.branches)
	t.branches = append(t.branches, b)
	if depth > maxTreeDepth {
		// unverified: the words about a tree of more than five levels.
		return &jsonin.Error{Message: "The tree is more than five levels deep at " + doc.Start(v)}
	}
	if b.object == nil || len(t.branches) > maxCollection {
		return nil
	}
	for _, m := range v.Members {
		child, isChild := b.object.Child(m.Name)
		if !isChild {
			continue
		}
		object, known := q.org.Object(child.ChildObject)
		if !known || m.Value.Kind != jsonin.Object {
			continue // an unknown field then
		}
		delete(r.values, m.Name)
		if err := doc.Object(m.Value, jsonin.Field{Name: "records", Read: doc.List(func(v *jsonin.Value) *jsonin.Error {
			return t.read(q, doc, v, object, at, child.Field, depth+1)
		})}); err != nil {
			return err
		}
	}
	return nil
}

// checkTree finds the records that no tree can have.
// unverified: codes and words of records that no tree can have.
func checkTree(branches []branch) (failed []object) {
	times := map[string]int{}
	var kinds []*org.Object
	for _, b := range branches {
		times[b.reference]++
		if b.object != nil && !slices.Contains(kinds, b.object) {
			kinds = append(kinds, b.object)
		}
	}
	for _, b := range branches {
		complain := func(code, message string) {
			failed = append(failed, blame(b, org.Errors{{Code: code, Message: message}}))
		}
		switch {
		case b.reference == "":
			complain("INVALID_INPUT", "Include a reference ID for each record in the request.")
		case times[b.reference] > 1:
			complain("INVALID_INPUT", "Duplicate ReferenceId provided in the request.")
		case b.object == nil:
			complain("INVALID_INPUT", "The type of the record is not that of its place in the request: "+b.attribute("type"))
		case len(kinds) > maxTreeKinds:
			complain("LIMIT_EXCEEDED", "The request can’t contain more than 5 different types of records.")
		}
	}
	return failed
}

// plant creates the records in one transaction. At the first that fails it
// leaves none.
func (s *Simulator) plant(q *request, branches []branch) (ids []string, failed []object) {
	ids = make([]string, len(branches))
	grow := func(o *org.Org) error {
		for i, b := range branches {
			if b.parent >= 0 {
				b.values[b.link] = ids[b.parent]
			}
			id, errs := o.Insert(q.actor, b.object.Name, b.values)
			if len(errs) > 0 {
				failed = append(failed, blame(b, b.placed(errs, b.object)))
				return errRollback
			}
			ids[i] = id
		}
		return nil
	}
	intents := make([]org.Intent, len(branches))
	for i, b := range branches {
		intents[i] = org.Intent{Object: b.object.Name, Values: b.values}
	}
	errs := s.locked(q, func() org.Errors {
		_ = q.org.Transaction(grow) // what failed is in failed
		return nil
	}, intents...)
	if len(errs) > 0 {
		failed = append(failed, blame(branches[0], errs))
	}
	return ids, failed
}
