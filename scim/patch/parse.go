package patch

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"

	"scimforce/scim/filter"
	"scimforce/scim/resource"
)

const (
	// MaxOperations bounds the operations of one request, before those without a
	// path are taken apart.
	MaxOperations = 1000
	// maxChanges bounds the changes to single attributes that they come to.
	maxChanges = 10_000
	// maxIgnored bounds how much is told of what is left out.
	maxIgnored = 100
)

// patchURN is the message that a PATCH is (RFC 7644 section 3.5.2).
const patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// Parse reads the body of a PATCH request, {"schemas":[PatchOp],"Operations":
// [{op, path, value}]}, and checks it against the resource type:
//
//   - an operation without a path, or with the URN of a schema as its path,
//     becomes one operation an attribute; its keys may be paths themselves
//     ("name.givenName", "emails[type eq \"work\"].value"), as Entra sends;
//   - names get their canonical spelling and values their canonical form;
//   - a replacement by null, [] or {} becomes a removal, for these are the same
//     as no value (RFC 7643 section 2.5); an addition of nothing is dropped;
//   - operations on attributes that the type does not know are dropped, as
//     unknown attributes of any body are, and so is schemas, which the server
//     keeps itself;
//   - what is readOnly is dropped where an operation has no path: clients send
//     there what they read (Okta id, authentik schemas and id, others groups).
//
// ignored names what was dropped because it is unknown or readOnly; those that
// every client sends along (schemas, id, meta) are not worth a word. No
// operations at all are nothing to do: Microsoft's validator sends that. A body
// without schemas is taken, for forgive.Body adds them.
//
// The error is an scimerrors.ScimError with status 400: invalidSyntax for what is
// no PATCH message, noTarget for a removal without a path, invalidPath for a
// broken path, with the position in it, mutability for a path to a readOnly
// attribute, invalidValue for a value of the wrong type.
func Parse(body map[string]any, t resource.Type) (operations []Operation, ignored []string, err error) {
	if err := checkSchemas(field(body, "schemas")); err != nil {
		return nil, nil, err
	}
	list, ok := field(body, "Operations").([]any)
	if !ok {
		return nil, nil, invalid(scimerrors.ScimTypeInvalidSyntax, "Operations: expected an array of operations")
	}
	if len(list) > MaxOperations {
		return nil, nil, invalid(scimerrors.ScimTypeInvalidValue, "Operations: %d operations, at most %d are accepted", len(list), MaxOperations)
	}
	r := reader{typ: t}
	for i, raw := range list {
		if err := r.operation(raw); err != nil {
			return nil, nil, within(err, fmt.Sprintf("Operations[%d]", i))
		}
		if len(r.operations) > maxChanges {
			return nil, nil, invalid(scimerrors.ScimTypeInvalidValue, "Operations: they change more than %d attributes; send them in several requests", maxChanges)
		}
	}
	return r.operations, r.ignored, nil
}

// checkSchemas wants the message's URN among the schemas, if there are any.
func checkSchemas(schemas any) error {
	if resource.Empty(schemas) {
		return nil
	}
	list, ok := schemas.([]any)
	if !ok {
		return invalid(scimerrors.ScimTypeInvalidSyntax, "schemas: expected an array of strings")
	}
	isPatch := func(e any) bool {
		urn, _ := e.(string)
		return strings.EqualFold(urn, patchURN)
	}
	if !slices.ContainsFunc(list, isPatch) {
		return invalid(scimerrors.ScimTypeInvalidSyntax, "schemas: %q is missing", patchURN)
	}
	return nil
}

// reader takes a request's operations apart.
type reader struct {
	typ        resource.Type
	operations []Operation
	ignored    []string
}

// operation reads one operation as it came.
func (r *reader) operation(raw any) error {
	object, ok := raw.(map[string]any)
	if !ok {
		return invalid(scimerrors.ScimTypeInvalidSyntax, "expected an object")
	}
	name, _ := field(object, "op").(string)
	o := Operation{Op: strings.ToLower(name), Value: field(object, "value")}
	switch o.Op {
	case "add", "replace", "remove":
	default:
		return invalid(scimerrors.ScimTypeInvalidSyntax, `op: expected "add", "replace" or "remove", got %q`, shorten(name))
	}
	switch path := field(object, "path").(type) {
	case nil:
	case string:
		if path == "" {
			break
		}
		target, err := filter.ParseTarget(path)
		if err != nil {
			return invalidPath(err, "path")
		}
		o.Target = &target
	default:
		return invalid(scimerrors.ScimTypeInvalidPath, "path: expected a string")
	}
	if o.Target != nil {
		return r.expand(o, true)
	}
	if o.Op == "remove" {
		return invalid(scimerrors.ScimTypeNoTarget, "a removal needs a path")
	}
	return r.object(o, "")
}

// field finds a key in any case; Microsoft's collections say Op and operations.
func field(object map[string]any, name string) any {
	if v, ok := object[name]; ok {
		return v
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if strings.EqualFold(key, name) {
			return object[key]
		}
	}
	return nil
}

// shorten bounds what an error repeats; a schema's URN and an attribute fit.
func shorten(s string) string {
	if runes := []rune(s); len(runes) > 120 {
		return string(runes[:120]) + "…"
	}
	return s
}

func invalid(kind scimerrors.ScimType, format string, args ...any) error {
	return scimerrors.ScimError{ScimType: kind, Status: http.StatusBadRequest, Detail: fmt.Sprintf(format, args...)}
}

func invalidPath(err error, where string) error {
	return invalid(scimerrors.ScimTypeInvalidPath, "%s: %v", where, err)
}

// within puts the place in the body before an error's detail.
func within(err error, where string) error {
	var scimError scimerrors.ScimError
	if errors.As(err, &scimError) {
		scimError.Detail = where + ": " + scimError.Detail
		return scimError
	}
	return fmt.Errorf("%s: %w", where, err)
}
