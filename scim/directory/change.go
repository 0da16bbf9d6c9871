package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"scimforce/salesforce"
	"scimforce/scim/mapping"
	"scimforce/scim/patch"
)

// wish says what a request wants of a user who is rendered as current.
type wish func(current map[string]any, echo mapping.Echo) (desired map[string]any, s stance, err error)

// stance is what a request itself says, rather than leaves as it is. leave: that
// the user shall not be active, which is more than that he is not: a frozen one
// is not active either, but still to be deactivated. freeze: that he shall be
// frozen, so that active means no more than IsActive; without it, who is to be
// active is unfrozen.
type stance struct{ leave, freeze bool }

// ReplaceUser makes a user be as the body says (RFC 7644 section 3.5.1): what
// is left out is cleared where Salesforce can clear it, except grants that
// others have given (mapping.Replacement). Errors are those of User and
// CreateUser.
func (d *Directory) ReplaceUser(ctx context.Context, id string, match Condition, user map[string]any) (map[string]any, error) {
	return d.changeByID(ctx, id, match, func(current map[string]any, echo mapping.Echo) (map[string]any, stance, error) {
		key, _ := current["id"].(string)
		seen, _ := d.seen.get(key, seenFor)
		m := d.org.latest()
		desired, notes := m.Replacement(current, user, echo, seen)
		d.note(ctx, notes...)
		return desired, stance{leave: user["active"] == false, freeze: m.SaysFrozen(current, user, echo, seen)}, nil
	})
}

// PatchUser changes some of a user's attributes (RFC 7644 section 3.5.2), all
// or none. Operations that change nothing cost no write.
func (d *Directory) PatchUser(ctx context.Context, id string, match Condition, operations []patch.Operation) (map[string]any, error) {
	return d.changeByID(ctx, id, match, func(current map[string]any, _ mapping.Echo) (map[string]any, stance, error) {
		t, err := d.UserType(ctx)
		if err != nil {
			return nil, stance{}, err
		}
		desired, err := patch.Apply(current, operations, t)
		if err != nil {
			return nil, stance{}, err
		}
		says := func(attribute string) bool {
			return slices.ContainsFunc(operations, func(o patch.Operation) bool {
				return strings.EqualFold(o.Target.Path.Attribute, attribute)
			})
		}
		return d.org.latest().Amended(current, desired), stance{
			leave:  says("active") && desired["active"] == false,
			freeze: says("frozen") && mapping.Frozen(desired),
		}, nil
	})
}

func (d *Directory) changeByID(ctx context.Context, id string, match Condition, desire wish) (map[string]any, error) {
	key, ok := idOf(prefixUser, id)
	if !ok {
		return nil, notFound("User", id)
	}
	unlock, err := d.reserve(ctx, key)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return described(d, func() (map[string]any, error) {
		p, err := d.person(ctx, key, true)
		if err != nil {
			return nil, err
		}
		return d.change(ctx, p, func(current map[string]any, echo mapping.Echo) (map[string]any, stance, error) {
			if err := match.mustHold(current); err != nil {
				return nil, stance{}, err
			}
			return desire(current, echo)
		})
	})
}

