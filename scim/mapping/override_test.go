package mapping

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ownFields are an org's, as describe tells of them.
func ownFields() []Field {
	text := func(name string, change ...func(*Field)) Field {
		f := Field{Name: name, Label: name, Type: "string", Length: 20, Createable: true, Updateable: true, Nillable: true, Filterable: true, Custom: strings.HasSuffix(name, "__c")}
		for _, c := range change {
			c(&f)
		}
		return f
	}
	picklist := func(f *Field) { f.Type, f.Restricted, f.Values = "picklist", true, []string{"EMEA", "APAC"} }
	return []Field{
		text("Username"), text("LastName"), text("FirstName"), text("Title"), text("CompanyName"), text("Department"), text("Division"), text("EmployeeNumber"),
		text("FederationIdentifier"), text("CommunityNickname"), text("ProfileId", func(f *Field) { f.Type = "reference" }), text("Cost_Center__c"), text("Badge__c"), text("Region__c", picklist),
		text("Contractor__c", func(f *Field) { f.Type = "boolean" }), text("Quota__c", func(f *Field) { f.Type, f.Precision, f.Scale = "double", 10, 2 }),
		text("Skills__c", func(f *Field) { f.Type, f.Values = "multipicklist", []string{"Go", "SQL"} }),
		text("Sum__c", func(f *Field) { f.Createable, f.Updateable = false, false }),
		text("Secret__c", func(f *Field) { f.Type = "encryptedstring" }),
	}
}

func overriddenOrg(fields []Field) Org {
	return Org{Field: func(name string) (Field, bool) {
		for _, f := range fields {
			if strings.EqualFold(f.Name, name) {
				return f, true
			}
		}
		return Field{Createable: true, Updateable: true}, true
	}}
}

// configured is the mapping of the org with overrides.
func configured(t *testing.T, overrides ...Override) (*Mapping, Org) {
	t.Helper()
	m := mustNew(t, Config{Defaults: Defaults{Profile: "Standard User"}, Overrides: overrides})
	if problems := m.Check(ownFields()); len(problems) > 0 {
		t.Fatal(problems)
	}
	m, err := m.For(ownFields())
	if err != nil {
		t.Fatal(err)
	}
	return m, overriddenOrg(ownFields())
}

func somebody(more map[string]any) map[string]any {
	u := map[string]any{"userName": "ada@acme.example", "name": map[string]any{"givenName": "Ada", "familyName": "Lovelace"}}
	for k, v := range more {
		u[k] = v
	}
	return u
}

