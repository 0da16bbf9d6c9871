package directory

import (
	"context"

	"scimforce/scim/mapping"
)

// User returns one user. The error is a 404 ScimError for an id that is
// unknown, of another kind, not a person's, or deleted.
func (d *Directory) User(ctx context.Context, id string, w Want) (map[string]any, error) {
	key, ok := idOf(prefixUser, id)
	if !ok {
		return nil, notFound("User", id)
	}
	p, err := d.person(ctx, key, w.Access)
	if err != nil {
		return nil, err
	}
	echoes, err := d.store.echoes(ctx, []string{key})
	if err != nil {
		return nil, err
	}
	resource, err := d.show(ctx, p, echoes[key])
	if err == nil && w.Access {
		d.seen.put(key, mapping.Seen(resource))
	}
	return resource, err
}

// person reads one visible user, together with whoever else is read at this
// moment. id has 18 characters.
func (d *Directory) person(ctx context.Context, id string, access bool) (*person, error) {
	p, found, err := d.byID.Do(ctx, lookupKey{id, access})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, notFound("User", id)
	}
	visible, err := d.visible(ctx, []*person{&p})
	if err != nil {
		return nil, err
	}
	if len(visible) == 0 {
		return nil, notFound("User", id)
	}
	return visible[0], nil
}
