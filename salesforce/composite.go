package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// What one composite may hold: at most 25 subrequests, at most 5 of them
// queries or collections. However many they are, they count as one API call.
const (
	maxSubrequests  = 25
	maxSubqueries   = 5
	maxReferenceLen = 40
)

// A reference to the answer of an earlier subrequest, such as "@{user.id}".
var reference = regexp.MustCompile(`@\{[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+|\[[0-9]+\])+\}`)

// A Subrequest is one request in a composite. Make it with QuerySub,
// CreateSub, UpdateSub, GetSub or DeleteSub, or, of several records,
// CreateAllSub or UpdateAllSub.
//
// A text anywhere in it of the form @{ref.id} stands for a value out of the
// answer of the earlier subrequest ref: Salesforce looks for these in the
// values of records as well, and knows no way to write the characters
// themselves. Values that come from outside should be asked HasReference
// before they are put into a composite.
type Subrequest struct {
	ref, method, path, query string
	body                     Record
	rows                     []Record // of a collection
	resource, part, object   string
	statement                string
	err                      error
}

// QuerySub is a query. Its statement may hold references within literals.
func QuerySub(ref, statement string) Subrequest {
	object := objectOf(statement)
	return Subrequest{ref: ref, method: http.MethodGet, statement: statement, resource: "/query", part: "GET /query " + object, object: object}
}

// GetSub reads fields of a record; id may be a reference.
func GetSub(ref, object, id string, fields ...string) Subrequest {
	s := recordSub(ref, http.MethodGet, object, id)
	query, err := fieldsQuery(fields)
	s.query, s.err = query, errors.Join(s.err, err)
	return s
}

// CreateSub makes a record.
func CreateSub(ref, object string, fields Record) Subrequest {
	resource := "/sobjects/" + object
	return Subrequest{
		ref: ref, method: http.MethodPost, path: resource, body: fields.writable(),
		resource: resource, part: "POST " + resource, object: object, err: checkName(object),
	}
}

// UpdateSub changes a record; id may be a reference.
func UpdateSub(ref, object, id string, fields Record) Subrequest {
	s := recordSub(ref, http.MethodPatch, object, id)
	s.body = fields.writable()
	delete(s.body, "Id")
	return s
}

// DeleteSub deletes a record; id may be a reference.
func DeleteSub(ref, object, id string) Subrequest {
	return recordSub(ref, http.MethodDelete, object, id)
}

// CreateAllSub makes up to 200 records, as CreateAll does: one that fails does
// not undo the others. See Subresponse.Results.
func CreateAllSub(ref, object string, records []Record) Subrequest {
	return collectionSub(ref, http.MethodPost, object, records)
}

// UpdateAllSub changes up to 200 records, each of which has its "Id", as
// UpdateAll does.
func UpdateAllSub(ref, object string, records []Record) Subrequest {
	return collectionSub(ref, http.MethodPatch, object, records)
}

func collectionSub(ref, method, object string, records []Record) Subrequest {
	s := Subrequest{ref: ref, method: method, path: collections, rows: records, resource: collections, part: method + " " + collections + " " + object, object: object, err: checkName(object)}
	if len(records) == 0 || len(records) > maxCollection {
		s.err = errors.Join(s.err, fmt.Errorf("salesforce: a collection of %d records: it may have 1 to %d", len(records), maxCollection))
	}
	return s
}

func recordSub(ref, method, object, id string) Subrequest {
	path, err := recordPath(object, id)
	if reference.FindString(id) == id && id != "" {
		path = "/sobjects/" + object + "/" + id // as it is: escaped it is not seen
	}
	resource := "/sobjects/" + object + "/{id}"
	return Subrequest{ref: ref, method: method, path: path, resource: resource, part: method + " " + resource, object: object, err: err}
}

// HasReference says whether Salesforce would take a part of this text, as a
// value in a composite, for a reference to another subrequest.
func HasReference(text string) bool { return strings.Contains(text, "@{") }

// A subrequest as it is written in the body.
type wireSubrequest struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	ReferenceID string `json:"referenceId"`
	Body        any    `json:"body,omitempty"`
}

type wireComposite struct {
	AllOrNone bool             `json:"allOrNone"`
	Requests  []wireSubrequest `json:"compositeRequest"`
}

