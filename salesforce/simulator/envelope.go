package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"scimforce/salesforce/simulator/jsonin"
)

// Limits of one composite request.
const (
	maxSubrequests = 25
	maxHeavy       = 5  // queries and collections among them
	strictNames    = 54 // the version since which reference ids are looked at
)

// subrequest is one element of a composite, a batch or a graph.
type subrequest struct {
	method, url, referenceID string
	headers                  map[string]string
	doc                      *jsonin.Document
	body                     *jsonin.Value // of doc; nil = none
}

// readComposite reads one element of compositeRequest.
func readComposite(doc *jsonin.Document, into *[]subrequest) func(*jsonin.Value) *jsonin.Error {
	return doc.List(func(v *jsonin.Value) *jsonin.Error {
		sub := subrequest{doc: doc}
		err := doc.Object(v,
			jsonin.Field{Name: "method", Read: doc.Text(&sub.method)},
			jsonin.Field{Name: "url", Read: doc.Text(&sub.url)},
			jsonin.Field{Name: "referenceId", Read: doc.Text(&sub.referenceID)},
			jsonin.Field{Name: "httpHeaders", Read: readHeaders(doc, &sub.headers)},
			jsonin.Field{Name: "body", Read: sub.keepBody},
		)
		*into = append(*into, sub)
		return err
	})
}

func (sub *subrequest) keepBody(v *jsonin.Value) *jsonin.Error {
	sub.body = v
	return nil
}

func readHeaders(doc *jsonin.Document, into *map[string]string) func(*jsonin.Value) *jsonin.Error {
	return func(v *jsonin.Value) *jsonin.Error {
		if v.Kind != jsonin.Object {
			return doc.WrongType("map", v)
		}
		*into = map[string]string{}
		for _, m := range v.Members {
			var value string
			if err := doc.Text(&value)(m.Value); err != nil {
				return err
			}
			(*into)[m.Name] = value
		}
		return nil
	}
}

// heavy says whether the subrequest is a query or a collection.
func (sub *subrequest) heavy() bool {
	path, _, _ := strings.Cut(sub.url, "?")
	return strings.Contains(path, "/query") || strings.Contains(path, "/composite/sobjects")
}

// tooManySubrequests is how an org refuses to begin, recorded for 25.
// unverified: that a composite with too many subrequests is answered with status 200.
func tooManySubrequests(code, message string) answer {
	refusal := []object{{{"errorCode", code}, {"message", message}}}
	return ok(object{{"compositeResponse", []object{{
		{"body", refusal}, {"httpHeaders", object{}}, {"httpStatusCode", http.StatusBadRequest}, {"referenceId", nil},
	}}}})
}

// checkNames refuses reference ids that cannot be. Since version 54.0 they are
// letters, digits and underscores; the words are recorded.
// unverified: that a bad reference id has the code JSON_PARSER_ERROR, without a place
func checkNames(version string, subs []subrequest) *answer {
	number, _ := versionNumber(version)
	seen := make([]string, 0, len(subs))
	for _, sub := range subs {
		name := sub.referenceID
		if number >= strictNames && !isReferenceName(name) {
			a := badJSON(fmt.Sprintf("Provided referenceId ('%s') must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').", name))
			return &a
		}
		if slices.Contains(seen, name) {
			// unverified: code and words for a reference id that comes twice.
			a := codeFirst(http.StatusBadRequest, "INVALID_INPUT", "Duplicate ReferenceId provided in the request: "+name)
			return &a
		}
		seen = append(seen, name)
	}
	return nil
}

func isReferenceName(s string) bool {
	for i, c := range []byte(s) {
		if !letterOrDigit(c) && (c != '_' || i == 0) {
			return false
		}
	}
	return s != ""
}

// target is where a subrequest goes: version and path below it.
func target(address string) (version, path string, values url.Values, found bool) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", nil, false
	}
	path, found = strings.CutPrefix(u.EscapedPath(), "/services/data/v")
	if !found {
		path, found = strings.CutPrefix(strings.TrimPrefix(u.EscapedPath(), "/"), "v")
	}
	version, path, _ = strings.Cut(path, "/")
	return version, path, u.Query(), found
}

// inner is the request that a subrequest makes, its references resolved.
func (s *Simulator) inner(q *request, sub subrequest, refs references) (*request, *answer) {
	fail := func(a answer) (*request, *answer) { return nil, &a }
	address, err := refs.inURL(sub.url)
	if err != nil {
		return fail(halted(err.Error()))
	}
	version, path, values, found := target(address)
	if !found {
		return fail(notFound())
	}
	in := &request{
		ctx: q.ctx, site: q.site, method: strings.ToUpper(sub.method), version: version, path: path, query: values,
		header: http.Header{}, actor: q.actor, org: q.org, base: q.base, atomic: q.atomic, inside: true, locks: q.locks,
	}
	for name, value := range sub.headers {
		in.header.Set(name, value)
	}
	if in.body, err = refs.bodyOf(sub); err != nil {
		return fail(halted(err.Error()))
	}
	if a, bad := s.checkVersion(version); bad {
		return fail(a)
	}
	return in, nil
}

// bodyOf is the body of a subrequest as text, as it was written where it has no
// references.
func (r references) bodyOf(sub subrequest) ([]byte, error) {
	if sub.body == nil {
		return nil, nil
	}
	raw := sub.doc.Raw(sub.body)
	if !bytes.Contains(raw, []byte("@")) && !bytes.Contains(raw, []byte(`\u`)) {
		return raw, nil
	}
	value, err := r.inBody(sub.body.Any())
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("simulator: encode the body of a subrequest: %w", err)
	}
	return body, nil
}

// subanswer resolves the references of one subrequest and runs it.
func (s *Simulator) subanswer(q *request, sub subrequest, refs references) answer {
	in, bad := s.inner(q, sub, refs)
	if bad != nil {
		return *bad
	}
	matched := s.match(in)
	if matched != nil && matched.outermost {
		// unverified: how a real org words it that composites and graphs do not nest.
		return codeFirst(http.StatusBadRequest, "INVALID_INPUT", "The resource "+matched.template+" cannot be called inside another request")
	}
	return s.dispatch(in, matched)
}

func halted(message string) answer {
	return codeFirst(http.StatusBadRequest, "PROCESSING_HALTED", message)
}
