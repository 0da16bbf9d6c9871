package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// DeleteUser takes a user out of sight: Salesforce cannot delete users, so he is
// deactivated, loses what the policy says, and gets a tombstone. It is done in
// this order so that a DELETE that failed half-way can be repeated; only the
// tombstone makes the next one a 404.
func (d *Directory) DeleteUser(ctx context.Context, id string, match Condition) error {
	key, ok := idOf(prefixUser, id)
	if !ok {
		return notFound("User", id)
	}
	unlock, err := d.reserve(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	p, err := d.person(ctx, key, true)
	if err != nil {
		return err
	}
	if match.asked() {
		current, err := d.render(ctx, p)
		if err != nil {
			return err
		}
		if len(current) == 0 { // an administrator was quicker
			return notFound("User", id)
		}
		if err := match.mustHold(current[0]); err != nil {
			return err
		}
	}
	defer d.walks.invalidate()
	if p.record.Bool("IsActive") {
		if p, err = d.write(ctx, p, map[string]any{"IsActive": false}, nil); err != nil {
			return err
		}
	}
	if err := d.strip(ctx, p); err != nil {
		return err
	}
	if err := d.store.arrived(ctx, key); err != nil {
		d.storeFailed(ctx, err)
	}
	return d.store.bury(context.WithoutCancel(ctx), tombstone{key, strings.ToLower(p.record.String("Username")), p.record.Bool("IsActive")})
}

// strip takes away what the policy says.
func (d *Directory) strip(ctx context.Context, p *person) error {
	for _, kind := range d.kinds {
		if !kind.stripped(d.policy) {
			continue
		}
		var ids, labels []string
		for _, g := range p.grants {
			if g.kind == kind.name() {
				ids, labels = append(ids, g.assignment), append(labels, kind.display(g.label))
			}
		}
		if len(ids) == 0 {
			continue
		}
		// Objects of Setup are not deleted together with others: one call a kind.
		results, err := d.salesforce.DeleteAll(ctx, ids)
		if err != nil {
			return fmt.Errorf("directory: take access away: %w", err)
		}
		var failed failures
		for i, r := range results {
			if r.Err != nil && !alreadyGone(r.Err) {
				failed.add(labels[i], r.Err)
			}
		}
		if err := failed.error("Grants not taken away", "The user is deactivated; repeat the deletion to take the rest away."); err != nil {
			return err
		}
		d.note(ctx, fmt.Sprintf("taken away: %s", strings.Join(slices.Sorted(slices.Values(labels)), ", ")))
	}
	return nil
}
