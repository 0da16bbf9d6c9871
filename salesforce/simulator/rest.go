package simulator

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"scimforce/salesforce/simulator/org"
)

// serveAPI is the one door of the REST API: it counts and logs the call, and
// answers a panic as a real org answers one of its own.
func (s *Simulator) serveAPI(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	q := s.newRequest(r)
	matched := s.match(q)
	q.site.calls.add(q.method, q.resource)
	var done sent
	defer func() {
		took := time.Since(began)
		q.site.log.add(LoggedCall{
			Time: q.site.org.Now(), Org: q.site.org.ID(), User: q.actor.UserID, Method: q.method, Path: r.URL.RequestURI(),
			Resource: q.resource, Fault: q.fault,
			Status: done.status, Millis: float64(took.Microseconds()) / 1000,
		}, q.body, done.body)
		s.reuse(done.from)
		s.cfg.Logger.DebugContext(r.Context(), "api call", "method", q.method, "resource", q.resource, "status", done.status, "duration", took)
	}()
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler: // net/http closes the connection
			panic(p)
		default:
			s.cfg.Logger.ErrorContext(r.Context(), "panic in an API call", "method", q.method, "resource", q.resource, "panic", p, "stack", string(debug.Stack()))
			done = s.write(w, r, unknownException(q.site.broken.Add(1)))
		}
	}()
	done = s.serveCall(w, r, q, matched)
}

// serveCall reads the body, waits the latency, plays the faults, and writes the
// answer.
//
// The body is read before anything is waited for: only then does net/http
// notice that the client has gone.
func (s *Simulator) serveCall(w http.ResponseWriter, r *http.Request, q *request, matched *route) sent {
	fault, faulty := s.nextFault(r, q)
	unread := s.readBody(w, r, q)
	end, within := q.site.running.Start()
	if within {
		defer end()
	}
	before, after := fault.Delay, time.Duration(0)
	if fault.After {
		before, after = after, before
	}
	if wait(r.Context(), s.cfg.Latency+before) != nil {
		return sent{} // the client has given up
	}
	if faulty && !fault.After && fault.replacesAnswer() {
		return s.writeFault(w, r, fault, answer{})
	}
	a := s.answerAPI(w, r, q, matched, unread, within)
	if wait(r.Context(), after) != nil {
		return sent{} // what was done is done, and nobody is there to hear of it
	}
	if faulty && fault.replacesAnswer() {
		return s.writeFault(w, r, fault, a)
	}
	return s.write(w, r, a)
}

// newRequest reads the request line: version, path below it, and the method,
// which _HttpMethod may override for clients that cannot send PATCH.
func (s *Simulator) newRequest(r *http.Request) *request {
	here := s.siteOf(r)
	q := &request{
		ctx:    r.Context(),
		site:   here,
		method: r.Method,
		header: r.Header,
		org:    here.org,
		base:   here.baseURL(r),
	}
	if r.URL.RawQuery != "" {
		q.query = r.URL.Query()
	}
	segment, path, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), dataPath), "/")
	// A version without its "v" stays empty, which is no version that is served.
	if version, ok := strings.CutPrefix(segment, "v"); ok {
		q.version = version
	}
	q.path = path
	if r.Method == http.MethodPost {
		if override := q.query.Get("_HttpMethod"); override != "" {
			q.method = strings.ToUpper(override)
		}
	}
	return q
}

