package filter

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// anywhere compares trees without the positions in them.
func anywhere() cmp.Option { return cmpopts.IgnoreFields(Path{}, "Position") }

func attr(name string) Path { return Path{Attribute: name} }

func sub(name, sub string) Path { return Path{Attribute: name, Sub: sub} }

func eq(p Path, v any) Compare { return Compare{p, Eq, v} }

func TestParse(t *testing.T) {
	workAnd := func(e Expression) Expression {
		return ValuePath{attr("emails"), And{eq(attr("type"), "work"), e}}
	}
	for name, c := range map[string]struct {
		text string
		want Expression
	}{
		"a comparison":                             {`userName eq "bjensen"`, eq(attr("userName"), "bjensen")},
		"each operator":                            {`a ne 1 and a co "x" and a sw "x"`, And{And{Compare{attr("a"), Ne, 1.0}, Compare{attr("a"), Co, "x"}}, Compare{attr("a"), Sw, "x"}}},
		"operators that order":                     {`a ew "x" or a gt 1 or a ge 1`, Or{Or{Compare{attr("a"), Ew, "x"}, Compare{attr("a"), Gt, 1.0}}, Compare{attr("a"), Ge, 1.0}}},
		"and binds closer than or":                 {`a pr or b pr and c pr`, Or{Present{attr("a")}, And{Present{attr("b")}, Present{attr("c")}}}},
		"and binds closer than or on the left":     {`a pr and b pr or c pr`, Or{And{Present{attr("a")}, Present{attr("b")}}, Present{attr("c")}}},
		"not binds closest":                        {`not (a pr) and b pr`, And{Not{Present{attr("a")}}, Present{attr("b")}}},
		"parentheses group":                        {`(a pr or b pr) and c pr`, And{Or{Present{attr("a")}, Present{attr("b")}}, Present{attr("c")}}},
		"equal operators group to the left":        {`a pr and b pr and c pr`, And{And{Present{attr("a")}, Present{attr("b")}}, Present{attr("c")}}},
		"parentheses group to the right":           {`a pr and (b pr and c pr)`, And{Present{attr("a")}, And{Present{attr("b")}, Present{attr("c")}}}},
		"no spaces around parentheses":             {`not(a pr)and(b pr)`, And{Not{Present{attr("a")}}, Present{attr("b")}}},
		"PingFederate's capitals":                  {`username Eq "x" AND NOT (a Pr)`, And{eq(attr("username"), "x"), Not{Present{attr("a")}}}},
		"names that begin like operators":          {`order eq 1 and notes pr or android pr`, Or{And{eq(attr("order"), 1.0), Present{attr("notes")}}, Present{attr("android")}}},
		"a sub-attribute":                          {`name.familyName co "O'Malley"`, Compare{sub("name", "familyName"), Co, "O'Malley"}},
		"a reference":                              {`manager.$ref pr`, Present{sub("manager", "$ref")}},
		"a URN":                                    {enterprise + `:department eq "d"`, eq(Path{URN: enterprise, Attribute: "department"}, "d")},
		"a URN and a sub-attribute":                {enterprise + `:manager.value eq "d"`, eq(Path{URN: enterprise, Attribute: "manager", Sub: "value"}, "d")},
		"Microsoft's dot behind a URN":             {enterprise + `.manager eq "d"`, eq(Path{URN: enterprise, Attribute: "manager"}, "d")},
		"a dot behind a URN and a sub-attribute":   {enterprise + `.manager.value eq "d"`, eq(Path{URN: enterprise, Attribute: "manager", Sub: "value"}, "d")},
		"a URN without its last colon":             {`urn:x:enterprise:2.0User:department eq "d"`, eq(Path{URN: "urn:x:enterprise:2.0User", Attribute: "department"}, "d")},
		"a URN without a version":                  {`urn:acme:User:shoeSize gt 41.5`, Compare{Path{URN: "urn:acme:User", Attribute: "shoeSize"}, Gt, 41.5}},
		"a value path":                             {`emails[type eq "work" and value co "@x"]`, workAnd(Compare{attr("value"), Co, "@x"})},
		"three terms and parentheses in brackets":  {`emails[(type eq "work" or primary eq true) and not (value pr)]`, ValuePath{attr("emails"), And{Or{eq(attr("type"), "work"), eq(attr("primary"), true)}, Not{Present{attr("value")}}}}},
		"Entra's comparison behind brackets":       {`emails[type eq "work"].value eq "x"`, workAnd(eq(attr("value"), "x"))},
		"Entra's comparison among others":          {`a pr and emails[type eq "work"].value eq "x" or b pr`, Or{And{Present{attr("a")}, workAnd(eq(attr("value"), "x"))}, Present{attr("b")}}},
		"presence behind brackets":                 {`emails[type eq "work"].value pr`, workAnd(Present{attr("value")})},
		"absence behind brackets is about no item": {`emails[type eq "work"].value eq null`, Not{workAnd(Present{attr("value")})}},
		"null is absence":                          {`title eq null`, Not{Present{attr("title")}}},
		"not null is presence":                     {`title ne NULL`, Present{attr("title")}},
		"booleans in any case":                     {`a eq True and b eq FALSE`, And{eq(attr("a"), true), eq(attr("b"), false)}},
		"a value without quotes":                   {`externalId eq jyoung@example.com`, eq(attr("externalId"), "jyoung@example.com")},
		"Microsoft's sample without quotes":        {`name.FamilyName eq Employee and (emails.Value co example.com or userName sw O)`, And{eq(sub("name", "FamilyName"), "Employee"), Or{Compare{sub("emails", "Value"), Co, "example.com"}, Compare{attr("userName"), Sw, "O"}}}},
		"a date without quotes":                    {`meta.Created gt 2015-01-01T00:00:00Z`, Compare{sub("meta", "Created"), Gt, "2015-01-01T00:00:00Z"}},
		"a value without quotes in brackets":       {`members[value eq 005x]`, ValuePath{attr("members"), eq(attr("value"), "005x")}},
		"a number":                                 {`a eq -1.5`, eq(attr("a"), -1.5)},
		"a number with leading zeros is text":      {`a eq 00120`, eq(attr("a"), "00120")},
		"a number too long for a float is text":    {`a eq 12345678901234567890`, eq(attr("a"), "12345678901234567890")},
		"infinity is text":                         {`a eq Inf or a eq -Inf or a eq NaN`, Or{Or{eq(attr("a"), "Inf"), eq(attr("a"), "-Inf")}, eq(attr("a"), "NaN")}},
		"JSON escapes":                             {`a eq "\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00"`, eq(attr("a"), "\"\\/\b\f\n\r\tü😀")},
		"half a surrogate pair":                    {`a eq "\ud83dx"`, eq(attr("a"), "\ufffdx")},
		"an empty string":                          {`a eq ""`, eq(attr("a"), "")},
		"spaces all over":                          {"  a\teq   \"x\"  and\n b pr ", And{eq(attr("a"), "x"), Present{attr("b")}}},
		"brackets and words inside a string":       {`a eq "x] and (b"`, eq(attr("a"), "x] and (b")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, anywhere()); diff != "" {
				t.Error(diff)
			}
			again, err := Parse(got.String())
			if err != nil {
				t.Fatalf("%s: %v", got, err)
			}
			if diff := cmp.Diff(c.want, again, anywhere()); diff != "" {
				t.Errorf("after String %s: %s", got, diff)
			}
		})
	}
}

