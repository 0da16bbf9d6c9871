package jsonin

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestComplaintsAreTheParsersOwn(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"a page where JSON is wanted", "<html>", "Unexpected character ('<' (code 60)): expected a valid value (number, String, array, object, 'true', 'false' or 'null') at [line:1, column:2]"},
		{"no colon (words recorded)", "{\n  \"a\" j}", "Unexpected character ('j' (code 106)): was expecting a colon to separate field name and value at [line:2, column:8]"},
		{"no comma in an object", `{"a":1 "b":2}`, "Unexpected character ('\"' (code 34)): was expecting comma to separate OBJECT entries at [line:1, column:9]"},
		{"no comma in a list", `[1 2]`, "Unexpected character ('2' (code 50)): was expecting comma to separate ARRAY entries at [line:1, column:5]"},
		{"a name without quotes", `{a:1}`, "Unexpected character ('a' (code 97)): was expecting double-quote to start field name at [line:1, column:3]"},
		{"a comma too many", `{"a":1,}`, "Unexpected character ('}' (code 125)): was expecting double-quote to start field name at [line:1, column:9]"},
		{"a cut object", `{"a":`, "Unexpected end-of-input within/between OBJECT entries at [line:1, column:6]"},
		{"a cut string", `{"a":"b`, "Unexpected end-of-input: was expecting closing quote for a string value at [line:1, column:8]"},
		{"a line break in a string", "[\"a\nb\"]", "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value at [line:2, column:1]"},
		{"an unknown escape", `["\q"]`, "Unrecognized character escape 'q' (code 113) at [line:1, column:5]"},
		{"a word", `[nul]`, "Unrecognized token 'nul': was expecting 'null', 'true', 'false' or NaN at [line:1, column:5]"},
		{"leading zeroes", `[007]`, "Invalid numeric value: Leading zeroes not allowed at [line:1, column:5]"},
		{"a minus alone", `[-]`, "Unexpected character (']' (code 93)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value at [line:1, column:4]"},
		{"no UTF-8", "[\"\xff\"]", "Invalid UTF-8 start byte 0xff at [line:1, column:4]"},
		{"something behind the value", `{} {}`, "Unexpected character ('{' (code 123)): expected the end of the input at [line:1, column:5]"},
		{"depth", strings.Repeat("[", 300), "The request is nested too deeply or has too many values at [line:1, column:203]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse([]byte(test.in))
			if err == nil || err.Message != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestPlacesOfWrongMembers(t *testing.T) {
	const in = "{\n    \"name\": \"x\",\n    \"on\": {\"a\":[]},\n    \"n\": 12.5}"
	d, err := Parse([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	var on bool
	for _, test := range []struct {
		err  *Error
		want string
	}{
		{d.Object(d.Value), `Unrecognized field "name" at [line:2, column:14]`}, // as recorded
		{d.Flag(&on)(d.Member("name")), "Cannot deserialize instance of boolean from VALUE_STRING value x or request may be missing a required field at [line:2, column:13]"},
		{d.Flag(&on)(d.Member("n")), "Cannot deserialize instance of boolean from VALUE_NUMBER_FLOAT value 12.5 or request may be missing a required field at [line:4, column:10]"},
		{d.List(nil)(d.Member("on")), "Cannot deserialize instance of list from START_OBJECT value { or request may be missing a required field at [line:3, column:11]"},
	} {
		if test.err == nil || test.err.Message != test.want {
			t.Errorf("got  %v\nwant %s", test.err, test.want)
		}
	}
}

func TestTheLastOfTwoMembersCountsAndNumbersStayAsWritten(t *testing.T) {
	d, err := Parse([]byte(`{"a":1,"a":1.50,"b":null}`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"a": json.Number("1.50"), "b": nil}
	if got := d.Any(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if got := d.Member("a").Text; got != "1.50" {
		t.Errorf("member a: %s", got)
	}
}

// FuzzParse compares with encoding/json, which is to accept the same texts (of
// those within the bounds) and to read the same values from them.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-2.5e+3,true,false,null,"x"]}`, `"\u00e4\ud83d\ude00\ud83d x\\\/"`, `[01]`, `{"a":1,"a":2}`, "\"\xc3\xa4\"", `[1,]`, `{`, `tru`, `-0`, `1e`, `""`,
		`"\ud83d\u0041"`, "\"\xed\xa0\x80\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := Parse(in)
		dec := json.NewDecoder(bytes.NewReader(in))
		dec.UseNumber()
		var want any
		valid := json.Valid(in) && dec.Decode(&want) == nil
		if err != nil {
			if valid && !strings.Contains(err.Message, "UTF-8") && !strings.Contains(err.Message, "too deeply") {
				t.Fatalf("%q is refused: %v", in, err)
			}
			return
		}
		if !valid {
			t.Fatalf("%q is accepted", in)
		}
		if got := d.Any(); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %#v, want %#v", in, got, want)
		}
	})
}
