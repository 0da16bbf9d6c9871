package mapping

import (
	"maps"
	"slices"
)

// Replacement is what a PUT asks for: its body, except that grants are merged
// rather than overwritten. A person's profile, permission sets and role are
// given by administrators and by groups as well, and the body of a PUT is a copy
// that may be older than those (Okta reads a user, merges its changes into what
// it read, and puts that back) or knows nothing of them (IdPs that put what they
// hold without reading). So, of entitlements and roles:
//
//   - what the body leaves out goes only if the IdP knew of it: it was in seen,
//     or, without seen, the IdP had sent it itself, which echo tells;
//   - what the body has as seen had it, and somebody has taken away or changed
//     since, is not given again;
//   - a body without entitlements, or without a role that the IdP did not know
//     of, leaves them.
//
// Attributes of the Salesforce extension are kept likewise, see Kept; what it
// means when profile or role is said there as well, see meant.
//
// current is the user as rendered, with Access.Known; seen is Seen of what the
// IdP was last shown, nil when that is not known. The notes tell what was kept
// against the body.
func (m *Mapping) Replacement(current, body map[string]any, echo Echo, seen map[string]any) (desired map[string]any, notes []string) {
	desired = m.kept(current, body, echo, seen)
	role := roles{}
	have, sent, shown := present(current["roles"]), present(body["roles"]), present(seen["roles"])
	switch {
	case seen != nil && !role.means(have, shown) && (sent == nil || role.means(sent, shown)):
		notes = append(notes, "roles: changed in Salesforce since the IdP read the user; left as it is")
		desired["roles"] = have
	case seen == nil && sent == nil && !equal(have, echo["roles"].Sent):
		desired["roles"] = have
	}
	if desired["roles"] == nil {
		delete(desired, "roles")
	}
	switch {
	case present(body["entitlements"]) != nil:
		merged, more := entitlements{}.merge(current["entitlements"], body["entitlements"], echo["entitlements"].Sent, seen)
		desired["entitlements"] = merged
		notes = append(notes, more...)
	case current["entitlements"] != nil:
		desired["entitlements"] = current["entitlements"]
	}
	m.meant(desired, current, body, echo, seen)
	return desired, notes
}

// Seen is the part of a rendered user that Replacement wants to know of what an
// IdP has read: his grants, and the Salesforce extension.
func Seen(user map[string]any) map[string]any {
	return map[string]any{
		"entitlements": clone(user["entitlements"]), "roles": clone(user["roles"]), SalesforceURN: clone(user[SalesforceURN]),
	}
}

// Kept is the body of a PUT with those of the org's own fields that it leaves out
// without knowing of them. Most IdPs know of none, or of the few that somebody
// has mapped; what administrators, other programs and the user himself have set
// there (the key of his SAML logins, his signature) is not theirs to clear. So
// what the body leaves out stays, unless the IdP has sent it before, which echo
// tells, or has just read the extension and sends it back without. And what it
// sends back as it has just read it is no wish: if somebody has changed that
// since, it stays changed.
func (m *Mapping) Kept(current, body map[string]any, echo Echo, seen map[string]any) map[string]any {
	desired := m.kept(current, body, echo, seen)
	m.meant(desired, current, body, echo, seen)
	return desired
}

// kept is Kept before it is settled what two attributes mean together.
func (m *Mapping) kept(current, body map[string]any, echo Echo, seen map[string]any) map[string]any {
	desired := maps.Clone(body)
	if desired == nil {
		desired = make(map[string]any)
	}
	have, _ := current[SalesforceURN].(map[string]any)
	wanted, _ := body[SalesforceURN].(map[string]any)
	shown, _ := seen[SalesforceURN].(map[string]any)
	read := len(shown) > 0 && len(wanted) > 0
	kept := maps.Clone(wanted)
	for _, r := range m.rows {
		name := r.at.attribute
		if !r.described && !r.convenience || r.ReadOnly {
			continue
		}
		copied := read && r.shape.same(present(wanted[name]), present(shown[name]))
		unknown := have[name] != nil && present(wanted[name]) == nil && !read
		if _, sent := echo[r.Attribute]; !copied && (!unknown || sent) {
			continue
		}
		if have[name] == nil { // taken away since it was read
			delete(kept, name)
			continue
		}
		if kept == nil {
			kept = make(map[string]any)
		}
		kept[name] = have[name]
	}
	if delete(desired, SalesforceURN); len(kept) > 0 {
		desired[SalesforceURN] = kept
	}
	return desired
}

