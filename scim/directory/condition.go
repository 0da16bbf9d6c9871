package directory

import "slices"

// Condition is what a change requires of the resource that it changes: that its
// version, meta.version as the client read it, is one of these (If-Match, RFC
// 7644 section 3.14). "*" is every version; an empty condition requires nothing.
type Condition []string

// Holds tells whether a resource of this version may be changed.
func (c Condition) Holds(version string) bool {
	return len(c) == 0 || slices.Contains(c, "*") || slices.Contains(c, version)
}
