package scim

import (
	"encoding/json"
	"net/http"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/resource"
)

const searchURN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

// searchOf answers POST .search: a list request whose parameters are in the
// body, where no log of URLs finds them (RFC 7644 3.4.3, 7.5.2).
func (s *server) searchOf(kinds ...kind) verb {
	return func(w http.ResponseWriter, r *http.Request, c *call) (answer, error) {
		body, err := readBody(w, r, c.maxBody)
		if err != nil {
			return answer{}, err
		}
		parameters, err := readSearch(body)
		if err != nil {
			return answer{}, err
		}
		return s.list(r.Context(), c, parameters, kinds)
	}
}

// readSearch reads a SearchRequest as the parameters of a GET. Names may be in
// any case, null is absent, and what the RFC does not know is ignored, as in a
// query. A list of attributes may also be one text with commas, a number its
// digits in a text: clients send their query parameters so.
func readSearch(body map[string]any) (parameters, error) {
	found := parameters{}
	for name, value := range body {
		lower := strings.ToLower(name)
		if value == nil {
			continue
		}
		if lower == "schemas" {
			if err := checkSearchSchemas(value); err != nil {
				return nil, err
			}
			continue
		}
		if !known(lower) {
			continue
		}
		text, ok := searchText(lower, value)
		if !ok {
			return nil, refuse(http.StatusBadRequest, invalidParameter(lower), "%s must be %s.", name, searchForm(lower))
		}
		if before, twice := found[lower]; twice && before != text {
			return nil, refuse(http.StatusBadRequest, invalidParameter(lower), "%s is there twice with different values.", name)
		}
		if text = strings.TrimSpace(text); text != "" || lower == "cursor" {
			found[lower] = text
		}
	}
	return found, nil
}

// checkSearchSchemas refuses a message of another kind, sent here by mistake.
// One that does not say what it is has come to the only place it can be for.
func checkSearchSchemas(value any) error {
	list, ok := value.([]any)
	for _, one := range list {
		if urn, _ := one.(string); resource.SameURN(urn, searchURN) {
			return nil
		}
	}
	if ok && len(list) == 0 {
		return nil
	}
	return refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidSyntax, "The body's schemas must name %s.", searchURN)
}

// searchText is the value of a member as a query would hold it.
func searchText(name string, value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), name == "startindex" || name == "count"
	case []any:
		if name != "attributes" && name != "excludedattributes" {
			return "", false
		}
		names := make([]string, len(v))
		for i, one := range v {
			text, ok := one.(string)
			if !ok {
				return "", false
			}
			names[i] = text
		}
		return strings.Join(names, ","), true
	}
	return "", false
}

// searchForm is what a member must be.
func searchForm(name string) string {
	switch name {
	case "startindex", "count":
		return "a whole number"
	case "attributes", "excludedattributes":
		return "a list of attribute names"
	}
	return "a string"
}
