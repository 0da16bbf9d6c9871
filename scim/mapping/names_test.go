package mapping

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAlias(t *testing.T) {
	for _, c := range []struct{ name, given, family, userName, want string }{
		{"is the first letter and the family name", "Barbara", "Jensen", "b@acme.example", "bjensen"},
		{"is cut to eight characters", "Barbara", "Schwarzenegger", "b@acme.example", "bschwarz"},
		{"has no accents", "Édith", "Łukaszewiczówna", "b@acme.example", "elukasze"},
		{"has no accents of decomposed text either", "E\u0301dith", "Mu\u0308ller", "b@acme.example", "emuller"},
		{"writes some letters as two", "Ægir", "Größe", "b@acme.example", "agrosse"},
		{"has letters and digits only", "Anne-Marie", "O'Neil 3rd", "b@acme.example", "aoneil3r"},
		{"does without a given name", "", "Jensen", "b@acme.example", "jensen"},
		{"comes from the user name when the names are in another script", "花子", "山田", "hanako.yamada@acme.example", "hanakoya"},
		{"is there even then", "花子", "山田", "花子@acme.example", "user"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Alias(c.given, c.family, c.userName); got != c.want {
				t.Errorf("Alias = %q, want %q", got, c.want)
			}
		})
	}
}

func TestNickname(t *testing.T) {
	if got := Nickname("barbara.jensen@acme.example", 0); got != "barbara.jensen" {
		t.Errorf("the first nickname is %q, want the local part", got)
	}
	long := strings.Repeat("é", 60) + "@acme.example"
	seen := make(map[string]bool)
	for attempt := range 5 {
		got := Nickname(long, attempt)
		if utf8.RuneCountInString(got) > 40 || seen[got] {
			t.Errorf("attempt %d is %q: too long, or as before", attempt, got)
		}
		if again := Nickname(long, attempt); again != got {
			t.Errorf("attempt %d is %q, then %q", attempt, got, again)
		}
		seen[got] = true
	}
	if Nickname("info@acme.example", 1) == Nickname("info@other.example", 1) {
		t.Error("two people with one local part get the same second nickname")
	}
	if Nickname("", 0) == "" {
		t.Error("no user name makes no nickname")
	}
}

func TestALastNameIsDerived(t *testing.T) {
	for _, c := range []struct{ displayName, userName, want string }{
		{"Ms. Barbara Jensen", "b@acme.example", "Jensen"},
		{"Babs", "b@acme.example", "Babs"},
		{"  ", "b@acme.example", "b"},
		{"", strings.Repeat("x", 90) + "@acme.example", strings.Repeat("x", 80)},
	} {
		if got := lastName(c.displayName, c.userName); got != c.want {
			t.Errorf("lastName(%q, %q) = %q, want %q", c.displayName, c.userName, got, c.want)
		}
	}
}

func TestAnAddressHasALocalPartAndADomainWithADot(t *testing.T) {
	for s, want := range map[string]bool{
		"ann@acme.example": true, "ann+x'y@sub.acme.example": true, "änn@acme.example": true,
		"": false, "ann": false, "ann@acme": false, "@acme.example": false, "ann@": false, "ann@.example": false, "ann@acme.": false,
		"a@b@c.example": false, "ann lee@acme.example": false, "Ann <ann@acme.example>": false, "a@b.example,c@d.example": false,
	} {
		if got := isAddress(s); got != want {
			t.Errorf("isAddress(%q) = %v", s, got)
		}
	}
}

func FuzzDerivedNamesAreWhatSalesforceTakes(f *testing.F) {
	f.Add("Barbara", "Jensen", "b.jensen@acme.example", 1)
	f.Add("", "", "", 0)
	f.Add("İ", "ẞ\xff", "花子@x", -1)
	f.Fuzz(func(t *testing.T, given, family, userName string, attempt int) {
		alias := Alias(given, family, userName)
		if alias == "" || len(alias) > 8 || alias != plainASCII(alias) {
			t.Errorf("Alias = %q", alias)
		}
		if n := utf8.RuneCountInString(Nickname(userName, attempt)); n < 1 || n > 40 {
			t.Errorf("a nickname of %d characters", n)
		}
		if n := utf8.RuneCountInString(lastName(given, userName)); n > 80 {
			t.Errorf("a last name of %d characters", n)
		}
	})
}
