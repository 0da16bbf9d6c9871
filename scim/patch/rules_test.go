package patch

import (
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/google/go-cmp/cmp"
)

// TestRulesOfTheRFC goes through RFC 7644 section 3.5.2 sentence by sentence;
// what the tables of apply_test.go have already is not repeated. An empty after
// means that the operations are refused, with kind.
func TestRulesOfTheRFC(t *testing.T) {
	const work = `{"value":"w@x","type":"work","primary":true}`
	const home = `{"value":"h@x","type":"home"}`
	const core = `urn:ietf:params:scim:schemas:core:2.0:User`
	for name, c := range map[string]struct {
		before, operations, after string
		kind                      scimerrors.ScimType
	}{
		// 3.5.2: sequence, mutability, primary, atomicity.
		"each operation sees what those before it have done":           {before: `{}`, operations: `{"op":"add","path":"emails","value":[` + work + `]},{"op":"replace","path":"emails[primary eq true].value","value":"n@x"},{"op":"add","path":"emails[value eq \"n@x\"].display","value":"N"}`, after: `{"emails":[{"value":"n@x","type":"work","primary":true,"display":"N"}]}`},
		"an error in the last operation undoes the first":              {before: `{"title":"a","userName":"u"}`, operations: `{"op":"replace","path":"title","value":"b"},{"op":"remove","path":"userName"}`, kind: scimerrors.ScimTypeMutability},
		"what is readOnly cannot be added":                             {before: `{}`, operations: `{"op":"add","path":"groups","value":[{"value":"g"}]}`, kind: scimerrors.ScimTypeMutability},
		"what is readOnly cannot be removed":                           {before: `{"groups":[{"value":"g"}]}`, operations: `{"op":"remove","path":"groups"}`, kind: scimerrors.ScimTypeMutability},
		"what is readOnly cannot be removed by selection":              {before: `{"groups":[{"value":"g"}]}`, operations: `{"op":"remove","path":"groups[value eq \"g\"]"}`, kind: scimerrors.ScimTypeMutability},
		"the id is readOnly under its URN, too":                        {before: `{}`, operations: `{"op":"replace","path":"` + core + `:id","value":"5"}`, kind: scimerrors.ScimTypeMutability},
		"what is readOnly is ignored without a path":                   {before: `{"groups":[{"value":"g"}]}`, operations: `{"op":"replace","value":{"groups":[],"id":"5","meta":{"version":"1"},"title":"t"}}`, after: `{"groups":[{"value":"g"}],"title":"t"}`},
		"what is readOnly is ignored under the URN of its schema":      {before: `{}`, operations: `{"op":"add","path":"` + core + `","value":{"groups":[{"value":"g"}],"title":"t"}}`, after: `{"title":"t"}`},
		"a readOnly sub-attribute is ignored within its attribute":     {before: `{}`, operations: `{"op":"add","path":"EXT:manager","value":{"value":"m","displayName":"M"}}`, after: `{"EXT":{"manager":{"value":"m"}}}`},
		"an immutable attribute cannot be added when it has a value":   {before: `{"urn:acme:More":{"badge":"b"}}`, operations: `{"op":"add","path":"urn:acme:More:badge","value":"c"}`, kind: scimerrors.ScimTypeMutability},
		"an immutable attribute can be set without a path":             {before: `{}`, operations: `{"op":"add","value":{"urn:acme:More:badge":"c"}}`, after: `{"urn:acme:More":{"badge":"c"}}`},
		"primary goes from the old value to one of several added":      {before: `{"emails":[` + work + `]}`, operations: `{"op":"add","path":"emails","value":[` + home + `,{"value":"a","primary":true},{"value":"b","primary":true}]}`, after: `{"emails":[{"value":"w@x","type":"work","primary":false},` + home + `,{"value":"a","primary":true},{"value":"b","primary":false}]}`},
		"primary goes to a value that is there already":                {before: `{"emails":[` + work + `,` + home + `]}`, operations: `{"op":"add","path":"emails","value":[{"value":"h@x","primary":true}]}`, after: `{"emails":[{"value":"w@x","type":"work","primary":false},{"value":"h@x","type":"home","primary":true}]}`},
		"primary goes with a value that is made by its type":           {before: `{"emails":[` + work + `]}`, operations: `{"op":"add","path":"emails[type eq \"other\"]","value":{"value":"o@x","primary":true}}`, after: `{"emails":[{"value":"w@x","type":"work","primary":false},{"value":"o@x","type":"other","primary":true}]}`},
		"primary goes with a value that replaces another":              {before: `{"emails":[` + work + `,` + home + `]}`, operations: `{"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"n@x","primary":true}}`, after: `{"emails":[{"value":"w@x","type":"work","primary":false},{"value":"n@x","type":"home","primary":true}]}`},
		"primary goes without a path":                                  {before: `{"emails":[` + work + `]}`, operations: `{"op":"add","value":{"emails":[{"value":"n@x","primary":true}]}}`, after: `{"emails":[{"value":"w@x","type":"work","primary":false},{"value":"n@x","primary":true}]}`},
		"primary of all values stays with the first":                   {before: `{"emails":[{"value":"a"},{"value":"b"}]}`, operations: `{"op":"replace","path":"emails.primary","value":true}`, after: `{"emails":[{"value":"a","primary":true},{"value":"b","primary":false}]}`},
		"primary of a later operation wins":                            {before: `{}`, operations: `{"op":"add","path":"emails","value":[{"value":"a","primary":true}]},{"op":"add","path":"emails","value":[{"value":"b","primary":true}]}`, after: `{"emails":[{"value":"a","primary":false},{"value":"b","primary":true}]}`},
		"a primary false takes nothing from the other":                 {before: `{"emails":[` + work + `]}`, operations: `{"op":"add","path":"emails","value":[{"value":"n@x","primary":false}]}`, after: `{"emails":[` + work + `,{"value":"n@x","primary":false}]}`},
		"primary of one attribute is not that of another":              {before: `{"emails":[` + work + `]}`, operations: `{"op":"add","path":"phoneNumbers","value":[{"value":"1","primary":true}]}`, after: `{"emails":[` + work + `],"phoneNumbers":[{"value":"1","primary":true}]}`},
		"the URN of the core schema may stand before an attribute":     {before: `{}`, operations: `{"op":"add","path":"` + core + `:name.familyName","value":"J"},{"op":"add","path":"` + core + `:emails[type eq \"work\"].value","value":"w@x"}`, after: `{"name":{"familyName":"J"},"emails":[{"type":"work","value":"w@x"}]}`},
		"a path of blanks is no path":                                  {before: `{}`, operations: `{"op":"add","path":"  ","value":{"title":"t"}}`, kind: scimerrors.ScimTypeInvalidPath},
		"a path deeper than a sub-attribute is no path":                {before: `{}`, operations: `{"op":"add","path":"emails[type eq \"work\"].value.part","value":"x"}`, kind: scimerrors.ScimTypeInvalidPath},
		"a path of three names is no path":                             {before: `{}`, operations: `{"op":"add","path":"name.familyName.part","value":"x"}`, kind: scimerrors.ScimTypeInvalidPath},
		"a selection within a selection is no path":                    {before: `{}`, operations: `{"op":"add","path":"emails[type[value eq 1]]","value":"x"}`, kind: scimerrors.ScimTypeInvalidPath},
		"a selection by a comparison that does not fit is no path":     {before: `{}`, operations: `{"op":"remove","path":"emails[primary gt true]"}`, kind: scimerrors.ScimTypeInvalidPath},
		"the URN of the core schema cannot be removed":                 {before: `{"userName":"u","title":"t"}`, operations: `{"op":"remove","path":"` + core + `"}`, kind: scimerrors.ScimTypeMutability},
		"the whole of a value is judged before the part of another":    {before: `{}`, operations: `{"op":"replace","value":{"Emails.display":"D","emails":[{"value":"e@x"}]}}`, after: `{"emails":[{"value":"e@x","display":"D"}]}`},
		"an attribute under its URN comes before its part without one": {before: `{}`, operations: `{"op":"replace","value":{"` + core + `:emails":[{"value":"e@x"}],"emails.display":"D"}}`, after: `{"emails":[{"value":"e@x","display":"D"}]}`},
		"a null within an extension that is added is nothing":          {before: `{"EXT":{"department":"d"}}`, operations: `{"op":"add","value":{"EXT":{"department":null}}},{"op":"add","value":{"EXT":null}}`, after: `{"EXT":{"department":"d"}}`},

		// 3.5.2.1: add.
		"an added complex attribute is an object":                     {before: `{}`, operations: `{"op":"add","path":"name","value":"Barbara"}`, kind: scimerrors.ScimTypeInvalidValue},
		"an added sub-attribute that does not exist is made":          {before: `{"name":{"givenName":"B"}}`, operations: `{"op":"add","path":"name.familyName","value":"J"}`, after: `{"name":{"givenName":"B","familyName":"J"}}`},
		"a value that is added twice is there once":                   {before: `{}`, operations: `{"op":"add","path":"emails","value":[` + home + `,` + home + `]}`, after: `{"emails":[` + home + `]}`},
		"a value in another case is the same value":                   {before: `{"emails":[` + home + `]}`, operations: `{"op":"add","path":"emails","value":[{"value":"H@X","type":"home"}]}`, after: `{"emails":[{"value":"H@X","type":"home"}]}`},
		"a value that was removed before can be added again":          {before: `{"emails":[` + work + `,` + home + `]}`, operations: `{"op":"add","path":"emails","value":[` + work + `]},{"op":"remove","path":"emails[type eq \"work\"]"},{"op":"add","path":"emails","value":[` + work + `]}`, after: `{"emails":[` + home + `,` + work + `]}`},
		"a value that was changed before can be added again":          {before: `{"emails":[` + home + `]}`, operations: `{"op":"add","path":"emails","value":[` + home + `]},{"op":"replace","path":"emails[type eq \"home\"].value","value":"n@x"},{"op":"add","path":"emails","value":[` + home + `]}`, after: `{"emails":[{"value":"n@x","type":"home"},` + home + `]}`},
		"a value without `value` that is there is not added":          {before: `{"addresses":[{"locality":"L"}]}`, operations: `{"op":"add","path":"addresses","value":{"locality":"L"}}`, after: `{"addresses":[{"locality":"L"}]}`},
		"a sub-attribute is added to all selected values":             {before: `{"emails":[{"value":"a","type":"x"},{"value":"b","type":"x"},{"value":"c"}]}`, operations: `{"op":"add","path":"emails[type eq \"x\"].display","value":"D"}`, after: `{"emails":[{"value":"a","type":"x","display":"D"},{"value":"b","type":"x","display":"D"},{"value":"c"}]}`},
		"what the server makes is no reason to make a value":          {before: `{}`, operations: `{"op":"add","path":"groups[display eq \"G\"].value","value":"g"}`, kind: scimerrors.ScimTypeMutability},
		"a selection by contradiction makes no value":                 {before: `{}`, operations: `{"op":"add","path":"emails[type eq \"a\" and type eq \"b\"].value","value":"x"}`, kind: scimerrors.ScimTypeNoTarget},
		"a selection by an alternative makes no value":                {before: `{}`, operations: `{"op":"add","path":"emails[type eq \"a\" or type eq \"b\"].value","value":"x"}`, kind: scimerrors.ScimTypeNoTarget},
		"a selection by what must not be makes no value":              {before: `{}`, operations: `{"op":"add","path":"emails[not (type eq \"a\")].value","value":"x"}`, kind: scimerrors.ScimTypeNoTarget},
		"an addition without a value changes nothing":                 {before: `{"emails":[` + work + `]}`, operations: `{"op":"add","path":"emails"},{"op":"add","path":"title"},{"op":"add","path":"emails[type eq \"work\"]"}`, after: `{"emails":[` + work + `]}`},
		"an addition without a path and without a value says nothing": {before: `{}`, operations: `{"op":"add"}`, kind: scimerrors.ScimTypeInvalidValue},
		"a list without a path is not a list of attributes":           {before: `{}`, operations: `{"op":"add","value":[{"title":"t"}]}`, kind: scimerrors.ScimTypeInvalidValue},

		// 3.5.2.2: remove.
		"a removal with an empty path has no target":                {before: `{"title":"t"}`, operations: `{"op":"remove","path":""}`, kind: scimerrors.ScimTypeNoTarget},
		"a removal with a null path has no target":                  {before: `{"title":"t"}`, operations: `{"op":"remove","path":null,"value":{"title":"t"}}`, kind: scimerrors.ScimTypeNoTarget},
		"a complex attribute is removed whole":                      {before: `{"name":{"givenName":"B","familyName":"J"}}`, operations: `{"op":"remove","path":"name"}`, after: `{}`},
		"the last value removed leaves the attribute unassigned":    {before: `{"emails":[` + work + `]}`, operations: `{"op":"remove","path":"emails[value eq \"w@x\"]"}`, after: `{}`},
		"the last extension attribute removed leaves it unassigned": {before: `{"schemas":["` + core + `","EXT"],"EXT":{"department":"d"}}`, operations: `{"op":"remove","path":"EXT:department"}`, after: `{"schemas":["` + core + `"]}`},
		"a sub-attribute of all values is removed":                  {before: `{"emails":[{"value":"a","display":"A"},{"value":"b","display":"B"},{"display":"C"}]}`, operations: `{"op":"remove","path":"emails.display"}`, after: `{"emails":[{"value":"a"},{"value":"b"}]}`},
		"the values of all elements removed leave none":             {before: `{"emails":[{"value":"a","type":"work"},{"value":"b"}]}`, operations: `{"op":"remove","path":"emails.value"}`, after: `{}`},
		"a selection by nothing removes what has nothing":           {before: `{"emails":[` + work + `,` + home + `]}`, operations: `{"op":"remove","path":"emails[primary eq null]"}`, after: `{"emails":[` + work + `]}`},
		"a removal in another case removes what is not caseExact":   {before: `{"emails":[` + work + `,` + home + `]}`, operations: `{"op":"remove","path":"emails","value":[{"value":"W@X"}]}`, after: `{"emails":[` + home + `]}`},
		"a removal lists one value without a list":                  {before: `{"emails":[` + work + `,` + home + `]}`, operations: `{"op":"remove","path":"emails","value":{"value":"w@x"}}`, after: `{"emails":[` + home + `]}`},
		"a removal of selected values does not look at a list":      {before: `{"emails":[` + work + `,` + home + `]}`, operations: `{"op":"remove","path":"emails[type eq \"home\"]","value":[{"value":"w@x"}]}`, after: `{"emails":[` + work + `]}`},
		"a required attribute that becomes empty is a removal":      {before: `{"userName":"u"}`, operations: `{"op":"replace","value":{"userName":null}}`, kind: scimerrors.ScimTypeMutability},
		"a required attribute cannot be emptied":                    {before: `{"userName":"u"}`, operations: `{"op":"replace","path":"userName","value":""}`, kind: scimerrors.ScimTypeMutability},

		// 3.5.2.3: replace.
		"a replacement without a path leaves all that it does not name": {before: `{"title":"t","name":{"givenName":"B"},"emails":[` + work + `]}`, operations: `{"op":"replace","value":{"title":"u","name":{"familyName":"J"}}}`, after: `{"title":"u","name":{"givenName":"B","familyName":"J"},"emails":[` + work + `]}`},
		"a replacement without a path replaces the lists that it names": {before: `{"emails":[` + work + `,` + home + `]}`, operations: `{"op":"replace","value":{"emails":[{"value":"n@x"}]}}`, after: `{"emails":[{"value":"n@x"}]}`},
		"a replaced list that does not exist is added":                  {before: `{}`, operations: `{"op":"replace","path":"emails","value":[` + home + `]}`, after: `{"emails":[` + home + `]}`},
		"a replaced complex attribute is an object":                     {before: `{"name":{"givenName":"B"}}`, operations: `{"op":"replace","path":"name","value":["B"]}`, kind: scimerrors.ScimTypeInvalidValue},
		"a sub-attribute of all selected values is replaced":            {before: `{"emails":[{"value":"a","type":"x"},{"value":"b","type":"x"}]}`, operations: `{"op":"replace","path":"emails[type eq \"x\"].type","value":"y"}`, after: `{"emails":[{"value":"a","type":"y"},{"value":"b","type":"y"}]}`},
		"all selected values are replaced":                              {before: `{"addresses":[{"type":"x","locality":"L"},{"type":"x","region":"R"},{"type":"y"}]}`, operations: `{"op":"replace","path":"addresses[type eq \"x\"]","value":{"country":"C"}}`, after: `{"addresses":[{"type":"x","country":"C"},{"type":"x","country":"C"},{"type":"y"}]}`},
		"a selection by value that selects nothing has no target":       {before: `{"emails":[` + work + `]}`, operations: `{"op":"replace","path":"emails[value eq \"n@x\"]","value":{"value":"m@x"}}`, kind: scimerrors.ScimTypeNoTarget},
		"a selection by presence that selects nothing has no target":    {before: `{}`, operations: `{"op":"replace","path":"emails[display pr].value","value":"n@x"}`, kind: scimerrors.ScimTypeNoTarget},
		"a selected value replaced by null is removed":                  {before: `{"emails":[` + work + `,` + home + `]}`, operations: `{"op":"replace","path":"emails[type eq \"work\"]","value":null}`, after: `{"emails":[` + home + `]}`},
		"a replacement by what is there is the same resource":           {before: `{"title":"t","emails":[` + work + `],"EXT":{"manager":{"value":"m","displayName":"M"}}}`, operations: `{"op":"replace","path":"title","value":"t"},{"op":"replace","path":"emails","value":[` + work + `]},{"op":"replace","path":"EXT:manager","value":{"value":"m"}}`, after: `{"title":"t","emails":[` + work + `],"EXT":{"manager":{"value":"m","displayName":"M"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			before := decode(t, short(c.before))
			got, err := run(t, userType(), before, short(c.operations))
			if diff := cmp.Diff(decode(t, short(c.before)), before); diff != "" {
				t.Errorf("the given resource was changed: %s", diff)
			}
			if c.after == "" {
				if kind := kindOf(err); kind != c.kind || got != nil {
					t.Fatalf("got %v and %q (%v), want %q alone", got, kind, err, c.kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decode(t, short(c.after)), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSchemasOfTheMessage(t *testing.T) {
	for name, c := range map[string]struct{ schemas, detail string }{
		"are those of a PATCH":         {schemas: `"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],`},
		"may be in another case":       {schemas: `"Schemas":["URN:ietf:params:scim:api:messages:2.0:patchop"],`},
		"may name others":              {schemas: `"schemas":["urn:x","urn:ietf:params:scim:api:messages:2.0:PatchOp"],`},
		"may be missing":               {},
		"may be empty":                 {schemas: `"schemas":[],`},
		"may be null":                  {schemas: `"schemas":null,`},
		"cannot be those of a user":    {schemas: `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`, detail: `schemas: "urn:ietf:params:scim:api:messages:2.0:PatchOp" is missing`},
		"cannot be those of a search":  {schemas: `"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],`, detail: `schemas: "urn:ietf:params:scim:api:messages:2.0:PatchOp" is missing`},
		"cannot be numbers":            {schemas: `"schemas":[2],`, detail: `schemas: "urn:ietf:params:scim:api:messages:2.0:PatchOp" is missing`},
		"cannot be a string by itself": {schemas: `"schemas":"urn:ietf:params:scim:api:messages:2.0:PatchOp",`, detail: `schemas: expected an array of strings`},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Parse(decode(t, `{`+c.schemas+`"Operations":[]}`), userType())
			if c.detail != "" {
				checkError(t, err, scimerrors.ScimTypeInvalidSyntax, c.detail)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestParseTellsWhatItIgnores(t *testing.T) {
	_, ignored, err := Parse(decode(t, short(`{"Operations":[
		{"op":"replace","value":{"schemas":["urn:x"],"id":"1","meta":{},"groups":[],"shoeSize":5,"not a name":1,"EXT":{"grade":"x"}}},
		{"op":"add","path":"emails[type eq \"work\"].colour","value":"red"},
		{"op":"add","path":"urn:x:1.0:Y:z","value":1},
		{"op":"add","path":"title","value":"t"}]}`)), userType())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"groups is readOnly",
		"not a name is no attribute of User",
		"shoeSize is no attribute of User",
		enterprise + ":grade is no attribute of User",
		`emails[type eq "work"].colour is no attribute of User`,
		"urn:x:1.0:Y:z is no attribute of User",
	}
	if diff := cmp.Diff(want, ignored); diff != "" {
		t.Error(diff)
	}
}
