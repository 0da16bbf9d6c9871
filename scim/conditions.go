package scim

import (
	"context"
	"net/http"
	"slices"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/directory"
)

// maxConditions bounds how many versions a request may name.
const maxConditions = 100

// readConditions reads If-Match and If-None-Match (RFC 7644 section 3.14, RFC
// 9110 section 13.1). Those of a POST say nothing: it makes something that has no
// version yet, and the list that it is sent to never has one.
func readConditions(r *http.Request) (match, known directory.Condition, err error) {
	if r.Method == http.MethodPost {
		return nil, nil, nil
	}
	if match, err = readVersions(r.Header, "If-Match"); err != nil {
		return nil, nil, err
	}
	known, err = readVersions(r.Header, "If-None-Match")
	return match, known, err
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
	switch {
	case len(versions) == 0 && len(h.Values(name)) > 0:
		return nil, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "%s names no version; it is the ETag of an answer, or *.", name)
	case len(versions) > 1 && slices.Contains(versions, "*"):
		return nil, refuse(http.StatusBadRequest, scimerrors.ScimTypeInvalidValue, "%s names * beside versions; it is the one or the others.", name)
	}
	return versions, nil
}

// unlessKnown turns the If-None-Match of a change into an If-Match (RFC 9110
// section 13.2.2): what has none of the versions that the client names must have
// the one that it has now until it is changed. Few clients ask so, and it costs a
// read more; a change in between is a refusal more, never a change too many.
func (k kind) unlessKnown(ctx context.Context, q ask) (directory.Condition, error) {
	if len(q.known) == 0 || q.method == http.MethodGet || q.method == http.MethodHead {
		return q.match, nil
	}
	found, err := k.matching(ctx, q, directory.Want{Access: true, Members: true})
	if err != nil {
		return nil, err
	}
	now := version(found)
	if q.known.Is(now) {
		return nil, refuse(http.StatusPreconditionFailed, "", "The version of the resource is %s, which If-None-Match does not want to be changed.", now)
	}
	return directory.Condition{now}, nil
}
