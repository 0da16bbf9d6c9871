package scim

import "testing"

func TestAFilterInALogKeepsItsShapeAndLosesItsValues(t *testing.T) {
	for sent, want := range map[string]string{
		`userName eq "ada@acme.example"`:                            `userName eq "***"`,
		`emails[type eq "work"].value eq "ada@acme.example"`:        `emails[type eq "***"].value eq "***"`,
		`externalId eq jyoung`:                                      `externalId eq ***`,
		`(userName Eq "a\"b@c" and active eq true) or title pr`:     `(userName Eq "***" and active eq ***) or title pr`,
		`name.familyName co "it's (eq) ["`:                          `name.familyName co "***"`,
		`userName eq "never closed ada@acme.example`:                `userName eq "***"`,
		`ada@acme.example`:                                          `a***@acme.example`,
		`userName eq ada@acme.example and manager eq "0055g000001"`: `userName eq *** and manager eq "***"`,
		``: ``,
	} {
		if got := maskFilter(sent); got != want {
			t.Errorf("%s is logged as %s, want %s", sent, got, want)
		}
	}
}
