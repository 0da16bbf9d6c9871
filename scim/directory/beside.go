package directory

import (
	"context"
	"fmt"
	"slices"

	"scimforce/salesforce"
)

// What lies beside a user (UserLogin, PermissionSetAssignment, GroupMember) is
// read in the same call as the user by semi-joins.
//
// unverified: that Salesforce takes semi-joins of UserLogin.UserId and of the
// polymorphic GroupMember.UserOrGroupId with User, and orders UserLogin by
// UserId. Should an org refuse, that is found out once, and from then on the
// rest is read by ids in a second call.

// refusesJoins says that the org has refused a query beside the users, and
// remembers it.
func (d *Directory) refusesJoins(ctx context.Context, a answers) bool {
	for _, ref := range [...]string{"logins", "sets", "groups"} {
		if !a.has(ref) {
			continue
		}
		if err := a.err(ref); salesforce.HasCode(err, "MALFORMED_QUERY", "INVALID_QUERY_FILTER_OPERATOR", "INVALID_FIELD") {
			if !d.apart.Swap(true) {
				d.logger.WarnContext(ctx, "Salesforce refuses to answer for users and what lies beside them in one call; two are made from now on", "error", err)
			}
			return true
		}
	}
	return false
}

// beside reads what lies beside users by their ids: their logins, their access,
// or both.
func (d *Directory) beside(ctx context.Context, people []*person, logins, access bool) error {
	for part := range slices.Chunk(people, maxWindow) {
		w := whose{byID: true}
		for _, p := range part {
			w.ids = append(w.ids, p.record.ID())
		}
		q := newQueries()
		if logins {
			addLogins(q, w)
		}
		if access {
			addAccess(q, w)
		}
		a, err := q.run(ctx, d.salesforce)
		if err != nil {
			return fmt.Errorf("directory: read what lies beside users: %w", err)
		}
		if logins {
			if err := takeLogins(ctx, a, indexed(part)); err != nil {
				return err
			}
		}
		if access {
			if err := takeAccess(ctx, a, indexed(part)); err != nil {
				return err
			}
		}
	}
	return nil
}