// Amended is current with a PATCH applied, made such as a user of Salesforce can
// be. He has exactly one profile and one role at most, so that adding another
// moves him, as adding him to the group of one does; and when all entitlements
// are taken away the profile remains.
func (m *Mapping) Amended(current, patched map[string]any) map[string]any {
	patched = maps.Clone(patched)
	if had, now := current["entitlements"], patched["entitlements"]; had != nil && present(now) == nil {
		all, _ := elements(had)
		patched["entitlements"] = list(slices.DeleteFunc(all, func(e map[string]any) bool { return !isProfile(e) }))
	} else {
		moved(patched, current, "entitlements", isProfile)
	}
	moved(patched, current, "roles", func(map[string]any) bool { return true })
	return patched
}

// moved leaves of several values that exclude each other those that are new.
func moved(patched, current map[string]any, attribute string, exclusive func(map[string]any) bool) {
	before, _ := elements(current[attribute])
	after, ok := elements(patched[attribute])
	isOld := func(e map[string]any) bool { return exclusive(e) && names(before, e) }
	isNew := func(e map[string]any) bool { return exclusive(e) && !names(before, e) }
	if ok && slices.ContainsFunc(after, isNew) && slices.ContainsFunc(after, isOld) {
		patched[attribute] = list(slices.DeleteFunc(after, isOld))
	}
}

// Spoken takes out of a draft's entitlements as sent those that the IdP only
// copied from what it read: they are not its own, and a later PUT that leaves
// them out does not take them away.
func (m *Mapping) Spoken(draft *Draft, current map[string]any, echo Echo) {
	value, said := draft.Sent["entitlements"]
	if !said {
		return
	}
	all, _ := elements(value)
	read, _ := elements(current["entitlements"])
	before, _ := elements(echo["entitlements"].Sent)
	among := func(list []map[string]any, e map[string]any) bool {
		return slices.ContainsFunc(list, func(other map[string]any) bool { return equal(e, other) })
	}
	draft.Sent["entitlements"] = present(list(slices.DeleteFunc(all, func(e map[string]any) bool {
		return among(read, e) && !among(before, e)
	})))
}

// merge is the entitlements that a body asks for; see Replacement.
func (entitlements) merge(current, body, sent any, seen map[string]any) (any, []string) {
	have, _ := elements(current)
	wanted, ok := elements(body)
	if !ok {
		return body, nil // refused later, with the reason
	}
	known, _ := elements(sent)
	if seen != nil {
		known, _ = elements(seen["entitlements"])
	}
	var notes []string
	keep := slices.DeleteFunc(slices.Clone(wanted), func(e map[string]any) bool {
		gone := seen != nil && names(known, e) && !names(have, e)
		if gone {
			notes = append(notes, "entitlements: "+title(e)+" was taken away in Salesforce since the IdP read the user; not given again")
		}
		return gone
	})
	profile := slices.ContainsFunc(keep, isProfile)
	for _, e := range have {
		switch {
		case names(keep, e), names(wanted, e):
		case isProfile(e):
			if !profile {
				keep = append(keep, e)
			}
		case !names(known, e):
			notes = append(notes, "entitlements: "+title(e)+" was given by somebody else; kept although the body lacks it")
			keep = append(keep, e)
		}
	}
	return list(keep), notes
}

// names tells whether a list names the same grant as e does.
func names(all []map[string]any, e map[string]any) bool {
	return slices.ContainsFunc(all, func(other map[string]any) bool { return sameGrant(other, e) || sameGrant(e, other) })
}

// sameGrant tells whether e names what other is: by its id or its name.
func sameGrant(other, e map[string]any) bool {
	g := grant{id: sub(other, "value"), kind: entitlementKind(other), names: [3]string{sub(other, "value"), sub(other, "display")}}
	return g.is(e)
}

// title is an entitlement as people know it.
func title(e map[string]any) string {
	if name := sub(e, "display"); name != "" {
		return short(name)
	}
	return short(entitlementValue(e))
}

// means tells whether two values name the same role.
func (r roles) means(a, b any) bool {
	x, y := r.role(a), r.role(b)
	return x == y || sameID(x, y)
}
