package query

import (
	"encoding/json"
	"testing"
	"time"

	"scimforce/salesforce/simulator/org"
)

// noon is when the test orgs live: a Monday.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newOrg(t testing.TB, users int) *org.Org {
	t.Helper()
	o, err := org.New(org.Config{Users: users, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// reporter is what tests and property tests have in common.
type reporter interface {
	Helper()
	Fatalf(format string, args ...any)
}

func run(t reporter, o *org.Org, statement string) *Result {
	t.Helper()
	result, err := Run(o, org.Actor{}, statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return result
}

// rows runs a statement and gives its records as text: JSON without the
// attributes.
func rows(t reporter, o *org.Org, statement string) []string {
	t.Helper()
	out := []string{}
	for _, row := range run(t, o, statement).Rows {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(row, &fields); err != nil {
			t.Fatalf("%s: %s: %v", statement, row, err)
		}
		out = append(out, string(row[len(`{"attributes":,`)+len(fields["attributes"]):len(row)-1]))
	}
	return out
}

// firstColumn runs a statement that selects one field, or a field of a parent,
// and gives it of every record as text, "null" for null.
func firstColumn(t reporter, o *org.Org, statement string) []string {
	t.Helper()
	out := []string{}
	for _, row := range run(t, o, statement).Rows {
		out = append(out, onlyValue(t, row))
	}
	return out
}

func onlyValue(t reporter, row json.RawMessage) string {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(row, &fields); err != nil {
		t.Fatalf("%s: %v", row, err)
	}
	delete(fields, "attributes")
	for _, v := range fields {
		var s string
		switch {
		case v[0] == '{':
			return onlyValue(t, v)
		case json.Unmarshal(v, &s) == nil && v[0] == '"':
			return s
		}
		return string(v)
	}
	return ""
}

func insert(t testing.TB, o *org.Org, object string, values map[string]any) string {
	t.Helper()
	id, errs := o.Insert(org.Actor{UserID: o.AdminID()}, object, values)
	if errs != nil {
		t.Fatal(errs)
	}
	return id
}
