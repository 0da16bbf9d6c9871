package simulator

import (
	"fmt"

	"scimforce/salesforce/simulator/jsonin"
	"scimforce/salesforce/simulator/org"
)

// compositeResources answers GET /composite.
// unverified: the order of the resources below /composite.
func (s *Simulator) compositeResources(q *request) answer {
	out := object{}
	for _, name := range []string{"tree", "batch", "sobjects", "graph"} {
		out = append(out, member{name, "/services/data/v" + q.version + "/composite/" + name})
	}
	return ok(out)
}

// composite answers POST /composite: up to 25 requests in order, later ones
// with references into the answers of earlier ones. Whatever becomes of them,
// the whole is a 200 and one API call; only a malformed envelope is a 400.
// collateSubrequests, which lets an org change the order, is read and has no
// effect: the order given is one of those that are allowed then.
func (s *Simulator) composite(q *request) answer {
	doc, bad := parseBody(q.body)
	if bad != nil {
		return *bad
	}
	var allOrNone, collate bool
	var subs []subrequest
	err := doc.Object(doc.Value,
		jsonin.Field{Name: "allOrNone", Read: doc.Flag(&allOrNone)},
		jsonin.Field{Name: "collateSubrequests", Read: doc.Flag(&collate)},
		jsonin.Field{Name: "compositeRequest", Read: readComposite(doc, &subs)},
	)
	if err != nil {
		return *refuse(err)
	}
	if bad := checkEnvelope(q.version, subs); bad != nil {
		return *bad
	}
	answers := make([]answer, len(subs))
	if allOrNone {
		culprit := s.runAtomic(q, subs, answers)
		for i := range answers {
			if culprit >= 0 && i != culprit {
				answers[i] = halted("The transaction was rolled back since another operation in the same transaction failed.")
			}
		}
	} else {
		refs := references{}
		for i := range subs {
			answers[i] = s.subanswer(q, subs[i], refs)
			refs.add(subs[i].referenceID, answers[i])
		}
	}
	return ok(object{{"compositeResponse", compositeResponse(subs, answers)}})
}

// compositeResponse is the answers as they lie in a composite's or a graph's.
func compositeResponse(subs []subrequest, answers []answer) []object {
	out := make([]object, len(answers))
	for i, a := range answers {
		header := a.header
		if header == nil {
			header = object{}
		}
		out[i] = object{{"body", a.body}, {"httpHeaders", header}, {"httpStatusCode", a.status}, {"referenceId", subs[i].referenceID}}
	}
	return out
}

// runAtomic runs the subrequests in one transaction, with everything they lock
// held, and takes everything back at the first failure, whose index it returns,
// -1 without one. The answers behind it stay empty.
func (s *Simulator) runAtomic(q *request, subs []subrequest, answers []answer) (culprit int) {
	if len(subs) == 0 {
		return -1
	}
	var intents []org.Intent
	for _, sub := range subs {
		intents = append(intents, s.intentsOf(q, sub)...)
	}
	release, errs := s.lock(q, s.cfg.LockPatience, intents)
	if len(errs) > 0 {
		answers[0] = refused(errs)
		return 0
	}
	defer release()
	culprit = -1
	_ = q.org.Transaction(func(tx *org.Org) error {
		inner := *q
		inner.org, inner.atomic = tx, true
		refs := references{}
		for i := range subs {
			answers[i] = s.subanswer(&inner, subs[i], refs)
			if answers[i].failed() || rowsFailed(answers[i]) {
				culprit = i
				return errRollback
			}
			refs.add(subs[i].referenceID, answers[i])
		}
		return nil
	})
	return culprit
}

// intentsOf says what a subrequest will write, as far as that can be known
// before its references are.
func (s *Simulator) intentsOf(q *request, sub subrequest) []org.Intent {
	in, bad := s.inner(q, sub, nil)
	if bad != nil || in.method == "GET" {
		return nil
	}
	matched := s.match(in)
	if matched == nil || in.object == nil && matched.template != "/composite/sobjects" {
		return nil
	}
	if in.object != nil {
		return []org.Intent{{Object: in.object.Name, ID: org.FullID(in.params["id"]), Values: valuesOf(sub.body)}}
	}
	var intents []org.Intent
	if sub.body != nil {
		if records := sub.body.Member("records"); records != nil {
			for _, node := range records.Items {
				r := record{node: node}
				id := ""
				if v := node.Member("id"); v != nil {
					id = org.FullID(v.Text)
				}
				intents = append(intents, org.Intent{Object: r.attribute("type"), ID: id, Values: node.Map()})
			}
		}
	}
	return intents
}

func valuesOf(body *jsonin.Value) map[string]any {
	if body == nil {
		return nil
	}
	return body.Map()
}

// checkEnvelope refuses envelopes that a real org does not start to work on.
func checkEnvelope(version string, subs []subrequest) *answer {
	if len(subs) == 0 {
		// unverified: the words for a composite without subrequests.
		a := badJSON("At least one subrequest is required")
		return &a
	}
	if len(subs) > maxSubrequests { // recorded, with this apostrophe
		a := tooManySubrequests("LIMIT_EXCEEDED", fmt.Sprintf("The request can’t contain more than %d operations.", maxSubrequests))
		return &a
	}
	heavy := 0
	for i := range subs {
		if subs[i].heavy() {
			heavy++
		}
	}
	if heavy > maxHeavy {
		// unverified: the words for more than five queries and collections in a composite.
		a := tooManySubrequests("LIMIT_EXCEEDED", fmt.Sprintf("The request can’t contain more than %d query or sObject Collections operations.", maxHeavy))
		return &a
	}
	return checkNames(version, subs)
}
