package resource

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func find(t *testing.T, urn, attribute, sub string) Attribute {
	t.Helper()
	a, ok := userType().Find(urn, attribute, sub)
	if !ok {
		t.Fatalf("no attribute %s %s %s", urn, attribute, sub)
	}
	return a
}

func TestValue(t *testing.T) {
	r := decode(t, `{"userName":"x","name":{"givenName":"B"},"emails":[{"value":"a"},{"type":"home"},{"value":"b"}],"`+enterprise+`":{"manager":{"value":"m"}}}`)
	for name, c := range map[string]struct {
		urn, attribute, sub string
		want                any
	}{
		"an attribute":                              {"", "userName", "", "x"},
		"a sub-attribute":                           {"", "name", "givenName", "B"},
		"a sub-attribute of several values":         {"", "emails", "value", []any{"a", "b"}},
		"a sub-attribute that no value has":         {"", "emails", "display", nil},
		"an extension attribute":                    {enterprise, "manager", "", map[string]any{"value": "m"}},
		"a sub-attribute of an extension attribute": {enterprise, "manager", "value", "m"},
		"nothing":               {"", "title", "", nil},
		"nothing below nothing": {"", "meta", "created", nil},
		"nothing in an extension that is not there": {"urn:acme:1.0:More", "desk", "floor", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Value(r, find(t, c.urn, c.attribute, c.sub))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSet(t *testing.T) {
	for name, c := range map[string]struct {
		before, urn, attribute, sub string
		value                       any
		after                       string
	}{
		"an attribute":                                 {`{}`, "", "title", "", "x", `{"title":"x"}`},
		"an empty string":                              {`{}`, "", "title", "", "", `{"title":""}`},
		"nil takes away":                               {`{"title":"x"}`, "", "title", "", nil, `{}`},
		"an empty list takes away":                     {`{"emails":[{}]}`, "", "emails", "", []any{}, `{}`},
		"a sub-attribute makes its parent":             {`{}`, "", "name", "givenName", "B", `{"name":{"givenName":"B"}}`},
		"the last sub-attribute takes its parent away": {`{"name":{"givenName":"B"}}`, "", "name", "givenName", nil, `{}`},
		"an extension is made":                         {`{}`, enterprise, "manager", "value", "m", `{"` + enterprise + `":{"manager":{"value":"m"}}}`},
		"an emptied extension goes":                    {`{"` + enterprise + `":{"manager":{"value":"m"}}}`, enterprise, "manager", "value", nil, `{}`},
		"what else an extension has stays":             {`{"` + enterprise + `":{"department":"d","division":"v"}}`, enterprise, "department", "", nil, `{"` + enterprise + `":{"division":"v"}}`},
		"a sub-attribute of every value":               {`{"emails":[{"value":"a"},{"value":"b"}]}`, "", "emails", "type", "work", `{"emails":[{"value":"a","type":"work"},{"value":"b","type":"work"}]}`},
		"a sub-attribute of no value":                  {`{}`, "", "emails", "type", "work", `{}`},
		"false is a value":                             {`{}`, "", "active", "", false, `{"active":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := decode(t, c.before)
			Set(r, find(t, c.urn, c.attribute, c.sub), c.value)
			if diff := cmp.Diff(decode(t, c.after), r); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTimeTakesWhatClientsLeaveOut(t *testing.T) {
	want := time.Date(2008, 1, 23, 4, 56, 22, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2008-01-23T04:56:22Z":          want,
		"2008-01-23T05:56:22.000+01:00": want,
		"2008-01-23T04:56:22.000+0000":  want,
		"2008-01-23T04:56:22":           want,
		"2008-01-23":                    want.Truncate(24 * time.Hour),
	} {
		if got, ok := Time(text); !ok || !got.Equal(want) {
			t.Errorf("%s: got %v, %v", text, got, ok)
		}
	}
	if got, ok := Time("yesterday"); ok {
		t.Errorf("got %v", got)
	}
}

// anyJSON generates decoded JSON values.
func anyJSON(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		kinds := []string{"null", "bool", "number", "string"}
		if depth > 0 {
			kinds = append(kinds, "array", "object")
		}
		switch rapid.SampledFrom(kinds).Draw(t, "kind") {
		case "bool":
			return rapid.Bool().Draw(t, "bool")
		case "number":
			return float64(rapid.Int16().Draw(t, "number"))
		case "string":
			return rapid.SampledFrom([]string{"", "x", "True", "2020-05-01T10:00:00Z"}).Draw(t, "string")
		case "array":
			return rapid.SliceOfN(anyJSON(depth-1), 0, 3).Draw(t, "array")
		case "object":
			key := rapid.SampledFrom([]string{"value", "VALUE", "type", "primary", "userName", "givenName", "emails", "name", "manager", "active", "schemas", "id", enterprise, "x"})
			return rapid.MapOfN(key, anyJSON(depth-1), 0, 4).Draw(t, "object")
		}
		return nil
	})
}

func TestWhatIsCanonicalStaysAsItIs(t *testing.T) {
	typ := userType()
	rapid.Check(t, func(t *rapid.T) {
		body, ok := anyJSON(4).Draw(t, "body").(map[string]any)
		if !ok {
			return
		}
		before, _ := json.Marshal(body)
		first, err := typ.Canonical(body)
		if after, _ := json.Marshal(body); string(before) != string(after) {
			t.Fatalf("the given body became %s", after)
		}
		if err != nil {
			return
		}
		second, err := typ.Canonical(first)
		if diff := cmp.Diff(first, second); diff != "" || err != nil {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

func TestClonesAreEqualAndShareNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyJSON(4).Draw(t, "value")
		c := Clone(v)
		if !Equal(v, c) {
			t.Fatalf("got %v", c)
		}
		if m, ok := c.(map[string]any); ok {
			m["new"] = true
			if Equal(v, c) {
				t.Fatal("changing the clone changed the value, or the difference is not seen")
			}
		}
	})
}

func TestEmpty(t *testing.T) {
	for text, want := range map[string]bool{
		`null`: true, `""`: true, `[]`: true, `{}`: true, `[null,{"a":""}]`: true, `{"a":[""]}`: true,
		`false`: false, `0`: false, `"x"`: false, `[0]`: false, `{"a":{"b":false}}`: false,
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if got := Empty(v); got != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func TestSetKeepsWhatIsEmptyBesideWhatGoes(t *testing.T) {
	typ := userType()
	r := map[string]any{"name": map[string]any{"givenName": "", "familyName": "J"}}
	family, _ := typ.Find("", "name", "familyName")
	given, _ := typ.Find("", "name", "givenName")
	Set(r, family, nil)
	if diff := cmp.Diff(map[string]any{"name": map[string]any{"givenName": ""}}, r); diff != "" {
		t.Error(diff)
	}
	Set(r, given, nil)
	if diff := cmp.Diff(map[string]any{}, r); diff != "" {
		t.Error(diff)
	}
}