// change brings a user to what is desired of him. The caller holds his lock.
func (d *Directory) change(ctx context.Context, p *person, desire wish) (map[string]any, error) {
	id := p.record.ID()
	echoes, err := d.store.echoes(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	echo := echoes[id]
	current, err := d.show(ctx, p, echo)
	if err != nil {
		return nil, err
	}
	desired, stance, err := desire(current, echo)
	if err != nil {
		return nil, err
	}
	d.seen.drop(id) // from here on it is an older state that the IdP has read
	m, org, err := d.org.known(ctx)
	if err != nil {
		return nil, err
	}
	draft, err := m.Change(current, desired, org)
	if err != nil {
		return nil, err
	}
	m.Spoken(&draft, current, echo)
	if stance.leave && p.record.Bool("IsActive") {
		draft.Fields["IsActive"] = false
	}
	awaited, err := d.resolve(ctx, &draft, false)
	if err != nil {
		return nil, err
	}
	plan := setPlan{}
	if draft.PermissionSets != nil {
		if plan, err = d.planSets(ctx, p, draft); err != nil {
			return nil, err
		}
	}
	if desired["active"] == true && p.frozen && draft.Frozen == nil && !stance.freeze {
		draft.Thawed()
	}
	after, err := d.write(ctx, p, draft.Fields, draft.Frozen)
	if err != nil {
		return nil, err
	}
	echo, err = d.remember(ctx, p, after, echo, draft, awaited)
	if err != nil {
		return nil, err
	}
	if err := d.applySets(ctx, after, plan); err != nil {
		return nil, err
	}
	return d.show(ctx, after, echo)
}

// write makes the changes to User and UserLogin, if there are any. frozen is
// whether the user shall be frozen; nil leaves that.
func (d *Directory) write(ctx context.Context, p *person, fields map[string]any, frozen *bool) (*person, error) {
	if is, said := fields["IsActive"].(bool); said && is == p.record.Bool("IsActive") {
		delete(fields, "IsActive")
	}
	// Another name of the same record is no change.
	for _, reference := range [...]string{"ProfileId", "UserRoleId", "ManagerId"} {
		if wanted, said := fields[reference]; said && wanted == p.record[reference] {
			delete(fields, reference)
		}
	}
	if frozen != nil && *frozen == p.frozen {
		frozen = nil
	}
	if len(fields) == 0 && frozen == nil {
		return p, nil
	}
	defer d.walks.invalidate() // whatever the answer: it may be lost
	if err := d.mayKeepOut(ctx, p, fields["IsActive"] == false, frozen != nil && *frozen); err != nil {
		return nil, err
	}
	if fields["IsActive"] == false {
		// A tombstone that an administrator overruled must not hide a user who
		// is now merely deactivated.
		if err := d.store.raise(ctx, p.record.ID()); err != nil {
			return nil, err
		}
	}
	after, err := d.updateUser(ctx, p, fields, frozen)
	switch {
	case err == nil:
		return after, nil
	case refusesDeactivation(err, fields) && d.policy.FreezeWhenRefused:
		return d.freezeInstead(ctx, p, fields, err)
	case salesforce.HasCode(err, "DUPLICATE_USERNAME"):
		username, _ := fields["Username"].(string)
		holder, lookupErr := d.holder(ctx, username)
		if lookupErr != nil {
			return nil, lookupErr
		}
		return nil, heldBy(holder)
	default:
		return nil, fmt.Errorf("directory: change user %s: %w", p.record.ID(), err)
	}
}

// remember stores what was sent, when anything was.
func (d *Directory) remember(ctx context.Context, before, after *person, echo mapping.Echo, draft mapping.Draft, awaited string) (mapping.Echo, error) {
	if before != after {
		ctx = context.WithoutCancel(ctx) // Salesforce holds the change already
	}
	d.note(ctx, draft.Notes...)
	id := after.record.ID()
	if draft.Manager != nil {
		var err error
		if awaited == "" {
			err = d.store.arrived(ctx, id)
		} else {
			err = d.store.await(ctx, id, awaited)
		}
		if err != nil {
			d.storeFailed(ctx, err)
		}
	}
	if len(draft.Sent) == 0 && before == after {
		return echo, nil
	}
	known := echo
	echo = d.org.latest().Remember(known, draft, before.record, after.record)
	if !echo.Equal(known) {
		if err := d.store.remember(ctx, id, echo); err != nil {
			if before == after {
				return nil, err // nothing but this was asked for
			}
			d.storeFailed(ctx, err)
		}
	}
	externalID, _ := draft.Sent["externalId"].(string)
	username := after.record.String("Username")
	if externalID != "" || !strings.EqualFold(username, before.record.String("Username")) {
		d.welcome(ctx, id, username, externalID)
	}
	return echo, nil
}
