package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"scimforce/salesforce"
	"scimforce/salesforce/gather"
	"scimforce/salesforce/soql"
)

// A creation is a user to be made.
type creation struct {
	ctx    context.Context // of the request
	fields map[string]any
	sets   []permissionSet
}

// A change is what is to become of a user: other fields, or another value of
// IsFrozen when frozen is not nil.
type change struct {
	ctx    context.Context // of the request
	before *person
	fields map[string]any
	frozen *bool
}

// written is what became of one of them.
type written struct {
	person *person
	err    error
}

// createUser makes a user with his permission sets and reads him back. A lone
// request does so in one transaction (createTogether). Those that are made at
// the same moment travel in one call, each with an outcome of its own; except
// with permission sets, as a collection cannot take one user back because of
// what another object refused.
func (d *Directory) createUser(ctx context.Context, fields map[string]any, sets []permissionSet) (*person, error) {
	switch {
	case referring(fields), len(sets) > maxTogether:
		return d.createApart(ctx, fields, sets)
	case len(sets) > 0:
		return d.createTogether(ctx, fields, sets)
	}
	w, err := d.creations.Do(ctx, creation{ctx, fields, sets})
	return w.outcome(err)
}

// updateUser changes a user's record and, when frozen is not nil, freezes or
// unfreezes him, and reads him back. A lone request does so in one transaction
// (updateTogether). Those that are made at the same moment travel in one call,
// each with an outcome of its own; except for one that does both, of which a
// collection might do one half.
func (d *Directory) updateUser(ctx context.Context, before *person, fields map[string]any, frozen *bool) (*person, error) {
	if referring(fields) || len(fields) > 0 && frozen != nil {
		return d.updateTogether(ctx, before, fields, frozen)
	}
	w, err := d.changes.Do(ctx, change{ctx, before, fields, frozen})
	return w.outcome(err)
}

// outcome is what became of a write that was gathered.
func (w written) outcome(err error) (*person, error) {
	return w.person, cmp.Or(given(err), w.err)
}

// given makes of the error of somebody who gave up waiting for a write the one
// that a call of his own would have.
func given(err error) error {
	if left, ok := errors.AsType[*gather.Left](err); ok {
		return &salesforce.Error{Method: http.MethodPost, Resource: "/composite/sobjects", Cause: left.Cause, Write: true, Sent: left.Sent}
	}
	return err
}

// unread is the error of a write that was made and whose outcome could not be
// read: to the caller the answer was lost.
func unread(err error) error {
	return &salesforce.Error{Method: http.MethodPost, Resource: "/composite", Cause: fmt.Errorf("written, but not read back: %w", err), Write: true, Sent: true}
}

// sendCreations makes users.
func (d *Directory) sendCreations(ctx context.Context, all []creation) []written {
	if len(all) == 1 {
		p, err := d.createTogether(ctx, all[0].fields, all[0].sets)
		return []written{{p, err}}
	}
	records, contexts := make([]salesforce.Record, len(all)), make([]context.Context, len(all))
	for i, c := range all {
		records[i], contexts[i] = c.fields, c.ctx
	}
	ctx = salesforce.WithRecordersOf(ctx, contexts...)
	out := make([]written, len(all))
	results := d.salesforce.CreateEach(ctx, "User", records)
	var ids []string
	for i, r := range results {
		if out[i].err = r.Err; r.Err == nil {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return out
	}
	people, err := d.readBack(ctx, ids, false)
	for i := range all {
		if out[i].err != nil {
			continue
		}
		p, found := people[results[i].ID]
		switch {
		case err != nil:
			out[i].err = unread(err)
		case !found:
			out[i].err = fmt.Errorf("directory: user %s was created but not read back", results[i].ID)
		default:
			// A new user has no groups and no UserLogin.
			p.known = true
			out[i].person = p
		}
	}
	return out
}

// sendChanges changes users.
func (d *Directory) sendChanges(ctx context.Context, all []change) []written {
	if len(all) == 1 {
		p, err := d.updateTogether(ctx, all[0].before, all[0].fields, all[0].frozen)
		return []written{{p, err}}
	}
	contexts := make([]context.Context, len(all))
	for i, c := range all {
		contexts[i] = c.ctx
	}
	ctx = salesforce.WithRecordersOf(ctx, contexts...)
	out := make([]written, len(all))
	d.updateRows(ctx, all, out, "UserLogin", func(c change) salesforce.Record {
		if c.frozen == nil {
			return nil
		}
		return salesforce.Record{"Id": c.before.loginID, "IsFrozen": *c.frozen}
	})
	d.updateRows(ctx, all, out, "User", func(c change) salesforce.Record {
		if c.frozen != nil {
			return nil
		}
		record := salesforce.Record{"Id": c.before.record.ID()}
		for name, value := range c.fields {
			record[name] = value
		}
		return record
	})
	var ids []string
	for i, c := range all {
		if out[i].err == nil || nowhere(out[i].err) {
			ids = append(ids, c.before.record.ID())
		}
	}
	if len(ids) == 0 {
		return out
	}
	people, err := d.readBack(ctx, ids, true)
	for i, c := range all {
		after, found := people[c.before.record.ID()]
		switch {
		case nowhere(out[i].err) && found && c.frozen == nil:
			out[i].err = ofValue(out[i].err)
		case out[i].err != nil:
		case err != nil:
			out[i].err = unread(err)
		case !found:
			out[i].err = notFound("User", c.before.record.ID())
		default:
			after.grants, after.known = c.before.grants, c.before.known
			out[i].person = after
		}
	}
	return out
}

// updateRows changes the records of an object that row makes of changes, nil
// for none, and notes the errors.
func (d *Directory) updateRows(ctx context.Context, all []change, out []written, object string, row func(change) salesforce.Record) {
	var records []salesforce.Record
	var of []int
	for i, c := range all {
		if record := row(c); record != nil {
			records, of = append(records, record), append(of, i)
		}
	}
	for n, r := range d.salesforce.UpdateEach(ctx, object, records) {
		out[of[n]].err = r.Err
	}
}

// nowhere says that a row was refused because it, or a value of it, points
// nowhere: a collection answers both alike.
func nowhere(err error) bool {
	return salesforce.IsNotFound(err) && salesforce.HasCode(err, "INVALID_CROSS_REFERENCE_KEY")
}

// ofValue makes of the error of a row of a record that is there the one that a
// call of its own would have.
func ofValue(err error) error {
	e, ok := errors.AsType[*salesforce.Error](err)
	if !ok {
		return err
	}
	value := *e
	value.Status = http.StatusBadRequest
	return &value
}

// readBack reads users after they were written, by id.
func (d *Directory) readBack(ctx context.Context, ids []string, logins bool) (map[string]*person, error) {
	selected, err := d.org.selected(ctx, nil)
	if err != nil {
		return nil, err
	}
	w := whose{ids: ids, byID: true}
	q := newQueries()
	q.add("users", soql.Select{Fields: selected, From: "User", Where: w.user()})
	if logins {
		addLogins(q, w)
	}
	a, err := q.run(ctx, d.salesforce)
	if err != nil {
		return nil, err
	}
	people, err := takeUsers(ctx, a)
	if err != nil {
		return nil, err
	}
	byID := indexed(people)
	if logins {
		err = takeLogins(ctx, a, byID)
	}
	return byID, err
}
