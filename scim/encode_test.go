package scim

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// Whatever is written, it is what encoding/json writes.
func TestAnswersAreEncodedAsEncodingJSONDoes(t *testing.T) {
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		return rapid.Custom(func(t *rapid.T) any {
			kinds := 9
			if depth == 0 {
				kinds = 6
			}
			switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
			case 0:
				return nil
			case 1:
				return rapid.Bool().Draw(t, "bool")
			case 2:
				return rapid.String().Draw(t, "text")
			case 3:
				return rapid.StringMatching(`[ -~]{0,12}`).Draw(t, "ascii")
			case 4:
				return rapid.Float64().Draw(t, "number")
			case 5:
				return json.Number("17")
			case 6:
				return rapid.MapOf(rapid.String(), value(depth-1)).Draw(t, "object")
			case 7:
				return rapid.SliceOf(value(depth-1)).Draw(t, "list")
			default:
				return []map[string]any{{"a": "<&>", "b": rapid.String().Draw(t, "b")}, nil}
			}
		})
	}
	rapid.Check(t, func(rt *rapid.T) {
		v := value(3).Draw(rt, "value")
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(v); err != nil {
			rt.Fatal(err)
		}
		got, err := encode(v)
		if err != nil || string(got) != string(bytes.TrimSuffix(want.Bytes(), []byte("\n"))) {
			rt.Fatalf("%s (%v), want %s", got, err, want.Bytes())
		}
	})
	list := newList(3, 0, nil)
	list.NextCursor = "next"
	got, err := encode(list)
	if want := `{"schemas":["` + listURN + `"],"totalResults":3,"itemsPerPage":0,"nextCursor":"next","Resources":[]}`; err != nil || string(got) != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
}
