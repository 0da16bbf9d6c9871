package mapping

import "cmp"

// Create drafts a new user. The body is in canonical form (resource.Type).
// Everything that is wrong with it comes in one ScimError, 400 invalidValue, and
// nothing has been called by then. What Salesforce requires and the body does
// not say is derived.
func (m *Mapping) Create(user map[string]any, org Org) (Draft, error) {
	d := m.drafting(org, true)
	for _, r := range m.rows {
		if r.ReadOnly && r.computed == nil {
			continue
		}
		d.attribute = r.Attribute
		value := r.wanted(d, user)
		if value == nil {
			continue
		}
		r.shape.write(d, nil, value)
		if r.Echo {
			d.draft.Sent[r.Attribute] = value
		}
	}
	m.complete(d, user)
	return d.done()
}

// complete adds what Salesforce requires of a new user and nobody said.
func (m *Mapping) complete(d *drafting, user map[string]any) {
	word := func(attribute string) string {
		s, _ := pathOf(attribute).get(user).(string)
		return s
	}
	missing := func(field string) bool {
		_, said := d.draft.Fields[field]
		return !said
	}
	userName := word("userName")
	d.attribute = "userName"
	if userName == "" {
		d.refuse("a value is required")
	}
	family := word("name.familyName")
	if family == "" {
		family = lastName(word("displayName"), userName)
		d.set("LastName", family)
	}
	if missing("Email") && (emails{}).address(user["emails"]) == "" {
		// checked as userName already: it is an address, or the request fails
		d.set("Email", userName)
	}
	if missing("CommunityNickname") {
		d.set("CommunityNickname", Nickname(userName, 0))
	}
	if missing("IsActive") {
		d.set("IsActive", true)
	}
	if missing("Alias") {
		d.set("Alias", Alias(word("name.givenName"), family, userName))
	}
	if missing("EmailEncodingKey") {
		d.set("EmailEncodingKey", cmp.Or(d.defaults.EmailEncoding, "UTF-8"))
	}
	for _, kind := range []localeKind{language, locale, timeZone} {
		d.attribute = kind.attribute()
		if !missing(kind.field()) {
			continue
		}
		if value := kind.standard(d); value != "" {
			d.set(kind.field(), value)
		}
	}
	d.attribute = "entitlements"
	switch {
	case d.draft.Profile != nil, d.draft.ProfileName != nil:
	case d.defaults.Profile != "":
		d.draft.Profile = &Reference{Value: d.defaults.Profile}
	default:
		d.refuse("a user of Salesforce needs a profile: send an entitlement of type %q, or its name as profile of the extension %s, or set defaults.profile, the profile of new users, in the file named by SCIMFORCE_CONFIG", KindProfile, SalesforceURN)
	}
}

// Change drafts what makes a user that an IdP reads as current into the desired
// one. Both are whole resources in canonical form: current as rendered, echo
// included; desired is the body of a PUT, or current with a PATCH applied.
//
// To change entitlements, current must have been rendered with Access.Known:
// the draft's PermissionSets are the whole set that the user shall have.
//
// Only attributes that differ are written, so a client that sends back what it
// read causes no call. One that is gone from desired is cleared where Salesforce
// can hold nothing there, and else left as it is; entitlements are left too,
// since they are grants that groups give as well, and a PUT by a client that does
// not know of them must not take them away. An immutable attribute with another
// value is a ScimError, 400 mutability.
func (m *Mapping) Change(current, desired map[string]any, org Org) (Draft, error) {
	d := m.drafting(org, false)
	for _, r := range m.rows {
		if r.ReadOnly && r.computed == nil {
			continue
		}
		d.attribute = r.Attribute
		before, value := r.at.get(current), r.wanted(d, desired)
		if r.shape.same(before, value) {
			continue
		}
		if r.onlyOnCreate {
			d.note("the mapping writes it of a new user only; left as it is")
			continue
		}
		if r.immutable {
			if value != nil {
				d.fixed = append(d.fixed, label(r.Attribute)+": Salesforce takes a value only when the user is created")
			}
			continue
		}
		if value != nil || r.absent == cleared {
			r.shape.write(d, before, value)
		}
		if r.Echo {
			d.draft.Sent[r.Attribute] = value
		}
	}
	return d.done()
}
