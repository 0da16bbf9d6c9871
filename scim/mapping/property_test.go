package mapping

import (
	"encoding/json"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// anyUser generates what an IdP may send: each attribute there or not, with values
// that Salesforce normalises, cannot hold, or has no field for.
func anyUser(t *rapid.T, name string) map[string]any {
	out := make(map[string]any)
	maybe := func(attribute string, value any) {
		if rapid.Bool().Draw(t, name+" has "+attribute) {
			pathOf(attribute).put(out, value)
		}
	}
	word := rapid.StringMatching(`[A-Za-zé]{1,12}( [A-Za-z]{1,5})? ?`)
	text := func(attribute string) string { return word.Draw(t, name+" "+attribute) }
	one := func(attribute string, values ...string) string {
		return rapid.SampledFrom(values).Draw(t, name+" "+attribute)
	}
	address := rapid.StringMatching(`[A-Za-z.+]{1,10}@[A-Za-z]{1,8}\.example`)

	out["userName"] = address.Draw(t, name+" userName")
	for _, attribute := range []string{
		"externalId", "name.familyName", "name.givenName", "name.middleName", "name.honorificPrefix", "name.honorificSuffix",
		"name.formatted", "displayName", "profileUrl", "userType", "title", "nickName",
		EnterpriseURN + ":costCenter", EnterpriseURN + ":organization", EnterpriseURN + ":division", EnterpriseURN + ":department",
	} {
		maybe(attribute, text(attribute))
	}
	maybe(EnterpriseURN+":employeeNumber", one("employeeNumber", "1", "2"))
	maybe("preferredLanguage", one("language", "en-US", "en_us", "de", "de-DE", "tlh", "he", "fr;q=0.5, de"))
	maybe("locale", one("locale", "en-US", "de_AT", "de", "he-IL", "xx-XX"))
	maybe("timezone", one("timezone", "Europe/Paris", "europe/paris", "UTC", "Mars/Olympus"))
	maybe("active", rapid.Bool().Draw(t, name+" active"))
	maybe(EnterpriseURN+":manager", map[string]any{"value": one("manager", bossID, "boss@acme.example")})
	maybe("roles", []any{map[string]any{"value": one("role", "Sales", salesID)}})
	maybe(SalesforceURN+":role", one("role by name", "Sales", salesID))
	maybe(SalesforceURN+":profile", one("profile by name", "Standard User", "System Administrator", adminID))
	maybe("emails", listOf(t, name+" emails", 1, func(i int) map[string]any {
		return map[string]any{"value": address.Draw(t, "address"), "type": one("type", "work", "home", "other"), "primary": i == 1}
	}))
	maybe("phoneNumbers", listOf(t, name+" phones", 1, func(int) map[string]any {
		return map[string]any{"value": rapid.StringMatching(`\+?[0-9]{1,5}`).Draw(t, "number"), "type": one("type", "work", "Mobile", "fax", "pager", "")}
	}))
	maybe("addresses", listOf(t, name+" addresses", 1, func(int) map[string]any {
		return map[string]any{
			"type": one("type", "work", "home"), "locality": text("city"), "country": one("country", "US", "de", "Germany", "France"),
			"region": one("region", "CA", "Bavaria", "Île-de-France"),
		}
	}))
	return out
}

func listOf(t *rapid.T, label string, least int, make func(int) map[string]any) []any {
	var out []any
	for i := range rapid.IntRange(least, 3).Draw(t, label) {
		out = append(out, make(i))
	}
	return out
}

// reads checks that an IdP reads what it asked for: every attribute that it said
// as it said it. What it left out may be there only if Salesforce says it.
func reads(t *rapid.T, m *Mapping, shown, asked map[string]any) {
	t.Helper()
	for _, r := range m.Rows() {
		at := pathOf(r.Attribute)
		want, got := at.get(asked), at.get(shown)
		if r.ReadOnly || want == nil || r.Attribute == "entitlements" {
			continue
		}
		if got = stripped(r.Attribute, got); !equal(got, want) {
			t.Errorf("%s: reads %v, asked for %v", r.Attribute, got, want)
		}
	}
}

func TestAnIdPReadsWhatItSent(t *testing.T) {
	plain, err := New(Config{Defaults: Defaults{Profile: "Standard User"}})
	if err != nil {
		t.Fatal(err)
	}
	moved, err := New(Config{Defaults: Defaults{Profile: "Standard User"}, Overrides: []Override{
		{Attribute: "externalId", Field: "FederationIdentifier"}, {Attribute: "displayName", Field: "Title"}, {Attribute: "title", Drop: true}, {Attribute: "costCenter", Field: "Division"}, {Attribute: "division", Drop: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	sandbox, err := New(Config{Defaults: Defaults{Profile: "Standard User"}, UsernameSuffix: ".uat"})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]*Mapping{plain, moved, sandbox}).Draw(t, "mapping")
		sf := rapid.SampledFrom([]*pretence{ordinaryOrg(), richOrg()}).Draw(t, "org")
		sf.confirm = rapid.Bool().Draw(t, "e-mail addresses wait for confirmation")

		asked := anyUser(t, "new")
		draft, err := m.Create(asked, sf.org())
		if err != nil {
			t.Fatalf("Create: %v", err)
		}
		record := sf.write(t, nil, draft)
		echo := m.Remember(nil, draft, nil, record)
		shown := m.Render(record, echo, Access{})
		reads(t, m, shown, asked)

		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			body := anyUser(t, "changed")
			desire := func() map[string]any {
				desired, _ := m.Replacement(shown, body, echo, nil)
				return desired
			}
			if rapid.Bool().Draw(t, "as a PATCH") {
				desire = func() map[string]any { return patched(m, shown, body, echo) }
			}
			asked := desire()
			draft, err := m.Change(shown, asked, sf.org())
			if err != nil {
				t.Fatalf("Change: %v", err)
			}
			after := sf.write(t, record, draft)
			echo = m.Remember(echo, draft, record, after)
			record, shown = after, m.Render(after, echo, Access{})
			reads(t, m, shown, said(asked, body))

			again, err := m.Change(shown, desire(), sf.org())
			if err != nil || !nothing(again) {
				t.Fatalf("the same Change again = %+v, %v, want nothing to write", again, err)
			}
			again, err = m.Change(shown, shown, sf.org())
			if err != nil || !nothing(again) || len(again.Sent) > 0 {
				t.Fatalf("Change to what is read = %+v, %v, want nothing", again, err)
			}
		}
	})
}

