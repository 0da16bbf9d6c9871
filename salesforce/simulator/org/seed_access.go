package org

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// seedLicences makes licences of every kind.
func (g *seeding) seedLicences() {
	for _, l := range g.cfg.Licenses {
		g.at = l.spot
		g.licences.put(l.Name, g.make("UserLicense", map[string]any{
			"Name": l.Name, "MasterLabel": l.Name, "LicenseDefinitionKey": l.Key, "Status": "Active",
			"TotalLicenses": int64(g.cfg.seats(l.Seats, l.Name, l.Key)),
		}))
	}
	for _, f := range g.cfg.features() {
		g.make("ActiveFeatureLicenseMetric", map[string]any{
			"FeatureType": f.name, "TotalLicenseCount": int64(g.cfg.seats(0, f.name)), "MetricsDate": g.born.Format(time.DateOnly),
		})
	}
	for _, l := range g.cfg.PermissionSetLicenses {
		g.at = l.spot
		fields := g.permissions("PermissionSetLicense", "MaximumPermissions", l.spot, "permission set licence "+l.Name, l.Permissions)
		maps.Copy(fields, map[string]any{
			"DeveloperName": l.Name, "MasterLabel": cmp.Or(l.Label, l.Name), "PermissionSetLicenseKey": l.Name,
			"TotalLicenses": int64(g.cfg.seats(l.Seats, l.Name, l.Label)),
		})
		g.setLicences.put(l.Name, g.make("PermissionSetLicense", fields))
	}
	for _, l := range g.cfg.PackageLicenses {
		g.at = l.spot
		seats := g.cfg.seats(l.Seats, l.Namespace)
		if l.Site {
			seats = -1
		}
		g.make("PackageLicense", map[string]any{
			"NamespacePrefix": l.Namespace, "Status": cmp.Or(l.Status, "Active"), "IsProvisioned": true, "AllowedLicenses": int64(seats),
		})
	}
}

// permissions are the fields of a profile or permission set that give
// permissions, by their names without the prefix; one that the org does not know
// is a problem.
func (g *seeding) permissions(object, prefix string, at spot, who string, names []string) map[string]any {
	obj := g.table(object).obj
	fields := map[string]any{}
	for _, name := range names {
		i, ok := obj.FieldIndex(prefix + name)
		if !ok {
			g.found.addf(at.line("permissions"), "%s: the simulator knows no permission %q: leave it out", who, name)
			continue
		}
		fields[obj.Fields[i].Name] = true
	}
	return fields
}

// seedProfiles makes profiles and the permission set that shadows each.
func (g *seeding) seedProfiles() {
	for _, p := range g.cfg.Profiles {
		g.at = p.spot
		fields := g.permissions("Profile", "Permissions", p.spot, "profile "+p.Name, p.Permissions)
		shadow := maps.Clone(fields)
		licence := g.licences.of(p.License)
		fields["Name"], fields["UserLicenseId"], fields["UserType"] = p.Name, licence, p.UserType
		if p.Description != "" {
			fields["Description"] = p.Description
		}
		id := g.make("Profile", fields)
		g.profiles.put(p.Name, id)
		// A shadow set is named after its profile by an id (seen as X00e...).
		standard := standardProfile(func(other Profile) bool { return strings.EqualFold(other.Name, p.Name) })
		maps.Copy(shadow, map[string]any{
			"Name": "X" + id, "Label": id, "ProfileId": id, "IsOwnedByProfile": true, "IsCustom": standard.Name == "",
			"Type": "Profile", "LicenseId": licence,
		})
		g.make("PermissionSet", shadow)
	}
}

// seedRoles makes the tree of roles, each with its two groups.
func (g *seeding) seedRoles() {
	for _, r := range g.cfg.Roles {
		g.at = r.spot
		name := cmp.Or(r.DeveloperName, developerName(r.Name))
		id := g.make("UserRole", map[string]any{
			"Name": r.Name, "DeveloperName": name, "RollupDescription": r.Name, "ParentRoleId": g.roles.of(r.Parent),
		})
		g.roles.put(r.Name, id)
		g.groupsOfRole(g.born, id, name)
	}
}

// seedSets makes what users are given besides their profile.
func (g *seeding) seedSets() {
	for _, p := range g.cfg.PermissionSets {
		g.at = p.spot
		fields := g.permissions("PermissionSet", "Permissions", p.spot, "permission set "+p.Name, p.Permissions)
		maps.Copy(fields, map[string]any{"Name": p.Name, "Label": cmp.Or(p.Label, p.Name), "HasActivationRequired": p.Session})
		if p.Description != "" {
			fields["Description"] = p.Description
		}
		if p.Session {
			fields["Type"] = "Session"
		}
		if p.License != "" {
			fields["LicenseId"] = g.licences.of(p.License)
			if id := g.setLicences.of(p.License); id != nil {
				fields["LicenseId"] = id
			}
		}
		g.sets.put(p.Name, g.make("PermissionSet", fields))
	}
	for _, b := range g.cfg.PermissionSetGroups {
		g.at = b.spot
		label := cmp.Or(b.Label, b.Name)
		fields := map[string]any{"DeveloperName": b.Name, "MasterLabel": label}
		if b.Description != "" {
			fields["Description"] = b.Description
		}
		id := g.make("PermissionSetGroup", fields)
		g.bundles.put(b.Name, id)
		g.shadowGroup(g.born, id, b.Name, label)
		for _, name := range b.PermissionSets {
			g.make("PermissionSetGroupComponent", map[string]any{"PermissionSetGroupId": id, "PermissionSetId": g.sets.of(name)})
		}
	}
}

// seedGroups makes the group of all internal users, public groups and queues;
// their members come with the people.
func (g *seeding) seedGroups() {
	g.make("Group", map[string]any{"DeveloperName": "AllInternalUsers", "Type": "Organization", "OwnerId": g.adminID})
	for _, one := range g.cfg.Groups {
		g.at = one.spot
		g.groups.put("group:"+one.Name, g.make("Group", map[string]any{
			"Name": one.Name, "DeveloperName": cmp.Or(one.DeveloperName, developerName(one.Name)), "Type": "Regular", "OwnerId": g.adminID,
		}))
	}
	for _, q := range g.cfg.Queues {
		g.at = q.spot
		fields := map[string]any{
			"Name": q.Name, "DeveloperName": cmp.Or(q.DeveloperName, developerName(q.Name)), "Type": "Queue", "OwnerId": g.adminID,
		}
		if q.Email != "" {
			fields["Email"] = q.Email
		}
		id := g.make("Group", fields)
		g.groups.put("queue:"+q.Name, id)
		for _, object := range slices.Compact(slices.Sorted(slices.Values(q.Objects))) {
			g.make("QueueSobject", map[string]any{"QueueId": id, "SobjectType": object})
		}
	}
}
