package org

import (
	"strings"
	"time"
	"unicode/utf8"
)

// age is how long before its start the org was set up.
const age = 400 * 24 * time.Hour

// audited adds the fields that say who wrote a record and when, for records
// that the server makes by itself.
func (s *store) audited(fields map[string]any) map[string]any {
	return s.auditedAt(s.now(), fields)
}

func (s *store) auditedAt(at time.Time, fields map[string]any) map[string]any {
	var who any
	if s.adminID != "" {
		who = s.adminID
	}
	for name, v := range map[string]any{
		"CreatedDate": at, "LastModifiedDate": at, "SystemModstamp": at, "CreatedById": who, "LastModifiedById": who,
	} {
		if _, ok := fields[name]; !ok {
			fields[name] = v
		}
	}
	return fields
}

// seeding is the making of an org out of its configuration.
type seeding struct {
	*store
	born  time.Time
	found problems
	at    spot // of what is being made
	// ids by lower-cased name
	licences, setLicences, profiles, roles, sets, bundles, groups idsByName
}

type idsByName map[string]string

func (m idsByName) put(name, id string) { m[strings.ToLower(name)] = id }

// of is nil for a name that is nobody's, so that a field stays null.
func (m idsByName) of(name string) any {
	if id, ok := m[strings.ToLower(name)]; ok {
		return id
	}
	return nil
}

// seed fills a new org. It needs no lock: nobody has the org yet. It says which
// of the people of the configuration the org refuses.
func (s *store) seed() problems {
	g := &seeding{
		store: s, born: s.now().Add(-age),
		licences: idsByName{}, setLicences: idsByName{}, profiles: idsByName{}, roles: idsByName{},
		sets: idsByName{}, bundles: idsByName{}, groups: idsByName{},
	}
	// The administrator's id is wanted by every other record, his own included.
	s.adminID = s.users().ids.next()
	g.organization()
	g.seedLicences()
	g.seedProfiles()
	g.seedRoles()
	g.administrator()
	g.machines()
	g.seedSets()
	g.seedGroups()
	g.people()
	g.seedPeople()
	return g.found
}

// make puts a seeded record in, past all rules. Fields that the object does
// not have are left out, so that audit fields can be given to all alike; an
// object that the org does not have gets none.
func (g *seeding) make(object string, fields map[string]any) string {
	t := g.table(object)
	if t == nil {
		return ""
	}
	for name, v := range g.auditedAt(g.born, fields) {
		i, ok := t.obj.FieldIndex(name)
		if !ok {
			delete(fields, name)
			continue
		}
		f := &t.obj.Fields[i]
		switch text, _ := v.(string); {
		case f.Length > 0 && utf8.RuneCountInString(text) > f.Length:
			g.found.addf(g.at.line(""), "%s: %s %q is longer than %d characters", object, f.Name, text, f.Length)
		case f.Type == "picklist" && text != "" && !f.allows(text):
			g.found.addf(g.at.line(""), "%s: %s %q is not one of its values", object, f.Name, text)
		}
	}
	return t.put(t.ids.next(), t.values(fields)).ID()
}

func (g *seeding) organization() {
	kind := g.cfg.Edition + " Edition"
	g.orgID = g.make("Organization", map[string]any{
		"Name": g.cfg.Name, "InstanceName": g.cfg.Instance, "OrganizationType": kind, "IsSandbox": g.cfg.Sandbox,
		"DefaultLocaleSidKey": g.cfg.Locale, "LanguageLocaleKey": g.cfg.Language, "TimeZoneSidKey": g.cfg.TimeZone,
		"Country": "US", "PrimaryContact": "Ada Admin",
		"DefaultAccountAccess": "Edit", "DefaultContactAccess": "ControlledByParent",
	})
}

// administrator puts in the user whose id the org has as the administrator's.
// What the configuration says of him is written by people.
func (g *seeding) administrator() {
	fields := g.person(g.born, person{
		first: "Ada", last: "Admin", username: g.cfg.AdminUsername, alias: "aadmin", title: "Salesforce Administrator",
		department: "IT", profile: "System Administrator", role: "CEO",
	})
	fields["ReceivesAdminInfoEmails"] = true
	for _, f := range g.cfg.CustomFields {
		fields[f.Name] = f.plausible(0, g.born)
	}
	g.hire(g.adminID, fields)
}

// hire puts a user in, with the assignment that comes with his profile.
func (g *seeding) hire(id string, fields map[string]any) {
	t := g.users()
	t.put(id, t.values(fields))
	if profile, _ := fields["ProfileId"].(string); profile != "" {
		if set, ok := g.shadowOf(profile); ok {
			g.assign(id, set.ID())
		}
	}
}

// machines makes the users of every org that are no people.
func (g *seeding) machines() {
	org := strings.ToLower(id15(g.orgID))
	for _, m := range []struct{ last, alias, username, kind, profile string }{
		{"Automated Process", "autoproc", "autoproc@" + org, "AutomatedProcess", ""}, // unverified: the automated process user shows no profile
		{"Platform Integration User", "cloud", "cloud@" + org, "CloudIntegrationUser", "Cloud Integration User"},
	} {
		fields := g.person(g.born, person{last: m.last, username: m.username, alias: m.alias, profile: m.profile})
		fields["UserType"] = m.kind
		fields["Email"] = m.alias + "@" + strings.ToLower(g.cfg.Instance) + ".invalid"
		g.hire(g.users().ids.next(), fields)
	}
}

// person is what differs between seeded users; profile and role are names.
type person struct{ first, last, username, alias, title, department, profile, role string }

// person gives the fields of a seeded user.
func (g *seeding) person(at time.Time, p person) map[string]any {
	optional := func(v string) any {
		if v == "" {
			return nil
		}
		return v
	}
	fields := g.auditedAt(at, map[string]any{
		"Username": p.username, "FirstName": optional(p.first), "LastName": p.last, "Email": p.username, "Alias": p.alias,
		"CommunityNickname": nicknameOf(p.username), "Title": optional(p.title), "Department": optional(p.department),
		"TimeZoneSidKey": g.cfg.TimeZone, "LocaleSidKey": g.cfg.Locale, "LanguageLocaleKey": g.cfg.Language, "EmailEncodingKey": "UTF-8",
		"ProfileId": g.profiles.of(p.profile), "UserRoleId": g.roles.of(p.role), "CompanyName": g.cfg.Name,
	})
	if profile, ok := g.store.table("Profile").first("Name", p.profile); ok {
		fields["UserType"] = profile.Get("UserType")
	}
	return fields
}

func aliasOf(first, last string) string {
	letters := []rune(strings.ToLower(last))
	if initial := []rune(strings.ToLower(first)); len(initial) > 0 {
		letters = append(initial[:1:1], letters...)
	}
	return string(letters[:min(len(letters), 8)])
}

func nicknameOf(username string) string {
	local, _, _ := strings.Cut(username, "@")
	return local[:min(len(local), 40)]
}
