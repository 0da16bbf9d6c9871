package scim

import (
	"context"
	"testing"

	"scimforce/scim/mapping"
)

const fullUserBody = `{
 "schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
 "userName":"Barbara.Jensen@Acme.example","externalId":"701984-b","displayName":"Babs Jensen","nickName":"Babs","title":"Tour Guide","userType":"Employee",
 "profileUrl":"https://login.acme.example/bjensen","preferredLanguage":"en-US","locale":"en-US","timezone":"America/Los_Angeles","active":true,
 "name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara","middleName":"Jane","honorificPrefix":"Ms.","honorificSuffix":"III"},
 "emails":[{"value":"bjensen@acme.example","type":"work","primary":true},{"value":"babs@jensen.example","type":"home"}],
 "phoneNumbers":[{"value":"+1 555 555 5555","type":"work"},{"value":"+1 555 555 4444","type":"mobile"},{"value":"+1 555 555 3333","type":"fax"}],
 "addresses":[{"type":"work","streetAddress":"100 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"US"}],
 "roles":[{"value":"CEO"}],
 "entitlements":[{"value":"Standard User","type":"Profile"},{"value":"Sales Console","type":"Permission Set"}],
 "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","costCenter":"4130","organization":"Acme","division":"Theme Park","department":"Tour Operations","manager":{"value":"0055g00000ZZZZZAA5"}}
}`

// All that the bridge does of itself to create a full user: the body read, repaired,
// checked and mapped, what Salesforce holds rendered and encoded. Salesforce takes
// a thousand times as long.
func BenchmarkFullUser(b *testing.B) {
	m, err := mapping.New(mapping.Config{Defaults: mapping.Defaults{Profile: "Standard User"}})
	if err != nil {
		b.Fatal(err)
	}
	typ := m.User()
	access := mapping.Access{Known: true, Groups: []mapping.Membership{{ID: "0PS5g000001DDDDEA4", Display: "Permission Set: Sales Console", Kind: mapping.KindPermissionSet, Name: "Sales_Console"}}}
	b.ReportAllocs()
	for b.Loop() {
		body, err := decodeObject([]byte(fullUserBody))
		if err != nil {
			b.Fatal(err)
		}
		q := ask{body: forgiven(context.Background(), typ, "POST", body), shown: readProjection(nil, typ)}
		sent, err := q.sent()
		if err != nil {
			b.Fatal(err)
		}
		draft, err := m.Create(sent, mapping.Org{})
		if err != nil {
			b.Fatal(err)
		}
		record := draft.Fields
		record["Id"], record["CreatedDate"], record["SystemModstamp"] = "0055g00000ABCDEAA5", "2026-11-20T08:00:00.000+0000", "2026-11-20T08:00:00.000+0000"
		shown := m.Render(record, m.Remember(nil, draft, nil, record), access)
		if _, err := encode(q.shown.apply(locate(shown, typ.Endpoint, "https://bridge.example/scim/v2"))); err != nil {
			b.Fatal(err)
		}
	}
}