func TestWhatIsConfiguredIsWritten(t *testing.T) {
	department := func(d string) map[string]any { return map[string]any{"department": d} }
	own := func(name string, value any) map[string]any {
		return map[string]any{SalesforceURN: map[string]any{name: value}}
	}
	for name, c := range map[string]struct {
		override        Override
		user            map[string]any
		field           string
		created         any            // what the field gets with a new user
		current, change map[string]any // then the user is current, and change is wanted of him
		changed         any
	}{
		"a constant is written whatever the user has": {
			Override{Attribute: "organization", Constant: "Acme"},
			map[string]any{EnterpriseURN: map[string]any{"organization": "Other"}},
			"CompanyName", "Acme",
			map[string]any{EnterpriseURN: map[string]any{"organization": "Changed"}},
			nil, "Acme",
		},
		"a constant that is there is not written again": {
			Override{Attribute: "organization", Constant: "Acme"},
			nil, "CompanyName", "Acme",
			map[string]any{EnterpriseURN: map[string]any{"organization": "Acme"}},
			nil, nil,
		},
		"a constant of the org's own field": {Override{Field: "Region__c", Constant: "EMEA"}, nil, "Region__c", "EMEA", own("Region__c", "APAC"), nil, "EMEA"},
		"a constant of a checkbox":          {Override{Field: "Contractor__c", Constant: "true"}, nil, "Contractor__c", true, own("Contractor__c", false), nil, true},
		"a constant of a number":            {Override{Field: "Quota__c", Constant: "12.5"}, nil, "Quota__c", 12.5, own("Quota__c", 12.5), nil, nil},
		"a constant of several values":      {Override{Field: "Skills__c", Constant: "SQL; Go"}, nil, "Skills__c", "SQL;Go", nil, nil, "SQL;Go"},
		"a template": {
			Override{Attribute: "title", Template: "{name.givenName}  of {department}"},
			map[string]any{EnterpriseURN: department("Engines")},
			"Title", "Ada of Engines",
			map[string]any{"title": "Ada of Engines", EnterpriseURN: department("Engines")},
			map[string]any{"title": "Forged", EnterpriseURN: department("Looms")},
			"Ada of Looms",
		},
		"a template is cut to its field": {Override{Attribute: "title", Template: "{userName} {userName}"}, nil, "Title", "ada@acme.example ada", nil, nil, "ada@acme.example ada"},
		"a template of nothing":          {Override{Attribute: "title", Template: "in {department}"}, nil, "Title", nil, nil, nil, nil},
		"a default":                      {Override{Attribute: "division", Default: "Sales"}, nil, "Division", "Sales", map[string]any{EnterpriseURN: map[string]any{"division": "Looms"}}, nil, "Sales"},
		"a default gives way": {
			Override{Attribute: "division", Default: "Sales"},
			map[string]any{EnterpriseURN: map[string]any{"division": "Looms"}},
			"Division", "Looms",
			map[string]any{EnterpriseURN: map[string]any{"division": "Sales"}},
			map[string]any{EnterpriseURN: map[string]any{"division": "Mills"}},
			"Mills",
		},
		"only on create":           {Override{Attribute: "title", OnlyOnCreate: true}, map[string]any{"title": "Dr."}, "Title", "Dr.", map[string]any{"title": "Dr."}, map[string]any{"title": "Countess"}, nil},
		"to Salesforce only":       {Override{Attribute: "employeeNumber", Direction: ToSalesforce}, map[string]any{EnterpriseURN: map[string]any{"employeeNumber": "7"}}, "EmployeeNumber", "7", nil, map[string]any{EnterpriseURN: map[string]any{"employeeNumber": "8"}}, "8"},
		"from Salesforce only":     {Override{Attribute: "title", Direction: FromSalesforce}, map[string]any{"title": "Dr."}, "Title", nil, map[string]any{"title": "x"}, map[string]any{"title": "Countess"}, nil},
		"an attribute of our own":  {Override{Attribute: SalesforceURN + ":badge", Field: "Badge__c"}, own("badge", "B-1"), "Badge__c", "B-1", own("badge", "B-1"), own("badge", "B-2"), "B-2"},
		"moved to an own field":    {Override{Attribute: "costCenter", Field: "Cost_Center__c"}, map[string]any{EnterpriseURN: map[string]any{"costCenter": "C"}}, "Cost_Center__c", "C", nil, nil, nil},
		"an own field taken out":   {Override{Field: "Badge__c", Attribute: SalesforceURN + ":Badge__c", Drop: true}, own("Badge__c", "B"), "Badge__c", nil, nil, own("Badge__c", "B"), nil},
		"an own field, first only": {Override{Field: "Badge__c", OnlyOnCreate: true}, own("Badge__c", "B"), "Badge__c", "B", own("Badge__c", "B"), own("Badge__c", "C"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			m, org := configured(t, c.override)
			created, err := m.Create(somebody(c.user), org)
			if err != nil {
				t.Fatal(err)
			}
			if got := created.Fields[c.field]; got != c.created {
				t.Errorf("a new user gets %v, want %v", got, c.created)
			}
			changed, err := m.Change(somebody(c.current), somebody(c.change), org)
			if err != nil {
				t.Fatal(err)
			}
			if got := changed.Fields[c.field]; got != c.changed {
				t.Errorf("a change writes %v, want %v", got, c.changed)
			}
		})
	}
}

