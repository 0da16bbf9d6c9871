package scim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"scimforce/scim/scimtest"
)

// conditional sends a request with headers.
func (s *stack) conditional(t *testing.T, method, path string, body any, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	encoded := []byte(nil)
	if body != nil {
		var err error
		encoded, err = json.Marshal(body)
		must(t, err)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(encoded))
	r.Header.Set("Authorization", "Bearer "+scimtest.Token)
	r.Header.Set("Content-Type", "application/scim+json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, r)
	return w
}

// tag is the version of a resource as a GET tells it, in header and body alike.
func (s *stack) tag(t *testing.T, path string) string {
	t.Helper()
	w := s.conditional(t, "GET", path, nil)
	var o struct{ Meta struct{ Version string } }
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil || w.Code != 200 {
		t.Fatalf("%s: %d %v", path, w.Code, err)
	}
	tag := w.Header().Get("ETag")
	if tag == "" || tag != o.Meta.Version && !strings.Contains(path, "?attributes=") || !strings.HasPrefix(tag, `W/"`) {
		t.Fatalf("%s: the ETag is %q, meta.version is %q", path, tag, o.Meta.Version)
	}
	return tag
}

func titled(title string) map[string]any {
	return operations(map[string]any{"op": "replace", "path": "title", "value": title})
}

// none is a PATCH of no operations.
var none = map[string]any{"schemas": []any{patchURN}, "Operations": []any{}}

func TestAClientThatHasTheVersionGetsNoBody(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	user := "/Users/" + id
	group := "/Groups/" + fmt.Sprint(s.want(t, 201, "POST", "/Groups", team("Readers", id))["id"])
	for _, test := range []struct {
		path   string
		change func()
	}{
		{user, func() { s.want(t, 200, "PATCH", user, titled("Countess")) }},
		{group, func() { s.want(t, 204, "PATCH", group, operations(map[string]any{"op": "remove", "path": "members"})) }},
		{user + "?attributes=groups", func() {
			s.want(t, 204, "PATCH", group, operations(map[string]any{"op": "add", "path": "members", "value": []any{map[string]any{"value": id}}}))
		}},
		{group + "?excludedAttributes=members", func() {
			s.want(t, 204, "PATCH", group, operations(map[string]any{"op": "replace", "path": "displayName", "value": "Writers"}))
		}},
		{user + "?attributes=externalId", func() {
			s.want(t, 200, "PATCH", user, operations(map[string]any{"op": "replace", "path": "externalId", "value": "echoed only"}))
		}},
	} {
		path := test.path
		w := s.conditional(t, "GET", path, nil)
		tag := w.Header().Get("ETag")
		for _, known := range []string{tag, `"other", ` + tag, "*", strings.TrimPrefix(tag, "W/"), strings.Trim(strings.TrimPrefix(tag, "W/"), `"`)} {
			w := s.conditional(t, "GET", path, nil, "If-None-Match", known)
			if w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
				t.Errorf("%s If-None-Match %s: %d, %d bytes, ETag %q", path, known, w.Code, w.Body.Len(), w.Header().Get("ETag"))
			}
		}
		if w := s.conditional(t, "HEAD", path, nil, "If-None-Match", tag); w.Code != 304 {
			t.Errorf("HEAD %s: %d", path, w.Code)
		}
		test.change()
		if w := s.conditional(t, "GET", path, nil, "If-None-Match", tag); w.Code != 200 || w.Header().Get("ETag") == tag {
			t.Errorf("%s after a change: %d, ETag %q", path, w.Code, w.Header().Get("ETag"))
		}
	}
}

func TestAChangeOfAnotherVersionIsRefused(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	user := "/Users/" + id
	group := "/Groups/" + fmt.Sprint(s.want(t, 201, "POST", "/Groups", team("Readers"))["id"])
	stale, staleGroup := s.tag(t, user), s.tag(t, group)
	s.want(t, 200, "PATCH", user, titled("Countess"))
	join := operations(map[string]any{"op": "add", "path": "members", "value": []any{map[string]any{"value": id}}})
	s.want(t, 204, "PATCH", group, join)
	rename := operations(map[string]any{"op": "replace", "path": "displayName", "value": "Writers"})
	for _, test := range []struct {
		method, path string
		body         any
		tag          string
	}{
		{"PATCH", user, titled("x"), stale},
		{"PATCH", user, titled("x"), `W/"nothing", ` + stale},
		{"PATCH", user, none, stale},
		{"PUT", user, person("ada@acme.example", nil), stale},
		{"DELETE", user, nil, stale},
		{"GET", user, nil, stale},
		{"PATCH", group, rename, staleGroup},
		{"PATCH", group, join, staleGroup},
		{"PUT", group, team("Readers"), staleGroup},
		{"DELETE", group, nil, staleGroup},
		{"PATCH", user, titled("x"), `-`},
	} {
		before := s.tag(t, test.path)
		w := s.conditional(t, test.method, test.path, test.body, "If-Match", test.tag)
		if w.Code != 412 || !strings.Contains(w.Body.String(), "urn:ietf:params:scim:api:messages:2.0:Error") || !strings.Contains(w.Body.String(), "If-Match") {
			t.Errorf("%s %s If-Match %s: %d %s", test.method, test.path, test.tag, w.Code, w.Body)
		}
		if after := s.tag(t, test.path); after != before {
			t.Errorf("%s %s was refused and changed the version from %s to %s", test.method, test.path, before, after)
		}
	}
	for _, header := range []string{"", " , ", strings.Repeat("a,", 200)} {
		if w := s.conditional(t, "PATCH", user, titled("x"), "If-Match", header); w.Code != 400 {
			t.Errorf("If-Match %.20q: %d", header, w.Code)
		}
	}
}

