package scim

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/audit"
	"scimforce/scim/patch"
	"scimforce/scim/resource"
)

const (
	bulkRequestURN  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
	patchOpURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

	// maxBulkOperations is advertised as bulk.maxOperations. authentik takes the
	// same number as the operations that it may put into one PATCH.
	maxBulkOperations = patch.MaxOperations
	// bulkWidth is how many operations of one bulk are under way at once, so
	// that their calls gather: a call to Salesforce carries 200 records.
	bulkWidth = 200
	// bulkLead is how long before the request's deadline no further operation is
	// begun, so that those under way are finished and the answer is written.
	bulkLead = 5 * time.Second
)

// bulkResponse is RFC 7644 section 3.7.3.
type bulkResponse struct {
	Schemas    []string     `json:"schemas"`
	Operations []bulkResult `json:"Operations"`
}

// bulkResult is what became of one operation. The body of one that went well is
// left out, as the RFC lets a server do.
type bulkResult struct {
	Method   string                `json:"method"`
	BulkID   string                `json:"bulkId,omitempty"`
	Version  string                `json:"version,omitempty"`
	Location string                `json:"location,omitempty"`
	Status   string                `json:"status"`
	Response *scimerrors.ScimError `json:"response,omitempty"`
}

// bulkKind is a kind that operations may be about.
type bulkKind struct {
	kind
	typ resource.Type
}

// bulk answers POST /Bulk (RFC 7644 section 3.7). A request that is no
// BulkRequest is refused whole, before anything is done; everything else is a
// matter of the one operation that it concerns, and the others go on. The
// answer is 200 then, with the operations in the order of the request.
//
// Operations run at once where their order does not matter (bulkPlan). With
// failOnErrors no more run at once than may still fail, so that never more than
// so many fail: with 1 they run one after the other. Those that were not begun
// are not in the answer. What is not begun because the time of the request is up
// is answered with 503, for the client to send again.
func (s *server) bulk(w http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	ctx := r.Context()
	body, err := readBody(w, r, s.MaxBulkBody)
	var refused problem
	if errors.As(err, &refused) && refused.Status == http.StatusRequestEntityTooLarge {
		err = refuse(http.StatusRequestEntityTooLarge, "", "The body is larger than maxPayloadSize, %d bytes. Send the operations in several bulks.", s.MaxBulkBody)
	}
	if err != nil {
		return answer{}, err
	}
	kinds := map[string]*bulkKind{}
	for _, k := range []kind{users(s.Directory), groups(s.Directory)} {
		typ, err := k.typ(ctx)
		if err != nil {
			return answer{}, err
		}
		kinds[typ.Endpoint] = &bulkKind{k, typ}
	}
	asked, err := readBulk(body, kinds, c.base)
	if err != nil {
		return answer{}, err
	}
	b := &bulkJob{server: s, request: r, call: c, operations: asked.operations}
	b.link()
	b.run(planBulk(b.operations, b.heldNames(ctx)), asked.failOnErrors)
	response := bulkResponse{Schemas: []string{bulkResponseURN}, Operations: b.results()}
	audit.Note(ctx, fmt.Sprintf("bulk of %d operations: %d failed, %d not begun; the Salesforce calls of each stand in its own entry", len(b.operations), b.failed, b.unbegun))
	return answer{status: http.StatusOK, body: response}, nil
}

// results are the operations as they are answered.
func (b *bulkJob) results() []bulkResult {
	results := make([]bulkResult, 0, len(b.operations))
	for i := range b.operations {
		o := &b.operations[i]
		result := bulkResult{Method: o.method, BulkID: o.bulkID, Version: o.answer.version, Location: o.location(b.call.base)}
		switch {
		case o.problem != nil:
			result.Status, result.Response = strconv.Itoa(o.problem.Status), &o.problem.ScimError
		case o.answer.status != 0:
			result.Status = strconv.Itoa(o.answer.status)
		default:
			b.unbegun++
			if !b.timeUp {
				continue // failOnErrors ended the bulk before
			}
			p := refuse(http.StatusServiceUnavailable, "", "The time for this bulk was up before the operation was begun. Send it again.")
			result.Status, result.Response = strconv.Itoa(p.Status), &p.ScimError
		}
		results = append(results, result)
	}
	return results
}

// location is the URL of the operation's resource, "" for a POST that made
// nothing and for a path whose bulkId leads nowhere.
func (o *bulkOperation) location(base string) string {
	if o.kind == nil || o.id == "" {
		return ""
	}
	return location(base, o.kind.typ.Endpoint, o.id)
}
