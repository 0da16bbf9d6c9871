package simulator

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"scimforce/salesforce/simulator/jsonin"
	"scimforce/salesforce/simulator/org"
)

// badJSON is the 400 of the JSON parser in front of the API.
func badJSON(message string) answer {
	return codeFirst(http.StatusBadRequest, "JSON_PARSER_ERROR", message)
}

// refuse is badJSON for a complaint of the parser.
func refuse(err *jsonin.Error) *answer {
	a := badJSON(err.Message)
	return &a
}

// parseBody reads the body of a request that has to have one.
func parseBody(body []byte) (*jsonin.Document, *answer) {
	if len(bytes.TrimSpace(body)) == 0 {
		a := badJSON("The HTTP entity body is required, but this request has no entity body.")
		return nil, &a
	}
	doc, err := jsonin.Parse(body)
	if err != nil {
		return nil, refuse(err)
	}
	return doc, nil
}

// record is one record out of a body: its values, and where they stood.
type record struct {
	doc    *jsonin.Document
	node   *jsonin.Value
	values map[string]any // without "attributes", which clients send back as they got it
}

// recordOf reads one record. It has to be an object.
func recordOf(doc *jsonin.Document, node *jsonin.Value) (record, *answer) {
	if node.Kind != jsonin.Object {
		return record{}, refuse(doc.WrongType("sobject", node)) // unverified: the word sobject in the complaint about a record that is no JSON object
	}
	r := record{doc, node, node.Map()}
	delete(r.values, "attributes")
	return r, nil
}

// recordBody reads a body that is one record.
func recordBody(body []byte) (record, *answer) {
	doc, bad := parseBody(body)
	if bad != nil {
		return record{}, bad
	}
	return recordOf(doc, doc.Value)
}

// attribute is a string among the record's attributes.
func (r record) attribute(name string) string {
	attributes := r.node.Member("attributes")
	if attributes == nil {
		return ""
	}
	value := attributes.Member(name)
	if value == nil || value.Kind != jsonin.String {
		return ""
	}
	return value.Text
}

// placed completes a refusal of a value's JSON type by the value's place in the
// body, as the parser would have told it.
func (r record) placed(errs org.Errors, object *org.Object) org.Errors {
	if len(errs) == 0 || errs[0].Code != "JSON_PARSER_ERROR" || object == nil || r.node == nil {
		return errs
	}
	// The org looks at the values in the order of their names.
	members := slices.Clone(r.node.Members)
	slices.SortStableFunc(members, func(a, b jsonin.Member) int { return strings.Compare(a.Name, b.Name) })
	for _, m := range members {
		i, found := object.FieldIndex(m.Name)
		if !found || !strings.HasSuffix(errs[0].Message, " from "+m.Value.Token()) {
			continue
		}
		if complaint := r.doc.WrongType(object.Fields[i].Type, m.Value).Message; strings.HasPrefix(complaint, errs[0].Message) {
			errs = slices.Clone(errs)
			errs[0].Message = complaint
			return errs
		}
	}
	return errs
}

// takeField removes a field, spelled in any case, from the values of a record.
func takeField(values map[string]any, field string) any {
	if v, ok := values[field]; ok {
		delete(values, field)
		return v
	}
	for name, v := range values {
		if strings.EqualFold(name, field) {
			delete(values, name)
			return v
		}
	}
	return nil
}

// scalar is a string or number of a record as text, "" for anything else.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case fmt.Stringer: // json.Number
		return v.String()
	}
	return ""
}
