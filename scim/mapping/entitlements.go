package mapping

import (
	"slices"
	"strings"
)

// entitlements are the profile and the permission sets. The echo is the list as
// sent: each element comes back as sent for as long as the user has the grant
// that it names, by id or by name. Nothing needs to be held for that.
type entitlements struct{}

// grant is one entitlement that a user has, or that an element names.
type grant struct {
	id, kind string
	names    [3]string // "" is none
}

// element is the grant as it is shown to an IdP that did not send it.
func (g grant) element() map[string]any {
	e := map[string]any{"value": g.id, "type": g.kind}
	if g.names[0] != "" {
		e["display"] = g.names[0]
	}
	if g.kind == KindProfile {
		e["primary"] = true
	}
	return e
}

func (entitlements) grants(v view) []grant {
	if !v.access.Known {
		return nil
	}
	all := make([]grant, 0, 1+len(v.access.Groups))
	if id := v.text("ProfileId"); id != "" {
		all = append(all, grant{id: id, kind: KindProfile, names: [3]string{v.text("Profile.Name")}})
	}
	for _, g := range v.access.Groups {
		if g.Kind == KindPermissionSet {
			// As a group it carries its kind in front of the name; here that is type.
			name := strings.TrimPrefix(g.Display, KindPermissionSet+": ")
			all = append(all, grant{id: g.ID, kind: g.Kind, names: [3]string{name, g.Display, g.Name}})
		}
	}
	return all
}

func (e entitlements) plain(v view) any {
	grants := e.grants(v)
	if len(grants) == 0 {
		return nil
	}
	all := make([]any, len(grants))
	for i, g := range grants {
		all[i] = g.element()
	}
	return all
}

func (entitlements) held(record) any { return nil }

func (e entitlements) show(v view, was Remembered) (any, bool) {
	sent, _ := elements(was.Sent)
	grants := e.grants(v)
	var out []map[string]any
	for _, element := range sent {
		i := slices.IndexFunc(grants, func(g grant) bool { return g.is(element) })
		if i >= 0 {
			out = append(out, element)
			grants = slices.Delete(grants, i, i+1)
		}
	}
	// One element may be primary (RFC 7643 section 2.4): the one that was sent so.
	primary := slices.ContainsFunc(out, isPrimary)
	for _, g := range grants {
		element := g.element()
		if primary {
			delete(element, "primary")
		}
		out = append(out, element)
	}
	return list(out), true
}

// is tells whether an element that was sent names the grant.
func (g grant) is(element map[string]any) bool {
	kind, value := entitlementKind(element), entitlementValue(element)
	if !strings.EqualFold(kind, g.kind) || value == "" {
		return false
	}
	if sameID(value, g.id) {
		return true
	}
	return slices.ContainsFunc(g.names[:], func(name string) bool { return strings.EqualFold(name, value) })
}

// sameID compares two record ids, each of 15 or 18 characters: the first 15 tell
// records apart, by case.
func sameID(a, b string) bool {
	return isID(a) && isID(b) && a[:15] == b[:15]
}

func isID(s string) bool { return len(s) == 15 || len(s) == 18 }

// entitlementValue is what names the profile or permission set.
func entitlementValue(element map[string]any) string {
	if value := sub(element, "value"); value != "" {
		return value
	}
	return sub(element, "display")
}

// entitlementKind is the element's type; where the sender left that out, the key
// prefix of an id tells, then primary, which only the profile is.
func entitlementKind(element map[string]any) string {
	value := sub(element, "value")
	switch kind := sub(element, "type"); {
	case strings.EqualFold(kind, KindProfile):
		return KindProfile
	case strings.EqualFold(strings.ReplaceAll(kind, " ", ""), "PermissionSet"):
		return KindPermissionSet
	case kind != "":
		return kind
	case isID(value) && strings.HasPrefix(value, "00e"):
		return KindProfile
	case isID(value) && strings.HasPrefix(value, "0PS"):
		return KindPermissionSet
	case isPrimary(element):
		return KindProfile
	}
	return KindPermissionSet
}

func isProfile(element map[string]any) bool { return entitlementKind(element) == KindProfile }

// sort tells profiles from permission sets, each by what names it. One that is
// known under another name or the other form of its id comes out as it is known,
// so that another spelling is no change.
func (entitlements) sort(value, known any) (profiles, permissionSets []string) {
	all, _ := elements(value)
	before, _ := elements(known)
	for _, element := range all {
		named := entitlementValue(element)
		i := slices.IndexFunc(before, func(e map[string]any) bool {
			g := grant{id: sub(e, "value"), kind: entitlementKind(e), names: [3]string{sub(e, "value"), sub(e, "display")}}
			return g.is(element)
		})
		if i >= 0 {
			named = entitlementValue(before[i])
		}
		switch entitlementKind(element) {
		case KindProfile:
			profiles = append(profiles, named)
		case KindPermissionSet:
			permissionSets = append(permissionSets, named)
		}
	}
	return profiles, permissionSets
}

func (e entitlements) write(d *drafting, before, value any) {
	all, ok := d.elements(value)
	if !ok {
		return
	}
	for _, element := range all {
		kind := entitlementKind(element)
		switch {
		case entitlementValue(element) == "":
			d.refuse("each entitlement needs a value: an id or a name")
		case kind != KindProfile && kind != KindPermissionSet:
			d.refuse("type %q is none that can be given; those are %q and %q", short(kind), KindProfile, KindPermissionSet)
		}
	}
	profiles, permissionSets := e.sort(value, before)
	oldProfiles, oldPermissionSets := e.sort(before, before)
	if len(profiles) > 1 {
		d.refuse("a user has exactly one profile; %d were sent", len(profiles))
	}
	if len(profiles) == 1 && !slices.Equal(profiles, oldProfiles) {
		d.draft.Profile = &Reference{Value: profiles[0]}
	}
	// When the entitlements were not read, before says nothing of them, and an
	// empty set is worth telling too.
	if before == nil && !d.creating || !sameSet(permissionSets, oldPermissionSets) {
		d.draft.PermissionSets = &permissionSets
	}
}

// same ignores order: a set of grants has none.
func (e entitlements) same(a, b any) bool {
	x, _ := elements(a)
	y, _ := elements(b)
	return len(x) == len(y) &&
		!slices.ContainsFunc(x, func(i map[string]any) bool {
			return !slices.ContainsFunc(y, func(j map[string]any) bool { return equal(i, j) })
		})
}

func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
