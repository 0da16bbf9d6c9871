package org

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// License is a UserLicense.
type License struct {
	Name  string // required
	Key   string // LicenseDefinitionKey; default that of the standard licence, else the Name without spaces
	Seats int    // default what LicenseSeats says, else plenty; NoSeats for none
	spot
}

// NoSeats is a licence of which there is no seat.
const NoSeats = -1

// Profile is a Profile, with the permission set that shadows it.
type Profile struct {
	Name        string // required
	License     string // Name of a UserLicense; default "Salesforce"
	UserType    string // default that of the standard profiles with the same licence
	Description string
	Permissions []string // without "Permissions": "ApiEnabled"
	spot
}

// PermissionSetLicense is a PermissionSetLicense.
type PermissionSetLicense struct {
	Name  string // DeveloperName, required
	Label string // MasterLabel; default the Name
	Seats int    // as of a License
	// Permissions are the most that a permission set made for it can give,
	// without "Permissions".
	Permissions []string
	spot
}

// PackageLicense is the PackageLicense of an installed package.
type PackageLicense struct {
	Namespace string // required
	Status    string // default "Active"
	Seats     int    // as of a License
	Site      bool   // good for everybody, whatever Seats says
	spot
}

// Role is a UserRole.
type Role struct {
	Name          string // required
	DeveloperName string // default made of the Name
	Parent        string // Name of a role before this one; "" at the top
	spot
}

// PermissionSet is a PermissionSet.
type PermissionSet struct {
	Name        string // API name, required
	Label       string // default the Name
	Description string
	License     string // Name of a UserLicense or PermissionSetLicense; default none
	Permissions []string
	Session     bool // has to be activated in a session
	spot
}

// PermissionSetGroup is a PermissionSetGroup with its components.
type PermissionSetGroup struct {
	Name           string // DeveloperName, required
	Label          string // default the Name
	Description    string
	PermissionSets []string // by Name
	spot
}

// Group is a public group.
type Group struct {
	Name          string // required
	DeveloperName string // default made of the Name
	// Members are Usernames, or "role:NAME", "subordinates:NAME" (the role and
	// those below it) and "group:NAME" of a group before this one.
	Members []string
	spot
}

// Queue is a queue.
type Queue struct {
	Name          string // required
	DeveloperName string // default made of the Name
	Email         string
	Objects       []string // what it may own, such as "Case"
	Members       []string // as of a Group
	spot
}

// Person is a user as an administrator makes him.
type Person struct {
	// Fields are by API name; Username and LastName are required. What is
	// missing and required is made up from those two and the org's defaults.
	Fields map[string]any

	Profile             string   // Name; default "Standard User"
	Role                string   // Name; default none
	Manager             string   // Username of somebody before him, or of an administrator
	PermissionSets      []string // by Name
	PermissionSetGroups []string // by Name
	Groups              []string // public groups and queues, by Name
	Inactive, Frozen    bool
	Password            string // default none, so that he cannot log in

	// CannotDeactivate is the sentence with which the org refuses to deactivate
	// him; "" lets it.
	CannotDeactivate string
	spot
}

func (p Person) text(field string) string {
	for name, v := range p.Fields {
		if strings.EqualFold(name, field) {
			s, _ := v.(string)
			return s
		}
	}
	return ""
}

// Editions are the editions an org can have.
func Editions() []string {
	return []string{"Essentials", "Professional", "Enterprise", "Performance", "Unlimited", "Developer"}
}

// DailyAPIRequests is the org's daily allocation of API calls by the formula of
// Salesforce's limits sheet.
func (c Config) DailyAPIRequests() int {
	perLicence := 1000
	switch c.Edition {
	case "Developer":
		return 15_000
	case "Unlimited", "Performance":
		perLicence = 5000
	}
	if c.Sandbox {
		return 5_000_000 // unverified: that other sandboxes than full ones have as many API calls
	}
	c, _ = c.completed()
	licences := 0
	for _, l := range c.Licenses {
		if l.Key == "SFDC" || l.Key == "AUL" { // unverified: which user licences add to the daily API calls
			licences += c.seats(l.Seats, l.Name, l.Key)
		}
	}
	return 100_000 + licences*perLicence
}

// Edition is the org's edition, one of Editions.
func (o *Org) Edition() string { return o.s.cfg.Edition }

