package scim

import (
	"net/http"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/directory"
)

// maxConditions bounds how many versions a request may name.
const maxConditions = 100

// readConditions reads If-Match and, of a GET, If-None-Match (RFC 7644 section
// 3.14, RFC 9110 section 13.1). A POST makes something that has no version yet,
// so that they say nothing there.
func readConditions(r *http.Request) (match, known directory.Condition, err error) {
	if r.Method == http.MethodPost {
		return nil, nil, nil
	}
	if match, err = readVersions(r.Header, "If-Match"); err != nil {
		return nil, nil, err
	}
	if known, err = readVersions(r.Header, "If-None-Match"); err != nil {
		return nil, nil, err
	}
	if len(known) > 0 && r.Method != http.MethodGet && r.Method != http.MethodHead {
		// Whatever it names, the change was not meant to be made to what is there.
		return nil, nil, refuse(http.StatusPreconditionFailed, "", "If-None-Match is for GET. A change of a resource that must not be another's is asked for with If-Match.")
	}
	return match, known, nil
}

// readVersions reads a list of entity tags. Their quotes may be missing, as some
// clients forget them; no version of the bridge has a comma.
func readVersions(h http.Header, name string) (directory.Condition, error) {
	var versions directory.Condition
	for _, line := range h.Values(name) {
		for tag := range strings.SplitSeq(line, ",") {
			if tag = strings.TrimSpace(tag); tag != "" {
				versions = append(versions, tag)
			}
			if len(versions) > maxConditions {
				return nil, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "%s may name %d versions.", name, maxConditions)
			}
		}
	}
	if len(versions) == 0 && len(h.Values(name)) > 0 {
		return nil, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "%s names no version; it is the ETag of an answer, or *.", name)
	}
	return versions, nil
}
