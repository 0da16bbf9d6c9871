package scim

import (
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var bodies = []string{
	`{}`, ` { "a" : [ ] , "b" : { } , "c" : [ 1 , -0.5e+7 , true , false , null , "x" ] } `, `{"a":"\u00e4\ud83d\ude00\\\"\n","ü":"名前"}`, `{"\u0061":1}`,
	`{"a":1,"a":1}`, `{"a":1,"\u0061":1}`, `{"a":01}`, `{"a":1.}`, `{"a":.5}`, `{"a":-}`, `{"a":1e}`, `{"a":+1}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":[1,]}`, `{"a":[,]}`,
	`{"a":tru}`, `{"a":nul}`, `{"a":NaN}`, `{"a":"` + "\t" + `"}`, `{"a":"\x"}`, `{"a":"\ud800"}`, `{"a":"`, `{"a":"\`, `{"a":1}x`, `{}{}`, `[]`, `1`, `"a"`, `null`, ``, ` `, "\ufeff{}", "{\"a\":\"\xff\"}",
	`{"a":103547991597142817347,"b":1e400,"c":-0}`, `{"":""}`, `{"a":1 "b":2}`, `{"a":[1 2]}`, "{\"a\":\x00}", "{\"a\":\"\x7f\"}", `{"a":truefalse}`, `{"a":1.5.5}`, `{"a":"b"c}`,
	strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth), strings.Repeat(`{"a":`, maxDepth+1) + "1" + strings.Repeat("}", maxDepth+1), `{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}",
	fullBody,
}

// FuzzBodiesAreReadQuicklyAsCarefully: what is read in one pass is what
// encoding/json reads, and nothing that is refused is taken.
func FuzzBodiesAreReadQuicklyAsCarefully(f *testing.F) {
	for _, body := range bodies {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		want, err := carefully([]byte(body))
		got, ok := quickly([]byte(body))
		if ok != (err == nil) {
			t.Fatalf("%q: quickly %v, carefully %v", body, ok, err)
		}
		if diff := cmp.Diff(want, got); ok && diff != "" {
			t.Fatalf("%q: %s", body, diff)
		}
	})
}

// TestWhatIsKeptOfALargeBodyDoesNotKeepTheBody: an echo of a few letters must not
// hold on to the megabyte that it came in.
func TestWhatIsKeptOfALargeBodyDoesNotKeepTheBody(t *testing.T) {
	const bodies = 64
	body := []byte(`{"name":"value","number":5,"long":"` + strings.Repeat("x", 1<<20) + `"}`)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var kept []any
	for range bodies {
		object, ok := quickly(body)
		if !ok {
			t.Fatal("not read")
		}
		delete(object, "long")
		kept = append(kept, object)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > bodies<<20/4 {
		t.Errorf("%d bytes are held by the rest of %d bodies", held, bodies)
	}
	runtime.KeepAlive(kept)
}
