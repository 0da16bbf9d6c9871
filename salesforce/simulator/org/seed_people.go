package org

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// crowd makes plausible people by the million: what they have alike is made
// once, what is looked up by name is looked up once.
type crowd struct {
	s                          *store
	users, assignments, logins sheet
	domain                     string
	names                      names
	firsts, lasts              []any // as in names
	aliases                    []any // by pair of names
	phones                     []any
	hired                      map[int]any     // moments, by hours since the org was set up
	seen                       map[int]any     // moments, by hours ago
	taken                      map[string]bool // names and nicknames of those who are there already
	born, now                  time.Time
}

// sheet is a full set of values of one table that is filled in again and again.
type sheet struct {
	t      *table
	values []any
}

func newSheet(t *table, fields map[string]any) sheet { return sheet{t, t.values(fields)} }

// column is the index of a field that the object is declared with.
func (h sheet) column(name string) int {
	i, _ := h.t.obj.FieldIndex(name)
	return i
}

// file puts a record with the values in.
func (h sheet) file(id string) { h.t.put(id, h.values) }

// seedPeople makes cfg.Users plausible people. Nine in ten have tried to log
// in, which is what gives a user a UserLogin record.
func (g *seeding) seedPeople() {
	s := g.store
	if s.cfg.Users == 0 {
		return
	}
	c := g.newCrowd()
	jobs := jobs()
	type post struct{ title, department, role any }
	posts := make([]post, len(jobs))
	for i, j := range jobs {
		posts[i] = post{j.title, j.department, g.roles.of(j.role)}
	}
	type place struct{ profile, kind, set any }
	at := func(profile string) place {
		p, _ := s.table("Profile").first("Name", profile)
		set, _ := s.shadowOf(p.ID())
		return place{p.r.id, p.Get("UserType"), set.r.id}
	}
	standard, minimum := at("Standard User"), at("Minimum Access - Salesforce")
	n := s.cfg.Users // one in 20 has little access, one in 50 is inactive
	if !g.seated(map[string]int{"Standard User": n - n/20 - n/50 + n/100, "Minimum Access - Salesforce": n/20 - n/100}) {
		return
	}
	var (
		u                             = c.users
		username, email, nickname     = u.column("Username"), u.column("Email"), u.column("CommunityNickname")
		first, last, alias            = u.column("FirstName"), u.column("LastName"), u.column("Alias")
		title, department, role       = u.column("Title"), u.column("Department"), u.column("UserRoleId")
		profile, kind                 = u.column("ProfileId"), u.column("UserType")
		phone, active, login          = u.column("Phone"), u.column("IsActive"), u.column("LastLoginDate")
		created, modified, stamp      = u.column("CreatedDate"), u.column("LastModifiedDate"), u.column("SystemModstamp")
		assignee, set                 = c.assignments.column("AssigneeId"), c.assignments.column("PermissionSetId")
		loginUser, loginBy, loginDate = c.logins.column("UserId"), c.logins.column("LastModifiedById"), c.logins.column("LastModifiedDate")
	)
	type column struct {
		CustomField
		at int
	}
	var own []column
	for _, f := range s.cfg.CustomFields {
		if f.Required {
			own = append(own, column{f, u.column(f.Name)})
		}
	}
	for i := range s.cfg.Users {
		local := c.local(i)
		name := local + "@" + c.domain
		job := posts[s.random.IntN(len(posts))]
		where := standard
		if i%20 == 19 {
			where = minimum
		}
		at := c.hiredAt(s.random.IntN(350 * 24))
		v := u.values
		v[username], v[nickname] = any(name), any(local)
		v[email] = v[username]
		v[first], v[last], v[alias] = c.firsts[i%len(c.firsts)], c.lasts[i%len(c.lasts)], c.aliases[i%len(c.aliases)]
		v[title], v[department], v[role] = job.title, job.department, job.role
		v[profile], v[kind] = where.profile, where.kind
		v[phone], v[active], v[login] = c.phones[i%len(c.phones)], i%50 != 49, nil
		v[created], v[modified], v[stamp] = at, at, at
		triedToLogIn := i%10 != 9
		if triedToLogIn {
			v[login] = c.seenAgo(i%30*24 + i%7)
		}
		for _, f := range own {
			v[f.at] = f.plausible(i+1, at)
		}
		id := u.t.ids.next()
		u.file(id)
		c.assignments.values[assignee], c.assignments.values[set] = id, where.set
		c.assignments.file(c.assignments.t.ids.next())
		if triedToLogIn {
			c.logins.values[loginUser], c.logins.values[loginBy] = id, id
			c.logins.values[loginDate] = v[login]
			c.logins.file(c.logins.t.ids.next())
		}
	}
}

