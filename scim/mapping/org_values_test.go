package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	scimerrors "github.com/elimity-com/scim/errors"
	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

// A value of each type, what Salesforce holds of it, and what it is read as
// where that is not what was sent.
var values = []struct {
	field      string
	sent, held any
	shown      any
	otherwise  any // the same in another spelling
	others     []any
}{
	{field: "Badge__c", sent: "B-1", held: "B-1", others: []any{"b-1"}},
	{field: "Region__c", sent: "EMEA", held: "EMEA"},
	{field: "Region__c", sent: "asia and pacific", held: "APAC"},
	{field: "Office__c", sent: "London", held: "London"},
	{field: "Skills__c", sent: []any{"SQL", "Go", "Go"}, held: "Go;SQL", otherwise: []any{"Go", "SQL"}, others: []any{[]any{"Go"}, []any{"Go", "COBOL"}}},
	{field: "Contractor__c", sent: true, held: true, others: []any{false}},
	{field: "Quota__c", sent: -12.125, held: -12.125, others: []any{12.125, 0.0}},
	{field: "Heads__c", sent: 0.0, held: 0.0, others: []any{1.0}},
	{field: "Rate__c", sent: 1e15, held: 1e15},
	{field: "Share__c", sent: 80.0, held: 80.0},
	{field: "Hired__c", sent: "2026-01-31", held: "2026-01-31", otherwise: "2026-01-31T23:59:59-11:00", others: []any{"2026-02-01"}},
	{field: "Hired__c", sent: "2026-01-31T00:00:00Z", held: "2026-01-31", otherwise: "2026-01-31"},
	{field: "Reviewed__c", sent: "2026-01-31T10:00:00+02:00", held: "2026-01-31T08:00:00.000+0000", otherwise: "2026-01-31T08:00:00Z", others: []any{"2026-01-31T10:00:00Z"}},
	{field: "Reviewed__c", sent: "2026-01-31T10:00:00.5Z", held: "2026-01-31T10:00:00.000+0000", shown: "2026-01-31T10:00:00Z"},
	{field: "Desk__c", sent: "+49 89 1", held: "+49 89 1"},
	{field: "Page__c", sent: "acme.example/ada", held: "acme.example/ada"},
	{field: "Private__c", sent: "ada@home.example", held: "ada@home.example"},
	{field: "Notes__c", sent: "one\ntwo", held: "one\ntwo"},
	{field: "Buddy__c", sent: bossID, held: bossID, otherwise: bossID[:15]},
	{field: "Buddy__c", sent: bossID[:15], held: bossID, shown: bossID},
	{field: "Alias", sent: "ada", held: "ada"},
	{field: "EmailEncodingKey", sent: "iso-8859-1", held: "ISO-8859-1"},
	{field: "UserPermissionsMarketingUser", sent: true, held: true},
}

