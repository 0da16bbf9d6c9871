package scim_test

import (
	"maps"
	"slices"
	"testing"

	"scimforce/salesforce/simulator/org"
	"scimforce/scim/mapping"
)

// customized gives an org a custom field of each type.
func customized(c *org.Config) {
	c.CustomFields = []org.CustomField{
		{Name: "Badge__c", Label: "Badge number", Length: 8, Unique: true, CaseSensitive: true},
		{Name: "Region__c", Type: "picklist", Values: []org.CustomValue{{Value: "EMEA"}, {Value: "APAC", Label: "Asia and Pacific"}}},
		{Name: "Office__c", Type: "picklist", Unrestricted: true, Values: []org.CustomValue{{Value: "Paris"}, {Value: "Home"}}},
		{Name: "Skills__c", Type: "multipicklist", Values: []org.CustomValue{{Value: "Go"}, {Value: "SQL"}, {Value: "COBOL"}}},
		{Name: "Contractor__c", Type: "boolean"},
		{Name: "Quota__c", Type: "double", Decimals: 3},
		{Name: "Rate__c", Type: "currency", Decimals: 2},
		{Name: "Share__c", Type: "percent"},
		{Name: "Hired__c", Type: "date"},
		{Name: "Reviewed__c", Type: "datetime"},
		{Name: "Desk__c", Type: "phone"},
		{Name: "Page__c", Type: "url"},
		{Name: "Private__c", Type: "email"},
		{Name: "Notes__c", Type: "textarea", Length: 1000},
		{Name: "Buddy__c", Type: "reference"},
		{Name: "Tag__c", Formula: `Department & " " & Title`},
		{Name: "Twice__c", Type: "currency", Decimals: 2, Formula: "Rate__c * 2"},
		{Name: "Rich__c", Type: "boolean", Formula: "Rate__c > 100"},
	}
	c.StateCountryPicklists, c.NameExtras = true, true
	c.LicenseSeats = map[string]int{"Salesforce": 1000}
}

// attribute is one of a schema as /Schemas has it, with its full name.
type attribute struct {
	path            string // with the URN of an extension
	urn, name       string
	kind            string
	mutability      string
	multi, required bool
	canonical       []any
}

// advertised are the attributes of a type's schemas.
func (s *stack) advertised(t *testing.T, typ string) []attribute {
	t.Helper()
	described := s.want(t, 200, "GET", "/ResourceTypes/"+typ, nil)
	urns := []any{described["schema"]}
	extensions, _ := described["schemaExtensions"].([]any)
	for _, e := range extensions {
		urns = append(urns, e.(map[string]any)["schema"])
	}
	var all []attribute
	for i, urn := range urns {
		for _, a := range s.want(t, 200, "GET", "/Schemas/"+urn.(string), nil)["attributes"].([]any) {
			d := a.(map[string]any)
			one := attribute{urn: urn.(string), name: d["name"].(string), kind: d["type"].(string), mutability: d["mutability"].(string)}
			one.multi, one.required = d["multiValued"].(bool), d["required"].(bool)
			one.canonical, _ = d["canonicalValues"].([]any)
			one.path = one.name
			if i > 0 {
				one.path = one.urn + ":" + one.name
			} else {
				one.urn = ""
			}
			all = append(all, one)
		}
	}
	return all
}

// in is the attribute's value in a resource.
func (a attribute) in(r map[string]any) any {
	if a.urn != "" {
		r, _ = r[a.urn].(map[string]any)
	}
	return r[a.name]
}

// with is a body with a value of the attribute.
func (a attribute) with(body map[string]any, value any) map[string]any {
	body = maps.Clone(body)
	if a.urn == "" {
		body[a.name] = value
		return body
	}
	body[a.urn] = map[string]any{a.name: value}
	body["schemas"] = append(slices.Clone(body["schemas"].([]any)), a.urn)
	return body
}

