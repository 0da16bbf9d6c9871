package directory

import (
	"context"
	"fmt"
	"slices"

	"scimforce/salesforce/soql"
	"scimforce/scim/mapping"
)

// Group returns one group, its members only if they are wanted: then in the
// same call. The error is a 404 ScimError for an id that names no group.
func (d *Directory) Group(ctx context.Context, id string, w Want) (map[string]any, error) {
	key, k, ok := d.groupID(id)
	if !ok {
		return nil, notFound("Group", id)
	}
	g, err := d.readGroup(ctx, k, key, w.Members)
	if err != nil {
		return nil, err
	}
	return d.showGroup(ctx, g, w.Members)
}

// readGroup reads one group, together with whoever else reads one at this moment.
func (d *Directory) readGroup(ctx context.Context, k kind, id string, members bool) (*group, error) {
	company := d.company.bare
	if members {
		company = d.company.whole
	}
	g, found, err := company.Do(ctx, groupKey{k.name(), id})
	if err != nil {
		return nil, err
	}
	if !found {
		d.groups.drop(id)
		return nil, notFound("Group", id)
	}
	g.members = slices.Clone(g.members) // others may have asked for the same group
	return &g, nil
}

// ask is for the groups of one kind: by id, or by a condition, then limit at most
// unless it is 0.
type ask struct {
	kind  kind
	ids   []string
	where soql.Condition
	limit int
}

// findGroups reads the groups that are asked for, in one call, or two when
// members are wanted of groups whose ids are not known yet. only restricts the
// members. The result is in the order of the asks, by id within each.
func (d *Directory) findGroups(ctx context.Context, asks []ask, members bool, only []string) ([]*group, error) {
	q := newQueries()
	for i, a := range asks {
		where := soql.And(a.kind.where(), a.where)
		if a.ids != nil {
			where = soql.And(where, soql.In("Id", a.ids))
		}
		q.add(fmt.Sprintf("kind%d", i), soql.Select{Fields: a.kind.fields(), From: a.kind.object(), Where: where, OrderBy: []string{"Id"}, Limit: a.limit})
	}
	together := members && len(asks) == 1 && asks[0].ids != nil
	if together {
		asks[0].kind.members(q, asks[0].ids, only)
	}
	got, err := q.run(ctx, d.salesforce)
	if err != nil {
		return nil, fmt.Errorf("directory: read groups: %w", err)
	}
	var groups []*group
	for i, a := range asks {
		records, err := got.optional(ctx, fmt.Sprintf("kind%d", i))
		if err != nil {
			return nil, fmt.Errorf("directory: read groups: %w", err)
		}
		for _, r := range records {
			g, err := a.kind.group(ctx, r)
			if err != nil {
				return nil, err
			}
			d.groups.put(g.id, knownGroup{g})
			groups = append(groups, &g)
		}
	}
	switch {
	case together:
		found, err := asks[0].kind.take(ctx, got)
		if err != nil {
			return nil, fmt.Errorf("directory: read members: %w", err)
		}
		return groups, d.attach(ctx, groups, found)
	case members:
		return groups, d.loadMembers(ctx, groups, only)
	default:
		return groups, nil
	}
}

// loadMembers reads the members of groups, one call a kind.
func (d *Directory) loadMembers(ctx context.Context, groups []*group, only []string) error {
	for _, k := range d.kinds {
		var ids []string
		for _, g := range groups {
			if g.kind.name() == k.name() {
				ids = append(ids, g.id)
			}
		}
		if len(ids) == 0 {
			continue
		}
		q := newQueries()
		k.members(q, ids, only)
		a, err := q.run(ctx, d.salesforce)
		if err != nil {
			return fmt.Errorf("directory: read members: %w", err)
		}
		found, err := k.take(ctx, a)
		if err != nil {
			return fmt.Errorf("directory: read members: %w", err)
		}
		if err := d.attach(ctx, groups, found); err != nil {
			return err
		}
	}
	return nil
}

// attach gives groups their members, without those who are deleted over SCIM.
func (d *Directory) attach(ctx context.Context, groups []*group, found map[string][]member) error {
	var ids []string
	for _, members := range found {
		for _, m := range members {
			ids = append(ids, m.id)
		}
	}
	slices.Sort(ids)
	buried, err := d.store.buried(ctx, slices.Compact(ids))
	if err != nil {
		return err
	}
	for _, g := range groups {
		for _, m := range found[g.id] {
			if !buried[m.id] {
				g.members = append(g.members, m)
			}
		}
	}
	return nil
}

// showGroup renders a group.
func (d *Directory) showGroup(ctx context.Context, g *group, members bool) (map[string]any, error) {
	all, err := d.showGroups(ctx, []*group{g}, members)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func (d *Directory) showGroups(ctx context.Context, groups []*group, members bool) ([]map[string]any, error) {
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.id
	}
	echoes, err := d.store.echoes(ctx, ids)
	if err != nil {
		return nil, err
	}
	resources := make([]map[string]any, len(groups))
	for i, g := range groups {
		resources[i] = renderGroup(g, echoes[g.id], members)
	}
	return resources, nil
}

// metaTime is the form of the times in meta, that of users' too.
const metaTime = "2006-01-02T15:04:05.000Z"

func renderGroup(g *group, echo mapping.Echo, members bool) map[string]any {
	meta := map[string]any{"resourceType": "Group"}
	if !g.created.IsZero() {
		meta["created"] = g.created.UTC().Format(metaTime)
	}
	if !g.modified.IsZero() {
		meta["lastModified"] = g.modified.UTC().Format(metaTime)
	}
	r := map[string]any{"schemas": []any{mapping.GroupURN}, "id": g.id, "displayName": g.display, "meta": meta}
	if sent, ok := echo["externalId"]; ok && sent.Sent != nil {
		r["externalId"] = sent.Sent
	}
	if !members {
		meta["version"] = mapping.Version(mapping.Digest(g.display, r["externalId"]))
		return r
	}
	list := make([]any, len(g.members))
	for i, m := range g.members {
		one := map[string]any{"value": m.id, "type": m.class}
		if m.display != "" {
			one["display"] = m.display
		}
		list[i] = one
	}
	r["members"] = list
	meta["version"] = groupVersion(g, r["externalId"])
	return r
}

// groupVersion changes with the name, the externalId and the members of a group,
// in whichever order Salesforce tells of them; Salesforce has no time of change
// that would. The names of members are not the group's own.
func groupVersion(g *group, externalID any) string {
	ids := make([]string, len(g.members))
	for i, m := range g.members {
		ids[i] = m.id
	}
	slices.Sort(ids)
	return mapping.Version(mapping.Digest(g.display, externalID), mapping.Digest(ids))
}
