package mapping

import "maps"

// Echo is what is remembered of one user, by attribute path as Row.Attribute
// spells it.
type Echo map[string]Remembered

// Equal tells whether two echoes remember the same, so that nothing has to be
// stored.
func (e Echo) Equal(other Echo) bool {
	return maps.EqualFunc(e, other, func(a, b Remembered) bool { return equal(a.Sent, b.Sent) && equal(a.Held, b.Held) })
}

// Remembered is one value as the IdP sent it, and what Salesforce held right
// after that write. Both are JSON values.
type Remembered struct {
	Sent any `json:"sent"`
	Held any `json:"held,omitempty"`
}

// Remember is the echo after a write by the bridge. prior and after are the
// user's record before the write (nil for a new user) and right after it, both
// read with Select.
//
// Attributes of draft.Sent are remembered anew, or forgotten. The others are
// carried over if they were still true before the write, with the new value of
// the fields that the write changed; what somebody had changed in Salesforce
// is dropped. A value that Salesforce gives back by itself needs no entry and
// gets none, except where that is only for the time being (displayName may equal
// Name today), and where it tells that the IdP has sent the attribute: a PUT
// that leaves out an attribute of the Salesforce extension clears only those.
func (m *Mapping) Remember(before Echo, draft Draft, prior, after map[string]any) Echo {
	now := make(Echo)
	settled := settle(draft, prior, after)
	for i := range m.rows {
		r := &m.rows[i]
		if !r.Echo {
			continue
		}
		entry, known := before[r.Attribute]
		value, said := draft.Sent[r.Attribute]
		switch {
		case said && value == nil:
			continue
		case said:
			entry = Remembered{Sent: value, Held: r.shape.held(after)}
		case !known || prior == nil || r.overtaken(draft, prior, after):
			continue
		default:
			sent, fresh := carried(r, prior, entry)
			if !fresh {
				continue
			}
			entry = Remembered{Sent: sent, Held: r.shape.held(settled)}
		}
		if r.worth(after, entry) {
			now[r.Attribute] = entry
		}
	}
	return now
}

// carried is what an IdP read of an attribute before the write; false when that
// was Salesforce's own value.
func carried(r *row, prior record, entry Remembered) (any, bool) {
	switch r.shape.(type) {
	case entitlements, frozen:
		return entry.Sent, true // Render compares it with what is beside the record
	}
	shown, fresh := r.shape.show(view{record: prior}, entry)
	if fresh && r.shape.same(shown, entry.Sent) {
		return entry.Sent, true // without what the server adds when it shows it
	}
	return shown, fresh
}

// worth tells whether an entry makes a difference, now or later.
func (r *row) worth(after record, entry Remembered) bool {
	switch s := r.shape.(type) {
	case entitlements, frozen:
		return true
	case text:
		if s.field == "" {
			return true
		}
	}
	v := view{record: after}
	shown, fresh := r.shape.show(v, entry)
	return fresh && shown != nil && (r.described || r.convenience || !equal(shown, r.shape.plain(v)))
}

// settle is the record that carried entries are measured by: what this write
// changed, as it is now; everything else as it was before, so that a change made
// by somebody else at the same time is still seen as one.
func settle(draft Draft, prior, after record) record {
	written := maps.Clone(draft.Fields)
	if written == nil {
		written = make(map[string]any)
	}
	for field, references := range map[string][2]*Reference{
		"ProfileId": {draft.Profile, draft.ProfileName}, "UserRoleId": {draft.Role, draft.RoleName}, "ManagerId": {draft.Manager},
	} {
		for _, reference := range references {
			if reference != nil {
				written[field] = reference.Value
			}
		}
	}
	if len(written) == 0 {
		return after
	}
	out := maps.Clone(prior)
	for _, follow := range [][]string{
		{"FirstName", "Name"},
		{"LastName", "Name"},
		{"MiddleName", "Name"},
		{"Suffix", "Name"},
		{"ProfileId", "UserType"},
		{"State", "StateCode"},
		{"StateCode", "State"},
		{"Country", "CountryCode", "StateCode"},
		{"CountryCode", "Country", "StateCode"},
	} {
		if _, ok := written[follow[0]]; ok {
			for _, field := range follow[1:] {
				written[field] = nil
			}
		}
	}
	for field := range written {
		if out != nil {
			out[field] = after[field]
		}
	}
	return out
}
