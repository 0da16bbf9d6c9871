package main

import (
	"context"

	"scimforce/oauth"
	"scimforce/scim"
	"scimforce/scim/directory"
	"scimforce/scim/mapping"
	"scimforce/scim/patch"
	"scimforce/scim/resource"
)

// dispatcher is the Directory of all connections: each request goes to that of
// its caller. One that is not connected is a *oauth.GrantLostError, which the
// door answers with 503: the identity provider comes again.
type dispatcher struct {
	connections *connections
	mapping     *mapping.Mapping // for the schemas of one that is not connected
}

var _ scim.Directory = dispatcher{}

// asCaller runs f on the caller's directory, which stays open until f is back.
func asCaller[T any](ctx context.Context, d dispatcher, f func(*directory.Directory) (T, error)) (T, error) {
	caller, _ := scim.CallerFrom(ctx)
	lent, done, ok := d.connections.use(caller.Connection)
	if !ok {
		var none T
		return none, &oauth.GrantLostError{
			Code: "no_grant", Description: "an administrator must connect " + caller.Connection + " in the bridge's console",
		}
	}
	defer done()
	return f(lent.directory)
}

func (d dispatcher) UserType(ctx context.Context) (resource.Type, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (resource.Type, error) { return to.UserType(ctx) })
}

func (d dispatcher) CurrentUserType(ctx context.Context) (resource.Type, error) {
	t, err := asCaller(ctx, d, func(to *directory.Directory) (resource.Type, error) { return to.CurrentUserType(ctx) })
	if t.Name == "" { // not connected
		t = d.mapping.User()
	}
	return t, err
}

func (d dispatcher) GroupType(context.Context) (resource.Type, error) { return d.mapping.Group(), nil }

func (d dispatcher) CreateUser(ctx context.Context, user map[string]any) (map[string]any, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (map[string]any, error) { return to.CreateUser(ctx, user) })
}

func (d dispatcher) User(ctx context.Context, id string, want directory.Want) (map[string]any, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (map[string]any, error) { return to.User(ctx, id, want) })
}

func (d dispatcher) Users(ctx context.Context, q directory.Query) (directory.Page, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (directory.Page, error) { return to.Users(ctx, q) })
}

func (d dispatcher) ReplaceUser(ctx context.Context, id string, match directory.Condition, user map[string]any) (map[string]any, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (map[string]any, error) { return to.ReplaceUser(ctx, id, match, user) })
}

func (d dispatcher) PatchUser(ctx context.Context, id string, match directory.Condition, operations []patch.Operation) (map[string]any, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (map[string]any, error) { return to.PatchUser(ctx, id, match, operations) })
}

func (d dispatcher) DeleteUser(ctx context.Context, id string, match directory.Condition) error {
	_, err := asCaller(ctx, d, func(to *directory.Directory) (struct{}, error) { return struct{}{}, to.DeleteUser(ctx, id, match) })
	return err
}

func (d dispatcher) CreateGroup(ctx context.Context, group map[string]any) (map[string]any, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (map[string]any, error) { return to.CreateGroup(ctx, group) })
}

func (d dispatcher) Group(ctx context.Context, id string, want directory.Want) (map[string]any, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (map[string]any, error) { return to.Group(ctx, id, want) })
}

func (d dispatcher) Groups(ctx context.Context, q directory.Query) (directory.Page, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (directory.Page, error) { return to.Groups(ctx, q) })
}

func (d dispatcher) ReplaceGroup(ctx context.Context, id string, match directory.Condition, group map[string]any) (map[string]any, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (map[string]any, error) { return to.ReplaceGroup(ctx, id, match, group) })
}

func (d dispatcher) PatchGroup(ctx context.Context, id string, match directory.Condition, operations []patch.Operation, want directory.Want) (map[string]any, error) {
	return asCaller(ctx, d, func(to *directory.Directory) (map[string]any, error) {
		return to.PatchGroup(ctx, id, match, operations, want)
	})
}

func (d dispatcher) DeleteGroup(ctx context.Context, id string, match directory.Condition) error {
	_, err := asCaller(ctx, d, func(to *directory.Directory) (struct{}, error) { return struct{}{}, to.DeleteGroup(ctx, id, match) })
	return err
}
