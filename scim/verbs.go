package scim

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"scimforce/scim/audit"
	"scimforce/scim/directory"
	"scimforce/scim/forgive"
	"scimforce/scim/patch"
	"scimforce/scim/resource"
)

// kind is a resource type with its verbs: Users and Groups differ in nothing
// else here.
type kind struct {
	typ func(context.Context) (resource.Type, error)
	// want says what must be read for a projection.
	want func(projection) directory.Want

	create  func(context.Context, map[string]any) (map[string]any, error)
	get     func(context.Context, string, directory.Want) (map[string]any, error)
	list    func(context.Context, directory.Query) (directory.Page, error)
	replace func(context.Context, string, directory.Condition, map[string]any) (map[string]any, error)
	patch   func(context.Context, string, directory.Condition, []patch.Operation, directory.Want) (map[string]any, error)
	remove  func(context.Context, string, directory.Condition) error

	// patchBody says that a PATCH is answered with the resource also when the
	// client did not choose attributes. Okta's older tests want it of a user;
	// Entra advises against it for a group, whose members may be many.
	patchBody bool
}

// users are the people.
func users(d Directory) kind {
	return kind{
		typ: d.UserType,
		want: func(p projection) directory.Want {
			return directory.Want{Access: p.shows("groups") || p.shows("entitlements"), Attributes: p.attributes()}
		},
		create: d.CreateUser, get: d.User, list: d.Users, replace: d.ReplaceUser, remove: d.DeleteUser,
		patch: func(ctx context.Context, id string, match directory.Condition, operations []patch.Operation, _ directory.Want) (map[string]any, error) {
			return d.PatchUser(ctx, id, match, operations)
		},
		patchBody: true,
	}
}

// groups are the kinds of access.
func groups(d Directory) kind {
	return kind{
		typ:    d.GroupType,
		want:   func(p projection) directory.Want { return directory.Want{Members: p.shows("members")} },
		create: d.CreateGroup, get: d.Group, list: d.Groups, replace: d.ReplaceGroup, remove: d.DeleteGroup,
		patch: d.PatchGroup,
	}
}

// verb answers one request whose credential is good.
type verb func(w http.ResponseWriter, r *http.Request, c *call) (answer, error)

// ask is one request about one resource, or about one to be made, whether
// it came by itself or within a bulk.
type ask struct {
	method string
	// id of the resource; "" for a POST.
	id string
	// body as its client meant it (forgive.Body); nil where the method has none.
	body map[string]any
	// match is what a change requires of the resource's version.
	match directory.Condition
	// known are the versions that the client has already: a GET need not show
	// them, and a change must not be made to them.
	known directory.Condition
	shown projection
	// base is the URL that locations start with.
	base string
}

// perform does one request.
func (k kind) perform(ctx context.Context, q ask) (answer, error) {
	var err error
	if q.match, err = k.unlessKnown(ctx, q); err != nil {
		return answer{}, err
	}
	switch q.method {
	case http.MethodPost:
		return k.make(ctx, q)
	case http.MethodPut:
		return k.put(ctx, q)
	case http.MethodPatch:
		return k.modify(ctx, q)
	case http.MethodDelete:
		return k.erase(ctx, q)
	default:
		return k.read(ctx, q)
	}
}

// verb is perform for a request over HTTP.
func (k kind) verb(w http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	typ, err := k.typ(r.Context())
	if err != nil {
		return answer{}, err
	}
	parameters, err := readParameters(r.URL.RawQuery)
	if err != nil {
		return answer{}, err
	}
	q := ask{method: r.Method, id: chi.URLParam(r, "id"), shown: readProjection(parameters, typ), base: c.base}
	if q.match, q.known, err = readConditions(r); err != nil {
		return answer{}, err
	}
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		body, err := readBody(w, r, c.maxBody)
		if err != nil {
			return answer{}, err
		}
		q.body = forgiven(r.Context(), typ, r.Method, body)
	}
	return k.perform(r.Context(), q)
}

