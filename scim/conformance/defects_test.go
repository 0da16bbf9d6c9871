package conformance

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"scimforce/scim/scimtest"
)

// defect is a fault planted between the client and a bridge that has none.
type defect struct {
	name string
	// noticed is the check that must fail.
	noticed string
	// plant stands before the bridge.
	plant func(bridge http.Handler) http.Handler
}

func TestEveryPlantedDefectIsNoticed(t *testing.T) {
	all := map[string]func(*client){}
	for _, check := range checks() {
		all[check.name] = check.run
	}
	for _, d := range defects() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			run := all[d.noticed]
			if run == nil {
				t.Fatalf("there is no check %q", d.noticed)
			}
			s := scimtest.New(t, seats, func(c *scimtest.Config) { c.Wrap = d.plant })
			if why := violated(newClient(s), run); why == "" {
				t.Errorf("nothing is wrong, says %q", d.noticed)
			} else {
				t.Log(why)
			}
		})
	}
}

// defects are those that every public suite or most of them miss, and more of
// the kind.
func defects() []defect {
	user := func(change func(object)) func(http.Handler) http.Handler { return answered("/Users/", change) }
	return []defect{
		{"a PUT merges", "a PUT clears what it leaves out", merging},
		{"a PATCH that replaces appends", "a PATCH that replaces a multi-valued attribute leaves nothing of it", operation("replace", "phoneNumbers", func(o object) { o["op"] = "add" })},
		{"a key of a body is misspelt", "a resource has the attributes that were sent, under their names", user(func(r object) { rename(r, "phoneNumbers", "phonenumbers") })},
		{"an attribute of an extension stands at the top", "a resource has the attributes that were sent, under their names", user(func(r object) {
			if e, ok := r[enterpriseURN].(object); ok {
				maps.Copy(r, e)
				delete(r, enterpriseURN)
			}
		})},
		{"removing one member removes all", "removing one member leaves the others", operation("remove", "members", func(o object) { o["path"] = "members"; delete(o, "value") })},
		{"adding one member replaces all", "adding one member keeps the others", operation("add", "members", func(o object) { o["op"] = "replace" })},
		{"filters are ignored", "a filter is heeded", query(func(name string) bool { return name == "filter" })},
		{"nothing satisfies a filter on emails", "a filter is heeded", func(bridge http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				q := r.URL.Query()
				if f := q.Get("filter"); strings.HasPrefix(f, "emails") {
					q.Set("filter", `userName eq "nobody@acme.example"`)
					r.URL.RawQuery = q.Encode()
				}
				bridge.ServeHTTP(w, r)
			})
		}},
		{"a DELETE of nobody is a 204", "a DELETE of nobody is a 404", status(http.MethodDelete, http.StatusNotFound, http.StatusNoContent)},
		{"userName comes back in lower case", "userName is compared without regard to case, and comes back as it was sent", user(lowerName)},
		{"somebody who is there already is a 200", "Okta, SPEC: a created user is complete, is found and is created once", status(http.MethodPost, http.StatusConflict, http.StatusOK)},
		{"a deactivated user is gone", "a deactivated user stays readable", hide(func(r object) bool { return r["active"] == false })},
		{"a PATCH of a user has no answer", "a PATCH of a user answers with the user, one of a group with nothing unless attributes are asked for", status(http.MethodPatch, http.StatusOK, http.StatusNoContent)},
		{"an extension is required", "no extension is required", listed("/ResourceTypes", func(r object) {
			if e, ok := r["schemaExtensions"].([]any); ok {
				e[0].(object)["required"] = true
			}
		})},
		{"all schemas are named whether they are used or not", "no extension is required", user(func(r object) { r["schemas"] = []any{userURN, enterpriseURN} })},
		{"a password comes back", "a password never comes back", user(func(r object) { r["password"] = "Correct-Horse-1" })},
		{"startIndex is ignored", "pages are cut where the client says", query(func(name string) bool { return name == "startIndex" })},
		{"totalResults is that of the page", "pages are cut where the client says", list(func(l object) { l["totalResults"] = l["itemsPerPage"] })},
		{"excludedAttributes is ignored", "attributes are left out where the client says", query(func(name string) bool { return name == "excludedAttributes" })},
		{"attributes is ignored", "attributes are left out where the client says", query(func(name string) bool { return name == "attributes" })},
		{"meta.location is relative", "a created resource says where it is", user(func(r object) {
			about, _ := r["meta"].(object)
			about["location"] = "/Users/" + r["id"].(string)
		})},
		{"an answer tells Salesforce's value", "what a client reads and sends back changes nothing", user(func(r object) {
			if r["displayName"] == "Ada L." && r["title"] == "Countess" {
				r["displayName"] = "Ada Lovelace"
			}
		})},
		{"a deleted user is revived as another", "a deleted user is gone, and comes back under his id", func(bridge http.Handler) http.Handler {
			n := 0
			return answered("/Users", func(r object) {
				if n++; n > 1 {
					r["id"] = "005000000000000AAA"
				}
			})(bridge)
		}},
		{"a deleted user can be read", "a deleted user is gone, and comes back under his id", func(bridge http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete {
					w.WriteHeader(http.StatusNoContent)
					return
				}
				bridge.ServeHTTP(w, r)
			})
		}},
		{"numbers of a list are strings", "Okta, SPEC: a list of one user has all that an import needs", list(func(l object) { l["totalResults"] = "3" })},
		{"Resources is null", "Okta, SPEC: nobody and nothing are told as Okta expects", list(func(l object) {
			if n, _ := l["Resources"].([]any); len(n) == 0 {
				l["Resources"] = nil
			}
		})},
		{"an error's status is a number", "Okta, SPEC: without the token the answer is a SCIM error", failures(func(e object) { e["status"], _ = strconv.Atoi(e["status"].(string)) })},
		{"an error has no detail", "Okta, SPEC: nobody and nothing are told as Okta expects", failures(func(e object) { delete(e, "detail") })},
		{"a PATCH without a path replaces the whole user", "Okta, CRUD: assigned, renamed, deactivated, reactivated, unassigned, by PATCH", whole},
		{"active of a PUT is not heeded", "Okta, CRUD: assigned, renamed, deactivated, reactivated, unassigned, by PUT", sent(http.MethodPut, func(b object) { b["active"] = true })},
	}
}

