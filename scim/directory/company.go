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

// nodes is how much of a call of graphs a creation takes: at least the part of
// MaxNodes by which no more than MaxGraphs find room.
func (c creation) nodes() int {
	return max(1+len(c.sets), (salesforce.MaxNodes+salesforce.MaxGraphs-1)/salesforce.MaxGraphs)
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
// the same moment travel in one call, each with an outcome of its own; those with
// permission sets apart, as each of them is a transaction there, too.
func (d *Directory) createUser(ctx context.Context, fields map[string]any, sets []permissionSet) (*person, error) {
	if referring(fields) || len(sets) > maxTogether {
		return d.createApart(ctx, fields, sets)
	}
	creations := d.creations
	if len(sets) > 0 {
		creations = d.endowments
	}
	w, err := creations.Do(ctx, creation{ctx, fields, sets})
	p, err := w.outcome(err)
	if len(sets) > 0 && (salesforce.IsLocked(err) || salesforce.HasCode(err, "PROCESSING_HALTED")) {
		return d.createTogether(ctx, fields, sets) // nothing was made; this one has the patience that is wanted
	}
	return p, err
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
	rows := rows{object: "User", records: make([]salesforce.Record, len(all))}
	contexts, usernames := make([]context.Context, len(all)), make([]string, len(all))
	for i, c := range all {
		rows.records[i], contexts[i] = c.fields, c.ctx
		usernames[i], _ = c.fields["Username"].(string)
	}
	ctx = salesforce.WithRecordersOf(ctx, contexts...)
	people, err := d.writeUsers(ctx, soql.In("Username", usernames), nil, &rows)
	out := make([]written, len(all))
	for i, r := range rows.results {
		p, found := people[r.ID]
		switch {
		case r.Err != nil:
			out[i].err = r.Err
		case err != nil:
			out[i].err = unread(err)
		case !found:
			out[i].err = fmt.Errorf("directory: user %s was created but not read back", r.ID)
		default:
			endow(p, nil, nil)
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
	logins, users := rows{object: "UserLogin", update: true}, rows{object: "User", update: true}
	contexts, ids := make([]context.Context, len(all)), make([]string, len(all))
	of := map[*rows][]int{}
	for i, c := range all {
		contexts[i], ids[i] = c.ctx, c.before.record.ID()
		if c.frozen != nil {
			of[&logins] = append(of[&logins], i)
			logins.records = append(logins.records, salesforce.Record{"Id": c.before.loginID, "IsFrozen": *c.frozen})
			continue
		}
		of[&users] = append(of[&users], i)
		record := salesforce.Record{"Id": ids[i]}
		for name, value := range c.fields {
			record[name] = value
		}
		users.records = append(users.records, record)
	}
	ctx = salesforce.WithRecordersOf(ctx, contexts...)
	people, err := d.writeUsers(ctx, soql.In("Id", ids), ids, &logins, &users)
	out := make([]written, len(all))
	for rows, at := range of {
		for n, r := range rows.results {
			out[at[n]].err = r.Err
		}
	}
	for i, c := range all {
		after, found := people[ids[i]]
		switch {
		case nowhere(out[i].err) && found && c.frozen == nil:
			out[i].err = ofValue(out[i].err)
		case out[i].err != nil:
		case err != nil:
			out[i].err = unread(err)
		case !found:
			out[i].err = notFound("User", ids[i])
		default:
			after.grants, after.known = c.before.grants, c.before.known
			out[i].person = after
		}
	}
	return out
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
