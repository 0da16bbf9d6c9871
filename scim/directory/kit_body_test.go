package directory

import (
	"fmt"
	"strings"

	"scimforce/scim/filter"
	"scimforce/scim/mapping"
	"scimforce/scim/patch"
)

// user is a body as an IdP sends it, in canonical form.
func user(name string, more ...map[string]any) map[string]any {
	u := map[string]any{
		"schemas":  []any{mapping.UserURN},
		"userName": name,
		"name":     map[string]any{"givenName": "Given", "familyName": "Family"},
		"emails":   []any{map[string]any{"value": strings.ToLower(name), "type": "work", "primary": true}},
		"active":   true,
	}
	for _, m := range more {
		for k, v := range m {
			u[k] = v
		}
	}
	return u
}

func (h *house) create(body map[string]any) map[string]any {
	h.t.Helper()
	r, err := h.CreateUser(h.t.Context(), body)
	if err != nil {
		h.t.Fatalf("create %v: %v", body["userName"], err)
	}
	return r
}

func (h *house) get(id string) map[string]any {
	h.t.Helper()
	r, err := h.User(h.t.Context(), id, Want{Access: true})
	if err != nil {
		h.t.Fatalf("get %s: %v", id, err)
	}
	return r
}

// operations parses a PATCH body's operations.
func (h *house) operations(group bool, ops ...map[string]any) []patch.Operation {
	h.t.Helper()
	list := make([]any, len(ops))
	for i, o := range ops {
		list[i] = o
	}
	t := h.mapping.User()
	if group {
		t = h.mapping.Group()
	}
	parsed, _, err := patch.Parse(map[string]any{
		"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": list,
	}, t)
	if err != nil {
		h.t.Fatalf("parse %v: %v", ops, err)
	}
	return parsed
}

func replace(path string, value any) map[string]any {
	return map[string]any{"op": "replace", "path": path, "value": value}
}

func (h *house) patch(id string, ops ...map[string]any) (map[string]any, error) {
	h.t.Helper()
	return h.PatchUser(h.t.Context(), id, nil, h.operations(false, ops...))
}

func (h *house) find(text string, count int) Page {
	h.t.Helper()
	q := Query{StartIndex: 1, Count: count}
	if text != "" {
		e, err := filter.Parse(text)
		if err != nil {
			h.t.Fatal(err)
		}
		q.Filter = e
	}
	p, err := h.Users(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("filter %s: %v", text, err)
	}
	return p
}

func ids(p Page) []string {
	var all []string
	for _, r := range p.Resources {
		all = append(all, id(r))
	}
	return all
}

func id(r map[string]any) string {
	s, _ := r["id"].(string)
	return s
}

// at reads a path of nested objects.
func at(r map[string]any, path ...string) any {
	var v any = r
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func text(v any) string { return fmt.Sprint(v) }
