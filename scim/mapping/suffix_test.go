package mapping

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAUsernameSuffixIsNotSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.StringMatching(`(\.[a-z0-9]{1,6}){1,2}`).Draw(t, "suffix")
		m, err := New(Config{Defaults: Defaults{Profile: "Standard User"}, UsernameSuffix: end})
		if err != nil {
			t.Fatal(err)
		}
		name := rapid.StringMatching(`[A-Za-z.]{1,8}@[A-Za-z]{1,5}\.[a-z]{1,4}`).Draw(t, "name")
		if rapid.Bool().Draw(t, "name ends in the suffix by itself") {
			name += end
		}
		draft, err := m.Create(map[string]any{"userName": name}, Org{})
		if err != nil {
			t.Fatal(err)
		}
		held := strings.ToLower(draft.Fields["Username"].(string))
		if held != strings.ToLower(name+end) {
			t.Errorf("Salesforce is sent %q for %q", held, name)
		}
		record := map[string]any{"Id": "005000000000001AAA", "Username": held}
		if got := m.Render(record, m.Remember(nil, draft, nil, record), Access{})["userName"]; got != name {
			t.Errorf("reads %q, sent %q", got, name)
		}
		if got := m.Render(record, nil, Access{})["userName"]; got != strings.ToLower(name) {
			t.Errorf("without an echo reads %q, sent %q", got, name)
		}
		if got := m.UserName(held); got != strings.ToLower(name) || m.Usernames(name)[0] != name+end {
			t.Errorf("UserName(%q) = %q, Usernames(%q) = %q", held, got, name, m.Usernames(name))
		}
		// Whoever is read by a name is found by it.
		for _, username := range []string{name, name + end, name + end + end, "a@b" + end} {
			read, found := m.UserName(username), false
			for _, candidate := range m.Usernames(read) {
				found = found || candidate == username
			}
			if !found {
				t.Errorf("%q is read as %q, which is looked for as %q", username, read, m.Usernames(read))
			}
		}
	})
}

func TestOnlyASuffixOfUsernamesIsOne(t *testing.T) {
	for _, c := range []struct {
		suffix string
		ok     bool
	}{
		{"", true},
		{".uat", true},
		{".full-copy", true},
		{".acme.uat", true},
		{"uat", false},
		{".", false},
		{".uat.", false},
		{"..uat", false},
		{".UAT", false},
		{".u@t", false},
		{"@uat", false},
		{".u t", false},
		{".-uat", false},
		{"." + strings.Repeat("a", 40), false},
	} {
		_, err := New(Config{UsernameSuffix: c.suffix})
		if (err == nil) != c.ok {
			t.Errorf("suffix %q: %v", c.suffix, err)
		}
	}
}

func TestAnUnchangedNameWithoutTheSuffixIsNotWritten(t *testing.T) {
	m := mustNew(t, Config{UsernameSuffix: ".uat"})
	current := m.Render(map[string]any{"Id": "005000000000001AAA", "Username": "ada@acme.example"}, nil, Access{})
	desired := clone(current).(map[string]any)
	desired["userName"] = "Ada@acme.example"
	if draft, err := m.Change(current, desired, Org{}); err != nil || len(draft.Fields) != 0 {
		t.Errorf("Change = %v, %v, want nothing to write", draft.Fields, err)
	}
	desired["userName"] = "eve@acme.example"
	if draft, err := m.Change(current, desired, Org{}); err != nil || draft.Fields["Username"] != "eve@acme.example.uat" {
		t.Errorf("Change = %v, %v, want the new name with the suffix", draft.Fields, err)
	}
}
