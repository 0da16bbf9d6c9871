package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"scimforce/salesforce"
	"scimforce/salesforce/soql"
	"scimforce/scim/mapping"
)

// person is a user as Salesforce holds him: the record of User and what lies
// beside it.
type person struct {
	record  salesforce.Record
	loginID string // of UserLogin; "" when he has none, as before a first login
	frozen  bool
	grants  []grant
	known   bool // whether grants were read
}

// grant is one assignment of access.
type grant struct {
	assignment string // id of the assigning record
	kind       string // mapping.KindPublicGroup, mapping.KindPermissionSet
	id         string // of the group or permission set
	name       string // its API name
	label      string
}

// lookupKey asks for one user, by id or by lower-cased username, with or
// without his access.
type lookupKey struct {
	value  string
	access bool
}

const (
	// gathered is how many lookups travel in one call.
	gathered = 200
	// createdKept and groupsKept bound the memories of what was seen lately.
	createdKept, groupsKept = 4096, 16384
	// seenKept and seenFor bound the memory of the grants that an IdP was shown:
	// one that reads a user before it puts him does so within seconds.
	seenKept, seenFor = 2048, 2 * time.Minute
)

// notHuman are the types of users that no IdP manages: they have no mailbox,
// no password and mostly no licence.
var notHuman = [...]string{"AutomatedProcess", "CloudIntegrationUser", "Guest"}

// human is the condition that leaves them out.
func human() soql.Condition { return soql.NotIn("UserType", notHuman[:]) }

func isHuman(record salesforce.Record) bool {
	return !slices.Contains(notHuman[:], record.String("UserType"))
}

// whose says of which users something is read: by id, directly, or by a
// condition on User, as a semi-join, which keeps a lookup at one call although
// the id is not known yet. where must hold no semi-join itself: Salesforce
// takes only one level.
type whose struct {
	ids   []string
	where soql.Condition
	byID  bool
}

func (w whose) user() soql.Condition {
	if w.byID {
		return soql.In("Id", w.ids)
	}
	return w.where
}

func (w whose) in(field string) soql.Condition {
	if w.byID {
		return soql.In(field, w.ids)
	}
	return soql.InSelect(field, soql.Select{Fields: []string{"Id"}, From: "User", Where: w.where})
}

// addLogins adds the query for what UserLogin holds.
func addLogins(q *queries, w whose) {
	q.add("logins", soql.Select{Fields: []string{"Id", "UserId", "IsFrozen"}, From: "UserLogin", Where: w.in("UserId")})
}

// addAccess adds the queries for permission sets and groups.
func addAccess(q *queries, w whose) {
	q.add("sets", soql.Select{
		Fields: []string{"Id", "AssigneeId", "PermissionSetId", "PermissionSet.Name", "PermissionSet.Label"},
		From:   "PermissionSetAssignment",
		Where:  soql.And(w.in("AssigneeId"), grantableSets("PermissionSet.")),
	})
	q.add("groups", soql.Select{
		Fields: []string{"Id", "UserOrGroupId", "GroupId", "Group.Name", "Group.DeveloperName"},
		From:   "GroupMember",
		Where:  soql.And(w.in("UserOrGroupId"), soql.Eq("Group.Type", "Regular")),
	})
}

// takeLogins reads the answer to addLogins.
func takeLogins(ctx context.Context, a answers, people map[string]*person) error {
	logins, err := a.optional(ctx, "logins")
	if err != nil {
		return err
	}
	for _, r := range logins {
		if p := people[r.String("UserId")]; p != nil {
			p.loginID, p.frozen = r.ID(), r.Bool("IsFrozen")
		}
	}
	return nil
}

// takeAccess reads the answers to addAccess.
func takeAccess(ctx context.Context, a answers, people map[string]*person) error {
	for _, p := range people {
		p.known = true
	}
	sets, err := a.optional(ctx, "sets")
	if err != nil {
		return err
	}
	for _, r := range sets {
		if p := people[r.String("AssigneeId")]; p != nil {
			p.grants = append(p.grants, grant{
				r.ID(), mapping.KindPermissionSet, r.String("PermissionSetId"),
				r.String("PermissionSet.Name"), r.String("PermissionSet.Label"),
			})
		}
	}
	groups, err := a.optional(ctx, "groups")
	if err != nil {
		return err
	}
	for _, r := range groups {
		if p := people[r.String("UserOrGroupId")]; p != nil {
			p.grants = append(p.grants, grant{
				r.ID(), mapping.KindPublicGroup, r.String("GroupId"),
				r.String("Group.DeveloperName"), r.String("Group.Name"),
			})
		}
	}
	return nil
}

