package authority

import (
	"slices"
	"strings"

	"scimforce/salesforce/simulator/org"
)

// userKey is a user among all orgs.
type userKey struct {
	tenant *tenant
	id     string
}

// person is what a login has to know of a user, at one moment.
type person struct {
	userKey
	username, profile      string
	userType               string // "Standard"
	active, frozen, locked bool
}

// mayLogIn says whether the user is active and not frozen.
func (p *person) mayLogIn() bool { return p.active && !p.frozen }

// person reads a user by id.
func (u userKey) person() (p person, ok bool) {
	_ = u.tenant.org.View(func(v *org.View) error { // the function returns no error
		p, ok = u.tenant.read(v, u.id)
		return nil
	})
	return p, ok
}

// named finds the user with that username, in any case.
func (t *tenant) named(username string) (person, bool) {
	row, ok := t.org.UserByUsername(username)
	if !ok {
		return person{}, false
	}
	id, _ := row["Id"].(string)
	return userKey{t, id}.person()
}

// find is named among the org of the host, or all orgs at the login host.
func (a *Authority) find(here *tenant, username string) (person, bool) {
	if here != nil {
		return here.named(username)
	}
	for _, t := range a.tenants {
		if p, ok := t.named(username); ok {
			return p, true
		}
	}
	return person{}, false
}

func (t *tenant) read(v *org.View, id string) (person, bool) {
	users, ok := v.Object("User")
	if !ok {
		return person{}, false
	}
	user, ok := v.Get(users, id)
	if !ok {
		return person{}, false
	}
	p := person{userKey: userKey{t, id}}
	p.username, _ = user.Get("Username").(string)
	p.userType, _ = user.Get("UserType").(string)
	p.active, _ = user.Get("IsActive").(bool)
	if profile, ok := user.Get("ProfileId").(string); ok {
		p.profile = nameOf(v, profile)
	}
	for login := range lookup(v, "UserLogin", "UserId", id) {
		p.frozen, _ = login.Get("IsFrozen").(bool)
		p.locked, _ = login.Get("IsPasswordLocked").(bool)
	}
	return p, true
}

// approved says whether the user's profile or one of his permission sets is
// among the names.
func (p *person) approved(names []string) (yes bool) {
	listed := func(name string) bool {
		return slices.ContainsFunc(names, func(one string) bool { return strings.EqualFold(one, name) })
	}
	if listed(p.profile) {
		return true
	}
	_ = p.tenant.org.View(func(v *org.View) error { // the function returns no error
		for assigned := range lookup(v, "PermissionSetAssignment", "AssigneeId", p.id) {
			set, _ := assigned.Get("PermissionSetId").(string)
			yes = yes || listed(nameOf(v, set))
		}
		return nil
	})
	return yes
}

// nameOf is the Name of a record of any object; "" without one.
func nameOf(v *org.View, id string) string {
	record, ok := v.Target(id)
	if !ok {
		return ""
	}
	name, _ := record.Get("Name").(string)
	return name
}

// lookup walks the records of an object whose reference field has the id;
// none where the org has no such object.
func lookup(v *org.View, object, field, id string) func(yield func(org.Record) bool) {
	none := func(func(org.Record) bool) {}
	o, ok := v.Object(object)
	if !ok {
		return none
	}
	i, ok := o.FieldIndex(field)
	if !ok || !v.Indexed(o, i) {
		return none
	}
	return v.Lookup(o, i, id, org.Bound{})
}

// personIfAny is person, and nobody for the zero user.
func (u userKey) personIfAny() (person, bool) {
	if u.tenant == nil {
		return person{}, false
	}
	return u.person()
}
