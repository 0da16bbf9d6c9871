package directory

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"
)

// Condition is what a change requires of the resource that it changes: that its
// version, meta.version as the client read it, is one of these (If-Match, RFC
// 7644 section 3.14). "*" is every version; an empty condition requires nothing.
//
// A version has parts, separated by "-": what is always read, and what lies
// beside it only where it was shown, the members of a group or a user's grants.
// A version without that part is of a representation without it, and vouches
// for the rest alone.
type Condition []string

// Holds tells whether a resource of this version, with all its parts, may be
// changed. Versions are weak and are compared as such (RFC 9110 section
// 8.8.3.2), as RFC 7644 means them to be used.
func (c Condition) Holds(version string) bool {
	if len(c) == 0 {
		return true
	}
	version = opaque(version)
	return slices.ContainsFunc(c, func(tag string) bool {
		tag = opaque(tag)
		return tag == "*" || tag != "" && (tag == version || strings.HasPrefix(version, tag+"-"))
	})
}

// Is tells whether one of these is this version, part by part: for whoever
// wants to know whether he has what he would be shown.
func (c Condition) Is(version string) bool {
	version = opaque(version)
	return slices.ContainsFunc(c, func(tag string) bool { return opaque(tag) == "*" || opaque(tag) == version })
}

// asked says that the condition requires anything.
func (c Condition) asked() bool { return len(c) > 0 }

// mustHold is Holds as an error: 412 (RFC 7644 section 3.14).
func (c Condition) mustHold(resource map[string]any) error {
	meta, _ := resource["meta"].(map[string]any)
	version, _ := meta["version"].(string)
	if c.Holds(version) {
		return nil
	}
	return scimerrors.ScimError{
		Status: http.StatusPreconditionFailed,
		Detail: fmt.Sprintf("%v %v was changed since it had the version that If-Match names; its version is %s now. Read it again and repeat the change.", meta["resourceType"], resource["id"], version),
	}
}

// opaque is a version without what only marks it as one: W/ and the quotes.
func opaque(tag string) string {
	tag = strings.TrimSpace(tag)
	tag = strings.TrimPrefix(strings.TrimPrefix(tag, "W/"), "w/")
	return strings.Trim(tag, `"`)
}
