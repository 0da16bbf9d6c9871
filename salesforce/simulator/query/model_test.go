package query

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"scimforce/salesforce/simulator/org"
)

// The model evaluates conditions over whole rows, one after the other, without
// parser, indexes or compiled paths: slow and plain, to disagree with.

// clause is a random condition: its SOQL, and what it means.
type clause struct {
	soql  string
	holds func(row org.Row) bool
}

// world is an org and its users as the model sees them.
type world struct {
	org       *org.Org
	rows      []org.Row // users by id
	userTypes []string
	zone      *time.Location
}

func newWorld(t testing.TB) world {
	o := newOrg(t, 60)
	w := world{org: o}
	users, _ := o.Object("User")
	at, _ := users.FieldIndex("UserType")
	for _, v := range users.Fields[at].Picklist {
		w.userTypes = append(w.userTypes, v.Value)
	}
	for i, id := range firstColumn(t, o, "SELECT Id FROM User") {
		changes := map[string]any{}
		if i%3 == 0 {
			changes["Division"] = []string{"North", "north", "South_1", "50%", `a\b`, "o'clock"}[i/3%6]
		}
		if i%4 == 1 {
			changes["ManagerId"] = o.AdminID()
		}
		if i%7 == 0 {
			changes["UserRoleId"] = nil
		}
		if len(changes) > 0 && i > 2 {
			if errs := o.Update(org.Actor{}, "User", id, changes); errs != nil {
				t.Fatal(errs)
			}
		}
	}
	w.zone = zoneOf(t, o)
	insert(t, o, "Group", map[string]any{"Name": "by the administrator"})
	for _, id := range firstColumn(t, o, "SELECT Id FROM User") {
		row, _ := o.Find("User", id)
		w.rows = append(w.rows, row)
	}
	return w
}

// zoneOf is the org's time zone: whoever is no user reckons by it.
func zoneOf(t testing.TB, o *org.Org) *time.Location {
	t.Helper()
	row, _ := o.Find("Organization", o.ID())
	name, _ := row["TimeZoneSidKey"].(string)
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// value reads a path of the model's: at most one relationship.
func (w world) value(row org.Row, path string) any {
	relationship, field, ok := strings.Cut(path, ".")
	if !ok {
		return row[path]
	}
	object, reference := relationship, relationship+"Id"
	if relationship == "Manager" {
		object = "User"
	}
	id, _ := row[reference].(string)
	up, ok := w.org.Find(object, id)
	if !ok {
		return nil
	}
	return up[field]
}

func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// respell writes a value in another way that means the same.
func respell(t *rapid.T, path, s string) string {
	id := strings.HasSuffix(path, "Id")
	switch rapid.IntRange(0, 2).Draw(t, "spelling") {
	case 0:
		if id {
			return s[:15]
		}
		return strings.ToUpper(s)
	case 1:
		return strings.ToLower(s)
	}
	return s
}

func fold(s string) string { return strings.ToLower(s) }

func textPaths() []string {
	return []string{
		"Id", "Username", "LastName", "FirstName", "Name", "Division", "Title", "ProfileId", "UserRoleId", "ManagerId", "CommunityNickname",
		"Profile.Name", "UserRole.Name", "UserRole.Id", "Manager.Username", "UserType",
	}
}

// sample takes a value that some row has, or one that none has.
func (w world) sample(t *rapid.T, path string) string {
	row := rapid.SampledFrom(w.rows).Draw(t, "row")
	if s, ok := w.value(row, path).(string); ok {
		return s
	}
	if strings.HasSuffix(path, "Id") {
		return "005000000000001AAA"
	}
	return rapid.SampledFrom([]string{"nobody", "M", "%"}).Draw(t, "other")
}

func (w world) leaf(t *rapid.T) clause {
	switch rapid.IntRange(0, 9).Draw(t, "leaf") {
	case 0:
		want := rapid.Bool().Draw(t, "flag")
		return clause{fmt.Sprintf("IsActive = %v", want), func(row org.Row) bool { return row["IsActive"] == want }}
	case 1:
		path, not := rapid.SampledFrom(textPaths()).Draw(t, "path"), rapid.Bool().Draw(t, "not")
		op := map[bool]string{true: "!=", false: "="}[not]
		return clause{path + " " + op + " null", func(row org.Row) bool { return (w.value(row, path) == nil) != not }}
	case 2:
		return w.like(t)
	case 3:
		return w.in(t)
	case 5:
		return w.day(t)
	case 6:
		n, op := rapid.IntRange(1, 12).Draw(t, "month"), rapid.SampledFrom([]string{"<", "<=", ">", ">=", "=", "!="}).Draw(t, "op")
		return clause{fmt.Sprintf("CALENDAR_MONTH(CreatedDate) %s %d", op, n), func(row org.Row) bool {
			have, _ := row["CreatedDate"].(time.Time)
			return ordered(int(have.UTC().Month())-n, op)
		}}
	case 7: // a checkbox is never null
		not := rapid.Bool().Draw(t, "not")
		op := map[bool]string{true: "!=", false: "="}[not]
		return clause{"IsActive " + op + " null", func(row org.Row) bool { return row["IsActive"] == not }}
	case 4:
		at, _ := rapid.SampledFrom(w.rows).Draw(t, "row")["CreatedDate"].(time.Time)
		op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "=", "!="}).Draw(t, "op")
		return clause{"CreatedDate " + op + " " + at.Format(time.RFC3339), func(row org.Row) bool {
			have, _ := row["CreatedDate"].(time.Time)
			return ordered(have.Compare(at), op)
		}}
	}
	path := rapid.SampledFrom(textPaths()).Draw(t, "path")
	want := w.sample(t, path)
	op := rapid.SampledFrom([]string{"=", "=", "!=", "<", "<=", ">", ">="}).Draw(t, "op")
	return clause{path + " " + op + " " + quoted(respell(t, path, want)), func(row org.Row) bool {
		have, ok := w.value(row, path).(string)
		if !ok {
			return op == "!="
		}
		if strings.HasSuffix(path, "Id") {
			return ordered(strings.Compare(have, want), op)
		}
		return ordered(strings.Compare(strings.ToUpper(have), strings.ToUpper(want)), op)
	}}
}

