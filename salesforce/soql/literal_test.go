package soql

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// unquote reads a literal as Salesforce documents it (Quoted String Escape
// Sequences), quite apart from how literals are written here. It returns the
// text and what follows the closing quote; in a pattern, wildcards come back
// as '\x01' for % and '\x02' for _.
func unquote(s string, pattern bool) (text, rest string, err error) {
	if s == "" || s[0] != '\'' {
		return "", "", fmt.Errorf("no opening quote in %q", s)
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			return b.String(), s[i+1:], nil
		case s[i] == '%' && pattern:
			b.WriteByte(1)
		case s[i] == '_' && pattern:
			b.WriteByte(2)
		case s[i] != '\\':
			b.WriteByte(s[i])
		default:
			i++
			if i == len(s) {
				return "", "", fmt.Errorf("ends in a backslash")
			}
			switch c := s[i]; {
			case strings.IndexByte(`'"\`, c) >= 0 || pattern && (c == '%' || c == '_'):
				b.WriteByte(c)
			case strings.IndexByte("nNrRtTbBfF", c) >= 0:
				b.WriteByte("\n\r\t\b\f"[strings.IndexByte("nrtbf", c|0x20)])
			case c == 'u' && i+4 < len(s):
				n, err := strconv.ParseUint(s[i+1:i+5], 16, 16)
				if err != nil {
					return "", "", err
				}
				b.WriteRune(rune(n))
				i += 4
			default:
				return "", "", fmt.Errorf("unknown sequence \\%c", c)
			}
		}
	}
	return "", "", fmt.Errorf("no closing quote")
}

func checkLiteral(s string) error {
	built, err := where(Eq("LastName", s)).Build()
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxLiteral {
		if err == nil {
			return fmt.Errorf("%q was built into %q", s, built)
		}
		return nil
	}
	if err != nil {
		return err
	}
	got, rest, err := unquote(strings.TrimPrefix(built, "SELECT Id FROM User WHERE LastName = "), false)
	if err != nil || got != s || rest != "" {
		return fmt.Errorf("%q came back as %q, then %q: %w", s, got, rest, err)
	}
	if strings.Contains(built, "@{") {
		return fmt.Errorf("%q makes a reference of a composite", s)
	}
	if strings.ContainsAny(built, "\n\r\x00") {
		return fmt.Errorf("%q makes a statement of several lines", s)
	}

	built, err = where(Contains("LastName", s)).Build()
	if err != nil {
		return err
	}
	got, rest, err = unquote(strings.TrimPrefix(built, "SELECT Id FROM User WHERE LastName LIKE "), true)
	if err != nil || got != "\x01"+s+"\x01" || rest != "" {
		return fmt.Errorf("%q in LIKE came back as %q, then %q: %w", s, got, rest, err)
	}
	return nil
}

func FuzzLiteral(f *testing.F) {
	for _, s := range []string{"", "'", `\`, `\'`, "%_", "\n", "ä李", "\u2028", "\xff", `' OR Id != '`, `\u0027`, "\x00", "\x01\x02", "@{users.records[0].Title}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\x01\x02") {
			return // the marks of unquote
		}
		if err := checkLiteral(s); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEveryTextComesBackOutOfItsLiteral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune(`'"\%_nrtbfu0027 @{`+"\n\r\t\b\f\x00\u2028")), rapid.Rune())).
			Filter(func(s string) bool { return !strings.ContainsAny(s, "\x01\x02") }). // the marks of unquote
			Draw(t, "text")
		if err := checkLiteral(s); err != nil {
			t.Fatal(err)
		}
	})
}

// A statement of any conditions on any texts has balanced parentheses and
// quotes, and no text outside of a literal.
func TestNoTextGetsOutOfItsLiteral(t *testing.T) {
	texts := rapid.StringOf(rapid.SampledFrom([]rune(`'\%_()ORANDX =`)))
	conditions := []func(string) Condition{
		func(s string) Condition { return Eq("A", s) },
		func(s string) Condition { return Contains("B", s) },
		func(s string) Condition { return In("C", []string{s, s + "'"}) },
		func(s string) Condition { return Not(HasSuffix("D", s)) },
		func(s string) Condition {
			return InSelect("E", Select{Fields: []string{"F"}, From: "G", Where: Ne("H", s)})
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		var made []Condition
		for range rapid.IntRange(1, 6).Draw(t, "number") {
			made = append(made, rapid.SampledFrom(conditions).Draw(t, "condition")(texts.Draw(t, "text")))
		}
		for len(made) > 1 {
			combine := rapid.SampledFrom([]func(...Condition) Condition{And, Or}).Draw(t, "operator")
			made = append(made[2:], combine(made[0], made[1]))
		}
		built, err := where(made[0]).Build()
		if err != nil {
			t.Fatal(err)
		}
		depth, outside := 0, ""
		for rest := built; rest != ""; {
			if rest[0] == '\'' {
				if _, rest, err = unquote(rest, true); err != nil {
					t.Fatalf("%v in %s", err, built)
				}
				continue
			}
			switch rest[0] {
			case '(':
				depth++
			case ')':
				depth--
			}
			outside += rest[:1]
			rest = rest[1:]
			if depth < 0 {
				t.Fatalf("unbalanced: %s", built)
			}
		}
		if depth != 0 || strings.ContainsAny(outside, `\%X`) {
			t.Fatalf("depth %d, outside of literals %s", depth, outside)
		}
	})
}