// seated reports whether there are seats for that many active users by profile;
// where not, it notes a problem.
func (g *seeding) seated(wanted map[string]int) bool {
	free := map[string]int64{} // by licence
	for _, profile := range slices.Sorted(maps.Keys(wanted)) {
		p, _ := g.table("Profile").first("Name", profile)
		licence, ok := g.licenceOf(p.ID())
		if !ok {
			continue
		}
		if _, known := free[licence.ID()]; !known {
			total, _ := licence.Get("TotalLicenses").(int64)
			free[licence.ID()] = total - int64(g.used[licence.ID()])
		}
		if free[licence.ID()] -= int64(wanted[profile]); free[licence.ID()] < 0 {
			g.found.addf(0, "users %d: the licence %q has too few seats for them: give it more, or ask for fewer", g.cfg.Users, licence.text("Name"))
			return false
		}
	}
	return true
}

func (g *seeding) newCrowd() *crowd {
	s, now := g.store, g.now()
	c := &crowd{
		s: s, born: g.born, now: now, domain: "acme.example", names: newNames(),
		hired: map[int]any{}, seen: map[int]any{}, taken: map[string]bool{},
		users:       newSheet(s.users(), g.person(g.born, person{})),
		assignments: newSheet(s.table("PermissionSetAssignment"), map[string]any{"SystemModstamp": now}),
		logins:      newSheet(s.table("UserLogin"), nil),
	}
	if _, after, ok := strings.Cut(s.cfg.AdminUsername, "@"); ok {
		c.domain = after
	}
	for r := range c.users.t.walk(c.users.t.slots, Bound{}) {
		local, _, _ := strings.Cut(r.text("Username"), "@")
		c.taken[local], c.taken[strings.ToLower(r.text("CommunityNickname"))] = true, true
	}
	for _, name := range c.names.first {
		c.firsts = append(c.firsts, name)
	}
	for _, name := range c.names.last {
		c.lasts = append(c.lasts, name)
	}
	for i := range c.names.count() {
		c.aliases = append(c.aliases, aliasOf(c.names.at(i)))
	}
	for i := range min(s.cfg.Users, 10_000) {
		c.phones = append(c.phones, fmt.Sprintf("+1 415 555 %04d", i))
	}
	return c
}

// local is what stands before the @ of the i-th person's Username, which is his
// nickname too.
func (c *crowd) local(i int) string {
	first, last := c.names.at(i)
	local := strings.ToLower(first + "." + last)
	if n := c.names.count(); i >= n {
		local += strconv.Itoa(i/n + 1)
	}
	if c.taken[local] {
		local += ".0"
	}
	return local
}

func (c *crowd) hiredAt(hours int) any { return moment(c.hired, hours, c.born, time.Hour) }

func (c *crowd) seenAgo(hours int) any { return moment(c.seen, hours, c.now, -time.Hour) }

// moment makes each moment once.
func moment(known map[int]any, hours int, from time.Time, hour time.Duration) any {
	at, ok := known[hours]
	if !ok {
		at = from.Add(time.Duration(hours) * hour)
		known[hours] = at
	}
	return at
}
