package simulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"scimforce/salesforce/simulator/org"
)

// Limits of one composite request.
const (
	maxSubrequests = 25
	maxHeavy       = 5 // queries and collections among them
)

// subrequest is one element of compositeRequest.
type subrequest struct {
	Method      string            `json:"method"`
	URL         string            `json:"url"`
	ReferenceID string            `json:"referenceId"`
	HTTPHeaders map[string]string `json:"httpHeaders"`
	Body        any               `json:"body"`
}

// envelope is the body of POST /composite.
type envelope struct {
	AllOrNone          bool         `json:"allOrNone"`
	CollateSubrequests bool         `json:"collateSubrequests"`
	CompositeRequest   []subrequest `json:"compositeRequest"`
}

// errRollback ends a transaction that is to leave nothing behind.
var errRollback = errors.New("rolled back")

// composite answers POST /composite: up to 25 requests in order, later ones
// with references into the answers of earlier ones. Whatever becomes of them,
// the whole is a 200 and one API call; only a malformed envelope is a 400.
func (s *Simulator) composite(q *request) answer {
	var e envelope
	if bad := decodeObject(q.body, &e); bad != nil {
		return *bad
	}
	if bad := unknownKey(q.body, "allOrNone", "collateSubrequests", "compositeRequest"); bad != nil {
		return *bad
	}
	if bad := checkEnvelope(e); bad != nil {
		return *bad
	}
	answers := make([]answer, len(e.CompositeRequest))
	if e.AllOrNone && !q.atomic {
		s.compositeAtomic(q, e.CompositeRequest, answers)
	} else {
		s.compositeEach(q, e.CompositeRequest, answers)
	}
	out := make([]object, len(answers))
	for i, a := range answers {
		header := a.header
		if header == nil {
			header = object{}
		}
		out[i] = object{{"body", a.body}, {"httpHeaders", header}, {"httpStatusCode", a.status}, {"referenceId", e.CompositeRequest[i].ReferenceID}}
	}
	return ok(object{{"compositeResponse", out}})
}

// compositeEach runs the subrequests one by one, each for itself.
func (s *Simulator) compositeEach(q *request, subs []subrequest, answers []answer) {
	refs := references{}
	for i := range subs {
		answers[i] = s.subanswer(q, subs[i], refs)
		refs.add(subs[i].ReferenceID, answers[i])
	}
}

// compositeAtomic runs them in one transaction and takes everything back at
// the first failure; the innocent ones then answer PROCESSING_HALTED.
func (s *Simulator) compositeAtomic(q *request, subs []subrequest, answers []answer) {
	culprit := -1
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
			refs.add(subs[i].ReferenceID, answers[i])
		}
		return nil
	})
	if culprit < 0 {
		return
	}
	for i := range answers {
		if i != culprit {
			answers[i] = halted("The transaction was rolled back since another operation in the same transaction failed.")
		}
	}
}

// subanswer resolves the references of one subrequest and runs it.
func (s *Simulator) subanswer(q *request, sub subrequest, refs references) answer {
	target, err := refs.inURL(sub.URL)
	if err != nil {
		return halted(err.Error())
	}
	body, err := refs.inBody(sub.Body)
	if err != nil {
		return halted(err.Error())
	}
	u, err := url.Parse(target)
	if err != nil {
		return notFound()
	}
	path, found := strings.CutPrefix(u.EscapedPath(), "/services/data/v")
	if !found {
		path, found = strings.CutPrefix(u.EscapedPath(), "v")
	}
	version, rest, _ := strings.Cut(path, "/")
	if !found {
		return notFound()
	}
	inner := &request{
		ctx: q.ctx, site: q.site, method: strings.ToUpper(sub.Method), version: version, path: rest, query: u.Query(),
		header: http.Header{}, actor: q.actor, org: q.org, base: q.base, atomic: q.atomic,
	}
	for name, value := range sub.HTTPHeaders {
		inner.header.Set(name, value)
	}
	if body != nil {
		if inner.body, err = json.Marshal(body); err != nil {
			return badJSON("Unexpected content") // cannot happen: it came as JSON
		}
	}
	if a, bad := s.checkVersion(version); bad {
		return a
	}
	matched, resource := s.match(inner)
	if resource == "/composite" {
		// unverified: how a real org words it that composites do not nest.
		return codeFirst(http.StatusBadRequest, "INVALID_INPUT", "Composite requests cannot be nested")
	}
	return s.dispatch(inner, matched)
}

func halted(message string) answer {
	return codeFirst(http.StatusBadRequest, "PROCESSING_HALTED", message)
}

// referenceName is what a referenceId may look like.
var referenceName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// checkEnvelope refuses envelopes that a real org does not start to work on.
// unverified: all of its messages and codes.
func checkEnvelope(e envelope) *answer {
	fail := func(code, message string) *answer {
		a := codeFirst(http.StatusBadRequest, code, message)
		return &a
	}
	if len(e.CompositeRequest) == 0 {
		return fail("INVALID_INPUT", "At least one subrequest is required")
	}
	if len(e.CompositeRequest) > maxSubrequests {
		return fail("LIMIT_EXCEEDED", "Limit of "+strconv.Itoa(maxSubrequests)+" reached for number of subrequests")
	}
	heavy := 0
	var seen []string
	for _, sub := range e.CompositeRequest {
		if !referenceName.MatchString(sub.ReferenceID) {
			return fail("INVALID_INPUT", "Invalid reference ID: "+sub.ReferenceID)
		}
		if slices.Contains(seen, sub.ReferenceID) {
			return fail("INVALID_INPUT", "Duplicate reference ID: "+sub.ReferenceID)
		}
		seen = append(seen, sub.ReferenceID)
		if strings.Contains(sub.URL, "/query") || strings.Contains(sub.URL, "/composite/sobjects") {
			heavy++
		}
	}
	if heavy > maxHeavy {
		return fail("LIMIT_EXCEEDED", "Limit of "+strconv.Itoa(maxHeavy)+" reached for number of query and collection subrequests")
	}
	return nil
}