// Composite makes up to 25 requests in one call, in their order, and returns
// their answers by reference id. With allOrNone all changes are undone when
// one subrequest fails: see Culprit for which it was.
//
// The error is for the call as a whole. When it is nil every subrequest has
// its answer, which may be a refusal: ask Subresponse.Err. The call is
// repeated for locked rows when nothing of it was carried out, and for an
// unavailable Salesforce when all subrequests are reads.
func (c *Client) Composite(ctx context.Context, allOrNone bool, subs ...Subrequest) (map[string]Subresponse, error) {
	wire := wireComposite{AllOrNone: allOrNone}
	r := request{method: http.MethodPost, path: "/composite", resource: "/composite"}
	refs := map[string]bool{}
	queries := 0
	for _, s := range subs {
		if err := s.check(refs); err != nil {
			return nil, err
		}
		if s.statement != "" || s.rows != nil {
			queries++
		}
		r.write = r.write || s.method != http.MethodGet
		r.parts = append(r.parts, s.part)
		wire.Requests = append(wire.Requests, s.wire(c.base(), refs))
		refs[s.ref] = true
	}
	if len(subs) == 0 || len(subs) > maxSubrequests || queries > maxSubqueries {
		return nil, fmt.Errorf("salesforce: a composite of %d subrequests, %d of them queries or collections: it may have 1 to %d, of them %d queries or collections",
			len(subs), queries, maxSubrequests, maxSubqueries)
	}
	var err error
	if r.body, err = encode(wire); err != nil {
		return nil, err
	}
	var responses map[string]Subresponse
	var refused *Error
	r.read = func(a answer) error {
		responses, refused = nil, nil
		got, err := decodeComposite(a, subs)
		if err != nil {
			return err
		}
		responses = got
		if refused = repeatable(subs, got, allOrNone); refused != nil {
			return refused
		}
		return nil
	}
	if err := c.do(ctx, r); err != nil && (responses == nil || !errors.Is(err, refused)) {
		return nil, err
	}
	return responses, nil
}

func (s Subrequest) check(earlier map[string]bool) error {
	switch {
	case s.err != nil:
		return s.err
	case len(s.ref) > maxReferenceLen || checkName(s.ref) != nil:
		return fmt.Errorf("salesforce: %.80q is no reference id: a letter, then letters, digits and underscores", s.ref)
	case earlier[s.ref]:
		return fmt.Errorf("salesforce: two subrequests have the reference id %q", s.ref)
	case s.method == "" || s.resource == "/query" && s.statement == "":
		return fmt.Errorf("salesforce: subrequest %q is empty", s.ref)
	default:
		return nil
	}
}

// wire writes a subrequest. References to earlier subrequests stay as they
// are in a query; what only looks like one is escaped with the rest.
func (s Subrequest) wire(base string, earlier map[string]bool) wireSubrequest {
	w := wireSubrequest{Method: s.method, URL: base + s.path, ReferenceID: s.ref}
	if s.statement != "" {
		var b strings.Builder
		at := 0
		for _, m := range reference.FindAllStringIndex(s.statement, -1) {
			text := s.statement[m[0]:m[1]]
			if name := text[2:strings.IndexAny(text, ".[")]; earlier[name] {
				b.WriteString(escapeStatement(s.statement[at:m[0]]) + text)
				at = m[1]
			}
		}
		b.WriteString(escapeStatement(s.statement[at:]))
		w.URL = base + "/query?q=" + b.String()
	}
	if s.query != "" {
		w.URL += "?" + s.query
	}
	if s.body != nil {
		w.Body = s.body
	}
	if s.rows != nil {
		w.Body = collectionBody(s.object, s.rows)
	}
	return w
}

// repeatable is the error for which a composite may be made again whole: rows
// were locked, and nothing was changed; or all are reads and one of them met
// an unavailable Salesforce.
func repeatable(subs []Subrequest, responses map[string]Subresponse, allOrNone bool) *Error {
	culprit, ok := errors.AsType[*Error](Culprit(responses))
	if !ok || !culprit.locked() && !culprit.unavailable() {
		return nil
	}
	changed, writes := false, false
	for _, s := range subs {
		if s.method != http.MethodGet {
			writes = true
			changed = changed || responses[s.ref].Err() == nil
		}
	}
	if culprit.locked() && (allOrNone || !changed) || !writes {
		e := *culprit
		return &e
	}
	return nil
}

// decodeComposite reads {"compositeResponse":[…]} and matches it with the
// subrequests. An answer that leaves one of them out is no answer.
func decodeComposite(a answer, subs []Subrequest) (map[string]Subresponse, error) {
	var wire struct {
		Responses []wireSubresponse `json:"compositeResponse"`
	}
	if err := a.decode(&wire); err != nil {
		return nil, err
	}
	return matchSubresponses(wire.Responses, subs)
}
