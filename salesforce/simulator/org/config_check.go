package org

import (
	"maps"
	"slices"
	"strings"
)

// check says what is wrong with a completed configuration as far as can be told
// without making the org.
func (c Config) check() problems {
	var found problems
	if !slices.Contains(Editions(), c.Edition) {
		found.addf(0, "edition %q is none: write one of %s", c.Edition, strings.Join(Editions(), ", "))
	}
	if c.Users < 0 || c.Users > mostUsers {
		found.addf(0, "users %d: write a number from 0 to %d", c.Users, mostUsers)
	}
	for _, name := range slices.Sorted(maps.Keys(c.LicenseSeats)) {
		if c.LicenseSeats[name] < 0 {
			found.addf(0, "licence %q has %d seats: write 0 or more", name, c.LicenseSeats[name])
		}
	}
	licences := newRegister(&found, "licence", "licenses")
	for _, l := range c.Licenses {
		licences.add(l.spot, l.Name)
	}
	sets := newRegister(&found, "permission set", "permissionSets")
	setLicences := newRegister(&found, "permission set licence", "permissionSetLicenses")
	for _, l := range c.PermissionSetLicenses {
		setLicences.add(l.spot, l.Name)
	}
	packages := newRegister(&found, "package licence", "packageLicenses")
	for _, l := range c.PackageLicenses {
		packages.add(l.spot, l.Namespace)
	}
	profiles := newRegister(&found, "profile", "profiles")
	for _, p := range c.Profiles {
		profiles.add(p.spot, p.Name)
		licences.want(p.spot, "license", "profile "+p.Name, p.License)
		if !slices.Contains(userTypes(), p.UserType) {
			found.addf(p.line("userType"), "profile %s: user type %q is none: write one of %s", p.Name, p.UserType, strings.Join(userTypes(), ", "))
		}
	}
	roles := newRegister(&found, "role", "roles")
	for _, r := range c.Roles {
		if r.Parent != "" {
			roles.want(r.spot, "name", "role "+r.Name, r.Parent)
		}
		roles.add(r.spot, r.Name)
	}
	for _, p := range c.PermissionSets {
		sets.add(p.spot, p.Name)
		if p.License != "" && !licences.has(p.License) && !setLicences.has(p.License) {
			licences.want(p.spot, "license", "permission set "+p.Name, p.License)
		}
	}
	bundles := newRegister(&found, "permission set group", "permissionSetGroups")
	for _, g := range c.PermissionSetGroups {
		bundles.add(g.spot, g.Name)
		for _, name := range g.PermissionSets {
			sets.want(g.spot, "permissionSets", "permission set group "+g.Name, name)
		}
	}
	people := newRegister(&found, "person", "people")
	people.add(spot{}, c.AdminUsername)
	crowd := slices.Concat(c.Admins, c.People)
	for i, p := range crowd {
		name := p.text("Username")
		if name == "" {
			found.addf(p.line(""), "a person without a name: write Username: NAME@DOMAIN")
			continue
		}
		if i > 0 || len(c.Admins) == 0 || !strings.EqualFold(name, c.AdminUsername) {
			people.add(p.spot, name)
		}
	}
	groups := newRegister(&found, "group", "groups")
	members := func(at spot, who string, list []string) {
		for _, member := range list {
			kind, name, ok := strings.Cut(member, ":")
			switch {
			case !ok:
				people.want(at, "members", who, member)
			case kind == "role" || kind == "subordinates":
				roles.want(at, "members", who, name)
			case kind == "group":
				groups.want(at, "members", who, name)
			default:
				found.addf(at.line("members"), "%s: member %q: write a Username, role:NAME, subordinates:NAME or group:NAME", who, member)
			}
		}
	}
	for _, g := range c.Groups {
		members(g.spot, "group "+g.Name, g.Members)
		groups.add(g.spot, g.Name)
	}
	queues := newRegister(&found, "queue", "queues")
	for _, q := range c.Queues {
		members(q.spot, "queue "+q.Name, q.Members)
		queues.add(q.spot, q.Name)
	}
	for _, p := range crowd {
		who := p.text("Username")
		profiles.wantAny(p.spot, "profile", who, p.Profile)
		roles.wantAny(p.spot, "role", who, p.Role)
		people.wantAny(p.spot, "manager", who, p.Manager)
		for _, name := range p.PermissionSets {
			sets.want(p.spot, "permissionSets", who, name)
		}
		for _, name := range p.PermissionSetGroups {
			bundles.want(p.spot, "permissionSetGroups", who, name)
		}
		for _, name := range p.Groups {
			if !queues.has(name) {
				groups.want(p.spot, "groups", who, name)
			}
		}
	}
	c.checkFields(&found)
	return found
}

// mostUsers is how many plausible people an org can have.
const mostUsers = 5_000_000

// register knows the names of one kind of thing, in any case.
type register struct {
	found     *problems
	kind, key string // what one is called; the key of the list in a file
	names     map[string]bool
}

func newRegister(found *problems, kind, key string) *register {
	return &register{found, kind, key, map[string]bool{}}
}

func (r *register) has(name string) bool { return r.names[strings.ToLower(name)] }

// add notes a name, of which there can be one only.
func (r *register) add(at spot, name string) {
	switch {
	case name == "":
		r.found.addf(at.line(""), "a %s without a name: give it one", r.kind)
	case r.has(name):
		r.found.addf(at.line(""), "%s %q is there twice: leave one out", r.kind, name)
	}
	r.names[strings.ToLower(name)] = true
}

// want looks for a name that something refers to.
func (r *register) want(at spot, key, who, name string) {
	if !r.has(name) {
		r.found.addf(at.line(key), "%s: there is no %s %q: add it to %s, or write one that is there, and before this one", who, r.kind, name, r.key)
	}
}

// wantAny is want for a name that may be left out.
func (r *register) wantAny(at spot, key, who, name string) {
	if name != "" {
		r.want(at, key, who, name)
	}
}
