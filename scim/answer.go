package scim

import (
	"net/http"
	"strconv"
)

const (
	mediaType = "application/scim+json"

	listURN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
)

// answer is what a verb gives back; the door writes it.
type answer struct {
	status int
	// body is encoded as JSON; nil: no body.
	body any
	// location and version become the Location and ETag headers, when set.
	location, version string
	// id of the resource that was made, for the audit.
	id string
}

// listResponse is RFC 7644 3.4.2: Resources is never null, itemsPerPage is
// what the page really holds, the numbers are integers. A page by cursor has no
// startIndex (RFC 9865 2), and only the last one no nextCursor.
type listResponse struct {
	Schemas      []string         `json:"schemas"`
	TotalResults int              `json:"totalResults"`
	StartIndex   int              `json:"startIndex,omitempty"`
	ItemsPerPage int              `json:"itemsPerPage"`
	NextCursor   string           `json:"nextCursor,omitempty"`
	Resources    []map[string]any `json:"-"` // written last, see append
}

// listHead is a listResponse as encoding/json writes it: without its resources.
type listHead listResponse

func newList(total, start int, resources []map[string]any) listResponse {
	if resources == nil {
		resources = []map[string]any{}
	}
	return listResponse{
		Schemas: []string{listURN}, TotalResults: total, StartIndex: start, ItemsPerPage: len(resources), Resources: resources,
	}
}

// version is a resource's meta.version, "" when it has none.
func version(r map[string]any) string {
	meta, _ := r["meta"].(map[string]any)
	v, _ := meta["version"].(string)
	return v
}

// write sends the answer; body is what encode made of it. A HEAD gets the
// headers alone.
func (a answer) write(w http.ResponseWriter, r *http.Request, body []byte) {
	h := w.Header()
	if a.location != "" {
		h.Set("Location", a.location)
	}
	if a.version != "" {
		h.Set("ETag", a.version)
	}
	send(w, r, a.status, body)
}

// send writes status and body with the headers that every answer has. Answers
// hold personal data and differ by credential: nobody may keep them.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if body == nil {
		w.WriteHeader(status)
		return
	}
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that is gone needs no answer
	}
}