// samples are two values for each attribute of User whose values are of a form
// that its definition does not say.
func (s *stack) samples(t *testing.T) map[string][2]any {
	t.Helper()
	boss, buddy := s.Org.AdminID(), s.made(t, "buddy@acme.example", nil)
	row := func(object, field, value string) string {
		id := ""
		_ = s.Org.View(func(v *org.View) error { // fn never fails
			obj, _ := v.Object(object)
			for r := range v.Scan(obj, org.Bound{}) {
				if r.Get(field) == value {
					id = r.ID()
				}
			}
			return nil
		})
		if id == "" {
			t.Fatalf("there is no %s with %s %s", object, field, value)
		}
		return id
	}
	one := func(pairs ...any) any {
		element := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			element[pairs[i].(string)] = pairs[i+1]
		}
		return element
	}
	standard, readOnly := row("Profile", "Name", "Standard User"), row("Profile", "Name", "Read Only")
	ceo, sales := row("UserRole", "Name", "CEO"), row("UserRole", "Name", "CFO")
	salesforce := func(name string) string { return mapping.SalesforceURN + ":" + name }
	enterprise := func(name string) string { return enterpriseURN + ":" + name }
	return map[string][2]any{
		"userName":     {"sample.first@acme.example", "sample.second@acme.example"},
		"name":         {one("familyName", "King", "givenName", "Ada", "middleName", "M", "honorificSuffix", "II", "honorificPrefix", "Ms", "formatted", "Ms Ada King"), one("familyName", "Byron", "formatted", "Byron")},
		"active":       {false, true},
		"emails":       {[]any{one("value", "first@acme.example", "type", "work", "primary", true)}, []any{one("value", "second@acme.example", "type", "home", "primary", true)}},
		"phoneNumbers": {[]any{one("value", "+1 555 1", "type", "work")}, []any{one("value", "+1 555 2", "type", "mobile"), one("value", "+1 555 3", "type", "pager")}},
		"addresses": {
			[]any{one("type", "work", "streetAddress", "1 Main St", "locality", "Springfield", "region", "CA", "postalCode", "90001", "country", "US")},
			[]any{one("type", "work", "locality", "Paris", "country", "FR")},
		},
		"roles":               {[]any{one("value", ceo)}, []any{one("value", sales)}},
		"entitlements":        {[]any{one("value", readOnly, "type", "Profile")}, []any{one("value", standard, "type", "Profile")}},
		enterprise("manager"): {one("value", boss), one("value", buddy)},

		salesforce("profile"):             {"Read Only", "Standard User"},
		salesforce("role"):                {"CEO", "CFO"},
		salesforce("Badge__c"):            {"B-1", "B-2"},
		salesforce("Alias"):               {"first", "second"},
		salesforce("Buddy__c"):            {boss, buddy},
		salesforce("DelegatedApproverId"): {boss, buddy},
		salesforce("SenderEmail"):         {"first@acme.example", "second@acme.example"},
		salesforce("Private__c"):          {"first@home.example", "second@home.example"},
		salesforce("Hired__c"):            {"2026-01-31", "2026-02-28"},
		salesforce("Skills__c"):           {[]any{"SQL", "Go"}, []any{"COBOL"}},
	}
}

// unusable are attributes whose values no request to this org can have, with why.
var unusable = map[string]string{
	mapping.SalesforceURN + ":CallCenterId": "the org has no call center",
	mapping.SalesforceURN + ":IndividualId": "the org has no object Individual",
	mapping.SalesforceURN + ":frozen":       "a new user cannot be frozen",
	mapping.SalesforceURN + ":ContactId":    "makes somebody of outside of a new user, which needs another profile",
}

// sample is a value of the attribute's type.
func (a attribute) sample(first bool) any {
	switch {
	case len(a.canonical) > 0 && first:
		return a.canonical[0]
	case len(a.canonical) > 0:
		return a.canonical[len(a.canonical)-1]
	}
	pick := func(x, y any) any {
		if first {
			return x
		}
		return y
	}
	switch a.kind {
	case "boolean":
		return first
	case "decimal":
		return pick(12.0, -7.0)
	case "integer":
		return pick(12.0, 7.0)
	case "dateTime":
		return pick("2026-01-31T10:00:00+02:00", "2026-02-28T10:00:00Z")
	case "reference":
		return pick("https://acme.example/first", "https://acme.example/second")
	default:
		return pick("first", "second")
	}
}
