package patch

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"
	"github.com/google/go-cmp/cmp"

	"scimforce/scim/resource"
)

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

func userType() resource.Type {
	own := schema.Schema{ID: "urn:acme:More", Attributes: schema.Attributes{
		schema.SimpleCoreAttribute(schema.SimpleStringParams(schema.StringParams{Name: "tags", MultiValued: true})),
		schema.SimpleCoreAttribute(schema.SimpleStringParams(schema.StringParams{Name: "badge", Mutability: schema.AttributeMutabilityImmutable()})),
	}}
	return resource.Type{
		Name: "User", Endpoint: "/Users", Core: schema.CoreUserSchema(),
		Extensions: []schema.Schema{schema.ExtensionEnterpriseUser(), own},
	}
}

func groupType() resource.Type {
	return resource.Type{Name: "Group", Endpoint: "/Groups", Core: schema.CoreGroupSchema()}
}

func decode(t testing.TB, text string) map[string]any {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return r
}

// run parses and applies the operations, written as JSON.
func run(t testing.TB, typ resource.Type, r map[string]any, operations string) (map[string]any, error) {
	t.Helper()
	parsed, _, err := Parse(decode(t, `{"Operations":[`+operations+`]}`), typ)
	if err != nil {
		return nil, err
	}
	return Apply(r, parsed, typ)
}

// short lets the tables below say EXT for the enterprise URN.
func short(s string) string { return strings.ReplaceAll(s, "EXT", enterprise) }

