package forgive

import "github.com/elimity-com/scim/schema"

type definition = *schema.CoreAttribute

// rule is one forgiveness. Its functions change what they are given in place,
// or return it changed, and say whether they did. They are called in this
// order, each for all rules of the table before the next.
type rule struct {
	name string
	// request sees the whole body.
	request func(r *repair, body map[string]any) bool
	// operation sees each operation of a PATCH before its value is repaired,
	// finished afterwards.
	operation func(r *repair, o map[string]any) bool
	finished  func(o map[string]any) bool
	// unwanted sees each operation at the end and says whether it is to be left
	// out; it may take keys out of a value without a path.
	unwanted func(r *repair, o map[string]any) (drop, changed bool)
	// value sees what is given for an attribute as a whole, unless it is settled,
	// element each single value of it. nil means that there is no value.
	value   func(d definition, v any) (any, bool)
	element func(d definition, v any) (any, bool)
}

// rules are all that is forgiven, a bit of repair.acted each. Order matters where
// noted.
var rules = [...]rule{
	// Everything to its place and name, before anybody looks for it.
	{name: "core attributes under the core URN", request: coreUnderURN},
	{name: "schemas key in another case", request: schemasKey},
	{name: "operations key in another case", request: operationsKey},
	{name: "schema URN of an old draft", request: oldURNs},
	{name: "misspelt schema URN", request: misspeltURNs},
	{name: "ADSCIM schema URN", request: foreignURNs},
	{name: "schemas missing", request: missingSchemas}, // after those that may empty the list
	{name: "extension attribute not nested", request: flatURNs},
	{name: "attribute name in another case", request: attributeNames, element: subAttributeNames},
	// PATCH operations.
	{name: "operation in capitals", operation: operationCase},
	{name: "members inside of members", operation: wrappedValue},
	{name: "null or missing value", finished: nullValue},
	{name: "readOnly part of an attribute", unwanted: readOnlyPart},
	// Values as a whole: the list is made before its elements are.
	{name: "list for a single object", value: listForObject},
	{name: "empty string for no value", value: emptyString},
	{name: "lone object for a list", value: loneObject},
	{name: "lone string for a list", value: loneString},
	// Single values.
	{name: "string for a boolean", element: stringBoolean},
	{name: "string for a number", element: stringNumber},
	{name: "string for an object", element: stringForObject},
	{name: "object with an empty value", element: emptyValue},
	{name: "JSON inside of a role", element: roleJSON},
	{name: "role with displayName", element: roleDisplayName},
	{name: "null $ref", element: nullReference},
}

// valueRules and elementRules are the indexes of the rules that see values: of
// them there are many.
var (
	valueRules   = indexes(func(r rule) bool { return r.value != nil })
	elementRules = indexes(func(r rule) bool { return r.element != nil })
)

func indexes(of func(rule) bool) []int {
	var all []int
	for i, r := range rules {
		if of(r) {
			all = append(all, i)
		}
	}
	return all
}
