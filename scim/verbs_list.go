package scim

import (
	"net/http"

	"scimforce/scim/directory"
)

// readList answers GET on the endpoint.
func (k kind) readList(_ http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	typ, err := k.typ(r.Context())
	if err != nil {
		return answer{}, err
	}
	parameters, err := readParameters(r.URL.RawQuery)
	if err != nil {
		return answer{}, err
	}
	asked, err := readList(parameters)
	if err != nil {
		return answer{}, err
	}
	shown := readProjection(parameters, typ)
	query := directory.Query{Filter: asked.filter, StartIndex: asked.startIndex, Count: asked.count}
	if asked.count > 0 {
		query.Want = k.want(shown)
	}
	page, err := k.list(r.Context(), query)
	if err != nil {
		return answer{}, err
	}
	resources := make([]map[string]any, len(page.Resources))
	for i, found := range page.Resources {
		resources[i] = shown.apply(locate(found, typ.Endpoint, c.base))
	}
	return answer{status: http.StatusOK, body: newList(page.Total, asked.startIndex, resources)}, nil
}
