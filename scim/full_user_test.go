package scim

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	"scimforce/scim/forgive"
	"scimforce/scim/mapping"
	"scimforce/scim/resource"
)

// fullBody is the create of a user with a value in every attribute that an IdP
// can be told to fill.
const fullBody = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
"externalId":"00u1a2b3c4d5e6f7g8h9","userName":"barbara.jensen@acme.example","displayName":"Babs Jensen","nickName":"babs","title":"Tour Guide",
"profileUrl":"https://login.acme.example/bjensen","userType":"Employee","preferredLanguage":"en-US","locale":"en-US","timezone":"America/Los_Angeles","active":true,
"name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara","middleName":"Jane","honorificPrefix":"Ms.","honorificSuffix":"III"},
"emails":[{"value":"barbara.jensen@acme.example","type":"work","primary":true},{"value":"babs@jensen.example","type":"home"}],
"phoneNumbers":[{"value":"+1 555 555 5555","type":"work","primary":true},{"value":"+1 555 555 4444","type":"mobile"}],
"addresses":[{"type":"work","streetAddress":"100 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"US","primary":true}],
"roles":[{"value":"Sales Manager","primary":true}],
"entitlements":[{"value":"Standard User","type":"Profile"},{"value":"Reports","type":"Permission Set"}],
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984","costCenter":"4130","organization":"Universal Studios",
"division":"Theme Park","department":"Tour Operations","manager":{"value":"0055g00000ABCDEAA2"}}}`

// journey takes a body from its bytes to the draft of a record, and the record
// that Salesforce makes of it to the bytes of the answer.
type journey struct {
	mapping    *mapping.Mapping
	typ        resource.Type
	projection projection
	body       []byte
}

func newJourney(t testing.TB) *journey {
	t.Helper()
	m, err := mapping.New(mapping.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &journey{mapping: m, typ: m.User(), projection: readProjection(parameters{}, m.User()), body: []byte(fullBody)}
}

func (j *journey) draft(t testing.TB) mapping.Draft {
	body, err := decodeObject(j.body)
	if err != nil {
		t.Fatal(err)
	}
	forgive.Body(j.typ, http.MethodPost, body)
	sent, err := ask{body: body, shown: j.projection}.sent()
	if err != nil {
		t.Fatal(err)
	}
	draft, err := j.mapping.Create(sent, mapping.Org{})
	if err != nil {
		t.Fatal(err)
	}
	return draft
}

// resource takes a record to the bytes of the resource.
func (j *journey) resource(t testing.TB, record map[string]any, echo mapping.Echo) []byte {
	encoded, err := encode(j.mapping.Render(record, echo, granted))
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// answer takes it to those of the answer to a create.
func (j *journey) answer(t testing.TB, draft mapping.Draft, record map[string]any) []byte {
	echo := j.mapping.Remember(nil, draft, nil, record)
	shown := j.mapping.Render(record, echo, granted)
	a := ask{shown: j.projection, base: "https://scim.acme.example/scim/v2"}.show(shown, http.StatusCreated)
	encoded, err := encode(a.body)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// granted is what the user has been given.
var granted = mapping.Access{Known: true, Groups: []mapping.Membership{{ID: "0PS5g000001DDDDEA4", Display: "Permission Set: Reports", Kind: mapping.KindPermissionSet, Name: "Reports"}}}

// record is what Salesforce holds when a draft is written.
func record(draft mapping.Draft) map[string]any {
	r := maps.Clone(draft.Fields)
	r["Id"], r["Name"] = "0055g00000BARBSAA0", "Barbara Jensen"
	r["CreatedDate"], r["LastModifiedDate"], r["SystemModstamp"] = "2026-01-01T00:00:00.000+0000", "2026-01-01T00:00:00.000+0000", "2026-01-01T00:00:00.000+0000"
	r["ProfileId"], r["Profile"] = "00e5g000000PROFAAA", map[string]any{"Name": draft.Profile.Value}
	r["UserRoleId"], r["UserRole"] = "00E5g000000ROLEAAA", map[string]any{"Name": draft.Role.Value}
	r["ManagerId"], r["Manager"] = draft.Manager.Value, map[string]any{"Name": "Boss"}
	return r
}

// BenchmarkFullUser: a body decoded, repaired, checked and drafted, and the record
// rendered and encoded.
func BenchmarkFullUser(b *testing.B) {
	j := newJourney(b)
	draft := j.draft(b)
	stored := record(draft)
	echo := j.mapping.Remember(nil, draft, nil, stored)
	b.ReportAllocs()
	for b.Loop() {
		j.draft(b)
		j.resource(b, stored, echo)
	}
}

// BenchmarkFullUserCreated is all that the bridge does of itself to answer a
// create: what is sent is remembered, too, and what the client wants is shown.
// Salesforce takes a thousand times as long.
func BenchmarkFullUserCreated(b *testing.B) {
	j := newJourney(b)
	stored := record(j.draft(b))
	b.ReportAllocs()
	for b.Loop() {
		j.answer(b, j.draft(b), stored)
	}
}

// TestAFullUserTakesFewAllocations bounds what BenchmarkFullUser counts. The race
// detector, and what other tests have left running, add to it.
func TestAFullUserTakesFewAllocations(t *testing.T) {
	j := newJourney(t)
	draft := j.draft(t)
	stored := record(draft)
	echo := j.mapping.Remember(nil, draft, nil, stored)
	got := testing.AllocsPerRun(100, func() {
		j.draft(t)
		j.resource(t, stored, echo)
	})
	if got > 220 {
		t.Errorf("%v allocations, want about 200", got)
	}
}

// BenchmarkFullUserByStage: where that time goes.
func BenchmarkFullUserByStage(b *testing.B) {
	j := newJourney(b)
	body, err := decodeObject(j.body)
	if err != nil {
		b.Fatal(err)
	}
	sent, err := j.typ.Canonical(body)
	if err != nil {
		b.Fatal(err)
	}
	draft := j.draft(b)
	stored := record(draft)
	echo := j.mapping.Remember(nil, draft, nil, stored)
	shown := j.mapping.Render(stored, echo, granted)
	for _, stage := range []struct {
		name string
		do   func()
	}{
		{"decode", func() { _, _ = decodeObject(j.body) }},
		{"forgive", func() { forgive.Body(j.typ, http.MethodPost, body) }},
		{"canonical", func() { _, _ = j.typ.Canonical(body) }},
		{"required", func() { _ = j.typ.Required(sent) }},
		{"create", func() { _, _ = j.mapping.Create(sent, mapping.Org{}) }},
		{"remember", func() { j.mapping.Remember(nil, draft, nil, stored) }},
		{"render", func() { j.mapping.Render(stored, echo, granted) }},
		{"show", func() { ask{shown: j.projection, base: "https://scim.acme.example"}.show(shown, http.StatusOK) }},
		{"encode", func() { _, _ = encode(shown) }},
	} {
		b.Run(stage.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				stage.do()
			}
		})
	}
}

// TestAFullUserComesBackAsHeWent: what is measured is the whole way. Nobody on it
// writes to what is handed on: what is remembered stays as it is.
func TestAFullUserComesBackAsHeWent(t *testing.T) {
	j := newJourney(t)
	draft := j.draft(t)
	stored := record(draft)
	echo := j.mapping.Remember(nil, draft, nil, stored)
	before, err := json.Marshal(echo)
	if err != nil {
		t.Fatal(err)
	}
	var sent, shown map[string]any
	if err := json.Unmarshal(j.body, &sent); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(j.answer(t, draft, stored), &shown); err != nil {
		t.Fatal(err)
	}
	for name, value := range sent {
		if name == "schemas" {
			shown[name] = slices.DeleteFunc(shown[name].([]any), func(urn any) bool { return urn == mapping.SalesforceURN })
		}
		if !says(shown[name], value) {
			t.Errorf("%s: sent %v, shown %v", name, value, shown[name])
		}
	}
	if after, err := json.Marshal(echo); err != nil || string(after) != string(before) {
		t.Errorf("the echo was %s and is %s, %v", before, after, err)
	}
}

// says is whether what is shown says what was sent, and perhaps more: a $ref, an
// address in one text.
func says(shown, sent any) bool {
	switch sent := sent.(type) {
	case map[string]any:
		object, _ := shown.(map[string]any)
		for name, value := range sent {
			if !says(object[name], value) {
				return false
			}
		}
		return true
	case []any:
		list, _ := shown.([]any)
		return slices.EqualFunc(list, sent, says)
	}
	return shown == sent
}