func TestIfNoneMatchKeepsAChangeFromTheVersionsItNames(t *testing.T) {
	s := newStack(t)
	user := "/Users/" + s.made(t, "ada@acme.example", nil)
	group := "/Groups/" + fmt.Sprint(s.want(t, 201, "POST", "/Groups", team("Readers"))["id"])
	nobody := "/Users/005000000000000AAA"
	tag := s.tag(t, user)
	for _, test := range []struct {
		name, method, path string
		body               any
		headers            []string
		status             int
	}{
		{"a PUT of whatever is there", "PUT", user, person("ada@acme.example", nil), []string{"If-None-Match", "*"}, 412},
		{"a PATCH of whatever is there", "PATCH", user, titled("x"), []string{"If-None-Match", "*"}, 412},
		{"a DELETE of whatever is there", "DELETE", group, nil, []string{"If-None-Match", "*"}, 412},
		{"a PATCH of the version it is", "PATCH", user, titled("x"), []string{"If-None-Match", tag}, 412},
		{"a PATCH of the version it is, among others", "PATCH", user, titled("x"), []string{"If-None-Match", `"a", ` + tag}, 412},
		{"conflicting conditions", "PATCH", user, titled("x"), []string{"If-Match", tag, "If-None-Match", tag}, 412},
		{"conflicting conditions, the other way", "PATCH", user, titled("x"), []string{"If-Match", `"a"`, "If-None-Match", `"a"`}, 412},
		{"nobody, whom PUT does not make", "PUT", nobody, person("eve@acme.example", nil), []string{"If-None-Match", "*"}, 404},
		{"nobody, whom PUT does not make, of any version", "PUT", nobody, person("eve@acme.example", nil), []string{"If-Match", "*"}, 404},
		{"a POST, which has no version", "POST", "/Users", person("new@acme.example", nil), []string{"If-None-Match", "*"}, 201},
		{"a list, which has no version", "GET", "/Users", nil, []string{"If-None-Match", "*"}, 200},
		{"a GET of the version it is", "GET", user, nil, []string{"If-Match", tag, "If-None-Match", tag}, 304},
		{"a PATCH of another version", "PATCH", user, titled("y"), []string{"If-None-Match", `W/"a"`}, 200},
		{"a PUT of another version", "PUT", user, person("ada@acme.example", nil), []string{"If-Match", "*", "If-None-Match", `"a", "b"`}, 200},
		{"a PATCH of a group of another version", "PATCH", group, operations(map[string]any{"op": "replace", "path": "displayName", "value": "Writers"}), []string{"If-None-Match", `"a"`}, 204},
		{"a DELETE of another version", "DELETE", group, nil, []string{"If-None-Match", `"a"`}, 204},
		{"everything and more", "DELETE", user, nil, []string{"If-Match", `*, "a"`}, 400},
	} {
		if w := s.conditional(t, test.method, test.path, test.body, test.headers...); w.Code != test.status {
			t.Errorf("%s: %d, want %d: %s", test.name, w.Code, test.status, w.Body)
		}
	}
}