// sent changes the body of requests before the bridge reads it.
func sent(method string, change func(object)) func(http.Handler) http.Handler {
	return func(bridge http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method {
				data, _ := io.ReadAll(r.Body)
				var b object
				if json.Unmarshal(data, &b) == nil {
					change(b)
					data, _ = json.Marshal(b)
				}
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
			}
			bridge.ServeHTTP(w, r)
		})
	}
}

// operation changes the PATCH operations of a kind whose path begins so.
func operation(op, path string, change func(object)) func(http.Handler) http.Handler {
	return sent(http.MethodPatch, func(b object) {
		for _, o := range b["Operations"].([]any) {
			o := o.(object)
			at, _ := o["path"].(string)
			if strings.EqualFold(o["op"].(string), op) && strings.HasPrefix(at, path) {
				change(o)
			}
		}
	})
}

// whole makes of a path-less PATCH a PUT of nothing but its value and the name.
func whole(bridge http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch && strings.HasPrefix(r.URL.Path, "/Users/") {
			at := httptest.NewRecorder()
			get := r.Clone(r.Context())
			get.Method, get.Body = http.MethodGet, http.NoBody
			bridge.ServeHTTP(at, get)
			var now, patch object
			_ = json.Unmarshal(at.Body.Bytes(), &now)
			data, _ := io.ReadAll(r.Body)
			_ = json.Unmarshal(data, &patch)
			body := object{"schemas": now["schemas"], "userName": now["userName"], "name": object{"familyName": "Replaced"}}
			if value, ok := patch["Operations"].([]any)[0].(object)["value"].(object); ok {
				maps.Copy(body, value)
			}
			data, _ = json.Marshal(body)
			r.Method, r.Body, r.ContentLength = http.MethodPut, io.NopCloser(bytes.NewReader(data)), int64(len(data))
		}
		bridge.ServeHTTP(w, r)
	})
}

