package mapping

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEntitlementsAreWrittenAsTheyChange(t *testing.T) {
	m := mustNew(t, Config{})
	profile := map[string]any{"value": standardID, "display": "Standard User", "type": "Profile", "primary": true}
	console := map[string]any{"value": consoleID, "display": "Sales Console", "type": "Permission Set"}
	ids := func(s ...string) *[]string { return &s }
	for _, c := range []struct {
		name           string
		before, wanted []any
		profile        *Reference
		permissionSets *[]string
	}{
		{"another order is no change", []any{profile, console}, []any{console, profile}, nil, nil},
		{"a permission set is added", []any{profile}, []any{profile, map[string]any{"value": "Reports"}}, nil, ids("Reports")},
		{"one is added to one", []any{profile, console}, []any{profile, console, map[string]any{"value": reportsID}}, nil, ids(consoleID, reportsID)},
		{"the last one is taken away", []any{profile, console}, []any{profile}, nil, ids()},
		{"the profile changes", []any{profile, console}, []any{map[string]any{"value": adminID, "type": "profile"}, console}, &Reference{adminID}, nil},
		{"the profile by its name is no change", []any{profile, console}, []any{map[string]any{"value": "standard user", "primary": true}, console}, nil, nil},
		{"an id of 15 characters is no change", []any{profile, console}, []any{map[string]any{"value": standardID[:15]}, map[string]any{"value": consoleID[:15]}}, nil, nil},
		{"a list without the profile leaves it", []any{profile, console}, []any{console}, nil, nil},
		{"entitlements that were not read", nil, []any{profile, console}, &Reference{standardID}, ids(consoleID)},
		{"a profile alone when they were not read", nil, []any{profile}, &Reference{standardID}, ids()},
		{"none sent", []any{profile, console}, nil, nil, nil},
		{"a type spelled as the API does", []any{profile}, []any{profile, map[string]any{"value": "X", "type": "PermissionSet"}}, nil, ids("X")},
	} {
		t.Run(c.name, func(t *testing.T) {
			current, desired := minimal(), minimal()
			current["entitlements"], desired["entitlements"] = c.before, c.wanted
			draft, err := m.Change(current, desired, ordinaryOrg().org())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.profile, draft.Profile); diff != "" {
				t.Errorf("profile (-want +got):\n%s", diff)
			}
			if (draft.PermissionSets == nil) != (c.permissionSets == nil) ||
				draft.PermissionSets != nil && !equalStrings(*draft.PermissionSets, *c.permissionSets) {
				t.Errorf("permission sets %v, want %v", draft.PermissionSets, c.permissionSets)
			}
		})
	}
}

func equalStrings(a, b []string) bool { return len(a) == 0 && len(b) == 0 || cmp.Equal(a, b) }

func TestEntitlementsAreShownAsSentWhileTheGrantsLast(t *testing.T) {
	m := mustNew(t, Config{})
	console := Membership{ID: consoleID, Display: "Permission Set: Sales Console", Kind: KindPermissionSet, Name: "Sales_Console"}
	reports := Membership{ID: reportsID, Display: "Permission Set: Reports", Kind: KindPermissionSet, Name: "Reports"}
	guides := Membership{ID: "00G000000000001AAA", Display: "Guides", Kind: KindPublicGroup}
	echo := Echo{"entitlements": {Sent: []any{map[string]any{"value": "sales_console"}, map[string]any{"value": "Standard User", "type": "Profile"}}}}
	for _, c := range []struct {
		name    string
		profile string
		groups  []Membership
		want    []any
	}{
		{"all are there", standardID, []Membership{guides, console}, []any{
			map[string]any{"value": "sales_console"}, map[string]any{"value": "Standard User", "type": "Profile"},
		}},
		{"one was taken away, one given", standardID, []Membership{reports}, []any{
			map[string]any{"value": "Standard User", "type": "Profile"}, map[string]any{"value": reportsID, "display": "Reports", "type": "Permission Set"},
		}},
		{"the profile changed", adminID, []Membership{console}, []any{
			map[string]any{"value": "sales_console"}, map[string]any{"value": adminID, "display": "System Administrator", "type": "Profile", "primary": true},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			record := map[string]any{"ProfileId": c.profile, "Profile": map[string]any{"Name": map[string]string{standardID: "Standard User", adminID: "System Administrator"}[c.profile]}}
			got := m.Render(record, echo, Access{Known: true, Groups: c.groups})["entitlements"]
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("entitlements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOneEntitlementIsPrimary(t *testing.T) {
	m := mustNew(t, Config{})
	record := map[string]any{"ProfileId": standardID, "Profile": map[string]any{"Name": "Standard User"}}
	access := Access{Known: true, Groups: []Membership{{ID: consoleID, Display: "Permission Set: Sales Console", Kind: KindPermissionSet, Name: "Sales_Console"}}}
	sent := map[string]any{"value": "Sales Console", "type": "Permission Set", "primary": true}
	got := m.Render(record, Echo{"entitlements": {Sent: []any{sent}}}, access)["entitlements"]
	want := []any{sent, map[string]any{"value": standardID, "display": "Standard User", "type": "Profile"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entitlements (-want +got):\n%s", diff)
	}
}

func TestOfSeveralRolesThePrimaryCounts(t *testing.T) {
	m := mustNew(t, Config{})
	user := minimal()
	user["roles"] = []any{map[string]any{"value": "Support"}, map[string]any{"value": "Sales", "primary": true}}
	draft, err := m.Create(user, ordinaryOrg().org())
	if err != nil || draft.Role == nil || draft.Role.Value != "Sales" || len(draft.Notes) != 1 {
		t.Errorf("Create = %+v, %v, want the primary role and a note", draft, err)
	}
}
