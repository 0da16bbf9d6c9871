package scim

import (
	"maps"
	"net/http"
	"net/url"
	"strings"

	"scimforce/salesforce"
)

// userPrefix is what the id of a Salesforce user begins with.
const userPrefix = "005"

// baseURL is the start of every location in an answer, without a slash at its
// end: the configured one, or what the client itself used. below is the path
// within this handler; what the request had before it is the mount point.
func baseURL(configured string, r *http.Request, below string) string {
	if configured != "" {
		return strings.TrimRight(configured, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	// A proxy that ends TLS says so here. Whoever forges it changes nothing
	// but the links in his own answer.
	if said := r.Header.Get("X-Forwarded-Proto"); said == "https" || said == "http" {
		scheme = said
	}
	path := r.URL.Path
	if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
		path = u.Path
	}
	prefix := strings.TrimSuffix(strings.TrimRight(path, "/"), strings.TrimRight(below, "/"))
	return scheme + "://" + r.Host + strings.TrimRight(prefix, "/")
}

// locate adds what only this room knows: meta.location and the $ref of what
// the resource refers to. r and what is in it stay as they are.
func locate(r map[string]any, endpoint, base string) map[string]any {
	id, _ := r["id"].(string)
	if id == "" {
		return r
	}
	located := maps.Clone(r)
	meta, _ := r["meta"].(map[string]any)
	if meta = maps.Clone(meta); meta == nil {
		meta = map[string]any{}
	}
	meta["location"] = location(base, endpoint, id)
	located["meta"] = meta

	for name, value := range r {
		switch {
		case name == "groups":
			located[name] = refer(value, func(map[string]any) string { return base + "/Groups" })
		case name == "members":
			located[name] = refer(value, func(member map[string]any) string { return base + memberEndpoint(member) })
		case strings.Contains(name, ":"):
			extension, _ := value.(map[string]any)
			if manager, ok := extension["manager"].(map[string]any); ok {
				copied := maps.Clone(extension)
				copied["manager"] = referToManager(manager, base)
				located[name] = copied
			}
		}
	}
	return located
}

func location(base, endpoint, id string) string {
	return base + endpoint + "/" + url.PathEscape(id)
}

// memberEndpoint is where a member is found: a group's member may be a group.
func memberEndpoint(member map[string]any) string {
	if kind, _ := member["type"].(string); strings.EqualFold(kind, "Group") {
		return "/Groups"
	}
	return "/Users"
}

// refer puts a $ref into each element that has a value and none yet.
func refer(value any, at func(map[string]any) string) any {
	elements, ok := value.([]any)
	if !ok {
		return value
	}
	referred := make([]any, len(elements))
	for i, element := range elements {
		if m, ok := element.(map[string]any); ok {
			referred[i] = referTo(m, at(m))
			continue
		}
		referred[i] = element
	}
	return referred
}

// referToManager is referTo for a manager, who is given back as he was named:
// a userName or an externalId leads nowhere, and gets no $ref.
func referToManager(m map[string]any, base string) map[string]any {
	named, _ := m["value"].(string)
	id, ok := salesforce.ID18(named)
	if !ok || salesforce.KeyPrefix(id) != userPrefix || m["$ref"] != nil {
		return m
	}
	referred := maps.Clone(m)
	referred["$ref"] = location(base, "/Users", id)
	return referred
}

// referTo puts a $ref below endpoint into m, unless it has one.
func referTo(m map[string]any, endpoint string) map[string]any {
	id, _ := m["value"].(string)
	if id == "" || m["$ref"] != nil {
		return m
	}
	referred := maps.Clone(m)
	referred["$ref"] = endpoint + "/" + url.PathEscape(id)
	return referred
}
