package simulator

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestValuesOnTheWire(t *testing.T) {
	berlin := time.FixedZone("CEST", 2*60*60)
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"null", nil, `null`},
		{"a datetime is in UTC with milliseconds", time.Date(2024, 9, 5, 23, 57, 31, 4e6, berlin), `"2024-09-05T21:57:31.004+0000"`},
		{"an int", int64(7), `7`},
		{"a double has a point", 300.0, `300.0`},
		{"a fraction", 0.25, `0.25`},
		{"HTML stays as it is", "Duplicate Username.<br>&", `"Duplicate Username.<br>&"`},
		{"quotes and controls are escaped", "a\"b\\c\n\x01", `"a\"b\\c\n\u0001"`},
		{"letters of all alphabets", "Jürgen 山田", `"Jürgen 山田"`},
		{"keys keep their order", object{{"b", 1}, {"a", object{}}, {"c", []object{{{"z", nil}}}}}, `{"b":1,"a":{},"c":[{"z":null}]}`},
		{"an empty list", []string{}, `[]`},
		{"no list", []string(nil), `[]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := appendJSON(nil, test.value)
			if err != nil || string(got) != test.want {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
		})
	}
}

func TestPrettyPrintIsLaidOutAsRecorded(t *testing.T) {
	tests := []struct{ name, compact, want string }{
		{"a saved record", `{"id":"001","success":true,"errors":[]}`, "{\n  \"id\" : \"001\",\n  \"success\" : true,\n  \"errors\" : [ ]\n}"},
		{"an error", `[{"message":"a, b: {c}","fields":["X","Y"]}]`, "[ {\n  \"message\" : \"a, b: {c}\",\n  \"fields\" : [ \"X\", \"Y\" ]\n} ]"},
		{"an escaped quote", `{"a":"\"]\\"}`, "{\n  \"a\" : \"\\\"]\\\\\"\n}"},
		{"nested objects", `{"a":{"b":{}}}`, "{\n  \"a\" : {\n    \"b\" : { }\n  }\n}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := string(prettyJSON([]byte(test.compact))); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestPrettyPrintChangesNothingButSpace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := jsonValue(3).Draw(t, "value")
		compact, err := appendJSON(nil, value)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(compact) {
			t.Fatalf("not JSON: %s", compact)
		}
		var back bytes.Buffer
		if err := json.Compact(&back, prettyJSON(compact)); err != nil || !bytes.Equal(back.Bytes(), compact) {
			t.Fatalf("%s became %s, %v", compact, back.Bytes(), err)
		}
	})
}

// jsonValue draws a value as the encoder meets them, nested to a depth.
func jsonValue(depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.String().AsAny(), rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.Just[any](nil),
		rapid.Float64Range(-1e9, 1e9).AsAny(),
	)
	if depth == 0 {
		return leaf
	}
	inner := jsonValue(depth - 1)
	return rapid.OneOf(leaf,
		rapid.SliceOfN(inner, 0, 4).AsAny(),
		rapid.Custom(func(t *rapid.T) any {
			out := object{}
			for _, name := range rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "names") {
				out = append(out, member{name, inner.Draw(t, "value")})
			}
			return out
		}))
}
