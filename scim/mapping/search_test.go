package mapping

import (
	"slices"
	"testing"

	"scimforce/scim/filter"
)

func TestAnAttributeIsFoundInSOQL(t *testing.T) {
	m := mustNew(t, Config{Overrides: []Override{{Attribute: "costCenter", Field: "Cost__c"}, {Attribute: "division", Drop: true}}})
	for _, c := range []struct {
		name string
		path filter.Path
		want *Search
	}{
		{"the id", filter.Path{Attribute: "ID"}, &Search{"Id", "id", false, "id"}},
		{"a user name, whose echo differs in case only", filter.Path{Attribute: "username"}, &Search{"Username", "string", false, "userName"}},
		{"an attribute without a field", filter.Path{Attribute: "externalId"}, &Search{"", "string", true, "externalId"}},
		{"an attribute with a URN", filter.Path{URN: "urn:ietf:params:scim:schemas:core:2.0:user", Attribute: "title"}, &Search{"Title", "string", false, "title"}},
		{"a part of the name", filter.Path{Attribute: "name", Sub: "FamilyName"}, &Search{"LastName", "string", false, "name.familyName"}},
		{"a display name", filter.Path{Attribute: "displayName"}, &Search{"Name", "string", true, "displayName"}},
		{"whether a user is active", filter.Path{Attribute: "active"}, &Search{"IsActive", "bool", false, "active"}},
		{"e-mail addresses", filter.Path{Attribute: "emails"}, &Search{"Email", "string", true, "emails"}},
		{"the value of e-mail addresses", filter.Path{Attribute: "emails", Sub: "value"}, &Search{"Email", "string", true, "emails"}},
		{"the type of e-mail addresses", filter.Path{Attribute: "emails", Sub: "type"}, nil},
		{"phone numbers, which are in three fields", filter.Path{Attribute: "phoneNumbers", Sub: "value"}, nil},
		{"a city", filter.Path{Attribute: "addresses", Sub: "locality"}, &Search{"City", "string", true, "addresses"}},
		{"a time zone", filter.Path{Attribute: "timezone"}, &Search{"TimeZoneSidKey", "enum", true, "timezone"}},
		{"a language", filter.Path{Attribute: "preferredLanguage"}, &Search{"LanguageLocaleKey", "enum", true, "preferredLanguage"}},
		{"when a user was changed", filter.Path{Attribute: "meta", Sub: "lastModified"}, &Search{"SystemModstamp", "datetime", false, "meta.lastModified"}},
		{"when a user was created", filter.Path{Attribute: "meta", Sub: "created"}, &Search{"CreatedDate", "datetime", false, "meta.created"}},
		{"a version", filter.Path{Attribute: "meta", Sub: "version"}, nil},
		{"an attribute of the extension", filter.Path{URN: EnterpriseURN, Attribute: "department"}, &Search{"Department", "string", false, EnterpriseURN + ":department"}},
		{"an attribute of the extension without its URN", filter.Path{Attribute: "manager"}, &Search{"ManagerId", "id", true, EnterpriseURN + ":manager"}},
		{"a manager's name", filter.Path{URN: EnterpriseURN, Attribute: "manager", Sub: "displayName"}, &Search{"Manager.Name", "string", true, EnterpriseURN + ":manager"}},
		{"an attribute in the wrong schema", filter.Path{URN: EnterpriseURN, Attribute: "title"}, nil},
		{"an attribute that was sent to another field", filter.Path{Attribute: "costCenter"}, &Search{"Cost__c", "string", true, EnterpriseURN + ":costCenter"}},
		{"an attribute that is not mapped", filter.Path{Attribute: "division"}, nil},
		{"a role", filter.Path{Attribute: "roles", Sub: "value"}, &Search{"UserRoleId", "id", true, "roles"}},
		{"groups", filter.Path{Attribute: "groups", Sub: "value"}, nil},
		{"whether a user is frozen", filter.Path{URN: SalesforceURN, Attribute: "frozen"}, nil},
		{"an unknown attribute", filter.Path{Attribute: "shoeSize"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := m.Search(c.path)
			switch {
			case c.want == nil && ok:
				t.Errorf("Search = %+v, want it left to the rendered users", got)
			case c.want != nil && (!ok || got != *c.want):
				t.Errorf("Search = %+v, %v, want %+v", got, ok, *c.want)
			}
		})
	}
}

func TestAnAttributeMayBeFoundInSeveralFields(t *testing.T) {
	m := mustNew(t, Config{})
	for path, want := range map[filter.Path][]string{
		{Attribute: "phoneNumbers"}:                     {"Phone", "MobilePhone", "Fax"},
		{Attribute: "PhoneNumbers", Sub: "Value"}:       {"Phone", "MobilePhone", "Fax"},
		{Attribute: "phoneNumbers", Sub: "type"}:        nil,
		{Attribute: "addresses", Sub: "region"}:         {"State", "StateCode"},
		{Attribute: "addresses", Sub: "country"}:        {"Country", "CountryCode"},
		{Attribute: "addresses", Sub: "formatted"}:      nil,
		{Attribute: "emails", Sub: "value"}:             {"Email"},
		{URN: EnterpriseURN, Attribute: "phoneNumbers"}: nil,
		{URN: EnterpriseURN, Attribute: "organization"}: {"CompanyName"},
	} {
		var got []string
		for _, s := range m.Searches(path) {
			got = append(got, s.Field)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is found in %v, want %v", path, got, want)
		}
	}
}
