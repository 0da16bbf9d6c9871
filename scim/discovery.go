package scim

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/elimity-com/scim/schema"
	"github.com/go-chi/chi/v5"

	"scimforce/scim/resource"
)

const (
	schemaURN                = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	resourceTypeURN          = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	serviceProviderConfigURN = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
)

// meta is the meta attribute of a discovery resource.
func meta(kind, at string) map[string]any {
	return map[string]any{"resourceType": kind, "location": at}
}

// refuseFilter answers 403 to a filter on a discovery endpoint (RFC 7644 4):
// a client must not believe that it was heeded. Paging is ignored there.
func refuseFilter(r *http.Request) error {
	parameters, err := readParameters(r.URL.RawQuery)
	if err != nil {
		return err
	}
	if _, ok := parameters["filter"]; ok {
		return refuse(http.StatusForbidden, "", "Discovery endpoints take no filter.")
	}
	return nil
}

// serviceProviderConfig says what this server does, and nothing that it does
// not do (RFC 7643 5). There is no documentationUri: an empty one fails the
// validation of some clients, which then take the whole answer for absent.
func (s *server) serviceProviderConfig(_ http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	if err := refuseFilter(r); err != nil {
		return answer{}, err
	}
	no := map[string]any{"supported": false}
	return answer{status: http.StatusOK, body: map[string]any{
		"schemas":        []string{serviceProviderConfigURN},
		"patch":          map[string]any{"supported": true},
		"bulk":           map[string]any{"supported": true, "maxOperations": maxBulkOperations, "maxPayloadSize": s.MaxBulkBody},
		"filter":         map[string]any{"supported": true, "maxResults": maxResults},
		"changePassword": no,
		"sort":           map[string]any{"supported": true},
		// RFC 9865 4. By index is what a client gets that does not ask for a
		// cursor.
		"pagination": map[string]any{
			"cursor": true, "index": true, "defaultPaginationMethod": "index",
			"defaultPageSize": defaultCount, "maxPageSize": maxResults, "cursorTimeout": int(cursorTimeout.Seconds()),
		},
		"etag": map[string]any{"supported": true},
		"authenticationSchemes": []map[string]any{{
			"type":        "oauthbearertoken",
			"name":        "OAuth Bearer Token",
			"description": "A token of this bridge in the Authorization header, as RFC 6750 describes.",
			"specUri":     "https://www.rfc-editor.org/info/rfc6750",
			"primary":     true,
		}, {
			"type":        "httpbasic",
			"name":        "HTTP Basic",
			"description": "A token of this bridge as the password, whatever the user name, as RFC 7617 describes.",
			"specUri":     "https://www.rfc-editor.org/info/rfc7617",
		}},
		"meta": meta("ServiceProviderConfig", c.base+"/ServiceProviderConfig"),
	}}, nil
}

// types are the resource types, in the order they are listed. An org that cannot
// be described now is no reason to show none: administrators look at schemas
// before they connect one.
func (s *server) types(ctx context.Context) ([]resource.Type, error) {
	people, err := s.Directory.CurrentUserType(ctx)
	if err != nil && people.Name == "" {
		return nil, err
	}
	access, err := s.Directory.GroupType(ctx)
	return []resource.Type{people, access}, err
}

func (s *server) resourceTypes(_ http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	if err := refuseFilter(r); err != nil {
		return answer{}, err
	}
	types, err := s.types(r.Context())
	if err != nil {
		return answer{}, err
	}
	var found []map[string]any
	for _, t := range types {
		found = append(found, describeType(t, c.base))
	}
	return answer{status: http.StatusOK, body: newList(len(found), 1, found)}, nil
}

func (s *server) resourceType(_ http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	if err := refuseFilter(r); err != nil {
		return answer{}, err
	}
	types, err := s.types(r.Context())
	if err != nil {
		return answer{}, err
	}
	name := chi.URLParam(r, "id")
	for _, t := range types {
		if strings.EqualFold(t.Name, name) {
			return answer{status: http.StatusOK, body: describeType(t, c.base)}, nil
		}
	}
	return answer{}, refuse(http.StatusNotFound, "", "There is no such resource type; /ResourceTypes lists them.")
}

