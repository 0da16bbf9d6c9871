package oauth

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestIdentityProviderIsKnownByItsTokenInEveryFormThatClientsSend(t *testing.T) {
	p, err := NewIdentityProvider(NamedToken{"okta", "first"}, NamedToken{"entra", "second"})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name    string
		headers []string
		who     string
	}{
		{"with the scheme", []string{"Bearer first"}, "okta"},
		{"the other token", []string{"Bearer second"}, "entra"},
		{"the scheme in lower case", []string{"bearer first"}, "okta"},
		{"the scheme twice", []string{"Bearer Bearer first"}, "okta"},
		{"the token alone", []string{"first"}, "okta"},
		{"white space around", []string{"  Bearer   first  "}, "okta"},
		{"the scheme three times", []string{"Bearer Bearer Bearer first"}, ""},
		{"a wrong token", []string{"Bearer third"}, ""},
		{"a prefix of the token", []string{"Bearer firs"}, ""},
		{"the scheme alone", []string{"Bearer"}, ""},
		{"the scheme and nothing", []string{"Bearer "}, ""},
		{"another scheme", []string{"Basic first"}, ""},
		{"an empty header", []string{""}, ""},
		{"no header", nil, ""},
		{"two headers", []string{"Bearer first", "Bearer second"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header["Authorization"] = c.headers
			who, ok := p.Authenticate(r)
			if who != c.who || ok != (c.who != "") {
				t.Errorf("got %q, %v, want %q", who, ok, c.who)
			}
		})
	}
}

func TestBadIdentityProviderTokensAreRefusedWithoutNamingThem(t *testing.T) {
	cases := map[string][]NamedToken{
		"none":            nil,
		"an empty token":  {{"okta", ""}},
		"no name":         {{"", "token-1"}},
		"white space":     {{"okta", "token-1 "}},
		"a line break":    {{"okta", "token-1\n"}},
		"the same name":   {{"okta", "token-1"}, {"okta", "token-2"}},
		"the same token":  {{"okta", "token-1"}, {"entra", "token-1"}},
		"the word Bearer": {{"okta", "Bearer"}},
	}
	for name, tokens := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := NewIdentityProvider(tokens...)
			if err == nil || strings.Contains(err.Error(), "token-1") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func FuzzAuthenticate(f *testing.F) {
	for _, s := range []string{"Bearer first", "Bearer Bearer first", "first", "bearer\tfirst", "Bearer", ""} {
		f.Add(s)
	}
	p, err := NewIdentityProvider(NamedToken{"okta", "first"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Authorization"] = []string{header}
		if _, ok := p.Authenticate(r); ok && !strings.HasSuffix(strings.TrimSpace(header), "first") {
			t.Errorf("%q was let in", header)
		}
	})
}