func TestWhatGoesOneWayIsAdvertisedSo(t *testing.T) {
	m, _ := configured(t,
		Override{Attribute: "employeeNumber", Direction: ToSalesforce}, Override{Attribute: "title", Direction: FromSalesforce},
		Override{Attribute: "entitlements", Direction: FromSalesforce}, Override{Field: "Region__c", Constant: "EMEA"},
		Override{Attribute: SalesforceURN + ":badge", Field: "Badge__c"}, Override{Attribute: "name.givenName", Direction: FromSalesforce},
	)
	for attribute, want := range map[string][2]string{
		EnterpriseURN + ":employeeNumber": {"writeOnly", "never"}, "title": {"readOnly", "default"}, "entitlements": {"readOnly", "default"},
		SalesforceURN + ":Region__c": {"readOnly", "default"}, SalesforceURN + ":badge": {"readWrite", "default"},
		"name.givenName": {"readOnly", "default"}, "name.familyName": {"readWrite", "default"},
	} {
		at := pathOf(attribute)
		a, ok := m.User().Find(at.urn, at.attribute, at.sub)
		if !ok {
			t.Errorf("%s is not advertised", attribute)
			continue
		}
		if got := [2]string{a.Leaf().Mutability(), a.Leaf().Returned()}; got != want {
			t.Errorf("%s is %v, want %v", attribute, got, want)
		}
	}
	if _, ok := m.User().Find(SalesforceURN, "Badge__c", ""); ok {
		t.Error("the field has two attributes")
	}
	shown := m.Render(map[string]any{"Id": "0055g00000ABCDEAA5", "EmployeeNumber": "7", "Title": "Dr.", "Badge__c": "B"}, Echo{EnterpriseURN + ":employeeNumber": {Sent: "7", Held: "7"}}, Access{})
	if shown[EnterpriseURN] != nil || shown["title"] != "Dr." || shown[SalesforceURN].(map[string]any)["badge"] != "B" {
		t.Errorf("shown is %v", shown)
	}
}

func TestTheOrgIsComparedWithTheConfiguration(t *testing.T) {
	for name, c := range map[string]struct {
		overrides []Override
		want      string
	}{
		"a field that is not there":       {[]Override{{Attribute: "costCenter", Field: "Cost_Centre__c"}}, "User.Cost_Centre__c, or its user may not see it; the nearest is Cost_Center__c"},
		"an own field that is not there":  {[]Override{{Field: "Regoin__c", Constant: "EMEA"}}, "the nearest is Region__c"},
		"a text for a checkbox":           {[]Override{{Attribute: "costCenter", Field: "Contractor__c"}}, "which is of type boolean"},
		"a constant that is no number":    {[]Override{{Field: "Quota__c", Constant: "many"}}, `is a number, not "many"`},
		"a constant that is neither":      {[]Override{{Field: "Contractor__c", Constant: "perhaps"}}, `is true or false, not "perhaps"`},
		"a constant outside its picklist": {[]Override{{Field: "Region__c", Constant: "EMEAA"}}, `the nearest is "EMEA"`},
		"a constant that is too long":     {[]Override{{Attribute: "title", Constant: strings.Repeat("x", 21)}}, "longer than the 20 characters"},
		"a default that is too long":      {[]Override{{Field: "Badge__c", Default: strings.Repeat("x", 21)}}, "longer than the 20 characters"},
		"a computed field":                {[]Override{{Attribute: "costCenter", Field: "Sum__c"}}, "nothing can be written to User.Sum__c"},
		"an encrypted field":              {[]Override{{Field: "Secret__c", Constant: "x"}}, "encryptedstring do not come back"},
		"a field of another attribute":    {[]Override{{Attribute: SalesforceURN + ":unit", Field: "Division"}}, "the field belongs to " + EnterpriseURN + ":division"},
		"a template of an own field":      {[]Override{{Field: "Badge__c", Template: "{shoeSize}"}}, `"shoeSize", which is no attribute`},
		"a template of a number":          {[]Override{{Field: "Quota__c", Template: "{title}"}}, "cannot have a template: it is no text"},
	} {
		t.Run(name, func(t *testing.T) {
			m := mustNew(t, Config{Overrides: c.overrides})
			problems := m.Check(ownFields())
			if len(problems) != 1 || !strings.Contains(problems[0].String(), c.want) {
				t.Errorf("problems %v, want one with %q", problems, c.want)
			}
			if _, err := m.For(ownFields()); err != nil {
				t.Errorf("what does not fit keeps the org's mapping from being made: %v", err)
			}
		})
	}
	required := append(ownFields(), Field{Name: "Desk__c", Type: "string", Length: 5, Createable: true, Updateable: true, Custom: true})
	if problems := mustNew(t, Config{}).Check(required); len(problems) != 1 || !strings.Contains(problems[0].String(), "User.Desk__c: Salesforce makes no user without it") {
		t.Errorf("a required field that nothing fills: %v", problems)
	}
	if problems := mustNew(t, Config{Overrides: []Override{{Field: "Desk__c", Default: "A1"}}}).Check(required); len(problems) != 0 {
		t.Errorf("a required field with a default: %v", problems)
	}
	if problems := mustNew(t, Config{}).Check(ownFields()); len(problems) != 0 {
		t.Errorf("the default mapping does not fit: %v", problems)
	}
}

