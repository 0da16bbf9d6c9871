package mapping

import (
	"slices"
	"strings"
	"testing"

	"github.com/elimity-com/scim/schema"
	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

// customized is an org with a custom field of each type.
func customized() org.Config {
	return org.Config{CustomFields: []org.CustomField{
		{Name: "Badge__c", Label: "Badge number", Length: 8, Unique: true, CaseSensitive: true, Help: "As printed on the back."},
		{Name: "Region__c", Type: "picklist", Values: []org.CustomValue{{Value: "EMEA"}, {Value: "APAC", Label: "Asia and Pacific"}}},
		{Name: "Office__c", Type: "picklist", Unrestricted: true, Controller: "Region__c", Values: []org.CustomValue{{Value: "Paris", For: []string{"EMEA"}}, {Value: "Home"}}},
		{Name: "Skills__c", Type: "multipicklist", Values: []org.CustomValue{{Value: "Go"}, {Value: "SQL"}, {Value: "COBOL"}}},
		{Name: "Contractor__c", Type: "boolean"},
		{Name: "Quota__c", Type: "double", Decimals: 3},
		{Name: "Heads__c", Type: "double"},
		{Name: "Rate__c", Type: "currency", Decimals: 2},
		{Name: "Share__c", Type: "percent"},
		{Name: "Hired__c", Type: "date"},
		{Name: "Reviewed__c", Type: "datetime"},
		{Name: "Desk__c", Type: "phone"},
		{Name: "Page__c", Type: "url"},
		{Name: "Private__c", Type: "email"},
		{Name: "Notes__c", Type: "textarea", Length: 1000},
		{Name: "Buddy__c", Type: "reference"},
		{Name: "Grade__c", Length: 3, Required: true},
		{Name: "Level__c", Length: 3, Required: true, Default: "A"},
		{Name: "Tag__c", Formula: `Department & " " & Title`},
		{Name: "Rich__c", Type: "boolean", Formula: "Rate__c > 100"},
	}}
}

// described is the describe of User of a simulated org.
func described(t testing.TB, c org.Config) []Field {
	t.Helper()
	o, err := org.New(c)
	if err != nil {
		t.Fatal(err)
	}
	user, _ := o.Object("User")
	fields := make([]Field, len(user.Fields))
	for i, f := range user.Fields {
		fields[i] = Field{
			Name: f.Name, Label: f.Label, Type: f.Type, Help: f.InlineHelpText, Length: f.Length, Precision: f.Precision, Scale: f.Scale,
			Restricted: f.RestrictedPicklist, Createable: f.Createable, Updateable: f.Updateable, Nillable: f.Nillable,
			DefaultedOnCreate: f.DefaultedOnCreate, Unique: f.Unique, CaseSensitive: f.CaseSensitive, Filterable: f.Filterable,
			Custom: f.Custom, ReferenceTo: f.ReferenceTo, Controller: f.ControllerName,
		}
		for _, p := range f.Picklist {
			fields[i].Values, fields[i].Labels = append(fields[i].Values, p.Value), append(fields[i].Labels, p.Label)
		}
	}
	return fields
}

// orgOf is the org of a describe.
func orgOf(fields []Field) Org {
	return Org{
		Field: func(name string) (Field, bool) {
			i := slices.IndexFunc(fields, func(f Field) bool { return strings.EqualFold(f.Name, name) })
			if i < 0 {
				return Field{}, false
			}
			return fields[i], true
		},
		TimeZone: "America/Los_Angeles", Locale: "en_US", Language: "en_US",
	}
}

func mustFor(t testing.TB, m *Mapping, fields []Field) *Mapping {
	t.Helper()
	of, err := m.For(fields)
	if err != nil {
		t.Fatal(err)
	}
	return of
}

func salesforceSchema(t testing.TB, m *Mapping) schema.Schema {
	t.Helper()
	s, ok := m.User().FindExtension(SalesforceURN)
	if !ok {
		t.Fatal("there is no Salesforce extension")
	}
	return s
}

func TestTheExtensionOfAnOrgHasItsGoldenForm(t *testing.T) {
	m := mustFor(t, mustNew(t, Config{}), described(t, customized()))
	golden(t, "schema-of-org", salesforceSchema(t, m).ToMap())
}

func TestStaticAttributesTellWhatTheOrgSaysOfTheirFields(t *testing.T) {
	static := mustNew(t, Config{Overrides: []Override{{Attribute: "costCenter", Field: "Region__c"}}, UsernameSuffix: ".uat"})
	m := mustFor(t, static, described(t, customized()))
	for _, c := range []struct {
		urn, attribute, sub string
		description         string
		canonical           []string // the first of them
	}{
		{"", "title", "", "The user's title at work. At most 80 characters", nil},
		{"", "userName", "", "The name to log in with, in the form of an e-mail address, unique among all Salesforce orgs. At most 76 characters", nil},
		{"", "name", "givenName", "The first name. At most 40 characters", nil},
		{"", "name", "middleName", "The middle name", nil}, // which this org does not have
		{"", "displayName", "", "The name to show", nil},
		{"", "timezone", "", "The user's time zone by its IANA name, as in Europe/Paris", []string{"Pacific/Kiritimati"}},
		{"", "locale", "", "How dates, numbers and names are written for the user, as in en-US", []string{"af-ZA"}},
		{"", "emails", "type", "What the address is for", []string{"work", "home"}},
		{EnterpriseURN, "employeeNumber", "", "The number that the organization gave the user. At most 20 characters", nil},
		{EnterpriseURN, "costCenter", "", "The cost centre of the user", []string{"EMEA", "APAC"}},
	} {
		a, ok := m.User().Find(c.urn, c.attribute, c.sub)
		if !ok {
			t.Fatalf("there is no %s", c.attribute)
		}
		if got := a.Leaf().Description(); got != c.description {
			t.Errorf("%s: %q, want %q", a, got, c.description)
		}
		if got := a.Leaf().CanonicalValues(); len(got) < len(c.canonical) || !slices.Equal(got[:len(c.canonical)], c.canonical) || c.canonical == nil && got != nil {
			t.Errorf("%s: %q, want %q first", a, got, c.canonical)
		}
	}
	if a, _ := static.User().Find("", "title", ""); strings.Contains(a.Leaf().Description(), "80") {
		t.Error("the static schema has changed")
	}
}

func TestAFieldBecomesAnAttributeOfItsKind(t *testing.T) {
	writable := func(f Field) Field {
		f.Name, f.Createable, f.Updateable, f.Nillable = "X__c", true, true, true
		return f
	}
	type definition struct {
		Type, Mutability, Uniqueness, Returned, Description string
		Multi, Required, CaseExact                          bool
		Canonical                                           []string
	}
	plain := definition{Type: "string", Mutability: "readWrite", Uniqueness: "none", Returned: "default"}
	is := func(change func(*definition)) definition {
		d := plain
		change(&d)
		return d
	}
	for name, c := range map[string]struct {
		field Field
		want  definition
	}{
		"a text":                          {writable(Field{Type: "string", Label: "Badge.", Length: 8}), is(func(d *definition) { d.Description = "Badge. At most 8 characters" })},
		"with help":                       {writable(Field{Type: "url", Label: "Page", Length: 255, Help: "Of the intranet."}), is(func(d *definition) { d.Description = "Page. At most 255 characters. Of the intranet" })},
		"with long help":                  {writable(Field{Type: "phone", Help: strings.Repeat("ä", 600)}), is(func(d *definition) { d.Description = strings.Repeat("ä", 510) })},
		"a unique one":                    {writable(Field{Type: "string", Unique: true}), is(func(d *definition) { d.Uniqueness = "server" })},
		"one that tells case apart":       {writable(Field{Type: "email", CaseSensitive: true}), is(func(d *definition) { d.CaseExact = true })},
		"one that an org wants":           {Field{Name: "X__c", Type: "string", Createable: true, Updateable: true}, is(func(d *definition) { d.Required = true })},
		"one with a default":              {Field{Name: "X__c", Type: "string", Createable: true, Updateable: true, DefaultedOnCreate: true}, plain},
		"one that is only taken at first": {Field{Name: "X__c", Type: "string", Createable: true, Nillable: true}, is(func(d *definition) { d.Mutability = "immutable" })},
		"one that is only taken later":    {Field{Name: "X__c", Type: "string", Updateable: true, Nillable: true}, plain},
		"a formula": {Field{Name: "X__c", Type: "string", Custom: true, Length: 1300}, is(func(d *definition) {
			d.Mutability, d.Description = "readOnly", "At most 1300 characters. Computed by Salesforce"
		})},
		"a time of day":                   {writable(Field{Type: "time"}), is(func(d *definition) { d.Description = "A time of day, as in 09:30:00.000Z" })},
		"a checkbox, which is never null": {Field{Name: "X__c", Type: "boolean", Createable: true, Updateable: true}, is(func(d *definition) { d.Type = "boolean" })},
		"a whole number":                  {writable(Field{Type: "int", Precision: 9}), is(func(d *definition) { d.Type, d.Description = "integer", "At most 9 digits" })},
		"a number": {writable(Field{Type: "double", Precision: 18, Scale: 2}), is(func(d *definition) {
			d.Type, d.Description = "decimal", "At most 16 digits before the decimal point and 2 behind it"
		})},
		"a number of unknown size": {writable(Field{Type: "percent"}), is(func(d *definition) { d.Type = "decimal" })},
		"a date":                   {writable(Field{Type: "date"}), is(func(d *definition) { d.Description = "A date, as in 2026-01-31" })},
		"a date with a time":       {writable(Field{Type: "datetime"}), is(func(d *definition) { d.Type = "dateTime" })},
		"a reference": {writable(Field{Type: "reference", ReferenceTo: []string{"Group", "User"}}), is(func(d *definition) {
			d.CaseExact, d.Description = true, "The id of a record of Group or User, 18 characters"
		})},
		"a reference to nearly anything": {writable(Field{Type: "reference", ReferenceTo: []string{"A", "B", "C", "D", "E", "F"}}), is(func(d *definition) { d.CaseExact, d.Description = true, "The id of a record, 18 characters" })},
		"a picklist":                     {writable(Field{Type: "picklist", Restricted: true, Values: []string{"A", "B", "A"}}), is(func(d *definition) { d.Canonical, d.Description = []string{"A", "B"}, "One of the canonical values" })},
		"an open, dependent picklist": {writable(Field{Type: "picklist", Length: 255, Values: []string{"A"}, Controller: "Y__c"}), is(func(d *definition) {
			d.Canonical, d.Description = []string{"A"}, "One of the canonical values, or another of at most 255 characters. Which values apply depends on Y__c"
		})},
		"a picklist of several": {writable(Field{Type: "multipicklist", Restricted: true, Values: []string{"A"}}), is(func(d *definition) {
			d.Multi, d.Canonical, d.Description = true, []string{"A"}, "Any of the canonical values"
		})},
		"an open picklist of several": {writable(Field{Type: "multipicklist", Values: []string{"A"}}), is(func(d *definition) {
			d.Multi, d.Canonical, d.Description = true, []string{"A"}, "Any of the canonical values, or others"
		})},
		"an alias, which Create makes":          {Field{Name: "Alias", Type: "string", Createable: true, Updateable: true}, plain},
		"the key of SAML logins, unique really": {Field{Name: "FederationIdentifier", Type: "string", Createable: true, Updateable: true, Nillable: true}, is(func(d *definition) { d.Uniqueness = "server" })},
		"what people set up for themselves":     {Field{Name: "UserPreferencesPathAssistantCollapsed", Type: "boolean", Createable: true, Updateable: true}, is(func(d *definition) { d.Type, d.Returned = "boolean", "request" })},
		"what only sounds like it":              {Field{Name: "UserPreferences__c", Type: "boolean", Custom: true, Createable: true, Updateable: true}, is(func(d *definition) { d.Type = "boolean" })},
	} {
		t.Run(name, func(t *testing.T) {
			m := mustFor(t, mustNew(t, Config{}), []Field{c.field})
			a, ok := salesforceSchema(t, m).Attributes.ContainsAttribute(c.field.Name)
			if !ok {
				t.Fatal("there is no attribute")
			}
			got := definition{
				a.AttributeType(), a.Mutability(), a.Uniqueness(), a.Returned(), a.Description(),
				a.MultiValued(), a.Required(), a.CaseExact(), a.CanonicalValues(),
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if a.Name() != c.field.Name {
				t.Errorf("the name is %q", a.Name())
			}
		})
	}
}

func TestFieldsThatAreLeftOut(t *testing.T) {
	text := func(name string) Field {
		return Field{Name: name, Type: "string", Createable: true, Updateable: true, Nillable: true}
	}
	with := func(f Field, change func(*Field)) Field {
		change(&f)
		return f
	}
	m := mustNew(t, Config{Overrides: []Override{{Attribute: "title", Drop: true}, {Attribute: "costCenter", Field: "Cost_Center__c"}}})
	m = mustFor(t, m, []Field{
		text("Username"), text("LASTNAME"), text("Id"), text("Manager.Name"), // attributes, or none
		text("Title"), text("Cost_Center__c"), // taken out, mapped
		text("Frozen"), // the name of a static attribute
		with(text("Secret__c"), func(f *Field) { f.Type = "encryptedstring" }),
		with(text("Place__c"), func(f *Field) { f.Type = "location" }),
		with(text("Address"), func(f *Field) { f.Type = "address" }),
		with(text("Blob__c"), func(f *Field) { f.Type = "base64" }),
		with(text("New__c"), func(f *Field) { f.Type = "a type of tomorrow" }),
		with(text("Old__c"), func(f *Field) { f.Hidden = true }),
		with(text("LastLoginDate"), func(f *Field) { f.Createable, f.Updateable = false, false }), // read-only, of Salesforce
		text("1st"), text("Größe__c"), text(""),
		text("Twice__c"), text("twice__C"),
	})
	var names []string
	for _, a := range salesforceSchema(t, m).Attributes {
		names = append(names, a.Name())
	}
	if want := []string{"profile", "role", "frozen", "Twice__c"}; !slices.Equal(names, want) {
		t.Errorf("the extension has %q, want %q", names, want)
	}
}

func TestTheStaticMappingStaysAsItIs(t *testing.T) {
	m := mustNew(t, Config{})
	before := m.Rows()
	first := mustFor(t, m, []Field{{Name: "A__c", Type: "string", Custom: true}})
	second := mustFor(t, first, []Field{{Name: "B__c", Type: "string", Custom: true}})
	if diff := cmp.Diff(before, m.Rows()); diff != "" {
		t.Errorf("the rows have changed: %s", diff)
	}
	if n := len(salesforceSchema(t, m).Attributes); n != 3 {
		t.Errorf("the static extension has %d attributes", n)
	}
	if _, ok := salesforceSchema(t, second).Attributes.ContainsAttribute("A__c"); ok {
		t.Error("a field of the org before is still there")
	}
	last := second.Rows()
	if at := slices.IndexFunc(last, func(r Row) bool { return r.Attribute == SalesforceURN+":B__c" }); at < 0 || last[at+1].Attribute != "meta.created" {
		t.Errorf("the row stands at %d", at)
	}
}

func TestADescribeThatCannotBe(t *testing.T) {
	m := mustNew(t, Config{})
	for name, fields := range map[string][]Field{"nothing": nil, "far too much": make([]Field, maxFields+1)} {
		if of, err := m.For(fields); err == nil || of != nil {
			t.Errorf("%s: %v, %v", name, of, err)
		}
	}
}
