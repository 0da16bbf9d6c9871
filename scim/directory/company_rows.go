package directory

import (
	"context"
	"slices"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
)

// writeUsers writes rows and reads the users of a condition, by id, in one call.
// The error is that of the reading.
func (d *Directory) writeUsers(ctx context.Context, where soql.Condition, logins []string, all ...*rows) (map[string]*person, error) {
	selected, err := d.org.selected(ctx, nil)
	if err != nil {
		for _, r := range all {
			r.results = slices.Repeat([]salesforce.Result{{Err: err}}, len(r.records))
		}
		return nil, err
	}
	a, err := d.writeRows(ctx, func(q *queries) {
		q.add("users", soql.Select{Fields: selected, From: "User", Where: where})
		if len(logins) > 0 {
			addLogins(q, whose{ids: logins, byID: true})
		}
	}, all...)
	if err != nil {
		return nil, err
	}
	people, err := takeUsers(ctx, a)
	if err != nil {
		return nil, err
	}
	byID := indexed(people)
	if len(logins) > 0 {
		err = takeLogins(ctx, a, byID)
	}
	return byID, err
}

// rows are records of one object to be made or changed, each on its own, and
// then what became of them.
type rows struct {
	object  string
	update  bool
	records []salesforce.Record
	results []salesforce.Result
}

func (r *rows) sub(ref string) salesforce.Subrequest {
	if r.update {
		return salesforce.UpdateAllSub(ref, r.object, r.records)
	}
	return salesforce.CreateAllSub(ref, r.object, r.records)
}

// each writes some of the records in a call of their own, which sends those again
// that are locked.
func (r *rows) each(ctx context.Context, client *salesforce.Client, at []int) {
	some := make([]salesforce.Record, len(at))
	for i, n := range at {
		some[i] = r.records[n]
	}
	var results []salesforce.Result
	if r.update {
		results = client.UpdateEach(ctx, r.object, some)
	} else {
		results = client.CreateEach(ctx, r.object, some)
	}
	for i, n := range at {
		r.results[n] = results[i]
	}
}

// writeRows writes rows, in their order, and then asks what read asks, all in
// one call; of what that call could not do it makes calls of their own. The
// error is that of the reading.
func (d *Directory) writeRows(ctx context.Context, read func(*queries), all ...*rows) (answers, error) {
	all = slices.DeleteFunc(slices.Clone(all), func(r *rows) bool { return len(r.records) == 0 })
	var subs []salesforce.Subrequest
	for _, r := range all {
		subs = append(subs, r.sub("write_"+r.object))
	}
	q := newQueries(subs...)
	read(q)
	a, err := q.run(ctx, d.salesforce)
	late := false
	for _, r := range all {
		whole := err
		if whole == nil {
			whole = a.err("write_" + r.object)
		}
		r.results = a.responses["write_"+r.object].Results()
		if whole != nil {
			r.results = slices.Repeat([]salesforce.Result{{Err: whole}}, len(r.records))
		}
		var again []int
		for i, result := range r.results {
			if salesforce.IsLocked(result.Err) || salesforce.IsRefused(whole) {
				again = append(again, i)
			}
		}
		if len(again) > 0 {
			late = true
			r.each(ctx, d.salesforce, again)
		}
	}
	if !late {
		return a, err
	}
	q = newQueries()
	read(q)
	return q.run(ctx, d.salesforce)
}
