package mapping

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// setElements are permission sets as entitlements, by number, in one of the
// forms in which an IdP may name them.
func setElements(numbers []int, form int) []any {
	out := []any{}
	for _, n := range numbers {
		id, name := fmt.Sprintf("0PS00000000000%dAAA", n), fmt.Sprintf("Set %d", n)
		switch form {
		case 0:
			out = append(out, map[string]any{"value": id, "display": name, "type": KindPermissionSet})
		case 1:
			out = append(out, map[string]any{"value": id[:15]})
		default:
			out = append(out, map[string]any{"value": name, "type": "PermissionSet"})
		}
	}
	return out
}

// A PUT takes away what the IdP knew of and left out, and nothing else; it gives
// what the body has, except what was taken away since the IdP read it.
func TestAPutMergesGrants(t *testing.T) {
	m := mustNew(t, Config{})
	rapid.Check(t, func(t *rapid.T) {
		subset := func(name string, least int) []int {
			return rapid.SliceOfNDistinct(rapid.IntRange(1, 5), least, 5, rapid.ID[int]).Draw(t, name)
		}
		have, body, known := subset("have", 0), subset("body", 1), subset("known", 0)
		read := rapid.Bool().Draw(t, "read")
		var echo Echo
		var seen map[string]any
		if read {
			seen = Seen(map[string]any{"entitlements": setElements(known, 0)})
		} else {
			echo = Echo{"entitlements": {Sent: setElements(known, rapid.IntRange(0, 2).Draw(t, "form"))}}
		}
		desired, _ := m.Replacement(map[string]any{"entitlements": setElements(have, 0)}, map[string]any{"entitlements": setElements(body, 0)}, echo, seen)
		got, _ := elements(desired["entitlements"])
		for n := 1; n <= 5; n++ {
			want := slices.Contains(body, n)
			if has := slices.Contains(have, n); want != has {
				switch {
				case want && read && slices.Contains(known, n): // taken away since
					want = false
				case has && !slices.Contains(known, n): // not the IdP's
					want = true
				}
			}
			if is := names(got, setElements([]int{n}, 0)[0].(map[string]any)); is != want {
				t.Fatalf("set %d: %v, want %v; have %v, body %v, known %v (read %v)", n, is, want, have, body, known, read)
			}
		}
	})
}

func TestAPutOfRolesAndProfiles(t *testing.T) {
	m := mustNew(t, Config{})
	role := func(value string) []any { return []any{map[string]any{"value": value}} }
	profile := func(value string) []any { return []any{map[string]any{"value": value, "type": KindProfile}} }
	own := Echo{"roles": {Sent: role("Sales")}}
	read := func(attribute string, v []any) map[string]any { return Seen(map[string]any{attribute: v}) }
	for _, c := range []struct {
		name, attribute  string
		have, body, want []any
		echo             Echo
		seen             map[string]any
	}{
		{"a role that the IdP never heard of stays", "roles", role(salesID), nil, role(salesID), nil, nil},
		{"one that it sent goes", "roles", role("Sales"), nil, nil, own, nil},
		{"one that somebody changed since it sent it stays", "roles", role(salesID), nil, role(salesID), own, nil},
		{"one that it read goes", "roles", role(salesID), nil, nil, nil, read("roles", role(salesID))},
		{"one that somebody gave since it read the user stays", "roles", role(salesID), nil, role(salesID), nil, read("roles", nil)},
		{"one that somebody took away since is not given again", "roles", nil, role(salesID), nil, nil, read("roles", role(salesID))},
		{"another than it read is given", "roles", role(salesID), role("Support"), role("Support"), nil, read("roles", nil)},
		{"a role that is sent is given", "roles", role(salesID), role("Support"), role("Support"), nil, nil},
		{"a profile that somebody changed since stays", "entitlements", profile(adminID), profile(standardID), profile(adminID), nil, read("entitlements", profile(standardID))},
		{"another profile than it read is given", "entitlements", profile(adminID), profile(standardID), profile(standardID), nil, read("entitlements", profile(adminID))},
		{"a profile that is sent is given", "entitlements", profile(adminID), profile(standardID), profile(standardID), nil, nil},
		{"no entitlements leave them", "entitlements", profile(adminID), nil, profile(adminID), nil, read("entitlements", profile(adminID))},
	} {
		t.Run(c.name, func(t *testing.T) {
			current, body, want := minimal(), minimal(), minimal()
			for user, v := range map[*map[string]any][]any{&current: c.have, &body: c.body, &want: c.want} {
				if v != nil {
					(*user)[c.attribute] = v
				}
			}
			desired, _ := m.Replacement(current, body, c.echo, c.seen)
			if diff := cmp.Diff(want, desired); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAddingAProfileOrARoleMovesTheUser(t *testing.T) {
	m := mustNew(t, Config{})
	const (
		standard = `{"value":"00e000000000001AAA","display":"Standard User","type":"Profile","primary":true}`
		other    = `{"value":"Sales","type":"Profile"}`
		set      = `{"value":"0PS000000000001AAA","display":"Console","type":"Permission Set"}`
	)
	for name, c := range map[string]struct{ current, patched, want string }{
		"a second profile takes the place of the first":         {`{"entitlements":[` + standard + `,` + set + `]}`, `{"entitlements":[` + standard + `,` + set + `,` + other + `]}`, `{"entitlements":[` + set + `,` + other + `]}`},
		"the same profile by its name is no other":              {`{"entitlements":[` + standard + `]}`, `{"entitlements":[` + standard + `,{"value":"Standard User","type":"Profile"}]}`, `{"entitlements":[` + standard + `,{"value":"Standard User","type":"Profile"}]}`},
		"a permission set moves nobody":                         {`{"entitlements":[` + standard + `]}`, `{"entitlements":[` + standard + `,` + set + `]}`, `{"entitlements":[` + standard + `,` + set + `]}`},
		"the profile remains when all is taken away":            {`{"entitlements":[` + standard + `,` + set + `]}`, `{}`, `{"entitlements":[` + standard + `]}`},
		"a second role takes the place of the first":            {`{"roles":[{"value":"00E000000000001AAA","display":"CEO"}]}`, `{"roles":[{"value":"00E000000000001AAA","display":"CEO"},{"value":"CFO"}]}`, `{"roles":[{"value":"CFO"}]}`},
		"the same role by its name stays":                       {`{"roles":[{"value":"00E000000000001AAA","display":"CEO"}]}`, `{"roles":[{"value":"ceo"}]}`, `{"roles":[{"value":"ceo"}]}`},
		"a role that is taken away is gone":                     {`{"roles":[{"value":"00E000000000001AAA"}]}`, `{}`, `{}`},
		"entitlements that were not read are taken as they are": {`{}`, `{"entitlements":[` + set + `]}`, `{"entitlements":[` + set + `]}`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(decode(t, c.want), m.Amended(decode(t, c.current), decode(t, c.patched))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
