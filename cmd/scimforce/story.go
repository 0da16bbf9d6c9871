package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"scimforce/salesforce"
	"scimforce/scim/audit"
)

// A story is what an identity provider does with one person, told step by step: the SCIM request on one line, and
// under it the Salesforce calls that it took.
type story struct {
	base    string // SCIM base URL, without a slash at the end
	token   string
	client  *http.Client
	entries *entryLog
	out     io.Writer

	failed      int
	interrupted bool // its context ended before the story did
}

// A step is one SCIM request of the story.
type step struct {
	title  string
	method string
	path   string
	body   any
	want   int
	// check says what is wrong with the answer, "" if nothing is.
	check func(answer map[string]any) string
}

const (
	userURN  = "urn:ietf:params:scim:schemas:core:2.0:User"
	patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

	heroine = "Ada.Lovelace@acme.example"
)

// tell runs the story to its end, or to the first step without which the others make no sense, and returns an error
// that counts the steps which failed, or wraps that of ctx when it ended first.
func (s *story) tell(ctx context.Context) error {
	err := s.steps(ctx)
	switch {
	case s.interrupted:
		return fmt.Errorf("the story was interrupted: %w", context.Cause(ctx))
	case err == nil && s.failed > 0:
		return fmt.Errorf("%d steps of the story failed", s.failed)
	default:
		return err
	}
}

func (s *story) steps(ctx context.Context) error {
	s.run(ctx, step{
		title: "The identity provider tests its connection", method: http.MethodGet, path: "/Users?startIndex=1&count=2", want: 200,
		check: func(a map[string]any) string {
			return expect(len(list(a, "Resources")) == 2, "two people were expected")
		},
	})
	s.run(ctx, step{
		title: "It looks Ada up: is she in Salesforce already?", method: http.MethodGet,
		path: "/Users?filter=" + url.QueryEscape(`userName eq "`+heroine+`"`) + "&startIndex=1&count=100", want: 200,
		check: func(a map[string]any) string { return expect(a["totalResults"] == 0.0, "nobody was expected") },
	})
	ada := s.run(ctx, step{
		title: "She is not, so it creates her", method: http.MethodPost, path: "/Users", want: 201,
		body: map[string]any{
			"schemas": []string{userURN}, "externalId": "00u1ada", "userName": heroine,
			"name":        map[string]any{"givenName": "Ada", "familyName": "Lovelace"},
			"displayName": "Ada Lovelace", "title": "Analyst", "locale": "en-GB", "active": true,
			"emails": []any{map[string]any{"value": heroine, "type": "work", "primary": true}},
		},
		check: func(a map[string]any) string {
			return expect(a["userName"] == heroine && a["active"] == true, "an active user with the name as sent was expected")
		},
	})
	id, _ := ada["id"].(string)
	if id == "" {
		return errors.New("the story ended early: Ada was not created")
	}

	s.grant(ctx, id, "It gives her a permission set", "Permission Set: Sales Console")
	s.grant(ctx, id, "It puts her into a public group", "All Sales")

	s.run(ctx, step{
		title: "Her title changes", method: http.MethodPatch, path: "/Users/" + id, want: 200,
		body: patchBody(map[string]any{"op": "replace", "path": "title", "value": "Countess of Computing"}),
		check: func(a map[string]any) string {
			return expect(a["title"] == "Countess of Computing", "the new title was expected")
		},
	})
	s.run(ctx, step{
		title: "The same change again costs no write", method: http.MethodPatch, path: "/Users/" + id, want: 200,
		body: patchBody(map[string]any{"op": "replace", "path": "title", "value": "Countess of Computing"}),
	})
	s.run(ctx, step{
		title: "She leaves: deactivated, not deleted", method: http.MethodPatch, path: "/Users/" + id, want: 200,
		body:  patchBody(map[string]any{"op": "replace", "value": map[string]any{"active": false}}),
		check: func(a map[string]any) string { return expect(a["active"] == false, "active false was expected") },
	})
	s.run(ctx, step{
		title: "She comes back: the same user, with what she had", method: http.MethodPatch, path: "/Users/" + id, want: 200,
		body: patchBody(map[string]any{"op": "replace", "value": map[string]any{"active": true}}),
		check: func(a map[string]any) string {
			return expect(a["active"] == true && a["id"] == id && len(list(a, "groups")) == 2, "the same user in both groups was expected")
		},
	})

	return nil
}

