package directory

import (
	"context"
	"fmt"
	"slices"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
	"scimforce/scim/audit"
	"scimforce/scim/mapping"
)

// maxTogether is how many permission sets are assigned in the call that creates
// their user: a composite has 25 subrequests, of which the user, his reading
// and some air are others.
const maxTogether = 20

// note adds a remark to the request's audit entry.
func (d *Directory) note(ctx context.Context, texts ...string) {
	for _, t := range texts {
		audit.Note(ctx, t)
	}
}

// createTogether makes a user with his permission sets and reads him back, all
// in one call and one transaction: either he is there with all of them, or the
// org is as it was.
//
// unverified: that a query in a composite sees what the same transaction has
// just created, and takes @{user.id} inside its q.
func (d *Directory) createTogether(ctx context.Context, fields map[string]any, sets []permissionSet) (*person, error) {
	selected, err := d.org.selected(ctx, nil)
	if err != nil {
		return nil, err
	}
	q := newQueries(creationSubs(fields, sets)...)
	q.add("users", soql.Select{Fields: selected, From: "User", Where: soql.Eq("Id", soql.Reference("@{user.id}"))})
	a, err := q.runTogether(ctx, d.salesforce)
	if err != nil {
		return nil, err
	}
	if err := salesforce.Culprit(a.responses); err != nil {
		return nil, err
	}
	records, err := a.records(ctx, "users")
	if err != nil {
		return nil, err
	}
	if len(records) != 1 {
		return nil, fmt.Errorf("directory: user %s was created but not read back", a.responses["user"].ID())
	}
	p := &person{record: records[0]}
	endow(p, sets, a.responses)
	return p, nil
}

// creationSubs make a user and give him his permission sets.
func creationSubs(fields map[string]any, sets []permissionSet) []salesforce.Subrequest {
	subs := []salesforce.Subrequest{salesforce.CreateSub("user", "User", fields)}
	for i, set := range sets {
		subs = append(subs, salesforce.CreateSub(fmt.Sprintf("set%d", i), "PermissionSetAssignment",
			salesforce.Record{"AssigneeId": "@{user.id}", "PermissionSetId": set.ID}))
	}
	return subs
}

// endow says of a user who was made by creationSubs what he has: no groups, no
// UserLogin, and these permission sets.
func endow(p *person, sets []permissionSet, responses map[string]salesforce.Subresponse) {
	p.known = true
	for i, set := range sets {
		p.grants = append(p.grants, grant{responses[fmt.Sprintf("set%d", i)].ID(), mapping.KindPermissionSet, set.ID, set.Name, set.Label})
	}
}

// createApart is createTogether for what cannot travel in one composite: a value
// that Salesforce would take for a reference to another subrequest, or very
// many permission sets. A permission set that is refused does not make it fail:
// the user is there, and the answer shows what he has.
func (d *Directory) createApart(ctx context.Context, fields map[string]any, sets []permissionSet) (*person, error) {
	id, err := d.salesforce.Create(ctx, "User", fields)
	if err != nil {
		return nil, err
	}
	p, err := d.personNow(ctx, id)
	if err != nil {
		return nil, err
	}
	d.complete(ctx, p, sets)
	return p, nil
}

// complete gives a new user those of his permission sets that he does not have.
// What is refused is noted: the user is there, and the answer shows what he has.
func (d *Directory) complete(ctx context.Context, p *person, sets []permissionSet) {
	missing := slices.DeleteFunc(slices.Clone(sets), func(s permissionSet) bool {
		return slices.ContainsFunc(p.grants, func(g grant) bool { return g.id == s.ID })
	})
	if err := d.assign(ctx, p, missing); err != nil {
		d.logger.WarnContext(ctx, "a user was created without all of his permission sets", "user", p.record.ID(), "error", err)
		d.note(ctx, "the user was created without all of his permission sets: "+err.Error())
	}
}

// personNow reads one user, visible or not, with his access.
func (d *Directory) personNow(ctx context.Context, id string) (*person, error) {
	people, err := d.find(ctx, whose{ids: []string{id}, byID: true}, Want{Access: true}, 0)
	if err != nil {
		return nil, err
	}
	if len(people) != 1 {
		return nil, fmt.Errorf("directory: user %s was written but not read back", id)
	}
	return people[0], nil
}

// updateTogether changes a user's record and, when frozen is not nil, freezes or
// unfreezes him, and reads him back, all in one call and one transaction. What
// he has been given is taken over from before: no field of User changes it.
func (d *Directory) updateTogether(ctx context.Context, before *person, fields map[string]any, frozen *bool) (*person, error) {
	id := before.record.ID()
	var writes []salesforce.Subrequest
	if frozen != nil {
		writes = append(writes, salesforce.UpdateSub("freeze", "UserLogin", before.loginID, salesforce.Record{"IsFrozen": *frozen}))
	}
	if len(fields) > 0 {
		if referring(fields) {
			if err := d.salesforce.Update(ctx, "User", id, fields); err != nil {
				return nil, err
			}
		} else {
			writes = append(writes, salesforce.UpdateSub("user", "User", id, fields))
		}
	}
	selected, err := d.org.selected(ctx, nil)
	if err != nil {
		return nil, err
	}
	w := whose{ids: []string{id}, byID: true}
	q := newQueries(writes...)
	q.add("users", soql.Select{Fields: selected, From: "User", Where: w.user()})
	addLogins(q, w)
	a, err := q.runTogether(ctx, d.salesforce)
	if err != nil {
		return nil, err
	}
	if err := salesforce.Culprit(a.responses); err != nil {
		return nil, err
	}
	people, err := takePeople(ctx, a, false)
	if err != nil {
		return nil, err
	}
	if len(people) != 1 {
		return nil, notFound("User", id)
	}
	after := people[0]
	after.grants, after.known = before.grants, before.known
	return after, nil
}

// referring says that Salesforce would take a value for a reference to another
// subrequest of a composite.
func referring(fields map[string]any) bool {
	for _, v := range fields {
		if text, ok := v.(string); ok && salesforce.HasReference(text) {
			return true
		}
	}
	return false
}