// DailyAPIRequests is Config.DailyAPIRequests of the org's configuration.
func (o *Org) DailyAPIRequests() int { return o.s.cfg.DailyAPIRequests() }

// completed fills in the defaults and says what cannot be.
func (c Config) completed() (Config, problems) {
	c.Name = cmp.Or(c.Name, "Acme")
	c.Edition = cmp.Or(c.Edition, "Enterprise")
	c.Instance = cmp.Or(c.Instance, "SIM1")
	c.Language, c.Locale = cmp.Or(c.Language, "en_US"), cmp.Or(c.Locale, "en_US")
	c.TimeZone = cmp.Or(c.TimeZone, "America/Los_Angeles")
	if len(c.Admins) > 0 {
		c.AdminUsername = cmp.Or(c.AdminUsername, c.Admins[0].text("Username"))
	}
	c.AdminUsername = strings.ToLower(cmp.Or(c.AdminUsername, "admin@acme.example"))
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Licenses = slices.Clone(c.Licenses)
	for i, l := range c.Licenses {
		c.Licenses[i].Key = cmp.Or(l.Key, standardLicense(l.Name).Key, strings.ReplaceAll(l.Name, " ", "_"))
	}
	c.Licenses = overridden(standardLicenses(), c.Licenses, func(l License) string { return l.Name })
	c.Profiles = slices.Clone(c.Profiles)
	for i, p := range c.Profiles {
		standard := standardProfile(func(other Profile) bool { return strings.EqualFold(other.Name, p.Name) })
		p.License = cmp.Or(p.License, standard.License, "Salesforce")
		ofLicence := standardProfile(func(other Profile) bool { return strings.EqualFold(other.License, p.License) })
		p.UserType = cmp.Or(p.UserType, ofLicence.UserType, "Standard")
		if p.Permissions == nil {
			p.Permissions = standard.Permissions
		}
		c.Profiles[i] = p
	}
	c.Profiles = overridden(standardProfiles(), c.Profiles, func(p Profile) string { return p.Name })
	if c.PermissionSetLicenses == nil {
		c.PermissionSetLicenses = plausibleSetLicenses()
	}
	if c.PackageLicenses == nil {
		c.PackageLicenses = plausiblePackages()
	}
	if c.Roles == nil {
		c.Roles = plausibleRoles()
	}
	if c.PermissionSets == nil && c.PermissionSetGroups == nil {
		c.PermissionSetGroups = plausibleSetGroups()
	}
	if c.PermissionSets == nil {
		c.PermissionSets = plausibleSets()
	}
	if c.Groups == nil {
		c.Groups = plausibleGroups()
	}
	if c.Queues == nil {
		c.Queues = plausibleQueues()
	}
	return c, c.check()
}

// overridden puts what is configured in the place of the standard one of the
// same name, or behind all.
func overridden[T any](standard, configured []T, name func(T) string) []T {
	for _, one := range configured {
		at := slices.IndexFunc(standard, func(other T) bool { return strings.EqualFold(name(other), name(one)) })
		if at < 0 {
			standard = append(standard, one)
		} else {
			standard[at] = one
		}
	}
	return standard
}

// seats is the number of seats of a licence: what LicenseSeats says of one of
// its names, else what the licence says itself, else enough.
func (c Config) seats(own int, names ...string) int {
	for _, name := range names {
		if n, ok := c.LicenseSeats[name]; ok {
			return n
		}
	}
	switch own {
	case 0:
		return c.Users*2 + len(c.People)*2 + 50
	case NoSeats:
		return 0
	}
	return own
}

// standardLicense is the standard licence of that name, if there is one.
func standardLicense(name string) License {
	for _, l := range standardLicenses() {
		if strings.EqualFold(l.Name, name) {
			return l
		}
	}
	return License{}
}

// standardProfile is the first of the standard profiles that is such a one.
func standardProfile(is func(Profile) bool) Profile {
	for _, p := range standardProfiles() {
		if is(p) {
			return p
		}
	}
	return Profile{}
}

// host is the name the org's own pages have.
func (c Config) host() string {
	return strings.ToLower(developerName(c.Name)) + ".my.salesforce.com"
}

// problems are what is wrong with a configuration, each with its line where it
// came from a file.
type problems []string

func (p *problems) addf(line int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if line > 0 {
		text = fmt.Sprintf("line %d: %s", line, text)
	}
	*p = append(*p, text)
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

func (p problems) Error() string { return "org: " + strings.Join(p, "\n") }
