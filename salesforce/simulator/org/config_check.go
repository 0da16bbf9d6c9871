package org

import (
	"maps"
	"slices"
	"strings"
)

// check says what is wrong with a completed configuration as far as can be told
// without making the org.
func (c Config) check() problems {
	k := &checking{Config: c}
	register := func(kind, key string) *register {
		return &register{&k.found, kind, key, map[string]bool{}}
	}
	k.licences, k.setLicences = register("licence", "licenses"), register("permission set licence", "permissionSetLicenses")
	k.packages, k.profiles = register("package licence", "packageLicenses"), register("profile", "profiles")
	k.roles, k.sets = register("role", "roles"), register("permission set", "permissionSets")
	k.bundles, k.people = register("permission set group", "permissionSetGroups"), register("person", "people")
	k.groups, k.queues = register("group", "groups"), register("queue", "queues")
	k.numbers()
	k.licensing()
	k.access()
	k.named()
	k.grouping()
	k.persons()
	c.checkFields(&k.found)
	return k.found
}

// checking is a configuration being looked at: the names it gives, in the order
// in which things can refer to one another.
type checking struct {
	Config
	found                                                  problems
	licences, setLicences, packages, profiles, roles, sets *register
	bundles, people, groups, queues                        *register
}

func (k *checking) numbers() {
	if !slices.Contains(Editions(), k.Edition) {
		k.found.addf(0, "edition %q is none: write one of %s", k.Edition, strings.Join(Editions(), ", "))
	}
	if k.Users < 0 || k.Users > mostUsers {
		k.found.addf(0, "users %d: write a number from 0 to %d", k.Users, mostUsers)
	}
	for _, name := range slices.Sorted(maps.Keys(k.LicenseSeats)) {
		if k.LicenseSeats[name] < 0 {
			k.found.addf(0, "licence %q has %d seats: write 0 or more", name, k.LicenseSeats[name])
		}
	}
}

func (k *checking) licensing() {
	for _, l := range k.Licenses {
		k.licences.add(l.spot, l.Name)
	}
	for _, l := range k.PermissionSetLicenses {
		k.setLicences.add(l.spot, l.Name)
	}
	for _, l := range k.PackageLicenses {
		k.packages.add(l.spot, l.Namespace)
	}
}

func (k *checking) access() {
	for _, p := range k.Profiles {
		k.profiles.add(p.spot, p.Name)
		k.licences.want(p.spot, "license", "profile "+p.Name, p.License)
		if !slices.Contains(userTypes(), p.UserType) {
			k.found.addf(p.line("userType"), "profile %s: user type %q is none: write one of %s", p.Name, p.UserType, strings.Join(userTypes(), ", "))
		}
	}
	for _, r := range k.Roles {
		k.roles.wantAny(r.spot, "name", "role "+r.Name, r.Parent)
		k.roles.add(r.spot, r.Name)
	}
	for _, p := range k.PermissionSets {
		k.sets.add(p.spot, p.Name)
		if !k.setLicences.has(p.License) {
			k.licences.wantAny(p.spot, "license", "permission set "+p.Name, p.License)
		}
	}
	for _, g := range k.PermissionSetGroups {
		k.bundles.add(g.spot, g.Name)
		for _, name := range g.PermissionSets {
			k.sets.want(g.spot, "permissionSets", "permission set group "+g.Name, name)
		}
	}
}

// named notes the Usernames of people. The first administrator may be the one
// that AdminUsername names.
func (k *checking) named() {
	k.people.add(spot{}, k.AdminUsername)
	for i, p := range slices.Concat(k.Admins, k.People) {
		name := p.text("Username")
		switch {
		case name == "":
			k.found.addf(p.line(""), "a person without a name: write Username: NAME@DOMAIN")
		case i == 0 && len(k.Admins) > 0 && strings.EqualFold(name, k.AdminUsername):
		default:
			k.people.add(p.spot, name)
		}
	}
}

func (k *checking) grouping() {
	for _, g := range k.Groups {
		k.members(g.spot, "group "+g.Name, g.Members)
		k.groups.add(g.spot, g.Name)
	}
	for _, q := range k.Queues {
		k.members(q.spot, "queue "+q.Name, q.Members)
		k.queues.add(q.spot, q.Name)
	}
}

func (k *checking) members(at spot, who string, list []string) {
	for _, member := range list {
		kind, name, ok := strings.Cut(member, ":")
		switch {
		case !ok:
			k.people.want(at, "members", who, member)
		case kind == "role" || kind == "subordinates":
			k.roles.want(at, "members", who, name)
		case kind == "group":
			k.groups.want(at, "members", who, name)
		default:
			k.found.addf(at.line("members"), "%s: member %q: write a Username, role:NAME, subordinates:NAME or group:NAME", who, member)
		}
	}
}

func (k *checking) persons() {
	for _, p := range slices.Concat(k.Admins, k.People) {
		who := p.text("Username")
		k.profiles.wantAny(p.spot, "profile", who, p.Profile)
		k.roles.wantAny(p.spot, "role", who, p.Role)
		k.people.wantAny(p.spot, "manager", who, p.Manager)
		for _, name := range p.PermissionSets {
			k.sets.want(p.spot, "permissionSets", who, name)
		}
		for _, name := range p.PermissionSetGroups {
			k.bundles.want(p.spot, "permissionSetGroups", who, name)
		}
		for _, name := range p.Groups {
			if !k.queues.has(name) {
				k.groups.want(p.spot, "groups", who, name)
			}
		}
	}
}

// mostUsers is how many plausible people an org can have.
const mostUsers = 5_000_000

// register knows the names of one kind of thing, in any case.
type register struct {
	found     *problems
	kind, key string // what one is called; the key of the list in a file
	names     map[string]bool
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
