package simulator

import (
	"fmt"
	"net/http"

	"scimforce/salesforce/simulator/jsonin"
)

// batch answers POST /composite/batch: up to 25 requests that know nothing of
// each other, each of them an API call of its own. Once one has failed,
// haltOnError skips the rest.
func (s *Simulator) batch(q *request) answer {
	doc, bad := parseBody(q.body)
	if bad != nil {
		return *bad
	}
	var haltOnError bool
	var subs []subrequest
	err := doc.Object(doc.Value,
		jsonin.Field{Name: "haltOnError", Read: doc.Flag(&haltOnError)},
		jsonin.Field{Name: "batchRequests", Read: readBatch(doc, &subs)},
	)
	if err != nil {
		return *refuse(err)
	}
	if len(subs) == 0 || len(subs) > maxSubrequests {
		// unverified: code and words for a batch without or with too many subrequests.
		return codeFirst(http.StatusBadRequest, "LIMIT_EXCEEDED", fmt.Sprintf("The request can’t contain more than %d operations.", maxSubrequests))
	}
	if !q.inside {
		q.site.day.Use(q.site.now(), 0, len(subs)-1) // the first was counted at the door
	}
	hasErrors := false
	results := make([]object, len(subs))
	for i, sub := range subs {
		var a answer
		if hasErrors && haltOnError {
			// unverified: the words of BATCH_PROCESSING_HALTED.
			a = codeFirst(http.StatusPreconditionFailed, "BATCH_PROCESSING_HALTED", "Batch processing halted per request")
		} else {
			a = s.subanswer(q, sub, nil)
		}
		hasErrors = hasErrors || a.failed()
		results[i] = object{{"statusCode", a.status}, {"result", a.body}}
	}
	return ok(object{{"hasErrors", hasErrors}, {"results", results}})
}

// readBatch reads batchRequests. Its bodies are called richInput; the binary
// parts of multipart requests are not for records and are passed over.
func readBatch(doc *jsonin.Document, into *[]subrequest) func(*jsonin.Value) *jsonin.Error {
	return doc.List(func(v *jsonin.Value) *jsonin.Error {
		sub := subrequest{doc: doc}
		var ignored string
		err := doc.Object(v,
			jsonin.Field{Name: "method", Read: doc.Text(&sub.method)},
			jsonin.Field{Name: "url", Read: doc.Text(&sub.url)},
			jsonin.Field{Name: "richInput", Read: sub.keepBody},
			jsonin.Field{Name: "binaryPartName", Read: doc.Text(&ignored)},
			jsonin.Field{Name: "binaryPartNameAlias", Read: doc.Text(&ignored)},
		)
		*into = append(*into, sub)
		return err
	})
}
