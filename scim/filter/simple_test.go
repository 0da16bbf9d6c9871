package filter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sameAsParsed says what the short way reads otherwise than the parser.
func sameAsParsed(text string) string {
	short, ok := simple(text)
	if !ok {
		return ""
	}
	long, err := parse(text)
	if err != nil {
		return err.Error()
	}
	return cmp.Diff(long, short)
}

func FuzzSimple(f *testing.F) {
	for _, seed := range []string{`userName eq "x"`, `not eq "x"`, `id eq "a\"b"`, `a eq "b" or c eq "d"`, `a.b eq "x"`, `$ref eq "ü"`, "a eq \"\xff\"", `1a eq "x"`, `a eq ""`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if diff := sameAsParsed(text); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	})
}

func TestALookupIsReadTheShortWay(t *testing.T) {
	for text, short := range map[string]bool{
		`userName eq "test.user@okta.local"`:              true,
		`id eq "005000000000001AAA"`:                      true,
		`externalId eq "00u1"`:                            true,
		`displayName eq "Permission Set: Sales Console"`:  true,
		`displayName eq "名 前"`:                            true,
		`displayName eq ""`:                               true,
		"displayName eq \"a\nb\"":                         true,
		`userName EQ "x"`:                                 false,
		`userName  eq "x"`:                                false,
		`userName eq "x" `:                                false,
		`userName eq "x\"y"`:                              false,
		`userName eq "x\\"`:                               false,
		`userName eq "x`:                                  false,
		`userName eq "`:                                   false,
		`userName eq "x" or id eq "y"`:                    false,
		`NOT eq "x"`:                                      false,
		`-a eq "x"`:                                       false,
		`emails.value eq "x"`:                             false,
		`urn:x:2.0:User:userName eq "x"`:                  false,
		`userName ne "x"`:                                 false,
		"userName eq \"\xff\"":                            false,
		`userName eq "` + strings.Repeat("x", 9000) + `"`: false,
	} {
		if _, ok := simple(text); ok != short {
			t.Errorf("%.40q: %v", text, ok)
		}
		if diff := sameAsParsed(text); diff != "" {
			t.Errorf("%.40q: %s", text, diff)
		}
	}
}

// The lookup before every create: its filter is read and made a predicate.
func BenchmarkUserNameEq(b *testing.B) {
	typ := userType()
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Parse(`userName eq "test.user@okta.local"`); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parse and compile", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e, err := Parse(`userName eq "test.user@okta.local"`)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := Compile(e, typ); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkParse is the parser itself.
func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parse(`emails[type eq "work" and value co "okta.local"] and not (active eq false)`); err != nil {
			b.Fatal(err)
		}
	}
}