// read answers GET on a resource.
func (k kind) read(ctx context.Context, q ask) (answer, error) {
	found, err := k.matching(ctx, q, k.want(q.shown))
	if err != nil {
		return answer{}, err
	}
	if len(q.known) > 0 && q.known.Is(version(found)) {
		return answer{status: http.StatusNotModified, version: version(found)}, nil
	}
	return q.show(found, http.StatusOK), nil
}

// matching reads the resource of a request that changes nothing, and refuses it
// unless the version is one that the request requires.
func (k kind) matching(ctx context.Context, q ask, want directory.Want) (map[string]any, error) {
	if len(q.match) > 0 {
		want.Access, want.Members = true, true // what the version may be of
	}
	found, err := k.get(ctx, q.id, want)
	if err == nil && !q.match.Holds(version(found)) {
		err = refuse(http.StatusPreconditionFailed, "", "The version of the resource is %s, and none of those in If-Match.", version(found))
	}
	return found, err
}

// make answers POST on the endpoint.
func (k kind) make(ctx context.Context, q ask) (answer, error) {
	sent, err := q.sent()
	if err != nil {
		return answer{}, err
	}
	made, err := k.create(ctx, sent)
	if err != nil {
		return answer{}, err
	}
	q.shown = q.shown.having(sent)
	a := q.show(made, http.StatusCreated)
	a.id, _ = made["id"].(string)
	a.location = location(q.base, q.shown.typ.Endpoint, a.id)
	return a, nil
}

// put answers PUT on a resource.
func (k kind) put(ctx context.Context, q ask) (answer, error) {
	sent, err := q.sent()
	if err != nil {
		return answer{}, err
	}
	now, err := k.replace(ctx, q.id, q.match, sent)
	if err != nil {
		return answer{}, err
	}
	q.shown = q.shown.having(sent)
	return q.show(now, http.StatusOK), nil
}

// modify answers PATCH on a resource.
func (k kind) modify(ctx context.Context, q ask) (answer, error) {
	operations, ignored, err := patch.Parse(q.body, q.shown.typ)
	if err != nil {
		return answer{}, err
	}
	for _, what := range ignored {
		audit.Note(ctx, "ignored: "+what)
	}
	withBody := k.patchBody || q.shown.asked()
	q.shown = q.shown.changing(operations)
	var want directory.Want
	if withBody {
		want = k.want(q.shown)
	}
	var now map[string]any
	if len(operations) == 0 {
		// Microsoft's validator sends an empty list and must not be refused;
		// the resource must exist all the same.
		now, err = k.matching(ctx, q, want)
	} else {
		now, err = k.patch(ctx, q.id, q.match, operations, want)
	}
	if err != nil {
		return answer{}, err
	}
	if !withBody {
		// Without its members a group's version is not that of the group as a
		// GET shows it.
		return answer{status: http.StatusNoContent}, nil
	}
	return q.show(now, http.StatusOK), nil
}

// erase answers DELETE on a resource.
func (k kind) erase(ctx context.Context, q ask) (answer, error) {
	if err := k.remove(ctx, q.id, q.match); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, nil
}

// sent is the resource in a POST or PUT: canonical, complete.
func (q ask) sent() (map[string]any, error) {
	sent, err := q.shown.typ.Canonical(q.body)
	if err != nil {
		return nil, err
	}
	if err := q.shown.typ.Required(sent); err != nil {
		return nil, err
	}
	return sent, nil
}

// show makes the answer that holds one resource.
func (q ask) show(found map[string]any, status int) answer {
	return answer{
		status:  status,
		body:    q.shown.apply(locate(found, q.shown.typ.Endpoint, q.base)),
		version: version(found),
	}
}

// forgiven repairs in a body what its client is known to get wrong; each repair
// is noted for the audit.
func forgiven(ctx context.Context, typ resource.Type, method string, body map[string]any) map[string]any {
	for _, rule := range forgive.Body(typ, method, body) {
		audit.Note(ctx, "forgiven: "+rule)
	}
	return body
}
