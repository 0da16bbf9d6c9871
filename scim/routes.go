package scim

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
)

// route is a path of the server: what it is called in metrics and the audit,
// and what it does for which method. HEAD does what GET does.
type route struct {
	pattern  string
	resource string
	methods  map[string]verb
	// reads says that also a POST changes nothing here.
	reads bool
	// parts says that the scope is looked at for each part of what is asked.
	parts bool
	// people says that also a person may use it, who may not read others.
	people bool
}

// all are the methods of RFC 7644, for what is answered alike whatever the
// method.
func all(v verb) map[string]verb {
	return map[string]verb{
		http.MethodGet: v, http.MethodPost: v, http.MethodPut: v, http.MethodPatch: v, http.MethodDelete: v,
	}
}

// routes is the whole server.
func (s *server) routes() []route {
	people, access := users(s.Directory), groups(s.Directory)
	get := func(v verb) map[string]verb { return map[string]verb{http.MethodGet: v} }
	search := func(kinds ...kind) map[string]verb { return map[string]verb{http.MethodPost: s.searchOf(kinds...)} }
	routes := []route{
		{pattern: "/ServiceProviderConfig", resource: "ServiceProviderConfig", methods: get(s.serviceProviderConfig), people: true},
		// Salesforce's own SCIM calls it so, and clients made for that one
		// (authentik in its Salesforce mode) ask for it here.
		{pattern: "/ServiceProviderConfigs", resource: "ServiceProviderConfig", methods: get(s.serviceProviderConfig), people: true},
		{pattern: "/ResourceTypes", resource: "ResourceTypes", methods: get(s.resourceTypes), people: true},
		{pattern: "/ResourceTypes/{id}", resource: "ResourceTypes", methods: get(s.resourceType), people: true},
		{pattern: "/Schemas", resource: "Schemas", methods: get(s.schemas), people: true},
		{pattern: "/Schemas/{id}", resource: "Schemas", methods: get(s.schema), people: true},
		{pattern: "/Me", resource: "Me", methods: all(me(people)), people: true},
		{pattern: "/Bulk", resource: "Bulk", methods: map[string]verb{http.MethodPost: s.bulk}, parts: true},
		{pattern: "/", resource: "Search", methods: get(s.listOf(people, access))},
		{pattern: "/.search", resource: "Search", methods: search(people, access), reads: true},
		{pattern: "/Users/.search", resource: "User", methods: search(people), reads: true},
		{pattern: "/Groups/.search", resource: "Group", methods: search(access), reads: true},
	}
	for _, k := range []struct {
		path string
		kind kind
	}{{"/Users", people}, {"/Groups", access}} {
		name := strings.TrimSuffix(strings.TrimPrefix(k.path, "/"), "s")
		routes = append(routes,
			route{pattern: k.path, resource: name, methods: map[string]verb{http.MethodGet: s.listOf(k.kind), http.MethodPost: k.kind.verb}},
			route{pattern: k.path + "/{id}", resource: name, methods: map[string]verb{
				http.MethodGet: k.kind.verb, http.MethodPut: k.kind.verb,
				http.MethodPatch: k.kind.verb, http.MethodDelete: k.kind.verb,
			}},
		)
	}
	return routes
}

// mux finds the verb of a request. chi answers nothing itself: what it does
// not know is left to notFound, which writes as everything else does.
func (s *server) mux() http.Handler {
	m := chi.NewMux()
	for _, route := range s.routes() {
		m.HandleFunc(route.pattern, s.choose(route))
	}
	m.NotFound(s.answerWith("none", func(http.ResponseWriter, *http.Request, *call) (answer, error) {
		return answer{}, refuse(http.StatusNotFound, "", "There is no such endpoint here. This server has /Users, /Groups, /Bulk, /ServiceProviderConfig, /ResourceTypes and /Schemas.")
	}))
	return m
}

// choose picks the verb by method, or 405 with what is allowed.
func (s *server) choose(route route) http.HandlerFunc {
	allowed := make([]string, 0, len(route.methods)+1)
	for method := range route.methods {
		allowed = append(allowed, method)
	}
	if route.methods[http.MethodGet] != nil {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	wrong := refuse(http.StatusMethodNotAllowed, "", "This endpoint takes %s.", strings.Join(allowed, ", "))
	wrong.allow = strings.Join(allowed, ", ")

	return s.answerWith(route.resource, func(w http.ResponseWriter, r *http.Request, c *call) (answer, error) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		do, ok := route.methods[method]
		if !ok {
			return answer{}, wrong
		}
		c.id = chi.URLParam(r, "id")
		if route.reads {
			method = http.MethodGet
		}
		if c.caller.Person != "" && !(route.people && method == http.MethodGet) {
			return answer{}, onlyHimself(c.caller)
		}
		if err := mayUse(c.caller, method, route.resource); err != nil && !route.parts {
			return answer{}, err
		}
		return do(w, r, c)
	})
}
