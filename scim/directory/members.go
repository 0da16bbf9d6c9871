package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
)

// doneNevertheless stands in an error about some members of several.
const doneNevertheless = "All other changes were made."

// memberIDs reads the members of a body.
func memberIDs(k kind, members any) ([]string, error) {
	list, _ := members.([]any)
	var ids []string
	for _, m := range list {
		fields, _ := m.(map[string]any)
		id, _ := fields["value"].(string)
		if id == "" {
			return nil, invalidValue("members: each member needs a value, the id of a user.")
		}
		ids = append(ids, id)
	}
	return checkMembers(k, ids)
}

// checkMembers brings the ids of members to 18 characters, each once. The error
// names those that cannot be members of the kind.
func checkMembers(k kind, members []string) ([]string, error) {
	var ids, wrong []string
	known := make(map[string]bool, len(members))
	for _, m := range members {
		id, ok := salesforce.ID18(strings.TrimSpace(m))
		switch {
		case !ok || !slices.Contains(k.memberKinds(), salesforce.KeyPrefix(id)):
			wrong = append(wrong, shown(m))
		case !known[id]:
			known[id] = true
			ids = append(ids, id)
		}
	}
	if len(wrong) == 0 {
		return ids, nil
	}
	who := "a user"
	if slices.Contains(k.memberKinds(), prefixGroup) {
		who = "a user or a public group"
	}
	return nil, invalidValue("members: %s is not the id of %s. Nothing was changed.", strings.Join(wrong[:min(len(wrong), 20)], ", "), who)
}

// setMembers gives a group, read with its members, the wanted ones and no
// others of those that SCIM shows.
func (d *Directory) setMembers(ctx context.Context, g *group, wanted []string) error {
	var add []string
	var remove []member
	want := make(map[string]bool, len(wanted))
	for _, id := range wanted {
		want[id] = true
	}
	have := make(map[string]bool, len(g.members))
	for _, m := range g.members {
		have[m.id] = true
		if !want[m.id] {
			remove = append(remove, m)
		}
	}
	for _, id := range wanted {
		if !have[id] {
			add = append(add, id)
		}
	}
	if err := d.deleteRows(ctx, g, remove); err != nil {
		return err
	}
	return d.addMembers(ctx, g, add)
}

// addMembers adds members, 200 in a call. One who is a member already is no
// failure: GroupMember answers with the row that is there, and
// PermissionSetAssignment with DUPLICATE_VALUE.
func (d *Directory) addMembers(ctx context.Context, g *group, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	defer d.walks.invalidate()
	m := g.kind.membership()
	records := make([]salesforce.Record, len(ids))
	for i, id := range ids {
		records[i] = salesforce.Record{m.group: g.id, m.member: id}
	}
	results, err := d.salesforce.CreateAll(ctx, m.object, records)
	if err != nil {
		return fmt.Errorf("directory: add members to group %s: %w", g.id, err)
	}
	var failed failures
	dangling := 0
	for i, r := range results {
		if r.Err == nil || salesforce.IsDuplicate(r.Err) {
			class := "User"
			if salesforce.KeyPrefix(ids[i]) == prefixGroup {
				class = "Group"
			}
			g.members = append(g.members, member{row: r.ID, id: ids[i], class: class})
			continue
		}
		failed.add(ids[i], r.Err)
		if salesforce.HasCode(r.Err, "INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED") || salesforce.IsNotFound(r.Err) {
			dangling++
		}
	}
	if dangling == len(ids) {
		// Either none of them exists, or the group does not.
		if _, err := d.readGroup(ctx, g.kind, g.id, false); err != nil {
			return err
		}
	}
	return failed.error("Members not added", doneNevertheless)
}

// removeMembers takes members out. One who is none is no failure.
func (d *Directory) removeMembers(ctx context.Context, g *group, members []string) error {
	rows := g.going
	if rows == nil {
		for part := range slices.Chunk(possible(g.kind, members), maxWindow) {
			found, err := d.rowsOf(ctx, g, part)
			if err != nil {
				return fmt.Errorf("directory: find the members of group %s: %w", g.id, err)
			}
			rows = append(rows, found...)
		}
	}
	return d.deleteRows(ctx, g, rows)
}

// possible are the ids of those who can be members of a kind: there is nothing
// to remove of the others.
func possible(k kind, members []string) []string {
	var ids []string
	for _, m := range members {
		if id, ok := salesforce.ID18(strings.TrimSpace(m)); ok && slices.Contains(k.memberKinds(), salesforce.KeyPrefix(id)) {
			ids = append(ids, id)
		}
	}
	return ids
}

// addRows asks for the rows that make somebody a member, whether SCIM shows him
// or not.
func addRows(q *queries, k kind, group string, members []string) {
	m := k.membership()
	q.add("rows", soql.Select{
		Fields: []string{"Id", m.member}, From: m.object, OrderBy: []string{"Id"},
		Where: soql.And(soql.Eq(m.group, group), soql.In(m.member, members)),
	})
}

// takeRows reads the answer; never nil without an error.
func takeRows(ctx context.Context, k kind, a answers) ([]member, error) {
	records, err := a.records(ctx, "rows")
	if err != nil {
		return nil, err
	}
	rows := make([]member, len(records))
	for i, r := range records {
		rows[i] = member{row: r.ID(), id: r.String(k.membership().member)}
	}
	return rows, nil
}

// readGroupAndRows reads a group and, in the same call, the rows of those of its
// members who are to go.
func (d *Directory) readGroupAndRows(ctx context.Context, k kind, id string, members []string) (*group, error) {
	ids := possible(k, members)
	if len(ids) == 0 || len(ids) > maxWindow {
		return d.readGroup(ctx, k, id, false)
	}
	q := newQueries()
	q.add("group", soql.Select{Fields: k.fields(), From: k.object(), Where: soql.And(k.where(), soql.Eq("Id", id))})
	addRows(q, k, id, ids)
	a, err := q.run(ctx, d.salesforce)
	if err != nil {
		return nil, fmt.Errorf("directory: read group %s: %w", id, err)
	}
	found, err := a.optional(ctx, "group")
	if err != nil {
		return nil, fmt.Errorf("directory: read group %s: %w", id, err)
	}
	if len(found) == 0 {
		d.groups.drop(id)
		return nil, notFound("Group", id)
	}
	g, err := k.group(ctx, found[0])
	if err != nil {
		return nil, err
	}
	d.groups.put(g.id, knownGroup{g})
	g.going, err = takeRows(ctx, k, a)
	if err != nil {
		return nil, fmt.Errorf("directory: find the members of group %s: %w", id, err)
	}
	return &g, nil
}

// deleteRows deletes assigning records.
func (d *Directory) deleteRows(ctx context.Context, g *group, rows []member) error {
	if len(rows) == 0 {
		return nil
	}
	defer d.walks.invalidate()
	ids := make([]string, len(rows))
	for i, m := range rows {
		ids[i] = m.row
	}
	results, err := d.salesforce.DeleteAll(ctx, ids)
	if err != nil {
		return fmt.Errorf("directory: remove members of group %s: %w", g.id, err)
	}
	var failed failures
	gone := make(map[string]bool, len(rows))
	for i, r := range results {
		if r.Err != nil && !alreadyGone(r.Err) {
			failed.add(rows[i].id, r.Err)
			continue
		}
		gone[rows[i].id] = true
	}
	g.members = slices.DeleteFunc(slices.Clone(g.members), func(m member) bool { return gone[m.id] })
	return failed.error("Members not removed", "The other members that were to go are removed; nobody was added.")
}
