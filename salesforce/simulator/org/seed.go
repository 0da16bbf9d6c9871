package org

import (
	"strings"
	"time"
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

// make puts a seeded record in, past all rules. Fields that the object does
// not have are left out, so that audit fields can be given to all alike.
func (s *store) make(object string, at time.Time, fields map[string]any) string {
	t := s.table(object)
	for name := range s.auditedAt(at, fields) {
		if _, ok := t.obj.FieldIndex(name); !ok {
			delete(fields, name)
		}
	}
	return t.put(t.ids.next(), t.values(fields)).ID()
}

// seed fills a new org. It needs no lock: nobody has the org yet.
func (s *store) seed() {
	born := s.now().Add(-age).UTC().Truncate(time.Second)
	// The administrator's id is wanted by every other record, his own included.
	users := s.users()
	adminID := users.ids.next()
	s.adminID = adminID
	s.orgID = s.make("Organization", born, map[string]any{
		"Name": s.cfg.Name, "InstanceName": s.cfg.Instance, "OrganizationType": "Enterprise Edition",
		"DefaultLocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "TimeZoneSidKey": "America/Los_Angeles",
		"Country": "US", "PrimaryContact": "Ada Admin",
		"DefaultAccountAccess": "Edit", "DefaultContactAccess": "ControlledByParent",
	})
	profiles := s.seedProfiles(born)
	roles := s.seedRoles(born)
	admin := s.person(born, person{
		first: "Ada", last: "Admin", username: s.cfg.AdminUsername, alias: "aadmin", title: "Salesforce Administrator",
		department: "IT", profile: profiles["System Administrator"], role: roles["CEO"],
	})
	admin["ReceivesAdminInfoEmails"] = true
	s.hire(adminID, admin)
	s.seedMachines(born, profiles)
	s.seedAccess(born)
	s.seedSeats(born)
	s.seedPeople(born, profiles, roles)
}

// hire puts a user in, with the assignment that comes with his profile.
func (s *store) hire(id string, fields map[string]any) {
	t := s.users()
	t.put(id, t.values(fields))
	if profile, _ := fields["ProfileId"].(string); profile != "" {
		if set, ok := s.shadowOf(profile); ok {
			s.assign(id, set.ID())
		}
	}
}

// seedMachines makes the users of every org that are no people.
func (s *store) seedMachines(born time.Time, profiles map[string]string) {
	org := strings.ToLower(id15(s.orgID))
	for _, m := range []struct{ last, alias, username, kind, profile string }{
		{"Automated Process", "autoproc", "autoproc@" + org, "AutomatedProcess", ""},
		{"Platform Integration User", "cloud", "cloud@" + org, "CloudIntegrationUser", profiles["Cloud Integration User"]},
	} {
		fields := s.person(born, person{last: m.last, username: m.username, alias: m.alias, profile: m.profile})
		fields["UserType"] = m.kind
		fields["Email"] = m.alias + "@" + strings.ToLower(s.cfg.Instance) + ".invalid"
		if m.profile == "" {
			fields["ProfileId"] = nil // unverified: the automated process user shows no profile
		}
		s.hire(s.users().ids.next(), fields)
	}
}

// person is what differs between seeded users.
type person struct{ first, last, username, alias, title, department, profile, role string }

// person gives the fields of a seeded user.
func (s *store) person(at time.Time, p person) map[string]any {
	optional := func(v string) any {
		if v == "" {
			return nil
		}
		return v
	}
	fields := s.auditedAt(at, map[string]any{
		"Username": p.username, "FirstName": optional(p.first), "LastName": p.last, "Email": p.username, "Alias": p.alias,
		"CommunityNickname": nicknameOf(p.username), "Title": optional(p.title), "Department": optional(p.department),
		"TimeZoneSidKey": "America/Los_Angeles", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
		"ProfileId": optional(p.profile), "UserRoleId": optional(p.role), "CompanyName": s.cfg.Name,
	})
	if profile, ok := s.target(p.profile); ok {
		fields["UserType"] = profile.Get("UserType")
	}
	return fields
}

func aliasOf(first, last string) string {
	alias := strings.ToLower(first[:1] + last)
	return alias[:min(len(alias), 8)]
}

func nicknameOf(username string) string {
	local, _, _ := strings.Cut(username, "@")
	return local[:min(len(local), 40)]
}
