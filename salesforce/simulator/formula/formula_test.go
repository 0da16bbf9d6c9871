package formula

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// fake is a record of a few fields.
type fake struct {
	value, prior map[string]any
	fresh        bool
}

func (f fake) Value(name string) any { return f.value[strings.ToLower(name)] }

func (f fake) Prior(name string) any { return f.prior[strings.ToLower(name)] }

func (f fake) IsNew() bool { return f.fresh }

func (f fake) Now() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func fieldType(name string) (Type, bool) {
	t, ok := map[string]Type{
		"title": Text, "department": Text, "size__c": Number, "isactive": Boolean, "hired__c": Date, "lastlogindate": DateTime,
		"timezonesidkey": Picklist, "skills__c": MultiPicklist, "$profile.name": Text, "manager.title": Text,
	}[strings.ToLower(name)]
	return t, ok
}

func ada() fake {
	return fake{
		value: map[string]any{
			"title": "Painter", "size__c": 12.0, "isactive": true, "hired__c": time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
			"timezonesidkey": "Europe/Paris", "skills__c": "Go;SQL", "$profile.name": "Standard User", "manager.title": "Boss",
		},
		prior: map[string]any{"title": "Clerk", "size__c": 12.0, "isactive": true, "timezonesidkey": "GMT"},
	}
}

