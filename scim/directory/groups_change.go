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

// ReplaceGroup makes a group have the name, the externalId and the members of
// the body; members left out are none (RFC 7644 section 3.5.1).
func (d *Directory) ReplaceGroup(ctx context.Context, id string, match Condition, body map[string]any) (map[string]any, error) {
	key, k, ok := d.groupID(id)
	if !ok {
		return nil, notFound("Group", id)
	}
	unlock, err := d.reserve(ctx, key)
	if err != nil {
		return nil, err
	}
	defer unlock()
	g, err := d.readGroup(ctx, k, key, true)
	if err != nil {
		return nil, err
	}
	if err := d.groupMustMatch(ctx, g, match, true); err != nil {
		return nil, err
	}
	if err := d.replaceGroup(ctx, g, body); err != nil {
		return nil, err
	}
	return d.showGroup(ctx, g, true)
}

// groupMustMatch refuses a change of a group that is not as its client read it.
func (d *Directory) groupMustMatch(ctx context.Context, g *group, match Condition, members bool) error {
	if !match.asked() {
		return nil
	}
	current, err := d.showGroup(ctx, g, members)
	if err != nil {
		return err
	}
	return match.mustHold(current)
}

// replaceGroup brings a group, read with its members, to the body.
func (d *Directory) replaceGroup(ctx context.Context, g *group, body map[string]any) error {
	wanted, err := memberIDs(g.kind, body["members"])
	if err != nil {
		return err
	}
	if err := d.describeGroup(ctx, g, body); err != nil {
		return err
	}
	return d.setMembers(ctx, g, wanted)
}

// describeGroup writes the attributes of a group other than its members.
func (d *Directory) describeGroup(ctx context.Context, g *group, body map[string]any) error {
	name, _ := body["displayName"].(string)
	name = strings.TrimSpace(name)
	if name == "" {
		return invalidValue("displayName is required.")
	}
	renamed := false
	if name != g.display {
		fields, err := g.kind.rename(name)
		if err != nil {
			return err
		}
		if err := d.freeName(ctx, g.kind, name, g.id); err != nil {
			return err
		}
		if err := d.salesforce.Update(ctx, g.kind.object(), g.id, fields); err != nil {
			if salesforce.IsNotFound(err) {
				return notFound("Group", g.id)
			}
			return fmt.Errorf("directory: rename group %s: %w", g.id, err)
		}
		g.label, g.display = name, name
		seen := *g
		seen.members, seen.going = nil, nil
		d.groups.put(g.id, knownGroup{seen})
		d.walks.invalidate() // users show the names of their groups
		renamed = true
	}
	if err := d.rememberGroup(ctx, g.id, body["externalId"]); err != nil {
		if !renamed {
			return err
		}
		d.storeFailed(ctx, err)
	}
	return nil
}

// rememberGroup keeps the externalId of a group, for which Salesforce has no
// field; nil forgets it.
func (d *Directory) rememberGroup(ctx context.Context, id string, externalID any) error {
	echoes, err := d.store.echoes(ctx, []string{id})
	if err != nil {
		return err
	}
	if before, had := echoes[id]["externalId"]; had == (externalID != nil) && (!had || before.Sent == externalID) {
		return nil
	}
	if externalID == nil {
		return d.store.forget(ctx, id)
	}
	return d.store.remember(ctx, id, mapping.Echo{"externalId": {Sent: externalID}})
}

