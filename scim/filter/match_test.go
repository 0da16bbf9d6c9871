package filter

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/elimity-com/scim/schema"

	"scimforce/scim/resource"
)

func userType() resource.Type {
	numbers := schema.Schema{ID: "urn:acme:1.0:Numbers", Attributes: schema.Attributes{
		schema.SimpleCoreAttribute(schema.SimpleNumberParams(schema.NumberParams{Name: "level", Type: schema.AttributeTypeInteger()})),
		schema.SimpleCoreAttribute(schema.SimpleStringParams(schema.StringParams{Name: "tags", MultiValued: true})),
	}}
	return resource.Type{
		Name: "User", Endpoint: "/Users", Core: schema.CoreUserSchema(),
		Extensions: []schema.Schema{schema.ExtensionEnterpriseUser(), numbers},
	}
}

const barbara = `{
	"id": "005000000000001AAA", "externalId": "00uJ", "userName": "bjensen@example.com", "title": "", "active": true,
	"name": {"familyName": "Jensen", "givenName": "Barbara"},
	"emails": [
		{"value": "bjensen@example.com", "type": "work", "primary": true},
		{"value": "babs@home.example", "type": "home"}
	],
	"roles": [{"value": "admin", "primary": false}],
	"meta": {"created": "2020-05-01T10:00:00.000Z", "resourceType": "User"},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales", "employeeNumber": "701984", "manager": {"value": "005000000000002AAA"}},
	"urn:acme:1.0:Numbers": {"level": 7, "tags": ["a", "b"]}
}`

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMatch(t *testing.T) {
	r := decode(t, barbara)
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"userName in any case":                              {`USERNAME eq "BJensen@Example.com"`, true},
		"another userName":                                  {`userName eq "x"`, false},
		"an externalId is caseExact":                        {`externalId eq "00uj"`, false},
		"an externalId as it is":                            {`externalId eq "00uJ"`, true},
		"contains":                                          {`userName co "ENSEN@"`, true},
		"starts with":                                       {`userName sw "bj"`, true},
		"starts with something else":                        {`userName sw "ensen"`, false},
		"ends with":                                         {`userName ew ".COM"`, true},
		"not equal":                                         {`userName ne "x"`, true},
		"not unequal":                                       {`userName ne "bjensen@EXAMPLE.com"`, false},
		"strings in order":                                  {`name.familyName gt "jena" and name.familyName ge "jensen" and name.familyName lt "K" and name.familyName le "jensen"`, true},
		"strings out of order":                              {`name.familyName lt "jensen"`, false},
		"absent is unequal":                                 {`nickName ne "x"`, true},
		"absent is not equal":                               {`nickName eq ""`, false},
		"absent contains nothing":                           {`nickName co ""`, false},
		"present":                                           {`name pr and emails pr and active pr`, true},
		"an empty string is not present":                    {`title pr`, false},
		"absent is not present":                             {`nickName pr`, false},
		"a sub-attribute that one element has":              {`emails.primary pr`, true},
		"a sub-attribute that no element has":               {`emails.display pr`, false},
		"null is absence":                                   {`nickName eq null and not (userName eq null)`, true},
		"a boolean":                                         {`active eq true`, true},
		"a boolean as a string":                             {`ActiVe eq "True"`, true},
		"a boolean that differs":                            {`active eq false`, false},
		"a boolean that is unequal":                         {`active ne "false"`, true},
		"false is present":                                  {`roles[primary pr]`, true},
		"a date":                                            {`meta.created gt 2015-01-01`, true},
		"a date in another zone":                            {`meta.created eq "2020-05-01T12:00:00+02:00"`, true},
		"dates in order":                                    {`meta.created ge "2020-05-01T10:00:00Z" and meta.created le "2020-05-01T10:00:00Z"`, true},
		"dates out of order":                                {`meta.created lt "2020-05-01T10:00:00Z"`, false},
		"any of several values":                             {`emails.value eq "babs@home.example"`, true},
		"conditions on different elements":                  {`emails.type eq "work" and emails.value co "home"`, true},
		"conditions on the same element":                    {`emails[type eq "work" and value co "home"]`, false},
		"a value path":                                      {`emails[type eq "WORK" and value co "bjensen"]`, true},
		"Entra's value path":                                {`emails[type eq "work"].value eq "BJENSEN@example.com"`, true},
		"Entra's value path with another value":             {`emails[type eq "home"].value eq "bjensen@example.com"`, false},
		"absence in a value path":                           {`emails[type eq "other"].value eq null`, true},
		"a complex attribute means its value":               {`emails eq "babs@home.example"`, true},
		"a complex attribute of an extension":               {enterprise + `:manager eq "005000000000002AAA"`, true},
		"an extension attribute without its URN":            {`id eq "005000000000001AAA" and manager eq "005000000000002AAA"`, true},
		"core and extension together":                       {`userName pr and ` + enterprise + `:department eq "sales"`, true},
		"a URN in another case":                             {`URN:IETF:params:scim:schemas:extension:ENTERPRISE:2.0:user:department eq "sales"`, true},
		"a core URN":                                        {`urn:ietf:params:scim:schemas:core:2.0:User:userName pr`, true},
		"a number without quotes against a string":          {`employeeNumber eq 701984`, true},
		"numbers in order":                                  {`level gt 6.5 and level le "7" and level ne 8`, true},
		"numbers out of order":                              {`level lt 7`, false},
		"a multi-valued simple attribute":                   {`tags eq "B"`, true},
		"a multi-valued simple attribute in a value path":   {`tags[value eq "b"]`, true},
		"a multi-valued simple attribute with other values": {`tags[value eq "c"]`, false},
		"or":  {`nickName pr or userName pr`, true},
		"not": {`not (userName pr)`, false},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Match(e, userType(), r)
			if err != nil || got != c.want {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestMatchRefusesWhatDoesNotFit(t *testing.T) {
	for name, c := range map[string]struct{ text, detail string }{
		"an unknown attribute":              {`a pr`, `filter: character 1: User has no attribute "a"`},
		"an unknown attribute behind or":    {`userName pr or shoe.size eq 1`, `filter: character 16: User has no attribute "shoe.size"`},
		"an unknown schema":                 {`urn:x:1.0:Y:userName pr`, `filter: character 1: User has no attribute "urn:x:1.0:Y:userName"`},
		"an unknown sub-attribute":          {`emails[typ eq "work"]`, `filter: character 8: emails has no sub-attribute "typ"`},
		"an attribute without parts":        {`title[type eq "work"]`, `filter: character 1: "title" has no sub-attributes to select by`},
		"a complex attribute without value": {`name eq "x"`, `filter: character 1: "name" is complex, compare one of its sub-attributes`},
		"an order of booleans":              {`active gt true`, `filter: character 1: "gt" does not fit active, which is of type boolean`},
		"a boolean compared with a word":    {`active eq "yes"`, `filter: character 1: active is compared with true or false, got "yes"`},
		"a date compared with a word":       {`meta.created gt "May"`, `filter: character 1: meta.created is compared with a date and time like "2008-01-23T04:56:22Z", got "May"`},
		"a part of a date":                  {`meta.created sw "2020-05-01"`, `filter: character 1: "sw" does not fit meta.created, which is of type dateTime`},
		"a number compared with a word":     {`level eq "x"`, `filter: character 1: level is compared with a number, got "x"`},
		"a part of a number":                {`level co 7`, `filter: character 1: "co" does not fit level, which is of type integer`},
		"an order of certificates":          {`x509Certificates.value gt "MII="`, `filter: character 1: "gt" does not fit x509Certificates.value, which is of type binary`},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range []map[string]any{nil, decode(t, barbara)} {
				_, err = Match(e, userType(), r)
				var got scimerrors.ScimError
				want := scimerrors.ScimError{ScimType: scimerrors.ScimTypeInvalidFilter, Status: http.StatusBadRequest, Detail: c.detail}
				if !errors.As(err, &got) || got != want {
					t.Errorf("got %v, want %v", err, want)
				}
			}
			if err := Check(e, userType()); err == nil {
				t.Error("Check found nothing")
			}
		})
	}
}

func TestMatchRefusesNoFilter(t *testing.T) {
	if _, err := Match(nil, userType(), nil); err == nil {
		t.Error("got no error")
	}
}
