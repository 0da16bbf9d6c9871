package query

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scimforce/salesforce/simulator/org"
)

// crowd is an org whose users have departments and divisions to be counted by.
func crowd(t testing.TB) *org.Org {
	t.Helper()
	o := newOrg(t, 6)
	people := firstColumn(t, o, "SELECT Id FROM User WHERE UserType = 'Standard' AND Username != 'admin@acme.example' ORDER BY Id")
	for i, id := range people {
		changes := map[string]any{
			"Department": []any{"Sales", "sales", "Support", "Support", nil, nil}[i], "Division": []any{"North", "South", "North", nil, "North", nil}[i],
			"Title": []any{"b", "A", "c", "d", nil, nil}[i], "LastName": fmt.Sprint("Crowd ", i),
		}
		if errs := o.Update(org.Actor{}, "User", id, changes); errs != nil {
			t.Fatal(errs)
		}
	}
	return o
}

func TestAggregates(t *testing.T) {
	o := crowd(t)
	where := " FROM User WHERE LastName LIKE 'Crowd %' "
	tests := map[string]struct {
		statement string
		want      []string
	}{
		"one row without GROUP BY": {
			"SELECT COUNT(Id), COUNT(Title), MIN(Title), MAX(title), COUNT_DISTINCT(Department) d" + where,
			[]string{`"expr0":6,"expr1":4,"expr2":"A","expr3":"d","d":2`},
		},
		"also over nothing": {
			"SELECT COUNT(Id), MAX(Title), SUM(NumberOfFailedLogins), AVG(NumberOfFailedLogins) FROM User WHERE LastName = 'nobody'",
			[]string{`"expr0":0,"expr1":null,"expr2":null,"expr3":null`},
		},
		"sums and means": {"SELECT SUM(NumberOfFailedLogins), AVG(NumberOfFailedLogins)" + where, []string{`"expr0":0,"expr1":0.0`}},
		"groups without regard to case, null first": {
			"SELECT Department, COUNT(Id)" + where + "GROUP BY Department",
			[]string{`"Department":null,"expr0":2`, `"Department":"Sales","expr0":2`, `"Department":"Support","expr0":2`},
		},
		"a group has its alias": {
			"SELECT Department dept, COUNT(Id) n, MAX(Title)" + where + "GROUP BY Department ORDER BY MAX(Title) DESC NULLS LAST LIMIT 1",
			[]string{`"dept":"Support","n":2,"expr0":"d"`},
		},
		"no aggregate at all": {"SELECT Division" + where + "GROUP BY Division", []string{`"Division":null`, `"Division":"North"`, `"Division":"South"`}},
		"a parent's field has its own name": {
			"SELECT Profile.Name, COUNT(Id)" + where + "AND Profile.Name != null GROUP BY Profile.Name HAVING COUNT(Id) > 100",
			[]string{},
		},
		"HAVING over aggregates and groups": {
			"SELECT Department, COUNT(Id)" + where + "GROUP BY Department HAVING COUNT(Title) = 2 AND (Department LIKE 's%' OR NOT Department IN ('Support'))",
			[]string{`"Department":"Sales","expr0":2`, `"Department":"Support","expr0":2`},
		},
		"dates by their parts": {
			"SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) n FROM Group WHERE Name = 'All Sales' GROUP BY CALENDAR_YEAR(CreatedDate)",
			[]string{`"expr0":2025,"n":1`},
		},
		"subtotals to the left": {
			"SELECT Department, Division, GROUPING(Department) gd, GROUPING(Division) gv, COUNT(Id) n" + where + "AND Department != null GROUP BY ROLLUP(Department, Division)",
			[]string{
				`"Department":"Sales","Division":"North","gd":0,"gv":0,"n":1`,
				`"Department":"sales","Division":"South","gd":0,"gv":0,"n":1`,
				`"Department":"Sales","Division":null,"gd":0,"gv":1,"n":2`,
				`"Department":"Support","Division":null,"gd":0,"gv":0,"n":1`,
				`"Department":"Support","Division":"North","gd":0,"gv":0,"n":1`,
				`"Department":"Support","Division":null,"gd":0,"gv":1,"n":2`,
				`"Department":null,"Division":null,"gd":1,"gv":1,"n":4`,
			},
		},
		"subtotals all around": {
			"SELECT GROUPING(Department) gd, GROUPING(Division) gv, COUNT(Id) n" + where + "AND Division != null GROUP BY CUBE(Department, Division) ORDER BY GROUPING(Department), GROUPING(Division), COUNT(Id) DESC, Department",
			[]string{
				`"gd":0,"gv":0,"n":1`, `"gd":0,"gv":0,"n":1`, `"gd":0,"gv":0,"n":1`, `"gd":0,"gv":0,"n":1`,
				`"gd":0,"gv":1,"n":2`, `"gd":0,"gv":1,"n":1`, `"gd":0,"gv":1,"n":1`,
				`"gd":1,"gv":0,"n":3`, `"gd":1,"gv":0,"n":1`, `"gd":1,"gv":1,"n":4`,
			},
		},
		"ordered by what is not selected": {
			"SELECT Department" + where + "GROUP BY Department ORDER BY COUNT(Division) DESC, Department NULLS LAST OFFSET 1",
			[]string{`"Department":"Support"`, `"Department":null`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, rows(t, o, tt.statement)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
			}
		})
	}
	// The shape is recorded with other fields: attributes without url.
	if got, want := string(run(t, o, "SELECT COUNT(Id) FROM Group WHERE Name = 'All Sales'").Rows[0]), `{"attributes":{"type":"AggregateResult"},"expr0":1}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRefusedAggregates(t *testing.T) {
	o := newOrg(t, 0)
	for statement, want := range map[string]string{
		"SELECT Name, COUNT(Id) FROM User":                                          "Field must be grouped or aggregated: Name",
		"SELECT Name, COUNT(Id) FROM User GROUP BY Title":                           "Field must be grouped or aggregated: Name",
		"SELECT FIELDS(STANDARD), COUNT(Id) FROM User GROUP BY Id":                  "Field must be grouped or aggregated: Id",
		"SELECT COUNT(Id) FROM User GROUP BY Title ORDER BY Name":                   "Ordered field must be grouped or aggregated: Name",
		"SELECT COUNT() FROM User ORDER BY Name":                                    "Ordered field must be grouped or aggregated: Name",
		"SELECT Title, COUNT(Id) FROM User GROUP BY Title HAVING Name = 'x'":        "Field must be grouped or aggregated: Name",
		"SELECT COUNT(IsActive) FROM User":                                          "field IsActive does not support aggregate operator COUNT",
		"SELECT COUNT(AboutMe) FROM User":                                           "field AboutMe does not support aggregate operator COUNT",
		"SELECT SUM(Name) FROM User":                                                "field Name does not support aggregate operator SUM",
		"SELECT AVG(CreatedDate) FROM User":                                         "field CreatedDate does not support aggregate operator AVG",
		"SELECT MAX(CreatedDate) FROM User LIMIT 1":                                 "Non-grouped query that uses overall aggregate functions cannot also use LIMIT",
		"SELECT MAX(CreatedDate) FROM User OFFSET 1":                                "Non-grouped query that uses overall aggregate functions cannot also use OFFSET",
		"SELECT Title, COUNT(Title) FROM User GROUP BY Title":                       "Grouped field should not be aggregated: Title",
		"SELECT CreatedDate FROM User GROUP BY CreatedDate":                         "field 'CreatedDate' can not be grouped in a query call",
		"SELECT Title FROM User GROUP BY Title, title":                              "duplicate grouping expression: title",
		"SELECT Title, MAX(Name) title FROM User GROUP BY Title":                    "duplicate alias: title",
		"SELECT Name n FROM User":                                                   "only aggregate expressions use field aliasing",
		"SELECT Id, (SELECT COUNT(Id) FROM ManagedUsers) FROM User":                 "only root queries support aggregate expressions",
		"SELECT Id, (SELECT COUNT() FROM ManagedUsers) FROM User":                   "only root queries support aggregate expressions",
		"SELECT CALENDAR_YEAR(CreatedDate) FROM User":                               "Field must be grouped or aggregated: CALENDAR_YEAR(CreatedDate)",
		"SELECT GROUPING(Title) FROM User GROUP BY Title":                           "unexpected token: '('",
		"SELECT Id FROM User WHERE COUNT(Id) > 1":                                   "unexpected token: '('",
		"SELECT Id FROM User WHERE GROUPING(Id) = 1":                                "unexpected token: '('",
		"SELECT Id FROM User ORDER BY COUNT(Id)":                                    "unexpected token: '('",
		"SELECT COUNT(COUNT(Id)) FROM User":                                         "unexpected token: '('",
		"SELECT convertTimezone(CreatedDate) FROM User":                             "unexpected token: '('",
		"SELECT Id FROM User HAVING COUNT(Id) > 1":                                  "unexpected token: 'HAVING'",
		"SELECT Title FROM User GROUP BY ROLLUP(Title), Name":                       "unexpected token: ','",
		"SELECT COUNT(), Name FROM User":                                            "COUNT() must be the only element in the SELECT list",
		"SELECT COUNT() FROM User GROUP BY Title":                                   "COUNT() cannot be used with GROUP BY",
		"SELECT Title FROM User GROUP BY ROLLUP(Title, Name, City, State)":          "GROUP BY ROLLUP must contain 3 fields or less",
		"SELECT Title FROM User GROUP BY Title HAVING Id IN (SELECT Id FROM Group)": "Semi join sub-selects are not allowed in HAVING",
	} {
		_, err := Run(o, org.Actor{}, statement)
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != "MALFORMED_QUERY" || !strings.HasSuffix("\n"+refused.Message, "\n"+want) {
			t.Errorf("%s: %v; want %s", statement, err, want)
		}
	}
}

func TestMoreThan2000GroupsAreRefused(t *testing.T) {
	o := newOrg(t, 2005)
	_, err := Run(o, org.Actor{}, "SELECT Username, COUNT(Id) FROM User GROUP BY Username")
	// Recorded.
	want := &Error{400, "EXCEEDED_ID_LIMIT", "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"}
	if diff := cmp.Diff(error(want), err); diff != "" {
		t.Error(diff)
	}
	if got := run(t, o, "SELECT Username, COUNT(Id) FROM User GROUP BY Username LIMIT 2000"); got.Total != 2000 {
		t.Errorf("%d groups", got.Total)
	}
}
