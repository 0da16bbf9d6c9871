package directory

import (
	"context"
	"fmt"
	"slices"

	"scimforce/salesforce"
	"scimforce/salesforce/gather"
	"scimforce/salesforce/soql"
)

const (
	// gatheredWhole is how many groups are read with their members in one call:
	// each may have many.
	gatheredWhole = 25
	// maxQueries is how many queries one composite may hold.
	maxQueries = 5
)

// A groupKey names a group that is read by its id.
type groupKey struct{ kind, id string }

// memberRows asks for the rows by which members belong to a group.
type memberRows struct {
	ctx   context.Context // of the request
	of    membership
	group string
	ids   []string // of the members
}

// foundRows are the rows that were found.
type foundRows struct {
	rows []member
	err  error
}

// A groupCreation is a public group to be made.
type groupCreation struct {
	ctx    context.Context // of the request
	fields salesforce.Record
}

// madeGroup is what became of it.
type madeGroup struct {
	group *group
	err   error
}

// groupCompany is the asking and writing about groups that is done together with
// others'.
type groupCompany struct {
	bare, whole *gather.Gatherer[groupKey, group]     // without and with members
	named       map[string]*byText[group]             // by kind
	rows        *gather.Writes[memberRows, foundRows] // reads of which no two are the same
	creations   *gather.Writes[groupCreation, madeGroup]
}

func (d *Directory) newGroupCompany() groupCompany {
	read := func(members bool) func(context.Context, []groupKey) (map[groupKey]group, error) {
		return func(ctx context.Context, keys []groupKey) (map[groupKey]group, error) {
			return d.fetchGroups(ctx, keys, members)
		}
	}
	c := groupCompany{
		bare:      gather.New(gather.Config[groupKey, group]{Max: gathered, Fetch: read(false)}),
		whole:     gather.New(gather.Config[groupKey, group]{Max: gatheredWhole, Fetch: read(true)}),
		named:     map[string]*byText[group]{},
		rows:      gather.NewWrites(gather.WritesConfig[memberRows, foundRows]{Max: maxWindow, Weigh: func(r memberRows) int { return len(r.ids) }, Send: d.fetchRows}),
		creations: gather.NewWrites(gather.WritesConfig[groupCreation, madeGroup]{Max: gathered, Send: d.sendGroupCreations}),
	}
	for _, k := range d.kinds {
		c.named[k.name()] = d.newNamesakes(k)
	}
	return c
}

// fetchGroups is the gathered read by id.
func (d *Directory) fetchGroups(ctx context.Context, keys []groupKey, members bool) (map[groupKey]group, error) {
	var asks []ask
	for _, k := range d.kinds {
		var ids []string
		for _, key := range keys {
			if key.kind == k.name() {
				ids = append(ids, key.id)
			}
		}
		if len(ids) > 0 {
			asks = append(asks, ask{kind: k, ids: ids})
		}
	}
	together := maxQueries
	if members {
		together = 1 // those of one kind are read in the same call
	}
	found := make(map[groupKey]group, len(keys))
	for part := range slices.Chunk(asks, together) {
		groups, err := d.findGroups(ctx, part, members, nil)
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			found[groupKey{g.kind.name(), g.id}] = *g
		}
	}
	return found, nil
}

// rowsOf finds the rows by which members belong to a group, together with
// whoever else looks for such rows at this moment. ids are at most maxWindow.
func (d *Directory) rowsOf(ctx context.Context, g *group, ids []string) ([]member, error) {
	found, err := d.company.rows.Do(ctx, memberRows{ctx, g.kind.membership(), g.id, ids})
	if err == nil {
		err = found.err
	}
	return found.rows, err
}

func (d *Directory) fetchRows(ctx context.Context, asked []memberRows) []foundRows {
	out := make([]foundRows, len(asked))
	contexts := make([]context.Context, len(asked))
	byObject := map[string][]int{}
	for i, a := range asked {
		contexts[i] = a.ctx
		byObject[a.of.object] = append(byObject[a.of.object], i)
	}
	if len(asked) > 1 {
		ctx = salesforce.WithRecordersOf(ctx, contexts...)
	}
	for _, at := range byObject {
		m := asked[at[0]].of
		wanted := make([]soql.Condition, len(at))
		for n, i := range at {
			wanted[n] = soql.And(soql.Eq(m.group, asked[i].group), soql.In(m.member, asked[i].ids))
		}
		fields, where := []string{"Id", m.group, m.member}, soql.Or(wanted...)
		if len(at) == 1 {
			fields, where = []string{"Id", m.member}, wanted[0]
		}
		q := newQueries()
		q.add("rows", soql.Select{Fields: fields, From: m.object, OrderBy: []string{"Id"}, Where: where})
		a, err := q.run(ctx, d.salesforce)
		var records []salesforce.Record
		if err == nil {
			records, err = a.records(ctx, "rows")
		}
		for _, i := range at {
			out[i].err = err
			for _, r := range records {
				if id := r.String(m.member); len(at) == 1 || r.String(m.group) == asked[i].group && slices.Contains(asked[i].ids, id) {
					out[i].rows = append(out[i].rows, member{row: r.ID(), id: id})
				}
			}
		}
	}
	return out
}

// sendGroupCreations makes public groups and reads them back: one in one
// transaction, several in a collection, each with an outcome of its own.
func (d *Directory) sendGroupCreations(ctx context.Context, all []groupCreation) []madeGroup {
	if len(all) == 1 {
		g, err := d.createGroupTogether(ctx, all[0].fields)
		return []madeGroup{{g, err}}
	}
	k := publicGroups{}
	rows := rows{object: k.object(), records: make([]salesforce.Record, len(all))}
	contexts, names := make([]context.Context, len(all)), make([]string, len(all))
	for i, c := range all {
		rows.records[i], contexts[i] = c.fields, c.ctx
		names[i] = c.fields.String("DeveloperName")
	}
	ctx = salesforce.WithRecordersOf(ctx, contexts...)
	a, err := d.writeRows(ctx, func(q *queries) {
		q.add("read", soql.Select{Fields: k.fields(), From: k.object(), Where: soql.And(k.where(), soql.In("DeveloperName", names))})
	}, &rows)
	byID := map[string]salesforce.Record{}
	if err == nil {
		var records []salesforce.Record
		records, err = a.records(ctx, "read")
		for _, r := range records {
			byID[r.ID()] = r
		}
	}
	out := make([]madeGroup, len(all))
	for i, r := range rows.results {
		record, found := byID[r.ID]
		switch {
		case r.Err != nil:
			out[i].err = r.Err
		case err != nil:
			out[i].err = unread(err)
		case !found:
			out[i].err = fmt.Errorf("directory: group %s was created but not read back", r.ID)
		default:
			out[i].group, out[i].err = d.newGroup(ctx, k, record)
		}
	}
	return out
}