// grant finds a group by its name and adds the user to it, as an identity provider's group push does.
func (s *story) grant(ctx context.Context, userID, title, group string) {
	found := s.run(ctx, step{
		title: title + ": first it finds it", method: http.MethodGet, want: 200,
		path:  "/Groups?excludedAttributes=members&filter=" + url.QueryEscape(`displayName eq "`+group+`"`),
		check: func(a map[string]any) string { return expect(len(list(a, "Resources")) == 1, "one group was expected") },
	})
	groups := list(found, "Resources")
	if len(groups) == 0 {
		return
	}
	resource, _ := groups[0].(map[string]any)
	id, _ := resource["id"].(string)
	s.run(ctx, step{
		title: title, method: http.MethodPatch, path: "/Groups/" + id, want: 204,
		body: patchBody(map[string]any{"op": "add", "path": "members", "value": []any{map[string]any{"value": userID}}}),
	})
}

// run sends one step's request, prints what came of it and returns the answer's body.
func (s *story) run(ctx context.Context, st step) map[string]any {
	began := time.Now()
	status, requestID, answer, err := s.send(ctx, st)
	if err != nil && ctx.Err() != nil {
		s.interrupted = true
		return nil
	}
	took := time.Since(began)

	problem := ""
	switch {
	case err != nil:
		problem = err.Error()
	case status != st.want:
		detail, _ := answer["detail"].(string)
		problem = strings.TrimSpace(fmt.Sprintf("expected %d. %s", st.want, detail))
	case st.check != nil:
		problem = st.check(answer)
	}

	shown, err := url.QueryUnescape(st.path)
	if err != nil {
		shown = st.path
	}
	fmt.Fprintf(s.out, "\n%s\n  %3d %7s  %s %s\n", st.title, status, milliseconds(took), st.method, shown)
	for _, call := range s.entries.take(ctx, requestID) {
		fmt.Fprintf(s.out, "      %3d %7s  %s %s\n", call.Status, milliseconds(call.Duration), call.Method, callName(call))
	}
	if problem != "" {
		s.failed++
		fmt.Fprintf(s.out, "  FAILED: %s\n", problem)
	}
	return answer
}

func (s *story) send(ctx context.Context, st step) (status int, requestID string, answer map[string]any, err error) {
	var body io.Reader
	if st.body != nil {
		encoded, err := json.Marshal(st.body)
		if err != nil {
			return 0, "", nil, fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, st.method, s.base+st.path, body)
	if err != nil {
		return 0, "", nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Accept", "application/scim+json")
	if body != nil {
		req.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return resp.StatusCode, "", nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &answer); err != nil {
			return resp.StatusCode, "", nil, fmt.Errorf("the answer is not JSON: %w", err)
		}
	}
	return resp.StatusCode, resp.Header.Get("X-Request-Id"), answer, nil
}

// callName says what a Salesforce call was for; a composite call by its parts.
func callName(c salesforce.Call) string {
	if len(c.Parts) == 0 {
		return c.Resource
	}
	parts := slices.Clone(c.Parts)
	for i, p := range parts {
		parts[i] = strings.TrimPrefix(strings.TrimPrefix(p, "GET /"), "query ")
	}
	return fmt.Sprintf("%s (%s)", c.Resource, strings.Join(parts, ", "))
}

// entryLog hands the Salesforce calls of a request from the bridge's audit trail to the storyteller. The entry is
// written when the handler is done, which may be a moment after the client has read the answer.
type entryLog struct {
	mu      sync.Mutex
	closed  bool
	waiting map[string]chan []salesforce.Call
}

// Record implements audit.Sink.
func (l *entryLog) Record(_ context.Context, e audit.Entry) {
	calls := l.room(e.RequestID)
	if calls == nil {
		return
	}
	select {
	case calls <- e.Calls:
	default: // somebody else's request, and not the first under this id
	}
}

// take returns the Salesforce calls of one request, waiting a second at most for its entry.
func (l *entryLog) take(ctx context.Context, requestID string) []salesforce.Call {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	calls := l.room(requestID)
	if calls == nil {
		return nil
	}
	select {
	case c := <-calls:
		return c
	case <-ctx.Done():
		return nil
	}
}

// room is where one request's calls change hands; nil once the story is over, so that nothing piles up.
func (l *entryLog) room(requestID string) chan []salesforce.Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	if l.waiting == nil {
		l.waiting = map[string]chan []salesforce.Call{}
	}
	if l.waiting[requestID] == nil {
		l.waiting[requestID] = make(chan []salesforce.Call, 1)
	}
	return l.waiting[requestID]
}

// close ends the keeping of entries.
func (l *entryLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed, l.waiting = true, nil
}

func patchBody(operations ...map[string]any) map[string]any {
	return map[string]any{"schemas": []string{patchURN}, "Operations": operations}
}

func list(m map[string]any, key string) []any {
	l, _ := m[key].([]any)
	return l
}

func expect(holds bool, otherwise string) string {
	if holds {
		return ""
	}
	return otherwise
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}
