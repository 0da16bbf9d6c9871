package scim

import (
	"context"
	"fmt"
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
	typ func() resource.Type
	// want says what must be read for a projection.
	want func(projection) directory.Want

	create  func(context.Context, map[string]any) (map[string]any, error)
	get     func(context.Context, string, directory.Want) (map[string]any, error)
	list    func(context.Context, directory.Query) (directory.Page, error)
	replace func(context.Context, string, map[string]any) (map[string]any, error)
	patch   func(context.Context, string, []patch.Operation, directory.Want) (map[string]any, error)
	remove  func(context.Context, string) error

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
			return directory.Want{Access: p.shows("groups") || p.shows("entitlements")}
		},
		create: d.CreateUser, get: d.User, list: d.Users, replace: d.ReplaceUser, remove: d.DeleteUser,
		patch: func(ctx context.Context, id string, operations []patch.Operation, _ directory.Want) (map[string]any, error) {
			return d.PatchUser(ctx, id, operations)
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

// readList answers GET on the endpoint.
func (k kind) readList(_ http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	parameters, err := readParameters(r.URL.RawQuery)
	if err != nil {
		return answer{}, err
	}
	asked, err := readList(parameters)
	if err != nil {
		return answer{}, err
	}
	typ := k.typ()
	shown := readProjection(parameters, typ)
	query := directory.Query{Filter: asked.filter, StartIndex: asked.startIndex, Count: asked.count}
	if asked.count > 0 {
		query.Want = k.want(shown)
	}
	page, err := k.list(r.Context(), query)
	if err != nil {
		return answer{}, err
	}
	resources := make([]map[string]any, len(page.Resources))
	for i, found := range page.Resources {
		resources[i] = shown.apply(locate(found, typ.Endpoint, c.base))
	}
	return answer{status: http.StatusOK, body: newList(page.Total, asked.startIndex, resources)}, nil
}

// read answers GET on a resource.
func (k kind) read(_ http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	shown, err := k.projection(r)
	if err != nil {
		return answer{}, err
	}
	found, err := k.get(r.Context(), chi.URLParam(r, "id"), k.want(shown))
	if err != nil {
		return answer{}, err
	}
	return k.show(found, shown, c, http.StatusOK), nil
}

// make answers POST on the endpoint.
func (k kind) make(w http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	shown, sent, err := k.sent(w, r, c)
	if err != nil {
		return answer{}, err
	}
	made, err := k.create(r.Context(), sent)
	if err != nil {
		return answer{}, err
	}
	a := k.show(made, shown, c, http.StatusCreated)
	a.id, _ = made["id"].(string)
	a.location = location(c.base, k.typ().Endpoint, a.id)
	return a, nil
}

// put answers PUT on a resource.
func (k kind) put(w http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	shown, sent, err := k.sent(w, r, c)
	if err != nil {
		return answer{}, err
	}
	now, err := k.replace(r.Context(), chi.URLParam(r, "id"), sent)
	if err != nil {
		return answer{}, err
	}
	return k.show(now, shown, c, http.StatusOK), nil
}

// modify answers PATCH on a resource.
func (k kind) modify(w http.ResponseWriter, r *http.Request, c *call) (answer, error) {
	shown, err := k.projection(r)
	if err != nil {
		return answer{}, err
	}
	typ := k.typ()
	body, err := c.forgiven(w, r, typ)
	if err != nil {
		return answer{}, err
	}
	operations, err := patch.Parse(body, typ)
	if err != nil {
		return answer{}, err
	}
	withBody := k.patchBody || shown.asked()
	var want directory.Want
	if withBody {
		want = k.want(shown)
	}
	id := chi.URLParam(r, "id")
	var now map[string]any
	if len(operations) == 0 {
		// Microsoft's validator sends an empty list and must not be refused;
		// the resource must exist all the same.
		now, err = k.get(r.Context(), id, want)
	} else {
		now, err = k.patch(r.Context(), id, operations, want)
	}
	if err != nil {
		return answer{}, err
	}
	if !withBody {
		return answer{status: http.StatusNoContent, version: version(now)}, nil
	}
	return k.show(now, shown, c, http.StatusOK), nil
}

// erase answers DELETE on a resource.
func (k kind) erase(_ http.ResponseWriter, r *http.Request, _ *call) (answer, error) {
	if err := k.remove(r.Context(), chi.URLParam(r, "id")); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, nil
}

// projection reads what the client wants to see of one resource.
func (k kind) projection(r *http.Request) (projection, error) {
	parameters, err := readParameters(r.URL.RawQuery)
	if err != nil {
		return projection{}, err
	}
	return readProjection(parameters, k.typ()), nil
}

// sent reads the resource in a POST or PUT: forgiven, canonical, complete.
func (k kind) sent(w http.ResponseWriter, r *http.Request, c *call) (projection, map[string]any, error) {
	shown, err := k.projection(r)
	if err != nil {
		return projection{}, nil, err
	}
	typ := k.typ()
	body, err := c.forgiven(w, r, typ)
	if err != nil {
		return projection{}, nil, err
	}
	sent, err := typ.Canonical(body)
	if err != nil {
		return projection{}, nil, err
	}
	if err := typ.Required(sent); err != nil {
		return projection{}, nil, err
	}
	return shown, sent, nil
}

// forgiven reads the body and repairs what its client is known to get wrong;
// each repair is noted for the audit.
func (c *call) forgiven(w http.ResponseWriter, r *http.Request, typ resource.Type) (map[string]any, error) {
	body, err := readBody(w, r, c.maxBody)
	if err != nil {
		return nil, err
	}
	body, rules := forgive.Body(typ.Name, typ, r.Method, body)
	for _, rule := range rules {
		audit.Note(r.Context(), "forgiven: "+rule)
	}
	return body, nil
}

// show makes the answer that holds one resource.
func (k kind) show(found map[string]any, shown projection, c *call, status int) answer {
	return answer{
		status:  status,
		body:    shown.apply(locate(found, k.typ().Endpoint, c.base)),
		version: version(found),
	}
}

// notHere answers what RFC 7644 knows and this server does not do: 501.
func notHere(what string) verb {
	return func(http.ResponseWriter, *http.Request, *call) (answer, error) {
		return answer{}, refuse(http.StatusNotImplemented, "", "%s", fmt.Sprintf("This server does not do %s; /ServiceProviderConfig says what it does.", what))
	}
}