func TestWhatCannotBeConfiguredIsRefused(t *testing.T) {
	for want, o := range map[string]Override{
		"has a constant and a default: keep one of them":                  {Attribute: "title", Constant: "x", Default: "y"},
		`the direction "up": write toSalesforce or fromSalesforce`:        {Attribute: "title", Direction: "up"},
		"userName goes both ways":                                         {Attribute: "userName", Direction: FromSalesforce},
		"active goes both ways":                                           {Attribute: "active", OnlyOnCreate: true},
		"userName is the identity provider's":                             {Attribute: "userName", Template: "{externalId}"},
		"emails cannot be changed so: only attributes with one value can": {Attribute: "emails", Default: "x"},
		"goes from Salesforce only, so that nothing can be written there": {Attribute: "title", Direction: FromSalesforce, Default: "x"},
		"in which a } has no { before it":                                 {Attribute: "title", Template: "a}"},
		"in which a { begins no name":                                     {Attribute: "title", Template: "{a{b}}"},
		"has a template of more than 500 characters":                      {Attribute: "title", Template: strings.Repeat("x", 501)},
		"has a template of more than 20 parts":                            {Attribute: "title", Template: strings.Repeat("x{userName}", 11)},
		`"name.given", which is no attribute of the mapping; the nearest`: {Attribute: "title", Template: "{name.given}"},
		"has a template of emails, which has no single text":              {Attribute: "title", Template: "{emails}"},
		`title cannot go to "1st"`:                                        {Attribute: "title", Field: "1st"},
		`"titel" is no attribute of the mapping; the nearest is title`:    {Attribute: "titel", Default: "x"},
		"meta.created is read-only":                                       {Attribute: "meta.created", Drop: true},
		"without being shown it would be no more than that once":          {Attribute: "title", Direction: ToSalesforce, OnlyOnCreate: true},
	} {
		if _, err := New(Config{Overrides: []Override{o}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
}

// Whatever is in the braces, a template is read or refused, and what is read makes
// a text of bounded length.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"{name.givenName} {name.familyName}", "}{", "{{}}", "{userName", "ü{externalId}\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := New(Config{Defaults: Defaults{Profile: "Standard User"}, Overrides: []Override{{Attribute: "title", Template: s}}})
		if err != nil || s == "" {
			return
		}
		draft, err := m.Create(somebody(nil), overriddenOrg(ownFields()))
		if err != nil {
			t.Fatal(err)
		}
		if title, _ := draft.Fields["Title"].(string); len([]rune(title)) > 20 {
			t.Errorf("the template %q makes %q", s, title)
		}
	})
}

func TestAnOverrideOfNothingChangesNothing(t *testing.T) {
	plain, _ := configured(t)
	same, _ := configured(t, Override{Attribute: "title", Field: "Title"})
	names := func(m *Mapping) (all []string) {
		for _, r := range m.Rows() {
			all = append(all, r.Attribute+" "+strings.Join(r.Fields, ","))
		}
		return all
	}
	if diff := cmp.Diff(names(plain), names(same)); diff != "" {
		t.Error(diff)
	}
}
