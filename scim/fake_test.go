package scim

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"

	"scimforce/oauth/idp"
	"scimforce/scim/directory"
	"scimforce/scim/patch"
	"scimforce/scim/resource"
)

const (
	userID  = "0055g00000AbCdEAAV"
	groupID = "00G5g00000XyZabEAB"

	userURN       = schema.UserSchema
	groupURN      = schema.GroupSchema
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// fake is a directory with one user and one group. What it was asked for last
// stands in its fields.
type fake struct {
	fail  error // answered by every verb when set
	panic any   // thrown by every verb when set
	block bool  // every verb waits for the end of its context

	users, groups []map[string]any

	want       directory.Want
	query      directory.Query
	sent       map[string]any
	operations []patch.Operation
	verbs      []string
}

var _ Directory = (*fake)(nil)

func newFake() *fake {
	return &fake{
		users: []map[string]any{{
			"schemas": []any{userURN, enterpriseURN}, "id": userID, "userName": "Ada@acme.example", "active": true,
			"name":   map[string]any{"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace"},
			"emails": []any{map[string]any{"value": "ada@acme.example", "type": "work", "primary": true}},
			"groups": []any{map[string]any{"value": groupID, "display": "Sales", "type": "direct"}},
			enterpriseURN: map[string]any{
				"department": "Engines",
				"manager":    map[string]any{"value": "0055g00000ZzZzZAAV", "displayName": "Charles Babbage"},
			},
			"meta": map[string]any{"resourceType": "User", "created": "2026-01-02T03:04:05Z", "version": `W/"7"`},
		}},
		groups: []map[string]any{{
			"schemas": []any{groupURN}, "id": groupID, "displayName": "Sales",
			"members": []any{
				map[string]any{"value": userID, "display": "Ada Lovelace", "type": "User"},
				map[string]any{"value": "00G5g00000NestedEAB", "display": "Nested", "type": "Group"},
			},
			"meta": map[string]any{"resourceType": "Group"},
		}},
	}
}

func (f *fake) did(ctx context.Context, verb string) error {
	f.verbs = append(f.verbs, verb)
	if f.panic != nil {
		panic(f.panic)
	}
	if f.block {
		<-ctx.Done()
		return fmt.Errorf("waiting: %w", ctx.Err())
	}
	return f.fail
}

func (f *fake) find(in []map[string]any, id string) (map[string]any, error) {
	for _, r := range in {
		if r["id"] == id {
			return r, nil
		}
	}
	return nil, fmt.Errorf("looking: %w", scimerrors.ScimErrorResourceNotFound(id))
}

func (f *fake) UserType(context.Context) (resource.Type, error) {
	return resource.Type{
		Name: "User", Endpoint: "/Users", Description: "A person.",
		Core: schema.CoreUserSchema(), Extensions: []schema.Schema{schema.ExtensionEnterpriseUser()},
	}, nil
}

func (f *fake) CurrentUserType(ctx context.Context) (resource.Type, error) { return f.UserType(ctx) }

func (f *fake) GroupType(context.Context) (resource.Type, error) {
	return resource.Type{Name: "Group", Endpoint: "/Groups", Core: schema.CoreGroupSchema()}, nil
}

func (f *fake) CreateUser(ctx context.Context, user map[string]any) (map[string]any, error) {
	f.sent = user
	return f.users[0], f.did(ctx, "CreateUser")
}

func (f *fake) User(ctx context.Context, id string, want directory.Want) (map[string]any, error) {
	f.want = want
	if err := f.did(ctx, "User"); err != nil {
		return nil, err
	}
	return f.find(f.users, id)
}

func (f *fake) Users(ctx context.Context, q directory.Query) (directory.Page, error) {
	f.query = q
	return directory.Page{Total: len(f.users), StartIndex: q.StartIndex, Resources: f.users[:min(len(f.users), q.Count)]}, f.did(ctx, "Users")
}

func (f *fake) ReplaceUser(ctx context.Context, id string, match directory.Condition, user map[string]any) (map[string]any, error) {
	f.sent = user
	if err := f.did(ctx, "ReplaceUser"); err != nil {
		return nil, err
	}
	return f.find(f.users, id)
}

func (f *fake) PatchUser(ctx context.Context, id string, match directory.Condition, operations []patch.Operation) (map[string]any, error) {
	f.operations = operations
	if err := f.did(ctx, "PatchUser"); err != nil {
		return nil, err
	}
	return f.find(f.users, id)
}

func (f *fake) DeleteUser(ctx context.Context, id string, match directory.Condition) error {
	if err := f.did(ctx, "DeleteUser"); err != nil {
		return err
	}
	_, err := f.find(f.users, id)
	return err
}

func (f *fake) CreateGroup(ctx context.Context, group map[string]any) (map[string]any, error) {
	f.sent = group
	return f.groups[0], f.did(ctx, "CreateGroup")
}

func (f *fake) Group(ctx context.Context, id string, want directory.Want) (map[string]any, error) {
	f.want = want
	if err := f.did(ctx, "Group"); err != nil {
		return nil, err
	}
	return f.find(f.groups, id)
}

func (f *fake) Groups(ctx context.Context, q directory.Query) (directory.Page, error) {
	f.query = q
	return directory.Page{Total: len(f.groups), StartIndex: q.StartIndex, Resources: f.groups[:min(len(f.groups), q.Count)]}, f.did(ctx, "Groups")
}

func (f *fake) ReplaceGroup(ctx context.Context, id string, match directory.Condition, group map[string]any) (map[string]any, error) {
	f.sent = group
	if err := f.did(ctx, "ReplaceGroup"); err != nil {
		return nil, err
	}
	return f.find(f.groups, id)
}

func (f *fake) PatchGroup(ctx context.Context, id string, match directory.Condition, operations []patch.Operation, want directory.Want) (map[string]any, error) {
	f.operations, f.want = operations, want
	if err := f.did(ctx, "PatchGroup"); err != nil {
		return nil, err
	}
	return f.find(f.groups, id)
}

func (f *fake) DeleteGroup(ctx context.Context, id string, match directory.Condition) error {
	if err := f.did(ctx, "DeleteGroup"); err != nil {
		return err
	}
	_, err := f.find(f.groups, id)
	return err
}

// newServer is a handler over d whose only token is "secret".
func newServer(t testing.TB, d Directory, change ...func(*Config)) http.Handler {
	t.Helper()
	c := Config{
		Directory: d,
		Authenticate: func(r *http.Request) (idp.Caller, error) {
			if r.Header.Get("Authorization") != "Bearer secret" {
				return idp.Caller{}, &idp.RefusedError{Detail: "That is no token.", Challenges: []string{"Bearer", "Basic"}}
			}
			return idp.Caller{Credential: "okta", Connection: "default", Scope: idp.ScopeAll}, nil
		},
		BaseURL: "https://bridge.example/scim/v2",
		Logger:  slog.New(slog.DiscardHandler),
	}
	for _, f := range change {
		f(&c)
	}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// request makes a request with a good token; headers come in pairs and "" as a
// value takes a header away.
func request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer secret")
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// serve runs one request.
func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// object decodes the body of an answer.
func object(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
		t.Fatalf("status %d, the body is no JSON object: %v\n%s", w.Code, err, w.Body)
	}
	return o
}

// wantError checks that an answer is a SCIM error in every respect and returns
// its detail.
func wantError(t *testing.T, w *httptest.ResponseRecorder, status int, scimType string) string {
	t.Helper()
	if w.Code != status {
		t.Errorf("status is %d, want %d: %s", w.Code, status, w.Body)
	}
	if got := w.Header().Get("Content-Type"); got != "application/scim+json" {
		t.Errorf("content type is %q", got)
	}
	o := object(t, w)
	if got := fmt.Sprint(o["schemas"]); got != "[urn:ietf:params:scim:api:messages:2.0:Error]" {
		t.Errorf("schemas are %s", got)
	}
	if got := o["status"]; got != fmt.Sprint(status) {
		t.Errorf("the status in the body is %#v, want the string %q", got, fmt.Sprint(status))
	}
	if got, _ := o["scimType"].(string); got != scimType {
		t.Errorf("scimType is %q, want %q", got, scimType)
	}
	if _, ok := o["scimType"]; ok && scimType == "" {
		t.Error("scimType is there although there is none to give")
	}
	detail, _ := o["detail"].(string)
	if detail == "" {
		t.Error("there is no detail")
	}
	return detail
}
