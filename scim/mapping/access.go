package mapping

// Kinds of access, as Membership.Kind spells them and entitlements show them.
const (
	KindPublicGroup   = "Public Group"
	KindPermissionSet = "Permission Set"
	KindProfile       = "Profile"
)

// Access is what is known of a user beside his record.
type Access struct {
	// Frozen is UserLogin.IsFrozen: the user cannot log in.
	Frozen bool
	// Groups are all grants that are groups.
	Groups []Membership
	// Known says that Groups was read; when false, groups and entitlements are
	// left out of what is rendered.
	Known bool
}

// Membership is one grant.
type Membership struct {
	// ID of the group or permission set, 18 characters.
	ID string
	// Display is the displayName of the group as /Groups shows it.
	Display string
	// Kind is KindPublicGroup or KindPermissionSet.
	Kind string
	// Name is the API name, by which an IdP may have sent an entitlement; may be
	// empty.
	Name string
}

// groups are read-only: they are changed through the groups.
type groups struct{ made }

func (groups) plain(v view) any {
	if !v.access.Known {
		return nil
	}
	if len(v.access.Groups) == 0 {
		return nil
	}
	all := make([]any, len(v.access.Groups))
	for i, g := range v.access.Groups {
		all[i] = map[string]any{"value": g.ID, "display": g.Display, "type": "direct"}
	}
	return all
}

func (g groups) show(v view, _ Remembered) (any, bool) { return g.plain(v), false }
