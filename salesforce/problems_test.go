package salesforce

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// Bodies of refusals as real orgs answered them, in all the forms there are.
var refusals = []struct {
	name, body string
	want       []Problem
}{
	{
		"the usual form", `[{"message":"Required fields are missing: [Website__c]","errorCode":"REQUIRED_FIELD_MISSING","fields":["Website__c"]}]`,
		[]Problem{{"REQUIRED_FIELD_MISSING", "Required fields are missing: [Website__c]", []string{"Website__c"}}},
	},
	{
		"without fields", `[{"message":"No such column 'FavoritePet__c' on sobject of type Account","errorCode":"INVALID_FIELD"}]`,
		[]Problem{{"INVALID_FIELD", "No such column 'FavoritePet__c' on sobject of type Account", nil}},
	},
	{
		"with the code first", `[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]`,
		[]Problem{{"NOT_FOUND", "The requested resource does not exist", nil}},
	},
	{
		"printed prettily", "[ {\n  \"message\" : \"entity is deleted\",\n  \"errorCode\" : \"ENTITY_IS_DELETED\",\n  \"fields\" : [ ]\n} ]",
		[]Problem{{"ENTITY_IS_DELETED", "entity is deleted", nil}},
	},
	{
		"one object without a list", `{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}`,
		[]Problem{{"INVALID_SESSION_ID", "Session expired or invalid", nil}},
	},
	{
		"a row of a collection", `{"success":false,"errors":[{"statusCode":"MISSING_ARGUMENT","message":"Id not specified in an update call","fields":[]}]}`,
		[]Problem{{"MISSING_ARGUMENT", "Id not specified in an update call", nil}},
	},
	{
		"a row with an id", `{"id":"001RM000003oLruYAE","success":false,"errors":[{"statusCode":"MALFORMED_ID","message":"malformed id 001RM000003oLrB000","fields":[]}]}`,
		[]Problem{{"MALFORMED_ID", "malformed id 001RM000003oLrB000", nil}},
	},
	{
		"two problems", `[{"message":"a","errorCode":"STRING_TOO_LONG","fields":["Alias"]},{"message":"b","errorCode":"INVALID_EMAIL_ADDRESS","fields":["Email"]}]`,
		[]Problem{{"STRING_TOO_LONG", "a", []string{"Alias"}}, {"INVALID_EMAIL_ADDRESS", "b", []string{"Email"}}},
	},
	{
		"OAuth", `{"error":"invalid_grant","error_description":"expired access/refresh token"}`,
		[]Problem{{"invalid_grant", "expired access/refresh token", nil}},
	},
	{"plain text of one word", "Bad_OAuth_Token", []Problem{{"Bad_OAuth_Token", "", nil}}},
	{"plain text of several words", "upstream connect error", []Problem{{"", "upstream connect error", nil}}},
	{
		"duplicates with the misspelt key", `[{"duplicateResut":{"allowSave":false,"errorMessage":"x"},"errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?"}]`,
		[]Problem{{"DUPLICATES_DETECTED", "Use one of these records?", nil}},
	},
	{"a choice of several records", `["/services/data/v23.0/sobjects/Whizbang/foo"]`, nil},
	{"fields that are null", `[{"message":"m","errorCode":"C","fields":null}]`, []Problem{{"C", "m", nil}}},
	{"fields that are no list", `[{"message":"m","errorCode":"C","fields":"Name"}]`, []Problem{{"C", "m", []string{"Name"}}}},
	{"a code that is a number", `[{"message":"m","statusCode":400}]`, []Problem{{"", "m", nil}}},
	{"HTML", "<html>\n<body>We are down for maintenance.</body></html>", nil},
	{"nothing", " \n", nil},
	{"half a list", `[{"message":"Duplicate Username","errorCode":"DUPLICATE_USER`, nil},
	{"null", "null", nil},
	{"lists within lists", `[[[[[[{"errorCode":"C"}]]]]]]`, nil},
}

func TestProblemsAreReadFromEveryForm(t *testing.T) {
	for _, test := range refusals {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, decodeProblems([]byte(test.body))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProblemsAreBounded(t *testing.T) {
	long := strings.Repeat("ä", 5_000)
	problems := decodeProblems([]byte("[" + strings.Repeat(`{"errorCode":"C","message":"`+long+`"},`, 99) + `{"errorCode":"C"}]`))
	if len(problems) != maxProblems {
		t.Errorf("%d problems, want %d", len(problems), maxProblems)
	}
	if n := utf8.RuneCountInString(problems[0].Message); n != 1_001 {
		t.Errorf("message of %d characters, want 1,000 and an ellipsis", n)
	}
}

func FuzzProblems(f *testing.F) {
	for _, test := range refusals {
		f.Add([]byte(test.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		problems := decodeProblems(body)
		if len(problems) > maxProblems {
			t.Fatalf("%d problems", len(problems))
		}
		for _, p := range problems {
			if p.Code == "" && p.Message == "" {
				t.Fatal("an empty problem")
			}
			if n := utf8.RuneCountInString(p.Message); n > 1_001 {
				t.Fatalf("message of %d characters", n)
			}
		}
		e := &Error{Status: 400, Problems: problems}
		if n := utf8.RuneCountInString(e.Error()); n > 1_001 {
			t.Fatalf("error of %d characters", n)
		}
	})
}