// find reads the users that w names, with what lies beside them, in one call.
// The result is in id order.
func (d *Directory) find(ctx context.Context, w whose, want Want, limit int) ([]*person, error) {
	return described(d, func() ([]*person, error) { return d.findOnce(ctx, w, want, limit) })
}

func (d *Directory) findOnce(ctx context.Context, w whose, want Want, limit int) ([]*person, error) {
	fields, err := d.org.selected(ctx, want.Attributes)
	if err != nil {
		return nil, err
	}
	q := newQueries()
	q.add("users", soql.Select{Fields: fields, From: "User", Where: w.user(), OrderBy: []string{"Id"}, Limit: limit})
	together := w.byID || !d.apart.Load()
	if together {
		addLogins(q, w)
		if want.Access {
			addAccess(q, w)
		}
	}
	a, err := q.run(ctx, d.salesforce)
	if err != nil {
		return nil, fmt.Errorf("directory: read users: %w", err)
	}
	if !w.byID && d.refusesJoins(ctx, a) {
		together = false
	}
	if together {
		return takePeople(ctx, a, want.Access)
	}
	people, err := takeUsers(ctx, a)
	if err != nil {
		return nil, err
	}
	return people, d.beside(ctx, people, true, want.Access)
}

// takeUsers reads "users" alone.
func takeUsers(ctx context.Context, a answers) ([]*person, error) {
	records, err := a.records(ctx, "users")
	if err != nil {
		return nil, err
	}
	people := make([]*person, len(records))
	for i, r := range records {
		people[i] = &person{record: r}
	}
	return people, nil
}

// takePeople reads "users" and what lies beside them from one call's answers.
func takePeople(ctx context.Context, a answers, access bool) ([]*person, error) {
	people, err := takeUsers(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := takeLogins(ctx, a, indexed(people)); err != nil {
		return nil, err
	}
	if access {
		if err := takeAccess(ctx, a, indexed(people)); err != nil {
			return nil, err
		}
	}
	return people, nil
}

func indexed(people []*person) map[string]*person {
	byID := make(map[string]*person, len(people))
	for _, p := range people {
		byID[p.record.ID()] = p
	}
	return byID
}

// loadAccess reads the permission sets and groups of people who are known
// without them.
func (d *Directory) loadAccess(ctx context.Context, people []*person) error {
	unknown := slices.DeleteFunc(slices.Clone(people), func(p *person) bool { return p.known })
	return d.beside(ctx, unknown, false, true)
}

// fetchByID is the gathered read by id.
func (d *Directory) fetchByID(ctx context.Context, keys []lookupKey) (map[lookupKey]person, error) {
	values, access := spread(keys)
	return d.fetch(ctx, keys, whose{ids: values, byID: true}, access, salesforce.Record.ID)
}

// fetchByName is the gathered read by username.
func (d *Directory) fetchByName(ctx context.Context, keys []lookupKey) (map[lookupKey]person, error) {
	values, access := spread(keys)
	return d.fetch(ctx, keys, whose{where: soql.In("Username", values)}, access, func(r salesforce.Record) string {
		return strings.ToLower(r.String("Username"))
	})
}

// lookup reads one user by username, together with whoever else is looked up at
// this moment. He may be deleted, or no person.
func (d *Directory) lookup(ctx context.Context, username string, access bool) (p person, found bool, err error) {
	username = strings.ToLower(strings.TrimSpace(username))
	if !plausible(username) {
		return person{}, false, nil
	}
	return d.byName.Do(ctx, lookupKey{username, access})
}

// spread lists the distinct values of the keys, and whether any wants access.
func spread(keys []lookupKey) (values []string, access bool) {
	for _, k := range keys {
		if !slices.Contains(values, k.value) {
			values = append(values, k.value)
		}
		access = access || k.access
	}
	return values, access
}

func (d *Directory) fetch(ctx context.Context, keys []lookupKey, w whose, access bool, keyOf func(salesforce.Record) string) (map[lookupKey]person, error) {
	people, err := d.find(ctx, w, Want{Access: access}, 0)
	if err != nil {
		return nil, err
	}
	found := make(map[lookupKey]person, len(keys))
	for _, p := range people {
		for _, wanted := range [...]bool{false, true} {
			if key := (lookupKey{keyOf(p.record), wanted}); slices.Contains(keys, key) {
				found[key] = *p
			}
		}
	}
	return found, nil
}
