package scim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/scimtest"
)

const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// stack is the whole bridge over a simulated org, with the requests that tests
// send to it.
type stack struct{ *scimtest.Stack }

// newStack starts one; change may alter the org's configuration.
func newStack(t *testing.T, change ...func(*org.Config)) *stack {
	t.Helper()
	return &stack{scimtest.New(t, func(c *scimtest.Config) {
		for _, f := range change {
			f(&c.Org)
		}
	})}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends one request as an IdP would; body may be nil, a string as it is,
// or anything that encodes as JSON.
func (s *stack) ask(t *testing.T, method, path string, body any) *httptest.ResponseRecorder {
	t.Helper()
	var sent io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		must(t, err)
		sent = bytes.NewReader(encoded)
	}
	r := httptest.NewRequest(method, path, sent)
	r.Header.Set("Authorization", "Bearer "+scimtest.Token)
	if body != nil {
		r.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, r)
	return w
}

// want is ask, and the answer must have the status; its body is decoded.
func (s *stack) want(t *testing.T, status int, method, path string, body any) map[string]any {
	t.Helper()
	w := s.ask(t, method, path, body)
	if w.Code != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	if w.Body.Len() == 0 {
		return nil
	}
	var o map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, w.Body)
	}
	return o
}

// person is a body for POST and PUT of a user with the given userName.
func person(userName string, more map[string]any) map[string]any {
	p := map[string]any{
		"schemas": []any{userURN}, "userName": userName, "active": true,
		"name":   map[string]any{"givenName": "Ada", "familyName": "Lovelace"},
		"emails": []any{map[string]any{"value": userName, "type": "work", "primary": true}},
	}
	for k, v := range more {
		if v == nil {
			delete(p, k)
			continue
		}
		p[k] = v
	}
	return p
}

// made creates a user and returns his id.
func (s *stack) made(t *testing.T, userName string, more map[string]any) string {
	t.Helper()
	return fmt.Sprint(s.want(t, 201, "POST", "/Users", person(userName, more))["id"])
}

// operations is a PATCH body.
func operations(ops ...map[string]any) map[string]any {
	return map[string]any{"schemas": []any{patchURN}, "Operations": ops}
}
