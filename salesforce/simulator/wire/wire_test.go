package wire

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestStringsReadBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("aé\u2028\u2029\"\\\n\x00<>&€")))).Draw(t, "text")
		var back string
		if err := json.Unmarshal(AppendString(nil, s), &back); err != nil || back != s {
			t.Fatalf("%q came back as %q, %v", s, back, err)
		}
	})
}

func TestStrings(t *testing.T) {
	for s, want := range map[string]string{
		"": `""`, "a<br>b&": `"a<br>b&"`, `a"\`: `"a\"\\"`, "\x01": `"\u0001"`, "Jürgen 山田 €": `"Jürgen 山田 €"`,
		"\u2028": `"\u2028"`, "\xff": `"\ufffd"`, "\x7f": "\"\x7f\"",
	} {
		if got := string(AppendString(nil, s)); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}

func TestDatesAreAsTheStandardLibraryWritesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-60e9, 250e9).Draw(t, "seconds"), rapid.Int64Range(0, 999).Draw(t, "millis")*1e6).
			In(time.FixedZone("", rapid.IntRange(-12, 14).Draw(t, "hours")*3600))
		if got, want := string(AppendDatetime(nil, at)), at.UTC().Format(`"2006-01-02T15:04:05.000-0700"`); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		if got, want := string(AppendDate(nil, at)), at.UTC().Format(`"2006-01-02"`); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}