// PatchGroup changes a group. Added members cost one call for each 200 of them,
// removed ones two, and one call more finds a group that was not seen lately (or
// finds it together with the members who go); nobody else's membership is read,
// unless an operation replaces all members or selects them by something other
// than their id.
//
// The result has members only when w wants them; without, it costs no call.
func (d *Directory) PatchGroup(ctx context.Context, id string, match Condition, operations []patch.Operation, w Want) (map[string]any, error) {
	key, k, ok := d.groupID(id)
	if !ok {
		return nil, notFound("Group", id)
	}
	operations = fullIDs(operations)
	change, err := patch.ReadMembership(operations, d.mapping.Group())
	if err != nil {
		return nil, err
	}
	unlock, err := d.reserve(ctx, key)
	if err != nil {
		return nil, err
	}
	defer unlock()
	g, err := d.groupToPatch(ctx, k, key, match, change)
	if err != nil {
		return nil, err
	}
	if change.NeedsCurrent {
		err = d.patchWhole(ctx, g, operations)
	} else {
		err = d.patchParts(ctx, g, change)
	}
	if err != nil {
		return nil, err
	}
	if w.Members {
		if g, err = d.readGroup(ctx, k, key, true); err != nil {
			return nil, err
		}
	}
	return d.showGroup(ctx, g, w.Members)
}

// groupToPatch finds the group: from memory when it was seen lately and its
// members are not needed. A condition on its version needs them.
func (d *Directory) groupToPatch(ctx context.Context, k kind, id string, match Condition, change patch.Membership) (*group, error) {
	if match.asked() || change.NeedsCurrent || change.Replace {
		g, err := d.readGroup(ctx, k, id, true)
		if err != nil {
			return nil, err
		}
		return g, d.groupMustMatch(ctx, g, match, true)
	}
	age := identityFor
	if len(change.Others) > 0 {
		age = nameFor
	}
	if seen, ok := d.groups.get(id, age); ok {
		g := seen.group
		return &g, nil
	}
	if len(change.Remove) > 0 {
		return d.readGroupAndRows(ctx, k, id, change.Remove)
	}
	return d.readGroup(ctx, k, id, false)
}

func (d *Directory) patchWhole(ctx context.Context, g *group, operations []patch.Operation) error {
	current, err := d.showGroup(ctx, g, true)
	if err != nil {
		return err
	}
	desired, err := patch.Apply(current, operations, d.mapping.Group())
	if err != nil {
		return err
	}
	return d.replaceGroup(ctx, g, desired)
}

func (d *Directory) patchParts(ctx context.Context, g *group, change patch.Membership) error {
	// All ids are looked at before anything is written.
	add, err := checkMembers(g.kind, slices.Concat(change.Members, change.Add))
	if err != nil {
		return err
	}
	if len(change.Others) > 0 {
		current, err := d.showGroup(ctx, g, false)
		if err != nil {
			return err
		}
		desired, err := patch.Apply(current, change.Others, d.mapping.Group())
		if err != nil {
			return err
		}
		if err := d.describeGroup(ctx, g, desired); err != nil {
			return err
		}
	}
	if change.Replace {
		return d.setMembers(ctx, g, add)
	}
	if err := d.removeMembers(ctx, g, change.Remove); err != nil {
		return err
	}
	return d.addMembers(ctx, g, add)
}

// DeleteGroup deletes a group, where its kind can be deleted over SCIM.
func (d *Directory) DeleteGroup(ctx context.Context, id string, match Condition) error {
	key, k, ok := d.groupID(id)
	if !ok {
		return notFound("Group", id)
	}
	unlock, err := d.reserve(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	// Read, not remembered: a queue or a role's group has the same key prefix.
	g, err := d.readGroup(ctx, k, key, match.asked())
	if err != nil {
		return err
	}
	if err := d.groupMustMatch(ctx, g, match, match.asked()); err != nil {
		return err
	}
	if err := g.kind.deletable(); err != nil {
		return err
	}
	defer d.walks.invalidate()
	d.groups.drop(key)
	if err := d.salesforce.Delete(ctx, k.object(), key); err != nil {
		if salesforce.IsNotFound(err) {
			return notFound("Group", id)
		}
		return fmt.Errorf("directory: delete group %s: %w", key, err)
	}
	if err := d.store.forget(ctx, key); err != nil {
		d.storeFailed(ctx, err)
	}
	return nil
}