// merging makes of a PUT one of what is there, overwritten by what is sent.
func merging(bridge http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			at := httptest.NewRecorder()
			get := r.Clone(r.Context())
			get.Method, get.Body = http.MethodGet, http.NoBody
			bridge.ServeHTTP(at, get)
			var body object
			_ = json.Unmarshal(at.Body.Bytes(), &body)
			data, _ := io.ReadAll(r.Body)
			_ = json.Unmarshal(data, &body)
			data, _ = json.Marshal(body)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
		}
		bridge.ServeHTTP(w, r)
	})
}

// query takes parameters away.
func query(away func(name string) bool) func(http.Handler) http.Handler {
	return func(bridge http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			maps.DeleteFunc(q, func(name string, _ []string) bool { return away(name) })
			r.URL.RawQuery = q.Encode()
			bridge.ServeHTTP(w, r)
		})
	}
}

// rewritten hands the answer to change before the client has it.
func rewritten(bridge http.Handler, change func(*http.Request, *httptest.ResponseRecorder, object)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := httptest.NewRecorder()
		bridge.ServeHTTP(got, r)
		var body object
		if json.Unmarshal(got.Body.Bytes(), &body) == nil {
			change(r, got, body)
			got.Body.Reset()
			_ = json.NewEncoder(got.Body).Encode(body)
		} else {
			change(r, got, nil)
		}
		maps.Copy(w.Header(), got.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(got.Code)
		if got.Code != http.StatusNoContent {
			_, _ = w.Write(got.Body.Bytes())
		}
	})
}

// answered changes single resources whose path begins so, also one just made.
func answered(prefix string, change func(object)) func(http.Handler) http.Handler {
	return func(bridge http.Handler) http.Handler {
		return rewritten(bridge, func(r *http.Request, got *httptest.ResponseRecorder, body object) {
			if got.Code < 300 && body["id"] != nil && strings.HasPrefix(r.URL.Path+"/", prefix) {
				change(body)
			}
		})
	}
}

// list changes list responses.
func list(change func(object)) func(http.Handler) http.Handler {
	return func(bridge http.Handler) http.Handler {
		return rewritten(bridge, func(_ *http.Request, _ *httptest.ResponseRecorder, body object) {
			if body["totalResults"] != nil {
				change(body)
			}
		})
	}
}

// listed changes each resource of lists at a path.
func listed(path string, change func(object)) func(http.Handler) http.Handler {
	return func(bridge http.Handler) http.Handler {
		return rewritten(bridge, func(r *http.Request, _ *httptest.ResponseRecorder, body object) {
			resources, _ := body["Resources"].([]any)
			for _, resource := range resources {
				if r.URL.Path == path {
					change(resource.(object))
				}
			}
		})
	}
}

// failures changes SCIM errors.
func failures(change func(object)) func(http.Handler) http.Handler {
	return func(bridge http.Handler) http.Handler {
		return rewritten(bridge, func(_ *http.Request, got *httptest.ResponseRecorder, body object) {
			if got.Code >= 400 && body != nil {
				change(body)
			}
		})
	}
}

// status answers a method with another status.
func status(method string, from, to int) func(http.Handler) http.Handler {
	return func(bridge http.Handler) http.Handler {
		return rewritten(bridge, func(r *http.Request, got *httptest.ResponseRecorder, _ object) {
			if r.Method == method && got.Code == from {
				got.Code = to
			}
		})
	}
}

// hide answers a GET of a resource with 404, and leaves it out of lists.
func hide(gone func(object) bool) func(http.Handler) http.Handler {
	return func(bridge http.Handler) http.Handler {
		return rewritten(bridge, func(r *http.Request, got *httptest.ResponseRecorder, body object) {
			if r.Method == http.MethodGet && body["id"] != nil && gone(body) {
				got.Code = http.StatusNotFound
			}
			if resources, ok := body["Resources"].([]any); ok {
				body["Resources"] = slices.DeleteFunc(resources, func(r any) bool { return gone(r.(object)) })
			}
		})
	}
}

func rename(r object, from, to string) {
	if value, ok := r[from]; ok {
		delete(r, from)
		r[to] = value
	}
}

func lowerName(r object) {
	name, _ := r["userName"].(string)
	r["userName"] = strings.ToLower(name)
}