func TestValuesOfTheOrgsFieldsComeBackAsTheyWereSent(t *testing.T) {
	fields := described(t, customized())
	m := mustFor(t, mustNew(t, Config{}), fields)
	for _, c := range values {
		t.Run(fmt.Sprintf("%s %v", c.field, c.sent), func(t *testing.T) {
			user := minimal()
			user[SalesforceURN] = map[string]any{c.field: c.sent}
			draft, err := m.Create(user, orgOf(fields))
			if err != nil {
				t.Fatal(err)
			}
			written, ok := draft.Fields[c.field]
			if !ok {
				t.Fatalf("nothing is written: %v, notes %v", draft.Fields, draft.Notes)
			}
			if text, ok := written.(string); ok && c.field == "Skills__c" {
				written = strings.Join(slices.Sorted(strings.SplitSeq(text, ";")), ";")
			} else if ok && c.field == "Reviewed__c" {
				written = strings.ReplaceAll(strings.ReplaceAll(text, "Z", "+0000"), ".500", ".000")
			} else if ok && c.field == "Buddy__c" && len(text) == 15 {
				written = bossID
			}
			if written != c.held {
				t.Errorf("%v is written, want %v", written, c.held)
			}
			record := map[string]any{"Id": bossID, c.field: c.held}
			echo := m.Remember(nil, draft, nil, record)
			shown := m.Render(record, echo, Access{})
			want := c.shown
			if want == nil {
				want = c.sent
			}
			got, _ := shown[SalesforceURN].(map[string]any)
			if diff := cmp.Diff(want, got[c.field]); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
			// Sent back, or sent in another spelling, it changes nothing.
			for _, again := range []any{got[c.field], c.sent, c.otherwise} {
				if again == nil || c.field == "Reviewed__c" && c.shown != nil && again == c.sent {
					continue
				}
				desired := map[string]any{SalesforceURN: map[string]any{c.field: again}}
				if change, err := m.Change(shown, desired, orgOf(fields)); err != nil || len(change.Fields) > 0 {
					t.Errorf("%v sent again writes %v (%v)", again, change.Fields, err)
				}
			}
			for _, other := range c.others {
				desired := map[string]any{SalesforceURN: map[string]any{c.field: other}}
				if change, err := m.Change(shown, desired, orgOf(fields)); err != nil || len(change.Fields) != 1 || change.Fields[c.field] == nil {
					t.Errorf("%v writes %v (%v)", other, change.Fields, err)
				}
			}
			// Once somebody changes it in Salesforce, that is what is read.
			if c.field == "Hired__c" || c.field == "Badge__c" {
				after := m.Render(map[string]any{"Id": bossID, c.field: "2025-05-05"}, echo, Access{})
				if got := after[SalesforceURN].(map[string]any)[c.field]; got != "2025-05-05" {
					t.Errorf("after a change in Salesforce %v is read", got)
				}
			}
		})
	}
}

func TestClearingAFieldOfTheOrg(t *testing.T) {
	fields := described(t, customized())
	m := mustFor(t, mustNew(t, Config{}), fields)
	for _, c := range values {
		current := m.Render(map[string]any{"Id": bossID, c.field: c.held}, nil, Access{})
		change, err := m.Change(current, map[string]any{}, orgOf(fields))
		if err != nil {
			t.Fatal(err)
		}
		value, cleared := change.Fields[c.field]
		stays := slices.Contains([]string{"Contractor__c", "Alias", "EmailEncodingKey", "UserPermissionsMarketingUser"}, c.field)
		if cleared == stays || value != nil {
			t.Errorf("%s: cleared %v, to %v", c.field, cleared, value)
		}
	}
}

