package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"scimforce/scim/scimtest"
)

const (
	listURN       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	errorURN      = "urn:ietf:params:scim:api:messages:2.0:Error"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// client asks a bridge as an identity provider does. What is wrong with an
// answer ends the check that asked: it is thrown as a disagreement.
type client struct {
	bridge http.Handler
	token  string
	// people counts those it made up, for their names to differ.
	people int
}

// disagreement is why a check fails.
type disagreement string

// object is a JSON object.
type object = map[string]any

func disagree(format string, args ...any) { panic(disagreement(fmt.Sprintf(format, args...))) }

// ask sends a request; body is nil or encodes as JSON.
func (c *client) ask(method, path string, body any) *httptest.ResponseRecorder {
	var sent strings.Builder
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			disagree("encoding a body: %v", err)
		}
	}
	r := httptest.NewRequest(method, path, strings.NewReader(sent.String()))
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Accept", "application/scim+json")
	if body != nil {
		r.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	w := httptest.NewRecorder()
	c.bridge.ServeHTTP(w, r)
	return w
}

// want is ask; the answer must have the status and, if there is any, a JSON
// object of SCIM's media type.
func (c *client) want(status int, method, path string, body any) object {
	w := c.ask(method, path, body)
	if w.Code != status {
		disagree("%s %s: status %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	if w.Body.Len() == 0 {
		return nil
	}
	if media := w.Header().Get("Content-Type"); !strings.HasPrefix(media, "application/scim+json") {
		disagree("%s %s: content type %q", method, path, media)
	}
	var o object
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
		disagree("%s %s: %v: %s", method, path, err, w.Body)
	}
	return o
}

// refused wants a SCIM error (RFC 7644 section 3.12).
func (c *client) refused(status int, scimType, method, path string, body any) {
	e := c.want(status, method, path, body)
	same(method+" "+path+": schemas", e["schemas"], []any{errorURN})
	same(method+" "+path+": status", e["status"], fmt.Sprint(status))
	if detail, _ := e["detail"].(string); detail == "" {
		disagree("%s %s: an error without a detail", method, path)
	}
	if scimType != "" {
		same(method+" "+path+": scimType", e["scimType"], scimType)
	}
}

// list wants a ListResponse and returns its resources.
func (c *client) list(path string) (total int, resources []object) {
	l := c.want(http.StatusOK, "GET", path, nil)
	same(path+": schemas", l["schemas"], []any{listURN})
	for _, name := range []string{"totalResults", "startIndex", "itemsPerPage"} {
		if _, ok := l[name].(float64); !ok {
			disagree("%s: %s is %v, want a number", path, name, l[name])
		}
	}
	found, ok := l["Resources"].([]any)
	if !ok {
		disagree("%s: Resources is %v, want an array", path, l["Resources"])
	}
	for _, r := range found {
		resource, _ := r.(object)
		resources = append(resources, resource)
	}
	same(path+": itemsPerPage", l["itemsPerPage"], float64(len(resources)))
	return int(l["totalResults"].(float64)), resources
}

// filtered lists what satisfies a filter.
func (c *client) filtered(endpoint, filter string) (total int, resources []object) {
	return c.list(endpoint + "?filter=" + url.QueryEscape(filter) + "&startIndex=1&count=100")
}

// person makes up a user, in mixed case; more replaces attributes, nil takes
// one away.
func (c *client) person(more object) object {
	c.people++
	name := fmt.Sprintf("Ada.%d@Acme.example", c.people)
	p := object{
		"schemas": []any{userURN}, "userName": name, "active": true,
		"name":   object{"givenName": "Ada", "familyName": "Lovelace"},
		"emails": []any{object{"value": name, "type": "work", "primary": true}},
	}
	for attribute, value := range more {
		if value == nil {
			delete(p, attribute)
			continue
		}
		p[attribute] = value
	}
	return p
}

// make creates a resource and returns it.
func (c *client) make(endpoint string, body object) object {
	made := c.want(http.StatusCreated, "POST", endpoint, body)
	if id, _ := made["id"].(string); id == "" {
		disagree("POST %s: the answer has no id", endpoint)
	}
	return made
}

// patch sends operations and wants the status.
func (c *client) patch(status int, path string, operations ...object) object {
	list := make([]any, len(operations))
	for i, o := range operations {
		list[i] = o
	}
	return c.want(status, "PATCH", path, object{"schemas": []any{patchURN}, "Operations": list})
}

// same compares two JSON values.
func same(what string, got, want any) {
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		disagree("%s: %s, want %s", what, g, w)
	}
}

// path is where a resource is.
func path(endpoint string, resource object) string {
	return endpoint + "/" + fmt.Sprint(resource["id"])
}

// members are the ids of a group's members.
func members(group object) []any {
	ids := []any{}
	list, _ := group["members"].([]any)
	for _, m := range list {
		ids = append(ids, m.(object)["value"])
	}
	return ids
}

func newClient(s *scimtest.Stack) *client { return &client{bridge: s.Handler, token: scimtest.Token} }
