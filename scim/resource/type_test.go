package resource

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"
	"github.com/google/go-cmp/cmp"
)

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// userType is the core user with extensions: Enterprise, and one of our own
// with the types that Enterprise lacks.
func userType() Type {
	own := schema.Schema{ID: "urn:acme:1.0:More", Attributes: schema.Attributes{
		schema.SimpleCoreAttribute(schema.SimpleNumberParams(schema.NumberParams{Name: "level", Type: schema.AttributeTypeInteger()})),
		schema.SimpleCoreAttribute(schema.SimpleNumberParams(schema.NumberParams{Name: "share", Type: schema.AttributeTypeDecimal()})),
		schema.SimpleCoreAttribute(schema.SimpleDateTimeParams(schema.DateTimeParams{Name: "since"})),
		schema.SimpleCoreAttribute(schema.SimpleStringParams(schema.StringParams{Name: "tags", MultiValued: true})),
		schema.ComplexCoreAttribute(schema.ComplexParams{Name: "desk", SubAttributes: []schema.SimpleParams{
			schema.SimpleStringParams(schema.StringParams{Name: "floor", Required: true}),
			schema.SimpleStringParams(schema.StringParams{Name: "side"}),
		}}),
		schema.SimpleCoreAttribute(schema.SimpleStringParams(schema.StringParams{Name: "site", Required: true})),
	}}
	return Type{
		Name: "User", Endpoint: "/Users", Core: schema.CoreUserSchema(),
		Extensions: []schema.Schema{schema.ExtensionEnterpriseUser(), own},
	}
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFindTakesNamesAsClientsSpellThem(t *testing.T) {
	for name, c := range map[string]struct{ urn, attribute, sub, want string }{
		"a core attribute":                             {"", "userName", "", "userName"},
		"another case":                                 {"", "USERname", "", "userName"},
		"a sub-attribute":                              {"", "Emails", "Value", "emails.value"},
		"a core attribute by its URN":                  {"URN:ietf:params:scim:schemas:core:2.0:user", "username", "", "userName"},
		"an extension attribute":                       {enterprise, "Department", "", enterprise + ":department"},
		"an extension URN in another case":             {strings.ToUpper(enterprise), "manager", "VALUE", enterprise + ":manager.value"},
		"the URN as Entra's samples misspell it":       {"urn:ietf:params:scim:schemas:extension:enterprise:2.0User", "manager", "", enterprise + ":manager"},
		"an extension attribute without its URN":       {"", "manager", "$ref", enterprise + ":manager.$ref"},
		"id, which is in no schema":                    {"", "ID", "", "id"},
		"externalId, which is in no schema":            {"", "externalid", "", "externalId"},
		"meta, which is in no schema":                  {"", "meta", "lastmodified", "meta.lastModified"},
		"schemas, which is in no schema":               {"", "Schemas", "", "schemas"},
		"a common attribute by the core URN":           {"urn:ietf:params:scim:schemas:core:2.0:User", "id", "", "id"},
		"nothing by an unknown name":                   {"", "shoeSize", "", ""},
		"nothing by an unknown sub-attribute":          {"", "emails", "size", ""},
		"nothing below an attribute that has no parts": {"", "userName", "value", ""},
		"nothing by an unknown URN":                    {"urn:x", "userName", "", ""},
		"no core attribute by the URN of an extension": {enterprise, "userName", "", ""},
		"no extension attribute by the core URN":       {"urn:ietf:params:scim:schemas:core:2.0:User", "manager", "", ""},
		"nothing by no name":                           {"", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, ok := userType().Find(c.urn, c.attribute, c.sub)
			if ok != (c.want != "") {
				t.Fatalf("found: %v", ok)
			}
			if ok && a.String() != c.want {
				t.Errorf("got %s, want %s", a, c.want)
			}
		})
	}
}

func TestFindPrefersTheSchemaOverTheCommonAttributes(t *testing.T) {
	typ := userType()
	typ.Core.Attributes = append(typ.Core.Attributes, schema.SimpleCoreAttribute(schema.SimpleStringParams(schema.StringParams{Name: "externalId"})))
	a, ok := typ.Find("", "externalId", "")
	if !ok || a.Definition.CaseExact() {
		t.Errorf("got caseExact %v", a.Definition.CaseExact())
	}
}