func TestValuesThatAFieldOfTheOrgDoesNotTake(t *testing.T) {
	fields := described(t, customized())
	m := mustFor(t, mustNew(t, Config{}), fields)
	for _, c := range []struct {
		field string
		sent  any
		says  string
	}{
		{"Badge__c", "123456789", "Badge__c: 9 characters are too long for the Salesforce field Badge__c, which holds 8"},
		{"Region__c", "EMEAA", `Region__c: "EMEAA" is none of the values that the Salesforce field Region__c takes; the nearest is "EMEA"`},
		{"Skills__c", []any{"Go", "Sql2"}, `Skills__c: "Sql2" is none of the values that the Salesforce field Skills__c takes; the nearest is "SQL"`},
		{"Skills__c", []any{"Go;SQL"}, `Skills__c: "Go;SQL" is no single value: a semicolon separates values in Salesforce`},
		{"Skills__c", "Go", "Skills__c: a list of strings is expected"},
		{"Contractor__c", "yes", "Contractor__c: true or false is expected"},
		{"Quota__c", 1.2345, "Quota__c: 4 digits behind the decimal point are too many for the Salesforce field Quota__c, which holds 3"},
		{"Quota__c", 1e15, "Quota__c: 16 digits are too many for the Salesforce field Quota__c, which holds 15 before the decimal point"},
		{"Heads__c", 0.5, "Heads__c: 1 digits behind the decimal point are too many for the Salesforce field Heads__c, which holds 0"},
		{"Quota__c", "much", "Quota__c: a number is expected"},
		{"Hired__c", "31.01.2026", "Hired__c: a date like 2026-01-31 is expected, of a year from 1700 to 4000"},
		{"Hired__c", "0001-01-01", "Hired__c: a date like 2026-01-31 is expected, of a year from 1700 to 4000"},
		{"Reviewed__c", "9999-12-31T23:59:59Z", "Reviewed__c: a date and time like 2026-01-31T09:30:00Z is expected, of a year from 1700 to 4000"},
		{"Buddy__c", "somebody", "Buddy__c: the id of a record is expected, of 15 or 18 letters and digits"},
		{"Buddy__c", "005' OR Id != ''", "Buddy__c: the id of a record is expected, of 15 or 18 letters and digits"},
		{"Buddy__c", 5.0, "Buddy__c: a string is expected"},
	} {
		user := minimal()
		user[SalesforceURN] = map[string]any{c.field: c.sent}
		_, err := m.Create(user, orgOf(fields))
		if err == nil || !strings.HasSuffix(err.Error(), "(invalidValue) - "+c.says) {
			t.Errorf("%s %v: %v, want %s", c.field, c.sent, err, c.says)
		}
		if _, unknown := errors.AsType[UnknownValueError](err); unknown != strings.Contains(c.says, "is none of the values") {
			t.Errorf("%s %v: is the value unknown? %v", c.field, c.sent, unknown)
		}
	}
}

func TestAnImmutableFieldTakesItsFirstValueAlone(t *testing.T) {
	fields := append(described(t, org.Config{}), Field{Name: "Once__c", Type: "string", Custom: true, Createable: true, Nillable: true, Length: 10})
	m := mustFor(t, mustNew(t, Config{}), fields)
	user := minimal()
	user[SalesforceURN] = map[string]any{"Once__c": "first"}
	draft, err := m.Create(user, orgOf(fields))
	if err != nil || draft.Fields["Once__c"] != "first" {
		t.Fatalf("%v, %v", draft.Fields, err)
	}
	current := m.Render(map[string]any{"Id": bossID, "Once__c": "first"}, nil, Access{})
	for name, c := range map[string]struct {
		once any
		want scimerrors.ScimType
	}{
		"the same":      {"first", ""},
		"another value": {"second", scimerrors.ScimTypeMutability},
		"none":          {nil, ""},
	} {
		draft, err := m.Change(current, map[string]any{SalesforceURN: map[string]any{"Once__c": c.once}}, orgOf(fields))
		problem, _ := errors.AsType[scimerrors.ScimError](err)
		if problem.ScimType != c.want || len(draft.Fields) > 0 {
			t.Errorf("%s: %v, %v", name, draft.Fields, err)
		}
	}
}

func TestWhatCreateMakesUpGivesWayToWhatIsSent(t *testing.T) {
	fields := described(t, org.Config{})
	m := mustFor(t, mustNew(t, Config{Defaults: Defaults{EmailEncoding: "Shift_JIS"}}), fields)
	for _, c := range []struct {
		sent            map[string]any
		alias, encoding string
	}{
		{nil, "barbara.", "Shift_JIS"},
		{map[string]any{"Alias": "babs", "EmailEncodingKey": "UTF-8"}, "babs", "UTF-8"},
	} {
		user := minimal()
		if c.sent != nil {
			user[SalesforceURN] = c.sent
		}
		draft, err := m.Create(user, orgOf(fields))
		if err != nil {
			t.Fatal(err)
		}
		if draft.Fields["Alias"] == "" || c.sent != nil && draft.Fields["Alias"] != c.alias || draft.Fields["EmailEncodingKey"] != c.encoding {
			t.Errorf("%v makes %v and %v", c.sent, draft.Fields["Alias"], draft.Fields["EmailEncodingKey"])
		}
	}
}

