package directory

import (
	"context"
	"time"

	"scimforce/scim/audit"
	"scimforce/scim/mapping"
)

// access is what a rendered user shows of what lies beside his record.
func (d *Directory) access(ctx context.Context, p *person) (mapping.Access, error) {
	a := mapping.Access{Frozen: p.frozen, Known: p.known}
	if !p.known {
		return a, nil
	}
	var settings *settings
	for _, g := range p.grants {
		m := mapping.Membership{ID: g.id, Display: g.label, Kind: g.kind, Name: g.name}
		if g.kind == mapping.KindPermissionSet {
			if settings == nil {
				var err error
				if settings, err = d.org.load(ctx, settingsFor); err != nil {
					return a, err
				}
			}
			m.Display = settings.display(permissionSet{g.id, g.name, g.label})
		}
		a.Groups = append(a.Groups, m)
	}
	return a, nil
}

// render shows people, leaving out those who are deleted or not human. The
// echo and the tombstones are read once for all of them. The resources come in
// the order of people; a person who is left out has none.
func (d *Directory) render(ctx context.Context, people ...*person) ([]map[string]any, error) {
	visible, err := d.visible(ctx, people)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(visible))
	for i, p := range visible {
		ids[i] = p.record.ID()
	}
	echoes, err := d.store.echoes(ctx, ids)
	if err != nil {
		return nil, err
	}
	resources := make([]map[string]any, len(visible))
	for i, p := range visible {
		if resources[i], err = d.show(ctx, p, echoes[p.record.ID()]); err != nil {
			return nil, err
		}
	}
	return resources, nil
}

// show renders one person with a given echo.
func (d *Directory) show(ctx context.Context, p *person, echo mapping.Echo) (map[string]any, error) {
	a, err := d.access(ctx, p)
	if err != nil {
		return nil, err
	}
	return d.org.latest().Render(p.record, echo, a), nil
}

// visible leaves out those who are deleted or not human. A tombstone counts
// only while the user cannot log in: one whom an administrator activated again
// in Salesforce is there again, and his tombstone is removed.
func (d *Directory) visible(ctx context.Context, people []*person) ([]*person, error) {
	var seen []*person
	var ids []string
	for _, p := range people {
		if isHuman(p.record) {
			seen = append(seen, p)
			ids = append(ids, p.record.ID())
		}
	}
	buried, err := d.store.buried(ctx, ids)
	if err != nil || len(buried) == 0 {
		return seen, err
	}
	var visible []*person
	for _, p := range seen {
		id := p.record.ID()
		if !p.able() && buried[id] {
			continue
		}
		visible = append(visible, p)
		if buried[id] {
			// Not the tombstone of a deletion that is going on right now, after
			// the record was read: that one stays.
			if err := d.store.raiseOlder(ctx, id, deletionSettles); err != nil {
				d.storeFailed(ctx, err)
			}
		}
	}
	return visible, nil
}

// deletionSettles is longer than any request lives.
const deletionSettles = 2 * time.Minute

// able says that the user can log in.
func (p *person) able() bool { return p.record.Bool("IsActive") && !p.frozen }

// storeFailed records that something could not be remembered although
// Salesforce holds it already.
//
// It is no error of the request: the change is made, and an IdP that was told
// otherwise would make it again, a create even as a 409 it cannot explain. What
// is lost is smaller: a value comes back as Salesforce spells it.
func (d *Directory) storeFailed(ctx context.Context, err error) {
	d.logger.ErrorContext(ctx, "the database did not take what was to be remembered", "error", err)
	d.observe("store_failed")
	audit.Note(ctx, "the database did not take what was to be remembered: values may come back as Salesforce spells them")
}
