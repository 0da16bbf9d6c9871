package directory

import (
	"testing"

	"scimforce/salesforce/soql"
	"scimforce/scim/filter"
	"scimforce/scim/mapping"
)

func TestEveryKindOfFieldIsCompared(t *testing.T) {
	for _, c := range []struct {
		name, kind    string
		operator      filter.Operator
		value         any
		where, others string // conditions; "none" for nobody, "" where only what is read decides
	}{
		{"a number", "number", filter.Eq, 7.0, "F != null AND F = 7", "F = null OR F != 7"},
		{"a number as a text", "number", filter.Ge, "0.25", "F != null AND F >= 0.25", "F = null OR F < 0.25"},
		{"a negative number", "number", filter.Lt, -3.5, "F != null AND F < -3.5", "F = null OR F >= -3.5"},
		{"a number at most", "number", filter.Le, 1e6, "F != null AND F <= 1000000", "F = null OR F > 1000000"},
		{"a number above", "number", filter.Gt, 0.0, "F != null AND F > 0", "F = null OR F <= 0"},
		{"a number that float64 does not hold", "number", filter.Eq, 1e15, "", ""},
		{"no number", "number", filter.Eq, "seven", "", ""},
		{"NaN", "number", filter.Eq, "NaN", "", ""},
		{"infinity", "number", filter.Lt, "Inf", "", ""},
		{"a date", "date", filter.Eq, "2026-01-31", "F = 2026-01-31", "F = null OR F != 2026-01-31"},
		{"a date with a time", "date", filter.Eq, "2026-01-31T00:00:00Z", "none", ""},
		{"no date", "date", filter.Eq, "2026-02-31", "none", ""},
		{"a date that no field holds", "date", filter.Eq, "1066-10-14", "none", ""},
		{"a part of a date", "date", filter.Sw, "2026", "", ""},
		{"one of several values", "multipicklist", filter.Eq, "it's", `F INCLUDES ('it\'s')`, `F = null OR F EXCLUDES ('it\'s')`},
		{"what separates values", "multipicklist", filter.Eq, "a;b", "Id = null", "F = null OR Id != null"},
		{"a part of a value", "multipicklist", filter.Co, "a", "", ""},
		{"a value of a picklist", "enum", filter.Eq, "de-AT", "F IN ('de-AT', 'de_AT')", ""},
		{"no id", "id", filter.Eq, "x", "none", ""},
		{"an empty text", "string", filter.Eq, "", "none", ""},
		{"anything", "string", filter.Co, "", "F != null", "F = null"},
		{"a text", "string", filter.Sw, "50%", `F LIKE '50\%%'`, `F = null OR (NOT F LIKE '50\%%')`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var v leaf
			compare := filter.Compare{Operator: c.operator, Value: c.value}
			if c.kind == "number" {
				v = compareNumber("F", compare)
			} else {
				how, _ := textOperator(c.operator)
				v = byField(mapping.Search{Field: "F", Kind: c.kind}, how, c.value.(string))
			}
			where := map[extent]string{nobody: "none"}[v.extent]
			if v.extent == some {
				where = textOf(t, v.where)
			}
			if where != c.where || textOf(t, v.others) != c.others {
				t.Errorf("%q, else %q; want %q, else %q", where, textOf(t, v.others), c.where, c.others)
			}
		})
	}
}

func textOf(t *testing.T, c soql.Condition) string {
	t.Helper()
	if c.IsZero() {
		return ""
	}
	statement, err := soql.Select{Count: true, From: "O", Where: c}.Build()
	if err != nil {
		t.Fatal(err)
	}
	return statement[len("SELECT COUNT() FROM O WHERE "):]
}