func TestApply(t *testing.T) {
	const work = `{"value":"w@x","type":"work","primary":true}`
	const home = `{"value":"h@x","type":"home"}`
	for name, c := range map[string]struct{ before, operations, after string }{
		// Single values.
		"add sets":                          {`{}`, `{"op":"add","path":"title","value":"t"}`, `{"title":"t"}`},
		"add to a single value replaces it": {`{"title":"a"}`, `{"op":"add","path":"title","value":"t"}`, `{"title":"t"}`},
		"replace sets what is not there":    {`{}`, `{"op":"replace","path":"title","value":"t"}`, `{"title":"t"}`},
		"remove":                            {`{"title":"a"}`, `{"op":"remove","path":"title"}`, `{}`},
		"remove ignores the value of an attribute with one": {`{"title":"a"}`, `{"op":"remove","path":"title","value":"b"}`, `{}`},
		"removing what is not there":                        {`{}`, `{"op":"remove","path":"title"},{"op":"remove","path":"emails[type eq \"work\"]"},{"op":"remove","path":"name.givenName"},{"op":"remove","path":"emails[type eq \"work\"].value"}`, `{}`},
		"replace by null removes":                           {`{"title":"a"}`, `{"op":"replace","path":"title","value":null}`, `{}`},
		"replace without value removes":                     {`{"title":"a"}`, `{"op":"replace","path":"title"}`, `{}`},
		"add of null does nothing":                          {`{"title":"a"}`, `{"op":"add","path":"title","value":null}`, `{"title":"a"}`},
		"an empty string is a value":                        {`{"title":"a"}`, `{"op":"replace","path":"title","value":""}`, `{"title":""}`},
		"names and operations in any case":                  {`{}`, `{"Op":"Add","Path":"NAME.givenname","Value":"B"}`, `{"name":{"givenName":"B"}}`},
		"a number for a string":                             {`{}`, `{"op":"add","path":"externalId","value":5}`, `{"externalId":"5"}`},
		"unknown attributes are ignored":                    {`{"title":"a"}`, `{"op":"add","path":"shoeSize","value":5},{"op":"remove","path":"emails.colour"},{"op":"add","path":"urn:x:1.0:Y:z","value":5},{"op":"replace","value":{"shoeSize":{"a":1},"not a name":1}}`, `{"title":"a"}`},
		"schemas are the server's":                          {`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`, `{"op":"add","path":"schemas","value":["urn:x"]}`, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`},
		"schemas follow the extensions":                     {`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`, `{"op":"add","path":"EXT:department","value":"d"}`, `{"EXT":{"department":"d"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","EXT"]}`},
		"later operations win":                              {`{}`, `{"op":"add","path":"title","value":"a"},{"op":"remove","path":"title"},{"op":"add","path":"title","value":"b"}`, `{"title":"b"}`},
		"a required attribute removed and set":              {`{"userName":"a"}`, `{"op":"remove","path":"userName"},{"op":"add","path":"userName","value":"b"}`, `{"userName":"b"}`},

		// Complex values.
		"add merges":                                        {`{"name":{"givenName":"B","familyName":"J"}}`, `{"op":"add","path":"name","value":{"givenName":"C"}}`, `{"name":{"givenName":"C","familyName":"J"}}`},
		"replace merges":                                    {`{"name":{"givenName":"B","familyName":"J"}}`, `{"op":"replace","path":"name","value":{"givenName":"C"}}`, `{"name":{"givenName":"C","familyName":"J"}}`},
		"the last sub-attribute removed":                    {`{"name":{"givenName":"B"}}`, `{"op":"remove","path":"name.givenName"}`, `{}`},
		"an extension attribute":                            {`{}`, `{"op":"replace","path":"EXT:department","value":"d"}`, `{"EXT":{"department":"d"}}`},
		"Microsoft's dot behind the URN":                    {`{}`, `{"op":"replace","path":"EXT.manager","value":{"value":"m"}}`, `{"EXT":{"manager":{"value":"m"}}}`},
		"a manager without the URN":                         {`{}`, `{"op":"Add","path":"manager","value":{"value":"m"}}`, `{"EXT":{"manager":{"value":"m"}}}`},
		"another manager loses what the old one was called": {`{"EXT":{"manager":{"value":"m","displayName":"M","$ref":"../m"}}}`, `{"op":"replace","path":"EXT:manager","value":{"value":"n"}}`, `{"EXT":{"manager":{"value":"n"}}}`},
		"another manager by his value alone":                {`{"EXT":{"manager":{"value":"m","displayName":"M"}}}`, `{"op":"replace","path":"EXT:manager.value","value":"n"}`, `{"EXT":{"manager":{"value":"n"}}}`},
		"the same manager keeps it":                         {`{"EXT":{"manager":{"value":"m","displayName":"M"}}}`, `{"op":"replace","path":"EXT:manager","value":{"value":"m"}}`, `{"EXT":{"manager":{"value":"m","displayName":"M"}}}`},
		"a manager's value removed":                         {`{"EXT":{"manager":{"value":"m","displayName":"M"},"department":"d"}}`, `{"op":"remove","path":"EXT:manager.value"}`, `{"EXT":{"department":"d"}}`},
		"a manager's value emptied":                         {`{"EXT":{"manager":{"value":"m","displayName":"M"}}}`, `{"op":"replace","path":"EXT:manager.value","value":""}`, `{}`},
		"an emptied object is no value":                     {`{"EXT":{"manager":{"value":"m"}}}`, `{"op":"replace","path":"EXT:manager","value":{}}`, `{}`},

		// Without a path.
		"Okta's deactivation leaves the rest":      {`{"userName":"x","active":true}`, `{"op":"replace","value":{"active":false}}`, `{"userName":"x","active":false}`},
		"authentik's schemas and id":               {`{"id":"1","displayName":"a"}`, `{"op":"replace","value":{"schemas":["urn:x"],"id":"2","meta":{"a":1},"displayName":"b"}}`, `{"id":"1","displayName":"b"}`},
		"Entra's dotted keys":                      {`{"name":{"familyName":"J"}}`, `{"op":"replace","value":{"displayName":"D","name.givenName":"G","EXT:employeeNumber":"5","emails[type eq \"work\"].value":"w@x"}}`, `{"displayName":"D","name":{"familyName":"J","givenName":"G"},"EXT":{"employeeNumber":"5"},"emails":[{"type":"work","value":"w@x"}]}`},
		"whole attributes come before their parts": {`{}`, `{"op":"add","value":{"Emails[type eq \"work\"].display":"W","emails":[{"type":"work","value":"w@x"}]}}`, `{"emails":[{"type":"work","value":"w@x","display":"W"}]}`},
		"a key emails.value":                       {`{"emails":[` + work + `]}`, `{"op":"replace","value":{"emails.value":"n@x"}}`, `{"emails":[{"value":"n@x","type":"work","primary":true}]}`},
		"a nested extension":                       {`{"EXT":{"department":"d"}}`, `{"op":"add","value":{"EXT":{"division":"v","manager":{"value":"m"}}}}`, `{"EXT":{"department":"d","division":"v","manager":{"value":"m"}}}`},
		"a nested extension in another case":       {`{}`, `{"op":"add","value":{"URN:ietf:params:scim:schemas:extension:enterprise:2.0:user":{"Division":"v"}}}`, `{"EXT":{"division":"v"}}`},
		"a schema inside of a schema is ignored":   {`{}`, `{"op":"add","value":{"EXT":{"department":"d","EXT":{"division":"v"}}}}`, `{"EXT":{"department":"d"}}`},
		"attributes under the core URN":            {`{}`, `{"op":"add","value":{"urn:ietf:params:scim:schemas:core:2.0:User":{"title":"t"}}}`, `{"title":"t"}`},
		"null without a path removes":              {`{"title":"t","EXT":{"manager":{"value":"m"},"division":"v"}}`, `{"op":"replace","value":{"title":null,"EXT":{"manager":null}}}`, `{"EXT":{"division":"v"}}`},
		"an empty path is none":                    {`{}`, `{"op":"add","path":"","value":{"title":"t"}}`, `{"title":"t"}`},

		// The URN of a schema as path.
		"an extension":                   {`{"EXT":{"department":"d"}}`, `{"op":"replace","path":"EXT","value":{"division":"v"}}`, `{"EXT":{"department":"d","division":"v"}}`},
		"an extension without a version": {`{}`, `{"op":"add","path":"urn:acme:More","value":{"tags":["a"]}}`, `{"urn:acme:More":{"tags":["a"]}}`},
		"an extension removed":           {`{"EXT":{"department":"d"},"title":"t"}`, `{"op":"remove","path":"EXT"}`, `{"title":"t"}`},
		"an extension replaced by null":  {`{"EXT":{"department":"d"},"title":"t"}`, `{"op":"replace","path":"EXT","value":null}`, `{"title":"t"}`},
		"an unknown schema":              {`{"title":"t"}`, `{"op":"replace","path":"urn:x:1.0:Y","value":{"title":"v"}}`, `{"title":"t"}`},
		"the core schema":                {`{"title":"t"}`, `{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User","value":{"title":"v","userName":"u"}}`, `{"title":"v","userName":"u"}`},

		// Several values.
		"add appends":                           {`{"emails":[` + work + `]}`, `{"op":"add","path":"emails","value":[` + home + `]}`, `{"emails":[` + work + `,` + home + `]}`},
		"add takes an object for a list":        {`{"emails":[` + work + `]}`, `{"op":"add","path":"emails","value":` + home + `}`, `{"emails":[` + work + `,` + home + `]}`},
		"add of what is there changes nothing":  {`{"emails":[` + work + `,` + home + `]}`, `{"op":"add","path":"emails","value":[{"value":"h@x"},{"value":"w@x","type":"WORK"}]}`, `{"emails":[{"value":"w@x","type":"WORK","primary":true},` + home + `]}`},
		"add of the same value of another type": {`{"emails":[` + home + `]}`, `{"op":"add","path":"emails","value":[{"value":"h@x","type":"other"}]}`, `{"emails":[` + home + `,{"value":"h@x","type":"other"}]}`},
		"add of an address that is there":       {`{"addresses":[{"type":"work","locality":"L"}]}`, `{"op":"add","path":"addresses","value":[{"locality":"L","type":"work"},{"locality":"M"}]}`, `{"addresses":[{"type":"work","locality":"L"},{"locality":"M"}]}`},
		"add of simple values":                  {`{"urn:acme:More":{"tags":["a"]}}`, `{"op":"add","path":"urn:acme:More:tags","value":["b","a","b"]}`, `{"urn:acme:More":{"tags":["a","b"]}}`},
		"simple values removed":                 {`{"urn:acme:More":{"tags":["a","b","c"]}}`, `{"op":"remove","path":"urn:acme:More:tags[value eq \"b\"]"},{"op":"remove","path":"urn:acme:More:tags","value":["c"]}`, `{"urn:acme:More":{"tags":["a"]}}`},
		"a simple value replaced":               {`{"urn:acme:More":{"tags":["a","b"]}}`, `{"op":"replace","path":"urn:acme:More:tags[value eq \"b\"]","value":"c"}`, `{"urn:acme:More":{"tags":["a","c"]}}`},
		"replace replaces all":                  {`{"emails":[` + work + `,` + home + `]}`, `{"op":"replace","path":"emails","value":[{"value":"n@x"}]}`, `{"emails":[{"value":"n@x"}]}`},
		"replace by an empty list":              {`{"emails":[` + work + `]}`, `{"op":"replace","path":"emails","value":[]}`, `{}`},
		"add of an empty list":                  {`{"emails":[` + work + `]}`, `{"op":"add","path":"emails","value":[]}`, `{"emails":[` + work + `]}`},
		"remove all":                            {`{"emails":[` + work + `]}`, `{"op":"remove","path":"emails"}`, `{}`},
		"remove by a list of values":            {`{"emails":[` + work + `,` + home + `]}`, `{"op":"Remove","path":"emails","value":[{"value":"h@x"},{"value":"absent"}]}`, `{"emails":[` + work + `]}`},
		"remove by a list tells types apart":    {`{"emails":[` + work + `,` + home + `]}`, `{"op":"Remove","path":"emails","value":[{"value":"h@x","type":"work"}]}`, `{"emails":[` + work + `,` + home + `]}`},
		"remove by an empty list":               {`{"emails":[` + work + `]}`, `{"op":"remove","path":"emails","value":[]}`, `{"emails":[` + work + `]}`},

		// Selected values.
		"a selected sub-attribute":                       {`{"emails":[` + work + `,` + home + `]}`, `{"op":"Replace","path":"emails[type eq \"work\"].Value","value":"n@x"}`, `{"emails":[{"value":"n@x","type":"work","primary":true},` + home + `]}`},
		"Entra's replacement makes the element":          {`{"emails":[` + home + `]}`, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"n@x"}`, `{"emails":[` + home + `,{"type":"work","value":"n@x"}]}`},
		"Entra's addition makes the element":             {`{}`, `{"op":"Add","path":"addresses[type eq \"work\"].formatted","value":"F"}`, `{"addresses":[{"type":"work","formatted":"F"}]}`},
		"a value that comes after its display leaves it": {`{}`, `{"op":"Add","path":"emails[type eq \"work\"].display","value":"W"},{"op":"Add","path":"emails[type eq \"work\"].value","value":"w@x"}`, `{"emails":[{"type":"work","display":"W","value":"w@x"}]}`},
		"Entra's primary role":                           {`{}`, `{"op":"Add","path":"roles[primary eq \"True\"].value","value":"Admin"},{"op":"Add","path":"roles[primary eq True].display","value":"A"}`, `{"roles":[{"primary":true,"value":"Admin","display":"A"}]}`},
		"several terms make the element":                 {`{}`, `{"op":"add","path":"emails[type eq \"work\" and primary eq true]","value":{"value":"n@x"}}`, `{"emails":[{"type":"work","primary":true,"value":"n@x"}]}`},
		"a selected element is replaced whole":           {`{"emails":[{"value":"w@x","type":"work","display":"W"}]}`, `{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"n@x"}}`, `{"emails":[{"value":"n@x","type":"work"}]}`},
		"a selected address is replaced whole":           {`{"addresses":[{"type":"work","locality":"L","region":"R"}]}`, `{"op":"replace","path":"addresses[type eq \"work\"]","value":{"locality":"M"}}`, `{"addresses":[{"type":"work","locality":"M"}]}`},
		"a selected element given in a list":             {`{"emails":[{"value":"w@x","type":"work","display":"W"}]}`, `{"op":"replace","path":"emails[type eq \"work\"]","value":[{"value":"n@x"}]}`, `{"emails":[{"value":"n@x","type":"work"}]}`},
		"add merges into a selected element":             {`{"emails":[` + work + `]}`, `{"op":"add","path":"emails[type eq \"work\"]","value":{"display":"W"}}`, `{"emails":[{"value":"w@x","type":"work","primary":true,"display":"W"}]}`},
		"selected elements are removed":                  {`{"emails":[` + work + `,` + home + `]}`, `{"op":"remove","path":"emails[type eq \"work\" or value co \"nobody\"]"}`, `{"emails":[` + home + `]}`},
		"a selected sub-attribute is removed":            {`{"emails":[` + work + `]}`, `{"op":"remove","path":"emails[type eq \"work\"].primary"}`, `{"emails":[{"value":"w@x","type":"work"}]}`},
		"an element without its value goes":              {`{"emails":[` + work + `,` + home + `]}`, `{"op":"remove","path":"emails[type eq \"work\"].value"}`, `{"emails":[` + home + `]}`},
		"an element with an empty value goes":            {`{"emails":[` + work + `,` + home + `]}`, `{"op":"replace","path":"emails[type eq \"work\"].value","value":""}`, `{"emails":[` + home + `]}`},
		"nothing is made of an empty value":              {`{}`, `{"op":"add","path":"emails[type eq \"work\"].value","value":""}`, `{}`},
		"a sub-attribute of all":                         {`{"emails":[{"value":"a"},{"value":"b"}]}`, `{"op":"replace","path":"emails.type","value":"work"}`, `{"emails":[{"value":"a","type":"work"},{"value":"b","type":"work"}]}`},
		"a sub-attribute of none":                        {`{}`, `{"op":"add","path":"emails.value","value":"a"}`, `{"emails":[{"value":"a"}]}`},

		// Primary.
		"a new primary takes it from the old": {`{"emails":[` + work + `,` + home + `]}`, `{"op":"add","path":"emails","value":[{"value":"n@x","primary":true}]}`, `{"emails":[{"value":"w@x","type":"work","primary":false},` + home + `,{"value":"n@x","primary":true}]}`},
		"a selected primary takes it too":     {`{"emails":[` + work + `,` + home + `]}`, `{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}`, `{"emails":[{"value":"w@x","type":"work","primary":false},{"value":"h@x","type":"home","primary":true}]}`},
		"the first of two primaries":          {`{}`, `{"op":"replace","path":"emails","value":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, `{"emails":[{"value":"a","primary":true},{"value":"b","primary":false}]}`},

		// Immutable.
		"an immutable attribute is set once":     {`{}`, `{"op":"add","path":"urn:acme:More:badge","value":"b"}`, `{"urn:acme:More":{"badge":"b"}}`},
		"an immutable attribute set to the same": {`{"urn:acme:More":{"badge":"b"}}`, `{"op":"replace","path":"urn:acme:More:badge","value":"b"}`, `{"urn:acme:More":{"badge":"b"}}`},
		"no operations":                          {`{"title":"t"}`, ``, `{"title":"t"}`},
	} {
		t.Run(name, func(t *testing.T) {
			before := decode(t, short(c.before))
			got, err := run(t, userType(), before, short(c.operations))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decode(t, short(c.after)), got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(decode(t, short(c.before)), before); diff != "" {
				t.Errorf("the given resource was changed: %s", diff)
			}
		})
	}
}

func TestApplyToAGroup(t *testing.T) {
	for name, c := range map[string]struct{ before, operations, after string }{
		"a member that is there keeps his name":     {`{"members":[{"value":"1","display":"One","type":"User"}]}`, `{"op":"add","path":"members","value":[{"value":"1","display":"Uno"},{"value":"2"}]}`, `{"members":[{"value":"1","display":"One","type":"User"},{"value":"2"}]}`},
		"a selected member keeps what is immutable": {`{"members":[{"value":"1","display":"One","type":"User"}]}`, `{"op":"replace","path":"members[value eq \"1\"]","value":{"value":"1"}}`, `{"members":[{"value":"1","display":"One","type":"User"}]}`},
		"Okta's pair":                  {`{"members":[{"value":"1"}]}`, `{"op":"remove","path":"members[value eq \"1\"]"},{"op":"add","path":"members","value":[{"value":"2","display":"b"}]}`, `{"members":[{"value":"2","display":"b"}]}`},
		"Okta's overwrite with nobody": {`{"displayName":"g","members":[{"value":"1"}]}`, `{"op":"replace","path":"members","value":[]}`, `{"displayName":"g"}`},
		"Okta's rename":                {`{"id":"g","displayName":"a"}`, `{"op":"replace","value":{"id":"x","displayName":"b"}}`, `{"id":"g","displayName":"b"}`},
		"Entra's removal":              {`{"members":[{"value":"1"},{"value":"2"}]}`, `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"1"}]}`, `{"members":[{"value":"2"}]}`},
		"Keycloak's removal of all":    {`{"members":[{"value":"1"},{"value":"2"}]}`, `{"op":"remove","path":"members"}`, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := run(t, groupType(), decode(t, c.before), c.operations)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decode(t, c.after), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPatchRefuses(t *testing.T) {
	user := `{"userName":"x","emails":[{"value":"w@x","type":"work"}],"urn:acme:More":{"badge":"b"},"groups":[{"value":"g"}]}`
	for name, c := range map[string]struct {
		operations string
		kind       scimerrors.ScimType
		detail     string
	}{
		"an operation that is none":                {`5`, scimerrors.ScimTypeInvalidSyntax, `Operations[0]: expected an object`},
		"an unknown operation":                     {`{"op":"move","path":"title"}`, scimerrors.ScimTypeInvalidSyntax, `Operations[0]: op: expected "add", "replace" or "remove", got "move"`},
		"a missing op":                             {`{"path":"title"}`, scimerrors.ScimTypeInvalidSyntax, `Operations[0]: op: expected "add", "replace" or "remove", got ""`},
		"a removal without a path":                 {`{"op":"remove","value":{"title":"t"}}`, scimerrors.ScimTypeNoTarget, `Operations[0]: a removal needs a path`},
		"a path that is no string":                 {`{"op":"add","path":5,"value":1}`, scimerrors.ScimTypeInvalidPath, `Operations[0]: path: expected a string`},
		"a broken path, with its position":         {`{"op":"add","path":"title","value":"x"},{"op":"add","path":"emails[type eq","value":"x"}`, scimerrors.ScimTypeInvalidPath, `Operations[1]: path: character 15: expected a value, got the end`},
		"a broken path for a key":                  {`{"op":"add","value":{"emails[type eq \"work\"":"x"}}`, scimerrors.ScimTypeInvalidPath, `Operations[0]: value: emails[type eq "work": character 22: expected "]" for the "[" at character 7, got the end`},
		"a path with a slash":                      {`{"op":"add","path":"/userName","value":"x"}`, scimerrors.ScimTypeInvalidPath, `Operations[0]: path: character 1: expected an attribute, got "/userName"`},
		"a filter on an unknown sub-attribute":     {`{"op":"add","path":"emails[kind eq \"x\"].value","value":"x"}`, scimerrors.ScimTypeInvalidPath, `Operations[0]: path: filter: character 8: emails has no sub-attribute "kind"`},
		"a filter on a single value":               {`{"op":"add","path":"name[givenName eq \"x\"]","value":{}}`, scimerrors.ScimTypeInvalidPath, `Operations[0]: path: name has a single value, there is nothing to select from`},
		"a value without a path":                   {`{"op":"add","value":"x"}`, scimerrors.ScimTypeInvalidValue, `Operations[0]: value: expected an object of attributes, as no single attribute is named by path`},
		"a value of the wrong type":                {`{"op":"replace","path":"active","value":"maybe"}`, scimerrors.ScimTypeInvalidValue, `Operations[0]: active: expected a boolean, got the string "maybe"`},
		"an element of the wrong type":             {`{"op":"replace","path":"emails[type eq \"work\"]","value":5}`, scimerrors.ScimTypeInvalidValue, `Operations[0]: emails: expected an object, got a number`},
		"a readOnly attribute":                     {`{"op":"add","path":"groups","value":[{"value":"g"}]}`, scimerrors.ScimTypeMutability, `Operations[0]: groups is readOnly`},
		"the id":                                   {`{"op":"replace","path":"id","value":"5"}`, scimerrors.ScimTypeMutability, `Operations[0]: id is readOnly`},
		"a part of meta":                           {`{"op":"replace","path":"meta.created","value":"2020-01-01T00:00:00Z"}`, scimerrors.ScimTypeMutability, `Operations[0]: meta.created is readOnly`},
		"a readOnly sub-attribute":                 {short(`{"op":"replace","path":"EXT:manager.displayName","value":"x"}`), scimerrors.ScimTypeMutability, `Operations[0]: ` + enterprise + `:manager.displayName is readOnly`},
		"another value for an immutable attribute": {`{"op":"replace","path":"urn:acme:More:badge","value":"c"}`, scimerrors.ScimTypeMutability, `urn:acme:More:badge is immutable and has a value already`},
		"removing an immutable attribute":          {`{"op":"remove","path":"urn:acme:More:badge"}`, scimerrors.ScimTypeMutability, `urn:acme:More:badge is immutable and has a value already`},
		"removing what is required":                {`{"op":"remove","path":"userName"}`, scimerrors.ScimTypeMutability, `userName is required and cannot be removed`},
		"a selection by value finds nothing":       {`{"op":"replace","path":"emails[value eq \"a@x\"].display","value":"A"}`, scimerrors.ScimTypeNoTarget, `path emails[value eq "a@x"].display selects nothing`},
		"a selection of which nothing can be made": {`{"op":"add","path":"emails[type sw \"o\"].value","value":"A"}`, scimerrors.ScimTypeNoTarget, `path emails[type sw "o"].value selects nothing`},
		"an element that would not be selected":    {`{"op":"add","path":"emails[type eq \"home\"]","value":{"type":"other","value":"o@x"}}`, scimerrors.ScimTypeNoTarget, `path emails[type eq "home"] selects nothing`},
	} {
		t.Run(name, func(t *testing.T) {
			before := decode(t, user)
			got, err := run(t, userType(), before, c.operations)
			checkError(t, err, c.kind, c.detail)
			if got != nil {
				t.Errorf("got a resource as well: %v", got)
			}
			if diff := cmp.Diff(decode(t, user), before); diff != "" {
				t.Errorf("the given resource was changed: %s", diff)
			}
		})
	}
}

func TestMembersDoNotChangeTheirValue(t *testing.T) {
	for _, operation := range []string{
		`{"op":"replace","path":"members[value eq \"1\"].value","value":"2"}`,
		`{"op":"replace","path":"members[value eq \"1\"]","value":{"value":"2"}}`,
		`{"op":"remove","path":"members[value eq \"1\"].value"}`,
	} {
		_, err := run(t, groupType(), decode(t, `{"members":[{"value":"1"}]}`), operation)
		checkError(t, err, scimerrors.ScimTypeMutability, "members.value is immutable and has a value already")
	}
}

func TestParseBoundsTheOperations(t *testing.T) {
	one := `,{"op":"add","path":"title","value":"x"}`
	body := func(n int) map[string]any {
		return decode(t, `{"Operations":[`+strings.Repeat(one, n)[1:]+`]}`)
	}
	if got, _, err := Parse(body(MaxOperations), userType()); err != nil || len(got) != MaxOperations {
		t.Errorf("got %d operations, %v", len(got), err)
	}
	_, _, err := Parse(body(MaxOperations+1), userType())
	checkError(t, err, scimerrors.ScimTypeInvalidValue, "Operations: 1001 operations, at most 1000 are accepted")
}

func TestParseWantsOperations(t *testing.T) {
	for _, body := range []string{`{}`, `{"Operations":null}`, `{"Operations":{"op":"add"}}`} {
		_, _, err := Parse(decode(t, body), userType())
		checkError(t, err, scimerrors.ScimTypeInvalidSyntax, "Operations: expected an array of operations")
	}
	if got, _, err := Parse(decode(t, `{"operations":[]}`), userType()); err != nil || len(got) != 0 {
		t.Errorf("no operations: got %v, %v", got, err)
	}
}

func TestParseSpellsNamesAsTheSchemasDo(t *testing.T) {
	got, _, err := Parse(decode(t, short(`{"Operations":[
		{"op":"REPLACE","path":"EMAILS[Type EQ \"work\" AND not (PRIMARY pr)].VALUE","value":"x"},
		{"op":"add","path":"Manager.Value","value":"m"},
		{"op":"replace","value":{"NICKNAME":"n","Active":null}}]}`)), userType())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, o := range got {
		lines = append(lines, fmt.Sprint(o.Op, " ", o.Target, " ", o.Value))
	}
	want := []string{
		`replace emails[type eq "work" and not (primary pr)].value x`,
		"add " + enterprise + ":manager.value m",
		"remove active <nil>",
		"replace nickName n",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func checkError(t *testing.T, err error, kind scimerrors.ScimType, detail string) {
	t.Helper()
	var got scimerrors.ScimError
	if !errors.As(err, &got) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(scimerrors.ScimError{ScimType: kind, Status: http.StatusBadRequest, Detail: detail}, got); diff != "" {
		t.Error(diff)
	}
}

// kindOf is the scimType of an error, "" when it has none.
func kindOf(err error) scimerrors.ScimType {
	var e scimerrors.ScimError
	_ = errors.As(err, &e)
	return e.ScimType
}
