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

// MaxOperations bounds the operations of one request, before those without a
// path are taken apart.
const MaxOperations = 1000

// Parse reads the body of a PATCH request, {"Operations":[{op, path, value}]},
// and checks it against the resource type:
//
//   - an operation without a path, or with the URN of a schema as its path,
//     becomes one operation an attribute; its keys may be paths themselves
//     ("name.givenName", "emails[type eq \"work\"].value"), as Entra sends;
//   - names get their canonical spelling and values their canonical form;
//   - a replacement by null, [] or {} becomes a removal, for these are the same
//     as no value (RFC 7643 section 2.5); an addition of nothing is dropped;
//   - operations on attributes that the type does not know are dropped, as
//     unknown attributes of any body are; so is schemas, which the server
//     keeps itself, and id and meta where an operation has no path (Okta sends
//     id, authentik schemas and id). No operations at all are nothing to do:
//     Microsoft's validator sends that.
//
// The error is an scimerrors.ScimError with status 400: invalidSyntax for what is
// no list of operations, noTarget for a removal without a path, invalidPath for
// a broken path, with the position in it, mutability for a readOnly attribute,
// invalidValue for a value of the wrong type.
func Parse(body map[string]any, t resource.Type) ([]Operation, error) {
	list, ok := field(body, "Operations").([]any)
	if !ok {
		return nil, invalid(scimerrors.ScimTypeInvalidSyntax, "Operations: expected an array of operations")
	}
	if len(list) > MaxOperations {
		return nil, invalid(scimerrors.ScimTypeInvalidValue, "Operations: %d operations, at most %d are accepted", len(list), MaxOperations)
	}
	var operations []Operation
	for i, raw := range list {
		parsed, err := parseOne(raw, t)
		if err != nil {
			return nil, within(err, fmt.Sprintf("Operations[%d]", i))
		}
		operations = append(operations, parsed...)
	}
	return operations, nil
}

func parseOne(raw any, t resource.Type) ([]Operation, error) {
	object, ok := raw.(map[string]any)
	if !ok {
		return nil, invalid(scimerrors.ScimTypeInvalidSyntax, "expected an object")
	}
	name, _ := field(object, "op").(string)
	o := Operation{Op: strings.ToLower(name), Value: field(object, "value")}
	switch o.Op {
	case "add", "replace", "remove":
	default:
		return nil, invalid(scimerrors.ScimTypeInvalidSyntax, `op: expected "add", "replace" or "remove", got %q`, shorten(name))
	}
	switch path := field(object, "path").(type) {
	case nil:
	case string:
		if path == "" {
			break
		}
		target, err := filter.ParseTarget(path)
		if err != nil {
			return nil, invalidPath(err, "path")
		}
		o.Target = &target
	default:
		return nil, invalid(scimerrors.ScimTypeInvalidPath, "path: expected a string")
	}
	return expand(o, t)
}

// expand turns an operation into operations on one known attribute each.
func expand(o Operation, t resource.Type) ([]Operation, error) {
	if o.Target == nil {
		if o.Op == "remove" {
			return nil, invalid(scimerrors.ScimTypeNoTarget, "a removal needs a path")
		}
		return expandObject(o, t, "")
	}
	if urn, ok := schemaOf(*o.Target, t); ok {
		if o.Op == "remove" || o.Value == nil {
			return removeAll(urn, t), nil
		}
		return expandObject(o, t, urn)
	}
	return one(o, t)
}

// schemaOf says whether a path is the URN of one of the type's schemas. A URN
// without a version looks like an attribute of a shorter URN to the parser.
func schemaOf(target filter.Target, t resource.Type) (string, bool) {
	path := target.Path
	if path.URN == "" || target.Filter != nil || path.Sub != "" {
		return "", false
	}
	if t.IsCore(path.String()) {
		return t.Core.ID, true
	}
	e, ok := t.FindExtension(path.String())
	return e.ID, ok
}

// expandObject makes an operation of each key of a value without a path. With
// a urn the keys are attributes of that schema.
func expandObject(o Operation, t resource.Type, urn string) ([]Operation, error) {
	object, ok := o.Value.(map[string]any)
	if !ok {
		return nil, invalid(scimerrors.ScimTypeInvalidValue, "value: expected an object of attributes, as no single attribute is named by path")
	}
	var operations []Operation
	for _, key := range keys(object) {
		if ignored(key) {
			continue
		}
		target, err := filter.ParseTarget(key)
		switch {
		case err != nil && strings.Contains(key, "["):
			return nil, invalidPath(err, "value: "+shorten(key))
		case err != nil:
			continue // no attribute has such a name
		}
		if urn != "" && target.Path.URN == "" {
			target.Path.URN = urn
		}
		if _, ok := schemaOf(target, t); ok && urn != "" {
			continue // a schema inside of a schema
		}
		parsed, err := expand(Operation{Op: o.Op, Target: &target, Value: object[key]}, t)
		if err != nil {
			return nil, err
		}
		operations = append(operations, parsed...)
	}
	return operations, nil
}

// ignored says whether clients put an attribute into a value without a path
// although they cannot mean to change it.
func ignored(key string) bool {
	return strings.EqualFold(key, "schemas") || strings.EqualFold(key, "id") || strings.EqualFold(key, "meta")
}

// keys puts whole attributes before parts of them, so that the outcome does
// not depend on chance: JSON objects have no order.
func keys(object map[string]any) []string {
	return slices.SortedFunc(maps.Keys(object), func(a, b string) int {
		if c := strings.Count(a, "[") - strings.Count(b, "["); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
}

// removeAll removes each attribute of a schema that can be removed.
func removeAll(urn string, t resource.Type) []Operation {
	var operations []Operation
	if e, ok := t.FindExtension(urn); ok {
		for _, d := range e.Attributes {
			if d.Mutability() != "readOnly" {
				path := filter.Path{URN: e.ID, Attribute: d.Name()}
				operations = append(operations, Operation{Op: "remove", Target: &filter.Target{Path: path}})
			}
		}
	}
	return operations
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

func shorten(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
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
