package scim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/oauth/idp"
	"scimforce/salesforce"
	"scimforce/scim/audit"
)

// server is the one door: every request comes in and every answer goes out
// through ServeHTTP.
type server struct {
	Config
	router  http.Handler
	errors  translator
	metrics *metrics
	cursors cursors
}

// call is one request on its way through.
type call struct {
	requestID string
	// caller is the zero value until the credential was found good.
	caller idp.Caller
	// below is the path within this handler, without a slash at its end.
	below string
	// base is the URL that locations start with.
	base string
	// resource is the route's label, "none" until one is found.
	resource string
	// id is the resource addressed or made.
	id      string
	maxBody int64
	// client is the client's own context: it ends when he hangs up, even of a
	// request that is finished nevertheless.
	client context.Context

	answer answer
	err    error
}

// callKey is the context key under which a request's call travels through chi.
type callKey struct{}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{requestID: requestID(r), below: below(r), resource: "none", maxBody: s.MaxBody, client: r.Context()}
	c.base = baseURL(s.BaseURL, r, c.below)
	w.Header().Set("X-Request-Id", c.requestID)
	defer s.metrics.enter()()

	parent := r.Context()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		// What was begun is finished although nobody waits for the answer: a
		// change given up half way is one that nobody knows of.
		parent = context.WithoutCancel(parent)
	}
	ctx, cancel := context.WithTimeout(parent, s.RequestTimeout)
	defer cancel()
	ctx, seen := s.begin(ctx)
	ctx = context.WithValue(ctx, callKey{}, c)
	// chi routes by path alone, so that a wrong method is answered by the
	// route it is wrong for.
	routing := chi.NewRouteContext()
	routing.RoutePath, routing.RouteMethod = c.below, http.MethodGet
	ctx = context.WithValue(ctx, chi.RouteCtxKey, routing)

	s.run(w, r.WithContext(ctx), c)

	status, problem := s.finish(w, r, c)
	s.record(ctx, r, c, seen, status, problem)
}

// progress is what is seen of a request, or of an operation of a bulk, while it
// is being done.
type progress struct {
	start time.Time
	notes *audit.Notes
	calls *salesforce.Recorder
}

// begin returns a context under which remarks and Salesforce calls are seen.
func (s *server) begin(ctx context.Context) (context.Context, progress) {
	ctx, notes := audit.With(ctx)
	seen := progress{start: s.Now(), notes: notes, calls: &salesforce.Recorder{}}
	return salesforce.WithRecorder(ctx, seen.calls), seen
}

// record writes down what was done: metrics, log and audit.
func (s *server) record(ctx context.Context, r *http.Request, c *call, seen progress, status int, problem *problem) {
	took := s.Now().Sub(seen.start)
	s.metrics.observe(r.Method, c.resource, status, problem, took)
	calls := seen.calls.Calls()
	s.log(ctx, r, c, status, problem, len(calls), took)
	entry := audit.Entry{
		Time: seen.start, RequestID: c.requestID, Credential: c.caller.Credential,
		Method: r.Method, Path: loggable(c.below), ResourceID: loggable(c.id), Status: status,
		Duration: took, Calls: calls, Notes: seen.notes.All(),
	}
	if c.resource != "none" {
		entry.ResourceType = c.resource
	}
	if problem != nil {
		entry.ScimType, entry.Detail = string(problem.ScimType), problem.Detail
	}
	s.Audit.Record(ctx, entry)
}

// run asks for the credential and lets the route work; what comes of it is in
// c. A panic becomes an error like any other.
func (s *server) run(w http.ResponseWriter, r *http.Request, c *call) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if cause == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http compares it
			panic(cause)
		}
		c.err = fmt.Errorf("panic: %v", cause)
		s.Logger.ErrorContext(r.Context(), "panic while answering a SCIM request",
			slog.String("request_id", c.requestID), slog.String("stack", string(debug.Stack())))
	}()
	caller, err := s.Authenticate(r)
	if err != nil {
		c.err = err
		return
	}
	c.caller = caller
	s.router.ServeHTTP(w, r.WithContext(WithCaller(r.Context(), caller)))
}

// answerWith is the end of the route: the verb runs and leaves what it has in
// the call; the door writes it.
func (s *server) answerWith(resource string, v verb) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := r.Context().Value(callKey{}).(*call)
		c.resource = resource
		c.answer, c.err = v(w, r, c)
		if c.answer.id != "" {
			c.id = c.answer.id
		}
	}
}

// finish writes the answer or the error and returns its status.
func (s *server) finish(w http.ResponseWriter, r *http.Request, c *call) (int, *problem) {
	if c.err == nil && c.answer.status == 0 {
		c.err = errors.New("no answer was made")
	}
	var body []byte
	if c.err == nil && c.answer.body != nil {
		body, c.err = encode(c.answer.body)
	}
	if c.err == nil {
		c.answer.write(w, r, body)
		return c.answer.status, nil
	}
	problem := s.errors.translate(c.err, c.requestID)
	problem.header(w.Header())
	body, err := encode(problem.ScimError)
	if err != nil {
		body = []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"500"}`)
		problem.Status = http.StatusInternalServerError
	}
	send(w, r, problem.Status, body)
	return problem.Status, &problem
}

// reasonCanceled is for a client that hung up: nobody's failure.
const reasonCanceled = "canceled"

// log writes the request's one line. The text of an error goes there only when
// it is the bridge's or Salesforce's failure, and without addresses.
func (s *server) log(ctx context.Context, r *http.Request, c *call, status int, problem *problem, calls int, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request_id", c.requestID),
		slog.String("credential", c.caller.Credential),
		slog.String("method", r.Method),
		slog.String("path", maskPath(c.below, r.URL.RawQuery)),
		slog.String("resource", c.resource),
		slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.Int("salesforce_calls", calls),
		slog.String("client", audit.Mask(bounded(strings.ToValidUTF8(r.UserAgent(), "?"), 80))),
	}
	if problem != nil {
		attrs = append(attrs, slog.String("reason", problem.reason))
		if status >= http.StatusInternalServerError && status != http.StatusNotImplemented && problem.reason != reasonCanceled {
			level = slog.LevelError
			attrs = append(attrs, slog.String("error", bounded(audit.Mask(c.err.Error()), maxDetail)))
		}
	}
	s.Logger.LogAttrs(ctx, level, "scim request", attrs...)
}

// maxPath bounds what is written down of a path, in bytes: no path of ours comes
// near it, and whoever has no token may ask for any.
const maxPath = 200

// loggable is a path, or an id in one, as it may be written down.
func loggable(path string) string { return bounded(strings.ToValidUTF8(path, "?"), maxPath) }

// below is the path within this handler: what a chi router above has left to
// be routed, else the whole path; unescaped, because some clients escape the
// colons of `/Schemas/urn:...`; without slashes at its end, because others send
// `/Users/?filter=...`.
func below(r *http.Request) string {
	path := r.URL.Path
	if outer := chi.RouteContext(r.Context()); outer != nil && outer.RoutePath != "" {
		path = outer.RoutePath
		// chi routes by RawPath where there is one, and has it escaped then.
		if unescaped, err := url.PathUnescape(path); err == nil && r.URL.RawPath != "" {
			path = unescaped
		}
	}
	return "/" + strings.Trim(path, "/")
}
