package directory

import (
	"context"
	"fmt"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
)

// sendEndowments makes users with permission sets: each with all of them, or not
// at all.
func (d *Directory) sendEndowments(ctx context.Context, all []creation) []written {
	if len(all) == 1 {
		p, err := d.createTogether(ctx, all[0].fields, all[0].sets)
		return []written{{p, err}}
	}
	graphs, contexts := make([][]salesforce.Subrequest, len(all)), make([]context.Context, len(all))
	for i, c := range all {
		graphs[i], contexts[i] = creationSubs(c.fields, c.sets), c.ctx
	}
	ctx = salesforce.WithRecordersOf(ctx, contexts...)
	responses, err := d.salesforce.Graphs(ctx, graphs...)
	if salesforce.IsRefused(err) {
		half := len(all) / 2
		return append(d.sendEndowments(ctx, all[:half]), d.sendEndowments(ctx, all[half:])...)
	}
	out := make([]written, len(all))
	var ids []string
	var halted []int
	for i := range all {
		if err != nil {
			out[i].err = err
			continue
		}
		if salesforce.Halted(responses[i]) {
			halted = append(halted, i)
		}
		if out[i].err = salesforce.Culprit(responses[i]); out[i].err == nil {
			ids = append(ids, responses[i]["user"].ID())
		}
	}
	if len(halted) > 0 && len(halted) < len(all) {
		rest := make([]creation, len(halted))
		for n, i := range halted {
			rest[n] = all[i]
		}
		for n, w := range d.sendEndowments(ctx, rest) {
			out[halted[n]] = w
		}
	}
	if len(ids) == 0 {
		return out
	}
	people, err := d.readUsers(ctx, ids)
	for i, c := range all {
		if out[i].err != nil || out[i].person != nil {
			continue
		}
		id := responses[i]["user"].ID()
		switch p, found := people[id]; {
		case err != nil:
			out[i].err = unread(err)
		case !found:
			out[i].err = fmt.Errorf("directory: user %s was created but not read back", id)
		default:
			endow(p, c.sets, responses[i])
			out[i].person = p
		}
	}
	return out
}

// readUsers reads the records of users who were just made.
func (d *Directory) readUsers(ctx context.Context, ids []string) (map[string]*person, error) {
	return d.writeUsers(ctx, soql.In("Id", ids), nil)
}
