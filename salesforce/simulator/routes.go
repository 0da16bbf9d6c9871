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
	s.auth.Routes(r)
	r.Get("/services/data", s.serveVersions)
	r.Get("/services/data/", s.serveVersions)
	if !s.cfg.ControlElsewhere {
		r.Handle(controlPath+"/*", s.Control())
	}
	r.Method(http.MethodGet, "/", s.front)
	r.Method(http.MethodGet, browse.Prefix+"/*", s.front)
	// unverified: the words; that an org's web server answers HTML to a path
	// it does not know is reported by users.
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) { pages.Show(w, http.StatusNotFound, "unknown", nil) })
	return boundHead(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if below, isAPI := strings.CutPrefix(q.URL.Path, dataPath); isAPI && below != "" {
			s.serveAPI(w, q) // whatever the method, of which the router knows some
			return
		}
		r.ServeHTTP(w, q)
	}))
}

// dataPath is where the REST API lies.
const dataPath = "/services/data/"

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
	// it takes everything back, and inner allOrNone flags are overridden. What
	// it writes is locked already.
	atomic bool
	inside bool       // a composite, batch or graph
	locks  org.Errors // what the weather answers whoever wants a lock; nil = nothing
	fault  string     // what goes wrong with the call, for the log

	resource string            // the matched route as calls are counted, "(unknown)" without one
	params   map[string]string // of the matched route
	object   *org.Object       // of {object}; nil when the org has none of that name
}

// route is one resource of the API.
type route struct {
	template string // "/sobjects/{object}/{id}"
	segments []string
	handlers map[string]func(*Simulator, *request) answer // by method

	outermost bool // cannot be called inside another request
}

// apiRoutes is the route table below /services/data/vXX.X; the first fitting
// template wins.
func apiRoutes() []route {
	type handler = func(*Simulator, *request) answer
	table := []route{
		{template: "/", handlers: map[string]handler{"GET": (*Simulator).resources}},
		{template: "/limits", handlers: map[string]handler{"GET": (*Simulator).limits}},
		{template: "/limits/recordCount", handlers: map[string]handler{"GET": (*Simulator).recordCount}},
		{template: "/search", handlers: map[string]handler{"GET": (*Simulator).runSearch}},
		{template: "/parameterizedSearch", handlers: map[string]handler{
			"GET": (*Simulator).parameterizedSearch, "POST": (*Simulator).parameterizedSearch,
		}},
		{template: "/apps/oauth/usage/tokens/{token}", handlers: map[string]handler{"DELETE": (*Simulator).revokeUsage}},
		{template: "/recent", handlers: map[string]handler{"GET": (*Simulator).recent}},
		{template: "/query", handlers: map[string]handler{"GET": (*Simulator).runQuery}},
		{template: "/queryAll", handlers: map[string]handler{"GET": (*Simulator).runQuery}},
		{template: "/query/{locator}", handlers: map[string]handler{"GET": (*Simulator).queryMore}},
		{template: "/queryAll/{locator}", handlers: map[string]handler{"GET": (*Simulator).queryMore}},
		{template: "/sobjects", handlers: map[string]handler{"GET": (*Simulator).describeGlobal}},
		{template: "/sobjects/{object}", handlers: map[string]handler{
			"GET": (*Simulator).describeBasic, "POST": (*Simulator).createRecord,
		}},
		{template: "/sobjects/{object}/describe", handlers: map[string]handler{"GET": (*Simulator).describe}},
		{template: "/sobjects/{object}/updated", handlers: map[string]handler{"GET": (*Simulator).updated}},
		{template: "/sobjects/{object}/deleted", handlers: map[string]handler{"GET": (*Simulator).deleted}},
		{template: "/sobjects/{object}/{id}", handlers: map[string]handler{
			"GET": (*Simulator).getRecord, "PATCH": (*Simulator).updateRecord, "DELETE": (*Simulator).deleteRecord,
		}},
		{template: "/sobjects/User/{id}/password", handlers: map[string]handler{
			"GET": (*Simulator).passwordState, "POST": (*Simulator).setPassword, "DELETE": (*Simulator).resetPassword,
		}},
		{template: "/sobjects/{object}/{field}/{value}", handlers: map[string]handler{
			"GET": (*Simulator).getByKey, "PATCH": (*Simulator).upsertByKey, "DELETE": (*Simulator).deleteByKey,
		}},
		{template: "/composite", outermost: true, handlers: map[string]handler{
			"GET": (*Simulator).compositeResources, "POST": (*Simulator).composite,
		}},
		{template: "/composite/graph", outermost: true, handlers: map[string]handler{"POST": (*Simulator).graphs}},
		{template: "/composite/batch", handlers: map[string]handler{"POST": (*Simulator).batch}},
		{template: "/composite/tree/{object}", handlers: map[string]handler{"POST": (*Simulator).tree}},
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

// match finds the route of q and fills q.params, q.object and q.resource; nil
// for a path that is no resource.
func (s *Simulator) match(q *request) *route {
	segments := splitPath(q.path)
	for i := range segments {
		if strings.IndexByte(segments[i], '%') < 0 {
			continue
		}
		if plain, err := url.PathUnescape(segments[i]); err == nil {
			segments[i] = plain
		}
	}
	for i := range s.routes {
		r := &s.routes[i]
		if !r.fits(segments) {
			continue
		}
		q.resource = r.template
		for k, want := range r.segments {
			if want[0] != '{' {
				continue
			}
			if q.params == nil {
				q.params = make(map[string]string, 3)
			}
			q.params[want[1:len(want)-1]] = segments[k]
		}
		if name, named := q.params["object"]; named {
			if o, known := q.org.Object(name); known {
				q.object = o
				q.resource = r.countedAs(o.Name)
			}
		}
		return r
	}
	q.resource = "(unknown)"
	return nil
}

// countedAs is the template with the name of an object.
func (r *route) countedAs(object string) string {
	return strings.Replace(r.template, "{object}", object, 1)
}

// fits says whether the path is one of this route's. Names in a path are
// case-sensitive except those of objects and fields.
func (r *route) fits(path []string) bool {
	if len(path) != len(r.segments) {
		return false
	}
	for i, want := range r.segments {
		if want[0] != '{' && want != path[i] && !(want == "User" && strings.EqualFold(want, path[i])) {
			return false
		}
	}
	return true
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
	switch {
	case method == http.MethodOptions:
		// unverified: that OPTIONS answers an empty 200 with Allow.
		return answer{status: http.StatusOK, header: headerOf("Allow", r.allowed())}
	case !ok:
		return notAllowed(q.method, r)
	case q.params["object"] != "" && !q.readable():
		return notFound()
	}
	return handle(s, q)
}

// readable says whether the caller sees the object of the path: one he may not
// read is to him as one that does not exist.
func (q *request) readable() (may bool) {
	if q.object == nil {
		return false
	}
	_ = q.org.ViewAs(q.actor, func(v *org.View) error { // fn never fails
		may = v.Reads(q.object)
		return nil
	})
	return may
}

// allowed lists the route's methods, as the header Allow does.
func (r *route) allowed() string {
	var allowed []string
	for m := range r.handlers {
		allowed = append(allowed, m)
		if m == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	slices.Sort(allowed)
	return strings.Join(allowed, ",")
}

func notAllowed(method string, r *route) answer {
	list := r.allowed()
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