func TestParseSaysWhereAFilterBreaks(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		position int
		message  string
	}{
		"nothing":                                 {"", 1, "the filter is empty"},
		"spaces alone":                            {"  ", 1, "the filter is empty"},
		"an attribute alone":                      {"userName", 9, `expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) after "userName", got the end`},
		"an unknown operator":                     {`userName is "x"`, 10, `expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) after "userName", got "is"`},
		"no value":                                {"userName eq ", 13, "expected a value, got the end"},
		"a bracket for a value":                   {"(userName eq )", 14, `expected a value, got ")"`},
		"single quotes":                           {"userName eq 'x'", 13, `a string is written in double quotes, as in "x"`},
		"typographic quotes":                      {"userName eq “x”", 13, `a string is written in double quotes, as in "x"`},
		"a string without end":                    {`userName eq "x`, 15, "the string that begins at character 13 has no closing quote"},
		"a bad escape":                            {`userName eq "ACME\joe"`, 18, `no such escape; a backslash itself is written \\`},
		"a bad unicode escape":                    {`userName eq "ACME\user"`, 18, `no such escape; a backslash itself is written \\`},
		"a quote in a value without quotes":       {`userName eq x"y"`, 14, "a quote inside of a value without quotes"},
		"a value of two words":                    {"displayName eq Sales Team", 22, `expected "and", "or" or the end, got "Team"; a value with spaces needs double quotes`},
		"rubbish at the end":                      {`a pr b pr`, 6, `expected "and", "or" or the end, got "b"`},
		"a parenthesis too many":                  {`(a pr))`, 7, `expected "and", "or" or the end, got ")"`},
		"a parenthesis too few":                   {`b pr and (a pr`, 15, `expected ")" for the "(" at character 10, got the end`},
		"a bracket too few":                       {`emails[type eq "work" and`, 26, "expected an attribute, got the end"},
		"a parenthesis in place of a bracket":     {`emails[type eq "work")`, 22, `expected "]" for the "[" at character 7, got ")"`},
		"not without parentheses":                 {`not a pr`, 5, `expected "(" after "not", got "a"`},
		"brackets in brackets":                    {`emails[type[a pr]]`, 12, `"[" inside of "["`},
		"brackets behind a sub-attribute":         {`emails.type[a pr]`, 12, `"[" must follow an attribute, got "emails.type" before it`},
		"a path in brackets":                      {`emails[emails.type pr]`, 8, `between [ and ] a sub-attribute is named alone, got "emails.type"`},
		"a sub-attribute missing behind brackets": {`emails[type pr]. eq "x"`, 17, `expected a sub-attribute after "].", got " "`},
		"a schema alone":                          {enterprise + ` pr`, 1, `"` + enterprise + `" names a schema, expected an attribute of it`},
		"three names":                             {`a.b.c pr`, 3, `"b.c" is not a sub-attribute name`},
		"a name that begins with a digit":         {`a pr and 1a pr`, 10, `"1a" is not an attribute name`},
		"a name that ends in a colon":             {`urn: pr`, 1, `"urn:" is neither an attribute nor the URN of a schema`},
		"an order relative to null":               {`a gt null`, 6, "null can be compared with eq and ne only, not with gt"},
		"positions are characters":                {`a eq "üü" und b pr`, 11, `expected "and", "or" or the end, got "und"`},
		"invalid UTF-8":                           {"a eq \"\xff\"", 7, "the filter is not valid UTF-8"},
		"too deep":                                {strings.Repeat("(", 51) + "a pr" + strings.Repeat(")", 51), 51, "nested more than 50 deep"},
		"ten thousand parentheses":                {strings.Repeat("(", 10_000) + "a pr" + strings.Repeat(")", 10_000), 1, "the filter is 20004 bytes long, at most 8192 are accepted"},
		"four thousand parentheses, none closed":  {strings.Repeat("(", 4000), 51, "nested more than 50 deep"},
		"a thousand nots":                         {strings.Repeat("not (", 1000), 255, "nested more than 50 deep"},
		"parentheses in brackets":                 {"emails[" + strings.Repeat("(", 60), 57, "nested more than 50 deep"},
		"a thousand brackets":                     {strings.Repeat("a[", 1000), 4, `"[" inside of "["`},
		"too long":                                {`a eq "` + strings.Repeat("x", 8<<10) + `"`, 1, "the filter is 8199 bytes long, at most 8192 are accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := Parse(c.text)
			var got *SyntaxError
			if !errors.As(err, &got) {
				t.Fatalf("got %v, %v", e, err)
			}
			if diff := cmp.Diff(&SyntaxError{c.position, c.message}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The longest filters cost no more than their length.
func TestLongFiltersAreReadInBoundedSteps(t *testing.T) {
	typ := userType()
	for name, text := range map[string]string{
		"a row of conditions":        "title pr" + strings.Repeat(" and title pr", 600),
		"a row of both":              "title pr" + strings.Repeat(" or title pr and title pr", 300),
		"nothing but parentheses":    strings.Repeat("(", 8000),
		"groups beside each other":   strings.Repeat("("+strings.Repeat("(", 40)+"title pr"+strings.Repeat(")", 41)+" or ", 80) + "title pr",
		"a row of nots":              "not (title pr)" + strings.Repeat(" or not (title pr)", 400),
		"a text of nothing but ends": `title eq "` + strings.Repeat(`\\`, 4000) + `"`,
	} {
		allocations := testing.AllocsPerRun(1, func() {
			if e, err := Parse(text); err == nil {
				if err := Check(e, typ); err != nil {
					t.Error(err)
				}
			}
		})
		if most := float64(len(text)); len(text) > maxLength || allocations > most {
			t.Errorf("%s: %d bytes took %.0f allocations", name, len(text), allocations)
		}
	}
}

func TestParseKeepsThePositionOfPaths(t *testing.T) {
	e, err := Parse(`ü.x pr`)
	if err == nil {
		t.Fatalf("got %v", e)
	}
	e, err = Parse(`a eq "ü" and emails[type eq "work"].value pr`)
	if err != nil {
		t.Fatal(err)
	}
	want := And{
		eq(Path{Attribute: "a", Position: 1}, "ü"),
		ValuePath{Path{Attribute: "emails", Position: 14}, And{
			eq(Path{Attribute: "type", Position: 21}, "work"),
			Present{Path{Attribute: "value", Position: 37}},
		}},
	}
	if diff := cmp.Diff(Expression(want), e); diff != "" {
		t.Error(diff)
	}
}

func TestParseTarget(t *testing.T) {
	work := eq(attr("type"), "work")
	for text, want := range map[string]Target{
		"displayName":                         {Path: attr("displayName")},
		"name.givenName":                      {Path: sub("name", "givenName")},
		`members[value eq "x"]`:               {Path: attr("members"), Filter: eq(attr("value"), "x")},
		`emails[type eq "work"].value`:        {Path: attr("emails"), Filter: work, Sub: "value"},
		`addresses[type eq "work"].Formatted`: {Path: attr("addresses"), Filter: work, Sub: "Formatted"},
		`roles[primary eq "True"].value`:      {Path: attr("roles"), Filter: eq(attr("primary"), "True"), Sub: "value"},
		`a[b pr or c eq 1 and not (d pr)]`:    {Path: attr("a"), Filter: Or{Present{attr("b")}, And{eq(attr("c"), 1.0), Not{Present{attr("d")}}}}},
		enterprise:                            {Path: Path{URN: enterprise}},
		enterprise + ":manager":               {Path: Path{URN: enterprise, Attribute: "manager"}},
		enterprise + ":manager.value":         {Path: Path{URN: enterprise, Attribute: "manager", Sub: "value"}},
		enterprise + ".manager":               {Path: Path{URN: enterprise, Attribute: "manager"}},
		"urn:x:2.0User":                       {Path: Path{URN: "urn:x:2.0User"}},
		" userName ":                          {Path: attr("userName")},
	} {
		t.Run(text, func(t *testing.T) {
			got, err := ParseTarget(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, anywhere()); diff != "" {
				t.Error(diff)
			}
			again, err := ParseTarget(got.String())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, again, anywhere()); diff != "" {
				t.Errorf("after String %s: %s", got, diff)
			}
		})
	}
}

func TestParseTargetSaysWhereAPathBreaks(t *testing.T) {
	for text, want := range map[string]SyntaxError{
		"":                            {1, "the path is empty"},
		"/userName":                   {1, `expected an attribute, got "/userName"`},
		"emails[type eq]":             {15, `expected a value, got "]"`},
		`emails[type eq "work"].`:     {24, `expected a sub-attribute after "].", got the end`},
		`emails[type eq "work"]value`: {23, `expected the end of the path, got "value"`},
		"user name":                   {6, `expected the end of the path, got "name"`},
		`emails[type eq "work"].a.b`:  {25, `expected the end of the path, got ".b"`},
		`urn:x:2.0:User[type eq "x"]`: {15, `"[" must follow an attribute, got "urn:x:2.0:User" before it`},
	} {
		t.Run(text, func(t *testing.T) {
			_, err := ParseTarget(text)
			var got *SyntaxError
			if !errors.As(err, &got) {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSyntaxErrorNamesThePosition(t *testing.T) {
	_, err := Parse("a")
	if want := `character 2: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr) after "a", got the end`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
