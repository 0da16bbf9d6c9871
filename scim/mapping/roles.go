package mapping

import "slices"

// roles is the user's role, of which he has one at most. held is UserRoleId.
type roles struct{}

// main is the index of the role that counts: the primary, else the first; -1 for
// none.
func (roles) main(all []map[string]any) int {
	if i := slices.IndexFunc(all, func(e map[string]any) bool { return isPrimary(e) && entitlementValue(e) != "" }); i >= 0 {
		return i
	}
	return slices.IndexFunc(all, func(e map[string]any) bool { return entitlementValue(e) != "" })
}

func (r roles) role(value any) string {
	all, _ := elements(value)
	if i := r.main(all); i >= 0 {
		return entitlementValue(all[i])
	}
	return ""
}

func (roles) plain(v view) any {
	id := v.optional("UserRoleId")
	if id == nil {
		return nil
	}
	element := map[string]any{"value": id}
	if name := v.optional("UserRole.Name"); name != nil {
		element["display"] = name
	}
	return []any{element}
}

func (roles) held(r record) any { return r.optional("UserRoleId") }

func (r roles) show(v view, was Remembered) (any, bool) {
	now := v.text("UserRoleId")
	if equal(v.optional("UserRoleId"), was.Held) || sameID(now, r.role(was.Sent)) {
		return was.Sent, true
	}
	return r.plain(v), false
}

func (r roles) write(d *drafting, before, value any) {
	all, ok := d.elements(value)
	if !ok {
		return
	}
	wanted := r.role(value)
	switch {
	case len(all) > 1 && d.strict:
		d.refuse("a user of Salesforce has one role at most; %d were sent", len(all))
	case len(all) > 1:
		d.note("a user of Salesforce has one role at most; %q is used", short(wanted))
	}
	if wanted != r.role(before) {
		d.draft.Role = &Reference{Value: wanted}
	}
}

func (roles) same(a, b any) bool { return equal(a, b) }
