package directory

import (
	"context"
	"strings"

	"scimforce/scim/mapping"
)

// revive brings a deleted user back under his old id, with the attributes of
// the body: Salesforce cannot delete users, and holds on to their usernames.
// revived is false when the user is not there any more under that name, or not
// deleted after all.
func (d *Directory) revive(ctx context.Context, id, username string, user map[string]any) (resource map[string]any, revived bool, err error) {
	unlock, err := d.reserve(ctx, id)
	if err != nil {
		return nil, false, err
	}
	defer unlock()
	p, found, err := d.byID.Do(ctx, lookupKey{id, true})
	if err != nil {
		return nil, false, err
	}
	if !found || !isHuman(p.record) || !strings.EqualFold(p.record.String("Username"), username) {
		return nil, false, nil
	}
	if visible, err := d.visible(ctx, []*person{&p}); err != nil || len(visible) > 0 {
		return nil, false, err
	}
	desired := make(map[string]any, len(user)+1)
	for name, value := range user {
		desired[name] = value
	}
	if _, said := desired["active"]; !said {
		desired["active"] = true
	}
	resource, err = d.change(ctx, &p, func(current map[string]any, echo mapping.Echo) (map[string]any, stance, error) {
		return d.org.latest().Kept(current, desired, echo, nil), stance{}, nil
	})
	if err != nil {
		return nil, false, err
	}
	if err := d.store.raise(ctx, id); err != nil {
		// Here a failure of the database does count: the user would stay
		// invisible. The IdP comes again, and finds nothing left to change.
		if active, _ := resource["active"].(bool); !active {
			return nil, false, err
		}
		d.storeFailed(ctx, err)
	}
	d.walks.invalidate()
	d.observe("user_revived")
	d.note(ctx, "the user had been deleted over SCIM and was revived with the same id")
	return resource, true, nil
}
