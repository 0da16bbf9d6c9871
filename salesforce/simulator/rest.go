package simulator

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"scimforce/salesforce/simulator/org"
)

// serveAPI is the one door of the REST API: it counts the call, reads the
// body, waits the latency, plays the faults, authenticates and writes the
// answer. What a resource does is in the route table.
//
// The body is read before anything is waited for: only then does net/http
// notice that the client has gone.
func (s *Simulator) serveAPI(w http.ResponseWriter, r *http.Request) {
	q := s.newRequest(r)
	matched, resource := s.match(q)
	q.site.calls.add(q.method, resource)
	fault, faulty := s.faults.take(q.method, resource)
	unread := s.readBody(w, r, q)
	before, after := fault.Delay, time.Duration(0)
	if fault.After {
		before, after = after, before
	}
	if wait(r.Context(), s.cfg.Latency+before) != nil {
		return // the client has given up
	}
	if faulty && !fault.After && fault.replacesAnswer() {
		s.writeFault(w, r, fault, answer{})
		return
	}
	started := s.cfg.Now()
	a := s.answerAPI(w, r, q, matched, unread)
	s.cfg.Logger.DebugContext(r.Context(), "api call", "method", q.method, "resource", resource,
		"status", a.status, "duration", s.cfg.Now().Sub(started))
	if wait(r.Context(), after) != nil {
		return // what was done is done, and nobody is there to hear of it
	}
	if faulty && fault.replacesAnswer() {
		s.writeFault(w, r, fault, a)
		return
	}
	s.write(w, r, a)
}

// newRequest reads the request line: version, path below it, and the method,
// which _HttpMethod may override for clients that cannot send PATCH.
func (s *Simulator) newRequest(r *http.Request) *request {
	here := s.siteOf(r)
	q := &request{
		ctx:    r.Context(),
		site:   here,
		method: r.Method,
		query:  r.URL.Query(),
		header: r.Header,
		org:    here.org,
		base:   here.baseURL(r),
	}
	// A version without its "v" stays empty, which is no version that is served.
	if version, ok := strings.CutPrefix(chi.URLParam(r, "version"), "v"); ok {
		q.version = version
	}
	prefix := "/services/data/" + chi.URLParam(r, "version")
	q.path = strings.TrimPrefix(r.URL.EscapedPath(), prefix)
	if r.Method == http.MethodPost {
		if override := q.query.Get("_HttpMethod"); override != "" {
			q.method = strings.ToUpper(override)
		}
	}
	return q
}

// answerAPI does what the request asks, after the checks every call goes
// through, in the order of a real org. unread is the refusal of a body that
// could not be read.
func (s *Simulator) answerAPI(w http.ResponseWriter, r *http.Request, q *request, matched *route, unread answer) answer {
	if a, bad := s.checkVersion(q.version); bad {
		return a
	}
	user, a := s.authenticate(r, q.site)
	if a.failed() {
		return a
	}
	q.actor = org.Actor{UserID: user}
	w.Header().Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", q.site.calls.use(), q.site.daily))
	if unread.failed() {
		return unread
	}
	return s.dispatch(q, matched)
}

// checkVersion refuses versions that were retired (410) or never were (404).
func (s *Simulator) checkVersion(version string) (answer, bool) {
	if slices.Contains(s.versions, version) {
		return answer{}, false
	}
	if n, ok := versionNumber(version); ok && n >= 7 && n < oldestVersion {
		// unverified: the words; the status 410 is documented.
		return codeFirst(http.StatusGone, "GONE", "The requested API version has been retired"), true
	}
	return notFound(), true
}

// authenticate finds the user of the access token, which has to be one of this
// org's.
func (s *Simulator) authenticate(r *http.Request, here *site) (userID string, a answer) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if token == "" || !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "OAuth") {
		// unverified: body and header are remembered, not recorded.
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
	body := io.Reader(http.MaxBytesReader(w, r.Body, maxBody))
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return badJSON("The HTTP entity body is not valid gzip data.") // unverified: the words
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
		return badJSON("The HTTP entity body could not be read.") // unverified: the words
	}
	if len(data) > 0 && q.method != http.MethodGet && q.method != http.MethodHead {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if header := r.Header.Get("Content-Type"); header != "" && (err != nil || kind != "application/json") {
			if err != nil {
				kind = header
			}
			return codeFirst(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE",
				"MediaType of '"+kind+"' is not supported by this resource")
		}
	}
	q.body = data
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
