package org

import (
	"maps"
	"slices"
	"strings"
)

// people makes the people that the configuration names, through the same door
// as any client, so that the org's rules hold for them. Who works under whom
// and who is in what comes when all are there.
func (g *seeding) people() {
	door := &Org{s: g.store}
	g.loginOf(g.adminID)
	ids := map[string]string{strings.ToLower(g.cfg.AdminUsername): g.adminID}
	hired := []Person{}
	for i, p := range slices.Concat(g.cfg.Admins, g.cfg.People) {
		if p.Profile == "" {
			p.Profile = "Standard User"
			if i < len(g.cfg.Admins) {
				p.Profile = "System Administrator"
			}
		}
		fields := g.fieldsOf(p)
		name := strings.ToLower(p.text("Username"))
		var errs Errors
		id := ids[name]
		if id == "" {
			id, errs = door.Insert(Actor{}, "User", fields)
		} else {
			delete(fields, "CommunityNickname") // he has one
			errs = door.Update(Actor{}, "User", id, fields)
			if address, waits := g.pending[id]; waits {
				delete(g.pending, id)
				g.change(g.users(), id, map[string]any{"Email": address})
			}
		}
		if g.refused(p, "", errs) {
			continue
		}
		ids[name] = id
		hired = append(hired, p)
		g.finish(door, p, id)
	}
	for _, p := range hired {
		id := ids[strings.ToLower(p.text("Username"))]
		if p.Manager != "" {
			g.refused(p, "manager", door.Update(Actor{}, "User", id, map[string]any{"ManagerId": ids[strings.ToLower(p.Manager)]}))
		}
		for _, name := range p.Groups {
			group := g.groups.of("group:" + name)
			if group == nil {
				group = g.groups.of("queue:" + name)
			}
			g.join(door, p.spot, p.text("Username"), group, id)
		}
	}
	for _, one := range g.cfg.Groups {
		g.members(door, one.spot, "group "+one.Name, g.groups.of("group:"+one.Name), one.Members, ids)
	}
	for _, one := range g.cfg.Queues {
		g.members(door, one.spot, "queue "+one.Name, g.groups.of("queue:"+one.Name), one.Members, ids)
	}
}

// fieldsOf are the fields of a person, what he has to have made up.
func (g *seeding) fieldsOf(p Person) map[string]any {
	fields := maps.Clone(p.Fields)
	name := p.text("Username")
	for field, v := range map[string]any{
		"Email": name, "Alias": aliasOf(p.text("FirstName"), p.text("LastName")), "TimeZoneSidKey": g.cfg.TimeZone,
		"LocaleSidKey": g.cfg.Locale, "LanguageLocaleKey": g.cfg.Language, "EmailEncodingKey": "UTF-8",
		"CommunityNickname": nicknameOf(name), "CompanyName": g.cfg.Name,
		"ProfileId": g.profiles.of(p.Profile), "UserRoleId": g.roles.of(p.Role), "IsActive": !p.Inactive,
	} {
		given := func(other string) bool { return strings.EqualFold(other, field) }
		if v != nil && !slices.ContainsFunc(slices.Collect(maps.Keys(fields)), given) {
			fields[field] = v
		}
	}
	return fields
}

// finish gives a person what stands in other records.
func (g *seeding) finish(door *Org, p Person, id string) {
	for _, name := range p.PermissionSets {
		_, errs := door.Insert(Actor{}, "PermissionSetAssignment", map[string]any{"AssigneeId": id, "PermissionSetId": g.sets.of(name)})
		g.refused(p, "permissionSets", errs)
	}
	for _, name := range p.PermissionSetGroups {
		_, errs := door.Insert(Actor{}, "PermissionSetAssignment", map[string]any{"AssigneeId": id, "PermissionSetGroupId": g.bundles.of(name)})
		g.refused(p, "permissionSetGroups", errs)
	}
	if p.Frozen {
		g.change(g.table("UserLogin"), g.loginOf(id), map[string]any{"IsFrozen": true})
	}
	if p.Password != "" {
		door.SetPassword(id, p.Password)
	}
	if p.CannotDeactivate != "" {
		door.RefuseDeactivation(id, Error{Message: p.CannotDeactivate})
	}
}

// refused notes what the org says against a person.
func (g *seeding) refused(p Person, key string, errs Errors) bool {
	for _, e := range errs {
		at := key
		if len(e.Fields) > 0 && key == "" {
			at = e.Fields[0]
		}
		for name := range p.Fields { // a field that is not there is named in the message only
			if e.Code == "INVALID_FIELD" && strings.Contains(e.Message, "'"+name+"'") {
				at = name
			}
		}
		field := ""
		if len(e.Fields) > 0 {
			field = strings.Join(e.Fields, ", ") + ": "
		}
		g.found.addf(p.line(at), "%s: %s%s (%s)", p.text("Username"), field, e.Message, e.Code)
	}
	return len(errs) > 0
}

// members puts into a group what its configuration names.
func (g *seeding) members(door *Org, at spot, who string, group any, names []string, people map[string]string) {
	for _, name := range names {
		kind, rest, isKind := strings.Cut(name, ":")
		switch {
		case !isKind:
			g.join(door, at, who, group, people[strings.ToLower(name)])
		case kind == "group":
			g.join(door, at, who, group, g.groups.of(name))
		default:
			want := map[string]string{"role": "Role", "subordinates": "RoleAndSubordinates"}[kind]
			for _, r := range g.table("Group").find("RelatedId", g.roles.of(rest)) {
				if r.text("Type") == want {
					g.join(door, at, who, group, r.ID())
				}
			}
		}
	}
}

func (g *seeding) join(door *Org, at spot, who string, group, member any) {
	_, errs := door.Insert(Actor{}, "GroupMember", map[string]any{"GroupId": group, "UserOrGroupId": member})
	for _, e := range errs {
		g.found.addf(at.line("members"), "%s: a member is refused: %s (%s)", who, e.Message, e.Code)
	}
}
