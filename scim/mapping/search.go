package mapping

import (
	"strings"

	"scimforce/scim/filter"
)

// Search says how an attribute is looked for in SOQL.
type Search struct {
	// Field of User, or a path to a parent's; "" when Salesforce has none, and
	// only the echo can answer.
	Field string
	// Kind of the value to compare with: string, bool, datetime, id, enum, number,
	// date or multipicklist. An enum is a picklist; those of languages and locales
	// have en_US for en-US. A date is written 2026-01-31. A multipicklist is
	// compared by INCLUDES.
	Kind string
	// Echo says that what an IdP reads may come from the echo and differ from the
	// field in more than case, so that the field alone cannot decide.
	Echo bool
	// Attribute is the key in the echo.
	Attribute string
}

// Searches finds how a filter's attribute can be looked for: in one field, or in
// several of which any may hold a value (phoneNumbers, a region by its name or
// its code). None when only the rendered users can tell (groups, types of phone
// numbers). All have the same Kind, Echo and Attribute.
//
// For a multi-valued attribute the fields are the values that Salesforce holds;
// further values, and those of other types, are in the echo. active is false for
// a frozen user as well, which IsActive does not say.
func (m *Mapping) Searches(p filter.Path) []Search {
	for _, r := range m.rows {
		rest, ok := r.at.follow(p)
		if !ok {
			continue
		}
		var found []Search
		for _, l := range r.search {
			if strings.EqualFold(l.sub, rest) {
				found = append(found, Search{Field: l.field, Kind: l.kind, Echo: r.Echo && r.drifts, Attribute: r.Attribute})
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// Search is Searches of an attribute with one field at most; false for others.
func (m *Mapping) Search(p filter.Path) (Search, bool) {
	found := m.Searches(p)
	if len(found) != 1 {
		return Search{}, false
	}
	return found[0], true
}

// follow tells whether a filter's path leads to the attribute, and with which
// sub-attribute beyond it. A path without a URN is one of the core schema, or of
// the enterprise extension: clients write "manager eq" too.
func (at path) follow(p filter.Path) (string, bool) {
	urn := at.urn
	if urn == "" {
		urn = UserURN
	}
	known := strings.EqualFold(p.URN, urn) || (p.URN == "" && urn != SalesforceURN)
	switch {
	case !known || !strings.EqualFold(p.Attribute, at.attribute):
		return "", false
	case at.sub == "":
		return p.Sub, true
	}
	return "", strings.EqualFold(p.Sub, at.sub)
}