func TestAPutClearsOnlyThoseFieldsOfTheOrgThatTheIdPKnowsOf(t *testing.T) {
	fields := described(t, customized())
	m := mustFor(t, mustNew(t, Config{}), fields)
	record := map[string]any{"Id": bossID, "Badge__c": "B-1", "Region__c": "EMEA", "FederationIdentifier": "ada", "Contractor__c": true}
	sent := Echo{SalesforceURN + ":Region__c": {Sent: "EMEA", Held: "EMEA"}}
	current := m.Render(record, sent, Access{})
	read := Seen(current)
	ext := func(pairs ...any) map[string]any {
		out := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1]
		}
		return map[string]any{SalesforceURN: out}
	}
	for name, c := range map[string]struct {
		body    map[string]any
		echo    Echo
		seen    map[string]any
		cleared []string
	}{
		"a body without the extension":                             {map[string]any{}, nil, nil, nil},
		"the same, of an IdP that has read the user":               {map[string]any{}, nil, read, nil},
		"the same, of an IdP that has sent the region":             {map[string]any{}, sent, nil, []string{"Region__c"}},
		"a body with another field of the extension":               {ext("Badge__c", "B-1"), nil, nil, nil},
		"the same, of an IdP that has sent the region, and no one": {ext("Badge__c", "B-1"), sent, nil, []string{"Region__c"}},
		"the same, of an IdP that has read the extension":          {ext("Badge__c", "B-1"), nil, read, []string{"FederationIdentifier", "Region__c"}},
		"all of it": {ext("Badge__c", "B-1", "Region__c", "EMEA", "FederationIdentifier", "ada"), sent, read, nil},
	} {
		before := cmp.Diff(c.body, nil)
		desired, _ := m.Replacement(current, c.body, c.echo, c.seen)
		if cmp.Diff(c.body, nil) != before {
			t.Errorf("%s: the body was changed", name)
		}
		draft, err := m.Change(current, desired, orgOf(fields))
		if err != nil {
			t.Fatal(err)
		}
		var cleared []string
		for field, value := range draft.Fields {
			if value == nil {
				cleared = append(cleared, field)
			}
		}
		slices.Sort(cleared)
		if !slices.Equal(cleared, c.cleared) || len(cleared) != len(draft.Fields) {
			t.Errorf("%s: writes %v, want only %v cleared", name, draft.Fields, c.cleared)
		}
	}
}

func TestWhatAnIdPHasSentOfTheOrgsFieldsIsRemembered(t *testing.T) {
	fields := described(t, customized())
	m := mustFor(t, mustNew(t, Config{}), fields)
	key := SalesforceURN + ":Badge__c"
	user := minimal()
	user[SalesforceURN] = map[string]any{"Badge__c": "B-1", "Contractor__c": true}
	draft, err := m.Create(user, orgOf(fields))
	if err != nil {
		t.Fatal(err)
	}
	record := map[string]any{"Id": bossID, "Username": user["userName"], "Badge__c": "B-1", "Contractor__c": true}
	echo := m.Remember(nil, draft, nil, record)
	if _, ok := echo[key]; !ok || len(echo) != 1 { // a checkbox is never cleared
		t.Errorf("the echo is %v", echo)
	}
	if later := m.Remember(echo, Draft{Fields: map[string]any{"Title": "x"}}, record, record); later[key].Sent != "B-1" {
		t.Errorf("after a write of something else the echo is %v", later)
	}
	changed := map[string]any{"Id": bossID, "Username": user["userName"], "Badge__c": "B-2"}
	if later := m.Remember(echo, Draft{Fields: map[string]any{"Title": "x"}}, changed, changed); len(later) != 0 {
		t.Errorf("after a change in Salesforce the echo is %v", later)
	}
}