// describeType is RFC 7643 6. Every extension is listed, because Okta finds
// the attributes of a user by them; none is required.
func describeType(t resource.Type, base string) map[string]any {
	described := map[string]any{
		"schemas":  []string{resourceTypeURN},
		"id":       t.Name,
		"name":     t.Name,
		"endpoint": t.Endpoint,
		"schema":   t.Core.ID,
		"meta":     meta("ResourceType", base+"/ResourceTypes/"+url.PathEscape(t.Name)),
	}
	if t.Description != "" {
		described["description"] = t.Description
	}
	if len(t.Extensions) > 0 {
		extensions := make([]map[string]any, len(t.Extensions))
		for i, e := range t.Extensions {
			extensions[i] = map[string]any{"schema": e.ID, "required": false}
		}
		described["schemaExtensions"] = extensions
	}
	return described
}

// allSchemas are those of the resource types, each once, and those that
// describe the discovery resources themselves.
func (s *server) allSchemas(ctx context.Context) ([]schema.Schema, error) {
	types, err := s.types(ctx)
	if err != nil {
		return nil, err
	}
	var found []schema.Schema
	for _, t := range types {
		for _, candidate := range append([]schema.Schema{t.Core}, t.Extensions...) {
			if !slices.ContainsFunc(found, func(f schema.Schema) bool { return f.ID == candidate.ID }) {
				found = append(found, candidate)
			}
		}
	}
	return append(found, schema.ServiceProviderConfigSchema(), schema.ResourceTypeSchema(), schema.Definition()), nil
}

func (s *server) schemas(_ http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	if err := refuseFilter(r); err != nil {
		return answer{}, err
	}
	all, err := s.allSchemas(r.Context())
	if err != nil {
		return answer{}, err
	}
	var found []map[string]any
	for _, candidate := range all {
		found = append(found, describeSchema(candidate, c.base))
	}
	return answer{status: http.StatusOK, body: newList(len(found), 1, found)}, nil
}

func (s *server) schema(_ http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	if err := refuseFilter(r); err != nil {
		return answer{}, err
	}
	all, err := s.allSchemas(r.Context())
	if err != nil {
		return answer{}, err
	}
	id := chi.URLParam(r, "id")
	for _, candidate := range all {
		if strings.EqualFold(candidate.ID, id) {
			return answer{status: http.StatusOK, body: describeSchema(candidate, c.base)}, nil
		}
	}
	return answer{}, refuse(http.StatusNotFound, "", "There is no such schema; /Schemas lists them.")
}

// describeSchema is RFC 7643 7. A schema names itself in camel case without
// blanks where the library that holds it has blanks ("Resource Type").
func describeSchema(s schema.Schema, base string) map[string]any {
	described := map[string]any{
		"schemas":    []string{schemaURN},
		"id":         s.ID,
		"attributes": describeAttributes(s.Attributes),
		"meta":       meta("Schema", base+"/Schemas/"+s.ID),
	}
	if name := strings.ReplaceAll(s.Name.Value(), " ", ""); name != "" {
		described["name"] = name
	}
	if text := s.Description.Value(); text != "" {
		described["description"] = text
	}
	return described
}

// describeAttributes writes definitions with every characteristic that the
// type has, and without empty ones.
func describeAttributes(attributes schema.Attributes) []map[string]any {
	described := make([]map[string]any, len(attributes))
	for i, a := range attributes {
		d := map[string]any{
			"name":        a.Name(),
			"type":        a.AttributeType(),
			"multiValued": a.MultiValued(),
			"required":    a.Required(),
			"mutability":  a.Mutability(),
			"returned":    a.Returned(),
			"uniqueness":  a.Uniqueness(),
		}
		if text := a.Description(); text != "" {
			d["description"] = text
		}
		if values := a.CanonicalValues(); len(values) > 0 {
			d["canonicalValues"] = values
		}
		if types := a.ReferenceTypes(); len(types) > 0 {
			d["referenceTypes"] = types
		}
		if a.AttributeType() == "complex" {
			d["subAttributes"] = describeAttributes(a.SubAttributes())
		} else {
			d["caseExact"] = a.CaseExact()
		}
		described[i] = d
	}
	return described
}