func TestFormulas(t *testing.T) {
	for text, want := range map[string]bool{
		`true`:                            true,
		`FALSE`:                           false,
		`Title = "Painter"`:               true,
		`title == "painter"`:              false, // texts tell case apart, names do not
		`Title <> "Clerk"`:                true,
		`Title != "Painter"`:              false,
		`1 + 2 * 3 = 7`:                   true,
		`(1 + 2) * 3 = 9`:                 true,
		`2 ^ 3 - -1 = 9`:                  true,
		`7 / 2 > 3.4`:                     true,
		`.5 <= 0.5 && 1 >= 1`:             true,
		`1 < 1 || !false`:                 true,
		`Size__c < 10`:                    false,
		`"a" & "b" = "a" + "b"`:           true,
		`AND(true, IsActive, NOT(false))`: true,
		`OR(false, false)`:                false,
		`AND(false, 1/0 = 1)`:             false, // what is decided is not evaluated on
		`IF(IsActive, "x", "y") = "x"`:    true,
		`CASE(Title, "Clerk", 1, "Painter", 2, 3) = 2`:              true,
		`CASE(TimeZoneSidKey, "GMT", 1, "Europe/Paris", 2, 3) = 2`:  true,
		`CASE(9, 1, "a", "b") = "b"`:                                true,
		`ISBLANK(Department)`:                                       true,
		`ISNULL(Title)`:                                             false,
		`Department = ""`:                                           true,
		`Department = NULL`:                                         true,
		`BLANKVALUE(Department, "none") = "none"`:                   true,
		`BLANKVALUE(Title, "none") = "none"`:                        false,
		`ISNEW()`:                                                   false,
		`ISCHANGED(Title)`:                                          true,
		`ISCHANGED(Size__c)`:                                        false,
		`PRIORVALUE(Title) = "Clerk"`:                               true,
		`ISPICKVAL(PRIORVALUE(TimeZoneSidKey), "GMT")`:              true,
		`ISPICKVAL(TimeZoneSidKey, "Europe/Paris")`:                 true,
		`TEXT(TimeZoneSidKey) = "Europe/Paris"`:                     true,
		`TEXT(12.50) = "12.5"`:                                      true,
		`INCLUDES(Skills__c, "SQL")`:                                true,
		`INCLUDES(Skills__c, "QL")`:                                 false,
		`LEN(Title) = 7`:                                            true,
		`LEFT(Title, 4) & RIGHT(Title, 2) = "Painer"`:               true,
		`MID(Title, 2, 3) = "ain"`:                                  true,
		`LEFT(Title, 99) = Title && LEFT(Title, -1) = ""`:           true,
		`TRIM("  x ") = "x"`:                                        true,
		`UPPER(Title) = "PAINTER" && LOWER("ÀB") = "àb"`:            true,
		`CONTAINS(Title, "int") && BEGINS(Title, "Pa")`:             true,
		`CONTAINS(Title, "INT")`:                                    false,
		`FIND("int", Title) = 3`:                                    true,
		`FIND("P", Title, 2) = 0`:                                   true,
		`SUBSTITUTE(Title, "P", "p") = "painter"`:                   true,
		`REGEX(Title, "P[a-z]+")`:                                   true,
		`REGEX(Title, "[a-z]+")`:                                    false, // the whole text has to match
		`REGEX("a|b", "a|b")`:                                       false,
		`VALUE("12") = Size__c`:                                     true,
		`ABS(-3) = 3`:                                               true,
		`TODAY() - Hired__c = 3`:                                    true,
		`Hired__c + 3 = TODAY()`:                                    true,
		`DATE(2026, 11, 20) = Hired__c`:                             true,
		`NOW() - 1 < NOW()`:                                         true,
		`LastLoginDate < NOW()`:                                     false, // a blank is not smaller
		`Size__c + VALUE("") > 0`:                                   false,
		`$Profile.Name = "Standard User" && Manager.Title = "Boss"`: true,
		"/* who */ Title /* is */ = \"Painter\"\n":                  true,
		`"say \"hi\"\n" = "say ""hi"`:                               false,
	} {
		f, err := Parse(text, fieldType)
		if text == `"say \"hi\"\n" = "say ""hi"` {
			if err == nil {
				t.Errorf("%s: two texts side by side", text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := f.True(ada()); got != want || err != nil {
			t.Errorf("%s = %v, %v", text, got, err)
		}
	}
}

func TestANewRecordHasNotChanged(t *testing.T) {
	f, err := Parse(`ISNEW() && NOT(ISCHANGED(Title))`, fieldType)
	if err != nil {
		t.Fatal(err)
	}
	r := ada()
	r.fresh = true
	if got, err := f.True(r); !got || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestMistakesAreFoundWithTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		``:                             "Syntax error (line 1, column 1)",
		`1 +`:                          "Syntax error (line 1, column 4)",
		`(true`:                        "Syntax error.  Missing ')' (line 1, column 6)",
		`true)`:                        "Syntax error.  Extra ')' (line 1, column 5)",
		`"abc`:                         "Syntax error.  Missing '\"' (line 1, column 1)",
		`/* abc`:                       "Syntax error.  Missing '*/' (line 1, column 1)",
		"true &&\n  é":                 "Syntax error.  Found 'é' (line 2, column 3)",
		`Nobody = 1`:                   "Field Nobody does not exist. Check spelling. (line 1, column 1)",
		`FOO(1)`:                       "Unknown function FOO. Check spelling. (line 1, column 1)",
		`LEN()  = 1`:                   "Incorrect number of parameters for function 'LEN()'. Expected 1, received 0 (line 1, column 1)",
		`LEN(1) = 1`:                   "Incorrect parameter type for function 'LEN()'. Expected Text, received Number (line 1, column 5)",
		`Title = 1`:                    "Incorrect parameter type for operator '='. Expected Text, received Number (line 1, column 9)",
		`true < false`:                 "Incorrect parameter type for operator '<'. Expected Number, Date, DateTime, received Boolean (line 1, column 1)",
		`TimeZoneSidKey = "GMT"`:       "Field TimeZoneSidKey is a picklist field. Picklist fields are only supported in certain functions. (line 1, column 1)",
		`ISPICKVAL(Title, "x")`:        "Incorrect parameter type for function 'ISPICKVAL()'. Expected Picklist, received Text (line 1, column 11)",
		`ISCHANGED(Manager.Title)`:     "Incorrect parameter type for function 'ISCHANGED()'. Expected Field reference, received Text (line 1, column 11)",
		`REGEX(Title, "(?=x)")`:        "",
		`IF(true, 1, "x") = 1`:         "Incorrect parameter type for function 'IF()'. Expected Number, received Text (line 1, column 13)",
		`Title`:                        "Formula result is data type (Text), incompatible with expected data type (true or false). (line 1, column 1)",
		strings.Repeat("(", 101):       "",
		strings.Repeat("-", 200) + "1": "",
		strings.Repeat("x", 3901):      "Formula is too long (3901 characters). Maximum length is 3900 characters. (line 1, column 1)",
	} {
		_, err := Parse(text, fieldType)
		var mistake *Error
		if !errors.As(err, &mistake) {
			t.Errorf("%.40q: %v", text, err)
		} else if want != "" && err.Error() != want {
			t.Errorf("%.40q:\n%v\nwant\n%v", text, err, want)
		}
	}
}

func TestValuesThatAnOperationIsNotMadeFor(t *testing.T) {
	for _, text := range []string{`1 / (Size__c - 12) > 0`, `VALUE(Title) = 1`, `DATE(2026, 2, 30) = TODAY()`, `TODAY() + 1000000 = TODAY()`, `10 ^ 400 > 1`} {
		f, err := Parse(text, fieldType)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.True(ada()); err == nil {
			t.Errorf("%s has a value", text)
		}
	}
}

func FuzzFormula(f *testing.F) {
	for _, s := range []string{
		`AND(ISCHANGED(Title), LEN(Title) > 3)`, `CASE(Title, "a", 1, 2) = 2`, `REGEX(Title, "a+")`, `((((`, `"\`, `1e5`, `-(-(-1)) = 1`, `MID("é", 1, 1) = "é"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := Parse(text, fieldType)
		if err != nil {
			var mistake *Error
			if !errors.As(err, &mistake) || mistake.Line < 1 || mistake.Column < 1 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		_, _ = parsed.True(ada()) // any result will do, a panic will not
	})
}
