package simulator

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"scimforce/salesforce/simulator/browse"
	"scimforce/salesforce/simulator/org"
	"scimforce/salesforce/simulator/pages"
)

// outerRoutes is everything the simulator serves. The API below a version is
// one door (serveAPI) with a route table of its own, because composite
// subrequests walk through that table too.
func (s *Simulator) outerRoutes() http.Handler {
	r := chi.NewRouter()
	r.Use(boundHead)
	s.auth.Routes(r)
	r.Get("/services/data", s.serveVersions)
	r.Get("/services/data/", s.serveVersions)
	r.HandleFunc("/services/data/{version}", s.serveAPI)
	r.HandleFunc("/services/data/{version}/*", s.serveAPI)
	r.Get("/_simulator/calls", s.serveCalls)
	r.Delete("/_simulator/calls", s.serveResetCalls)
	r.Method(http.MethodGet, "/", s.front)
	r.Method(http.MethodGet, browse.Prefix+"/*", s.front)
	// unverified: the words; that an org's web server answers HTML to a path
	// it does not know is reported by users.
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) { pages.Show(w, http.StatusNotFound, "unknown", nil) })
	return r
}

// request is one API request, whether it came over HTTP or inside a composite.
type request struct {
	ctx     context.Context
	method  string
	version string // "66.0"
	path    string // below the version, escaped: "/sobjects/User"
	query   url.Values
	header  http.Header
	body    []byte
	actor   org.Actor
	site    *site
	org     *org.Org // the site's org, or the handle of the transaction the request is part of
	base    string   // the org's address, for the few absolute URLs

	// atomic is set inside a composite with allOrNone: the transaction around
	// it takes everything back, and inner allOrNone flags are overridden.
	atomic bool

	params map[string]string // of the matched route
	object *org.Object       // of {object}; nil when the org has none of that name
}

// route is one resource of the API.
type route struct {
	template string // "/sobjects/{object}/{id}"
	segments []string
	handlers map[string]func(*Simulator, *request) answer // by method
}

// apiRoutes is the route table below /services/data/vXX.X; the first fitting
// template wins.
func apiRoutes() []route {
	type handler = func(*Simulator, *request) answer
	table := []route{
		{template: "/", handlers: map[string]handler{"GET": (*Simulator).resources}},
		{template: "/limits", handlers: map[string]handler{"GET": (*Simulator).limits}},
		{template: "/query", handlers: map[string]handler{"GET": (*Simulator).runQuery}},
		{template: "/queryAll", handlers: map[string]handler{"GET": (*Simulator).runQuery}},
		{template: "/query/{locator}", handlers: map[string]handler{"GET": (*Simulator).queryMore}},
		{template: "/queryAll/{locator}", handlers: map[string]handler{"GET": (*Simulator).queryMore}},
		{template: "/sobjects", handlers: map[string]handler{"GET": (*Simulator).describeGlobal}},
		{template: "/sobjects/{object}", handlers: map[string]handler{
			"GET": (*Simulator).describeBasic, "POST": (*Simulator).createRecord,
		}},
		{template: "/sobjects/{object}/describe", handlers: map[string]handler{"GET": (*Simulator).describe}},
		{template: "/sobjects/{object}/{id}", handlers: map[string]handler{
			"GET": (*Simulator).getRecord, "PATCH": (*Simulator).updateRecord, "DELETE": (*Simulator).deleteRecord,
		}},
		{template: "/sobjects/User/{id}/password", handlers: map[string]handler{
			"GET": (*Simulator).passwordState, "POST": (*Simulator).setPassword, "DELETE": (*Simulator).resetPassword,
		}},
		{template: "/sobjects/{object}/{field}/{value}", handlers: map[string]handler{
			"GET": (*Simulator).getByKey, "PATCH": (*Simulator).upsertByKey,
		}},
		{template: "/composite", handlers: map[string]handler{"POST": (*Simulator).composite}},
		{template: "/composite/sobjects", handlers: map[string]handler{
			"POST": (*Simulator).createCollection, "PATCH": (*Simulator).updateCollection, "DELETE": (*Simulator).deleteCollection,
		}},
		{template: "/composite/sobjects/{object}", handlers: map[string]handler{
			"GET": (*Simulator).retrieveCollection, "POST": (*Simulator).retrieveCollection,
		}},
		{template: "/composite/sobjects/{object}/{field}", handlers: map[string]handler{"PATCH": (*Simulator).upsertCollection}},
	}
	for i := range table {
		table[i].segments = splitPath(table[i].template)
	}
	return table
}

// match finds the route of q and fills q.params and q.object. The returned
// resource is the name under which the call is counted.
func (s *Simulator) match(q *request) (found *route, resource string) {
	segments := splitPath(q.path)
	for i := range segments {
		if plain, err := url.PathUnescape(segments[i]); err == nil {
			segments[i] = plain
		}
	}
	for i := range s.routes {
		params, ok := s.routes[i].fits(segments)
		if !ok {
			continue
		}
		q.params = params
		resource = s.routes[i].template
		if name, ok := params["object"]; ok {
			if q.object, ok = q.org.Object(name); ok {
				resource = strings.Replace(resource, "{object}", q.object.Name, 1)
			}
		}
		return &s.routes[i], resource
	}
	return nil, "(unknown)"
}

// fits says whether the path is one of this route's, and its parameters.
// Names in a path are case-sensitive except those of objects and fields.
func (r *route) fits(path []string) (map[string]string, bool) {
	if len(path) != len(r.segments) {
		return nil, false
	}
	params := map[string]string{}
	for i, want := range r.segments {
		if name, ok := strings.CutPrefix(want, "{"); ok {
			params[strings.TrimSuffix(name, "}")] = path[i]
		} else if want != path[i] && !(want == "User" && strings.EqualFold(want, path[i])) {
			return nil, false
		}
	}
	return params, true
}

// dispatch runs the route's handler. It is the whole API for a request that
// has been authenticated.
func (s *Simulator) dispatch(q *request, r *route) answer {
	if r == nil {
		return notFound()
	}
	method := q.method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	handle, ok := r.handlers[method]
	if !ok {
		return notAllowed(q.method, r)
	}
	if _, named := q.params["object"]; named && q.object == nil {
		return notFound()
	}
	return handle(s, q)
}

func notAllowed(method string, r *route) answer {
	var allowed []string
	for m := range r.handlers {
		allowed = append(allowed, m)
		if m == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	slices.Sort(allowed)
	list := strings.Join(allowed, ",")
	a := codeFirst(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '"+method+"' not allowed. Allowed are "+list)
	a.header = headerOf("Allow", list)
	return a
}

// splitPath cuts a path into its non-empty segments: a trailing slash does not
// matter to the API.
func splitPath(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// versionNumber reads "66.0" as 66.
func versionNumber(version string) (int, bool) {
	major, ok := strings.CutSuffix(version, ".0")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(major)
	return n, err == nil && n > 0
}