func TestAChangeOfTheVersionThatWasReadIsMade(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	user := "/Users/" + id
	group := "/Groups/" + fmt.Sprint(s.want(t, 201, "POST", "/Groups", team("Readers", id))["id"])
	join := operations(map[string]any{"op": "remove", "path": fmt.Sprintf("members[value eq %q]", id)})
	for i, test := range []struct {
		method, path string
		body         any
		read         string
		status       int
	}{
		{"PATCH", user, titled("a"), user, 200},
		{"PATCH", user, titled("b"), user + "?attributes=userName", 200},
		{"PATCH", user, none, user, 200},
		{"PUT", user, person("ada@acme.example", nil), user, 200},
		{"PATCH", group, join, group, 204},
		{"PATCH", group, join, group + "?excludedAttributes=members", 204},
		{"PATCH", group, none, group, 204},
		{"PUT", group, team("Readers", id), group, 200},
		{"GET", group, nil, group, 200},
		{"DELETE", group, nil, group, 204},
		{"DELETE", user, nil, user, 204},
	} {
		tag := s.tag(t, test.read)
		if i%2 == 1 {
			tag = `W/"other",` + strings.TrimPrefix(tag, "W/")
		}
		if w := s.conditional(t, test.method, test.path, test.body, "If-Match", tag); w.Code != test.status {
			t.Errorf("%s %s If-Match %s: %d %s", test.method, test.path, tag, w.Code, w.Body)
		}
	}
	other := s.made(t, "other@acme.example", nil)
	if w := s.conditional(t, "PATCH", "/Users/"+other, titled("x"), "If-Match", "*"); w.Code != 200 {
		t.Errorf("If-Match *: %d", w.Code)
	}
}

// The version that a change answers is that of the next GET.
func TestTheVersionThatAChangeAnswersIsThatOfTheNextGET(t *testing.T) {
	s := newStack(t)
	id := s.made(t, "ada@acme.example", nil)
	put := s.conditional(t, "PUT", "/Users/"+id, person("ada@acme.example", map[string]any{"title": "y"}))
	if got, want := put.Header().Get("ETag"), s.tag(t, "/Users/"+id); got != want {
		t.Errorf("PUT answers %s, a GET %s", got, want)
	}
	w := s.conditional(t, "PATCH", "/Users/"+id, titled("z"))
	if got, want := w.Header().Get("ETag"), s.tag(t, "/Users/"+id); got != want {
		t.Errorf("PATCH answers %s, a GET %s", got, want)
	}
	created := s.conditional(t, "POST", "/Groups", team("New ones", id))
	var o map[string]any
	must(t, json.Unmarshal(created.Body.Bytes(), &o))
	if got, want := created.Header().Get("ETag"), s.tag(t, fmt.Sprint("/Groups/", o["id"])); got != want {
		t.Errorf("POST of a group answers %s, a GET %s", got, want)
	}
}

func TestOfChangesToOneVersionOneIsMade(t *testing.T) {
	s := newStack(t)
	user := "/Users/" + s.made(t, "ada@acme.example", nil)
	tag := s.tag(t, user)
	var wait sync.WaitGroup
	statuses := make([]int, 8)
	for i := range statuses {
		wait.Go(func() {
			statuses[i] = s.conditional(t, "PATCH", user, titled(fmt.Sprint("title ", i)), "If-Match", tag).Code
		})
	}
	wait.Wait()
	made := 0
	for _, status := range statuses {
		if status == 200 {
			made++
		} else if status != 412 {
			t.Errorf("status %d", status)
		}
	}
	if made != 1 {
		t.Errorf("%d changes of one version were made: %v", made, statuses)
	}
}

// A resource has one version, wherever it is shown whole.
func TestTheVersionIsTheSameInEveryAnswer(t *testing.T) {
	s := newStack(t)
	manager := s.made(t, "boss@acme.example", nil)
	for path, body := range map[string]map[string]any{
		"/Users": person("Ada@ACME.example", map[string]any{
			"externalId": "00ADA", "displayName": "Ada L.", "title": "Countess",
			enterpriseURN: map[string]any{"manager": map[string]any{"value": manager}, "department": "Engines"},
		}),
		"/Groups": team("Readers", manager),
	} {
		w := s.conditional(t, "POST", path, body)
		made := decoded(t, w.Body.Bytes())
		at := path + "/" + fmt.Sprint(made["id"])
		tag := s.tag(t, at)
		listed := func(query string) any {
			for _, r := range s.want(t, 200, "GET", path+"?"+query, nil)["Resources"].([]any) {
				if r.(map[string]any)["id"] == made["id"] {
					return r.(map[string]any)["meta"].(map[string]any)["version"]
				}
			}
			return nil
		}
		for where, got := range map[string]any{
			"the answer to its POST": w.Header().Get("ETag"),
			"the body of its POST":   made["meta"].(map[string]any)["version"],
			"the list":               listed(""),
			"a list by its id":       listed(fmt.Sprintf("filter=id%%20eq%%20%%22%s%%22", made["id"])),
			"a list of versions":     listed("attributes=meta,groups,entitlements,members"),
			"a PATCH of nothing":     s.conditional(t, "PATCH", at+"?excludedAttributes=schemas", none).Header().Get("ETag"),
		} {
			if got != tag {
				t.Errorf("%s: %s has the version %v, a GET %s", at, where, got, tag)
			}
		}
	}
}

func decoded(t *testing.T, body []byte) (o map[string]any) {
	t.Helper()
	if err := json.Unmarshal(body, &o); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return o
}