// patched is a user as an IdP reads him with some of his attributes replaced.
func patched(m *Mapping, shown, body map[string]any, echo Echo) map[string]any {
	out := clone(shown).(map[string]any)
	for _, r := range m.Rows() {
		if value := pathOf(r.Attribute).get(body); value != nil {
			pathOf(r.Attribute).put(out, value)
		}
	}
	// A derived name that nobody ever sent follows the name.
	for _, attribute := range []string{"displayName", "name.formatted"} {
		if _, sent := echo[attribute]; !sent && pathOf(attribute).get(body) == nil && equal(pathOf(attribute).get(out), pathOf(attribute).get(shown)) {
			pathOf(attribute).put(out, nil)
		}
	}
	return out
}

// said is what is asked for, without what is read-only and without those that the
// body does not say and that follow from another attribute.
func said(asked, body map[string]any) map[string]any {
	out := stripReadOnly(asked)
	for _, attribute := range []string{"roles", SalesforceURN + ":role", SalesforceURN + ":profile"} {
		if pathOf(attribute).get(body) == nil {
			pathOf(attribute).put(out, nil)
		}
	}
	return out
}

// TestNobodyWritesToWhatIsShared: what is remembered, what is rendered of it and
// what is drafted of a body have values in common.
func TestNobodyWritesToWhatIsShared(t *testing.T) {
	m, err := New(Config{Defaults: Defaults{Profile: "Standard User"}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		sf := richOrg()
		first, second := anyUser(t, "new"), anyUser(t, "changed")
		draft, err := m.Create(first, sf.org())
		if err != nil {
			t.Fatal(err)
		}
		record := sf.write(t, nil, draft)
		echo := m.Remember(nil, draft, nil, record)
		if rapid.Bool().Draw(t, "somebody writes to Salesforce") {
			record = maps.Clone(record)
			record["Email"], record["Phone"], record["City"] = "other@acme.example", "+1 555 0000", "Elsewhere"
		}
		access := Access{Known: true, Groups: []Membership{{ID: "0PS5g000001DDDDEA4", Display: "Permission Set: Reports", Kind: KindPermissionSet, Name: "Reports"}}}
		before, _ := json.Marshal([]any{first, second, echo, record})
		shown := m.Render(record, echo, access)
		read, _ := json.Marshal(shown)
		for _, desired := range []map[string]any{second, shown} {
			replaced, _ := m.Replacement(shown, desired, echo, Seen(shown))
			draft, err := m.Change(shown, m.Amended(shown, replaced), sf.org())
			if err != nil {
				t.Fatal(err)
			}
			m.Spoken(&draft, shown, echo)
			again := m.Remember(echo, draft, record, record)
			m.Render(record, again, access)
		}
		if after, _ := json.Marshal([]any{first, second, echo, record}); string(after) != string(before) {
			t.Fatalf("from %s\nto %s", before, after)
		}
		if after, _ := json.Marshal(shown); string(after) != string(read) {
			t.Fatalf("shown was %s\nand is %s", read, after)
		}
	})
}

// stripReadOnly is a body as an IdP may send it back, without what is read-only.
func stripReadOnly(user map[string]any) map[string]any {
	out := clone(user).(map[string]any)
	for _, attribute := range []string{"addresses", EnterpriseURN + ":manager"} {
		at := pathOf(attribute)
		at.put(out, stripped(attribute, at.get(out)))
	}
	return out
}

func TestEqualIsAnEquivalenceAndCloneIsEqual(t *testing.T) {
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		return rapid.Custom(func(t *rapid.T) any {
			switch n := rapid.IntRange(0, 4).Draw(t, "kind"); {
			case n == 0 && depth > 0:
				return rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "list")
			case n == 1 && depth > 0:
				return rapid.MapOfN(rapid.SampledFrom([]string{"a", "b"}), value(depth-1), 0, 2).Draw(t, "object")
			case n == 2:
				return rapid.Bool().Draw(t, "bool")
			case n == 3:
				return nil
			}
			return rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "string")
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := value(3).Draw(t, "a"), value(3).Draw(t, "b")
		if !equal(a, clone(a)) || equal(a, b) != equal(b, a) {
			t.Errorf("equal is no equivalence for %v and %v", a, b)
		}
	})
}
