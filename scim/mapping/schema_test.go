package mapping

import (
	"slices"
	"testing"

	"github.com/elimity-com/scim/schema"
)

func TestSchemasHaveTheirGoldenForm(t *testing.T) {
	m := mustNew(t, Config{})
	user, group := m.User(), m.Group()
	all := []any{user.Core.ToMap(), group.Core.ToMap()}
	for _, e := range user.Extensions {
		all = append(all, e.ToMap())
	}
	golden(t, "schemas", all)
}

// What does not round-trip is not advertised, and what does is.
func TestEveryRowIsAdvertisedAndNothingElse(t *testing.T) {
	m := mustNew(t, Config{})
	// Common attributes belong to every resource and are in no schema (RFC 7643 section 3.1).
	common := []string{"id", "externalId", "meta.created", "meta.lastModified", "meta.version"}
	advertised := make(map[string]bool)
	add := func(prefix string, s schema.Schema) {
		for _, a := range s.Attributes {
			if a.Name() != "name" {
				advertised[prefix+a.Name()] = true
				continue
			}
			for _, part := range a.SubAttributes() {
				advertised[prefix+"name."+part.Name()] = true
			}
		}
	}
	add("", m.User().Core)
	for _, e := range m.User().Extensions {
		add(e.ID+":", e)
	}
	for _, r := range m.Rows() {
		if slices.Contains(common, r.Attribute) {
			continue
		}
		if !advertised[r.Attribute] {
			t.Errorf("%s has a row and is not advertised", r.Attribute)
		}
		delete(advertised, r.Attribute)
	}
	for name := range advertised {
		t.Errorf("%s is advertised and has no row", name)
	}
}

func TestReadOnlyRowsAreAdvertisedAsReadOnly(t *testing.T) {
	m := mustNew(t, Config{})
	for _, r := range m.Rows() {
		p := pathOf(r.Attribute)
		a, ok := m.User().Core.Attributes.ContainsAttribute(p.attribute)
		if p.urn != "" || !ok {
			continue
		}
		if got := a.Mutability() == "readOnly"; got != r.ReadOnly {
			t.Errorf("%s: advertised as %s, ReadOnly is %v", r.Attribute, a.Mutability(), r.ReadOnly)
		}
	}
}

func TestAnUnmappedAttributeIsNotAdvertised(t *testing.T) {
	m := mustNew(t, Config{Overrides: []Override{{Attribute: "title", Drop: true}, {Attribute: "name.honorificPrefix", Drop: true}, {Attribute: "costCenter", Drop: true}}})
	if _, ok := m.User().Core.Attributes.ContainsAttribute("title"); ok {
		t.Error("title is advertised")
	}
	name, _ := m.User().Core.Attributes.ContainsAttribute("name")
	if _, ok := name.SubAttributes().ContainsAttribute("honorificPrefix"); ok {
		t.Error("name.honorificPrefix is advertised")
	}
	if _, ok := m.User().Extensions[0].Attributes.ContainsAttribute("costCenter"); ok {
		t.Error("costCenter is advertised")
	}
	if _, ok := m.Render(decode(t, fullRecord), Echo{"title": {Sent: "x", Held: "Tour Guide"}}, Access{})["title"]; ok {
		t.Error("title is rendered")
	}
}

func TestAStrictMappingAdvertisesOnlyTheTypesOfSalesforce(t *testing.T) {
	m := mustNew(t, Config{Strict: true})
	for name, want := range map[string][]string{"phoneNumbers": {"work", "mobile", "fax"}, "addresses": {"work"}, "emails": {"work", "home", "other"}} {
		a, _ := m.User().Core.Attributes.ContainsAttribute(name)
		kind, _ := a.SubAttributes().ContainsAttribute("type")
		if !slices.Equal(kind.CanonicalValues(), want) {
			t.Errorf("%s.type: %q, want %q", name, kind.CanonicalValues(), want)
		}
	}
}

// The bodies that Okta and Entra send on create are understood by the schemas.
func TestWhatAnIdPSendsIsUnderstoodByTheSchemas(t *testing.T) {
	m := mustNew(t, Config{})
	for name, body := range map[string]string{
		"okta": `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"test.user@acme.example",
			"name":{"givenName":"Test","familyName":"User"},"emails":[{"primary":true,"value":"test.user@acme.example","type":"work"}],
			"displayName":"Test User","locale":"en-US","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq","active":true}`,
		"entra": `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
			"externalId":"0a21f0f2","userName":"test.user@acme.example","active":true,"emails":[{"primary":true,"type":"work","value":"test.user@acme.example"}],
			"meta":{"resourceType":"User"},"name":{"formatted":"Test User","familyName":"User","givenName":"Test"},"roles":[],
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales","manager":{"value":"` + bossID + `"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			user, err := m.User().Canonical(decode(t, body))
			if err != nil {
				t.Fatal(err)
			}
			sf := ordinaryOrg()
			draft, err := m.Create(user, sf.org())
			if err != nil {
				t.Fatal(err)
			}
			record := sf.write(t, nil, draft)
			golden(t, "created-by-"+name, m.Render(record, m.Remember(nil, draft, nil, record), access(draft)))
		})
	}
}