// answerAPI does what the request asks, after the checks every call goes
// through. unread is the refusal of a body that could not be read; within says
// that there are not too many long calls.
// unverified: the order of these checks in a real org.
func (s *Simulator) answerAPI(w http.ResponseWriter, r *http.Request, q *request, matched *route, unread answer, within bool) answer {
	if a, bad := s.checkVersion(q.version); bad {
		return a
	}
	user, a := s.authenticate(r, q.site)
	if a.failed() {
		return a
	}
	q.actor = org.Actor{UserID: user}
	if q.org.Edition() == "Essentials" {
		// unverified: which editions have no API; Professional, where it can be had for money, has it here
		return messageFirst(http.StatusForbidden, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")
	}
	if !q.org.MayUseAPI(user) {
		return messageFirst(http.StatusForbidden, "API_CURRENTLY_DISABLED", "API is disabled for this User")
	}
	used, inDay := q.site.day.Use(q.site.now(), q.site.hardCap(s.cfg), 1)
	w.Header().Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", used, q.site.daily))
	switch {
	case !inDay:
		return messageFirst(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
	case !within:
		return messageFirst(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
	case wantsXML(r.Header.Get("Accept")):
		// unverified: that XML is refused, and how; a real org can write it for some resources.
		return codeFirst(http.StatusNotAcceptable, "NOT_ACCEPTABLE", "The requested format is not supported by this resource")
	case unread.failed():
		return unread
	}
	return s.dispatch(q, matched)
}

// wantsXML says whether a client accepts XML and nothing else that there is.
func wantsXML(accept string) bool {
	return strings.Contains(accept, "xml") && !strings.Contains(accept, "json") && !strings.Contains(accept, "*")
}

// checkVersion refuses versions that were retired (410) or never were (404).
func (s *Simulator) checkVersion(version string) (answer, bool) {
	if slices.Contains(s.versions, version) {
		return answer{}, false
	}
	if n, ok := versionNumber(version); ok && n >= 7 && n < oldestVersion {
		// unverified: the words about a retired version; the status 410 is documented.
		return codeFirst(http.StatusGone, "GONE", "The requested API version has been retired"), true
	}
	return notFound(), true
}

// bearer is the token of the Authorization header, "" where it is none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "OAuth") {
		return ""
	}
	return strings.TrimSpace(token)
}

// authenticate finds the user of the access token, which has to be one of this
// org's.
func (s *Simulator) authenticate(r *http.Request, here *site) (userID string, a answer) {
	token := bearer(r)
	if token == "" {
		// unverified: body and header of an answer to a call without a token.
		a = messageFirst(http.StatusUnauthorized, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
		a.header = headerOf("WWW-Authenticate", "Token")
		return "", a
	}
	session, ok := s.auth.Use(token, here.org)
	switch {
	case !ok:
		return "", messageFirst(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
	case !session.API():
		// The words are reported by users; unverified: the status of a session without the scope api.
		return "", messageFirst(http.StatusUnauthorized, "INVALID_SESSION_ID", "This session is not valid for use with the REST API")
	}
	return session.UserID, answer{}
}

// readBody reads and unpacks the body, bounded, and refuses what is not JSON.
func (s *Simulator) readBody(w http.ResponseWriter, r *http.Request, q *request) answer {
	if r.Body == nil || r.Body == http.NoBody {
		return answer{}
	}
	body := io.Reader(http.MaxBytesReader(w, r.Body, maxBody))
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return badJSON("The HTTP entity body is not valid gzip data.") // unverified: the words about a broken gzip body
		}
		body = io.LimitReader(unpacked, maxBody+1)
	}
	data, err := io.ReadAll(body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge) || len(data) > maxBody:
		// unverified: what a real org says to a body over its limit.
		return codeFirst(http.StatusRequestEntityTooLarge, "REQUEST_TOO_LARGE", "The request is too large")
	case err != nil:
		return badJSON("The HTTP entity body could not be read.") // unverified: the words about a body that breaks off
	}
	if len(data) > 0 && q.method != http.MethodGet && q.method != http.MethodHead {
		if a := checkMediaType(r.Header.Get("Content-Type")); a.failed() {
			return a
		}
	}
	q.body = data
	return answer{}
}

// checkMediaType refuses bodies that say they are no JSON.
func checkMediaType(header string) answer {
	if header == "application/json" || header == "" {
		return answer{}
	}
	kind, _, err := mime.ParseMediaType(header)
	if err != nil {
		kind = header
	}
	if err != nil || kind != "application/json" {
		return codeFirst(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "MediaType of '"+kind+"' is not supported by this resource")
	}
	return answer{}
}

// wait waits d, or until ctx ends, whose error it then returns.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
