package query

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"scimforce/salesforce/simulator/org"
)

// heap is a group of the model's.
type heap struct {
	keys []any
	rows []org.Row
}

// measure is an aggregate: its SOQL, and what it means.
type measure struct {
	soql string
	of   func(h heap) any
}

// key reads what GROUP BY groups by.
func (w world) key(row org.Row, by string) any {
	switch by {
	case "CALENDAR_YEAR(CreatedDate)":
		return int64(row["CreatedDate"].(time.Time).Year())
	case "DAY_IN_WEEK(CreatedDate)":
		return int64(row["CreatedDate"].(time.Time).Weekday()) + 1
	}
	return w.value(row, by)
}

func (w world) measures() []measure {
	values := func(h heap, path string) []any {
		var out []any
		for _, row := range h.rows {
			if v := w.value(row, path); v != nil {
				out = append(out, v)
			}
		}
		return out
	}
	best := func(h heap, path string, descending bool) any {
		all := values(h, path)
		if len(all) == 0 {
			return nil
		}
		return slices.MinFunc(all, func(a, b any) int { return w.compare(path, a, b, descending, false) })
	}
	return []measure{
		{"COUNT(Id)", func(h heap) any { return int64(len(h.rows)) }},
		{"COUNT(Title)", func(h heap) any { return int64(len(values(h, "Title"))) }},
		{"COUNT_DISTINCT(FirstName)", func(h heap) any {
			distinct := map[string]bool{}
			for _, v := range values(h, "FirstName") {
				distinct[fold(v.(string))] = true
			}
			return int64(len(distinct))
		}},
		{"MIN(LastName)", func(h heap) any { return best(h, "LastName", false) }},
		{"MAX(Manager.Username)", func(h heap) any { return best(h, "Manager.Username", true) }},
		{"MAX(CreatedDate)", func(h heap) any { return best(h, "CreatedDate", true) }},
		{"SUM(NumberOfFailedLogins)", func(h heap) any {
			sum := int64(0)
			for _, v := range values(h, "NumberOfFailedLogins") {
				sum += v.(int64)
			}
			return sum
		}},
		{"AVG(NumberOfFailedLogins)", func(h heap) any {
			sum := 0.0
			for _, v := range values(h, "NumberOfFailedLogins") {
				sum += float64(v.(int64))
			}
			return sum / float64(len(h.rows))
		}},
	}
}

// heaps groups rows, in the order of the groups' keys.
func (w world) heaps(rows []org.Row, by []string) []heap {
	var out []heap
	for _, row := range rows {
		keys := make([]any, len(by))
		for i := range by {
			keys[i] = w.key(row, by[i])
		}
		at := slices.IndexFunc(out, func(h heap) bool {
			return fold(fmt.Sprint(h.keys...)) == fold(fmt.Sprint(keys...)) // ambiguous only for what no test has
		})
		if at < 0 {
			out = append(out, heap{keys: keys})
			at = len(out) - 1
		}
		out[at].rows = append(out[at].rows, row)
	}
	slices.SortStableFunc(out, func(a, b heap) int {
		for i := range by {
			if c := w.compare(by[i], a.keys[i], b.keys[i], false, false); c != 0 {
				return c
			}
		}
		return 0
	})
	return out
}

// onWire is a value as JSON has it.
func onWire(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.000-0700")
	}
	return v
}

func TestAggregatesAgreeWithTheModel(t *testing.T) {
	w := newWorld(t)
	keys := []string{"UserType", "IsActive", "Division", "Department", "ProfileId", "Profile.Name", "UserRole.Name", "CALENDAR_YEAR(CreatedDate)", "DAY_IN_WEEK(CreatedDate)"}
	rapid.Check(t, func(rt *rapid.T) {
		c := w.clause(rt, 2)
		var rows []org.Row
		for _, row := range w.rows {
			if c.holds(row) {
				rows = append(rows, row)
			}
		}
		by := rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, 3, func(s string) string { return s }).Draw(rt, "by")
		wanted := rapid.SliceOfNDistinct(rapid.SampledFrom(w.measures()), 1, 4, func(m measure) string { return m.soql }).Draw(rt, "measures")
		var items []string
		for i, key := range by {
			items = append(items, fmt.Sprintf("%s k%d", key, i))
		}
		for i, m := range wanted {
			items = append(items, fmt.Sprintf("%s m%d", m.soql, i))
		}
		statement := "SELECT " + strings.Join(items, ", ") + " FROM User WHERE " + c.soql + " GROUP BY " + strings.Join(by, ", ")
		heaps := w.heaps(rows, by)
		if rapid.Bool().Draw(rt, "having") {
			n := rapid.IntRange(0, 6).Draw(rt, "n")
			op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "=", "!="}).Draw(rt, "op")
			not := rapid.Bool().Draw(rt, "not")
			statement += fmt.Sprintf(map[bool]string{true: " HAVING NOT COUNT(Id) %s %d", false: " HAVING COUNT(Id) %s %d"}[not], op, n)
			heaps = slices.DeleteFunc(heaps, func(h heap) bool { return ordered(len(h.rows)-n, op) == not })
		}
		if rapid.Bool().Draw(rt, "ordered") {
			descending := rapid.Bool().Draw(rt, "descending")
			statement += " ORDER BY COUNT(Id)" + map[bool]string{true: " DESC", false: ""}[descending]
			slices.SortStableFunc(heaps, func(a, b heap) int {
				if descending {
					a, b = b, a
				}
				return len(a.rows) - len(b.rows)
			})
		}
		if rapid.Bool().Draw(rt, "limited") {
			limit, offset := rapid.IntRange(0, 6).Draw(rt, "limit"), rapid.IntRange(0, 3).Draw(rt, "offset")
			statement += fmt.Sprintf(" LIMIT %d OFFSET %d", limit, offset)
			heaps = heaps[min(offset, len(heaps)):]
			heaps = heaps[:min(limit, len(heaps))]
		}
		want, got := []map[string]any{}, []map[string]any{}
		for _, h := range heaps {
			row := map[string]any{"attributes": map[string]any{"type": "AggregateResult"}}
			for i := range by {
				row[fmt.Sprint("k", i)] = onWire(h.keys[i])
			}
			for i, m := range wanted {
				row[fmt.Sprint("m", i)] = onWire(m.of(h))
			}
			want = append(want, row)
		}
		for _, row := range run(rt, w.org, statement).Rows {
			var fields map[string]any
			if err := json.Unmarshal(row, &fields); err != nil {
				rt.Fatalf("%s: %v", row, err)
			}
			got = append(got, fields)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("%s (-model +evaluator):\n%s", statement, diff)
		}
	})
}