// day compares a datetime with a date literal, by counting days and months.
func (w world) day(t *rapid.T) clause {
	n := rapid.IntRange(0, 40).Draw(t, "n")
	literals := map[string]func(days, months int) int{ // before, within or after
		"TODAY":                           func(days, _ int) int { return days },
		"YESTERDAY":                       func(days, _ int) int { return days + 1 },
		fmt.Sprint("N_DAYS_AGO:", n):      func(days, _ int) int { return days + n },
		fmt.Sprint("LAST_N_DAYS:", n):     func(days, _ int) int { return outside(days, -n, 0) },
		fmt.Sprint("LAST_N_MONTHS:", n+1): func(_, months int) int { return outside(months, -n-1, -1) },
		fmt.Sprint("N_MONTHS_AGO:", n):    func(_, months int) int { return months + n },
		"THIS_MONTH":                      func(_, months int) int { return months },
	}
	literal := rapid.SampledFrom(slices.Sorted(maps.Keys(literals))).Draw(t, "literal")
	op := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "=", "!="}).Draw(t, "op")
	return clause{"CreatedDate " + op + " " + literal, func(row org.Row) bool {
		have, _ := row["CreatedDate"].(time.Time)
		have, now := have.In(w.zone), noon.In(w.zone)
		midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
		days := int(midnight(have).Sub(midnight(now)).Hours() / 24)
		months := 12*(have.Year()-now.Year()) + int(have.Month()) - int(now.Month())
		return ordered(literals[literal](days, months), op)
	}}
}

func outside(n, from, to int) int {
	switch {
	case n < from:
		return -1
	case n > to:
		return 1
	}
	return 0
}

