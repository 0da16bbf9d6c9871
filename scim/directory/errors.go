package directory

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/salesforce"
)

// Errors of this room are scimerrors.ScimError values; what Salesforce or the
// authorization says travels on as it is, wrapped, and becomes a SCIM error in
// one place, in package scim.

// notFound is for an id that names nothing this room shows: unknown, of another
// kind, or deleted.
func notFound(resourceType, id string) error {
	return scimerrors.ScimError{Status: http.StatusNotFound, Detail: fmt.Sprintf("%s %s not found.", resourceType, shown(id))}
}

func invalidValue(format string, args ...any) error {
	return scimerrors.ScimError{Status: http.StatusBadRequest, ScimType: scimerrors.ScimTypeInvalidValue, Detail: fmt.Sprintf(format, args...)}
}

func mutability(format string, args ...any) error {
	return scimerrors.ScimError{Status: http.StatusBadRequest, ScimType: scimerrors.ScimTypeMutability, Detail: fmt.Sprintf(format, args...)}
}

func uniqueness(format string, args ...any) error {
	return scimerrors.ScimError{Status: http.StatusConflict, ScimType: scimerrors.ScimTypeUniqueness, Detail: fmt.Sprintf(format, args...)}
}

func tooMany(format string, args ...any) error {
	return scimerrors.ScimError{Status: http.StatusBadRequest, ScimType: scimerrors.ScimTypeTooMany, Detail: fmt.Sprintf(format, args...)}
}

// shown bounds what a client sent before it is said back.
func shown(s string) string {
	const most = 100
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}

// plausible says that a text may be the name of something in Salesforce; what
// is not needs no call, and must not travel with what others ask for: one
// statement that cannot be built would fail them all.
func plausible(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= 255 && utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

// Key prefixes of the records that this room tells apart by their ids
// (architecture: a SCIM id is a Salesforce id, its first three characters say
// what it is).
const (
	prefixUser          = "005"
	prefixGroup         = "00G"
	prefixPermissionSet = "0PS"
	prefixProfile       = "00e"
	prefixRole          = "00E"
)

// idOf brings an id of the given kind to 18 characters. It is false for
// anything else, which then needs no call to be answered with 404.
func idOf(prefix, id string) (string, bool) {
	id, ok := salesforce.ID18(strings.TrimSpace(id))
	return id, ok && salesforce.KeyPrefix(id) == prefix
}
