package idp

import (
	"regexp"
	"strings"
	"testing"
)

func TestASecretIsToldFromAMistypedOne(t *testing.T) {
	secret, other := newSecret(tokenPrefix), newSecret(tokenPrefix)
	if secret == other || !regexp.MustCompile(`^scimforce_[0-9A-Za-z]{49}$`).MatchString(secret) {
		t.Fatalf("secrets %s and %s", secret, other)
	}
	changed := []byte(secret)
	changed[20] = map[bool]byte{true: 'b', false: 'a'}[changed[20] == 'a']
	swapped := strings.ToUpper(secret[10:])
	for name, c := range map[string]struct {
		text string
		want form
	}{
		"as it was made":       {secret, wellMade},
		"one letter off":       {string(changed), mistyped},
		"cut off":              {secret[:len(secret)-1], mistyped},
		"a letter more":        {secret + "x", mistyped},
		"in upper case":        {tokenPrefix + swapped, mistyped},
		"with another letter":  {secret[:len(secret)-1] + "-", mistyped},
		"the prefix alone":     {tokenPrefix, mistyped},
		"without its prefix":   {secret[len(tokenPrefix):], foreign},
		"of somebody else":     {"ghp_" + secret[len(tokenPrefix):], foreign},
		"nothing":              {"", foreign},
		"with a byte above 7F": {secret[:len(secret)-2] + "é", mistyped},
	} {
		if got := formOf(c.text); got != c.want {
			t.Errorf("%s: form %d, want %d", name, got, c.want)
		}
	}
}

func FuzzAFormIsFound(f *testing.F) {
	f.Add(newSecret(tokenPrefix))
	f.Add("scimforce_")
	f.Fuzz(func(t *testing.T, text string) {
		if formOf(text) == wellMade && (len(text) != 59 || !strings.HasPrefix(text, tokenPrefix)) {
			t.Errorf("%q is taken for a token", text)
		}
	})
}