func ordered(c int, op string) bool {
	switch op {
	case "=":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// like makes prefixes, suffixes and inner pieces, their wildcards escaped.
func (w world) like(t *rapid.T) clause {
	path := rapid.SampledFrom([]string{"Name", "Division", "Username", "UserRole.Name"}).Draw(t, "path")
	whole := []rune(w.sample(t, path))
	from := rapid.IntRange(0, len(whole)).Draw(t, "from")
	piece := string(whole[from:rapid.IntRange(from, len(whole)).Draw(t, "to")])
	text := strings.NewReplacer(`\`, `\\`, `'`, `\'`, `%`, `\%`, `_`, `\_`).Replace(piece)
	shape := rapid.IntRange(0, 3).Draw(t, "shape")
	if piece == "" && shape == 3 {
		shape = 0
	}
	soql := []string{text + "%", "%" + text, "%" + text + "%", text}[shape]
	if rapid.Bool().Draw(t, "one character more") {
		return clause{path + " LIKE '_" + soql + "'", func(row org.Row) bool {
			have, _ := w.value(row, path).(string)
			if have == "" {
				return false
			}
			runes := []rune(fold(have))
			rest, want := string(runes[1:]), fold(piece)
			return []bool{strings.HasPrefix(rest, want), strings.HasSuffix(rest, want), strings.Contains(rest, want), rest == want}[shape]
		}}
	}
	return clause{path + " LIKE '" + soql + "'", func(row org.Row) bool {
		have, ok := w.value(row, path).(string)
		if !ok {
			return false
		}
		have, want := fold(have), fold(piece)
		return []bool{strings.HasPrefix(have, want), strings.HasSuffix(have, want), strings.Contains(have, want), have == want}[shape]
	}}
}

func (w world) in(t *rapid.T) clause {
	path := rapid.SampledFrom(textPaths()).Draw(t, "path")
	var spelled []string
	want := map[string]bool{}
	for range rapid.IntRange(1, 5).Draw(t, "values") {
		v := w.sample(t, path)
		want[fold(v)] = true
		spelled = append(spelled, quoted(respell(t, path, v)))
	}
	not := rapid.Bool().Draw(t, "not")
	op := map[bool]string{true: " NOT IN (", false: " IN ("}[not]
	return clause{path + op + strings.Join(spelled, ", ") + ")", func(row org.Row) bool {
		have, ok := w.value(row, path).(string)
		return (ok && want[fold(have)]) != not
	}}
}

func (w world) join(t *rapid.T) clause {
	profile, _ := w.value(rapid.SampledFrom(w.rows).Draw(t, "row"), "ProfileId").(string)
	not := rapid.Bool().Draw(t, "not")
	op := map[bool]string{true: " NOT IN ", false: " IN "}[not]
	if rapid.Bool().Draw(t, "managers") {
		return clause{"Id" + op + "(SELECT LastModifiedById FROM Group WHERE Name = 'by the administrator')", func(row org.Row) bool {
			return (row["Id"] == w.org.AdminID()) != not
		}}
	}
	return clause{
		"Id" + op + "(SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.ProfileId = " + quoted(profile) + ")",
		func(row org.Row) bool { return (profile != "" && row["ProfileId"] == profile) != not },
	}
}

func (w world) clause(t *rapid.T, depth int) clause {
	kind := rapid.IntRange(0, 4).Draw(t, "kind")
	if depth == 0 || kind < 2 {
		return w.leaf(t)
	}
	if kind == 2 {
		inner := w.clause(t, depth-1)
		return clause{"(NOT (" + inner.soql + "))", func(row org.Row) bool { return !inner.holds(row) }}
	}
	and := kind == 3
	var parts []string
	var inner []clause
	for range rapid.IntRange(2, 3).Draw(t, "parts") {
		c := w.clause(t, depth-1)
		inner = append(inner, c)
		parts = append(parts, "("+c.soql+")")
	}
	return clause{strings.Join(parts, map[bool]string{true: " AND ", false: " OR "}[and]), func(row org.Row) bool {
		for _, c := range inner {
			if c.holds(row) != and {
				return !and
			}
		}
		return and
	}}
}

// compare orders two values as ORDER BY does.
func (w world) compare(path string, x, y any, descending, last bool) int {
	if x == nil || y == nil {
		c := 0
		if x == nil && y != nil {
			c = -1
		} else if x != nil && y == nil {
			c = 1
		}
		if last && !(strings.HasSuffix(path, "Id") && path != "Id" && !strings.Contains(path, ".Id")) { // references never
			c = -c
		}
		return c
	}
	var c int
	switch a := x.(type) {
	case string:
		b := y.(string)
		switch {
		case strings.HasSuffix(path, "Id"):
			c = strings.Compare(a, b)
		case path == "UserType": // a picklist has an order of its own
			c = slices.Index(w.userTypes, a) - slices.Index(w.userTypes, b)
		default:
			c = strings.Compare(strings.ToUpper(a), strings.ToUpper(b))
		}
	case int64:
		c = int(a - y.(int64))
	case bool:
		c = map[bool]int{true: 1}[a] - map[bool]int{true: 1}[y.(bool)]
	case time.Time:
		c = a.Compare(y.(time.Time))
	}
	if descending {
		c = -c
	}
	return c
}

func TestTheEvaluatorAgreesWithTheModel(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		c := w.clause(rt, 3)
		if rapid.Bool().Draw(rt, "joined") { // at the top level alone
			narrowed, join := c, w.join(rt)
			c = clause{"(" + c.soql + ") AND " + join.soql, func(row org.Row) bool { return narrowed.holds(row) && join.holds(row) }}
		}
		statement := "SELECT Id FROM User WHERE " + c.soql
		var want []org.Row
		for _, row := range w.rows {
			if c.holds(row) {
				want = append(want, row)
			}
		}
		var keys []func(a, b org.Row) int
		for range rapid.IntRange(0, 3).Draw(rt, "keys") {
			path := rapid.SampledFrom(append(textPaths(), "IsActive", "CreatedDate", "NumberOfFailedLogins")).Draw(rt, "by")
			descending, last := rapid.Bool().Draw(rt, "descending"), rapid.Bool().Draw(rt, "nulls last")
			statement += map[bool]string{true: " ORDER BY ", false: ", "}[keys == nil] +
				path + map[bool]string{true: " DESC", false: ""}[descending] + map[bool]string{true: " NULLS LAST", false: " NULLS FIRST"}[last]
			keys = append(keys, func(a, b org.Row) int { return w.compare(path, w.value(a, path), w.value(b, path), descending, last) })
		}
		slices.SortStableFunc(want, func(a, b org.Row) int {
			for _, key := range keys {
				if c := key(a, b); c != 0 {
					return c
				}
			}
			return 0
		})
		if rapid.Bool().Draw(rt, "limited") {
			limit, offset := rapid.IntRange(0, 20).Draw(rt, "limit"), rapid.IntRange(0, 10).Draw(rt, "offset")
			statement += fmt.Sprintf(" LIMIT %d OFFSET %d", limit, offset)
			want = want[min(offset, len(want)):]
			want = want[:min(limit, len(want))]
		}
		ids := []string{}
		for _, row := range want {
			ids = append(ids, row["Id"].(string))
		}
		if diff := cmp.Diff(ids, firstColumn(rt, w.org, statement)); diff != "" {
			rt.Fatalf("%s (-model +evaluator):\n%s", statement, diff)
		}
	})
}
