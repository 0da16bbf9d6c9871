// Package patch is PATCH as a pure function (RFC 7644 section 3.5.2): from a
// resource and a list of operations to the resource as it should become. It
// also reduces a group's PATCH to the members that come and go, so that a
// membership change needs no list of all members.
//
// Nothing about Salesforce or HTTP may enter here.
package patch

import "scimforce/scim/filter"

// Operation is one PATCH operation, checked against the resource type.
type Operation struct {
	// Op is "add", "replace" or "remove".
	Op string
	// Target says what is changed, its names in canonical spelling. Parse
	// never leaves it nil: it turns an operation without a path into one
	// operation an attribute.
	Target *filter.Target
	// Value in canonical form; nil for most removals.
	Value any
}

// Membership is what a list of operations does to the members of a group.
type Membership struct {
	// Replace says that Members becomes the whole list of members. Add and
	// Remove are empty then.
	Replace bool
	Members []string
	// Add and Remove are the ids to be added and removed, each id in at most
	// one of them, in the order in which they were first named.
	Add, Remove []string
	// Others are the operations on other attributes than members.
	Others []Operation
	// NeedsCurrent says that the operations cannot be reduced without knowing
	// the members: use Apply on the whole group. Members, Add and Remove mean
	// nothing then.
	NeedsCurrent bool
}
