package mapping

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a PUT means by saying a role in two places: A is what the user has, and B
// and C are others.
func TestAPutThatSaysARoleTwice(t *testing.T) {
	m := mustNew(t, Config{})
	ids := map[string]string{"A": "00E000000000001AAA", "B": "00E000000000002AAA", "C": "00E000000000003AAA"}
	user := func(list, name string) map[string]any {
		out := minimal()
		if list != "" {
			out["roles"] = []any{map[string]any{"value": ids[list], "display": list}}
		}
		if name != "" {
			out[SalesforceURN] = map[string]any{"role": name}
		}
		return out
	}
	listSent := Echo{"roles": {Sent: user("A", "")["roles"]}}
	nameSent := Echo{SalesforceURN + ":role": {Sent: "A"}}
	both := Echo{"roles": listSent["roles"], SalesforceURN + ":role": nameSent[SalesforceURN+":role"]}
	readA := Seen(user("A", "A"))
	for _, c := range []struct {
		name                   string
		list, text             string // in the body
		echo                   Echo
		seen                   map[string]any
		wantedList, wantedText string
	}{
		{"by its name alone", "", "B", nil, nil, "A", "B"},
		{"by its name alone, after it was read", "", "B", nil, readA, "A", "B"},
		{"by its name alone as it is", "", "A", nil, readA, "A", "A"},
		{"in the list alone", "B", "", nil, nil, "B", "A"},
		{"in the list alone, after both were sent", "B", "", both, nil, "B", "A"},
		{"in the list alone as it is, after both were sent", "A", "", both, nil, "A", "A"},
		{"nowhere, and never before", "", "", nil, nil, "A", "A"},
		{"nowhere, after it was sent in the list", "", "", listSent, nil, "", "A"},
		{"nowhere, after its name was sent", "", "", nameSent, nil, "A", ""},
		{"nowhere, after both were sent", "", "", both, nil, "", ""},
		{"the name is changed in what was read", "A", "B", nil, readA, "A", "B"},
		{"the list is changed in what was read", "B", "A", nil, readA, "B", "A"},
		{"the list is changed in what was read, after its name was sent", "B", "A", nameSent, readA, "B", "A"},
		{"the name is new, the list as it is", "A", "B", nil, nil, "A", "B"},
		{"the name is as it was sent, the list an old copy", "B", "A", nameSent, nil, "A", "A"},
		{"the list is as it was sent, the name an old copy", "A", "B", listSent, nil, "A", "A"},
		{"both were sent, one is new", "B", "A", both, nil, "B", "A"},
		{"both are new", "B", "C", nil, nil, "B", "C"},
	} {
		t.Run(c.name, func(t *testing.T) {
			current, body := user("A", "A"), user(c.list, c.text)
			desired, _ := m.Replacement(current, body, c.echo, c.seen)
			got := [2]string{title(first(desired["roles"])), ""}
			if name, _ := pathOf(SalesforceURN + ":role").get(desired).(string); name != "" {
				got[1] = name
			}
			if diff := cmp.Diff([2]string{c.wantedList, c.wantedText}, got); diff != "" {
				t.Errorf("list and name (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(user("A", "A"), current); diff != "" {
				t.Errorf("current was written to: %s", diff)
			}
			if diff := cmp.Diff(user(c.list, c.text), body); diff != "" {
				t.Errorf("the body was written to: %s", diff)
			}
		})
	}
}

// What was read and is put back gives nothing that somebody has taken away since.
func TestARoleThatWasTakenAwaySinceItWasReadStaysSo(t *testing.T) {
	m := mustNew(t, Config{})
	read := minimal()
	read["roles"] = []any{map[string]any{"value": salesID, "display": "Sales"}}
	read[SalesforceURN] = map[string]any{"role": "Sales"}
	desired, _ := m.Replacement(minimal(), read, nil, Seen(read))
	if diff := cmp.Diff(minimal(), desired); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A profile stands among permission sets, and cannot be taken away.
func TestAPutThatSaysAProfileTwice(t *testing.T) {
	m := mustNew(t, Config{})
	element := func(id, name, kind string) map[string]any {
		return map[string]any{"value": id, "display": name, "type": kind}
	}
	standard, admin := element(standardID, "Standard User", KindProfile), element(adminID, "System Administrator", KindProfile)
	set := element(consoleID, "Sales Console", KindPermissionSet)
	user := func(name string, elements ...any) map[string]any {
		out := minimal()
		if len(elements) > 0 {
			out["entitlements"] = elements
		}
		if name != "" {
			out[SalesforceURN] = map[string]any{"profile": name}
		}
		return out
	}
	current := user("Standard User", standard, set)
	for _, c := range []struct {
		name       string
		body, want map[string]any
		echo       Echo
		seen       map[string]any
	}{
		{"a name with the old list", user("System Administrator", standard, set), user("System Administrator", standard, set), nil, nil},
		{"a name without a list", user("System Administrator"), user("System Administrator", standard, set), nil, nil},
		{"a list without a name", user("", admin, set), user("Standard User", admin, set), nil, nil},
		{"a list without a profile and a name", user("System Administrator", set), user("System Administrator", set, standard), nil, nil},
		{
			"a name that was sent with a list that was not", user("Standard User", admin, set), user("Standard User", standard, set),
			Echo{SalesforceURN + ":profile": {Sent: "Standard User"}},
			nil,
		},
		{"a new list after both were read", user("Standard User", admin, set), user("Standard User", admin, set), nil, Seen(current)},
		{"two that are new", user("Read Only", admin, set), user("Read Only", admin, set), nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			desired, _ := m.Replacement(current, c.body, c.echo, c.seen)
			if !(entitlements{}).same(c.want["entitlements"], desired["entitlements"]) {
				t.Errorf("entitlements are %v, want %v", desired["entitlements"], c.want["entitlements"])
			}
			if diff := cmp.Diff(c.want[SalesforceURN], desired[SalesforceURN]); diff != "" {
				t.Errorf("the extension (-want +got):\n%s", diff)
			}
		})
	}
}

// first is the first element of a list, nil for none.
func first(value any) map[string]any {
	if all, _ := elements(value); len(all) > 0 {
		return all[0]
	}
	return nil
}

func TestANameFollowsItsListInTheConfiguration(t *testing.T) {
	name := SalesforceURN + ":profile"
	for what, c := range map[string]struct {
		overrides      []Override
		there, written bool
	}{
		"nothing is configured":        {nil, true, true},
		"the list is read only":        {[]Override{{Attribute: "entitlements", Direction: FromSalesforce}}, true, false},
		"the list is taken out":        {[]Override{{Attribute: "entitlements", Drop: true}}, false, false},
		"the list is of new users":     {[]Override{{Attribute: "entitlements", OnlyOnCreate: true}}, true, false},
		"the name is taken out itself": {[]Override{{Attribute: name, Drop: true}}, false, false},
		"the name is read only itself": {[]Override{{Attribute: name, Direction: FromSalesforce}}, true, false},
	} {
		t.Run(what, func(t *testing.T) {
			m := mustNew(t, Config{Overrides: c.overrides})
			if _, there := find(m.rows, name); there != c.there {
				t.Errorf("it is there: %v", there)
			}
			if _, there := salesforceSchema(t, m).Attributes.ContainsAttribute("profile"); there != c.there {
				t.Errorf("it is in the schema: %v", there)
			}
			current, desired := minimal(), minimal()
			desired[SalesforceURN] = map[string]any{"profile": "Read Only"}
			draft, err := m.Change(current, desired, ordinaryOrg().org())
			if err != nil {
				t.Fatal(err)
			}
			if written := draft.ProfileName != nil; written != c.written {
				t.Errorf("it is written: %v", written)
			}
		})
	}
}
