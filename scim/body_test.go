package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestABodyIsOneJSONObjectOrTheErrorSaysWhere(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	tests := []struct {
		name, body string
		want       map[string]any // nil: refused
		detail     string
	}{
		{"an object", `{"a":"b"}`, map[string]any{"a": "b"}, ""},
		{"blanks around it", " \n{} \t\r\n", map[string]any{}, ""},
		{"a byte order mark before it", "\ufeff{\"a\":1}", map[string]any{"a": json.Number("1")}, ""},
		{"a number that no float holds", `{"a":103547991597142817347}`, map[string]any{"a": json.Number("103547991597142817347")}, ""},
		{"brackets within strings", `{"a":"[[{{\"[["}`, map[string]any{"a": `[[{{"[[`}, ""},
		{"many brackets within a string, behind escapes", `{"a":"\\\"` + strings.Repeat("[", 2*maxDepth) + `"}`, map[string]any{"a": `\"` + strings.Repeat("[", 2*maxDepth)}, ""},
		{"as deep as is accepted", deep(maxDepth), nil, "-"},
		{"one deeper", deep(maxDepth + 1), nil, "line 1, column 161: it nests deeper"},
		{"nothing", "", nil, "empty"},
		{"blanks alone", " \n\t", nil, "empty"},
		{"a string", `"a"`, nil, "line 1, column 1: a JSON object is needed"},
		{"null", `null`, nil, "line 1, column 1: a JSON object is needed"},
		{"a list", "\n  []", nil, "line 2, column 3: a JSON object is needed"},
		{"a word", `{"a":tru}`, nil, "line 1, column 9"},
		{"garbage behind it", `{"a":1}x`, nil, "line 1, column 8"},
		{"a second object", "{}\n{}", nil, "line 2, column 1"},
		{"cut short", `{"a":`, nil, "unexpected end"},
		{"a place counted in characters", `{"äöü":x}`, nil, "line 1, column 8"},
		{"no UTF-8", "{\"a\":\"b\xff\"}", nil, "line 1, column 8: this byte is not UTF-8"},
		{"UTF-16", "\xff\xfe{\x00}\x00", nil, "line 1, column 1"},
		{"a trailing comma", `{"a":1,}`, nil, "line 1, column 8"},
		{"a name twice", "{\"a\":1,\n \"b\":2,\"a\":1}", nil, `line 2, column 8: "a" is there twice`},
		{"a name twice, escaped", `{"a":1,"\u0061":2}`, nil, `"a" is there twice`},
		{"a name twice within a list", `{"x":[{"a":"b"},{"a":{"b":1},"c":[],"a":2}]}`, nil, `line 1, column 37: "a" is there twice`},
		{"a name twice among many", `{` + manyNames(5000) + `"n17":1}`, nil, `"n17" is there twice`},
		{"many names", `{` + manyNames(5000) + `"n":1}`, nil, "-"},
		{"names of several objects", `{"a":{"a":[{"a":1},{"a":"a"}]},"b":"a"}`, nil, "-"},
		{"NaN", `{"a":NaN}`, nil, "line 1, column 6"},
		{"single quotes", `{'a':1}`, nil, "line 1, column 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := decodeObject([]byte(test.body))
			if test.detail == "" || test.detail == "-" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				if test.detail == "" && !cmp.Equal(got, test.want) {
					t.Errorf("read as %v", got)
				}
				return
			}
			var p problem
			if !errors.As(err, &p) || p.Status != 400 || p.ScimType != "invalidSyntax" || !strings.Contains(p.Detail, test.detail) {
				t.Errorf("got %v, %v; want it to say %q", got, err, test.detail)
			}
		})
	}
}

// manyNames are the names of n members.
func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"n%d":0,`, i)
	}
	return b.String()
}

func TestTheBodyLimitIsExact(t *testing.T) {
	d := newFake()
	h := newServer(t, d, func(c *Config) { c.MaxBody = 200 })
	body := func(n int) string {
		const start = `{"schemas":["` + groupURN + `"],"displayName":"`
		return start + strings.Repeat("x", n-len(start)-2) + `"}`
	}
	if w := serve(h, request("POST", "/Groups", body(200))); w.Code != 201 {
		t.Errorf("a body of the limit is answered with %d: %s", w.Code, w.Body)
	}
	wantError(t, serve(h, request("POST", "/Groups", body(201))), 413, "")
	streamed := request("POST", "/Groups", body(201))
	streamed.ContentLength = -1
	wantError(t, serve(h, streamed), 413, "")
	if len(d.verbs) != 1 {
		t.Errorf("the directory was asked for %v", d.verbs)
	}
}

// broken is a body that ends in an error.
type broken struct{}

func (broken) Read(p []byte) (int, error) { return copy(p, `{"a`), io.ErrUnexpectedEOF }

func TestABodyThatBreaksOffIsTheClientsFault(t *testing.T) {
	r := request("POST", "/Groups", "")
	r.Body = io.NopCloser(broken{})
	r.ContentLength = 100
	if detail := wantError(t, serve(newServer(t, newFake()), r), 400, "invalidSyntax"); !strings.Contains(detail, "broke off") {
		t.Errorf("the detail is %q", detail)
	}
}

func TestContentTypesOfClientsAreAccepted(t *testing.T) {
	h := newServer(t, newFake())
	for _, sent := range []string{
		"", "application/scim+json", "application/json", "application/scim+json; charset=utf-8",
		"application/json;charset=UTF-8", "Application/SCIM+JSON", "application/json; charset=", "application/json;",
	} {
		w := serve(h, request("POST", "/Groups", `{"schemas":["`+groupURN+`"],"displayName":"x"}`, "Content-Type", sent))
		if w.Code != 201 {
			t.Errorf("%q is answered with %d: %s", sent, w.Code, w.Body)
		}
	}
}

func FuzzABodyIsReadAsEncodingJSONReadsIt(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2,{"b":null}]}`, `{}`, ``, `[`, `{"a":"\u00fc"}`, "{\"a\":\"\\", `{"a":1}}`, "\ufeff{}", "{\xff}", `{"a":{"b":1},"a":[{"b":"\\\""}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decodeObject(data)
		if err != nil {
			var p problem
			if !errors.As(err, &p) || p.Status != 400 || p.Detail == "" {
				t.Fatalf("the error is %v", err)
			}
			return
		}
		var want map[string]any
		text := strings.TrimPrefix(string(data), "\ufeff")
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&want); err != nil || !json.Valid([]byte(text)) {
			t.Fatalf("read %q, which encoding/json refuses: %v", data, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}