func TestCanonical(t *testing.T) {
	const core = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]`
	const both = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","` + enterprise + `"]`
	const own = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:acme:1.0:More"]`
	for name, c := range map[string]struct{ body, want string }{
		"names get their canonical spelling": {
			`{"USERNAME":"x","Name":{"GivenName":"B"},"emails":[{"Value":"a@b","Primary":true}],"` + strings.ToUpper(enterprise) + `":{"Department":"d","MANAGER":{"VALUE":"m"}}}`,
			`{"userName":"x","name":{"givenName":"B"},"emails":[{"value":"a@b","primary":true}],"` + enterprise + `":{"department":"d","manager":{"value":"m"}},` + both + `}`,
		},
		"unknown attributes are dropped":                    {`{"userName":"x","shoeSize":{"a":[1]},"emails":[{"value":"a","colour":"red"}],"urn:x:1.0:Y":{"a":1}}`, `{"userName":"x","emails":[{"value":"a"}],` + core + `}`},
		"readOnly attributes are dropped":                   {`{"id":"1","meta":{"resourceType":"User"},"groups":[{"value":"g"}],"` + enterprise + `":{"manager":{"value":"m","displayName":"M"}}}`, `{"` + enterprise + `":{"manager":{"value":"m"}},` + both + `}`},
		"readOnly attributes are dropped whatever they are": {`{"id":5,"meta":"x","groups":"y"}`, `{` + core + `}`},
		"null is absent":                                    {`{"title":null,"name":{"givenName":null,"familyName":"x"},"emails":null,"` + enterprise + `":null}`, `{"name":{"familyName":"x"},` + core + `}`},
		"null is absent inside of a list":                   {`{"emails":[null,{"value":"a"}],"roles":[null]}`, `{"emails":[{"value":"a"}],` + core + `}`},
		"an empty list is absent":                           {`{"emails":[],"roles":[{}]}`, `{` + core + `}`},
		"an empty object is absent":                         {`{"name":{},"` + enterprise + `":{"manager":{}}}`, `{` + core + `}`},
		"an empty string is a value":                        {`{"title":""}`, `{"title":"",` + core + `}`},
		"a number for a string":                             {`{"externalId":701984,"addresses":[{"postalCode":91608}],"title":1e21,"nickName":1.5}`, `{"externalId":"701984","addresses":[{"postalCode":"91608"}],"title":"1000000000000000000000","nickName":"1.5",` + core + `}`},
		"a password is kept":                                {`{"password":"p"}`, `{"password":"p",` + core + `}`},
		"extensions that nothing is in are not listed":      {`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","` + enterprise + `"]}`, `{` + core + `}`},
		"schemas may be in another case":                    {`{"Schemas":["URN:IETF:params:scim:schemas:core:2.0:User"]}`, `{` + core + `}`},
		"foreign schemas are dropped":                       {`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User"]}`, `{` + core + `}`},
		"numbers, dates and lists of strings":               {`{"urn:acme:1.0:More":{"level":7,"share":0.5,"since":"2020-05-01T10:00:00Z","tags":["a",5]}}`, `{"urn:acme:1.0:More":{"level":7,"share":0.5,"since":"2020-05-01T10:00:00Z","tags":["a","5"]},` + own + `}`},
		"an empty date is absent":                           {`{"urn:acme:1.0:More":{"since":""}}`, `{` + core + `}`},
		"a certificate in lines":                            {`{"x509Certificates":[{"value":"TUlJ\nREN6"}]}`, `{"x509Certificates":[{"value":"TUlJ\nREN6"}],` + core + `}`},
		"the same value in two spellings":                   {`{"title":"x","Title":"x"}`, `{"title":"x",` + core + `}`},
		"null in one of two spellings":                      {`{"title":"x","Title":null}`, `{"title":"x",` + core + `}`},
		"nothing":                                           {`{}`, `{` + core + `}`},
	} {
		t.Run(name, func(t *testing.T) {
			body := decode(t, c.body)
			got, err := userType().Canonical(body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decode(t, c.want), got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(decode(t, c.body), body); diff != "" {
				t.Errorf("the given body was changed: %s", diff)
			}
			again, err := userType().Canonical(got)
			if diff := cmp.Diff(got, again); diff != "" || err != nil {
				t.Errorf("a second time: %v %s", err, diff)
			}
		})
	}
}

func TestCanonicalNamesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		kind   scimerrors.ScimType
		detail string
	}{
		"an object for a string":                {`{"userName":{"a":1}}`, scimerrors.ScimTypeInvalidValue, "userName: expected a string, got an object"},
		"a boolean for a string":                {`{"userName":true}`, scimerrors.ScimTypeInvalidValue, "userName: expected a string, got true"},
		"a string for a boolean":                {`{"active":"maybe"}`, scimerrors.ScimTypeInvalidValue, `active: expected a boolean, got the string "maybe"`},
		"a number for a boolean":                {`{"active":1}`, scimerrors.ScimTypeInvalidValue, `active: expected a boolean, got the number 1`},
		"a long string is cut":                  {`{"active":"` + strings.Repeat("ü", 50) + `"}`, scimerrors.ScimTypeInvalidValue, `active: expected a boolean, got the string "` + strings.Repeat("ü", 40) + `…"`},
		"a string for a list":                   {`{"emails":"jane@example.com"}`, scimerrors.ScimTypeInvalidValue, "emails: expected an array, got a string"},
		"a string for an object":                {`{"name":"Jane"}`, scimerrors.ScimTypeInvalidValue, "name: expected an object, got a string"},
		"a string in a list of objects":         {`{"emails":[{"value":"a"},"jane@example.com"]}`, scimerrors.ScimTypeInvalidValue, "emails[1]: expected an object, got a string"},
		"a sub-attribute in a list":             {`{"emails":[{"value":"a"},{"primary":"yes"}]}`, scimerrors.ScimTypeInvalidValue, `emails[1].primary: expected a boolean, got the string "yes"`},
		"a list for a string":                   {`{"name":{"givenName":["x"]}}`, scimerrors.ScimTypeInvalidValue, "name.givenName: expected a string, got an array"},
		"an extension that is no object":        {`{"` + enterprise + `":"x"}`, scimerrors.ScimTypeInvalidValue, enterprise + ": expected an object, got a string"},
		"an attribute of an extension":          {`{"` + enterprise + `":{"manager":{"value":[]}}}`, scimerrors.ScimTypeInvalidValue, enterprise + ":manager.value: expected a string, got an array"},
		"a fraction for a whole number":         {`{"urn:acme:1.0:More":{"level":1.5}}`, scimerrors.ScimTypeInvalidValue, "urn:acme:1.0:More:level: expected a whole number, got the number 1.5"},
		"a string for a number":                 {`{"urn:acme:1.0:More":{"share":"1"}}`, scimerrors.ScimTypeInvalidValue, `urn:acme:1.0:More:share: expected a number, got the string "1"`},
		"a word for a date":                     {`{"urn:acme:1.0:More":{"since":"May"}}`, scimerrors.ScimTypeInvalidValue, `urn:acme:1.0:More:since: expected a date and time like "2008-01-23T04:56:22Z", got the string "May"`},
		"a certificate that is not base64":      {`{"x509Certificates":[{"value":"!"}]}`, scimerrors.ScimTypeInvalidValue, `x509Certificates[0].value: expected a base64 string, got a string`},
		"a password is not repeated":            {`{"password":{"x":"secret"}}`, scimerrors.ScimTypeInvalidValue, "password: expected a string, got an object"},
		"two spellings with two values":         {`{"title":"x","Title":"y"}`, scimerrors.ScimTypeInvalidSyntax, `title is given twice with different values, as "Title" and as "title"`},
		"two spellings of a sub-attribute":      {`{"name":{"givenName":"x","GivenName":"y"}}`, scimerrors.ScimTypeInvalidSyntax, `name.givenName is given twice with different values, as "GivenName" and as "givenName"`},
		"schemas of another type":               {`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]}`, scimerrors.ScimTypeInvalidSyntax, `schemas: "urn:ietf:params:scim:schemas:core:2.0:User" is missing`},
		"schemas that are no list":              {`{"schemas":"urn:ietf:params:scim:schemas:core:2.0:User"}`, scimerrors.ScimTypeInvalidValue, "schemas: expected an array of strings, got a string"},
		"schemas that are numbers":              {`{"schemas":[5]}`, scimerrors.ScimTypeInvalidValue, "schemas[0]: expected a string, got a number"},
		"the first of several, always the same": {`{"userName":{},"active":"x","title":true,"name":5}`, scimerrors.ScimTypeInvalidValue, `active: expected a boolean, got the string "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := userType().Canonical(decode(t, c.body))
			checkError(t, err, c.kind, c.detail)
		})
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

func TestCanonicalBoundsLists(t *testing.T) {
	list := make([]any, maxValues+1)
	_, err := userType().Canonical(map[string]any{"emails": list})
	checkError(t, err, scimerrors.ScimTypeInvalidValue, "emails: 50001 values, at most 50000 are accepted")
	if _, err := userType().Canonical(map[string]any{"emails": list[:maxValues]}); err != nil {
		t.Error(err)
	}
}

func TestRequiredNamesAllThatIsMissing(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"all there":                             {`{"userName":"x"}`, ""},
		"missing":                               {`{}`, "userName is required and missing or empty"},
		"empty":                                 {`{"userName":""}`, "userName is required and missing or empty"},
		"spaces":                                {`{"userName":"  "}`, "userName is required and missing or empty"},
		"an extension without what it requires": {`{"userName":"x","urn:acme:1.0:More":{"level":1}}`, "urn:acme:1.0:More:site is required and missing or empty"},
		"a required sub-attribute, and others":  {`{"urn:acme:1.0:More":{"desk":{"side":"left"}}}`, "userName, urn:acme:1.0:More:desk.floor, urn:acme:1.0:More:site are required and missing or empty"},
		"an attribute with what it requires":    {`{"userName":"x","urn:acme:1.0:More":{"site":"s","desk":{"floor":"1"}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := userType().Required(decode(t, c.body))
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			checkError(t, err, scimerrors.ScimTypeInvalidValue, c.want)
		})
	}
}
